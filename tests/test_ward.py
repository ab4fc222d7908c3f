"""The evaluator: the same prompts at any pace, over a crash, over an outage; nothing lost, nothing made up."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor import commands, demo, settings
from monitor import events as e
from monitor.admission import Patient, admit_recorded, admit_simulated
from monitor.protocol.document import Document
from monitor.review.replay import reassess
from monitor.session import Phase
from monitor.sources.recorded import write_recording
from monitor.store import lease, open_log, packing
from monitor.store.log import EventLog, LeaseLost
from monitor.store.memory import MemoryLog
from monitor.vitals import Channel, Numeric, Quality, Signal, numeric
from monitor.ward import Ward, drafts, logged
from tests.conftest import Time

SCENARIOS = settings.SAMPLE_DATA / "scenarios"


def evaluator(log: EventLog, document: Document) -> tuple[Ward, lease.Lease]:
    held = lease.acquire(log)
    assert held is not None
    return Ward(log, document, held.number), held


def opened(log: EventLog, document: Document, scenario: str = "strange-frightened", speed: float = 1.0, room: str = "1") -> int:
    admitted = admit_simulated(room, Patient("Otter"), SCENARIOS / f"{scenario}.yaml", 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, speed, "nurse")
    order = admitted.scenario.prescribed() if admitted.scenario else None
    assert order is not None
    first: list[e.AnyEvent] = [e.WatchTaken(name="nurse"), e.OrderSet(order=order), e.BaselineSet(sys=120, dia=75), e.CuffStarted()]
    log.append(session, drafts(first, "nurse"))
    return session


def happen(log: EventLog, session: int, *events: e.AnyEvent) -> None:
    log.append(session, drafts(events, "nurse"))


SCRIPT: dict[int, list[e.AnyEvent]] = {
    20: [e.InfusionStarted(rate_mg_per_kg_h=0.75)],
    400: [e.Scored(scale="anxiety", value=7), e.Scored(scale="bothered", value=2)],
    460: [e.PromptAnswered(rule="D-21", episode=1, answer=e.Answer.DID, options=("calm",)), e.Observed(what="reassured")],
    700: [e.RateChanged(rate_mg_per_kg_h=0.4)],
    900: [e.Scored(scale="anxiety", value=2), e.Scored(scale="bothered", value=0)],
}


def played(log: EventLog, document: Document, time: Time, speed: float, stops: tuple[int, ...] = ()) -> int:
    """The script, each event at its session second; the evaluator is dropped and replaced at ``stops``."""
    ward, held = evaluator(log, document)
    session = opened(log, document, speed=speed)
    ward.round()
    begun = time.mono
    for second in sorted({*SCRIPT, *stops, 1000}):
        while ward.courses[session].at < second - 1:
            # One round a second of wall time, and one exactly when the wanted second is reached.
            wanted = begun + (second - 1 + 1) / speed
            time.pass_by(max(0.001, min(1.0, wanted - time.mono)))
            ward.round()
        if second in SCRIPT:
            assert log.head(session).tick == second - 1
            happen(log, session, *SCRIPT[second])
        if second in stops:
            held.release()
            ward, held = evaluator(log, document)
            ward.round()
    held.release()
    return session


def test_the_pace_and_a_crash_change_no_prompt(document: Document, time: Time) -> None:
    digests = set()
    for speed, stops in ((1.0, ()), (20.0, ()), (1.0, (250, 650))):
        log = MemoryLog(lambda: time.wall)
        session = played(log, document, time, speed, stops)
        result = reassess(log, session, document)
        assert result.same
        assert result.ticks == 1000
        assert list(log.verify()) == []
        digests.add(result.again)
    assert len(digests) == 1
    kinds = [x.event.rule for x in map(logged, log.entries(session)) if isinstance(x.event, e.PromptChanged)]
    assert "D-21" in kinds
    assert "D-20" in kinds


def test_every_stored_second_holds_the_beats_of_its_source_also_over_a_crash(document: Document, time: Time) -> None:
    rows: list[list[tuple[int, bytes]]] = []
    for stops in ((), (250, 650)):
        log = MemoryLog(lambda: time.wall)
        rows.append(log.rows(played(log, document, time, 20.0, stops)))
    assert rows[0] == rows[1]
    stored = [packing.beats(row) for _, row in rows[0]]
    for last, second in pairwise(stored):
        assert last is not None and second is not None
        assert (second.beat, second.beat_rate_before) == (last.beat + last.beat_rate, last.beat_rate)


def test_a_command_takes_part_in_the_second_after_it(log: EventLog, document: Document, time: Time) -> None:
    ward, held = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    time.pass_by(10)
    ward.round()
    at = log.head(session).tick
    happen(log, session, e.SymptomCharted(symptom="seizure"))
    assert logged(log.entries(session)[-1]).tick == at + 1
    happen(log, session, e.InfusionStarted(rate_mg_per_kg_h=0.75))
    time.pass_by(1)
    ward.round()
    prompts = {x.event.rule: x.tick for x in map(logged, log.entries(session)) if isinstance(x.event, e.PromptChanged)}
    assert prompts["E-8"] == at + 1
    held.release()


def test_a_short_outage_is_caught_up_and_says_found_late(log: EventLog, document: Document, time: Time) -> None:
    ward, held = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    time.pass_by(5)
    ward.round()
    happen(log, session, e.SymptomCharted(symptom="seizure"))
    held.release()
    time.pass_by(40)
    ward, held = evaluator(log, document)
    ward.round()
    assert log.head(session).tick == 44
    entries = [logged(x) for x in log.entries(session)]
    outage = next(x.event for x in entries if isinstance(x.event, e.Outage))
    assert outage.caught_up
    found = next(x.event for x in entries if isinstance(x.event, e.PromptChanged) and x.event.rule == "E-8")
    assert found.late
    held.release()


def test_a_clock_that_is_set_is_in_the_log_and_changes_no_second(log: EventLog, document: Document, time: Time) -> None:
    ward, _ = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    for by in (0, 3600, 0, -7200):
        time.wall += timedelta(seconds=by)
        time.pass_by(5)
        ward.round()
    assert log.head(session).tick == 19
    notes = [x.event.text for x in map(logged, log.entries(session)) if isinstance(x.event, e.EvaluatorNoted)]
    assert [note.partition(";")[0] for note in notes] == [f"the clock of this computer jumped by {by} s" for by in ("+3600", "-7200")]


def test_after_a_long_outage_the_room_stands_and_asks(log: EventLog, document: Document, time: Time) -> None:
    ward, held = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    time.pass_by(5)
    ward.round()
    held.release()
    time.pass_by(600)
    ward, held = evaluator(log, document)
    ward.round()
    time.pass_by(30)
    ward.round()
    assert log.head(session).tick == 4
    assert ward.courses[session].assessment.state.speed == 0
    commands.carry_out(log, document, session, "nurse", commands.go_on())
    ward.round()
    time.pass_by(10)
    ward.round()
    assert log.head(session).tick == 14
    assert reassess(log, session, document).same
    held.release()


def test_two_evaluators_never_both_write(log: EventLog, document: Document, time: Time) -> None:
    ward, held = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    held.release()
    other, held = evaluator(log, document)
    other.round()
    time.pass_by(3)
    with pytest.raises(LeaseLost):
        ward.round()
    other.round()
    assert log.head(session).tick == 2
    held.release()


def test_a_recording_that_ends_stands_still(log: EventLog, document: Document, time: Time, tmp_path: Path) -> None:
    path = recording(tmp_path / "short.csv", 30)
    admitted = admit_recorded("1", Patient("Lark"), path, document)
    ward, held = evaluator(log, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    ward.round()
    time.pass_by(45)
    ward.round()
    time.pass_by(45)
    ward.round()
    state = ward.courses[session].assessment.state
    assert state.phase is Phase.OBSERVED
    assert state.speed == 0
    assert log.head(session).tick == 30
    held.release()


def test_a_recording_that_changed_does_not_go_on(log: EventLog, document: Document, time: Time, tmp_path: Path) -> None:
    path = recording(tmp_path / "changed.csv", 60)
    admitted = admit_recorded("1", Patient("Lark"), path, document)
    ward, held = evaluator(log, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    ward.round()
    time.pass_by(5)
    ward.round()
    held.release()
    path.write_text(path.read_text() + "\n")
    ward, held = evaluator(log, document)
    ward.round()
    time.pass_by(5)
    ward.round()
    assert log.head(session).tick == 4
    assert any("has changed" in x.body for x in log.entries(session) if x.kind == "pace_set")
    held.release()


def recording(path: Path, seconds: int) -> Path:
    channels = [Channel(s, 1.0, s.value) for s in (Signal.HR, Signal.SPO2)]
    rows = [(t, [numeric(Signal.HR, 70, t), numeric(Signal.SPO2, 98, t)]) for t in range(seconds + 1)]
    write_recording(path, rows, channels, label="test")
    return path


def test_two_patients_of_one_room_share_nothing(log: EventLog, document: Document, time: Time) -> None:
    ward, held = evaluator(log, document)
    first = opened(log, document)
    ward.round()
    happen(log, first, e.Scored(scale="nausea", value=8), e.CuffIntervalSet(seconds=180), e.InfusionStarted(rate_mg_per_kg_h=0.75))
    time.pass_by(60)
    ward.round()
    happen(log, first, e.InfusionStopped(), e.Discharged(escort="anna"))
    commands.carry_out(log, document, first, "nurse", commands.close())
    ward.round()
    assert first not in ward.courses
    admitted = admit_simulated("1", Patient("Wren"), SCENARIOS / "pleasant.yaml", 1, document)
    second = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    ward.round()
    time.pass_by(5)
    ward.round()
    course = ward.courses[second]
    state = course.assessment.state
    assert (state.baseline, state.order, state.drugs, dict(state.scores), state.watcher) == (None, None, (), {}, "")
    assert state.cuff_interval_s == 300
    assert course.assessment.window.reading() is None
    assert [p for p in state.prompts.values() if p.rule != "B-4"] == []
    assert list(log.verify()) == []
    held.release()


def test_the_pleasant_scenario_gives_nothing_above_low(document: Document, time: Time) -> None:
    log = MemoryLog(lambda: time.wall)
    rooms = settings.Rooms(
        station="test", protocol="protocols/example.yaml",
        rooms=(settings.RoomSet(room="1", demo=settings.Demo(alias="Heron", scenario="scenarios/pleasant.yaml", speed=20, watcher="demo")),),
    )  # fmt: skip
    ward, held = evaluator(log, document)
    demos = demo.Demos(log, rooms, settings.ROOMS, document)
    demos.open(ward)
    for _ in range(320):
        ward.round()
        demos.tend(ward)
        time.pass_by(0.5)
    (course,) = ward.courses.values()
    assert course.assessment.state.phase is Phase.RECOVERY
    above = [
        (x.tick, x.event.rule, x.event.message)
        for x in map(logged, log.entries(course.session))
        if isinstance(x.event, e.PromptChanged) and x.event.priority is not e.Priority.LOW and x.event.state is e.PromptState.ACTIVE
    ]
    assert above == []
    held.release()


def test_an_edited_event_and_an_edited_sample_are_found(document: Document, time: Time, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = open_log(path, lambda: time.wall)
    ward, held = evaluator(log, document)
    session = opened(log, document)
    for _ in range(130):
        ward.round()
        time.pass_by(1)
    held.release()
    assert list(log.verify()) == []
    log.close()
    for edit in (
        "UPDATE events SET body = replace(body, 'Otter', 'Heron') WHERE seq = 0",
        f"UPDATE samples SET row = x'0000' WHERE session = {session} AND tick = 30",
    ):
        copy = tmp_path / "copy.db"
        copy.write_bytes(path.read_bytes())
        with sqlite3.connect(copy) as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute(edit)
        raw.close()
        edited = open_log(copy)
        assert any("Fault" in type(f).__name__ and f.session == session for f in edited.verify()), edit
        edited.close()


def test_a_gap_is_never_filled(document: Document, time: Time, tmp_path: Path) -> None:
    channels = [Channel(Signal.SPO2, 1.0, "SpO2")]
    rows = [(t, [numeric(Signal.SPO2, 98, t)] if t < 10 else [Numeric(Signal.SPO2, 0.0, t, Quality.SENSOR_OFF)]) for t in range(40)]
    write_recording(tmp_path / "gap.csv", rows, channels, label="gap")
    admitted = admit_recorded("1", Patient("Lark"), tmp_path / "gap.csv", document)
    log = MemoryLog(lambda: time.wall)
    ward, held = evaluator(log, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    ward.round()
    time.pass_by(30)
    ward.round()
    window = ward.courses[session].assessment.window
    assert window.value(Signal.SPO2, 29) is None
    held.release()


def test_a_withdrawn_entry_ends_what_it_raised_and_the_session_replays_to_the_same_prompts(document: Document, time: Time) -> None:
    log = MemoryLog(lambda: time.wall)
    ward, _ = evaluator(log, document)
    session = opened(log, document)
    ward.round()
    happen(log, session, e.InfusionStarted(rate_mg_per_kg_h=0.75))

    def do(wanted: commands.Command) -> None:
        commands.carry_out(log, document, session, "nurse", wanted)
        time.pass_by(3.0)
        ward.round()

    do(commands.score("nausea", 6))
    do(commands.symptom("chest_pain", True))
    for kind in ("scored", "symptom_charted"):
        entries = log.entries(session)
        do(commands.correct(next(x.seq for x in entries if x.kind == kind), None, "other patient"))
    ended = [logged(x).event for x in log.entries(session) if x.kind == "prompt_changed"]
    told = [(x.rule, x.state.value, x.message) for x in ended if isinstance(x, e.PromptChanged) and x.rule in ("D-24", "E-4")]
    assert told == [
        ("D-24", "active", "Nausea 6 ≥ 4"),
        ("E-4", "active", "Chest pain"),
        ("D-24", "resolved", "Nausea 6 ≥ 4: entry taken back"),
        ("E-4", "over", "Chest pain: entry taken back"),
    ]
    assert reassess(log, session, document).same
