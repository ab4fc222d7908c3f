"""What the patient lives through: how far away, whether it bothers, fear, nausea, drowsiness, comfort.

Levels are shares of the reference level (the end of 0.5 mg/kg over 40 min). Scores are 0 to 10, not yet rounded.
Sizes are proposals unless marked.
"""

from __future__ import annotations

from math import exp, inf
from typing import NamedTuple

import numpy as np

from monitor.simulator.remedies import Help
from monitor.simulator.traits import Traits
from monitor.units import half_up

HILL = 3.0
"""How steeply dissociation grows with the level: proposal, steep enough for most to be themselves again 15 to 30 min
after the end (clinic's figure), while near linear in the middle of the range (Bowdle 1998, 50 to 200 ng/mL)."""
BENZODIAZEPINE_CALM = 0.6
LAG_S, NAUSEA_LAG_S = 25.0, 130.0
FRIGHT_HALF_S, SICKNESS_HALF_S, DROWSY_S = 720.0, 900.0, 1800
BENZODIAZEPINE_DROWSY, TOGETHER_DROWSY = 1.2, 0.8
"""Steps of MOAA/S that a usual dose takes alone, and more of them on top of ketamine at the reference level."""
A_LITTLE_BOTHERED, BOTHERED = 2.5, 4.5
VOMITING_FROM, VOMITING_PER_MIN = 6.0, 0.025
"""Nausea from which vomiting threatens, and its chance a minute for each point above the one below."""
STRAIN_S = 120.0
VOMITED_RECENTLY_S = 600


class Told(NamedTuple):
    """What the patient could tell at one second."""

    at: int = 0
    away: float = 0.0
    unease: float = 0.0
    comfort: float = 10.0
    nausea: float = 0.0
    anxiety: float = 0.0
    drowsy: float = 0.0
    vomited_at: int | None = None

    def scores(self) -> dict[str, object]:
        """As they are charted: whole numbers, ``bothered`` in words, MOAA/S, vomiting in the ten minutes before."""
        unease = self.unease
        vomited = self.vomited_at is not None and self.at - self.vomited_at <= VOMITED_RECENTLY_S
        return {
            "dissociation": int(half_up(self.away)),
            "bothered": "no" if unease < A_LITTLE_BOTHERED else "a little" if unease < BOTHERED else "yes",
            "comfort": int(half_up(self.comfort)),
            "nausea": int(half_up(self.nausea)),
            "anxiety": int(half_up(self.anxiety)),
            "moaas": 5 - min(5, int(self.drowsy)),
            "vomited": vomited,
        }


class Experience:
    """The inner state of one patient."""

    __slots__ = (
        "_ec50",
        "_fright",
        "_nausea",
        "_rng",
        "_sickness",
        "_sleepers",
        "_traits",
        "_unease",
        "_vomited_at",
        "strain",
        "told",
        "upset",
    )

    def __init__(self, traits: Traits, rng: np.random.Generator) -> None:
        self._traits = traits
        self._rng = rng
        away = traits.dissociation
        self._ec50 = ((10.0 - away) / away) ** (1.0 / HILL) if away > 0 else inf
        self._fright = self._sickness = self._unease = self._nausea = 0.0
        self._sleepers: list[tuple[int, float]] = []
        self._vomited_at: int | None = None
        self.told = Told()
        self.upset = 0.0
        """Anxiety above (or below) that of rest."""
        self.strain = 0.0
        """Of vomiting, 1 fading to 0."""

    def frighten(self, strength: float) -> None:
        self._fright = strength

    def sicken(self, strength: float) -> None:
        self._sickness = strength

    def tire(self, at: int, steps: float) -> None:
        """Drowsier by so many steps of MOAA/S, for half an hour."""
        self._sleepers.append((at + DROWSY_S, steps))

    def vomit(self, at: int) -> None:
        self._vomited_at = at
        self._nausea *= 0.6
        self._sickness *= 0.6

    def step(self, at: int, level: float, help: Help) -> None:
        """One second on, at this share of the reference level and with this help."""
        trait = self._traits
        calmed = min(1.0, help.calmed)
        comforted = trait.consolable * help.words

        y = (level / self._ec50) ** HILL
        away = 10.0 * y / (1.0 + y)
        if self._fright > 0.01:
            # Fear that is met fades faster.
            self._fright *= 0.5 ** ((1.0 + 3.0 * comforted) / FRIGHT_HALF_S)
        soothing = (1.0 - comforted) * (1.0 - BENZODIAZEPINE_CALM * calmed)
        unease = (trait.distress * away + 0.9 * self._fright) * soothing
        unease = self._unease = self._unease + (unease - self._unease) / LAG_S
        anxiety = trait.anxiety * (1.0 - 0.35 * min(1.0, level)) * (1.0 - 0.5 * calmed) + 0.7 * unease
        anxiety = min(10.0, anxiety)
        self.upset = anxiety - trait.anxiety

        if self._sickness > 0.01:
            self._sickness *= 0.5 ** (1.0 / SICKNESS_HALF_S)
        sick = min(10.0, (trait.nausea * min(2.5, level) ** 1.5 + self._sickness) * (1.0 - help.relief))
        nausea = self._nausea = self._nausea + (sick - self._nausea) / NAUSEA_LAG_S
        if nausea >= VOMITING_FROM and self._rng.random() < VOMITING_PER_MIN / 60.0 * (nausea - VOMITING_FROM + 1.0):
            self.vomit(at)
        if self._vomited_at is not None:
            self.strain = exp((self._vomited_at - at) / STRAIN_S)

        drowsy = trait.drowsiness * level
        if help.calmed or help.d2 or help.antihistamine or help.words:
            drowsy += help.calmed * (BENZODIAZEPINE_DROWSY + TOGETHER_DROWSY * min(1.5, level))
            drowsy = max(0.0, drowsy + 0.3 * help.d2 + 0.6 * help.antihistamine - 0.3 * help.words)
        for until, steps in self._sleepers:
            if at < until:
                drowsy += steps

        comfort = trait.ease + 0.05 * away - self.strain
        if unease > 1.0:
            comfort -= 0.55 * (unease - 1.0)
        if anxiety > 3.0:
            comfort -= 0.25 * (anxiety - 3.0)
        if nausea > 1.0:
            comfort -= 0.55 * (nausea - 1.0)
        comfort = max(0.0, min(10.0, comfort))
        self.told = Told(at, away, unease, comfort, nausea, anxiety, drowsy, self._vomited_at)
