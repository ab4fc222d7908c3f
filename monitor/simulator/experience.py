"""What the patient lives through: how far away, whether it bothers, fear, nausea, dizziness, drowsiness, comfort.

Levels are shares of the reference level (the end of 0.5 mg/kg over 40 min). Scores are 0 to 10, not yet rounded.
Sizes are proposals unless marked. Of one patient in floats or of many in arrays, in steps of ``STEP_S``.
"""

from __future__ import annotations

from typing import NamedTuple

from monitor.simulator.maths import STEP_S, Maths, Number, Truth, keep, near
from monitor.simulator.remedies import Help
from monitor.simulator.traits import Traits

HILL = 3.0
"""How steeply dissociation grows with the level: proposal, steep enough for most to be themselves again 15 to 30 min
after the end (clinic's figure), while near linear in the middle of the range (Bowdle 1998, 50 to 200 ng/mL)."""
BENZODIAZEPINE_CALM = 0.6
FRIGHT_HALF_S, SICKNESS_HALF_S, HEADACHE_HALF_S, DROWSY_S = 720.0, 900.0, 1500.0, 1800
BENZODIAZEPINE_DROWSY, TOGETHER_DROWSY = 1.2, 0.8
"""Steps of MOAA/S that a usual dose takes alone, and more of them on top of ketamine at the reference level."""
WORDS_ROUSE = 0.3
CADSS6_SHARE = 0.38
"""Of the CADSS total, what its six items make: proposal (six of 23 would be 0.26; these were chosen as the telling ones)."""
CADSS_MOST, CADSS6_MOST = 92.0, 24.0
A_LITTLE_BOTHERED, BOTHERED = 2.5, 4.5
ONESELF_AWAY, ONESELF_DIZZY = 1.5, 2.5
"""Like oneself again: no more away or dizzy than this, and awake."""
VOMITING_FROM, VOMITING_PER_MIN = 5.0, 0.05
"""Nausea from which vomiting threatens, and its chance a minute for each point above the one below."""
VOMITED_RECENTLY_S = 600


_UNEASE, _NAUSEA, _DIZZY, _HEAD = near(25.0), near(130.0), near(60.0), near(1200.0)
_FRIGHT, _SICKNESS, _ACHE, _STRAIN = keep(FRIGHT_HALF_S), keep(SICKNESS_HALF_S), keep(HEADACHE_HALF_S), keep(85.0)
_VOMITING = VOMITING_PER_MIN / 60.0 * STEP_S


class Told(NamedTuple):
    """What the patient could tell at one time, not yet rounded."""

    away: Number
    unease: Number
    comfort: Number
    nausea: Number
    anxiety: Number
    dizzy: Number
    headache: Number
    drowsy: Number
    vomited_at: Number


class Experience:
    """The inner state."""

    __slots__ = (
        "_ache", "_ec50", "_fright", "_m", "_sickness", "_slow", "_tired", "_tired_until", "_traits",
        "anxiety", "away", "comfort", "dizzy", "drowsy", "headache", "nausea", "strain", "unease", "upset", "vomited_at",
    )  # fmt: skip

    def __init__(self, m: Maths, traits: Traits) -> None:
        self._m, self._traits = m, traits
        away = m.least(9.9, m.most(0.01, traits.dissociation))
        self._ec50 = ((10.0 - away) / away) ** (1.0 / HILL)
        self._fright: Number = 0.0
        self._sickness: Number = 0.0
        self._ache: Number = 0.0
        self._slow: Number = 0.0
        self._tired: Number = 0.0
        self._tired_until: Number = 0
        self.away: Number = 0.0
        self.unease: Number = 0.0
        self.anxiety: Number = traits.anxiety
        self.nausea: Number = 0.0
        self.dizzy: Number = 0.0
        self.headache: Number = 0.0
        self.drowsy: Number = 0.0
        self.comfort: Number = traits.ease
        self.vomited_at: Number = -1e9
        self.upset: Number = 0.0
        """Anxiety that the experience adds to that of rest."""
        self.strain: Number = 0.0
        """Of vomiting, 1 fading to 0."""

    def frighten(self, strength: float, who: Truth = True) -> None:
        self._fright = self._m.pick(who, strength, self._fright)

    def sicken(self, strength: float, who: Truth = True) -> None:
        self._sickness = self._m.pick(who, strength, self._sickness)

    def ache(self, strength: float, who: Truth = True) -> None:
        self._ache = self._m.pick(who, strength, self._ache)

    def tire(self, at: int, steps: float, who: Truth = True) -> None:
        """Drowsier by so many steps of MOAA/S, for half an hour."""
        self._tired = self._m.pick(who, steps, self._tired)
        self._tired_until = self._m.pick(who, at + DROWSY_S, self._tired_until)

    def vomit(self, at: int, who: Truth = True) -> None:
        m = self._m
        self.vomited_at = m.pick(who, at, self.vomited_at)
        self.nausea = m.pick(who, 0.6 * self.nausea, self.nausea)
        self._sickness = m.pick(who, 0.6 * self._sickness, self._sickness)
        self.strain = m.pick(who, 1.0, self.strain)

    def step(self, at: int, level: Number, rise: Number, help: Help, luck: Number) -> None:
        """One step on, at this share of the reference level, with pressure up by ``rise`` mmHg, with this help.

        ``luck``: a uniform draw, which decides whether someone sick vomits.
        """
        m, trait = self._m, self._traits
        calmed = m.least(1.0, help.calmed)
        comforted = trait.consolable * help.words

        y = (level / self._ec50) ** HILL
        away = self.away = 10.0 * y / (1.0 + y)
        # Fear that is met fades faster.
        self._fright = self._fright * _FRIGHT ** (1.0 + 3.0 * comforted)
        soothing = (1.0 - comforted) * (1.0 - BENZODIAZEPINE_CALM * calmed)
        unease = (trait.distress * away + 0.9 * self._fright) * soothing
        unease = self.unease = self.unease + (unease - self.unease) * _UNEASE
        # At rest ketamine soothes; what is suffered comes on top.
        rest = trait.anxiety * (1.0 - 0.35 * m.least(1.0, level)) * (1.0 - 0.5 * calmed)
        anxiety = self.anxiety = m.least(10.0, rest + 0.7 * unease)
        self.upset = m.least(10.0 - rest, 0.7 * unease)

        self._sickness = self._sickness * _SICKNESS
        sick = m.least(10.0, (trait.nausea * m.least(2.5, level) ** 1.5 + self._sickness) * (1.0 - help.relief))
        nausea = self.nausea = self.nausea + (sick - self.nausea) * _NAUSEA
        self.strain = self.strain * _STRAIN
        vomits = (nausea >= VOMITING_FROM) & (luck < _VOMITING * (nausea - VOMITING_FROM + 1.0))
        if m.any(vomits):
            self.vomit(at, vomits)

        self.dizzy = self.dizzy + (m.least(10.0, trait.dizziness * level + 0.25 * nausea) - self.dizzy) * _DIZZY
        # The head aches late, and more where the pressure is high.
        self._slow = self._slow + (trait.headache * (0.7 * level + 0.3 * m.most(0.0, rise) / 16.0) - self._slow) * _HEAD
        self._ache = self._ache * _ACHE
        headache = self.headache = m.least(10.0, 1.4 * self._slow + self._ache)

        drowsy = trait.drowsiness * level + help.calmed * (BENZODIAZEPINE_DROWSY + TOGETHER_DROWSY * m.least(1.5, level))
        drowsy = drowsy + 0.3 * help.d2 + 0.6 * help.antihistamine - WORDS_ROUSE * help.words
        self.drowsy = m.most(0.0, drowsy + m.pick(at < self._tired_until, self._tired, 0.0))

        comfort = trait.ease + 0.05 * away - self.strain - 0.75 * m.most(0.0, unease - 1.0) - 0.25 * m.most(0.0, anxiety - 3.0)
        comfort = comfort - 0.55 * m.most(0.0, self.nausea - 1.0) - 0.3 * m.most(0.0, headache - 2.0) - 0.1 * m.most(0.0, self.dizzy - 3.0)
        self.comfort = m.most(0.0, m.least(10.0, comfort))

    @property
    def told(self) -> Told:
        """What the patient could tell now."""
        return Told(
            self.away, self.unease, self.comfort, self.nausea, self.anxiety, self.dizzy, self.headache, self.drowsy, self.vomited_at
        )

    def scores(self, told: Told, at: int) -> dict[str, Number]:
        """As it is charted: whole numbers. ``bothered`` 0 to 2, MOAA/S, vomiting in the ten minutes before."""
        m = self._m
        cadss = m.least(CADSS_MOST, told.away * self._traits.cadss)
        return {
            "dissociation": m.half_up(told.away),
            "bothered": (told.unease >= A_LITTLE_BOTHERED) * 1 + (told.unease >= BOTHERED) * 1,
            "comfort": m.half_up(told.comfort),
            "nausea": m.half_up(told.nausea),
            "anxiety": m.half_up(told.anxiety),
            "dizziness": m.half_up(m.least(10.0, told.dizzy)),
            "headache": m.half_up(told.headache),
            "moaas": 5 - m.half_up(m.least(5.0, m.most(0.0, told.drowsy - 0.5))),
            "cadss": m.half_up(cadss),
            "cadss6": m.half_up(m.least(CADSS6_MOST, CADSS6_SHARE * cadss)),
            "vomited": at - told.vomited_at <= VOMITED_RECENTLY_S,
            "like_oneself": oneself(told),
        }


def oneself(told: Told) -> Truth:
    """Whether the patient is like oneself again."""
    return (told.away <= ONESELF_AWAY) & (told.dizzy <= ONESELF_DIZZY) & (told.drowsy < 1.0)
