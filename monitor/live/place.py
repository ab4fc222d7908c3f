"""At which station a browser stands, by which it is known again: in training mode a cookie of its own, in ward mode who has
signed in there. It opens nothing and says nothing of who is at the keys.

What somebody has half written is offered again to the same person at the same station; in training mode so is the name.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.live import door
from monitor.live.station import station
from monitor.store.accounts import Accounts, digest

COOKIE = "infusion_place"
LONGEST = 64
YEAR_S = 365 * 24 * 3600


def place(cookies: Mapping[str, str]) -> str:
    """What stands for the station of the browser that shows these cookies; nothing for one that keeps none."""
    accounts = station().accounts
    if accounts is not None:
        return _seat(accounts, cookies.get(door.COOKIE, ""))
    shown = cookies.get(COOKIE, "")
    return shown if len(shown) <= LONGEST else ""


def _seat(accounts: Accounts, browser: str) -> str:
    """In ward mode a shared station is known by its account, any other browser for as long as somebody is signed in."""
    seat = accounts.seat(browser)
    return "" if seat is None else f"station {seat.account.name}" if seat.account.shared else digest(browser)


class Placed:
    """Gives a browser its place with the first page, in training mode."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["type"] == "http" and station().accounts is None and not place(HTTPConnection(scope).cookies)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _cookie())
            await send(message)

        await self.app(scope, receive, said if first else send)


def _cookie() -> str:
    return f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Strict"
