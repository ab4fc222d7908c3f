"""The command line as a contract: names, one object a line, one sentence for an error."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from monitor import settings
from tests.commanded import Done, process, run

RECORDINGS = Path(os.environ.get("INFUSION_RECORDINGS") or settings.HOME.parent / "shared" / "recordings")
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the shared recordings are not here")


def lines(*arguments: str | Path) -> list[dict[str, Any]]:
    return objects(run(*arguments))


def objects(done: Done) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "pleasant.csv"
    assert run("simulate", "pleasant", "--seed", "3", "--out", out).returncode == 0
    return out


def test_a_simulated_recording_carries_units_and_can_be_inspected(simulated: Path) -> None:
    assert "hr [/min]" in simulated.read_text()
    *channels, last = lines("inspect", simulated, "--json")
    assert set(last) == {"recording", "start", "duration_s", "source", "kind", "doubts", "quality"}
    by_signal = {c["signal"]: c for c in channels}
    assert set(channels[0]) == {"name", "signal", "unit", "count", "missing", "min", "median", "max", "gaps", "used", "refused"}
    assert by_signal["spo2"]["unit"] == "%"
    assert by_signal["spo2"]["used"] is True


ORDER = ("--weight-kg", "70", "--dose-mg-per-kg", "0.5", "--over-min", "40")


def test_the_pleasant_scenario_replays_with_nothing_above_low(simulated: Path) -> None:
    *prompts, last = lines("replay", simulated, *ORDER, "--baseline-bp", "118/72", "--json")
    assert last["summary"] is True
    assert set(last) == {"summary", "prompts", "ticks", "doubts", "absent", "protocol", "digest"}
    assert (last["prompts"]["high"], last["prompts"]["medium"]) == (0, 0), [p for p in prompts if p["priority"] != "low"]
    assert {"at_s", "rule", "kind", "priority", "state", "signals", "values", "cites", "options"} <= set(prompts[0])


def test_the_same_replay_says_the_same_to_the_byte(simulated: Path) -> None:
    first, second = (command("replay", simulated, *ORDER, "--json") for command in (run, process))
    assert first.stdout == second.stdout
    assert "replay_s" in first.stderr


def test_what_is_charted_counts_in_a_replay(simulated: Path, tmp_path: Path) -> None:
    charted = tmp_path / "events.csv"
    charted.write_text("at_s,entry\n600,nausea 6\n700,drug ondansetron 4\n900,answer D-24 did antiemetic\n")
    found = lines("replay", simulated, *ORDER, "--log", charted, "--json")
    assert [(p["at_s"], p["state"]) for p in found if p.get("rule") == "D-24"] == [(600, "active"), (1800, "recheck")]
    assert [(p["at_s"], p["state"]) for p in found if p.get("rule") == "D-29"] == [(1661, "active")]
    charted.write_text("at_s,entry\n600,nausea 16\n")
    refused = run("replay", simulated, *ORDER, "--log", charted, "--json")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{charted}:2: ")


def test_what_was_done_stands_beside_what_was_called_for(simulated: Path, tmp_path: Path) -> None:
    charted = tmp_path / "events.csv"
    charted.write_text("at_s,entry\n500,drug labetalol 10\n600,nausea 6\n700,drug ondansetron 4\n900,answer D-24 did antiemetic\n")
    found = lines("replay", simulated, *ORDER, "--log", charted, "--json")
    nausea = next(x for x in found if x.get("called") == "D-24")
    assert (nausea["at_s"], nausea["delay_s"]) == (600, 100)
    assert [(act["task"], act["at_s"]) for act in nausea["acts"]] == [("drug antiemetic_5ht3", 700)]
    assert nausea["answers"] == [{"at_s": 900, "answer": "did"}]
    assert [x["at_s"] for x in found if "done" in x] == [500], "nothing called for the labetalol"
    unmet = [x for x in found if "called" in x and x["delay_s"] is None]
    summary = found[-1]
    assert (summary["without_act"], summary["acts_without_prompt"]) == (len(unmet), 1)
    assert summary["episodes"] == len([x for x in found if "called" in x])
    plain = run("replay", simulated, *ORDER, "--log", charted).stdout
    assert "after 100 s: Give ondansetron, answered did" in plain
    assert "no prompt called for it: Give a pressure drug" in plain
    assert "NOTHING DONE" in plain


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("600,answer X-99 did calm", "no rule called X-99"),
        ("600,answer D-24 did dance", "no option called dance"),
        ("99999,seen", "charts something at 99999 s, and the recording ends at"),
        ("600,dance", "nothing is charted so"),
    ],
)
def test_an_event_file_says_what_nobody_could_have_charted(simulated: Path, tmp_path: Path, line: str, said: str) -> None:
    charted = tmp_path / "events.csv"
    charted.write_text(f"at_s,entry\n500,seen\n{line}\n")
    refused = run("replay", simulated, *ORDER, "--log", charted)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{charted}:3: ") and said in refused.stderr
    assert refused.stdout == ""


@needs_recordings
def test_induced_hypoxia_is_prompted_as_the_protocol_says() -> None:
    found = lines("replay", RECORDINGS / "induced-hypoxia" / "100001.csv", "--json")
    active = {p["rule"] for p in found if p.get("state") == "active"}
    assert {"D-7", "D-8", "E-2"} <= active
    assert not any(p["rule"].startswith(("B-", "A-", "W-")) for p in found if "rule" in p)


@needs_recordings
@pytest.mark.parametrize(
    "name",
    ["bidmc/bidmc_01_Numerics.csv", "bidmc/bidmc_09_Numerics.csv", "wfdb-python/s25047-2704-05-04-10-44n.hea", "vital-intellivue/test_data_demo.vital"],
)  # fmt: skip
def test_every_recording_replays_the_same_twice(name: str) -> None:
    first, second = (objects(command("replay", RECORDINGS / name, "--json"))[-1] for command in (run, process))
    assert first == second


@needs_recordings
def test_another_date_changes_no_prompt(tmp_path: Path) -> None:
    text = (RECORDINGS / "induced-hypoxia" / "100002.csv").read_text(encoding="utf-8-sig")
    shifted = tmp_path / "shifted.csv"
    shifted.write_text(text.replace(" 10:", " 14:"), encoding="utf-8")
    original = lines("replay", RECORDINGS / "induced-hypoxia" / "100002.csv", "--json")[-1]
    assert lines("replay", shifted, "--json")[-1]["digest"] == original["digest"]


BAD = {
    ("inspect", "nowhere.csv"): "nowhere.csv",
    ("replay", "nowhere.csv"): "nowhere.csv",
    ("replay", "sample_data/recordings/little-felt.csv", "--weight-kg", "70"): "--dose-mg-per-kg",
    ("replay", "sample_data/recordings/little-felt.csv", "--baseline-bp", "75/120"): "75/120",
    ("simulate", "no-such-scenario"): "no-such-scenario",
    ("simulate", "pleasant", "--out", "nowhere/x.csv"): "nowhere",
    ("protocol", "check", "README.md"): "README.md",
    ("serve", "--rooms", "pyproject.toml"): "pyproject.toml",
    ("serve", "--store", "mysql://x"): "sqlite",
    ("verify", "--store", "sqlite:///nowhere.db"): "nowhere.db",
    ("verify", "--store", "postgresql://nurse@127.0.0.1:9/ward"): "127.0.0.1:9/ward does not answer",
}


@pytest.mark.parametrize("arguments", BAD, ids=lambda a: " ".join(a)[:40])
def test_an_error_is_one_sentence_and_a_status(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert BAD[arguments] in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_a_rooms_file_that_names_what_is_not_there_starts_nothing(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.yaml"
    rooms.write_text('station: x\nprotocol: protocols/example.yaml\nrooms:\n  - room: "1"\n    demo: {alias: A, scenario: nope.yaml}\n')
    done = run("serve", "--rooms", rooms, "--store", f"sqlite:///{tmp_path / 'log.db'}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{rooms}:5: ")
    assert not (tmp_path / "log.db").exists()


@pytest.mark.parametrize(("drug_set", "plasma"), [("kamp2020", 253), ("simons2022", 289), ("domino", 240), ("otto2021", 158)])
def test_level_tells_the_published_level_with_its_citation(drug_set: str, plasma: float) -> None:
    course = ("--weight-kg", "70", "--dose-mg-per-kg", "0.5", "--over-min", "40")
    (found,) = lines("level", "--set", drug_set, *course, "--at-min", "40", "--json")
    assert {"t_min", "plasma_ng_ml", "effect_ng_ml", "cites"} <= set(found)
    assert found["plasma_ng_ml"] == pytest.approx(plasma, rel=0.01)
    assert found["t_min"] == 40 and found["effect_ng_ml"] < found["plasma_ng_ml"]
    (later,) = lines("level", "--set", drug_set, *course, "--at-min", "60", "--json")
    assert later["plasma_ng_ml"] < found["plasma_ng_ml"] and later["norketamine_ng_ml"] > found["norketamine_ng_ml"] * 0.9


def test_cohort_prints_each_published_figure_and_writes_a_row_a_session(tmp_path: Path) -> None:
    out = tmp_path / "cohort.csv"
    found = lines("cohort", "--n", "60", "--seed", "5", "--json", "--out", out)
    assert all({"statistic", "source", "value", "paper", "band_low", "band_high", "inside"} <= set(f) for f in found)
    assert len({f["statistic"] for f in found}) == len(found) >= 20
    rows = out.read_text().splitlines()
    assert len(rows) == 61 and rows[0].startswith("patient,infusion,age,sex,")
    assert lines("cohort", "--n", "60", "--seed", "5", "--json") == found, "the same seed is the same cohort"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("level", "--set", "propofol"), "unknown drug set 'propofol'"),
        (("level", "--weight-kg", "-70"), "weight_kg is not possible"),
        (("level", "--dose-mg-per-kg", "5", "--over-min", "1"), "the guardrail is 60 mg/kg/h"),
        (("level", "--at-min", "-1"), "must lie between 0 and two weeks"),
        (("cohort", "--n", "0"), "must lie between 1 and"),
        (("cohort", "--seed", "-1"), "cannot be negative"),
        (("cohort", "--population", "nobody"), "there is no population of this name"),
        (("cohort", "--out", "/nowhere/x.csv"), "there is no folder"),
        (("cohort", "--scenario-mix", "no-such.yaml"), "no-such.yaml"),
    ],
)
def test_a_bad_level_or_cohort_is_one_sentence(arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)
    assert done.returncode != 0 and done.stdout == ""
    assert says in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_a_scenario_beyond_the_guardrails_starts_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "fast.yaml"
    file.write_text("id: fast\ntitle: Fast\npatient: {age: 40, weight_kg: 70}\norder: {dose_mg_per_kg: 0.9, minutes: 22}\n")
    out = tmp_path / "x.csv"
    done = run("simulate", file, "--out", out)
    assert done.returncode != 0 and not out.exists()
    assert f"{file}: the order's rate 2.455 mg/kg/h is outside 0.01 to 2 mg/kg/h" in done.stderr
    mix = tmp_path / "mix.yaml"
    mix.write_text("mix:\n  - {scenario: fast.yaml, weight: 1}\n")
    done = run("cohort", "--scenario-mix", mix, "--n", "5")
    assert done.returncode != 0 and "guardrails" in done.stderr and done.stdout == ""


def test_a_drill_s_score_is_told_in_lines() -> None:
    done = run("drill", "pleasant", "--seed", "1", "--policy", "nobody")
    assert done.returncode == 0
    assert "\\x0a" not in done.stdout
    assert any(line.strip().endswith("Scores: left out") for line in done.stdout.splitlines())
