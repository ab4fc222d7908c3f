"""What a bedside monitor measures: signals, one measured value (numeric), how old a value may be, and the beats of a second.

Time here is session time: whole seconds (ticks) from the opening of the session.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from monitor import units


class Signal(StrEnum):
    HR = "hr"
    PULSE = "pulse"
    SPO2 = "spo2"
    RR = "rr"
    NIBP_SYS = "nibp_sys"
    NIBP_DIA = "nibp_dia"
    NIBP_MEAN = "nibp_mean"
    ABP_SYS = "abp_sys"
    ABP_DIA = "abp_dia"
    ABP_MEAN = "abp_mean"
    TEMP = "temp"
    ETCO2 = "etco2"
    ECG = "ecg"
    PLETH = "pleth"
    RESP = "resp"


WAVES = frozenset({Signal.ECG, Signal.PLETH, Signal.RESP})
CUFF = (Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MEAN)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a signal before any patient: its label, unit, plausible range and MDC code.

    ``low`` and ``high`` bound what an adult's monitor can truly show (both included); outside them a value is
    flagged, not shown. They are wider than any alarm limit. Source: ranges of common monitors' manuals, proposal.
    ``code`` is the ISO/IEEE 11073 nomenclature code, partition x 65536 + term.
    """

    label: str
    unit: str
    low: float
    high: float
    code: int


KINDS: Mapping[Signal, Kind] = {
    Signal.HR: Kind("HR", units.PER_MIN, 15, 300, 147842),
    Signal.PULSE: Kind("Pulse", units.PER_MIN, 20, 250, 149530),
    Signal.SPO2: Kind("SpO2", units.PERCENT, 50, 100, 150456),
    Signal.RR: Kind("RR", units.PER_MIN, 1, 80, 151562),
    Signal.NIBP_SYS: Kind("BP systolic", units.MMHG, 40, 280, 150021),
    Signal.NIBP_DIA: Kind("BP diastolic", units.MMHG, 20, 200, 150022),
    Signal.NIBP_MEAN: Kind("BP mean", units.MMHG, 25, 230, 150023),
    Signal.ABP_SYS: Kind("ABP systolic", units.MMHG, 30, 300, 150037),
    Signal.ABP_DIA: Kind("ABP diastolic", units.MMHG, 15, 220, 150038),
    Signal.ABP_MEAN: Kind("ABP mean", units.MMHG, 20, 250, 150039),
    Signal.TEMP: Kind("Temp", units.CELSIUS, 28, 43, 150344),
    Signal.ETCO2: Kind("EtCO2", units.MMHG, 5, 100, 151712),
    Signal.ECG: Kind("ECG", units.MILLIVOLT, -10, 10, 131330),
    Signal.PLETH: Kind("Pleth", units.NORMALIZED, -10000, 10000, 150452),
    Signal.RESP: Kind("Resp", units.OHM, -10000, 10000, 151780),
}


class Quality(IntEnum):
    """Why a value is, or is not, a measurement. Anything but OK is a gap."""

    OK = 0
    NO_VALUE = 1
    """The channel delivered nothing: an empty cell, a sentinel, a zero."""
    SENSOR_OFF = 2
    """The monitor itself says that the sensor is off."""
    IMPLAUSIBLE = 3
    """Outside the plausible range; the raw value is kept for people to look at."""
    CUFF_FAILED = 4
    """The cuff tried and could not read."""


class Numeric(NamedTuple):
    """One value of one signal, in the signal's unit, measured at a session second.

    ``value`` is kept in tenths (rounded half up), so that what is stored, sent and evaluated is the same number.
    For a gap it is the raw value where there is one, else 0; read ``quality`` first.
    """

    signal: Signal
    value: float
    measured_at: int
    quality: Quality = Quality.OK

    @property
    def ok(self) -> bool:
        return self.quality is Quality.OK


def numeric(signal: Signal, value: float | None, measured_at: int) -> Numeric:
    """A numeric from a raw value: missing and implausible values become gaps."""
    if value is None or value != value:
        return Numeric(signal, 0.0, measured_at, Quality.NO_VALUE)
    kind = KINDS[signal]
    # What is kept is what is judged: a value that rounds into the range must not come back as another verdict.
    kept = units.half_up(min(max(value, -3000.0), 3000.0), 1)
    plausible = kind.low <= kept <= kind.high
    return Numeric(signal, kept, measured_at, Quality.OK if plausible else Quality.IMPLAUSIBLE)


@dataclass(frozen=True, slots=True)
class Channel:
    """A signal that a source declares: how often it delivers (seconds), and the name it bears there."""

    signal: Signal
    period_s: float
    name: str


@dataclass(frozen=True, slots=True)
class CuffReading:
    """One try of the cuff, or a pressure taken by hand. A failed one has no pressures."""

    at: int
    sys: float | None
    dia: float | None
    mean: float | None
    failed: bool = False
    by: str = ""
    """Who took it by hand; empty: the cuff."""


class Rhythm(IntEnum):
    """How the heart beats. The numbers are stored: they mean for ever what they mean now, 16 at most."""

    SINUS = 0
    """Regular, moved a little by breathing; slow and fast are only rates."""
    ECTOPICS = 1
    """Some ventricular beats too early, each with its pause."""
    BIGEMINY = 2
    """Every second beat is one of these."""
    FIBRILLATION = 3
    """Of the atria: irregular, no P."""
    PAUSED = 4
    """Nothing beats."""


class Beats(NamedTuple):
    """What the waves of one second are drawn from: where the heart and the breath are, and what the sensors do.

    Phases are counted from the opening of the session in thousandths and never wrap; rates are thousandths a second.
    ``beat`` and ``breath`` of the next second are this second's plus its rate, so that waves run on without a step.
    A breath begins (inspiration) where ``breath`` is a whole number of breaths.
    """

    beat: int
    """Thousandths of a beat, at the start of the second."""
    beat_rate: int
    beat_rate_before: int
    """Of the second before: the T wave and the pulse of its last beat reach into this one, and after a pause or a leap
    of the rate nothing else tells where that beat was."""
    breath: int
    breath_rate: int
    rhythm: Rhythm = Rhythm.SINUS
    rhythm_before: Rhythm = Rhythm.SINUS
    """Of the second before, for the same reason."""
    lead_off: bool = False
    probe_off: bool = False
    moving: bool = False
    squeezed: bool = False
    """A cuff is inflated on the arm of the probe."""
    slipped: bool = False
    """The probe sits badly."""


class Freshness(StrEnum):
    FRESH = "fresh"
    AGING = "aging"
    STALE = "stale"
    OFF = "off"


SHORTEST_MAX_AGE_S = 5.0
PERIODS_TO_STALE = 2.5


def max_age_s(period_s: float) -> float:
    """How old a value of a channel with this period may be and still be shown as live."""
    return max(SHORTEST_MAX_AGE_S, PERIODS_TO_STALE * period_s)


def freshness(age_s: float | None, period_s: float | None) -> Freshness:
    """Off: no such channel, or nothing ever came. A reading from the future (more than 5 s) is stale, not fresh."""
    if period_s is None or age_s is None:
        return Freshness.OFF
    limit = max_age_s(period_s)
    if age_s > limit or age_s < -SHORTEST_MAX_AGE_S:
        return Freshness.STALE
    return Freshness.AGING if age_s > limit / 2 else Freshness.FRESH


HORIZON_S = 20 * 60
"""How far back the window reaches: longer than any persistence a protocol may ask for."""
CUFF_TRIES = 64


class Window:
    """The recent samples of one session: what rules may look at. Bounded, so that a tick costs the same all day."""

    __slots__ = ("channels", "cuff", "last", "max_age", "series")

    def __init__(self, channels: Iterable[Channel]) -> None:
        self.channels: dict[Signal, Channel] = {c.signal: c for c in channels}
        self.max_age: dict[Signal, float] = {s: max_age_s(c.period_s) for s, c in self.channels.items()}
        self.last: dict[Signal, Numeric] = {}
        """The latest arrival of each signal, gap or not."""
        self.series: dict[Signal, deque[Numeric]] = {}
        """Measured values only, oldest first."""
        self.cuff: deque[CuffReading] = deque(maxlen=CUFF_TRIES)

    def push(self, row: Iterable[Numeric], at: int) -> None:
        """Take in the samples received in this tick.

        A cuff reading that claims to come from later (the monitor's clock is ahead) was measured now at the latest; a
        second-by-second value from later is not live at all (``value``).
        """
        pressures: dict[Signal, Numeric] = {}
        for sample in row:
            if sample.signal in CUFF:
                pressures[sample.signal] = sample
                continue
            self.last[sample.signal] = sample
            if sample.ok:
                series = self.series.get(sample.signal)
                if series is None:
                    series = self.series[sample.signal] = deque()
                series.append(sample)
                # Counted from now: a clock that leaps ahead for a second neither empties the window nor keeps it from being emptied.
                while len(series) > 1 and abs(at - series[0].measured_at) > HORIZON_S:
                    series.popleft()
        if pressures:
            self.cuff.append(_reading(pressures, at))

    def value(self, signal: Signal, at: int) -> Numeric | None:
        """The latest measured value if it is live at this second, else None."""
        latest = self.last.get(signal)
        if latest is None or signal not in self.max_age:
            return None
        if latest.quality in (Quality.SENSOR_OFF, Quality.IMPLAUSIBLE):
            return None
        series = self.series.get(signal)
        if not series:
            return None
        age = at - series[-1].measured_at
        return series[-1] if -SHORTEST_MAX_AGE_S <= age <= self.max_age[signal] else None

    def freshness(self, signal: Signal, at: int) -> Freshness:
        channel = self.channels.get(signal)
        series = self.series.get(signal)
        age = at - series[-1].measured_at if series else None
        return freshness(age, channel.period_s if channel else None)

    def reading(self, at: int | None = None) -> CuffReading | None:
        """The last reading of the cuff that succeeded (at or before ``at``)."""
        for reading in reversed(self.cuff):
            if not reading.failed and (at is None or reading.at <= at):
                return reading
        return None


def _reading(pressures: Mapping[Signal, Numeric], now: int) -> CuffReading:
    sys, dia, mean = (pressures.get(s) for s in CUFF)
    at = min(now, max(p.measured_at for p in pressures.values()))
    if sys is None or dia is None or not (sys.ok and dia.ok) or sys.value <= dia.value:
        return CuffReading(at, None, None, None, failed=True)
    return CuffReading(at, sys.value, dia.value, mean.value if mean is not None and mean.ok else None)
