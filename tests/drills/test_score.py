"""The score of a log that is written down: each case says what was done and seen, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import events as e
from monitor.infusion import Order
from monitor.protocol.cases import second, series
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart
from monitor.review.reading import Room
from monitor.review.score import score_room
from monitor.session import SessionState, begin, fold
from monitor.simulator.scenario import Scenario
from monitor.store import packing
from monitor.units import span
from monitor.vitals import Signal, numeric
from monitor.yamlmarks import read_yaml

ENDS = 20 * 60
_FILE, _ = read_yaml(Path(__file__).parent / "score.cases.yaml")
assert isinstance(_FILE, dict)
CASES: list[dict[str, Any]] = _FILE["cases"]
SCENARIO = Scenario.model_validate({"id": "judged", "title": "Judged", "patient": {"age": 40, "weight_kg": 70}, **_FILE["judged"]})


def done(document: Document, words: list[str], state: SessionState, last: int) -> list[e.AnyEvent]:
    match words:
        case ["open"]:
            return [e.RoomOpened()]
        case ["ask"]:
            return [e.PatientAsked()]
        case ["hears", scale, value]:
            return [e.PatientAnswered(scores=((scale, int(value)),))]
        case ["order"]:
            return [e.OrderSet(order=Order(weight_kg=70, dose_mg_per_kg=0.5, minutes=40, concentration_mg_per_ml=1))]
        case ["pace", speed]:
            return [e.PaceSet(speed=float(speed))]
        case ["undo"]:
            return [e.Corrected(seq=last)]
        case ["finish"]:
            return [e.InfusionStopped(complete=True)]
        case ["emergency", act]:
            return [e.EmergencyAct(act=act)]
        case _:
            return chart(document, tuple(words), state)


def happened(document: Document, case: dict[str, Any]) -> Iterator[tuple[int, str, list[str] | e.AnyEvent]]:
    for text in case["log"]:
        at, *words = text.split()
        by = "T-7"
        if words[0] == "by":
            by, words = words[1].replace("_", " "), words[2:]
        yield second(at), by, words
    for scale, values in case.get("true", {}).items():
        for at, value in enumerate([float(values)] * (ENDS // 30)):
            yield at * 30, "evaluator", e.TruthState(values={scale: value})
    for text in case.get("prompts", ()):
        at, rule = text.split()
        shown = e.PromptChanged(
            rule=rule,
            episode=1,
            state=e.PromptState.ACTIVE,
            priority=e.Priority.HIGH,
            prompt_kind=e.PromptKind.CLINICAL,
            message="SpO2 85",
            evidence=(e.Evidence(name="spo2", value=85, at=second(at)),),
        )
        yield second(at), "evaluator", shown


def room_of(document: Document, case: dict[str, Any]) -> Room:
    opened = e.SessionOpened(
        room="D1",
        alias="Heron",
        weight_kg=70,
        source_kind="simulated",
        source_label="SIMULATED",
        channels=(e.ChannelDeclared(signal=Signal.SPO2, period_s=1),),
        protocol=document.protocol,
        protocol_digest=document.digest,
    )
    drill = e.DrillStarted(
        run="1",
        title="Judged",
        trainee="T-7",
        starts_at=0,
        ends_at=ENDS,
        scripted=case.get("scripted", False),
        signs=case.get("signs", ""),
    )
    content = SCENARIO.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    first: list[e.AnyEvent] = [opened, drill, e.TruthDrill(drill="judged", seed=1, scenario=content)]
    log = [e.Logged(seq, 0, "", "colleague", event) for seq, event in enumerate(first)]
    state = begin(log[0])
    for at, by, what in sorted(happened(document, case), key=lambda x: x[0]):
        for event in [what] if isinstance(what, e.Event) else done(document, what, state, log[-1].seq):
            log.append(e.Logged(len(log), at, "", by, event))  # type: ignore[arg-type]
            state = fold(state, log[-1])
    values = series(case["spo2"])
    values = (*values, *values[-1:] * ENDS)[: second(case.get("ends", "20:00")) + 1]
    rows = tuple((at, packing.pack([numeric(Signal.SPO2, float(v), at)], at, None)) for at, v in enumerate(values))
    return Room(1, document, tuple(log), rows)


def moment(at: int | None) -> str | None:
    return None if at is None else span(at)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_it_is_worth_what_the_case_says(document: Document, case: dict[str, Any]) -> None:
    scored = score_room(room_of(document, case))
    expect = case["expect"]
    event = scored.events[0] if scored.events else None
    found: dict[str, Any] = {
        "acts": [act.status.value for act in scored.acts],
        "points": f"{sum(x.points for x in scored.events):g} of {sum(x.max for x in scored.events):g}",
        "harm": next(p.points for p in scored.parts if p.name == "Harm"),
        "incomplete": scored.incomplete,
        "parts": {p.name: f"{p.points:g} of {p.max:g}" for p in scored.parts if p.name in expect.get("parts", ())},
        "lost": [
            f"{span(x.at)} {x.points:g} {x.why}" for x in scored.lost if not x.why.startswith("Out of sight") and "left out" not in x.why
        ],
    }
    if event is not None:
        found["untreated_s"] = event.untreated_s
        found["moments"] = {name: moment(getattr(event, name)) for name in expect.get("moments", ())}
        found["times"] = {name: getattr(event, name) for name in expect.get("times", ())}
    assert {name: found[name] for name in expect} == expect


def test_every_point_lost_names_its_moment_and_the_parts_add_up(document: Document) -> None:
    for case in CASES:
        scored = score_room(room_of(document, case))
        assert scored.points == pytest.approx(max(0, scored.max - sum(x.points for x in scored.lost)), abs=0.2), case["name"]
        assert all(0 <= x.at <= ENDS and x.why for x in scored.lost)


def test_an_observation_that_is_due_is_on_time_late_or_left_out(document: Document) -> None:
    case: dict[str, Any] = {"log": ["0:00 start 0.75", "0:05 pump running"], "spo2": "97"}
    nothing = score_room(room_of(document, case))
    charted = {**case, "log": [*case["log"], *(f"{at}:00 {what}" for at in (9, 18) for what in ("dissociation 3", "comfort 6", "seen"))]}
    some = score_room(room_of(document, charted))

    def part(scored: Any) -> Any:
        return next(p for p in scored.parts if p.name == "Observations on time")

    assert part(nothing).points == 0
    assert part(some).points > 0
    assert all("left out" in x.why or "late" in x.why for x in part(nothing).lost)


def test_a_room_out_of_sight_for_a_quarter_of_an_hour_costs(document: Document) -> None:
    case: dict[str, Any] = {"log": ["0:00 start 0.75"], "spo2": "97"}
    for looks, points in ((["15:10 open"], 1.0), (["14:00 open"], 2.0), ([], 1.0)):
        scored = score_room(room_of(document, {**case, "log": [*case["log"], *looks]}))
        attention = next(p for p in scored.parts if p.name == "Attention")
        assert attention.points == points, looks


def test_the_station_s_sound_is_no_look_at_a_room(document: Document) -> None:
    room = room_of(document, {"log": ["0:00 start 0.75", "14:00 open"], "spo2": "97"})
    sound = e.Logged(len(room.log), 600, room.log[-1].at, "station", e.SoundChanged(able=False))
    assert replace(room, log=(*room.log, sound)).touches == room.touches


def test_the_score_depends_on_the_log_alone(document: Document) -> None:
    room = room_of(document, CASES[1])
    told = [e.parse(x.event.kind, e.body(x.event)) for x in room.log]
    again = replace(room, log=tuple(replace(x, event=event) for x, event in zip(room.log, told, strict=True)))
    assert score_room(again) == score_room(room)
