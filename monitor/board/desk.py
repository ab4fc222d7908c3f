"""The instructor's desk: what is true in each room of a running drill, beside what its screen shows, and what is coming.

It tells hidden truth, and is for a screen that the trainee does not see. All times are minutes of the session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor import charting, truth, units
from monitor import events as e
from monitor.board import words
from monitor.board.debrief import happened, told
from monitor.board.drill import run_bar
from monitor.board.frame import Frame
from monitor.board.prompts import ordered
from monitor.board.tile import RATES, pressure, vital
from monitor.board.view import STARS, Picture, View
from monitor.language import say
from monitor.practice import SCALES
from monitor.protocol.document import Document
from monitor.review.deeds import first, spoken, touched
from monitor.review.reading import Room
from monitor.review.score import Status, act_score
from monitor.session import Prompt
from monitor.simulator.expected import Critical, Expected
from monitor.simulator.parts import Counted, Deed
from monitor.simulator.scenario import Happening
from monitor.store.log import EventLog
from monitor.vitals import Signal
from monitor.ward import logged

STREAMS = (("HR", "/min", "hr", RATES), ("SpO2", "%", "spo2", (Signal.SPO2,)), ("RR", "/min", "rr", (Signal.RR,)))
NONE = "–"


def read(log: EventLog, document: Document, view: View, before: Room | None = None) -> Room:
    """A room of a running drill with its hidden truth; ``before``: the same, read earlier. Raises StoreError."""
    known = before.log if before is not None else ()
    entries = map(logged, log.entries(view.session, after=known[-1].seq if known else -1))
    new = tuple(truth.shown(entries, view.state.drill, ended=False, instructor=True))
    return before if before is not None and not new else Room(view.session, document, (*known, *new), ())


def desk_frame(picture: Picture, rooms: Sequence[Room]) -> Frame | None:
    """``picture`` holds the rooms of the drill as their screens have them. None where no drill runs."""
    bar = run_bar(picture)
    if bar is None or not rooms:
        return None
    views = {view.session: view for view in picture.views.values()}
    return {
        "title": bar["title"],
        "sub": bar["sub"] if picture.assessed else say("!! NOT BEING ASSESSED: nothing goes on"),
        "clock": bar["clock"],
        "controls": bar["controls"],
        "rooms": [_room(picture, views[room.session], room) for room in rooms],
        "line": list(_line(rooms)),
    }


def _line(rooms: Sequence[Room]) -> Iterator[Frame]:
    """What was injected and noted in all rooms, newest first."""
    entries = [(x, room) for room in rooms for x in room.log if isinstance(x.event, (e.TruthInjected, e.TruthNoted))]
    for entry, room in sorted(entries, key=lambda found: (found[0].at, found[0].seq), reverse=True):
        text = told(room.document, entry.event)
        yield {"at": units.span(entry.tick), "room": room.state.opened.room, "text": text, "by": entry.by}


def _room(picture: Picture, view: View, room: Room) -> Frame:
    opened, at = room.state.opened, view.at
    true_at, true = room.truths[-1] if room.truths else (None, None)
    return {
        "room": opened.room,
        "session": view.session,
        "head": f"{opened.room} {opened.alias}",
        "title": room.scenario.title,
        "sub": say("{id}, seed {seed} · {value}", id=room.scenario.id, seed=room.truth.seed, value=room.state.phase.value),
        "summary": room.scenario.summary,
        "true_at": NONE if true_at is None else units.span(true_at),
        "rows": list(_rows(picture, view, {} if true is None else true.values)),
        "faults": ", ".join(x.replace("_", " ") for x in true.faults) if true is not None and true.faults else "none",
        "last": _last(room, at),
        "prompts": [_prompt(x, room.drill.prompts) for x in ordered(room.state.open_prompts)],
        "coming": [line for _, lines in sorted(_coming(room, at), key=lambda found: found[0]) for line in lines],
    }


# ---- what is true, and what is shown ----


def _rows(picture: Picture, view: View, true: Mapping[str, float | None]) -> Iterator[Frame]:
    """Quantity, truth, screen."""
    for label, unit, name, signals in STREAMS:
        frame = vital(picture, view, signals, label)
        gone = frame["gone"]
        yield _row(f"{label} {unit}", _number(true.get(name)), frame["value"] if gone is None else gone["why"])
    cuff = pressure(picture, view)
    shown = cuff["why"][0] if cuff["value"] is None else f"{cuff['value']}, {cuff['age']}"
    yield _row(say("BP mmHg"), f"{_number(true.get('sys'))}/{_number(true.get('dia'))}", shown)
    yield _row(say("Effect site ng/mL"), _number(true.get("effect_ng_ml")), say("never shown"))
    for scale in (*SCALES, charting.SEDATION):
        entry = view.state.valued(scale)
        charted = say("not charted") if entry is None else f"{_score(scale, entry.value)}, {units.minutes(view.at - entry.at)}"
        yield _row(charting.SCALES[scale].label, _score(scale, true.get(scale)), charted)


def _row(what: str, true: str, screen: str) -> Frame:
    return {"what": what, "true": true, "screen": screen}


def _number(value: float | None) -> str:
    return NONE if value is None else units.shown(value)


def _score(scale: str, value: float | None) -> str:
    if value is None:
        return NONE
    return charting.BOTHERED_WORDS[round(value)] if scale == charting.BOTHERED else f"{value:g}"


# ---- what is done and asked for ----


def _last(room: Room, at: int) -> str:
    for entry in reversed(room.own):
        if touched(entry) and (text := told(room.document, entry.event)):
            return f"{text}, {units.since(at - entry.tick)}"
    return say("nothing yet")


def _prompt(prompt: Prompt, shown: bool) -> str:
    answer = say("not answered") if prompt.answered is None else say("answered {span}", span=units.span(prompt.answered.at))
    unseen = "" if shown else say(" · not shown to the trainee")
    return say(
        "{part} {message} · {rule} since {span}, {answer}{unseen}",
        part=STARS[prompt.level],
        message=prompt.message,
        rule=prompt.rule,
        span=units.span(prompt.since),
        answer=answer,
        unseen=unseen,
    )


# ---- what is coming ----


def _coming(room: Room, at: int) -> Iterator[tuple[int, list[Frame]]]:
    """Every happening and critical event of the scenario with its second: what it is, and whether it has been."""
    for happening in room.scenario.happenings:
        when = _when(room, happening.at, happening.counted)
        yield when, [_entry(when, _told(happening), _how(at, when, "happened" if _befell(room, happening, when) else say("left out")))]
    for critical in room.scenario.critical:
        onset, ends = (_when(room, x, critical.counted) for x in (critical.onset, critical.ends))
        event = _entry(onset, f"! {critical.event}", _how(at, onset, "now" if at <= ends else "past"))
        yield onset, [event, *(_act(room, critical, act, at) for act in critical.acts)]


def _when(room: Room, seconds: int, counted: Counted) -> int:
    """The second of a scenario's time; before the infusion runs, by its planned start."""
    found = room.at(seconds, counted)
    return room.drill.starts_at + seconds if found is None else found


def _entry(when: int | None, what: str, how: str) -> Frame:
    return {"at": "" if when is None else units.span(when), "what": what, "how": how}


def _how(at: int, when: int, after: str) -> str:
    return say("in {span}", span=units.span(when - at)) if at < when else after


def _told(happening: Happening) -> str:
    conditions = ((say("unless"), happening.unless), (say("only after"), happening.only_if))
    asked = "; ".join(f"{word} {' or '.join(deeds)}" for word, deeds in conditions if deeds).replace("_", " ")
    written = {happening.kind: happening.model_dump(mode="json", by_alias=True, exclude_defaults=True)[happening.kind]}
    return happened(written) + (f" ({asked})" if asked else "")


def _befell(room: Room, happening: Happening, when: int) -> bool:
    """Whether it happened, by what was done before."""
    since = 0 if happening.since is None else _when(room, happening.since, happening.counted)

    def did(deed: str) -> bool:
        ended = deed == Deed.STOPPED and any(isinstance(x.event, e.InfusionStopped) and since <= x.tick < when for x in room.log)
        return ended or first((*room.deeds, *room.helped), deed, since, when - 1) is not None

    return not any(map(did, happening.unless)) and all(map(did, happening.only_if))


def _act(room: Room, critical: Critical, act: Expected, at: int) -> Frame:
    """An act that is expected, by when, and whether it was done."""
    onset, ends = (_when(room, x, critical.counted) for x in (critical.onset, critical.ends))
    counts = room.started is not None or critical.counted == "opening"
    scored = act_score(room, critical, act, onset, ends) if counts else None
    due = scored.due if scored is not None else None if act.by is None else _when(room, act.by, critical.counted)
    if scored is None or (scored.at is None and scored.status is Status.OMITTED):
        how = (
            say("if it comes to that")
            if due is None
            else ""
            if at < onset
            else say("to do")
            if at <= due
            else words.STATUS[Status.LATE]
            if at <= ends
            else words.STATUS[Status.OMITTED]
        )
    else:
        how = words.STATUS[scored.status]
        if scored.at is not None:
            how = f"{how}, {units.span(scored.at)}"
    return _entry(None, f"{spoken(act.do)}{'' if due is None else ' by ' + units.span(due)}", how)
