"""The log over SQLAlchemy Core. What differs between databases is behind ``Driver``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Select, bindparam, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from monitor import clock
from monitor.store.log import MINUTE_SEALED, TRAIL, Entry, Fault, Head, Heartbeat, Lock, StoreError, Unreadable, Writing
from monitor.store.record import Record, RecordedLog, Tail
from monitor.store.tables import STILL_OPEN, events, lease, meta, samples, sessions
from monitor.store.verify import Listing, check_numbers, check_session, check_trail

P = ParamSpec("P")
T = TypeVar("T")
BUSY_S = 10.0
"""How long a writer waits for another one before it says that nothing was saved."""
WRITES = "monitor_writes"
"""Execution option of a transaction that will write: the driver takes the write lock at its beginning."""


class Driver(Protocol):
    """What differs between databases."""

    engine: Engine
    url: str

    def busy(self, error: DBAPIError) -> bool:
        """Is another writer in the way, so that it is worth trying again?"""
        ...

    def kept(self) -> bool:
        """Was the last transaction stored, though its commit failed? Raises StoreError where that cannot be known."""
        ...

    def damaged(self, error: DBAPIError) -> bool:
        """Could one place of the database not be read, while others may be?"""
        ...

    def sentence(self, error: DBAPIError) -> str: ...
    def there(self) -> None:
        """Raises StoreError where what is written now would be found by nobody: the store has been taken away or replaced."""
        ...

    def version(self) -> int: ...
    def room_left(self) -> int | None: ...
    def lease_lock(self) -> Lock: ...
    def lease_kept(self) -> bool:
        """Does whoever took the lease's lock through here still hold it?"""
        ...

    def faults(self, connection: Connection) -> Iterator[Fault]:
        """What is wrong with the database itself."""
        ...

    def close(self) -> None: ...


_SESSION = bindparam("session", type_=sessions.c.session.type)
_others = events.alias()
_last_seq = select(func.max(_others.c.seq)).where(_others.c.session == sessions.c.session)
_last_tick = select(func.max(samples.c.tick)).where(samples.c.session == sessions.c.session)
_tails = select(
    sessions.c.session, sessions.c.room, sessions.c.opened_at, sessions.c.closed,
    events.c.seq, _last_tick.scalar_subquery().label("row_tick"), events.c.hash, events.c.tick,
).select_from(
    sessions.join(events, (events.c.session == sessions.c.session) & (events.c.seq == _last_seq.scalar_subquery()))
)  # fmt: skip
_TAIL = _tails.where(sessions.c.session == _SESSION)
_OPEN_TAILS = _tails.where(STILL_OPEN)
_ENTRIES = select(events).where(events.c.session == _SESSION, events.c.seq > bindparam("after")).order_by(events.c.seq)
_ROWS = (
    select(samples.c.tick, samples.c.row)
    .where(samples.c.session == _SESSION, samples.c.tick >= bindparam("first"))
    .order_by(samples.c.tick)
)
_ROWS_TO = _ROWS.where(samples.c.tick <= bindparam("last"))
_LAST_SEAL = (
    select(events.c.body).where(events.c.session == _SESSION, events.c.kind == MINUTE_SEALED).order_by(events.c.seq.desc()).limit(1)
)
BEAT_BOOT, WORKS_BY = "beat_boot", "works_by"
_MODE = select(meta.c.value).where(meta.c.key == "mode")
TRAINING = "training"
"""The mode of a store that says nothing of it."""
_LISTING = select(sessions).where(sessions.c.session == _SESSION)
_ADD_ENTRY, _ADD_ROW, _ADD_SESSION = insert(events), insert(samples), insert(sessions)
_FAR_BACK = -(2**62)
"""Before any tick or seq, a forged one included."""


def _tail(cells: Sequence[Any]) -> Tail:
    session, room, opened_at, closed, seq, row_tick, digest, event_tick = cells
    tick = -1 if row_tick is None else row_tick
    return Tail(Head(session, room, opened_at, bool(closed), seq, tick, digest), event_tick)


def _entries(connection: Connection, session: int, after: int) -> list[Entry]:
    found = connection.execute(_ENTRIES, {"session": session, "after": after})
    return [Entry(*cells) for cells in found]


def _rows(connection: Connection, session: int, first: int, last: int | None) -> list[tuple[int, bytes]]:
    wanted = {"session": session, "first": first}
    found = connection.execute(_ROWS, wanted) if last is None else connection.execute(_ROWS_TO, wanted | {"last": last})
    return [(tick, row) for tick, row in found]


@contextmanager
def _told(driver: Driver) -> Iterator[None]:
    """What the database raises as a sentence of ours."""
    try:
        yield
    except DBAPIError as error:
        raise (Unreadable if driver.damaged(error) else StoreError)(driver.sentence(error)) from error


def _listed(connection: Connection, open_only: bool) -> list[Head]:
    """The sessions as they are listed, as if none had an entry that can be read."""
    found = connection.execute(select(sessions).where(STILL_OPEN) if open_only else select(sessions))
    return [Head(number, room, at, bool(closed), -1, -1, "") for number, room, at, closed in sorted(found.all())]


def _heads(connection: Connection, open_only: bool, but: Collection[int] = ()) -> list[Head]:
    # Put in order here: asked to do it, SQLite walks all sessions by number instead of the index of the open ones.
    wanted = _OPEN_TAILS if open_only else _tails
    found = connection.execute(wanted.where(sessions.c.session.not_in(but)) if but else wanted)
    return sorted((_tail(cells).head for cells in found), key=lambda head: head.session)


def _saying(method: Callable[Concatenate[SqlTables, P], T]) -> Callable[Concatenate[SqlTables, P], T]:
    """What the database raises in it is a sentence of ours, so that a damaged place is told from a store that is out of reach."""

    @wraps(method)
    def said(tables: SqlTables, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with _told(tables.driver):
            return method(tables, *args, **kwargs)

    return said


class SqlTables:
    """``Tables`` over one connection in a write transaction."""

    def __init__(self, connection: Connection, driver: Driver) -> None:
        self._connection, self.driver = connection, driver

    @_saying
    def tail(self, session: int) -> Tail | None:
        cells = self._connection.execute(_TAIL, {"session": session}).first()
        return None if cells is None else _tail(cells)

    @_saying
    def heads(self, open_only: bool, but: Collection[int] = ()) -> list[Head]:
        return _heads(self._connection, open_only, but)

    @_saying
    def next_session(self) -> int:
        last: int | None = self._connection.execute(select(func.max(sessions.c.session))).scalar()
        return 1 if last is None else last + 1

    @_saying
    def open_session_in(self, room: str) -> int | None:
        query = select(sessions.c.session).where(sessions.c.room == room, STILL_OPEN)
        found: int | None = self._connection.execute(query).scalar()
        return found

    @_saying
    def entries(self, session: int, after: int) -> list[Entry]:
        return _entries(self._connection, session, after)

    @_saying
    def rows(self, session: int, first: int, last: int | None) -> list[tuple[int, bytes]]:
        return _rows(self._connection, session, first, last)

    @_saying
    def last_seal(self, session: int) -> str | None:
        body: str | None = self._connection.execute(_LAST_SEAL, {"session": session}).scalar()
        return body

    @_saying
    def add_session(self, session: int, room: str, opened_at: str) -> None:
        cells = {"session": session, "room": room, "opened_at": opened_at, "closed": 0}
        self._connection.execute(_ADD_SESSION, cells)

    @_saying
    def close_session(self, session: int) -> None:
        self._connection.execute(update(sessions).where(sessions.c.session == session).values(closed=1))

    @_saying
    def add_entries(self, entries: Sequence[Entry]) -> None:
        cells = [{name: getattr(entry, name) for name in Entry.__slots__} for entry in entries]
        self._connection.execute(_ADD_ENTRY, cells)

    @_saying
    def add_row(self, session: int, tick: int, row: bytes) -> None:
        self._connection.execute(_ADD_ROW, {"session": session, "tick": tick, "row": row})

    @_saying
    def lease_number(self) -> int:
        number: int = self._connection.execute(select(lease.c.number).where(lease.c.id == 1)).scalar_one()
        return number

    @_saying
    def set_lease(self, number: int, holder: str) -> None:
        self._connection.execute(update(lease).where(lease.c.id == 1).values(number=number, holder=holder))

    @_saying
    def set_beat(self, beat_at: str, behind_s: float, beat_boot: str, works_by: str) -> None:
        self._connection.execute(update(lease).where(lease.c.id == 1).values(beat_at=beat_at, behind_s=behind_s))
        for key, value in ((BEAT_BOOT, beat_boot), (WORKS_BY, works_by)):
            if not self._connection.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
                self._connection.execute(insert(meta).values(key=key, value=value))


class SqlLog(RecordedLog):
    """An ``EventLog``. Writers of one process take turns; readers have connections of their own."""

    def __init__(self, driver: Driver, now: Callable[[], datetime] = clock.now) -> None:
        self.url = driver.url
        self._driver = driver
        self._now = now
        self._writer = driver.engine.execution_options(**{WRITES: True})
        self._turn = threading.Lock()

    def entries(self, session: int, after: int = -1) -> list[Entry]:
        with self._reading() as connection:
            return _entries(connection, session, after)

    def rows(self, session: int, first: int = 0, last: int | None = None) -> list[tuple[int, bytes]]:
        with self._reading() as connection:
            return _rows(connection, session, first, last)

    def heads(self, open_only: bool = True) -> list[Head]:
        try:
            with self._reading() as connection:
                return _heads(connection, open_only)
        except Unreadable:
            # A damaged page of one session is in the way of the list: each by itself, in a transaction of its own.
            with self._reading() as connection:
                listed = _listed(connection, open_only)
            return [self._head_or(none) for none in listed]

    def _head_or(self, none: Head) -> Head:
        try:
            return self.head(none.session)
        except Unreadable:
            return none

    def head(self, session: int) -> Head:
        with self._reading() as connection:
            cells = connection.execute(_TAIL, {"session": session}).first()
        if cells is None:
            raise StoreError(f"there is no session {session}")
        return _tail(cells).head

    def begun_with(self, kind: str, within: int) -> list[int]:
        first = (events.c.session == sessions.c.session) & (events.c.seq >= 0) & (events.c.seq < within) & (events.c.kind == kind)
        with self._reading() as connection:
            return sorted(connection.execute(select(sessions.c.session).join(events, first).distinct()).scalars())

    def version(self) -> int:
        return self._driver.version()

    def heartbeat(self) -> Heartbeat | None:
        with self._reading() as connection:
            told = [func.coalesce(select(meta.c.value).where(meta.c.key == key).scalar_subquery(), "") for key in (BEAT_BOOT, WORKS_BY)]
            query = select(lease.c.number, lease.c.holder, lease.c.beat_at, lease.c.behind_s, *told).where(lease.c.id == 1)
            cells = connection.execute(query).one()
        return None if cells.beat_at is None else Heartbeat(*cells)

    @contextmanager
    def transaction(self, lease: int) -> Iterator[Writing]:
        with super().transaction(lease) as writing:
            if not self._driver.lease_kept():  # by one who will number it in a moment, or who only looks
                raise StoreError(f"the lock of lease {lease} is held by somebody else; nothing was saved")
            yield writing

    def room_left(self) -> int | None:
        return self._driver.room_left()

    def lease_lock(self) -> Lock:
        return self._driver.lease_lock()

    def verify(self, progress: Callable[[int, int], None] | None = None, heads: Mapping[int, str] | None = None) -> Iterator[Fault]:
        exported = heads or {}
        # A transaction a session, not one for all: a long read would keep the database's journal from being folded in.
        try:
            with self._reading() as connection:
                faults = list(self._driver.faults(connection))
                listed = _numbers(connection, select(sessions.c.session))
                trail = _entries(connection, TRAIL, _FAR_BACK)
                stored = _numbers(connection, select(events.c.session)) - {TRAIL}
                stored |= _numbers(connection, select(samples.c.session))
        except StoreError as error:
            yield Fault(None, None, None, f"the list of sessions cannot be read: {error}")
            return
        yield from faults
        yield from check_trail(trail, exported.get(TRAIL))
        yield from check_numbers(sorted(listed), sorted(stored), exported)
        for done, session in enumerate(sorted(listed), start=1):
            yield from self._check(session, exported.get(session))
            if progress is not None:
                progress(done, len(listed))

    def hold_to(self, mode: str) -> None:
        """Raise StoreError where this store belongs to the other mode. One that is still empty becomes a ward's for good."""
        with self._reading() as connection:
            kept = connection.execute(_MODE).scalar() or TRAINING
            used = connection.execute(select(sessions.c.session).limit(1)).first() is not None
        if kept != mode and (used or kept != TRAINING):
            raise StoreError(f"{self.url} is a {kept} store and this station is in {mode} mode; name another file for the store")
        if kept != mode:
            try:
                with closing(self._begin()) as connection:
                    if connection.execute(_MODE).first() is None:
                        connection.execute(insert(meta).values(key="mode", value=mode))
                    connection.commit()
            except DBAPIError as error:
                raise StoreError(self._driver.sentence(error)) from error

    def close(self) -> None:
        self._driver.close()

    def _check(self, session: int, exported: str | None) -> list[Fault]:
        try:
            with self._reading() as connection:
                _, room, at, closed = connection.execute(_LISTING, {"session": session}).one()
                entries = _entries(connection, session, _FAR_BACK)
                rows = _rows(connection, session, _FAR_BACK, None)
        except StoreError as error:
            return [Fault(session, None, None, f"session {session} cannot be read: {error}")]
        return list(check_session(Listing(session, room, at, bool(closed)), entries, rows, exported))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _told(self._driver), self._driver.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _record(self) -> Iterator[Record]:
        if not self._turn.acquire(timeout=BUSY_S):
            raise StoreError(f"{self.url} is busy: nothing was saved within {BUSY_S:.0f} s; try again")
        try:
            connection = self._begin()
            try:
                yield Record(SqlTables(connection, self._driver), self._now)
                self._commit(connection)
            finally:
                connection.close()  # rolls back what was not committed
        except DBAPIError as error:
            raise StoreError(self._driver.sentence(error)) from error
        finally:
            self._turn.release()

    def _commit(self, connection: Connection) -> None:
        self._driver.there()
        try:
            connection.commit()
        except DBAPIError:
            if not self._driver.kept():
                raise
        self._driver.there()

    def _begin(self) -> Connection:
        """A connection that holds the write lock. The database waits too; some refusals it gives without waiting."""
        give_up, pause = clock.monotonic() + BUSY_S, 0.005
        while True:
            connection = self._writer.connect()
            try:
                connection.begin()
                return connection
            except DBAPIError as error:
                connection.close()
                if not self._driver.busy(error) or clock.monotonic() >= give_up:
                    raise
            # Spread by the moment itself, so that writers that met once do not meet again.
            clock.sleep(pause * (1 + clock.monotonic() % 0.01 * 100))
            pause = min(2 * pause, 0.2)


def _numbers(connection: Connection, query: Select[int]) -> set[int]:
    return set(connection.execute(query.distinct()).scalars())
