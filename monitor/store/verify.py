"""What is wrong with a stored session, said in sentences: pure, the same for every store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.store.chain import first_link, link, read_seal, seal_digest
from monitor.store.log import FILED_LATE, MINUTE_SEALED, SESSION_CLOSED, SESSION_OPENED, TRAIL, Entry, Fault


@dataclass(frozen=True, slots=True)
class Listing:
    """A session as the store's directory lists it. Derived from the events, so it must agree with them."""

    session: int
    room: str
    opened_at: str
    closed: bool


def check_numbers(listed: Sequence[int], stored: Sequence[int], heads: Mapping[int, str]) -> Iterator[Fault]:
    """Sessions that are missing or unlisted: ``listed`` in the directory, ``stored`` with events or rows."""
    known, due = set(listed), 1
    for session in sorted(known):
        if session > due:  # said as a span: a forged number may be far away
            gone = f"session {due} is" if session == due + 1 else f"sessions {due} to {session - 1} are"
            yield Fault(due, None, None, f"{gone} missing from the list of sessions")
        due = max(due, session + 1)
    for session in sorted(set(stored) - known):
        yield Fault(session, None, None, f"session {session} has events or samples but is not in the list of sessions")
    for session in sorted(set(heads) - known - set(stored)):
        if session >= due:
            yield Fault(session, None, None, f"session {session} is missing, but a head of it was exported")


def check_session(listing: Listing, entries: Sequence[Entry], rows: Sequence[tuple[int, bytes]], exported: str | None) -> Iterator[Fault]:
    """Every fault of one session. ``exported`` is a head hash of it that was kept elsewhere."""
    yield from _check_listing(listing, entries)
    yield from _check_chain(listing, entries)
    yield from _check_kinds(listing, entries)
    yield from _check_rows(listing, entries, rows)
    yield from _check_head(listing, entries, exported)


def check_trail(entries: Sequence[Entry], exported: str | None) -> Iterator[Fault]:
    """Every fault of the audit trail."""
    listing = Listing(TRAIL, "", "", closed=False)
    yield from _check_chain(listing, entries)
    yield from _check_head(listing, entries, exported)


def _check_head(listing: Listing, entries: Sequence[Entry], exported: str | None) -> Iterator[Fault]:
    if exported is not None and all(entry.hash != exported for entry in entries):
        last = entries[-1].seq if entries else -1
        yield _fault(listing, f"event {last}, the last, does not lead on from the exported head: events are missing "
                     "at the end or were replaced", seq=last)  # fmt: skip


def _fault(listing: Listing, what: str, seq: int | None = None, tick: int | None = None) -> Fault:
    name = "the audit trail" if listing.session == TRAIL else f"session {listing.session}"
    return Fault(listing.session, seq, tick, f"{name}: {what}")


def _check_listing(listing: Listing, entries: Sequence[Entry]) -> Iterator[Fault]:
    if not entries:
        yield _fault(listing, "it has no events", seq=0)
        return
    if entries[0].at != listing.opened_at:
        yield _fault(listing, f"the list says opened {listing.opened_at}, event {entries[0].seq} says {entries[0].at}",
                     seq=entries[0].seq)  # fmt: skip
    last = next((entry for entry in reversed(entries) if entry.kind != FILED_LATE), entries[-1])
    ended = last.kind == SESSION_CLOSED
    if ended != listing.closed:
        said, is_ = ("closed", "open") if listing.closed else ("open", "closed")
        yield _fault(listing, f"the list says {said}, its last event ({last.seq}) leaves it {is_}",
                     seq=last.seq)  # fmt: skip


def _check_chain(listing: Listing, entries: Sequence[Entry]) -> Iterator[Fault]:
    due, tick, previous = 0, 0, first_link(listing.session, listing.room)
    for entry in entries:
        name = f"event {entry.seq}"
        if entry.seq != due:
            gone = f"event {due} is missing" if entry.seq == due + 1 else f"events {due} to {entry.seq - 1} are missing"
            yield _fault(listing, gone if entry.seq > due else f"{name} stands where {due} should", seq=due)
        else:
            cells = (entry.session, entry.seq, entry.tick, entry.at, entry.by, entry.kind, entry.body)
            if link(previous, *cells) != entry.hash:
                yield _fault(listing, f"{name} ({entry.kind}) is not as it was written: its hash does not match",
                             seq=entry.seq)  # fmt: skip
        if entry.tick < tick:
            yield _fault(listing, f"{name} goes back from tick {tick} to {entry.tick}", seq=entry.seq)
        due, tick, previous = entry.seq + 1, entry.tick, entry.hash


def _check_kinds(listing: Listing, entries: Sequence[Entry]) -> Iterator[Fault]:
    closed: Entry | None = None
    for entry in entries:
        if (entry.kind == SESSION_OPENED) != (entry.seq == 0):
            yield _fault(listing, f"event {entry.seq} is {entry.kind}; only event 0 is {SESSION_OPENED}", seq=entry.seq)
        if closed is not None and entry.kind != FILED_LATE:
            yield _fault(listing, f"there are events after event {closed.seq} ({SESSION_CLOSED})", seq=closed.seq)
        elif closed is None and entry.kind == FILED_LATE:
            yield _fault(listing, f"event {entry.seq} is {FILED_LATE}, and the session was open", seq=entry.seq)
        closed = entry if entry.kind == SESSION_CLOSED else closed


def _check_rows(listing: Listing, entries: Sequence[Entry], rows: Sequence[tuple[int, bytes]]) -> Iterator[Fault]:
    ticks = [tick for tick, _ in rows]
    if ticks and ticks[0] < 0:
        yield _fault(listing, f"there are samples before the opening, at tick {ticks[0]}", tick=ticks[0])
    due = 0
    for entry in entries:
        if entry.kind != MINUTE_SEALED:
            continue
        seal = read_seal(entry.body)
        if seal is None:
            yield _fault(listing, f"event {entry.seq} is a seal that cannot be read", seq=entry.seq)
            continue
        if seal.first < due:
            what = f"event {entry.seq} seals from tick {seal.first}, though all before {due} is sealed already"
            yield _fault(listing, what, seq=entry.seq, tick=seal.first)
        yield from _unsealed(listing, ticks[bisect_left(ticks, due) : bisect_left(ticks, seal.first)])
        within = rows[bisect_left(ticks, seal.first) : bisect_right(ticks, seal.last)]
        if seal_digest(within) != seal.digest:
            what = f"the samples of ticks {seal.first} to {seal.last} are not as they were written: "
            what += f"they do not match the seal in event {entry.seq}"
            yield _fault(listing, what, seq=entry.seq, tick=seal.first)
        due = max(due, seal.last + 1)
    if listing.closed:  # an open session's last minute is not sealed yet
        yield from _unsealed(listing, ticks[bisect_left(ticks, due) :])


def _unsealed(listing: Listing, ticks: Sequence[int]) -> Iterator[Fault]:
    if ticks:
        yield _fault(listing, f"the samples of ticks {ticks[0]} to {ticks[-1]} are in no seal", tick=ticks[0])
