"""The demo rooms: a ward at work from the first minute on, by the one road that every session goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import commands, demo, settings
from monitor import events as e
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.replay import reassess
from monitor.session import Phase
from monitor.sources.source import BadFile
from monitor.store.memory import MemoryLog
from monitor.ward import Ward, logged
from tests.conftest import Time

SECONDS = 20 * 60
FIRST_ASKS_S = 30
QUIET_S = 5 * 60
"""So long nothing asks at the most."""
ROOMS_ASKING = 3
"""In so many rooms at once something waits for an answer at the most: about as many as one nurse keeps in mind."""


class Played:
    """A rooms file under the real evaluator, with a clock turned by hand."""

    def __init__(self, rooms: settings.Rooms, file: Path, document: Document, time: Time) -> None:
        self.document, self.time = document, time
        self.log = MemoryLog(lambda: time.wall)
        self.ward = Ward(self.log, document, self.log.number_lease("test"))
        self.demos = demo.Demos(self.log, rooms, file, document)
        self.demos.open(self.ward)

    def second(self) -> None:
        self.ward.round()
        self.demos.tend(self.ward)
        self.time.pass_by(1)

    def asking(self) -> set[str]:
        """The rooms in which a prompt waits for an answer."""
        states = [course.assessment.state for course in self.ward.courses.values()]
        return {state.opened.room for state in states if any(p.unanswered for p in state.open_prompts)}

    def phases(self) -> dict[str, Phase]:
        return {c.assessment.state.opened.room: c.assessment.state.phase for c in self.ward.courses.values()}

    def opened(self, room: str) -> list[e.SessionOpened]:
        heads = [h for h in self.log.heads(open_only=False) if h.room == room]
        events = [logged(self.log.entries(h.session)[0]).event for h in heads]
        return [event for event in events if isinstance(event, e.SessionOpened)]


Shipped = tuple[Played, list[set[str]], dict[str, Phase]]


def only(**entry: object) -> settings.Rooms:
    room = settings.RoomSet(room="1", demo=settings.Demo.model_validate({"alias": "Heron", "watcher": "demo", **entry}))
    return settings.Rooms(station="test", protocol="protocols/example.yaml", rooms=(room,))


@pytest.fixture(scope="module")
def shipped(document: Document) -> Shipped:
    """The rooms that come with the program, for twenty minutes: each second's rooms that ask, and the phases at first."""
    with pytest.MonkeyPatch.context() as patch:
        time = Time()
        time.turns(patch)
        played = Played(settings.load_rooms(settings.ROOMS), settings.ROOMS, document, time)
        played.ward.round()
        first = played.phases()
        asking = []
        for _ in range(SECONDS):
            played.second()
            asking.append(played.asking())
    return played, asking, first


def test_the_ward_opens_at_work(shipped: Shipped) -> None:
    _, _, first = shipped
    found = list(first.values())
    assert found.count(Phase.RUNNING) >= 3
    assert {Phase.READY, Phase.RECOVERY, Phase.OBSERVED} <= set(found)
    assert any(room.demo is None for room in settings.load_rooms(settings.ROOMS).rooms)


def test_something_asks_for_an_answer_soon_and_again_and_again_and_never_in_many_rooms(shipped: Shipped) -> None:
    _, asking, _ = shipped
    assert any(asking[:FIRST_ASKS_S])
    quiet = longest = 0
    for rooms in asking:
        quiet = 0 if rooms else quiet + 1
        longest = max(longest, quiet)
    assert longest <= QUIET_S
    assert max(map(len, asking)) <= ROOMS_ASKING


def test_what_was_played_in_advance_is_whole_and_comes_out_the_same_again(shipped: Shipped) -> None:
    played, _, _ = shipped
    assert list(played.log.verify()) == []
    assert all(reassess(played.log, h.session, played.document).same for h in played.log.heads(open_only=False))
    late = [x.event for h in played.log.heads() for x in map(logged, played.log.entries(h.session)) if isinstance(x.event, e.PromptChanged)]
    assert late and not any(event.late for event in late)


def test_the_clock_times_of_what_was_played_count_back_from_the_opening(document: Document, time: Time) -> None:
    opened_at = time.wall
    played = Played(only(scenario="scenarios/pleasant.yaml", at="3 min"), settings.ROOMS, document, time)
    for _ in range(10):
        played.second()
    view = Follower(played.log, document, settings.load_rooms(settings.ROOMS)).picture().views["1"]
    assert (opened_at - view.wall(0)).total_seconds() == 180
    assert 0 <= (time.wall - view.wall(view.at)).total_seconds() <= 2


def test_a_room_begins_anew_some_time_after_its_session_was_closed_and_inherits_nothing(document: Document, time: Time) -> None:
    played = Played(only(scenario="scenarios/pleasant.yaml", at="2 min", starts=False), settings.ROOMS, document, time)
    played.second()
    (session,) = played.ward.courses
    commands.carry_out(played.log, document, session, "nurse", commands.note("a bandicoot"))
    commands.carry_out(played.log, document, session, "nurse", commands.close())
    for _ in range(demo.TURNOVER_S):
        played.second()
    assert len(played.opened("1")) == 1
    for _ in range(3):
        played.second()
    assert [opened.played_s for opened in played.opened("1")] == [120, 0]
    (course,) = played.ward.courses.values()
    assert course.session != session and course.at < 5
    assert course.assessment.state.baseline is None
    assert not any("bandicoot" in entry.body for entry in played.log.entries(course.session))


def test_a_room_starts_where_the_protocol_wants_a_second_person(document: Document, time: Time) -> None:
    asks = document.model_copy(update={"second_person": "start"})
    played = Played(only(scenario="scenarios/pleasant.yaml", at="5 min"), settings.ROOMS, asks, time)
    played.second()
    assert played.phases() == {"1": Phase.RUNNING}
    (head,) = played.log.heads()
    (start,) = [x.event for x in map(logged, played.log.entries(head.session)) if isinstance(x.event, e.InfusionStarted)]
    assert start.second is not None
    assert start.second.by not in ("", demo.BY)
    assert start.breaks == ""


def test_a_recording_that_ended_begins_anew(document: Document, time: Time, tmp_path: Path) -> None:
    lines = (settings.SAMPLE_DATA / "recordings" / "little-felt.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    short = tmp_path / "short.csv"
    short.write_text("".join(lines[:80]), encoding="utf-8")
    played = Played(only(recording=str(short), at="20 s"), settings.ROOMS, document, time)
    for _ in range(300):
        played.second()
    assert [opened.played_s for opened in played.opened("1")][:2] == [20, 0]


def test_a_minute_beyond_the_end_of_a_recording_is_refused_before_any_room_opens(document: Document, time: Time) -> None:
    rooms = only(recording="recordings/little-felt.csv", at="3 h")
    with pytest.raises(BadFile, match=r"ends after .*; the demo of room 1 is to be at 3:00:00"):
        Played(rooms, settings.ROOMS, document, time)


def test_where_a_person_watches_the_scripted_nurse_answers_nothing(document: Document, time: Time) -> None:
    rooms = only(scenario="scenarios/hypertensive-surge.yaml", seed=4, at="10:15")
    played = Played(rooms, settings.ROOMS, document, time)
    (session,) = played.ward.courses
    commands.carry_out(played.log, document, session, "nurse", commands.take_watch("nurse"))
    for _ in range(demo.ANSWERS_S + 60):
        played.second()
    assert played.asking() == {"1"}
