"""Vital Recorder files (.vital): each track at its own times, read from its records, never resampled."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from monitor.sources.recorded import names
from monitor.sources.recorded.foreign import load, quietly
from monitor.sources.recorded.tracks import MAX_BYTES, MAX_CHANNELS, MAX_SPAN_S, Doubt, Floats, Recording, Track, clean
from monitor.sources.source import BadFile

SIGNATURE: Final = b"VITA"
_WAVE, _NUMBER, _TEXT = 1, 2, 5
_NO_SAMPLE: Final[dict[int, float]] = {3: -128, 4: 255, 5: -32768, 6: 65535, 7: -2147483648, 8: 4294967295}
"""What a packed file writes for a missing sample, by storage format."""
DEMO_TRACKS: Final = 5
DEMO_VALUES: Final = 20
DEMO_S: Final = 20.0


def is_vital(path: Path) -> bool:
    """Whether a gzip file holds a Vital Recorder file."""
    try:
        with gzip.open(path, "rb") as f:
            return f.read(4) == SIGNATURE
    except (OSError, EOFError, zlib.error):
        return False


def read_vital(path: Path) -> Recording:
    """Raises BadFile."""
    _check_whole(path)
    vitaldb = load("vitaldb")
    held = vitaldb.VitalFile(None)
    held.dtstart = held.dtend = held.dgmt = 0
    with quietly() as said:
        try:
            good = bool(held.load_vital(str(path.resolve())))
        except Exception as wrong:
            good, _ = False, said.write(str(wrong))
    if not good:
        reason = clean(said.getvalue().replace("Error in reading file:", ""), 100)
        raise BadFile(str(path), 1, f"the Vital Recorder file is damaged{f' ({reason})' if reason else ''}; copy it again from its source")
    try:
        return _recording(path, held)
    except (ValueError, TypeError, OverflowError, struct.error, ZeroDivisionError, MemoryError) as wrong:
        raise BadFile(str(path), 1, f"the Vital Recorder file is damaged ({clean(str(wrong), 80)}); copy it again") from None


def _check_whole(path: Path) -> None:
    """The file unpacks to its end and to a sane size, before a parser that hides such faults opens it."""
    size = 0
    try:
        with gzip.open(path, "rb") as f:
            while block := f.read(1 << 20):
                size += len(block)
                if size > MAX_BYTES:
                    raise BadFile(str(path), 1, "more than 512 MB when unpacked; cut the recording")
    except EOFError:
        raise BadFile(str(path), 1, "the Vital Recorder file is cut short; copy it again from its source") from None
    except (OSError, zlib.error) as wrong:
        raise BadFile(
            str(path), 1, f"the Vital Recorder file is damaged ({clean(str(wrong), 60)}); copy it again from its source"
        ) from None


def _recording(path: Path, held: Any) -> Recording:
    tracks = held.trks
    if not tracks:
        raise BadFile(str(path), 1, "the Vital Recorder file holds no tracks; record or copy it again")
    if len(tracks) > MAX_CHANNELS:
        raise BadFile(str(path), 1, f"{len(tracks):,} tracks; at most {MAX_CHANNELS} are read")
    first, lasting = _span(path, held)
    read = [_track(name, t, first, bool(held.packed)) for name, t in tracks.items()]
    demo = _is_demo(read)
    carrying = Counter(name.rpartition("/")[0] for name in tracks)
    devices = [clean(device, 30) for device, _ in carrying.most_common() if device]
    extra = [", ".join(devices)] if devices else []
    said = []
    if demo:
        extra.append("device demo mode")
        text = "Every numeric is constant from beginning to end: the monitor ran in its demo mode, this is no patient."
        said.append(Doubt("demo", "", text))
    label = f"RECORDED {path.name} ({'; '.join(['Vital Recorder', *extra])})"
    where = "Vital Recorder file" + (f" of {devices[0]}" if devices else "") + (", device demo mode: no patient" if demo else "")
    start = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=first)).isoformat(timespec="milliseconds") if first > 0 else None
    return Recording(str(path), "vital", where, label, start, lasting, tuple(read), tuple(said))


def _span(path: Path, held: Any) -> tuple[float, float]:
    """Start (Unix seconds) and duration, from the header where it agrees with the records."""
    times = [r["dt"] for t in held.trks.values() for r in t.recs]
    if not times:
        raise BadFile(str(path), 1, "the Vital Recorder file holds tracks without a single value; copy it again")
    first, last = float(held.dtstart), float(held.dtend)
    if not (math.isfinite(first) and math.isfinite(last) and first <= min(times) and last >= max(times)):
        first, last = float(min(times)), float(max(times))
    if not (math.isfinite(first) and math.isfinite(last)) or not 0 <= last - first <= MAX_SPAN_S or not 0 <= first < 6e10:
        raise BadFile(str(path), 1, "the times in the Vital Recorder file make no sense (more than 31 days, or no number); copy it again")
    return first, last - first


def _track(name: str, track: Any, first: float, packed: bool) -> Track:
    recs = sorted(track.recs, key=lambda r: float(r["dt"]))
    label = clean(name) or "track"
    unit = clean(str(track.unit or ""), 20) or None
    if track.type == _TEXT:
        times = np.array([float(r["dt"]) - first for r in recs], dtype=np.float64)
        sample = str(recs[0]["val"]) if recs else ""
        return Track(label, unit, times, np.full(len(recs), np.nan), text=sample, refused=f"{label} holds notes (text), not measurements")
    if track.type == _WAVE:
        return _wave(label, unit, track, recs, first, packed)
    times = np.array([float(r["dt"]) - first for r in recs], dtype=np.float64)
    # Stored in single precision: seven digits are all there is.
    values = np.array([_seven(r["val"]) for r in recs], dtype=np.float64)
    values[~np.isfinite(values) | (np.abs(values) > 4e9)] = np.nan
    return Track(label, unit, times, values)


def _seven(value: object) -> float:
    return float(f"{float(value):.7g}") if isinstance(value, int | float) else math.nan


def _wave(label: str, unit: str | None, track: Any, recs: Sequence[dict[str, Any]], first: float, packed: bool) -> Track:
    rate = float(track.srate)
    if not math.isfinite(rate) or rate <= 0:
        return Track(label, unit, np.zeros(0), np.zeros(0), wave=True, refused=f"{label} gives no sampling rate")
    parts = [np.asarray(r["val"], dtype=np.float64) for r in recs]
    if not parts:
        return Track(label, unit, np.zeros(0), np.zeros(0), wave=rate >= names.WAVE_RATE_HZ)
    raw: Floats = np.concatenate(parts)
    values = raw.copy()
    if track.fmt > 2:
        values = raw * float(track.gain) + float(track.offset)
        if packed and track.fmt in _NO_SAMPLE:
            values[raw == _NO_SAMPLE[track.fmt]] = np.nan
    values[~np.isfinite(values) | (np.abs(values) > 4e9)] = np.nan
    times = np.concatenate([float(r["dt"]) - first + np.arange(len(p)) / rate for r, p in zip(recs, parts, strict=True)])
    return Track(label, unit, times, values, wave=rate >= names.WAVE_RATE_HZ)


def _is_demo(tracks: Sequence[Track]) -> bool:
    """A monitor in demo mode: five or more known numerics, each constant over 20 s and more, and none that varies.

    No patient's heart rate, pressures, saturation and breathing all stand still; a monitor's demo mode does that.
    """
    known = [
        t
        for t in tracks
        if not t.wave
        and t.text is None
        and names.meaning(t.name, wave=False) is not None
        and np.count_nonzero(np.isfinite(t.values)) >= DEMO_VALUES
    ]
    lasting = [t for t in known if t.times[-1] - t.times[0] >= DEMO_S]
    return len(lasting) >= DEMO_TRACKS and all(np.nanmin(t.values) == np.nanmax(t.values) for t in lasting)
