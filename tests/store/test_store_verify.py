"""How a change of the stored record is said. That random ones are all found is a promise: ``promises.edits``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.chain import read_seal, seal_digest, seal_draft
from promises import edits


class Stored:
    """A stored log to be changed, and its heads, kept elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.heads = edits.store(folder / "log.db")
        self.trial = edits.Trial(folder / "log.db")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    made = Stored(tmp_path_factory.mktemp("verify"))
    yield made
    made.trial.close()


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
def test_a_fault_names_its_session_and_place(stored: Stored, statement: str, seq: int | None, words: str) -> None:
    faults = stored.trial.faults(statement)
    assert [f for f in faults if f.session == 1 and f.seq == seq and words in f.sentence], faults
    assert {fault.session for fault in faults} == {1}


def test_an_edit_is_found_once_where_it_is(stored: Stored) -> None:
    for statement in ("UPDATE events SET by = 'Lee' WHERE session = 2 AND seq = 1",
                      "UPDATE samples SET row = x'00' WHERE session = 2 AND tick = 5",
                      "DELETE FROM events WHERE session = 2 AND seq = 1"):  # fmt: skip
        assert len(stored.trial.faults(statement)) == 1


def test_a_cut_end_is_found_against_a_head_that_was_kept(stored: Stored) -> None:
    cut = "DELETE FROM events WHERE session = 3 AND seq = 5"
    assert stored.trial.faults(cut) == []
    (fault,) = stored.trial.faults(cut, heads=stored.heads)
    assert (fault.session, fault.seq) == (3, 4)


def test_a_missing_session_is_found(stored: Stored) -> None:
    gone = [f"DELETE FROM {table} WHERE session = 2" for table in ("events", "samples", "sessions")]
    (fault,) = stored.trial.faults(*gone)
    assert fault.sentence == "session 2 is missing from the list of sessions"


def test_a_forged_number_far_away_is_said_in_one_sentence(stored: Stored) -> None:
    faults = stored.trial.faults(f"UPDATE sessions SET session = {2**60} WHERE session = 3")
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
