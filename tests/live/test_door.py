"""A station in ward mode, from outside: who may open and enter what, and that a session cannot be borrowed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from monitor.access import ENTRIES, PAGES, Role
from monitor.live.door import CHANGES, COOKIE
from monitor.protocol.document import Document
from monitor.store import beside
from monitor.store.accounts import Accounts, digest
from tests import viewer, warded
from tests.browser.dashboard import running
from tests.warded import PASSWORD

ROOMS = warded.rooms("{clock_kept_by: the tests}")
SECRET = re.compile(r"Otter|Maple")
"""What stands on every page that shows a patient."""


@dataclass
class WardStation:
    address: str
    store: str
    cookies: Mapping[Role, str]
    log: Path

    def entries(self) -> list[tuple[str, str]]:
        return [(x.by, x.kind) for x in warded.entries(self.store)]

    def signed_in(self, role: Role) -> str:
        """A new cookie."""
        return sign_in(self.address, role)


def sign_in(address: str, role: Role) -> str:
    answer = httpx.post(f"{address}/sign-in", data={"name": f"the {role}", "password": PASSWORD}, headers={"Origin": address})
    assert answer.status_code == 303, answer.text
    kept = answer.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    return f"{COOKIE}={answer.cookies[COOKIE]}"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, document: Document, quick_passwords: None) -> Iterator[WardStation]:
    folder = tmp_path_factory.mktemp("ward")
    store = f"sqlite:///{folder / 'log.db'}"
    warded.settled(store, document)
    accounts = Accounts(beside(store, "accounts"))
    for role in Role:
        accounts.add(f"the {role}", [role], PASSWORD)
    accounts.close()
    with running(folder, ROOMS) as program:
        yield WardStation(program.address, store, {role: sign_in(program.address, role) for role in Role}, program.log)


REFUSED = "your role at this station may not open this page"


async def run(address: str, cookie: str, **asked: str) -> str:
    """What one run of a page sends, until it has refused or shown a component: every page has one."""
    sent = ""
    async with viewer.session(address, cookie) as socket:
        await socket.send(viewer.wanted(**asked))
        async for message in viewer.finished(socket):
            sent += str(message)
            if REFUSED in sent or message.delta.new_element.HasField("bidi_component"):
                break
    return sent


async def rejected(opening: Any) -> bool:
    try:
        async with opening:
            return False
    except websockets.InvalidStatus:
        return True


def leaks(address: str, cookies: Mapping[Role, str]) -> list[tuple[str, Role]]:
    """Pages that are shown to a role which may not open them, or refused to one that may; and what is refused but tells of a patient."""
    found = []
    for page, roles in PAGES.items():
        query = "room=1" if page == "room" else ""
        for role, cookie in cookies.items():
            sent = asyncio.run(run(address, cookie, page_name=page, query_string=query))
            refused = REFUSED in sent
            if refused is (role in roles) or (refused and SECRET.search(sent)):
                found.append((page, role))
            if not refused and page in ("ward", "room"):
                assert SECRET.search(sent), "what is looked for is there to be found"
    return found


def test_on_a_cold_server_each_page_shows_a_patient_to_its_roles_alone(here: WardStation) -> None:
    """No run of dashboard.py comes before: each page file is asked for by its address, as a first visitor could."""
    assert leaks(here.address, here.cookies) == []


def test_the_gate_goes_by_the_path_that_is_served_and_not_by_what_a_host_header_makes_of_it(here: WardStation) -> None:
    host = here.address.removeprefix("http://")
    for path in ("/", "/room", "/_stcore/host-config", "/live/assets/room.js"):
        for forged in (f"{host}/sign-in?", f"{host}/_stcore/health#", f"{host}/sign-in?x="):
            answer = httpx.get(here.address + path, headers={"Host": forged, "Accept": "text/plain"}, follow_redirects=False)
            assert answer.status_code in (400, 401, 403), (path, forged, answer.status_code)


def test_every_page_has_a_way_out(here: WardStation) -> None:
    """On the wall and in a room behind the name in the head, as a button of its form; elsewhere as a link."""

    async def sent(page: str) -> str:
        async with viewer.session(here.address, here.cookies[Role.TRAINER]) as socket:
            tab = viewer.Tab(socket)
            await tab.open(page, "room=1" if page == "room" else "")
            return await tab.act(do="dialog", name="who")

    for page, roles in PAGES.items():
        assert Role.TRAINER in roles
        # What comes first may be of a run that was on its way already.
        way_out = re.compile(r'/sign-in[^<]*>Sign out<|"Sign out.{0,60}/sign-in')
        assert any(way_out.search(asyncio.run(sent(page))) for _ in range(3)), page


def test_each_act_is_stored_for_its_roles_alone_and_the_denial_is_logged(here: WardStation) -> None:
    """The acts come from the wall's component as a browser sends them, whether the wall offers them to that role or not."""
    acts: list[tuple[str, dict[str, Any]]] = [
        ("scored", {"do": "score", "room": "1", "session": 1, "scale": "comfort", "value": 3}),
        ("watch_taken", {"do": "watch", "room": "2", "session": 2}),
        ("audio_paused", {"do": "audio", "on": False}),
    ]
    in_emergency = dict(zip(PAGES["ward"], ("help_called", "infusion_stopped", "airway_opened", "oxygen_given"), strict=True))

    async def tapped(cookie: str, helping: str) -> None:
        async with viewer.session(here.address, cookie) as socket:
            await socket.send(viewer.wanted())
            found = [m.delta.new_element.bidi_component.id async for m in viewer.finished(socket)]
            component = next((c for c in found if c), "")
            assert component
            for act in (*(act for _, act in acts), {"do": "emergency_act", "room": "1", "session": 1, "act": helping}):
                await socket.send(viewer.acted(component, act))
                _ = [m async for m in viewer.finished(socket)]

    for role in PAGES["ward"]:
        asyncio.run(tapped(here.cookies[role], in_emergency[role]))
    stored = set(here.entries())
    for kind in (*(kind for kind, _ in acts), "emergency_act"):
        for role in PAGES["ward"]:
            assert ((f"the {role}", kind) in stored) is (role in ENTRIES[kind]), (role, kind)
    assert "denied entry=scored viewer='the viewer' roles=viewer" in here.log.read_text()


def test_who_is_not_signed_in_is_shown_the_door_and_nothing_else(here: WardStation) -> None:
    page = httpx.get(f"{here.address}/room?room=1", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    for path in ("/_stcore/host-config", "/live/assets/wall.js", "/media/x.csv", "/component/x"):
        assert httpx.get(here.address + path).status_code == 401
    for cookie in ("", f"{COOKIE}=", f"{COOKIE}=forged"):
        assert asyncio.run(rejected(viewer.session(here.address, cookie)))
        assert asyncio.run(rejected(viewer.push(here.address, "x.y", cookie=cookie)))
    assert not SECRET.search(httpx.get(f"{here.address}/sign-in").text)


def test_an_emergency_needs_no_sign_in_and_no_page_of_another_site_can_tell_one(here: WardStation) -> None:
    before = here.entries().count(("station", "emergency_started"))
    form = {"room": "2"}
    assert httpx.post(f"{here.address}/emergency", data=form, headers={"Origin": "http://elsewhere"}).status_code == 403
    answer = httpx.post(f"{here.address}/emergency", data=form, headers={"Origin": here.address})
    assert "Emergency in room 2 recorded at" in answer.text
    assert here.entries().count(("station", "emergency_started")) == before + 1


def test_a_download_is_given_to_those_who_may_open_its_page_and_each_is_logged(here: WardStation) -> None:
    for role, cookie in here.cookies.items():
        answer = httpx.get(f"{here.address}/media/of-{role}.csv", headers={"Cookie": cookie}, timeout=60)
        assert answer.status_code == (404 if role in PAGES["review"] else 403), role
        told = f"export=/media/of-{role}.csv viewer='the {role}'" in here.log.read_text()
        assert told is (role in PAGES["review"])


def test_a_ward_takes_no_files(here: WardStation) -> None:
    answer = httpx.put(f"{here.address}/_stcore/upload_file/x/y", headers={"Cookie": here.cookies[Role.NURSE]})
    assert answer.status_code == 403


def test_whoever_offers_another_s_session_is_given_nothing(here: WardStation) -> None:
    """Connected and left, with no cookie, a forged one, and the good one of somebody else."""
    thief = here.cookies[Role.VIEWER]

    async def probed() -> int:
        taken = 0
        async with viewer.session(here.address, here.cookies[Role.NURSE]) as socket:
            await socket.send(viewer.wanted())
            messages = [m async for m in viewer.finished(socket)]
            session = next(m.new_session.initialize.session_id for m in messages if m.HasField("new_session"))
            assert SECRET.search(str(messages))
            for cookie in ("", f"{COOKIE}=forged", thief):
                taken += not await rejected(viewer.session(here.address, cookie, session))
        for cookie in ("", f"{COOKIE}=forged", thief):
            taken += not await rejected(viewer.session(here.address, cookie, session))
        assert not await rejected(viewer.session(here.address, here.cookies[Role.NURSE], session)), "its own browser goes on"
        return taken

    assert asyncio.run(probed()) == 0


def test_a_ticket_opens_the_push_for_the_browser_it_was_minted_for(here: WardStation) -> None:
    nurse, other = here.cookies[Role.NURSE], here.cookies[Role.CHARGE]

    async def ticket() -> str:
        async with viewer.session(here.address, nurse) as socket:
            await socket.send(viewer.wanted())
            given = [m.delta.new_element.bidi_component.json async for m in viewer.finished(socket)]
            return str(next(json.loads(text)["push"]["ticket"] for text in given if text and "push" in text))

    minted = asyncio.run(ticket())
    assert asyncio.run(rejected(viewer.push(here.address, minted, cookie=other)))
    assert not asyncio.run(rejected(viewer.push(here.address, minted, cookie=nurse)))


def test_who_tries_to_get_around_the_door_is_in_the_log(here: WardStation) -> None:
    nurse, other = here.signed_in(Role.NURSE), here.cookies[Role.CHARGE]

    async def tried() -> None:
        async with viewer.session(here.address, nurse) as socket:
            tab = viewer.Tab(socket)
            await tab.run(viewer.wanted())
            ticket = tab.data["push"]["ticket"]
            assert await rejected(viewer.session(here.address, other, tab.session))
            for shown, cookie in ((ticket, other), (ticket[:-4] + "AAAA", nurse)):
                assert await rejected(viewer.push(here.address, shown, cookie=cookie))

    asyncio.run(tried())
    httpx.post(f"{here.address}/deed", headers={"Cookie": nurse, "Origin": "http://evil.example"})
    told = here.log.read_text()
    denied = ("session=borrowed viewer='the charge'", "ticket=borrowed", "ticket=unknown", "origin='http://evil.example' path='/deed'")
    assert [said for said in denied if f"denied {said}" not in told] == []


def test_signing_out_ends_every_tab(here: WardStation) -> None:
    cookie = here.signed_in(Role.NURSE)

    async def tabs() -> None:
        async with viewer.session(here.address, cookie) as one, viewer.session(here.address, cookie) as other:
            await one.send(viewer.wanted())
            given = [m.delta.new_element.bidi_component.json async for m in viewer.finished(one)]
            ticket = next(json.loads(text)["push"]["ticket"] for text in given if text and "push" in text)
            async with viewer.push(here.address, ticket, cookie=cookie) as fed:
                await fed.recv()
                out = await asyncio.to_thread(httpx.post, f"{here.address}/sign-out", headers={"Origin": here.address, "Cookie": cookie})
                assert out.status_code == 303
                async with asyncio.timeout(10):
                    with pytest.raises(websockets.ConnectionClosed):
                        while True:
                            await fed.recv()
            for tab in (one, other):  # one that nothing is sent to any more as well
                async with asyncio.timeout(10):
                    with pytest.raises(websockets.ConnectionClosed):
                        while True:
                            await tab.recv()

    asyncio.run(tabs())
    assert asyncio.run(rejected(viewer.session(here.address, cookie)))


def test_a_page_is_told_whether_the_sign_in_that_it_was_made_for_still_holds(here: WardStation) -> None:
    cookie, other = here.signed_in(Role.NURSE), here.signed_in(Role.NURSE)

    with closing(Accounts(beside(here.store, "accounts"))) as accounts:
        told = {"": ""} | {shown: digest(accounts.enter(shown.partition("=")[2])) for shown in (cookie, other)}

    def asked(shown: str, of: str) -> int:
        headers = {"Cookie": shown, "X-Signed-In": told[of]}
        return httpx.get(f"{here.address}/here", headers=headers).status_code

    assert (asked(cookie, cookie), asked(cookie, other), asked(cookie, ""), asked("", cookie), asked("", "")) == (204, 401, 401, 401, 401)
    httpx.post(f"{here.address}/sign-out", headers={"Origin": here.address, "Cookie": cookie})
    assert (asked(cookie, cookie), asked(other, other)) == (401, 204)


def test_where_browsers_come_by_https_the_cookie_is_for_https_and_this_host_alone(here: WardStation) -> None:
    by_https = {"Origin": here.address.replace("http:", "https:")}
    answer = httpx.post(f"{here.address}/sign-in", data={"name": "the nurse", "password": PASSWORD}, headers=by_https)
    kept = answer.headers["set-cookie"]
    assert kept.startswith(f"__Host-{COOKIE}=") and "Secure" in kept and "Path=/" in kept and "Domain" not in kept
    shown = kept.partition(";")[0]

    def lets_in(cookie: str) -> bool:
        return httpx.post(f"{here.address}/deed", headers={**by_https, "Cookie": cookie}).status_code == 204

    assert lets_in(shown)
    assert not lets_in(shown.removeprefix("__Host-")), "a name without the prefix is any host's of the domain to set"
    assert lets_in(f"{COOKIE}=forged; {shown}; other=1")
    out = httpx.post(f"{here.address}/sign-out", headers={**by_https, "Cookie": shown})
    assert any(x.startswith(f"__Host-{COOKIE}=") and "Max-Age=0" in x for x in out.headers.get_list("set-cookie"))
    assert not lets_in(shown)


def test_no_other_cookie_is_given(here: WardStation) -> None:
    for path in ("/", "/room?room=1", "/sign-in", "/_stcore/health", "/_stcore/host-config"):
        for headers in ({}, {"Cookie": here.cookies[Role.NURSE]}):
            assert "set-cookie" not in httpx.get(here.address + path, headers=headers).headers, path


def test_an_account_that_is_taken_away_is_out_at_once(here: WardStation) -> None:
    accounts = Accounts(beside(here.store, "accounts"))
    accounts.add("Gone", [Role.NURSE], PASSWORD)
    token = accounts.sign_in("gone", PASSWORD)
    assert not asyncio.run(rejected(viewer.session(here.address, f"{COOKIE}={token}")))
    accounts.remove("Gone")
    accounts.close()
    assert asyncio.run(rejected(viewer.session(here.address, f"{COOKIE}={token}")))


# ---- what the server's answers say of themselves ----


def test_every_answer_says_what_it_is_and_is_neither_framed_nor_kept(here: WardStation) -> None:
    """Our own and Streamlit's, let in and refused; of code and style, which say how long they are kept, all but that."""
    nurse = {"Cookie": here.cookies[Role.NURSE]}
    pages = ("/", "/room?room=1", "/sign-in", "/_stcore/health", "/_stcore/host-config", "/media/none.csv", "/live/assets/none.js")
    asked = [(path, headers) for path in pages for headers in ({}, nurse)] + [("/live/assets/wall.js", nurse)]
    for path, headers in asked:
        answer = httpx.get(here.address + path, headers=headers)
        told = answer.headers
        assert told["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'none'" in told["content-security-policy"], path
        assert told["cross-origin-resource-policy"] == "same-origin", path
        assert told["referrer-policy"] == "same-origin", path
        assert told["cache-control"] in ("no-store", "no-cache") or path.endswith("wall.js"), path
        kind = told.get("content-type", "")
        assert "charset=utf-8" in kind if kind.startswith("text/") else kind == "application/json" or not answer.content, path


def test_another_site_is_told_nothing(here: WardStation) -> None:
    headers = {"Cookie": here.cookies[Role.NURSE], "Origin": "http://evil.example"}
    for path in ("/", "/sign-in", "/_stcore/health", "/_stcore/host-config", "/live/assets/wall.js", "/media/none.csv"):
        assert "access-control-allow-origin" not in httpx.get(here.address + path, headers=headers).headers, path


def test_what_changes_something_is_posted_and_from_a_page_of_this_server(here: WardStation) -> None:
    nurse, told = {"Cookie": here.signed_in(Role.NURSE)}, ("station", "emergency_started")
    before = here.entries().count(told)
    strangers = ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"{here.address}.evil.example"})
    for path in ("/sign-out", "/emergency", "/here", "/deed", *CHANGES):
        httpx.get(here.address + path, headers=nurse, params={"room": "2"})
        for stranger in strangers:
            answer = httpx.post(here.address + path, data={"room": "2"}, headers={**nurse, **stranger})
            assert answer.status_code == 403, path
    for stranger in strangers:
        named = {"name": "the nurse", "password": PASSWORD}
        assert httpx.post(f"{here.address}/sign-in", data=named, headers=stranger).status_code == 403
    assert here.entries().count(told) == before
    assert not asyncio.run(rejected(viewer.session(here.address, nurse["Cookie"]))), "still signed in"
    answer = httpx.get(f"{here.address}/sign-in", params={"name": "the nurse", "password": PASSWORD})
    assert COOKIE not in answer.cookies, "an address signs nobody in"


def test_no_file_of_the_program_s_own_can_be_asked_for(here: WardStation) -> None:
    nurse = {"Cookie": here.cookies[Role.NURSE]}
    beyond = ("/.git/config", "/live/assets/..%2f__init__.py", "/live/assets/%2e%2e/acts.py", "/app/static/config.toml", "/log.db",
              "/..%2f..%2frequirements.txt", "/.streamlit/config.toml")  # fmt: skip
    for path in beyond:
        got = httpx.get(here.address + path, headers=nurse).text
        known = "<title>Streamlit</title>" in got  # the page itself, which answers every address that it does not know
        assert known or not any(part in got for part in ("[core]", "import ", "allowedHosts", "SQLite format", "starlette==")), path


def test_signing_in_anew_ends_what_the_browser_had_before(here: WardStation) -> None:
    before = here.signed_in(Role.NURSE)
    form = {"name": "the charge", "password": PASSWORD}
    answer = httpx.post(f"{here.address}/sign-in", data=form, headers={"Origin": here.address, "Cookie": before})
    after = f"{COOKIE}={answer.cookies[COOKIE]}"
    assert after != before
    assert asyncio.run(rejected(viewer.session(here.address, before)))
    assert not asyncio.run(rejected(viewer.session(here.address, after)))


def test_who_signs_in_and_out_is_in_the_log_and_what_was_typed_wrong_is_not(here: WardStation) -> None:
    cookie = here.signed_in(Role.NURSE)
    httpx.post(f"{here.address}/sign-out", headers={"Origin": here.address, "Cookie": cookie})
    wrong = httpx.post(f"{here.address}/sign-in", data={"name": "bandicoot", "password": "thylacine"}, headers={"Origin": here.address})
    assert wrong.status_code == 401
    told = here.log.read_text()
    for said in ("signed in viewer='the nurse'", "signed out viewer='the nurse'", "denied sign_in=password"):
        assert said in told
    assert not re.search(f"bandicoot|thylacine|{PASSWORD}|{cookie.partition('=')[2]}", told)


def test_the_sign_in_page_covers_the_password_leaves_it_to_password_managers_and_asks_for_nothing_else(here: WardStation) -> None:
    asked = {
        "/sign-in": [("name", "username"), ("password", "current-password")],
        "/sign-in/password": [("name", "username"), ("old", "current-password"), ("new", "new-password"), ("again", "new-password")],
        "/sign-in/pin": [("name", "username"), ("old", "current-password"), ("new", "off"), ("again", "off")],
    }
    for path, wanted in asked.items():
        page = httpx.get(here.address + path).text
        fields = re.findall(r"<input ([^>]*)>", page.partition("/emergency")[0])
        assert [re.search(r'name="(\w+)".* autocomplete="([\w-]+)"', field).groups() for field in fields] == wanted  # type: ignore[union-attr]
        assert all('type="password"' in field for field in fields[1:])
        assert "<script" not in page and "onpaste" not in page


def test_a_person_changes_their_password_at_the_sign_in_page_and_the_log_has_it_without_what_was_typed(here: WardStation) -> None:
    accounts = Accounts(beside(here.store, "accounts"))
    accounts.add("Wombat", [Role.NURSE], PASSWORD)
    accounts.close()

    def change(old: str, new: str, again: str = "", kind: str = "password") -> httpx.Response:
        form = {"name": "wombat", "old": old, "new": new, "again": again or new}
        headers = {"Origin": here.address, "Cookie": f"{COOKIE}={kept}"}
        return httpx.post(f"{here.address}/sign-in/{kind}", data=form, headers=headers)

    def signed_in(password: str) -> str | None:
        form = {"name": "Wombat", "password": password}
        return httpx.post(f"{here.address}/sign-in", data=form, headers={"Origin": here.address}).cookies.get(COOKIE)

    kept, other = signed_in(PASSWORD), signed_in(PASSWORD)
    new = "eleven thylacines near the old mill"
    refused = [
        change("bandicoot", new),
        change(PASSWORD, "qwertyuiop12"),
        change(PASSWORD, new, "bandicoot"),
        change(PASSWORD, "1234", kind="pin"),
    ]
    assert [answer.status_code for answer in refused] == [401, 422, 422, 422]
    for answer, said in zip(
        refused, ("is wrong", "among the first that are tried", "differently the second time", "guessed first"), strict=True
    ):
        assert said in answer.text
    assert not asyncio.run(rejected(viewer.session(here.address, f"{COOKIE}={other}")))
    assert "Wombat has a new password." in change(PASSWORD, new).text
    assert "Wombat has a new PIN." in change(new, "80264195", kind="pin").text
    assert not asyncio.run(rejected(viewer.session(here.address, f"{COOKIE}={kept}")))
    assert asyncio.run(rejected(viewer.session(here.address, f"{COOKIE}={other}")))
    assert (signed_in(PASSWORD), signed_in(new) is not None) == (None, True)
    told = here.log.read_text()
    for said in ("changed password viewer='Wombat'", "changed pin viewer='Wombat'", "denied change=password"):
        assert said in told
    assert not re.search(f"bandicoot|thylacine|qwerty|80264195|{PASSWORD}|{kept}", told)
