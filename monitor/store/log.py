"""The contract of the log: what a session's record is, who may add to it, and how it refuses.

The record of a session is its events (hash-chained, ``seq`` from 0 without a gap) and its sample rows (one packed row
a session second). Both are only ever added to. Everything else that is shown is a reading of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

SCHEMA = 1
"""The one version of the tables and of the chain that this program reads and writes."""

SESSION_OPENED = "session_opened"
SESSION_CLOSED = "session_closed"
FILED_LATE = "filed_late"
"""Written for a session that was closed before it arrived: the one kind that follows the closing, and comes nowhere else."""
MINUTE_SEALED = "minute_sealed"
EXPORTED = "exported"
ROOM_NOTED = "room_noted"
"""What is said of an empty room. It belongs to no session, so it stands in the trail."""

TRAIL = 0
"""The audit trail stands among the events under this number, which no session has: same chain, same guards, no end."""


class StoreError(Exception):
    """The log cannot do what was asked. The message is one sentence; nothing was stored."""


class Unreadable(StoreError):
    """What lies in one place of the store cannot be read: an entry that this version does not know, a damaged page of the file.
    The rest of the store has nothing to do with it."""


class Conflict(Exception):
    """Somebody else wrote to the session since the caller read it."""


class RoomTaken(Exception):
    """The room has an open session."""


class LeaseLost(Exception):
    """Another evaluator has taken over: this one must stop writing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event not yet stored. ``body`` is canonical JSON text, made by the caller."""

    kind: str
    by: str
    body: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as stored. ``at`` is the wall time of storing (UTC stamp); ``hash`` chains it to the one before."""

    session: int
    seq: int
    tick: int
    at: str
    by: str
    kind: str
    body: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a session's log stands: ``seq`` and ``hash`` of its last entry, its last assessed ``tick`` (-1: none)."""

    session: int
    room: str
    opened_at: str
    closed: bool
    seq: int
    tick: int
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of an evaluator, for screens only: ``behind_s`` is how far it lags its session clocks.

    ``beat_boot``: the same moment by the clock of the computer that no step of its wall time moves (``clock.since_boot``).
    """

    number: int
    holder: str
    beat_at: str
    behind_s: float
    beat_boot: str = ""
    works_by: str = ""
    """By which protocol and rooms it assesses, as ``ward.works_by`` has them; nothing of one before that was told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the record. ``sentence`` names the session and the event or tick by itself."""

    session: int | None
    seq: int | None
    tick: int | None
    sentence: str


class Lock(Protocol):
    """What keeps a second evaluator out. The system frees it when its holder dies, however it dies."""

    def take(self) -> bool:
        """True when it is ours now; False, at once, when somebody holds it."""
        ...

    def free(self) -> None: ...


class Writing(Protocol):
    """The evaluator's open transaction. What is read here cannot be changed by others until it ends."""

    def heads(self, but: Collection[int] = ()) -> list[Head]:
        """The open sessions, without these. Raises Unreadable where a damaged one is among them."""
        ...

    def news(self, session: int, after: int) -> list[Entry]:
        """Entries with a ``seq`` above ``after``."""
        ...

    def write_row(self, session: int, tick: int, row: bytes) -> None:
        """The samples of one tick (``packing.pack``). Ticks only go forward; a jump is an outage."""
        ...

    def append(self, session: int, tick: int, drafts: Sequence[Draft]) -> list[Entry]:
        """Add events at ``tick``; where a person's command already waits for a later one, at that (see the entries).

        A ``minute_sealed`` must leave out no row since the last one, and reach no further than the last row written.
        """
        ...

    def beat(self, behind_s: float, works_by: str = "") -> None:
        """Sign of life, stored with this transaction."""
        ...


@runtime_checkable
class EventLog(Protocol):
    """A store of sessions. Every method may be called from any thread.

    Raises StoreError where the store fails or the log does not allow it, and Conflict, RoomTaken and LeaseLost, which
    are no StoreErrors: each wants another answer from the caller. Whatever is raised, nothing was stored.
    """

    url: str

    def open_session(self, room: str, drafts: Sequence[Draft]) -> int:
        """A new session with its first events, all at tick 0; the first must be ``session_opened``.

        Sessions are numbered from 1 without a gap. Raises RoomTaken where the room has an open one.
        """
        ...

    def append(self, session: int, drafts: Sequence[Draft], after: int | None = None) -> list[Entry]:
        """A person's command: its tick is the one after the last stored row, decided inside the transaction.

        ``after`` is the last ``seq`` the caller has seen: Conflict when there are later ones. ``session_closed`` ends
        the session: the store seals its last rows first (one more entry, before it, in what is returned), the room is
        free again, and nothing can be added any more but what is filed late.
        """
        ...

    def note(self, draft: Draft) -> Entry:
        """Add to the audit trail: what was done with the record as a whole. Read with ``entries(TRAIL)``."""
        ...

    def transaction(self, lease: int) -> AbstractContextManager[Writing]:
        """The evaluator's one transaction a tick, for the whole ward: committed at exit, rolled back on an exception.

        Raises LeaseLost when ``lease`` is not the number of the lease in force.
        """
        ...

    def entries(self, session: int, after: int = -1) -> list[Entry]: ...

    def rows(self, session: int, first: int = 0, last: int | None = None) -> list[tuple[int, bytes]]:
        """Sample rows by tick, both ends included."""
        ...

    def heads(self, open_only: bool = True) -> list[Head]:
        """By session number. Costs nothing for closed sessions when only the open ones are asked for."""
        ...

    def head(self, session: int) -> Head: ...

    def version(self) -> int:
        """Changes after any commit of any process; compare only with an earlier answer of the same object."""
        ...

    def begun_with(self, kind: str, within: int) -> list[int]:
        """The sessions, open or closed, that have an entry of this kind among their first ``within``, by number. Quick also
        among many thousands: nothing else of them is read."""
        ...

    def heartbeat(self) -> Heartbeat | None:
        """None before any evaluator has assessed anything. After a takeover ``beat_at`` stays the old one until the
        new evaluator beats."""
        ...

    def room_left(self) -> int | None:
        """Bytes that are free where the record is kept; None where the store cannot tell."""
        ...

    def lease_lock(self) -> Lock:
        """For ``lease.acquire`` only."""
        ...

    def number_lease(self, holder: str) -> int:
        """For ``lease.acquire`` only: a new lease is in force, the ones before are not any more."""
        ...

    def verify(self, progress: Callable[[int, int], None] | None = None, heads: Mapping[int, str] | None = None) -> Iterator[Fault]:
        """Everything wrong with the record. ``progress(done, total)`` counts sessions.

        ``heads`` are hashes of last entries kept elsewhere (exported, printed), by session: only against them can it
        be seen that the end of a session, or the last session as a whole, was cut away.
        """
        ...

    def close(self) -> None: ...
