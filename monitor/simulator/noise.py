"""Chance, from a seed handed in: named streams that never disturb each other.

Noise is made in blocks of fixed length, so that what a tick gets depends on the tick alone and not on how reads are
grouped. Values are plain floats: a loop over seconds is faster with them than with arrays of one.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

__all__ = ["Coloured", "Generator", "clipped", "stream"]

BLOCK_S = 1024
CLIP = 2.5
"""Standard deviations. Bounded noise: a monitor averages, and a rare draw shall not fire a rule by itself."""

STREAM_NUMBERS = {"traits": 1, "body": 2, "artefact": 3, "cuff": 4, "events": 5}


def stream(seed: int, scenario: str, name: str) -> Generator:
    """The generator of one named stream of one seed; two scenarios with the same seed do not wander in step."""
    key = (zlib.crc32(scenario.encode()), STREAM_NUMBERS[name])
    return Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=key)))


def clipped(rng: Generator) -> float:
    """One draw of bounded noise of unit variance (nearly)."""
    return max(-CLIP, min(CLIP, float(rng.standard_normal())))


class Coloured:
    """Several independent AR(1) noises of unit variance, a row a second; ``memories`` are their lag-1 correlations."""

    __slots__ = ("_at", "_last", "_memories", "_rng", "_rows")

    def __init__(self, rng: Generator, memories: Sequence[float]) -> None:
        self._rng = rng
        self._memories = tuple(memories)
        self._last: list[float] = [float(x) for x in rng.standard_normal(len(self._memories))]
        self._rows: list[tuple[float, ...]] = []
        self._at = 0

    def next(self) -> tuple[float, ...]:
        if self._at >= len(self._rows):
            self._fill()
        row = self._rows[self._at]
        self._at += 1
        return row

    def _fill(self) -> None:
        fresh = self._rng.standard_normal((len(self._memories), BLOCK_S))
        columns: list[list[float]] = []
        for i, memory in enumerate(self._memories):
            x = self._last[i]
            kick = math.sqrt(1.0 - memory * memory)
            column = []
            for e in fresh[i].tolist():
                x = memory * x + kick * e
                column.append(x)
            self._last[i] = x
            columns.append(np.clip(column, -CLIP, CLIP).tolist())
        self._rows = list(zip(*columns, strict=True))
        self._at = 0
