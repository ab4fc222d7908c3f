"""A change of the stored record is always found. ``STORE_EDITS=10000`` makes the run of the promise."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import open_log
from monitor.store.chain import read_seal, seal_digest, seal_draft
from monitor.store.lease import acquire
from monitor.store.log import Draft, Fault

EDITS = int(os.environ.get("STORE_EDITS", "150"))
NOTE = Draft("note_charted", "Kim", '{"text":"settled"}')


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    """Two closed sessions and an open one, sealed to its last row; and their heads, kept elsewhere."""
    path = tmp_path_factory.mktemp("verify") / "log.db"
    with closing(open_log(path)) as log:
        lease = acquire(log)
        assert lease is not None
        for session in (1, 2, 3):
            assert log.open_session(f"Room {session}", [Draft("session_opened", "Kim", "{}"), NOTE]) == session
        for minute in range(2):
            with log.transaction(lease.number) as writing:
                for session in (1, 2, 3):
                    rows = [(t, b"%d %d" % (session, t)) for t in range(minute * 60, minute * 60 + 60)]
                    for tick, row in rows:
                        writing.write_row(session, tick, row)
                    writing.append(session, rows[-1][0], [seal_draft(rows[0][0], rows[-1][0], rows)])
            for session in (1, 2, 3):
                log.append(session, [NOTE])
        with log.transaction(lease.number) as writing:
            for tick in range(120, 130):
                writing.write_row(1, tick, b"1 %d" % tick)
                writing.write_row(2, tick, b"2 %d" % tick)
        for session in (1, 2):
            log.append(session, [Draft("session_closed", "Kim", "{}")])
        heads = {head.session: head.hash for head in log.heads(open_only=False)}
        lease.release()
        assert list(log.verify(heads=heads)) == []
    return path, heads


def content(file: sqlite3.Connection) -> list[list[object]]:
    file.text_factory = bytes  # an edit may leave what is no text
    tables = [file.execute(f"SELECT * FROM {table}").fetchall() for table in ("events", "samples", "sessions")]
    file.text_factory = str
    return tables


def tamper(path: Path, *statements: str) -> None:
    """Change the file behind the program's back, and put the guards back in place."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        guards = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            file.execute(f"DROP TRIGGER {name}")
        before = content(file)
        for statement in statements:
            file.execute(statement)
        assert content(file) != before, f"nothing was changed: {statements}"
        for _, guard in guards:
            file.execute(guard)


def faults_after(stored: tuple[Path, dict[int, str]], tmp_path: Path, *statements: str, heads: bool = False) -> list[Fault]:
    path = tmp_path / "tampered.db"
    shutil.copy(stored[0], path)
    tamper(path, *statements)
    with closing(open_log(path)) as log:
        return list(log.verify(heads=stored[1] if heads else None))


def edit(chance: random.Random) -> tuple[int, list[str]]:
    """A random edit, deletion, insertion, swap, move or cut: the session that it hits, and its statements."""
    session = chance.choice((1, 2, 3))
    last_seq, last_tick = (7, 129) if session != 3 else (5, 119)
    seq, tick = chance.randint(0, last_seq), chance.randint(0, last_tick)
    event, sample = f"session = {session} AND seq = {seq}", f"session = {session} AND tick = {tick}"
    other_seq = chance.choice([n for n in range(last_seq + 1) if n != seq])
    other_tick = chance.choice([n for n in range(last_tick + 1) if n != tick])
    column = chance.choice(("at", "by", "kind", "body", "hash"))
    flipped = f"replace({column}, substr({column}, {chance.randint(1, 2)}, 1), '~')"
    bits = f"CAST(substr(row, 1, length(row) - 1) || char({chance.randint(65, 90)}) AS BLOB)"
    return session, chance.choice((
        [f"UPDATE events SET {column} = {flipped} WHERE {event}"],
        [f"UPDATE events SET {column} = {column} || ' ' WHERE {event}"],
        [f"UPDATE events SET tick = tick + {chance.choice((-1, 1, 60))} WHERE {event}"],
        [f"UPDATE events SET body = CAST(x'ff' AS TEXT) WHERE {event}"],
        [f"DELETE FROM events WHERE {event}"],
        [f"DELETE FROM events WHERE session = {session} AND seq >= {seq}"],
        [f"DELETE FROM events WHERE {event}",
         f"UPDATE events SET seq = -seq WHERE session = {session} AND seq >= {seq}",
         f"UPDATE events SET seq = -seq - 1 WHERE session = {session} AND seq < 0"],
        [f"INSERT INTO events SELECT session, {last_seq + 1}, tick, at, by, kind, body, hash FROM events "
         f"WHERE {event}"],
        [f"UPDATE events SET seq = -1 WHERE {event}",
         f"UPDATE events SET seq = {seq} WHERE session = {session} AND seq = {other_seq}",
         f"UPDATE events SET seq = {other_seq} WHERE session = {session} AND seq = -1"],
        [f"UPDATE events SET session = 9 WHERE {event}"],
        [f"UPDATE samples SET row = {bits} WHERE {sample}"],
        [f"UPDATE samples SET row = CAST(row || x'00' AS BLOB) WHERE {sample}"],
        [f"UPDATE samples SET row = x'' WHERE {sample}"],
        [f"DELETE FROM samples WHERE {sample}"],
        [f"DELETE FROM samples WHERE session = {session} AND tick >= {tick}"],
        [f"INSERT INTO samples VALUES ({session}, {-1 - tick}, x'00')"],
        [f"UPDATE samples SET tick = -1 WHERE {sample}",
         f"UPDATE samples SET tick = {tick} WHERE session = {session} AND tick = {other_tick}",
         f"UPDATE samples SET tick = {other_tick} WHERE session = {session} AND tick = -1"],
        [f"UPDATE samples SET session = 9 WHERE {sample}"],
        [f"UPDATE sessions SET room = room || '~' WHERE session = {session}"],
        [f"UPDATE sessions SET opened_at = 'now' WHERE session = {session}"],
        [f"UPDATE sessions SET closed = 1 - closed WHERE session = {session}"],
        [f"DELETE FROM sessions WHERE session = {session}"],
        [f"DELETE FROM {table} WHERE session = {session}" for table in ("events", "samples", "sessions")],
    ))  # fmt: skip


def test_every_random_change_of_the_record_is_found(stored: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    for seed in range(EDITS):
        session, statements = edit(random.Random(seed))
        faults = faults_after(stored, tmp_path, *statements, heads=True)
        assert session in {fault.session for fault in faults}, (seed, statements)
        assert all(fault.session is None or f"session {fault.session}" in fault.sentence for fault in faults)


@pytest.mark.parametrize(("statement", "seq", "words"), [
    ("UPDATE events SET body = '{}' WHERE session = 1 AND seq = 3", 3, "event 3 (note_charted) is not as it was"),
    ("UPDATE events SET tick = 200 WHERE session = 1 AND seq = 3", 4, "event 4 goes back from tick 200"),
    ("UPDATE events SET body = CAST(x'ff' AS TEXT) WHERE session = 1 AND seq = 3", 3, "event 3 (note_charted) is not"),
    ("DELETE FROM events WHERE session = 1 AND seq = 3", 3, "event 3 is missing"),
    ("DELETE FROM events WHERE session = 1 AND seq IN (3, 4)", 3, "events 3 to 4 are missing"),
    ("DELETE FROM events WHERE session = 1 AND seq = 4", None, "the samples of ticks 60 to 119 are in no seal"),
    ("UPDATE samples SET row = x'00' WHERE session = 1 AND tick = 77", 4, "ticks 60 to 119"),
    ("DELETE FROM samples WHERE session = 1 AND tick = 3", 2, "ticks 0 to 59"),
    ("INSERT INTO samples VALUES (1, 130, x'00')", None, "ticks 130 to 130 are in no seal"),
    ("INSERT INTO samples VALUES (1, -5, x'00')", None, "before the opening, at tick -5"),
    ("DELETE FROM events WHERE session = 1 AND seq = 7", 6, "the list says closed"),
])  # fmt: skip
def test_a_fault_names_its_session_and_place(
    stored: tuple[Path, dict[int, str]], tmp_path: Path, statement: str, seq: int | None, words: str
) -> None:
    faults = faults_after(stored, tmp_path, statement)
    assert [f for f in faults if f.session == 1 and f.seq == seq and words in f.sentence], faults
    assert {fault.session for fault in faults} == {1}


def test_an_edit_is_found_once_where_it_is(stored: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    for statement in ("UPDATE events SET by = 'Lee' WHERE session = 2 AND seq = 1",
                      "UPDATE samples SET row = x'00' WHERE session = 2 AND tick = 5",
                      "DELETE FROM events WHERE session = 2 AND seq = 1"):  # fmt: skip
        assert len(faults_after(stored, tmp_path, statement)) == 1


def test_a_cut_end_is_found_against_a_head_that_was_kept(stored: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    cut = "DELETE FROM events WHERE session = 3 AND seq = 5"
    assert faults_after(stored, tmp_path, cut) == []
    (fault,) = faults_after(stored, tmp_path, cut, heads=True)
    assert (fault.session, fault.seq) == (3, 4)


def test_a_missing_session_is_found(stored: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    gone = [f"DELETE FROM {table} WHERE session = 2" for table in ("events", "samples", "sessions")]
    (fault,) = faults_after(stored, tmp_path, *gone)
    assert fault.sentence == "session 2 is missing from the list of sessions"


def test_a_forged_number_far_away_is_said_in_one_sentence(stored: tuple[Path, dict[int, str]], tmp_path: Path) -> None:
    faults = faults_after(stored, tmp_path, f"UPDATE sessions SET session = {2**60} WHERE session = 3")
    assert f"sessions 3 to {2**60 - 1} are missing from the list of sessions" in {fault.sentence for fault in faults}


def test_a_seal_reads_back_as_it_was_made() -> None:
    rows = [(60, b"a"), (61, b""), (119, b"b")]
    seal = read_seal(seal_draft(60, 119, rows).body)
    assert seal is not None
    assert (seal.first, seal.last, seal.digest) == (60, 119, seal_digest(rows))
    assert seal_digest(rows) != seal_digest([(60, b"a"), (119, b"b")])


@pytest.mark.parametrize("body", ["", "[]", "{}", "[" * 100_000, '{"first":0,"last":true,"digest":""}',
                                  '{"first":5,"last":4,"digest":""}'])  # fmt: skip
def test_what_is_no_seal_is_not_taken_for_one(body: str) -> None:
    assert read_seal(body) is None
