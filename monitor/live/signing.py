"""The sign-in page, and what is posted about who is there: signing in and out, a PIN at the keys, another password.

Each comes from a page of this very server or counts for nothing. An emergency is told here too, and asks for no name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor import clock, commands
from monitor.access import NOBODY
from monitor.board import doorway as words
from monitor.live.door import (
    CHANGES,
    COOKIE,
    DEED,
    EMERGENCY,
    HERE,
    SIGN_IN,
    SIGN_OUT,
    at_the_keys,
    by_https,
    from_here,
    give,
    holder,
    take_back,
)
from monitor.live.queue import Busy, Queue
from monitor.live.station import station
from monitor.store.accounts import Accounts, NotSignedIn
from monitor.store.log import Conflict, StoreError
from monitor.store.passwords import Kind

log_ = logging.getLogger("monitor.door")
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
}
PASSWORDS = Queue("passwords", 1, 10)
"""A password takes a tenth of a second of a core: one at a time, so that a hundred of them hold up nothing else."""
PINS = Queue("pins", 1, 10)
"""Of browsers in which somebody has signed in: these never wait behind whoever only tries names at the sign-in page."""
NOTES = Queue("notes", 2, 100)
"""What is written about who is there waits here where the accounts' file is held, and holds up nobody."""
PAGES = Queue("pages", 1, 20)
"""The sign-in page is drawn for everybody: its pictures of the ward hold up none that a screen shows."""
EMERGENCIES = Queue("emergencies", 2, 1000)
"""Never full: there is one for each room at most."""
_told: dict[str, asyncio.Task[str]] = {}
"""Emergencies that are being recorded, by room: who tells one again meanwhile hears what came of it."""


def signing_routes() -> list[Route]:
    return [
        Route(SIGN_IN, shown, methods=["GET"]),
        Route(SIGN_IN, _of_a_ward(_sign_in), methods=["POST"]),
        *(Route(path, partial(shown, change=kind), methods=["GET"]) for path, kind in CHANGES.items()),
        *(Route(path, _of_a_ward(partial(_change, kind=kind)), methods=["POST"]) for path, kind in CHANGES.items()),
        Route(SIGN_OUT, _of_a_ward(_sign_out), methods=["POST"]),
        Route(EMERGENCY, _emergency, methods=["POST"]),
        Route(HERE, _still, methods=["GET"]),
        Route(HERE, _of_a_ward(_here), methods=["POST"]),
        Route(DEED, _of_a_ward(_deed), methods=["POST"]),
    ]


async def shown(request: Request, said: str = "", status: int = 200, onward: str = "", change: Kind | None = None) -> Response:
    """The sign-in page. ``said``: what came of the last try; ``onward``: who has just signed in, and goes on by itself;
    ``change``: what of their account somebody wants another one of.
    """
    here = station()
    if here.accounts is None:
        return RedirectResponse("/", 303)
    seat, asked = here.accounts.seat(request.cookies.get(COOKIE, "")), here.rooms.ward.openid
    if seat is None and "ended" in request.query_params:
        said = said or words.ended()
    ways = words.Ways(asked.provider if asked is not None else "", asked is None or here.accounts.with_password())
    name = onward or (seat.account.name if seat else "")
    locked = not onward and at_the_keys(request.cookies).locked

    def drawn() -> str:
        return words.doorway(here.follower.picture(), ways, name, said, bool(onward), locked, change if ways.password else None)

    try:
        return HTMLResponse(await PAGES.run(drawn), status, HEADERS)
    except Busy:
        return PlainTextResponse(words.too_many(), 503)


async def sign_out(request: Request, accounts: Accounts) -> None:
    """Whoever was signed in at this browser is so no longer: its cookie opens nothing."""
    browser = request.cookies.get(COOKIE, "")
    account = accounts.signed_in(browser)
    if account is not None:
        await NOTES.run(accounts.sign_out, browser)
        log_.info("signed out viewer=%r", account.name)


def begin(answer: Response, accounts: Accounts, token: str, encrypted: bool) -> None:
    """Hand a browser the cookie of who has signed in."""
    account = accounts.signed_in(accounts.enter(token))
    log_.info("signed in viewer=%r", account.name if account is not None else "")
    give(answer, token, encrypted)


def _of_a_ward(answer: Callable[[Request, Accounts], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """What is posted about who is at the keys: there is nothing to say in training, nor from another site's page."""

    async def posted(request: Request) -> Response:
        accounts = station().accounts
        if accounts is None or not from_here(request):
            return PlainTextResponse("not from here", 403)
        try:
            return await answer(request, accounts)
        except StoreError as trouble:
            return PlainTextResponse(str(trouble), 503)
        except Busy:
            return await shown(request, words.too_many(), 503)

    return posted


def _until(refused: NotSignedIn) -> str:
    return clock.of_day(refused.until, station().follower.zone, True) if refused.until is not None else ""


async def _form(request: Request) -> dict[str, str]:
    form: Any = await request.form(max_files=0, max_fields=4, max_part_size=1024)
    return {name: str(value) for name, value in form.items()}


async def _sign_in(request: Request, accounts: Accounts) -> Response:
    form = await _form(request)
    try:
        token = await PASSWORDS.run(accounts.sign_in, form.get("name", "").strip(), form.get("password", ""))
        await sign_out(request, accounts)
    except NotSignedIn as refused:
        # Without what was typed: into the field of the name people type passwords too.
        log_.warning("denied sign_in=password%s", " waits" if refused.until is not None else "")
        return await shown(request, words.wrong(_until(refused)), 401)
    except StoreError as trouble:
        return await shown(request, str(trouble), 503)
    answer = RedirectResponse("/", 303)
    begin(answer, accounts, token, by_https(request))
    return answer


async def _change(request: Request, accounts: Accounts, kind: Kind) -> Response:
    """Another password or PIN of one's own, by the password as it is. The other browsers of the account are signed out."""
    form = await _form(request)
    new, browser = form.get("new", ""), request.cookies.get(COOKIE, "")
    if new != form.get("again", ""):
        return await shown(request, words.not_alike(), 422, change=kind)
    try:
        name = await PASSWORDS.run(accounts.change, form.get("name", "").strip(), form.get("old", ""), kind, new, browser)
    except NotSignedIn as refused:
        log_.warning("denied change=%s%s", kind, " waits" if refused.until is not None else "")
        return await shown(request, words.wrong(_until(refused)), 401, change=kind)
    except StoreError as trouble:
        return await shown(request, words.not_changed(trouble), 422, change=kind)
    log_.info("changed %s viewer=%r", kind, name)
    return await shown(request, words.changed(name, kind))


async def _sign_out(request: Request, accounts: Accounts) -> Response:
    await sign_out(request, accounts)
    answer = RedirectResponse(SIGN_IN, 303)
    take_back(answer)
    return answer


async def _still(request: Request) -> Response:
    """Whether the sign-in that a page was made for still holds at this browser, and none has come in its place."""
    return Response(status_code=204 if request.headers.get("x-signed-in", "") == holder(request.cookies) else 401)


async def _here(request: Request, accounts: Accounts) -> Response:
    """Who is here says so with a PIN or a password: that unlocks the browser, and signs at a shared station."""
    form = await _form(request)
    try:
        browser, name = request.cookies.get(COOKIE, ""), form.get("name", "").strip()
        queue = PINS if accounts.signed_in(browser) is not None else PASSWORDS
        token = await queue.run(accounts.prove, browser, name, form.get("secret", ""))
    except Busy:
        return PlainTextResponse(words.too_many(), 503)
    except NotSignedIn as refused:
        log_.warning("not proven who is at the keys")
        return PlainTextResponse(words.not_proven(_until(refused)), 401)
    answer = Response(status_code=204)
    give(answer, token, by_https(request))
    return answer


async def _deed(request: Request, accounts: Accounts) -> Response:
    """Somebody has touched the screen or a key."""
    await NOTES.run(accounts.deed, request.cookies.get(COOKIE, ""))
    return Response(status_code=204)


async def _emergency(request: Request) -> Response:
    """Asks for no name: whoever stands before this screen may say that there is one."""
    if not from_here(request):
        return PlainTextResponse("not from here", 403)
    here, room = station(), (await _form(request)).get("room", "")
    recording = _told.get(room)
    if recording is None:
        recording = _told[room] = asyncio.create_task(EMERGENCIES.run(_recorded, room))
        recording.add_done_callback(lambda _: _told.pop(room, None))
    said = await asyncio.shield(recording)
    if here.accounts is None:
        return RedirectResponse("/", 303)
    asked = here.rooms.ward.openid
    ways = words.Ways(asked.provider if asked is not None else "", True)  # without asking the accounts, which may be held
    return HTMLResponse(await EMERGENCIES.run(lambda: words.doorway(here.follower.picture(), ways, "", said)), 200, HEADERS)


def _recorded(room: str) -> str:
    here = station()
    try:
        commands.call_emergency(here.log, here.document, room, NOBODY)
    except (commands.Refusal, StoreError, Conflict) as trouble:
        return str(trouble)
    return words.recorded(room, clock.of_day(clock.now(), here.follower.zone))
