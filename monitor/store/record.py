"""The rules of adding to the record, the same for every store.

A store offers ``Tables``: plain reading and adding inside one write transaction. ``Record`` does the rest: which tick,
which hash, what is refused, and that a closed session is sealed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor import clock
from monitor.store.chain import first_link, link, read_seal, seal_draft
from monitor.store.log import (
    FILED_LATE,
    MINUTE_SEALED,
    SESSION_CLOSED,
    SESSION_OPENED,
    TRAIL,
    Conflict,
    Draft,
    Entry,
    Head,
    LeaseLost,
    RoomTaken,
    StoreError,
    Writing,
)

STORE = "store"
"""Who makes the last seal of a session."""


@dataclass(frozen=True, slots=True)
class Tail:
    """A head, and the tick of its last event (``head.tick`` is that of its last row)."""

    head: Head
    event_tick: int


class Tables(Protocol):
    """Plain reading and adding, inside one write transaction."""

    def tail(self, session: int) -> Tail | None: ...
    def heads(self, open_only: bool, but: Collection[int] = ()) -> list[Head]: ...
    def next_session(self) -> int: ...
    def open_session_in(self, room: str) -> int | None: ...
    def entries(self, session: int, after: int) -> list[Entry]: ...
    def rows(self, session: int, first: int, last: int | None) -> list[tuple[int, bytes]]: ...
    def last_seal(self, session: int) -> str | None:
        """The body of the latest ``minute_sealed``."""
        ...

    def add_session(self, session: int, room: str, opened_at: str) -> None: ...
    def close_session(self, session: int) -> None: ...
    def add_entries(self, entries: Sequence[Entry]) -> None: ...
    def add_row(self, session: int, tick: int, row: bytes) -> None: ...
    def lease_number(self) -> int: ...
    def set_lease(self, number: int, holder: str) -> None: ...
    def set_beat(self, beat_at: str, behind_s: float, beat_boot: str, works_by: str) -> None: ...


class Record:
    """One write transaction on the record. It is the evaluator's ``Writing``; the stores use the rest."""

    __slots__ = ("_now", "_tables", "_tails")

    def __init__(self, tables: Tables, now: Callable[[], datetime]) -> None:
        self._tables = tables
        self._now = now
        self._tails: dict[int, Tail] = {}  # Nobody else writes during the transaction, so a tail read once stays true.

    # What the evaluator does

    def heads(self, but: Collection[int] = ()) -> list[Head]:
        return self._tables.heads(True, but)

    def news(self, session: int, after: int) -> list[Entry]:
        return self._tables.entries(session, after)

    def write_row(self, session: int, tick: int, row: bytes) -> None:
        tail = self._open_tail(session)
        if tick <= tail.head.tick:
            raise StoreError(f"session {session}: tick {tick} cannot be stored after tick {tail.head.tick}")
        self._tables.add_row(session, tick, row)
        self._tails[session] = replace(tail, head=replace(tail.head, tick=tick))

    def append(self, session: int, tick: int, drafts: Sequence[Draft]) -> list[Entry]:
        tail = self._open_tail(session)
        return self._add(tail, max(tick, tail.event_tick), drafts)

    def beat(self, behind_s: float, works_by: str = "") -> None:
        self._tables.set_beat(self._stamp(), behind_s, clock.since_boot(), works_by)

    # What the stores do with it

    def check_lease(self, number: int) -> None:
        in_force = self._tables.lease_number()
        if in_force != number:
            raise LeaseLost(f"lease {number} is over: lease {in_force} is in force, another evaluator has taken over")

    def number_lease(self, holder: str) -> int:
        number = self._tables.lease_number() + 1
        self._tables.set_lease(number, holder)
        return number

    def open_session(self, room: str, drafts: Sequence[Draft]) -> int:
        if not drafts or drafts[0].kind != SESSION_OPENED:
            raise StoreError(f"a session begins with {SESSION_OPENED}")
        _check_text(room, "the name of a room")
        taken = self._tables.open_session_in(room)
        if taken is not None:
            raise RoomTaken(f"{room} has an open session ({taken}); close it first")
        session, at = self._tables.next_session(), self._stamp()
        self._tables.add_session(session, room, at)
        head = Head(session, room, at, closed=False, seq=-1, tick=-1, hash=first_link(session, room))
        self._add(Tail(head, event_tick=0), 0, drafts, at)
        return session

    def command(self, session: int, drafts: Sequence[Draft], after: int | None) -> list[Entry]:
        tail = self._tail(session)
        if after is not None and after != tail.head.seq:
            raise Conflict(f"session {session} has moved on: its last event is {tail.head.seq}, not {after}")
        if any(draft.kind != FILED_LATE for draft in drafts):
            tail = self._open_tail(session)
        return self._add(tail, max(tail.head.tick + 1, tail.event_tick), drafts)

    def note(self, draft: Draft) -> Entry:
        if draft.kind in (SESSION_OPENED, SESSION_CLOSED, MINUTE_SEALED, FILED_LATE):
            raise StoreError(f"{draft.kind} is a session's and has no place in the audit trail")
        kept = self._tables.entries(TRAIL, -1)
        seq, last = (kept[-1].seq, kept[-1].hash) if kept else (-1, first_link(TRAIL, ""))
        (entry,) = self._add(Tail(Head(TRAIL, "", "", closed=False, seq=seq, tick=-1, hash=last), event_tick=0), 0, [draft])
        return entry

    # How

    def _stamp(self) -> str:
        return clock.stamp(self._now())

    def _tail(self, session: int) -> Tail:
        tail = self._tails.get(session) or self._tables.tail(session)
        if tail is None:
            raise StoreError(f"there is no session {session}")
        self._tails[session] = tail
        return tail

    def _open_tail(self, session: int) -> Tail:
        tail = self._tail(session)
        if tail.head.closed:
            raise StoreError(f"session {session} is closed; nothing can be added to it")
        return tail

    def _add(self, tail: Tail, tick: int, drafts: Sequence[Draft], at: str | None = None) -> list[Entry]:
        at = at or self._stamp()
        session, seq, previous, closed = tail.head.session, tail.head.seq, tail.head.hash, tail.head.closed
        sealed: int | None = None
        entries: list[Entry] = []

        def add(draft: Draft) -> None:
            nonlocal seq, previous
            seq += 1
            previous = link(previous, session, seq, tick, at, draft.by, draft.kind, draft.body)
            entries.append(Entry(session, seq, tick, at, draft.by, draft.kind, draft.body, previous))

        for draft in drafts:
            _check(draft)
            if draft.kind == FILED_LATE and not closed:
                raise StoreError(f"session {session} is open: {FILED_LATE} comes only after {SESSION_CLOSED}")
            if closed and draft.kind != FILED_LATE:
                raise StoreError(f"session {session}: nothing can follow {SESSION_CLOSED}")
            if draft.kind == SESSION_OPENED and seq >= 0:
                raise StoreError(f"session {session} has been opened already")
            if draft.kind == MINUTE_SEALED:
                sealed = self._sealed(session) if sealed is None else sealed
                sealed = self._check_seal(tail.head, draft, sealed)
            elif draft.kind == SESSION_CLOSED:
                sealed = self._sealed(session) if sealed is None else sealed
                if sealed < tail.head.tick:
                    rows = self._tables.rows(session, sealed + 1, tail.head.tick)
                    add(seal_draft(sealed + 1, tail.head.tick, rows, STORE))
                closed = True
            add(draft)
        if entries:
            self._tables.add_entries(entries)
            if closed and not tail.head.closed:
                self._tables.close_session(session)
            head = replace(tail.head, seq=seq, hash=previous, closed=closed)
            self._tails[session] = Tail(head, tick)
        return entries

    def _sealed(self, session: int) -> int:
        """The last sealed tick; -1 before any."""
        body = self._tables.last_seal(session)
        seal = None if body is None else read_seal(body)
        return -1 if seal is None else seal.last

    def _check_seal(self, head: Head, draft: Draft, sealed: int) -> int:
        # A wrong seal could never be mended: verify would find the session faulty for ever.
        seal = read_seal(draft.body)
        if seal is not None and sealed < seal.first and seal.last <= head.tick:
            if seal.first == sealed + 1 or not self._tables.rows(head.session, sealed + 1, seal.first - 1):
                return seal.last
        raise StoreError(f"session {head.session}: a seal must begin at the first row after tick {sealed} and end by {head.tick}")


def _check(draft: Draft) -> None:
    _check_text(draft.kind, "the kind of an event")
    _check_text(draft.by, "the author of an event")
    _check_text(draft.body, "the body of an event")


def _check_text(text: str, what: str) -> None:
    # No store keeps lone surrogates, and PostgreSQL keeps no NUL.
    if not text or "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise StoreError(f"{what} is empty or holds characters that cannot be stored")


class RecordedLog(ABC):
    """The writing half of an ``EventLog``: each call is one ``Record``, which a store opens and commits in its own way."""

    @abstractmethod
    def _record(self) -> AbstractContextManager[Record]: ...

    def open_session(self, room: str, drafts: Sequence[Draft]) -> int:
        with self._record() as record:
            return record.open_session(room, drafts)

    def append(self, session: int, drafts: Sequence[Draft], after: int | None = None) -> list[Entry]:
        with self._record() as record:
            return record.command(session, drafts, after)

    def note(self, draft: Draft) -> Entry:
        with self._record() as record:
            return record.note(draft)

    @contextmanager
    def transaction(self, lease: int) -> Iterator[Writing]:
        with self._record() as record:
            record.check_lease(lease)
            yield record

    def number_lease(self, holder: str) -> int:
        with self._record() as record:
            return record.number_lease(holder)
