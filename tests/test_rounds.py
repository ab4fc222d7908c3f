"""The evaluator's rounds, one by one: what is sealed, what a failed round leaves, what a pace and a crash change."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor import clock, commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_recorded, admit_simulated
from monitor.protocol.assessment import Assessment
from monitor.protocol.document import Document
from monitor.review.replay import reassess
from monitor.session import folded
from monitor.sources.recorded import write_recording
from monitor.store import lease
from monitor.store.log import Draft, EventLog, StoreError, Writing
from monitor.store.memory import MemoryLog
from monitor.vitals import Channel, Signal, numeric
from monitor.ward import BACK, ENDED, FAILED, STANDING, Pace, RoomCourse, Ward, drafts, logged
from tests.conftest import Time

PLEASANT = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"


def ward(log: EventLog, document: Document) -> Ward:
    """An evaluator; the one before it is gone without a word, as after a kill."""
    return Ward(log, document, log.number_lease("test"))


def simulated(log: EventLog, document: Document, room: str = "1", speed: float = 1.0) -> int:
    admitted = admit_simulated(room, Patient("Otter"), PLEASANT, 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, speed, "nurse")
    assert admitted.scenario is not None
    first: list[e.AnyEvent] = [e.OrderSet(order=admitted.scenario.prescribed()), e.BaselineSet(sys=118, dia=74), e.CuffStarted()]
    log.append(session, drafts(first, "nurse"))
    return session


def recorded(log: EventLog, document: Document, path: Path, seconds: int, low: range = range(0)) -> int:
    channels = [Channel(s, 1.0, s.value) for s in (Signal.HR, Signal.PULSE, Signal.SPO2)]
    rows = [
        (t, [numeric(Signal.HR, 70, t), numeric(Signal.PULSE, 70, t), numeric(Signal.SPO2, 88 if t in low else 98, t)])
        for t in range(seconds + 1)
    ]
    write_recording(path, rows, channels, label="test")
    admitted = admit_recorded("9", Patient("Lark"), path, document)
    return commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")


def of(log: EventLog, session: int, kind: type[e.Event]) -> list[e.Event]:
    return [x.event for x in map(logged, log.entries(session)) if isinstance(x.event, kind)]


def test_every_minute_of_samples_is_sealed_and_nothing_twice(log: EventLog, document: Document, time: Time) -> None:
    evaluator = ward(log, document)
    session = simulated(log, document)
    for step in (0, 1, 30, 59, 59, 45):
        time.pass_by(step)
        evaluator.round()
    seals = [(s.first, s.last) for s in of(log, session, e.MinuteSealed) if isinstance(s, e.MinuteSealed)]
    assert seals == [(0, 59), (60, 119), (120, 179)]
    assert log.head(session).tick == 193
    assert list(log.verify()) == []
    commands.carry_out(log, document, session, "nurse", commands.close())
    assert list(log.verify()) == [], "closing seals the last part of a minute"


def test_a_kill_between_two_seals_seals_each_second_once(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    for _ in range(7):
        evaluator = ward(log, document)
        evaluator.round()
        time.pass_by(23)
        evaluator.round()
    assert log.head(session).tick == 7 * 23 - 1
    assert [tick for tick, _ in log.rows(session)] == list(range(7 * 23))
    assert list(log.verify()) == []


def test_a_round_that_fails_leaves_nothing_and_the_next_one_goes_on(
    log: EventLog, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = ward(log, document)
    one, other = simulated(log, document, "1"), simulated(log, document, "2")
    evaluator.round()
    time.pass_by(10)
    evaluator.round()
    before = [(log.head(s), len(log.rows(s))) for s in (one, other)]
    time.pass_by(10)
    with monkeypatch.context() as patched:
        course = evaluator.courses[other]

        def fails(*_: object) -> None:
            raise StoreError("the disk is full")

        patched.setattr(type(course), "write", fails)
        patched.setattr("monitor.ward.SEAL_EVERY", 1)
        patched.setattr(type(course), "seal", fails)
        with pytest.raises(StoreError):
            evaluator.round()
    assert [(log.head(s), len(log.rows(s))) for s in (one, other)] == before
    evaluator.round()
    assert [[tick for tick, _ in log.rows(s)] for s in (one, other)] == [list(range(20))] * 2
    assert [log.head(s).tick for s in (one, other)] == [19, 19]
    assert list(log.verify()) == []
    assert all(reassess(log, s, document).same for s in (one, other))


def test_a_prompt_found_in_time_is_not_late_and_one_found_after_a_gap_is(
    log: EventLog, document: Document, time: Time, tmp_path: Path
) -> None:
    session = recorded(log, document, tmp_path / "low.csv", 200, range(20, 60))
    evaluator = ward(log, document)
    evaluator.round()
    for _ in range(34):
        time.pass_by(1)
        evaluator.round()
    changes = [x for x in of(log, session, e.PromptChanged) if isinstance(x, e.PromptChanged) and x.state is e.PromptState.ACTIVE]
    assert {(x.rule, x.late) for x in changes} == {("D-8", False)}
    time.pass_by(50)
    evaluator = ward(log, document)
    evaluator.round()
    later = [x for x in of(log, session, e.PromptChanged) if isinstance(x, e.PromptChanged) and x.state is e.PromptState.OVER]
    assert {(x.rule, x.late) for x in later} == {("D-8", True)}


@pytest.mark.parametrize(("behind_s", "late"), [(0.0, False), (1.5, False), (2.0, False), (2.25, True)])
def test_a_prompt_that_is_found_more_than_two_seconds_after_it_was_due_says_so(
    log: EventLog, document: Document, time: Time, tmp_path: Path, behind_s: float, late: bool
) -> None:
    session = recorded(log, document, tmp_path / "low.csv", 200, range(20, 60))
    evaluator = ward(log, document)
    evaluator.round()
    for _ in range(20):
        time.pass_by(1)
        evaluator.round()
    assert not of(log, session, e.PromptChanged)
    time.pass_by(1 + behind_s)
    evaluator.round()
    changes = [x for x in map(logged, log.entries(session)) if isinstance(x.event, e.PromptChanged) and x.tick == 20]
    assert {(x.event.rule, x.event.late) for x in changes if isinstance(x.event, e.PromptChanged)} == {("D-7", late), ("D-8", late)}


def test_what_stands_still_is_never_late() -> None:
    assert Pace(5, 100, 0).lateness(6, 200) == 0
    assert Pace(5, 100, 2).lateness(7, 100) == -1


def test_after_a_long_outage_nothing_is_made_up_and_the_room_says_why(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(20)
    evaluator.round()
    time.pass_by(3600)
    evaluator.round()
    paces = [x for x in of(log, session, e.PaceSet) if isinstance(x, e.PaceSet)]
    outages = [x for x in of(log, session, e.Outage) if isinstance(x, e.Outage)]
    assert [(p.speed, p.why) for p in paces] == [(0.0, STANDING)]
    assert [(o.caught_up, o.seconds) for o in outages] == [(False, 3600.0)]
    assert len(log.rows(session)) == 20
    time.pass_by(5)
    evaluator.round()
    assert len(log.rows(session)) == 20
    assert len(of(log, session, e.Outage)) == 1, "said once"


def test_a_wall_clock_that_goes_back_changes_nothing_for_a_running_evaluator(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10)
    time.wall -= timedelta(hours=1)
    evaluator.round()
    assert log.head(session).tick == 9
    time.wall += timedelta(hours=5)
    time.pass_by(10)
    evaluator.round()
    assert log.head(session).tick == 19
    assert of(log, session, e.Outage) == []


def test_a_room_that_stands_still_is_not_assessed_and_goes_on_where_it_stood(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10)
    evaluator.round()
    commands.carry_out(log, document, session, "nurse", commands.set_pace(0))
    for _ in range(5):
        time.pass_by(30)
        evaluator.round()
    assert log.head(session).tick == 9
    commands.carry_out(log, document, session, "nurse", commands.set_pace(10))
    evaluator.round()
    time.pass_by(3)
    evaluator.round()
    assert log.head(session).tick == 39
    assert list(log.verify()) == []


def test_a_recording_ends_with_its_last_second_and_says_so_once(log: EventLog, document: Document, time: Time, tmp_path: Path) -> None:
    session = recorded(log, document, tmp_path / "short.csv", 20)
    evaluator = ward(log, document)
    for _ in range(4):
        evaluator.round()
        time.pass_by(15)
    assert log.head(session).tick == 20
    assert [(p.speed, p.why) for p in of(log, session, e.PaceSet) if isinstance(p, e.PaceSet)] == [(0.0, ENDED)]
    commands.carry_out(log, document, session, "nurse", commands.close())
    evaluator.round()
    assert evaluator.courses == {}
    assert list(log.verify()) == []


def ticks(log: EventLog, session: int, kind: type[e.Event]) -> list[int]:
    return [x.tick for x in map(logged, log.entries(session)) if isinstance(x.event, kind)]


def test_a_round_says_how_many_seconds_it_assessed_and_none_is_left_behind(log: EventLog, document: Document, time: Time) -> None:
    simulated(log, document, "1")
    simulated(log, document, "2")
    evaluator = ward(log, document)
    evaluator.round()
    for wait, done in ((10, 20), (0.5, 0), (0.5, 2)):
        time.pass_by(wait)
        assert evaluator.round() == done
        beat = log.heartbeat()
        assert beat is not None
        assert beat.behind_s == 0


def test_an_evaluator_rests_until_the_next_second_is_due_and_never_long(log: EventLog, document: Document, time: Time) -> None:
    simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10.25)
    evaluator.round()
    assert evaluator.rest() == pytest.approx(0.75)
    time.pass_by(5)
    assert evaluator.rest() == 0.02, "it is late already"


def test_what_several_people_did_in_one_second_counts_once(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    log.append(session, drafts([e.Scored(scale="nausea", value=3), e.Scored(scale="comfort", value=8)], "nurse"))
    for _ in range(3):
        time.pass_by(1)
        evaluator.round()
    state = evaluator.courses[session].assessment.state
    assert [entry.value for entry in state.scores["nausea"]] == [3]
    assert state == folded(map(logged, log.entries(session)))


def test_what_the_evaluator_wrote_is_never_taken_for_what_people_did(
    log: EventLog, document: Document, time: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    take = Assessment.take

    def watched(assessment: Assessment, entries: Iterable[e.Logged]) -> None:
        entries = list(entries)
        taken.extend(entry.by for entry in entries)
        take(assessment, entries)

    monkeypatch.setattr(Assessment, "take", watched)
    session = recorded(log, document, tmp_path / "low.csv", 100, range(20, 60))
    evaluator = ward(log, document)
    for _ in range(70):
        evaluator.round()
        time.pass_by(1)
    changes = ticks(log, session, e.PromptChanged)
    assert len(changes) > len(set(changes)), "several in one second"
    assert "evaluator" not in taken


@pytest.mark.parametrize(("away_s", "caught_up"), [(3, True), (60, True), (60.5, False), (30.25, True)])
def test_an_outage_stands_in_the_log_from_when_to_when_in_the_second_after_the_last(
    log: EventLog, document: Document, time: Time, away_s: float, caught_up: bool
) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10)
    evaluator.round()
    time.pass_by(away_s)
    ward(log, document).round()
    (outage,) = of(log, session, e.Outage)
    assert isinstance(outage, e.Outage)
    assert (clock.read(outage.until) - clock.read(outage.since)).total_seconds() == pytest.approx(away_s)
    assert clock.read(outage.until) == time.wall
    assert (outage.seconds, outage.caught_up, ticks(log, session, e.Outage)) == (round(away_s, 1), caught_up, [10])
    assert log.head(session).tick == (9 + int(away_s) if caught_up else 9)


@pytest.mark.parametrize(("away_s", "said"), [(60, False), (60.5, True)])
def test_a_round_that_comes_a_minute_late_is_caught_up_without_a_word(
    log: EventLog, document: Document, time: Time, away_s: float, said: bool
) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10)
    evaluator.round()
    time.pass_by(away_s)
    evaluator.round()
    assert bool(of(log, session, e.Outage)) is said


@pytest.mark.parametrize("lived", [0, 5])
def test_a_room_whose_source_is_gone_stands_from_its_next_second_on_and_keeps_nobody_waiting(
    log: EventLog, document: Document, time: Time, tmp_path: Path, lived: int
) -> None:
    session = recorded(log, document, tmp_path / "gone.csv", 60)
    if lived:
        first = ward(log, document)
        first.round()
        time.pass_by(lived)
        first.round()
    (tmp_path / "gone.csv").write_text("something else")
    evaluator = ward(log, document)
    done = [evaluator.round()]
    time.pass_by(30)
    done.append(evaluator.round())
    beat = log.heartbeat()
    assert beat is not None
    assert (done, ticks(log, session, e.PaceSet), beat.behind_s, evaluator.rest()) == ([0, 0], [lived], 0, 1)


def noted(log: EventLog, session: int) -> list[tuple[int, str]]:
    return [(x.tick, x.event.text) for x in map(logged, log.entries(session)) if isinstance(x.event, e.EvaluatorNoted)]


def test_a_room_that_opened_while_nobody_assessed_has_no_outage(log: EventLog, document: Document, time: Time) -> None:
    earlier = simulated(log, document, "1")
    first = ward(log, document)
    first.round()
    time.pass_by(1)
    first.round()
    time.pass_by(20)
    later = simulated(log, document, "2")
    ward(log, document).round()
    assert (ticks(log, earlier, e.Outage), ticks(log, later, e.Outage)) == ([1], []), "a room that lived a second has one"


def gone(log: EventLog, document: Document, time: Time, path: Path) -> tuple[int, Ward]:
    """A room whose recording was taken away, and an evaluator that came after that."""
    session = recorded(log, document, path, 600)
    first = ward(log, document)
    first.round()
    time.pass_by(5)
    first.round()
    path.rename(path.with_suffix(".away"))
    evaluator = ward(log, document)
    for _ in range(3):
        time.pass_by(1)
        evaluator.round()
    return session, evaluator


@pytest.mark.parametrize("restarted", [False, True])
def test_a_room_whose_source_is_back_goes_on_by_itself_as_fast_as_before(
    log: EventLog, document: Document, time: Time, tmp_path: Path, restarted: bool
) -> None:
    path = tmp_path / "there.csv"
    session, evaluator = gone(log, document, time, path)
    why = "the source of its numbers is gone; bring it back or close the session"
    assert stood(log, session) == [(5, 0.0, why)], "said once"
    time.pass_by(300)
    evaluator.round()
    path.with_suffix(".away").rename(path)
    if restarted:
        evaluator = ward(log, document)
    for _ in range(4):
        evaluator.round()
        time.pass_by(1)
    assert stood(log, session)[1:] == [(5, 1.0, BACK)]
    assert log.head(session).tick == 7
    assert reassess(log, session, document).same


def test_what_is_charted_while_the_source_is_gone_is_there_when_it_is_back_and_going_on_without_it_is_refused_by_the_evaluator(
    log: EventLog, document: Document, time: Time, tmp_path: Path
) -> None:
    path = tmp_path / "there.csv"
    session, evaluator = gone(log, document, time, path)
    log.append(session, drafts([e.Scored(scale="comfort", value=8)], "nurse"))
    commands.carry_out(log, document, session, "nurse", commands.go_on())
    for _ in range(3):
        time.pass_by(1)
        evaluator.round()
    assert [speed for _, speed, _ in stood(log, session)] == [0.0, 0.0], "it says so again, since somebody asked"
    assert log.head(session).tick == 4
    path.with_suffix(".away").rename(path)
    for _ in range(3):
        time.pass_by(1)
        evaluator.round()
    assert log.head(session).tick > 4
    assert evaluator.courses[session].assessment.state.score("comfort") is not None


def test_a_room_that_stood_by_somebody_s_will_stands_on_when_its_source_is_back(
    log: EventLog, document: Document, time: Time, tmp_path: Path
) -> None:
    path = tmp_path / "there.csv"
    session = recorded(log, document, path, 600)
    first = ward(log, document)
    first.round()
    time.pass_by(5)
    first.round()
    commands.carry_out(log, document, session, "nurse", commands.set_pace(0))
    first.round()
    path.rename(path.with_suffix(".away"))
    evaluator = ward(log, document)
    evaluator.round()
    path.with_suffix(".away").rename(path)
    for _ in range(3):
        time.pass_by(1)
        evaluator.round()
    assert stood(log, session) == [(5, 0.0, "")]
    assert log.head(session).tick == 4


@pytest.mark.parametrize(("away_s", "said"), [(2, False), (2.5, True)])
def test_an_evaluator_that_follows_at_once_tells_of_no_outage(
    log: EventLog, document: Document, time: Time, away_s: float, said: bool
) -> None:
    session = simulated(log, document)
    first = ward(log, document)
    first.round()
    time.pass_by(10)
    first.round()
    time.pass_by(away_s)
    ward(log, document).round()
    assert bool(of(log, session, e.Outage)) is said


def test_a_session_of_another_protocol_goes_on_with_the_one_loaded_and_says_so(log: EventLog, document: Document, time: Time) -> None:
    admitted = admit_simulated("1", Patient("Otter"), PLEASANT, 7, document)
    older = admitted.opened.model_copy(update={"protocol_digest": "0" * 64})
    session = commands.open_session(log, older, admitted.source, 1.0, "nurse")
    same = simulated(log, document, "2")
    evaluator = ward(log, document)
    for _ in range(3):
        evaluator.round()
        time.pass_by(1)
    assert noted(log, session) == [(0, "the protocol has changed since this session opened; the one loaded now applies")]
    assert noted(log, same) == []
    assert log.head(session).tick == 1


def test_a_session_whose_log_names_no_source_stands_and_says_why(log: EventLog, document: Document, time: Time) -> None:
    opened = admit_simulated("1", Patient("Otter"), PLEASANT, 7, document).opened
    session = log.open_session("1", drafts([opened], "nurse"))
    evaluator = ward(log, document)
    for _ in range(3):
        evaluator.round()
        time.pass_by(1)
    assert stood(log, session) == [(0, 0.0, "its log names no source of its numbers")], "said once"


def test_a_note_of_the_evaluator_stands_in_the_second_it_was_in(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(10)
    evaluator.round()
    time.wall += timedelta(hours=1)
    time.pass_by(1)
    evaluator.round()
    assert [tick for tick, _ in noted(log, session)] == [10]


def test_the_end_of_a_recording_stands_in_the_second_after_its_last(log: EventLog, document: Document, time: Time, tmp_path: Path) -> None:
    session = recorded(log, document, tmp_path / "short.csv", 20)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(30)
    evaluator.round()
    assert ticks(log, session, e.PaceSet) == [21]


def test_an_empty_ward_shows_a_sign_of_life(log: EventLog, document: Document, time: Time) -> None:
    evaluator = ward(log, document)
    assert evaluator.round() == 0
    first = log.heartbeat()
    time.pass_by(1)
    evaluator.round()
    second = log.heartbeat()
    assert first is not None
    assert second is not None
    assert first.beat_at < second.beat_at
    assert 0 < evaluator.rest() <= 1


def test_a_lagging_round_is_cut_so_that_no_room_waits_long(log: EventLog, document: Document, time: Time) -> None:
    sessions = [simulated(log, document, room, 60) for room in ("1", "2")]
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(8)
    evaluator.round()
    assert [log.head(s).tick for s in sessions] == [239, 239]
    beat = log.heartbeat()
    assert beat is not None
    assert beat.behind_s == 3.983, "second 240 was due after 241 sixtieths"
    evaluator.round()
    assert [log.head(s).tick for s in sessions] == [479, 479]


class Fault(Exception):
    """Of the program, in one room."""


@dataclass
class Broken:
    """Assessing this session fails from this second on, until it is mended."""

    session: int
    tick: int
    mended: bool = False

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> Broken:
        whole = RoomCourse._second

        def second(course: RoomCourse, writing: Writing, tick: int, *more: Any) -> list[e.AnyEvent]:
            concluded = whole(course, writing, tick, *more)
            if course.session == self.session and tick >= self.tick and not self.mended:
                raise Fault
            return concluded

        monkeypatch.setattr(RoomCourse, "_second", second)
        return self


def stood(log: EventLog, session: int) -> list[tuple[int, float, str]]:
    return [(x.tick, x.event.speed, x.event.why) for x in map(logged, log.entries(session)) if isinstance(x.event, e.PaceSet)]


def test_a_room_in_which_the_program_fails_stands_and_says_so_and_the_others_go_on(
    log: EventLog, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = simulated(log, document, "1"), simulated(log, document, "2")
    evaluator, broken = ward(log, document), Broken(one, 12).patch(monkeypatch)
    evaluator.round()
    for _ in range(30):
        time.pass_by(1)
        evaluator.round()
    assert [log.head(s).tick for s in (one, other)] == [11, 29], "nothing of the second in which it failed is kept"
    assert stood(log, one) == [(12, 0.0, FAILED)], "said once"
    assert [x.message for x in caplog.records] == [f"the program failed in a room; it stands sessions={one}"]
    assert stood(log, other) == []
    commands.carry_out(log, document, one, "nurse", commands.go_on())
    time.pass_by(1)
    evaluator.round()
    time.pass_by(1)
    evaluator.round()
    assert [(speed, why) for _, speed, why in stood(log, one)] == [(0.0, FAILED)] * 2, "tried, and failed again"
    broken.mended = True
    commands.carry_out(log, document, one, "nurse", commands.go_on())
    ticks_by = []
    for _ in range(6):
        time.pass_by(1)
        evaluator.round()
        ticks_by.append(log.head(one).tick)
    assert ticks_by == [11, 12, 13, 14, 15, 16], "no second is made up for the time that it stood"
    assert log.head(other).tick == 37
    with monkeypatch.context() as patched:
        patched.setattr(RoomCourse, "advance", lambda *_: 1 / 0)
        patched.setattr("monitor.ward._failing", nullcontext)
        time.pass_by(1)
        with pytest.raises(ZeroDivisionError):
            evaluator.round()
    evaluator.round()
    assert [log.head(s).tick for s in (one, other)] == [17, 38], "what a failed round left is caught up, here as everywhere"
    assert list(log.verify()) == []
    assert all(reassess(log, s, document).same for s in (one, other))


def test_it_is_tried_once_more_when_somebody_has_done_something_there_and_by_another_evaluator(
    log: EventLog, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = simulated(log, document)
    broken = Broken(session, 3).patch(monkeypatch)
    evaluator = ward(log, document)
    for _ in range(6):
        evaluator.round()
        time.pass_by(1)
    assert session not in evaluator.courses
    log.append(session, drafts([e.Scored(scale="comfort", value=8)], "nurse"))
    evaluator.round()
    state = evaluator.courses[session].assessment.state
    assert state.speed == 0
    assert state == folded(map(logged, log.entries(session))), "it stands, and what was charted is in, once"
    broken.mended = True
    following = ward(log, document)
    following.round()
    time.pass_by(5)
    following.round()
    assert log.head(session).tick == 2, "it stands until somebody lets it go on"


def test_an_entry_that_this_version_does_not_know_stops_its_room_alone(log: EventLog, document: Document, time: Time) -> None:
    one, other = simulated(log, document, "1"), simulated(log, document, "2")
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(5)
    evaluator.round()
    log.append(one, [Draft("mood_charted", "nurse", '{"mood":"light"}')])
    for _ in range(2):
        for _ in range(3):
            time.pass_by(1)
            evaluator.round()
        evaluator = ward(log, document)
    assert log.head(one).tick == 4
    assert log.head(other).tick == 10
    paces = [x.body for x in log.entries(one) if x.kind == "pace_set"]
    assert len(paces) == 2 and all(FAILED in body for body in paces), "each evaluator says it once"
    with pytest.raises(StoreError, match=r"\(mood_charted\) cannot be read; bring this program up to date"):
        list(map(logged, log.entries(one)))


def test_a_store_that_fails_is_no_room_that_fails(
    log: EventLog, document: Document, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(2)
    evaluator.round()
    time.pass_by(3)

    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(RoomCourse, "_second", full)
        with pytest.raises(StoreError, match="full"):
            evaluator.round()
    evaluator.round()
    assert (log.head(session).tick, stood(log, session)) == (4, [])


def test_what_a_nurse_does_reaches_a_simulated_patient_in_the_same_second(log: EventLog, document: Document, time: Time) -> None:
    session = simulated(log, document)
    evaluator = ward(log, document)
    evaluator.round()
    time.pass_by(5)
    evaluator.round()
    log.append(session, drafts([e.InfusionStarted(rate_mg_per_kg_h=0.75)], "nurse"))
    time.pass_by(3)
    evaluator.round()
    practice = evaluator.courses[session].practice
    assert practice is not None
    assert practice.patient.life.started_at == 5


def test_the_lease_is_held_by_one_and_free_when_it_is_released(log: EventLog) -> None:
    first = lease.acquire(log)
    assert first is not None
    assert lease.acquire(log) is None
    first.release()
    again = lease.acquire(log)
    assert again is not None
    assert again.number > first.number
    again.release()


SPEEDS = st.sampled_from([1.0, 2.0, 7.0, 20.0, 60.0])


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.tuples(st.floats(0.05, 50), st.booleans()), min_size=3, max_size=12), speed=SPEEDS)
def test_however_time_goes_by_the_same_seconds_give_the_same_prompts(
    document: Document, time: Time, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[float, bool]], speed: float
) -> None:
    """Any pace, any rounds, any kill (True): the record is whole and assessing it again says the same."""
    log = MemoryLog(lambda: time.wall)
    session = recorded(log, document, tmp_path_factory.mktemp("x") / "low.csv", 240, range(20, 100))
    evaluator = ward(log, document)
    evaluator.round()
    commands.carry_out(log, document, session, "nurse", commands.set_pace(speed))
    for step, killed in steps:
        time.pass_by(step)
        if killed:
            evaluator = ward(log, document)
        evaluator.round()
    for _ in range(20):
        time.pass_by(50)
        evaluator.round()
    result = reassess(log, session, document)
    assert (result.same, result.ticks) == (True, 241)
    assert list(log.verify()) == []
    first = MemoryLog(lambda: time.wall)
    plain = recorded(first, document, tmp_path_factory.mktemp("y") / "low.csv", 240, range(20, 100))
    straight = ward(first, document)
    for _ in range(260):
        straight.round()
        time.pass_by(1)
    assert reassess(first, plain, document).again == result.again
