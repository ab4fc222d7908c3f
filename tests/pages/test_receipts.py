"""What was tapped is stored once and said to be, whatever becomes of its answer: the page is loaded anew, the session is another,
the dashboard begins anew, the act comes twice."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import commands
from monitor import events as e
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.store.drafts import LATEST
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]


def scores(session: int) -> list[Any]:
    return [x for x in station().log.entries(session) if x.kind == "scored"]


def comfort(session: int, value: int, nonce: str) -> dict[str, Any]:
    return {"do": "score", "scale": "comfort", "value": value, "room": "2", "session": session, "nonce": nonce}


def test_an_act_that_comes_again_in_another_session_is_stored_once_and_confirmed(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    act = comfort(session, 6, "tap-1")
    Screen(monkeypatch, "room", room="2").act(act)
    for screen in (Screen(monkeypatch, "room", room="2"), Screen(monkeypatch, "ward")):
        assert "tap-1" in screen.data["done"], "its answer was lost with the session before"
        screen.act(act)
    assert len(scores(session)) == 1
    stations.leave()  # the dashboard ends and begins anew
    screen = Screen(monkeypatch, "room", room="2")
    screen.act(act)
    assert "tap-1" in screen.data["done"]
    assert len(scores(session)) == 1


def test_what_was_not_stored_is_never_confirmed_to_another_station(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    Screen(monkeypatch, "room", room="2").act(comfort(session, 6, "tap-1"))
    assert "tap-1" not in Screen(monkeypatch, "room", room="2", place="back room").data["done"]


def test_as_many_taps_are_confirmed_as_anybody_makes_while_an_answer_is_away(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    for n in range(30):
        screen.act(comfort(session, n % 11, f"tap-{n}"))
    assert {f"tap-{n}" for n in range(30)} <= set(screen.data["done"])
    assert LATEST >= 30


def test_a_press_whose_answer_was_lost_stores_nothing_twice_and_closes_the_form(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    form = screen.open("note")
    screen.press(text="Slept well.")
    again = {"do": "form", "form": form["id"], "press": "save", "rev": 9, "values": {"text": "Slept well."}, "asked": []}
    for later in (screen, Screen(monkeypatch, "room", room="2")):
        later.act(again)
        assert later.form is None
    notes = [x.body for x in here.log.entries(session) if x.kind == "note_added"]
    assert sum("Slept well." in str(body) for body in notes) == 1


def test_a_press_that_reaches_another_session_is_stored_from_what_was_kept(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    form = screen.open("note")
    screen.write(text="Slept")
    later = Screen(monkeypatch, "ward")  # which offers nothing of a room by itself
    later.act({"do": "form", "form": form["id"], "press": "save", "rev": 9, "values": {"text": "Slept well."}, "asked": []})
    assert later.form is None
    assert any("Slept well." in str(x.body) for x in here.log.entries(session) if x.kind == "note_added")


def test_a_press_of_a_form_of_which_nothing_was_kept_is_said_to_be_lost_in_its_own_words(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.act({"do": "form", "form": "unknown", "press": "save", "rev": 9, "values": {"text": "Slept well."}, "asked": []})
    assert screen.form is not None
    assert screen.form["title"] == "Not done"
    assert "nothing of it was stored" in screen.says()
    assert "Slept well." in screen.says()


def test_not_done_does_not_stand_beside_what_is_stored_afterwards(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.act({"do": "undo", "seq": 1, "room": "2", "session": session})
    assert screen.form is not None
    assert screen.form["title"] == "Not done"
    screen.act(comfort(session, 6, "tap-1"))
    assert screen.form is None
    assert len(scores(session)) == 1


def test_of_a_tap_about_several_rooms_it_is_said_what_was_stored_and_what_was_not(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = {room: settled(here, room) for room in ("2", "3")}
    offers = []
    for room, session in rooms.items():
        commands.carry_out(here.log, here.document, session, "anna", commands.take_watch("anna"))
        commands.carry_out(here.log, here.document, session, "anna", commands.offer_watch("", ["card"]))
        offers.append({"room": room, "session": session, "offer": here.log.head(session).seq})
    commands.carry_out(here.log, here.document, rooms["3"], "anna", commands.end_offer())
    screen = Screen(monkeypatch, "ward")
    screen.act({"do": "take_over", "offers": offers})
    assert screen.form is not None
    assert screen.form["title"] == "Done in part"
    assert "Stored for room 2." in screen.says()
    assert "Room 3: This handover has been withdrawn" in screen.says()
    assert [type(e.parse(x.kind, x.body)) for x in here.log.entries(rooms["2"])][-1] is e.WatchTaken


def test_a_handover_of_several_rooms_that_is_pressed_again_is_offered_once(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = {room: settled(here, room) for room in ("2", "3")}
    for session in rooms.values():
        commands.carry_out(here.log, here.document, session, "M. Ortiz", commands.take_watch("M. Ortiz"))
    screen = Screen(monkeypatch, "ward")
    screen.open("handover_all")
    for command in (commands.stop(), commands.discharge("A. Lee", True, "wants to go"), commands.close()):
        commands.carry_out(here.log, here.document, rooms["3"], "nurse", command)
    for _ in range(2):
        screen.press()
        assert "Stored for Room 2 · Otter. " in screen.says()
        assert "Room 3 · Otter: " in screen.says()
    assert [x.kind for x in here.log.entries(rooms["2"])].count("watch_offered") == 1
