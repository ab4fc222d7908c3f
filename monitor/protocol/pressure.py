"""Conditions that look at the cuff, and at pressures taken by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from monitor.events import Evidence
from monitor.pressures import readings
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Condition, Duration, Sight
from monitor.session import SessionState
from monitor.vitals import CuffReading, Signal
from monitor.yamlmarks import unset

PRESSURES = ("sys_at_least", "dia_at_least", "sys_above", "dia_above", "sys_below", "dia_below", "rise_sys_at_least", "rise_dia_at_least")
"""The limits that a pressure may be held against, as a protocol names them."""


class Pressure(Condition):
    """The cuff: a reading counts when any of the limits given is reached. ``readings: 2`` asks for a second one.

    While the confirming reading has not been taken the answer is CANNOT_TELL, not NOT_MET. ``rise`` is over this
    patient's baseline; without a baseline it cannot tell.
    """

    type: Literal["pressure"] = "pressure"
    sys_at_least: float | None = None
    dia_at_least: float | None = None
    sys_above: float | None = None
    dia_above: float | None = None
    sys_below: float | None = None
    dia_below: float | None = None
    rise_sys_at_least: float | None = None
    rise_dia_at_least: float | None = None
    readings: int = Field(default=1, ge=1, le=2)
    apart: Duration = 0
    within: Duration | None = None
    clears_by: float = unset(0.0)
    """The way back: once a prompt stands, a reading counts until it is so many mmHg inside the limit."""

    @model_validator(mode="after")
    def _some(self) -> Pressure:
        if not self._limits:
            raise ValueError("give at least one limit, such as sys_at_least")
        return self

    @cached_property
    def _limits(self) -> tuple[tuple[str, str, float], ...]:
        """Which pressure, how compared, with what."""
        given = [(name, getattr(self, name)) for name in PRESSURES]
        return tuple(
            (name.removeprefix("rise_")[:3], "rise" if name.startswith("rise_") else name[4:], limit)
            for name, limit in given
            if limit is not None
        )

    def counts(self, reading: CuffReading, state: SessionState, back: float = 0.0) -> int:
        """Whether a reading reaches a limit, with ``back`` mmHg less than that."""
        best = NOT_MET
        for which, how, limit in self._limits:
            value = reading.sys if which == "sys" else reading.dia
            assert value is not None
            if how == "rise":
                if state.baseline is None:
                    best = max(best, CANNOT_TELL)
                    continue
                base = state.baseline.sys if which == "sys" else state.baseline.dia
                met = value - base >= limit - back
            elif how == "below":
                met = value < limit + back
            else:
                met = value >= limit - back if how == "at_least" else value > limit - back
            if met:
                return MET
        return best

    def _recent(self, sight: Sight) -> list[CuffReading]:
        """Successful readings that may still count, newest first."""
        reach = self.within if self.within is not None else sight.document.bp_max_age_s(sight.state)
        earlier = max(reach, self.apart + 15 * 60)
        found: list[CuffReading] = []
        for reading in reversed(readings(sight.state, sight.window)):
            if sight.at - reading.at > (earlier if found else reach):
                break
            if not reading.failed:
                found.append(reading)
        return found

    def truth(self, sight: Sight) -> int:
        recent = self._recent(sight)
        if not recent:
            return CANNOT_TELL
        latest = self.counts(recent[0], sight.state)
        if sight.standing and self.clears_by and self.counts(recent[0], sight.state, self.clears_by) == MET:
            return MET
        if latest is not MET or self.readings == 1 or sight.instant:
            return latest
        for earlier in recent[1:]:
            if self.counts(earlier, sight.state) != MET:
                break
            if recent[0].at - earlier.at >= self.apart:
                return MET
        return CANNOT_TELL

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        recent = self._recent(sight)
        if not recent:
            yield Evidence(name="nibp_sys", value=None, at=None, note="no reading that still counts")
        base = sight.state.baseline
        for reading in recent[: self.readings]:
            over = ""
            if base is not None and reading.sys is not None and reading.dia is not None:
                over = f"{reading.sys - base.sys:+.0f}/{reading.dia - base.dia:+.0f} over baseline"
            yield Evidence(name="nibp_sys", value=reading.sys, at=reading.at, note=over)
            yield Evidence(name="nibp_dia", value=reading.dia, at=reading.at, note="by hand" if reading.by else "")

    def signals(self) -> Iterator[str]:
        return iter((Signal.NIBP_SYS.value, Signal.NIBP_DIA.value))


class CuffFailed(Condition):
    """The last tries, so many in a row, gave no reading. A pressure taken by hand between them is one."""

    type: Literal["cuff_failed"] = "cuff_failed"
    tries: int = Field(default=2, ge=1, le=10)

    def truth(self, sight: Sight) -> int:
        recent = list(readings(sight.state, sight.window))[-self.tries :]
        if not recent:
            return CANNOT_TELL
        return MET if len(recent) == self.tries and all(r.failed for r in recent) else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        for reading in list(readings(sight.state, sight.window))[-self.tries :]:
            yield Evidence(name="nibp_sys", value=None, at=reading.at, note="failed" if reading.failed else "read")

    def signals(self) -> Iterator[str]:
        return iter((Signal.NIBP_SYS.value,))
