"""What is charted in more than a tap: notes, numbers, what was seen earlier, symptoms, a scale of many items, corrections."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from monitor import charting, commands
from monitor import events as e
from monitor.board import words
from monitor.board.log import correctable
from monitor.forms.filling import Filling, Option
from monitor.language import say
from monitor.protocol.document import OBSERVABLE

_POINTS = tuple(Option(str(n), str(n)) for n in range(5))
THERE, ABSENT = "there", "absent"
NOT_ASKED = "not_asked"
_SEEN = {
    "iv_site": (Option("well", say("well")), Option("problem", say("a problem"))),
    "pump": (Option("running", say("running")), Option("stopped", say("stopped"))),
}
MOST_BREATHS, MOST_OXYGEN = 60, 15
LONGEST_WHY = 200


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


def breathing_form(f: Filling) -> None:
    rate = breaths(f)
    for_at = f.ago()
    f.button("save", say("Save"), None if rate is None else commands.observe("breathing", number=rate, for_at=for_at))


def oxygen_form(f: Filling) -> None:
    flow = oxygen(f)
    for_at = f.ago()
    f.button("save", say("Save"), None if flow is None else commands.observe("oxygen", number=flow, for_at=for_at))


def breaths(f: Filling) -> float | None:
    return f.number("breathing", say("Breaths counted in a minute"), say("/min"), 0, MOST_BREATHS, needed=True, whole=True)


def oxygen(f: Filling) -> float | None:
    return f.number("oxygen", say("Oxygen"), say("L/min"), 0, MOST_OXYGEN, say("0: taken off"), needed=True)


def pressure_form(f: Filling) -> None:
    sys = f.number("sys", say("Systolic"), "mmHg", 40, 280, needed=True, whole=True)
    dia = f.number("dia", say("Diastolic"), "mmHg", 20, 200, needed=True, whole=True)
    for_at = f.ago()
    f.note(say("Counts like a reading of the cuff, and is marked as taken by hand. Where only one could be felt, write a note."))
    if sys is not None and dia is not None and dia >= sys:
        f.says(say("{sys:g}/{dia:g} cannot be a blood pressure.", sys=sys, dia=dia), "warn")
    f.button("save", say("Chart the pressure"), None if sys is None or dia is None else commands.chart_pressure(sys, dia, for_at))


def score_field(f: Filling, name: str, scale: str) -> tuple[bool, int | None]:
    """Whether a score was tapped, and which; that the patient could not be asked is one too."""
    known = charting.SCALES[scale]
    ends = say("{low} {low_word} … {high} {high_word}", low=known.low, low_word=known.low_word, high=known.high, high_word=known.high_word)
    labels = charting.BOTHERED_WORDS if scale == charting.BOTHERED else None
    options = [Option(str(n), labels[n] if labels else str(n)) for n in range(known.low, known.high + 1)]
    tapped = f.choice(name, known.label, [*options, Option(NOT_ASKED, say("Not asked"))], needed=True, compact=True, hint=ends)
    return bool(tapped), None if tapped in ("", NOT_ASKED) else int(tapped)


def symptoms_field(f: Filling, name: str) -> list[commands.Command]:
    """All that were asked for: those that were tapped are there, the others are not."""
    there = f.choices(name, say("Symptoms that are there"), [Option(s.id, s.label) for s in f.document.symptoms])
    return [commands.symptom(s.id, s.id in there) for s in f.document.symptoms]


def late_form(f: Filling) -> None:
    """What was seen or asked earlier: it is about its own minute and counts from now on."""
    symptoms = {s.id: s.label for s in f.document.symptoms}
    scales = {s: charting.SCALES[s].label for s in charting.SCALES if s not in (charting.CADSS, charting.CADSS6)}
    what = f.choice("what", say("What"), [Option(name, label) for name, label in {**scales, **OBSERVABLE, **symptoms}.items()], needed=True)
    if not what:
        f.button("save", say("Save the entry"))
        return
    command: Callable[..., commands.Command] | None = None
    if what in scales:
        tapped, value = score_field(f, f"score {what}", what)
        command = partial(commands.score, what, value) if tapped else None
    elif what in symptoms:
        was = f.choice("was", say("It was"), [Option(THERE, say("there")), Option(ABSENT, say("not there"))], needed=True)
        command = partial(commands.symptom, what, was == THERE) if was else None
    elif what in ("breathing", "oxygen"):
        number = breaths(f) if what == "breathing" else oxygen(f)
        command = None if number is None else partial(commands.observe, what, "", number)
    elif what in _SEEN:
        word = f.choice(f"was {what}", say("It was"), _SEEN[what], needed=True)
        command = partial(commands.observe, what, word) if word else None
    else:
        command = partial(commands.observe, what)
    for_at = f.ago()
    f.button("save", say("Save the entry"), command(for_at=for_at) if command is not None else None)


_CORRECTED = {"value": say("Value"), "number": say("Number"), "sys": say("Systolic, mmHg"), "dia": say("Diastolic, mmHg")}
"""What of an entry may be corrected to another number."""
ANOTHER, BACK = "another", "back"


def correct_form(f: Filling) -> None:
    """Of the entries that there were when the form was opened. Which one it is goes by its number in the log."""
    view = f.view
    assert view is not None

    def offered() -> list[dict[str, Any]]:
        return [
            {
                "seq": entry.seq,
                "text": f"{f.picture.logged_time(entry)}  {words.entry(f.document, entry.event)}, {entry.by}",
                "event": e.body(entry.event),
                "kind": entry.event.kind,
            }
            for entry in correctable(view)
        ]

    entries = f.keep("entries", offered)
    if not entries:
        f.note(say("Nothing is charted that could be corrected."))
        return
    f.note(say("What stands there stays in the record; the correction counts from now on."))
    chosen = f.choice("entry", say("Charted"), [Option(str(one["seq"]), one["text"]) for one in entries], needed=True)
    entry = next((one for one in entries if str(one["seq"]) == chosen), None)
    if entry is None:
        f.button("save", say("Record the correction"))
        return
    event = e.parse(entry["kind"], entry["event"])
    numbers = {name: value for name in _CORRECTED if isinstance(value := getattr(event, name, None), int | float)}
    if isinstance(event, e.DrugGiven):
        f.note(say("Another dose: take this back, then chart what was given, with its own time."))
    options = [Option(ANOTHER, say("another value")), Option(BACK, say("take it back"))] if numbers else [Option(BACK, say("take it back"))]
    how = f.choice("how", say("Correction"), options, needed=True)
    instead: dict[str, Any] | None = None
    whole = bool(how)
    if how == ANOTHER:
        given = {name: _instead(f, event, name, value) for name, value in numbers.items()}
        whole = all(value is not None for value in given.values())
        instead = {**event.model_dump(mode="json", exclude={"kind", "items"}, exclude_none=True), **given}
    why = f.text("why", say("Why"), LONGEST_WHY, needed=True)
    seq = int(entry["seq"])
    f.button("save", say("Record the correction"), commands.correct(seq, instead, why) if whole and why else None)


def _instead(f: Filling, event: e.AnyEvent, name: str, value: float) -> float | None:
    hint = say("charted: {value:g}", value=value)
    if isinstance(event, e.Scored):
        known = charting.SCALES[event.scale]
        return f.number(f"to {name}", known.label, "", known.low, known.high, hint, needed=True, whole=True)
    low, high = {"sys": (40, 280), "dia": (20, 200)}.get(name, (0, MOST_BREATHS))
    return f.number(f"to {name}", _CORRECTED[name], "", low, high, hint, needed=True)
