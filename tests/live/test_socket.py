"""The push of the running program, from sockets without a browser."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import websockets

from tests import viewer
from tests.browser.dashboard import running
from tests.live.test_patches import applied

ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - room: "1"
  - room: "2"
    demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("program"), ROOMS) as program:
        deadline = time.monotonic() + 30
        while asyncio.run(viewer.given(program.address))["frame"]["tiles"][1].get("tick", -1) < 0:
            assert time.monotonic() < deadline, "the demo room did not begin"
            time.sleep(0.2)
        yield program.address


def status(address: str, ticket: str | None, origin: str | None = None) -> int:
    """The answer to a socket that wants to open; 101 where it may."""

    async def tried() -> int:
        try:
            async with viewer.push(address, ticket, origin):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    return asyncio.run(tried())


def ticket(address: str) -> str:
    found: str = asyncio.run(viewer.given(address))["push"]["ticket"]
    return found


def test_a_page_is_given_a_ticket_that_opens_the_push(address: str) -> None:
    assert status(address, ticket(address)) == 101


def test_without_a_ticket_or_with_a_forged_one_nothing_opens(address: str) -> None:
    good = ticket(address)
    assert [status(address, bad) for bad in (None, "x", good[:-2] + "AA", good + ".x")] == [403] * 4


def test_another_site_is_refused_and_one_that_hides_where_it_comes_from(address: str) -> None:
    good = ticket(address)
    port = address.rsplit(":", 1)[1]
    strangers = ("http://evil.example", f"http://127.0.0.1.evil.example:{port}", f"http://localhost:{port}", "null")
    assert [status(address, good, stranger) for stranger in strangers] == [403] * 4

    async def hidden() -> int:
        url = address.replace("http", "ws") + "/live/ws"
        try:
            async with websockets.connect(url, subprotocols=["ward", good]):  # type: ignore[list-item]
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(hidden()) == 403


async def messages(socket: Any, count: int) -> list[dict[str, Any]]:
    return [json.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in range(count)]


def test_a_screen_is_given_a_snapshot_and_then_what_changed_in_order(address: str) -> None:
    async def watched() -> list[dict[str, Any]]:
        async with viewer.push(address, ticket_now) as socket:
            return await messages(socket, 4)

    ticket_now = ticket(address)
    first, *rest = asyncio.run(watched())
    frame = first["frame"]
    assert [tile["room"] for tile in frame["tiles"]] == ["1", "2"]
    ticks = [frame["tiles"][1]["tick"]]
    for n, message in enumerate(rest, 1):
        assert message["n"] == first["n"] + n
        assert "frame" not in message
        frame = applied(message["patch"], frame)
        ticks.append(frame["tiles"][1]["tick"])
    assert ticks == sorted(ticks)
    assert ticks[-1] > ticks[0]


def test_everybody_with_one_topic_gets_the_same_message_and_a_screen_can_ask_again(address: str) -> None:
    async def watched() -> tuple[list[str], dict[str, Any]]:
        async with viewer.push(address, tickets[0]) as one, viewer.push(address, tickets[1]) as other:
            last = ["", "x"]
            for _ in range(3):
                last = [await asyncio.wait_for(s.recv(), 10) for s in (one, other)]
            await one.send('{"again": true}')
            while "frame" not in (found := json.loads(await asyncio.wait_for(one.recv(), 10))):
                pass
            return last, found

    tickets = [ticket(address), ticket(address)]
    last, again = asyncio.run(watched())
    assert json.loads(last[0])["n"] - json.loads(last[1])["n"] in (-1, 0, 1)
    assert again["frame"]["page"] == "ward"


@pytest.mark.parametrize("said", ["[]", "not json", json.dumps({"sound": "x" * 1024}), b"bytes"])
def test_a_screen_that_says_something_else_is_let_go(address: str, said: str | bytes) -> None:
    async def spoke() -> int:
        async with viewer.push(address, good) as socket:
            await socket.send(said)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                for _ in range(30):
                    await asyncio.wait_for(socket.recv(), 10)
            assert closed.value.rcvd is not None
            return closed.value.rcvd.code

    good = ticket(address)
    assert asyncio.run(spoke()) == 1008
