"""WFDB records (PhysioNet): numerics and waves at their own rates, from a header that is checked before it is followed."""

from __future__ import annotations

import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from monitor.sources.recorded import names
from monitor.sources.recorded.foreign import load, quietly
from monitor.sources.recorded.tracks import MAX_BYTES, MAX_CHANNELS, MAX_SAMPLES, MAX_SPAN_S, Doubt, Recording, Track, clean
from monitor.sources.source import BadFile

_RECORD_LINE = re.compile(r"^(?P<name>[\w.\-]+)(?:/(?P<segments>\d+))?[ \t]+(?P<signals>\d+)(?:[ \t]+(?P<rest>\S.*))?$")
MAX_HEADER_BYTES: Final = 1 << 20
MAX_SEGMENTS: Final = 2000
_SAFE_NAME = re.compile(r"^[\w.\-+ ]+$")


def is_header(head: bytes) -> bool:
    """Whether a file begins like a WFDB header: a record line, then signal or segment lines."""
    if b"\0" in head:
        return False
    lines = _lines(head.decode("utf-8", errors="replace"))
    if not lines:
        return False
    found = _RECORD_LINE.match(lines[0][1])
    if found is None or "," in lines[0][1] or ";" in lines[0][1]:
        return False
    rest = (found["rest"] or "1").split()[0].split("/")[0].split("(")[0]
    try:
        return float(rest) > 0
    except ValueError:
        return False


def read_wfdb(path: Path) -> Recording:
    """``path`` is the header. Raises BadFile."""
    if path.stat().st_size > MAX_HEADER_BYTES:
        raise BadFile(str(path), 1, "a WFDB header larger than 1 MB; it is damaged")
    lines = _lines(path.read_text(encoding="utf-8", errors="replace"))
    record_line = _RECORD_LINE.match(lines[0][1]) if lines else None
    if record_line is None:
        raise BadFile(str(path), 1, "not a WFDB header: its first line names no record; copy the .hea file again")
    _check_files(path, lines, record_line)
    wfdb = load("wfdb")
    with _named(path, record_line["name"]) as name, quietly():
        try:
            if record_line["segments"] and lines[1][1].split()[0].endswith("_layout"):
                # Segments may have gains of their own: only their physical values can stand in one row.
                record = wfdb.rdrecord(name)
                intact, series = None, list(record.p_signal.T)
            else:
                record = wfdb.rdrecord(name, physical=False, smooth_frames=False)
                intact, series = _intact(record), _physical(record)
        except BadFile:
            raise
        except Exception as wrong:
            raise BadFile(
                str(path),
                1,
                "the WFDB record cannot be read "
                f"({clean(str(wrong), 120) or type(wrong).__name__}); copy the header and "
                "its data files again",
            ) from None
    return _recording(path, record, series, intact)


def _lines(text: str) -> list[tuple[int, str]]:
    return [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]


def _check_files(path: Path, lines: list[tuple[int, str]], record_line: re.Match[str]) -> None:
    """Every file that the header names lies beside it, is named plainly and is not too large, before anything opens it."""
    signals, segments = int(record_line["signals"]), record_line["segments"]
    if signals > MAX_CHANNELS:
        raise BadFile(str(path), lines[0][0], f"{signals:,} signals; at most {MAX_CHANNELS} are read")
    if signals == 0:
        raise BadFile(str(path), lines[0][0], "a WFDB header without signals; name the header of the data")
    rest = (record_line["rest"] or "").split()
    length = int(rest[1]) if len(rest) > 1 and rest[1].isdigit() else 0
    too_long = BadFile(str(path), lines[0][0], f"{length:,} samples a signal are more than is read here; cut the record")
    fits = length * signals <= MAX_SAMPLES
    if not fits and not segments:
        raise too_long
    listed = lines[1 : 1 + (int(segments) if segments else signals)]
    if len(listed) < (int(segments) if segments else signals):
        raise BadFile(
            str(path),
            lines[-1][0],
            f"the header promises {segments or signals} {'segments' if segments else 'signals'} and lists {len(listed)}; copy it again",
        )
    if segments and int(segments) > MAX_SEGMENTS:
        raise BadFile(str(path), lines[0][0], f"more than {MAX_SEGMENTS} segments; cut the record")
    total = 0
    for number, line in listed:
        first = line.split()[0]
        if segments and first == "~":
            continue
        if not _SAFE_NAME.match(first):
            raise BadFile(str(path), number, f'the header points to "{clean(first, 40)}"; data files must lie beside the header')
        named = path.parent / (f"{first}.hea" if segments else first)
        if (segments and first == "~") or first == "-":
            continue
        if not named.is_file():
            layout = bool(segments) and number == listed[0][0] and first.endswith("_layout")
            raise BadFile(
                str(path),
                number,
                f"{named.name} is missing beside the {'header' if not layout else 'master header'}; copy it into the same folder",
            )
        if segments:
            if named.name == path.name:
                raise BadFile(str(path), number, "the header names itself as a segment; it is damaged")
            inner = _lines(named.read_text(encoding="utf-8", errors="replace")[:MAX_HEADER_BYTES])
            inner_line = _RECORD_LINE.match(inner[0][1]) if inner else None
            if inner_line is None or inner_line["segments"]:
                raise BadFile(str(named), 1, "not the header of a segment; copy it again")
            if not first.endswith("_layout"):
                _check_files(named, inner, inner_line)
            continue
        _check_spf(path, number, line, length)
        total = max(total, named.stat().st_size)
    if not fits:  # after the segments: one that is missing is said first
        raise too_long
    if total > MAX_BYTES:
        raise BadFile(str(path), 1, "more than 512 MB of data; cut the record")


def _check_spf(path: Path, number: int, line: str, length: int) -> None:
    fields = line.split()
    found = re.match(r"^\d+(?:x(\d+))?", fields[1]) if len(fields) > 1 else None
    if found is None:
        raise BadFile(str(path), number, "a signal line without a storage format; the header is damaged, copy it again")
    if int(found[1] or 1) * max(length, 1) > MAX_SAMPLES:
        raise BadFile(str(path), number, "more samples than are read here; cut the record")


@contextmanager
def _named(path: Path, record: str) -> Iterator[str]:
    """The record's name as wfdb wants it. A header with another ending is read through a copy beside links to its data."""
    if path.suffix == ".hea":
        yield str(path.resolve().with_suffix("") if path.resolve().suffix == ".hea" else path.absolute().with_suffix(""))
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, Path(folder) / f"{record}.hea")
        for _, line in _lines(path.read_text(encoding="utf-8", errors="replace"))[1:]:
            first = line.split()[0]
            for beside in (path.parent / first, path.parent / f"{first}.hea"):
                link = Path(folder) / beside.name
                if _SAFE_NAME.match(first) and beside.is_file() and not link.exists():
                    link.symlink_to(beside.resolve())
        yield str(Path(folder) / record)


def _intact(record: Any) -> bool | None:
    """Whether the samples agree with the header's checksums; None where it has none or the record has segments."""
    if record.checksum is None or any(c is None for c in record.checksum) or getattr(record, "e_d_signal", None) is None:
        return None
    found = [int(np.sum(d, dtype=np.int64)) % 65536 for d in record.e_d_signal]
    return all(f == int(c) % 65536 for f, c in zip(found, record.checksum, strict=True))


def _physical(record: Any) -> list[Any]:
    if record.e_d_signal is None:
        raise ValueError("it holds no samples")
    series = record.dac(expanded=True)
    return list(series)


def _recording(path: Path, record: Any, series: list[Any], intact: bool | None) -> Recording:
    rate = float(record.fs or 0)
    if not math.isfinite(rate) or rate <= 0:
        raise BadFile(str(path), 1, "the header gives no sampling rate; copy it again")
    if not record.sig_len:
        raise BadFile(str(path), 1, "the record holds no samples; copy its data file again")
    lasting = record.sig_len / rate
    if lasting > MAX_SPAN_S:
        raise BadFile(str(path), 1, f"the record spans {lasting / 86400:,.0f} days; at most 31 are read, check its sampling rate")
    tracks: list[Track] = []
    for name, unit, values, frame in zip(record.sig_name, record.units, series, record.samps_per_frame, strict=True):
        own = rate * frame
        held = np.asarray(values, dtype=np.float64)
        held[~np.isfinite(held)] = np.nan
        tracks.append(
            Track(
                clean(str(name or "")) or f"column {len(tracks) + 1}",
                str(unit) if unit else None,
                np.arange(len(held)) / own,
                held,
                wave=own >= names.WAVE_RATE_HZ,
            )
        )
    begun = record.base_datetime or record.base_time
    start = None if begun is None else begun.isoformat(timespec="milliseconds" if begun.microsecond else "seconds")
    said = []
    if start is None:
        said.append(Doubt("time", "", "The header gives no start time."))
    if intact is False:
        text = "The samples do not match the checksums of the header: the record was cut or is damaged."
        said.append(Doubt("checksum", "", text))
    notes = "; ".join(clean(c, 60) for c in (record.comments or []) if c.strip() and "<" not in c)
    where = f"WFDB record {clean(str(record.record_name))} (PhysioNet format)" + (f": {clean(notes, 120)}" if notes else "")
    return Recording(str(path), "wfdb", where, f"RECORDED {path.name} (WFDB)", start, lasting, tuple(tracks), tuple(said))
