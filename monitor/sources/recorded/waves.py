"""The waves that a recording holds: its own samples at the rates of a screen, and its own gaps. Nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from monitor import units
from monitor.sources.recorded.files import read_recording
from monitor.sources.recorded.judge import Judged, judge
from monitor.sources.recorded.tracks import GAP_STEPS, Floats, Recording, typical_step
from monitor.vitals import Signal

F32 = npt.NDArray[np.float32]
NUMERICS: Final = "_Numerics.csv"
SIGNALS: Final = "_Signals.csv"
"""BIDMC keeps the waves of a recording in a file of their own beside its numerics."""


def read_waves(path: str | Path, rates: Mapping[Signal, int]) -> dict[Signal, F32]:
    """The waves of a recording that a screen draws, from its start on; NaN where it has none. Those it lacks are left out.
    Raises BadFile.

    ECG in mV around its middle, as every monitor shows it; pleth in a unit of its own, 0 to 1 but for the tallest.
    """
    recording = read_recording(path)
    found = _held(recording, rates)
    beside = Path(recording.path).with_name(Path(recording.path).name.replace(NUMERICS, SIGNALS))
    if not found and beside != Path(recording.path) and beside.is_file():
        waves = read_recording(beside)
        if waves.kind == "bidmc-signals-csv" and abs(waves.duration_s - recording.duration_s) <= 1:
            found = _held(waves, rates)
    return found


def _held(recording: Recording, rates: Mapping[Signal, int]) -> dict[Signal, F32]:
    judged, _ = judge(recording)
    found: dict[Signal, F32] = {}
    for j in judged:
        if j.signal is None or j.signal not in rates or not (j.used and j.track.wave):
            continue
        # An ECG in another unit than mV cannot be drawn to a scale.
        if j.signal is not Signal.ECG or j.unit == units.MILLIVOLT:
            found[j.signal] = _drawn(j, rates[j.signal])
    return found


def _drawn(judged: Judged, rate: int) -> F32:
    values = judged.values[judged.valid]
    if judged.signal is Signal.ECG:
        values = values - np.median(values)
    else:
        low, high = np.percentile(values, (1, 99))
        values = (values - low) / (high - low if high > low else 1.0)
    return at_rate(judged.track.times[judged.valid], values, rate)


def at_rate(times: Floats, values: Floats, rate: int) -> F32:
    """Samples at ``rate`` from second 0 on, between neighbours that follow each other; NaN wherever the file has a gap."""
    grid = np.arange(int(times[-1] * rate + 1e-6) + 1) / rate
    step = typical_step(times)
    right = np.searchsorted(times, grid).clip(1, len(times) - 1)
    wide = times[right] - times[right - 1] > GAP_STEPS * step
    near = np.minimum(np.abs(grid - times[right - 1]), np.abs(times[right] - grid)) <= step / 2
    inside = (grid >= times[0] - step / 2) & (~wide | near)
    return np.where(inside, np.interp(grid, times, values), np.nan).astype(np.float32)
