"""The one evaluator: it brings every open session forward, second by second, and writes what it concludes.

One transaction a round holds the whole ward: what people did since, the samples, the prompts, the sign of life. What
is in memory is only a reading of the log: after any failure it is dropped and read again.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import ValidationError

from monitor import clock
from monitor import events as e
from monitor.infusion import NEVER, Act
from monitor.practice import COLLEAGUE, SLOWED, Practice, practised, slows
from monitor.protocol.assessment import Assessment
from monitor.protocol.document import Document
from monitor.session import act_of, folded
from monitor.settings import Rooms
from monitor.simulator import VERSION
from monitor.sources.opening import FileStat, file_stat, open_source
from monitor.sources.simulated import SimulatedSource
from monitor.sources.source import BadFile, Source
from monitor.store import chain, packing
from monitor.store.log import Draft, Entry, EventLog, Head, LeaseLost, StoreError, Unreadable, Writing
from monitor.vitals import Beats, Numeric

EVALUATOR = "evaluator"
CATCH_UP_S = 60.0
"""An outage up to this long is caught up tick by tick; after a longer one a session stands paused and asks."""
LATE_S = 2.0
"""A second assessed later than this after it was due says "found late"."""
SEAL_EVERY = 60
LARGEST_ROUND = 240
"""Ticks of one session in one round, so that a catch-up does not keep the others waiting."""


log_ = logging.getLogger("monitor.ward")


class RoomFailed(Exception):
    """The program failed in these sessions' room; the others have nothing to do with it. ``told``: up to which entry that
    is said, where their record takes no entry that says so."""

    def __init__(self, sessions: Iterable[int], told: int | None = None) -> None:
        self.sessions, self.told = tuple(sessions), told


def everybodys(fault: Exception) -> bool:
    """Whether a fault is of the store itself, and so of all rooms; what one session's record holds is its room's alone."""
    return isinstance(fault, (StoreError, LeaseLost)) and not isinstance(fault, Unreadable)


@contextmanager
def _failing(sessions: Iterable[int], told: int | None = None) -> Iterator[None]:
    """What fails in here fails for these sessions alone, unless it is the store that cannot be read or written."""
    try:
        yield
    except Exception as fault:
        if everybodys(fault):
            raise
        raise RoomFailed(sessions, told) from fault


def works_by(document: Document, rooms: Rooms) -> str:
    """What tells the protocol and the rooms by which somebody works from others."""
    return hashlib.sha256(f"{document.digest} {rooms.model_dump_json()}".encode()).hexdigest()


def drafts(events: Iterable[e.AnyEvent], by: str) -> list[Draft]:
    return [Draft(event.kind, by, e.body(event)) for event in events]


def logged(entry: Entry) -> e.Logged:
    """An entry as it was meant. Raises Unreadable."""
    try:
        return e.Logged(entry.seq, entry.tick, entry.at, entry.by, e.parse(entry.kind, entry.body))
    except ValidationError:
        known = "bring this program up to date, or look with verify whether the record was changed"
        raise Unreadable(f"entry {entry.seq} of a session ({entry.kind}) cannot be read; {known}") from None


@dataclass(slots=True)
class Pace:
    """Which second a session should have reached: ``tick`` at ``mono``, and ``speed`` seconds a second from there.

    A session's seconds begin with those of the machine's clock, so that all rooms tick in one round: one transaction and
    one message to the screens a second, however many rooms there are.
    """

    tick: float
    mono: float
    speed: float

    def due(self, mono: float) -> int:
        return int(self.tick + (mono - self.mono) * self.speed)

    def lateness(self, tick: int, mono: float) -> float:
        """Seconds since this tick was due; negative before. What stands still is never late."""
        return mono - self.mono - (tick - self.tick) / self.speed if self.speed else 0.0

    def change(self, mono: float, speed: float, at: int) -> None:
        self.tick, self.speed = float(at), speed
        self.mono = math.floor(mono * speed) / speed if speed else mono


class RoomCourse:
    """One open session on its way: its source, its assessment and its pace."""

    def __init__(self, session: int, document: Document, log: Sequence[e.Logged], source: Source) -> None:
        self.session = session
        self.source = source
        self.assessment = Assessment(document, log[0])
        self.seq = log[-1].seq
        self.pace = Pace(-1.0, 0.0, 0.0)
        self.unsealed: list[tuple[int, bytes]] = []
        simulated = next((x.event.simulator for x in log if isinstance(x.event, e.SourceSet)), VERSION)
        self.lives_otherwise = isinstance(source, SimulatedSource) and simulated != VERSION
        """Its patient was begun by another version of the simulator."""
        self.practice = Practice(source) if isinstance(source, SimulatedSource) else None
        """What a simulated room does by itself."""

    @property
    def at(self) -> int:
        return self.assessment.at

    def advance(self, writing: Writing, mono: float, most: int = LARGEST_ROUND) -> int:
        """Take what people did, then assess each second that is due. Gives how many seconds were assessed."""
        until = min(self.pace.due(mono), self.at + most)
        people = [logged(entry) for entry in writing.news(self.session, self.seq)]
        if people:
            self.seq = people[-1].seq
            self.assessment.take(people)
        for entry in people:
            if (speed := e.pace(entry.event)) is not None:
                until = until if speed else self.at
                self.pace.change(mono, speed, until)
        acts = [act for act in map(act_of, people) if act is not None]
        begin, last = self.at, min(until, self.ends)
        if self.practice is None:
            if acts or last > begin:
                self._read(writing, mono, last, acts)
        else:
            happened: list[e.AnyEvent] = [entry.event for entry in people]
            self.source.read(begin, acts)
            for tick in range(begin + 1, last + 1):
                happened += self._read(writing, mono, tick)
                happened += self.write(writing, tick, list(self.practice.said(self.assessment.state, tick)))
                self._settle(writing, tick)
                state = self.assessment.state
                if practised(state) and (self.practice.crosses(self.assessment.window, tick) or slows(happened)) and state.speed > 1:
                    self.set_pace(writing, mono, 1.0, SLOWED)
                    break
        if self.at >= self.ends and self.pace.speed:
            self.set_pace(writing, mono, 0.0, self._why_ended())
        return self.at - begin

    @property
    def ends(self) -> int:
        """The second after which nothing is assessed: the recording, the drill or a step ends."""
        state = self.assessment.state
        drill = state.drill.ends_at if state.drill is not None else None
        return min((s for s in (self.source.length_s, drill, state.stops_at) if s is not None), default=NEVER)

    def _why_ended(self) -> str:
        state = self.assessment.state
        if state.drill is not None and self.at >= state.drill.ends_at:
            return DRILL_OVER
        return STEPPED if state.stops_at is not None and self.at >= state.stops_at else ENDED

    def set_pace(self, writing: Writing, mono: float, speed: float, why: str) -> None:
        """Another pace from the next second on, and the log says why."""
        self.pace.change(mono, speed, self.at)
        self.write(writing, self.at + 1, [e.PaceSet(speed=speed, why=why)])

    def _read(self, writing: Writing, mono: float, until: int, acts: Sequence[Act] = ()) -> list[e.AnyEvent]:
        """Assess up to this second; what was concluded."""
        concluded: list[e.AnyEvent] = []
        for tick, row in self.source.read(until, acts):
            late = self.pace.lateness(tick, mono) > LATE_S
            concluded += self._second(writing, tick, row, self.source.beats(tick), late)
        return concluded

    def _second(self, writing: Writing, tick: int, row: Sequence[Numeric], beats: Beats | None, late: bool) -> list[e.AnyEvent]:
        packed = packing.pack(row, tick, beats)
        writing.write_row(self.session, tick, packed)
        self.unsealed.append((tick, packed))
        concluded = self.write(writing, tick, self.assessment.tick(tick, row, late))
        if len(self.unsealed) >= SEAL_EVERY:
            self.seal(writing)
        return concluded

    def _settle(self, writing: Writing, tick: int) -> None:
        """What a drill's colleague and its pump do: entries as of people, in the second after this one."""
        assert self.practice is not None
        assessment = self.assessment
        done = list(self.practice.settled(assessment.document, assessment.state, assessment.window, tick))
        if done:
            entries = [logged(x) for x in writing.append(self.session, tick + 1, drafts(done, COLLEAGUE))]
            self.seq = entries[-1].seq
            assessment.take(entries)
            self.source.read(tick, [act for act in map(act_of, entries) if act is not None])

    def write(self, writing: Writing, tick: int, events: Sequence[e.AnyEvent]) -> list[e.AnyEvent]:
        """Log the evaluator's own events at this tick and fold them."""
        if events:
            entries = writing.append(self.session, tick, drafts(events, EVALUATOR))
            self.seq = entries[-1].seq
            self.assessment.conclude(map(logged, entries))
        return list(events)

    def note(self, writing: Writing, text: str) -> None:
        """Say something about the evaluator in the log, once."""
        self.write(writing, self.at, [e.EvaluatorNoted(text=text)])

    def seal(self, writing: Writing) -> None:
        if self.unsealed:
            first, last = self.unsealed[0][0], self.unsealed[-1][0]
            (sealed,) = writing.append(self.session, last, [chain.seal_draft(first, last, self.unsealed)])
            self.seq, self.unsealed = sealed.seq, []


class SourceGone(Exception):
    """A session cannot be assessed without its source. ``going``: whether it does not stand already."""

    def __init__(self, why: str, named: e.SourceSet | None, going: bool) -> None:
        self.why, self.named, self.going = why, named, going


def resume(document: Document, session: int, log: EventLog) -> RoomCourse:
    """A session as its log left it: the same state, samples and source as if nobody had ever stopped. Raises SourceGone."""
    entries = [logged(entry) for entry in log.entries(session)]
    course = RoomCourse(session, document, entries, _source(entries))
    course.assessment.take(entries[1:])
    sealed = max((x.event.last for x in entries if isinstance(x.event, e.MinuteSealed)), default=-1)
    rows = log.rows(session)
    for tick, packed in rows:
        course.assessment.window.push(packing.unpack(packed, tick), tick)
        if tick > sealed:
            course.unsealed.append((tick, packed))
    course.assessment.at = max(rows[-1][0] if rows else -1, course.assessment.state.gone_by)
    # What was done since the last second that was assessed takes part in the next one.
    acts = [act for act in map(act_of, entries) if act is not None]
    course.source.read(course.at, acts)
    return course


def _source(entries: Sequence[e.Logged]) -> Source:
    opened, named = entries[0].event, next((x.event for x in entries if isinstance(x.event, e.SourceSet)), None)
    assert isinstance(opened, e.SessionOpened)
    going = folded(entries).speed > 0
    if named is None:
        raise SourceGone("its log names no source of its numbers", None, going)
    try:
        return open_source(opened.source_kind, named)
    except BadFile as wrong:
        # Without the file's name: it would tell the scenario.
        raise SourceGone(f"the source of its numbers {wrong.wrong}", named, going) from wrong


@dataclass(slots=True)
class Out:
    """A session that is not assessed, and what has to happen before it is tried again."""

    why: str
    fault: Literal["program", "source"]
    named: e.SourceSet | None = None
    """The source that is watched for."""
    found: FileStat | None = None
    """What its file was like when it could not be opened."""
    told: int | None = None
    """The entry that says so, once one does: anything after it was entered by somebody."""

    def again(self, seq: int) -> bool:
        """Whether it may go otherwise now."""
        return self.told is not None and (seq != self.told or (self.named is not None and file_stat(self.named) != self.found))


def _together(courses: Iterable[RoomCourse]) -> Iterable[list[RoomCourse]]:
    """The rooms of one drill together, every other room by itself."""
    runs: dict[str | int, list[RoomCourse]] = {}
    for course in courses:
        drill = course.assessment.state.drill
        runs.setdefault(drill.run if drill is not None else course.session, []).append(course)
    return runs.values()


def advance_together(writing: Writing, courses: Sequence[RoomCourse], mono: float) -> int:
    """Rooms of one drill go second by second, so that all slow down where one does. Gives how many seconds were assessed."""
    if len(courses) == 1:
        return courses[0].advance(writing, mono)
    done = 0
    while done < LARGEST_ROUND * len(courses):
        step = sum(course.advance(writing, mono, most=1) for course in courses)
        if any(course.pace.speed == 1.0 for course in courses):
            for course in (c for c in courses if c.pace.speed > 1.0):
                course.set_pace(writing, mono, 1.0, SLOWED)
        if not step:
            break
        done += step
    return done


def _outage(seconds: float, caught_up: bool, **gone: Any) -> e.Outage:
    """One that ends now. ``gone``: what went by with nobody assessing it."""
    until = clock.now()
    since = until - timedelta(seconds=seconds)
    return e.Outage(since=clock.stamp(since), until=clock.stamp(until), seconds=round(seconds, 1), caught_up=caught_up, **gone)


class Ward:
    """All open sessions of one store. ``round`` brings them to now; nothing else writes what the evaluator concludes."""

    def __init__(self, log: EventLog, document: Document, lease: int, rooms: Rooms | None = None) -> None:
        self.log = log
        self.works_by = works_by(document, rooms) if rooms is not None else ""
        self.document = document
        self.lease = lease
        self.courses: dict[int, RoomCourse] = {}
        self._out: dict[int, Out] = {}
        self._unlisted: set[int] = set()
        """Sessions whose last entry is damaged: with them nothing could be listed."""
        self._wall = clock.WallWatch()
        self._last_round: float | None = None
        """Monotonic; None before the first round, when only the last sign of life in the store is known."""
        self._last_wall = clock.now()

    def round(self) -> int:
        """Bring every open session to now, in one transaction. Gives how many seconds were assessed in all.

        Where the program fails in one room, that room stands and says so, and the others are assessed without it. Raises what
        the store raises; nothing was written then, and the next round reads the log again.
        """
        mono = clock.monotonic()
        outage_s = self._outage_s(mono)
        if outage_s > CATCH_UP_S:
            self.courses.clear()
        try:
            while (done := self._without_failures(mono, outage_s)) is None:
                pass
        except BaseException:
            self.courses.clear()
            raise
        self._last_round, self._last_wall = mono, clock.now()
        return done

    def _without_failures(self, mono: float, outage_s: float) -> int | None:
        """A round; None where the program failed in a room, and it is to be tried again with that room standing."""
        try:
            return self._round(mono, outage_s)
        except Unreadable:
            damaged = {head.session for head in self.log.heads() if head.seq < 0}
            if damaged <= self._unlisted:
                raise
            log_.exception("the last entry of a session is damaged sessions=%s", ",".join(map(str, sorted(damaged))))
            self.courses.clear()
            self._unlisted = damaged
            return None
        except RoomFailed as failed:
            log_.exception("the program failed in a room; it stands sessions=%s", ",".join(map(str, failed.sessions)))
            self.courses.clear()
            self._out |= {session: Out(FAILED, "program", told=failed.told) for session in failed.sessions}
            return None

    def _outage_s(self, mono: float) -> float:
        """How long nobody assessed; negative where a clock that went back hides it.

        Across a restart of the program the clock of the computer tells, across one of the computer only wall time.
        """
        if self._last_round is not None:
            passed = mono - self._last_round
            # Where no clock counts the computer's sleep, wall time that runs ahead is taken for one.
            slept = 0.0 if clock.COUNTS_SLEEP else (clock.now() - self._last_wall).total_seconds() - passed
            return passed + slept if slept > CATCH_UP_S else passed
        beat = self.log.heartbeat()
        if beat is None:
            return 0.0
        passed_since = clock.passed(beat.beat_boot)
        return (clock.now() - clock.read(beat.beat_at)).total_seconds() if passed_since is None else passed_since

    def _round(self, mono: float, outage_s: float) -> int:
        done, behind = 0, 0.0
        with self.log.transaction(self.lease) as writing:
            heads = writing.heads(self._unlisted)
            for head in heads:
                out = self._out.get(head.session)
                if head.session not in self.courses and (out is None or out.again(head.seq)):
                    with _failing([head.session]):
                        self._take_up(writing, head, mono, outage_s if out is None else 0.0)
            for courses in _together(self.courses[head.session] for head in heads if head.session in self.courses):
                with _failing(course.session for course in courses):
                    done += advance_together(writing, courses, mono)
                behind = max([behind, *(c.pace.lateness(c.at + 1, mono) for c in courses if c.pace.speed)])
            for session in set(self.courses) - {head.session for head in heads}:
                del self.courses[session]
            told = {}
            for head in heads:
                if (out := self._out.get(head.session)) is not None and out.told is None:
                    stands = e.PaceSet(speed=0.0, why=out.why, fault=out.fault)
                    with _failing([head.session], told=head.seq):
                        (said,) = writing.append(head.session, head.tick + 1, drafts([stands], EVALUATOR))
                        told[head.session] = said.seq
            if jump := self._wall.jumped():
                for course in self.courses.values():
                    course.note(writing, f"the clock of this computer jumped by {jump:+.0f} s; the times before it differ by that")
            writing.beat(round(behind, 3), self.works_by)
        for session, seq in told.items():
            self._out[session].told = seq
        return done

    def _take_up(self, writing: Writing, head: Head, mono: float, outage_s: float) -> None:
        """A session that this evaluator does not have in memory: a new one, or one that another left."""
        try:
            course = resume(self.document, head.session, self.log)
        except SourceGone as gone:
            found = file_stat(gone.named) if gone.named is not None else None
            self._out[head.session] = Out(gone.why, "source", gone.named, found, None if gone.going else head.seq)
            return
        self._out.pop(head.session, None)
        self.courses[head.session] = course
        state = course.assessment.state
        course.pace.change(mono, state.speed, course.at)
        if course.at >= 0 and state.speed and (outage_s > 0 or outage_s < -LATE_S):
            self._bridge(writing, course, mono, outage_s)
        if state.waits is not None:
            course.set_pace(writing, mono, state.waits, BACK)
        if course.lives_otherwise:
            course.note(writing, "the simulated patient has changed since this session opened; what follows is lived by the one of now")
        if state.opened.protocol_digest != self.document.digest:
            course.note(writing, "the protocol has changed since this session opened; the one loaded now applies")

    def _bridge(self, writing: Writing, course: RoomCourse, mono: float, outage_s: float) -> None:
        """Over an outage: a short one is caught up. After a long one a simulated patient stands and asks to go on; a real one
        went on living, and so do the session's seconds."""
        if course.practice is None and (outage_s > CATCH_UP_S or outage_s < 0):
            self._goes_by(writing, course, mono, outage_s)
            return
        outage_s = max(0.0, outage_s)
        caught_up = outage_s <= CATCH_UP_S
        if caught_up:
            course.pace.change(mono - outage_s, course.pace.speed, course.at)
        if outage_s <= LATE_S:
            return
        events: list[e.AnyEvent] = [_outage(outage_s, caught_up)]
        if not caught_up:
            events.append(e.PaceSet(speed=0.0, why=STANDING))
            course.pace.change(mono, 0.0, course.at)
        course.write(writing, course.at + 1, events)

    def _goes_by(self, writing: Writing, course: RoomCourse, mono: float, outage_s: float) -> None:
        """The seconds that nobody assessed are gone: they count for every age and for the dose, and have no samples."""
        seconds, speed = max(0.0, outage_s), course.pace.speed
        since, moves = clock.now() - timedelta(seconds=seconds), math.ceil(seconds * speed)
        charted = []
        for entry in self.log.entries(course.session):
            gone = min(moves, math.floor((clock.read(entry.at) - since).total_seconds() * speed))
            if entry.tick > course.at and entry.by != EVALUATOR and gone > 0:
                charted.append((entry.seq, gone))
        outage = _outage(seconds, False, moves=moves, after=course.at, unknown=outage_s < 0, charted=tuple(charted))
        course.source.read(course.at + moves)
        course.assessment.at += moves
        course.write(writing, course.at + 1, [outage])
        course.pace.change(mono, speed, course.at)

    def play(self, session: int, until: int) -> None:
        """Bring a session that nobody has seen yet on to this second, as fast as it goes. Nothing of it is found late."""
        mono = clock.monotonic()
        try:
            with self.log.transaction(self.lease) as writing:
                if session not in self.courses:
                    self._take_up(writing, next(head for head in writing.heads() if head.session == session), mono, 0.0)
                course = self.courses[session]
                course.pace = Pace(course.at, mono - 1.0, float(LARGEST_ROUND))
                course.advance(writing, mono, most=max(0, min(LARGEST_ROUND, until - course.at)))
                course.pace.change(mono, course.assessment.state.speed, course.at)
        except BaseException:
            self.courses.clear()
            raise

    def rest(self) -> float:
        """Seconds until the next second of any session is due; at most one, so that the sign of life goes on."""
        mono = clock.monotonic()
        waits = [-c.pace.lateness(c.at + 1, mono) for c in self.courses.values() if c.pace.speed]
        return max(0.02, min([1.0, *waits]))


FAILED = "the program failed in this room"
BACK = "the source of its numbers is back"
STANDING = "nobody assessed this session for more than a minute"
ENDED = "the recording has ended"
DRILL_OVER = "the drill is over"
STEPPED = "a step"
