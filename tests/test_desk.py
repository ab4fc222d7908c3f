"""The instructor's desk: what it tells of a running drill, and what can be let happen from it. Without a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor import access, settings
from monitor import commands as c
from monitor import events as e
from monitor.board.desk import desk_frame, read
from monitor.board.drill import side
from monitor.board.presets import happening, presets
from monitor.board.tile import ward_frame
from monitor.drills.drill import load_drill
from monitor.drills.run import end_run, open_run
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.reading import Room
from monitor.settings import load_rooms
from monitor.simulator.scenario import KINDS_OF_HAPPENING
from monitor.sources.source import BadFile
from monitor.store.memory import MemoryLog
from monitor.ward import Ward
from tests.conftest import Time

SCENARIO = """
id: zirkon-case
title: A person of middle age
summary: It is the quagga all over again.
patient: {age: 44, weight_kg: 71}
order: {start: 1:00}
happenings:
  - {at: 0:30, probe_off: 90 s}
  - {at: 1:00, unless: [reassured], frightened: 6}
  - {at: 20:00, vomits: yes}
critical:
  - event: A narwhal
    onset: 1:00
    acts:
      - {do: reassured, by: 4:00}
      - {do: oxygen, by: 30:00, points: 2}
"""


@dataclass
class Desk:
    """A drill that runs under the real evaluator, and the desk beside it."""

    log: MemoryLog
    document: Document
    time: Time
    ward: Ward
    sessions: list[int]
    follower: Follower
    rooms: list[Room]

    def do(self, command: c.Command, by: str = "T-7") -> None:
        c.carry_out(self.log, self.document, self.sessions[0], by, command)

    def go(self, seconds: int) -> None:
        for _ in range(seconds):
            self.time.pass_by(1.0)
            self.ward.round()

    def frame(self) -> dict[str, Any]:
        picture = side(self.follower.picture(), True)
        before = {room.session: room for room in self.rooms}
        self.rooms = [read(self.log, self.document, view, before.get(view.session)) for view in picture.views.values()]
        frame = desk_frame(picture, self.rooms)
        assert frame is not None
        return frame

    def coming(self) -> dict[str, str]:
        return {x["what"]: x["how"] for x in self.frame()["rooms"][0]["coming"]}


@pytest.fixture
def desk(tmp_path: Path, document: Document, time: Time) -> Desk:
    file = tmp_path / "zirkon-case.yaml"
    file.write_text(SCENARIO)
    log = MemoryLog(lambda: time.wall)
    ward = Ward(log, document, log.number_lease("test"))
    sessions = open_run(log, document, load_drill(str(file)), 41, "T-7", prompts=False)
    made = Desk(log, document, time, ward, sessions, Follower(log, document, load_rooms(settings.ROOMS)), [])
    made.go(3)
    return made


def test_the_desk_tells_what_is_true_beside_what_the_screen_shows(desk: Desk) -> None:
    desk.do(c.score("nausea", 3))
    desk.go(100)
    frame = desk.frame()
    (room,) = frame["rooms"]
    rows = {x["what"]: (x["true"], x["screen"]) for x in room["rows"]}
    assert "zirkon-case, seed 41" in room["sub"] and room["summary"] == "It is the quagga all over again."
    assert room["true_at"] == "1:30"
    assert rows["SpO2 %"][0] in ("97", "98", "99") and rows["SpO2 %"][1] == "sensor off", "the probe is off, the patient is well"
    assert room["faults"] == "probe off"
    assert rows["Effect site ng/mL"] == ("0", "never shown")
    assert rows["Nausea"] == ("0", "3, 2 min") and room["last"] == "Nausea 3, 1:39 ago"
    assert rows["Comfort"][1] == "not charted"
    screen = json.dumps(ward_frame(side(desk.follower.picture(), True), "T-7"), default=str)
    assert not any(word in screen for word in ("zirkon", "quagga", "narwhal", "never shown"))


def test_what_is_coming_stands_with_its_time_and_whether_it_was_done(desk: Desk) -> None:
    assert desk.coming() == {
        "probe off 90 s": "in 1:29",
        "frightened 6 (unless reassured)": "in 1:59",
        "! A narwhal": "in 1:59",
        "Calm words and presence by 5:00": "",
        "Oxygen by 31:00": "",
        "vomits": "in 20:59",
    }
    desk.go(90)
    desk.do(c.observe("reassured"))
    desk.go(35)
    told = desk.coming()
    assert told["probe off 90 s"] == "happened" and told["frightened 6 (unless reassured)"] == "left out"
    assert told["! A narwhal"] == "now" and told["Oxygen by 31:00"] == "to do"
    assert told["Calm words and presence by 5:00"] == "to do", "calm words before the onset do not count"
    desk.do(c.observe("reassured"))
    assert desk.coming()["Calm words and presence by 5:00"].startswith("in time, 2:")


def test_what_was_injected_and_noted_is_in_the_log_and_on_the_line_newest_first(desk: Desk) -> None:
    assert desk.frame()["line"] == []
    desk.do(c.inject({"nausea": 5}), by="Dr. Lind")
    desk.go(2)
    desk.do(c.instructor_note("does she look?"), by="Dr. Lind")
    desk.do(lambda scene: [e.SoundChanged(able=False)], by="station")
    said = [(x["room"], x["text"], x["by"]) for x in desk.frame()["line"]]
    assert said == [("D1", "Facilitator's note: does she look?", "Dr. Lind"), ("D1", "Instructor: nausea 5", "Dr. Lind")]
    assert desk.frame()["rooms"][0]["last"] == "nothing yet", "what the instructor and the station do is not the trainee's"


def test_prompts_that_a_trainee_without_prompts_does_not_see_are_on_the_desk(desk: Desk) -> None:
    prompt = e.PromptChanged(
        rule="D-20",
        episode=1,
        state=e.PromptState.ACTIVE,
        priority=e.Priority.MEDIUM,
        prompt_kind=e.PromptKind.CLINICAL,
        message="Bothered",
    )
    desk.do(lambda scene: [prompt], by="evaluator")
    (told,) = desk.frame()["rooms"][0]["prompts"]
    assert told.startswith("** Bothered · D-20 since") and told.endswith("not answered · not shown to the trainee")


def test_when_the_drill_is_over_there_is_no_desk(desk: Desk) -> None:
    end_run(desk.log, desk.document, desk.sessions, "T-7")
    assert desk_frame(side(desk.follower.picture(), True), desk.rooms) is None


def test_every_kind_of_happening_can_be_let_happen_as_it_is_filled_in(desk: Desk) -> None:
    known = presets(desk.document)
    assert {preset.kind for preset in known} == set(KINDS_OF_HAPPENING)
    for preset in known:
        desk.do(c.inject(happening(preset, {part.name: part.start for part in preset.parts})), by="Dr. Lind")
    desk.go(2)
    injected = [line["text"] for line in desk.frame()["line"]]
    assert len(injected) == len(known) and injected[0] == "Instructor: rhythm kind ectopics, lasts 15 s"


def test_an_empty_saying_cannot_be_let_happen(desk: Desk) -> None:
    (says,) = [preset for preset in presets(desk.document) if preset.kind == "says"]
    with pytest.raises(c.Refusal, match="This cannot happen"):
        desk.do(c.inject(happening(says, {"": "  "})))


def test_the_code_and_the_trainee_are_told_apart_from_others() -> None:
    assert access.is_code(" maple-7 ", "maple-7") and not access.is_code("maple", "maple-7") and not access.is_code("", "maple-7")
    assert access.is_trainee("t-07", "T-07") and not access.is_trainee("Dr. Lind", "T-07") and not access.is_trainee("", "T-07")


def test_a_code_that_is_too_short_is_refused_with_its_line_and_a_good_one_is_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "rooms.yaml"
    text = "station: x\nprotocol: protocols/example.yaml\ntraining: {instructor_code: CODE}\nrooms: [{room: '1'}]\n"
    file.write_text(text.replace("CODE", "abc"))
    with pytest.raises(BadFile) as wrong:
        load_rooms(file)
    assert wrong.value.line == 3
    file.write_text(text.replace("CODE", "maple-7"))
    assert "maple-7" not in repr(load_rooms(file))
