"""The heart's phase and rhythm: what the waves of a second are drawn from.

It beats as often as the monitor shows (whole beats a minute, before any fault), so that who counts the drawn beats finds
the number. It draws no chance: where each beat lies is decided by ``waveforms``, from the phase and a seed.
"""

from __future__ import annotations

from collections.abc import Collection

from monitor.vitals import Beats, Numeric, Quality, Rhythm, Signal

QUIET = range(400, 601)
"""Thousandths of a beat, where no beat of any rhythm lies (``waveforms.FARTHEST``). A rhythm that changes here leaves out
no beat and makes none twice."""
WAITS_S = 15
"""A change that finds no quiet second for so long comes all the same: one beat may then be lost or doubled."""
NEED_BEATS = frozenset({Signal.HR, Signal.PULSE, Signal.SPO2})


class Heart:
    """``step`` by ``step``."""

    __slots__ = ("_beat", "_before", "_breath", "_due", "_lasts", "_next", "_rhythm")

    def __init__(self) -> None:
        self._beat = self._breath = 0
        self._rhythm = Rhythm.SINUS
        self._before: tuple[int, Rhythm] | None = None
        self._next: Rhythm | None = None
        self._due = self._lasts = 0

    def begin(self, rhythm: Rhythm, at: int, lasts: int) -> None:
        """Another rhythm, as soon as it can change between two beats (some seconds), and sinus again so long after."""
        self._next, self._due, self._lasts = rhythm, at, lasts

    def step(self, at: int, hr: float, rr: float, faults: Collection[str] = (), squeezed: bool = False) -> Beats:
        """The next second, at the rates that the monitor shows in it; ``faults`` by the names of their happenings."""
        if self._next is not None and at >= self._due:
            self._turn(at)
        rate = 0 if self._rhythm is Rhythm.PAUSED else round(hr * 1000 / 60)
        breath_rate = round(rr * 1000 / 60)
        rate_before, rhythm_before = self._before or (rate, self._rhythm)
        beats = Beats(
            beat=self._beat,
            beat_rate=rate,
            beat_rate_before=rate_before,
            breath=self._breath,
            breath_rate=breath_rate,
            rhythm=self._rhythm,
            rhythm_before=rhythm_before,
            lead_off="electrode_off" in faults,
            probe_off="probe_off" in faults,
            moving="motion" in faults,
            squeezed=squeezed,
            slipped="probe_slips" in faults,
        )
        self._beat += rate
        self._breath += breath_rate
        self._before = (rate, self._rhythm)
        return beats

    def felt(self, row: list[Numeric]) -> list[Numeric]:
        """The row in the rhythm of this second: in a pause there is nothing to count, and no pulse to measure with.

        No value rather than 0: a screen keeps the last number until it is too old, as a monitor averages over it.
        """
        if self._rhythm is not Rhythm.PAUSED:
            return row
        return [Numeric(n.signal, 0.0, n.measured_at, Quality.NO_VALUE) if n.ok and n.signal in NEED_BEATS else n for n in row]

    def _turn(self, at: int) -> None:
        # In a pause the phase stands: there is no quiet second to wait for, and it must not last longer than it was told to.
        if self._beat % 1000 not in QUIET and at < self._due + WAITS_S and self._rhythm is not Rhythm.PAUSED:
            return
        assert self._next is not None
        self._rhythm, self._next = self._next, None if self._next is Rhythm.SINUS else Rhythm.SINUS
        self._due = at + self._lasts
