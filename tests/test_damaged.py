"""A room whose record cannot be read is alone with that: it says so everywhere, its emergency is taken, the others go on."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor import commands as c
from monitor import settings
from monitor.admission import Patient, admit_simulated
from monitor.board.page import page_frame
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.health import health
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.progress import runs
from monitor.settings import Rooms, RoomSet
from monitor.store import open_log
from monitor.store.log import TRAIL, Draft, EventLog, StoreError
from monitor.ward import Ward
from tests.conftest import Time

ROOMS = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="1"), RoomSet(room="2"), RoomSet(room="3")))
SCENARIO = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
UNKNOWN = Draft("mood_reported_v9", "nurse", '{"kind":"mood_reported_v9"}')


def opened(log: EventLog, document: Document, *rooms: str) -> list[int]:
    admitted = [admit_simulated(room, Patient("Otter", weight_kg=70), SCENARIO, seed, document) for seed, room in enumerate(rooms, 1)]
    return [c.open_session(log, one.opened, one.source, 1.0, "nurse") for one in admitted]


def lives(log: EventLog, document: Document, time: Time, seconds: int = 5) -> Ward:
    ward = Ward(log, document, log.number_lease("test"))
    for _ in range(seconds):
        ward.round()
        time.pass_by(1)
    return ward


def test_an_entry_that_nobody_knows_greys_its_own_room_alone(log: EventLog, document: Document, time: Time) -> None:
    one, _ = opened(log, document, "1", "2")
    ward, follower = lives(log, document, time), Follower(log, document, ROOMS)
    assert not follower.picture().damaged
    log.append(one, [UNKNOWN])
    for _ in range(3):
        time.pass_by(1)
        ward.round()
    picture = follower.picture()
    assert (set(picture.damaged), set(picture.views), picture.assessed, picture.trouble) == ({"1"}, {"2"}, True, "")
    first, second, third = ward_frame(picture, "nurse")["tiles"]
    assert (first["state"], first["note"]["head"]) == ("blind", "RECORD CANNOT BE READ")
    assert "mood_reported_v9" in first["note"]["text"] and "Go to the patient" in first["note"]["text"]
    assert second["vitals"]["hr"]["value"] is not None
    assert third["note"]["head"] == "Empty"
    beside = room_frame(picture, "2", "nurse")
    for frame in (ward_frame(picture, "nurse"), page_frame(picture, "protocol", "nurse")):
        assert frame["banner"]["what"] == "RECORD CANNOT BE READ"
    for frame in (beside, ward_frame(picture, "nurse"), page_frame(picture, "protocol", "nurse")):
        assert frame["alarm"]["sound"] == "tech"
    assert (beside["rooms"][0]["text"], beside["rooms"][0]["priority"]) == ("cannot be read", "tech")
    assert [one["act"] for one in page_frame(picture, "protocol", "nurse")["emergencies"]] == [
        {"do": "emergency", "room": "1"},
        {"do": "emergency", "room": "2"},
    ]
    assert room_frame(picture, "1", "nurse")["empty"]["button"]["act"] == {"do": "emergency", "room": "1"}


def test_the_emergency_of_a_room_that_cannot_be_read_is_taken(log: EventLog, document: Document, time: Time) -> None:
    one, two = opened(log, document, "1", "2")
    lives(log, document, time)
    log.append(one, [UNKNOWN])
    for room, session in (("1", one), ("2", two)):
        (entry,) = c.call_emergency(log, document, room, "station")
        assert (entry.kind, entry.by) == ("emergency_started", "station")
        assert log.entries(session)[-1] == entry
        assert c.call_emergency(log, document, room, "station") == [], "it runs already"
    assert list(log.verify()) == []


def test_lists_and_status_go_on_without_what_cannot_be_read(log: EventLog, document: Document, time: Time) -> None:
    one, _ = opened(log, document, "1", "2")
    lives(log, document, time)
    log.append(one, [UNKNOWN, Draft("pace_set", "nurse", '{"speed":')])
    assert runs(log, document) == []
    told = health(log)
    assert "nobody assesses room 1: its record cannot be read; look with verify" in told["wrong"]
    assert told["rooms"] == ["1", "2"]


def test_what_cannot_be_added_to_its_record_is_kept_beside_it(
    log: EventLog, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = opened(log, document, "1")
    log.append(one, [UNKNOWN])

    def refuses(*_: object, **__: object) -> None:
        raise StoreError("session 1: its last entry is damaged")

    monkeypatch.setattr(log, "append", refuses)
    (entry,) = c.call_emergency(log, document, "1", "station")
    assert (entry.kind, entry.body) == ("emergency_started", f'{{"session": {one}, "room": "1"}}')
    assert log.entries(TRAIL)[-1] == entry


def test_flipped_bits_in_one_room_leave_the_others(document: Document, time: Time, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = open_log(path, lambda: time.wall)
    one, _, _ = opened(log, document, "1", "2", "3")
    lives(log, document, time, 70)
    log.close()
    whole = path.read_bytes()
    chance = random.Random(3)
    for _ in range(12):
        path.write_bytes(whole)
        for beside in tmp_path.glob("log.db-*"):
            beside.unlink()
        with closing(sqlite3.connect(path)) as hand:
            for (trigger,) in hand.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                hand.execute(f"DROP TRIGGER {trigger}")
            table, cell, key = chance.choice([("events", "body", "seq"), ("events", "kind", "seq"), ("samples", "row", "tick")])
            at, data = chance.choice(hand.execute(f"SELECT {key}, CAST({cell} AS BLOB) FROM {table} WHERE session = ?", [one]).fetchall())
            if not data:
                continue
            place = chance.randrange(len(data))
            flipped = data[:place] + bytes([data[place] ^ 1 << chance.randrange(7)]) + data[place + 1 :]
            value = flipped if cell == "row" else flipped.decode("utf-8", errors="replace")
            hand.execute(f"UPDATE {table} SET {cell} = ? WHERE session = ? AND {key} = ?", [value, one, at])
            hand.commit()
        log = open_log(path, lambda: time.wall)
        lives(log, document, time, 2)
        picture = Follower(log, document, ROOMS).picture()
        assert {"2", "3"} <= set(picture.views) and picture.assessed
        ward_frame(picture, "nurse")
        for room in ("1", "2", "3"):
            assert [entry.kind for entry in c.call_emergency(log, document, room, "station")] == ["emergency_started"]
        log.close()


LONG = "the page that is damaged in this test holds nothing but this. " * 30


def damage(path: Path, holding: bytes) -> None:
    """Overwrites the page of the file on which this stands."""
    with closing(sqlite3.connect(path)) as hand:
        hand.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = hand.execute("PRAGMA page_size").fetchone()
    whole = path.read_bytes()
    page = whole.index(holding) // size
    path.write_bytes(whole[: page * size] + b"\xff" * size + whole[(page + 1) * size :])


@pytest.mark.parametrize("kind", ["samples", "entries"])
def test_a_damaged_page_of_the_file_is_the_trouble_of_the_room_whose_it_is(kind: str, document: Document, time: Time, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = open_log(path, lambda: time.wall)
    _, one = opened(log, document, "2", "1")
    lives(log, document, time, 200)
    for n in range(40):
        c.carry_out(log, document, one, "nurse", c.note(f"{n}: {LONG}"))
    row = dict(log.rows(one))[100]
    log.close()
    damage(path, row if kind == "samples" else b"20: the page")
    log = open_log(path, lambda: time.wall)
    with pytest.raises(StoreError, match="damaged"):
        log.rows(one) if kind == "samples" else log.entries(one)
    lives(log, document, time, 2)
    follower = Follower(log, document, ROOMS)
    picture = follower.picture()
    assert (set(picture.damaged), set(picture.views), picture.assessed, picture.trouble) == ({"1"}, {"2"}, True, "")
    at = picture.views["2"].at
    time.pass_by(3)
    lives(log, document, time, 2)
    picture = follower.picture()
    assert picture.views["2"].at > at and set(picture.damaged) == {"1"}
    for room in ("1", "2"):
        (entry,) = c.call_emergency(log, document, room, "station")
        assert entry.kind == "emergency_started"
        assert c.call_emergency(log, document, room, "station") == [], "it runs already"
    assert any("cannot be read" in fault.sentence for fault in log.verify())
    log.close()


def test_where_the_last_page_of_a_session_is_damaged_the_others_are_listed_and_drawn(document: Document, time: Time, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = open_log(path, lambda: time.wall)
    two, one = opened(log, document, "2", "1")
    lives(log, document, time, 5)
    for n in range(40):
        c.carry_out(log, document, one, "nurse", c.note(f"{n}: {LONG}"))
    log.close()
    damage(path, b"39: the page")
    log = open_log(path, lambda: time.wall)
    assert [(head.session, head.seq < 0) for head in log.heads()] == [(two, False), (one, True)]
    picture = Follower(log, document, ROOMS).picture()
    assert (set(picture.damaged), set(picture.views), picture.trouble) == ({"1"}, {"2"}, "")
    ward, at = lives(log, document, time, 3), picture.views["2"].at
    picture = Follower(log, document, ROOMS).picture()
    assert picture.assessed and picture.views["2"].at > at
    assert set(ward.courses) == {two}
    for room in ("1", "2"):
        (entry,) = c.call_emergency(log, document, room, "station")
        assert entry.kind == "emergency_started"
    log.close()
