"""A locked screen: planted names and charting are hunted for in its frames, and what must go on is there unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from monitor import charting
from monitor import commands as c
from monitor import events as e
from monitor.access import Role, Shown, Viewer
from monitor.admission import well_answered
from monitor.board.handover import handover_card
from monitor.board.veil import veiled
from monitor.board.view import Picture
from monitor.infusion import Order
from monitor.live.push import Drawing
from monitor.live.tickets import Topic
from monitor.protocol.document import Document
from tests.bedside import row
from tests.test_board import Screen
from tests.test_commands import ORDER, prompt

ALIAS = "Otter"
STAFF = ("Narwhal", "Thylacine", "NAR", "THY")
CHARTED = (
    "wombat", "aurochs", "bandicoot", "quokka", "numbat", "Ondansetron", "mg/kg/h", "Comfort 7", "unbearable", "vomit",
)  # fmt: skip
"""Words of a note, a prescriber, an escort, reasons, and of what else is charted or offers to be."""
NURSE, OTHER = "Narwhal", "Thylacine"


class Station(Screen):
    """A room in which much was charted, with prompts open, one of them answered."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.do(c.take_watch(NURSE), c.set_baseline(120, 75), by=NURSE)
        self.do(c.set_order(Order(**{**ORDER.model_dump(), "prescriber": "aurochs"})), by=NURSE)
        self.happen(*well_answered(document), by=NURSE)
        self.do(c.start(), by=NURSE)
        self.seconds(40, at_30="128/82")
        self.do(c.note("wombat"), c.score(charting.COMFORT, 7), c.score(charting.DISSOCIATION, 3), c.observe("vomited"), by=NURSE)
        self.do(c.chart_pressure(131, 84), c.pause("quokka"), c.pause_audio(120, None), by=NURSE)
        self.do(c.give_drug("ondansetron", 4, "IV", fact=True), by=NURSE)
        for rule, message in (("D-7", "SpO2 91"), ("D-20", "Bothered")):
            self.happen(replaced(prompt(rule), message), by="evaluator")
        self.do(c.answer("D-20", 1, e.Answer.DEFERRED, (), "numbat"), by=NURSE)
        self.seconds(120)
        self.do(c.offer_watch(OTHER, handover_card(self.picture(), self.picture().views["1"])), by=NURSE)

    def picture(self) -> Picture:
        picture = super().picture()
        view = picture.views["1"]
        view.window.push(row(view.at, {"hr": 71, "spo2": 91, "rr": 14}), view.at)
        return replace(picture, mode="ward", beat_at=picture.now)

    def drawn(self, page: str, shown: Shown, picture: Picture | None = None) -> dict[str, Any]:
        return Drawing(Topic(page, "1" if page == "room" else "", NURSE, shown)).frame(picture or self.picture())


def replaced(event: e.PromptChanged, message: str) -> e.PromptChanged:
    return event.model_copy(update={"message": message})


@pytest.fixture
def station(document: Document) -> Station:
    return Station(document)


def hunted(frame: object, words: tuple[str, ...]) -> list[str]:
    text = json.dumps(frame, default=str)
    return [word for word in words if word in text]


@pytest.mark.parametrize("page", ["ward", "room"])
def test_no_name_and_nothing_charted_is_in_a_locked_frame(station: Station, page: str) -> None:
    whole = hunted(station.drawn(page, Shown.ALL), (ALIAS, *STAFF, *CHARTED))
    assert {ALIAS, NURSE} <= set(whole), "what is looked for is there to be found"
    assert len(whole) >= (11 if page == "room" else 3)
    locked = station.drawn(page, Shown.NO_NAMES)
    assert hunted(locked, (ALIAS, *STAFF, *CHARTED)) == []
    assert locked["lock"]["head"] == "Locked"


@pytest.mark.parametrize("page", ["ward", "room"])
def test_away_the_escort_is_a_name_too(station: Station, page: str) -> None:
    station.do(c.go_away("bathroom", "bandicoot", 10), by=NURSE)
    assert hunted(station.drawn(page, Shown.ALL), ("bandicoot",))
    locked = station.drawn(page, Shown.NO_NAMES)
    assert hunted(locked, ("bandicoot", *STAFF)) == []
    assert "AWAY" in json.dumps(locked)


@pytest.mark.parametrize("page", ["ward", "room"])
def test_a_wall_display_has_aliases_and_the_two_scores_and_nothing_else_charted(station: Station, page: str) -> None:
    frame = station.drawn(page, Shown.NO_CHARTING)
    if page == "ward":
        assert frame["tiles"][0]["scores"] == station.drawn(page, Shown.ALL)["tiles"][0]["scores"] is not None
    assert hunted(frame, (ALIAS,)) == [ALIAS]
    assert hunted({**frame, "viewer": None}, (*STAFF, *CHARTED)) == []
    assert frame["lock"] is None


def goes_on(frame: dict[str, Any]) -> Iterator[object]:
    """What a nurse in a hurry needs, whoever is signed in."""
    yield from (frame[part] for part in ("assessed", "clock", "mode", "foot"))
    yield from (frame["alarm"][part] for part in ("sound", "button", "paused", "deaf"))
    for tile in frame.get("tiles", ()):
        yield from (tile.get(part) for part in ("room", "vitals", "state", "priority", "phase", "emergency"))
    if frame["page"] == "ward":
        yield from (frame["banner"][part] for part in ("what", "priority", "button", "rest"))
    else:
        yield from (frame[part] for part in ("numerics", "bp", "waves", "more"))
        yield from ([card[part] for part in ("head", "priority", "state", "since", "protocol")] for card in frame["prompts"])
        yield [b for b in frame["actions"] if b["act"]["do"] == "emergency"]
        yield from (frame["trend"][part] for part in ("t", "hr", "spo2", "rr", "cuff"))


@pytest.mark.parametrize("shown", [Shown.NO_NAMES, Shown.NO_CHARTING])
@pytest.mark.parametrize("page", ["ward", "room"])
def test_numbers_prompts_sound_and_the_emergency_go_on(station: Station, page: str, shown: Shown) -> None:
    picture = station.picture()
    assert [*goes_on(station.drawn(page, shown, picture))] == [*goes_on(station.drawn(page, Shown.ALL, picture))]


def test_an_emergency_that_runs_shows_what_to_do_and_takes_it_in(station: Station) -> None:
    station.do(c.emergency(), by=NURSE)
    picture = station.picture()
    whole, locked = (station.drawn("room", shown, picture)["emergency"] for shown in (Shown.ALL, Shown.NO_NAMES))
    assert (locked["lines"], locked["acts"]) == (whole["lines"], whole["acts"])
    assert locked["end"] is None


def test_a_part_of_a_frame_that_nobody_has_decided_about_is_hidden(station: Station) -> None:
    picture = station.picture()
    for page in ("ward", "room"):
        frame = station.drawn(page, Shown.ALL)
        frame["novel"] = "wombat"
        for part in frame.get("tiles", ()):
            part["novel"] = "wombat"
        for part in frame.get("prompts", ()):
            part["novel"] = "wombat"
        assert hunted(veiled(picture, frame, Shown.NO_NAMES), ("wombat",)) == []


def test_who_signs_at_a_shared_station_can_say_that_it_is_another(station: Station) -> None:
    def menu(name: str, shared: bool) -> list[str]:
        frame = Drawing(Topic("ward", "", name, Shown.ALL, shared)).frame(station.picture())
        return [one["label"] for one in frame["menu"]]

    assert menu(NURSE, True)[0] == "Not me"
    assert "Not me" not in menu("", True) + menu(NURSE, False)


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        (Role.VIEWER, ["Ward"]),
        (Role.NURSE, ["Ward", "Protocol"]),
        (Role.CHARGE, ["Ward", "Debrief", "Protocol"]),
        (Role.TRAINER, ["Ward", "Training", "Debrief", "Protocol"]),
    ],
)
@pytest.mark.parametrize("locked", [False, True])
def test_the_menu_of_a_ward_s_wall_leads_to_what_its_role_may_open_and_nowhere_else(
    station: Station, role: Role, ways: list[str], locked: bool
) -> None:
    viewer = Viewer("" if locked else NURSE, frozenset({role}), locked=locked)
    frame = Drawing(Topic("ward", "", viewer.name, viewer.shown, pages=viewer.pages)).frame(station.picture())
    assert [one["label"] for one in frame["menu"] if one["act"]["do"] == "go"] == ways


def test_a_training_station_knows_no_lock(station: Station) -> None:
    frame = Drawing(Topic("ward", "", NURSE)).frame(replace(station.picture(), mode="training"))
    assert "lock" not in frame


NURSES, WALL = frozenset({Role.NURSE}), frozenset({Role.VIEWER})


@pytest.mark.parametrize(
    ("viewer", "shown", "refused"),
    [
        (Viewer("Ann", NURSES), Shown.ALL, None),
        (Viewer("", NURSES, locked=True), Shown.NO_NAMES, "locked"),
        (Viewer("Wall", WALL), Shown.NO_CHARTING, "not_permitted"),
        (Viewer("", frozenset(), NURSES), Shown.ALL, "unsigned"),
        (Viewer("Ann", NURSES, NURSES), Shown.ALL, None),
        (Viewer("Tom", frozenset({Role.TRAINER}), NURSES), Shown.ALL, "not_permitted"),
        (Viewer("", NURSES, NURSES, locked=True), Shown.NO_NAMES, "locked"),
    ],
)
def test_who_is_at_the_keys_decides_what_is_shown_and_entered(station: Station, viewer: Viewer, shown: Shown, refused: str | None) -> None:
    assert viewer.shown is shown
    assert viewer.may_open("ward")
    before = len(station.log.entries(station.session))
    if refused is None:
        assert [x.by for x in c.carry_out(station.log, station.document, station.session, viewer, c.note("x"))] == ["Ann"]
    else:
        with pytest.raises(c.Refusal) as said:
            c.carry_out(station.log, station.document, station.session, viewer, c.note("x"))
        assert said.value.name == refused
        assert len(station.log.entries(station.session)) == before
    assert c.carry_out(station.log, station.document, station.session, viewer, c.emergency()), "an emergency asks nothing"
