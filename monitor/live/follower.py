"""Following the store: every open session as a view, brought up to date only with what is new.

Screens read; nothing here writes. One follower serves every viewer of a process. Whoever asks first after a change pays
for it; nothing runs in a thread of its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from monitor import clock, truth
from monitor import events as e
from monitor.board.view import Changed, Damaged, Jump, Picture, View, drawn
from monitor.commands import Vacant, vacancies
from monitor.language import say
from monitor.protocol.document import Document
from monitor.session import begin, fold
from monitor.settings import Rooms
from monitor.store import packing
from monitor.store.log import ROOM_NOTED, TRAIL, EventLog, Head, Heartbeat, StoreError, Unreadable
from monitor.vitals import Window
from monitor.ward import everybodys, logged, works_by

log_ = logging.getLogger("monitor.dashboard")
LEFT_EVERY_S = 2.0
"""How often the room on the disk is looked at."""


class Follower:
    def __init__(self, log: EventLog, document: Document, rooms: Rooms) -> None:
        self.log, self.document, self.rooms = log, document, rooms
        self.zone = clock.zone(rooms.zone)
        self._lock = threading.RLock()
        self._views: dict[int, View] = {}
        self._version: int | None = None
        self._beat_at: datetime | None = None
        self._beat_seen: float | None = None
        """When the last sign of life changed, on the clock that never steps."""
        self.changed: Changed | None = None
        """A file of this station that is no longer as it was read; whoever looks says so here."""
        self._works_by, self._own = "", works_by(document, rooms)
        self._trouble = ""
        self._left: int | None = None
        self._left_at = -LEFT_EVERY_S
        self._wall = clock.WallWatch()
        self._jump: Jump | None = None
        self._vacant: dict[str, Vacant] = {}
        self._damaged: dict[str, Damaged] = {}
        self._trail = -1
        self._last = 0

    @contextmanager
    def reading(self) -> Iterator[Picture]:
        """The ward as it stands now, held still: nobody brings it forward before the block ends."""
        with self._lock:
            yield self.picture()

    def picture(self) -> Picture:
        """The ward as it stands now; its views go on with the next picture."""
        with self._lock:
            try:
                self._catch_up()
                self._trouble = ""
            except StoreError as wrong:
                self._trouble, self._version = str(wrong), None
            if clock.monotonic() - self._left_at >= LEFT_EVERY_S:
                self._left_at, self._left = clock.monotonic(), self.log.room_left()
            if by_s := self._wall.jumped():
                self._jump = Jump(clock.now(), by_s)
            by_room = {view.state.opened.room: view for view in self._views.values()}
            names = [r.room for r in self.rooms.rooms]
            return Picture(
                now=clock.now(),
                document=self.document,
                rooms=[*names, *(r for r in (*by_room, *self._damaged) if r not in names)],
                views=by_room,
                beat_at=self._beat_at,
                beat_seen=self._beat_seen,
                mono=clock.monotonic(),
                station=self.rooms.station,
                theme=self.rooms.theme,
                mode=self.rooms.mode,
                colours=self.rooms.colours,
                alarms=self.rooms.alarms,
                zone=self.zone,
                trouble=self._trouble,
                jump=self._jump,
                vacant=dict(self._vacant),
                damaged=dict(self._damaged),
                changed=self.changed,
                other_protocol=self._works_by not in ("", self._own),
                left=self._left,
            )

    def set_aside(self, room: str, why: str) -> None:
        """A room that cannot be drawn is without numbers, as one whose record cannot be read, until something is entered there."""
        with self._lock:
            view = self._views.pop(self.picture().views[room].session)
            self._damaged[room] = Damaged(view.session, view.state.seq, why)

    def session(self, room: str) -> int | None:
        """The open session of a room."""
        view = self.picture().views.get(room)
        return None if view is None else view.session

    def _catch_up(self) -> None:
        version = self.log.version()
        if version == self._version:
            return
        heads = self.log.heads()
        for head in heads:
            self._follow(head)
        self._damaged = {room: one for room, one in self._damaged.items() if one.session in {h.session for h in heads}}
        for session in set(self._views) - {h.session for h in heads}:
            del self._views[session]
        self._read_trail()
        beat = self.log.heartbeat()
        self._beat_at = self._seen(beat) if beat is not None and beat.beat_at else None
        self._works_by = beat.works_by if beat is not None else ""
        self._version = version

    def _follow(self, head: Head) -> None:
        """Bring a room up to date. One whose record cannot be read is without numbers, and says why; the others go on."""
        known = self._damaged.get(head.room)
        if known is not None and (known.session, known.seq) == (head.session, head.seq):
            return
        try:
            if head.seq < 0:
                raise Unreadable("its last entry is damaged; look with verify")
            view = self._views.get(head.session)
            if view is None:
                self._views[head.session] = self._load(head)
            else:
                self._extend(view, head)
        except Exception as wrong:
            if everybodys(wrong):
                raise
            log_.exception("the record of a session cannot be read session=%d", head.session)
            self._views.pop(head.session, None)
            why = str(wrong) if isinstance(wrong, Unreadable) else say("its samples or entries are damaged; look with verify")
            self._damaged[head.room] = Damaged(head.session, head.seq, why)
        else:
            self._damaged.pop(head.room, None)

    def _seen(self, beat: Heartbeat) -> datetime:
        """When it was, by its own stamp. Its age counts from when it was first seen here; one that was there before has the age
        that its computer's clock gives it, or where that cannot be compared, wall time."""
        at = clock.read(beat.beat_at)
        if at != self._beat_at:
            passed = clock.passed(beat.beat_boot)
            first = (clock.now() - at).total_seconds() if passed is None else passed
            self._beat_seen = clock.monotonic() - (max(0.0, first) if self._beat_at is None or passed is not None else 0.0)
        return at

    def _read_trail(self) -> None:
        """What was said of empty rooms. While something is, each session that opens is looked for, also one that is closed again
        by now; all of them are looked at only when something is said."""
        while self._vacant and (opened := self._opened(self._last + 1)) is not None:
            self._last = opened.session
            self._vacant.pop(opened.room, None)
        new = self.log.entries(TRAIL, self._trail)
        if any(entry.kind == ROOM_NOTED for entry in new):
            every = self.log.heads(open_only=False)
            self._last = every[-1].session if every else 0
            self._vacant = vacancies(new, every, self._vacant)
        self._trail = new[-1].seq if new else self._trail

    def _opened(self, session: int) -> Head | None:
        try:
            return self.log.head(session)
        except StoreError:  # there is none yet
            return None

    def _load(self, head: Head) -> View:
        entries = [logged(x) for x in self.log.entries(head.session)]
        state = begin(entries[0])
        view = View(head.session, state, Window(c.channel() for c in state.opened.channels))
        rows = [(tick, row) for tick, row in self.log.rows(head.session) if drawn(tick, row, head.tick)]
        seen = self._take(view, entries[1:], rows)
        view.journal.clear()
        view.anchors.clear()
        view.noted([entries[0], *seen])
        return view

    def _extend(self, view: View, head: Head) -> None:
        entries = [logged(x) for x in self.log.entries(view.session, after=view.state.seq)] if head.seq > view.state.seq else []
        rows = self.log.rows(view.session, first=view.at + 1) if head.tick > view.at else []
        view.noted(self._take(view, entries, rows))

    @staticmethod
    def _take(view: View, entries: Sequence[e.Logged], rows: Sequence[tuple[int, bytes]]) -> list[e.Logged]:
        """Bring a view forward; which entries a screen may see."""
        drill = next((x.event for x in entries if isinstance(x.event, e.DrillStarted)), view.state.drill)
        seen = list(truth.shown(entries, drill, ended=False))
        for entry in seen:
            view.state = fold(view.state, entry)
        if entries:
            view.state = replace(view.state, seq=entries[-1].seq)
        for tick, packed in rows:
            view.push(tick, packing.unpack(packed, tick), packing.beats(packed))
        view.at = max(view.at, view.state.gone_by)
        return seen
