"""What the dashboard's server does besides Streamlit: the browser side's files, the push, and the evaluator's care.

Streamlit protects no route that is not its own: each looks after itself. ``server.baseUrlPath`` is not used.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import PurePath
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from monitor import logs
from monitor.live.audible import Audible
from monitor.live.door import LOOK_EVERY_S, from_here, holder, seated
from monitor.live.files import Files
from monitor.live.hub import Hub, Screen
from monitor.live.push import Push
from monitor.live.station import Evaluator, leave, station
from monitor.live.tickets import Topic
from monitor.live.waves import Waves
from monitor.store.log import StoreError

CARE_EVERY_S = 1.0
SUBPROTOCOL = "ward"
LARGEST_SAID = 1024
log_ = logging.getLogger("monitor.dashboard")


_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


def asset_route(names: Collection[str], body: Callable[[str], bytes]) -> Route:
    """The components' own code and style, by name; nothing else can be asked for."""

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in names:
            return Response(status_code=404)
        # The address carries the version, so a browser may keep it for good.
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        kind = _TYPES[PurePath(name).suffix]
        return Response(await asyncio.to_thread(body, name), media_type=kind, headers=headers)

    return Route("/live/assets/{name}", asset)


def push_route() -> WebSocketRoute:
    """Where a screen is told what is new. Whoever has no ticket, or comes from another site, is not accepted at all."""

    async def live(socket: WebSocket) -> None:
        hub, topic = station().hub, _admitted(socket)
        if topic is None:
            await socket.close()
            return
        await socket.accept(subprotocol=SUBPROTOCOL)
        with hub.joined(await asyncio.to_thread(seated, socket.cookies, topic)) as screen:
            doing = (_speak(socket, screen), _hear(socket, hub, screen), _attend(socket, hub, screen, topic))
            work = {asyncio.create_task(one) for one in doing}
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    return WebSocketRoute("/live/ws", live)


def _admitted(socket: WebSocket) -> Topic | None:
    """The topic of the ticket that a screen shows, when it comes from a page of this very server."""
    if not from_here(socket):
        return None
    match socket.scope["subprotocols"]:
        case [name, ticket] if name == SUBPROTOCOL:
            return station().tickets.read(ticket, holder(socket.cookies))
    return None


async def _speak(socket: WebSocket, screen: Screen) -> None:
    while True:
        message = await screen.queue.get()
        await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))


async def _attend(socket: WebSocket, hub: Hub, screen: Screen, topic: Topic) -> None:
    """Who is at the keys may change, and how much is shown with it, while the socket is open."""
    while station().accounts is not None:
        await asyncio.sleep(LOOK_EVERY_S)
        with contextlib.suppress(StoreError):
            hub.turn(screen, await asyncio.to_thread(seated, socket.cookies, topic))
    await asyncio.Event().wait()


async def _hear(socket: WebSocket, hub: Hub, screen: Screen) -> None:
    """What the screen says about itself: small JSON objects. Anything else ends the connection."""
    while (message := await socket.receive())["type"] == "websocket.receive":
        text = message.get("text") or ""
        try:
            said = orjson.loads(text) if len(text) <= LARGEST_SAID else None
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict):
            await socket.close(1008)
            return
        hub.heard(screen, said)


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the evaluator when nobody holds the lease, and look after it until the server ends."""
    handler = logs.begin()
    evaluator = Evaluator(station())
    evaluator.ensure()
    waves = Waves(station().log)
    push = Push(station().follower, station().hub, waves.chunk)
    tasks = [asyncio.create_task(_care(evaluator.ensure, Audible(station()).look, Files(station()).look)), asyncio.create_task(push.run())]
    # Streamlit collects garbage after every run of a script; what is here now need not be looked at each time.
    gc.collect()
    gc.freeze()
    try:
        yield {}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        waves.end()
        await asyncio.to_thread(evaluator.end)
        leave()
        logging.getLogger("monitor").removeHandler(handler)


async def _care(*duties: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(CARE_EVERY_S)
        for duty in duties:
            try:
                await asyncio.to_thread(duty)
            except StoreError as trouble:
                log_.warning("could not look after the station: %s", trouble)
            except Exception:
                log_.exception("could not look after the station")
