"""A viewer without a browser: it runs a page by Streamlit's own protocol, as the browser does, and takes what its component was given."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def wanted(**asked: str) -> bytes:
    """The message that asks for a run: of the whole page, or with ``fragment_id`` of one fragment."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    for name, value in asked.items():
        setattr(message.rerun_script, name, value)
    message.rerun_script.is_auto_rerun = "fragment_id" in asked
    return message.SerializeToString()


def read(raw: str | bytes) -> ForwardMsg:
    message = ForwardMsg()
    message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
    return message


@asynccontextmanager
async def session(address: str) -> AsyncIterator[Any]:
    """A session of Streamlit's, as a socket that ``wanted`` is sent to and ``read`` reads from."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(url, subprotocols=["streamlit"], origin=address, max_size=None) as socket:  # type: ignore[list-item,arg-type]
        yield socket


async def given(address: str, **asked: str) -> dict[str, Any]:
    """What a page's component is given at its first run: its first frame, and the ticket for the push."""
    async with session(address) as socket:
        await socket.send(wanted(**asked))
        async for raw in socket:
            delta = read(raw).delta
            if delta.new_element.HasField("bidi_component"):
                data: dict[str, Any] = json.loads(delta.new_element.bidi_component.json)
                return data
    raise RuntimeError("the session ended before the page was there")


def push(address: str, ticket: str | None, origin: str | None = None) -> Any:
    """The push socket, as feed.js opens it."""
    protocols = ["ward", *([ticket] if ticket is not None else [])]
    url = address.replace("http", "ws", 1) + "/live/ws"
    return websockets.connect(url, subprotocols=protocols, origin=origin or address, compression=None)  # type: ignore[arg-type]
