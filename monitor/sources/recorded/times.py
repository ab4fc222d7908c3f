"""Time columns: elapsed seconds, time of day, date and time, epoch; each turned into seconds from the first row.

Assumptions (which of D/M is the day, that midnight was crossed, that a bare number is seconds) are said in sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from monitor.sources.recorded.tracks import Doubt, Floats

DAY_S: Final = 86400.0
_UNIT_S: Final[dict[str, float]] = {
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
    "min": 60.0,
    "mins": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "d": DAY_S,
    "day": DAY_S,
    "days": DAY_S,
}
_CLOCK = r"(?P<h>\d{1,4}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d|60)(?P<f>[.,]\d{1,9})?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_DATE = r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?:(?P=sep)(?P<c>\d{1,4}))?"
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "jan januar january|feb februar february|mar march mär märz mrz|apr april|may mai|jun june juni|jul july juli|aug august"
        "|sep sept september|oct october okt oktober|nov november|dec december dez dezember".split("|"), 1
    )
    for name in names.split()
}  # fmt: skip
_NAMED = re.compile(
    r"(?<![\w:])(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.)?[-/ ]+(?P<m1>[^\W\d_]{3,9})\.?[-/, ]+(?P<y1>\d{4}|\d{2}(?!\d|:))"
    r"|(?P<m2>[^\W\d_]{3,9})\.?[-/ ]+(?P<d2>\d{1,2})(?:st|nd|rd|th)?[-/, ]+(?P<y2>\d{4}))"
)
"""A date with the name of its month: 4 March 2026, 04-Mar-26, Mar 04 2026."""
_ONLY_CLOCK = re.compile(rf"^{_CLOCK}$")
_DATE_CLOCK = re.compile(rf"^{_DATE}\.?(?:[Tt]|,?\s+){_CLOCK}\s*{_ZONE}$")
_CLOCK_DATE = re.compile(rf"^{_CLOCK}\s+{_DATE}$")
_COMPACT = re.compile(r"^(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})[T ]?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})(?P<f>[.,]\d+)?$")


COUNTED: Final = "Times are counted from the first row"


def _about(sentence: str) -> Doubt:
    return Doubt("time", "", sentence)


@dataclass(frozen=True, slots=True)
class Clock:
    """``seconds`` from the first readable row, NaN where a cell is no time. ``start``: ISO date-time, time of day, None."""

    seconds: Floats
    start: str | None
    doubts: tuple[Doubt, ...] = ()
    format: str = ""


@dataclass(frozen=True, slots=True)
class _Stamp:
    """One parsed cell: the three date figures as written (or None), and seconds of its day."""

    figures: tuple[int, int, int | None] | None
    year_first: bool
    sep: str
    seconds: float
    half: bool
    zone: str | None


def read_clock(cells: Sequence[str], unit: str | None) -> Clock | None:
    """The times of a column, or None where fewer than half of its first cells are times."""
    sample = [c for c in cells[:200] if c.strip()]
    if not sample:
        return None
    if sum(_COMPACT.match(_bare(c)) is not None for c in sample) * 2 > len(sample):
        return _stamped([_compact(_bare(c)) for c in cells])
    if sum(_number(c) is not None for c in sample) * 2 > len(sample):
        return _numbers(cells, unit)
    if sum(_stamp(_bare(c)) is not None for c in sample) * 2 > len(sample):
        return _stamped([_stamp(_bare(c)) for c in cells])
    return None


def is_unit(text: str | None) -> bool:
    """Whether this is a unit of time, as a header writes it."""
    return (text or "").strip().lower() in _UNIT_S


def is_time_cell(cell: str) -> bool:
    """A clock or a date with a clock; a bare number is not enough to tell."""
    text = _bare(cell)
    return _stamp(text) is not None or _COMPACT.match(text) is not None


def _bare(cell: str) -> str:
    text = cell.strip().strip("'\"[]").strip()
    return _NAMED.sub(_in_figures, text) if any(c.isalpha() for c in text) else text


def _in_figures(found: re.Match[str]) -> str:
    name, day, year = found["m1"] or found["m2"], found["d1"] or found["d2"], found["y1"] or found["y2"]
    month = _MONTHS.get(name.lower())
    if month is None:
        return found[0]
    return f"{year if len(year) == 4 else f'20{year}'}-{month:02}-{int(day):02}"


def _number(cell: str) -> float | None:
    text = cell.strip()
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in text else None


def _numbers(cells: Sequence[str], unit: str | None) -> Clock:
    values = np.array([np.nan if (v := _number(c)) is None else v for c in cells], dtype=np.float64)
    held = values[np.isfinite(values)]
    first = float(held[0])
    known = _UNIT_S.get((unit or "").strip().lower())
    if known is None and 1e8 <= abs(first) < 1e11:
        return _epoch(values, first, 1.0)
    if known is None and 1e11 <= abs(first) < 1e14:
        return _epoch(values, first, 1e-3)
    scale = known if known is not None else 1.0
    said: list[Doubt] = []
    if known is None:
        said.append(_about("The time column has no unit; seconds are assumed."))
    if first != 0.0:
        said.append(_about(f"{COUNTED}, which stands at {first:g} in the file."))
    return Clock((values - first) * scale, None, tuple(said), "elapsed" if known is not None else "elapsed, no unit")


def _epoch(values: Floats, first: float, scale: float) -> Clock:
    try:
        start = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=first * scale)).isoformat()
    except OverflowError:
        start = None
    said = _about(f"Time is read as {'seconds' if scale == 1.0 else 'milliseconds'} since 1970 (UTC).")
    return Clock((values - first) * scale, start, (said,), "epoch")


def _stamp(text: str) -> _Stamp | None:
    found = _ONLY_CLOCK.match(text)
    dated = None if found else (_DATE_CLOCK.match(text) or _CLOCK_DATE.match(text))
    part = found or dated
    if part is None:
        return None
    got = part.groupdict()
    hours = int(got["h"])
    half = got["half"]
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    seconds = hours * 3600.0 + int(got["m"]) * 60.0 + (int(got["s"]) if got["s"] else 0)
    if got["f"]:
        seconds += float("0." + got["f"][1:])
    if dated is None:
        return _Stamp(None, False, "", seconds, bool(half), None)
    if hours > 24:
        return None
    a, b, c = int(got["a"]), int(got["b"]), int(got["c"]) if got["c"] else None
    return _Stamp((a, b, c), len(got["a"]) == 4, got["sep"], seconds, bool(half), got.get("zone"))


def _compact(text: str) -> _Stamp | None:
    found = _COMPACT.match(text)
    if found is None:
        return None
    seconds = int(found["h"]) * 3600.0 + int(found["m"]) * 60.0 + int(found["s"])
    if found["f"]:
        seconds += float("0." + found["f"][1:])
    return _Stamp((int(found["y"]), int(found["mo"]), int(found["d"])), True, "-", seconds, False, None)


def _stamped(stamps: Sequence[_Stamp | None]) -> Clock | None:
    dated = [s for s in stamps if s is not None and s.figures is not None]
    plain = [s for s in stamps if s is not None and s.figures is None]
    return _with_date(stamps, dated) if len(dated) > len(plain) else _time_of_day(stamps)


def _time_of_day(stamps: Sequence[_Stamp | None]) -> Clock:
    values = np.array([np.nan if s is None or s.figures is not None else s.seconds for s in stamps], dtype=np.float64)
    good = np.flatnonzero(np.isfinite(values))
    held = values[good]
    said: list[Doubt] = []
    if held.max() >= DAY_S or (held[0] == 0.0 and not len(_crossings(held))):
        if held[0] != 0.0:
            said.append(_about("Times are hours since a beginning (more than 24 h occur); they are counted from the first row."))
        start = None
    else:
        start = _clock_text(float(held[0]))
        said.append(_about("Times of day without a date."))
    crossed = _crossings(held) if held.max() < DAY_S else np.zeros(0, dtype=np.int64)
    if len(crossed):
        days = np.zeros(len(held))
        for place in crossed:
            days[place + 1 :] += 1
        held = held + days * DAY_S
        said.append(_about("The clock jumps back by more than 12 hours: read as midnight passed."))
    seconds = np.full(len(values), np.nan)
    seconds[good] = held - held[0]
    return Clock(seconds, start, tuple(said), "time of day")


def _crossings(held: Floats) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.diff(held) < -DAY_S / 2)


def _clock_text(seconds: float) -> str:
    whole = int(seconds)
    text = f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"
    rest = round((seconds - whole) * 1000)
    return f"{text}.{rest:03}" if rest else text


def _with_date(stamps: Sequence[_Stamp | None], dated: Sequence[_Stamp]) -> Clock | None:
    said: list[Doubt] = []
    order = _order(dated, said)
    values = np.full(len(stamps), np.nan)
    first: tuple[date, float] | None = None
    origin = 0
    for i, stamp in enumerate(stamps):
        if stamp is None or stamp.figures is None:
            continue
        day = _day(stamp.figures, order)
        if day is None:
            continue
        if first is None:
            first, origin = (day, stamp.seconds), day.toordinal()
        values[i] = (day.toordinal() - origin) * DAY_S + stamp.seconds - first[1] - _offset_s(stamp.zone)
    if first is None:
        return None
    values -= values[np.flatnonzero(np.isfinite(values))[0]]
    zone = next((s.zone for s in dated if s.zone), None)
    has_year = dated[0].figures is not None and dated[0].figures[2] is not None
    shown = first[0].isoformat() if has_year else first[0].isoformat()[5:]
    zone_text = "" if not zone else "+00:00" if zone[0] in "ZUG" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    if not has_year:
        said.append(_about("The dates have no year."))
    return Clock(values, f"{shown}T{_clock_text(first[1])}{zone_text}", tuple(said), "date and time")


def _offset_s(zone: str | None) -> float:
    """How far a zone such as +02:00 is ahead of UTC, in seconds."""
    if not zone or zone[0] not in "+-":
        return 0.0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return minutes * (60.0 if zone[0] == "+" else -60.0)


def _order(dated: Sequence[_Stamp], said: list[Doubt]) -> str:
    """``ymd``, ``dmy``, ``mdy``, ``dm`` or ``md`` for the figures of these dates."""
    figures = [s.figures for s in dated if s.figures is not None]
    if dated[0].year_first:
        return "ymd"
    tail = "y" if figures[0][2] is not None else ""
    if max(a for a, _, _ in figures) > 12:
        return "dm" + tail
    if max(b for _, b, _ in figures) > 12:
        return "md" + tail
    if dated[0].sep in ".-":
        return "dm" + tail
    months_first = len({a for a, _, _ in figures}) == 1
    changes = len({(a, b) for a, b, _ in figures}) > 1
    if changes:
        return ("md" if months_first else "dm") + tail
    month_first = dated[0].half
    first = "month" if month_first else "day"
    said.append(_about(f"In dates such as {figures[0][0]}/{figures[0][1]} the {first} is assumed to stand first."))
    return ("md" if month_first else "dm") + tail


def _day(figures: tuple[int, int, int | None], order: str) -> date | None:
    a, b, c = figures
    year, month, day = {"ymd": (a, b, c), "dmy": (c, b, a), "mdy": (c, a, b), "dm": (2000, b, a), "md": (2000, a, b)}[order]
    if year is None or day is None:
        return None
    if year < 100:
        year += 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None
