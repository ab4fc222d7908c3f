"""The blood pressures of a session, by the cuff and by hand, and when the next one comes."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.cycle import LONGEST_TRY_S
from monitor.session import SessionState
from monitor.vitals import CuffReading, Window


def readings(state: SessionState, window: Window) -> Sequence[CuffReading]:
    """The cuff's tries and the pressures taken by hand, in the order in which they were taken."""
    if not state.by_hand:
        return window.cuff
    return sorted((*window.cuff, *(taken.reading for taken in state.by_hand)), key=lambda r: r.at)


def last_reading(state: SessionState, window: Window) -> CuffReading | None:
    """The last one that succeeded."""
    return next((r for r in reversed(readings(state, window)) if not r.failed), None)


def next_cycle(state: SessionState, window: Window, at: int) -> int | None:
    """When the cuff starts by itself: known where it is simulated, elsewhere reckoned from its last try."""
    if state.cycle is not None:
        return state.cycle.next(at)
    if state.cuff_interval_s is None or not window.cuff:
        return None
    last, rest = window.cuff[-1].at, state.rest
    return rest.until if rest is not None and rest.at >= last else last + state.cuff_interval_s


def measuring(state: SessionState, window: Window, at: int) -> bool:
    """Whether a simulated cuff is inflated: it has started, nobody has stopped it, and it has not told a reading yet."""
    if state.cycle is None:
        return False
    starts = [s for s in (state.cycle.before(at + 1), state.cuff_started_at) if s is not None]
    since = max(starts, default=-LONGEST_TRY_S)
    ended = max(window.cuff[-1].at if window.cuff else -1, -1 if state.cuff_stopped_at is None else state.cuff_stopped_at)
    return ended < since and at - since < LONGEST_TRY_S
