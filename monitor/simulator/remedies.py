"""What helps, and what does not: other drugs by class, oxygen, calm words, an opened airway.

A class has a usual dose, a delay, an onset and an end. Onsets and sizes are proposals unless marked: no source gives
them for an awake patient under ketamine. An unknown class does nothing at all, which is what it teaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from monitor.simulator.maths import Maths, Number, Truth, keep, near


@dataclass(frozen=True, slots=True)
class DrugClass:
    """``usual_mg``: the dose of strength 1. ``most``: the strength beyond which more doses add nothing."""

    usual_mg: float
    delay_s: int
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
"""Share of a calming drug that its antagonist takes away: proposal."""

WORDS_ONSET_S, WORDS_HALF_S = 45.0, 600.0
"""Calm words and a hand work within a minute and wear off over ten: proposal."""
AIRWAY_HOLDS_S = 480
"""How long an opened airway (head turned, chin lifted) stays open by itself: proposal."""
OXYGEN_FULL_L_PER_MIN = 4.0
"""The flow from which on oxygen does all that it can: proposal."""


class Help(NamedTuple):
    """What helps now: strengths (1 = one usual dose working fully) and shares (0 to 1)."""

    calmed: Number = 0.0
    d2: Number = 0.0
    antihistamine: Number = 0.0
    lowered: Number = 0.0
    """Of an antihypertensive."""
    relief: Number = 0.0
    """Share of nausea taken away."""
    words: Number = 0.0
    oxygen: Number = 0.0
    """Share of the flow that does all that oxygen can do."""
    opened: Truth = False


NO_HELP = Help()
_WORDS_KEEP, _WORDS_NEAR = keep(WORDS_HALF_S), near(WORDS_ONSET_S)


class _Doses:
    """What one class does: two amounts that fade, at the pace of its end and of its onset; the difference works."""

    __slots__ = ("_keep_lasting", "_keep_rising", "kind", "lasting", "rising", "waiting")

    def __init__(self, kind: DrugClass) -> None:
        self.kind = kind
        self.waiting: list[tuple[int, Number]] = []
        self.lasting: Number = 0.0
        self.rising: Number = 0.0
        self._keep_lasting = keep(kind.off_half_s)
        self._keep_rising = self._keep_lasting * keep(kind.onset_half_s)

    def strength(self, m: Maths, at: int) -> Number:
        """Once a step."""
        self.lasting = self.lasting * self._keep_lasting
        self.rising = self.rising * self._keep_rising
        while self.waiting and self.waiting[0][0] <= at:
            _, dose = self.waiting.pop(0)
            self.lasting, self.rising = self.lasting + dose, self.rising + dose
        return m.least(self.kind.most, self.lasting - self.rising)


class Remedies:
    """What was given and done, and what it does now; lived in steps of ``STEP_S`` seconds."""

    __slots__ = ("_airway_until", "_doses", "_m", "_oxygen", "_said", "_sizes", "_used", "_words")

    def __init__(self, m: Maths, motion_sick: Truth) -> None:
        self._m = m
        self._sizes = {drug: m.pick(motion_sick, weak, usual) for drug, (usual, weak) in ANTIEMETIC.items()}
        self._doses: dict[str, _Doses] = {}
        self._oxygen: Number = 0.0
        self._said: Number = 0.0
        self._words: Number = 0.0
        self._airway_until: Number = 0
        self._used = False

    def give(self, at: int, drug_class: str, dose_mg: float, who: Truth = True) -> None:
        """Take in a dose; nothing follows one of an unknown class. A dose of 0 counts as the usual one."""
        known = CLASSES.get(drug_class)
        if known is None:
            return
        strength = dose_mg / known.usual_mg if dose_mg > 0 else 1.0
        # A class stands for drugs of unlike potency: a dose never counts for less than half of one, or more than two.
        doses = self._doses.setdefault(drug_class, _Doses(known))
        doses.waiting.append((at + known.delay_s, max(0.5, min(2.0, strength)) * who))
        self._used = True

    def oxygen(self, litres_per_min: float, who: Truth = True) -> None:
        self._oxygen = self._m.pick(who, min(1.0, litres_per_min / OXYGEN_FULL_L_PER_MIN), self._oxygen)
        self._used = True

    def reassure(self, who: Truth = True) -> None:
        self._said = self._m.pick(who, 1.0, self._said)
        self._used = True

    def open_airway(self, at: int, who: Truth = True) -> None:
        self._airway_until = self._m.pick(who, at + AIRWAY_HOLDS_S, self._airway_until)
        self._used = True

    def step(self, at: int) -> Help:
        """What helps at this step. Called once for each."""
        if not self._used:
            return NO_HELP
        m = self._m
        self._said = self._said * _WORDS_KEEP
        self._words = self._words + (self._said - self._words) * _WORDS_NEAR
        now = {drug: doses.strength(m, at) for drug, doses in self._doses.items()}
        left: Number = 1.0
        # In the order of the table: a set has another order in each process, and so another last digit.
        for drug, size in self._sizes.items():
            if drug in now:
                left = left * (1.0 - size * m.least(1.0, now[drug]))
        calmed = now.get("benzodiazepine", 0.0)
        if "benzodiazepine_antagonist" in now:
            calmed = calmed * (1.0 - ANTAGONISM * m.least(1.0, now["benzodiazepine_antagonist"]))
        return Help(
            calmed=calmed,
            d2=now.get("antiemetic_d2", 0.0),
            antihistamine=now.get("antiemetic_antihistamine", 0.0),
            lowered=now.get("antihypertensive", 0.0),
            relief=1.0 - left,
            words=self._words,
            oxygen=self._oxygen,
            opened=at < self._airway_until,
        )
