"""Chance, from a seed handed in: named streams that never disturb each other.

Draws are made in blocks, row after row, so that what a step gets depends on the step alone and not on how reads are
grouped or how many patients are lived side by side.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from monitor.simulator.maths import Number

__all__ = ["CLIP", "Draws", "Generator", "Waves", "correlated", "share", "stream"]

CLIP = 2.5
"""Standard deviations. Bounded noise: a monitor averages, and a rare draw shall not fire a rule by itself."""

STREAM_NUMBERS = {
    "traits": 1, "wander": 2, "artefact": 3, "cuff": 4, "events": 5,
    "session": 6, "flutter": 7, "body": 8, "people": 9, "numbers": 10, "unrest": 11, "stirs": 12,
}  # fmt: skip


def stream(seed: int, about: str, name: str) -> Generator:
    """The generator of one named stream of one seed; two scenarios with the same seed do not wander in step."""
    key = (zlib.crc32(about.encode()), STREAM_NUMBERS[name])
    return Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=key)))


def correlated(share: float, z: float, other: float) -> float:
    """A score that goes with ``z`` to this correlation, and for the rest with ``other``."""
    return share * z + math.sqrt(1.0 - share * share) * other


def share(z: float) -> float:
    """Where a normal score lies among all, 0 to 1: a uniform draw out of a normal one."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


class Draws:
    """Independent draws, a row a step: bounded standard normal scores, or uniform ones. One generator a patient.

    With one generator a row holds floats, with a list of them arrays over patients: the same draws either way.
    """

    __slots__ = ("_at", "_columns", "_many", "_rngs", "_rows", "_uniform")

    BLOCK = 256

    def __init__(self, rngs: Generator | Sequence[Generator], columns: int, uniform: bool = False) -> None:
        self._many = not isinstance(rngs, Generator)
        self._rngs = [rngs] if isinstance(rngs, Generator) else list(rngs)
        self._columns, self._uniform = columns, uniform
        self._rows: Sequence[Sequence[Number]] = ()
        self._at = 0

    def next(self) -> Sequence[Number]:
        if self._at >= len(self._rows):
            shape = (self.BLOCK, self._columns)
            fresh = [rng.random(shape) if self._uniform else rng.standard_normal(shape).clip(-CLIP, CLIP) for rng in self._rngs]
            self._rows = list(np.ascontiguousarray(np.moveaxis(np.array(fresh), 0, 2))) if self._many else fresh[0].tolist()
            self._at = 0
        row = self._rows[self._at]
        self._at += 1
        return row


class Waves:
    """Several independent slow wanderings of unit variance, a row a second: each a sum of sine waves.

    A monitor shows averages: its numbers roll rather than flicker, and no stretch of minutes is much quieter than another.
    Periods are in seconds; each is drawn up to a tenth longer or shorter, so that no two patients roll alike.
    """

    __slots__ = ("_at", "_rows", "_start", "_waves")

    BLOCK = 1024

    def __init__(self, rng: Generator, periods: Sequence[Sequence[float]]) -> None:
        self._waves = [
            (2 * math.pi / (np.array(each) * rng.uniform(0.9, 1.1, len(each))), rng.uniform(0, 2 * math.pi, len(each))) for each in periods
        ]
        self._rows: list[tuple[float, ...]] = []
        self._start = self._at = 0

    def next(self) -> tuple[float, ...]:
        if self._at >= len(self._rows):
            ticks = np.arange(self._start, self._start + self.BLOCK)
            columns = [np.sin(np.outer(ticks, speed) + phase).sum(1) * math.sqrt(2 / len(speed)) for speed, phase in self._waves]
            self._rows = list(zip(*(c.tolist() for c in columns), strict=True))
            self._start, self._at = self._start + self.BLOCK, 0
        row = self._rows[self._at]
        self._at += 1
        return row
