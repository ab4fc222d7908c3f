"""A score told: as records for programs, as lines for people."""

from __future__ import annotations

from typing import Any

from monitor.review.deeds import spoken
from monitor.review.score import ActScore, DrillScore, EventScore, Lost, Part, RoomScore
from monitor.units import span


def records(room: RoomScore) -> list[dict[str, Any]]:
    """One record a critical event, then one a part. Seconds count from the opening of the session."""
    told = [*(event_record(x) for x in room.events), *(part_record(x) for x in room.parts)]
    return [{"room": room.room, **record} for record in told]


def event_record(x: EventScore) -> dict[str, Any]:
    return {
        "event": x.event,
        "onset_s": x.onset,
        "crossing_s": x.crossing,
        "prompt_s": x.prompt,
        "rule": x.rule,
        "opened_s": x.opened,
        "acknowledged_s": x.acknowledged,
        "first_right_s": x.acted,
        "resolved_s": x.resolved,
        "recognition_s": x.recognition_s,
        "response_s": x.response_s,
        "untreated_s": x.untreated_s,
        "beyond_s": x.beyond_s,
        "timed": x.timed,
        "acts": [_act(a) for a in x.acts],
        "points": x.points,
        "max": x.max,
        "lost": [_lost(y) for y in x.lost],
    }


def _act(x: ActScore) -> dict[str, Any]:
    return {
        "do": x.do,
        "says": spoken(x.do),
        "status": x.status.value,
        "due_s": x.due,
        "at_s": x.at,
        "points": x.points,
        "max": x.max,
        "limit": x.limit,
        "why": x.why,
        "rule": x.rule,
    }


def part_record(x: Part) -> dict[str, Any]:
    lost = [_lost(y) for y in x.lost]
    return {"part": x.name, "note": x.note, "points": x.points, "max": x.max, "limit": x.limit, "lost": lost}


def _lost(x: Lost) -> dict[str, Any]:
    return {"at_s": x.at, "points": x.points, "why": x.why}


def lines(room: RoomScore) -> list[str]:
    """The same, to read."""
    return [*(_event_line(room, x) for x in room.events), *(_part_line(room, x) for x in room.parts)]


def _event_line(room: RoomScore, x: EventScore) -> str:
    moments = (
        ("onset", x.onset),
        ("crossing", x.crossing),
        ("prompt" if not x.rule else f"prompt {x.rule}", x.prompt),
        ("room", x.opened),
        ("acknowledged", x.acknowledged),
        ("first right act", x.acted),
        ("resolved", x.resolved),
    )
    told = ", ".join(f"{name} {span(at) if at is not None else '-'}" for name, at in moments)
    acts = "".join(
        f"\n        {spoken(a.do)}: {a.status.value}{f' at {span(a.at)}' if a.at is not None else ''}, due {span(a.due)}" for a in x.acts
    )
    return f"{room.room} {x.event}: {x.points:g} of {x.max:g}; {told}{acts}"


def _part_line(room: RoomScore, x: Part) -> str:
    lost = "".join(f"\n        {span(y.at)} -{y.points:g} {y.why}" for y in x.lost)
    return f"{room.room} {x.name}: {x.points:g} of {x.max:g}; {x.note}{lost}"


def summary(scored: DrillScore) -> dict[str, Any]:
    return {
        "summary": True,
        "score": None if scored.incomplete else scored.points,
        "max": None if scored.incomplete else scored.max,
        "incomplete": scored.incomplete,
        "critical_done": scored.critical_done,
        "critical_total": scored.critical_total,
    }
