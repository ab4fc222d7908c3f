"""What a drill's screens say: the bar that steers it, its rooms apart from the station's, the briefing, and the playback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor import commands as c
from monitor import settings
from monitor.admission import Patient, admit_simulated
from monitor.board.briefing import beds, expected
from monitor.board.drill import CALL_S, run_bar, side
from monitor.board.playback import Playback
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.view import Picture
from monitor.drills.drill import ids, load_drill
from monitor.drills.run import end_run
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.reading import Room, read_run
from monitor.settings import load_rooms
from monitor.simulator import scenario as scenarios
from monitor.store import open_log, packing
from monitor.vitals import Signal, numeric
from tests.conftest import FinishedRun, Time
from tests.drilled import planted
from tests.shifts import Shift

PLEASANT = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"


def seen(shift: Shift) -> Picture:
    return Follower(shift.log, shift.document, load_rooms(settings.ROOMS)).picture()


def bar(shift: Shift, room: str = "") -> dict[str, Any]:
    found = run_bar(side(seen(shift), True), room)
    assert found is not None
    return found


def pressed(bar: dict[str, Any]) -> list[str]:
    return [x["label"] for x in bar["controls"] if x.get("pressed")]


def open_to(bar: dict[str, Any]) -> set[str]:
    return {x["label"] for x in bar["controls"] if not x.get("disabled")}


def hurry(shift: Shift, until: Callable[[], bool], most: int = 200) -> None:
    """On at 20x, and again whenever it fell back."""
    for _ in range(most):
        if until():
            return
        for room in range(len(shift.sessions)):
            if shift.state(room).speed == 1:
                shift.do(c.set_pace(20), room=room)
        shift.go(1)
    raise AssertionError("did not come")


@pytest.fixture
def shift(document: Document, time: Time) -> Shift:
    return Shift(document, time, load_drill("two-rooms"))


# ---- the bar ----


def test_the_bar_says_at_what_pace_a_drill_runs_and_offers_the_others(shift: Shift) -> None:
    shift.go(3)
    assert bar(shift)["sub"] == "T-7 · with prompts · real time"
    assert bar(shift)["clock"].endswith(" of 1:15:00")
    assert pressed(bar(shift)) == ["1x"]
    assert "Pause" in open_to(bar(shift)) and "Step 10 s" not in open_to(bar(shift))
    for room in (0, 1):
        shift.do(c.set_pace(5), room=room)
    assert bar(shift)["sub"].endswith("5 times real time")
    assert pressed(bar(shift)) == ["5x"]


def test_a_drill_that_stands_can_be_stepped_or_go_on(shift: Shift) -> None:
    for room in (0, 1):
        shift.do(c.set_pace(0), room=room)
    shown = bar(shift)
    assert shown["sub"].endswith("paused")
    assert {"Go on", "Step 10 s", "20x", "End…"} <= open_to(shown)
    assert "Pause" not in open_to(shown) and pressed(shown) == []


def test_when_the_time_is_over_only_the_end_is_left(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("two-rooms"))
    long(shift, 75 * 60)
    shown = bar(shift)
    assert shown["sub"].endswith("time is over") and shown["clock"] == "1:15:00 of 1:15:00"
    assert "End…" in open_to(shown) and not {"1x", "20x", "Step 10 s"} & open_to(shown)


def test_the_bar_says_when_prompts_are_not_shown(document: Document, time: Time) -> None:
    assert "without prompts" in bar(Shift(document, time, load_drill("pleasant"), prompts=False))["sub"]


def test_a_call_is_heard_on_the_wall_for_a_while_and_in_the_room_until_another_word(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(planted(tmp_path))), speed=20)
    hurry(shift, lambda: shift.state().called is not None)
    wall, room = bar(shift), bar(shift, "D1")
    assert wall["heard"]["text"] == room["heard"]["text"] == "Is anybody there?"
    assert wall["heard"]["head"].startswith("Room D1 Heron calls") and room["heard"]["head"].startswith("Heron calls")
    assert wall["ask"] is None
    ask_at = shift.log.head(shift.sessions[1]).tick + CALL_S
    hurry(shift, lambda: shift.log.head(shift.sessions[1]).tick > ask_at)
    assert bar(shift, "D1")["heard"]["text"] == "Is anybody there?"
    assert bar(shift)["heard"]["head"].startswith("Room D2 Maple calls"), "the wall tells the last call of all"
    hurry(shift, lambda: bar(shift)["heard"] is None)


def test_who_asks_sees_that_they_wait_and_then_the_answer(shift: Shift) -> None:
    shift.go(2)
    assert bar(shift, "D1")["heard"] is None and not bar(shift, "D1")["ask"].get("pressed")
    shift.do(c.ask())
    asking = bar(shift, "D1")
    assert asking["ask"]["pressed"] and asking["heard"] == {"head": "You ask Heron", "text": ""}
    assert not bar(shift, "D2")["ask"].get("pressed"), "the other patient was not asked"
    shift.go(3)
    answered = bar(shift, "D1")["heard"]
    assert answered["head"].startswith("Heron answers, ") and "breathes" in answered["text"]
    assert bar(shift)["heard"] is None, "an answer is not heard at the station"


# ---- two kinds of rooms ----


def test_a_wall_has_a_drill_s_rooms_or_the_station_s_and_never_both(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("two-rooms"))
    admitted = admit_simulated("2", Patient("Otter"), PLEASANT, 7, document)
    c.open_session(shift.log, admitted.opened, admitted.source, 1.0, "nurse")
    picture = seen(shift)
    assert set(picture.views) == {"2", "D1", "D2"}
    drill, station = side(picture, True), side(picture, False)
    assert list(drill.rooms) == ["D1", "D2"] and set(drill.views) == {"D1", "D2"}
    assert list(station.rooms) == [r.room for r in load_rooms(settings.ROOMS).rooms] and set(station.views) == {"2"}
    assert run_bar(station) is None
    end_run(shift.log, document, shift.sessions, "T-7")
    assert list(side(seen(shift), True).rooms) == []


def test_the_rooms_of_a_drill_go_on_and_end_together_by_the_bar_alone(shift: Shift) -> None:
    for room in (0, 1):
        shift.do(c.set_pace(0), room=room)
    picture = side(seen(shift), True)
    offered = {x["label"] for x in room_frame(picture, "D1", "T-7")["actions"]}
    assert "Emergency" in offered and not {"Go on", "Close session…"} & offered
    assert ward_frame(picture, "T-7")["title"] == "Drill"


# ---- the briefing ----


@pytest.mark.parametrize("name", [*ids(), *scenarios.ids()])
def test_a_briefing_tells_nothing_of_what_will_happen(document: Document, name: str) -> None:
    planned = load_drill(name)
    told = " ".join([*planned.drill.briefing, *(" ".join(bed) for bed in beds(planned, document)), *expected(document)])
    for place in planned.places:
        played = place.scenario
        hidden = [played.id, played.title, played.summary, *played.goals, planned.drill.summary, *planned.drill.goals]
        hidden += [x.event for x in played.critical] + [act.why for x in played.critical for act in x.acts]
        hidden += [x.why for x in played.restraint]
        assert not [text for text in hidden if text and text.lower() in told.lower()]
        assert str(played.patient.age) in told and f"{played.prescribed().dose_mg:.1f} mg" in told


# ---- the playback ----


@pytest.fixture(scope="module")
def rooms(finished_run: FinishedRun, document: Document) -> Iterator[list[Room]]:
    log = open_log(finished_run.url)
    yield read_run(log, document, finished_run.number)
    log.close()


def pages(playback: Playback, at: int) -> list[str]:
    return [json.dumps(playback.frame(at, room, 0)) for room in ("", *playback.seen)]


def test_going_forward_shows_what_reading_from_nothing_shows(rooms: list[Room], document: Document) -> None:
    forward = Playback(rooms, document)
    seconds = (0, 1, 59, 61, 190, 291, 292, forward.ends)
    shown = [pages(forward, at) for at in seconds]
    assert shown == [pages(Playback(rooms, document), at) for at in seconds]
    assert len({page for at in shown for page in at}) == 3 * len(seconds), "each second and each page is another"
    assert pages(forward, 190) == shown[4], "and going back does"
    assert forward.frame(190, "", 0)["assessed"]["sub"] == "played back", "nobody assesses what has been"


def long(shift: Shift, until: int) -> None:
    """Time goes by in both rooms without the evaluator: some numbers, and the seconds in which they came."""
    with shift.log.transaction(shift.log.number_lease("test")) as writing:
        for session in shift.sessions:
            for tick in range(shift.log.head(session).tick + 1, until + 1):
                writing.write_row(session, tick, packing.pack([numeric(Signal.HR, 60 + tick % 37, tick)], tick))


def test_a_jump_beyond_an_hour_draws_the_trend_that_going_there_draws(document: Document, time: Time) -> None:
    shift = Shift(document, time, load_drill("two-rooms"))
    long(shift, 75 * 60)
    end_run(shift.log, document, shift.sessions, "T-7")
    rooms = read_run(shift.log, document, shift.sessions[0])
    forward, jumped = (Playback(rooms, document) for _ in range(2))
    for at in range(0, 75 * 60, 600):
        forward.picture(at)
    drawn, again = (x.frame(75 * 60, "D1", 0)["trend"] for x in (forward, jumped))
    assert len(drawn["early"]["t"]) >= 15
    assert again == drawn


def test_the_playback_shows_prompts_as_they_stood_and_offers_the_next(rooms: list[Room], document: Document) -> None:
    playback = Playback(rooms, document)
    first = playback.marks[0]
    (tile, other) = playback.frame(first, "", 0)["tiles"]
    assert not any(x[act] for x in (tile, other) for act in ("log", "emergency", "undo")), "nothing can be done in what has been"
    assert tile["strip"]["kind"] == "prompt" != other["strip"]["kind"]
    jump = next(x for x in playback.frame(0, "", 0)["drill"]["controls"] if x["label"] == "Next prompt")
    assert jump["act"]["at"] == first
    last = next(x for x in playback.frame(playback.ends, "", 0)["drill"]["controls"] if x["label"] == "Next prompt")
    assert last["disabled"]


def test_a_run_without_prompts_is_played_back_without_them(document: Document, time: Time, tmp_path: Path) -> None:
    shift = Shift(document, time, load_drill(str(planted(tmp_path))), prompts=False, speed=20)
    hurry(shift, lambda: len(shift.events("prompt_changed")) > 0)
    (prompted,) = [x.tick for x in shift.events("prompt_changed")]
    end_run(shift.log, document, shift.sessions, "T-7")
    playback = Playback(read_run(shift.log, document, shift.sessions[0]), document)
    for at in (prompted, playback.ends):
        assert "prompt" not in {tile["strip"]["kind"] for tile in playback.frame(at, "", 0)["tiles"]}
        assert not any(playback.frame(at, room, 0)["prompts"] for room in playback.seen)
