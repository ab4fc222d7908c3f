"""The door of a station in ward mode: nothing is served to a browser that is not signed in, and none gets another's session.

Streamlit's session id is no identity: whoever offers it is given the session. So the cookie is what counts, here, in the
guard of each page, in each act and for each ticket; and a session belongs to the cookie under which its page began.
In training mode the door stands open.

Behind the door a request no longer has the cookie itself but what stands for its browser, under the same name. The cookie
may so become another one, as it does when somebody proves who they are, while pages and sockets that are open go on.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from monitor import clock
from monitor.access import ALL, ENTRIES, NOBODY, Role, Viewer
from monitor.live.station import station
from monitor.live.tickets import Topic
from monitor.store.accounts import Account, Accounts, digest
from monitor.store.log import StoreError
from monitor.store.passwords import Kind

COOKIE = "infusion_monitor"
HOSTED = "__Host-"
"""Before the name of a cookie that browsers keep for https, and for this host alone."""
FOR_UPLOADS = b"_streamlit_xsrf="
"""Streamlit's own cookie, never Secure, guards uploads and nothing else. A ward takes none, and gives no such cookie."""
SIGN_IN, SIGN_OUT, EMERGENCY = "/sign-in", "/sign-out", "/emergency"
CHANGES: Mapping[str, Kind] = {"/sign-in/password": "password", "/sign-in/pin": "pin"}
HERE, DEED = "/here", "/deed"
BEGIN, ANSWERED = "/sign-in/openid", "/oauth2callback"
"""Where a browser is sent to the provider, and where the provider sends it back to: ``live.openid``."""
OPEN = (SIGN_IN, SIGN_OUT, *CHANGES, EMERGENCY, "/_stcore/health")
UPLOADS = "/_stcore/upload_file"
DOWNLOADS = "/media/"
STREAM = "/_stcore/stream"
LONGEST_ORIGIN = 100
LOOK_EVERY_S = 0.5
"""How long an open socket may believe that its cookie still holds."""

log_ = logging.getLogger("monitor.door")
_sessions: dict[str, str] = {}
"""Streamlit's sessions by whose cookie they began with. Both live as long as this process."""


def holder(cookies: Mapping[str, str]) -> str:
    """What a page may be told of the browser that shows these cookies, to know it again; nothing in training mode."""
    return digest(cookies.get(COOKIE, "")) if station().accounts is not None else ""


def viewer(cookies: Mapping[str, str], session: str) -> Viewer:
    """Who is signed in, for a page or an act in one of Streamlit's sessions. The first to ask has the session for good."""
    mine = holder(cookies)
    if not mine or not hmac.compare_digest(_sessions.setdefault(session, mine), mine):
        return NOBODY
    return at_the_keys(cookies)


def at_the_keys(cookies: Mapping[str, str]) -> Viewer:
    """Who is at the browser that shows these cookies."""
    accounts = station().accounts
    assert accounts is not None
    seat = accounts.seat(cookies.get(COOKIE, ""))
    if seat is None:
        return NOBODY
    roles = _roles(seat.account)
    station_s = roles if seat.account.shared else None
    if seat.locked and roles != {Role.VIEWER}:
        return Viewer("", roles, station_s, locked=True)
    if not seat.account.shared:
        return Viewer(seat.account.name, roles)
    return Viewer(seat.signer.name, _roles(seat.signer), station_s) if seat.signer is not None else Viewer("", frozenset(), station_s)


def _roles(account: Account) -> frozenset[Role]:
    return frozenset(Role(role) for role in account.roles)


def seated(cookies: Mapping[str, str], topic: Topic) -> Topic:
    """What a browser that asked for this topic is shown of it now."""
    if station().accounts is None:
        return topic
    now = at_the_keys(cookies)
    return topic._replace(name=now.name, shown=now.shown, shared=now.station is not None, pages=now.pages)


def tell(cookies: Mapping[str, str], what: Callable[[Accounts, str], object]) -> None:
    """Note something about the browser that shows these cookies, such as ``Accounts.deed``. There is nothing to note in training."""
    accounts = station().accounts
    if accounts is None:
        return
    try:
        what(accounts, cookies.get(COOKIE, ""))
    except StoreError as trouble:
        log_.warning("could not note who is at the keys: %s", trouble)


def people() -> list[str]:
    """Who may sign at a shared station: everybody with a PIN and a role that enters something."""
    accounts = station().accounts
    entering = frozenset(role for roles in ENTRIES.values() if roles != ALL for role in roles)
    return [a.name for a in (accounts.all() if accounts is not None else ()) if a.has_pin and _roles(a) & entering]


class Gate:
    """Before everything else that the server serves, Streamlit's own routes included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accounts = station().accounts
        if accounts is None or scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        trouble, browser = "", ""
        if scope["path"] == EMERGENCY:  # asks for no name, and waits for nobody who looks one up
            await self.app(scope, receive, send)
            return
        try:
            browser = accounts.enter(_shown(HTTPConnection(scope)))
        except StoreError as error:
            log_.warning("could not look who is signed in: %s", error)
            trouble = str(error)
        scope = renamed(scope, {COOKIE: "", HOSTED + COOKIE: ""}, {COOKIE: browser} if browser else {})
        if scope["type"] == "http":
            await self._answer(Request(scope), trouble, receive, send)
        else:
            await self._connect(WebSocket(scope, receive, send))

    async def _answer(self, request: Request, trouble: str, receive: Receive, send: Send) -> None:
        path = request.scope["path"]
        refused: Response | None = None
        if path.startswith(UPLOADS):
            refused = PlainTextResponse("a ward takes no files", 403)
        elif _open(path):
            pass
        elif trouble:
            refused = PlainTextResponse(trouble, 503)
        elif not _signed_in(request.cookies):
            page = "text/html" in request.headers.get("accept", "")
            refused = RedirectResponse(SIGN_IN, 303) if page else PlainTextResponse("not signed in", 401)
        elif path.startswith(DOWNLOADS):
            refused = _export(path, request.cookies)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, value) for name, value in message["headers"] if not value.startswith(FOR_UPLOADS)]
            await send(message)

        await (refused or self.app)(request.scope, receive, said)

    async def _connect(self, socket: WebSocket) -> None:
        cookies, ended, looked = socket.cookies, False, clock.monotonic()
        offered = [entry.strip() for entry in socket.headers.get("sec-websocket-protocol", "").split(",")]
        begun_by = _sessions.get(offered[2]) if socket.scope["path"] == STREAM and len(offered) > 2 else None
        refused = not from_here(socket) or not _signed_in(cookies)
        if not refused and begun_by is not None and begun_by != holder(cookies):
            log_.warning("denied session=borrowed viewer=%r", at_the_keys(cookies).signs)
            refused = True
        if refused:
            await socket.close()
            return

        def over() -> bool:
            nonlocal ended, looked
            if not ended and clock.monotonic() - looked >= LOOK_EVERY_S:
                ended, looked = not _signed_in(cookies), clock.monotonic()
            return ended

        async def heard() -> Message:
            while not over():
                with suppress(TimeoutError):
                    return await asyncio.wait_for(socket._receive(), LOOK_EVERY_S)
            return {"type": "websocket.disconnect", "code": 1008}

        async def said(message: Message) -> None:
            if not ended:
                await socket._send({"type": "websocket.close", "code": 1008} if over() else message)

        await self.app(socket.scope, heard, said)


def _export(path: str, cookies: Mapping[str, str]) -> Response | None:
    """Streamlit gives a file to whoever has its address; here only to whom its button would, and it is logged."""
    now = at_the_keys(cookies)
    if not now.may_take("review"):
        return PlainTextResponse("not for this role", 403)
    log_.info("export=%s viewer=%r", path, now.signs)
    return None


def give(answer: Response, token: str, encrypted: bool) -> None:
    """Hand a browser its cookie. ``encrypted``: it came by https."""
    longest = station().rooms.ward.longest_h * 3600
    answer.set_cookie(HOSTED * encrypted + COOKIE, token, longest, path="/", secure=encrypted, httponly=True, samesite="strict")


def take_back(answer: Response) -> None:
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    answer.delete_cookie(HOSTED + COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def from_here(connection: HTTPConnection) -> bool:
    """Whether it comes from a page of this very server."""
    origin = connection.headers.get("origin", "")
    here = bool(origin) and origin.partition("://")[2] == connection.headers.get("host")
    if not here:
        log_.warning("denied origin=%r path=%r", origin[:LONGEST_ORIGIN], connection.scope["path"])
    return here


def by_https(connection: HTTPConnection) -> bool:
    """Whether a browser came by https, as it says itself with all but a page."""
    return connection.headers.get("origin", "").startswith("https:")


def _shown(connection: HTTPConnection) -> str:
    """The cookie that a browser shows. Another host of the same domain may have set one without the prefix."""
    cookies = connection.cookies
    return cookies.get(HOSTED + COOKIE, "") or ("" if by_https(connection) else cookies.get(COOKIE, ""))


def renamed(scope: Scope, names: Mapping[str, str], more: Mapping[str, str]) -> Scope:
    """A request whose cookies have other names: none, where the name is empty. ``more`` come to them."""
    sent = b";".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    pairs = [(name.strip(), value) for name, _, value in (cookie.partition("=") for cookie in sent.split(";")) if name.strip()]
    cookies = [(names.get(name, name), value) for name, value in pairs] + list(more.items())
    line = "; ".join(f"{name}={value}" for name, value in cookies if name)
    others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    return {**scope, "headers": [*others, (b"cookie", line.encode("latin-1"))] if line else others}


def _open(path: str) -> bool:
    return path in OPEN or (path in (BEGIN, ANSWERED) and station().rooms.ward.openid is not None)


def _signed_in(cookies: Mapping[str, str]) -> bool:
    accounts = station().accounts
    return accounts is not None and accounts.signed_in(cookies.get(COOKIE, "")) is not None
