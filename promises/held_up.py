"""Who is not signed in holds up nobody: an emergency from the sign-in page, and the frames of a screen, under each way to try it.

A real station in ward mode with two patients, over its own sockets. What each way does is done by a process of its own, as fast
as that can, so that what is measured is the station: ``python -m promises.held_up WAY ADDRESS ACCOUNTS`` until it is killed.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from monitor import clock, settings
from monitor.live.door import COOKIE, EMERGENCY, SIGN_IN
from monitor.protocol.document import load_protocol
from monitor.store import beside
from monitor.store.accounts import Accounts
from promises.found import Found
from promises.scratch import scratch

SIGN_INS, HALF_OPEN, SLOW, LOOKS = 100, 1100, 300, 50
EMERGENCY_S, FRAMES_S = 1.0, 2.0
"""What is promised on an idle machine: an emergency is answered within the one, two frames are never further apart than the other."""
TAP_EVERY_S = 0.25
PATIENCE_S = 120.0
"""How long the short form waits for an answer: it times nothing."""
LONGEST_S = 600.0
"""So long a way goes on where nobody ends it."""
NAME = "Ann"


@dataclass
class Station:
    address: str
    accounts: Path
    cookie: str = ""

    @property
    def own(self) -> dict[str, str]:
        return {"Origin": self.address}


@dataclass
class Measured:
    taps: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


# ---- the ways to hold somebody up ----


@asynccontextmanager
async def nothing(here: Station) -> AsyncIterator[None]:
    yield


async def _again(work: Callable[[], Any]) -> None:
    while True:
        with suppress(httpx.HTTPError, OSError):
            await work()


@asynccontextmanager
async def _crowd(many: int, work: Callable[[], Any]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(_again(work)) for _ in range(many)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def sign_ins(here: Station) -> AsyncIterator[None]:
    """A hundred at a time, with the right name and wrong passwords."""
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=httpx.Limits(max_connections=SIGN_INS)) as browser:

        async def tried() -> None:
            await browser.post(f"{here.address}{SIGN_IN}", data={"name": NAME, "password": "x"}, headers=here.own)

        async with _crowd(SIGN_INS, tried):
            yield


@asynccontextmanager
async def looks(here: Station) -> AsyncIterator[None]:
    """The sign-in page, again and again."""
    limits = httpx.Limits(max_connections=LOOKS)
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S, limits=limits) as browser,
        _crowd(LOOKS, lambda: browser.get(f"{here.address}{SIGN_IN}")),
    ):
        yield


@asynccontextmanager
async def file_held(here: Station) -> AsyncIterator[None]:
    """Another program holds the accounts' file, and people try to sign in meanwhile."""
    with closing(sqlite3.connect(here.accounts, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with sign_ins(here):
            yield


@asynccontextmanager
async def _sockets(here: Station, many: int, head: bytes, then: bytes) -> AsyncIterator[None]:
    """So many connections that say the one, and then a little more each second; what is closed is opened anew."""
    where = urlsplit(here.address)

    async def held() -> None:
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        try:
            writer.write(head)
            while not writer.is_closing():
                await writer.drain()
                await asyncio.sleep(1)
                writer.write(then)
        finally:
            writer.close()

    async with _crowd(many, held):
        yield


@asynccontextmanager
async def half_open(here: Station) -> AsyncIterator[None]:
    async with _sockets(here, HALF_OPEN, b"GET / HTTP/1.1\r\nHost: station\r\n", b"X-More: 1\r\n"):
        yield


@asynccontextmanager
async def slow(here: Station) -> AsyncIterator[None]:
    """The head of a sign-in is whole; of its body a letter comes each second."""
    head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: {urlsplit(here.address).netloc}\r\nOrigin: {here.address}\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n"
    async with _sockets(here, SLOW, (head + kind).encode(), b"x"):
        yield


WAYS: dict[str, Callable[[Station], Any]] = {
    "nothing": nothing,
    f"{SIGN_INS} sign-ins at once": sign_ins,
    f"{LOOKS} that look at the sign-in page": looks,
    "the accounts' file held": file_held,
    f"{HALF_OPEN} half-open requests": half_open,
    f"{SLOW} slow requests": slow,
}


async def _go_on(way: Callable[[Station], Any], here: Station) -> None:
    async with way(here):
        print("begun", flush=True)
        await asyncio.sleep(LONGEST_S)


@contextmanager
def _elsewhere(name: str, here: Station) -> Iterator[None]:
    command = [sys.executable, "-m", "promises.held_up", name, here.address, str(here.accounts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            yield
        finally:
            process.kill()


# ---- what is measured meanwhile ----


async def _taps(here: Station, seconds: int, measured: Measured) -> None:
    """Each from a connection of its own, as from a screen that was just switched on."""
    for _ in range(round(seconds / TAP_EVERY_S)):
        begun = clock.monotonic()
        try:
            async with httpx.AsyncClient(timeout=PATIENCE_S) as browser:
                answer = await browser.post(f"{here.address}{EMERGENCY}", data={"room": "1"}, headers=here.own)
            if answer.status_code != 200 or "recorded" not in answer.text:
                measured.refused.append(f"{answer.status_code}")
        except httpx.HTTPError as error:
            measured.refused.append(type(error).__name__)
        measured.taps.append(clock.monotonic() - begun)
        await asyncio.sleep(TAP_EVERY_S)


async def _frames(socket: Any, measured: Measured) -> None:
    last = clock.monotonic()
    async for _ in socket:
        now = clock.monotonic()
        measured.gaps.append(now - last)
        last = now


async def _under(way: str, here: Station, seconds: int) -> Measured:
    from tests import viewer

    measured = Measured()
    async with AsyncExitStack() as ends:
        socket = await ends.enter_async_context(viewer.session(here.address, here.cookie))
        tab = viewer.Tab(socket)
        await tab.open()
        pushed = await ends.enter_async_context(viewer.push(here.address, tab.data["push"]["ticket"], cookie=here.cookie))
        await pushed.recv()
        ends.enter_context(_elsewhere(way, here))
        watching = asyncio.create_task(_frames(pushed, measured))
        await _taps(here, seconds, measured)
        while not measured.gaps:
            await asyncio.sleep(TAP_EVERY_S)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return measured


@contextmanager
def station() -> Iterator[Station]:
    from tests import warded
    from tests.browser.dashboard import running

    with ExitStack() as ends:
        folder = ends.enter_context(scratch())
        store = f"sqlite:///{folder / 'log.db'}"
        warded.settled(store, load_protocol(settings.EXAMPLE_PROTOCOL))
        accounts = Accounts(beside(store, "accounts"))
        ends.callback(accounts.close)
        accounts.add(NAME, ["nurse"], warded.PASSWORD)
        cookie = f"{COOKIE}={accounts.sign_in(NAME, warded.PASSWORD)}"
        program = ends.enter_context(running(folder, warded.rooms("{clock_kept_by: the tests}")))
        yield Station(program.address, accounts.path, cookie)


def keep(seconds: int) -> Found:
    """``seconds``: how long each way is tried."""
    with station() as here:
        found = {way: asyncio.run(_under(way, here, seconds)) for way in WAYS}
    told = [
        f"{way}: {len(one.taps)} emergencies, {len(one.refused)} refused, the slowest {max(one.taps):.2f} s, "
        f"frames {max(one.gaps):.2f} s apart"
        for way, one in found.items()
    ]
    in_time = all(max(one.taps) <= EMERGENCY_S and max(one.gaps) <= FRAMES_S for one in found.values())
    return Found(not any(one.refused for one in found.values()), "; ".join(told), in_time)


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_go_on(WAYS[sys.argv[1]], Station(sys.argv[2], Path(sys.argv[3]))))
