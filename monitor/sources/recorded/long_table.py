"""Long tables: one value a row, with its time and the name of what was measured; with a header or none, in any order."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from monitor.sources.recorded import names, times
from monitor.sources.recorded.head import DELIMITERS, HEAD_BYTES, encoding_of, is_number, unquoted
from monitor.sources.recorded.table import MAX_ROWS, NOTHING, without_nul
from monitor.sources.recorded.tracks import MAX_CHANNELS, MAX_SPAN_S, Doubt, Floats, Recording, Track, clean, typical_step
from monitor.sources.source import BadFile

TIME, NAME, VALUE, UNIT = "time", "name", "value", "unit"
_NAMES: Final = frozenset(
    "parameter param name signal variable measure measurement metric item label vital vitalsign channel type observation test".split()
)
_VALUES: Final = frozenset("value val result reading valuenum numericvalue measuredvalue".split())
_UNITS: Final = frozenset("unit units uom valueuom".split())
LOOKED_AT: Final = 200


def layout(path: Path) -> tuple[str, dict[str, int], int] | None:
    """Delimiter, place of each part and rows of header (0 or 1) of a long table, or None where the file is no such table."""
    with path.open("rb") as f:
        head = f.read(HEAD_BYTES)
    lines = [line for line in head.decode(encoding_of(head), errors="replace").splitlines() if line.strip() and not line.startswith("#")]
    lines = lines[: LOOKED_AT + 1] if len(head) < HEAD_BYTES else lines[: min(LOOKED_AT + 1, len(lines) - 1)]
    for delimiter in DELIMITERS:
        rows = [[unquoted(c) for c in row] for row in csv.reader(lines, delimiter=delimiter)]
        if not rows or not 3 <= len(rows[0]) <= 12:
            continue
        for found, skipped in ((_by_header(rows[0]), 1), (_by_content(rows), 0)):
            if found is not None and _holds(rows[skipped:], found):
                return delimiter, found, skipped
    return None


def _by_header(header: Sequence[str]) -> dict[str, int] | None:
    plain = ["".join(names.words(c)) for c in header]
    found: dict[str, int] = {}
    for part, known in ((NAME, _NAMES), (VALUE, _VALUES), (UNIT, _UNITS)):
        at = [i for i, name in enumerate(plain) if name in known]
        if at:
            found[part] = at[0]
    timed = [i for i, c in enumerate(header) if names.is_time(c) and i not in found.values()]
    return {TIME: timed[0], **found} if timed and {NAME, VALUE} <= found.keys() else None


def _by_content(rows: Sequence[Sequence[str]]) -> dict[str, int] | None:
    """Without a header: a column of times, one of known names, one of numbers."""
    first = rows[0]
    timed = [i for i, c in enumerate(first) if times.is_time_cell(c)]
    named = [i for i, c in enumerate(first) if not is_number(c) and names.meaning(c, wave=False) is not None]
    held = [i for i, c in enumerate(first) if is_number(c) and i not in timed]
    if len(timed) != 1 or len(named) != 1 or len(held) != 1:
        return None
    units = [i for i, c in enumerate(first) if i not in (timed[0], named[0], held[0]) and names.unit_of(c) is not None]
    return {TIME: timed[0], NAME: named[0], VALUE: held[0], **({UNIT: units[0]} if units else {})}


def _holds(rows: Sequence[Sequence[str]], at: Mapping[str, int]) -> bool:
    """Names that come again, at least one of them known, and numbers beside most."""
    whole = [row for row in rows if len(row) > max(at.values())]
    told = [row[at[NAME]] for row in whole]
    known = any(names.meaning(name, wave=False) is not None for name in set(told))
    numbers = sum(is_number(row[at[VALUE]]) for row in whole)
    return known and not any(is_number(name) for name in told if name) and 2 * numbers >= len(whole) > 0


def read_long(path: Path) -> Recording | None:
    """The recording, or None where the file is no long table. Raises BadFile."""
    found = layout(path)
    if found is None:
        return None
    delimiter, at, skipped = found
    lines: list[int] = []
    cells: list[list[str]] = []
    for line, row in _rows(path, delimiter):
        if len(row) > max(at.values()):
            lines.append(line)
            cells.append([row[place].strip() for place in at.values()])
        if len(cells) > MAX_ROWS:
            raise BadFile(str(path), line, f"more than {MAX_ROWS:,} rows; split the file")
    lines, cells = lines[skipped:], cells[skipped:]
    place = {part: n for n, part in enumerate(at)}
    clock = times.read_clock([row[place[TIME]] for row in cells], None)
    if clock is None:
        sample = clean(cells[0][place[TIME]], 30)
        raise BadFile(str(path), lines[0], f'"{sample}" is no time; give dates with times, times of day or seconds')
    seconds = clock.seconds - float(np.nanmin(clock.seconds))
    lasting = float(np.nanmax(seconds))
    if lasting > MAX_SPAN_S:
        raise BadFile(str(path), lines[-1], f"the times span {lasting / 86400:,.0f} days; at most 31 are read, check the dates")
    said = list(clock.doubts)
    left = int(np.count_nonzero(~np.isfinite(seconds)))
    if left:
        bad = lines[int(np.flatnonzero(~np.isfinite(seconds))[0])]
        said.append(Doubt("rows", f"line {bad}", f"Line {bad}: its time cannot be read; {left:,} such rows are left out."))
    by_name: dict[str, list[int]] = {}
    for n, row in enumerate(cells):
        if np.isfinite(seconds[n]):
            by_name.setdefault(row[place[NAME]], []).append(n)
    if len(by_name) > MAX_CHANNELS:
        raise BadFile(str(path), lines[0], f"{len(by_name):,} names; at most {MAX_CHANNELS} are read, split the file")
    tracks = []
    for name, own in by_name.items():
        numbers = np.array([_number(cells[n][place[VALUE]]) for n in own])
        stamps, kept, repeated = _in_order(seconds[own], numbers)
        if repeated:
            line = lines[own[repeated[0]]]
            text = f"Conflict: {clean(name)} has two values for one time {len(repeated):,} times, from line {line} on; the last one counts."
            said.append(Doubt("conflict", f"line {line}", text))
        unit = next((cells[n][place[UNIT]] for n in own if cells[n][place[UNIT]]), None) if UNIT in place else names.split_unit(name)[1]
        label = clean(name) or "a channel without a name"
        tracks.append(Track(label, unit, stamps, kept, 0 < typical_step(stamps) < 1 / names.WAVE_RATE_HZ))
    where = "A table with one value a row, of a source that it does not name"
    return Recording(str(path), "csv", where, f"RECORDED {path.name}", clock.start, lasting, tuple(tracks), tuple(said))


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with path.open("rb") as f:
        encoding = encoding_of(f.read(HEAD_BYTES))
    with path.open(encoding=encoding, errors="replace", newline="") as f:
        reader = csv.reader(without_nul(f), delimiter=delimiter)
        try:
            for row in reader:
                if any(c.strip() for c in row) and not row[0].startswith("#"):
                    yield reader.line_num, [unquoted(c) for c in row]
        except csv.Error as wrong:
            raise BadFile(str(path), reader.line_num, f"not a readable table ({wrong}); export it again as CSV") from None


def _number(cell: str) -> float:
    if cell.lower() in NOTHING or "_" in cell or not is_number(cell):
        return float("nan")
    value = float(cell.replace(",", "."))
    return value if np.isfinite(value) else float("nan")


def _in_order(stamps: Floats, values: Floats) -> tuple[Floats, Floats, list[int]]:
    """By time; of several values of one time the last, and where others of them differed."""
    order = np.argsort(stamps, kind="stable")
    stamps, values = stamps[order], values[order]
    same = np.flatnonzero(np.diff(stamps) <= 1e-9)
    differ = [int(order[n + 1]) for n in same if not (values[n] == values[n + 1] or (np.isnan(values[n]) and np.isnan(values[n + 1])))]
    keep = np.ones(len(stamps), dtype=bool)
    keep[same] = False
    return stamps[keep], values[keep], differ
