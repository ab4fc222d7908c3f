"""``python -m bench day``: the real program lives through a day of eight rooms at its fastest, with twenty screens on the push.

Patients come and go: each is opened, infused, charted for, discharged and closed, and the next one comes, until every room
has lived through its hours. Memory is read as in ``soak``: a tenth of the run is warm-up, then the mean of the first readings
is held against the mean of the last.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench.browser import SCENARIOS, crowd, pushed
from bench.engine import example
from bench.soak import exceptions, growth, resident
from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.session import Phase, SessionState, folded
from monitor.store import open_log
from monitor.store.log import Conflict, EventLog, StoreError
from monitor.ward import drafts, logged
from tests.browser.dashboard import running

ROOMS, VIEWERS, SPEED = 8, 20, 60
VISIT_S = 1.0
"""How often, by the wall, somebody looks into every room: each minute of the sessions."""
INFUSED_S, GONE_S = 45 * 60, 90 * 60
"""When in a session the infusion is stopped, and when the patient leaves."""
OWED = 5


class Shift:
    """Who opens, charts and closes. ``lived`` seconds of sessions, by room."""

    def __init__(self, log: EventLog) -> None:
        self.log, self.document = log, example()
        self.patients, self.refused, self.visits = 0, 0, 0
        self.closed: dict[str, int] = dict.fromkeys(map(str, range(1, ROOMS + 1)), 0)
        self.open: dict[str, int] = {}
        self.lived = dict(self.closed)

    def round(self) -> None:
        self.visits += 1
        heads = {head.room: head for head in self.log.heads()}
        for room in self.closed:
            # What the store does not take now, because the evaluator has moved on or has its turn, is done with the next round.
            with suppress(Conflict, StoreError):
                if room not in heads:
                    self._admit(room)
                    continue
                head = heads[room]
                self.lived[room] = self.closed[room] + head.tick
                state = folded(map(logged, self.log.entries(head.session)))
                if state.phase is Phase.RECOVERY and head.tick >= GONE_S:
                    self._see_off(room, head.session, head.tick)
                else:
                    self._do(head.session, *self._cares(state, head.tick))

    def _admit(self, room: str) -> None:
        scenario = settings.SAMPLE_DATA / "scenarios" / f"{SCENARIOS[self.patients % len(SCENARIOS)]}.yaml"
        admitted = admit_simulated(room, Patient(f"Bird {self.patients + 1}"), scenario, self.patients, self.document)
        assert admitted.scenario is not None
        session = commands.open_session(self.log, admitted.opened, admitted.source, SPEED, "bench")
        self.patients += 1
        self.log.append(session, drafts(well_answered(self.document), "bench"))
        order = admitted.scenario.prescribed()
        self._do(session, commands.set_order(order), commands.set_baseline(120, 75), commands.start(pump_seen=True), commands.start_cuff())

    def _cares(self, state: SessionState, at: int) -> Iterator[commands.Command]:
        if state.phase is Phase.READY:
            yield from (commands.set_baseline(120, 75), commands.start(pump_seen=True))
        if state.phase is Phase.RUNNING and at >= INFUSED_S:
            yield commands.stop(complete=True)
        for prompt in state.open_prompts:
            if prompt.answered is None:
                yield commands.answer(prompt.rule, prompt.episode, e.Answer.DEFERRED, reason="looked in")
        if self.visits % 5 == 0:
            yield from (commands.score("dissociation", at // 60 % 7), commands.score("comfort", 6), commands.observe("seen"))

    def _see_off(self, room: str, session: int, at: int) -> None:
        self.log.append(session, drafts(well_answered(self.document, "discharge"), "bench"))
        self._do(session, commands.discharge("a friend"), commands.close())
        if session not in {head.session for head in self.log.heads()}:
            self.closed[room] += at

    def _do(self, session: int, *wanted: commands.Command) -> None:
        for command in wanted:
            try:
                commands.carry_out(self.log, self.document, session, "bench", command)
            except commands.Refusal:
                self.refused += 1


def day(minutes: float) -> Iterator[str]:
    """``minutes`` by the wall: 24 are a day of each room."""
    rooms = "\n".join(["station: Bench", "protocol: protocols/example.yaml", "rooms:", *(f'  - {{room: "{n + 1}"}}' for n in range(ROOMS))])
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), rooms) as program:
        log = open_log(program.store)
        shift, read, begun = Shift(log), list[tuple[float, float, float]](), time.monotonic()
        shift.round()
        yield "minute   dashboard MB   evaluator MB   hours of each room   patients"
        with crowd(VIEWERS, pushed(program.address)) as sizes:
            watched, had = time.monotonic(), [0] * VIEWERS
            while min(shift.lived.values()) < minutes * 60 * SPEED:
                time.sleep(VISIT_S)
                shift.round()
                minute = (time.monotonic() - begun) / 60
                if minute >= len(read) * minutes / 40:
                    read.append((minute, *resident(program)))
                    lived = min(shift.lived.values()) / 3600
                    yield f"{minute:6.1f} {read[-1][1]:14.1f} {read[-1][2]:14.1f} {lived:20.1f} {shift.patients:10d}"
                    before, had = had, [len(mine) for mine in sizes]
            took = time.monotonic() - watched
            silent = sum(now == then for now, then in zip(had, before, strict=True))
            slowest = min(len(mine) for mine in sizes) / took
        faults = list(log.verify())
        log.close()
        told, size = program.log.read_text(errors="replace"), (Path(folder) / "log.db").stat().st_size / 1024**2
    lasted = read[-1][0]
    lived = sum(shift.lived.values()) / 3600
    yield f"{ROOMS} rooms at {SPEED}x, {lived:.0f} hours of sessions, {shift.patients} patients, {size:.0f} MB of record"
    yield f"faults in the record: {len(faults)} (owed: 0)"
    yield f"{VIEWERS} screens for {took / 60:.0f} min: the slowest {slowest:.2f} updates/s, {silent} cut off (owed: 0)"
    yield growth("dashboard", [(minute, mine) for minute, mine, _ in read], lasted, OWED)
    yield growth("evaluator", [(minute, mine) for minute, _, mine in read], lasted, OWED)
    yield f"exceptions logged by the program: {exceptions(told)} (owed: 0)"
