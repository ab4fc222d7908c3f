"""The sign-in page, and what is posted about who is there: signing in and out, a PIN at the keys, another password.

Each comes from a page of this very server or counts for nothing. An emergency is told here too, and asks for no name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

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
from monitor.live.station import station
from monitor.store.accounts import Accounts, NotSignedIn
from monitor.store.log import Conflict, StoreError
from monitor.store.passwords import Kind

log_ = logging.getLogger("monitor.door")
P = ParamSpec("P")
T = TypeVar("T")
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
}
MOST_WAITING = 10
"""So many wait for their password to be looked at; whoever comes then is told to try again."""
_proving = ThreadPoolExecutor(1, thread_name_prefix="proving")
"""A password takes a tenth of a second of a core: one at a time, so that a hundred of them hold up nothing else."""
_noting = ThreadPoolExecutor(2, thread_name_prefix="accounts")
"""What is written about who is there waits here where the accounts' file is held, and holds up nobody."""
_urgent = ThreadPoolExecutor(2, thread_name_prefix="emergency")
_waiting: set[asyncio.Future[Any]] = set()


class TooMany(Exception):
    """So many sign in that nobody else's password is looked at now."""


async def _proved(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What looks at a password or a PIN. Raises TooMany."""
    if len(_waiting) >= MOST_WAITING:
        log_.warning("denied sign_in=busy")
        raise TooMany
    waits = asyncio.get_running_loop().run_in_executor(_proving, partial(work, *args, **kwargs))
    _waiting.add(waits)
    waits.add_done_callback(_waiting.discard)
    return await asyncio.shield(waits)


async def _by(pool: ThreadPoolExecutor, work: Callable[..., T], *args: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work, *args)


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
    picture = await asyncio.to_thread(here.follower.picture)
    ways = words.Ways(asked.provider if asked is not None else "", asked is None or here.accounts.with_password())
    name = onward or (seat.account.name if seat else "")
    locked = not onward and at_the_keys(request.cookies).locked
    return HTMLResponse(words.doorway(picture, ways, name, said, bool(onward), locked, change if ways.password else None), status, HEADERS)


async def sign_out(request: Request, accounts: Accounts) -> None:
    """Whoever was signed in at this browser is so no longer: its cookie opens nothing."""
    browser = request.cookies.get(COOKIE, "")
    account = accounts.signed_in(browser)
    if account is not None:
        await _by(_noting, accounts.sign_out, browser)
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
        except TooMany:
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
        token = await _proved(accounts.sign_in, form.get("name", "").strip(), form.get("password", ""))
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
        name = await _proved(accounts.change, form.get("name", "").strip(), form.get("old", ""), kind, new, browser)
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
        token = await _proved(accounts.prove, browser, name, form.get("secret", ""))
    except TooMany:
        return PlainTextResponse(words.too_many(), 503)
    except NotSignedIn as refused:
        log_.warning("not proven who is at the keys")
        return PlainTextResponse(words.not_proven(_until(refused)), 401)
    answer = Response(status_code=204)
    give(answer, token, by_https(request))
    return answer


async def _deed(request: Request, accounts: Accounts) -> Response:
    """Somebody has touched the screen or a key."""
    await _by(_noting, accounts.deed, request.cookies.get(COOKIE, ""))
    return Response(status_code=204)


async def _emergency(request: Request) -> Response:
    """Asks for no name: whoever stands before this screen may say that there is one."""
    if not from_here(request):
        return PlainTextResponse("not from here", 403)
    here, room = station(), (await _form(request)).get("room", "")

    def record() -> str:
        try:
            commands.call_emergency(here.log, here.document, room, NOBODY)
        except (commands.Refusal, StoreError, Conflict) as trouble:
            return str(trouble)
        return words.recorded(room, clock.of_day(clock.now(), here.follower.zone))

    said = await _by(_urgent, record)
    if here.accounts is None:
        return RedirectResponse("/", 303)
    picture, asked = await _by(_urgent, here.follower.picture), here.rooms.ward.openid
    ways = words.Ways(asked.provider if asked is not None else "", True)  # without asking the accounts, which may be held
    return HTMLResponse(words.doorway(picture, ways, "", said), 200, HEADERS)
