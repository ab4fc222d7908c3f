"""Rooms that open and start by themselves, so that a new user sees a ward at work. Simulated or recorded, and marked so.

What a scripted nurse does here goes the way of every command, under the name "demo".
"""

from __future__ import annotations

import logging
from pathlib import Path

from monitor import charting, commands, settings
from monitor import events as e
from monitor.admission import Admission, Patient, admit_recorded, admit_simulated, well_answered
from monitor.infusion import Pump
from monitor.pressures import last_reading
from monitor.protocol.document import Document
from monitor.session import Phase
from monitor.sources.simulated import SimulatedSource
from monitor.store.log import EventLog, RoomTaken
from monitor.ward import RoomCourse, drafts

BY = "demo"
CHART_EVERY_S = 8 * 60
log_ = logging.getLogger("monitor.demo")


def admission(room: settings.RoomSet, rooms_file: Path, document: Document) -> Admission:
    """What a room's demo entry opens. Raises BadFile."""
    demo = room.demo
    assert demo is not None
    patient = Patient(alias=demo.alias)
    if demo.scenario is not None:
        path = settings.beside(rooms_file, demo.scenario)
        assert path is not None
        return admit_simulated(room.room, patient, path, demo.seed, document, demo=True)
    path = settings.beside(rooms_file, demo.recording or "")
    assert path is not None
    return admit_recorded(room.room, patient, path, document, demo=True)


def open_rooms(log: EventLog, rooms: settings.Rooms, rooms_file: Path, document: Document) -> int:
    """Open every demo room that is empty. All of them are read first, so that a bad file opens none."""
    taken = {head.room for head in log.heads()}
    waiting = [(room, admission(room, rooms_file, document)) for room in rooms.rooms if room.demo is not None and room.room not in taken]
    for room, admitted in waiting:
        assert room.demo is not None
        first: list[e.AnyEvent] = [admitted.opened, admitted.source]
        if room.demo.speed != 1.0:
            first.append(e.PaceSet(speed=room.demo.speed))
        if room.demo.watcher:
            first.append(e.WatchTaken(name=room.demo.watcher))
        if admitted.scenario is not None:
            first.append(e.OrderSet(order=admitted.scenario.prescribed()))
            first.extend(well_answered(document, found=admitted.scenario.patient.found.get("before")))
            first.append(e.CuffStarted())
        try:
            log.open_session(room.room, drafts(first, BY))
        except RoomTaken:
            continue
    return len(waiting)


def tend(log: EventLog, document: Document, course: RoomCourse) -> None:
    """What the scripted nurse of a demo room does now: baseline and start, the scores, the end."""
    state = course.assessment.state
    if not state.opened.demo or state.opened.observed or not state.speed:
        return
    at, reading = course.at, last_reading(state, course.assessment.window)
    acts: list[commands.Command] = []
    if state.phase is Phase.READY and reading is not None and reading.sys and reading.dia:
        if state.baseline is None:
            acts.append(commands.set_baseline(reading.sys, reading.dia))
        else:
            acts += [commands.start(pump_seen=True), commands.observe("iv_site", "well"), commands.observe("seen")]
    elif state.phase in (Phase.RUNNING, Phase.RECOVERY):
        ended = state.ledger is not None and state.order is not None and (state.ledger.given_mg(at) >= state.order.dose_mg * 0.9999)
        if state.pump is Pump.RUNNING and ended:
            acts += [commands.stop(complete=True), commands.observe("pump", "stopped")]
        last = state.score(charting.COMFORT)
        due = (last.at if last is not None else state.phase_since) + CHART_EVERY_S
        if state.watcher == BY and at >= due and isinstance(course.source, SimulatedSource):
            acts += _charted(course.source)
    for act in acts:
        try:
            commands.carry_out(log, document, course.session, BY, act)
        except commands.Refusal as refusal:
            log_.info("demo room %s: %s", state.opened.room, refusal.name)
            return


def _charted(source: SimulatedSource) -> list[commands.Command]:
    said = source.patient.answers()
    acts: list[commands.Command] = []
    for scale in (charting.DISSOCIATION, charting.BOTHERED, charting.COMFORT, charting.NAUSEA, charting.ANXIETY):
        value = said.get(scale)
        if scale == charting.BOTHERED and isinstance(value, str):
            value = charting.BOTHERED_WORDS.index(value)
        if isinstance(value, (int, float)):
            acts.append(commands.score(scale, int(value)))
    moaas = said.get("moaas")
    if isinstance(moaas, (int, float)):
        acts.append(commands.score(charting.SEDATION, int(moaas)))
    return [*acts, commands.observe("seen"), commands.observe("iv_site", "well")]
