"""Who is at the keys of a ward's browser, from outside: an idle lock, and names that nobody signs with without their PIN."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from monitor import commands
from monitor.access import Role
from monitor.live.door import COOKIE
from monitor.protocol.document import Document
from monitor.store import beside
from monitor.store.accounts import Accounts
from tests import viewer, warded
from tests.browser.dashboard import running
from tests.warded import PASSWORD

ROOMS = warded.rooms("{clock_kept_by: the tests, idle_min: 10}")
PINS = {"Ann Numbat": "2580", "Bob Quokka": "8264"}
NAMES = re.compile("Otter|Maple|Numbat|Quokka|Thylacine")


@dataclass
class Here:
    address: str
    store: str
    accounts: Accounts
    log: Path

    def signed_in(self, name: str) -> str:
        """The token of a new browser."""
        answer = httpx.post(f"{self.address}/sign-in", data={"name": name, "password": PASSWORD}, headers={"Origin": self.address})
        assert answer.status_code == 303
        return str(answer.cookies[COOKIE])

    def post(self, path: str, token: str, **form: str) -> int:
        headers = {"Origin": self.address, "Cookie": f"{COOKIE}={token}"}
        return httpx.post(self.address + path, data=form, headers=headers).status_code

    def unlocked(self, token: str, secret: str) -> str:
        """The browser's new token."""
        headers = {"Origin": self.address, "Cookie": f"{COOKIE}={token}"}
        answer = httpx.post(f"{self.address}/here", data={"secret": secret}, headers=headers)
        assert answer.status_code == 204 and "httponly" in answer.headers["set-cookie"].lower()
        return str(answer.cookies[COOKIE])

    def entries(self) -> set[tuple[str, str]]:
        return {(x.by, x.kind) for x in warded.entries(self.store)}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, document: Document, quick_passwords: None) -> Iterator[Here]:
    folder = tmp_path_factory.mktemp("seats")
    store = f"sqlite:///{folder / 'log.db'}"
    warded.settled(store, document, commands.take_watch("Thylacine"), by="Thylacine")
    accounts = Accounts(beside(store, "accounts"))
    for name, role in (("Ann Numbat", Role.NURSE), ("Bob Quokka", Role.TRAINER)):
        accounts.add(name, [role], PASSWORD)
        accounts.set_pin(name, PINS[name])
    accounts.add("Wall", [Role.VIEWER], PASSWORD)
    accounts.add("Station 1", [Role.NURSE], PASSWORD, shared=True)
    with running(folder, ROOMS) as program:
        yield Here(program.address, store, accounts, program.log)
    accounts.close()


def tabbed(here: Here, token: str) -> Any:
    return viewer.session(here.address, f"{COOKIE}={token}")


async def framed(fed: Any, wanted: Any) -> dict[str, Any]:
    """The next whole frame of the push that is as wanted."""
    async with asyncio.timeout(60):
        async for raw in fed:
            message = json.loads(raw) if isinstance(raw, str) else {}
            if "frame" in message and wanted(message["frame"]):
                frame: dict[str, Any] = message["frame"]
                return frame
    raise AssertionError("the push ended")


@pytest.mark.parametrize("query", ["page_name=", "room=1"])
def test_a_lock_turns_every_open_screen_and_a_reload_stays_locked(here: Here, query: str) -> None:
    page = {"page_name": "room", "query_string": query} if query == "room=1" else {"page_name": ""}
    token = here.signed_in("Ann Numbat")

    async def looked() -> None:
        async with tabbed(here, token) as socket:
            tab = viewer.Tab(socket)
            assert NAMES.search(await tab.run(viewer.wanted(**page))), "what is looked for is there to be found"
            async with viewer.push(here.address, tab.data["push"]["ticket"], cookie=f"{COOKIE}={token}") as fed:
                assert NAMES.search(json.dumps(await framed(fed, lambda frame: True)))
                here.accounts.lock(here.accounts.enter(token))
                locked = await framed(fed, lambda frame: frame["lock"])
                assert not NAMES.search(json.dumps(locked))
                assert "assessed" in locked and "Emergency" in json.dumps(locked)
                async with tabbed(here, token) as other:
                    assert not NAMES.search(await viewer.Tab(other).run(viewer.wanted(**page))), "loaded anew"
                assert await asyncio.to_thread(here.post, "/here", token, secret="0000") == 401
                assert await asyncio.to_thread(here.post, "/here", token, secret=PINS["Ann Numbat"]) == 204
                opened = await framed(fed, lambda frame: not frame["lock"])
                assert "Otter" in json.dumps(opened) and opened["viewer"]["label"] == "Ann Numbat"

    asyncio.run(looked())


def test_unlocking_gives_another_cookie_and_what_is_open_goes_on(here: Here) -> None:
    first = here.signed_in("Ann Numbat")

    async def unlocked() -> None:
        async with tabbed(here, first) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted())
            here.accounts.lock(here.accounts.enter(first))
            second = await asyncio.to_thread(here.unlocked, first, PINS["Ann Numbat"])
            assert await asyncio.to_thread(here.post, "/deed", second) == 204, "as the keypad does at once"
            assert await asyncio.to_thread(here.post, "/deed", first) == 401
            assert NAMES.search(await tab.run(viewer.wanted())), "the page that was open"
            with pytest.raises(websockets.InvalidStatus):
                async with viewer.session(here.address, f"{COOKIE}={first}", tab.session):
                    pass
            async with viewer.session(here.address, f"{COOKIE}={second}", tab.session) as again:
                assert NAMES.search(await viewer.Tab(again).run(viewer.wanted())), "its socket that was cut off"

    asyncio.run(unlocked())


def test_over_the_wire_a_locked_browser_enters_nothing_but_an_emergency(here: Here) -> None:
    token = here.signed_in("Ann Numbat")
    acts: list[dict[str, Any]] = [
        {"do": "score", "room": "2", "session": 2, "scale": "comfort", "value": 3}, {"do": "watch", "room": "2", "session": 2}, {"do": "audio", "on": False},
        {"do": "dialog", "name": "handover", "room": "2", "session": 2}, {"do": "checkin", "room": "2"},
        {"do": "emergency_act", "room": "2", "session": 2, "act": "help_called"},
    ]  # fmt: skip

    async def tried() -> None:
        async with tabbed(here, token) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted())
            here.accounts.lock(here.accounts.enter(token))
            await tab.act(do="emergency", room="2")
            for act in acts:
                assert not NAMES.search(await tab.act(**act)), act

    before = here.entries()
    asyncio.run(tried())
    made = {(by, kind) for by, kind in here.entries() - before if by != "evaluator" and kind != "sound_changed"}
    assert made == {("station", "emergency_started"), ("station", "emergency_act")}
    assert "denied entry=score viewer='station' roles=nurse locked" in here.log.read_text()
    accounts = here.accounts.seat(here.accounts.enter(token))
    assert accounts is not None and accounts.locked, "an act is no way to unlock"


def test_a_page_of_streamlit_s_own_shows_nothing_while_locked(here: Here) -> None:
    token = here.signed_in("Bob Quokka")
    here.accounts.lock(here.accounts.enter(token))

    async def opened(page: str) -> str:
        async with tabbed(here, token) as socket:
            return await viewer.Tab(socket).run(viewer.wanted(page_name=page))

    for page, inside in (("training", "Begin"), ("review", "Debriefs"), ("instructor", "HIDDEN TRUTH")):
        assert inside not in asyncio.run(opened(page))
        token = here.unlocked(token, PINS["Bob Quokka"])
        assert inside in asyncio.run(opened(page))
        here.accounts.lock(here.accounts.enter(token))


def test_looking_is_no_deed_and_a_touch_is_one_only_before_the_lock(here: Here) -> None:
    token = here.signed_in("Ann Numbat")
    assert here.post("/deed", token) == 204
    here.accounts.lock(here.accounts.enter(token))
    assert here.post("/deed", token) == 204

    async def looked() -> None:
        async with tabbed(here, token) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted())
            async with viewer.push(here.address, tab.data["push"]["ticket"], cookie=f"{COOKIE}={token}") as fed:
                await framed(fed, lambda frame: True)

    asyncio.run(looked())
    seat = here.accounts.seat(here.accounts.enter(token))
    assert seat is not None and seat.locked
    for path in ("/deed", "/here"):
        assert httpx.post(here.address + path, headers={"Origin": here.address}).status_code == 401, "of a browser that is signed in"
        headers = {"Origin": "http://elsewhere", "Cookie": f"{COOKIE}={token}"}
        assert httpx.post(here.address + path, data={"secret": PINS["Ann Numbat"]}, headers=headers).status_code == 403


def test_a_wall_display_never_locks_and_has_no_charting(here: Here) -> None:
    token = here.signed_in("Wall")
    here.accounts.lock(here.accounts.enter(token))

    async def looked() -> str:
        async with tabbed(here, token) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted(query_string="display=1"))
            return json.dumps(tab.data["frame"])

    shown = asyncio.run(looked())
    assert "Otter" in shown and '"lock": null' in shown
    assert not re.search('Thylacine|TH"', shown)


def test_two_people_sign_at_one_station_and_their_own_roles_decide(here: Here) -> None:
    token = here.signed_in("Station 1")

    async def charted() -> None:
        async with tabbed(here, token) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted())
            await tab.act(do="symptom", room="1", session=1, symptom="chest_pain")
            assert ("Station 1", "symptom_charted") not in here.entries(), "nobody has said who it is"
            for name, helping in zip(PINS, ("help_called", "airway_opened"), strict=True):
                assert await asyncio.to_thread(here.post, "/here", token, name=name, secret=PINS[name]) == 204
                await tab.act(do="score", room="1", session=1, scale="nausea", value=2)
                await tab.act(do="emergency_act", room="1", session=1, act=helping)

    asyncio.run(charted())
    found = here.entries()
    assert ("Ann Numbat", "scored") in found and ("Ann Numbat", "emergency_act") in found
    assert ("Bob Quokka", "emergency_act") in found and ("Bob Quokka", "scored") not in found, "a trainer charts nothing"
    assert not {by for by, _ in found} & {"Station 1", ""}


def test_no_browser_claims_a_name_without_its_pin(here: Here) -> None:
    """By a name in the act, by a wrong PIN, by another's, by a password, at a station and in a browser of one's own."""
    token, own = here.signed_in("Station 1"), here.signed_in("Bob Quokka")
    here.accounts.add("Carla Victim", [Role.NURSE], PASSWORD)
    here.accounts.set_pin("Carla Victim", "7193")
    for secret in ("0000", PINS["Bob Quokka"], PASSWORD, ""):
        assert here.post("/here", token, name="Carla Victim", secret=secret) == 401
    here.post("/here", own, name="Carla Victim", secret="7193")

    async def claimed() -> None:
        for cookie in (token, own):
            async with tabbed(here, cookie) as socket:
                tab = viewer.Tab(socket)
                await tab.run(viewer.wanted())
                for claim in ({"by": "Carla Victim"}, {"name": "Carla Victim"}, {"who": "Carla Victim", "viewer": "Carla Victim"}):
                    await tab.act(do="score", room="1", session=1, scale="anxiety", value=1, **claim)
                    await tab.act(do="watch", room="1", session=1, **claim)

    asyncio.run(claimed())
    assert "Carla Victim" not in {by for by, _ in here.entries()}
