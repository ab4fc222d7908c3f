"""What may be asked of the server at once: half-open, slow and many connections hold up no emergency and nobody else."""

from __future__ import annotations

import asyncio
import resource
import selectors
import socket
import time
import urllib.parse
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from monitor.live import limits
from monitor.live.door import EMERGENCY
from monitor.store import open_log
from tests.browser.dashboard import running

ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - {room: "1", demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}}
"""
HALF = b"GET / HTTP/1.1\r\nHost: station\r\n"


def test_more_half_open_requests_than_there_is_place_for_take_that_of_none_that_is_whole(tmp_path: Path) -> None:
    with running(tmp_path, ROOMS) as program, ExitStack() as opened:
        where = urllib.parse.urlsplit(program.address)
        ended = selectors.DefaultSelector()
        many = limits.MOST_ARRIVING + 100
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2 * many:
            pytest.skip(f"this computer lets a program have {hard} files, fewer than this test opens")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * many), hard))
        for _ in range(many):
            one = opened.enter_context(socket.create_connection((where.hostname, where.port)))
            one.sendall(HALF)
            ended.register(one, selectors.EVENT_READ)
        log = opened.enter_context(closing(open_log(program.store)))
        while not (heads := log.heads()):  # until the evaluator has opened the demo
            time.sleep(0.1)
        told = httpx.post(f"{program.address}{EMERGENCY}", data={"room": "1"}, headers={"Origin": program.address}, timeout=60)
        assert told.status_code == 303
        assert any(entry.kind == "emergency_started" for entry in log.entries(heads[0].session))
        closed = 0
        while closed < many - limits.MOST_ARRIVING:
            for key, _ in ended.select(timeout=60):
                ended.unregister(key.fileobj)
                closed += 1
        assert "connection=full" in program.log.read_text()
        assert httpx.get(f"{program.address}/_stcore/health", timeout=60).status_code == 200


class Loop:
    """Timers that go off when the test says so."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, after_s: float, work: Callable[..., None], *args: Any) -> Any:
        timer = (after_s, lambda: work(*args))
        self.timers.append(timer)
        return SimpleNamespace(cancel=lambda: self.timers.remove(timer))

    def later(self, after_s: float) -> None:
        for after, work in list(self.timers):
            if after <= after_s:
                work()


class Transport:
    def __init__(self) -> None:
        self.closed = False

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True


def connections() -> tuple[Callable[..., Any], Loop]:
    """A protocol class with uvicorn's names, watched; each connection is one of it."""
    loop, everybody = Loop(), set[Any]()

    class Protocol:
        def __init__(self, host: str = "10.0.0.1") -> None:
            self.loop, self.client, self.connections, self.cycle, self.transport = loop, (host, 1), everybody, None, Transport()
            self.connection_made(self.transport)

        def connection_made(self, transport: Any) -> None:
            everybody.add(self)

        def data_received(self, data: bytes) -> None:
            if data == b"socket":
                everybody.discard(self)
            elif data:
                self.cycle = SimpleNamespace(response_complete=False, more_body=data != b"whole")

        def on_response_complete(self) -> None:
            self.cycle.response_complete = True

        def connection_lost(self, error: Exception | None) -> None: ...
        def pause_writing(self) -> None: ...
        def resume_writing(self) -> None: ...

    limits.guard(Protocol)
    return Protocol, loop


@pytest.mark.parametrize("arrives", [(), (b"",), (b"head",), (b"head", b"head")])
def test_a_request_that_does_not_arrive_whole_in_time_is_closed_however_often_a_little_comes(arrives: tuple[bytes, ...]) -> None:
    new, loop = connections()
    slow = new()
    for some in arrives:
        slow.data_received(some)
    loop.later(limits.PATIENCE_S)
    assert slow.transport.closed


@pytest.mark.parametrize("arrives", [b"whole", b"socket"])
def test_a_whole_request_and_a_socket_take_as_long_as_they_do(arrives: bytes) -> None:
    new, loop = connections()
    kept = new()
    kept.data_received(arrives)
    loop.later(limits.UNREAD_S)
    assert not kept.transport.closed
    if arrives == b"whole":
        kept.on_response_complete()
        loop.later(limits.PATIENCE_S)
        assert kept.transport.closed, "and the next request has as long as the first"


def test_an_answer_that_nobody_reads_is_closed_and_one_that_is_read_slowly_is_not() -> None:
    new, loop = connections()
    read, unread = new(), new()
    for one in (read, unread):
        one.data_received(b"whole")
        one.pause_writing()
    read.resume_writing()
    loop.later(limits.UNREAD_S)
    assert unread.transport.closed
    assert not read.transport.closed


def test_who_holds_most_connections_loses_the_oldest_and_nobody_else_loses_one() -> None:
    new, _ = connections()
    calm = new("10.0.0.9")
    many = [new() for _ in range(limits.MOST_ARRIVING)]
    assert [one.transport.closed for one in many[:2]] == [True, False]
    assert not calm.transport.closed


def test_one_client_s_many_requests_are_refused_and_an_emergency_and_other_clients_are_not(caplog: pytest.LogCaptureFixture) -> None:
    async def script() -> None:
        held = asyncio.Event()

        async def slow(request: Request) -> PlainTextResponse:
            await held.wait()
            return PlainTextResponse("done")

        async def quick(request: Request) -> PlainTextResponse:
            return PlainTextResponse("taken")

        app = limits.Limits(Starlette(routes=[Route("/", slow), Route(EMERGENCY, quick), Route("/quick", quick)]))

        def client(host: str) -> httpx.AsyncClient:
            return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://station")

        async with client("10.0.0.1") as one, client("10.0.0.2") as other:
            asked = [asyncio.create_task(one.get("/")) for _ in range(limits.MOST_BY_CLIENT + 5)]
            refused = [await answer for answer in asked[limits.MOST_BY_CLIENT :]]
            assert {answer.status_code for answer in refused} == {503}
            assert (await one.get(EMERGENCY)).text == "taken"
            assert (await other.get("/quick")).text == "taken"
            held.set()
            assert {(await answer).text for answer in asked[: limits.MOST_BY_CLIENT]} == {"done"}
            assert (await one.get("/quick")).text == "taken", "nothing is held against whoever was refused"

    asyncio.run(script())
    assert len([x for x in caplog.records if "denied http=full" in x.getMessage()]) == 5
