"""The record cannot be changed unseen: a stored log is edited behind the program's back, and ``verify`` must say where."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.store import open_log
from monitor.store.chain import seal_draft
from monitor.store.lease import acquire
from monitor.store.log import EXPORTED, TRAIL, Draft, Fault
from promises.found import Found
from promises.scratch import scratch

TRAIL_LAST = 4
"""The last entry of the audit trail."""
NOTE = Draft("note_charted", "Kim", '{"text":"settled"}')


def keep(edits: int) -> Found:
    missed: list[str] = []
    with scratch() as folder:
        heads = store(folder / "log.db")
        with closing(Trial(folder / "log.db")) as trial:
            for seed in range(edits):
                session, statements = edit(random.Random(seed))
                faults = trial.faults(*statements, heads=heads)
                named = all(
                    f.session is None or ("audit trail" if f.session == TRAIL else f"session {f.session}") in f.sentence for f in faults
                )
                if session not in {fault.session for fault in faults} or not named:
                    missed.append("; ".join(statements))
    return Found(not missed, f"{edits} edits: {len(missed)} not found" + "".join(f" ({first})" for first in missed[:1]))


def store(path: Path) -> dict[int, str]:
    """Two closed sessions, an open one, sealed to its last row, and the audit trail; gives their heads, as if kept elsewhere."""
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
        for n in range(TRAIL_LAST + 1):
            heads[TRAIL] = log.note(Draft(EXPORTED, "Kim", f'{{"file":"{n}.csv"}}')).hash
        lease.release()
        assert list(log.verify(heads=heads)) == []
    return heads


def content(file: sqlite3.Connection) -> list[list[object]]:
    file.text_factory = bytes  # an edit may leave what is no text
    tables = [file.execute(f"SELECT * FROM {table}").fetchall() for table in ("events", "samples", "sessions")]
    file.text_factory = str
    return tables


class Trial:
    """A copy of a stored log that is changed behind the program's back and verified, as often as is wanted."""

    def __init__(self, stored: Path) -> None:
        copy = stored.with_name("tampered.db")
        shutil.copy(stored, copy)
        self._whole = sqlite3.connect(stored)
        self._file = sqlite3.connect(copy, isolation_level=None)
        self._log = open_log(copy)

    def faults(self, *statements: str, heads: dict[int, str] | None = None) -> list[Fault]:
        """What ``verify`` finds after these changes of the whole log."""
        self._whole.backup(self._file)
        guards = self._file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            self._file.execute(f"DROP TRIGGER {name}")
        before = content(self._file)
        for statement in statements:
            self._file.execute(statement)
        assert content(self._file) != before, f"nothing was changed: {statements}"
        for _, guard in guards:
            self._file.execute(guard)
        return list(self._log.verify(heads=heads))

    def close(self) -> None:
        self._log.close()
        self._file.close()
        self._whole.close()


def edit(chance: random.Random) -> tuple[int, list[str]]:
    """A random edit, deletion, insertion, swap, move or cut: the session that it hits, and its statements."""
    session = chance.choice((TRAIL, 1, 2, 3))
    last_seq, last_tick = {TRAIL: (TRAIL_LAST, 0), 3: (5, 119)}.get(session, (7, 129))
    seq, tick = chance.randint(0, last_seq), chance.randint(0, last_tick)
    event, sample = f"session = {session} AND seq = {seq}", f"session = {session} AND tick = {tick}"
    other_seq = chance.choice([n for n in range(last_seq + 1) if n != seq])
    other_tick = (tick + chance.randint(1, max(1, last_tick))) % (last_tick + 1)
    column = chance.choice(("at", "by", "kind", "body", "hash"))
    flipped = f"replace({column}, substr({column}, {chance.randint(1, 2)}, 1), '~')"
    bits = f"CAST(substr(row, 1, length(row) - 1) || char({chance.randint(65, 90)}) AS BLOB)"
    of_events = (
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
    )  # fmt: skip
    of_a_session = (
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
    )  # fmt: skip
    return session, list(chance.choice(of_events if session == TRAIL else of_events + of_a_session))
