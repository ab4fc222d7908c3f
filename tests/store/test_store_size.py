"""What an hour of a session costs on disk. ``PYTHONPATH=. python tests/store/test_store_size.py`` prints it."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from monitor.store import open_log
from monitor.store.chain import seal_draft
from monitor.store.lease import acquire
from monitor.store.log import Draft
from monitor.store.packing import pack
from monitor.vitals import CUFF, Beats, Numeric, Signal, numeric

HOURS, EVENTS, BODY = 10, 300, 250
"""Session-hours, events in each, bytes of an event's body."""
BESIDE = (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR, Signal.ETCO2, Signal.TEMP)


def samples(tick: int) -> list[Numeric]:
    """Six signals each second, the cuff every five minutes."""
    row = [numeric(signal, 36 + tick % 5, tick) for signal in BESIDE]
    return row + [numeric(signal, 120 + tick % 7, tick - 3) for signal in CUFF] if tick % 300 == 0 else row


def beats(tick: int) -> Beats:
    return Beats(tick * 1200, 1200, 1183, tick * 233, 233)


def megabytes_an_hour(path: Path, at_once: int) -> float:
    """The file after a checkpoint, in MB (10^6 bytes) a session-hour, with ``at_once`` rooms side by side."""
    chance = random.Random(1)
    with closing(open_log(path)) as log:
        lease = acquire(log)
        assert lease is not None
        for _ in range(HOURS // at_once):
            rooms = [log.open_session(f"Room {n}", [Draft("session_opened", "Kim", "{}")]) for n in range(at_once)]
            for minute in range(60):
                with log.transaction(lease.number) as writing:
                    rows = [(tick, pack(samples(tick), tick, beats(tick))) for tick in range(minute * 60, minute * 60 + 60)]
                    for tick, row in rows:  # in the order of time, as a ward writes
                        for session in rooms:
                            writing.write_row(session, tick, row)
                    for _ in range(EVENTS // 60):
                        for session in rooms:
                            body = f'"{chance.randbytes(BODY // 2).hex()[: BODY - 2]}"'
                            writing.append(session, rows[-1][0], [Draft("prompt_raised", "evaluator", body)])
                    for session in rooms:
                        writing.append(session, rows[-1][0], [seal_draft(rows[0][0], rows[-1][0], rows)])
            for session in rooms:
                log.append(session, [Draft("session_closed", "Kim", "{}")])
        lease.release()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return os.stat(path).st_size / 1e6 / HOURS


def test_an_hour_of_a_session_takes_at_most_half_a_megabyte(tmp_path: Path) -> None:
    assert megabytes_an_hour(tmp_path / "ward.db", at_once=10) <= 0.5


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for rooms in (10, 1):
            size = megabytes_an_hour(Path(folder) / f"{rooms}.db", rooms)
            print(f"{size:.3f} MB a session-hour with {EVENTS} events of {BODY} bytes, {rooms} rooms at once")
