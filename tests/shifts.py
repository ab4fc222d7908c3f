"""A trainee's run of a drill, for tests."""

from __future__ import annotations

from collections.abc import Callable

from monitor import commands as c
from monitor import events as e
from monitor.drills.drill import Planned
from monitor.drills.run import open_run
from monitor.protocol.document import Document
from monitor.session import SessionState, folded
from monitor.store.memory import MemoryLog
from monitor.ward import Ward, logged
from tests.conftest import Time


class Shift:
    """A trainee's run under the real evaluator, with a clock turned by hand."""

    def __init__(self, document: Document, time: Time, planned: Planned, prompts: bool = True, speed: float = 1.0, seed: int = 1) -> None:
        self.document, self.time, self.log = document, time, MemoryLog(lambda: time.wall)
        self.take_over()
        self.sessions = open_run(self.log, document, planned, seed, "T-7", prompts, speed)
        self.ward.round()

    def take_over(self) -> None:
        """Another evaluator, as after the first was killed."""
        self.ward = Ward(self.log, self.document, self.log.number_lease("test"))

    def do(self, command: c.Command, by: str = "T-7", room: int = 0) -> None:
        c.carry_out(self.log, self.document, self.sessions[room], by, command)

    def go(self, seconds: float) -> None:
        """So many wall seconds, a round in each."""
        for _ in range(int(seconds)):
            self.time.pass_by(1.0)
            self.ward.round()

    def until(self, what: Callable[[SessionState], bool], most: int) -> int:
        for wall in range(most):
            if what(self.state()):
                return wall
            self.go(1)
        raise AssertionError(f"did not come within {most} s")

    @property
    def ticks(self) -> list[int]:
        """How far each room is."""
        return [self.log.head(session).tick for session in self.sessions]

    def state(self, room: int = 0) -> SessionState:
        return folded(map(logged, self.log.entries(self.sessions[room])))

    def events(self, kind: str, room: int = 0) -> list[e.Logged]:
        return [logged(x) for x in self.log.entries(self.sessions[room]) if x.kind == kind]
