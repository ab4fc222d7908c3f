"""How one patient answers the drug: drawn once from a seed, or told by the scenario.

The spread lies here and not in the drug level (the level varies by 8 to 17 %, the rise of pressure by 70 %). Each
trait is what the patient would show at the end of 0.5 mg/kg over 40 min; at other levels the effect goes with the
level (``patient``). Figures: pressure sourced (Yale 2024, 2,342 infusions: +16.0 SD 11.2 systolic, +11.0 SD 8.45
diastolic at 40 min, part of that spread being the cuff's); everything else is a proposal until the cohort is compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.simulator.scenario import Person, Persona

REFERENCE_NG_ML = 228.0
"""Effect-site level at the end of 0.5 mg/kg over 40 min: derived, Kamp 2020 with a half-time of 6.1 min."""

SYS_RISE, SYS_RISE_SD = 16.0, 10.0
DIA_RISE, DIA_RISE_SD = 11.0, 7.4
"""The published spread less that of two cuff readings (SD about 4.5 and 4 each pair): derived."""
RISES_TOGETHER = 0.75
"""Correlation of systolic and diastolic rise: proposal."""
RISE_PER_YEAR = 0.008
"""Each year of age over 45 adds this share to the rise. Proposal; the source gives OR 1.04 a year for a surge."""
HYPERTENSION_RISE = 1.4
"""Sourced in kind (every patient with a history of hypertension had a surge), proposal in size."""
LATER_INFUSION = 0.85
"""Dissociation in later infusions against the first: sourced in kind (falls, then plateau), proposal in size."""

SHARES = ((Persona.LITTLE, 0.25), (Persona.PLEASANT, 0.50), (Persona.STRANGE, 0.25))
"""Of the three kinds of response among patients: proposal."""
BOTHERED_SHARE = 0.4
"""Of the strange, those who suffer from it: proposal."""


@dataclass(frozen=True, slots=True)
class Traits:
    persona: Persona
    sys_rise: float
    dia_rise: float
    hr_rise: float
    dissociation: float
    nausea: float
    drowsiness: float
    distress: float
    consolable: float
    anxiety: float
    ease: float
    steadiness: float
    bothered: bool


def draw(person: Person, rng: np.random.Generator) -> Traits:
    """The traits of a patient. All draws are made whatever the scenario tells, so that a told trait moves no other."""
    z = [float(x) for x in rng.standard_normal(10)]
    u = [float(x) for x in rng.random(6)]
    told = person.responds

    persona = person.persona or _pick(u[0])
    factor = max(0.6, 1.0 + RISE_PER_YEAR * (person.age - 45)) * (HYPERTENSION_RISE if person.hypertension else 1.0)
    together = RISES_TOGETHER * z[0] + math.sqrt(1 - RISES_TOGETHER**2) * z[1]
    sys_rise = _log_normal(SYS_RISE, SYS_RISE_SD, z[0]) * factor
    dia_rise = _log_normal(DIA_RISE, DIA_RISE_SD, together) * factor

    middle, spread, low, high = _DISSOCIATION[persona]
    dissociation = min(high, max(low, middle + spread * z[2]))
    if not person.first_infusion:
        dissociation *= LATER_INFUSION

    drawn = persona is Persona.STRANGE and u[1] < BOTHERED_SHARE
    bothered = drawn if person.bothered is None else person.bothered
    distress = 0.6 + 0.25 * u[2] if bothered else _UNDISTURBED[persona] * u[2]

    # 13.3 % of patients report nausea (sourced, Rodrigues 2020); its strength is a proposal.
    if person.motion_sickness:
        nausea = 5.0 + 2.0 * u[3]
    elif persona is Persona.PLEASANT or u[4] > 0.16:
        nausea = 1.5 * u[3]
    else:
        nausea = 2.5 + 4.0 * u[3]

    anxious = 2.4 if persona is Persona.STRANGE else 1.6

    return Traits(
        persona=persona,
        sys_rise=_told(told.sys_rise, min(60.0, sys_rise)),
        dia_rise=_told(told.dia_rise, min(42.0, dia_rise)),
        hr_rise=_told(told.hr_rise, 4.1 + 4.0 * max(-2.0, min(2.5, z[3]))),
        dissociation=_told(told.dissociation, dissociation),
        nausea=_told(told.nausea, nausea),
        drowsiness=_told(told.drowsiness, min(0.85, _log_normal(0.5, 0.2, z[4]))),
        distress=_told(told.distress, distress),
        consolable=_told(told.consolable, 0.45 + 0.3 * u[5]),
        anxiety=_told(told.anxiety, min(anxious + 1.4, max(0.5, anxious + 0.7 * z[5]))),
        ease=_told(told.ease, min(9.4, max(7.6, _EASE[persona] + 0.4 * z[6]))),
        steadiness=_told(told.steadiness, min(1.6, max(0.6, 1.0 + 0.2 * z[7]))),
        bothered=bothered,
    )


_DISSOCIATION: dict[Persona, tuple[float, float, float, float]] = {
    Persona.LITTLE: (1.2, 0.5, 0.3, 2.2),
    Persona.PLEASANT: (5.2, 0.9, 3.6, 7.0),
    Persona.STRANGE: (7.4, 0.9, 5.8, 9.3),
}
"""Mean, SD, least, most, on 0 to 10: proposal."""
_UNDISTURBED: dict[Persona, float] = {Persona.LITTLE: 0.2, Persona.PLEASANT: 0.14, Persona.STRANGE: 0.3}
_EASE: dict[Persona, float] = {Persona.LITTLE: 8.2, Persona.PLEASANT: 8.7, Persona.STRANGE: 8.2}


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
    """A log-normal variate of this mean and SD at this standard normal score (bounded)."""
    variance = math.log(1.0 + (sd / mean) ** 2)
    return mean * math.exp(-variance / 2.0 + math.sqrt(variance) * max(-2.5, min(2.5, z)))
