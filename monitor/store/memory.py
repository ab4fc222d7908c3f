"""The log in memory: for tests, and for replays that keep nothing. Same rules, no file."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor import clock
from monitor.store.log import MINUTE_SEALED, TRAIL, Entry, Fault, Head, Heartbeat, Lock, StoreError
from monitor.store.record import Record, RecordedLog, Tail
from monitor.store.verify import Listing, check_numbers, check_session, check_trail


def _tick(row: tuple[int, bytes]) -> int:
    return row[0]


@dataclass(slots=True)
class _Session:
    listing: Listing
    entries: list[Entry] = field(default_factory=list)
    rows: list[tuple[int, bytes]] = field(default_factory=list)

    def tail(self) -> Tail:
        last, tick = self.entries[-1], self.rows[-1][0] if self.rows else -1
        at = self.listing
        return Tail(Head(at.session, at.room, at.opened_at, at.closed, last.seq, tick, last.hash), last.tick)


class _MemoryTables:
    """``Tables`` over dictionaries, with what it takes to go back."""

    def __init__(self, sessions: dict[int, _Session], trail: list[Entry], lease: Heartbeat) -> None:
        self.sessions, self.trail, self.lease = sessions, trail, lease
        self._undo: list[Callable[[], object]] = []

    def roll_back(self) -> None:
        while self._undo:
            self._undo.pop()()

    def tail(self, session: int) -> Tail | None:
        found = self.sessions.get(session)
        return found.tail() if found else None

    def heads(self, open_only: bool, but: Collection[int] = ()) -> list[Head]:
        every = [s.tail().head for s in self.sessions.values() if not (open_only and s.listing.closed)]
        return [head for head in every if head.session not in but]

    def next_session(self) -> int:
        return len(self.sessions) + 1

    def open_session_in(self, room: str) -> int | None:
        return next((h.session for h in self.heads(open_only=True) if h.room == room), None)

    def entries(self, session: int, after: int) -> list[Entry]:
        return self._held(session)[after + 1 :] if session == TRAIL or session in self.sessions else []

    def rows(self, session: int, first: int, last: int | None) -> list[tuple[int, bytes]]:
        rows = self.sessions[session].rows if session in self.sessions else []
        end = len(rows) if last is None else bisect_right(rows, last, key=_tick)
        return rows[bisect_left(rows, first, key=_tick) : end]

    def last_seal(self, session: int) -> str | None:
        return next((e.body for e in reversed(self.sessions[session].entries) if e.kind == MINUTE_SEALED), None)

    def add_session(self, session: int, room: str, opened_at: str) -> None:
        self.sessions[session] = _Session(Listing(session, room, opened_at, closed=False))
        self._undo.append(lambda: self.sessions.pop(session))

    def close_session(self, session: int) -> None:
        found, was = self.sessions[session], self.sessions[session].listing
        found.listing = replace(was, closed=True)
        self._undo.append(lambda: setattr(found, "listing", was))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        held = self._held(entries[0].session)
        held.extend(entries)
        self._undo.append(lambda: held.__delitem__(slice(len(held) - len(entries), None)))

    def _held(self, session: int) -> list[Entry]:
        return self.trail if session == TRAIL else self.sessions[session].entries

    def add_row(self, session: int, tick: int, row: bytes) -> None:
        held = self.sessions[session].rows
        held.append((tick, bytes(row)))
        self._undo.append(held.pop)

    def lease_number(self) -> int:
        return self.lease.number

    def set_lease(self, number: int, holder: str) -> None:
        self.lease = replace(self.lease, number=number, holder=holder)

    def set_beat(self, beat_at: str, behind_s: float, beat_boot: str, works_by: str) -> None:
        self.lease = replace(self.lease, beat_at=beat_at, behind_s=behind_s, beat_boot=beat_boot, works_by=works_by)


class _MemoryLock:
    """An evaluator's place, in one process."""

    def __init__(self, place: threading.Lock) -> None:
        self._place, self._ours = place, False

    def take(self) -> bool:
        if not self._ours and self._place.acquire(blocking=False):
            self._ours = True
            return True
        return False

    def free(self) -> None:
        if self._ours:
            self._ours = False
            self._place.release()


class MemoryLog(RecordedLog):
    """An ``EventLog`` that ends with its process."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self.url = "memory:"
        self._now = now
        self._sessions: dict[int, _Session] = {}
        self._trail: list[Entry] = []
        self._lease = Heartbeat(number=0, holder="", beat_at="", behind_s=0.0)
        self._version = 0
        self._turn = threading.RLock()
        self._writing = False
        self._place = threading.Lock()

    def entries(self, session: int, after: int = -1) -> list[Entry]:
        with self._turn:
            return self._tables().entries(session, after)

    def rows(self, session: int, first: int = 0, last: int | None = None) -> list[tuple[int, bytes]]:
        with self._turn:
            return self._tables().rows(session, first, last)

    def heads(self, open_only: bool = True) -> list[Head]:
        with self._turn:
            return self._tables().heads(open_only)

    def head(self, session: int) -> Head:
        with self._turn:
            tail = self._tables().tail(session)
        if tail is None:
            raise StoreError(f"there is no session {session}")
        return tail.head

    def begun_with(self, kind: str, within: int) -> list[int]:
        with self._turn:
            tables = self._tables()
            numbers = sorted(head.session for head in tables.heads(False))
            return [n for n in numbers if any(entry.kind == kind for entry in tables.entries(n, -1)[:within])]

    def version(self) -> int:
        return self._version

    def heartbeat(self) -> Heartbeat | None:
        return self._lease if self._lease.beat_at else None

    def room_left(self) -> int | None:
        return None

    def lease_lock(self) -> Lock:
        return _MemoryLock(self._place)

    def verify(self, progress: Callable[[int, int], None] | None = None, heads: Mapping[int, str] | None = None) -> Iterator[Fault]:
        exported = heads or {}
        with self._turn:
            held = [(s.listing, list(s.entries), list(s.rows)) for s in self._sessions.values()]
            trail = list(self._trail)
        yield from check_trail(trail, exported.get(TRAIL))
        numbers = [listing.session for listing, _, _ in held]
        yield from check_numbers(numbers, numbers, exported)
        for done, (listing, entries, rows) in enumerate(held, start=1):
            yield from check_session(listing, entries, rows, exported.get(listing.session))
            if progress is not None:
                progress(done, len(held))

    def close(self) -> None:
        """Nothing to do: the log goes with its process."""

    def _tables(self) -> _MemoryTables:
        return _MemoryTables(self._sessions, self._trail, self._lease)

    @contextmanager
    def _record(self) -> Iterator[Record]:
        with self._turn:
            if self._writing:
                raise StoreError("the log is busy: a transaction of this thread is still open; nothing was saved")
            self._writing, tables = True, self._tables()
            try:
                yield Record(tables, self._now)
            except BaseException:
                tables.roll_back()
                raise
            finally:
                self._writing = False
            self._lease = tables.lease
            self._version += 1
