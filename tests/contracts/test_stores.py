"""What every store promises: one suite, run over each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import commands
from monitor.store import open_log
from monitor.store.chain import first_link, link, seal_draft
from monitor.store.lease import Lease, acquire, vacant
from monitor.store.log import EXPORTED, TRAIL, Conflict, Draft, EventLog, LeaseLost, RoomTaken, StoreError
from monitor.store.memory import MemoryLog

OPENED = Draft("session_opened", "Kim", '{"alias":"Heron"}')
CLOSED = Draft("session_closed", "Kim", "{}")
DRILL = Draft("drill_started", "Kim", "{}")
NOTE = Draft("note_charted", "Kim", '{"text":"settled"}')
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class WallClock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> WallClock:
    return WallClock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path, wall: WallClock) -> Iterator[EventLog]:
    stores: dict[str, Callable[[], EventLog]] = {
        "memory": lambda: MemoryLog(wall),
        "sqlite": lambda: open_log(tmp_path / "log.db", wall),
        "postgresql": lambda: open_log(request.getfixturevalue("database"), wall),
    }
    made = stores[request.param]()
    yield made
    made.close()


@pytest.fixture
def lease(log: EventLog) -> Iterator[Lease]:
    held = acquire(log)
    assert held is not None
    yield held
    held.release()


def write_rows(log: EventLog, lease: Lease, session: int, first: int, last: int) -> None:
    with log.transaction(lease.number) as writing:
        for tick in range(first, last + 1):
            writing.write_row(session, tick, b"row %d" % tick)


def test_a_store_keeps_the_contract(log: EventLog) -> None:
    assert isinstance(log, EventLog)


def test_an_opened_session_has_its_events_at_tick_0_and_a_head(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED, NOTE])
    entries = log.entries(session)
    assert [(e.session, e.seq, e.tick, e.kind, e.by, e.body) for e in entries] == [
        (session, 0, 0, "session_opened", "Kim", '{"alias":"Heron"}'),
        (session, 1, 0, "note_charted", "Kim", '{"text":"settled"}'),
    ]
    head = log.head(session)
    assert (head.session, head.room, head.closed, head.seq, head.tick) == (session, "Room 1", False, 1, -1)
    assert head.opened_at == entries[0].at == "2026-03-01T09:00:00.000Z"
    assert head.hash == entries[-1].hash
    assert log.heads() == [head]


def test_sessions_are_numbered_from_1_without_a_gap(log: EventLog) -> None:
    assert [log.open_session(f"Room {n}", [OPENED]) for n in range(3)] == [1, 2, 3]


def test_a_session_that_does_not_begin_with_its_opening_is_refused(log: EventLog) -> None:
    for drafts in ([], [NOTE], [NOTE, OPENED], [OPENED, OPENED]):
        with pytest.raises(StoreError):
            log.open_session("Room 1", drafts)
    assert log.heads(open_only=False) == []


def test_a_room_has_one_open_session_and_is_free_again_after_it(log: EventLog) -> None:
    first = log.open_session("Room 1", [OPENED])
    with pytest.raises(RoomTaken, match="Room 1"):
        log.open_session("Room 1", [OPENED])
    log.append(first, [CLOSED])
    second = log.open_session("Room 1", [OPENED])
    assert [head.session for head in log.heads()] == [second]
    assert [(head.session, head.closed) for head in log.heads(open_only=False)] == [(first, True), (second, False)]


FILED = Draft("filed_late", "Kim", '{"text":"half written when it closed"}')


def test_what_is_filed_late_alone_follows_the_closing(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    with pytest.raises(StoreError, match="open"):
        log.append(session, [FILED])
    with log.transaction(lease.number) as writing:
        writing.write_row(session, 0, b"row")
    log.append(session, [CLOSED])
    assert [entry.kind for entry in log.append(session, [FILED, FILED])] == ["filed_late", "filed_late"]
    with pytest.raises(StoreError, match="closed"):
        log.append(session, [FILED, CLOSED])
    with pytest.raises(StoreError, match="closed"), log.transaction(lease.number) as writing:
        writing.append(session, 1, [FILED])
    with pytest.raises(StoreError):
        log.note(FILED)
    assert log.head(session).closed
    assert log.open_session("Room 1", [OPENED]) == 2, "the room is the next patient's all the same"
    log.append(session, [FILED])
    assert list(log.verify()) == []
    assert [entry.kind for entry in log.entries(session)][-4:] == ["session_closed", *["filed_late"] * 3]


def test_a_closed_session_takes_nothing_more(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    log.append(session, [NOTE, CLOSED])
    before = log.entries(session)
    with pytest.raises(StoreError, match="closed"):
        log.append(session, [NOTE])
    with pytest.raises(StoreError, match="closed"), log.transaction(lease.number) as writing:
        writing.write_row(session, 0, b"")
    with pytest.raises(StoreError, match="closed"), log.transaction(lease.number) as writing:
        writing.append(session, 1, [NOTE])
    assert log.entries(session) == before
    assert log.rows(session) == []


def test_nothing_follows_the_closing_within_one_command_either(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    with pytest.raises(StoreError):
        log.append(session, [CLOSED, NOTE])
    assert log.head(session).closed is False
    assert len(log.entries(session)) == 1


def test_a_command_takes_the_tick_after_the_last_row(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    assert log.append(session, [NOTE])[0].tick == 0
    write_rows(log, lease, session, 0, 41)
    assert [entry.tick for entry in log.append(session, [NOTE, NOTE])] == [42, 42]


def test_a_command_never_takes_a_tick_before_the_last_event(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    with log.transaction(lease.number) as writing:
        writing.append(session, 30, [NOTE])
    assert log.append(session, [NOTE])[0].tick == 30


def test_a_command_on_an_outdated_reading_is_a_conflict_and_stores_nothing(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    assert log.append(session, [NOTE], after=0)[0].seq == 1
    with pytest.raises(Conflict):
        log.append(session, [NOTE], after=0)
    assert log.head(session).seq == 1


def test_no_drafts_store_nothing(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    assert log.append(session, []) == []
    assert log.head(session).seq == 0


@pytest.mark.parametrize("draft", [Draft("note", "Kim", ""), Draft("", "Kim", "{}"), Draft("note", "K\x00m", "{}"),
                                   Draft("note", "Kim", '"\ud83d"')])  # fmt: skip
def test_text_that_a_store_cannot_keep_is_refused(log: EventLog, draft: Draft) -> None:
    session = log.open_session("Room 1", [OPENED])
    with pytest.raises(StoreError):
        log.append(session, [NOTE, draft])
    assert log.head(session).seq == 0


def test_text_comes_back_as_it_was_written(log: EventLog) -> None:
    body = '{"text":"Übelkeit | \'; DROP TABLE events; -- \\u0000 ∆ 🌊\\n"}'
    session = log.open_session("Zimmer “3”", [OPENED])
    log.append(session, [Draft("note_charted", "Zoë", body)])
    assert (log.entries(session)[-1].body, log.entries(session)[-1].by) == (body, "Zoë")
    assert log.head(session).room == "Zimmer “3”"


def test_the_wall_time_of_storing_is_stamped_by_the_store(log: EventLog, wall: WallClock) -> None:
    session = log.open_session("Room 1", [OPENED])
    wall.at = START + timedelta(minutes=3, milliseconds=250)
    assert log.append(session, [NOTE])[0].at == "2026-03-01T09:03:00.250Z"


def test_a_session_that_is_not_there_is_said_in_a_sentence(log: EventLog) -> None:
    with pytest.raises(StoreError, match="no session 7"):
        log.head(7)
    with pytest.raises(StoreError, match="no session 7"):
        log.append(7, [NOTE])
    assert log.entries(7) == []
    assert log.rows(7) == []


def test_entries_and_rows_can_be_read_from_where_one_left_off(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED, NOTE, NOTE])
    write_rows(log, lease, session, 0, 9)
    assert [entry.seq for entry in log.entries(session, after=1)] == [2]
    assert [tick for tick, _ in log.rows(session, first=7)] == [7, 8, 9]
    assert log.rows(session, first=3, last=4) == [(3, b"row 3"), (4, b"row 4")]
    assert log.head(session).tick == 9


def test_an_evaluators_transaction_is_stored_as_a_whole(log: EventLog, lease: Lease) -> None:
    one, two = log.open_session("Room 1", [OPENED]), log.open_session("Room 2", [OPENED])
    with log.transaction(lease.number) as writing:
        assert [head.session for head in writing.heads()] == [one, two]
        for session in (one, two):
            writing.write_row(session, 0, b"r")
            (entry,) = writing.append(session, 0, [NOTE])
            assert (entry.seq, entry.tick) == (1, 0)
        assert [head.tick for head in writing.heads()] == [0, 0]
    assert [(head.seq, head.tick) for head in log.heads()] == [(1, 0), (1, 0)]


def test_an_exception_inside_the_transaction_leaves_nothing_of_it(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 3)
    before = (log.entries(session), log.rows(session), log.heads(), log.heartbeat())
    with pytest.raises(ZeroDivisionError), log.transaction(lease.number) as writing:
        writing.write_row(session, 4, b"r")
        writing.append(session, 4, [NOTE, CLOSED])
        writing.beat(0.0)
        raise ZeroDivisionError
    assert (log.entries(session), log.rows(session), log.heads(), log.heartbeat()) == before
    assert log.append(session, [NOTE])[0].seq == 1


def test_news_are_what_others_wrote_since(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    log.append(session, [NOTE])
    with log.transaction(lease.number) as writing:
        assert [entry.seq for entry in writing.news(session, after=0)] == [1]
        assert writing.news(session, after=1) == []


def test_ticks_of_rows_go_forward_only_and_may_jump(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 5)
    for tick in (-1, 0, 5):
        with pytest.raises(StoreError, match=f"tick {tick}"), log.transaction(lease.number) as writing:
            writing.write_row(session, tick, b"r")
    write_rows(log, lease, session, 60, 61)
    assert [tick for tick, _ in log.rows(session)] == [0, 1, 2, 3, 4, 5, 60, 61]


def test_what_the_evaluator_says_after_a_waiting_command_takes_the_commands_tick(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 8)
    log.append(session, [NOTE])
    with log.transaction(lease.number) as writing:
        assert [entry.tick for entry in writing.append(session, 8, [NOTE])] == [9]
        assert [entry.tick for entry in writing.append(session, 12, [NOTE])] == [12]
    assert [entry.tick for entry in log.entries(session)] == [0, 9, 9, 12]


def test_each_entry_is_chained_to_the_one_before_and_the_first_to_the_room(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED, NOTE])
    log.append(session, [NOTE])
    previous = first_link(session, "Room 1")
    for e in log.entries(session):
        assert e.hash == link(previous, session, e.seq, e.tick, e.at, e.by, e.kind, e.body)
        previous = e.hash


def test_a_closed_session_is_sealed_to_its_last_row_by_the_store(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 70)
    with log.transaction(lease.number) as writing:
        writing.append(session, 70, [seal_draft(0, 59, [(t, b"row %d" % t) for t in range(60)])])
    stored = log.append(session, [CLOSED])
    rest = seal_draft(60, 70, [(t, b"row %d" % t) for t in range(60, 71)])
    assert [(e.kind, e.body) for e in stored] == [("minute_sealed", rest.body), ("session_closed", "{}")]
    assert list(log.verify()) == []


def test_a_session_without_rows_closes_without_a_seal(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    assert [entry.kind for entry in log.append(session, [CLOSED])] == ["session_closed"]
    assert list(log.verify()) == []


def test_a_seal_leaves_out_no_row_and_covers_only_rows_that_are_there(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 70)
    for first, last in ((1, 59), (0, 71)):  # row 0 left out, row 71 not there
        with pytest.raises(StoreError, match="seal"), log.transaction(lease.number) as writing:
            writing.append(session, 70, [seal_draft(first, last, log.rows(session, first, last))])
    with log.transaction(lease.number) as writing:
        writing.append(session, 70, [seal_draft(0, 59, log.rows(session, 0, 59))])
    for first, last in ((59, 70), (61, 70)):  # row 59 twice, row 60 never
        with pytest.raises(StoreError, match="seal"), log.transaction(lease.number) as writing:
            writing.append(session, 70, [seal_draft(first, last, log.rows(session, first, last))])
    with log.transaction(lease.number) as writing:
        writing.append(session, 70, [seal_draft(60, 70, log.rows(session, 60, 70))])
    assert list(log.verify()) == []


def test_a_seal_may_begin_after_an_outage(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 1, 60)
    write_rows(log, lease, session, 300, 310)
    with log.transaction(lease.number) as writing:
        writing.append(session, 310, [seal_draft(1, 60, [(t, b"row %d" % t) for t in range(1, 61)])])
        writing.append(session, 310, [seal_draft(300, 310, [(t, b"row %d" % t) for t in range(300, 311)])])
    log.append(session, [CLOSED])
    assert list(log.verify()) == []


def test_a_jump_over_an_outage_is_no_fault(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    write_rows(log, lease, session, 0, 20)
    write_rows(log, lease, session, 500, 520)
    log.append(session, [CLOSED])
    assert list(log.verify()) == []


def test_verify_counts_its_sessions(log: EventLog) -> None:
    for room in "abc":
        log.open_session(room, [OPENED])
    told: list[tuple[int, int]] = []
    assert list(log.verify(progress=lambda done, total: told.append((done, total)))) == []
    assert told[-1] == (3, 3)


def test_sessions_are_found_by_what_they_began_with_open_or_closed(log: EventLog) -> None:
    plain = log.open_session("1", [OPENED, NOTE, NOTE])
    begun = log.open_session("2", [OPENED, DRILL])
    late = log.open_session("3", [OPENED, NOTE])
    log.append(late, [DRILL])
    log.append(begun, [CLOSED])
    assert log.begun_with("drill_started", 2) == [begun]
    assert log.begun_with("drill_started", 3) == [begun, late]
    assert log.begun_with("session_opened", 1) == [plain, begun, late]
    assert log.begun_with("session_closed", 2) == []


def test_verify_holds_the_log_to_heads_that_were_kept_elsewhere(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    kept = {session: log.head(session).hash}
    log.append(session, [NOTE])
    assert list(log.verify(heads=kept)) == []
    assert [fault.session for fault in log.verify(heads={session: "0" * 64})] == [session]
    assert [fault.session for fault in log.verify(heads=kept | {5: "0" * 64})] == [5]


def test_the_version_changes_with_every_commit_and_only_then(log: EventLog, lease: Lease) -> None:
    seen = [log.version()]
    session = log.open_session("Room 1", [OPENED])
    seen.append(log.version())
    log.append(session, [NOTE])
    seen.append(log.version())
    with log.transaction(lease.number) as writing:
        writing.beat(0.0)
    seen.append(log.version())
    assert len(set(seen)) == 4
    log.entries(session)
    log.heads()
    with pytest.raises(StoreError):
        log.append(session, [OPENED])
    assert log.version() == seen[-1]


def test_the_heartbeat_is_what_the_evaluator_last_said(log: EventLog, lease: Lease, wall: WallClock) -> None:
    assert log.heartbeat() is None
    with log.transaction(lease.number) as writing:
        writing.beat(1.5)
    beat = log.heartbeat()
    assert beat is not None
    assert (beat.number, beat.beat_at, beat.behind_s) == (lease.number, "2026-03-01T09:00:00.000Z", 1.5)
    assert "@" in beat.holder


def test_a_takeover_is_no_sign_of_life(log: EventLog, lease: Lease, wall: WallClock) -> None:
    with log.transaction(lease.number) as writing:
        writing.beat(0.0)
    wall.at = START + timedelta(hours=1)
    log.number_lease("1@elsewhere")
    beat = log.heartbeat()
    assert beat is not None
    assert (beat.holder, beat.beat_at) == ("1@elsewhere", "2026-03-01T09:00:00.000Z")


def test_one_holds_the_lease_and_the_next_gets_a_higher_number(log: EventLog) -> None:
    first = acquire(log)
    assert first is not None
    assert acquire(log) is None
    first.release()
    first.release()
    second = acquire(log)
    assert second is not None
    assert second.number == first.number + 1
    first.release()
    assert acquire(log) is None
    second.release()


def test_to_look_whether_it_is_held_numbers_no_lease(log: EventLog) -> None:
    assert vacant(log)
    first = acquire(log)
    assert first is not None
    assert not vacant(log)
    first.release()
    assert vacant(log)
    second = acquire(log)
    assert second is not None
    assert second.number == first.number + 1
    second.release()


def test_an_evaluator_whose_lease_is_over_writes_nothing(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    log.number_lease("1@elsewhere")
    with pytest.raises(LeaseLost), log.transaction(lease.number) as writing:
        writing.write_row(session, 0, b"r")
    assert log.rows(session) == []


def test_threads_of_one_process_append_each_event_once(log: EventLog) -> None:
    session = log.open_session("Room 1", [OPENED])
    stored: list[tuple[int, str]] = []

    def chart(name: str) -> None:
        for n in range(25):
            (entry,) = log.append(session, [Draft("note_charted", name, f'"{name} {n}"')])
            stored.append((entry.seq, entry.body))

    threads = [threading.Thread(target=chart, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = log.entries(session)
    assert [entry.seq for entry in entries] == list(range(101))
    assert sorted(stored) == [(entry.seq, entry.body) for entry in entries[1:]]
    assert list(log.verify()) == []


def test_readers_go_on_while_the_evaluator_writes(log: EventLog, lease: Lease) -> None:
    session = log.open_session("Room 1", [OPENED])
    with log.transaction(lease.number) as writing:
        writing.write_row(session, 0, b"r")
        assert [entry.seq for entry in log.entries(session)] == [0]


TAKEN = Draft(EXPORTED, "Kim", '{"file":"progress.csv"}')


def test_the_audit_trail_is_a_chain_of_its_own_and_no_session(log: EventLog, lease: Lease) -> None:
    before = log.version()
    first = log.note(TAKEN)
    session = log.open_session("Room 1", [OPENED])
    second = log.note(TAKEN)
    assert log.version() != before
    assert log.entries(TRAIL) == [first, second]
    assert (first.seq, second.seq, second.by, second.at) == (0, 1, "Kim", "2026-03-01T09:00:00.000Z")
    assert second.hash == link(first.hash, TRAIL, 1, 0, second.at, "Kim", EXPORTED, TAKEN.body)
    assert [head.session for head in log.heads(open_only=False)] == [session] == [1]
    with log.transaction(lease.number) as writing:
        assert [head.session for head in writing.heads()] == [session]
    assert list(log.verify()) == []


def test_what_is_a_session_s_is_no_part_of_the_audit_trail_nor_the_other_way_round(log: EventLog, lease: Lease) -> None:
    for draft in (OPENED, CLOSED, Draft("minute_sealed", "Kim", "{}"), Draft("", "Kim", "{}")):
        with pytest.raises(StoreError):
            log.note(draft)
    log.note(TAKEN)
    with pytest.raises(StoreError):
        log.append(TRAIL, [NOTE])
    with pytest.raises(StoreError):
        log.head(TRAIL)
    with pytest.raises(StoreError), log.transaction(lease.number) as writing:
        writing.write_row(TRAIL, 0, b"r")
    assert len(log.entries(TRAIL)) == 1
    assert log.rows(TRAIL) == []


def test_what_is_said_of_an_empty_room_stands_in_the_trail_until_a_session_opens_there(log: EventLog) -> None:
    commands.note_room(log, "Room 1", "Kim", cleaning=True, following="14:30, Heron")
    commands.note_room(log, "Room 2", "Kim", cleaning=True)
    commands.note_room(log, "Room 2", "Kim", cleaning=False)
    known = commands.vacancies(log.entries(TRAIL), log.heads(open_only=False), {})
    assert {room: (one.cleaning, one.next) for room, one in known.items()} == {"Room 1": (True, "14:30, Heron"), "Room 2": (False, "")}
    log.open_session("Room 1", [OPENED])
    assert set(commands.vacancies(log.entries(TRAIL), log.heads(open_only=False), {})) == {"Room 2"}
    with pytest.raises(commands.Refusal):
        commands.note_room(log, "Room 1", "Kim", cleaning=True)
    assert list(log.verify()) == []


def test_a_cut_end_of_the_audit_trail_is_found_against_a_head_that_was_kept(log: EventLog) -> None:
    log.note(TAKEN)
    (fault,) = log.verify(heads={TRAIL: "0" * 64})
    assert fault.session == TRAIL and fault.sentence.startswith("the audit trail: ")
