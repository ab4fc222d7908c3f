"""The measure of prompts: what was true decides, not what a protocol or a spoiled number says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from bench.lived import Lived, limits, live
from bench.prompted import Event, Job, Told, own_delay, run
from bench.prompts import KINDS, kinds, people, report
from monitor.protocol.document import Document
from monitor.simulator.population import load_population
from monitor.simulator.scenario import Scenario


def plan(happenings: Iterable[Mapping[str, Any]], **rest: float) -> Scenario:
    person = {"age": 45, "weight_kg": 75, "persona": "pleasant", "bothered": "no", "baseline": rest}
    at = [{"from": "opening", **h} for h in happenings]
    return Scenario.model_validate({"id": "under-test", "title": "t", "patient": person, "happenings": at})


def lived(*happenings: Mapping[str, Any], until: int = 600, **rest: float) -> Lived:
    return live(plan(happenings, **rest), 1, (), until)


def labels(session: Lived) -> set[str]:
    return {act.event for act in limits().act for _ in session.stretches(act)}


AIRWAY = {"at": "1:00", "airway_narrows": {"percent": 70, "over": "60 s", "lasts": "8 min"}}


def test_an_airway_that_closes_must_be_acted_on_and_a_slipped_probe_must_not() -> None:
    closed, slipped = lived(AIRWAY), lived({"at": "1:00", "probe_slips": "8 min"})
    assert {"Oxygen low", "Oxygen extreme"} <= labels(closed)
    assert min(v for v in slipped.shown["spo2"] if v is not None) < 90
    assert labels(slipped) == set()
    assert closed.tells(["spo2"], 400) is True
    assert slipped.tells(["spo2"], 400) is False and slipped.spoiled(400)


@pytest.mark.parametrize("rest", [{"hr": 46.0}, {"spo2": 94.0}, {"hr": 104.0}, {"sys": 96.0, "dia": 60.0}])
def test_what_is_usual_for_this_person_is_nothing_to_tell(rest: dict[str, float]) -> None:
    session = lived(**rest)
    assert labels(session) == set()
    assert not any(session.tells([name], 500) for name in ("spo2", "hr", "rr", "nibp_sys"))


def test_every_shipped_kind_of_patient_is_well() -> None:
    assert {"average", "athlete", "smoker", "fast-heart", "petite", "hypertensive", "mover"} <= set(kinds())
    for kind in kinds():
        (job,) = people(kind, load_population(KINDS / f"{kind}.yaml"), 1)
        assert job.scenario is not None
        session = live(job.scenario, job.seed, (), 300)
        assert labels(session) == set(), kind


def test_a_rules_own_delay_is_the_longest_time_that_something_must_last(document: Document) -> None:
    assert [own_delay(document.rule[r]) for r in ("D-7", "D-40", "D-4")] == [15, 120, 0]


def test_a_session_says_what_was_prompted_and_what_was_needless(document: Document) -> None:
    closed = run(document, Job("mine", "closed", 1, "nobody", plan([AIRWAY]), minutes=10))
    assert {x.name for x in closed.events} >= {"Oxygen low", "Oxygen extreme"}
    assert all(x.delay is not None for x in closed.events), closed.events
    assert closed.clinical.total() == 0
    slipped = run(document, Job("mine", "slipped", 1, "nobody", plan([{"at": "1:00", "probe_slips": "8 min"}]), minutes=10))
    assert slipped.events == [] and slipped.artefact == slipped.clinical and slipped.artefact.total() > 0
    text = "\n".join(report([closed, slipped], [], 1.0))
    assert "| 1 of 1 |" in text


def test_what_was_not_prompted_is_said() -> None:
    told = Told(Job("mine", "x", 1, "nobody"), events=[Event("Oxygen low", "sensor", 60, False, None, "", None, False, 0)])
    text = "\n".join(report([told], [], 1.0))
    assert "0 of 1" in text and "Not prompted: 1 x Oxygen low (mine)" in text
