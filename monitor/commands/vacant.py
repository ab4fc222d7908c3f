"""What is said of an empty room: that it is being cleaned, and who is next. It holds until a session opens there, today."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.access import Viewer
from monitor.commands.scene import Refusal, permitted, signature
from monitor.language import say
from monitor.store.log import ROOM_NOTED, SESSION_OPENED, Draft, Entry, EventLog, Head

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Vacant:
    """``next``: an alias or free words, such as "14:30, Heron"."""

    room: str
    at: str
    by: str
    cleaning: bool = False
    next: str = ""


def note_room(log: EventLog, room: str, by: str | Viewer, *, cleaning: bool, following: str = "") -> Entry:
    """All that holds of the room from now on. Whoever may open a session there may say so. Raises Refusal."""
    permitted(by, (SESSION_OPENED,))
    if any(head.room == room for head in log.heads()):
        raise Refusal("room_taken", say("Room {room} is taken: somebody has opened a session there.", room=room))
    if len(following.strip()) > LONGEST:
        raise Refusal("too_long", say("At most {longest} letters.", longest=LONGEST))
    told: dict[str, Any] = {"room": room, "cleaning": cleaning, "next": following.strip()}
    return log.note(Draft(ROOM_NOTED, signature(by), json.dumps(told, ensure_ascii=False, separators=(",", ":"))))


def vacancies(trail: Iterable[Entry], sessions: Iterable[Head], before: Mapping[str, Vacant]) -> dict[str, Vacant]:
    """The last word about each room, where no session has opened there since; ``before``: what was known without this trail."""
    opened: dict[str, str] = {}
    for head in sessions:
        opened[head.room] = max(head.opened_at, opened.get(head.room, ""))
    found = dict(before)
    for entry in trail:
        if entry.kind == ROOM_NOTED:
            told = json.loads(entry.body)
            room = str(told["room"])
            found[room] = Vacant(room, entry.at, entry.by, told["cleaning"], told["next"])
    return {room: one for room, one in found.items() if one.at > opened.get(room, "")}
