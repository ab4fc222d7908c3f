"""What a trainee is told before a drill: who is there, what was ordered, what the protocol expects. Never what will happen."""

from __future__ import annotations

from typing import NamedTuple

from monitor import units
from monitor.drills.drill import Place, Planned
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
    return f"{person.age} years{sex}, {person.weight_kg:g} kg, infusion {person.infusion} of the series"


def _order(place: Place) -> str:
    order = place.scenario.prescribed()
    dose = f"{order.dose_mg_per_kg:g} mg/kg = {order.dose_mg:.1f} mg over {order.minutes:g} min"
    return f"{dose}, begins at {units.span(place.starts_s)}"


def _known(place: Place, document: Document) -> str:
    person = place.scenario.patient
    flags = {"motion_sickness": person.motion_sickness, "hypertension": person.hypertension}
    known = [document.history[flag].lower() for flag, has in flags.items() if has and flag in document.history]
    return "; ".join([*known, *person.medicines]) or "nothing noted"


def expected(document: Document) -> list[str]:
    """What is due how often while an infusion runs."""
    return [f"{obs.label} every {every // 60} min" for obs in document.observations if (every := obs.every.get(Phase.RUNNING))]
