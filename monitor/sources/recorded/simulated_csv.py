"""The simulator's own recordings: written here, read back here. Units in the header, rows at 1 Hz, empty is missing.

::

    # infusion-monitor recording 1
    # label: room 3
    # periods_s: hr=1 spo2=1 nibp_sys=300 nibp_dia=300 nibp_mean=300
    time_s [s],hr [/min],spo2 [%],nibp_sys [mmHg],nibp_dia [mmHg],nibp_mean [mmHg],status
    0,72,98,,,,
    1,72.5,98,118,71,86.7,
    2,,,,,,hr:3 spo2:2

Cuff cells stand only in the second of their reading. ``status`` (optional) names the signals whose monitor said why
there is no value, as ``signal:quality`` with the numbers of ``monitor.vitals.Quality``. Nothing else is told: no
scenario, no seed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from monitor.sources.recorded.tracks import Mark
from monitor.vitals import KINDS, Channel, Numeric, Quality, Signal

FIRST_LINE: Final = "infusion-monitor recording 1"
STATUS: Final = "status"
_SAID: Final = (Quality.SENSOR_OFF, Quality.CUFF_FAILED, Quality.NO_VALUE)


def write_recording(
    path: Path, rows: Iterable[tuple[int, Sequence[Numeric]]], channels: Sequence[Channel], label: str, start: str | None = None
) -> None:
    """Write what ``Source.read`` gave. ``label`` is shown on screens after SIMULATED; ``start`` is an ISO date-time."""
    signals = [c.signal for c in channels]
    with path.open("w", encoding="utf-8", newline="") as f:
        periods = " ".join(f"{c.signal.value}={c.period_s:g}" for c in channels)
        f.write(f"# {FIRST_LINE}\n# label: {_one_line(label)}\n# periods_s: {periods}\n")
        if start is not None:
            f.write(f"# start: {_one_line(start)}\n")
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["time_s [s]", *(f"{s.value} [{KINDS[s].unit}]" for s in signals), STATUS])
        for tick, samples in rows:
            by_signal = {n.signal: n for n in samples}
            out.writerow([tick, *(_cell(by_signal.get(s)) for s in signals), _status(samples)])


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(sample: Numeric | None) -> str:
    if sample is None or sample.quality not in (Quality.OK, Quality.IMPLAUSIBLE):
        return ""
    return f"{sample.value:g}"


def _status(samples: Sequence[Numeric]) -> str:
    return " ".join(f"{n.signal.value}:{n.quality.value}" for n in samples if n.quality in _SAID)


def is_simulated(preamble: Sequence[str]) -> bool:
    return bool(preamble) and preamble[0] == FIRST_LINE


def keys(preamble: Sequence[str]) -> dict[str, str]:
    """``label``, ``start`` and ``periods_s`` of the ``# key: value`` lines; others are ignored."""
    found: dict[str, str] = {}
    for line in preamble[1:]:
        key, colon, value = line.partition(":")
        if colon and key.strip() in ("label", "start", "periods_s"):
            found[key.strip()] = value.strip()
    return found


def periods(text: str) -> dict[Signal, float]:
    """``hr=1 nibp_sys=300`` -> seconds between two values of a signal; what cannot be read is left out."""
    found: dict[Signal, float] = {}
    for word in text.split():
        name, _, number = word.partition("=")
        if name in set(Signal) and re.fullmatch(r"\d{1,5}(\.\d{1,6})?", number) and float(number) > 0:
            found[Signal(name)] = float(number)
    return found


def read_marks(path: Path) -> list[Mark]:
    """The ``status`` column; cells that cannot be read say nothing."""
    marks: list[Mark] = []
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as f:
        rows = csv.reader(line.replace("\0", " ") for line in f if not line.startswith("#"))
        header = next(rows, [])
        if STATUS not in header:
            return marks
        place = header.index(STATUS)
        for row in rows:
            if len(row) <= place or not row[place] or not row[0].isdigit():
                continue
            for word in row[place].split():
                name, _, number = word.partition(":")
                if name in set(Signal) and number in {str(q.value) for q in _SAID}:
                    marks.append(Mark(int(row[0]), Signal(name), int(number)))
    return marks
