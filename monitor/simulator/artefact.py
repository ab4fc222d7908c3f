"""What stands between a patient and a number: a probe off or slipped, movement, a stuck sensor, silence.

True values go in, the row that a monitor would send comes out. Shapes follow the recordings that the project keeps;
sizes are proposals.
"""

from __future__ import annotations

from math import floor

import numpy as np

from monitor.simulator.scenario import STREAMS
from monitor.vitals import Numeric, Quality, Signal

TIMED_FAULTS = frozenset({"probe_off", "probe_slips", "electrode_off", "motion", "dropout"})
"""Kinds of happening that are a fault of the equipment for so many seconds."""
PULSE_OX = (Signal.PULSE, Signal.SPO2)
SLIPPED_SPO2 = 83.0
"""What a badly seated probe drifts towards, per cent."""
SLIP_HALF_S = 12.0
SETTLING_S = 8
"""A probe that was placed anew shows nothing for so long."""
MOTION_LOSS = 0.35
"""Share of seconds without a value while the hand moves."""


class Faults:
    """The faults that are present now, and the row they leave."""

    __slots__ = ("_false", "_jolt", "_rng", "_stuck", "_until")

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._until: dict[str, int] = {}
        self._stuck: dict[Signal, tuple[int, float | None]] = {}
        self._false = 0.0
        self._jolt = 0.0

    def begin(self, kind: str, at: int, lasts: int) -> None:
        """One of ``TIMED_FAULTS``, for so many seconds from now."""
        self._until[kind] = at + lasts

    def stick(self, signal: Signal, at: int, lasts: int) -> None:
        """The signal repeats the value that it next shows."""
        self._stuck[signal] = (at + lasts, None)

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
        return [*sorted(self._until), *(f"stuck {s.value}" for s in sorted(self._stuck))]

    def row(self, at: int, hr: float, pulse: float, spo2: float, rr: float, squeezed: bool) -> list[Numeric]:
        """The numerics of this second, in whole numbers. ``squeezed``: a cuff blocks the probe's arm."""
        clean = [
            Numeric(Signal.HR, floor(hr + 0.5) + 0.0, at),
            Numeric(Signal.PULSE, floor(pulse + 0.5) + 0.0, at),
            Numeric(Signal.SPO2, floor(spo2 + 0.5) + 0.0, at),
            Numeric(Signal.RR, floor(rr + 0.5) + 0.0, at),
        ]
        if not (self._until or self._stuck or squeezed):
            return clean
        return self._spoiled(at, {n.signal: n.value for n in clean}, squeezed)

    def _spoiled(self, at: int, values: dict[Signal, float], squeezed: bool) -> list[Numeric]:
        for kind in [k for k, until in self._until.items() if at >= until]:
            del self._until[kind]
            if kind == "probe_slips":
                self._false = 0.0
        for signal in [s for s, (until, _) in self._stuck.items() if at >= until]:
            del self._stuck[signal]

        if "dropout" in self._until:
            return []
        why: dict[Signal, Quality] = {}
        if "motion" in self._until:
            self._move(values, why)
        if "probe_slips" in self._until:
            self._slip(values, why)
        if squeezed or "settling" in self._until:
            why.update(dict.fromkeys(PULSE_OX, Quality.NO_VALUE))
        if "probe_off" in self._until:
            why.update(dict.fromkeys(PULSE_OX, Quality.SENSOR_OFF))
        if "electrode_off" in self._until:
            why.update(dict.fromkeys((Signal.HR, Signal.RR), Quality.SENSOR_OFF))
        for signal, (until, held) in self._stuck.items():
            if held is None:
                self._stuck[signal] = (until, values[signal])
            else:
                values[signal] = held
            why.pop(signal, None)
        return [Numeric(s, 0.0, at, why[s]) if s in why else Numeric(s, values[s], at) for s in STREAMS]

    def _move(self, values: dict[Signal, float], why: dict[Signal, Quality]) -> None:
        z, lost = float(self._rng.standard_normal()), float(self._rng.random())
        self._jolt = 0.8 * self._jolt + 0.6 * z
        values[Signal.SPO2] = _whole(values[Signal.SPO2] - 3.0 - 2.0 * abs(self._jolt), 60, 100)
        values[Signal.PULSE] = _whole(values[Signal.PULSE] + 12.0 * self._jolt, 35, 200)
        values[Signal.RR] = _whole(values[Signal.RR] + 3.0 + 3.0 * self._jolt, 5, 50)
        if lost < MOTION_LOSS:
            why.update(dict.fromkeys(PULSE_OX, Quality.NO_VALUE))

    def _slip(self, values: dict[Signal, float], why: dict[Signal, Quality]) -> None:
        z, lost = float(self._rng.standard_normal()), float(self._rng.random())
        self._false += (1.0 - self._false) * (1.0 - 0.5 ** (1.0 / SLIP_HALF_S))
        self._jolt = 0.9 * self._jolt + 0.4 * z
        true = values[Signal.SPO2]
        low = true + (min(true, SLIPPED_SPO2) - true) * self._false + self._jolt * self._false
        values[Signal.SPO2] = _whole(low, 55, 100)
        # The telling sign: the pulse from the probe wanders away from the ECG's rate.
        values[Signal.PULSE] = _whole(values[Signal.PULSE] - 8.0 * self._false + 5.0 * self._jolt, 30, 200)
        if lost < 0.06:
            why.update(dict.fromkeys(PULSE_OX, Quality.NO_VALUE))


def _whole(value: float, low: int, high: int) -> float:
    return float(max(low, min(high, floor(value + 0.5))))
