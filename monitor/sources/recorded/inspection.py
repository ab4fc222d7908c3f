"""What a recording holds, channel by channel: the lines that ``inspect`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from monitor.sources.recorded.files import read_recording
from monitor.sources.recorded.judge import judge


def inspect(path: str | Path) -> Iterator[dict[str, Any]]:
    """One dict a channel in the order of the file, then one for the recording. Raises BadFile before the first.

    ``count``: rows (samples) of the channel in the file. ``missing``: those without a value: empty, text, zero or a
    "no value" number; in waves only empty ones, because a wave may be zero. ``min``, ``median``, ``max``: of the others,
    implausible ones included, in ``unit``; None where there are none. ``gaps``: places where two neighbouring valid
    samples lie further apart than 1.5 x the channel's median step. ``signal`` is None where the meaning is not sure.
    ``used``: the one channel of a signal that a room shows.
    """
    recording = read_recording(path)
    judged, _ = judge(recording)
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
                "refused": j.refused,
            }
        )
    lines.append(
        {
            "recording": str(path),
            "start": recording.start,
            "duration_s": round(recording.duration_s, 3),
            "source": recording.where,
            "kind": recording.kind,
        }
    )
    return iter(lines)
