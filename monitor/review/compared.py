"""The same drill by others: the protocol nurse and no one, played in memory from what the log holds of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor import events as e
from monitor.drills.drill import Drill, DrillRoom, Place, Planned
from monitor.drills.play import play
from monitor.drills.script import load_policy
from monitor.protocol.document import Document
from monitor.review.reading import Room, read_room
from monitor.review.score import DrillScore, score
from monitor.store import lease
from monitor.store.memory import MemoryLog


@dataclass(frozen=True)
class Compared:
    """One policy's run of the same drill."""

    policy: str
    rooms: tuple[Room, ...]
    scored: DrillScore


def compare(rooms: Sequence[Room], policy: str, document: Document) -> Compared:
    """Play the run again with a policy in the trainee's place. Raises BadFile where a scenario's file has gone or changed.

    What an instructor injected is not played again: it answered what the trainee did.
    """
    places = [_place(room) for room in rooms]
    first = rooms[0]
    drill = Drill(
        id=first.truth.drill,
        title=first.drill.title,
        minutes=max(5, first.drill.ends_at // 60),
        rooms=tuple(DrillRoom(scenario=place.scenario.id, alias=place.alias) for place in places),
    )
    log = MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    sessions = play(log, held.number, document, Planned(drill, tuple(places)), first.truth.seed, load_policy(policy, document))
    played = tuple(read_room(log, document, session) for session in sessions)
    return Compared(policy, played, score(played))


def _place(room: Room) -> Place:
    source = next(x.event for x in room.log if isinstance(x.event, e.SourceSet))
    return Place(room.state.opened.room, room.state.opened.alias, Path(source.path), room.scenario, room.drill.starts_at)
