"""The debrief of a drill as a frame: time line, event table, what the protocol asked for, the score with its moments.

All times are seconds from the opening of the session. Hidden truth is in it: it is made for a drill that has ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from monitor import events as e
from monitor.board import words
from monitor.board.frame import Frame
from monitor.language import say
from monitor.protocol.document import Document
from monitor.review import telling
from monitor.review.compared import Compared
from monitor.review.deeds import Done
from monitor.review.harm import Ill, called_for, ills
from monitor.review.harm import told as told_of
from monitor.review.reading import TOGETHER, Room
from monitor.review.score import RoomScore, Status, score
from monitor.vitals import Signal

STEP_S = 10
"""Streams are drawn with one value in so long; where none came, the line breaks."""
STREAMS = (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR)
NO_CERTIFICATE = say("Practice on simulated patients. This is no certificate of competence, and no assessment of a person.")
WHO = {"protocol-nurse": say("Protocol nurse"), "nobody": say("No one")}
HEADINGS = (
    ("reactions", "Reactions", say("How was it? One sentence each, before anything is explained.")),
    ("description", say("What happened"), say("Tell it in your own words: who, what, in which order.")),
    ("analysis", "Why", say("What went well, what would be done otherwise, and why? What did the other rooms need meanwhile?")),
    ("take_home", say("Take home"), say("What will be the same the next time, and what will be different?")),
)
"""Headings to write into, after PEARLS (Eppich and Cheng 2015): reactions, description, analysis, summary."""


def debrief_frame(rooms: Sequence[Room], others: Sequence[Compared] = ()) -> Frame:
    """Everything that a debrief shows, of all rooms of a run; ``others`` are the same drill by policies."""
    scored = score(rooms)
    first = rooms[0]
    return {
        "title": first.drill.title,
        "drill": first.truth.drill,
        "seed": first.truth.seed,
        "run": first.drill.run,
        "trainee": first.drill.trainee,
        "prompts": first.drill.prompts,
        "protocol": first.state.opened.protocol,
        "paces": sorted({x.event.speed for room in rooms for x in room.log if isinstance(x.event, e.PaceSet) and x.event.speed}),
        "no_certificate": NO_CERTIFICATE,
        "headings": [{"id": name, "title": title, "asks": asks} for name, title, asks in HEADINGS],
        "runs": [
            {"who": first.drill.trainee, "policy": None, **telling.summary(scored)},
            *_with(rooms),
            *({"who": spoken(x.policy), "policy": x.policy, **telling.summary(x.scored)} for x in others),
        ],
        "rooms": [_room(room, told, others) for room, told in zip(rooms, scored.rooms, strict=True)],
    }


def _with(rooms: Sequence[Room]) -> Iterator[Frame]:
    """Each other person who did something in the drill, by their own entries, and all of them together; an instructor is none."""
    instructors = frozenset[str]().union(*(room.instructors for room in rooms))
    names = sorted({x.by for room in rooms for x in room.helped} - instructors)
    for name in (*names, *([TOGETHER] if names else [])):
        told = score([replace(room, author=name) for room in rooms])
        yield {"who": say("Together") if name == TOGETHER else name, "policy": None, **telling.summary(told)}


def _room(room: Room, scored: RoomScore, others: Sequence[Compared]) -> Frame:
    beside = [(x.policy, theirs, told) for x in others for theirs, told in zip(x.rooms, x.scored.rooms, strict=True) if _same(theirs, room)]
    return {
        "session": room.session,
        "room": room.state.opened.room,
        "alias": room.state.opened.alias,
        "scenario": room.scenario.title,
        "summary": room.scenario.summary,
        "goals": list(room.scenario.goals),
        "started": room.started,
        "ends": room.ends,
        "points": round(scored.points, 1),
        "max": round(scored.max, 1),
        "incomplete": scored.incomplete,
        "events": [telling.event_record(x) for x in scored.events],
        "parts": [telling.part_record(x) for x in scored.parts],
        "limits": [x.limit.model_dump(exclude_none=True) for x in room.scenario.critical if x.limit is not None],
        "streams": {s.value: _stream(room, s) for s in STREAMS if s in room.samples},
        "stream_step_s": STEP_S,
        "cuff": _cuff(room),
        "scores": _scores(room),
        **_truth(room),
        "prompts": list(_prompts(room)),
        "protocol": _asked(room.document, [("trainee", room), *((policy, theirs) for policy, theirs, _ in beside)]),
        "deeds": _deeds(room, scored),
        "called": list(_called(room)),
        "helped": [{"at": x.tick, "by": x.by, "text": _text(room, x.event)} for x in _by_others(room)],
        "looks": room.touches,
        "injected": [{"at": x.tick, "text": happened(x.event.happening)} for x in room.log if isinstance(x.event, e.TruthInjected)],
        "notes": [{"at": x.tick, "by": x.by, "text": x.event.text} for x in room.log if isinstance(x.event, e.TruthNoted)],
        "log": list(_log(room)),
        "others": [
            {
                "policy": policy,
                "who": spoken(policy),
                "points": round(told.points, 1),
                "max": round(told.max, 1),
                "events": [telling.event_record(x) for x in told.events],
                "deeds": _deeds(theirs, told),
                **_truth(theirs),
            }
            for policy, theirs, told in beside
        ],
    }


def _same(one: Room, other: Room) -> bool:
    return one.state.opened.room == other.state.opened.room


def _stream(room: Room, signal: Signal) -> list[float | None]:
    values: list[float | None] = [None] * (room.ends // STEP_S + 1)
    for tick, value in room.samples[signal]:
        values[tick // STEP_S] = value
    return values


def _cuff(room: Room) -> list[list[float]]:
    """When, systolic, diastolic, whether taken by hand."""
    dia = dict(room.samples.get(Signal.NIBP_DIA, ()))
    taken = [[at, sys, dia[at], 0] for at, sys in room.samples.get(Signal.NIBP_SYS, ()) if at in dia]
    hand = [[x.tick, x.event.sys, x.event.dia, 1] for x in room.log if isinstance(x.event, e.PressureCharted)]
    return sorted([*taken, *hand])


def _scores(room: Room) -> dict[str, list[list[float]]]:
    found: dict[str, list[list[float]]] = {}
    for entry in room.log:
        if isinstance(entry.event, e.Scored) and entry.event.value is not None:
            found.setdefault(entry.event.scale, []).append([entry.tick, entry.event.value])
    return found


def _truth(room: Room) -> Frame:
    """What was true: level at the effect site, pressure, and the rate that ran."""
    return {
        "effect": [[at, round(v, 1)] for at, v in room.series("effect_ng_ml")],
        "true_sys": [[at, round(v, 1)] for at, true in room.truths if (v := true.values.get("sys")) is not None],
        "true_spo2": [[at, round(v, 1)] for at, true in room.truths if (v := true.values.get("spo2")) is not None],
        "rate": list(_rate(room.log)),
    }


def _rate(log: Iterable[e.Logged]) -> Iterator[list[float]]:
    for entry in log:
        match entry.event:
            case e.InfusionStarted() | e.RateChanged() | e.InfusionResumed():
                yield [entry.tick, entry.event.rate_mg_per_kg_h]
            case e.InfusionPaused() | e.InfusionStopped():
                yield [entry.tick, 0.0]
            case _:
                pass


def _prompts(room: Room) -> Iterator[Frame]:
    """Each prompt with its life. In a run without prompts the trainee saw none of them."""
    lives: dict[tuple[str, int], Frame] = {}
    for at, change in room.prompts:
        life = lives.get((change.rule, change.episode))
        if change.state is e.PromptState.ACTIVE and life is None:
            lives[change.rule, change.episode] = {
                "rule": change.rule,
                "title": _title(room.document, change.rule),
                "message": change.message,
                "priority": change.priority.value,
                "kind": change.prompt_kind.value,
                "at": at,
                "again": [],
                "answered": None,
                "answer": "",
                "ended": None,
                "seen": room.drill.prompts,
            }
        elif life is not None and change.state is e.PromptState.RECHECK:
            life["again"].append(at)
        elif life is not None and change.state is e.PromptState.RESOLVED:
            life["ended"] = at
    for entry in room.answers:
        assert isinstance(entry.event, e.PromptAnswered)
        life = lives.get((entry.event.rule, entry.event.episode))
        if life is not None and life["answered"] is None:
            life["answered"], life["answer"] = entry.tick, words.entry(room.document, entry.event)
    yield from lives.values()


def _asked(document: Document, runs: Sequence[tuple[str, Room]]) -> list[Frame]:
    """Which rules spoke in each run, and when: what the protocol would have prompted, had others acted or no one."""
    asked: dict[str, dict[str, list[int]]] = {}
    for who, room in runs:
        for at, change in room.prompts:
            if change.state is e.PromptState.ACTIVE:
                asked.setdefault(change.rule, {}).setdefault(who, []).append(at)
    order = {rule.id: n for n, rule in enumerate(document.rules)}
    return [{"rule": rule, "title": _title(document, rule), "at": asked[rule]} for rule in sorted(asked, key=lambda r: order.get(r, -1))]


def _title(document: Document, rule: str) -> str:
    known = document.rule.get(rule)
    return known.title if known is not None else rule


def _deeds(room: Room, scored: RoomScore) -> list[Frame]:
    ill = {x.deed.seq: x for x in ills(room)}
    return [_deed(room, scored, deed, ill.get(deed.seq)) for deed in room.deeds]


def _deed(room: Room, scored: RoomScore, deed: Done, ill: Ill | None) -> Frame:
    """``mark``: how it was scored, where it was."""
    event = _event(room, deed)
    mark = next((a.status.value for a in scored.acts if a.at == deed.at and a.do in deed.tasks and a.status is not Status.SPARED), "")
    wrong = told_of(ill) if ill is not None and not ill.rule else ""
    mark = mark or (say("called for by {rule}, not by the truth", rule=ill.rule) if ill is not None and ill.rule else "")
    return {
        "at": deed.at,
        "by": deed.by,
        "text": _text(room, event),
        "tasks": list(deed.tasks),
        "mark": mark or wrong,
        "wrong": bool(wrong),
    }


def _event(room: Room, deed: Done) -> e.AnyEvent:
    return next(x.event for x in room.log if x.seq == deed.seq)


def _text(room: Room, event: e.AnyEvent) -> str:
    return words.entry(room.document, event) or event.kind


def _called(room: Room) -> Iterator[Frame]:
    """What was done to the patient or the pump, and what called for it: the protocol, the truth, both or neither."""
    for deed, rule, truth in called_for(room):
        differs = say("They differ.") if bool(rule) != truth else ""
        yield {"at": deed.at, "text": _text(room, _event(room, deed)), "rule": rule, "truth": truth, "differs": differs}


def _by_others(room: Room) -> Iterator[e.Logged]:
    """What other people entered that would have counted, had the trainee done it."""
    helped = {x.seq for x in room.helped}
    return (x for x in room.log if x.seq in helped)


def _log(room: Room) -> Iterator[list[Any]]:
    """The event table: second, who, what; injected happenings and notes of the instructor too."""
    for entry in room.log:
        text = told(room.document, entry.event)
        if text is not None:
            yield [entry.tick, entry.by, text]


def told(document: Document, event: e.AnyEvent) -> str | None:
    """An entry in words after the end, hidden truth too."""
    match event:
        case e.TruthInjected():
            return say("Instructor: {happened}", happened=happened(event.happening))
        case e.TruthNoted():
            return say("Facilitator's note: {words}", words=event.text)
        case e.RoomOpened():
            return say("Room opened")
        case _:
            return words.entry(document, event)


def spoken(policy: str) -> str:
    return WHO.get(policy, policy)


def happened(happening: dict[str, Any]) -> str:
    """A scenario's happening in words: ``probe off 90 s``."""
    parts = []
    for name, value in happening.items():
        if name in ("at", "from"):
            continue
        inner = ", ".join(f"{k} {_plain(v)}" for k, v in value.items()) if isinstance(value, dict) else _plain(value)
        parts.append(f"{name.replace('_', ' ')} {inner}".strip())
    return ", ".join(parts)


def _plain(value: Any) -> str:
    return "" if value is True else f"{value:g}" if isinstance(value, float) else str(value)
