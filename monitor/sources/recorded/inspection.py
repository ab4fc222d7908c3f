"""What a recording holds, channel by channel: the lines that ``inspect`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from monitor.sources.recorded.files import read_recording
from monitor.sources.recorded.judge import Judged, judge
from monitor.sources.recorded.tracks import clean, gaps


def inspect(path: str | Path) -> Iterator[dict[str, Any]]:
    """One dict a channel in the order of the file, then one for the recording. Raises BadFile before the first.

    ``count``: rows (samples) of the channel in the file. ``missing``: those without a value: empty, text, zero or a
    "no value" number; in waves only empty ones, because a wave may be zero. ``min``, ``median``, ``max``: of the others,
    implausible ones included, in ``unit``; None where there are none. ``gaps``: places where two neighbouring valid
    samples lie further apart than 1.5 x the channel's median step. ``signal`` is None where the meaning is not sure.
    ``used``: the one channel of a signal that a room shows; ``refused``: why another one is not, where that is its own fault.

    In the last dict ``doubts`` are what was assumed, decided or left out (``kind``, ``place``, ``sentence``). Its
    ``quality``: ``live``, the share of the recording's time for which a used stream has a plausible value (of a cuff: its
    number of values), and ``longest_gap_s``, the longest time in which one of the streams has none.
    """
    recording = read_recording(path)
    judged, said = judge(recording)
    doubts = [*recording.doubts, *said]
    lines: list[dict[str, Any]] = []
    for j in judged:
        low, middle, high = j.statistics()
        count = len(j.values)
        lines.append(
            {
                "name": j.track.name,
                "signal": None if j.signal is None else j.signal.value,
                "unit": j.unit,
                "count": count,
                "missing": count - int(np.count_nonzero(j.valid)),
                "min": low,
                "median": middle,
                "max": high,
                "gaps": j.gaps(),
                "used": j.used,
                "refused": j.refused or _unknown(j),
            }
        )
    lines.append(
        {
            "recording": str(path),
            "start": recording.start,
            "duration_s": round(recording.duration_s, 3),
            "source": recording.where,
            "kind": recording.kind,
            "doubts": [doubt._asdict() for doubt in doubts],
            "quality": {
                "live": {j.signal.value: _share(j, recording.duration_s) for j in judged if j.used and j.signal is not None},
                "longest_gap_s": max((_longest_gap(j) for j in judged if j.used and not j.intermittent), default=None),
            },
        }
    )
    return iter(lines)


def _unknown(judged: Judged) -> str | None:
    if judged.signal is not None:
        return None
    what = "wave" if judged.track.wave else "vital sign"
    return f"{clean(judged.track.name)}: no {what} of this name is shown in a room"


def _share(judged: Judged, lasting: float) -> float:
    if judged.intermittent:
        return float(np.count_nonzero(judged.valid))
    return round(min(1.0, judged.covered_s() / lasting), 4) if lasting else 1.0


def _longest_gap(judged: Judged) -> float:
    return round(float(max(gaps(judged.track.times[judged.valid]), default=0.0)), 3)
