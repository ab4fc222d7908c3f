"""What a trainee is told before a drill: who is there, what was ordered, what the protocol expects. Never what will happen."""

from __future__ import annotations

from typing import NamedTuple

from monitor import units
from monitor.drills.drill import Place, Planned
from monitor.language import say
from monitor.protocol.document import Document
from monitor.session import Phase


class Bed(NamedTuple):
    """One room of a drill, in words."""

    room: str
    who: str
    order: str
    known: str


def beds(planned: Planned, document: Document) -> list[Bed]:
    return [Bed(f"{place.room} {place.alias}", _who(place), _order(place), _known(place, document)) for place in planned.places]


def _who(place: Place) -> str:
    person = place.scenario.patient
    sex = "" if person.sex == "unsaid" else f", {person.sex}"
    return say(
        "{age} years{sex}, {weight_kg:g} kg, infusion {infusion} of the series",
        age=person.age,
        sex=sex,
        weight_kg=person.weight_kg,
        infusion=person.infusion,
    )


def _order(place: Place) -> str:
    order = place.scenario.prescribed()
    dose = say(
        "{dose_mg_per_kg:g} mg/kg = {dose_mg:.1f} mg over {minutes:g} min",
        dose_mg_per_kg=order.dose_mg_per_kg,
        dose_mg=order.dose_mg,
        minutes=order.minutes,
    )
    return say("{dose}, begins at {span}", dose=dose, span=units.span(place.starts_s))


def _known(place: Place, document: Document) -> str:
    person = place.scenario.patient
    flags = {"motion_sickness": person.motion_sickness, "hypertension": person.hypertension}
    known = [document.history[flag].lower() for flag, has in flags.items() if has and flag in document.history]
    return "; ".join([*known, *person.medicines]) or say("nothing noted")


def expected(document: Document) -> list[str]:
    """What is due how often while an infusion runs."""
    return [
        say("{label} every {every} min", label=obs.label, every=every // 60)
        for obs in document.observations
        if (every := obs.every.get(Phase.RUNNING))
    ]
