"""What the follower reads from the store: the same whenever it begins to follow."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import commands, settings
from monitor.admission import Patient, admit_simulated
from monitor.board.head import head
from monitor.board.tile import ward_frame
from monitor.board.trend import trend_frame
from monitor.clock import of_day
from monitor.live.follower import Follower
from monitor.protocol.cases import cuff
from monitor.protocol.document import Document
from monitor.settings import load_rooms
from monitor.store import open_log, packing
from monitor.store.log import Draft
from monitor.store.memory import MemoryLog
from monitor.vitals import Signal, numeric
from tests.conftest import Time

PLEASANT = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
LONG = 3 * 3600


def test_who_begins_to_follow_after_hours_draws_the_trend_that_was_drawn_all_along(document: Document, time: Time) -> None:
    log = MemoryLog(lambda: time.wall)
    admitted = admit_simulated("2", Patient("Otter"), PLEASANT, 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    lease = log.number_lease("test")
    early = Follower(log, document, load_rooms(settings.ROOMS))
    for begin in range(0, LONG, 900):
        time.pass_by(900)
        with log.transaction(lease) as writing:
            for tick in range(begin, begin + 900):
                values = [numeric(Signal.HR, 60 + tick % 37, tick), numeric(Signal.SPO2, 97 if tick % 700 > 90 else None, tick)]
                pressures = cuff(120 + tick % 11, 70, tick) if tick % 297 == 0 else []
                writing.write_row(session, tick, packing.pack([*values, *pressures], tick))
            writing.beat(0.0)
        early.picture()
    late = Follower(log, document, load_rooms(settings.ROOMS))
    drawn, again = (trend_frame(picture, picture.views["2"]) for picture in (early.picture(), late.picture()))
    assert len(drawn["early"]["t"]) == 120 and len(drawn["cuff"]) == 37 and None in drawn["early"]["spo2"]
    assert again == drawn


def test_a_clock_that_was_set_is_said_on_every_screen_for_ten_minutes(document: Document, time: Time) -> None:
    log = MemoryLog(lambda: time.wall)
    lease = log.number_lease("test")
    follower = Follower(log, document, load_rooms(settings.ROOMS))

    def said() -> object:
        time.pass_by(1)
        with log.transaction(lease) as writing:
            writing.beat(0.0)
        return head(follower.picture(), "", "ward", "Ward")["assessed"]["text"]

    assert said() == "Assessed just now"
    time.wall -= timedelta(seconds=4)  # what a time server mends by itself
    assert said() == "Assessed just now"
    time.wall += timedelta(hours=1)
    assert said() == "CLOCK JUMPED"
    assert head(follower.picture(), "", "ward", "Ward")["assessed"]["sub"] == f"+1:00:00 at {of_day(time.wall)}"
    time.pass_by(599)
    assert said() == "Assessed just now"


@pytest.mark.parametrize(
    ("left", "text", "sub"),
    [
        (2 * 1024**3, "Assessed just now", "evaluator alive"),
        (150 * 1024**2, "DISK NEARLY FULL", "150 MB left"),
        (4096, "DISK FULL", "nothing is saved"),
    ],
)
def test_a_full_disk_is_said_before_it_is_full_and_when_it_is(
    tmp_path: Path, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch, left: int, text: str, sub: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, left))  # type: ignore[attr-defined]
    with closing(open_log(tmp_path / "log.db", lambda: time.wall)) as log:
        with log.transaction(log.number_lease("test")) as writing:
            writing.beat(0.0)
        said = head(Follower(log, document, load_rooms(settings.ROOMS)).picture(), "", "ward", "Ward")["assessed"]
    assert (said["text"], said["sub"]) == (text, sub)


def test_a_disk_that_is_nearly_full_never_hides_that_nobody_assesses(
    document: Document, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = MemoryLog(lambda: time.wall)
    monkeypatch.setattr(log, "room_left", lambda: 150 * 1024**2)
    with log.transaction(log.number_lease("test")) as writing:
        writing.beat(0.0)
    follower = Follower(log, document, load_rooms(settings.ROOMS))
    time.pass_by(30)
    assert head(follower.picture(), "", "ward", "Ward")["assessed"]["text"] == "NOT BEING ASSESSED"


def test_a_record_that_this_version_cannot_read_is_said_and_no_room_looks_empty(document: Document, time: Time) -> None:
    log = MemoryLog(lambda: time.wall)
    admitted = admit_simulated("2", Patient("Otter"), PLEASANT, 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    log.append(session, [Draft("mood_charted", "nurse", '{"mood":"light"}')])
    picture = Follower(log, document, load_rooms(settings.ROOMS)).picture()
    assert "(mood_charted) cannot be read; bring this program up to date" in picture.damaged["2"].why
    tiles = {tile["room"]: tile for tile in ward_frame(picture, "")["tiles"]}
    assert tiles["2"]["note"]["head"] == "RECORD CANNOT BE READ"
