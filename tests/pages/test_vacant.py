"""What is said of an empty room: it stands on the wall until somebody is there, and never comes back for the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor import clock, commands
from monitor.access import Role, Shown, Viewer
from monitor.board.tile import ward_frame
from monitor.board.veil import veiled
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.store.log import TRAIL
from tests.pages.stations import here, settled
from tests.pages.test_forms import next_patient
from tests.screen import Screen

__all__ = ["here"]
ROOM = "6"


def on_the_wall(room: str = ROOM) -> dict[str, Any]:
    frame = ward_frame(station().follower.picture(), "")
    found: dict[str, Any] = next(one for one in frame["tiles"] if one["room"] == room)
    return found


def words(tile: dict[str, Any]) -> tuple[str, str]:
    return tile["note"]["head"], tile["note"]["text"]


def leaves(here: Station, session: int) -> None:
    for command in (commands.stop(), commands.discharge("A. Lee", True, "wants to go"), commands.close()):
        commands.carry_out(here.log, here.document, session, "nurse", command)


def said(monkeypatch: pytest.MonkeyPatch, room: str = ROOM) -> Screen:
    screen = Screen(monkeypatch, "room", room=room)
    screen.act({"do": "cleaning", "room": room, "on": True})
    screen.open("next")
    assert screen.press(next="14:30, Heron") is None
    return screen


def test_a_room_is_being_cleaned_and_somebody_is_next(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(on_the_wall()) == ("Empty", "")
    screen = said(monkeypatch)
    assert words(on_the_wall()) == ("Being cleaned", "next: 14:30, Heron")
    (cleaning, _) = screen.frame["actions"]
    assert cleaning["pressed"] is True
    screen.act(cleaning["act"])
    assert words(on_the_wall()) == ("Empty", "next: 14:30, Heron"), "the other stays as it was said"
    assert [x.by for x in here.log.entries(TRAIL)] == ["M. Ortiz"] * 3
    assert list(here.log.verify()) == []


def test_it_is_gone_when_somebody_is_there_and_does_not_come_back(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    said(monkeypatch)
    leaves(here, settled(here, ROOM))
    assert words(on_the_wall()) == ("Empty", "")
    stations.leave()  # the dashboard begins anew
    assert words(on_the_wall()) == ("Empty", "")


def test_it_outlives_the_dashboard_and_not_the_day(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    said(monkeypatch)
    stations.leave()
    assert words(on_the_wall()) == ("Being cleaned", "next: 14:30, Heron")
    tomorrow = clock.now() + timedelta(hours=13)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert words(on_the_wall()) == ("Empty", "")


def test_nothing_is_said_of_a_room_in_which_somebody_is(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, "room", room=ROOM)
    screen.open("next")
    settled(here, ROOM)
    screen.press(next="14:30, Heron")
    assert screen.form is not None
    assert screen.form["state"] == "ended"
    screen.act({"do": "cleaning", "room": ROOM, "on": True})
    assert "is taken" in screen.says()
    assert here.log.entries(TRAIL) == []


def test_a_display_and_a_locked_screen_are_not_told_who_is_next(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    said(monkeypatch)
    picture = station().follower.picture()
    for shown, text in ((Shown.NO_NAMES, ""), (Shown.NO_CHARTING, "next: 14:30, Heron")):
        tile = next(x for x in veiled(picture, ward_frame(picture, ""), shown)["tiles"] if x["room"] == ROOM)
        assert words(tile) == ("Being cleaned", text), "as with the aliases of those who are there"


def test_who_may_not_open_a_session_says_nothing_of_its_room(here: Station) -> None:
    for role in (Role.VIEWER, Role.TRAINER, Role.OWNER):
        with pytest.raises(commands.Refusal):
            commands.note_room(here.log, ROOM, Viewer("x", frozenset({role})), cleaning=True)
    with pytest.raises(commands.Refusal, match="At most 60"):
        commands.note_room(here.log, ROOM, "nurse", cleaning=False, following="x" * 61)
    assert here.log.entries(TRAIL) == []


def test_the_next_patient_of_another_room_takes_nothing_away(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    said(monkeypatch)
    next_patient(here, settled(here))
    assert words(on_the_wall()) == ("Being cleaned", "next: 14:30, Heron")
