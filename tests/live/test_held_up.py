"""Who is not signed in holds up nobody: an emergency and the frames wait neither for passwords nor for the accounts' file.

Held by events, never by the clock: what would wait is still held when the emergency has been answered.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from monitor import commands, settings
from monitor.admission import Patient, admit_simulated
from monitor.live import door, signing
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.settings import Rooms, RoomSet
from monitor.store.accounts import Accounts
from monitor.store.log import EventLog
from monitor.store.memory import MemoryLog

HOST = "http://station"
PASSWORD = "seven calm herons wade"
ROOMS = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="1"),))


class Here:
    """A ward's station in this process, with one patient and one nurse's account, and no server."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.log: EventLog = MemoryLog()
        self.accounts = Accounts(folder / "accounts.db")
        self.accounts.add("Ann", ["nurse"], PASSWORD)
        scenario = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
        admitted = admit_simulated("1", Patient("Otter", weight_kg=70), scenario, 1, document)
        commands.open_session(self.log, admitted.opened, admitted.source, 1.0, "nurse")
        follower = Follower(self.log, document, ROOMS)
        self.station = SimpleNamespace(accounts=self.accounts, log=self.log, document=document, follower=follower, rooms=ROOMS)

    def emergencies(self) -> list[str]:
        return [head.room for head in self.log.heads() if any(x.kind == "emergency_started" for x in self.log.entries(head.session))]


@pytest.fixture
def here(tmp_path: Path, document: Document, quick_passwords: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    made = Here(tmp_path, document)
    for module in (door, signing):
        monkeypatch.setattr(module, "station", lambda: made.station)
    yield made
    made.accounts.close()


def client() -> httpx.AsyncClient:
    app = door.Gate(Starlette(routes=signing.signing_routes()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST, headers={"Origin": HOST})


def held_sign_ins(patch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """No password is looked at before the first event is set; the second one is once somebody's waits for it."""
    held, begun = threading.Event(), threading.Event()

    def slow(*_: Any) -> str:
        begun.set()
        held.wait(60)
        raise signing.NotSignedIn

    patch.setattr(Accounts, "sign_in", slow)
    return held, begun


def test_an_emergency_is_taken_while_passwords_are_looked_at_and_who_comes_too_many_is_told(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, begun = held_sign_ins(monkeypatch)

    async def script() -> None:
        async with client() as browser:
            form = {"name": "Ann", "password": "x"}
            tries = [asyncio.create_task(browser.post("/sign-in", data=form)) for _ in range(100)]
            while not begun.is_set():
                await asyncio.sleep(0)
            answer = await browser.post("/emergency", data={"room": "1"})
            assert "recorded" in answer.text and not held.is_set()
            assert here.emergencies() == ["1"]
            refused = await asyncio.gather(*tries[signing.PASSWORDS.most :])
            assert {one.status_code for one in refused} == {503}
            assert "Try again in a few seconds" in refused[0].text
            held.set()
            assert {one.status_code for one in await asyncio.gather(*tries[: signing.PASSWORDS.most])} == {401}

    asyncio.run(script())


def test_a_pin_where_somebody_has_signed_in_waits_for_nobody_who_only_tries_names(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = here.accounts.sign_in("Ann", PASSWORD)
    here.accounts.set_pin("Ann", "2580")
    held, begun = held_sign_ins(monkeypatch)

    async def script() -> None:
        async with client() as browser:
            tries = [asyncio.create_task(browser.post("/sign-in", data={"name": "Ann", "password": "x"})) for _ in range(20)]
            while not begun.is_set():
                await asyncio.sleep(0)
            browser.cookies.set(door.COOKIE, cookie)
            assert (await browser.post("/here", data={"secret": "2580"})).status_code == 204
            assert not held.is_set()
            held.set()
            await asyncio.gather(*tries)

    asyncio.run(script())


def test_a_hundred_taps_on_one_room_s_emergency_are_one_wait_and_another_room_s_has_its_own(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, called = threading.Event(), list[str]()

    def call(log: Any, document: Any, room: str, by: str) -> None:
        called.append(room)
        if room == "1":
            held.wait(60)

    monkeypatch.setattr(commands, "call_emergency", call)

    async def script() -> None:
        async with client() as browser:
            taps = [asyncio.create_task(browser.post("/emergency", data={"room": "1"})) for _ in range(100)]
            while not called:
                await asyncio.sleep(0)
            assert "recorded" in (await browser.post("/emergency", data={"room": "2"})).text
            assert not held.is_set()
            held.set()
            assert all("recorded" in answer.text for answer in await asyncio.gather(*taps))

    asyncio.run(script())
    assert sorted(called) == ["1", "2"]


def test_an_emergency_is_taken_while_the_accounts_file_is_held(here: Here) -> None:
    cookie = here.accounts.sign_in("Ann", PASSWORD)

    async def script() -> None:
        async with client() as browser:
            with closing(sqlite3.connect(here.accounts.path, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                answer = await browser.post("/emergency", data={"room": "1"})
                assert "recorded" in answer.text
                assert here.emergencies() == ["1"]
                # Who is signed in stays so: looking waits for no writer.
                assert here.accounts.signed_in(here.accounts.enter(cookie)) is not None
                other.execute("ROLLBACK")

    asyncio.run(script())
