"""A finished room of a drill, read from its log alone: events, samples, and the hidden truth in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from monitor import charting
from monitor import events as e
from monitor.protocol.document import Document
from monitor.review.deeds import Done, Paces, done, people, touched, trainee
from monitor.session import SessionState, begin, fold, folded
from monitor.simulator.scenario import Scenario
from monitor.store import packing
from monitor.store.log import EventLog, StoreError
from monitor.vitals import CUFF, Signal, Window
from monitor.ward import logged

EVERY_S = 10
"""How often what is due is looked at."""
ASKED_S = 5 * 60
"""What the patient said, or the nurse saw, so long ago may still be charted. Proposal."""
APART = {charting.BOTHERED: 1, charting.SEDATION: 1}
"""How far what is charted may be from what was said or seen: on other scales two. Proposal."""
TOGETHER = "*"
LINGERS_S = 10
"""Who taps what a prompt offered, so long after it ended, has still followed it."""


@dataclass(frozen=True)
class Room:
    """One session of a drill."""

    session: int
    document: Document
    log: tuple[e.Logged, ...]
    rows: tuple[tuple[int, bytes], ...]
    author: str | None = None
    """Whose entries count: the trainee's where it is None, everybody's who was there where it is ``TOGETHER``."""

    @cached_property
    def counts(self) -> Callable[[e.Logged], bool]:
        """Whether an entry is by whoever is looked at."""
        if self.author is None:
            return trainee(self.drill)
        if self.author == TOGETHER:
            return lambda entry: people(entry) and entry.by not in self.instructors
        return lambda entry: entry.by == self.author

    @cached_property
    def instructors(self) -> frozenset[str]:
        """Who let something happen or noted it at the instructor's desk."""
        return frozenset(x.by for x in self.log if isinstance(x.event, e.TruthInjected | e.TruthNoted))

    @cached_property
    def drill(self) -> e.DrillStarted:
        return next(x.event for x in self.log if isinstance(x.event, e.DrillStarted))

    @cached_property
    def truth(self) -> e.TruthDrill:
        return next(x.event for x in self.log if isinstance(x.event, e.TruthDrill))

    @cached_property
    def scenario(self) -> Scenario:
        return Scenario.model_validate(self.truth.scenario)

    @cached_property
    def state(self) -> SessionState:
        """As the log left it."""
        return folded(self.log)

    @cached_property
    def started(self) -> int | None:
        return next((x.tick for x in self.log if isinstance(x.event, e.InfusionStarted)), None)

    @property
    def ends(self) -> int:
        """The last second that was assessed."""
        return self.rows[-1][0] if self.rows else 0

    @cached_property
    def own(self) -> tuple[e.Logged, ...]:
        """What the trainee entered."""
        return tuple(filter(self.counts, self.log))

    @cached_property
    def deeds(self) -> list[Done]:
        """What the trainee did. A score that was made up was not asked for, so nothing was done by it."""
        return [x for x in done(self.log, self.counts) if x.seq not in self.made_up]

    @cached_property
    def made_up(self) -> dict[int, e.Logged]:
        """The trainee's scores that nobody had asked for and that no look bears out, or that are not what was said."""
        taken_back = {x.event.seq for x in self.log if isinstance(x.event, e.Corrected) and x.event.instead is None}
        answers = [(x.tick, dict(x.event.scores)) for x in self.log if isinstance(x.event, e.PatientAnswered)]
        looks = [x.tick for x in self.own if isinstance(x.event, e.Observed) and x.event.what == "seen"]
        return {x.seq: x for x in self.own if x.seq not in taken_back and self._made_up(x, answers, looks)}

    def _made_up(self, entry: e.Logged, answers: list[tuple[int, dict[str, int | None]]], looks: list[int]) -> bool:
        event = entry.event
        if not isinstance(event, e.Scored) or event.value is None:
            return False
        about = entry.tick if event.for_at is None else event.for_at
        told = [scores.get(event.scale) for at, scores in answers if about - ASKED_S <= at <= entry.tick]
        if event.scale == charting.SEDATION and any(about - ASKED_S <= at <= entry.tick for at in looks):
            told += [round(v) for at, v in self.series(event.scale) if about - EVERY_S * 6 <= at <= entry.tick]
        apart = APART.get(event.scale, 2)
        return not told or all(v is not None and abs(v - event.value) > apart for v in told)

    @cached_property
    def helped(self) -> list[Done]:
        """What other people did in this room: an instructor, a second nurse."""
        return done(self.log, lambda entry: people(entry) and not self.counts(entry))

    @cached_property
    def touches(self) -> list[int]:
        """Seconds in which the trainee opened this room or entered something in it."""
        return sorted({x.tick for x in self.own if touched(x) and x.seq not in self.made_up})

    @cached_property
    def openings(self) -> list[int]:
        return [x.tick for x in self.own if isinstance(x.event, e.RoomOpened)]

    @cached_property
    def paces(self) -> Paces:
        return Paces(self.log)

    @cached_property
    def prompts(self) -> list[tuple[int, e.PromptChanged]]:
        return [(x.tick, x.event) for x in self.log if isinstance(x.event, e.PromptChanged)]

    @cached_property
    def _lives(self) -> list[tuple[str, int, int]]:
        """Each prompt's rule, from when it was shown, and until when it stood."""
        found: list[tuple[str, int, int]] = []
        since: dict[tuple[str, int], int] = {}
        for at, change in self.prompts:
            key = (change.rule, change.episode)
            if change.state in (e.PromptState.ACTIVE, e.PromptState.RECHECK):
                since.setdefault(key, at)
            elif change.state is e.PromptState.RESOLVED and key in since:
                found.append((change.rule, since.pop(key), at))
        return found + [(rule, at, self.ends) for (rule, _), at in since.items()]

    def prompted(self, since: int, until: int | None = None) -> list[str]:
        """The rules whose prompts were open in that second, or at any time from then until."""
        last = since if until is None else until
        return [rule for rule, begin, end in self._lives if begin <= last and since <= end + LINGERS_S]

    @cached_property
    def answers(self) -> list[e.Logged]:
        return [x for x in self.log if isinstance(x.event, e.PromptAnswered)]

    @cached_property
    def truths(self) -> list[tuple[int, e.TruthState]]:
        return [(x.tick, x.event) for x in self.log if isinstance(x.event, e.TruthState)]

    @cached_property
    def samples(self) -> dict[Signal, list[tuple[int, float]]]:
        """Each signal's measured values, by the second in which they arrived."""
        found: dict[Signal, list[tuple[int, float]]] = {}
        for tick, row in self.rows:
            for sample in packing.unpack(row, tick):
                if sample.ok:
                    found.setdefault(sample.signal, []).append((tick, sample.value))
        return found

    def series(self, of: str) -> list[tuple[int, float]]:
        """A number as the screen had it, or what was true on a scale, charted or not."""
        if of in set(Signal):
            return self.samples.get(Signal(of), [])
        return [(at, v) for at, true in self.truths if (v := true.values.get(of)) is not None]

    def holds_s(self, of: str) -> int:
        """How long one value of this kind stands for, where none follows."""
        if of in {s.value for s in CUFF}:
            return (self.state.cuff_interval_s or self.document.cuff_interval) * 2
        return 5 if of in set(Signal) else 60

    def at(self, seconds: int, counted: str) -> int | None:
        """The session second of a scenario's time; None where it counts from a start that never came."""
        if counted == "opening":
            return seconds
        return None if self.started is None else self.started + seconds

    def moments(self) -> Iterator[tuple[int, SessionState, Window]]:
        """State and samples as they stood, every few seconds. The window goes on with the next one."""
        entries = iter(self.log)
        state = begin(next(entries))
        window = Window(c.channel() for c in state.opened.channels)
        waiting = next(entries, None)
        for tick, row in self.rows:
            window.push(packing.unpack(row, tick), tick)
            while waiting is not None and waiting.tick <= tick:
                state = fold(state, waiting)
                waiting = next(entries, None)
            if tick % EVERY_S == 0:
                yield tick, state, window


def read_room(log: EventLog, document: Document, session: int) -> Room:
    """Raises StoreError where there is no such session, or it is no drill's."""
    log.head(session)
    entries = tuple(logged(x) for x in log.entries(session))
    if not any(isinstance(x.event, e.DrillStarted) for x in entries):
        raise StoreError(f"session {session} is no drill's, so there is nothing to score")
    return Room(session, document, entries, tuple(log.rows(session)))


def read_run(log: EventLog, document: Document, session: int) -> list[Room]:
    """All rooms of the run to which a session belongs, in their order. Raises StoreError."""
    one = read_room(log, document, session)
    first = int(one.drill.run)
    return [one if n == session else read_room(log, document, n) for n in range(first, first + one.drill.rooms)]
