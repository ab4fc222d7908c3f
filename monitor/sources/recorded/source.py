"""A recording as a source of samples: its numerics, second by second, exactly as they would have come.

Rules that a room relies on:

- A sample at ``t`` seconds from the recording's start arrives in tick ``ceil(t)``. Where several samples of one signal
  fall into one tick, the last counts.
- A missing cell of a channel that delivers every row is a gap (no value); an implausible value is a flagged gap.
- The cuff stays a point. A reading is a change of one of its three values, or a value after more than 15 s (and more
  than 1.5 rows) without one: monitors that repeat the last reading every second make no new readings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from monitor.infusion import Act
from monitor.sources.recorded.files import read_recording
from monitor.sources.recorded.judge import Judged, judge, missing
from monitor.sources.recorded.tracks import GAP_STEPS, Doubt, Floats, Recording, clean, typical_step
from monitor.sources.source import BadFile
from monitor.vitals import CUFF, WAVES, Beats, Channel, Numeric, Quality, Signal, numeric

CUFF_PERIOD_S: Final = 300.0
"""Declared period of a cuff with fewer than three readings (proposal)."""
CUFF_HELD_S: Final = 15.0
"""A cuff value that is back after longer than this is a new reading (proposal; no cuff cycles faster)."""
CUFF_SETTLES_S: Final = 2
"""The three pressures of one reading may arrive this far apart."""
_EDGE: Final = 1e-6
_SIGNALS: Final = tuple(Signal)
_ORDER: Final = {s: i for i, s in enumerate(_SIGNALS)}


@dataclass(frozen=True, slots=True)
class _Part:
    """Samples of one signal. ``mark``: the quality that the source itself gave, 0 where the value tells."""

    signal: Signal
    ticks: npt.NDArray[np.int64]
    values: Floats
    mark: int = 0


def _ticks(times: Floats) -> npt.NDArray[np.int64]:
    return np.ceil(times - _EDGE).astype(np.int64)


def _marked(recording: Recording, known: set[Signal], parts: Sequence[_Part]) -> list[_Part]:
    """Ticks in which the source itself said why there is no value."""
    taken = {(p.signal, t) for p in parts for t in p.ticks.tolist()} if recording.marks else set()
    return [
        _Part(m.signal, np.array([m.at], dtype=np.int64), np.zeros(1), m.quality)
        for m in recording.marks
        if m.signal in known and (m.signal, m.at) not in taken
    ]


class RecordedSource:
    """Satisfies ``monitor.sources.source.Source``; ``acts`` are ignored. Made by ``open_recording``."""

    kind = "recorded"

    def __init__(self, recording: Recording, judged: Sequence[Judged], doubts: Sequence[Doubt]) -> None:
        self.path = Path(recording.path)
        self.label = recording.label
        self.start = recording.start
        self.duration_s = recording.duration_s
        self.length_s: int | None = math.ceil(recording.duration_s - _EDGE)
        self.doubts = list(doubts)
        # A file of our own says what it measures, also where nothing ever came.
        shown = [j for j in judged if (j.used or recording.explicit) and j.signal is not None and j.signal not in WAVES]
        self.channels: Sequence[Channel] = list[Channel]()
        gone = [] if recording.explicit else missing(judged)
        parts: list[_Part] = [*self._streams(recording, [j for j in shown if not j.intermittent]), *self._points(recording, shown)]
        self.channels = (*self.channels, *(Channel(j.claims, 1.0, clean(j.track.name)) for j in gone if j.claims is not None))
        parts += _marked(recording, {c.signal for c in self.channels}, parts)
        ticks = np.concatenate([p.ticks for p in parts])
        signals = np.concatenate([np.full(len(p.ticks), _ORDER[p.signal], dtype=np.int8) for p in parts])
        by_time = np.lexsort((signals, ticks))
        self._ticks, self._signals = ticks[by_time], signals[by_time]
        self._values = np.concatenate([p.values for p in parts])[by_time]
        self._marks = np.concatenate([np.full(len(p.ticks), p.mark, dtype=np.int8) for p in parts])[by_time]
        self._tick = -1

    def read(self, until: int, acts: Sequence[Act] = ()) -> list[tuple[int, list[Numeric]]]:
        first = self._tick + 1
        rows: list[tuple[int, list[Numeric]]] = [(tick, []) for tick in range(first, until + 1)]
        low, high = np.searchsorted(self._ticks, (first, until + 1))
        for tick, place, value, mark in zip(
            self._ticks[low:high].tolist(),
            self._signals[low:high].tolist(),
            self._values[low:high].tolist(),
            self._marks[low:high].tolist(),
            strict=True,
        ):
            signal = _SIGNALS[place]
            rows[tick - first][1].append(Numeric(signal, 0.0, tick, Quality(mark)) if mark else numeric(signal, value, tick))
        self._tick = max(self._tick, until)
        return rows

    def beats(self, tick: int) -> Beats | None:
        """None: no wave is made up for a recording."""
        return None

    def _streams(self, recording: Recording, shown: Sequence[Judged]) -> list[_Part]:
        parts: list[_Part] = []
        channels: list[Channel] = []
        for j in shown:
            if j.signal is None:
                continue
            times = j.track.times
            row_step, step = typical_step(times), typical_step(times[j.valid])
            channels.append(_channel(recording, j.signal, max(step or row_step or 1.0, 1e-3), j))
            ticks = _ticks(times)
            # The last valid sample of a tick counts: the first one seen from behind.
            held, place = np.unique(ticks[j.valid][::-1], return_index=True)
            parts.append(_Part(j.signal, held, j.values[j.valid][::-1][place]))
            if step <= GAP_STEPS * row_step and not recording.explicit:
                gone = np.setdiff1d(ticks[~j.valid], held)
                parts.append(_Part(j.signal, gone, np.full(len(gone), np.nan)))
        self.channels = (*self.channels, *channels)
        return parts

    def _points(self, recording: Recording, shown: Sequence[Judged]) -> list[_Part]:
        parts: list[_Part] = []
        channels: list[Channel] = []
        self._repeated = 0
        cuff = [j for j in shown if j.signal in CUFF]
        for group in (cuff, *[[j] for j in shown if j.intermittent and j.signal not in CUFF]):
            readings = self._readings(group, recording.explicit)
            ticks = np.array([t for t, _ in readings], dtype=np.float64)
            period = max(1.0, typical_step(ticks)) if len(ticks) >= 3 else CUFF_PERIOD_S
            for signal in {s: None for _, values in readings for s in values}:
                own = [(t, values[signal]) for t, values in readings if signal in values]
                parts.append(_Part(signal, np.array([t for t, _ in own], dtype=np.int64), np.array([v for _, v in own])))
            channels += [_channel(recording, j.signal, period, j) for j in group if j.signal is not None]
        self.channels = (*self.channels, *channels)
        if self._repeated:
            text = (
                f"The cuff's last reading is repeated {self._repeated:,} times in the file; only a change counts as a new reading, "
                "so it may be older than its age says."
            )
            self.doubts.append(Doubt("cuff", "", text))
        return parts

    def _readings(self, group: Sequence[Judged], explicit: bool) -> list[tuple[int, dict[Signal, float]]]:
        """The readings of one cuff: which second, which values."""
        rows: dict[int, dict[Signal, float]] = {}
        step = 0.0
        for j in group:
            step = max(step, typical_step(j.track.times))
            for t, value in zip(_ticks(j.track.times[j.valid]).tolist(), j.values[j.valid].tolist(), strict=True):
                if j.signal is not None:
                    rows.setdefault(t, {})[j.signal] = value
        if explicit:
            return sorted(rows.items())
        away = max(CUFF_HELD_S, GAP_STEPS * step + 1)
        held = step < CUFF_HELD_S
        readings: list[tuple[int, dict[Signal, float]]] = []
        standing: dict[Signal, float] = {}
        last_seen = -math.inf
        for tick in sorted(rows):
            values, fresh = rows[tick], tick - last_seen > away
            last_seen = tick
            if not fresh and all(standing.get(s) == v for s, v in values.items()):
                self._repeated += 1
                continue
            standing = {**standing, **values} if held and not fresh else dict(values)
            if held and not fresh and readings and tick - readings[-1][0] <= CUFF_SETTLES_S:
                readings.pop()
            readings.append((tick, dict(standing)))
        return readings


def _channel(recording: Recording, signal: Signal, period_s: float, judged: Judged) -> Channel:
    return Channel(signal, recording.periods_s.get(signal, round(period_s, 3)), clean(judged.track.name))


def open_recording(path: str | Path) -> RecordedSource:
    """A recording for a room. Raises BadFile where it cannot be read or has no numerics that may be shown."""
    recording = read_recording(path)
    judged, said = judge(recording)
    if not any(j.used and j.signal not in WAVES for j in judged):
        refused = [j.refused for j in judged if j.refused and j.misread]
        refused = refused or [j.refused for j in judged if j.refused and not j.track.wave and j.signal is not None]
        why = f": {refused[0]}" if refused else " (heart or pulse rate, SpO2, breathing, pressure)"
        waves = "; it holds waves only, which can be inspected" if any(j.track.wave for j in judged) and not refused else ""
        raise BadFile(recording.path, 1, f"has no numerics that a room can show{why}{waves}; choose a recording with numerics")
    return RecordedSource(recording, judged, [*recording.doubts, *said])
