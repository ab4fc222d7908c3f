"""What is charted in more than a tap: a note, a scale of many items."""

from __future__ import annotations

from monitor import charting, commands
from monitor.forms.filling import Filling, Option
from monitor.language import say

_POINTS = tuple(Option(str(n), str(n)) for n in range(5))


def note_form(f: Filling) -> None:
    text = f.area("text", say("Note"), needed=True)
    f.button("save", say("Save the note"), commands.note(text) if text else None)


def cadss_form(f: Filling) -> None:
    """Scores by item number. Nothing is scored that was not tapped."""
    scales = [Option(s, charting.SCALES[s].label) for s in (charting.CADSS6, charting.CADSS)]
    scale = f.choice("scale", say("Scale"), scales, needed=True)
    if not scale:
        f.button("save", say("Save the score"))
        return
    items = charting.CADSS6_ITEMS if scale == charting.CADSS6 else charting.CADSS_ITEMS
    f.part(say("Scores by item number, 0 to 4. The items' wording is on the clinic's own form."))
    points = {n: f.choice(f"item_{n}", say("Item {n}", n=n), _POINTS, needed=True, compact=True) for n in items}
    scored = [(n, int(given)) for n, given in points.items() if given]
    total = sum(given for _, given in scored)
    whole = len(scored) == len(items)
    f.says(say("Total {total}", total=total) if whole else say("{done} of {all} items scored", done=len(scored), all=len(items)))
    f.button("save", say("Save the score"), commands.score(scale, total, scored) if whole else None)
