"""The one form mechanism as a page has it: a form is bound to its session, stores what it shows, and is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor import charting, clock, commands
from monitor import events as e
from monitor.live.station import Station
from monitor.store.log import StoreError
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]


def stored(here: Station, session: int, kind: str) -> list[e.AnyEvent]:
    return [e.parse(x.kind, x.body) for x in here.log.entries(session) if x.kind == kind]


def next_patient(here: Station, session: int, room: str = "2") -> int:
    """The session is over, and another patient has the room."""
    for command in (commands.stop(), commands.discharge("A. Lee", True, "wants to go"), commands.close()):
        commands.carry_out(here.log, here.document, session, "nurse", command)
    return settled(here, room)


def test_a_form_names_room_and_patient_and_stores_in_their_session(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    form = screen.open("note")
    assert (form["title"], form["about"], form["session"]) == ("Note", "Room 2 · Otter", session)
    assert screen.press(text="Slept well.") is None
    assert stored(here, session, "note_added")[-1] == e.NoteAdded(text="Slept well.")


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_stored(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.open("note")
    assert screen.wrong() == {}, "not before somebody tries"
    screen.press(text="   ")
    assert screen.wrong() == {"text": "Needed."}
    screen.press("save", scale="cadss6")
    assert len(stored(here, session, "note_added")) == 1, "the one of the beginning"


def test_a_refusal_stands_until_other_words_are_written(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.open("note")

    def refuses(*_: object, **__: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(here.log), "append", refuses)
    screen.press(text="Slept well.")
    screen.write(text="Slept well.")  # as a browser does that waited long for the answer
    assert screen.form is not None
    assert "the disk is full" in screen.form["refused"]
    screen.write(text="Slept very well.")
    assert screen.form["refused"] is None


def test_no_item_of_a_scale_has_a_value_that_nobody_tapped(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.open("cadss")
    items = {f"item_{n}": "1" for n in charting.CADSS6_ITEMS}
    screen.press(scale="cadss6", **{**items, "item_7": ""})
    assert screen.wrong() == {"item_7": "Needed."}
    assert stored(here, session, "scored") == []
    assert screen.press(scale="cadss6", **items) is None
    assert stored(here, session, "scored") == [e.Scored(scale="cadss6", value=6, items=tuple((n, 1) for n in charting.CADSS6_ITEMS))]


def test_a_form_left_open_does_not_write_into_the_next_patient(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.open("note")
    screen.press("save", text="")  # a try that stores nothing leaves it open
    other = next_patient(here, session)
    form = screen.press(text="He is nauseated.")
    assert form is not None
    assert form["state"] == "ended"
    assert "He is nauseated." in str(form["parts"]), "what was written can be read"
    assert "another patient is in the room now" in screen.says()
    assert "He is nauseated." not in str(stored(here, other, "note_added"))
    assert "He is nauseated." not in str(stored(here, session, "note_added"))
    assert [b["label"] for b in form["buttons"]] == ["File as a late entry of Room 2 · Otter"]
    assert screen.press("file", text="He is nauseated.") is None
    assert stored(here, session, "filed_late") == [e.FiledLate(text="Note: He is nauseated.", what="Note")]
    assert stored(here, other, "filed_late") == []


def test_what_is_half_written_is_offered_again_to_the_same_person_alone(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(here)
    first = Screen(monkeypatch, "room", room="2")
    first.open("cadss")
    first.press(scale="cadss6", item_1="2")
    assert Screen(monkeypatch, "room", who="S. Lee", room="2").form is None
    again = Screen(monkeypatch, "room", room="2")
    assert again.form is not None
    assert again.fields()["item_1"]["value"] == "2"
    assert "Half written at" in again.says()
    again.press("leave")
    assert Screen(monkeypatch, "room", room="2").form is None, "who closes a form throws it away"


def test_what_is_half_written_is_not_offered_in_another_session_nor_after_twelve_hours(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", room="2")
    screen.open("cadss")
    screen.press(scale="cadss6")
    now = clock.now()
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: now + timedelta(hours=12, minutes=1))
        assert Screen(monkeypatch, "room", room="2").form is None
    next_patient(here, session)
    assert Screen(monkeypatch, "room", room="2").form is None


def test_who_is_at_the_keys_is_asked_first_and_the_form_that_was_asked_for_follows(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = settled(here)
    screen = Screen(monkeypatch, "room", who="", room="2")
    screen.act({"do": "dialog", "name": "note", "room": "2", "session": session, "fill": {}})
    assert screen.form is not None
    assert screen.form["form"] == "who"
    screen.press(name="evaluator")
    assert "at most 40 letters" in screen.says()
    form = screen.press(name="M. Ortiz")
    assert form is not None
    assert form["form"] == "note"
