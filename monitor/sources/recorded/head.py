"""The head of a delimited text file: its encoding, delimiter, preamble and header line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.sources.recorded import names, times
from monitor.sources.recorded.tracks import MAX_CHANNELS
from monitor.sources.source import BadFile

DELIMITERS: Final = (",", ";", "\t", "|")
HEAD_BYTES: Final = 1 << 16
HEAD_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class Head:
    """``skip``: rows up to this line are not data."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    skip: int
    preamble: tuple[str, ...]


def preamble_of(head: bytes) -> list[str]:
    """The leading ``#`` lines of a text file."""
    lines: list[str] = []
    for line in head.decode("utf-8-sig", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line[1:].strip())
    return lines


def encoding_of(head: bytes) -> str:
    """How the bytes of a text file are to be read."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def read_head(path: Path) -> Head:
    """The reading of the head that knows most column names. Raises BadFile where no line is a header."""
    with path.open("rb") as f:
        head = f.read(HEAD_BYTES)
    encoding = encoding_of(head)
    text = head.decode(encoding, errors="replace")
    whole = len(head) < HEAD_BYTES
    best: tuple[int, int, int, list[str], int] | None = None
    above: list[str] = []
    chosen = ","
    for delimiter in DELIMITERS:
        rows = _head_rows(text, delimiter, whole)
        found = _header_row(rows)
        if found is None:
            continue
        at, known = found
        line, cells = rows[at]
        steady = sum(len(r) == len(cells) for _, r in rows[at + 1 :])
        score = (known, steady if len(cells) > 1 else 0, len(cells), cells, line)
        if best is None or score[:3] > best[:3]:
            best, chosen, above = score, delimiter, rows[at - 1][1] if at else []
    # Prose has commas too: without one known name, most lines must at least be rows of the same width.
    if best is None or len(best[3]) < 2 or (best[0] == 0 and best[1] < 3):
        raise BadFile(
            str(path),
            1,
            'no table was found: no line names at least a time and one channel; give a header line such as "time_s [s],hr [/min],spo2 [%]"',
        )
    header = tuple(_grouped([unquoted(c) for c in best[3]], [unquoted(c) for c in above]))
    if len(header) > MAX_CHANNELS + 1:
        raise BadFile(str(path), best[4], f"{len(header):,} columns; at most {MAX_CHANNELS} are read, split the file")
    return Head(encoding, chosen, header, best[4], best[4], tuple(preamble_of(head)))


def _grouped(header: list[str], above: list[str]) -> list[str]:
    """A line of groups above the names, each over its first column: what stands under "Settings" is a setting."""
    if len(above) != len(header) or not any(above) or all(above) or any(is_number(c) for c in above if c):
        return header
    named, group = [], ""
    for name, over in zip(header, above, strict=True):
        group = over or group
        named.append(f"{group} {name}" if name and names.is_setting(group) and not names.is_time(name) else name)
    return named


def unquoted(cell: str) -> str:
    text = cell.strip().lstrip("\ufeff")
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == "'" else text


def _head_rows(text: str, delimiter: str, whole: bool) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if row and not row[0].lstrip("\ufeff").startswith("#") and any(c.strip() for c in row):
                rows.append((reader.line_num, row))
            if len(rows) >= HEAD_ROWS:
                return rows
    except csv.Error:
        return rows
    return rows if whole else rows[:-1]


def _header_row(rows: Sequence[tuple[int, list[str]]]) -> tuple[int, int] | None:
    """Which row is the header, and how many of its names are known: the first with most of them, text above numbers."""
    best: tuple[int, int] | None = None
    for at, (_, row) in enumerate(rows):
        cells = [unquoted(c) for c in row]
        filled = [c for c in cells if c]
        if len(filled) < 2 or any(is_number(c) for c in filled) or any(times.is_time_cell(c) for c in filled):
            continue
        known = sum(_is_known(c) for c in filled)
        if best is None or known > best[1]:
            best = at, known
    return best


def _is_known(header: str) -> bool:
    name, _ = names.split_unit(header)
    return names.is_time(header) or names.meaning(name, wave=False) is not None or names.meaning(name, wave=True) is not None


def is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def time_columns(header: Sequence[str]) -> tuple[int, ...]:
    """Where the time stands: the first column of that name, else the first column where it is no signal; date and time
    may be two. Empty where there is none."""
    timed = [i for i, name in enumerate(header) if names.is_time(name)]
    dates = [i for i, name in enumerate(header) if names.is_date(name)]
    if dates and timed and dates[0] != timed[0]:
        return (dates[0], timed[0])
    if timed or dates:
        return ((timed or dates)[0],)
    if not names.meaning(header[0], wave=False) and not names.meaning(header[0], wave=True):
        return (0,)
    counted = [i for i, name in enumerate(header) if not _is_known(name) and times.is_unit(names.split_unit(name)[1])]
    return tuple(counted[:1])
