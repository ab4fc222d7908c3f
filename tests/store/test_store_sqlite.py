"""What is SQLite's own: the file, what it refuses, its guards and settings, processes that share it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import open_log, sqlite
from monitor.store.lease import acquire
from monitor.store.log import StoreError
from tests.store.filled import NOTE, OPENED, fill
from tests.store.processes import APPEND, HOLD, ROOT, child, line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


def raw(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, isolation_level=None))


def test_what_was_stored_is_there_when_the_file_is_opened_again(path: Path) -> None:
    with closing(open_log(path)) as log:
        session = log.open_session("Room 1", [OPENED, NOTE])
        before = (log.entries(session), log.heads())
    with closing(open_log(f"sqlite:///{path}")) as log:
        assert (log.entries(session), log.heads()) == before
        assert list(log.verify()) == []


def test_the_file_is_its_owners_alone_and_its_directory_is_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "ward" / "log.db"
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED])
        rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert rights == {"log.db": 0o600, "log.db-wal": 0o600, "log.db-shm": 0o600}


@pytest.mark.parametrize("url", ["mysql://nurse:secret@host/ward", "sqlite://", "sqlite:///",
                                 "sqlite:///:memory:", ":memory:", "", "sqlite:///log.db?mode=ro"])  # fmt: skip
def test_an_address_that_is_no_file_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(StoreError) as refusal:
        open_log(url)
    assert "sqlite:///FILE" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a directory"):
        open_log(tmp_path)


@pytest.mark.parametrize("content", [b"hello", b"time,hr\n0,70\n" * 400, b"\x89PNG" + bytes(5000)])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is not a database"):
        open_log(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("table", ["invoices (id INTEGER)", "meta (id INTEGER)", "meta (key TEXT, value TEXT)"])
def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path, table: str) -> None:
    with raw(path) as other:
        other.execute(f"CREATE TABLE {table}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_log(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_refused_or_found_by_verify(path: Path) -> None:
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED] + [NOTE] * 200)
    with raw(path) as other:
        (root,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    content = bytearray(path.read_bytes())
    for page in range(root - 1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with closing(open_log(path)) as log:
        faults = list(log.verify())
        assert faults
        assert all("damaged" in fault.sentence for fault in faults)


@pytest.mark.parametrize("part", ["file", "directory"])
def test_a_read_only_place_is_refused(part: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # tmp_path cannot be entered by the other user
        path = Path(folder) / "log.db"
        open_log(path).close()
        os.chmod(folder, 0o755 if part == "directory" else 0o777)
        os.chmod(path, 0o666 if part == "directory" else 0o444)
        root = os.geteuid() == 0  # who may write everywhere, and must be somebody else for this
        if not root:
            os.chmod(folder, 0o555 if part == "directory" else 0o755)
        try:
            if root:
                os.seteuid(65534)
            with pytest.raises(StoreError, match="read-only"):
                open_log(path)
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)


@pytest.mark.parametrize(("setting", "value"), [("SYNCHRONOUS", 1), ("JOURNAL", "delete")])
def test_a_store_that_would_lose_confirmed_entries_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: object
) -> None:
    monkeypatch.setattr(sqlite, setting, value)
    with pytest.raises(StoreError, match="does not keep what is confirmed"):
        open_log(path)


def test_every_connection_syncs_each_commit(path: Path) -> None:
    with closing(open_log(path)) as log:
        engine = log._driver.engine  # type: ignore[attr-defined]
        with engine.connect() as one, engine.connect() as two:
            for connection in (one, two):
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize("statement", [
    "UPDATE events SET body = '{}'",
    "UPDATE events SET tick = 1 WHERE seq = 1",
    "DELETE FROM events WHERE seq = 2",
    "INSERT OR REPLACE INTO events SELECT session, seq, tick, at, by, kind, '{}', hash FROM events WHERE seq = 1",
    "INSERT INTO events SELECT session, seq + 2, tick, at, by, kind, body, hash FROM events WHERE seq = 2",
    "UPDATE samples SET row = x'00'",
    "DELETE FROM samples WHERE tick = 1",
    "REPLACE INTO samples VALUES (1, 1, x'00')",
    "INSERT INTO samples VALUES (1, -1, x'00')",
    "DELETE FROM sessions",
    "UPDATE sessions SET room = 'Room 9'",
    "REPLACE INTO sessions VALUES (1, 'Room 9', '', 0)",
])  # fmt: skip
def test_the_database_itself_refuses_to_change_the_record(path: Path, statement: str) -> None:
    with closing(open_log(path)) as log:
        fill(log)
    with raw(path) as other, pytest.raises(sqlite3.IntegrityError, match=r"never|only"):
        other.execute(statement)


def test_verify_misses_the_guards_when_they_are_gone(path: Path) -> None:
    with closing(open_log(path)) as log:
        fill(log)
        with raw(path) as other:
            other.execute("DROP TRIGGER events_no_update")
        assert ["events_no_update" in fault.sentence for fault in log.verify()] == [True]


def test_the_open_sessions_are_found_without_reading_the_closed_ones(path: Path) -> None:
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED])
        engine = log._driver.engine  # type: ignore[attr-defined]
        from monitor.store.sql import _OPEN_TAILS

        with engine.connect() as connection:
            query = str(_OPEN_TAILS.compile(engine))
            plan = [step for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    scans = [step for step in plan if step.startswith("SCAN")]
    assert scans == ["SCAN sessions USING INDEX sessions_open"]


def test_another_process_shows_in_the_version(path: Path) -> None:
    code = """
import sys
from monitor.store import open_log
from monitor.store.log import Draft
open_log(sys.argv[1]).append(1, [Draft("note_charted", "Lee", "{}")])
"""
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED])
        before = log.version()
        with child(code, path) as other:
            assert other.wait() == 0
        assert log.version() != before
        assert log.heads()[0].seq == 1


def test_a_store_that_is_held_by_another_program_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_S", 0.05)
    monkeypatch.setattr("monitor.store.sql.BUSY_S", 0.05)
    with closing(open_log(path)) as log:
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="busy"):
                log.open_session("Room 1", [OPENED])
        assert log.open_session("Room 1", [OPENED]) == 1


def test_four_processes_append_each_event_once_and_without_a_gap(path: Path) -> None:
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED])
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND, path, name, "100"], cwd=ROOT, stdout=subprocess.PIPE, text=True) for name in "abcd"
    ]
    said = [writer.communicate()[0].splitlines() for writer in writers]
    assert [len(lines) for lines in said] == [100] * 4
    with closing(open_log(path)) as log:
        entries = log.entries(1)
        assert [entry.seq for entry in entries] == list(range(401))
        confirmed = sorted(text for lines in said for text in lines)
        assert confirmed == sorted(f"{entry.seq} {entry.body}" for entry in entries[1:])
        assert list(log.verify()) == []


def test_four_processes_may_make_the_store_at_once(path: Path) -> None:
    code = "import sys; from monitor.store import open_log; print(open_log(sys.argv[1]).heads())"
    makers = [subprocess.Popen([sys.executable, "-c", code, path], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [maker.communicate()[0] for maker in makers] == ["[]\n"] * 4


@pytest.mark.parametrize("seed", range(5))
def test_a_kill_loses_nothing_that_was_confirmed(path: Path, seed: int) -> None:
    with closing(open_log(path)) as log:
        log.open_session("Room 1", [OPENED])
    chance = random.Random(seed)
    with child(APPEND, path, "Lee", 100_000) as writer:
        confirmed = [line(writer) for _ in range(chance.randint(1, 40))]
        time.sleep(chance.random() * 0.02)  # so that it falls within a commit as well as between two
        writer.send_signal(signal.SIGKILL)
        assert writer.stdout is not None
        confirmed += writer.stdout.read().split("\n")[:-1]
    with closing(open_log(path)) as log:
        stored = [f"{entry.seq} {entry.body}" for entry in log.entries(1)[1:]]
        assert stored[: len(confirmed)] == confirmed
        assert list(log.verify()) == []
        assert log.append(1, [NOTE])[0].seq == len(stored) + 1


@pytest.mark.parametrize("how", ["alone", "spawn", "fork"])
def test_a_killed_holder_frees_the_lease_at_once_whatever_children_it_leaves(path: Path, how: str) -> None:
    with closing(open_log(path)) as log, child(HOLD, path, how) as holder:
        number, orphan = map(int, line(holder).split())
        try:
            assert acquire(log) is None
            holder.kill()
            holder.wait()
            lease = acquire(log)
            assert lease is not None
            assert lease.number == number + 1
            lease.release()
        finally:
            if orphan:
                os.kill(orphan, signal.SIGKILL)


def test_a_stopped_holder_keeps_the_lease(path: Path) -> None:
    with closing(open_log(path)) as log, child(HOLD, path, "alone") as holder:
        line(holder)
        holder.send_signal(signal.SIGSTOP)
        assert acquire(log) is None


def test_the_lease_is_one_by_whatever_name_the_file_is_opened(path: Path, tmp_path: Path) -> None:
    (tmp_path / "other.db").symlink_to(path)
    with closing(open_log(path)) as log, closing(open_log(tmp_path / "other.db")) as alias:
        lease = acquire(log)
        assert lease is not None
        assert acquire(alias) is None
        lease.release()


def test_the_store_opens_where_another_process_left_its_journal_behind(path: Path, tmp_path: Path) -> None:
    with closing(open_log(path)) as log:
        fill(log)
        for file in path.parent.glob("log.db*"):  # as after a kill: the journal is not folded in yet
            shutil.copy(file, tmp_path / file.name.replace("log", "copy"))
        before = log.entries(1)
    with closing(open_log(tmp_path / "copy.db")) as copy:
        assert copy.entries(1) == before
