"""The checklist of a phase, with what the monitor can tell about each item."""

from __future__ import annotations

from typing import NamedTuple

from monitor.board.frame import Frame, button
from monitor.board.view import Picture, View
from monitor.language import say
from monitor.protocol.condition import MET, NOT_MET, Sight
from monitor.protocol.document import CheckAnswer, CheckItem
from monitor.session import Phase


class Readiness(NamedTuple):
    """How far a checklist is: how many of its items are open, and since when nothing of it blocks, where nothing does."""

    left: int
    of: int
    since: int | None


def readiness(picture: Picture, view: View) -> Readiness | None:
    """That of this phase's checklist, before the start and before leaving."""
    document, state = picture.document, view.state
    name = {Phase.READY: "before", Phase.RECOVERY: "discharge"}.get(state.phase)
    if name is None or name not in document.checklists:
        return None
    asked, left = document.asked(name, state), document.open_items(name, state)
    answered = [checked.at for i in asked if i.effect == "blocks" and (checked := state.checks.get((name, i.id))) is not None]
    since = None if any(i.effect == "blocks" for i in left) else max(answered, default=state.phase_since)
    return Readiness(len(left), len(asked), since)


def ready_words(picture: Picture, view: View) -> tuple[str, str] | None:
    """What a tile says of a patient who is ready, in two lines; None where something blocks."""
    stands, state = readiness(picture, view), view.state
    if stands is None or stands.since is None:
        return None
    done = stands.of - stands.left
    calm = say("Nothing called for")
    if state.phase is Phase.RECOVERY:
        return say("Ready to leave: {done} of {of}", done=done, of=stands.of), calm
    owed = [say("no order yet")] if state.order is None else []
    owed += [say("no baseline yet")] if state.baseline is None else []
    order = state.order
    told = say("{dose:g} mg/kg in {minutes:g} min", dose=order.dose_mg_per_kg, minutes=order.minutes) if order is not None else ""
    return say("Ready to start: {done} of {of}", done=done, of=stands.of), " · ".join([calm, *(owed or [told])])


def checklist_panel(picture: Picture, view: View) -> Frame | None:
    name, title = {
        Phase.READY: ("before", say("Before the infusion")),
        Phase.RECOVERY: ("discharge", say("Before leaving")),
    }.get(view.state.phase, (None, ""))
    if name is None or name not in picture.document.checklists:
        return None
    items = picture.document.checklists[name]  # type: ignore[index]
    sight = Sight(picture.document, view.state, view.window, picture.at(view))
    shown_items = picture.document.asked(name, view.state)
    left = {i.id for i in picture.document.open_items(name, view.state)}
    buttons = []
    if name == "before":
        buttons.append(button(say("Order…"), {"do": "dialog", "name": "order"}, solid=view.state.order is None))
        buttons.append(
            button(say("Start the infusion…"), {"do": "dialog", "name": "start"}, solid=not left and view.state.order is not None)
        )
        if any(i.effect == "blocks" and i.override for i in items if i.id in left):
            buttons.append(button(say("Override…"), {"do": "dialog", "name": "override", "fill": {"checklist": name}}))
    else:
        buttons.append(button(say("Discharge…"), {"do": "dialog", "name": "discharge"}, solid=not left))
    return {
        "id": name,
        "title": title,
        "done": say(
            "{len} of {shown_items}", len=len(shown_items) - len([i for i in shown_items if i.id in left]), shown_items=len(shown_items)
        ),
        "items": [_item(picture, view, sight, name, i) for i in shown_items],
        "buttons": buttons,
    }


def _item(picture: Picture, view: View, sight: Sight, checklist: str, item: CheckItem) -> Frame:
    checked = view.state.checks.get((checklist, item.id))
    note = item.note or None
    if item.hint is not None:
        truth = item.hint.truth(sight)
        note = {MET: say("monitor: yes"), NOT_MET: say("monitor: not yet")}.get(truth, say("monitor: cannot tell")) + (
            f" · {item.note}" if item.note else ""
        )
    if checked is not None and checked.override_by:
        note = say("overridden by {override_by}", override_by=checked.override_by)
    return {
        "id": item.id,
        "text": item.question,
        "effect": item.effect,
        "multiple": item.multiple,
        "note": note,
        "answers": [
            {"id": a.id, "label": _answer(a), "chosen": checked is not None and a.id in checked.answers, "bad": a.stops}
            for a in item.answers
        ],
    }


def _answer(answer: CheckAnswer) -> str:
    return f"{answer.label} ({answer.examples})" if answer.examples else answer.label
