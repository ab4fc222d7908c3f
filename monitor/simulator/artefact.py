"""What stands between a patient and a number: a probe off or slipped, movement, a stuck sensor, silence.

True values go in, the row that a monitor would send comes out. Shapes follow the shared recordings: an oximeter first
holds its last value, then blanks pulse and saturation together for a run of seconds, and both come back together; the
heart rate of the ECG goes on (bidmc_01: 13 s; EDF oximeter: held for 20 s about each movement). Where it reads falsely,
saturation is low and its pulse high while the ECG's rate stays (s25047). Other sizes are proposals.
"""

from __future__ import annotations

from math import floor

import numpy as np

from monitor.simulator.scenario import Happening, Unrest
from monitor.vitals import Numeric, Quality, Signal, numeric

TIMED_FAULTS = frozenset({"probe_off", "probe_slips", "pulse_lost", "electrode_off", "motion", "dropout"})
"""Kinds of happening that are a fault of the equipment for so many seconds."""
PULSE_OX = (Signal.PULSE, Signal.SPO2)

OFF_HELD_S = 6
"""How long the last value stands before the monitor says that the probe is off: proposal."""
SETTLING_S = 8
"""Nothing is shown for so long after a probe was placed: proposal."""
CUFF_HELD_S, CUFF_SETTLING_S = 10, 4
"""A cuff on the probe's arm: the last value stands for so long, and comes back so long after deflation. Sourced in kind
(monitors hold back the alarm of the probe while the cuff is inflated), proposal in size."""

MOTION_HELD_S = (8, 20)
"""Sourced (EDF oximeter 1 and 3: bouts of 4 to 32 s; the rate stands still for 20 s, in one for 32 s)."""
MOTION_LOST_S = (6, 16)
"""Sourced (bidmc_01: 13 s)."""
MOTION_FALSE_S = (6, 15)
MOTION_SPO2, MOTION_PULSE, MOTION_RR = (3.0, 14.0), (8.0, 40.0), (6.0, 28.0)
"""How far a false value lies off: SpO2 below, pulse and breathing by impedance above. Sourced in kind (s25047: SpO2 43 to
78 with a pulse 20 to 65 above the ECG's rate, breathing 28 to 56 instead of 20; EDF: pulse +8 to +20); at the milder end."""
AVERAGING_S = 4.0
"""A false value comes and goes with this lag, as an averaging monitor shows it: proposal."""

SLIPPED_SPO2, SLIPPED_PULSE = 83.0, 15.0
"""What a badly seated probe drifts towards, per cent; how far its pulse lies above the ECG's rate. Kind as above."""
SLIP_HALF_S = 12.0
SLIP_LOSES = 0.01
"""The chance at each second that a slipped probe loses the signal for a while."""
_SHOWS_NONE = frozenset({"settling", "pulse_lost"})
STILL = (0.0, 0.0, 0.0)
"""Nothing added to what is true: SpO2 (down), pulse, breathing (up)."""


def unrest(often: Unrest, rng: np.random.Generator, until: int) -> list[Happening]:
    """What spoils the numbers by itself, from the opening to this second: waits are exponential, spans even on a log scale."""
    found = []
    for kind, an_hour, (least, most) in (
        ("motion", often.moves, often.moves_for),
        ("pulse_lost", often.loses, often.loses_for),
        ("stirs", often.stirs, often.stirs_for),
        ("probe_slips", often.slips, often.slips_for),
    ):
        at = 0.0
        while an_hour and (at := at + float(rng.exponential(3600 / an_hour))) < until:
            lasts = round(least * (most / least) ** float(rng.random()))
            found.append(Happening.model_validate({"at": f"{round(at)} s", "from": "opening", kind: f"{lasts} s"}))
    return found


class Faults:
    """The faults that are present now, and the row they leave."""

    __slots__ = ("_aim", "_clock", "_false", "_jolt", "_off", "_phase_until", "_rng", "_shown", "_squeezed", "_stuck", "_until")

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._until: dict[str, int] = {}
        """Beside the faults: ``hold``, the oximeter shows its last values; ``settling``, it shows none."""
        self._stuck: dict[Signal, tuple[int, float | None]] = {}
        self._clock: tuple[int, int] | None = None
        self._shown: tuple[float, float] | None = None
        """Pulse and SpO2 as they last stood; None before the first."""
        self._squeezed: int | None = None
        self._phase_until = 0
        self._aim, self._off = STILL, list(STILL)
        self._false = self._jolt = 0.0

    def begin(self, kind: str, at: int, lasts: int) -> None:
        """One of ``TIMED_FAULTS``, for so many seconds from now."""
        self._until[kind] = max(self._until.get(kind, 0), at + lasts)
        if kind == "motion":
            self._phase_until = at + self._span(MOTION_HELD_S)
            self._until["hold"] = self._phase_until
            self._aim = (0.0, 0.0, self._between(MOTION_RR))
        elif kind == "probe_off":
            self._until["hold"] = at + OFF_HELD_S

    def stick(self, signal: Signal, at: int, lasts: int) -> None:
        """The signal repeats the value that it next shows."""
        self._stuck[signal] = (at + lasts, None)

    def step_clock(self, by: int, at: int, lasts: int) -> None:
        """The monitor's clock is off by so many seconds, for so long; what it sends bears that time."""
        self._clock = (at + lasts, by)

    def place_probe(self, at: int) -> None:
        """The probe is taken off and put on well."""
        mended = [self._until.pop(kind, 0) for kind in ("probe_off", "probe_slips")]
        stuck = [self._stuck.pop(signal, None) for signal in PULSE_OX]
        if max(mended) > at or any(stuck):
            self._until["settling"] = at + SETTLING_S
        self._false = 0.0

    @property
    def moving(self) -> bool:
        return "motion" in self._until

    def present(self) -> list[str]:
        """For the truth: the faults of now."""
        if not (self._until or self._stuck or self._clock):
            return []
        stuck = [f"stuck {s.value}" for s in sorted(self._stuck)]
        return [*sorted(k for k in self._until if k != "hold"), *stuck, *(["clock_step"] if self._clock else [])]

    def stamped(self, at: int, row: list[Numeric]) -> list[Numeric]:
        """The row with the times that the monitor's clock gives it."""
        if self._clock is None:
            return row
        until, by = self._clock
        if at >= until:
            self._clock = None
            return row
        return [Numeric(n.signal, n.value, n.measured_at + by, n.quality) for n in row]

    def row(self, at: int, hr: float, pulse: float, spo2: float, rr: float, squeezed: bool) -> list[Numeric]:
        """The numerics of this second, in whole numbers. ``squeezed``: a cuff blocks the probe's arm."""
        clean = [
            Numeric(Signal.HR, floor(hr + 0.5) + 0.0, at),
            Numeric(Signal.PULSE, floor(pulse + 0.5) + 0.0, at),
            Numeric(Signal.SPO2, floor(spo2 + 0.5) + 0.0, at),
            numeric(Signal.RR, floor(rr + 0.5) + 0.0, at) if rr < 1 else Numeric(Signal.RR, floor(rr + 0.5) + 0.0, at),
        ]
        if not (self._until or self._stuck or squeezed or self._squeezed is not None or any(self._off)):
            self._shown = clean[1].value, clean[2].value
            return clean
        self._end(at, squeezed)
        if "dropout" in self._until:
            return []
        values = {n.signal: n.value for n in clean}
        why: dict[Signal, Quality] = {}
        self._spoil(at, values, why)
        if Signal.SPO2 not in why:
            self._shown = values[Signal.PULSE], values[Signal.SPO2]
        return [Numeric(s, 0.0, at, why[s]) if s in why else numeric(s, v, at) if v < 1 else Numeric(s, v, at) for s, v in values.items()]

    def _end(self, at: int, squeezed: bool) -> None:
        """What is over is over; after a probe that was off, or a squeeze, the pulse has to be found again."""
        for kind in [k for k, until in self._until.items() if at >= until]:
            del self._until[kind]
            if kind == "probe_off":
                self._until["settling"] = at + SETTLING_S
            elif kind == "probe_slips":
                self._false = 0.0
            elif kind == "motion":
                self._aim = STILL
        for signal in [s for s, (until, _) in self._stuck.items() if at >= until]:
            del self._stuck[signal]
        if squeezed and self._squeezed is None:
            self._squeezed = at
        elif not squeezed and self._squeezed is not None:
            self._squeezed = None
            self._until["settling"] = max(self._until.get("settling", 0), at + CUFF_SETTLING_S)

    def _spoil(self, at: int, values: dict[Signal, float], why: dict[Signal, Quality]) -> None:
        if self.moving and at >= self._phase_until:
            self._shake(at)
        self._off = [_towards(off, aim) for off, aim in zip(self._off, self._aim, strict=True)]
        low, fast, breath = self._off
        if "probe_slips" in self._until:
            low, fast = self._slip(at, values[Signal.SPO2], low, fast)
        if any(self._off) or self._false:
            values[Signal.SPO2] = _whole(values[Signal.SPO2] - low, 55, 100)
            values[Signal.PULSE] = _whole(values[Signal.PULSE] + fast, 30, 200)
            values[Signal.RR] = _whole(values[Signal.RR] + breath, 1, 60)

        quality = Quality.NO_VALUE
        held, lost = "hold" in self._until, not self._until.keys().isdisjoint(_SHOWS_NONE)
        if self._squeezed is not None:
            held = at < self._squeezed + CUFF_HELD_S
            lost = lost or not held
        if "probe_off" in self._until:
            quality, lost = Quality.SENSOR_OFF, lost or not held
        if lost or (held and self._shown is None):
            why.update(dict.fromkeys(PULSE_OX, quality))
        elif held and self._shown is not None:
            values[Signal.PULSE], values[Signal.SPO2] = self._shown
        if "electrode_off" in self._until:
            why.update(dict.fromkeys((Signal.HR, Signal.RR), Quality.SENSOR_OFF))
        for signal, (until, stuck) in self._stuck.items():
            if stuck is not None:
                values[signal] = stuck
                why.pop(signal, None)
            elif signal not in why:
                self._stuck[signal] = (until, values[signal])

    def _shake(self, at: int) -> None:
        """The next phase of a movement: the oximeter reads falsely, loses the signal or holds its last values."""
        false, rr = (self._between(MOTION_SPO2), self._between(MOTION_PULSE)), self._between(MOTION_RR)
        spans = [self._span(lasts) for lasts in (MOTION_FALSE_S, MOTION_LOST_S, MOTION_HELD_S)]
        phase = int(self._rng.integers(3))
        self._phase_until = at + spans[phase]
        self._aim = (*(false if phase == 0 else (0.0, 0.0)), rr)
        if phase:
            self._until["settling" if phase == 1 else "hold"] = self._phase_until

    def _slip(self, at: int, true: float, low: float, fast: float) -> tuple[float, float]:
        """How far the saturation lies too low, and the pulse too high."""
        z, chance, span = float(self._rng.standard_normal()), float(self._rng.random()), self._span(MOTION_LOST_S)
        self._false += (1.0 - self._false) * (1.0 - 0.5 ** (1.0 / SLIP_HALF_S))
        self._jolt = 0.95 * self._jolt + 0.3 * z
        if chance < SLIP_LOSES:
            self._until.setdefault("settling", at + span)
        low += (max(0.0, true - SLIPPED_SPO2) - self._jolt) * self._false
        return low, fast + (SLIPPED_PULSE + 4.0 * self._jolt) * self._false

    def _span(self, lasts: tuple[int, int]) -> int:
        return int(self._rng.integers(lasts[0], lasts[1] + 1))

    def _between(self, limits: tuple[float, float]) -> float:
        return float(self._rng.uniform(*limits))


def _towards(off: float, aim: float) -> float:
    return off + (aim - off) / AVERAGING_S if aim or off > 0.5 else 0.0


def _whole(value: float, low: int, high: int) -> float:
    return float(max(low, min(high, floor(value + 0.5))))
