"""A run of a drill: its rooms are opened together, its end closes them together."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor import commands
from monitor import events as e
from monitor.access import Viewer
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.drills.drill import Place, Planned
from monitor.practice import COLLEAGUE
from monitor.protocol.document import Document
from monitor.session import SessionState
from monitor.sources.source import BadFile
from monitor.store.log import EventLog, RoomTaken
from monitor.ward import drafts


def open_run(
    log: EventLog,
    document: Document,
    planned: Planned,
    seed: int,
    trainee: str,
    prompts: bool = True,
    speed: float = 1.0,
    scripted: bool = False,
    signs: str = "",
) -> list[int]:
    """Settle the patients of a drill; their sessions. Every file is read first, so that a bad one opens no room.

    ``signs``: by what name the trainee enters things, where it is not the code.
    Raises BadFile, and RoomTaken before anything is opened where another run stands in one of the rooms.
    """
    admitted = [
        _first(document, planned, place, seed + n, trainee, prompts, speed, scripted, signs) for n, place in enumerate(planned.places)
    ]
    taken = {head.room for head in log.heads()} & {place.room for place in planned.places}
    if taken:
        raise RoomTaken(f"{', '.join(sorted(taken))}: another drill runs in this store; end that one first")
    sessions: list[int] = []
    for place, events in zip(planned.places, admitted, strict=True):
        run = sessions[0] if sessions else len(log.heads(open_only=False)) + 1
        named = [x.model_copy(update={"run": str(run)}) if isinstance(x, e.DrillStarted) else x for x in events]
        sessions.append(log.open_session(place.room, drafts(named, COLLEAGUE)))
    return sessions


def _first(
    document: Document,
    planned: Planned,
    place: Place,
    seed: int,
    trainee: str,
    prompts: bool,
    speed: float,
    scripted: bool,
    signs: str,
) -> list[e.AnyEvent]:
    known(document, place)
    admitted = admit_simulated(place.room, Patient(alias=place.alias), place.file, seed, document)
    content = json.loads(place.scenario.model_dump_json(by_alias=True, exclude_defaults=True))
    return [
        admitted.opened,
        admitted.source,
        e.DrillStarted(
            run="",
            title=planned.drill.title,
            trainee=trainee,
            prompts=prompts,
            rooms=len(planned.places),
            starts_at=place.starts_s,
            ends_at=planned.ends_s,
            scripted=scripted,
            signs=signs,
        ),
        e.TruthDrill(drill=planned.drill.id, seed=seed, scenario=content),
        *([e.PaceSet(speed=speed)] if speed != 1.0 else []),
        e.WatchTaken(name=trainee),
        e.OrderSet(order=place.scenario.prescribed()),
        *well_answered(document, found=place.scenario.patient.found.get("before")),
        e.CuffStarted(),
    ]


def known(document: Document, place: Place) -> None:
    """Raise BadFile where the scenario finds an answer that the protocol's checklist does not have."""
    for name, items in place.scenario.patient.found.items():
        answers = {item.id: item.answer_ids for item in document.checklists.get(name, ())}
        for item, answer in items.items():
            if answer not in answers.get(item, {}):
                raise BadFile(str(place.file), None, f"finds {answer!r} for {item!r}, which the checklist {name} does not offer")


def over(state: SessionState, at: int) -> bool:
    """Whether a drill's room has come to its end and waits to be closed."""
    return state.drill is not None and at >= state.drill.ends_at


def end_run(log: EventLog, document: Document, sessions: Sequence[int], by: str | Viewer, reason: str = "") -> None:
    """Close every room of a run that is still open."""
    still = {head.session for head in log.heads()}
    for session in sessions:
        if session in still:
            commands.carry_out(log, document, session, by, commands.end_drill(reason))
