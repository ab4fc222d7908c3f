"""What a reader hands over: a recording and its channels, still raw; shared by every format.

Times are seconds from the recording's start; values are as the file has them, NaN where a cell holds no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.vitals import Signal

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MAX_BYTES: Final = 512 * 1024 * 1024
MAX_CHANNELS: Final = 500
MAX_SAMPLES: Final = 200_000_000
MAX_SPAN_S: Final = 31 * 24 * 3600
GAP_STEPS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Track:
    """One channel as it stands in the file.

    ``unit``: as written there. ``declared``: the signal that the layout's column map gives it, with its unit;
    ``refused``: why that map refuses it. ``text``: what most of its cells hold in place of numbers. ``preference`` breaks
    ties between devices, lowest first.
    """

    name: str
    unit: str | None
    times: Floats
    values: Floats
    wave: bool = False
    declared: Signal | None = None
    declared_unit: str | None = None
    refused: str | None = None
    preference: int | None = None
    text: str | None = None
    trusted: bool = False
    """Written by this program: its name and unit are what they say, whatever the patient does."""
    ignored: bool = False
    """The layout's map knows it as something that no room shows."""


class Doubt(NamedTuple):
    """What was assumed, decided, changed or left out when a file was read.

    ``kind``: one of ``KINDS_OF_DOUBT``. ``place``: a line of the file or a channel, empty where it is about the whole.
    ``sentence``: what it is, to be read alone.
    """

    kind: str
    place: str
    sentence: str


KINDS_OF_DOUBT: Final = frozenset(
    "time rows conflict repeated note text implausible refused chosen converted assumed layout checksum demo cuff absent".split()
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The source itself said why a signal has no value in a tick (simulated recordings)."""

    at: int
    signal: Signal
    quality: int


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that could be read. ``start``: ISO date-time, or time of day, or None. ``where``: a sentence."""

    path: str
    kind: str
    where: str
    label: str
    start: str | None
    duration_s: float
    tracks: tuple[Track, ...]
    doubts: tuple[Doubt, ...] = ()
    table: bool = False
    """Columns under a header: the header may be wrong."""
    unnamed: tuple[str, ...] = ()
    """Columns without a name that hold something."""
    marks: tuple[Mark, ...] = field(default=())
    explicit: bool = False
    """The file itself says where a value is missing (``marks``); an empty cell is then just no sample."""
    periods_s: Mapping[Signal, float] = field(default_factory=dict)
    """Where the file itself declares them."""


def typical_step(times: Floats) -> float:
    """Median step in seconds; 0 where there are fewer than two samples."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def gaps(times: Floats) -> Floats:
    """How long each gap is: where two neighbouring valid samples lie further apart than 1.5 x their median step."""
    steps = np.diff(times)
    return steps[steps > GAP_STEPS * typical_step(times) + 1e-6]


def clean(text: str, longest: int = 80) -> str:
    """Text of a file made fit for a sentence on a screen: one line, no control characters, not long."""
    line = "".join(c if c.isprintable() else " " for c in text).strip()
    return line if len(line) <= longest else line[: longest - 3] + "..."
