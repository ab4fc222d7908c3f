"""What an author should know of a scenario: whether each branch can come, each critical action can be done and is asked for.

The static part reads the file; the other plays it with the protocol nurse and with no one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.admission import refuse_order, refuse_shown, refuse_symptoms
from monitor.charting import SCALES
from monitor.drills.drill import Planned, load_drill
from monitor.drills.play import play
from monitor.drills.run import known
from monitor.drills.script import load_policy
from monitor.protocol.document import OBSERVABLE, Document
from monitor.review.deeds import spoken
from monitor.review.reading import read_room
from monitor.review.score import RoomScore, Status, score_room
from monitor.simulator.parts import Deed
from monitor.simulator.scenario import Scenario
from monitor.sources.source import BadFile
from monitor.store import lease
from monitor.store.memory import MemoryLog


@dataclass(frozen=True)
class Finding:
    """``wrong``: the scenario is not fit to be used so."""

    where: str
    text: str
    wrong: bool = True


def check_scenario(path: Path, document: Document, seed: int = 1) -> Iterator[Finding]:
    """Findings, as they come. Raises BadFile where the file cannot be read or its patient cannot be settled."""
    planned = load_drill(str(path))
    if planned.drill.id != planned.places[0].scenario.id:
        raise BadFile(str(path), None, "is a drill; check the scenarios that it names")
    scenario = planned.places[0].scenario
    refuse_order(scenario, str(path), document)
    refuse_symptoms(scenario, path, document)
    refuse_shown(scenario, path, document)
    known(document, planned.places[0])
    static = [*_branches(scenario, planned, document), *_tasks(scenario, document)]
    yield from static
    if scenario.critical and not any(x.wrong for x in static):
        yield from _played(_until_answered(planned), document, seed)


def _until_answered(planned: Planned) -> Planned:
    """As much of it as its critical events need."""
    (place,) = planned.places
    last = max(c.ends + (place.starts_s if c.counted == "start" else 0) for c in place.scenario.critical)
    minutes = min(planned.drill.minutes, -(-last // 60) + 1)
    return replace(planned, drill=planned.drill.model_copy(update={"minutes": minutes}))


def _branches(scenario: Scenario, planned: Planned, document: Document) -> Iterator[Finding]:
    starts = planned.places[0].starts_s
    for n, happening in enumerate(scenario.happenings):
        where = f"happenings[{n}] {happening.kind.replace('_', ' ')}"
        at = happening.at + (starts if happening.counted == "start" else 0)
        both = set(happening.unless) & set(happening.only_if)
        impossible = [deed for deed in happening.only_if if not _can(deed, document)]
        if at >= planned.ends_s:
            yield Finding(where, "can never come: it lies after the end")
        elif both:
            yield Finding(where, f"can never come: {', '.join(sorted(both))} is both asked for and excluded")
        elif happening.since is not None and happening.since >= happening.at:
            yield Finding(where, "since does not lie before it")
        elif impossible:
            yield Finding(where, f"can never come: {', '.join(impossible)} cannot be done with this protocol")


def _tasks(scenario: Scenario, document: Document) -> Iterator[Finding]:
    for critical in scenario.critical:
        for task in [act.do for act in critical.acts] + [t for act in critical.acts for t in (*act.unless, *act.only_if)]:
            if not _can(task, document):
                yield Finding(critical.event, f"{task!r} cannot be done: the protocol does not know it")
    for left in scenario.restraint:
        if not _can(left.leave, document):
            yield Finding("restraint", f"{left.leave!r} cannot be done: the protocol does not know it")


def _can(task: str, document: Document) -> bool:
    """Whether a nurse can enter it."""
    first, _, which = task.partition(" ")
    offered = {
        "charted": set(SCALES),
        "checked": {item.id for items in document.checklists.values() for item in items},
        "observed": set(OBSERVABLE),
        "drug": {d.drug_class for d in document.drugs} | {""},
    }
    return which in offered[first] if first in offered else task in set(Deed)


def _listed(task: str, document: Document) -> bool:
    """Whether a checklist of the protocol stays open, and blocks, until this is done."""
    first, _, which = task.partition(" ")
    blocking = {item.id for items in document.checklists.values() for item in items if item.effect == "blocks"}
    return first == "checked" and which in blocking


def _played(planned: Planned, document: Document, seed: int) -> Iterator[Finding]:
    nurse, nobody = (_scored(planned, document, seed, policy) for policy in ("protocol-nurse", "nobody"))
    unattended = {x.event: x for x in nobody.events}
    came = {x.event for x in nurse.events} | set(unattended)
    for critical in planned.places[0].scenario.critical:
        if critical.event not in came:
            yield Finding(critical.event, "does not come before the end")
    for event in nurse.events:
        alone = unattended.get(event.event)
        prompt = event if event.prompt is not None or alone is None else alone
        if prompt.prompt is None and all(_listed(act.do, document) for act in event.acts):
            yield Finding(event.event, "the protocol asks for it without a prompt: its list lets nobody go before it is done", wrong=False)
        elif prompt.prompt is None:
            yield Finding(event.event, "the protocol does not prompt for it")
        else:
            yield Finding(event.event, f"the protocol prompts {prompt.prompt - event.onset} s after the onset ({prompt.rule})", wrong=False)
        if event.crossing is None and (alone is None or alone.crossing is None) and _limited(planned, event.event):
            yield Finding(event.event, "its limit is never crossed")
        for act in event.acts:
            did = act.status is not Status.OMITTED
            text = f"{spoken(act.do)}: the protocol nurse {'does it' if did else 'does not do it'}, {act.status.value}"
            yield Finding(event.event, text, wrong=act.status in (Status.OMITTED, Status.LATE))
    done = [act for event in nobody.events for act in event.acts if act.status is not Status.OMITTED]
    for act in done:
        yield Finding(act.do, "is done without anybody doing it")
    if nurse.points <= nobody.points:
        yield Finding("score", f"the protocol nurse has {nurse.points:g} of {nurse.max:g}, no one {nobody.points:g}")
    else:
        text = f"protocol nurse {nurse.points:g} of {nurse.max:g}, no one {nobody.points:g} of {nobody.max:g}"
        yield Finding("score", text, wrong=False)


def _limited(planned: Planned, event: str) -> bool:
    return any(c.event == event and c.limit is not None for c in planned.places[0].scenario.critical)


def _scored(planned: Planned, document: Document, seed: int, policy: str) -> RoomScore:
    log = MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    sessions = play(log, held.number, document, planned, seed, load_policy(policy, document))
    return score_room(read_room(log, document, sessions[0]))
