"""The cuff: a cycle, the time it needs, and its failures. It says when a reading is there, not what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from monitor.cycle import READING_S, Cycle
from monitor.simulator.body import MEAN_SHARE
from monitor.simulator.maths import Maths, Number

FAILING_S = 45
"""A cuff that cannot read tries for longer before it says so."""
SHORTEST_S, LONGEST_S = 60, 7200


class Cuffed(Enum):
    STARTED = "started"
    READ = "read"
    FAILED = "failed"


class Cuff:
    """Cycles from the opening of the session: at 0, ``every``, 2 x ``every``, ... One measurement at a time."""

    __slots__ = ("_asked", "_cycle", "_failing", "_ready_at")

    def __init__(self, every: int) -> None:
        self._cycle: Cycle | None = Cycle(0, every)
        self._ready_at: int | None = None
        self._asked = self._failing = False

    @property
    def every(self) -> int:
        """Seconds between starts; 0 where the cycle is off."""
        return self._cycle.every if self._cycle is not None else 0

    @property
    def inflated(self) -> bool:
        return self._ready_at is not None

    def now(self) -> None:
        """A reading out of turn; the cycle keeps its beat. Nothing more happens while one is going on."""
        self._asked = self._ready_at is None

    def cycle(self, at: int, every: int) -> None:
        """A new interval, counted from the last start; 0 or less switches the cycle off."""
        if every <= 0:
            self._cycle = None
            return
        every = max(SHORTEST_S, min(LONGEST_S, every))
        self._cycle = self._cycle.paced(at, every) if self._cycle is not None else Cycle(at, every)

    def put_off(self, at: int, until: int) -> None:
        """The next start comes later, once."""
        if self._cycle is not None:
            self._cycle = self._cycle.put_off(at, until)

    def stop(self) -> None:
        """The cuff deflates at once, and no reading comes; the cycle keeps its beat."""
        self._ready_at, self._asked = None, False

    def fail(self) -> None:
        """The measurement that is going on will come to nothing, and take longer over it."""
        if self._ready_at is not None and not self._failing:
            self._failing = True
            self._ready_at += FAILING_S - READING_S

    def step(self, at: int) -> Cuffed | None:
        """What the cuff does at this second, if anything."""
        if self._ready_at is None:
            if not (self._asked or (self._cycle is not None and self._cycle.next(at) == at)):
                return None
            self._asked = self._failing = False
            self._ready_at = at + READING_S
            return Cuffed.STARTED
        if at < self._ready_at:
            return None
        self._ready_at = None
        return Cuffed.FAILED if self._failing else Cuffed.READ


SCATTER_SYS, SCATTER_DIA, SCATTER_MEAN = 2.8, 2.1, 0.8
"""Scatter of one reading, SD, mmHg: proposal."""


def reading(m: Maths, sys: Number, dia: Number, steadiness: Number, scatter: Sequence[Number]) -> tuple[Number, Number, Number]:
    """What a cuff makes of a pressure: systolic, diastolic, mean, whole mmHg. ``scatter``: three normal scores."""
    shown = m.half_up(sys + SCATTER_SYS * steadiness * scatter[0])
    low = m.least(m.half_up(dia + SCATTER_DIA * steadiness * scatter[1]), shown - 10.0)
    mean = m.half_up(low + MEAN_SHARE * (shown - low) + SCATTER_MEAN * scatter[2])
    return shown, low, m.most(low + 2.0, m.least(shown - 2.0, mean))
