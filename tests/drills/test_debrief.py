"""What is told after a drill: the debrief, its HTML file, a trainee's progress, and what an author hears of a scenario."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import settings
from monitor.board.debrief import debrief_frame, happened
from monitor.board.playback import Playback
from monitor.board.sheet import sheet
from monitor.cli import app
from monitor.drills.drill import load_drill
from monitor.drills.play import play
from monitor.drills.script import Nobody, load_policy
from monitor.protocol.document import Document
from monitor.review.checked import check_scenario
from monitor.review.compared import compare
from monitor.review.progress import COLUMNS, as_csv, dictionary_csv, kinds, rows, runs
from monitor.review.reading import Room, read_run
from monitor.simulator.scenario import find_scenario, ids, load_scenario
from monitor.sources.source import BadFile
from monitor.store import lease
from monitor.store.memory import MemoryLog
from tests.drills.test_runs import WRONG


@pytest.fixture(scope="module")
def finished(document: Document) -> tuple[MemoryLog, list[Room]]:
    """Two short runs of a trainee: nobody at first, then one who does the wrong things."""
    log = MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    for policy in (Nobody(), load_policy(WRONG, document)):
        policy.name = "T-7"
        sessions = play(log, held.number, document, load_drill("probe-off"), 1, policy)
    return log, read_run(log, document, sessions[0])


def test_the_debrief_is_plain_data_with_everything_on_one_axis(finished: tuple[MemoryLog, list[Room]]) -> None:
    _, rooms = finished
    frame = json.loads(json.dumps(debrief_frame(rooms), allow_nan=False))
    (room,) = frame["rooms"]
    assert {"hr", "spo2", "rr"} <= room["streams"].keys()
    assert len(room["streams"]["spo2"]) == room["ends"] // room["stream_step_s"] + 1
    assert room["effect"] and room["cuff"] and room["rate"][0][1] == 0.75 and room["events"] and room["log"]
    assert all(0 <= at <= room["ends"] + 1 for at, *_ in room["log"])
    assert [d["text"] for d in room["deeds"] if d["wrong"]][-1].startswith("Midazolam")
    parts = sum(x["points"] for x in [*room["events"], *room["parts"]])
    assert frame["runs"][0]["score"] == pytest.approx(max(0, parts), abs=0.2), "harm takes away what was earned, and no more"
    assert "certificate" in frame["no_certificate"] and len(frame["headings"]) == 4


def test_the_same_seed_by_others_is_laid_beside_it(document: Document, finished: tuple[MemoryLog, list[Room]]) -> None:
    _, rooms = finished
    others = [compare(rooms, "nobody", document)]
    (room,) = debrief_frame(rooms, others)["rooms"]
    (beside,) = room["others"]
    started = room["started"]
    assert beside["effect"][: started // 30] == room["effect"][: started // 30]
    assert beside["deeds"] == []
    spoke = {x["rule"]: x["at"] for x in room["protocol"]}
    assert any("nobody" in at for at in spoke.values()) and any("trainee" in at for at in spoke.values())


def test_the_screen_can_be_looked_at_as_it_was_forwards_and_back(document: Document, finished: tuple[MemoryLog, list[Room]]) -> None:
    _, (room,) = finished
    assert room.started is not None
    playback, early, late = Playback([room], document), room.started + 600, room.started + 900
    first = playback.frame(early, "D1", 1.0)
    assert playback.frame(late, "D1", 1.0) != first
    assert playback.frame(early, "D1", 1.0) == first
    view = playback.seen["D1"].view
    assert view.at == early and view.state.seq < room.state.seq
    assert not any(x.event.kind.startswith("truth_") or x.tick > view.at for x in view.journal)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "input", "path", "rect", "circle", "br"):
            self.open.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "action")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect", "circle"):
            assert self.open.pop() == tag


def test_the_html_file_is_whole_loads_nothing_and_lets_no_text_become_markup(finished: tuple[MemoryLog, list[Room]]) -> None:
    _, rooms = finished
    frame = debrief_frame(rooms)
    frame["rooms"][0]["notes"] = [{"at": 60, "by": "Dr. <b>", "text": "</script><script>alert(1)</script>"}]
    told = sheet(frame)
    tags = Tags()
    tags.feed(told)
    assert tags.open == [] and tags.addresses == []
    assert "alert(1)</script>" not in told and "@import" not in told
    assert re.findall(r"url\(.{16}", told) == ['url("data:font/woff2'], "the face is in it, and nothing else is asked for"
    assert re.search(r"harmful: give a calming drug", told) and "certificate of competence" in told
    assert all(title in told for title in ("Reactions", "What happened", "Why", "Take home"))


def test_a_trainees_runs_are_a_table_with_a_dictionary_of_its_columns(document: Document, finished: tuple[MemoryLog, list[Room]]) -> None:
    log, _ = finished
    assert runs(log, document) == [], "a policy's runs are no trainee's"
    found = runs(log, document, "T-7")
    assert [run.number for run in found] == [1, 2] and [run.day for run in found] == sorted(run.day for run in found)
    told = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["event"] for row in told] == ["A saturation that is not hers"] * 2
    assert {row["omitted"] for row in told} == {"2"} and {row["seed"] for row in told} == {"1"}
    assert list(told[0]) == list(COLUMNS) == [row["column"] for row in csv.DictReader(io.StringIO(dictionary_csv()))]
    assert all(row.keys() == COLUMNS.keys() for row in rows(found))
    (kind,) = kinds(found)
    assert kind.times == 2 and kind.earlier_s is None and kind.nurse_response_s is None


def test_a_happening_is_told_in_words() -> None:
    assert happened({"at": "0 s", "probe_off": "90 s"}) == "probe off 90 s"
    assert happened({"vomits": True, "pressure_surge": {"sys": 30, "lasts": "300 s"}}) == "vomits, pressure surge sys 30, lasts 300 s"


JUDGED = [name for name in ids() if load_scenario(name).critical]


def test_at_least_twelve_shipped_scenarios_have_critical_events() -> None:
    assert len(JUDGED) >= 12


@pytest.mark.parametrize("name", ["strange-frightened", "hypertensive-surge", "forgotten-driver"])
def test_the_protocol_prompts_for_each_critical_event_and_its_nurse_does_each_act_that_no_one_does(name: str, document: Document) -> None:
    assert [f"{x.where}: {x.text}" for x in check_scenario(find_scenario(name), document) if x.wrong] == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("happenings:\n  - {at: 1:00, unless: [oxygen], only_if: [oxygen], vomits: yes}\n", "can never come"),
        ("happenings:\n  - {at: 3:00:00, vomits: yes}\n", "lies after the end"),
        ("restraint:\n  - {leave: checked nothing_known}\n", "cannot be done"),
        (
            "critical:\n  - event: Nothing\n    onset: 10:00\n    until: 14:00\n    shows: [spo2]\n    acts: [{do: airway, by: 12:00}]\n",
            "does not prompt for it",
        ),
    ],
)
def test_an_author_hears_what_cannot_be(tmp_path: Path, document: Document, more: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("id: mine\ntitle: Mine\npatient: {age: 40, weight_kg: 70, persona: pleasant}\n" + more)
    assert says in " ".join(f"{x.where}: {x.text}" for x in check_scenario(file, document) if x.wrong)


def test_an_answer_that_no_checklist_offers_is_refused(tmp_path: Path, document: Document) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("id: mine\ntitle: Mine\npatient: {age: 40, weight_kg: 70, found: {before: {consent: perhaps}}}\n")
    with pytest.raises(BadFile, match="does not offer"):
        list(check_scenario(file, document))


def test_the_command_line_plays_scores_and_debriefs(tmp_path: Path) -> None:
    store, out = f"sqlite:///{tmp_path / 'log.db'}", tmp_path / "x.html"
    drill = tmp_path / "short.yaml"
    drill.write_text("id: short\ntitle: Short\nminutes: 12\nrooms:\n  - {scenario: pleasant, starts: 2:00}\n  - {scenario: probe-off}\n")
    (tmp_path / "scenarios").symlink_to(settings.SAMPLE_DATA / "scenarios")
    told = CliRunner().invoke(app, ["drill", str(drill), "--seed", "3", "--policy", "nobody", "--store", store, "--json"])
    records = [json.loads(line) for line in told.output.splitlines()]
    assert told.exit_code == 0 and records[-1]["summary"] and records[-1]["sessions"] == [1, 2]
    assert records[-1].keys() >= {"score", "max", "critical_done", "critical_total"}
    assert sum(r["points"] for r in records[:-1]) == pytest.approx(records[-1]["score"], abs=0.2)
    told = CliRunner().invoke(app, ["debrief", "2", "--store", store, "--out", str(out), "--alone"])
    assert told.exit_code == 0 and out.read_text().startswith("<!doctype html>")
    assert CliRunner().invoke(app, ["debrief", "7", "--store", store, "--out", str(out)]).exit_code == 1
    for wrong in (["drill", "nowhere"], ["drill", "pleasant", "--policy", "somebody"]):
        assert CliRunner().invoke(app, wrong).exit_code == 1


def test_a_rerun_of_the_score_from_the_log_is_identical(finished: tuple[MemoryLog, list[Room]], document: Document) -> None:
    log, (room,) = finished
    again = debrief_frame(read_run(log, document, room.session))
    assert again == debrief_frame([room])
