"""A rest of the cuff: one cycle is put off, once, where the protocol's own limits let the patient rest."""

from __future__ import annotations

from typing import NamedTuple

from monitor import units
from monitor.cycle import READING_S
from monitor.pressures import next_cycle, readings
from monitor.protocol.condition import CANNOT_TELL, MET, Sight
from monitor.session import Phase
from monitor.vitals import CuffReading

SHORTEST_S = 60
"""A rest shorter than this spares the patient nothing."""


class Held(NamedTuple):
    """Why the next cycle is not put off: a name for programs, a sentence for people."""

    name: str
    sentence: str


def put_off_until(sight: Sight) -> int | Held:
    """The second to which the next cycle may be put off, at most one interval on, or what holds it.

    It never reaches beyond the age at which the last pressure stops counting.
    """
    state, window, at, rest = sight.state, sight.window, sight.at, sight.document.cuff_rest
    started = state.ledger.started_at if state.ledger is not None else None
    if started is None or state.phase not in (Phase.RUNNING, Phase.PAUSED, Phase.RECOVERY):
        return Held("rest_not_started", "no infusion yet")
    due, interval = next_cycle(state, window, at), state.cuff_interval_s
    if due is None or interval is None:
        return Held("rest_no_cycle", "no cycle known")
    taken = list(readings(state, window))
    if taken and taken[-1].failed:
        return Held("rest_failed", "the last try failed")
    last = next((r for r in reversed(taken) if not r.failed), None)
    if last is None or last.at < started:
        return Held("rest_first_reading", "no reading since the start")
    if state.rest is not None and state.rest.at >= last.at:
        return Held("rest_again", "skipped once; the next one comes")
    held = _unsteady(sight, last, next((r for r in reversed(taken[:-1]) if not r.failed), None))
    if held is not None:
        return held
    until = min(due + interval, last.at + sight.document.bp_max_age_s(state) - READING_S)
    begin, end = rest.not_between
    if until > started + begin and at < started + end:
        return Held("rest_peak", f"pressure peaks, minute {begin // 60} to {end // 60}")
    if until - due < SHORTEST_S:
        return Held("rest_too_old", "the pressure would be too old")
    return until


def _unsteady(sight: Sight, last: CuffReading, before: CuffReading | None) -> Held | None:
    """What keeps the last reading from standing for two cycles."""
    state, rest = sight.state, sight.document.cuff_rest
    assert last.sys is not None and last.dia is not None
    shown = f"{units.shown(last.sys)}/{units.shown(last.dia)}"
    truth = rest.watch.truth(sight)
    if truth == MET:
        return Held("rest_over_watch", f"{shown} is over the watch limit")
    if truth == CANNOT_TELL:
        return Held("rest_unknown", "cannot tell if over the watch limit")
    if before is not None:
        assert before.sys is not None and before.dia is not None
        if max(last.sys - before.sys, last.dia - before.dia) >= rest.rising_by:
            return Held("rest_rising", f"rising, {shown}")
    if state.ledger is not None and state.ledger.changes[-1].at >= last.at:
        return Held("rest_rate_changed", "rate changed since the last reading")
    if any(given.at >= last.at for given in state.drugs):
        return Held("rest_drug", "drug given since the last reading")
    return None
