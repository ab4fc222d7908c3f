"""A ward's screen in a real browser: it locks and opens with all that was there, and two people sign at one station."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitor import events as e
from monitor.access import Role
from monitor.live.door import COOKIE
from monitor.protocol.document import Document
from monitor.store import beside, open_log
from monitor.store.accounts import Accounts
from monitor.ward import FAILED, drafts
from tests import warded
from tests.browser import harness, looks
from tests.browser.dashboard import Running, running
from tests.browser.harness import AT_ONCE_MS, passes
from tests.browser.test_flows import eventually, tile
from tests.warded import PASSWORD

pytestmark = pytest.mark.browser

ROOMS = warded.rooms("{clock_kept_by: the tests, signature_s: 300}")
PINS = {"M. Ortiz": "2580", "A. Two": "8264"}
NOTE = "Pale, says that she is cold."


@dataclass
class Ward:
    program: Running
    accounts: Accounts
    browser: Any

    def page(self, name: str) -> Any:
        page = self.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.add_init_script(path=harness.CLOCK)
        page.goto(self.program.address)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("article.tile")
        return page

    def lock(self, page: Any) -> None:
        self.accounts.lock(self.accounts.enter(next(kept["value"] for kept in page.context.cookies() if kept["name"] == COOKIE)))
        page.locator(".lock").wait_for()

    def entries(self, kind: str) -> list[tuple[str, str]]:
        return [(x.by, x.body) for x in warded.entries(self.program.store) if x.kind == kind]


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, document: Document, quick_passwords: None, browser: Any) -> Iterator[Ward]:
    folder: Path = tmp_path_factory.mktemp("lock")
    store = f"sqlite:///{folder / 'log.db'}"
    warded.settled(store, document, by="M. Ortiz")
    accounts = Accounts(beside(store, "accounts"))
    for name, pin in PINS.items():
        accounts.add(name, [Role.NURSE], PASSWORD)
        accounts.set_pin(name, pin)
    accounts.add("Station 1", [Role.NURSE], PASSWORD, shared=True)
    with running(folder, ROOMS) as program:
        yield Ward(program, accounts, browser)
    accounts.close()


def test_a_locked_room_goes_on_and_opens_with_the_note_that_was_being_written(ward: Ward) -> None:
    page = ward.page("M. Ortiz")
    page.goto(f"{ward.program.address}/room?room=2")
    page.get_by_role("button", name="Note…").first.click()
    page.locator(".dock textarea").fill(NOTE)
    ward.lock(page)
    assert not page.locator(".dock").is_visible()
    for hidden in (".panel.log", ".panel.events", ".panel.inf"):
        assert not page.locator(hidden).is_visible()
    assert "Maple" not in page.locator(".im").inner_text()
    clock = page.locator(".head .clock")
    before = clock.inner_text()
    assert eventually(lambda: clock.inner_text() != before), "it is live"
    assert eventually(lambda: page.locator(".numerics .hr .num").first.inner_text().isdigit())
    page.get_by_role("button", name="Emergency").click(trial=True)
    page.get_by_role("button", name="Unlock").click()
    page.keyboard.type("1379")
    page.keyboard.press("Enter")
    page.get_by_text("That is not right.").wait_for()
    for digit in PINS["M. Ortiz"]:
        page.locator(".keypad .digits").get_by_role("button", name=digit, exact=True).click()
    page.keyboard.press("Enter")
    page.locator(".lock").wait_for(state="hidden")
    page.locator(".dock").wait_for()
    assert page.locator(".dock textarea").input_value() == NOTE
    page.locator(".dock").get_by_role("button", name="Save").click()
    assert eventually(lambda: ward.entries("note_added"))
    ((by, body),) = ward.entries("note_added")
    assert by == "M. Ortiz" and NOTE in body
    page.context.close()


def test_two_people_sign_at_one_station_which_stays_signed_in(ward: Ward) -> None:
    page = ward.page("Station 1")
    for n, (name, pin) in enumerate(PINS.items()):
        tile(page, "1").locator(".log-button").click()
        values = page.locator(".pad .value")
        values.nth(4 + n).wait_for()
        passes(page, AT_ONCE_MS)
        values.nth(4 + n).click()
        page.locator(".dock").get_by_role("button", name=name).click()
        page.keyboard.type(pin)
        page.keyboard.press("Enter")
        assert eventually(lambda: name in {by for by, _ in ward.entries("scored")})  # noqa: B023
        page.locator(".dock").wait_for(state="hidden")
        page.get_by_role("button", name=name).wait_for()
        page.get_by_role("button", name="Not me").click()
        page.get_by_role("button", name="Who is here?").wait_for()
    assert [by for by, _ in ward.entries("scored")] == list(PINS)
    page.context.close()


def test_a_tab_whose_sign_in_has_ended_goes_to_the_sign_in_page_and_keeps_nothing_of_a_patient(ward: Ward) -> None:
    """Signed out at another tab: the wall, a room, and a page of Streamlit's own."""
    wall = ward.page("M. Ortiz")
    room, protocol, other = (wall.context.new_page() for _ in range(3))
    room.goto(f"{ward.program.address}/room?room=2")
    room.get_by_text("Maple").first.wait_for()
    protocol.goto(f"{ward.program.address}/protocol")
    protocol.locator(".im-cover").wait_for(state="attached")
    other.goto(f"{ward.program.address}/sign-in")
    other.get_by_role("button", name="Sign out").click()
    for page in (wall, room, protocol):
        page.get_by_text("The sign-in at this screen has ended").wait_for()
        assert urlsplit(page.url).path == "/sign-in"
        assert not re.search("Otter|Maple", page.content())
    wall.context.close()


def test_a_page_that_is_cut_off_stays_until_the_door_itself_says_that_its_sign_in_has_ended(ward: Ward) -> None:
    """No socket is had, and who is asked why is not reached, answers with a fault, says that all is well, and at last that it is not."""
    ward.accounts.add("C. Four", [Role.NURSE], PASSWORD)
    page = ward.page("C. Four")
    held, asked, sockets = "", list[str](), list[Any]()

    def between(socket: Any) -> None:
        sockets.append(socket)
        if held:
            socket.close()
        else:
            socket.connect_to_server()

    def answered(route: Any) -> None:
        asked.append(held)
        if held == "not reached":
            route.abort("connectionrefused")
        elif held == "starting":
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route_web_socket(re.compile("/live/ws$|/_stcore/stream"), between)
    page.route(re.compile("/here$"), answered)
    page.goto(ward.program.address)
    page.wait_for_selector("article.tile")
    for held in ("not reached", "starting", "all is well"):
        while sockets:
            sockets.pop().close()
        # page first: while it is asked something, its routes are answered
        assert eventually(lambda: page.locator("article.tile").count() == 2 and asked.count(held) >= 2)  # noqa: B023
    page.locator(".im[data-cut]").wait_for()
    assert urlsplit(page.url).path == "/"
    ward.accounts.remove("C. Four")
    page.get_by_text("The sign-in at this screen has ended").wait_for()
    page.context.close()


def test_a_password_is_changed_at_the_sign_in_page_by_keyboard_at_every_size(ward: Ward) -> None:
    ward.accounts.add("B. Three", [Role.NURSE], PASSWORD)
    page = ward.browser.new_page()
    page.goto(f"{ward.program.address}/sign-in")
    for link in ("Change password", "Change PIN"):
        page.get_by_role("link", name=link).focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=link).wait_for()
        for size in looks.SIZES:
            looks.resize(page, size)
            assert looks.faults(page) == [], (link, size)
        assert looks.violations(page) == []
        new = "seven other words beside a window" if link == "Change password" else "8264"
        old = PASSWORD if link == "Change password" else "seven other words beside a window"
        for again in ("not the same", new):
            for text in ("B. Three", old, new, again):
                page.keyboard.type(text)
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_text("typed differently" if again != new else "B. Three has a new").wait_for()
    page.close()


def test_a_room_in_which_the_program_failed_is_called_on_the_wall_and_goes_on_by_a_nurse_s_tap(ward: Ward) -> None:
    page = ward.page("A. Two")
    with closing(open_log(ward.program.store, mode="ward")) as log:
        session = next(head.session for head in log.heads() if head.room == "1")
        log.append(session, drafts([e.PaceSet(speed=0, why=FAILED, fault="program")], "evaluator"))
        banner, strip = page.locator(".banner"), page.locator("article.tile").first.locator(".strip")
        banner.get_by_text("NOT BEING ASSESSED").wait_for()
        assert "Room 1 Otter" in banner.inner_text()
        strip.get_by_text("Not being assessed").wait_for()
        banner.get_by_role("button", name="Open room 1").click()
        page.locator(".calm-strip").get_by_text("The program failed in this room").wait_for()
        page.get_by_role("button", name="Go on").click()
        page.locator(".calm-strip[data-kind=none]").wait_for()
        stood = log.head(session).tick
        assert eventually(lambda: log.head(session).tick > stood), "it goes on"
    assert ("A. Two", "{}") in ward.entries("went_on")
