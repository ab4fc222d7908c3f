"""A protocol's tests as data: ``x.cases.yaml`` beside ``x.yaml``, written and read without code.

A case sets up one session, feeds it samples and what people chart, and says what one rule's prompt does and when.
An empty ``expect`` means silence. Samples come once a second in a tiny notation: ``98x30 93x20 _x5 offx10`` is 98 for
30 s, 93 for 20 s, 5 s in which nothing comes, 10 s of "sensor off". Signals that a case does not name stay normal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor import events as e
from monitor.infusion import Order
from monitor.protocol.assessment import ENGINE, Rehearsal
from monitor.protocol.condition import CANNOT_TELL
from monitor.protocol.conditions import always_known
from monitor.protocol.document import Document
from monitor.protocol.evaluate import evaluate
from monitor.protocol.shorthand import chart, charted_baseline
from monitor.sources.source import BadFile
from monitor.vitals import CUFF, Numeric, Quality, Signal, numeric
from monitor.yamlmarks import read_yaml, validated

NORMAL: Mapping[Signal, float] = {Signal.HR: 72, Signal.PULSE: 72, Signal.SPO2: 98, Signal.RR: 14}

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d)")


def second(text: object) -> int:
    """``1:05`` or ``1:02:05`` from the case's beginning, in seconds."""
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise ValueError("write a time as minutes:seconds, such as 1:05")
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


At = Annotated[int, BeforeValidator(second)]

_STEP = re.compile(r"(_|off|-?\d+(?:\.\d+)?)(?:x(\d+))?")


def series(text: object) -> tuple[float | str, ...]:
    """One entry a second: a value, ``_`` for nothing, ``off`` for "sensor off"."""
    if not isinstance(text, str):
        raise ValueError("write a series as text, such as 98x30 93x20 _x5")
    found: list[float | str] = []
    for word in text.split():
        step = _STEP.fullmatch(word)
        if not step:
            raise ValueError(f"{word} is not a step of a series; write 98x30, _x5 or offx10")
        value: float | str = step[1] if step[1] in ("_", "off") else float(step[1])
        found.extend([value] * int(step[2] or 1))
    if len(found) > 6 * 3600:
        raise ValueError("a series is at most six hours long")
    return tuple(found)


Series = Annotated[tuple[float | str, ...], BeforeValidator(series)]


class Cuff(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: int
    sys: float | None
    dia: float | None


def _cuff(text: object) -> object:
    words = text.split() if isinstance(text, str) else []
    if len(words) != 2:
        raise ValueError("write a cuff reading as 5:00 120/75 or 5:00 failed")
    if words[1] == "failed":
        return {"at": second(words[0]), "sys": None, "dia": None}
    pressures = re.fullmatch(r"(\d+)/(\d+)", words[1])
    if not pressures:
        raise ValueError("write a cuff reading as 5:00 120/75 or 5:00 failed")
    return {"at": second(words[0]), "sys": float(pressures[1]), "dia": float(pressures[2])}


class Expected(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: int
    rule: str
    state: e.PromptState


def _expected(text: object) -> object:
    words = text.split() if isinstance(text, str) else []
    if len(words) != 3:
        raise ValueError("write what is expected as 0:35 RULE active")
    return {"at": second(words[0]), "rule": words[1], "state": words[2]}


class Moment(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: int
    rule: str


def _moment(text: object) -> object:
    words = text.split() if isinstance(text, str) else []
    if len(words) != 2:
        raise ValueError("write 0:40 RULE")
    return {"at": second(words[0]), "rule": words[1]}


class Said(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: int
    words: tuple[str, ...]


def _said(text: object) -> object:
    words = text.split() if isinstance(text, str) else []
    if len(words) < 2:
        raise ValueError("write what was charted as 2:00 nausea 5")
    return {"at": second(words[0]), "words": tuple(words[1:])}


class Case(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    rule: str
    shows: Literal["fires", "just_not", "recovers", "cannot_tell", "more"]
    phase: Literal["ready", "running", "paused", "recovery", "observed"] = "running"
    baseline: Annotated[str, Field(pattern=r"^(\d+/\d+|none)$")] = "120/75"
    flags: tuple[str, ...] = ()
    answered: Literal["all", "none"] = "all"
    """Whether the checklist before the infusion is answered well."""
    watched: bool = True
    dose: float = 0.5
    weight: float = 70
    minutes: float = 40
    channels: tuple[Signal, ...] = (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR, *CUFF)
    series: Mapping[Signal, Series] = Field(default_factory=dict)
    cuff: tuple[Annotated[Cuff, BeforeValidator(_cuff)], ...] = ()
    log: tuple[Annotated[Said, BeforeValidator(_said)], ...] = ()
    expect: tuple[Annotated[Expected, BeforeValidator(_expected)], ...] = ()
    cannot_tell: tuple[Annotated[Moment, BeforeValidator(_moment)], ...] = ()
    until: At


class CaseFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    protocol: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Outcome:
    case: Case
    line: int
    faults: tuple[str, ...] = ()


@dataclass
class Coverage:
    """Which of the four kinds of case a rule has."""

    rule: str
    known: bool
    """It is built only of what is always known, so that it can never be unable to tell."""
    shown: set[str] = field(default_factory=set)
    cases: int = 0
    failed: int = 0

    @property
    def missing(self) -> list[str]:
        asked = ("fires", "just_not", "recovers") if self.known else ("fires", "just_not", "recovers", "cannot_tell")
        return [kind for kind in asked if kind not in self.shown]


def cases_beside(protocol: Path) -> Path:
    return protocol.with_suffix(".cases.yaml")


def load_cases(path: Path, document: Document) -> list[tuple[Case, int]]:
    """The cases of a file with their lines. Raises BadFile."""
    data, lines = read_yaml(path)
    file = validated(CaseFile, data, lines, str(path))
    if file.protocol != document.protocol:
        raise BadFile(str(path), lines.line(("protocol",)), f"is for {file.protocol}, not for {document.protocol}")
    found = []
    for n, case in enumerate(file.cases):
        at = lines.line(("cases", n))
        named = {case.rule, *(x.rule for x in case.expect), *(m.rule for m in case.cannot_tell)}
        for rule in sorted(named - set(document.rule)):
            raise BadFile(str(path), at, f"the case names the rule {rule}, which does not exist")
        try:
            for said in case.log:
                chart(document, said.words)
        except ValueError as wrong:
            raise BadFile(str(path), lines.line(("cases", n, "log")), str(wrong)) from None
        found.append((case, at))
    return found


def played(document: Document, case: Case) -> Iterator[tuple[int, Rehearsal, list[Numeric]]]:
    """The case second by second. What was charted by then has happened; what was measured is handed out, to be assessed."""
    rehearsal = Rehearsal(document, e.Logged(0, 0, "", "case", opening(document, case)))
    rehearsal.happen(0, _setting(document, case))
    said = sorted(case.log, key=lambda s: s.at)
    for at in range(case.until + 1):
        while said and said[0].at <= at:
            rehearsal.happen(at, chart(document, said.pop(0).words, rehearsal.state))
        yield at, rehearsal, list(_row(case, at))


def run(document: Document, case: Case, line: int = 0) -> Outcome:
    """Play one case and compare. Only the rules that it names are looked at; ``pending`` only where it is expected."""
    named = {case.rule, *(x.rule for x in case.expect)}
    pending_wanted = any(x.state is e.PromptState.PENDING for x in case.expect)
    happened: list[Expected] = []
    faults: list[str] = []
    unknown = {(m.at, m.rule) for m in case.cannot_tell}
    for at, rehearsal, measured in played(document, case):
        for change in rehearsal.second(at, measured):
            if change.rule in named:
                happened.append(Expected(at=at, rule=change.rule, state=change.state))
        asked = [rule for when, rule in unknown if when == at]
        if asked:
            truths = {f.rule.id: f.truth for f in evaluate(document, rehearsal.state, rehearsal.window, at)}
            for rule in asked:
                if truths.get(rule) != CANNOT_TELL:
                    faults.append(f"at {_clock(at)} {rule} could tell ({truths.get(rule, 'not in this phase')})")
    if not pending_wanted:
        active: set[str] = set()
        kept = []
        for x in happened:
            if x.state is e.PromptState.ACTIVE:
                active.add(x.rule)
            # One that ended before it was a prompt is as quiet as its beginning.
            quiet = x.state is e.PromptState.PENDING or (x.state is e.PromptState.RESOLVED and x.rule not in active)
            if x.state is e.PromptState.RESOLVED:
                active.discard(x.rule)
            if not quiet:
                kept.append(x)
        happened = kept
    if tuple(happened) != case.expect:
        faults.append(f"expected {_spelled(case.expect)}, happened {_spelled(happened)}")
    return Outcome(case, line, tuple(faults))


def opening(document: Document, case: Case) -> e.SessionOpened:
    periods = {s: 300.0 if s in CUFF else 1.0 for s in case.channels}
    return e.SessionOpened(
        room="case",
        alias="case",
        age=40,
        weight_kg=case.weight,
        earlier=case.flags,
        source_kind="recorded",
        source_label="case",
        channels=tuple(e.ChannelDeclared(signal=s, period_s=p) for s, p in periods.items()),
        protocol=document.protocol,
        protocol_digest=document.digest,
        engine=ENGINE,
        observed=case.phase == "observed",
    )


def _setting(document: Document, case: Case) -> Iterator[object]:
    if case.watched:
        yield e.WatchTaken(name="nurse")
    if case.phase == "observed":
        if case.baseline != "none":
            yield charted_baseline(case.baseline)
        return
    yield e.OrderSet(order=Order(dose_mg_per_kg=case.dose, weight_kg=case.weight, minutes=case.minutes))
    if case.answered == "all":
        for item in document.checklists.get("before", ()):
            good = next((a for a in item.answers if not a.stops and not a.flags), item.answers[0])
            yield e.ChecklistAnswered(checklist="before", item=item.id, answers=(good.id,))
    if case.baseline != "none":
        yield charted_baseline(case.baseline)
    if case.phase == "ready":
        return
    yield e.InfusionStarted(rate_mg_per_kg_h=case.dose * 60 / case.minutes)
    yield e.Observed(what="pump", value="running")
    yield e.Observed(what="iv_site", value="well")
    if case.phase == "paused":
        yield e.InfusionPaused()
        yield e.Observed(what="pump", value="stopped")
    if case.phase == "recovery":
        yield e.InfusionStopped()
        yield e.Observed(what="pump", value="stopped")


def _row(case: Case, at: int) -> Iterator[Numeric]:
    for signal in case.channels:
        written = case.series.get(signal)
        if written is None:
            if signal in NORMAL:
                yield numeric(signal, NORMAL[signal], at)
            continue
        value = written[at] if at < len(written) else written[-1] if written else "_"
        if value == "off":
            yield Numeric(signal, 0.0, at, Quality.SENSOR_OFF)
        elif isinstance(value, float):
            yield numeric(signal, value, at)
    for reading in case.cuff:
        if reading.at == at:
            yield from cuff(reading.sys, reading.dia, at)


def cuff(sys: float | None, dia: float | None, at: int) -> Iterator[Numeric]:
    if sys is None or dia is None:
        for signal in CUFF:
            yield Numeric(signal, 0.0, at, Quality.CUFF_FAILED)
        return
    yield numeric(Signal.NIBP_SYS, sys, at)
    yield numeric(Signal.NIBP_DIA, dia, at)
    yield numeric(Signal.NIBP_MEAN, dia + (sys - dia) / 3, at)


def _clock(at: int) -> str:
    return f"{at // 60}:{at % 60:02}"


def _spelled(expected: Any) -> str:
    return ", ".join(f"{_clock(x.at)} {x.rule} {x.state.value}" for x in expected) or "silence"


def check(document: Document, cases: list[tuple[Case, int]]) -> tuple[list[Outcome], list[Coverage]]:
    """Every case's outcome and every rule's coverage."""
    outcomes = [run(document, case, line) for case, line in cases]
    coverage = {rule.id: Coverage(rule.id, always_known(document, rule.when)) for rule in document.rules}
    for outcome in outcomes:
        cover = coverage[outcome.case.rule]
        cover.cases += 1
        cover.failed += bool(outcome.faults)
        cover.shown.add(outcome.case.shows)
    return outcomes, list(coverage.values())
