"""Hidden truth: planted words and numbers are hunted for in everything that leaves the house before a drill has ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import commands as c
from monitor import events as e
from monitor import settings, truth
from monitor.board import words
from monitor.board.debrief import debrief_frame
from monitor.board.room import room_frame
from monitor.board.sheet import sheet
from monitor.board.tile import ward_frame
from monitor.board.view import Picture
from monitor.cli import app
from monitor.drills.drill import load_drill
from monitor.drills.run import end_run, open_run
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.reading import read_run
from monitor.settings import load_rooms
from monitor.store import open_log
from monitor.store.log import EventLog
from monitor.ward import Ward, logged
from tests.conftest import Time

SEED = 918273645
PLANTED = ("zirkon", str(SEED), "quagga", "xylem", "narwhal", "yucca", "wombat", "airway_narrows", "truth_")
SCENARIO = """
id: zirkon-case
title: A person of middle age
summary: It is the quagga all over again.
patient: {age: 44, weight_kg: 71}
order: {start: 1:00}
happenings:
  - {at: 0:30, airway_narrows: {percent: 40, over: 3 min, lasts: 15 min}}
goals: [Mind the xylem.]
critical:
  - event: A narwhal
    onset: 0:30
    shows: [spo2]
    limit: {of: spo2, below: 94}
    acts:
      - {do: airway, by: 5:00, why: Because of the yucca.}
"""


class Hidden:
    """A drill in a store on disk, half-way."""

    def __init__(self, folder: Path, document: Document, time: Time, prompts: bool = True) -> None:
        self.file = folder / "zirkon-case.yaml"
        self.file.write_text(SCENARIO)
        self.url = f"sqlite:///{folder / 'log.db'}"
        self.document, self.time = document, time
        self.log: EventLog = open_log(self.url)
        self.ward = Ward(self.log, document, self.log.number_lease("test"))
        self.sessions = open_run(self.log, document, load_drill(str(self.file)), SEED, "T-7", prompts, speed=20.0)
        self.go(5)
        self.do(c.inject({"probe_off": "30 s"}), by="Dr. Lind")
        self.do(c.instructor_note("the wombat does not see it"), by="Dr. Lind")
        self.do(c.open_room())
        self.do(c.ask())
        self.do(c.score("nausea", 2))
        for _ in range(3):
            self.do(c.set_pace(20))
            self.go(6)

    def do(self, command: c.Command, by: str = "T-7") -> None:
        c.carry_out(self.log, self.document, self.sessions[0], by, command)

    def go(self, seconds: int) -> None:
        for _ in range(seconds):
            self.time.pass_by(1.0)
            self.ward.round()

    def picture(self) -> Picture:
        picture = Follower(self.log, self.document, load_rooms(settings.ROOMS)).picture()
        return replace(picture, rooms=("D1",))

    def entries(self) -> list[e.Logged]:
        return [logged(x) for x in self.log.entries(self.sessions[0])]

    def levels(self) -> list[str]:
        """True numbers that nothing else in the house can have."""
        states = [x.event.values for x in self.entries() if isinstance(x.event, e.TruthState)]
        found = [str(v) for values in states for name in ("plasma_ng_ml", "norketamine_ng_ml") if (v := values[name]) and len(str(v)) > 3]
        assert len(found) >= 4
        return found

    def frames(self) -> Iterator[str]:
        picture = self.picture()
        yield json.dumps(ward_frame(picture, "T-7"), default=str)
        yield json.dumps(room_frame(picture, "D1", "T-7"), default=str)
        yield repr(picture.views["D1"].journal)
        yield repr(picture.views["D1"].state)


@pytest.fixture
def hidden(tmp_path: Path, document: Document, time: Time) -> Iterator[Hidden]:
    drill = Hidden(tmp_path, document, time)
    yield drill
    drill.log.close()


def hunted(text: str, drill: Hidden) -> list[str]:
    return [word for word in (*PLANTED, *drill.levels()) if word.lower() in text.lower()]


def test_what_is_planted_is_in_the_log_and_in_no_frame(hidden: Hidden) -> None:
    raw = " ".join(x.body + x.kind for x in hidden.log.entries(hidden.sessions[0]))
    assert set(hunted(raw, hidden)) >= set(PLANTED)
    for frame in hidden.frames():
        assert len(frame) > 200 and hunted(frame, hidden) == []


def test_an_export_of_a_running_drill_holds_none_of_it(hidden: Hidden) -> None:
    entries = hidden.entries()
    drill = next(x.event for x in entries if isinstance(x.event, e.DrillStarted))
    def told(instructor: bool = False) -> str:
        # Without the wall time, which may hold any number.
        return " ".join(f"{x.tick} {x.by} {x.event!r}" for x in truth.shown(entries, drill, ended=False, instructor=instructor))

    assert "nausea" in told() and hunted(told(), hidden) == []
    assert set(hunted(told(instructor=True), hidden)) >= {"zirkon", "wombat"}


def test_no_log_line_tells_it_even_where_the_scenario_has_gone(hidden: Hidden, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hidden.file.unlink()
    hidden.ward = Ward(hidden.log, hidden.document, hidden.log.number_lease("test"))
    hidden.go(3)
    (stood,) = [x.event for x in hidden.entries() if isinstance(x.event, e.PaceSet) and x.event.fault]
    said = caplog.text + " ".join(x.event.why for x in hidden.entries() if isinstance(x.event, e.PaceSet))
    assert stood.why.startswith("the source of its numbers is gone") and hunted(said, hidden) == []
    assert all(hunted(frame, hidden) == [] for frame in hidden.frames())


def test_the_command_line_tells_nothing_before_the_end(hidden: Hidden, tmp_path: Path) -> None:
    out = tmp_path / "x.html"
    session = str(hidden.sessions[0])
    for told in (["debrief", session, "--out", str(out)], ["progress", "T-7", "--out", str(tmp_path / "x.csv")], ["verify", "--json"]):
        result = CliRunner().invoke(app, [*told, "--store", hidden.url])
        assert hunted(result.output, hidden) == [], told
    assert not out.exists() and hunted((tmp_path / "x.csv").read_text(), hidden) == []


def test_without_prompts_the_trainee_sees_none_and_the_log_has_them(tmp_path: Path, document: Document, time: Time) -> None:
    drill = Hidden(tmp_path, document, time, prompts=False)
    kinds = {x.event.kind for x in drill.entries()}
    view = drill.picture().views["D1"]
    assert "prompt_changed" in kinds and view.state.open_prompts == []
    assert not any(x.event.kind.startswith("prompt_") for x in view.journal)
    drill.log.close()


def test_after_the_end_the_debrief_tells_all_of_it(hidden: Hidden) -> None:
    end_run(hidden.log, hidden.document, hidden.sessions, "T-7")
    frame = debrief_frame(read_run(hidden.log, hidden.document, hidden.sessions[0]))
    told = sheet(frame)
    wanted = ("quagga", str(SEED), "narwhal", "wombat", "probe off 30 s", "no certificate of competence")
    assert [word for word in wanted if word not in told] == []


def test_hidden_truth_has_no_words_for_a_log_line(document: Document) -> None:
    hidden = (
        e.TruthDrill(drill="x", seed=1, scenario={}),
        e.TruthState(values={"hr": 70.0}),
        e.TruthInjected(happening={"vomits": True}),
        e.TruthNoted(text="wombat"),
        e.SourceSet(path="x", sha256=""),
    )
    assert [words.entry(document, event) for event in hidden] == [None] * len(hidden)
