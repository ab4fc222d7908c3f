"""What the follower tells the screens: once a topic, only what changed, waves only of rooms that are looked at."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from monitor import commands, settings
from monitor.admission import Patient, admit_simulated
from monitor.board import tile
from monitor.board.view import View
from monitor.live import push as pushing
from monitor.live.follower import Follower
from monitor.live.hub import Hub, Screen
from monitor.live.push import TREND_EVERY_S, Push
from monitor.live.tickets import Topic
from monitor.protocol.document import Document
from monitor.settings import load_rooms
from monitor.store.memory import MemoryLog
from monitor.ward import Ward
from tests.conftest import Time

WARD, ROOM = Topic("ward"), Topic("room", "2")
PLEASANT = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"


class Bench:
    """A ward with two rooms at work and a push that follows it; seconds pass when the test says so."""

    def __init__(self, document: Document, time: Time, chunk: pushing.Chunk | None = None) -> None:
        self.log, self.time, self.document, self.hub = MemoryLog(lambda: time.wall), time, document, Hub()
        for room in ("2", "3"):
            admitted = admit_simulated(room, Patient("Otter"), PLEASANT, 7, document)
            commands.open_session(self.log, admitted.opened, admitted.source, 1.0, "nurse")
        self.ward = Ward(self.log, document, self.log.number_lease("test"))
        self.follower = Follower(self.log, document, load_rooms(settings.ROOMS))
        self.push = Push(self.follower, self.hub, chunk)
        self.ward.round()

    async def second(self) -> None:
        self.time.pass_by(1.0)
        self.ward.round()
        await self.push.look()


def taken(screen: Screen) -> list[Any]:
    found = [screen.queue.get_nowait() for _ in range(screen.queue.qsize())]
    return [json.loads(m) if isinstance(m, str) else m for m in found]


def test_a_topic_is_serialised_once_for_all_of_its_screens(document: Document, time: Time) -> None:
    bench = Bench(document, time)

    async def script() -> None:
        with bench.hub.joined(WARD) as one, bench.hub.joined(WARD) as other:
            for _ in range(4):
                await bench.second()
            sent = [(one.queue.get_nowait(), other.queue.get_nowait()) for _ in range(4)]
            assert all(mine is yours for mine, yours in sent)

    asyncio.run(script())


def test_a_second_sends_what_changed_in_it_and_nothing_is_sent_to_nobody(document: Document, time: Time) -> None:
    bench = Bench(document, time)

    async def script() -> None:
        await bench.second()
        with bench.hub.joined(WARD) as screen:
            await bench.second()
            (first,) = taken(screen)
            await bench.second()
            (second,) = taken(screen)
            assert second["n"] == first["n"] + 1
            assert len(json.dumps(second)) < len(json.dumps(first)) / 4
            tick = first["frame"]["tiles"][1]["tick"]
            assert second["patch"]["tiles"]["1"]["tick"] == [tick + 1]
            bench.log.append(1, [])
            await bench.push.look()
            assert taken(screen) == [], "a change that nobody sees"

    asyncio.run(script())


def test_ages_run_on_when_nobody_assesses(document: Document, time: Time) -> None:
    bench = Bench(document, time)

    async def script() -> None:
        with bench.hub.joined(WARD) as screen:
            await bench.second()
            taken(screen)
            for _ in range(9):
                time.pass_by(pushing.BEAT_S)
                await bench.push.look()
            said = taken(screen)
            assert len(said) == 9
            assert any(m["patch"].get("assessed", {}).get("ok") == [False] for m in said)

    asyncio.run(script())


def test_a_screen_says_within_three_seconds_of_the_last_beat_that_nobody_assesses(document: Document, time: Time) -> None:
    bench = Bench(document, time)

    async def script() -> None:
        with bench.hub.joined(WARD) as screen:
            await bench.second()
            taken(screen)
            said: list[float] = []
            for tenths in range(1, 31):
                time.pass_by(0.1)
                await bench.push.look()
                said += [tenths / 10 for m in taken(screen) if m["patch"].get("assessed", {}).get("ok") == [False]]
            assert 2 < said[0] < 3

    asyncio.run(script())


def test_a_room_is_sent_its_trend_every_fifth_second_and_waves_once_a_second(document: Document, time: Time) -> None:
    asked: list[tuple[int | None, int]] = []

    def chunk(view: View, since: int | None) -> bytes:
        assert view.state.opened.room == "2"
        asked.append((since, view.at))
        return b"waves"

    bench = Bench(document, time, chunk)

    async def script() -> None:
        with bench.hub.joined(ROOM) as screen, bench.hub.joined(Topic("room", "2", "M. Ortiz")) as named:
            for _ in range(2 * TREND_EVERY_S):
                await bench.second()
            said = [m for m in taken(screen) if m != b"waves"]
            assert "trend" in said[0]["frame"]
            assert 1 <= sum("trend" in m["patch"] for m in said[1:]) <= 2
            assert [m for m in taken(named) if m == b"waves"] == [b"waves"] * len(asked)
            assert asked[0][0] is None
            assert [since for since, _ in asked[1:]] == [at for _, at in asked[:-1]], "each second once, however many look"

    asyncio.run(script())


def test_a_fault_in_drawing_is_logged_and_does_not_end_the_push(
    document: Document, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(document, time)
    real = pushing.ward_frame
    monkeypatch.setattr(pushing, "ward_frame", lambda *_: 1 / 0)

    async def script() -> None:
        with bench.hub.joined(WARD) as screen:
            following = asyncio.create_task(bench.push.run())
            while "could not tell the screens" not in caplog.text:
                await asyncio.sleep(pushing.POLL_S)
            assert taken(screen) == []
            monkeypatch.setattr(pushing, "ward_frame", real)
            time.pass_by(pushing.BEAT_S)
            assert "frame" in json.loads(await asyncio.wait_for(screen.queue.get(), 30))
            following.cancel()

    asyncio.run(script())
    assert "could not tell the screens" in caplog.text


def test_a_room_that_cannot_be_drawn_leaves_the_others_on_the_screens(
    document: Document, time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench, drawn = Bench(document, time), tile.pressure

    def fails(picture: Any, view: View, *more: Any) -> Any:
        if view.state.opened.room == "2":
            raise KeyError("a fault of the program")
        return drawn(picture, view, *more)

    monkeypatch.setattr(tile, "pressure", fails)

    async def script() -> None:
        with bench.hub.joined(WARD) as wall, bench.hub.joined(Topic("room", "3")) as beside:
            await bench.second()
            (told,), (room,) = taken(wall), taken(beside)
            states = {one["room"]: one["state"] for one in told["frame"]["tiles"]}
            assert states["2"] == "blind" and states["3"] != "blind"
            assert "cannot be drawn" in next(one for one in told["frame"]["tiles"] if one["room"] == "2")["note"]["text"]
            assert room["frame"]["room"] == "3"
            await bench.second()
            assert taken(beside), "and goes on"
            monkeypatch.setattr(tile, "pressure", drawn)
            commands.carry_out(bench.log, document, bench.log.heads()[0].session, "nurse", commands.note("seen"))
            await bench.second()
        with bench.hub.joined(WARD) as wall:
            await bench.second()
            assert {one["room"]: one["state"] for one in taken(wall)[-1]["frame"]["tiles"]}["2"] != "blind", "it is tried again"

    asyncio.run(script())
    assert "rooms cannot be drawn" in caplog.text
