"""The instructor's desk as a page: who may look, and what is done from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from monitor import settings
from monitor.drills.drill import load_drill
from monitor.drills.run import open_run
from monitor.live import station as stations
from monitor.live.station import Station, station
from tests.drilled import PLANTED, SEED, TRAINEE, leaked, planted
from tests.pages.test_pages import here, page
from tests.pages.test_training import told

__all__ = ["here"]  # a fixture


def drilled(here: Station, folder: Path) -> list[int]:
    return open_run(here.log, here.document, load_drill(str(planted(folder))), SEED, TRAINEE)


def named(label: str, test: AppTest) -> Button:
    return next(button for button in test.button if button.label == label)


def test_an_instructor_sees_the_truth_and_lets_something_happen_under_her_name(here: Station, tmp_path: Path) -> None:
    session, other = drilled(here, tmp_path)
    test = page("instructor").run()
    assert not test.exception
    assert {"quagga", "thylacine", "aurochs", "dodo", str(SEED)} <= set(leaked(told(test))) <= set(PLANTED)
    assert named("Probe off in D1 now", test).disabled, "a name is needed"
    test.session_state["who"] = "Dr. Lind"
    test.session_state["desk_kind"] = "Panic"
    named("Panic in D1 now", test.run()).click().run()
    assert any("Panic, let happen" in x.value for x in test.markdown)
    named("Note for D1", test).click().run()
    assert any("The note is empty" in x.value for x in test.markdown), "a refusal is said"
    test.text_area[0].input("she looks at the tile first")
    named("Note for D1", test).click().run()
    assert test.text_area[0].value == ""
    named("Pause", test).click().run()
    assert not test.exception
    (injected, noted, paced) = [x for x in here.log.entries(session) if x.by == "Dr. Lind"]
    assert json.loads(injected.body)["happening"]["frightened"] == 7
    assert "she looks at the tile first" in noted.body and paced.kind == "pace_set"
    assert [x.kind for x in here.log.entries(other) if x.by == "Dr. Lind"] == ["pace_set"], "the whole run stands"


def test_the_trainee_of_the_drill_is_refused_at_the_desk(here: Station, tmp_path: Path) -> None:
    drilled(here, tmp_path)
    test = page("instructor")
    test.session_state["who"] = TRAINEE.lower()
    test.run()
    assert ["is the trainee of the drill that runs" in error.value for error in test.error] == [True]
    assert leaked(told(test)) == []


def test_a_desk_with_a_code_opens_with_that_code_only(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = tmp_path / "rooms.yaml"
    rooms.write_text("station: x\nprotocol: protocols/example.yaml\ntraining: {instructor_code: maple-7}\nrooms: [{room: '1'}]\n")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(rooms))
    stations.leave()
    drilled(station(), tmp_path)
    test = page("instructor").run()
    assert leaked(told(test)) == []
    test.text_input[0].input("maple")
    named("Open the desk", test).click().run()
    assert leaked(told(test)) == [] and "not the instructor's code" in test.error[0].value
    test.text_input[0].input("maple-7")
    named("Open the desk", test).click().run()
    assert str(SEED) in leaked(told(test)) and "maple-7" not in told(test)


def test_a_desk_without_a_drill_waits_for_one(here: Station) -> None:
    assert "No drill is running" in page("instructor").run().info[0].value
