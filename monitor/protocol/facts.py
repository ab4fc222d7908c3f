"""Conditions that look at the session itself: its times, what is due, what is asked at check-in, and what always is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from pydantic import Field, model_validator

from monitor import charting
from monitor.events import Evidence
from monitor.pressures import last_reading, readings
from monitor.protocol.condition import MET, NOT_MET, TRUTHS, Condition, Duration, Sight
from monitor.session import Phase, SessionState
from monitor.vitals import Signal


class Since(Condition):
    """Time since something happened: ``start``, ``pump`` (any change of it), ``stop``, ``phase``. Never: not met."""

    type: Literal["since"] = "since"
    what: Literal["start", "pump", "stop", "phase"]
    at_least: Duration | None = None
    less_than: Duration | None = None

    @model_validator(mode="after")
    def _one(self) -> Since:
        if (self.at_least is None) == (self.less_than is None):
            raise ValueError("give exactly one of at_least, less_than")
        return self

    def _begin(self, state: SessionState) -> int | None:
        ledger = state.ledger
        if self.what == "phase":
            return state.phase_since
        if ledger is None or not ledger.changes:
            return None
        return {"start": ledger.started_at, "pump": ledger.changes[-1].at, "stop": ledger.ended_at}[self.what]

    def truth(self, sight: Sight) -> int:
        begin = self._begin(sight.state)
        if begin is None:
            return NOT_MET
        passed = sight.at - begin
        if self.at_least is not None:
            return MET if passed >= self.at_least else NOT_MET
        return MET if self.less_than is not None and passed < self.less_than else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        begin = self._begin(sight.state)
        if begin is not None:
            yield Evidence(name=self.what, value=float(sight.at - begin), at=begin, note="seconds ago")


class Overdue(Condition):
    """An observation of the protocol is later than its interval in this phase, by more than ``grace``."""

    type: Literal["overdue"] = "overdue"
    observation: str
    grace: Duration = 0

    def truth(self, sight: Sight) -> int:
        due = sight.document.due_at(self.observation, sight.state, sight.window)
        return NOT_MET if due is None or sight.at <= due + self.grace else MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        due = sight.document.due_at(self.observation, sight.state, sight.window)
        if due is not None:
            yield Evidence(name=self.observation, value=float(sight.at - due), at=due, note="seconds overdue")


class Flag(Condition):
    """A fact of this patient from check-in or a checklist (``motion_sickness``, ``long_qt_drug``). Not asked: cannot tell."""

    type: Literal["flag"] = "flag"
    flag: str

    def truth(self, sight: Sight) -> int:
        return sight.document.flag(self.flag, sight.state)

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        word = TRUTHS[sight.document.flag(self.flag, sight.state)]
        yield Evidence(name=self.flag, value=None, at=None, note={"met": "yes", "not met": "no"}.get(word, "not asked"))


class Fact(Condition):
    """A fact of the session that is always known. ``for``: it has stood so long."""

    type: Literal["fact"] = "fact"
    fact: str
    for_s: Duration = Field(default=0, alias="for")

    @model_validator(mode="after")
    def _known(self) -> Fact:
        if self.fact not in FACTS:
            raise ValueError(f"there is no fact called {self.fact}; known: {', '.join(sorted(FACTS))}")
        return self

    def truth(self, sight: Sight) -> int:
        since = FACTS[self.fact](sight)
        return MET if since is not None and sight.at - since >= self.for_s else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        since = FACTS[self.fact](sight)
        if since is not None:
            yield Evidence(name=self.fact, value=float(sight.at - since), at=since, note="seconds")


def _baseline_missing(sight: Sight) -> int | None:
    return sight.state.opened_at if sight.state.baseline is None else None


def _blocking_open(sight: Sight) -> int | None:
    """Since the first order, or since an item was opened again after it."""
    since, ordered_at = sight.document.blocking_since("before", sight.state), sight.state.ordered_at
    return max(since, ordered_at) if since is not None and ordered_at is not None else None


def _unwatched(sight: Sight) -> int | None:
    state = sight.state
    if not state.watcher:
        return max(state.watch_since, state.counts_from)
    return state.cover_until if state.cover_until is not None and sight.at >= state.cover_until else None


def _planned_end(sight: Sight) -> int | None:
    state = sight.state
    if state.order is None or state.ledger is None or state.ledger.rate_mg_per_kg_h <= 0:
        return None
    # A charted rate is rounded by people: a thousandth short of the dose is the end. It is one second for good: what
    # is done to the rate after it does not bring the ordered dose out again.
    end = state.ledger.reached_at(state.order.dose_mg * (1 - 1e-3))
    return end if end is not None and end <= sight.at else None


def _iv_site_due(sight: Sight) -> int | None:
    """At the start and with each pressure taken since. The first one after the last look counts, not the latest:
    a cuff that cycles faster than the rule waits would put it off for good.
    """
    state = sight.state
    if state.ledger is None or state.ledger.started_at is None:
        return None
    seen = state.last("iv_site")
    if seen is None or seen.at < state.ledger.started_at:
        return state.ledger.started_at
    return next((r.at for r in readings(state, sight.window) if not r.failed and r.at > seen.at), None)


def away_over(sight: Sight) -> int | None:
    away = sight.state.away
    return away.since + away.cap_s if away is not None and sight.at >= away.since + away.cap_s else None


def _bound_broken(sight: Sight) -> int | None:
    """Until the prescriber has been told since."""
    broken, told = sight.state.broken, sight.state.last("called")
    return None if broken is None or (told is not None and told.at >= broken.at) else broken.at


def _bp_old(sight: Sight) -> int | None:
    """Since when no pressure counts any more: the last reading's age limit, or the start's where none was taken."""
    reading = last_reading(sight.state, sight.window)
    limit = sight.document.bp_max_age_s(sight.state)
    since = (reading.at if reading is not None else sight.state.counts_from) + limit
    measured = Signal.NIBP_SYS in sight.window.channels or reading is not None
    return since if sight.at > since and measured else None


SEDATION_OLD_S = 10 * 60


def _sedation_old(sight: Sight) -> int | None:
    """Since when nobody knows how drowsy the patient is: ten minutes after the last score."""
    scored = sight.state.valued(charting.SEDATION)
    since = (sight.state.counts_from if scored is None else max(scored.at, sight.state.counts_from)) + SEDATION_OLD_S
    return since if sight.at >= since else None


def _no_source(sight: Sight) -> int | None:
    declared = sight.window.channels
    has = Signal.SPO2 in declared and (Signal.HR in declared or Signal.PULSE in declared) and Signal.NIBP_SYS in declared
    return None if has else 0


def _not_assessed(sight: Sight) -> int | None:
    """Since when somebody is to look at the pump again, after a time in which nobody assessed; never where no infusion is charted."""
    gone, ledger = sight.state.unlooked, sight.state.ledger
    return gone.until if gone is not None and ledger is not None and ledger.changes else None


def _pump_seen(sight: Sight, word: str) -> int | None:
    """Since when a look at the pump says this, while the record says the other."""
    look = sight.state.pump_differs
    return look.at if look is not None and look.word == word else None


FACTS: Mapping[str, Callable[[Sight], int | None]] = {
    "baseline_missing": _baseline_missing,
    "blocking_open": _blocking_open,
    "unwatched": _unwatched,
    "not_assessed": _not_assessed,
    "planned_end": _planned_end,
    "iv_site_due": _iv_site_due,
    "away_over": away_over,
    "bound_broken": _bound_broken,
    "bp_old": _bp_old,
    "no_source": _no_source,
    "sedation_old": _sedation_old,
    "pump_unconfirmed": lambda sight: sight.state.pump_changed_at,
    "pump_seen_running": lambda sight: _pump_seen(sight, "running"),
    "pump_seen_stopped": lambda sight: _pump_seen(sight, "stopped"),
    "emergency": lambda sight: None if sight.state.emergency is None else sight.state.emergency.since,
    "paused": lambda sight: sight.state.phase_since if sight.state.phase is Phase.PAUSED else None,
}
"""Each gives the second since which the fact stands, or None."""
