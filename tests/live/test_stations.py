"""An evaluator and two stations of one clinic: three processes that share a real PostgreSQL and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor import events as e
from monitor.store import open_log
from monitor.ward import drafts
from tests import viewer
from tests.browser.dashboard import HOME, serving
from tests.live.test_patches import applied
from tests.postgres import Pair, Server

ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - {room: "1", demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}}
"""
LONGEST_S = 40
"""On a busy machine; what came how soon is printed."""


@dataclass
class Clinic:
    store: str
    evaluator: subprocess.Popen[bytes]
    stations: list[tuple[str, subprocess.Popen[bytes]]]

    def assessing(self) -> list[int]:
        """The evaluators that the stations have started themselves."""
        listed = subprocess.run(["ps", "-eo", "ppid=,args="], capture_output=True, text=True, check=True).stdout
        parents = [int(row.split()[0]) for row in listed.splitlines() if "monitor serve" in row]
        return [pid for pid in parents if pid in {process.pid for _, process in self.stations}]


@pytest.fixture
def clinic(database: str, tmp_path: Path) -> Iterator[Clinic]:
    with working(database, tmp_path) as clinic:
        yield clinic


@contextmanager
def working(database: str, tmp_path: Path) -> Iterator[Clinic]:
    (tmp_path / "rooms.yaml").write_text(ROOMS)
    command = [sys.executable, "-m", "monitor", "serve", "--rooms", str(tmp_path / "rooms.yaml"), "--store", database]
    environment = {"INFUSION_ROOMS": str(tmp_path / "rooms.yaml"), "INFUSION_STORE": database}
    with (tmp_path / "evaluator.log").open("wb") as out, subprocess.Popen(command, cwd=HOME, stdout=out, stderr=out) as evaluator:
        try:
            with closing(open_log(database)) as log:
                deadline = time.monotonic() + LONGEST_S
                while log.heartbeat() is None:
                    assert time.monotonic() < deadline, "the evaluator did not begin"
                    time.sleep(0.1)
            with serving(tmp_path / "1.log", "dashboard.py", environment) as one, serving(tmp_path / "2.log", "dashboard.py", environment) as two:
                yield Clinic(database, evaluator, [one, two])
        finally:
            evaluator.kill()


class Screen:
    """A wall on the push: what it shows now."""

    def __init__(self, frame: dict[str, Any], socket: Any) -> None:
        self.frame, self._socket = frame, socket

    async def until(self, true: Callable[[dict[str, Any]], bool]) -> float:
        """Seconds until it shows so."""
        begun = time.monotonic()
        async with asyncio.timeout(LONGEST_S):
            while not true(self.frame):
                told = json.loads(await self._socket.recv())
                self.frame = told["frame"] if "frame" in told else applied(told["patch"], self.frame)
        return time.monotonic() - begun


@asynccontextmanager
async def walls(clinic: Clinic) -> AsyncIterator[list[Screen]]:
    async with AsyncExitStack() as ends:
        screens = []
        for address, _ in clinic.stations:
            given = await viewer.given(address)
            socket = await ends.enter_async_context(viewer.push(address, given["push"]["ticket"]))
            screens.append(Screen(given["frame"], socket))
        yield screens


def assessed(frame: dict[str, Any]) -> bool:
    return bool(frame["assessed"]["ok"])


def beyond(tick: int) -> Callable[[dict[str, Any]], bool]:
    return lambda frame: assessed(frame) and frame["tiles"][0].get("tick", -1) > tick


def test_a_server_that_stops_is_said_at_every_station_and_all_goes_on_by_itself(server: Server, clinic: Clinic) -> None:
    async def lived_through() -> None:
        async with walls(clinic) as screens:
            for screen in screens:
                await screen.until(beyond(0))
            with closing(open_log(clinic.store)) as log:
                (head,) = log.heads()
                confirmed = log.append(head.session, drafts([e.NoteAdded(text="said before the stop")], "nurse"))
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            try:
                out_of_reach = (screen.until(lambda frame: frame["assessed"]["text"] == "RECORD OUT OF REACH") for screen in screens)
                said = await asyncio.gather(*out_of_reach)
            finally:
                await stopping
                await asyncio.to_thread(server.start)
            ticks = [screen.frame["tiles"][0].get("tick", -1) for screen in screens]
            back = [await screen.until(beyond(tick)) for screen, tick in zip(screens, ticks, strict=True)]
            print(f"server stopped: said {max(said):.2f} s after it was asked to, at the latest; back {max(back):.2f} s after its start")
            with closing(open_log(clinic.store)) as log:
                assert confirmed[0].body in [entry.body for entry in log.entries(head.session)]
                assert list(log.verify()) == []

    asyncio.run(lived_through())
    assert clinic.evaluator.poll() is None and clinic.assessing() == [], "a restart of the server moves nothing"


def test_where_the_server_is_lost_its_standby_takes_over_and_every_station_goes_on_by_itself(pair: Pair, tmp_path: Path) -> None:
    async def lived_through(clinic: Clinic) -> None:
        async with walls(clinic) as screens:
            for screen in screens:
                await screen.until(beyond(0))
            with closing(open_log(pair.both)) as log:
                (head,) = log.heads()
                confirmed = log.append(head.session, drafts([e.NoteAdded(text="said before the loss")], "nurse"))
            ticks = [screen.frame["tiles"][0]["tick"] for screen in screens]
            await asyncio.to_thread(pair.first.stop, "immediate")
            await asyncio.gather(*(screen.until(lambda frame: frame["assessed"]["text"] == "RECORD OUT OF REACH") for screen in screens))
            await asyncio.to_thread(pair.second.promote)
            back = [await screen.until(beyond(tick)) for screen, tick in zip(screens, ticks, strict=True)]
            print(f"server lost: both walls live {max(back):.2f} s after its standby was told to take over")
            with closing(open_log(pair.both)) as log:
                assert confirmed[0].body in [entry.body for entry in log.entries(head.session)]
                assert list(log.verify()) == []

    with working(pair.both, tmp_path) as clinic:
        asyncio.run(lived_through(clinic))
        assert clinic.evaluator.poll() is None


def test_where_the_evaluator_is_killed_one_of_the_stations_assesses(clinic: Clinic) -> None:
    async def lived_through() -> None:
        async with walls(clinic) as screens:
            for screen in screens:
                await screen.until(beyond(0))
            os.kill(clinic.evaluator.pid, signal.SIGKILL)
            ticks = [screen.frame["tiles"][0]["tick"] for screen in screens]
            back = [await screen.until(beyond(tick + 3)) for screen, tick in zip(screens, ticks, strict=True)]
            print(f"evaluator killed: both stations' walls go on after {max(back):.2f} s")

    asyncio.run(lived_through())
    with closing(open_log(clinic.store)) as log:
        assert list(log.verify()) == []
    deadline = time.monotonic() + LONGEST_S
    while len(clinic.assessing()) != 1:  # whoever came second to the lease ends
        assert time.monotonic() < deadline
        time.sleep(0.2)
