"""Time that nobody assessed is time: after a stop or a sleep a real room's ages and dose are as old as they are, and it says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import clock, commands, units
from monitor import events as e
from monitor.admission import Patient, admit_recorded
from monitor.board.room import room_frame
from monitor.infusion import Order
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.review.replay import reassess
from monitor.session import SessionState, folded
from monitor.settings import Rooms, RoomSet
from monitor.sources.recorded import write_recording
from monitor.store.log import EventLog
from monitor.vitals import Channel, Signal, numeric
from monitor.ward import Ward, drafts, logged
from promises.outages import keep
from tests.conftest import Time

ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40, prescriber="Dr. Lind")
ROOMS = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="9"),))
RUNS_S = 60


class Room:
    """A recording with an infusion that has run for a minute."""

    def __init__(self, log: EventLog, document: Document, time: Time, folder: Path) -> None:
        self.log, self.document, self.time = log, document, time
        cuff = [numeric(Signal.NIBP_SYS, 118, 20), numeric(Signal.NIBP_DIA, 76, 20)]
        streams = (Signal.HR, Signal.PULSE, Signal.SPO2)
        rows = [(t, [*(numeric(s, 97, t) for s in streams), *(cuff if t == 20 else [])]) for t in range(3 * 3600)]
        channels = [*(Channel(s, 1.0, s.value) for s in streams), *(Channel(s, 300.0, s.value) for s in (Signal.NIBP_SYS, Signal.NIBP_DIA))]
        write_recording(folder / "recording.csv", rows, channels, label="test")
        admitted = admit_recorded("9", Patient("Lark", weight_kg=70), folder / "recording.csv", document, observed=False)
        self.session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
        self.ward = self.begun()
        self.ward.round()
        log.append(self.session, drafts([e.OrderSet(order=ORDER), e.InfusionStarted(rate_mg_per_kg_h=0.75)], "nurse"))
        self.seconds(RUNS_S)
        self.chart(e.Observed(what="pump", value="running"))
        self.seconds(1)

    def begun(self) -> Ward:
        return Ward(self.log, self.document, self.log.number_lease("test"))

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.time.pass_by(1)
            self.ward.round()

    def chart(self, *events: e.AnyEvent) -> None:
        self.log.append(self.session, drafts(events, "nurse"))

    @property
    def state(self) -> SessionState:
        return folded(map(logged, self.log.entries(self.session)))

    def frame(self) -> dict[str, Any]:
        return room_frame(Follower(self.log, self.document, ROOMS).picture(), "9", "nurse")

    def given_mg(self) -> float:
        return float(next(value for name, value, _ in self.frame()["infusion"]["facts"] if name == "Given"))

    @property
    def called(self) -> list[str]:
        return [p.rule for p in self.state.open_prompts]


@pytest.fixture
def room(log: EventLog, document: Document, time: Time, tmp_path: Path) -> Room:
    return Room(log, document, time, tmp_path)


@pytest.mark.parametrize("restarted", [True, False], ids=["a new evaluator", "one that slept"])
@pytest.mark.parametrize("away_s", [369, 7200])
def test_what_went_by_counts_for_the_dose_and_for_every_age(room: Room, away_s: int, restarted: bool) -> None:
    room.time.pass_by(away_s)
    room.ward = room.begun() if restarted else room.ward
    room.ward.round()
    assert room.given_mg() == pytest.approx(0.75 / 3600 * 70 * (RUNS_S + 1 + away_s), abs=0.1)
    room.seconds(3)
    frame = room.frame()
    assert frame["infusion"]["sub"] == f"as charted, not watched for {units.span(away_s)}: look at the pump"
    assert {"T-13", "D-32", "W-1"} <= set(room.called), "and what came due meanwhile"
    assert ("D-34" in room.called) == (away_s == 7200)
    assert room.state.speed == 1.0, "a patient goes on living"
    assert reassess(room.log, room.session, room.document).same
    assert list(room.log.verify()) == []


def test_a_look_at_the_pump_answers_it(room: Room) -> None:
    room.time.pass_by(369)
    room.seconds(2)
    assert "T-13" in room.called
    room.chart(e.Observed(what="pump", value="running"))
    room.chart(e.PromptAnswered(rule="T-13", episode=1, answer=e.Answer.DID, options=("pump_running",)))
    room.seconds(2)
    assert "T-13" not in room.called
    assert "look at the pump" not in room.frame()["infusion"]["sub"]


def test_nothing_of_that_time_is_made_up_or_shown(room: Room) -> None:
    before = room.log.head(room.session).tick
    room.time.pass_by(369)
    room.seconds(2)
    ticks = [tick for tick, _ in room.log.rows(room.session)]
    assert [t for t in ticks if before < t <= before + 369] == []
    assert ticks[-1] == before + 369 + 2


def test_what_was_charted_meanwhile_counts_from_when_it_was_done(room: Room) -> None:
    room.time.pass_by(300)
    room.chart(e.InfusionStopped())
    room.time.pass_by(300)
    room.ward = room.begun()
    room.ward.round()
    state = room.state
    assert state.ledger is not None
    assert state.ledger.running_s(10_000) == pytest.approx(RUNS_S + 1 + 300, abs=2)
    assert room.frame()["infusion"]["text"].endswith("ended")
    assert state.phase_since == state.ledger.ended_at, "recovery began then, not when nobody looked any more"


def test_a_step_of_the_clock_hides_nothing_while_the_computer_runs(room: Room) -> None:
    room.time.pass_by(900)
    room.time.wall -= timedelta(hours=2)
    room.ward = room.begun()
    room.ward.round()
    assert room.given_mg() == pytest.approx(0.75 / 3600 * 70 * (RUNS_S + 1 + 900), abs=0.1)


def test_where_nobody_can_tell_how_long_it_was_the_room_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.time.pass_by(900)
    room.time.wall -= timedelta(hours=2)
    monkeypatch.setattr(clock, "_boot", lambda: "another run of this computer")
    room.ward = room.begun()
    room.seconds(2)
    assert room.frame()["infusion"]["sub"] == "as charted, not watched for a time that nobody knows: look at the pump"
    assert "T-13" in room.called


def test_an_outage_from_before_this_was_so_moves_nothing(room: Room) -> None:
    before = room.state
    old = e.parse("outage", '{"since":"2026-11-01T10:00:00.000Z","until":"2026-11-01T11:00:00.000Z","seconds":3600.0,"caught_up":false}')
    room.chart(old)
    after = room.state
    assert (after.unwatched, after.gone_by, after.ledger, after.phase_since) == (None, -1, before.ledger, before.phase_since)


@pytest.mark.parametrize("wrong_by", [timedelta(minutes=-2), timedelta(days=1)], ids=["behind", "ahead"])
def test_a_wrong_clock_of_a_screen_keeps_no_number_on_it_once_nobody_assesses(room: Room, wrong_by: timedelta) -> None:
    follower = Follower(room.log, room.document, ROOMS)
    follower.picture()
    room.seconds(1)
    room.time.wall += wrong_by
    picture = follower.picture()
    assert picture.assessed and room_frame(picture, "9", "nurse")["numerics"]["hr"]["value"] == "97"
    room.time.pass_by(4)
    assert not follower.picture().assessed
    room.time.pass_by(5)
    assert room_frame(follower.picture(), "9", "nurse")["numerics"]["hr"]["value"] is None


def test_histories_of_stops_sleeps_and_steps_leave_no_age_too_young() -> None:
    assert keep(3).kept
