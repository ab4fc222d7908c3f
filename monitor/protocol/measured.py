"""Conditions that look at what the monitor measures second by second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Reversible
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.events import Evidence
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Comparison, Condition, Duration, Persistence, Sight
from monitor.protocol.facts import away_over
from monitor.session import Phase
from monitor.vitals import PERIODS_TO_STALE, SHORTEST_MAX_AGE_S, Numeric, Quality, Signal
from monitor.yamlmarks import unset


class Lasting(Condition):
    """What has to last: ``for`` so long without a break, or with ``out_of`` so many seconds of so many.

    Of a share each second counts by itself: one that contradicts neither ends what was so nor begins it anew, and one
    that nobody measured is unknown.
    """

    for_s: Persistence = Field(default=0, alias="for")
    out_of: Persistence | None = unset(None)

    @model_validator(mode="after")
    def _longer(self) -> Self:
        if self.out_of is not None and not 0 < self.for_s < self.out_of:
            raise ValueError("out_of is longer than for, the time that counts within it")
        return self

    def share(self, verdicts: Iterable[tuple[int, bool]], at: int, period_s: float) -> int:
        """``for`` of the last ``out_of`` seconds, both counted from end to end, from what was so at which second, newest first.

        A value stands for its period. Longer gaps are unknown, but for those between two values that say the same and no
        longer than what may be otherwise: they may be skipped seconds of a slow line.
        """
        assert self.out_of is not None
        begin, spare = at - self.out_of, self.out_of - self.for_s
        held = max(1, int(period_s))
        bridged = max(int(PERIODS_TO_STALE * period_s), min(spare, int(SHORTEST_MAX_AGE_S)))
        so, other, newer, before = 0, 0, at + 1, None
        for measured_at, verdict in verdicts:
            second = min(measured_at, at)
            gap = newer - second
            counted = gap if gap <= held or (verdict is before and gap <= bridged) else held
            if second < begin:
                counted -= begin - second
            if counted > 0:
                if verdict:
                    so += counted
                    if so > self.for_s:
                        return MET
                else:
                    other += counted
                    if other > spare:
                        return NOT_MET
            if second <= begin:
                break
            newer, before = second, verdict
        return CANNOT_TELL


def _last(verdicts: Iterable[tuple[int, bool]], at: int, max_age: float) -> int:
    """The last second at which it was so, or nobody knew, from what was so at which second, newest first."""
    newer = at
    for second, verdict in verdicts:
        if newer - second > max_age:
            return newer - 1
        if verdict:
            return second
        newer = second
    return newer - 1


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Vital(Lasting, Comparison):
    """A measured signal beyond a limit, for a time or a share of it. Of several signals the first live one counts."""

    type: Literal["vital"] = "vital"
    of: Annotated[tuple[Signal, ...], BeforeValidator(_several)] = Field(min_length=1)
    clears: float | None = unset(None)
    """The way back: once a prompt stands, the value counts as beyond its limit until it has come back to this one."""

    @model_validator(mode="after")
    def _way_back(self) -> Self:
        if self.clears is not None and self.holds(self.clears):
            sign, limit = self.limit()
            raise ValueError(f"clears is the way back from {sign} {limit:g}; {self.clears:g} is still beyond that")
        return self

    def stands(self, value: float) -> bool:
        """Whether a value is beyond the limit, or not far enough back from it."""
        if self.clears is None:
            return self.holds(value)
        return value < self.clears if self.limit()[0] in "<≤" else value > self.clears

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
        if sight.standing and self.stands(latest.value):
            return MET
        if self.out_of is not None and not sight.instant:
            if self._inside(sight.window.series[latest.signal], sight.at):
                return NOT_MET
            verdicts = ((s.measured_at, self.holds(s.value)) for s in reversed(sight.window.series[latest.signal]))
            return self.share(verdicts, sight.at, sight.window.channels[latest.signal].period_s)
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

    def _inside(self, series: Reversible[Numeric], at: int) -> bool:
        """Whether each of the last seconds has a value, and more of them than may be otherwise are inside: so it nearly always is."""
        assert self.out_of is not None
        beyond, limit = self._test
        last = at - self.out_of + self.for_s
        for sample in reversed(series):
            if sample.measured_at != at or beyond(sample.value, limit):
                return False
            if at == last:
                return True
            at -= 1
        return False

    def broken_at(self, sight: Sight) -> int | None:
        latest = self._live(sight)
        if latest is None:
            return sight.at
        beyond = self.stands if sight.standing else self.holds
        samples = ((s.measured_at, beyond(s.value)) for s in reversed(sight.window.series[latest.signal]))
        return _last(samples, sight.at, sight.window.max_age[latest.signal])

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        latest = self._live(sight)
        if latest is None:
            yield Evidence(name=self.of[0].value, value=None, at=None, note="no live value")
        else:
            told = self._decisive(latest, sight)
            yield Evidence(name=told.signal.value, value=told.value, at=told.measured_at, note=self.beyond(told.value))

    def _decisive(self, latest: Numeric, sight: Sight) -> Numeric:
        """The value that a finding is told with: while a share is met, no single value that contradicts it."""
        if self.out_of is None or sight.instant or self.holds(latest.value) or self.truth(sight) != MET:
            return latest
        return next(s for s in reversed(sight.window.series[latest.signal]) if self.holds(s.value))

    def signals(self) -> Iterator[str]:
        return iter(s.value for s in self.of)


class Reported(Comparison):
    """The monitor reports a value that no living body has, such as a breathing rate of 0, and has given no other for a time.

    Whoever has looked since it began (``until``, within ``within``) knows whether it is true.
    """

    type: Literal["reported"] = "reported"
    of: Signal
    for_s: Persistence = Field(default=0, alias="for")
    until: tuple[str, ...] = ()
    within: Duration = 10 * 60

    def _arrival(self, sight: Sight) -> Numeric | None:
        """The refused value, while it is what the monitor shows now."""
        arrival = sight.window.last.get(self.of)
        if arrival is None or arrival.quality is not Quality.IMPLAUSIBLE:
            return None
        return arrival if sight.at - arrival.measured_at <= sight.window.max_age[self.of] else None

    def truth(self, sight: Sight) -> int:
        arrival = self._arrival(sight)
        if arrival is None:
            return CANNOT_TELL if sight.window.value(self.of, sight.at) is None else NOT_MET
        if not self.holds(arrival.value):
            return NOT_MET
        series = sight.window.series.get(self.of)
        since = series[-1].measured_at if series else sight.state.opened_at
        looks = (sight.state.last(what) for what in self.until)
        if any(look is not None and look.at > since and sight.at - look.at <= self.within for look in looks):
            return NOT_MET
        return MET if sight.instant or sight.at - since >= self.for_s else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        arrival = self._arrival(sight)
        if arrival is None:
            yield Evidence(name=self.of.value, value=None, at=None, note="not reported")
        else:
            yield Evidence(name=self.of.value, value=arrival.value, at=arrival.measured_at, note="as reported")

    def signals(self) -> Iterator[str]:
        yield self.of.value


class Before(Comparison):
    """The last values of a signal, before it was lost or now: one of the last minute was beyond the limit, or they fell by so much."""

    type: Literal["before"] = "before"
    of: Signal
    falls_by: float | None = None
    within: Persistence = 60

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (self.below, self.at_most, self.above, self.at_least, self.falls_by)
        if sum(v is not None for v in given) != 1:
            raise ValueError("give exactly one of below, at_most, above, at_least, falls_by")
        return self

    def _last(self, sight: Sight) -> list[Numeric]:
        """Newest first."""
        series = sight.window.series.get(self.of) or ()
        found = [s for s in reversed(series) if s.measured_at <= sight.at]
        return [s for s in found if found[0].measured_at - s.measured_at <= self.within]

    def truth(self, sight: Sight) -> int:
        values = [s.value for s in self._last(sight)]
        if not values:
            return CANNOT_TELL
        if self.falls_by is not None:
            return MET if max(values) - values[0] >= self.falls_by else NOT_MET
        return MET if any(self.holds(value) for value in values) else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        last = self._last(sight)
        if last:
            yield Evidence(name=self.of.value, value=None, at=last[0].measured_at, note=f"last {last[0].value:g}")

    def signals(self) -> Iterator[str]:
        yield self.of.value


class Plausible(Condition):
    """Nothing speaks against a signal's values: no leap as no body makes, no two rates that disagree. What nobody can tell is no doubt.

    A prompt that stands is not doubted afterwards: a sensor that fails then says nothing of what was true before.
    """

    type: Literal["plausible"] = "plausible"
    of: Signal
    leap: float = Field(gt=0)
    between: Persistence = 3
    """Two values as many seconds apart at most make a leap."""
    within: Persistence = 60
    differ: float | None = None
    """ECG rate and pulse differ by more than this."""

    def truth(self, sight: Sight) -> int:
        return MET if sight.standing or not (self._leapt(sight) or self._differ(sight)) else NOT_MET

    def _leapt(self, sight: Sight) -> bool:
        newer: Numeric | None = None
        for sample in reversed(sight.window.series.get(self.of) or ()):
            if sight.at - sample.measured_at > self.within:
                return False
            if newer is not None and newer.measured_at - sample.measured_at <= self.between:
                if abs(newer.value - sample.value) >= self.leap:
                    return True
            newer = sample
        return False

    def _differ(self, sight: Sight) -> bool:
        ecg, pulse = sight.window.value(Signal.HR, sight.at), sight.window.value(Signal.PULSE, sight.at)
        return self.differ is not None and ecg is not None and pulse is not None and abs(ecg.value - pulse.value) > self.differ


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
    back_for: Persistence = unset(0)
    """The way back: once a prompt stands, values have to come for so long without a break."""
    told: tuple[Signal, ...] = unset(())
    """What is still known, told with the loss."""

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
        if sight.state.away is not None and away_over(sight) is None:
            return NOT_MET
        if sight.standing and self.back_for and (broken := self.broken_at(sight)) is not None and sight.at - broken <= self.back_for:
            return MET
        return MET if len(self._lost(sight)) >= self.at_least else NOT_MET

    def broken_at(self, sight: Sight) -> int | None:
        if sight.state.away is not None and away_over(sight) is None:
            return None
        gone = [self._gone(signal, sight) for signal in self.signals_ if signal in sight.window.channels]
        return sorted(gone, reverse=True)[self.at_least - 1] if len(gone) >= self.at_least else None

    def _gone(self, signal: Signal, sight: Sight) -> int:
        """The last second at which this signal had no live value."""
        if sight.window.value(signal, sight.at) is None:
            return sight.at
        return _last(((s.measured_at, False) for s in reversed(sight.window.series[signal])), sight.at, sight.window.max_age[signal])

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
        for signal in self.told:
            if (known := sight.window.value(signal, sight.at)) is not None:
                yield Evidence(name=signal.value, value=known.value, at=known.measured_at, note="still known")

    def signals(self) -> Iterator[str]:
        return iter(s.value for s in self.signals_)


class Disagree(Lasting):
    """Two sources of what should be one number differ by more than so much, for a time or a share of it.

    Two devices seldom deliver in the same second, so each value is compared with the last one of the other signal
    before it, if that was still live then.
    """

    type: Literal["disagree"] = "disagree"
    of: Signal
    and_: Signal = Field(alias="and")
    by: float

    def truth(self, sight: Sight) -> int:
        one, other = sight.window.value(self.of, sight.at), sight.window.value(self.and_, sight.at)
        if one is None or other is None:
            return CANNOT_TELL
        if self.out_of is not None and not sight.instant:
            pairs = _pairs(sight.window.series[self.of], sight.window.series[self.and_])
            verdicts = ((max(a.measured_at, b.measured_at), abs(a.value - b.value) > self.by) for a, b in pairs)
            return self.share(verdicts, sight.at, max(sight.window.channels[s].period_s for s in (self.of, self.and_)))
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

    def broken_at(self, sight: Sight) -> int | None:
        if any(sight.window.value(signal, sight.at) is None for signal in (self.of, self.and_)):
            return sight.at
        pairs = _pairs(sight.window.series[self.of], sight.window.series[self.and_])
        verdicts = ((max(a.measured_at, b.measured_at), abs(a.value - b.value) > self.by) for a, b in pairs)
        return _last(verdicts, sight.at, max(sight.window.max_age[s] for s in (self.of, self.and_)))

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
