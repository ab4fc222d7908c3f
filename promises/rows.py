"""Every row: what tries it, and how much of it in ``make test`` and in the full form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from promises import (
    acts,
    deletions,
    doors,
    edits,
    held_up,
    kills,
    mutations,
    outages,
    power_cut,
    restores,
    score,
    survivors,
    ward_machine,
    writers,
)
from promises.found import Found


@dataclass(frozen=True, slots=True)
class Row:
    tries: Callable[[int], Found]
    quick: int
    full: int


ROWS: Mapping[str, Row] = {
    "power-cut": Row(power_cut.keep, quick=30, full=2000),
    "edits": Row(edits.keep, quick=60, full=10_000),
    "writers": Row(writers.keep, quick=40, full=500),
    "restore": Row(restores.keep, quick=1, full=50),
    "deletions": Row(deletions.keep, quick=100, full=10_000),
    "bad-files": Row(mutations.keep, quick=60, full=10_000),
    "ward": Row(ward_machine.keep, quick=8, full=5000),
    "mutation": Row(survivors.keep, quick=3, full=survivors.EVERY),
    "doors": Row(doors.keep, quick=1, full=len(doors.ACTORS)),
    "acts": Row(acts.keep, quick=8, full=1000),
    "outages": Row(outages.keep, quick=6, full=200),
    "held-up": Row(held_up.keep, quick=1, full=30),
    "score": Row(score.keep, quick=0, full=20),
    "kill": Row(kills.keep, quick=1, full=300),
}
