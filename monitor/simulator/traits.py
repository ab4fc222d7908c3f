"""How one patient answers the drug: drawn from a seed, or told by the scenario.

The spread lies here and not in the drug level (the level varies by 8 to 17 %, the rise of pressure by 70 %). Each
trait is what the patient would show at the end of 0.5 mg/kg over 40 min; at other levels the effect goes with the
level (``life``). Some of it belongs to the person and comes again in every infusion, some to the day.

Pressure follows Yale 2024 (2,342 infusions: +16.0 SD 11.2 systolic, +11.0 SD 8.45 diastolic at 40 min, part of that
spread being the cuff's). Shares, spreads between persons and between days, and everything not marked are proposals:
docs/patient.md says what the population then shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from monitor.simulator.maths import Number, Truth
from monitor.simulator.noise import CLIP, Generator, correlated
from monitor.simulator.scenario import Person, Persona

SYS_RISE, SYS_RISE_SD, SYS_RISE_DAY_SD = 12.6, 4.4, 5.9
DIA_RISE, DIA_RISE_SD, DIA_RISE_DAY_SD = 8.1, 3.2, 4.2
"""Of a person of 45 without hypertension or antidepressant, mmHg: between persons, and from day to day. Derived: with
the factors below and the scatter of two cuff readings they give the published mean and spread."""
RISES_TOGETHER = 0.75
"""Correlation of systolic and diastolic rise: proposal."""
RISE_PER_YEAR = 0.012
"""Each year of age over 45 adds this share to the rise. Sourced in kind (Yale: OR 1.04 a year for a surge); derived in
size: with the spread of the rise it gives that odds ratio."""
HYPERTENSION_RISE = 1.35
"""Sourced in kind (Yale: every patient with a history of hypertension had a surge), proposal in size."""
ANTIDEPRESSANT_RISE = 1.1
"""Sourced in kind (Szarmach 2020: higher peaks with SSRI), proposal in size."""
DIA_RISE_OF_WOMEN = 1.15
"""Sourced in kind (Liebe 2017: women have the larger diastolic rise), proposal in size."""
NOVELTY_FEAR = 1.0
"""What the first infusion adds to anxiety (points), as ``Rises.first`` to the rise of pressure; halved with every later one. Sourced in
kind (Yale: 43 % of severe events in the first three), proposal in size."""
LATER_INFUSION = 0.8
"""Dissociation in later infusions against the first: sourced in kind (falls, then plateau), proposal in size."""

SHARES = ((Persona.LITTLE, 0.22), (Persona.PLEASANT, 0.54), (Persona.STRANGE, 0.24))
"""Of the three kinds of response among patients: proposal."""
BOTHERED_SHARE = 0.4
"""Of the strange, those who suffer from it: proposal."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Of one patient, or with arrays of many."""

    sys_rise: Number
    dia_rise: Number
    hr_rise: Number
    dissociation: Number
    cadss: Number
    """Points of CADSS for each point of dissociation."""
    nausea: Number
    dizziness: Number
    headache: Number
    drowsiness: Number
    distress: Number
    consolable: Number
    anxiety: Number
    ease: Number
    steadiness: Number
    bothered: Truth
    little: Truth
    strange: Truth

    @property
    def persona(self) -> Persona:
        """The kind of response of one patient."""
        return Persona.LITTLE if self.little else Persona.STRANGE if self.strange else Persona.PLEASANT


def together(many: Sequence[Traits]) -> Traits:
    """The traits of many as arrays."""
    return Traits(**{f.name: np.array([getattr(one, f.name) for one in many]) for f in fields(Traits)})


def draw(person: Person, of_person: Generator, of_day: Generator) -> Traits:
    """The traits of a patient on a day. All draws are made whatever the scenario tells, so that a told trait moves no other."""
    z = [max(-CLIP, min(CLIP, float(x))) for x in of_person.standard_normal(12)]
    u = [float(x) for x in of_person.random(6)]
    day = [max(-CLIP, min(CLIP, float(x))) for x in of_day.standard_normal(10)]
    told = person.responds
    women = person.sex == "female"
    novelty = 0.5 ** (person.infusion - 1)

    persona = person.persona or _pick(u[0])
    factor = max(0.6, min(1.6, 1.0 + RISE_PER_YEAR * (person.age - 45))) * (1.0 + told.rises.first * novelty)
    factor *= (HYPERTENSION_RISE if person.hypertension else 1.0) * (ANTIDEPRESSANT_RISE if person.antidepressant else 1.0)
    sys_rise = told.rises.sys * factor * (_log_normal(SYS_RISE, SYS_RISE_SD, z[0]) + SYS_RISE_DAY_SD * day[0])
    of_dia = factor * (DIA_RISE_OF_WOMEN if women else 1.0)
    dia_rise = told.rises.dia * of_dia * (
        _log_normal(DIA_RISE, DIA_RISE_SD, correlated(RISES_TOGETHER, z[0], z[1]))
        + DIA_RISE_DAY_SD * correlated(RISES_TOGETHER, day[0], day[1])
    )

    middle, spread, low, high = _DISSOCIATION[persona]
    dissociation = min(high, max(low, middle + spread * (0.8 * z[2] + 0.6 * day[2])))
    if person.infusion > 1:
        dissociation *= LATER_INFUSION

    drawn = persona is Persona.STRANGE and u[1] < BOTHERED_SHARE
    bothered = drawn if person.bothered is None else person.bothered
    distress = 0.6 + 0.4 * u[2] if bothered else _UNDISTURBED[persona] * u[2]

    nausea = _NAUSEA_MEDIAN * math.exp(0.85 * z[8] + 0.4 * day[3]) * (_MOTION_SICK if person.motion_sickness else 1.0)
    dizziness = 1.5 * math.exp(0.6 * z[9] + 0.3 * day[4]) * (1.3 if person.motion_sickness else 1.0)
    headache = 1.0 * math.exp(0.7 * z[10] + 0.4 * day[5])
    fear = (2.4 if persona is Persona.STRANGE else 1.6) + NOVELTY_FEAR * novelty

    return Traits(
        sys_rise=_told(told.sys_rise, min(60.0, sys_rise)),
        dia_rise=_told(told.dia_rise, min(42.0, dia_rise)),
        hr_rise=_told(told.hr_rise, 3.2 + 4.0 * z[3] + 2.0 * day[6]),
        dissociation=_told(told.dissociation, dissociation),
        cadss=4.6 * math.exp(0.1 * z[11]),
        nausea=_told(told.nausea, min(9.0, nausea)),
        dizziness=_told(told.dizziness, min(8.0, dizziness)),
        headache=_told(told.headache, min(7.0, headache)),
        drowsiness=_told(told.drowsiness, min(2.2, _log_normal(0.8, 0.3, 0.8 * z[4] + 0.6 * day[7]))),
        distress=_told(told.distress, distress),
        consolable=_told(told.consolable, 0.1 + 0.7 * u[5]),
        anxiety=_told(told.anxiety, min(fear + 1.4, max(0.5, fear + 0.5 * z[5] + 0.5 * day[8]))),
        ease=_told(told.ease, min(9.4, max(7.6, _EASE[persona] + 0.3 * z[6] + 0.2 * day[9]))),
        steadiness=_told(told.steadiness, min(1.6, max(0.6, 1.0 + 0.2 * z[7]))),
        bothered=bothered,
        little=persona is Persona.LITTLE,
        strange=persona is Persona.STRANGE,
    )


_DISSOCIATION: dict[Persona, tuple[float, float, float, float]] = {
    Persona.LITTLE: (0.7, 0.45, 0.1, 1.8),
    Persona.PLEASANT: (5.2, 0.9, 3.6, 7.0),
    Persona.STRANGE: (7.4, 0.9, 5.8, 9.3),
}
"""Mean, SD, least, most, on 0 to 10: proposal."""
_UNDISTURBED: dict[Persona, float] = {Persona.LITTLE: 0.2, Persona.PLEASANT: 0.14, Persona.STRANGE: 0.3}
_EASE: dict[Persona, float] = {Persona.LITTLE: 8.2, Persona.PLEASANT: 8.7, Persona.STRANGE: 8.2}
_NAUSEA_MEDIAN, _MOTION_SICK = 0.78, 2.4


def _pick(u: float) -> Persona:
    total = 0.0
    for persona, share in SHARES:
        total += share
        if u < total:
            return persona
    return SHARES[-1][0]


def _told(told: float | None, drawn: float) -> float:
    return drawn if told is None else told


def _log_normal(mean: float, sd: float, z: float) -> float:
    """A log-normal variate of this mean and SD at this standard normal score."""
    variance = math.log(1.0 + (sd / mean) ** 2)
    return mean * math.exp(-variance / 2.0 + math.sqrt(variance) * z)
