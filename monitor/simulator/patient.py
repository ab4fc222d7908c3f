"""The simulated patient: one second at a time, the same seed and the same acts always giving the same patient.

Level (``ketamine``) -> effect sites -> body and experience, each with this patient's own sizes (``traits``); then what
is done about it (``remedies``), and last what the monitor makes of it (``cuff``, ``artefact``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from types import MappingProxyType

from monitor.infusion import Act, Does
from monitor.simulator import noise, traits
from monitor.simulator.artefact import TIMED_FAULTS, Faults
from monitor.simulator.body import Body
from monitor.simulator.cuff import Cuff, Cuffed
from monitor.simulator.experience import Experience, Told
from monitor.simulator.ketamine import KE0_HALF_TIME_MIN, kinetics
from monitor.simulator.remedies import Remedies
from monitor.simulator.scenario import Deed, Happening, Scenario
from monitor.simulator.traits import REFERENCE_NG_ML
from monitor.units import half_up
from monitor.vitals import CUFF, Numeric, Quality

EFFECT_SITES: Mapping[str, float] = MappingProxyType(
    {"pressure": KE0_HALF_TIME_MIN, "breathing": KE0_HALF_TIME_MIN, "experience": KE0_HALF_TIME_MIN}
)
"""Half-time of the effect site (minutes) of each effect. 6.1 is sourced as an average (Olofsen 2012); that it holds for
each of these is assumed."""

CUFF_SYS, CUFF_DIA, CUFF_MEAN = 2.4, 1.8, 0.8
"""Scatter of one reading, SD, mmHg: proposal."""
MEAN_SHARE = 0.36
"""Where the mean lies between diastolic and systolic."""

REMEMBERS_EVERY_S = 10


class Patient:
    """``step`` by ``step``. No state is shared between patients, none is global."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        person = scenario.patient

        def chance(name: str) -> noise.Generator:
            return noise.stream(seed, scenario.id, name)

        self.traits = traits.draw(person, chance("traits"))
        half_times = tuple(dict.fromkeys(EFFECT_SITES.values()))
        self._kinetics = kinetics(scenario.drug_set, person.weight_kg, half_times)
        sites = [3 + half_times.index(EFFECT_SITES[e]) for e in ("pressure", "breathing", "experience")]
        self._pressed, self._breathed, self._felt = sites
        self._level = self._kinetics.start()
        self._rate = 0.0

        self._experience = Experience(self.traits, chance("events"))
        self._body = Body(person.baseline, self.traits, chance("body"))
        self._remedies = Remedies(person.motion_sickness)
        self._faults = Faults(chance("artefact"))
        self._cuff = Cuff(scenario.cuff.every)
        self._cuff_chance = chance("cuff")
        self._cuff_fails_left, self._cuff_fails_until = 0, 0

        self._at = -1
        self._started_at: int | None = None
        self._deeds: set[str] = set()
        self._waiting = sorted(scenario.happenings, key=lambda h: h.at)
        self._memory: list[Told] = []

    @property
    def at(self) -> int:
        """The last tick that was lived; -1 before the first."""
        return self._at

    @property
    def cuff_every_s(self) -> int:
        """Seconds between readings now; 0 where the cycle is off."""
        return self._cuff.every

    def step(self, acts: Sequence[Act] = ()) -> list[Numeric]:
        """Live the next second (the first call is tick 0) with what is done in it; the numerics received in it.

        Raises ValueError on an act whose value is negative or not a number.
        """
        if self._at >= 0:
            self._level = self._kinetics.step(self._level, self._rate)
        at = self._at = self._at + 1
        for act in acts:
            self._take(act, at)
        if self._waiting:
            self._happen(at)

        level = self._level
        help = self._remedies.now(at)
        lived, body = self._experience, self._body
        lived.step(at, level[self._felt] / REFERENCE_NG_ML, help)
        body.step(at, level[self._pressed] / REFERENCE_NG_ML, level[self._breathed] / REFERENCE_NG_ML, lived, help)
        if at % REMEMBERS_EVERY_S == 0:
            self._memory.append(lived.told)

        squeezed = self._cuff.inflated and self.scenario.cuff.on_probe_arm
        row = self._faults.row(at, body.hr, body.pulse, body.shown_spo2, body.rr, squeezed)
        done = self._cuff.step(at)
        if done is not None:
            row += self._cuffed(done, at)
        return row

    # What is done

    def _take(self, act: Act, at: int) -> None:
        value = act.value
        if not isfinite(value) or value < 0:
            raise ValueError(f"the act {act.does.value} at {act.at} s cannot have the value {value}")
        match act.does:
            case Does.RATE:
                if value > 0 and self._started_at is None:
                    self._started_at = at
                if value < self._rate:
                    self._deeds.add(Deed.RATE_LOWERED if value > 0 else Deed.STOPPED)
                self._rate = value
            case Does.DRUG:
                self._remedies.give(at, act.detail, value)
                self._deeds.update((Deed.DRUG, f"drug {act.detail}"))
            case Does.OXYGEN:
                self._remedies.oxygen(value)
                self._deeds.add(Deed.OXYGEN)
            case Does.REASSURE:
                self._remedies.reassure(at)
                self._deeds.add(Deed.REASSURED)
            case Does.AIRWAY:
                self._remedies.open_airway(at)
                self._deeds.add(Deed.AIRWAY)
            case Does.PROBE:
                self._faults.place_probe(at)
                self._deeds.add(Deed.PROBE)
            case Does.CUFF_NOW:
                self._cuff.now()
                self._deeds.add(Deed.CUFF_NOW)
            case Does.CUFF_INTERVAL:
                self._cuff.cycle(at, round(value))
                self._deeds.add(Deed.CUFF_INTERVAL)

    # What happens

    def _happen(self, at: int) -> None:
        since = {"opening": at, "start": -1 if self._started_at is None else at - self._started_at}
        for happening in [h for h in self._waiting if since[h.counted] >= h.at]:
            self._waiting.remove(happening)
            if self._deeds.isdisjoint(happening.unless) and self._deeds.issuperset(happening.only_if):
                self._befall(happening, at)

    def _befall(self, h: Happening, at: int) -> None:
        if h.kind in TIMED_FAULTS:
            self._faults.begin(h.kind, at, getattr(h, h.kind))
        if h.stuck is not None:
            self._faults.stick(h.stuck.signal, at, h.stuck.lasts)
        if h.cuff_fails is not None:
            self._cuff_fails_left = h.cuff_fails
        if h.cuff_fails_for is not None:
            self._cuff_fails_until = at + h.cuff_fails_for
        if h.nausea is not None:
            self._experience.sicken(h.nausea)
        if h.vomits:
            self._experience.vomit(at)
        if h.frightened is not None:
            self._experience.frighten(h.frightened)
        if h.drowsy is not None:
            self._experience.tire(at, h.drowsy)
        if h.airway_narrows is not None:
            self._body.narrow(at, h.airway_narrows)
        if h.pressure_surge is not None:
            self._body.surge(at, h.pressure_surge)
        if h.faint is not None:
            self._body.faint(at, h.faint)

    def _cuffed(self, done: Cuffed, at: int) -> list[Numeric]:
        """The rows of a reading, or of its failure."""
        if done is Cuffed.STARTED:
            # Always drawn, so that a scripted failure moves no later chance.
            unlucky = self._cuff_chance.random() < self.scenario.cuff.fails
            scripted = self._cuff_fails_left > 0 or at < self._cuff_fails_until
            self._cuff_fails_left = max(0, self._cuff_fails_left - 1)
            if unlucky or scripted or self._faults.moving:
                self._cuff.fail()
            return []
        scatter = [noise.clipped(self._cuff_chance) for _ in range(3)]
        if done is Cuffed.FAILED:
            return [Numeric(signal, 0.0, at, Quality.CUFF_FAILED) for signal in CUFF]
        steady = self.traits.steadiness
        sys = half_up(self._body.sys + CUFF_SYS * steady * scatter[0])
        dia = min(half_up(self._body.dia + CUFF_DIA * steady * scatter[1]), sys - 10.0)
        mean = half_up(dia + MEAN_SHARE * (sys - dia) + CUFF_MEAN * scatter[2])
        mean = max(dia + 2.0, min(sys - 2.0, mean))
        return [Numeric(s, v, at) for s, v in zip(CUFF, (sys, dia, mean), strict=True)]

    # What is hidden

    def answers(self, at: int | None = None) -> dict[str, object]:
        """What the patient would say if asked at this second (for a second that is past: to the 10 s).

        ``dissociation``, ``comfort``, ``nausea``, ``anxiety`` 0 to 10; ``bothered`` no / a little / yes; ``moaas`` 5 to
        0; ``vomited`` whether in the ten minutes before.
        """
        if at is None or at >= self._at:
            return self._experience.told.scores()
        return self._memory[max(0, at) // REMEMBERS_EVERY_S].scores()

    def truth(self) -> dict[str, object]:
        """What is true now and no trainee may see: levels, values behind the monitor, answers, faults."""
        body = self._body
        sites = {"pressure": self._pressed, "breathing": self._breathed, "experience": self._felt}
        return {
            "at": self._at,
            "plasma_ng_ml": round(self._level[0], 2),
            "effect_ng_ml": {effect: round(self._level[i], 2) for effect, i in sites.items()},
            "rate_mg_per_kg_h": self._rate,
            "hr": round(body.hr, 2),
            "spo2": round(body.spo2, 2),
            "rr": round(body.rr, 2),
            "sys": round(body.sys, 2),
            "dia": round(body.dia, 2),
            "answers": self.answers(),
            "persona": self.traits.persona.value,
            "faults": self._faults.present(),
        }
