"""What to ask about a weight that may be a slip: unusual as it was typed, or usual only in the other unit.

A question holds nothing back. Whoever says yes to it has it stored as typed.
"""

from __future__ import annotations

from monitor import units
from monitor.language import say
from monitor.protocol.document import Adults

USUAL_KG = (45.0, 115.0)
"""Where a protocol names none."""


def weight_question(weight_kg: float, age: float | None, adults: Adults | None) -> str | None:
    """What to ask about a weight: one that would be usual in pounds first, then one that is unusual at this age."""
    low, high = usual_kg(age, adults)
    if low <= weight_kg <= high:
        return None
    both = say("{kg:.4g} kg is {lb:.0f} lb.", kg=weight_kg, lb=units.half_up(units.pounds(weight_kg)))
    meant = units.kilograms(weight_kg)
    if low <= meant <= high:
        return say("{both} Or was it read in pounds: {lb:.4g} lb, {kg} kg?", both=both, lb=weight_kg, kg=units.shown(meant))
    if age is None:
        return say("{both} Is this weight right?", both=both)
    return say("{both} Are this weight and the age of {age:.4g} years right?", both=both, age=age)


def usual_kg(age: float | None, adults: Adults | None) -> tuple[float, float]:
    """The weights that nobody asks about at this age; at an unknown one those of the youngest."""
    if adults is None or not adults.usual:
        return USUAL_KG
    reached = [u for u in adults.usual if age is not None and u.from_age <= age]
    return (reached[-1] if reached else adults.usual[0]).weight_kg
