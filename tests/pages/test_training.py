"""The pages around a drill: choosing and beginning one, and its debrief once it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.drills.drill import load_drill
from monitor.drills.run import open_run
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.views import acts
from monitor.ward import logged
from tests.conftest import FinishedRun
from tests.drilled import PLANTED, SEED, TITLE, TRAINEE, leaked, planted
from tests.pages.test_pages import frame, here, page
from tests.screen import Screen

__all__ = ["here"]  # a fixture


def told(test: AppTest) -> str:
    """Everything that was sent to the browser."""
    found, waiting = [], [test._tree]
    while waiting:
        node = waiting.pop()
        found.append(str(getattr(node, "proto", "")))
        waiting += getattr(node, "children", {}).values()
    return "\n".join(found)


def drills_of(here: Station) -> list[e.DrillStarted]:
    entries = [logged(x).event for head in here.log.heads() for x in here.log.entries(head.session)]
    return [x for x in entries if isinstance(x, e.DrillStarted)]


def chosen(code: str = TRAINEE) -> AppTest:
    test = page("training").run()
    next(x for x in test.radio if x.label == "Shift").set_value("two-rooms")
    test.text_input[0].input(code)
    return test.run()


def begin(test: AppTest) -> AppTest:
    next(x for x in test.button if x.label == "Begin").click()
    return test.run()


# ---- before ----


def test_a_trainee_chooses_and_is_briefed_on_who_lies_there_and_what_was_ordered(here: Station) -> None:
    test = chosen()
    assert not test.exception
    brief = " ".join([*(x.value for x in test.markdown), test.table[0].value.to_csv()]).replace("\\", "")
    assert "You watch two rooms" in brief
    assert "0.5 mg/kg = 36.0 mg over 40 min, begins at 5:00" in brief
    assert "cuff every 10 min" in brief
    assert not {"pleasant", "frightened", "two-rooms"} & set(told(test).lower().replace('"', " ").split())


def test_a_surprise_says_nothing_of_who_comes(here: Station) -> None:
    test = page("training").run()
    test.radio[0].set_value("surprise me")
    test.run()
    assert not test.exception and not test.table
    assert "One patient. You will meet them in the room." in [x.value for x in test.markdown]


def test_what_is_no_code_begins_no_drill(here: Station) -> None:
    test = chosen("")
    for code in ("", "Maria Ortiz", "demo", "<b>1</b>"):
        test.text_input[0].input(code)
        begin(test)
        assert ["Give a trainee code" in x.value for x in test.error] == [True]
    assert here.log.heads() == []


def test_beginning_opens_the_rooms_under_the_trainee_s_code_and_only_once(here: Station) -> None:
    test, late = chosen(), chosen("T-08")
    begin(test)
    assert [(x.trainee, x.rooms, x.prompts) for x in drills_of(here)] == [(TRAINEE, 2, True)] * 2
    assert {head.room for head in here.log.heads()} == {"D1", "D2"}
    begin(late)
    assert ["another drill runs" in x.value for x in late.error] in ([True], []), "it says so, or shows the one that runs"
    assert len(here.log.heads(open_only=False)) == 2
    again = page("training").run()
    assert not [x for x in again.button if x.label == "Begin"]
    assert any("A drill is running" in x.value and "07" in x.value for x in again.markdown)


def test_prompts_are_left_out_for_who_wants_to_prove(here: Station) -> None:
    test = chosen()
    next(x for x in test.radio if x.label == "Prompts").set_value("not shown: prove without")
    begin(test.run())
    assert [x.prompts for x in drills_of(here)] == [False, False]


# ---- meanwhile ----


def test_no_page_of_a_running_drill_is_sent_what_is_hidden(
    here: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = open_run(here.log, here.document, load_drill(str(planted(tmp_path))), SEED, TRAINEE)
    for command in (c.inject({"vomits": True}), c.instructor_note("the quagga")):
        c.carry_out(here.log, here.document, sessions[0], "Dr. Lind", command)
    raw = " ".join(x.body for session in sessions for x in here.log.entries(session))
    assert set(leaked(raw)) == set(PLANTED)
    opened = {
        "training": page("training"), "wall": page("ward", drill="1"), "room": page("room", room="D1"),
        "list": page("review"), "debrief": page("review", run=str(sessions[0])), "play": page("review", run=str(sessions[0]), play="0"),
    }  # fmt: skip
    for name, test in opened.items():
        test.session_state["who"] = TRAINEE
        sent = told(test.run())
        assert not test.exception and len(sent) > 300 and leaked(sent) == [], name
    assert frame(opened["wall"])["drill"]["title"] == TITLE
    assert [x["room"] for x in frame(opened["wall"])["tiles"]] == ["D1", "D2"]
    for name in ("debrief", "play"):
        assert ["a drill is ended first" in x.value for x in opened[name].error] == [True]
    opened_events = [x for x in here.log.entries(sessions[0]) if x.kind == "room_opened"]
    assert [x.by for x in opened_events] == [TRAINEE], "who looked into the room is in the record"
    ended = Screen(monkeypatch, "training", who=TRAINEE)
    ended.open("end_run")
    assert "min are left" in ended.says()
    went = []
    monkeypatch.setattr(acts, "go", lambda to, **query: went.append((to, query)))
    ended.press()
    assert went == [("review", {"run": str(sessions[0])})]
    assert here.log.heads() == []
    assert set(leaked(told(page("review", run=str(sessions[0])).run()))) != set(), "the end tells it"


# ---- after ----


@pytest.fixture
def after(finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    monkeypatch.setenv(settings.STORE_VARIABLE, finished_run.url)
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(settings.ROOMS))
    stations.leave()
    yield station()
    stations.leave()


def test_a_finished_run_is_in_its_trainee_s_list_with_times_and_export(after: Station, finished_run: FinishedRun) -> None:
    test = page("review")
    test.session_state["who"] = TRAINEE
    test.run()
    assert not test.exception
    assert test.selectbox[0].value == TRAINEE
    (said,) = [x.value for x in test.markdown if x.value.startswith("Run 1")]
    assert TITLE in said and "with prompts" in said and "points" in said
    assert "A dodo" in test.dataframe[0].value.index
    assert [x.proto.label for x in test.get("download_button")] == ["Export as CSV", "Its data dictionary"]


def test_the_debrief_of_a_finished_run_tells_it_all_and_can_be_kept(after: Station, finished_run: FinishedRun) -> None:
    test = page("review", run=str(finished_run.number)).run()
    assert not test.exception
    sent = told(test)
    assert TITLE in sent and "aurochs comes at minute one" in sent and "no certificate of competence" in sent
    assert "The other runs" not in sent, "none is laid beside it"
    assert [x.proto.label for x in test.get("download_button")] == ["Save as one HTML file"]
    assert {"Play it back as the screen was", "Lay the protocol nurse and no one beside it", "All runs"} <= {x.label for x in test.button}


def test_the_playback_begins_where_the_address_says(after: Station, finished_run: FinishedRun) -> None:
    test = page("review", run=str(finished_run.number), play="160").run()
    assert not test.exception
    shown = frame(test, 1)
    assert shown["mode"] == "PLAYBACK" and shown["drill"]["clock"].startswith("2:40 of ")
    assert shown["tiles"][0]["strip"]["kind"] == "prompt"
    assert not any(shown.get(key) for key in ("viewer", "actions", "alarm"))


@pytest.mark.parametrize("run", ["99", "1; drop"])
def test_a_run_that_is_not_there_is_said_so(after: Station, run: str) -> None:
    test = page("review", run=run).run()
    assert not test.exception
    assert ["no finished drill" in x.value for x in test.error] == [True]
