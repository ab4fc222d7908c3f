"""The contract of every source of samples, and how a bad one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from monitor.infusion import Act
from monitor.vitals import Beats, Channel, Numeric


class BadFile(Exception):
    """A file that cannot be used. The message is one sentence: which file, which line, what is wrong, what to do."""

    def __init__(self, file: str, line: int | None, wrong: str) -> None:
        self.file, self.line, self.wrong = file, line, wrong
        super().__init__(f"{file}:{line}: {wrong}" if line else f"{file}: {wrong}")


@runtime_checkable
class Source(Protocol):
    """Samples of one session, read forward in session time.

    ``read(until, acts)`` gives, for each tick after the last one read up to and including ``until``, the samples
    received in that tick: ``[(tick, [Numeric, ...]), ...]``, one entry a tick, empty rows included. ``acts`` are what
    was done to the patient since the last call, each with its tick, in order; recordings ignore them. The same calls
    give the same samples, whatever their pace and however the ticks are grouped.
    """

    kind: str
    """``simulated`` or ``recorded``."""
    label: str
    """What a screen says of it: ``RECORDED bidmc_01_Numerics.csv (BIDMC)``, ``SIMULATED``."""
    channels: Sequence[Channel]
    length_s: int | None
    """Seconds until it has nothing more to give; None where it never ends."""

    def read(self, until: int, acts: Sequence[Act] = ()) -> list[tuple[int, list[Numeric]]]: ...

    def beats(self, tick: int) -> Beats | None:
        """What the waves of a tick of the last ``read`` are drawn from.

        None for every other tick, for a second in which nothing arrived, and always where the source draws nothing: a
        recording has waves of its own or none, and none are made up for it.
        """
        ...
