"""Runs of drills: by policies from opening to score, and by a person under the evaluator, pace, truth and notes included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.drills.drill import ids, load_drill
from monitor.drills.play import play
from monitor.drills.run import end_run, open_run
from monitor.drills.script import load_policy
from monitor.protocol.document import Document, load_protocol
from monitor.review.reading import Room, read_run
from monitor.review.score import DrillScore, Status, score
from monitor.session import Phase
from monitor.store import lease
from monitor.store.log import RoomTaken
from monitor.store.memory import MemoryLog
from monitor.yamlmarks import BadFile
from tests.conftest import Time
from tests.shifts import Shift

WRONG = str(settings.SAMPLE_DATA / "policies" / "wrong-nurse.yaml")


@dataclass(frozen=True)
class Played:
    rooms: tuple[Room, ...]
    scored: DrillScore
    entries: tuple[tuple[tuple[int, str, str], ...], ...]
    """Of each room second, kind and body, without what is of the wall clock or the pace."""


@cache
def played(name: str, policy: str, seed: int = 1, speed: float = 1.0) -> Played:
    document = load_protocol(settings.EXAMPLE_PROTOCOL)
    log = MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    sessions = play(log, held.number, document, load_drill(name), seed, load_policy(policy, document), speed)
    rooms = tuple(read_run(log, document, sessions[-1]))
    entries = tuple(tuple((x.tick, x.kind, x.body) for x in log.entries(s) if x.kind != "pace_set") for s in sessions)
    return Played(rooms, score(rooms), entries)


@pytest.mark.parametrize("drill", ids())
def test_a_shipped_drill_can_be_read_and_tells_a_trainee_no_diagnosis(drill: str) -> None:
    planned = load_drill(drill)
    assert planned.drill.goals and planned.drill.briefing and 2 <= len(planned.places) <= 6
    assert len({p.alias for p in planned.places}) == len({p.room for p in planned.places}) == len(planned.places)
    for place in planned.places:
        assert place.scenario.id not in planned.drill.title + " ".join(planned.drill.briefing)


def test_the_protocol_nurse_does_every_critical_act_of_a_shift_and_no_one_does_none() -> None:
    nurse, nobody = played("two-rooms", "protocol-nurse").scored, played("two-rooms", "nobody").scored
    assert nurse.critical_done == nurse.critical_total == nobody.critical_total > 0 == nobody.critical_done
    assert nurse.points > nobody.points


def test_the_wrong_nurse_is_scored_down_at_the_named_moments() -> None:
    (room,) = played("probe-off", WRONG).scored.rooms
    harm = next(p for p in room.parts if p.name == "Harm")
    said = [(x.at, x.why) for x in harm.lost if x.points]
    started = played("probe-off", WRONG).rooms[0].started
    assert started is not None
    told = ["not needed: give ondansetron", "harmful: again, give ondansetron", "harmful: give a calming drug"]
    assert [why.split(".")[0] for _, why in said] == told
    free = [x.why.split(":")[0] for x in harm.lost if not x.points]
    assert free == ["Oxygen", "Stop or pause"], "a prompt that was false called for it: said, and free"
    assert said[2][0] == started + 32 * 60 + 1, "entered in the second after it was decided"
    assert all(act.status is Status.OMITTED for act in room.acts)


def test_the_same_seed_and_policy_give_the_same_log_at_any_pace() -> None:
    slow, fast = played("probe-off", "protocol-nurse"), played("probe-off", "protocol-nurse", 1, 20.0)
    assert fast.entries == slow.entries
    assert fast.scored == slow.scored
    other = played("probe-off", "protocol-nurse", 2)
    assert other.entries != slow.entries


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id: mine\ntitle: Mine\nrooms:\n  - {scenario: nowhere}\n", 4, "names the scenario nowhere"),
        ("id: other\ntitle: Mine\nrooms:\n  - {scenario: pleasant}\n", 1, "differs from the file's name"),
        ("id: mine\ntitle: Mine\nminutes: 5\nrooms:\n  - {scenario: pleasant, starts: 6:00}\n", 1, "after the drill's end"),
        ("id: mine\ntitle: Mine\nrooms: []\n", 3, "rooms"),
    ],
)
def test_a_bad_drill_is_one_sentence_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadFile) as wrong:
        load_drill(str(file))
    assert wrong.value.line == line and says in str(wrong.value)


# ---- a person at the keys ----


def test_a_fast_drill_falls_back_to_1x_in_every_room_when_a_patient_or_a_prompt_calls(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("two-rooms"), speed=20)
    shift.until(lambda state: state.speed == 1.0, 90)
    why = [[x.event.why for x in shift.events("pace_set", room) if isinstance(x.event, e.PaceSet)][-1] for room in (0, 1)]
    assert why == ["something is happening"] * 2 and shift.state(1).speed == 1.0
    prompted = [x.tick for room in (0, 1) for x in shift.events("prompt_changed", room)]
    assert min(prompted) in (shift.log.head(shift.sessions[0]).tick, shift.log.head(shift.sessions[1]).tick)


NARROWS = """
id: narrows
title: Narrows
patient: {age: 44, weight_kg: 71}
order: {start: 1:00}
happenings:
  - {at: 0:30, airway_narrows: {percent: 40, over: 2 min, lasts: 15 min}}
critical:
  - event: The saturation falls
    onset: 0:30
    shows: [spo2]
    limit: {of: spo2, below: 96}
    acts: [{do: airway, by: 15:00}]
"""


@pytest.mark.parametrize(("faster", "timed"), [(False, True), (True, False)])
def test_it_falls_back_at_the_first_crossing_so_that_the_response_can_be_timed(
    document: Document, time: Time, tmp_path: Path, faster: bool, timed: bool
) -> None:
    file = tmp_path / "narrows.yaml"
    file.write_text(NARROWS)
    shift = Shift(document, time, load_drill(str(file)))
    for _ in range(60):
        (room,) = read_run(shift.log, document, shift.sessions[0])
        (event,) = score([room]).rooms[0].events or (None,)
        if event is not None and event.crossing is not None:
            break
        shift.do(c.set_pace(20))
        shift.go(1)
    assert event is not None and event.crossing is not None
    assert event.crossing in (room.ends, room.ends - 1) and shift.state().speed == 1.0
    if faster:
        shift.do(c.set_pace(20))
    shift.go(3)
    shift.do(c.observe("airway"))
    shift.go(1)
    (event,) = score(read_run(shift.log, document, shift.sessions[0])).rooms[0].events
    assert event.timed is timed and (event.response_s is not None) is timed


def test_a_step_goes_on_for_so_long_and_stands_again(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("pleasant"))
    shift.go(5)
    shift.do(c.set_pace(0))
    shift.go(5)
    stood = shift.log.head(shift.sessions[0]).tick
    shift.do(c.step(10))
    shift.go(30)
    assert shift.log.head(shift.sessions[0]).tick == stood + 10
    assert shift.state().speed == 0


def test_what_an_instructor_lets_happen_befalls_the_patient_and_stands_in_the_log(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("pleasant"), speed=20)
    shift.go(4)
    shift.do(c.inject({"probe_off": "60 s"}), by="Dr. Lind")
    shift.do(c.instructor_note("now look where she looks"), by="Dr. Lind")
    shift.go(20)
    (injected,) = shift.events("truth_injected")
    assert injected.by == "Dr. Lind" and injected.event.happening == {"at": "0 s", "probe_off": "60 s"}  # type: ignore[union-attr]
    assert shift.state().speed == 1.0
    (room,) = read_run(shift.log, document, shift.sessions[0])
    seen = {tick for tick, _ in room.series("spo2")}
    assert seen.isdisjoint(range(injected.tick + 8, injected.tick + 15)) and injected.tick - 2 in seen


def test_a_drill_goes_on_where_it_was_when_its_evaluator_was_killed(document: Document, time: Time) -> None:
    whole, killed = (Shift(document, time, load_drill("two-rooms")) for _ in range(2))
    whole.go(90)
    killed.go(40)
    killed.take_over()
    killed.go(50)
    for room in (0, 1):
        rows = [dict(shift.log.rows(shift.sessions[room])) for shift in (whole, killed)]
        both = rows[0].keys() & rows[1].keys()
        assert len(both) >= 85 and all(rows[0][tick] == rows[1][tick] for tick in both)
    assert list(killed.log.verify()) == []


def test_the_end_closes_every_room_and_another_run_waits_for_it(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("two-rooms"))
    with pytest.raises(RoomTaken, match="another drill"):
        open_run(shift.log, document, load_drill("pleasant"), 2, "T-8")
    end_run(shift.log, document, shift.sessions, "T-7", "enough")
    assert {shift.state(room).phase for room in (0, 1)} == {Phase.CLOSED}
    open_run(shift.log, document, load_drill("pleasant"), 2, "T-8")


def test_the_opening_of_a_room_is_attention_and_the_patient_answers_who_asks(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("pleasant"))
    shift.do(c.open_room())
    shift.do(c.ask())
    shift.go(3)
    (answered,) = shift.events("patient_answered")
    assert answered.by == "evaluator" and not shift.events("scored"), "what is heard is charted by the trainee"
    end_run(shift.log, document, shift.sessions, "T-7")
    (room,) = read_run(shift.log, document, shift.sessions[0])
    assert len(room.openings) == 1 and room.touches
