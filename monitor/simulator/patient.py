"""The simulated patient of a room: one second at a time, the same seed and the same acts always giving the same patient.

``life`` is what goes on inside; here is the bedside monitor on it: averaged, fluttering numbers every second
(``artefact`` spoils them), and the cuff.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import sqrt

from monitor.charting import BOTHERED_WORDS
from monitor.infusion import Act, Does
from monitor.simulator import noise
from monitor.simulator.artefact import TIMED_FAULTS, Faults, unrest
from monitor.simulator.cuff import Cuff, Cuffed, reading
from monitor.simulator.experience import Told
from monitor.simulator.heart import Heart
from monitor.simulator.life import Life, Seeds
from monitor.simulator.maths import ONE, STEP_S
from monitor.simulator.scenario import Happening, Scenario
from monitor.units import half_up
from monitor.vitals import CUFF, Beats, Numeric, Quality, Rhythm

AVERAGED_S = 6.0
"""Time constant with which a monitor averages what it shows: proposal (common oximeters average 4 to 16 s)."""
# How a resting patient's numbers wander on a monitor, SD; periods in seconds. Fitted to the shared 1 Hz recordings: pulse
# SD 0.69 to 2.26 and lag-1 0.91 to 0.98, whole records from 0.950; SpO2 SD 0 to 0.58 and 0.85 to 0.96 (at rest).
# Well-spaced periods keep every stretch of five minutes alike.
HEART, OXIMETER, BREATHS, DRIFT = (52, 88, 150), (50, 80, 130), (60, 90, 140, 200), (400, 700, 1100)
WANDER_HR, DRIFT_HR, WANDER_SPO2, DRIFT_SPO2, WANDER_RR = 1.1, 0.2, 0.37, 0.05, 0.9
FLUTTER, FLUTTER_HR = 0.6, 0.35
"""The ECG's rate is averaged less than the probe's: memory and SD of what it shows beside it."""

ASKED = ("dissociation", "bothered", "comfort", "nausea", "anxiety", "dizziness", "headache", "cadss", "cadss6")
REMEMBERS_EVERY_S, REMEMBERS_S = 10, 2 * 3600
SAID_RECENTLY_S = 600
UNREST_S = 8 * 3600
"""So far the monitor's own unrest is drawn."""
FINGER_S = 15
"""From the lungs to the finger, and through the oximeter, before it averages. Sourced in kind (20 to 30 s with it)."""
LEAVES = "I want this to stop. Take it out, I want to leave."
_NEAR, _LEAP = 1.0 / AVERAGED_S, 0.5
LEAPS = (4.0, 16.0)
"""Beats a minute by which a patient who stirs is faster. Sourced (EDF oximeter 1 and 3: steps of 11 and 16 in 4 s)."""
_KICK = sqrt(1.0 - FLUTTER * FLUTTER)


class Patient:
    """``step`` by ``step``. No state is shared between patients, none is global."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.life = Life(scenario, scenario.patient, Seeds(seed, scenario.id, scenario.id))

        def chance(name: str) -> noise.Generator:
            return noise.stream(seed, scenario.id, name)

        self._faults = Faults(chance("artefact"))
        self._heart = Heart()
        self.beats: Beats | None = None
        """What the waves of the last second are drawn from; None where nothing arrived from the monitor."""
        self._lively = scenario.patient.responds.liveliness or 1.0
        self._stirs_until, self._stirs_by, self._leaps = 0, 0.0, chance("stirs")
        self._wander = noise.Waves(chance("numbers"), (HEART, DRIFT, OXIMETER, DRIFT, BREATHS))
        self._flicker = noise.Draws(chance("flutter"), 1)
        self._flutter = 0.0
        self._cuff = Cuff(scenario.cuff.every)
        self._cuff_chance = noise.Draws(chance("cuff"), 4)
        self._cuff_fails_left, self._cuff_fails_until = 0, 0
        body = self.life.body
        self._shown = (body.hr, body.spo2, body.rr)
        self._on_the_way = deque([body.spo2] * FINGER_S, maxlen=FINGER_S)

        self._at = -1
        self._waiting = sorted([*scenario.happenings, *unrest(scenario.unrest, chance("unrest"), UNREST_S)], key=lambda h: h.at)
        self._memory: deque[tuple[Told, str]] = deque(maxlen=REMEMBERS_S // REMEMBERS_EVERY_S)
        self._said: tuple[int, str] | None = None
        self._symptoms: dict[str, int] = {}

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
        at = self._at = self._at + 1
        life, body = self.life, self.life.body
        for act in acts:
            self._take(act if act.at == at else Act(at, act.does, act.value, act.detail))
        if self._waiting:
            self._happen(at)
        if at % STEP_S == 0:
            life.step(at)
            if at % REMEMBERS_EVERY_S == 0:
                self._memory.append((life.experience.told, self._saying()))

        hr, spo2, rr = self._shown
        hr += (body.hr + (self._stirs_by if at < self._stirs_until else 0.0) - hr) * (_LEAP if at < self._stirs_until else _NEAR)
        spo2 += (self._on_the_way[0] - spo2) * _NEAR
        self._on_the_way.append(body.spo2)
        rr += (body.rr - rr) * _NEAR
        self._shown = hr, spo2, rr
        heart, drift, oximeter, drifting, breath = self._wander.next()
        self._flutter = FLUTTER * self._flutter + _KICK * self._flicker.next()[0]
        pulse = max(28.0, hr + self._lively * (WANDER_HR * heart + DRIFT_HR * drift))
        spo2 = min(100.0, spo2 + WANDER_SPO2 * oximeter + DRIFT_SPO2 * drifting)
        squeezed = self._cuff.inflated and self.scenario.cuff.on_probe_arm
        rr = max(2.0 if body.rr else 0.0, rr + self._lively * WANDER_RR * breath * min(1.0, rr / 4.0))
        hr = pulse + FLUTTER_HR * self._flutter
        row = self._faults.row(at, hr, pulse, spo2, rr, squeezed)
        faults = self._faults.present()
        beats = self._heart.step(at, half_up(hr), half_up(rr), faults, squeezed)
        self.beats = None if "dropout" in faults else beats
        row = self._heart.felt(row)
        done = self._cuff.step(at)
        if done is not None:
            measured = self._cuffed(done, at)
            row += measured if self.beats is not None else []
        return self._faults.stamped(at, row)

    def _take(self, act: Act) -> None:
        self.life.take(act)
        match act.does:
            case Does.PROBE:
                self._faults.place_probe(act.at)
            case Does.CUFF_NOW:
                self._cuff.now()
            case Does.CUFF_INTERVAL:
                self._cuff.cycle(act.at, round(act.value))
            case Does.CUFF_PUT_OFF:
                self._cuff.put_off(act.at, round(act.value))
            case Does.CUFF_STOP:
                self._cuff.stop()
            case Does.HAPPENING:
                injected = Happening.model_validate_json(act.detail)
                self.life.befall(injected, act.at)
                self._spoil(injected, act.at)
            case _:
                pass

    # What happens

    def _happen(self, at: int) -> None:
        started = self.life.started_at
        since = {"opening": at, "start": -1 if started < 0 else at - started}
        for happening in [h for h in self._waiting if since[h.counted] >= h.at]:
            self._waiting.remove(happening)
            if self.life.befalls(happening):
                self.life.befall(happening, at)
                self._spoil(happening, at)

    def _spoil(self, h: Happening, at: int) -> None:
        """What this happening does to the equipment, and what it makes the patient say."""
        if h.kind in TIMED_FAULTS:
            self._faults.begin(h.kind, at, getattr(h, h.kind))
        if h.stuck is not None:
            self._faults.stick(h.stuck.signal, at, h.stuck.lasts)
        if h.clock_step is not None:
            self._faults.step_clock(h.clock_step.by, at, h.clock_step.lasts)
        if h.cuff_fails is not None:
            self._cuff_fails_left = max(self._cuff_fails_left, h.cuff_fails)
        if h.cuff_fails_for is not None:
            self._cuff_fails_until = max(self._cuff_fails_until, at + h.cuff_fails_for)
        if h.stirs is not None:
            self._stirs_until, self._stirs_by = at + h.stirs, float(self._leaps.uniform(*LEAPS))
        if h.rhythm is not None:
            self._heart.begin(Rhythm[h.rhythm.kind.upper()], at, h.rhythm.lasts)
        if h.says is not None or h.wants_to_leave:
            self._said = (at, h.says or LEAVES)
        for symptom in (h.symptom, "wants_to_stop" if h.wants_to_leave else None, "saliva" if h.saliva else None):
            if symptom is not None:
                self._symptoms[symptom] = at

    def _cuffed(self, done: Cuffed, at: int) -> list[Numeric]:
        """The rows of a reading, or of its failure."""
        if done is Cuffed.STARTED:
            # Always drawn, so that a scripted failure moves no later chance.
            self._scatter = self._cuff_chance.next()
            unlucky = noise.share(self._scatter[3]) < self.scenario.cuff.fails
            scripted = self._cuff_fails_left > 0 or at < self._cuff_fails_until
            self._cuff_fails_left = max(0, self._cuff_fails_left - 1)
            if unlucky or scripted or self._faults.moving:
                self._cuff.fail()
            return []
        if done is Cuffed.FAILED:
            return [Numeric(signal, 0.0, at, Quality.CUFF_FAILED) for signal in CUFF]
        body = self.life.body
        read = reading(ONE, body.sys, body.dia, self.life.traits.steadiness, self._scatter)
        return [Numeric(signal, value, at) for signal, value in zip(CUFF, read, strict=True)]

    # What is hidden

    def answers(self, at: int | None = None) -> dict[str, object]:
        """What the patient would say if asked at this second (for one that is past: to the 10 s, two hours back).

        ``dissociation``, ``comfort``, ``nausea``, ``anxiety``, ``dizziness``, ``headache`` 0 to 10; ``bothered`` no / a
        little / yes; ``moaas`` 5 to 0; ``cadss`` and ``cadss6`` totals; ``vomited`` in the ten minutes before;
        ``like_oneself`` again; ``says`` what they say by themselves. None where they cannot be roused to answer.
        """
        lived = self.life.experience
        if at is None or at >= self._at:
            at, (said, says) = self._at, (lived.told, self._saying())
        else:
            back = self._at // REMEMBERS_EVERY_S - max(0, at) // REMEMBERS_EVERY_S
            said, says = self._memory[max(-len(self._memory), -1 - back)]
        scores = lived.scores(said, at)
        told: dict[str, object] = {scale: value if isinstance(value, bool) else int(value) for scale, value in scores.items()}
        told["bothered"] = BOTHERED_WORDS[scores["bothered"]]
        told["says"] = says
        if scores["moaas"] <= 1:
            # Who does not wake when shaken answers nothing.
            told.update(dict.fromkeys(ASKED))
        return told

    def calls(self) -> str:
        """What the patient says by themselves in this very second, such as with the bell in hand; nothing: empty."""
        return self._said[1] if self._said is not None and self._said[0] == self._at else ""

    def symptoms(self) -> list[str]:
        """The symptoms that whoever asks now hears of."""
        return [name for name, at in self._symptoms.items() if self._at - at <= SAID_RECENTLY_S]

    def breaths(self) -> int:
        """What whoever counts for a minute counts."""
        return int(half_up(self.life.body.rr))

    def _saying(self) -> str:
        return self._said[1] if self._said is not None and self._at - self._said[0] <= SAID_RECENTLY_S else ""

    def truth(self) -> dict[str, object]:
        """What is true now and no trainee may see: levels, values behind the monitor, answers, faults."""
        life, body = self.life, self.life.body
        level = life.look(max(0, self._at))
        return {
            "at": self._at,
            "plasma_ng_ml": round(level[0], 2),
            "norketamine_ng_ml": round(level[life.kinetics.norketamine], 2),
            "effect_ng_ml": {effect: round(level[i], 2) for effect, i in life.sites.items()},
            "rate_mg_per_kg_h": life.arrives,
            "hr": round(body.hr, 2),
            "spo2": round(body.spo2, 2),
            "rr": round(body.rr, 2),
            "sys": round(body.sys, 2),
            "dia": round(body.dia, 2),
            "mean": round(body.mean, 2),
            "answers": self.answers(),
            "persona": life.traits.persona.value,
            "faults": [*self._faults.present(), *(["line"] if life.rate and life.arrives < life.rate else [])],
        }
