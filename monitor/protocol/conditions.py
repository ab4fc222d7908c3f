"""The closed set of conditions that a protocol's rules are built from.

Truth has three values, combined by Kleene's rules: ``all`` is the least, ``any`` the greatest, ``not`` turns over.
What nobody measured or charted is CANNOT_TELL, never NOT_MET: missing is never normal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Reversible, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monitor import charting
from monitor.events import Evidence
from monitor.pressures import last_reading, readings
from monitor.session import Charted, Phase, SessionState
from monitor.vitals import HORIZON_S, CuffReading, Numeric, Quality, Signal, Window

if TYPE_CHECKING:
    from monitor.protocol.document import Document

NOT_MET, CANNOT_TELL, MET = 0, 1, 2
TRUTHS = ("not met", "cannot tell", "met")

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def seconds(text: object) -> int:
    """``15 s``, ``3 min``, ``1 h`` or 0 as whole seconds; a bare number would leave the unit to be guessed."""
    if text == 0 and not isinstance(text, bool):
        return 0
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise ValueError("write a duration with its unit, such as 15 s, 3 min or 1 h")
    return round(float(found[1]) * _SECONDS[found[2]])


Duration = Annotated[int, BeforeValidator(seconds)]
Persistence = Annotated[int, BeforeValidator(seconds), Field(le=HORIZON_S)]


@dataclass(slots=True)
class Sight:
    """All that a rule may look at: the state and the recent samples of one session at one second.

    With ``instant`` nothing needs to persist: it shows what is on its way.
    """

    document: Document
    state: SessionState
    window: Window
    at: int
    instant: bool = False


class Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def truth(self, sight: Sight) -> int:
        raise NotImplementedError

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        """The values that decided, each with its second."""
        return iter(())

    def signals(self) -> Iterator[str]:
        return iter(())

    def parts(self) -> Iterator[Condition]:
        return iter(())


class Comparison(Condition):
    below: float | None = None
    at_most: float | None = None
    above: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one(self) -> Comparison:
        if sum(v is not None for v in (self.below, self.at_most, self.above, self.at_least)) != 1:
            raise ValueError("give exactly one of below, at_most, above, at_least")
        return self

    def beyond(self, value: float) -> str:
        """Sign and limit beside a value that is beyond it: never "98 < 85"."""
        sign, limit = self.limit()
        return f"{sign} {limit:g}" if self.holds(value) else ""

    def holds(self, value: float) -> bool:
        if self.below is not None:
            return value < self.below
        if self.at_least is not None:
            return value >= self.at_least
        if self.above is not None:
            return value > self.above
        return self.at_most is not None and value <= self.at_most

    def limit(self) -> tuple[str, float]:
        """The sign that a message shows between value and limit, and the limit."""
        for sign, value in (("<", self.below), ("≤", self.at_most), (">", self.above), ("≥", self.at_least)):
            if value is not None:
                return sign, value
        raise AssertionError


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Vital(Comparison):
    """A measured signal beyond a limit, without a break, for a time. Of several signals the first live one counts."""

    type: Literal["vital"] = "vital"
    of: Annotated[tuple[Signal, ...], BeforeValidator(_several)] = Field(min_length=1)
    for_s: Persistence = Field(default=0, alias="for")

    def _live(self, sight: Sight) -> Numeric | None:
        for signal in self.of:
            sample = sight.window.value(signal, sight.at)
            if sample is not None:
                return sample
        return None

    def truth(self, sight: Sight) -> int:
        latest = self._live(sight)
        if latest is None:
            return CANNOT_TELL
        if not self.holds(latest.value):
            return NOT_MET
        if self.for_s == 0 or sight.instant:
            return MET
        begin, newer = sight.at - self.for_s, sight.at
        max_age = sight.window.max_age[latest.signal]
        for sample in reversed(sight.window.series[latest.signal]):
            if newer - sample.measured_at > max_age:
                return CANNOT_TELL
            if not self.holds(sample.value):
                return NOT_MET
            if sample.measured_at <= begin:
                return MET
            newer = sample.measured_at
        return CANNOT_TELL

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        latest = self._live(sight)
        if latest is None:
            yield Evidence(name=self.of[0].value, value=None, at=None, note="no live value")
        else:
            yield Evidence(name=latest.signal.value, value=latest.value, at=latest.measured_at, note=self.beyond(latest.value))

    def signals(self) -> Iterator[str]:
        return iter(s.value for s in self.of)


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

    def counts(self, reading: CuffReading, state: SessionState) -> int:
        best = NOT_MET
        for which, how, limit in self._limits:
            value = reading.sys if which == "sys" else reading.dia
            assert value is not None
            if how == "rise":
                if state.baseline is None:
                    best = max(best, CANNOT_TELL)
                    continue
                base = state.baseline.sys if which == "sys" else state.baseline.dia
                met = value - base >= limit
            else:
                met = value >= limit if how == "at_least" else value > limit if how == "above" else value < limit
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


class Score(Comparison):
    """The last charted value of a scale. Not charted, not asked or too long ago: cannot tell.

    With ``after_drug`` only an entry counts that was made after the last drug for this purpose, by ``after_drug_by`` at
    least: what was felt before a drug says nothing of whether it helped.
    """

    type: Literal["score"] = "score"
    scale: str
    within: Duration | None = None
    after_drug: str | None = None
    after_drug_by: Duration = 0

    @model_validator(mode="after")
    def _known(self) -> Score:
        if self.scale not in charting.SCALES:
            raise ValueError(f"there is no scale called {self.scale}; known: {', '.join(charting.SCALES)}")
        if self.after_drug_by and self.after_drug is None:
            raise ValueError("after_drug_by needs after_drug, the purpose of the drug")
        return self

    def _entry(self, sight: Sight) -> Any:
        entry = sight.state.score(self.scale)
        if entry is None or entry.value is None:
            return None
        if self.after_drug is not None:
            given = sight.document.last_given(self.after_drug, sight.state)
            if given is None or entry.at <= given.at or entry.at - given.at < self.after_drug_by:
                return None
        return None if self.within is not None and sight.at - entry.at > self.within else entry

    def truth(self, sight: Sight) -> int:
        entry = self._entry(sight)
        if entry is None:
            return CANNOT_TELL
        return MET if self.holds(entry.value) else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        entry = self._entry(sight)
        if entry is None:
            note = "not charted" if self.after_drug is None else "not charted since the drug"
            yield Evidence(name=self.scale, value=None, at=None, note=note)
        else:
            yield Evidence(name=self.scale, value=entry.value, at=entry.at, note=self.beyond(entry.value))


class Trend(Condition):
    """A charted scale fell or rose by so much, from its extreme within the time before to the last entry."""

    type: Literal["trend"] = "trend"
    scale: str
    falls_by: float | None = None
    rises_by: float | None = None
    within: Duration

    @model_validator(mode="after")
    def _one(self) -> Trend:
        if (self.falls_by is None) == (self.rises_by is None):
            raise ValueError("give exactly one of falls_by, rises_by")
        if self.scale not in charting.SCALES:
            raise ValueError(f"there is no scale called {self.scale}")
        return self

    def _pair(self, sight: Sight) -> tuple[Any, Any] | None:
        last: Charted | None = None
        before: list[Charted] = []
        for entry in reversed(sight.state.scores.get(self.scale, ())):
            if (sight.at if last is None else last.at) - entry.at > self.within:
                break
            if entry.value is None:
                continue
            if last is None:
                last = entry
            else:
                before.append(entry)
        if last is None or not before:
            return None
        pick = max if self.falls_by is not None else min
        extreme = pick(before, key=lambda c: c.value or 0.0)
        return extreme, last

    def truth(self, sight: Sight) -> int:
        pair = self._pair(sight)
        if pair is None:
            return CANNOT_TELL
        step = pair[1].value - pair[0].value
        if self.falls_by is not None:
            return MET if -step >= self.falls_by else NOT_MET
        return MET if self.rises_by is not None and step >= self.rises_by else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        pair = self._pair(sight)
        for entry in pair or ():
            yield Evidence(name=self.scale, value=entry.value, at=entry.at)
        if pair is None:
            yield Evidence(name=self.scale, value=None, at=None, note="fewer than two entries")


class Symptom(Condition):
    """A symptom charted as present within the time. Nothing charted about it: cannot tell.

    Once one was charted as present, the others need not be asked for it to be over: it is over when what was charted
    as present is charted as absent, each of them.
    """

    type: Literal["symptom"] = "symptom"
    any_of: tuple[str, ...] = ()
    red_flag: bool = False
    within: Duration = 30 * 60

    @model_validator(mode="after")
    def _some(self) -> Symptom:
        if bool(self.any_of) == self.red_flag:
            raise ValueError("name the symptoms in any_of, or say red_flag: true")
        return self

    def _names(self, sight: Sight) -> Sequence[str]:
        return sight.document.red_flags if self.red_flag else self.any_of

    def truth(self, sight: Sight) -> int:
        worst = NOT_MET
        for name in self._names(sight):
            entry = sight.state.symptoms.get(name)
            if entry is None or sight.at - entry.at > self.within:
                worst = CANNOT_TELL
            elif entry.value:
                return MET
        return NOT_MET if worst == NOT_MET or self._over(sight) else CANNOT_TELL

    def _over(self, sight: Sight) -> bool:
        """Something was taken back within the time, and nothing that was charted as present still stands."""
        entries = [e for name in self._names(sight) if name in sight.state.complaints and (e := sight.state.symptoms.get(name))]
        return not any(e.value for e in entries) and any(sight.at - e.at <= self.within for e in entries)

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        unknown = []
        for name in self._names(sight):
            entry = sight.state.symptoms.get(name)
            if entry is None or sight.at - entry.at > self.within:
                unknown.append(sight.document.symptom_label(name))
            elif entry.value:
                yield Evidence(name=name, value=1.0, at=entry.at, note=f"{sight.document.symptom_label(name)} charted")
        if unknown:
            yield Evidence(name="symptoms", value=None, at=None, note=f"{', '.join(unknown)}: not charted")


class Seen(Condition):
    """Something observed at the chair within the time (``vomited``, ``iv_site: problem``, ``breathing`` counted)."""

    type: Literal["seen"] = "seen"
    what: str
    value: str | None = None
    below: float | None = None
    above: float | None = None
    within: Duration

    def _entry(self, sight: Sight) -> Any:
        entry = sight.state.last(self.what)
        return None if entry is None or sight.at - entry.at > self.within else entry

    def truth(self, sight: Sight) -> int:
        entry = self._entry(sight)
        numeric = self.below is not None or self.above is not None
        if entry is None or (numeric and entry.value is None):
            return CANNOT_TELL if numeric else NOT_MET
        if self.value is not None and entry.word != self.value:
            return NOT_MET
        if self.below is not None and not entry.value < self.below:
            return NOT_MET
        return NOT_MET if self.above is not None and not entry.value > self.above else MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        entry = self._entry(sight)
        if entry is not None:
            yield Evidence(name=self.what, value=entry.value, at=entry.at, note=entry.word)


class DrugSince(Condition):
    """A drug for this purpose, or of this class, was given within the time."""

    type: Literal["drug_since"] = "drug_since"
    purpose: str | None = None
    drug_class: str | None = None
    within: Duration

    @model_validator(mode="after")
    def _one(self) -> DrugSince:
        if (self.purpose is None) == (self.drug_class is None):
            raise ValueError("give exactly one of purpose, drug_class")
        return self

    def _given(self, sight: Sight) -> Any:
        for given in reversed(sight.state.drugs):
            fits = (
                given.drug_class == self.drug_class
                if self.drug_class is not None
                else sight.document.purpose(given.drug, given.drug_class) == self.purpose
            )
            if fits:
                return given if sight.at - given.at <= self.within else None
        return None

    def truth(self, sight: Sight) -> int:
        return NOT_MET if self._given(sight) is None else MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        given = self._given(sight)
        if given is not None:
            yield Evidence(name=given.drug, value=given.dose, at=given.at, note=f"{given.unit} {given.route} given")


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


class Lost(Condition):
    """At least so many of these signals, each declared by the source, have no live value (for a time).

    Before the start of an infusion only what was once there is lost: a monitor that nobody has put on yet would prompt
    in every session, high, and teach people to answer without looking. From the start on what never came is lost too.

    While the patient is away from the monitor on purpose nothing is lost, up to the cap that was set: who is away for
    longer may have fallen, and a timer alone does not say that nothing is measured.
    """

    type: Literal["lost"] = "lost"
    signals_: tuple[Signal, ...] = Field(alias="signals", min_length=1)
    at_least: int = 1
    for_s: Persistence = Field(default=0, alias="for")

    def _lost(self, sight: Sight) -> list[tuple[Signal, int]]:
        """Which are lost, and for how long past their maximum age."""
        lost = []
        for signal in self.signals_:
            if signal not in sight.window.channels or sight.window.value(signal, sight.at) is not None:
                continue
            series = sight.window.series.get(signal)
            # A clock that runs ahead stamps values with times to come: they are no reason to call the signal present.
            last = next((s.measured_at for s in reversed(series) if s.measured_at <= sight.at), 0) if series else 0
            arrival = sight.window.last.get(signal)
            # An implausible value comes from a sensor that is on: it may be the truth.
            came = series or (arrival is not None and arrival.quality is Quality.IMPLAUSIBLE)
            if sight.state.phase is Phase.READY and not came:
                continue
            told = arrival is not None and arrival.quality in (Quality.SENSOR_OFF, Quality.IMPLAUSIBLE)
            since = sight.at - last - (0 if told else int(sight.window.max_age[signal]))
            if since >= (0 if sight.instant else self.for_s):
                lost.append((signal, since))
        return lost

    def truth(self, sight: Sight) -> int:
        if sight.state.away is not None and _away_over(sight) is None:
            return NOT_MET
        return MET if len(self._lost(sight)) >= self.at_least else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        for signal, _ in self._lost(sight):
            series = sight.window.series.get(signal)
            arrival = sight.window.last.get(signal)
            note = "nothing received"
            if series:
                note = "last value"
            if arrival is not None and arrival.quality is Quality.SENSOR_OFF:
                note = "sensor off"
            if arrival is not None and arrival.quality is Quality.IMPLAUSIBLE:
                yield Evidence(name=signal.value, value=None, at=arrival.measured_at, note=f"implausible {arrival.value:g}")
                continue
            yield Evidence(name=signal.value, value=None, at=series[-1].measured_at if series else None, note=note)

    def signals(self) -> Iterator[str]:
        return iter(s.value for s in self.signals_)


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


class Disagree(Condition):
    """Two sources of what should be one number differ by more than so much, without a break, for a time.

    Two devices seldom deliver in the same second, so each value is compared with the last one of the other signal
    before it, if that was still live then.
    """

    type: Literal["disagree"] = "disagree"
    of: Signal
    and_: Signal = Field(alias="and")
    by: float
    for_s: Persistence = Field(default=0, alias="for")

    def truth(self, sight: Sight) -> int:
        one, other = sight.window.value(self.of, sight.at), sight.window.value(self.and_, sight.at)
        if one is None or other is None:
            return CANNOT_TELL
        if abs(one.value - other.value) <= self.by:
            return NOT_MET
        if self.for_s == 0 or sight.instant:
            return MET
        begin, newer = sight.at - self.for_s, sight.at
        for a, b in _pairs(sight.window.series[self.of], sight.window.series[self.and_]):
            if newer - a.measured_at > sight.window.max_age[self.of] or newer - b.measured_at > sight.window.max_age[self.and_]:
                return CANNOT_TELL
            if abs(a.value - b.value) <= self.by:
                return NOT_MET
            newer = max(a.measured_at, b.measured_at)
            if newer <= begin:
                return MET
        return CANNOT_TELL

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        for signal in (self.of, self.and_):
            sample = sight.window.value(signal, sight.at)
            if sample is not None:
                yield Evidence(name=signal.value, value=sample.value, at=sample.measured_at)
            else:
                yield Evidence(name=signal.value, value=None, at=None, note="no live value")

    def signals(self) -> Iterator[str]:
        return iter((self.of.value, self.and_.value))


class Still(Condition):
    """A signal has given one and the same value, without a break, for a time."""

    type: Literal["still"] = "still"
    of: Signal
    for_s: Persistence = Field(alias="for")

    def truth(self, sight: Sight) -> int:
        last = sight.window.value(self.of, sight.at)
        if last is None:
            return CANNOT_TELL
        begin, newer = sight.at - self.for_s, sight.at
        for sample in reversed(sight.window.series[self.of]):
            if newer - sample.measured_at > sight.window.max_age[self.of]:
                return CANNOT_TELL
            if sample.value != last.value:
                return NOT_MET
            newer = sample.measured_at
            if newer <= begin:
                return MET
        return CANNOT_TELL

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        sample = sight.window.value(self.of, sight.at)
        if sample is not None:
            yield Evidence(name=self.of.value, value=sample.value, at=sample.measured_at)
        else:
            yield Evidence(name=self.of.value, value=None, at=None, note="no live value")

    def signals(self) -> Iterator[str]:
        return iter((self.of.value,))


def _pairs(ones: Reversible[Numeric], others: Reversible[Numeric]) -> Iterator[tuple[Numeric, Numeric]]:
    """The values of two signals that stood side by side, newest first: each with the last of the other before it."""
    left, right = iter(reversed(ones)), iter(reversed(others))
    a, b = next(left, None), next(right, None)
    while a is not None and b is not None:
        yield a, b
        later = max(a.measured_at, b.measured_at)
        a, b = (next(left, None) if a.measured_at == later else a), (next(right, None) if b.measured_at == later else b)


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


def _away_over(sight: Sight) -> int | None:
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


def _no_source(sight: Sight) -> int | None:
    declared = sight.window.channels
    has = Signal.SPO2 in declared and (Signal.HR in declared or Signal.PULSE in declared) and Signal.NIBP_SYS in declared
    return None if has else 0


def _pump_seen(sight: Sight, word: str) -> int | None:
    """Since when a look at the pump says this, while the record says the other."""
    look = sight.state.pump_differs
    return look.at if look is not None and look.word == word else None


FACTS: Mapping[str, Callable[[Sight], int | None]] = {
    "baseline_missing": _baseline_missing,
    "blocking_open": _blocking_open,
    "unwatched": _unwatched,
    "planned_end": _planned_end,
    "iv_site_due": _iv_site_due,
    "away_over": _away_over,
    "bound_broken": _bound_broken,
    "bp_old": _bp_old,
    "no_source": _no_source,
    "pump_unconfirmed": lambda sight: sight.state.pump_changed_at,
    "pump_seen_running": lambda sight: _pump_seen(sight, "running"),
    "pump_seen_stopped": lambda sight: _pump_seen(sight, "stopped"),
    "emergency": lambda sight: None if sight.state.emergency is None else sight.state.emergency.since,
    "paused": lambda sight: sight.state.phase_since if sight.state.phase is Phase.PAUSED else None,
}
"""Each gives the second since which the fact stands, or None."""


class All(Condition):
    type: Literal["all"] = "all"
    of: tuple[AnyCondition, ...] = Field(min_length=1)

    def truth(self, sight: Sight) -> int:
        worst = MET
        for part in self.of:
            value = part.truth(sight)
            if value == NOT_MET:
                return NOT_MET
            worst = min(worst, value)
        return worst

    def parts(self) -> Iterator[Condition]:
        return iter(self.of)


class AnyOf(Condition):
    type: Literal["any"] = "any"
    of: tuple[AnyCondition, ...] = Field(min_length=1)

    def truth(self, sight: Sight) -> int:
        best = NOT_MET
        for part in self.of:
            value = part.truth(sight)
            if value == MET:
                return MET
            best = max(best, value)
        return best

    def parts(self) -> Iterator[Condition]:
        return iter(self.of)


class Not(Condition):
    type: Literal["not"] = "not"
    of: AnyCondition

    def truth(self, sight: Sight) -> int:
        return MET - self.of.truth(sight)

    def parts(self) -> Iterator[Condition]:
        yield self.of


KEYS: tuple[str, ...] = (
    "vital",
    "pressure",
    "score",
    "trend",
    "symptom",
    "seen",
    "drug_since",
    "since",
    "overdue",
    "lost",
    "cuff_failed",
    "disagree",
    "still",
    "flag",
    "fact",
    "all",
    "any",
    "not",
)
_SHORT = {"all": "of", "any": "of", "not": "of", "flag": "flag", "fact": "fact", "overdue": "observation"}
"""Where a condition has one main part, it may be written without naming it."""


def _unkeyed(written: object) -> object:
    """``{vital: {of: spo2, below: 94}}``, as people write it, into a mapping that names its type."""
    if not isinstance(written, dict) or len(written) != 1 or next(iter(written)) not in KEYS:
        raise ValueError(f"a condition is one key with its content; the keys are {', '.join(KEYS)}")
    key, content = next(iter(written.items()))
    if key in _SHORT and not (isinstance(content, dict) and key in ("flag", "fact", "overdue")):
        return {"type": key, _SHORT[key]: content}
    if not isinstance(content, dict):
        raise ValueError(f"{key} needs its parts, each on a line of its own")
    return {"type": key, **content}


AnyCondition = Annotated[
    Vital
    | Pressure
    | Score
    | Trend
    | Symptom
    | Seen
    | DrugSince
    | Since
    | Overdue
    | Lost
    | CuffFailed
    | Disagree
    | Still
    | Flag
    | Fact
    | All
    | AnyOf
    | Not,
    Field(discriminator="type"),
    BeforeValidator(_unkeyed),
]


def walk(condition: Condition) -> Iterator[Condition]:
    """This condition and all that it is built from."""
    yield condition
    for part in condition.parts():
        yield from walk(part)


def always_known(document: Document, condition: Condition) -> bool:
    """Whether this condition is built only of what the session always knows. History is asked at check-in."""
    for part in walk(condition):
        if isinstance(part, Flag) and not document.flags.get(part.flag):
            continue
        if isinstance(part, (Vital, Pressure, Score, Trend, Symptom, CuffFailed, Disagree, Still, Flag)):
            return False
        if isinstance(part, Seen) and (part.below is not None or part.above is not None):
            return False
    return True
