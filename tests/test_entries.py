"""From a command to the entries that it makes: what is stored, and when a second tap is a second thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from monitor import commands as c
from monitor import events as e
from monitor.access import Role, Viewer
from monitor.protocol.cases import cuff
from monitor.protocol.document import Document
from monitor.store import packing
from monitor.store.memory import MemoryLog
from monitor.ward import logged
from tests.bedside import Bed
from tests.test_refusals import Room, drilled, observed, ready, recovery, running


def entered(room: Room, command: c.Command, by: str = "nurse") -> Sequence[e.AnyEvent]:
    """What a command would enter now."""
    return list(command(c.Scene(room.state, room.document, room.log.head(room.session).tick + 1, by)))


ENTERED: dict[str, tuple[Callable[[Document], Room], c.Command, list[e.AnyEvent]]] = {
    "a step": (lambda d: drilled(d).tick(10), c.step(30), [e.PaceSet(speed=1.0, until=39)]),
    "a room that stands": (lambda d: ready(d).do(c.set_pace(0)), c.go_on(), [e.WentOn()]),
    "a room that goes": (ready, c.go_on(), []),
    "a room opened in a drill": (drilled, c.open_room(), [e.RoomOpened()]),
    "a room opened": (ready, c.open_room(), []),
    "a patient asked": (ready, c.ask(), [e.PatientAsked()]),
    "a patient asked again": (lambda d: ready(d).do(c.ask()), c.ask(), []),
    "a happening": (drilled, c.inject({"probe_off": "90 s"}), [e.TruthInjected(happening={"at": "0 s", "probe_off": "90 s"})]),
    "a happening counted otherwise": (
        drilled, c.inject({"from": "opening", "vomits": True}), [e.TruthInjected(happening={"at": "0 s", "from": "opening", "vomits": True})],
    ),
    "an instructor's note": (drilled, c.instructor_note(" well done "), [e.TruthNoted(text="well done")]),
    "an instructor's long note": (drilled, c.instructor_note("x" * 2001), [e.TruthNoted(text="x" * 2000)]),
    "the end of a drill": (drilled, c.end_drill(" time "), [e.DrillEnded(reason="time"), e.SessionClosed(reason="the drill is over")]),
    "an act before the emergency": (ready, c.emergency_act("help_called"), [e.EmergencyStarted(), e.EmergencyAct(act="help_called")]),
    "another act": (
        lambda d: ready(d).do(c.emergency_act("help_called")), c.emergency_act("ambulance"), [e.EmergencyAct(act="ambulance")],
    ),
    "a reading out of turn": (ready, c.start_cuff(), [e.CuffStarted()]),
    "a cuff let down": (ready, c.stop_cuff(), [e.CuffStopped()]),
    "a rate found without an order": (
        ready, c.change_rate(0.5, found=True), [e.RateChanged(rate_mg_per_kg_h=0.5, found=True, breaks="there is no order")],
    ),
    "a stop": (running, c.stop(), [e.InfusionStopped(complete=False)]),
}  # fmt: skip


@pytest.mark.parametrize("case", ENTERED)
def test_a_command_enters_what_it_says(document: Document, case: str) -> None:
    room, command, entries = ENTERED[case]
    assert entered(room(document), command) == entries


TAPPED: dict[str, Callable[[], c.Command]] = {
    "cuff": c.start_cuff,
    "stop": c.stop_cuff,
    "act": lambda: c.emergency_act("help_called"),
    "pressure": lambda: c.chart_pressure(150, 90),
}


@pytest.mark.parametrize("what", TAPPED)
def test_a_second_tap_is_no_second_thing_and_a_later_one_is(document: Document, what: str) -> None:
    room = running(document).do(c.emergency()).do(TAPPED[what]())
    assert entered(room, TAPPED[what]()) == []
    assert len(entered(room.tick(3), TAPPED[what]())) == 1


def test_another_pressure_and_another_person_s_pressure_are_entries_of_their_own(document: Document) -> None:
    room = running(document).do(c.chart_pressure(150, 90))
    assert len(entered(room, c.chart_pressure(150, 91))) == len(entered(room, c.chart_pressure(150, 90), by="colleague")) == 1


@pytest.mark.parametrize(
    ("speed", "scripted", "after", "one"),
    [
        (1.0, False, 2, True),
        (1.0, False, 3, False),
        (3.0, False, 6, True),
        (3.0, False, 7, False),
        (0.0, False, 2, True),
        (0.0, False, 3, False),
        (3.0, True, 2, True),
        (3.0, True, 3, False),
    ],
)
def test_how_long_a_tap_is_the_same_goes_by_the_clock_on_the_wall_but_for_a_policy(
    document: Document, speed: float, scripted: bool, after: int, one: bool
) -> None:
    drill = e.DrillStarted(run="1", title="One room", trainee="T-7", starts_at=300, ends_at=3600, scripted=scripted)
    state = replace(Bed(document).live("0 start; 60 nausea 4").state, drill=drill, speed=speed)
    said = c.score("nausea", 4)(c.Scene(state, document, 60 + after, "nurse"))
    assert (said == []) is one


def test_a_command_takes_part_in_the_second_after_the_last_one(document: Document) -> None:
    seconds = []

    def seen(scene: c.Scene) -> list[e.AnyEvent]:
        seconds.append(scene.at)
        return []

    ready(document).do(seen).tick(5).do(seen)
    assert seconds == [0, 5]


@pytest.mark.parametrize(("seconds", "seen"), [(1, [0]), (2700, [0, 1]), (2701, [1])])
def test_a_command_that_looks_sees_the_last_three_quarters_of_an_hour(document: Document, seconds: int, seen: list[int]) -> None:
    room = ready(document)
    with room.log.transaction(room.log.number_lease("test")) as writing:
        for at in range(seconds):
            writing.write_row(room.session, at, packing.pack(cuff(120, 80, at) if at < 2 else [], at, None))
    looked: list[int] = []

    def look(scene: c.Scene) -> list[e.AnyEvent]:
        looked.extend(reading.at for reading in scene.look().cuff)
        return []

    room.do(look)
    assert looked == seen


def test_a_rest_is_entered_with_the_second_of_the_next_reading(document: Document) -> None:
    bed = Bed(document, cuff_every=300).live("0 start; 300 cuff 130/80; 600 cuff 132/80")
    scene = c.Scene(bed.state, document, 660, "nurse", lambda: bed.window)
    assert c.rest_cuff()(scene) == [e.CuffPutOff(until=1170)]


# ---- opening and leaving ----


@pytest.mark.parametrize(("speed", "kinds"), [(1.0, []), (2.0, [2.0]), (0.0, [0.0])])
def test_a_session_opens_at_its_pace(document: Document, speed: float, kinds: list[float]) -> None:
    admitted, log = ready(document).opened, MemoryLog()
    session = c.open_session(log, admitted.opened, admitted.source, speed, "nurse")
    entries = [logged(entry).event for entry in log.entries(session)]
    assert entries[:2] == [admitted.opened, admitted.source]
    assert [event.speed for event in entries[2:] if isinstance(event, e.PaceSet)] == kinds


def test_a_wall_admits_nobody(document: Document) -> None:
    admitted, log = ready(document).opened, MemoryLog()
    with pytest.raises(c.Refusal, match="may not do this"):
        c.open_session(log, admitted.opened, admitted.source, 1.0, Viewer("Wall", frozenset({Role.VIEWER})))
    assert log.heads() == []


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (3, "Still open before leaving: {0}; {1}; {2}"),
        (4, "Still open before leaving: {0}; {1}; {2} and 1 more"),
        (1, "Still open before leaving: {0}"),
    ],
)
def test_who_may_not_leave_yet_hears_the_first_three_questions(document: Document, left: int, says: str) -> None:
    items = document.checklists["discharge"]
    room = recovery(document)
    for item in items[left:]:
        room.do(c.check("discharge", item.id, next(a.id for a in item.answers if not a.stops)))
    with pytest.raises(c.Refusal) as refusal:
        room.do(c.discharge("anna"))
    assert refusal.value.sentence == says.format(*(item.question for item in items))


@pytest.mark.parametrize(
    ("room", "command", "says"),
    [
        (running, c.score("comfort", 11), "Comfort goes from 0 (unbearable) to 10 (fully comfortable), not 11."),
        (running, c.observe("smile"), "Nothing is charted as smile."),
        (observed, c.ask(), "Nobody is there to ask: this room plays a recording."),
    ],
    ids=["score", "look", "ask"],
)
def test_it_is_refused_in_a_sentence(document: Document, room: Callable[[Document], Room], command: c.Command, says: str) -> None:
    with pytest.raises(c.Refusal) as refusal:
        room(document).do(command)
    assert refusal.value.sentence == says
