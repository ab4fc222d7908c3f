"""What makes a change of the record visible: the hash chain of events, and seals over sample rows.

Each entry's hash covers the one before, so that an edit, a deletion or a swap breaks the chain at its place. Each
minute an event carries the digest of that minute's sample rows, and so puts them into the chain. Who can rewrite the
whole file can make a new chain: against that, a head hash must have been kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from monitor.store.log import MINUTE_SEALED, SCHEMA, Draft

EVALUATOR = "evaluator"


def _digest(text: str) -> str:
    # An edited file may hold bytes that are no UTF-8; they arrive as surrogates and must hash to something.
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _line(*cells: int | str) -> str:
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"))


def first_link(session: int, room: str) -> str:
    """What stands before the first entry: so the room is part of the chain too."""
    return _digest(_line("infusion monitor log", SCHEMA, session, room))


def link(previous: str, session: int, seq: int, tick: int, at: str, by: str, kind: str, body: str) -> str:
    """The hash of an entry: SHA-256, hex, of the previous hash and the entry as one canonical line."""
    return _digest(previous + _line(session, seq, tick, at, by, kind, body))


def seal_digest(rows: Iterable[tuple[int, bytes]]) -> str:
    """SHA-256, hex, over (tick, packed row) in tick order; an absent tick is absent from the digest too."""
    digest = sha256()
    for tick, row in rows:
        digest.update(tick.to_bytes(8, "big", signed=True))
        digest.update(len(row).to_bytes(4, "big"))
        digest.update(row)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """Rows of the ticks ``first`` to ``last``, both included, as they were when the seal was made."""

    first: int
    last: int
    digest: str


def seal_draft(first: int, last: int, rows: Iterable[tuple[int, bytes]], by: str = EVALUATOR) -> Draft:
    """The event that seals ``rows``, all those with ``first <= tick <= last``.

    Take the rows as they were written, not as they are read back: then an edit within the minute shows as well.
    """
    body = {"digest": seal_digest(rows), "first": first, "last": last}
    return Draft(MINUTE_SEALED, by, json.dumps(body, separators=(",", ":")))


def read_seal(body: str) -> Seal | None:
    """The seal in an event's body; None where it is none."""
    try:
        cells = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(cells, dict):
        return None
    first, last, digest = cells.get("first"), cells.get("last"), cells.get("digest")
    if type(first) is not int or type(last) is not int or not isinstance(digest, str):
        return None
    return Seal(first, last, digest) if 0 <= first <= last else None
