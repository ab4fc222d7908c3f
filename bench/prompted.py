"""One session played by a policy, and what its prompts were worth against what was true."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from bench import lived as truth
from bench.lived import Kind, Lived
from monitor import events as e
from monitor.charting import SCALES
from monitor.drills.drill import load_drill
from monitor.drills.play import play
from monitor.drills.script import load_policy
from monitor.events import Priority, PromptKind, PromptState
from monitor.protocol.condition import Condition
from monitor.protocol.conditions import All, AnyOf
from monitor.protocol.document import Document, Rule
from monitor.review.deeds import done
from monitor.review.reading import read_room
from monitor.review.replay import Replay
from monitor.simulator.scenario import Scenario
from monitor.sources.recorded import open_recording
from monitor.sources.source import BadFile
from monitor.store import lease
from monitor.store.memory import MemoryLog

AFTERWARDS_S = 15 * 60
"""How long a session of a population is played on after its planned end."""
HIGH_BY_S = 15


@dataclass(frozen=True)
class Job:
    """``group``: under which name it is counted. ``scenario`` is None for a recording."""

    group: str
    name: str
    seed: int
    policy: str
    scenario: Scenario | None = None
    file: str = ""
    minutes: int | None = None


@dataclass(frozen=True)
class Prompt:
    rule: str
    kind: str
    priority: str
    since: int
    until: int
    answered: int
    about: tuple[str, ...]
    own_s: int
    """The rule's own delay."""
    calming: bool
    """It offers a calming drug."""


@dataclass(frozen=True)
class Event:
    """Something that had to be prompted for. ``delay`` is beyond the rule's own one; None: no prompt came."""

    name: str
    kind: Kind
    at: int
    by_scenario: bool
    delay: int | None
    rule: str
    after_truth: int | None
    high_by: bool
    """A high prompt, of whatever kind, stood so soon after it was true."""
    episodes: int


@dataclass
class Told:
    """What came of one job. Counts are of prompts that began."""

    job: Job
    refused: str = ""
    seconds: int = 0
    infusion_s: int = 0
    events: list[Event] = field(default_factory=list)
    begun: Counter[str] = field(default_factory=Counter)
    """By rule, all of them."""
    clinical: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Needless clinical prompts by rule and priority; ``artefact`` are those of them on a fault."""
    artefact: Counter[tuple[str, str]] = field(default_factory=Counter)
    technical: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Technical prompts with no fault behind them."""
    faulty: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Technical prompts on a fault."""
    due: Counter[str] = field(default_factory=Counter)
    """Prompts to observe, by rule."""
    open_s: int = 0
    unanswered_s: int = 0
    stopped: bool = False
    lowered: bool = False
    oxygen: bool = False
    calming: bool = False
    """A needless clinical prompt offered a calming drug, or one was given."""
    well: bool = False
    """Nothing was ever worth telling."""


def run(document: Document, job: Job) -> Told:
    return _recorded(document, job) if job.scenario is None else _played(document, job, job.scenario)


def _played(document: Document, job: Job, scenario: Scenario) -> Told:
    told = Told(job)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{scenario.id}.yaml"
        file.write_text(yaml.safe_dump(json.loads(scenario.model_dump_json(by_alias=True, exclude_defaults=True))))
        log = MemoryLog()
        held = lease.acquire(log)
        assert held is not None
        try:
            planned = load_drill(str(file))
            if job.minutes is not None:
                planned = replace(planned, drill=planned.drill.model_copy(update={"minutes": job.minutes}))
            (session,) = play(log, held.number, document, planned, job.seed, load_policy(job.policy, document))
        except BadFile as wrong:
            told.refused = str(wrong)
            return told
        room = read_room(log, document, session)
    lived = truth.live(scenario, job.seed, room.log, room.rows[-1][0] + 1 if room.rows else 0)
    prompts = list(_prompts(document, room.log, lived.ends))
    told.seconds, told.infusion_s = lived.ends, sum(lived.running)
    told.events = [*_labelled(lived, prompts, job.policy), *_critical(scenario, lived, prompts, room.started, job.policy)]
    told.well = lived.uneventful and not told.events
    _count(told, lived, prompts)
    deeds = {task for d in done(room.log) for task in d.tasks}
    told.stopped, told.lowered, told.oxygen = ("stopped" in deeds, "rate_lowered" in deeds, "oxygen" in deeds)
    told.calming |= "drug benzodiazepine" in deeds
    return told


def _prompts(document: Document, log: Sequence[e.Logged], ends: int) -> Iterator[Prompt]:
    begun: dict[tuple[str, int], tuple[int, e.PromptChanged]] = {}
    answered: dict[tuple[str, int], int] = {}
    over: dict[tuple[str, int], int] = {}
    for entry in log:
        event = entry.event
        if isinstance(event, e.PromptChanged):
            key = (event.rule, event.episode)
            if event.state is PromptState.ACTIVE:
                begun.setdefault(key, (entry.tick, event))
            elif event.state is PromptState.RESOLVED:
                over.setdefault(key, entry.tick)
        elif isinstance(event, e.PromptAnswered):
            answered.setdefault((event.rule, event.episode), entry.tick)
    for key, (at, event) in begun.items():
        rule = document.rule[event.rule]
        until = over.get(key, ends)
        calming = any(document.option[o].fill.get("purpose") == "calming" for o in rule.options)
        about = tuple(dict.fromkeys(x.name for x in event.evidence))
        yield Prompt(
            rule.id, event.prompt_kind, event.priority, at, until, min(until, answered.get(key, until)), about, own_delay(rule), calming
        )


def own_delay(rule: Rule) -> int:
    """For how long something must be so before this rule speaks: all of it, or the soonest of what is enough."""

    def least(part: Condition) -> int:
        if isinstance(part, All):
            return max(map(least, part.of))
        if isinstance(part, AnyOf):
            return min(map(least, part.of))
        return int(getattr(part, "for_s", 0))

    return least(rule.when)


def _labelled(lived: Lived, prompts: Sequence[Prompt], policy: str) -> Iterator[Event]:
    """What the table of what a nurse must act on finds."""
    for act in truth.limits().act:
        if act.kind == "charted" and policy == "nobody":
            continue
        for since, until in lived.stretches(act):
            seen = lived.seen(act, since, until)
            if act.kind == "cuff" and seen is None:
                continue  # the cuff did not read it while it lasted
            start = since if seen is None else seen
            slack = 60 if act.kind in ("cuff", "sensor", "extreme") else 900
            about = [p for p in prompts if _concerns(p, act.of)]
            wanted = [p for p in about if p.priority == Priority.HIGH] if act.kind == "extreme" else about
            yield _event(act.event, act.kind, since, start, until + slack, False, wanted, prompts)


def _critical(scenario: Scenario, lived: Lived, prompts: Sequence[Prompt], started: int | None, policy: str) -> Iterator[Event]:
    """What the scenario's author says has to be recognised."""
    for critical in scenario.critical:
        if started is None and critical.counted == "start":
            continue
        base = 0 if critical.counted == "opening" else started or 0
        onset, ends = base + critical.onset, min(base + critical.ends, lived.ends)
        charted = not critical.shows or any(name in SCALES for name in critical.shows)
        if onset >= lived.ends or (charted and policy == "nobody"):
            continue
        start = onset
        if (limit := critical.limit) is not None:
            values = lived.true if limit.of in SCALES else lived.shown
            column = values.get(limit.of, [])
            crossed = next((at for at in range(onset, min(ends, len(column))) if (v := column[at]) is not None and limit.crossed(v)), None)
            if crossed is None:
                continue  # forestalled: it was never crossed
            start = crossed
        cuff = any(name.startswith("nibp") for name in critical.shows)
        kind: Kind = "charted" if charted else "cuff" if cuff else "sensor"
        about = [p for p in prompts if set(p.about) & set(critical.shows)]
        yield _event(critical.event, kind, onset, start, ends, True, about, prompts)


def _event(
    name: str, kind: Kind, since: int, start: int, until: int, by_scenario: bool, wanted: Sequence[Prompt], prompts: Sequence[Prompt]
) -> Event:
    came = sorted((p for p in wanted if p.since <= until and p.until > since), key=lambda p: p.since)
    high = any(p.priority == Priority.HIGH and p.since <= since + HIGH_BY_S < p.until for p in prompts)
    if not came:
        return Event(name, kind, since, by_scenario, None, "", None, high, 0)
    first = came[0]
    delay = max(0, first.since - start - (first.own_s if first.since > start else 0))
    return Event(name, kind, since, by_scenario, delay, first.rule, max(0, first.since - since), high, len(came))


def _concerns(prompt: Prompt, of: str) -> bool:
    return any(of in truth.ABOUT.get(name, ()) for name in prompt.about)


def _count(told: Told, lived: Lived, prompts: Sequence[Prompt]) -> None:
    for p in prompts:
        told.begun[p.rule] += 1
        key = (p.rule, p.priority)
        if p.kind == PromptKind.TECHNICAL:
            (told.faulty if lived.spoiled(p.since) else told.technical)[key] += 1
        elif p.kind == PromptKind.CLINICAL:
            if lived.tells(p.about, p.since) is False:
                told.clinical[key] += 1
                told.calming |= p.calming
                if lived.spoiled(p.since):
                    told.artefact[key] += 1
        else:
            told.due[p.rule] += 1
    told.open_s, told.unanswered_s = (
        _covered((p.since, getattr(p, end)) for p in prompts if p.kind != PromptKind.OBSERVATION) for end in ("until", "answered")
    )


def _covered(spans: Iterator[tuple[int, int]]) -> int:
    total, reached = 0, -1
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _recorded(document: Document, job: Job) -> Told:
    """A recording, watched without an order: nothing is known but its own numbers."""
    told = Told(job)
    try:
        source = open_recording(Path(job.file))
        rows = source.read(source.length_s or 0)
    except BadFile as wrong:
        told.refused = str(wrong)
        return told
    replay = Replay(document, source)
    spans: dict[tuple[str, int], list[int]] = {}
    for at, change in replay.run(rows):
        key = (change.rule, change.episode)
        if change.state is PromptState.ACTIVE and key not in spans:
            spans[key] = [at, len(rows)]
            told.begun[change.rule] += 1
            into = told.faulty if change.prompt_kind is PromptKind.TECHNICAL else told.clinical
            into[change.rule, change.priority] += 1
        elif change.state is PromptState.RESOLVED and key in spans:
            spans[key][1] = at
    told.seconds = rows[-1][0] + 1 if rows else 0
    told.open_s = _covered((a, b) for a, b in spans.values())
    return told
