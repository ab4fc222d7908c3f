"""A session with a few events and rows, to have something in a store."""

from __future__ import annotations

from monitor.store.lease import acquire
from monitor.store.log import Draft, EventLog

OPENED = Draft("session_opened", "Kim", "{}")
NOTE = Draft("note_charted", "Kim", '{"text":"settled"}')


def fill(log: EventLog) -> int:
    session = log.open_session("Room 1", [OPENED, NOTE, NOTE])
    lease = acquire(log)
    assert lease is not None
    with log.transaction(lease.number) as writing:
        for tick in range(5):
            writing.write_row(session, tick, b"row")
    lease.release()
    return session
