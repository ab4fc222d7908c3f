"""Time that nobody assessed is time: sleeps of the computer, stops of the evaluator and steps of the clock at random moments.

A room with a recording, an infusion and a cuff is played on clocks that this module turns. What a screen shows afterwards is
held against what really passed: no age is too young, no dose too small, and nothing is shown live that is not.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import clock, commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_recorded
from monitor.board.room import room_frame
from monitor.board.view import Picture, View
from monitor.infusion import Order
from monitor.live.follower import Follower
from monitor.pressures import last_reading
from monitor.protocol.document import Document, load_protocol
from monitor.review.replay import reassess
from monitor.settings import Rooms, RoomSet
from monitor.sources.recorded import write_recording
from monitor.store.memory import MemoryLog
from monitor.vitals import Channel, Numeric, Signal, numeric
from monitor.ward import CATCH_UP_S, Ward, drafts
from promises.found import Found
from tests.conftest import Time

HOURS = 8
ROUNDS_MOST = 400
SLACK_S = 5
"""What a second that has just begun, a round, a reading's own second and the grace of a screen may be apart."""
STEPS = (-7200, -1800, -120, -20, 20, 120, 1800, 7200)
LIVE_S = 18
"""Longer than a value each five seconds counts as live, with the grace of a screen."""


class World(Time):
    """What the clocks say, and how many seconds have really passed since the session began."""

    def __init__(self) -> None:
        super().__init__()
        self.boot, self.passed = "first", 0.0
        self.doses: list[tuple[float, float]] = []
        """From which real second on which rate was charted, mg/kg/h."""

    def pass_by(self, seconds: float) -> None:
        super().pass_by(seconds)
        self.passed += seconds

    def given(self, weight_kg: float) -> float:
        """mg, as charted."""
        ends = [*(at for at, _ in self.doses[1:]), self.passed]
        return sum(rate / 3600 * weight_kg * (end - at) for (at, rate), end in zip(self.doses, ends, strict=True))

    def turns(self, patch: pytest.MonkeyPatch) -> None:
        super().turns(patch)
        patch.setattr(clock, "_boot", lambda: self.boot)


def keep(histories: int) -> Found:
    document = load_protocol(settings.EXAMPLE_PROTOCOL)
    wrong: list[str] = []
    told = {"stops": 0, "sleeps": 0, "restarts": 0, "steps": 0}
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "eight-hours.csv"
        write_recording(recording, _rows(), [Channel(s, 5.0, s.value) for s in (Signal.HR, Signal.PULSE, Signal.SPO2)]
                        + [Channel(s, 300.0, s.value) for s in (Signal.NIBP_SYS, Signal.NIBP_DIA)], label="eight hours")  # fmt: skip
        for seed in range(histories):
            wrong += [f"history {seed}: {what}" for what in history(document, recording, random.Random(seed), told)]
    figures = f"{histories} histories: {told['stops']} stops, {told['sleeps']} sleeps, {told['restarts']} restarts of the computer, "
    figures += f"{told['steps']} steps of the clock: {len(wrong)} ages too young, doses too small or numbers falsely live"
    return Found(kept=not wrong, figures=figures + "".join(f"; {one}" for one in wrong[:12]))


def _rows() -> list[tuple[int, list[Numeric]]]:
    rows: list[tuple[int, list[Numeric]]] = []
    for at in range(0, HOURS * 3600, 5):
        row = [numeric(Signal.HR, 70 + at % 7, at), numeric(Signal.PULSE, 70 + at % 7, at), numeric(Signal.SPO2, 97, at)]
        if at % 300 == 0:
            row += [numeric(Signal.NIBP_SYS, 120 + at % 11, at), numeric(Signal.NIBP_DIA, 75, at)]
        rows.append((at, row))
    return rows


def history(document: Document, recording: Path, chance: random.Random, told: dict[str, int]) -> list[str]:
    """One session with everything that may happen to its clocks; what was wrong in it."""
    world, wrong = World(), list[str]()
    with pytest.MonkeyPatch.context() as patch:
        world.turns(patch)
        log = MemoryLog(lambda: world.wall)
        rooms = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="1"),))
        admitted = admit_recorded("1", Patient("Lark", weight_kg=70), recording, document, observed=False)
        session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
        order = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40, prescriber="Dr. Lind")
        ward, follower = Ward(log, document, log.number_lease("test")), Follower(log, document, rooms)
        _lives(ward, world, 30)
        log.append(session, drafts([e.OrderSet(order=order), e.InfusionStarted(rate_mg_per_kg_h=0.75)], "nurse"))
        world.doses.append((world.passed, 0.75))
        for _ in range(chance.randint(2, 6)):
            _lives(ward, world, chance.randint(5, 90))
            wrong += _seen(follower, world, "at work")
            what = chance.choice(("stop", "stop", "sleep", "restart", "step"))
            gone = chance.choice((3, 20, 59, 61, 90, 369, 1800, 7200)) + chance.random()
            if world.passed + gone > (HOURS - 1) * 3600:
                break
            hidden = False
            if what == "step":
                told["steps"] += 1
                world.wall += timedelta(seconds=chance.choice(STEPS))
            elif what == "sleep":
                told["sleeps"] += 1
                world.pass_by(gone)  # nothing runs: neither the evaluator nor any screen
            else:
                told["stops" if what == "stop" else "restarts"] += 1
                charts = gone > CATCH_UP_S and chance.random() < 0.5
                world.pass_by(gone / 2)
                if what == "stop":
                    wrong += _seen(follower, world, "nobody assesses", assessed=False)
                if charts:
                    rate = chance.choice((0.0, 0.3, 0.6))
                    log.append(session, drafts([e.RateChanged(rate_mg_per_kg_h=rate)], "nurse"))
                    world.doses.append((world.passed, rate))
                world.pass_by(gone / 2)
                if chance.random() < 0.4 and not charts:
                    told["steps"] += 1
                    step = chance.choice(STEPS)
                    world.wall += timedelta(seconds=step)
                    # With the computer's own run gone, wall time is all that is left: a step back hides seconds, and is said.
                    hidden = what == "restart" and step < 0
                if what == "restart":
                    world.boot, world.mono = f"run {world.mono}", 50.0
                ward = Ward(log, document, log.number_lease("test"))
                follower = Follower(log, document, rooms)
            _rounds(ward)
            if hidden:
                return wrong  # nobody can know how long it was; tests hold that the room says so where that shows
            wrong += _seen(follower, world, f"after a {what} of {gone:.1f} s")
        if not reassess(log, session, document).same:
            wrong.append("assessed again it is another session")
        wrong += [fault.sentence for fault in log.verify()]
    return wrong


def _lives(ward: Ward, world: World, seconds: int) -> None:
    for _ in range(seconds):
        world.pass_by(1)
        ward.round()


def _rounds(ward: Ward) -> None:
    for _ in range(ROUNDS_MOST):
        if not ward.round():
            return


def _seen(follower: Follower, world: World, when: str, assessed: bool = True) -> Iterator[str]:
    picture = follower.picture()
    view = picture.views["1"]
    at = picture.at(view)
    if at + 1 < world.passed - SLACK_S:
        yield f"{when}: second {at} after {world.passed:.0f} s"
    yield from _reading(picture, view, world, when)
    ledger = view.state.ledger
    if ledger is not None and world.doses:
        given, owed = ledger.given_mg(at), world.given(70)
        if given < owed - SLACK_S * 0.75 / 3600 * 70:
            yield f"{when}: {given:.2f} mg instead of {owed:.2f}"
    if not assessed and world.passed - view.at > LIVE_S:
        shown = room_frame(picture, "1", "nurse")["numerics"]
        yield from (f"{when}: {name} shown live" for name, number in shown.items() if number["value"] is not None)


def _reading(picture: Picture, view: View, world: World, when: str) -> Iterator[str]:
    """The last pressure is no younger on the screen than it is."""
    reading = last_reading(view.state, view.window)
    if reading is None:
        return
    true = world.passed - 1 - reading.at
    if picture.at(view) - reading.at < true - SLACK_S:
        yield f"{when}: a pressure of {true:.0f} s ago is {picture.at(view) - reading.at} s old"
