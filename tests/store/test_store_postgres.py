"""What is PostgreSQL's own: what it must promise, its guards, its word of commits, its lock, a server that goes away."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import psycopg
import pytest

from monitor.store import open_log, postgres
from monitor.store.lease import acquire
from monitor.store.log import EventLog, LeaseLost, StoreError
from tests.postgres import Server
from tests.store.filled import NOTE, OPENED, fill
from tests.store.processes import HOLD, child, line


def soon(true: Callable[[], object]) -> bool:
    """Whether it comes true within ten seconds."""
    give_up = time.monotonic() + 10
    while not true():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except StoreError as said:
        return str(said)
    return ""


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with closing(open_log(database)) as opened:
        yield opened


def test_what_was_stored_is_there_when_it_is_opened_again(database: str) -> None:
    with closing(open_log(database)) as log:
        fill(log)
        before = (log.entries(1), log.rows(1), log.heads())
    with closing(open_log(database.replace("postgresql://", "postgres://"))) as log:
        assert (log.entries(1), log.rows(1), log.heads()) == before
        assert list(log.verify()) == []


def test_several_may_make_the_store_at_once(database: str) -> None:
    found: list[object] = []

    def make() -> None:
        with closing(open_log(database)) as log:
            found.append(log.heads())

    makers = [threading.Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert found == [[]] * 4


# What it refuses


@pytest.mark.parametrize("url", ["postgresql://", "postgresql://nurse:secret@host", "postgresql://nurse:secret@host:door/ward"])
def test_an_address_without_a_database_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(StoreError, match="postgresql://USER@HOST/DATABASE") as refusal:
        open_log(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("setting", postgres.DURABLE)
def test_a_server_that_would_lose_confirmed_entries_is_refused(server: Server, database: str, setting: str) -> None:
    def now_it_is(value: str) -> bool:
        server.sql("SELECT pg_reload_conf()")
        return soon(lambda: server.sql(f"SHOW {setting}") == [(value,)])

    server.sql(f"ALTER SYSTEM SET {setting} = off")
    try:
        assert now_it_is("off")
        with pytest.raises(StoreError, match=f"would lose what is confirmed: {setting} is off; set {setting} = on"):
            open_log(database)
    finally:
        server.sql(f"ALTER SYSTEM RESET {setting}")
        assert now_it_is("on")


def test_a_later_change_of_the_server_takes_no_open_connection_its_promise(server: Server, database: str, log: EventLog) -> None:
    engine = log._driver.engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        server.sql(f"ALTER DATABASE {database.rpartition('/')[2]} SET synchronous_commit = off")
        server.sql("SELECT pg_reload_conf()")
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_database_that_cannot_keep_every_letter_is_refused(server: Server) -> None:
    with server.database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0") as url, pytest.raises(StoreError, match="ENCODING 'UTF8'"):
        open_log(url)


@pytest.mark.parametrize("table", ["invoices (id int)", "meta (id int)", "meta (key text, value text)"])
def test_the_database_of_another_program_is_refused_and_left_as_it_is(server: Server, database: str, table: str) -> None:
    name = database.rpartition("/")[2]
    server.sql(f"CREATE TABLE {table}", name)
    with pytest.raises(StoreError, match="another program"):
        open_log(database)
    assert len(server.sql("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", name)) == 1


def test_who_is_not_let_in_reads_no_password_in_the_sentence(server: Server, database: str) -> None:
    server.sql("CREATE ROLE nurse LOGIN PASSWORD 'right'")
    try:
        address = server.url(database.rpartition("/")[2], "nurse:secret")
        with pytest.raises(StoreError, match="does not let nurse in; check user and password") as refusal:
            open_log(address)
        assert "secret" not in str(refusal.value)
        with pytest.raises(StoreError, match="make the store's user the owner of the database"):
            open_log(address.replace("secret", "right"))
    finally:
        server.sql("DROP ROLE nurse")


def test_a_database_that_is_not_there_and_a_server_that_is_not_there_are_said(server: Server) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_log(server.url("nowhere"))
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9/ward does not answer") as refusal:
        open_log("postgresql://nurse:secret@127.0.0.1:9/ward")
    assert "secret" not in str(refusal.value)


def test_a_wards_database_is_opened_by_no_training_station(database: str) -> None:
    with closing(open_log(database, mode="ward")) as log:
        fill(log)
    with pytest.raises(StoreError, match="is a ward store and this station is in training mode"):
        open_log(database, mode="training")
    open_log(database, mode="ward").close()


# Its guards


@pytest.mark.parametrize("statement", [
    "UPDATE events SET body = '{}'",
    "DELETE FROM events WHERE seq = 2",
    "TRUNCATE events",
    "INSERT INTO events SELECT session, seq + 2, tick, at, by, kind, body, hash FROM events WHERE seq = 2",
    "INSERT INTO events SELECT * FROM events WHERE seq = 1 ON CONFLICT (session, seq) DO UPDATE SET body = '{}'",
    "UPDATE samples SET row = ''",
    "DELETE FROM samples WHERE tick = 1",
    "TRUNCATE samples",
    "INSERT INTO samples VALUES (1, -1, '')",
    "INSERT INTO samples VALUES (1, 7, ''), (1, 6, '')",
    "DELETE FROM sessions",
    "TRUNCATE sessions",
    "UPDATE sessions SET room = 'Room 9'",
    "UPDATE sessions SET closed = 2",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_the_record(filled: psycopg.Connection[tuple[object]], statement: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match=r"never|only"):
        filled.execute(statement.encode())


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[psycopg.Connection[tuple[object]]]:
    with server.database() as url:
        with closing(open_log(url)) as log:
            fill(log)
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


@pytest.mark.parametrize(("statement", "guard"), [
    ("DROP TRIGGER events_no_update ON events", "events_no_update"),
    ("ALTER TABLE samples DISABLE TRIGGER samples_no_delete", "samples_no_delete"),
    ("CREATE OR REPLACE FUNCTION monitor_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'", "monitor_refuse"),
    ("CREATE TRIGGER quiet BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION monitor_refuse('no')", "quiet"),
])  # fmt: skip
def test_verify_misses_the_guards_when_they_are_gone(server: Server, database: str, log: EventLog, statement: str, guard: str) -> None:
    assert list(log.verify()) == []
    server.sql(statement, database.rpartition("/")[2])
    assert [guard in fault.sentence for fault in log.verify()] == [True]


# Its word of commits


def test_another_ones_commit_shows_in_the_version_without_a_question_to_the_server(server: Server, database: str, log: EventLog) -> None:
    before = log.version()
    asked = "SELECT query_start FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    last = server.sql(asked)
    with closing(open_log(database)) as other:
        other.open_session("Room 1", [OPENED])
    assert soon(lambda: log.version() != before)
    assert server.sql(asked) == last != []
    assert log.heads()[0].seq == 0


def test_a_full_disk_and_a_busy_store_are_said(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "BUSY_S", 0.05)
    monkeypatch.setattr("monitor.store.sql.BUSY_S", 0.05)
    name = database.rpartition("/")[2]
    with closing(open_log(database)) as log:
        with psycopg.connect(database) as other:
            other.execute(f"SELECT pg_advisory_xact_lock({postgres.SPACE}, {postgres.WRITE_LOCK})".encode())
            with pytest.raises(StoreError, match="busy"):
                log.open_session("Room 1", [OPENED])
        server.sql("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END'", name)  # fmt: skip
        server.sql("CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk()", name)
        with pytest.raises(StoreError, match="the server's disk is full; nothing was saved"):
            log.open_session("Room 1", [OPENED])
        server.sql("DROP TRIGGER full_disk ON events", name)
        assert log.open_session("Room 1", [OPENED]) == 1


def test_a_writer_that_stands_still_in_its_transaction_does_not_stop_the_others(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "STALLED_S", 0.3)
    with closing(open_log(database)) as log, closing(open_log(database)) as other:
        session = other.open_session("Room 1", [OPENED])
        number = log.number_lease("test")
        with pytest.raises(StoreError), log.transaction(number) as writing:
            writing.append(session, 0, [NOTE])
            assert other.append(session, [NOTE])[0].seq == 1  # waits until the server has ended the one that stands
            writing.append(session, 0, [NOTE])
        assert [entry.seq for entry in log.entries(session)] == [0, 1]


# A server that goes away


def test_after_a_restart_of_the_server_all_goes_on_by_itself(server: Server, log: EventLog) -> None:
    session = fill(log)
    lease = acquire(log)
    assert lease is not None
    before = log.version()
    server.stop()
    try:
        assert soon(lambda: "does not answer" in refusal(log.version))
        for broken in (log.version, log.heads, lambda: log.append(session, [NOTE])):
            with pytest.raises(StoreError, match="does not answer"):
                broken()
        with pytest.raises(StoreError, match="does not answer"), log.transaction(lease.number):
            pass
    finally:
        server.start()
    with log.transaction(lease.number) as writing:
        writing.write_row(session, 5, b"row")
    assert log.version() != before
    assert log.append(session, [NOTE])[0].seq == 3
    assert acquire(log) is None
    lease.release()


class Wire:
    """Stands between the store and the server; cuts the line when a commit passes, before or after the server has it."""

    def __init__(self, server: Server, cut: str) -> None:
        self._server, self._cut = server, cut
        self.armed = False
        self._front = socket.create_server(("127.0.0.1", 0))
        self.port = self._front.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._carry, args=(self._front.accept()[0],), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self._server.port)) as far, suppress(OSError):
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    said = ready.recv(65536)
                    if not said:
                        return
                    cuts = self.armed and ready is near and said == b"Q\x00\x00\x00\x0bCOMMIT\x00"
                    if not (cuts and self._cut == "before"):
                        (far if ready is near else near).sendall(said)
                    if cuts:
                        self.armed = False
                        if self._cut == "after":
                            far.recv(65536)  # the server has answered; nobody will hear it
                        return

    def close(self) -> None:
        self._front.close()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_an_entry_whose_confirmation_was_cut_off_is_there_exactly_when_it_is_said_to_be(server: Server, database: str, cut: str) -> None:
    with closing(Wire(server, cut)) as wire, closing(open_log(database.replace(str(server.port), str(wire.port)))) as log:
        session = log.open_session("Room 1", [OPENED])
        wire.armed = True
        if cut == "before":
            with pytest.raises(StoreError, match="nothing was saved"):
                log.append(session, [NOTE])
            assert len(log.entries(session)) == 1
        else:
            assert log.append(session, [NOTE])[0].seq == 1
            assert [entry.seq for entry in log.entries(session)] == [0, 1]
        assert not wire.armed


# Its lock


def holders(server: Server, database: str) -> list[int]:
    query = f"""SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
                WHERE locktype = 'advisory' AND objid = {postgres.LEASE_LOCK} AND datname = '{database.rpartition("/")[2]}'"""
    return [int(str(pid)) for (pid,) in server.sql(query)]


@pytest.mark.parametrize("how", ["alone", "spawn", "fork"])
def test_a_killed_holder_frees_the_lease_whatever_children_it_leaves(database: str, log: EventLog, how: str) -> None:
    with child(HOLD, database, how) as holder:
        number, orphan = map(int, line(holder).split())
        try:
            assert acquire(log) is None
            holder.kill()
            holder.wait()
            taken = []
            assert soon(lambda: taken.append(acquire(log)) or taken[-1])
            assert taken[-1].number == number + 1
            taken[-1].release()
        finally:
            if orphan:
                os.kill(orphan, signal.SIGKILL)


def test_a_stopped_holder_keeps_the_lease(database: str, log: EventLog) -> None:
    with child(HOLD, database, "alone") as holder:
        line(holder)
        holder.send_signal(signal.SIGSTOP)
        assert acquire(log) is None


def test_a_holder_whose_lock_was_taken_while_it_stood_still_writes_nothing(server: Server, database: str, log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    first = acquire(log)
    assert first is not None
    (pid,) = holders(server, database)
    server.sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    with closing(open_log(database)) as other:
        second = acquire(other)
        assert second is not None
        with pytest.raises(LeaseLost), log.transaction(first.number) as writing:
            writing.write_row(session, 0, b"r")
        assert log.rows(session) == []
        first.release()
        assert len(holders(server, database)) == 1
        second.release()


def test_a_lock_that_was_lost_to_nobody_is_taken_again_before_anything_is_written(server: Server, database: str, log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    lease = acquire(log)
    assert lease is not None
    (lost,) = holders(server, database)
    server.sql(f"SELECT pg_terminate_backend({lost}, 5000)")
    with log.transaction(lease.number) as writing:
        writing.write_row(session, 0, b"r")
    assert len(holders(server, database)) == 1 and holders(server, database) != [lost]
    assert [tick for tick, _ in log.rows(session)] == [0]
    lease.release()
    assert holders(server, database) == []


def test_while_somebody_else_has_its_lock_a_holder_writes_nothing_and_goes_on_when_it_was_not_numbered(
    server: Server, database: str, log: EventLog
) -> None:
    lease = acquire(log)
    assert lease is not None
    (pid,) = holders(server, database)
    server.sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    with closing(open_log(database)) as other:
        lock = other.lease_lock()
        assert lock.take()
        with pytest.raises(StoreError, match="held by somebody else"), log.transaction(lease.number):
            pass
        lock.free()
    with log.transaction(lease.number) as writing:
        writing.beat(0.0)
    lease.release()
