"""What the trainee did that was better left: what the scenario names, and what harms anybody who does not need it.

Indication is the truth, or a prompt that was open in that second and offered the act. Who follows a prompt loses nothing
by it; where the truth did not call for it, that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import Field, field_validator

from monitor import events as e
from monitor.language import say
from monitor.protocol.document import Document
from monitor.review.deeds import SPECIAL, Done, first, spoken, tasks_of
from monitor.review.reading import Room
from monitor.session import folded
from monitor.settings import SAMPLE_DATA
from monitor.simulator.expected import Limit, Restraint, Status
from monitor.simulator.parts import Part, Seconds, TaskName, read_task
from monitor.yamlmarks import read_yaml, validated

FILE = SAMPLE_DATA / "harms.yaml"
BEFORE_S = 2 * 60
"""What was true so long ago still calls for an act."""
ORDERED_S = 30 * 60
"""An order holds for so long."""
EMERGENCY = ("stopped", "airway", "oxygen", "observed called")
"""What a prompt calls for that says it is an emergency."""
TRUE = {"nibp_sys": "sys", "nibp_dia": "dia"}
"""The names of the truth, where the monitor's are others."""


class Harm(Part):
    do: str
    needed: tuple[Limit, ...] = ()
    again: Seconds | None = None
    order: TaskName | None = None
    points: float = Field(gt=0, le=100)
    harmful: bool = False
    status: Status = "proposal"
    why: str = Field(default="", max_length=400)

    @field_validator("do")
    @classmethod
    def _known(cls, task: str) -> str:
        return task if task in SPECIAL or task.startswith("emergency ") else read_task(task)


class Harms(Part):
    harms: tuple[Harm, ...]


@dataclass(frozen=True)
class Ill:
    """An act that was better left. ``rule``: a prompt offered it, so that it costs nothing."""

    deed: Done
    task: str
    harmful: bool
    again: bool
    points: float
    rule: str
    why: str


@cache
def harms() -> tuple[Harm, ...]:
    data, lines = read_yaml(FILE)
    return validated(Harms, data, lines, str(FILE)).harms


def ills(room: Room) -> list[Ill]:
    """In their order. What the scenario says of an act goes before the list; what is done again costs by the list."""
    named = [x for left in room.scenario.restraint for x in _not_left(room, left)]
    free = {x.deed.seq for x in named if x.points or x.rule} | {d.seq for d in _allowed(room)}
    listed = {x.deed.seq: x for deed in room.deeds if deed.seq not in free and (x := _by_list(room, deed)) is not None}
    rest = [x for x in named if x.deed.seq not in listed]
    return sorted([*rest, *listed.values()], key=lambda x: (x.deed.at, x.deed.seq))


def _left(room: Room, left: Restraint) -> list[Done]:
    after = 0 if left.after is None else room.at(left.after, "start")
    until = room.ends if left.until is None else room.at(left.until, "start")
    if after is None or until is None:
        return []
    # A stop is not also a lower rate: one act costs once.
    other = "stopped" if left.leave == "rate_lowered" else ""
    return [d for d in room.deeds if left.leave in d.tasks and d.task != other and after <= d.at <= until]


def _allowed(room: Room) -> Iterator[Done]:
    for left in room.scenario.restraint:
        yield from _left(room, left)[: left.allowed]


def _not_left(room: Room, left: Restraint) -> Iterator[Ill]:
    costs = left.points
    for n, deed in enumerate(_left(room, left)[left.allowed :]):
        rule = offered(room, deed)
        yield Ill(deed, left.leave, left.harmful, bool(left.allowed or n), 0.0 if rule else costs, rule, left.why)
        costs = costs if rule else 0.0


def _by_list(room: Room, deed: Done) -> Ill | None:
    """The dearest line that holds for this act."""
    if _expected(room, deed):
        return None
    found = [x for harm in harms() if harm.do in deed.tasks and (x := _held(room, deed, harm)) is not None]
    return max(found, key=lambda x: x.points, default=None)


def _held(room: Room, deed: Done, harm: Harm) -> Ill | None:
    before = [d.at for d in room.deeds if d.task == deed.task and d.seq < deed.seq]
    if harm.again is not None and (not before or deed.at - before[-1] > harm.again):
        return None
    true = any(limit.crossed(value) for limit in harm.needed for value in _true(room, limit.of, deed.at))
    ordered = harm.order is None or first(room.deeds, harm.order, deed.at - ORDERED_S, deed.at) is not None
    if (true and ordered) or (harm.do == "stopped" and _given(room, deed.at)):
        return None
    rule = offered(room, deed)
    return Ill(deed, harm.do if harm.do != "drug" else deed.task, harm.harmful, bool(before), 0.0 if rule else harm.points, rule, harm.why)


def _expected(room: Room, deed: Done) -> bool:
    """Whether the scenario calls for it now."""
    for critical in room.scenario.critical:
        onset, ends = room.at(critical.onset, critical.counted), room.at(critical.ends, critical.counted)
        if onset is not None and ends is not None and onset <= deed.at <= ends and any(act.do in deed.tasks for act in critical.acts):
            return True
    return False


def _true(room: Room, of: str, at: int) -> list[float]:
    name = TRUE.get(of, of)
    return [v for tick, true in room.truths if at - BEFORE_S <= tick <= at and (v := true.values.get(name)) is not None]


def _given(room: Room, at: int) -> bool:
    """Whether nearly all of the order is in, so that a stop breaks nothing off."""
    order = room.state.order
    return order is not None and room.started is not None and at >= room.started + 0.95 * order.minutes * 60


def called_for(room: Room) -> Iterator[tuple[Done, str, bool]]:
    """Each act that needs a reason, the rule whose prompt called for it or nothing, and whether the truth did."""
    ill = {x.deed.seq for x in ills(room)}
    for deed in room.deeds:
        expected = _expected(room, deed)
        if expected or deed.seq in ill or any(harm.do in deed.tasks for harm in harms()):
            yield deed, offered(room, deed), expected or deed.seq not in ill


# ---- what a prompt calls for ----


def offered(room: Room, deed: Done) -> str:
    """The rule whose prompt was open in that second and offered this act, or nothing."""
    for rule in room.prompted(deed.at):
        if deed.task in offers(room.document, rule) and not _too_soon(room, deed):
            return rule
    return ""


def offers(document: Document, rule: str) -> set[str]:
    """The tasks that a prompt of this rule calls for."""
    known = document.rule.get(rule)
    if known is None:
        return set()
    found = {task for option in known.options for task in tasks_of(document, document.option[option])}
    found |= {task.removeprefix("observed ") for task in found}
    return found | set(EMERGENCY) if known.emergency else found


def _too_soon(room: Room, deed: Done) -> bool:
    """Whether the protocol itself says that this drug is not given again yet, or that another class is meant."""
    event = next(x.event for x in room.log if x.seq == deed.seq)
    drug = room.document.drug.get(event.drug) if isinstance(event, e.DrugGiven) else None
    if drug is None:
        return False
    before = folded(x for x in room.log if x.seq < deed.seq)
    return any(g.drug_class == drug.drug_class and deed.at - g.at < (drug.repeat_after or 0) for g in before.drugs)


def told(ill: Ill) -> str:
    word = say("harmful") if ill.harmful else say("not needed")
    again = say("again, ") if ill.again else ""
    what = f"{again}{spoken(ill.task).lower()}"
    if ill.rule:
        return say("{act}: the protocol called for it ({rule}), the truth did not. It costs nothing", act=what.capitalize(), rule=ill.rule)
    return f"{word}: {what}. {ill.why}".strip()
