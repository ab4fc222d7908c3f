"""The instructor's desk as a page: who may look, and what is done from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from monitor import settings
from monitor.drills.drill import load_drill
from monitor.drills.run import end_run, open_run
from monitor.live import station as stations
from monitor.live.station import Station, station
from tests.drilled import PLANTED, SEED, TRAINEE, leaked, planted
from tests.pages.test_pages import here, page
from tests.pages.test_training import told
from tests.screen import Screen

__all__ = ["here"]  # a fixture


def drilled(here: Station, folder: Path) -> list[int]:
    return open_run(here.log, here.document, load_drill(str(planted(folder))), SEED, TRAINEE)


def named(label: str, test: AppTest) -> Button:
    return next(button for button in test.button if button.label == label)


def at_the_desk(monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(monkeypatch, "instructor", who="Dr. Lind")


def injects(desk: Screen, session: int) -> None:
    desk.act({"do": "dialog", "name": "inject", "room": "D1", "session": session})


def test_an_instructor_sees_the_truth_and_lets_something_happen_under_her_name(
    here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, other = drilled(here, tmp_path)
    test = page("instructor").run()
    assert not test.exception
    assert {"quagga", "thylacine", "aurochs", "dodo", str(SEED)} <= set(leaked(told(test))) <= set(PLANTED)
    desk = at_the_desk(monkeypatch)
    injects(desk, session)
    desk.press(kind="frightened")
    assert desk.form is None
    desk.act({"do": "dialog", "name": "instructor_note", "room": "D1", "session": session})
    desk.press(text="   ")
    assert desk.wrong() == {"text": "Needed."}, "a refusal is said"
    desk.press(text="she looks at the tile first")
    named("Pause", desk.test).click().run()
    assert not desk.test.exception
    (injected, noted, paced) = [x for x in here.log.entries(session) if x.by == "Dr. Lind"]
    assert json.loads(injected.body)["happening"]["frightened"] == 7
    assert "she looks at the tile first" in noted.body and paced.kind == "pace_set"
    assert [x.kind for x in here.log.entries(other) if x.by == "Dr. Lind"] == ["pace_set"], "the whole run stands"


def test_a_button_of_the_desk_opens_the_form_of_its_patient(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = drilled(here, tmp_path)
    desk = at_the_desk(monkeypatch)
    named("Let something happen in D1…", desk.test).click()
    desk.act(None)
    assert desk.form is not None
    assert (desk.form["form"], desk.form["session"], desk.form["about"][:7]) == ("inject", session, "Room D1")


def test_what_will_happen_is_said_and_a_number_is_read_as_it_was_typed(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = drilled(here, tmp_path)
    desk = at_the_desk(monkeypatch)
    injects(desk, session)
    desk.write(kind="pressure_surge")
    assert "Pressure surge, Systolic + 35 mmHg, Diastolic + 20 mmHg, For 10 min" in desk.says(), "as usual where nothing is typed"
    sys = "pressure_surge sys"
    for typed in ("4o", "1.500", "3,5", "-20", "95", "20 kPa", "0"):
        desk.press(**{"kind": "pressure_surge", sys: typed})
        assert sys in desk.wrong(), typed
    assert not [x for x in here.log.entries(session) if x.kind == "truth_injected"]
    desk.press(**{"kind": "pressure_surge", sys: "40 mmHg"})
    (injected,) = [x for x in here.log.entries(session) if x.kind == "truth_injected"]
    assert json.loads(injected.body)["happening"]["pressure_surge"] == {"sys": 40, "dia": 20}


def test_a_clock_is_behind_or_ahead_by_a_choice(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = drilled(here, tmp_path)
    desk = at_the_desk(monkeypatch)
    for way in ("", "ahead"):
        injects(desk, session)
        desk.press(**{"kind": "clock_step", "clock_step by way": way} if way else {"kind": "clock_step"})
    found = [json.loads(x.body)["happening"]["clock_step"]["by"] for x in here.log.entries(session) if x.kind == "truth_injected"]
    assert found == ["-90 s", "90 s"]


def test_what_was_prepared_for_one_run_never_happens_in_the_next(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = drilled(here, tmp_path)
    desk = at_the_desk(monkeypatch)
    injects(desk, sessions[0])
    desk.write(kind="frightened")
    end_run(here.log, here.document, sessions, TRAINEE)
    (later, _) = drilled(here, tmp_path)
    desk.press(kind="frightened")
    assert desk.form is not None
    assert desk.form["state"] == "ended"
    assert not [x for run in (*sessions, later) for x in here.log.entries(run) if x.kind == "truth_injected"]
    assert desk.data["frame"] is not None


def test_nobody_lets_anything_happen_who_may_not_look(here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = drilled(here, tmp_path)
    trainee = Screen(monkeypatch, "room", who=TRAINEE, room="D1")
    for form, written in (("inject", {"kind": "frightened"}), ("instructor_note", {"text": "a hint"})):
        trainee.act({"do": "dialog", "name": form, "room": "D1", "session": session})
        assert trainee.fields() == {}, form
        trainee.press(**written)
    assert not [x for x in here.log.entries(session) if x.kind.startswith("truth_") and x.by == TRAINEE]


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
