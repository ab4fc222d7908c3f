"""How much anybody may ask of this server at once, signed in or not: so half-open, slow and endless connections hold up nobody.

A connection from which a whole request is still to come is one of few, and is closed when that takes long. Requests that
are being answered, and sockets, are counted in all and by client; behind the proxy that is trusted a client is whom the
proxy names. An emergency is asked about nothing here. Each refusal is one line of the log.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.live.door import EMERGENCY

PATIENCE_S = 10.0
"""So long a whole request may take to arrive, head and body: what this server takes is small."""
MOST_ARRIVING = 2000
"""Connections without a whole request, those that a browser keeps open among them. For each more the oldest one is closed
of the address that has most of them. So many that a thousand which come in one moment push nobody out who came before."""
MOST_FILES = 8192
"""So many files and connections this process asks the system for; half of what it gets are for connections that arrive."""
MOST_REQUESTS, MOST_BY_CLIENT = 200, 60
MOST_SOCKETS, MOST_SOCKETS_BY_CLIENT = 400, 120
"""A browser has two sockets a page: 20 viewers and a class of 24 behind one address are half of what one client may have."""
UNREAD_S = 60.0
"""So long a client may read nothing of its answer: then its connection is closed."""

log_ = logging.getLogger("monitor.door")
if sys.platform != "win32":
    import resource


class Held:
    """Connections that wait for their client, the oldest first: at most ``most``, each for ``patience_s``."""

    def __init__(self, most: int, patience_s: float) -> None:
        self.most, self.patience_s = most, patience_s
        self._timers: dict[Any, asyncio.TimerHandle] = {}
        self._by_host: Counter[str] = Counter()

    def add(self, connection: Any) -> None:
        if connection in self._timers:
            return
        if len(self._timers) >= self.most:
            most, _ = self._by_host.most_common(1)[0]
            self._close(next(one for one in self._timers if _host(one) == most), "full")
        self._timers[connection] = connection.loop.call_later(self.patience_s, self._close, connection, "slow")
        self._by_host[_host(connection)] += 1

    def remove(self, connection: Any) -> None:
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()
            self._by_host[_host(connection)] -= 1
            self._by_host += Counter()  # forgets whoever has none

    def _close(self, connection: Any, why: str) -> None:
        self.remove(connection)
        log_.warning("denied connection=%s client=%r", why, _host(connection))
        connection.transport.abort()


def _host(connection: Any) -> str:
    return connection.client[0] if connection.client else ""


def _most_arriving() -> int:
    if sys.platform == "win32":
        return MOST_ARRIVING
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST_ARRIVING if soft == resource.RLIM_INFINITY else min(MOST_ARRIVING, soft // 2)


def guard(protocol: Any) -> None:
    """Watch the connections of uvicorn's own protocol class: it has no time limit before a request, and no limit that spares
    an emergency. Streamlit makes the server and takes no class of ours, so the methods of the class itself are held.
    """
    arriving, unread = Held(_most_arriving(), PATIENCE_S), Held(MOST_REQUESTS, UNREAD_S)
    made, received, lost, answered = (
        protocol.connection_made,
        protocol.data_received,
        protocol.connection_lost,
        protocol.on_response_complete,
    )
    paused, resumed = protocol.pause_writing, protocol.resume_writing

    def arrived(connection: Any) -> bool:
        """A whole request is here and is being answered; or this is a socket now, and no longer this class's."""
        cycle = connection.cycle
        answering = cycle is not None and not cycle.response_complete and not cycle.more_body
        return answering or connection not in connection.connections

    def look(connection: Any) -> None:
        if connection.transport.is_closing() or arrived(connection):
            arriving.remove(connection)
        else:
            arriving.add(connection)

    def connection_made(self: Any, transport: Any) -> None:
        made(self, transport)
        look(self)

    def data_received(self: Any, data: bytes) -> None:
        received(self, data)
        look(self)

    def connection_lost(self: Any, error: Exception | None) -> None:
        arriving.remove(self)
        unread.remove(self)
        lost(self, error)

    def on_response_complete(self: Any) -> None:
        answered(self)
        look(self)

    def pause_writing(self: Any) -> None:
        unread.add(self)
        paused(self)

    def resume_writing(self: Any) -> None:
        unread.remove(self)
        resumed(self)

    for method in (connection_made, data_received, connection_lost, on_response_complete, pause_writing, resume_writing):
        setattr(protocol, method.__name__, method)


class Limits:
    """Before everything else that answers. A client that goes away in the middle of its request is no error of the program."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answering: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan" or scope["path"] == EMERGENCY:
            await self._answer(scope, receive, send)
            return
        host = scope["client"][0] if scope.get("client") else ""
        most, most_by_client = (MOST_SOCKETS, MOST_SOCKETS_BY_CLIENT) if kind == "websocket" else (MOST_REQUESTS, MOST_BY_CLIENT)
        everybodys = sum(n for (other, _), n in self._answering.items() if other == kind)
        if everybodys >= most or self._answering[kind, host] >= most_by_client:
            log_.warning("denied %s=full client=%r", kind, host)
            if kind == "websocket":
                await send({"type": "websocket.close", "code": 1013})
            else:
                await PlainTextResponse("too many requests at once; try again in a moment", 503)(scope, receive, send)
            return
        self._answering[kind, host] += 1
        try:
            await self._answer(scope, receive, send)
        finally:
            self._answering[kind, host] -= 1
            self._answering += Counter()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            log_.warning("denied request=broken")
