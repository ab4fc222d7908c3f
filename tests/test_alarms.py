"""The ward's alarm as every screen reads it from the log: what sounds, the pause, the banner, whether anything can sound."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor import clock
from monitor import events as e
from monitor.board.alarms import alarm, banner, banner_none, calling, deaf, loudest, pause, pausing
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.view import Anchor, Picture, View
from monitor.protocol.document import Document, load_protocol
from monitor.session import fold
from monitor.settings import Alarms
from tests.bedside import Bed
from tests.conftest import EXAMPLE

OPENED = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
RULES = {e.Level.HIGH: "D-7", e.Level.MEDIUM: "D-6", e.Level.TECH: "T-1", e.Level.LOW: "R-2"}
SAYS = {e.Level.HIGH: "SpO2 87 < 90", e.Level.MEDIUM: "SpO2 92 < 94", e.Level.TECH: "No SpO2", e.Level.LOW: "BP too old"}


class Scene:
    """Rooms whose log is written by the test, a second of which is a second of the wall clock."""

    def __init__(self, document: Document, *rooms: str) -> None:
        self.document = document
        self.views = {room: View(n, Bed(document).state, Bed(document).window, 0, anchors=[Anchor(0, OPENED, 1.0)])
                      for n, room in enumerate(rooms or ("1", "2"), 1)}  # fmt: skip

    def happen(self, room: str, at: int, event: e.AnyEvent, by: str = "M. Ortiz") -> None:
        view = self.views[room]
        wall = clock.stamp(OPENED + timedelta(seconds=at))
        view.state = fold(view.state, e.Logged(view.state.seq + 1, at, wall, by, event))
        view.at = max(view.at, at)

    def prompt(self, room: str, at: int, level: e.Level, state: e.PromptState = e.PromptState.ACTIVE, episode: int = 1) -> None:
        tech = level is e.Level.TECH
        priority = e.Priority.MEDIUM if tech else e.Priority(level.value)
        kind = e.PromptKind.TECHNICAL if tech else e.PromptKind.CLINICAL
        said = e.PromptChanged(rule=RULES[level], episode=episode, state=state, priority=priority, prompt_kind=kind, message=SAYS[level])
        self.happen(room, at, said, "evaluator")

    def answer(self, room: str, at: int, level: e.Level) -> None:
        self.happen(room, at, e.PromptAnswered(rule=RULES[level], episode=1, answer=e.Answer.DEFERRED, reason="busy"))

    def pause(self, at: int, seconds: int = 120, **more: Any) -> None:
        picture = self.picture(at, **more)
        level, new_room = pausing(picture), picture.alarms.new_room
        for room, view in self.views.items():
            self.happen(room, at, e.AudioPaused(seconds=seconds, level=level, stood=tuple(calling(view)), new_room=new_room))

    def picture(self, at: float, **more: Any) -> Picture:
        now = OPENED + timedelta(seconds=at)
        return Picture(**{"now": now, "document": self.document, "rooms": list(self.views), "views": self.views, "beat_at": now, **more})


@pytest.fixture
def scene(document: Document) -> Scene:
    return Scene(document)


def sound(picture: Picture) -> str | None:
    found: str | None = alarm(picture)["sound"]
    return found


def fail(scene: Scene, room: str, at: int) -> None:
    """As the evaluator notes that the program failed in a room."""
    wall = clock.stamp(OPENED + timedelta(seconds=at))
    scene.happen(room, at, e.PaceSet(speed=0, why="it failed", fault="program"), "evaluator")
    scene.views[room].noted([e.Logged(0, at, wall, "evaluator", e.PaceSet(speed=0, why="it failed", fault="program"))])


def test_a_room_in_which_the_program_failed_is_called_above_medium_and_nothing_there_is_called_calm(scene: Scene) -> None:
    scene.prompt("2", 5, e.Level.MEDIUM)
    fail(scene, "1", 8)
    picture = scene.picture(9)
    shown = banner(picture)
    assert sound(picture) == "tech"
    assert shown is not None
    assert (shown["priority"], shown["where"], shown["what"]) == ("tech", "Room 1 Otter", "NOT BEING ASSESSED")
    assert shown["button"]["act"] == {"do": "open_room", "room": "1"}
    assert shown["rest"] == [{"priority": "medium", "text": "** 1"}]
    first, second = ward_frame(picture, "")["tiles"]
    assert (first["state"], first["strip"]["kind"], first["strip"]["line1"]) == ("blind", "blind", "Not being assessed")
    assert second["state"] == "alarm"
    assert [room_frame(picture, room, "")["failed"] is not None for room in ("1", "2")] == [True, False]
    assert next(one["text"] for one in room_frame(picture, "2", "")["rooms"]) == "not assessed"
    scene.prompt("2", 10, e.Level.HIGH)
    assert sound(scene.picture(11)) == "high"
    scene.happen("1", 12, e.WentOn())
    scene.views["1"].noted([e.Logged(0, 12, clock.stamp(OPENED), "nurse", e.WentOn())])
    assert ward_frame(scene.picture(13), "")["tiles"][0]["strip"]["kind"] != "blind"


def test_a_failure_breaks_through_a_pause_that_was_made_before_it_and_is_silent_under_one_made_since(scene: Scene) -> None:
    scene.prompt("2", 2, e.Level.MEDIUM)
    scene.pause(5)
    assert sound(scene.picture(7)) is None
    fail(scene, "1", 8)
    assert sound(scene.picture(9)) == "tech"
    scene.pause(20)
    assert sound(scene.picture(21)) is None


def test_the_highest_unanswered_prompt_sounds_and_an_answer_ends_it(scene: Scene) -> None:
    assert sound(scene.picture(5)) is None
    scene.prompt("1", 5, e.Level.MEDIUM)
    assert sound(scene.picture(6)) == "medium"
    scene.prompt("2", 7, e.Level.HIGH)
    assert sound(scene.picture(8)) == "high"
    scene.answer("2", 9, e.Level.HIGH)
    assert sound(scene.picture(10)) == "medium"
    scene.answer("1", 11, e.Level.MEDIUM)
    assert sound(scene.picture(12)) == "reminder", "answered, and still so"


def test_high_goes_on_until_it_is_answered_and_medium_ends_with_its_condition(scene: Scene) -> None:
    for level in (e.Level.HIGH, e.Level.MEDIUM):
        scene.prompt("1", 5, level)
    scene.prompt("1", 9, e.Level.HIGH, e.PromptState.OVER)
    scene.prompt("1", 9, e.Level.MEDIUM, e.PromptState.OVER)
    shown = banner(scene.picture(10))
    assert sound(scene.picture(10)) == "high"
    assert shown is not None and shown["priority"] == "high"
    assert "over since 0:00" in ward_frame(scene.picture(10), "")["tiles"][0]["strip"]["line2"]
    scene.answer("1", 11, e.Level.HIGH)
    assert sound(scene.picture(12)) is None, "what is over is called to mind no longer"


def test_a_pause_counts_down_with_the_name_and_ends_by_the_wall_clock(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    scene.pause(10)
    frame = alarm(scene.picture(46))
    assert frame["sound"] is None
    assert frame["plate"] == {
        "text": "Audio paused 1:24", "by": "M. Ortiz", "what": "SpO2 Room 1", "sub": "SpO2 Room 1 · M. Ortiz",
    }  # fmt: skip
    assert frame["button"]["act"] == {"do": "audio", "on": True}
    assert sound(scene.picture(129.9)) is None
    assert sound(scene.picture(130)) == "medium"
    assert alarm(scene.picture(130))["plate"] is None


def test_a_pause_is_ended_early_and_can_be_given_again(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    scene.pause(10)
    for room in scene.views:
        scene.happen(room, 20, e.AudioResumed())
    assert sound(scene.picture(21)) == "medium"
    scene.pause(30)
    assert sound(scene.picture(31)) is None


def test_something_higher_breaks_through_and_ends_the_pause_for_good(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    scene.pause(10)
    scene.prompt("2", 15, e.Level.TECH)
    assert sound(scene.picture(16)) is None, "no higher than what was paused"
    scene.prompt("2", 20, e.Level.HIGH)
    frame = alarm(scene.picture(21))
    assert frame["sound"] == "high"
    assert frame["plate"]["text"] == "Pause ended"
    scene.answer("2", 25, e.Level.HIGH)
    assert sound(scene.picture(26)) == "medium", "the pause does not come back"


def test_a_prompt_that_comes_again_after_its_answer_breaks_through(scene: Scene) -> None:
    scene.prompt("1", 2, e.Level.HIGH)
    scene.answer("1", 3, e.Level.HIGH)
    scene.prompt("2", 5, e.Level.LOW)
    scene.pause(10)
    scene.prompt("1", 30, e.Level.HIGH, e.PromptState.RECHECK)
    assert sound(scene.picture(31)) == "high"


def test_a_room_that_opens_during_a_pause_breaks_through_as_well(document: Document) -> None:
    scene = Scene(document, "1")
    scene.prompt("1", 5, e.Level.LOW)
    scene.pause(10)
    scene.views["9"] = Scene(document, "9").views["9"]
    scene.prompt("9", 20, e.Level.MEDIUM)
    assert sound(scene.picture(21)) == "medium"


@pytest.mark.parametrize("room", ["1", "2"])
@pytest.mark.parametrize("before", ["nothing", "over", "answered", "lower"])
def test_a_high_prompt_that_is_new_returns_or_rises_in_any_room_sounds_through_a_pause_of_a_high_one(
    scene: Scene, room: str, before: str
) -> None:
    rule = RULES[e.Level.HIGH]
    if before in ("over", "answered"):
        scene.prompt(room, 2, e.Level.HIGH)
    if before == "over":
        scene.prompt(room, 3, e.Level.HIGH, e.PromptState.OVER)
    if before == "answered":
        scene.answer(room, 3, e.Level.HIGH)
    if before == "lower":
        changed = e.PromptChanged(
            rule=rule, episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="SpO2"
        )
        scene.happen(room, 3, changed, "evaluator")
    scene.happen("1", 5, e.PromptChanged(
        rule="D-9", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.HIGH, prompt_kind=e.PromptKind.CLINICAL, message="HR 130 > 120"
    ), "evaluator")  # fmt: skip
    scene.pause(10)
    assert sound(scene.picture(11)) is None
    scene.prompt(room, 20, e.Level.HIGH, e.PromptState.RECHECK if before == "answered" else e.PromptState.ACTIVE)
    assert sound(scene.picture(21)) == "high"
    assert alarm(scene.picture(21))["plate"]["text"] == "Pause ended"


def test_what_stood_stays_paused_when_it_is_only_said_again(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.HIGH)
    scene.pause(10)
    scene.prompt("1", 20, e.Level.HIGH)
    assert sound(scene.picture(21)) is None


def test_a_new_medium_prompt_in_another_room_sounds_through_unless_the_clinic_chooses_otherwise(document: Document) -> None:
    for choice, heard in ((Alarms(), "medium"), (Alarms(new_room=e.Level.HIGH), None)):
        scene = Scene(document)
        scene.prompt("1", 5, e.Level.MEDIUM)
        scene.prompt("2", 5, e.Level.LOW)
        scene.pause(10, alarms=choice)
        again = e.PromptChanged(
            rule="D-3", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="BP high"
        )
        scene.happen("1", 12, again, "evaluator")
        assert sound(scene.picture(13, alarms=choice)) is None, "another in the room that was seen"
        scene.prompt("2", 20, e.Level.MEDIUM)
        assert sound(scene.picture(21, alarms=choice)) == heard


def test_what_came_between_the_picture_and_the_tap_was_not_paused(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    seen = scene.picture(9)
    level, stood = pausing(seen), tuple(calling(scene.views["2"]))
    scene.prompt("2", 10, e.Level.MEDIUM)
    for room, names in (("1", ("D-6#1",)), ("2", stood)):
        scene.happen(room, 10, e.AudioPaused(seconds=120, level=level, stood=names, new_room=e.Level.MEDIUM))
    assert sound(scene.picture(11)) == "medium"


def test_a_pause_from_before_what_stood_was_kept_is_read_as_it_was(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.HIGH)
    for room in scene.views:
        scene.happen(room, 10, e.parse("audio_paused", '{"level":"high","seconds":120}'))
    scene.prompt("2", 20, e.Level.HIGH)
    assert sound(scene.picture(21)) is None
    assert alarm(scene.picture(21))["plate"]["sub"] == "M. Ortiz"


def test_the_button_says_for_what_the_audio_is_paused_and_how_much_else(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.LOW)
    scene.prompt("2", 6, e.Level.MEDIUM)
    scene.pause(10)
    assert alarm(scene.picture(30))["plate"]["sub"] == "SpO2 Room 2 +1 · M. Ortiz"


def test_nobody_assessing_sounds_below_high_and_breaks_through(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    scene.pause(10)
    silent = {"beat_at": OPENED + timedelta(seconds=20)}
    assert sound(scene.picture(25, **silent)) is None
    shown = banner(scene.picture(23, **silent))
    assert shown is not None and shown["what"] == "NOT BEING ASSESSED", "seen before it is heard: another may take over"
    assert sound(scene.picture(27, **silent)) == "tech"
    scene.pause(30, **silent)
    assert sound(scene.picture(31, **silent)) is None, "paused by somebody who could see it"
    shown = banner(scene.picture(31, **silent))
    assert shown is not None and shown["what"] == "NOT BEING ASSESSED"
    assert shown["rest"] == [{"priority": "medium", "text": "** 1"}]
    scene.prompt("2", 40, e.Level.HIGH)
    assert sound(scene.picture(41, **silent)) == "high"
    shown = banner(scene.picture(41, **silent))
    assert shown is not None and (shown["priority"], shown["rest"][0]) == ("high", {"priority": "medium", "text": "** 1"})
    assert {"priority": "tech", "text": "!! 1"} in shown["rest"]


def test_a_clock_that_is_set_back_makes_no_pause_longer(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    scene.pause(3600)
    assert sound(scene.picture(10)) == "medium"


def test_the_banner_goes_by_level_and_counts_the_rest(scene: Scene) -> None:
    order = [e.Level.LOW, e.Level.TECH, e.Level.MEDIUM, e.Level.HIGH]
    for n, level in enumerate(order):
        scene.prompt("1" if n % 2 else "2", 10 + n, level)
        shown = banner(scene.picture(20))
        assert shown is not None
        assert (shown["priority"], shown["what"]) == (level, SAYS[level])
        assert [r["priority"] for r in shown["rest"]] == [*reversed(order[:n])]


def test_when_no_screen_can_sound_every_page_says_so_until_one_can(scene: Scene) -> None:
    for room in scene.views:
        scene.happen(room, 10, e.SoundChanged(able=False), "station")
    picture = scene.picture(11)
    assert deaf(picture)
    assert ward_frame(picture, "")["banner"]["what"] == "SOUND OFF"
    assert ward_frame(picture, "")["banner"]["stars"] == "!!"
    assert room_frame(picture, "1", "")["alarm"]["deaf"]["sub"] == "no screen can sound"
    scene.happen("2", 12, e.SoundChanged(able=True), "station")
    assert not deaf(scene.picture(13))
    assert banner(scene.picture(13)) is None


def test_what_ends_or_is_answered_is_said_for_a_minute(scene: Scene) -> None:
    scene.prompt("2", 5, e.Level.MEDIUM)
    scene.answer("2", 8, e.Level.MEDIUM)
    assert banner_none(scene.picture(9)).endswith("Room 2: SpO2 92 < 94 answered by M. Ortiz")
    scene.prompt("2", 20, e.Level.MEDIUM, e.PromptState.RESOLVED)
    assert banner_none(scene.picture(21)).endswith("Room 2: SpO2 92 < 94 is over")
    assert banner_none(scene.picture(81)) == "Nothing called for in any room"


def test_an_answer_stands_with_its_name_on_the_tile_in_the_room_and_on_the_neighbours_chip(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.HIGH)
    scene.answer("1", 8, e.Level.HIGH)
    picture = scene.picture(9)
    assert "M. Ortiz" in ward_frame(picture, "")["tiles"][0]["strip"]["line2"]
    assert "M. Ortiz" in room_frame(picture, "1", "")["prompts"][0]["answered"]["by"]
    assert room_frame(picture, "2", "")["rooms"][0]["text"] == "✓ M. Ortiz"


def test_a_neighbours_chip_says_what_is_the_matter_in_as_many_words_as_it_holds(scene: Scene) -> None:
    scene.prompt("1", 5, e.Level.MEDIUM)
    assert room_frame(scene.picture(6), "2", "")["rooms"][0]["text"] == "** BP low"


def test_plate_and_foot_say_for_whom_a_station_is_and_a_ward_without_a_session_has_no_patients(scene: Scene) -> None:
    training, ward = (ward_frame(scene.picture(6, mode=mode), "") for mode in ("training", "ward"))
    assert training["foot"][1].endswith("training, not for patients") and "training" not in ward["foot"][1]
    assert ward["source"] == training["source"] != "NO PATIENTS"
    assert ward_frame(scene.picture(6, mode="ward", views={}), "")["source"] == "NO PATIENTS"
    assert ward_frame(scene.picture(6, views={}), "")["source"] == "SIMULATED PATIENTS"


def test_the_rooms_file_says_how_long_a_pause_is_and_how_often_is_reminded(scene: Scene) -> None:
    frame = alarm(scene.picture(5, alarms=Alarms(pause_s=60, reminder_min=5)))
    assert (frame["button"]["label"], frame["pause_s"], frame["reminder_s"]) == ("Pause audio 60\N{NO-BREAK SPACE}s", 60, 300)


LEVELS = st.sampled_from(list(e.Level))
STEP = st.one_of(
    st.tuples(st.just("prompt"), st.sampled_from("12"), LEVELS),
    st.tuples(st.just("answer"), st.sampled_from("12"), LEVELS),
    st.tuples(st.just("over"), st.sampled_from("12"), LEVELS),
    st.tuples(st.just("pause"), st.just("1"), LEVELS),
)


_example = cache(lambda: load_protocol(EXAMPLE))


@hypothesis_settings(max_examples=40)
@given(st.lists(STEP, max_size=24))
def test_a_pause_never_hides_what_is_higher_and_changes_nothing_that_is_seen(steps: list[Any]) -> None:
    scene, paused, at = Scene(_example()), False, 10
    highest: e.Level | None = None
    for what, room, level in steps:
        at += 3
        for view in scene.views.values():
            view.at = at
        if what == "pause":
            before = _seen(scene, at)
            highest, paused = loudest(scene.picture(at)), True
            scene.pause(at)
            assert sound(scene.picture(at)) is None
            assert _seen(scene, at) == before
        elif what == "answer":
            scene.answer(room, at, level)
        else:
            prompt = scene.views[room].state.prompts.get(RULES[level])
            if what == "over" and (prompt is None or not prompt.open):
                continue
            scene.prompt(room, at, level, e.PromptState.OVER if what == "over" else e.PromptState.ACTIVE)
        now = loudest(scene.picture(at))
        if paused and now is not None and now.above(highest):
            assert sound(scene.picture(at)) == now


@hypothesis_settings(max_examples=60)
@given(st.lists(STEP, max_size=16), st.lists(STEP, max_size=6))
def test_a_pause_is_silent_for_what_stood_and_for_nothing_that_is_high_and_came_since(before: list[Any], after: list[Any]) -> None:
    scene, at = Scene(_example()), 10
    for what, room, level in (step for step in before if step[0] != "pause"):
        at += 3
        _step(scene, what, room, level, at)
    at += 3
    paused = pausing(scene.picture(at))
    scene.pause(at)
    stood = {room: set(calling(view)) for room, view in scene.views.items()}
    came = False
    for what, room, level in (step for step in after if step[0] != "pause"):
        at += 3
        was = scene.views[room].state.prompts.get(RULES[level])
        live = was is not None and was.calls and was.state is not e.PromptState.OVER
        _step(scene, what, room, level, at)
        # What goes on under its answer is no news, but a high one is never that: it asks anew.
        known = what == "prompt" and not scene.views[room].state.prompts[RULES[level]].calls
        assert not known or level is not e.Level.HIGH
        live |= known
        came |= what == "prompt" and not live and (level is e.Level.HIGH or level.above(paused))
        came |= what == "prompt" and not live and level is e.Level.MEDIUM and not stood[room]
        only_stood = all(set(calling(view)) <= stood[other] for other, view in scene.views.items())
        picture = scene.picture(at)
        if came:
            assert sound(picture) == loudest(picture) or sound(picture) == "reminder"
        elif only_stood and loudest(picture) is not None:
            assert sound(picture) is None


def _step(scene: Scene, what: str, room: str, level: e.Level, at: int) -> None:
    prompt = scene.views[room].state.prompts.get(RULES[level])
    if what == "answer":
        scene.answer(room, at, level)
    elif what == "prompt":
        anew = level is e.Level.HIGH and prompt is not None and prompt.answered is not None
        scene.prompt(room, at, level, e.PromptState.RECHECK if anew else e.PromptState.ACTIVE)
    elif prompt is not None and prompt.open:
        scene.prompt(room, at, level, e.PromptState.OVER)


def _seen(scene: Scene, at: int) -> Any:
    picture = scene.picture(at)
    pages = [ward_frame(picture, ""), room_frame(picture, "1", "")]
    for page in pages:
        del page["alarm"]
        page.pop("events", None)
    return pages


def test_a_pause_is_running_or_it_is_not(scene: Scene) -> None:
    assert pause(scene.picture(5)) is None
    scene.pause(10)
    found = pause(scene.picture(70))
    assert found is not None and (found.left_s, found.broken) == (60, False)
    scene.views["1"].state = replace(scene.views["1"].state, hush=None)
    assert pause(scene.picture(70)) is not None, "one room's log is enough"


def test_a_message_names_the_value_the_sign_and_the_limit_where_its_rule_compares(document: Document) -> None:
    """``SpO2 87 < 90``: value, sign, limit. A rise over the baseline names its own limit; symptoms and times have no sign."""
    no_one_limit = {"D-22", "T-6", "T-8"}  # low or falling; two rates that disagree; a pulse that stands still
    signed = re.compile(r"\{\w+\}.* [<>≥≤] \d+|\{rise\}|\{lost\}|\{symptom\}|\{minutes\}|\{measured\}|\{known\}")
    for rule in document.rules:
        if "{" in rule.says and rule.id not in no_one_limit:
            assert signed.search(rule.says), f"{rule.id}: {rule.says}"
