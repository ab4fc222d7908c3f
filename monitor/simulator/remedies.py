"""What helps, and what does not: other drugs by class, oxygen, calm words, an opened airway.

A class has a usual dose, a delay, an onset and an end. Onsets and sizes are proposals unless marked: no source gives
them for an awake patient under ketamine. An unknown class does nothing at all, which is what it teaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, exp2
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class DrugClass:
    """``usual_mg``: the dose of strength 1. ``most``: the strength beyond which more doses add nothing."""

    usual_mg: float
    delay_s: float
    onset_half_s: float
    off_half_s: float
    most: float


HOUR = 3600.0
CLASSES: Mapping[str, DrugClass] = MappingProxyType(
    {
        # Ondansetron 4 mg over 2 to 5 min (unchecked); a second dose adds nothing (most = 1).
        "antiemetic_5ht3": DrugClass(4.0, 120, 240, 5 * HOUR, 1.0),
        # Metoclopramide 10 mg (unchecked).
        "antiemetic_d2": DrugClass(10.0, 120, 300, 5 * HOUR, 1.2),
        # Such as promethazine 12.5 to 25 mg (unchecked): works on motion sickness, makes drowsy.
        "antiemetic_antihistamine": DrugClass(25.0, 180, 300, 6 * HOUR, 1.2),
        # Midazolam 2 mg (unchecked). Doses add up.
        "benzodiazepine": DrugClass(2.0, 60, 90, 0.75 * HOUR, 3.0),
        # Flumazenil 0.2 mg (unchecked).
        "benzodiazepine_antagonist": DrugClass(0.2, 30, 30, 0.75 * HOUR, 1.5),
        # Labetalol 10 mg (unchecked).
        "antihypertensive": DrugClass(10.0, 120, 180, 3 * HOUR, 3.0),
    }
)

ANTIEMETIC: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"antiemetic_5ht3": (0.62, 0.25), "antiemetic_d2": (0.5, 0.4), "antiemetic_antihistamine": (0.4, 0.65)}
)
"""Share of nausea taken away: in most patients, in the motion-sick (where ondansetron is weak: sourced in kind)."""
ANTAGONISM = 0.9

REASSURANCE_ONSET_S, REASSURANCE_HALF_S = 45.0, 600.0
"""Calm words and a hand work within a minute and wear off over ten: proposal."""
AIRWAY_HOLDS_S = 480
"""How long an opened airway (head turned, chin lifted) stays open by itself: proposal."""
OXYGEN_FULL_L_PER_MIN, OXYGEN_AT_MOST = 4.0, 0.7
"""From this flow on, this share of a lack of oxygen in the blood is made good: proposal."""


class Help(NamedTuple):
    """What helps at one second: strengths (1 = one usual dose working fully) and shares (0 to 1)."""

    calmed: float = 0.0
    d2: float = 0.0
    antihistamine: float = 0.0
    lowered: float = 0.0
    """Of an antihypertensive."""
    relief: float = 0.0
    """Share of nausea taken away."""
    words: float = 0.0
    oxygen: float = 0.0
    """Share of the flow that does all that oxygen can do."""
    opened: bool = False


NO_HELP = Help()


class Remedies:
    """What was given and done to this patient, and what it does now."""

    __slots__ = ("_airway_until", "_given", "_motion_sick", "_oxygen", "_reassured_at", "_used")

    def __init__(self, motion_sick: bool) -> None:
        self._motion_sick = motion_sick
        self._given: dict[str, list[tuple[int, float]]] = {}
        self._oxygen = 0.0
        self._reassured_at: int | None = None
        self._airway_until = 0
        self._used = False

    def give(self, at: int, drug_class: str, dose_mg: float) -> bool:
        """Take in a dose; False where the class is unknown (nothing follows). A dose of 0 counts as the usual one."""
        known = CLASSES.get(drug_class)
        if known is None:
            return False
        strength = dose_mg / known.usual_mg if dose_mg > 0 else 1.0
        # A class stands for drugs of unlike potency: a dose never counts for less than half of one, or more than two.
        self._given.setdefault(drug_class, []).append((at, max(0.5, min(2.0, strength))))
        self._used = True
        return True

    def oxygen(self, litres_per_min: float) -> None:
        self._oxygen = min(1.0, litres_per_min / OXYGEN_FULL_L_PER_MIN)
        self._used = True

    def reassure(self, at: int) -> None:
        self._reassured_at = at
        self._used = True

    def open_airway(self, at: int) -> None:
        self._airway_until = at + AIRWAY_HOLDS_S
        self._used = True

    def now(self, at: int) -> Help:
        if not self._used:
            return NO_HELP
        opened = at < self._airway_until
        if not self._given:
            return Help(words=self._words(at), oxygen=self._oxygen, opened=opened)
        of = self.strength
        left = 1.0
        for drug, sizes in ANTIEMETIC.items():
            left *= 1.0 - sizes[self._motion_sick] * min(1.0, of(drug, at))
        return Help(
            calmed=of("benzodiazepine", at) * (1.0 - ANTAGONISM * min(1.0, of("benzodiazepine_antagonist", at))),
            d2=of("antiemetic_d2", at),
            antihistamine=of("antiemetic_antihistamine", at),
            lowered=of("antihypertensive", at),
            relief=1.0 - left,
            words=self._words(at),
            oxygen=self._oxygen,
            opened=opened,
        )

    def strength(self, drug_class: str, at: int) -> float:
        """How strongly a class works now."""
        doses = self._given.get(drug_class)
        if not doses:
            return 0.0
        known = CLASSES[drug_class]
        total = 0.0
        for given_at, strength in doses:
            since = at - given_at - known.delay_s
            if since > 0:
                total += strength * (1.0 - exp2(-since / known.onset_half_s)) * exp2(-since / known.off_half_s)
        return min(known.most, total)

    def _words(self, at: int) -> float:
        """How much of calm words works now, 0 to 1."""
        if self._reassured_at is None:
            return 0.0
        since = at - self._reassured_at
        return (1.0 - exp(-since / REASSURANCE_ONSET_S)) * exp2(-since / REASSURANCE_HALF_S)
