"""What is said of an empty room holds until somebody is settled there, and is said by whoever may settle somebody."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from monitor import commands as c
from monitor.access import Role, Viewer
from monitor.commands.vacant import LONGEST, Vacant, note_room, vacancies
from monitor.protocol.document import Document
from monitor.store.log import TRAIL, EventLog
from monitor.store.memory import MemoryLog
from tests.test_commands import Desk


def said(log: EventLog, before: Mapping[str, Vacant] | None = None) -> dict[str, tuple[bool, str, str]]:
    found = vacancies(log.entries(TRAIL), log.heads(open_only=False), before or {})
    return {room: (one.cleaning, one.next, one.by) for room, one in found.items()}


def test_the_last_word_about_a_room_holds() -> None:
    log = MemoryLog()
    note_room(log, "2", "nurse", cleaning=True)
    note_room(log, "3", "anna", cleaning=False, following="  14:30, Heron ")
    assert said(log) == {"2": (True, "", "nurse"), "3": (False, "14:30, Heron", "anna")}
    note_room(log, "2", Viewer("Vera", frozenset({Role.NURSE})), cleaning=False, following="Wren")
    assert said(log)["2"] == (False, "Wren", "Vera")


def test_what_was_known_before_holds_until_something_else_is_said() -> None:
    log = MemoryLog()
    earlier = {"4": Vacant("4", "2026-12-01T08:00:00.000Z", "nurse", True)}
    assert said(log, earlier) == {"4": (True, "", "nurse")}
    note_room(log, "4", "anna", cleaning=False)
    assert said(log, earlier) == {"4": (False, "", "anna")}


def test_a_session_that_opens_there_ends_it_for_good(document: Document) -> None:
    log = MemoryLog()
    note_room(log, "1", "nurse", cleaning=True)
    desk = Desk(document)
    opened = desk.log.heads()
    assert vacancies(log.entries(TRAIL), opened, {}) == {}
    later = {"1": Vacant("1", "2999-01-01T00:00:00.000Z", "nurse", True)}
    assert vacancies((), opened, later) == later
    assert vacancies((), opened, {"1": Vacant("1", opened[0].opened_at, "nurse", True)}) == {}


def test_nothing_is_said_of_a_room_with_a_patient(document: Document) -> None:
    desk = Desk(document)
    with pytest.raises(c.Refusal) as refused:
        note_room(desk.log, "1", "nurse", cleaning=True)
    assert refused.value.name == "room_taken"
    assert "Room 1 is taken" in refused.value.sentence
    note_room(desk.log, "2", "nurse", cleaning=True)
    assert said(desk.log) == {"2": (True, "", "nurse")}


def test_what_is_said_is_short() -> None:
    log = MemoryLog()
    note_room(log, "1", "nurse", cleaning=False, following=f" {'x' * LONGEST} ")
    with pytest.raises(c.Refusal) as refused:
        note_room(log, "1", "nurse", cleaning=False, following="x" * (LONGEST + 1))
    assert (refused.value.name, refused.value.sentence) == ("too_long", "At most 60 letters.")
    assert said(log)["1"][1] == "x" * LONGEST


def test_who_may_settle_nobody_says_nothing_of_a_room() -> None:
    log = MemoryLog()
    with pytest.raises(c.Refusal):
        note_room(log, "1", Viewer("Vic", frozenset({Role.VIEWER})), cleaning=True)
    assert log.entries(TRAIL) == []


def test_what_is_kept_is_plain_json_with_the_letters_as_they_were_typed() -> None:
    log = MemoryLog()
    entry = note_room(log, "1", "nurse", cleaning=False, following="Müller")
    assert (entry.kind, entry.body) == ("room_noted", '{"room":"1","cleaning":false,"next":"Müller"}')
