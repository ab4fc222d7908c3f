"""The shipped scenarios do what they say, and a bad one is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.infusion import Act
from monitor.simulator.patient import Patient
from monitor.simulator.scenario import Scenario, find_scenario, ids, load_scenario, read_seconds
from monitor.vitals import Numeric, Quality, Signal
from monitor.yamlmarks import BadFile

MINIMAL = "id: mine\ntitle: Mine\npatient:\n  age: 40\n  weight_kg: 70\n"


def run(scenario: Scenario, seed: int, until: int = 5400) -> tuple[list[Numeric], list[dict[str, Any]]]:
    """Everything that the monitor sent in an unattended session, and the answers of each minute."""
    by_tick: dict[int, list[Act]] = {}
    for act in scenario.unattended():
        by_tick.setdefault(act.at, []).append(act)
    patient = Patient(scenario, seed)
    sent: list[Numeric] = []
    told: list[dict[str, Any]] = []
    for tick in range(until):
        sent += patient.step(by_tick.get(tick, ()))
        if tick % 60 == 0:
            told.append(patient.answers())
    return sent, told


def values(sent: list[Numeric], signal: Signal) -> list[float]:
    return [n.value for n in sent if n.signal is signal and n.ok]


def test_the_shipped_scenarios_all_load_and_cover_the_three_kinds_of_response() -> None:
    scenarios = [load_scenario(name) for name in ids()]
    assert len(scenarios) >= 8
    assert {s.patient.persona.value for s in scenarios if s.patient.persona} == {"little", "pleasant", "strange"}
    assert all(s.goals for s in scenarios)


@pytest.mark.parametrize("seed", range(20))
def test_the_pleasant_session_stays_pleasant(seed: int) -> None:
    scenario = load_scenario("pleasant")
    sent, told = run(scenario, seed)
    assert all(n.ok for n in sent)
    base = scenario.patient.baseline
    sys, dia = values(sent, Signal.NIBP_SYS), values(sent, Signal.NIBP_DIA)
    for rest_sys, rest_dia in ((base.sys, base.dia), (sys[0], dia[0])):
        assert 8 < max(sys) - rest_sys < 25 and max(sys) < 150
        assert 4 < max(dia) - rest_dia < 15
    assert min(values(sent, Signal.SPO2)) >= 96
    assert min(values(sent, Signal.HR)) > 50 and max(values(sent, Signal.HR)) < 100
    assert min(values(sent, Signal.RR)) >= 10 and max(values(sent, Signal.RR)) <= 20
    assert min(t["comfort"] for t in told) >= 7
    assert max(t["nausea"] for t in told) < 4
    assert max(t["anxiety"] for t in told) < 4
    assert {t["bothered"] for t in told} == {"no"}
    assert {t["moaas"] for t in told} == {5}
    assert 3 <= max(t["dissociation"] for t in told) <= 7


@pytest.mark.parametrize("seed", range(3))
def test_the_others_are_what_their_titles_say(seed: int) -> None:
    _, little = run(load_scenario("little-felt"), seed)
    assert max(t["dissociation"] for t in little) <= 1
    _, strange = run(load_scenario("strange-frightened"), seed)
    assert max(t["dissociation"] for t in strange) >= 7 and "yes" in {t["bothered"] for t in strange}
    _, sick = run(load_scenario("nausea-motion-sick"), seed)
    assert max(t["nausea"] for t in sick) >= 6
    surge, _ = run(load_scenario("hypertensive-surge"), seed)
    assert sum(s >= 165 for s in values(surge, Signal.NIBP_SYS)) >= 3
    slow, _ = run(load_scenario("slow-desaturation"), seed)
    assert min(values(slow, Signal.SPO2)) < 90
    probe, _ = run(load_scenario("probe-off"), seed)
    assert min(values(probe, Signal.SPO2)) < 90
    assert any(n.quality is Quality.SENSOR_OFF for n in probe)
    cuff, _ = run(load_scenario("cuff-will-not-read"), seed)
    assert sum(n.quality is Quality.CUFF_FAILED for n in cuff if n.signal is Signal.NIBP_SYS) >= 4
    calm, _ = run(load_scenario("calming-drug"), seed)
    assert max(values(calm, Signal.HR)) > 90


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (MINIMAL.replace("70", "-70"), 5, "patient.weight_kg"),
        (MINIMAL.replace("age", "aeg"), 4, "'age' is missing, was that meant?"),
        (MINIMAL + "  persona: happy\n", 6, "patient.persona"),
        (MINIMAL + "drug_set: propofol\n", 1, "unknown drug_set"),
        (MINIMAL + "happenings:\n  - at: 12\n    probe_off: 90 s\n", 7, "12 has no unit"),
        (MINIMAL + "happenings:\n  - at: 12:00\n    probe_off: soon\n", 8, "'soon' is not a time"),
        (MINIMAL + "happenings:\n  - at: 12:00\n    probe_of: 90 s\n", 8, "unknown key 'probe_of'"),
        (MINIMAL + "happenings:\n  - at: 12:00\n", 7, "exactly one of"),
        (MINIMAL + "happenings:\n  - {at: 1:00, nausea: 3, probe_off: 9 s}\n", 7, "this happening has 2"),
        (MINIMAL + "happenings:\n  - {at: 1:00, nausea: 3, unless: [prayed]}\n", 7, "unknown deed 'prayed'"),
        (MINIMAL + "happenings:\n  - {at: 1:00, stuck: {signal: ecg, lasts: 9 s}}\n", 7, "cannot stick"),
        (MINIMAL + "  baseline: {sys: 100, dia: 95}\n", 6, "15 mmHg above"),
        (MINIMAL.replace("id: mine", "id: other"), 1, "differs from the file's name"),
        (MINIMAL + "order: {minutes: 0}\n", 6, "order.minutes"),
        (MINIMAL + "critical_actions:\n  - {do: drug aspirin}\n", 7, "unknown class of drug 'aspirin'"),
        (MINIMAL + "critical_actions:\n  - {do: charted}\n", 7, "'charted SCALE'"),
        (MINIMAL + "happenings:\n  - {at: 1:00, since: 2:00, unless: [drug], nausea: 3}\n", 7, "since is for"),
        (MINIMAL + "happenings:\n  - {at: 1:00, unless: [charted nausea], nausea: 3}\n", 7, "unknown deed 'charted nausea'"),
        (MINIMAL + "happenings:\n  - {at: 1:00, rhythm: {kind: paused, lasts: 2 min}}\n", 7, "an arrest is not simulated"),
    ],
)
def test_a_bad_scenario_is_refused_with_file_and_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadFile) as caught:
        load_scenario(file)
    assert says in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(file), line)


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadFile, match="pleasant"):
        find_scenario("unpleasant")


def test_a_scenario_is_found_by_id_and_by_path() -> None:
    path = find_scenario("pleasant")
    assert load_scenario("pleasant") == load_scenario(path) == load_scenario(str(path))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:00", 720), ("1:02:03", 3723), ("90 s", 90), ("5 min", 300), ("2 h", 7200), ("1.5 min", 90)],
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert read_seconds(text) == seconds


def test_an_unattended_session_gives_the_ordered_dose() -> None:
    scenario = load_scenario("pleasant")
    start, stop = scenario.unattended()
    given = start.value * scenario.patient.weight_kg * (stop.at - start.at) / 3600
    assert given == pytest.approx(scenario.prescribed().dose_mg)
    assert stop.value == 0


@pytest.mark.parametrize("name", ids())
def test_a_scenario_that_was_written_out_reads_as_itself(name: str) -> None:
    scenario = load_scenario(name)
    assert Scenario.model_validate(json.loads(scenario.model_dump_json(by_alias=True))) == scenario
