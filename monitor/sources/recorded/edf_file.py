"""European Data Format, EDF and EDF+: each signal at its own rate, from a header that is checked before it is followed.

edfio reads the samples. It reads an interrupted recording (EDF+D) as if it were continuous, so when each record began is read
here from the record itself. Who the patient is stands in the header too and is left there.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from monitor.sources.recorded import names
from monitor.sources.recorded.foreign import load, quietly
from monitor.sources.recorded.tracks import MAX_CHANNELS, MAX_SAMPLES, MAX_SPAN_S, Doubt, Floats, Recording, Track, clean
from monitor.sources.source import BadFile

VERSION: Final = b"0       "
_BLOCK: Final = 256
"""Bytes of the fixed part of a header, and of each signal's part of it."""
_ANNOTATIONS: Final = "EDF Annotations"
_WIDTHS: Final = (("label", 16), ("transducer", 80), ("unit", 8), ("low", 8), ("high", 8), ("digital_low", 8), ("digital_high", 8),
                  ("filter", 80), ("samples", 8), ("reserved", 32))  # fmt: skip
_ONSET: Final = re.compile(rb"^([+-]\d+(?:\.\d*)?)(?:\x15[\d.]*)?\x14")
_EDGE_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Head:
    signals: list[dict[str, str]]
    samples: list[int]
    """Of each signal in one record."""
    records: int
    record_s: float
    kind: str
    """EDF, EDF+C or EDF+D."""

    @property
    def record_bytes(self) -> int:
        return 2 * sum(self.samples)

    @property
    def begins(self) -> int:
        return _BLOCK * (1 + len(self.signals))


def is_edf(head: bytes) -> bool:
    return head.startswith(VERSION)


def read_edf(path: Path) -> Recording:
    """Raises BadFile."""
    head, said = _head(path)
    onsets = _onsets(path, head)
    edfio = load("edfio")
    with quietly():
        try:
            held = edfio.read_edf(path)
            start = _start(held)
            tracks = [_track(signal, onsets, head.record_s) for signal in held.signals]
            notes = [(a.onset, a.text) for a in held.annotations] if head.kind != "EDF" else []
        except (ValueError, KeyError, IndexError, UnicodeError, OverflowError) as wrong:
            raise _damaged(path, clean(str(wrong), 100)) from None
    if start is None:
        said.append(Doubt("time", "", "The header gives no date and time of its start that can be read."))
    if notes:
        times = np.array([onset for onset, _ in notes], dtype=np.float64)
        text = f"{clean(notes[0][1], 40)} and others" if len(notes) > 1 else clean(notes[0][1], 40)
        left = "the annotations are notes (text), not measurements"
        tracks.append(Track("annotations", None, times, np.full(len(times), np.nan), text=text, refused=left))
    lasting = float(onsets[-1]) + head.record_s
    where = f"{head.kind} recording of {len(head.samples)} signals" + (f", {len(notes)} annotations" if notes else "")
    return Recording(str(path), "edf", where, f"RECORDED {path.name} ({head.kind})", start, lasting, tuple(tracks), tuple(said))


def _damaged(path: Path, why: str) -> BadFile:
    return BadFile(str(path), 1, f"the EDF recording is damaged ({why}); copy it again from its source")


def _head(path: Path) -> tuple[_Head, list[Doubt]]:
    """The header, once what it says of the file is so."""
    size = path.stat().st_size
    with path.open("rb") as f:
        fixed = f.read(_BLOCK)
        if len(fixed) < _BLOCK:
            raise _damaged(path, "its header is cut short")
        count = _whole(path, fixed[252:256], "number of signals")
        if not 0 < count <= MAX_CHANNELS:
            raise BadFile(str(path), 1, f"{count:,} signals; between 1 and {MAX_CHANNELS} are read")
        each = f.read(_BLOCK * count)
    if len(each) < _BLOCK * count or _whole(path, fixed[184:192], "length of the header") != _BLOCK * (1 + count):
        raise _damaged(path, f"its header is not of the length that {count} signals have")
    signals: list[dict[str, str]] = [{} for _ in range(count)]
    at = 0
    for name, width in _WIDTHS:
        for signal in signals:
            signal[name] = _text(each[at : at + width])
            at += width
    samples = [_whole(path, signal["samples"].encode(), "number of samples") for signal in signals]
    record_s, records = _number(path, fixed[244:252], "length of a record"), _whole(path, fixed[236:244], "number of records")
    reserved = _text(fixed[192:236])
    kind = next((plus for plus in ("EDF+C", "EDF+D") if reserved.startswith(plus)), "EDF")
    _check_signals(path, signals, samples, record_s)
    record_bytes = 2 * sum(samples)
    whole, over = divmod(size - _BLOCK * (1 + count), record_bytes)
    said: list[Doubt] = []
    if whole < 1:
        raise _damaged(path, "it holds no whole record")
    if records == -1:
        text = f"The header does not say how long the recording is, as while it still runs; {whole:,} records are there."
        said.append(Doubt("assumed", "", text))
    elif records != whole or over:
        there = f"{whole:,} whole ones and {over:,} bytes" if over else f"{whole:,}"
        raise _damaged(path, f"the header promises {records:,} records and the file holds {there}")
    if over:
        raise _damaged(path, f"its last record is cut short by {record_bytes - over:,} bytes")
    if whole * sum(samples) > MAX_SAMPLES or whole * record_s > MAX_SPAN_S:
        raise BadFile(str(path), 1, "more than is read here (31 days, 200 million samples); cut the recording")
    return _Head(signals, samples, whole, record_s, kind), said


def _check_signals(path: Path, signals: list[dict[str, str]], samples: list[int], record_s: float) -> None:
    if min(samples) < 1 or not math.isfinite(record_s) or record_s <= 0:
        raise _damaged(path, "a signal without samples, or a record without length")
    for signal in signals:
        if signal["label"] == _ANNOTATIONS:
            continue
        low, high = (_number(path, signal[end].encode(), f"range of {clean(signal['label'], 20)}") for end in ("low", "high"))
        digits = [_whole(path, signal[f"digital_{end}"].encode(), f"range of {clean(signal['label'], 20)}") for end in ("low", "high")]
        if low == high or not -32768 <= digits[0] < digits[1] <= 32767:
            raise _damaged(path, f"{clean(signal['label'], 20)} has a range that no value fits into")


def _text(cell: bytes) -> str:
    return cell.decode("latin-1").strip()


def _whole(path: Path, cell: bytes, what: str) -> int:
    text = _text(cell)
    if not re.fullmatch(r"[+-]?\d{1,8}", text):
        raise _damaged(path, f"its {what} is no whole number")
    return int(text)


def _number(path: Path, cell: bytes, what: str) -> float:
    try:
        found = float(_text(cell))
    except ValueError:
        raise _damaged(path, f"its {what} is no number") from None
    if not math.isfinite(found):
        raise _damaged(path, f"its {what} is no number")
    return found


def _onsets(path: Path, head: _Head) -> Floats:
    """When each record began, in seconds from the first one; of an interrupted recording as each record itself says."""
    steady: Floats = np.arange(head.records, dtype=np.float64) * head.record_s
    if head.kind != "EDF+D":
        return steady
    place = next((n for n, signal in enumerate(head.signals) if signal["label"] == _ANNOTATIONS), None)
    if place is None:
        raise _damaged(path, "an interrupted recording (EDF+D) that does not say when its records began")
    first, length = 2 * sum(head.samples[:place]), 2 * head.samples[place]
    found = []
    with path.open("rb") as f:
        for n in range(head.records):
            f.seek(head.begins + n * head.record_bytes + first)
            onset = _ONSET.match(f.read(length))
            if onset is None:
                raise _damaged(path, f"record {n + 1} does not say when it began")
            found.append(float(onset[1]))
    onsets = np.array(found, dtype=np.float64)
    if np.any(np.diff(onsets) < head.record_s - _EDGE_S):
        late = int(np.argmax(np.diff(onsets) < head.record_s - _EDGE_S)) + 2
        raise _damaged(path, f"record {late} begins before the one before it has ended")
    if onsets[-1] - onsets[0] > MAX_SPAN_S:
        raise BadFile(str(path), 1, "more than 31 days; cut the recording")
    since: Floats = onsets - onsets[0]
    return since


def _start(held: Any) -> str | None:
    try:
        begun = held.startdatetime
    except (ValueError, TypeError):
        return None
    return str(begun.isoformat(timespec="milliseconds" if begun.microsecond else "seconds"))


def _track(signal: Any, onsets: Floats, record_s: float) -> Track:
    each = signal.samples_per_data_record
    within = np.arange(each) * (record_s / each)
    values = np.asarray(signal.data, dtype=np.float64)
    times = (onsets[:, None] + within[None, :]).ravel()
    label, unit = clean(str(signal.label)) or "signal", clean(str(signal.physical_dimension), 20) or None
    return Track(label, unit, times, values, wave=each / record_s >= names.WAVE_RATE_HZ)
