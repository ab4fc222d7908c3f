"""Who may open what and enter what: the table, and that a command cannot go around it."""

from __future__ import annotations

import logging
from typing import get_args

import pytest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.access import ENTRIES, PAGES, UNNAMED, Role, Viewer, named
from monitor.protocol.document import Document
from promises import doors
from tests.test_commands import Desk

NURSE, WALL = Viewer("M. Ortiz", frozenset({Role.NURSE})), Viewer("Wall", frozenset({Role.VIEWER}))


@pytest.fixture
def desk(document: Document) -> Desk:
    return Desk(document)


def test_every_kind_of_entry_a_person_can_make_has_its_roles() -> None:
    kinds = {event.model_fields["kind"].default for event in get_args(get_args(e.AnyEvent)[0])}
    assert set(ENTRIES) == kinds - e.EVALUATORS


def test_the_manual_s_table_is_the_program_s() -> None:
    text = (settings.HOME / "docs" / "access.md").read_text()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    head, cells = rows[0], {row[0]: row[1:] for row in rows if row[0] in PAGES}
    assert head[1:] == [role.value for role in Role]
    assert cells == {page: ["yes" if role in roles else "no" for role in Role] for page, roles in PAGES.items()}


def test_a_table_written_by_hand_agrees_and_has_an_act_for_every_entry() -> None:
    table = doors.table()
    assert {page: table.opens(page) for page in table.pages} == PAGES
    assert set(table.exports.split()) == PAGES["review"]
    whose = {(kind, may) for may, act in table.rows() for kind in act.kinds}
    assert whose == {(kind, roles) for kind, roles in ENTRIES.items() if roles}


def test_ending_a_drill_closes_its_room_and_no_other_is_closed_with_that_right() -> None:
    trainer = Viewer("x", frozenset({Role.TRAINER}))
    assert trainer.may_enter(["drill_ended", "session_closed"])
    assert not trainer.may_enter(["session_closed"])
    assert not NURSE.may_enter(["drill_ended", "session_closed"])


def test_in_training_everybody_may_open_every_page_and_make_every_entry() -> None:
    trainee = Viewer("T-7")
    assert all(trainee.may_open(page) for page in PAGES)
    assert all(trainee.may_enter([kind]) for kind, roles in ENTRIES.items() if roles)


@pytest.mark.parametrize("role", Role)
def test_an_emergency_is_everybody_s(role: Role) -> None:
    assert Viewer("x", frozenset({role})).may_enter(["emergency_started", "emergency_act"])
    assert Viewer(roles=frozenset()).may_enter(["emergency_started"]), "signed in or not"


def test_a_page_that_nobody_knows_is_nobody_s() -> None:
    assert not Viewer("x").may_open("accounts")


def test_what_a_role_may_not_write_is_not_stored_and_the_denial_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    before = desk.log.entries(desk.session)
    with caplog.at_level(logging.WARNING, "monitor.access"), pytest.raises(c.Refusal) as refused:
        c.carry_out(desk.log, desk.document, desk.session, WALL, c.together(c.emergency(), c.note("Otter is pale")))
    assert refused.value.name == "not_permitted"
    assert desk.log.entries(desk.session) == before, "all of it or none"
    assert "entry=note_added viewer='Wall' roles=viewer" in caplog.text
    assert "Otter" not in caplog.text


def test_what_a_person_may_write_is_signed_by_the_person(desk: Desk) -> None:
    assert [x.by for x in c.carry_out(desk.log, desk.document, desk.session, NURSE, c.note("x"))] == ["M. Ortiz"]
    nobody = Viewer(roles=frozenset())
    assert [x.by for x in c.carry_out(desk.log, desk.document, desk.session, nobody, c.emergency())] == [UNNAMED]


@pytest.mark.parametrize("text", ["", " ", "x" * 41, "a\u202eb", "Station", "demo", "EVALUATOR", "store"])
def test_what_signs_for_the_program_or_for_nobody_is_no_person_s_name(text: str) -> None:
    assert named(text) is None


def test_a_name_signs_as_it_is_written_but_for_its_spaces() -> None:
    assert named("  M.   Ortiz ") == "M. Ortiz"
