"""The head of the pages that are no wall and no room: the ward's, a drill's for its trainee, and no patient's where none may be seen."""

from __future__ import annotations

import json

import pytest

from monitor import events as e
from monitor.access import PAGES, Role, Shown, Viewer
from monitor.live.push import Drawing
from monitor.live.tickets import Topic
from monitor.protocol.document import Document
from tests.test_alarms import Scene

OWN = sorted(PAGES.keys() - {"ward", "room"})


@pytest.fixture
def scene(document: Document) -> Scene:
    made = Scene(document, "1", "D1")
    made.happen("D1", 1, e.DrillStarted(run="1", title="A drill", trainee="T-07", starts_at=0, ends_at=900))
    made.prompt("1", 5, e.Level.HIGH)
    made.prompt("D1", 6, e.Level.MEDIUM)
    return made


@pytest.mark.parametrize("page", OWN)
def test_the_trainee_reads_under_the_head_of_the_drill_and_anybody_else_under_that_of_the_ward(scene: Scene, page: str) -> None:
    for who, rooms in (("T-07", ["D1"]), ("M. Ortiz", ["D1"] if page == "instructor" else ["1"])):
        frame = Drawing(Topic(page, "", who)).frame(scene.picture(9))
        assert [room["room"] for room in frame["rooms"]] == rooms
        assert (frame["drill"] is not None) == (rooms == ["D1"])
        assert frame["alarm"]["sound"] == ("medium" if rooms == ["D1"] else "high")
        assert "truth" not in json.dumps(frame)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", OWN)
def test_in_ward_mode_the_head_shows_the_patients_to_those_who_may_see_the_ward_and_an_emergency_to_all(
    scene: Scene, page: str, role: Role
) -> None:
    viewer = Viewer("A. One", frozenset({role}))
    topic = Topic(page, "", viewer.name, Shown.ALL, False, viewer.pages)
    frame = Drawing(topic).frame(scene.picture(9, mode="ward"))
    told = json.dumps(frame)
    if "ward" in viewer.pages:
        assert frame["rooms"] and frame["banner"] is not None and frame["alarm"]["sound"]
    else:
        assert not frame["rooms"] and frame["banner"] is None and frame["alarm"]["sound"] is None
        assert "Otter" not in told and "SpO2" not in told
    assert frame["emergencies"]


@pytest.mark.parametrize("page", OWN)
def test_a_locked_screen_keeps_its_head_without_names_and_its_cover_asks_who_is_there(scene: Scene, page: str) -> None:
    viewer = Viewer("", frozenset({Role.TRAINER}), locked=True)
    frame = Drawing(Topic(page, "", "", viewer.shown, False, viewer.pages)).frame(scene.picture(9, mode="ward"))
    assert "Otter" not in json.dumps(frame)
    assert "lock" not in frame
    assert frame["rooms"] and frame["emergencies"] and frame["banner"] is not None
