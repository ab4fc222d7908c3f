"""What is PostgreSQL's own: the server, what it must promise, its guards, its lock, its word of every commit.

Writers take turns by an advisory lock of the transaction, taken before anything is read, at READ COMMITTED: whoever has
it sees all that was committed before. SERIALIZABLE would let them run into each other and have one do its work again,
which for the evaluator is the whole ward's round. The guards take the same lock, so that a writer who is not ours waits
too. Advisory locks belong to a database: one store a database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from monitor import clock
from monitor.store import hosts, schema
from monitor.store.lease import HELD
from monitor.store.log import Fault, Lock, StoreError
from monitor.store.sql import BUSY_S, WRITES, SqlLog

SPACE, WRITE_LOCK, LEASE_LOCK = 1768845683, 1, 2
"""Keys of our advisory locks."""
CHANNEL = "infusion_monitor"
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
"""Server settings without which a confirmed entry may be lost: none may be off."""
STALLED_S = 20
"""A transaction that does nothing for so long is ended by the server: a stopped writer must not stop the others."""
SILENT = {"idle": 2, "interval": 1, "count": 3}
"""TCP keepalive on both ends, in s: after 5 s without an answer a vanished client's locks are free."""
ANOTHER = "make an empty one for the store"
FORM = "postgresql://USER@HOST/DATABASE"

_IN_TURN = f"PERFORM pg_advisory_xact_lock({SPACE}, {WRITE_LOCK});"
_REFUSED = "RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation';"
_SAME = "NEW.session = OLD.session AND NEW.room = OLD.room AND NEW.opened_at = OLD.opened_at"
FUNCTIONS = {
    "monitor_refuse": f"BEGIN {_REFUSED} END",
    "monitor_next_event": f"BEGIN {_IN_TURN} "
    "IF NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM events WHERE session = NEW.session) "
    f"THEN {_REFUSED} END IF; RETURN NEW; END",
    "monitor_next_sample": f"BEGIN {_IN_TURN} "
    "IF NEW.tick <= (SELECT coalesce(max(tick), -1) FROM samples WHERE session = NEW.session) "
    f"THEN {_REFUSED} END IF; RETURN NEW; END",
    "monitor_only_closed": f"BEGIN IF NOT ({_SAME} AND OLD.closed = 0 AND NEW.closed = 1) THEN {_REFUSED} END IF; RETURN NEW; END",
    "monitor_told": f"BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END",
}  # fmt: skip
GUARDS = {
    name: f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {does}"
    for name, when, does in (
        *(
            (f"{table}_no_{act.lower()}", f"BEFORE {act} ON {table} FOR EACH STATEMENT", f"monitor_refuse('{table} are never {done}')")
            for table, act, done in (
                ("events", "UPDATE", "changed"), ("events", "DELETE", "deleted"), ("events", "TRUNCATE", "deleted"),
                ("samples", "UPDATE", "changed"), ("samples", "DELETE", "deleted"), ("samples", "TRUNCATE", "deleted"),
                ("sessions", "DELETE", "deleted"), ("sessions", "TRUNCATE", "deleted"),
            )
        ),
        ("events_in_order", "BEFORE INSERT ON events FOR EACH ROW", "monitor_next_event('events are only added at the end')"),
        ("samples_in_order", "BEFORE INSERT ON samples FOR EACH ROW", "monitor_next_sample('samples are only added at the end')"),
        ("sessions_no_update", "BEFORE UPDATE ON sessions FOR EACH ROW", "monitor_only_closed('a session can only be closed')"),
        *(
            (f"{table}_told", f"AFTER INSERT OR UPDATE ON {table} FOR EACH STATEMENT", "monitor_told()")
            for table in ("events", "samples", "sessions", "lease")
        ),
    )
}  # fmt: skip
"""As the server writes them back. ``_told`` makes every commit known; a transaction is told of once."""


def open_server(url: str, now: Callable[[], datetime] = clock.now) -> SqlLog:
    """The log in this database; its tables are made where there are none. Raises StoreError."""
    driver = PostgresDriver(url)
    try:
        driver.make_schema()
    except BaseException as error:
        driver.close()
        if isinstance(error, DBAPIError):
            raise StoreError(driver.sentence(error)) from error
        raise
    return SqlLog(driver, now)


class PostgresDriver:
    """A ``Driver``."""

    def __init__(self, url: str) -> None:
        try:
            self._address = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql")
        except (ArgumentError, ValueError):
            raise StoreError(f"the address of the store cannot be read; give it as {FORM}") from None
        if not self._address.database:
            raise StoreError(f"the address of the store names no database; give it as {FORM}")
        shown = URL.create("postgresql", host=hosts(url), port=self._address.port, database=self._address.database)
        self.url = str(shown)  # without user and password: it is said and logged
        self._place = self.url.removeprefix("postgresql://")
        self._listener: psycopg.Connection[Any] | None = None
        self._listening = threading.Lock()
        self._heard, self._wrote = 0, False
        self._lock: AdvisoryLock | None = None
        self._transaction = ""
        self.engine = self._engine()

    def make_schema(self) -> None:
        with self.engine.connect() as connection:
            if schema.stands(connection, self._place, ANOTHER):
                return
        with self.engine.execution_options(**{WRITES: True}).connect() as connection, connection.begin():
            schema.bring_up(connection, self._place, ANOTHER)

    # Connections

    def _engine(self) -> Engine:
        engine = create_engine(
            self._address.set(drivername="postgresql+psycopg"),
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=-1,
            pool_pre_ping=True,  # so that after a restart of the server the first one to come is served as well
            isolation_level="REPEATABLE READ",  # a reading of several statements is of one moment
            hide_parameters=True,  # what was charted belongs in no traceback
            creator=self.connect,
        )

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get(WRITES, False):
                lock = f"SELECT pg_advisory_xact_lock({SPACE}, {WRITE_LOCK})"
                connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {lock}")
                self._transaction = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()

        @event.listens_for(engine, "commit")
        def commit(connection: Connection) -> None:
            self._wrote = self._wrote or connection.get_execution_options().get(WRITES, False)

        return engine

    def connect(self, autocommit: bool = False) -> psycopg.Connection[Any]:
        """A connection that keeps what is confirmed. Raises psycopg.Error, and StoreError where the server does not."""
        alive = {f"keepalives_{name}": seconds for name, seconds in SILENT.items()}
        words = {"connect_timeout": 3, "tcp_user_timeout": 5000, "client_encoding": "utf8", "application_name": "infusion monitor"}
        address = self._address.render_as_string(hide_password=False)
        connection = psycopg.connect(address, autocommit=True, **words | alive)  # type: ignore[arg-type]
        try:
            for name, seconds in SILENT.items():
                connection.execute(f"SET tcp_keepalives_{name} = {seconds}".encode())
            connection.execute(f"SET lock_timeout = '{BUSY_S}s'".encode())
            connection.execute(f"SET idle_in_transaction_session_timeout = '{STALLED_S}s'".encode())
            self._check(connection)
            connection.autocommit = autocommit
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        wanted = [*DURABLE, "server_encoding"]
        found = dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [wanted]).fetchall())
        for name in DURABLE:
            if found[name] == "off":
                raise StoreError(f"{self._place} would lose what is confirmed: {name} is off; set {name} = on for the server")
        if found["server_encoding"] != "UTF8":
            raise StoreError(f"{self._place} is kept as {found['server_encoding']}; make the database with ENCODING 'UTF8'")
        # Said by the connection itself, so that no later change of the server's configuration takes it away.
        connection.execute(f"SET synchronous_commit = {found['synchronous_commit']}".encode())

    # What a log asks

    def version(self) -> int:
        with self._listening:
            try:
                if self._listener is None:
                    listener = self.connect(autocommit=True)
                    listener.add_notify_handler(self._hear)
                    self._listener = listener
                    listener.execute(f"LISTEN {CHANNEL}".encode())
                    self._heard, self._wrote = self._heard + 1, False  # what was committed while nobody listened
                elif self._wrote:
                    self._wrote = False
                    self._listener.execute("SELECT 1")  # the server tells of a commit before it answers anything later
                else:
                    self._listener.pgconn.consume_input()
                    while self._listener.pgconn.notifies() is not None:
                        self._heard += 1
            except psycopg.Error as error:
                self._deaf()
                raise StoreError(self.sentence(error)) from error
            return self._heard

    def _hear(self, notify: psycopg.Notify) -> None:
        self._heard += 1

    def _deaf(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def busy(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) == "55P03"

    def kept(self) -> bool:
        """Was the last transaction stored, though its commit was cut off? Only the server knows."""
        give_up = clock.monotonic() + BUSY_S
        while clock.monotonic() < give_up:
            with suppress(psycopg.Error):
                with self.connect(autocommit=True) as connection:
                    cells = connection.execute("SELECT pg_xact_status(%s::text::xid8)", [self._transaction]).fetchone()
                if cells is not None and cells[0] != "in progress":
                    return bool(cells[0] == "committed")
            clock.sleep(0.1)
        raise StoreError(f"{self._place} was lost while it was saving: look whether the last entry is there before you enter it again")

    def there(self) -> None:
        """The server itself says where a database is gone."""

    def damaged(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlstate", None) in ("XX001", "XX002")

    def sentence(self, error: DBAPIError | psycopg.Error) -> str:
        origin = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(origin, "sqlstate", None) or ""
        said = " ".join(str(getattr(getattr(origin, "diag", None), "message_primary", None) or origin).split())
        if self._address.password:
            said = said.replace(str(self._address.password), "***")
        if state == "55P03":
            return f"{self._place} is busy: another program holds it for more than {BUSY_S:.0f} s; nothing was saved"
        if state == "53100":
            return f"{self._place}: the server's disk is full; nothing was saved"
        if state == "25006":
            return f"{self._place} only reads, as a standby does: give the address of the server that writes; nothing was saved"
        if state == "42501":
            return f"{self._place}: {said}; make the store's user the owner of the database; nothing was saved"
        if state.startswith("28") or "authentication failed" in said or "no password supplied" in said or "pg_hba.conf" in said:
            who = self._address.username or "the user"
            return f"{self._place} does not let {who} in; check user and password (in the address, PGPASSWORD or ~/.pgpass)"
        if "FATAL:" in said and not state:
            return f"{self._place} refuses: {said.rpartition('FATAL:')[2].strip()}; nothing was saved"
        if state.startswith(("08", "57P")) or (not state and isinstance(origin, psycopg.OperationalError)):
            return f"{self._place} does not answer; nothing was saved"
        return f"{self._place}: {said}; nothing was saved"

    def room_left(self) -> int | None:
        return None  # the server does not tell its clients

    def lease_lock(self) -> Lock:
        return AdvisoryLock(self)

    def holds(self, lock: AdvisoryLock | None) -> None:
        self._lock = lock

    def lease_kept(self) -> bool:
        return self._lock is None or self._lock.kept()

    def faults(self, connection: Connection) -> Iterator[Fault]:
        query = """SELECT tgname, pg_get_triggerdef(t.oid, true), tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
                   WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"""
        found = {name: (text, enabled) for name, text, enabled in connection.exec_driver_sql(query)}
        for name, text in GUARDS.items():
            if found.get(name) != (text, "O"):
                yield Fault(None, None, None, f"the database's own guard {name} is missing or was changed")
        for name in sorted(found.keys() - GUARDS.keys()):
            yield Fault(None, None, None, f"the database has a trigger that is not ours: {name}")
        query = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        bodies = {name: body for name, body in connection.exec_driver_sql(query)}
        for name, body in FUNCTIONS.items():
            if bodies.get(name) != body:
                yield Fault(None, None, None, f"the database's own guard {name} is missing or was changed")

    def close(self) -> None:
        if self._lock is not None:
            self._lock.free()
        with self._listening:
            self._deaf()
        self.engine.dispose()


class AdvisoryLock:
    """A session's advisory lock, on a connection of its own: the server frees it when that ends, however it ends."""

    def __init__(self, driver: PostgresDriver) -> None:
        self._driver = driver
        self._connection: psycopg.Connection[Any] | None = None
        self._descriptor = -1

    def take(self) -> bool:
        if self._connection is not None:
            return False
        try:
            connection = self._driver.connect(autocommit=True)
            try:
                (ours,) = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [SPACE, LEASE_LOCK]).fetchone() or (False,)
            except BaseException:
                connection.close()
                raise
        except psycopg.Error as error:
            raise StoreError(self._driver.sentence(error)) from error
        if not ours:
            connection.close()
            return False
        self._connection, self._descriptor = connection, connection.fileno()
        HELD.add(self._descriptor)
        self._driver.holds(self)
        return True

    def kept(self) -> bool:
        """Still ours? A lock that was lost with its connection is taken again where nobody else was quicker.

        Then the number of the lease says whether somebody had it in between.
        """
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.execute("SELECT 1")
                return True
            self._hang_up()
        return self.take()

    def free(self) -> None:
        if self._connection is not None and self._descriptor in HELD:  # not in a forked child, where it is the parent's
            with suppress(psycopg.Error):  # said, not only hung up: the next one may ask before the server has noticed
                self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", [SPACE, LEASE_LOCK])
            self._hang_up()
            self._driver.holds(None)

    def _hang_up(self) -> None:
        HELD.discard(self._descriptor)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
