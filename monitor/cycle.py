"""The cuff's cycle: the seconds at which it starts by itself."""

from __future__ import annotations

from dataclasses import dataclass

READING_S = 30
"""From the start of inflation to the reading: proposal (common monitors need 20 to 45 s)."""
LONGEST_TRY_S = 60
"""A cuff that cannot read has said so by then."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A start at ``first`` and every ``every`` seconds from there on; ``last``: the start before ``first``, if any."""

    first: int
    every: int
    last: int | None = None

    def next(self, at: int) -> int:
        """The first start at this second or after it."""
        return self.first + max(0, -(-(at - self.first) // self.every)) * self.every

    def before(self, at: int) -> int | None:
        """The last start before this second."""
        return self.last if at <= self.first else self.next(at) - self.every

    def paced(self, at: int, every: int) -> Cycle:
        """Another interval from this second on, counted from the last start."""
        last = self.before(at)
        return Cycle(at if last is None else max(at, last + every), every, last)

    def put_off(self, at: int, until: int) -> Cycle:
        """The next start comes at ``until``; the others follow it."""
        return Cycle(max(at, until), self.every, self.before(at))
