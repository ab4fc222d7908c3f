"""The body: pressure, heart rate, breathing, oxygen. Levels are shares of the reference level; units as on a monitor.

Sizes of effects are proposals unless marked; they stand at the top so that a medical lead can read them. Of one
patient in floats or of many in arrays, in steps of ``STEP_S``.
"""

from __future__ import annotations

from math import sqrt

from monitor.simulator.experience import Experience
from monitor.simulator.maths import STEP_S, Maths, Number, Truth, near
from monitor.simulator.noise import Draws
from monitor.simulator.remedies import Help
from monitor.simulator.scenario import Allergy, Baseline
from monitor.simulator.traits import Traits

# mmHg and beats/min
HR_PER_FEAR, SYS_PER_FEAR, DIA_PER_FEAR, RR_PER_FEAR = 3.5, 1.5, 0.8, 0.5
STRAIN_SYS, STRAIN_DIA, STRAIN_HR = 8.0, 5.0, 10.0
FAINT_SYS, FAINT_DIA, FAINT_HR = 38.0, 22.0, 28.0
ANTIHYPERTENSIVE_SYS, ANTIHYPERTENSIVE_DIA, ANTIHYPERTENSIVE_HR = 11.0, 7.0, 6.0
"""Of 10 mg of labetalol: about 11/7 mmHg (unchecked), and of the pulse what a beta blocker takes with it (proposal)."""
BENZODIAZEPINE_SYS, BENZODIAZEPINE_DIA = 4.0, 2.0
HR_PER_MISSING_SPO2 = 0.8
LEAST_PULSE_PRESSURE = 24.0
"""Systolic less diastolic, mmHg, where rest has as much: below 20 a reading of an awake patient is rare. Proposal."""
MEAN_SHARE = 0.36
"""Where the mean lies between diastolic and systolic."""

# Breathing: shares of the resting drive
KETAMINE_DRIVE = 0.03
"""At the reference level, and in proportion elsewhere. Derived from BioGears (RR -10 % at most, half of it at 0.5 ug/mL)."""
BENZODIAZEPINE_DRIVE, TOGETHER_DRIVE = 0.08, 0.14
SLACK_DRIVE = 0.06
"""Of the airway, lost for each step of drowsiness beyond 2."""
ENOUGH_BREATHING = 0.82
"""Share of resting breathing below which the blood loses oxygen."""
DESATURATION = 55.0
"""Per cent of saturation for each whole of breathing that is lacking, once stores are used up."""
STORE_S, OXYGEN_STORES = 55.0, 3.0
"""Seconds without a breath that the oxygen in the lungs lasts, and how many times as long more under full oxygen. Derived:
2.4 L at 14 % against 250 mL a minute, of which the last third cannot be used."""
FALLS_A_MINUTE = 24.0
"""Per cent that the saturation falls in a minute without a breath, once that store is used up. Derived: 1 L bound in the
blood against 250 mL a minute. From 97 % on air to 90 in about a minute, to 70 in under two; the finger shows it later."""
DROWSY_RR, DROWSY_SPO2 = 0.04, 0.3
"""Of the breathing rate (a share), and of the saturation (per cent), what each step of drowsiness takes: proposal."""
GASPS = 0.12
"""Breaths a minute more for each per cent of saturation below 92: proposal."""
SALIVA_FROM, SALIVA_NARROWS = 5.0, 0.05
"""Strength of saliva above which each point takes this share of the airway: proposal."""
OXYGEN_MAKES_GOOD, OXYGEN_ADDS = 0.7, 1.0
WORDS_HOLD = 0.3
"""Of a narrowing, what someone who is spoken to holds open."""

# How a resting patient wanders, SD, over about ten minutes.
WANDER_SYS, WANDER_DIA = 3.4, 2.1
WANDER_S = 600.0
WANDERS_TOGETHER = 0.7
"""Correlation of the systolic wander with the diastolic: proposal."""

_LAG, _DESATURATE, _RESATURATE, _FAINT = near(40.0), near(60.0), near(20.0), near(12.0)
_REFILL = near(15.0)
_MEMORY = 1.0 - near(WANDER_S)
_KICK = sqrt(1.0 - _MEMORY * _MEMORY)
_APART = sqrt(1.0 - WANDERS_TOGETHER**2)


class Swell:
    """Something that comes on over some time, lasts, and goes again at the same pace: a share of its whole, 0 to 1."""

    __slots__ = ("_over", "_until", "share")

    def __init__(self) -> None:
        self._over: Number = 1
        self._until: Number = -1
        self.share: Number = 0.0

    def begin(self, m: Maths, at: int, over: int, lasts: int, who: Truth) -> None:
        self._over, self._until = m.pick(who, max(STEP_S, over), self._over), m.pick(who, at + lasts, self._until)

    def step(self, m: Maths, at: int) -> Number:
        by = m.pick(at < self._until, STEP_S, -STEP_S) / self._over
        self.share = m.most(0.0, m.least(1.0, self.share + by))
        return self.share


class Body:
    """The circulation and the breathing."""

    __slots__ = (
        "_allergy",
        "_allergy_is",
        "_apart",
        "_apnoea_until",
        "_base",
        "_draws",
        "_fainting",
        "_lag_dia",
        "_lag_sys",
        "_m",
        "_narrow_by",
        "_narrow_over",
        "_narrow_until",
        "_narrowed",
        "_saliva",
        "_slowed",
        "_slowed_by",
        "_store",
        "_surge_dia",
        "_surge_sys",
        "_surge_until",
        "_traits",
        "_wander",
        "_wander_dia",
        "dia",
        "faint_until",
        "hr",
        "rise",
        "rr",
        "spo2",
        "sys",
    )  # fmt: skip

    def __init__(self, m: Maths, base: Baseline, traits: Traits, draws: Draws) -> None:
        """``base`` holds floats, or arrays over patients; ``draws`` two normal scores a step."""
        self._m, self._base, self._traits, self._draws = m, base, traits, draws
        self._wander, self._wander_dia = draws.next()
        self._lag_sys: Number = 0.0
        self._lag_dia: Number = 0.0
        self._narrow_by: Number = 0.0
        self._narrow_over: Number = 1
        self._narrow_until: Number = 0
        self._narrowed: Number = 0.0
        self._surge_sys: Number = 0.0
        self._surge_dia: Number = 0.0
        self._surge_until: Number = 0
        self._fainting: Number = 0.0
        self._apnoea_until: Number = -1
        self._store: Number = 1.0
        """Of the oxygen in the lungs, what is left."""
        self._saliva: Number = 0.0
        self._allergy, self._slowed = Swell(), Swell()
        self._allergy_is: tuple[Number, Number, Number, Number] = (0.0, 0.0, 0.0, 0.0)
        """Systolic, diastolic, pulse, and the share of the airway, at its height."""
        self._slowed_by: Number = 0.0
        self.faint_until: Number = 0
        self._apart = m.least(LEAST_PULSE_PRESSURE, base.sys - base.dia)
        self.hr: Number = base.hr
        self.rr: Number = base.rr
        self.spo2: Number = base.spo2
        self.sys: Number = base.sys
        self.dia: Number = base.dia
        self.rise: Number = 0.0
        """Systolic above that of rest, mmHg, without the wandering."""

    @property
    def mean(self) -> Number:
        return self.dia + MEAN_SHARE * (self.sys - self.dia)

    def narrow(self, at: int, percent: float, over: int, lasts: int, who: Truth = True) -> None:
        pick = self._m.pick
        self._narrow_by, self._narrow_over = pick(who, percent / 100.0, self._narrow_by), pick(who, max(1, over), self._narrow_over)
        self._narrow_until = pick(who, at + lasts, self._narrow_until)

    def surge(self, at: int, sys: float, dia: float, lasts: int, who: Truth = True) -> None:
        pick = self._m.pick
        self._surge_sys, self._surge_dia = pick(who, sys, self._surge_sys), pick(who, dia, self._surge_dia)
        self._surge_until = pick(who, at + lasts, self._surge_until)

    def faint(self, at: int, lasts: int, who: Truth = True) -> None:
        self.faint_until = self._m.pick(who, at + lasts, self.faint_until)

    def hold_breath(self, at: int, lasts: int, who: Truth = True) -> None:
        self._apnoea_until = self._m.pick(who, at + lasts, self._apnoea_until)

    def rouse(self, at: int, who: Truth = True) -> None:
        """Who is spoken to or touched breathes again."""
        self._apnoea_until = self._m.pick(who, at, self._apnoea_until)

    def water(self, strength: float, who: Truth = True) -> None:
        """So much saliva."""
        self._saliva = self._m.pick(who, strength, self._saliva)

    def react(self, at: int, allergy: Allergy, who: Truth = True) -> None:
        whole = (allergy.sys, allergy.dia, allergy.hr, allergy.narrows / 100.0)
        a, b, c, d = (self._m.pick(who, new, old) for new, old in zip(whole, self._allergy_is, strict=True))
        self._allergy_is = (a, b, c, d)
        self._allergy.begin(self._m, at, allergy.over, allergy.lasts, who)

    def slow(self, at: int, by: float, over: int, lasts: int, who: Truth = True) -> None:
        self._slowed_by = self._m.pick(who, by, self._slowed_by)
        self._slowed.begin(self._m, at, over, lasts, who)

    def step(self, at: int, pressed: Number, breathed: Number, lived: Experience, help: Help) -> None:
        """One step on: the share at the effect sites of pressure and breathing, what is lived through, what helps."""
        m, base, trait = self._m, self._base, self._traits
        e, e_dia = self._draws.next()
        self._wander = _MEMORY * self._wander + _KICK * e
        self._wander_dia = _MEMORY * self._wander_dia + _KICK * e_dia
        self._fainting = self._fainting + (m.pick(at < self.faint_until, 1.0, 0.0) - self._fainting) * _FAINT
        allergy = self._allergy.step(m, at)
        self._breathe(at, breathed, lived, help)
        self._circulate(at, pressed, lived, help)
        hr = base.hr + trait.hr_rise * pressed + HR_PER_FEAR * lived.upset + STRAIN_HR * lived.strain
        hr = hr - ANTIHYPERTENSIVE_HR * help.lowered + HR_PER_MISSING_SPO2 * m.most(0.0, 90.0 - self.spo2) - FAINT_HR * self._fainting
        hr = hr + self._allergy_is[2] * allergy - self._slowed_by * self._slowed.step(m, at)
        self.hr = m.most(28.0, m.least(210.0, hr))

    def _breathe(self, at: int, level: Number, lived: Experience, help: Help) -> None:
        m, base = self._m, self._base
        drive = m.most(0.1, 1.0 - KETAMINE_DRIVE * level - help.calmed * (BENZODIAZEPINE_DRIVE + TOGETHER_DRIVE * level))
        # The share of the airway that is lost; a narrowing on top of another goes on from where that one is.
        narrowed = m.least(self._narrow_by, self._narrowed + self._narrow_by * STEP_S / self._narrow_over)
        self._narrowed = m.pick(at < self._narrow_until, narrowed, 0.0)
        lost = SLACK_DRIVE * m.most(0.0, lived.drowsy - 2.0) + self._narrowed * (1.0 - WORDS_HOLD * help.words)
        lost = lost + SALIVA_NARROWS * m.most(0.0, self._saliva - SALIVA_FROM)
        # An airway that swells is not opened by a hand under the chin.
        swollen = self._allergy_is[3] * self._allergy.share
        holds = at < self._apnoea_until
        moved = drive * (1.0 - m.least(1.0, m.pick(help.opened, 0.0, lost) + swollen)) * m.pick(holds, 0.0, 1.0)
        lack = DESATURATION * m.most(0.0, ENOUGH_BREATHING - moved) * (1.0 - OXYGEN_MAKES_GOOD * help.oxygen)
        aim = m.most(55.0, m.least(100.0, base.spo2 - lack - DROWSY_SPO2 * m.least(3.0, lived.drowsy) + OXYGEN_ADDS * help.oxygen))
        self._use_oxygen(aim, moved, help)
        rr = base.rr * drive * (1.0 - DROWSY_RR * lived.drowsy) + RR_PER_FEAR * lived.upset + GASPS * m.most(0.0, 92.0 - self.spo2)
        self.rr = m.pick(holds, 0.0, m.most(2.0, m.least(60.0, rr)))

    def _use_oxygen(self, aim: Number, moved: Number, help: Help) -> None:
        """The saturation goes to its aim, down no faster than the body uses up what is stored."""
        m = self._m
        enough = m.most(0.0, m.least(1.0, (moved - ENOUGH_BREATHING) / (1.0 - ENOUGH_BREATHING - KETAMINE_DRIVE)))
        used = m.most(enough, self._store - m.most(0.0, 1.0 - moved) * STEP_S / (STORE_S * (1.0 + OXYGEN_STORES * help.oxygen)))
        self._store = m.pick(enough > self._store, self._store + (enough - self._store) * _REFILL, used)
        short = m.most(0.0, (ENOUGH_BREATHING - moved) / ENOUGH_BREATHING)
        # Small changes, such as with sleep, need no store.
        least = 1.0 / 60.0 * STEP_S + FALLS_A_MINUTE / 60.0 * STEP_S * short * (1.0 - self._store) ** 3
        change = (aim - self.spo2) * m.pick(aim < self.spo2, _DESATURATE, _RESATURATE)
        self.spo2 = self.spo2 + m.most(-least, change)

    def _circulate(self, at: int, level: Number, lived: Experience, help: Help) -> None:
        m, trait, base = self._m, self._traits, self._base
        surging = at < self._surge_until
        sys = SYS_PER_FEAR * lived.upset + STRAIN_SYS * lived.strain + m.pick(surging, self._surge_sys, 0.0)
        dia = DIA_PER_FEAR * lived.upset + STRAIN_DIA * lived.strain + m.pick(surging, self._surge_dia, 0.0)
        sys = sys - ANTIHYPERTENSIVE_SYS * help.lowered - BENZODIAZEPINE_SYS * help.calmed - self._allergy_is[0] * self._allergy.share
        dia = dia - ANTIHYPERTENSIVE_DIA * help.lowered - BENZODIAZEPINE_DIA * help.calmed - self._allergy_is[1] * self._allergy.share
        # Everything but the drug's own effect comes on with a lag (the drug has its effect site).
        self._lag_sys = self._lag_sys + (sys - self._lag_sys) * _LAG
        self._lag_dia = self._lag_dia + (dia - self._lag_dia) * _LAG
        self.rise = trait.sys_rise * level + self._lag_sys - FAINT_SYS * self._fainting
        wander_dia = WANDERS_TOGETHER * self._wander + _APART * self._wander_dia
        sys = base.sys + self.rise + WANDER_SYS * trait.steadiness * self._wander
        dia = base.dia + trait.dia_rise * level + self._lag_dia - FAINT_DIA * self._fainting + WANDER_DIA * trait.steadiness * wander_dia
        self.sys = m.most(50.0, m.least(270.0, sys))
        self.dia = m.most(25.0, m.least(m.least(180.0, self.sys - self._apart), dia))
