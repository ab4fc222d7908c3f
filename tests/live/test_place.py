"""A browser is known again as the same station."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Message

from monitor.live import door
from monitor.live import place as places
from monitor.live.place import COOKIE, LONGEST, Placed, place
from monitor.store.accounts import Accounts


@pytest.fixture(autouse=True)
def training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "station", lambda: SimpleNamespace(accounts=None))


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_passwords: None) -> Iterator[Accounts]:
    with closing(Accounts(tmp_path / "log.accounts.db")) as kept:
        monkeypatch.setattr(places, "station", lambda: SimpleNamespace(accounts=kept))
        yield kept


def answered(response: Response, cookie: str = "") -> list[str]:
    """The cookies that come with an answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie.encode())] if cookie else [], "query_string": b""}
    asyncio.run(Placed(response)(scope, receive, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_the_first_page_gives_a_browser_its_place_and_no_other_answer_does() -> None:
    (cookie,) = answered(HTMLResponse("<p>"))
    assert cookie.startswith(f"{COOKIE}=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert answered(PlainTextResponse("no page")) == []
    assert answered(HTMLResponse("<p>"), cookie.split(";")[0]) == []
    assert answered(HTMLResponse("<p>")) != [cookie]


def test_what_no_program_of_ours_gave_is_no_place() -> None:
    assert place({}) == place({COOKIE: "x" * (LONGEST + 1)}) == ""
    assert place({COOKIE: "front"}) == "front"


PASSWORD = "seven other words at the window"


def browser(accounts: Accounts, name: str) -> dict[str, str]:
    return {door.COOKIE: accounts.enter(accounts.sign_in(name, PASSWORD))}


def test_in_ward_mode_no_cookie_is_given_and_the_place_is_that_of_who_signed_in(accounts: Accounts) -> None:
    accounts.add("front desk", ["nurse"], PASSWORD, shared=True)
    accounts.add("M. Ortiz", ["nurse"], PASSWORD)
    assert answered(HTMLResponse("<p>")) == []
    assert place({COOKIE: "front"}) == ""
    desk, own = browser(accounts, "front desk"), browser(accounts, "M. Ortiz")
    assert place(desk) == place(browser(accounts, "front desk")) != ""
    assert place(own) not in ("", place(desk), place(browser(accounts, "M. Ortiz")))
