"""Rooms that open and start by themselves, so that a new user sees a ward at work. Simulated or recorded, and marked so.

A scripted nurse, under the name "demo", does there what the protocol asks for: she charts, answers what nobody answered for a
while, and lets the patient go, so that the room begins anew. What she does goes the way of every command. Where a person has
taken the watch she does nothing of this.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from monitor import clock, commands, settings, units
from monitor import events as e
from monitor.admission import Admission, Patient, admit_recorded, admit_simulated, well_answered
from monitor.drills.nurse import Nurse
from monitor.infusion import Pump
from monitor.pressures import last_reading
from monitor.protocol.document import Document
from monitor.session import Phase, SessionState
from monitor.sources.opening import open_source
from monitor.sources.simulated import SimulatedSource
from monitor.sources.source import BadFile
from monitor.store.log import EventLog, RoomTaken
from monitor.ward import RoomCourse, Ward, drafts

BY = "demo"
COLLEAGUE = "demo colleague"
ANSWERS_S = 120
"""So long a prompt waits for somebody at the screen; then the scripted nurse answers it."""
PLAYED_ANSWERS_S = 30
"""The same in what is played before anybody sees it."""
STEP_S = 5
"""She looks in so often in what is played."""
ROUND_S = 1.0
"""So often what is played lets the other rooms go on."""
TURNOVER_S = 90
"""So long after a session ended a room begins anew."""
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
    admitted = admit_recorded(room.room, patient, path, document, demo=True)
    length_s = open_source("recorded", admitted.source).length_s if demo.at else None
    if length_s is not None and demo.at >= length_s:
        raise BadFile(str(path), None, f"ends after {units.span(length_s)}; the demo of room {room.room} is to be at {units.span(demo.at)}")
    return admitted


def opening(demo: settings.Demo, admitted: Admission, document: Document, played_s: int) -> list[e.AnyEvent]:
    """The first entries of a demo session."""
    first: list[e.AnyEvent] = [admitted.opened.model_copy(update={"played_s": played_s}), admitted.source]
    if demo.speed != 1.0:
        first.append(e.PaceSet(speed=demo.speed))
    if demo.watcher:
        first.append(e.WatchTaken(name=demo.watcher))
    if admitted.scenario is not None:
        first.append(e.OrderSet(order=admitted.scenario.prescribed()))
        first.extend(well_answered(document, found=admitted.scenario.patient.found.get("before")))
        first.append(e.CuffStarted())
    return first


class Demos:
    """The demo rooms of one evaluator, and the scripted nurse who is in all of them."""

    def __init__(self, log: EventLog, rooms: settings.Rooms, rooms_file: Path, document: Document) -> None:
        self.log, self.rooms_file, self.document = log, rooms_file, document
        self.rooms = [room for room in rooms.rooms if room.demo is not None]
        self._nurse = Nurse(document, ANSWERS_S)
        self._over: dict[str, float] = {}
        """Rooms in which nothing goes on any more, and since when."""

    def open(self, ward: Ward) -> None:
        """Open every demo room that is empty, at its minute. All of them are read first, so that a bad file opens none."""
        taken = {head.room for head in self.log.heads()}
        waiting = [(room, admission(room, self.rooms_file, self.document)) for room in self.rooms if room.room not in taken]
        for room, admitted in waiting:
            assert room.demo is not None
            session = self._opened(room, admitted, room.demo.at)
            if session is not None and room.demo.at:
                self._play(ward, session, room.demo.at)

    def _opened(self, room: settings.RoomSet, admitted: Admission, played_s: int) -> int | None:
        assert room.demo is not None
        try:
            return self.log.open_session(room.room, drafts(opening(room.demo, admitted, self.document, played_s), BY))
        except RoomTaken:
            return None

    def _play(self, ward: Ward, session: int, until: int) -> None:
        self._nurse.reacts_s = PLAYED_ANSWERS_S
        at, rounded = -1, clock.monotonic()
        while at < until:
            at = min(until, at + STEP_S)
            ward.play(session, at)
            self.attend(ward.courses[session])
            if clock.monotonic() - rounded >= ROUND_S:
                # The rooms that are open already do not wait for all that is played, nor does the sign of life.
                ward.round()
                rounded = clock.monotonic()
        self._nurse.reacts_s = ANSWERS_S
        ward.round()

    def tend(self, ward: Ward) -> None:
        """What the scripted nurse does now in each room, and the rooms that begin anew."""
        for going in list(ward.courses.values()):
            self.attend(going)
        now, courses = clock.monotonic(), {c.assessment.state.opened.room: c for c in ward.courses.values()}
        for room in self.rooms:
            course = courses.get(room.room)
            if course is not None and not _ended(course):
                self._over.pop(room.room, None)
            elif now - self._over.setdefault(room.room, now) >= TURNOVER_S:
                self._anew(room, course)

    def _anew(self, room: settings.RoomSet, course: RoomCourse | None) -> None:
        if course is not None:
            self._carry_out(course, commands.close("the recording has ended"))
        try:
            self._opened(room, admission(room, self.rooms_file, self.document), 0)
        except BadFile as wrong:
            log_.warning("demo room %s: %s", room.room, wrong.wrong)
        self._over.pop(room.room, None)

    def attend(self, course: RoomCourse) -> None:
        """What she does now in this room."""
        state = course.assessment.state
        if state.opened.demo and not state.opened.observed and state.speed:
            for act in self._acts(course):
                if not self._carry_out(course, act):
                    return

    def _acts(self, course: RoomCourse) -> Iterator[commands.Command]:
        state, at = course.assessment.state, course.at
        reading = last_reading(state, course.assessment.window)
        if state.phase is Phase.READY and reading is not None and reading.sys and reading.dia:
            if state.baseline is None:
                yield commands.set_baseline(reading.sys, reading.dia)
            elif self._starts(state.opened.room):
                yield commands.start(pump_seen=True, second=self._second(state))
                yield from (commands.observe("iv_site", "well"), commands.observe("seen"))
        elif state.pump is Pump.RUNNING and state.ledger is not None and state.order is not None:
            if state.ledger.given_mg(at) >= state.order.dose_mg * 0.9999:
                yield from (commands.stop(complete=True), commands.observe("pump", "stopped"))
        if state.watcher == BY and isinstance(course.source, SimulatedSource):
            if state.phase is Phase.DISCHARGED:
                yield commands.close("discharged")
            else:
                yield from self._nurse.acts(str(course.session), state, course.assessment.window, at)

    def _second(self, state: SessionState) -> e.PumpRead | None:
        """Where the protocol wants a second person before the start, a scripted colleague reads the pump as it was ordered."""
        order = state.order
        if order is None or self.document.second_person != "start":
            return None
        return e.PumpRead(
            by=COLLEAGUE,
            ml_per_h=round(order.ml_per_h(order.rate_mg_per_kg_h), 2),
            ml=round(order.ml, 2),
            mg_per_ml=order.concentration_mg_per_ml,
        )

    def _starts(self, room: str) -> bool:
        return all(known.demo is None or known.demo.starts for known in self.rooms if known.room == room)

    def _carry_out(self, course: RoomCourse, act: commands.Command) -> bool:
        try:
            commands.carry_out(self.log, self.document, course.session, BY, act)
        except commands.Refusal as refusal:
            log_.info("demo room %s: %s", course.assessment.state.opened.room, refusal.name)
            return False
        return True


def _ended(course: RoomCourse) -> bool:
    """Whether this is a demo of a recording that has ended."""
    opened = course.assessment.state.opened
    return opened.demo and opened.observed and course.at >= course.ends
