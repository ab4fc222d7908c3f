"""The body: pressure, heart rate, breathing, oxygen. Levels are shares of the reference level; units as on a monitor.

Sizes of effects are proposals unless marked; they stand at the top so that a medical lead can read them.
"""

from __future__ import annotations

import numpy as np

from monitor.simulator.experience import Experience
from monitor.simulator.noise import Coloured
from monitor.simulator.remedies import Help
from monitor.simulator.scenario import Baseline, Narrowing, Surge
from monitor.simulator.traits import Traits

# mmHg and beats/min
HR_PER_ANXIETY, SYS_PER_ANXIETY, DIA_PER_ANXIETY = 2.0, 1.0, 0.5
STRAIN_SYS, STRAIN_DIA, STRAIN_HR = 8.0, 5.0, 10.0
FAINT_SYS, FAINT_DIA, FAINT_HR = 38.0, 22.0, 28.0
ANTIHYPERTENSIVE_SYS, ANTIHYPERTENSIVE_DIA, ANTIHYPERTENSIVE_HR = 16.0, 10.0, 3.0
BENZODIAZEPINE_SYS, BENZODIAZEPINE_DIA = 4.0, 2.0
HR_PER_MISSING_SPO2 = 0.8
LAG_S = 40.0
"""Everything but the drug's own effect comes on with this lag (the drug has its effect site)."""

# Breathing: shares of the resting drive
KETAMINE_DRIVE = 0.03
"""Sourced in size (BioGears: RR -10 % at most, half of it at 0.5 ug/mL)."""
BENZODIAZEPINE_DRIVE, TOGETHER_DRIVE = 0.08, 0.14
SLACK_DRIVE = 0.06
"""Of the airway, lost for each step of drowsiness beyond 2."""
ENOUGH_BREATHING = 0.82
"""Share of resting breathing below which the blood loses oxygen."""
DESATURATION = 55.0
"""Per cent of saturation for each whole of breathing that is lacking."""
DESATURATING_S, RESATURATING_S = 45.0, 20.0
OXYGEN_MAKES_GOOD, OXYGEN_ADDS = 0.7, 1.0

# Wandering of a resting patient and of a monitor, SD; the memory of each a second. SD and lag-1 correlation of what is
# shown lie in the range of the 1 Hz recordings (pulse SD 0.7 to 2.2 and 0.92 to 0.96; SpO2 from 0.36 and 0.87 upward).
FAST, SLOW, PULSE, OXIMETER, BREATH, PRESSURE = 0.975, 0.9985, 0.975, 0.99, 0.975, 0.9985
WANDER_SYS, WANDER_DIA, WANDER_HR, FLUTTER_HR = 2.8, 1.7, 1.6, 0.95
FLUTTER_PULSE, FLUTTER_SPO2, WANDER_RR = 0.3, 0.45, 0.9


class Body:
    """The circulation and the breathing of one patient."""

    __slots__ = (
        "_base",
        "_dia",
        "_faint_until",
        "_narrowing",
        "_noise",
        "_oxygenated",
        "_surge",
        "_sys",
        "_traits",
        "dia",
        "hr",
        "pulse",
        "rr",
        "shown_spo2",
        "spo2",
        "sys",
    )

    def __init__(self, base: Baseline, traits: Traits, rng: np.random.Generator) -> None:
        self._base, self._traits = base, traits
        self._noise = Coloured(rng, (FAST, SLOW, PULSE, OXIMETER, BREATH, PRESSURE, PRESSURE))
        self._sys = self._dia = 0.0
        self._narrowing: tuple[int, Narrowing] | None = None
        self._surge: tuple[int, Surge] | None = None
        self._faint_until = 0
        self.hr, self.rr, self.spo2, self.sys, self.dia = base.hr, base.rr, base.spo2, base.sys, base.dia
        """What is true now; ``pulse`` and ``shown_spo2`` are what a well-seated probe makes of it."""
        self.pulse, self.shown_spo2 = base.hr, base.spo2

    def narrow(self, at: int, narrowing: Narrowing) -> None:
        self._narrowing = (at, narrowing)

    def surge(self, at: int, surge: Surge) -> None:
        self._surge = (at, surge)

    def faint(self, at: int, lasts: int) -> None:
        self._faint_until = at + lasts

    def step(self, at: int, pressed: float, breathed: float, lived: Experience, help: Help) -> None:
        """One second on: the level at the effect sites of pressure and breathing, what is lived through, what helps."""
        fast, slow, pulsed, oxy, breath, wander, wander_dia = self._noise.next()
        self._breathe(at, breathed, lived, help, breath)
        self._circulate(at, pressed, lived, help, wander, wander_dia)
        base = self._base
        hr = base.hr + self._traits.hr_rise * pressed + HR_PER_ANXIETY * lived.upset + STRAIN_HR * lived.strain
        hr += WANDER_HR * slow + FLUTTER_HR * fast - ANTIHYPERTENSIVE_HR * help.lowered
        if self.spo2 < 90.0:
            hr += HR_PER_MISSING_SPO2 * (90.0 - self.spo2)
        if at < self._faint_until:
            hr -= FAINT_HR
        self.hr = hr = max(28.0, min(210.0, hr))
        self.pulse = hr + FLUTTER_PULSE * pulsed
        self.shown_spo2 = min(100.0, self.spo2 + FLUTTER_SPO2 * oxy)

    def _breathe(self, at: int, level: float, lived: Experience, help: Help, breath: float) -> None:
        base = self._base
        drive = max(0.1, 1.0 - KETAMINE_DRIVE * level - help.calmed * (BENZODIAZEPINE_DRIVE + TOGETHER_DRIVE * level))
        moved = drive * (1.0 - self._narrowed(at, lived.told.drowsy, help))
        aim = base.spo2
        if moved < ENOUGH_BREATHING:
            aim -= DESATURATION * (ENOUGH_BREATHING - moved) * (1.0 - OXYGEN_MAKES_GOOD * help.oxygen)
        aim = max(55.0, min(100.0, aim + OXYGEN_ADDS * help.oxygen))
        self.spo2 += (aim - self.spo2) / (DESATURATING_S if aim < self.spo2 else RESATURATING_S)
        rr = base.rr * drive + WANDER_RR * breath + 0.4 * max(0.0, lived.upset)
        self.rr = max(2.0, min(60.0, rr))

    def _narrowed(self, at: int, drowsy: float, help: Help) -> float:
        """The share of the airway that is lost."""
        if help.opened:
            return 0.0
        lost = SLACK_DRIVE * (drowsy - 2.0) if drowsy > 2.0 else 0.0
        if self._narrowing is not None:
            begun, narrowing = self._narrowing
            if at < begun + narrowing.lasts:
                # Someone who is spoken to holds the airway better.
                grown = min(1.0, (at - begun) / max(1, narrowing.over)) * (1.0 - 0.3 * help.words)
                lost += narrowing.percent / 100.0 * grown
        return lost

    def _circulate(self, at: int, level: float, lived: Experience, help: Help, wander: float, wander_dia: float) -> None:
        sys = SYS_PER_ANXIETY * lived.upset + STRAIN_SYS * lived.strain
        dia = DIA_PER_ANXIETY * lived.upset + STRAIN_DIA * lived.strain
        sys -= ANTIHYPERTENSIVE_SYS * help.lowered + BENZODIAZEPINE_SYS * help.calmed
        dia -= ANTIHYPERTENSIVE_DIA * help.lowered + BENZODIAZEPINE_DIA * help.calmed
        if self._surge is not None and at < self._surge[0] + self._surge[1].lasts:
            sys += self._surge[1].sys
            dia += self._surge[1].dia
        if at < self._faint_until:
            sys -= FAINT_SYS
            dia -= FAINT_DIA
        self._sys += (sys - self._sys) / LAG_S
        self._dia += (dia - self._dia) / LAG_S
        trait, base, steady = self._traits, self._base, self._traits.steadiness
        sys = base.sys + trait.sys_rise * level + self._sys + WANDER_SYS * steady * wander
        dia = base.dia + trait.dia_rise * level + self._dia
        dia += WANDER_DIA * steady * (0.7 * wander + 0.714 * wander_dia)
        self.sys = max(50.0, min(270.0, sys))
        self.dia = max(25.0, min(180.0, self.sys - 12.0, dia))
