"""Whether all is well with a store and its evaluator, as a few numbers: what a machine asks a machine."""

from __future__ import annotations

import json
from typing import Any

from monitor import __version__, clock
from monitor.board.view import BEAT_LOST_S, GRACE_S
from monitor.store.log import SCHEMA, EventLog, StoreError

AHEAD_S = 5.0
"""A sign of life further in the future than this means that a clock was set back."""


def health(log: EventLog) -> dict[str, Any]:
    """``ok`` only when somebody assesses, in time, and the clock can be believed; ``wrong`` says what is not so.

    No name, alias or number of a patient is in it.
    """
    told: dict[str, Any] = {"ok": False, "version": __version__, "store": log.url, "schema": SCHEMA, "clock": clock.stamp(clock.now())}
    try:
        heads, beat = log.heads(), log.heartbeat()
        failed = {head.room: why for head in heads if (why := _failed(log, head.session))}
    except StoreError as trouble:
        return {**told, "wrong": [f"the store does not answer: {trouble}"]}
    wrong = [f"nobody assesses room {room}: {why}" for room, why in failed.items()]
    rooms = [head.room for head in heads]
    if beat is None:
        told.update(rooms=rooms, evaluator=None, heartbeat_s=None, behind_s=None)
        wrong.append("nobody has assessed this store yet")
    else:
        age = (clock.now() - clock.read(beat.beat_at)).total_seconds()
        told.update(
            rooms=rooms, evaluator={"number": beat.number, "holder": beat.holder}, heartbeat_s=round(age, 1), behind_s=beat.behind_s
        )
        if age > BEAT_LOST_S:
            wrong.append(f"nobody assesses: the last sign of life is {age:.0f} s old")
        elif age < -AHEAD_S:
            wrong.append(f"the clock was set back: the last sign of life is {-age:.0f} s ahead")
        if beat.behind_s > GRACE_S:
            wrong.append(f"the evaluator is {beat.behind_s:.0f} s behind")
    return {**told, "ok": not wrong, "wrong": wrong}


def _failed(log: EventLog, session: int) -> str:
    """What failed in a session that stands for it."""
    try:
        paces = [json.loads(entry.body) for entry in log.entries(session) if entry.kind in ("pace_set", "went_on")]
        return str(paces[-1]["why"]) if paces and paces[-1].get("fault") else ""
    except (ValueError, LookupError, AttributeError):
        return "its record cannot be read; look with verify"
