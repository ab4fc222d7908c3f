"""The rooms of a drill under the evaluator, second by second: who settles the patient, which second slows all, which ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import commands as c
from monitor import events as e
from monitor.drills.drill import load_drill
from monitor.practice import COLLEAGUE, SLOWED
from monitor.protocol.document import Document
from monitor.session import Phase, folded
from monitor.ward import DRILL_OVER, ENDED, LARGEST_ROUND, STEPPED, logged
from tests.conftest import Time
from tests.shifts import Shift

ROOM = """
id: room-{n}
title: Room {n}
patient: {{age: 44, weight_kg: 71, persona: pleasant}}
order: {{start: 50:00}}
"""
CALL = """happenings:
  - {{at: {at}, from: opening, says: Is anybody there?}}
"""
DRILL = """
id: both
title: Both
summary: Nothing but a call.
briefing: [You watch.]
minutes: {minutes}
rooms:
{rooms}
goals: [See.]
"""


def drill(folder: Path, *calls: str | None, minutes: int = 60, starts: str = "4:59") -> Path:
    """One room for each of ``calls``: when its patient calls, if ever."""
    rooms = []
    for n, at in enumerate(calls):
        file = folder / f"room-{n}.yaml"
        file.write_text(ROOM.format(n=n) + (CALL.format(at=at) if at else ""), encoding="utf-8")
        rooms.append(f"  - {{scenario: {file.name}, starts: {starts}}}")
    path = folder / "both.yaml"
    path.write_text(DRILL.format(minutes=minutes, rooms="\n".join(rooms)), encoding="utf-8")
    return path


@pytest.fixture
def shift(document: Document, time: Time, tmp_path: Path) -> Shift:
    return Shift(document, time, load_drill(str(drill(tmp_path, None, None))))


def in_memory_as_in_the_log(shift: Shift) -> bool:
    """What an evaluator knows of a session is what its log says, each entry once."""
    return all(
        shift.ward.courses[session].assessment.state == folded(map(logged, shift.log.entries(session))) for session in shift.sessions
    )


def faster(shift: Shift, speed: float) -> None:
    for room in range(len(shift.sessions)):
        shift.do(c.set_pace(speed), room=room)


def paces(shift: Shift, room: int) -> list[tuple[int, float, str]]:
    return [(x.tick, x.event.speed, x.event.why) for x in shift.events("pace_set", room) if isinstance(x.event, e.PaceSet)]


def test_a_colleague_settles_each_patient_in_the_second_after_it_was_decided_and_once(
    document: Document, time: Time, tmp_path: Path
) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, None, None, starts="3:00"))))
    shift.go(200)
    for room, session in enumerate(shift.sessions):
        (baseline,), (started,) = shift.events("baseline_set", room), shift.events("infusion_started", room)
        assert baseline.by == started.by == COLLEAGUE
        assert started.tick == 180, "the second that the drill names"
        assert [(x.tick, x.by) for x in shift.events("observed", room)] == [(180, COLLEAGUE)] * 2
        course = shift.ward.courses[session]
        assert course.practice is not None and course.practice.patient.life.started_at == 180, "the pump runs in the same second"
        assert course.assessment.state.phase is Phase.RUNNING
    assert shift.ticks == [199, 199]
    assert in_memory_as_in_the_log(shift)


def test_what_holds_the_start_holds_the_colleague_until_the_prescriber_is_called(document: Document, time: Time, tmp_path: Path) -> None:
    file = drill(tmp_path, None, starts="6:00")
    room = tmp_path / "room-0.yaml"
    room.write_text(room.read_text().replace("age: 44,", "age: 44, baseline: {sys: 168, dia: 100},"))
    shift = Shift(document, time, load_drill(str(file)))
    shift.go(500)
    assert [p.rule for p in document.holding(shift.ward.courses[shift.sessions[0]].assessment.state)] == ["B-1"]
    assert shift.events("infusion_started") == []
    shift.do(c.observe("called"))
    shift.go(5)
    (started,) = (x.event for x in shift.events("infusion_started"))
    assert isinstance(started, e.InfusionStarted)
    assert "150/95" in started.breaks
    assert (started.override_by, started.reason) == ("prescriber", "called, decided to start")


def test_a_colleague_who_settles_within_one_round_is_known_to_the_rest_of_the_round(
    document: Document, time: Time, tmp_path: Path
) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, None, starts="3:00"))))
    for _ in range(5):
        time.pass_by(46)
        shift.ward.round()
    ((started,), (session,)) = shift.events("infusion_started"), shift.sessions
    assert (started.tick, shift.ticks) == (180, [229])
    practice = shift.ward.courses[session].practice
    assert practice is not None and practice.patient.life.started_at == 180
    assert in_memory_as_in_the_log(shift)


@pytest.mark.parametrize(("speed", "calls_at"), [(2, 100), (20, 100), (20, 101)])
def test_the_second_in_which_a_patient_calls_is_the_last_fast_one_of_every_room(
    document: Document, time: Time, tmp_path: Path, speed: float, calls_at: int
) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, f"1:{calls_at - 60}", None, None))), speed=speed)
    shift.until(lambda state: state.speed == 1.0, 80)
    said = [x.tick for x in shift.events("patient_said")]
    assert said == [calls_at]
    assert shift.ticks == [calls_at] * 3
    assert [paces(shift, room)[1:] for room in (0, 1, 2)] == [[(calls_at + 1, 1.0, SLOWED)]] * 3, "each is slowed once"
    shift.go(5)
    assert shift.ticks == [calls_at + 5] * 3
    assert [len(paces(shift, room)) for room in (0, 1, 2)] == [2, 2, 2]
    faster(shift, speed)
    shift.go(2)
    assert shift.ticks == [calls_at + 6 + speed] * 3, "what slowed it once does not slow it again"
    assert in_memory_as_in_the_log(shift)


def test_a_call_in_the_only_room_ends_its_fast_seconds_too(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, "1:41"))), speed=20)
    shift.until(lambda state: state.speed == 1.0, 20)
    assert shift.ticks == [101]


def test_a_call_in_the_room_that_is_assessed_last_slows_the_others_too(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, None, "1:41"))), speed=20)
    shift.until(lambda state: state.speed == 1.0, 20)
    assert shift.ticks == [101, 101]


def test_a_call_at_the_pace_of_the_world_changes_no_pace(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, "0:31", None))))
    shift.go(40)
    assert len(shift.events("patient_said")) == 1
    assert [paces(shift, room) for room in (0, 1)] == [[], []]


def test_a_round_tells_how_many_seconds_all_rooms_of_a_drill_went(shift: Shift, time: Time) -> None:
    time.pass_by(10)
    assert shift.ward.round() == 20
    assert shift.ward.round() == 0


def test_a_drill_that_lags_goes_on_in_rounds_of_a_largest_length(shift: Shift, time: Time) -> None:
    faster(shift, 20)
    shift.ward.round()
    time.pass_by(14)
    assert shift.ward.round() == 2 * LARGEST_ROUND
    assert shift.ticks == [LARGEST_ROUND - 1] * 2
    assert shift.ward.round() == 2 * 40


def test_one_room_that_stands_does_not_hold_the_other_back(shift: Shift) -> None:
    shift.go(5)
    shift.do(c.set_pace(0), room=1)
    shift.go(5)
    assert shift.ticks == [9, 4]


def test_a_drill_ends_with_its_last_second_and_says_so_once(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, None, minutes=5))))
    for _ in range(7):
        time.pass_by(50)
        shift.ward.round()
    assert shift.ticks == [300]
    assert paces(shift, 0) == [(301, 0.0, DRILL_OVER)]


def test_a_step_ends_as_a_step_and_the_drill_after_it_as_a_drill(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(drill(tmp_path, None, minutes=5))))
    shift.go(100)
    shift.do(c.set_pace(0))
    shift.go(3)
    shift.do(c.step(10))
    shift.go(20)
    assert paces(shift, 0)[-1] == (110, 0.0, STEPPED)
    shift.do(c.set_pace(20))
    shift.go(20)
    assert shift.ticks == [300]
    assert paces(shift, 0)[-1] == (301, 0.0, DRILL_OVER)
    assert ENDED not in {why for _, _, why in paces(shift, 0)}
