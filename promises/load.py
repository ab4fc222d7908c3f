"""A ward at work, as fast as it goes: simulated rooms assessed second by second, and a nurse who charts."""

from __future__ import annotations

from contextlib import suppress

from monitor import commands, settings
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.drills.nurse import Nurse
from monitor.protocol.document import load_protocol
from monitor.store import lease
from monitor.store.log import EventLog
from monitor.ward import RoomCourse, drafts, resume

SCENARIOS = ("slow-desaturation", "panic-tachycardia", "late-vomiting", "probe-off")
BY = "nurse"


class Load:
    """Each ``second`` is a transaction of the evaluator and, after it, what the nurse does, as in the program."""

    def __init__(self, log: EventLog, rooms: int, seed: int) -> None:
        self.document = load_protocol(settings.EXAMPLE_PROTOCOL)
        self._nurse = Nurse(self.document)
        for n in range(rooms):
            path = settings.SAMPLE_DATA / "scenarios" / f"{SCENARIOS[n % len(SCENARIOS)]}.yaml"
            admitted = admit_simulated(str(n + 1), Patient("Otter"), path, seed + n, self.document)
            assert admitted.scenario is not None
            session = commands.open_session(log, admitted.opened, admitted.source, 1.0, BY)
            log.append(session, drafts(well_answered(self.document), BY))
            for act in (
                commands.set_order(admitted.scenario.prescribed()),
                commands.set_baseline(120, 75),
                commands.start(pump_seen=True),
                commands.start_cuff(),
            ):
                commands.carry_out(log, self.document, session, BY, act)
        self.take_up(log)

    def take_up(self, log: EventLog) -> None:
        """Go on with the open sessions of this store, as another evaluator would."""
        held = lease.acquire(log)
        assert held is not None
        self.log, self.lease, self._passed = log, held, 0
        self._courses: list[RoomCourse] = []
        for head in log.heads():
            course = resume(self.document, head.session, log)
            course.pace.change(0.0, 1.0, course.at)
            self._courses.append(course)

    def second(self) -> None:
        self.assess(1)
        self.nurse()

    def assess(self, seconds: int) -> None:
        self._passed += seconds
        with self.log.transaction(self.lease.number) as writing:
            for course in self._courses:
                course.advance(writing, self._passed + 0.5)
            writing.beat(0.0)

    def nurse(self) -> None:
        for course in self._courses:
            seen = course.assessment
            acts = self._nurse.acts(seen.state.opened.room, seen.state, seen.window, course.at)
            for wanted in [*acts, commands.note("looked in")]:
                with suppress(commands.Refusal):
                    commands.carry_out(self.log, self.document, course.session, BY, wanted)
