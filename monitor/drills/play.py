"""Playing a drill by a policy, as fast as it goes: the evaluator's own rooms, with the clock moved by hand."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from monitor import commands
from monitor.commands import Command, Refusal
from monitor.drills.drill import Planned
from monitor.drills.run import end_run, open_run, over
from monitor.drills.script import Policy, Signed
from monitor.protocol.document import Document
from monitor.store.log import EventLog
from monitor.ward import RoomCourse, advance_together, resume

log_ = logging.getLogger("monitor.drills")


def play(
    log: EventLog, lease: int, document: Document, planned: Planned, seed: int, policy: Policy, speed: float | None = None
) -> list[int]:
    """Play a whole drill; its sessions, closed. The same seed and policy give the same log at any speed."""
    speed = policy.pace if speed is None else speed
    sessions = open_run(log, document, planned, seed, policy.name, speed=speed, scripted=True)
    courses = [resume(document, session, log) for session in sessions]
    for course in courses:
        course.pace.change(0.0, speed, course.at)
    while not all(over(c.assessment.state, c.at) or _left(policy, c.at) for c in courses):
        for course, wanted in _until_wanted(log, lease, courses, policy):
            for command in wanted:
                _try(log, document, course, command.by if isinstance(command, Signed) else policy.name, command)
    end_run(log, document, sessions, policy.name, "the drill's time is over" if policy.leaves is None else "")
    return sessions


def _left(policy: Policy, at: int) -> bool:
    return policy.leaves is not None and at >= policy.leaves


def _until_wanted(log: EventLog, lease: int, courses: Sequence[RoomCourse], policy: Policy) -> list[tuple[RoomCourse, list[Command]]]:
    """Go on in one transaction until the policy wants something done, at most for a minute."""
    with log.transaction(lease) as writing:
        for _ in range(60):
            mono = min(c.pace.mono + (c.at + 1.5 - c.pace.tick) / c.pace.speed for c in courses if c.pace.speed)
            advance_together(writing, courses, mono)
            wanted = [
                (c, list(policy.acts(c.assessment.state.opened.room, c.assessment.state, c.assessment.window, c.at))) for c in courses
            ]
            if any(acts for _, acts in wanted) or not any(c.pace.speed for c in courses):
                return wanted
        return []


def _try(log: EventLog, document: Document, course: RoomCourse, by: str, command: Command) -> None:
    try:
        commands.carry_out(log, document, course.session, by, command)
    except Refusal as refusal:
        log_.info("room %s: %s", course.assessment.state.opened.room, refusal.name)
