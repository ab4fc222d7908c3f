"""Delimited text into columns of numbers: preamble, header, unit row, ragged and trailing rows, whatever the delimiter.

Read with the csv module, because only that keeps the line of every row, which a refusal has to name.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np

from monitor.sources.recorded import names, times
from monitor.sources.recorded.head import Head, is_number, read_head, time_columns, unquoted
from monitor.sources.recorded.tracks import Doubt, Floats, clean
from monitor.sources.source import BadFile

CHUNK_ROWS: Final = 50_000
MAX_ROWS: Final = 5_000_000
MAX_CELLS: Final = 60_000_000
RAGGED_SHARE: Final = 0.10
NOTHING: Final = frozenset(
    (
        "",
        "-",
        "--",
        "---",
        "----",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "?",
        "*",
        ".",
        "-/-",
        "--/--",
        "---/---",
        "inf",
        "-inf",
        "#n/a",
        "missing",
        "invalid",
        "-nan",
        "nan(ind)",
    )
)


@dataclass(frozen=True, slots=True)
class Column:
    """``values``: NaN where a cell holds no number. ``texts`` counts cells with other text, ``text`` is one of them."""

    name: str
    unit: str | None
    values: Floats
    texts: int
    text: str | None
    filled: int


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` without the time; ``position`` of each is its 0-based place in the file. ``seconds`` from row one."""

    header: tuple[str, ...]
    header_line: int
    columns: tuple[tuple[int, Column], ...]
    seconds: Floats
    lines: Sequence[int]
    start: str | None
    time_format: str
    preamble: tuple[str, ...]
    doubts: tuple[Doubt, ...]


def read_table(path: Path, keep_offset: bool = False) -> Table:
    """The whole file. ``keep_offset``: elapsed times are not counted from the first row. Raises BadFile."""
    head = read_head(path)
    if not time_columns(head.header):
        counter = _counter(path, head)
        hint = f'; {counter} counts up by one a row: if it is the time, write its unit, for example "{counter} [h]"' if counter else ""
        raise BadFile(str(path), head.header_line, f"no time column{hint or '; give one, for example time_s [s] or Time as HH:MM:SS'}")
    said: list[Doubt] = []
    rows = _Rows(path, head)
    try:
        rows.read()
    except csv.Error as wrong:
        raise BadFile(str(path), rows.line, f"not a readable table ({wrong}); export it again as CSV") from None
    if not rows.count:
        raise BadFile(str(path), head.header_line, "a header and no rows; copy the file again from its source")
    return _assemble(path, head, rows, said, keep_offset)


def _counter(path: Path, head: Head) -> str | None:
    """A column that counts the rows, where there is no time."""
    with path.open(encoding=head.encoding, errors="replace", newline="") as f:
        reader = csv.reader(without_nul(f), delimiter=head.delimiter)
        rows = [row for row in islice(reader, head.skip + 50) if reader.line_num > head.skip and len(row) == len(head.header)]
    for at, name in enumerate(head.header):
        cells = [row[at] for row in rows]
        if name and len(cells) > 2 and all(is_number(c) for c in cells):
            values = [float(c.replace(",", ".")) for c in cells]
            if all(after - before == 1 for before, after in pairwise(values)):
                return clean(name)
    return None


class _Rows:
    """The rows under the header, turned into numbers a chunk at a time."""

    def __init__(self, path: Path, head: Head) -> None:
        self.path, self.head = path, head
        self.width = len(head.header)
        self.count = 0
        self.line = head.header_line
        self.lines: list[int] = []
        self.ragged: list[tuple[int, int]] = []
        self.notes: list[tuple[int, str]] = []
        self.units: list[str] | None = None
        self.chunks: list[list[Floats]] = []
        self.texts = [0] * self.width
        self.filled = [0] * self.width
        self.text: list[str | None] = [None] * self.width
        self.time_at = time_columns(head.header)
        self.time_cells: list[str] = []
        self.decimal_comma = head.delimiter != ","

    def read(self) -> None:
        pending: list[list[str]] = []
        with self.path.open(encoding=self.head.encoding, errors="replace", newline="") as f:
            reader = csv.reader(without_nul(f), delimiter=self.head.delimiter)
            for row in reader:
                self.line = reader.line_num
                if self.line <= self.head.skip or not row or row[0].startswith("#"):
                    continue
                if not self._take(row, pending):
                    continue
                if len(pending) >= CHUNK_ROWS:
                    self._store(pending)
                    pending = []
        self._store(pending)

    def _take(self, row: list[str], pending: list[list[str]]) -> bool:
        width = self.width
        if len(row) > width:
            if any(c.strip() for c in row[width:]):
                self.ragged.append((self.line, len(row)))
                return False
            row = row[:width]
        filled = sum(1 for c in row if c.strip())
        if not filled:
            return False
        if self.units is None and not self.count and self._is_unit_row(row):
            self.units = [c.strip() for c in row] + [""] * (width - len(row))
            return False
        if len(row) < width:
            if filled == 1 and not is_number(row[0]) and not times.is_time_cell(row[0]):
                self.notes.append((self.line, row[0].strip()))
            else:
                self.ragged.append((self.line, len(row)))
            return False
        if filled == 1 and row[0].strip() and not is_number(row[0]) and not times.is_time_cell(row[0]):
            self.notes.append((self.line, row[0].strip()))
            return False
        pending.append(row)
        self.lines.append(self.line)
        self.count += 1
        if self.count > MAX_ROWS or self.count * width > MAX_CELLS:
            raise BadFile(str(self.path), self.line, f"more than {self.count - 1:,} rows of {width} columns; split the file")
        return True

    def _is_unit_row(self, row: Sequence[str]) -> bool:
        cells = [c.strip() for c in row if c.strip()]
        known = [c for c in cells if names.unit_of(unquoted(c)) is not None]
        return bool(known) and not any(is_number(c) and c != "1" for c in cells) and not times.is_time_cell(cells[0])

    def _store(self, pending: list[list[str]]) -> None:
        if not pending:
            return
        chunk: list[Floats] = []
        for at, cells in enumerate(zip(*pending, strict=True)):
            if at in self.time_at:
                joined = list(cells)
                if len(self.time_at) == 2:
                    joined = (
                        [" ".join(pair) for pair in zip(*([r[t] for r in pending] for t in self.time_at), strict=True)]
                        if at == self.time_at[0]
                        else []
                    )
                self.time_cells.extend(joined)
                chunk.append(np.empty(0))
                continue
            chunk.append(self._numbers(at, cells))
        self.chunks.append(chunk)

    def _numbers(self, at: int, cells: Sequence[str]) -> Floats:
        try:
            values = np.array([float(c) if c else math.nan for c in cells], dtype=np.float64)
        except ValueError:
            values = np.array([self._number(at, c) for c in cells], dtype=np.float64)
        values[~np.isfinite(values)] = math.nan
        self.filled[at] += int(np.count_nonzero(np.isfinite(values)))
        return values

    def _number(self, at: int, cell: str) -> float:
        text = cell.strip()
        if len(text) > 1 and text[0] == text[-1] == "'":
            text = text[1:-1].strip()
        if text.lower() in NOTHING:
            return math.nan
        if self.decimal_comma and text.count(",") == 1:
            text = text.replace(",", ".")
        try:
            if "_" in text:
                raise ValueError
            return float(text)
        except ValueError:
            self.texts[at] += 1
            self.text[at] = self.text[at] or text
            return math.nan

    def column(self, at: int) -> Floats:
        return np.concatenate([chunk[at] for chunk in self.chunks]) if len(self.chunks) > 1 else self.chunks[0][at]


def without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "\ufffd") if "\0" in line else line


def _assemble(path: Path, head: Head, rows: _Rows, said: list[Doubt], keep_offset: bool) -> Table:
    _complain_about_rows(path, rows, said)
    name = head.header[rows.time_at[-1]]
    unit = names.split_unit(name)[1]
    if unit is None and rows.units is not None:
        unit = rows.units[rows.time_at[-1]] or None
    if unit is None and name.lower().endswith(("_s", " s", "_sec", "_seconds")):
        unit = "s"
    if unit is None and name.strip().lower() in ("seconds", "secs", "sec", "elapsed_seconds"):
        unit = "s"
    clock = times.read_clock(rows.time_cells, unit)
    if clock is None:
        raise BadFile(
            str(path),
            rows.lines[0],
            f'the column "{clean(name) or "column 1"}" holds no times (its '
            f'first cell is "{clean(rows.time_cells[0], 30)}"); give a time '
            "column in seconds or HH:MM:SS",
        )
    seconds = clock.seconds
    if keep_offset and clock.format.startswith("elapsed"):
        seconds = np.array([math.nan if c.strip().lower() in NOTHING or not is_number(c) else float(c) for c in rows.time_cells])
    good = np.isfinite(seconds)
    bad = np.flatnonzero(~good)
    if len(bad) > max(3, RAGGED_SHARE * len(good)):
        at = int(bad[0])
        raise BadFile(
            str(path),
            rows.lines[at],
            f'the time "{clean(rows.time_cells[at], 30)}" cannot be read, and {len(bad) - 1:,} more like it; correct the time column',
        )
    for at in bad[:3]:
        line = rows.lines[int(at)]
        text = f'Line {line}: the time "{clean(rows.time_cells[int(at)], 30)}" cannot be read; the row is left out.'
        said.append(Doubt("rows", f"line {line}", text))
    columns: list[tuple[int, Column]] = []
    for at, header in enumerate(head.header):
        if at in rows.time_at:
            continue
        label, written = names.split_unit(header)
        if written is None and rows.units is not None and rows.units[at]:
            written = unquoted(rows.units[at])
        columns.append((at, Column(header, written, rows.column(at)[good], rows.texts[at], rows.text[at], rows.filled[at])))
        if rows.texts[at] and rows.filled[at] > rows.texts[at]:
            sample = clean(rows.text[at] or "", 20)
            text = f'{clean(label)}: {rows.texts[at]:,} cells hold text ("{sample}") and count as missing.'
            said.append(Doubt("text", clean(label), text))
    lines = [line for line, keep in zip(rows.lines, good.tolist(), strict=True) if keep]
    return Table(
        head.header,
        head.header_line,
        tuple(columns),
        seconds[good],
        lines,
        clock.start,
        clock.format,
        head.preamble,
        (*clock.doubts, *said),
    )


def _complain_about_rows(path: Path, rows: _Rows, said: list[Doubt]) -> None:
    total = rows.count + len(rows.ragged)
    short = bool(rows.ragged) and rows.ragged[-1][0] == rows.line and rows.ragged[-1][1] < rows.width
    stump = bool(rows.notes) and rows.notes[-1][0] == rows.line and rows.notes[-1][1][:1].isdigit()
    if (short or stump) and not _ends_in_newline(path):
        raise BadFile(str(path), rows.line, "the file ends in the middle of a row; copy it again from its source")
    if len(rows.ragged) > max(2, RAGGED_SHARE * total):
        line, width = rows.ragged[0]
        raise BadFile(
            str(path),
            line,
            f"{width} cells under a header of {rows.width} names, and "
            f"{len(rows.ragged) - 1:,} more such rows; give every column a name and every "
            "row the same number of cells",
        )
    for line, width in rows.ragged[:3]:
        said.append(Doubt("rows", f"line {line}", f"Line {line} has {width} of {rows.width} cells; the row is left out."))
    if len(rows.notes) > max(20, RAGGED_SHARE * total):
        raise BadFile(str(path), rows.notes[0][0], f'lines of text between the rows ("{clean(rows.notes[0][1], 30)}"); remove them')
    for line, text in rows.notes[:5]:
        said.append(Doubt("note", f"line {line}", f'Line {line} is a note, not a row: "{clean(text, 60)}".'))


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as f:
        f.seek(-1, io.SEEK_END)
        return f.read(1) in (b"\n", b"\r")
