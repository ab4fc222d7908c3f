"""What has to be known of a patient through the whole session: allergies, today's medicines, history, the pressures to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from monitor import units
from monitor.board.view import Picture, View
from monitor.language import say
from monitor.protocol.document import CheckItem, Document
from monitor.vitals import CuffReading

BEFORE: Literal["before"] = "before"


class Fact(NamedTuple):
    """One line; ``weighs``: it speaks against something that may be given, or nobody has asked yet. ``more`` stands where there is room."""

    text: str
    weighs: bool = False
    more: str = ""

    @property
    def whole(self) -> str:
        return f"{self.text} ({self.more})" if self.more else self.text


def facts(picture: Picture, view: View) -> Iterator[Fact]:
    """The weightiest first: a small screen folds from the end."""
    yield Fact(_person(view))
    opened = view.state.opened
    if not opened.observed:
        listed = ", ".join(opened.allergies)
        yield Fact(say("allergy: {listed}", listed=listed), True) if listed else Fact(say("no allergies charted"))
    yield from known(picture, view)
    if opened.second_id:
        yield Fact(opened.second_id)
    if opened.number is not None:
        yield Fact(say("infusion {number}", number=opened.number))
    if view.state.speed not in (0.0, 1.0):
        yield Fact(say("{speed:g} times real time", speed=view.state.speed))


def known(picture: Picture, view: View) -> Iterator[Fact]:
    """Today's medicines by class, baseline and highest pressure so far, history."""
    opened = view.state.opened
    medicines = [] if opened.observed else list(_medicines(picture.document, view))
    yield from (one for one in medicines if one.weighs)
    yield from _pressures(picture, view)
    yield from (one for one in medicines if not one.weighs)
    yield from (Fact(picture.document.history.get(flag, flag).lower()) for flag in opened.earlier)


def _person(view: View) -> str:
    opened, order = view.state.opened, view.state.order
    who: list[str] = [opened.source_kind]
    if opened.age is not None:
        who.append(f"{opened.age} y")
    weight = order.weight_kg if order is not None else opened.weight_kg
    if weight is not None:
        who.append(say("{weight:g} kg", weight=weight))
    return ", ".join(who)


def _medicines(document: Document, view: View) -> Iterator[Fact]:
    """What was answered before the start and bears on what may be given; an answer that is owed is a fact too."""
    avoided: dict[str, list[str]] = {}
    for drug in document.drugs:
        for flag in drug.avoid:
            avoided.setdefault(flag, []).append(drug.label)
    for item in document.checklists.get(BEFORE, ()):
        if not _bears(item, avoided):
            continue
        checked = view.state.checks.get((BEFORE, item.id))
        if checked is None:
            if item.multiple:
                yield Fact(say("{topic} not asked", topic=item.topic or item.question), True)
            continue
        chosen = [item.answer_ids[a] for a in checked.answers if a in item.answer_ids and item.answer_ids[a].flags]
        if item.multiple and not chosen:
            yield Fact(say("none of the {topic} asked about", topic=item.topic or item.question))
        for answer in chosen:
            against = list(dict.fromkeys(label for flag in answer.flags for label in avoided.get(flag, ())))
            text = answer.label if item.multiple else f"{item.question} {answer.label}"
            text = text if text[:2].isupper() else text[:1].lower() + text[1:]
            more = say("speaks against {drugs}", drugs=", ".join(against)) if against else ""
            yield Fact(text, bool(against), more)


def _bears(item: CheckItem, avoided: dict[str, list[str]]) -> bool:
    flags = {flag for answer in item.answers for flag in answer.flags}
    return bool(flags) if item.multiple else bool(flags & avoided.keys())


def _pressures(picture: Picture, view: View) -> Iterator[Fact]:
    """The baseline, and the highest pressure so far, of the cuff or by hand; the diastolic one too where another reading had it."""
    base = view.state.baseline
    if base is not None:
        yield Fact(say("baseline {sys:g}/{dia:g}", sys=base.sys, dia=base.dia))
    elif not view.state.opened.observed:
        yield Fact(say("no baseline"), True)
    readings = [*view.peaks, *(taken.reading for taken in view.state.by_hand)]
    if not readings:
        return
    top = max(readings, key=lambda reading: reading.sys or 0)
    low = max(readings, key=lambda reading: reading.dia or 0)
    yield Fact(say("highest {pressure} at {time}", pressure=_shown(top), time=picture.time(view, top.at)))
    if (low.dia or 0) > (top.dia or 0):
        yield Fact(say("highest diastolic {pressure} at {time}", pressure=_shown(low), time=picture.time(view, low.at)))


def _shown(reading: CuffReading) -> str:
    return f"{units.shown(reading.sys or 0)}/{units.shown(reading.dia or 0)}"
