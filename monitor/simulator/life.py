"""What goes on inside the patient: level -> effect sites -> experience and body, what is done about it, what befalls.

The same equations live one patient in floats (a room) or many side by side in arrays (a cohort): ``who`` says to whom
of them something is done, True to the one or a bool array. The level is exact to the second; everything else changes
in steps of ``STEP_S``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from monitor.infusion import Act, Does
from monitor.simulator.body import Body
from monitor.simulator.experience import Experience
from monitor.simulator.ketamine import SETS, STANDARD_MG_PER_KG_H, STANDARD_S, Kinetics, individual, kinetics
from monitor.simulator.maths import MANY, ONE, Maths, Number, Truth
from monitor.simulator.noise import CLIP, Draws, Generator, stream
from monitor.simulator.parts import Deed
from monitor.simulator.remedies import Remedies
from monitor.simulator.scenario import Baseline, Happening, Person, Scenario
from monitor.simulator.traits import draw, together

SATURATES_NG_ML = 750.0
"""Level of half the most effect on pressure and heart rate. Sourced: BioGears (gamma 1)."""
NORKETAMINE_AGAINST = 0.8
"""What 1 ng/mL of norketamine takes from the pressure that 1 ng/mL of ketamine makes. Sourced in kind (Kamp 2021:
S-ketamine raises cardiac output, S-norketamine lowers it), proposal in size."""
LEAST_PRESSING = 0.25
"""Of the level at the site, what presses at least at the reference. Proposal: with a slow site in a set that makes much
norketamine there would be nothing left to measure the pressure by."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where the chance of one patient on one day comes from: a seed, and what the person and the day are called."""

    seed: int
    person: str
    day: str

    def of_person(self, name: str) -> Generator:
        return stream(self.seed, self.person, name)

    def of_day(self, name: str) -> Generator:
        return stream(self.seed, self.day, name)


class Life:
    """One patient's, or many patients' that follow the same scenario."""

    def __init__(self, scenario: Scenario, people: Person | Sequence[Person], seeds: Seeds | Sequence[Seeds]) -> None:
        """One person and their seeds, or as many of each. Raises ValueError on an unknown drug set."""
        if isinstance(people, Person):
            assert isinstance(seeds, Seeds)
            self.m: Maths = ONE
            self.traits = draw(people, seeds.of_person("traits"), seeds.of_day("session"))
            weight: Number = people.weight_kg
            base = people.baseline
            sick: Truth = people.motion_sickness
            multipliers: Sequence[Number] = _multipliers(scenario, people, seeds)
            wander, luck = Draws(seeds.of_day("wander"), 2), Draws(seeds.of_day("events"), 1, uniform=True)
        else:
            assert not isinstance(seeds, Seeds)
            both = list(zip(people, seeds, strict=True))
            self.m = MANY
            self.traits = together([draw(p, s.of_person("traits"), s.of_day("session")) for p, s in both])
            weight = np.array([p.weight_kg for p in people])
            base = _bases(people)
            sick = np.array([p.motion_sickness for p in people])
            multipliers = list(np.array([_multipliers(scenario, p, s) for p, s in both]).T)
            wander = Draws([s.of_day("wander") for s in seeds], 2)
            luck = Draws([s.of_day("events") for s in seeds], 1, uniform=True)

        half = scenario.effect_half_times
        times = tuple(dict.fromkeys((half.pressure, half.breathing, half.experience)))
        self.sites = {effect: 3 + times.index(getattr(half, effect)) for effect in ("pressure", "breathing", "experience")}
        self.kinetics: Kinetics = kinetics(scenario.drug_set, weight, times, multipliers)
        self._level = self.kinetics.start()
        self._level_at = 0
        self.rate: Number = 0.0
        self._flow: Number = 1.0
        self._flow_until: Number = 0
        """Of what the pump gives, the share that reaches the vein, and until when that is not all of it."""
        self._ran: Number = 0.0
        """The rate that runs, or ran last."""
        # Every effect is told for the end of the standard infusion in this very person.
        end = self.kinetics.after(self._level, STANDARD_MG_PER_KG_H, STANDARD_S)
        self._whole = {effect: end[site] for effect, site in self.sites.items()}
        self._press_whole = _saturating(self.m.most(LEAST_PRESSING * self._whole["pressure"], self._pressing(end)))

        self.experience = Experience(self.m, self.traits)
        self.body = Body(self.m, base, self.traits, wander)
        self.remedies = Remedies(self.m, sick)
        self._luck = luck
        self.started_at: Number = -1
        self.deeds: dict[str, Number] = {}
        """What was done, and when last (in a cohort: to whom, -1 to whom not)."""

    def step(self, at: int) -> None:
        """One step on. To be called at every multiple of ``STEP_S``, after what was done and happened in that second."""
        level = self.level(at)
        self._flow = self.m.pick(at >= self._flow_until, 1.0, self._flow)
        sites, whole = self.sites, self._whole
        help = self.remedies.step(at)
        lived, body = self.experience, self.body
        lived.step(at, level[sites["experience"]] / whole["experience"], body.rise, help, self._luck.next()[0])
        pressed = _saturating(self._pressing(level)) / self._press_whole
        body.step(at, pressed, level[sites["breathing"]] / whole["breathing"], lived, help)

    def level(self, at: int) -> tuple[Number, ...]:
        """Live on to the drug level at this second, which must not lie before one lived to earlier."""
        if at > self._level_at:
            self._level, self._level_at = self.look(at), at
        return self._level

    def look(self, at: int) -> tuple[Number, ...]:
        """The drug level at this second, by a look that changes nothing."""
        return self.kinetics.after(self._level, self.rate * self._flow, float(at - self._level_at)) if at > self._level_at else self._level

    def _pressing(self, level: Sequence[Number]) -> Number:
        """What of the level drives the pressure, ng/mL."""
        return self.m.most(0.0, level[self.sites["pressure"]] - NORKETAMINE_AGAINST * level[self.kinetics.norketamine])

    # What is done

    def take(self, act: Act, who: Truth = True) -> None:
        """Something is done to the patient. What concerns the monitor alone is only noted. Raises ValueError on a bad value."""
        value, at = act.value, act.at
        if not isfinite(value) or value < 0:
            raise ValueError(f"the act {act.does.value} at {at} s cannot have the value {value}")
        match act.does:
            case Does.RATE:
                self._set_rate(at, value, who)
            case Does.BOLUS:
                self._level = self.kinetics.bolus(self.level(at), value * who)
            case Does.DRUG:
                self.remedies.give(at, act.detail, value, who)
                self._did(f"drug {act.detail}", at, who)
            case Does.OXYGEN:
                self.remedies.oxygen(value, who)
            case Does.REASSURE:
                self.remedies.reassure(who)
                self.body.rouse(at, who)
            case Does.AIRWAY:
                self.remedies.open_airway(at, who)
                self.body.rouse(at, who)
                self.body.water(0.0, who)
            case _:
                pass
        if act.does in DEEDS:
            self._did(DEEDS[act.does], at, who)

    def _set_rate(self, at: int, rate: float, who: Truth) -> None:
        m = self.m
        self.level(at)
        new = m.pick(who, rate, self.rate)
        if rate > 0:
            self.started_at = m.pick(who & (self.started_at < 0), at, self.started_at)
        # Who goes on after a pause at less than before it has lowered the rate.
        self._did(Deed.RATE_LOWERED if rate > 0 else Deed.STOPPED, at, new < (self._ran if rate > 0 else self.rate))
        self.rate, self._ran = new, m.pick(new > 0, new, self._ran)

    def _did(self, deed: str, at: int, who: Truth) -> None:
        if self.m.any(who):
            self.deeds[deed] = self.m.pick(who, at, self.deeds.get(deed, -1))

    # What happens

    def befalls(self, happening: Happening) -> Truth:
        """Whom this happening befalls, by what was done before."""
        since: Number = 0
        if happening.since is not None:
            since = happening.since + (self.m.most(0, self.started_at) if happening.counted == "start" else 0)
        who: Truth = True
        for deed in happening.unless:
            who = who & (self.deeds.get(deed, -1) < since)
        for deed in happening.only_if:
            who = who & (self.deeds.get(deed, -1) >= since)
        return who

    def befall(self, h: Happening, at: int, who: Truth = True) -> None:
        """What this happening does inside the patient; a fault of the equipment does nothing here."""
        lived, body = self.experience, self.body
        if h.nausea is not None:
            lived.sicken(h.nausea, who)
        if h.vomits:
            lived.vomit(at, who)
        if h.frightened is not None:
            lived.frighten(h.frightened, who)
        if h.headache is not None:
            lived.ache(h.headache, who)
        if h.drowsy is not None:
            lived.tire(at, h.drowsy, who)
        if (n := h.airway_narrows) is not None:
            body.narrow(at, n.percent, n.over, n.lasts, who)
        if (s := h.pressure_surge) is not None:
            body.surge(at, s.sys, s.dia, s.lasts, who)
        if h.faint is not None:
            body.faint(at, h.faint, who)
        if h.apnoea is not None:
            body.hold_breath(at, h.apnoea, who)
        if h.allergy is not None:
            body.react(at, h.allergy, who)
        if (p := h.pulse_slows) is not None:
            body.slow(at, p.by, p.over, p.lasts, who)
        if h.saliva is not None:
            body.water(h.saliva, who)
        if h.pump_occluded is not None:
            self._hold_back(at, 0.0, h.pump_occluded, who)
        if h.iv_leaks is not None:
            self._hold_back(at, 1.0 - h.iv_leaks.percent / 100.0, h.iv_leaks.lasts, who)

    def _hold_back(self, at: int, flow: float, lasts: int, who: Truth) -> None:
        self.level(at)
        self._flow, self._flow_until = self.m.pick(who, flow, self._flow), self.m.pick(who, at + lasts, self._flow_until)

    @property
    def arrives(self) -> Number:
        """What reaches the vein, mg/kg/h."""
        return self.rate * self._flow


DEEDS = {
    Does.DRUG: Deed.DRUG,
    Does.OXYGEN: Deed.OXYGEN,
    Does.REASSURE: Deed.REASSURED,
    Does.AIRWAY: Deed.AIRWAY,
    Does.PROBE: Deed.PROBE,
    Does.CUFF_NOW: Deed.CUFF_NOW,
    Does.CUFF_INTERVAL: Deed.CUFF_INTERVAL,
}


def _multipliers(scenario: Scenario, person: Person, seeds: Seeds) -> Sequence[float]:
    return individual(SETS[scenario.drug_set], seeds.of_person("body").standard_normal(6).clip(-CLIP, CLIP).tolist(), person.sex)


def _bases(people: Sequence[Person]) -> Baseline:
    """Baselines of many, as one that holds arrays."""
    lanes: dict[str, Any] = {name: np.array([getattr(p.baseline, name) for p in people]) for name in Baseline.model_fields}
    return Baseline.model_construct(**lanes)


def _saturating(level: Number) -> Number:
    return level / (level + SATURATES_NG_ML)
