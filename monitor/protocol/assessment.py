"""One session being assessed: its state, its recent samples and the digest of what was concluded.

Live, catch-up, replay, cases and re-evaluation all run through ``Assessment.tick``; there is no second way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from monitor.events import Logged, PromptChanged
from monitor.protocol.document import Document
from monitor.protocol.prompts import step
from monitor.session import SessionState, begin, fold
from monitor.vitals import Numeric, Window

ENGINE = 4
"""The version of what is concluded from one and the same log and protocol: one more with each change of it.

2: conditions that last a share of a window, calm that does not count what builds up again.
3: limits with a way back, prompts that return as the same, lesser rules that no waiting prompt silences.
4: reported zeros, values before a loss, what is due sooner in a phase.
"""


class Assessment:
    """``state`` is the fold of everything so far; ``at`` the last second assessed, -1 before the first."""

    def __init__(self, document: Document, opening: Logged) -> None:
        self.document = document
        self.state: SessionState = begin(opening)
        self.window = Window(c.channel() for c in self.state.opened.channels)
        self.at = -1
        self._hash = hashlib.sha256()

    def take(self, logged: Iterable[Logged]) -> None:
        """Fold what people did; it counts from the next tick on."""
        for entry in logged:
            self.state = fold(self.state, entry)

    def tick(self, at: int, row: Sequence[Numeric], late: bool = False) -> list[PromptChanged]:
        """Assess one second: its samples, then the rules. The caller logs the changes and gives them back (``conclude``)."""
        self.window.push(row, at)
        self.at = at
        return step(self.document, self.state, self.window, at, late)

    def conclude(self, logged: Iterable[Logged]) -> None:
        """Fold the evaluator's own events, as they were logged, into the state and the digest."""
        for entry in logged:
            self.state = fold(self.state, entry)
            if isinstance(entry.event, PromptChanged):
                self._hash.update(line(entry.tick, entry.event, self.state.opened.protocol_digest).encode())

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def line(tick: int, change: PromptChanged, protocol_digest: str) -> str:
    """One canonical line of the digest: no wall time, no ids, no host, no "found late"."""
    values = ";".join(
        f"{e.name}={'-' if e.value is None else format(e.value, '.6g')}@{'-' if e.at is None else e.at}" for e in change.evidence
    )
    return f"{tick}|{change.rule}|{change.episode}|{change.state}|{change.priority}|{values}|{protocol_digest}\n"


class Rehearsal(Assessment):
    """An assessment without a store: cases and replay. It numbers its own log."""

    def __init__(self, document: Document, opening: Logged) -> None:
        super().__init__(document, opening)
        self._seq = opening.seq
        self.log = [opening]
        """With what it was told to take and what it concluded itself."""

    def _logged(self, tick: int, by: str, event: object) -> Logged:
        self._seq += 1
        self.log.append(Logged(self._seq, tick, "", by, event))  # type: ignore[arg-type]
        return self.log[-1]

    def happen(self, tick: int, events: Iterable[object], by: str = "nurse") -> None:
        self.take(self._logged(tick, by, event) for event in events)

    def second(self, at: int, row: Sequence[Numeric]) -> list[PromptChanged]:
        changes = self.tick(at, row)
        if changes:
            self.conclude([self._logged(at, "evaluator", change) for change in changes])
        return changes
