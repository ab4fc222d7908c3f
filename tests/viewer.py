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
async def session(address: str, cookie: str = "", existing: str = "") -> AsyncIterator[Any]:
    """A session of Streamlit's, as a socket that ``wanted`` is sent to and ``read`` reads from.

    ``cookie``: of who signed in; ``existing``: the id of a session to go on with, as a browser offers it.
    """
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    offered = ["streamlit", *(["none", existing] if existing else [])]
    headers = {"Cookie": cookie} if cookie else {}
    async with websockets.connect(url, subprotocols=offered, origin=address, max_size=None, additional_headers=headers) as socket:  # type: ignore[arg-type]
        yield socket


async def finished(socket: Any) -> AsyncIterator[ForwardMsg]:
    """What comes until the run that was asked for is over, and the one with which it began again, if it did."""
    async for raw in socket:
        message = read(raw)
        yield message
        if message.WhichOneof("type") == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return


def acted(component: str, act: dict[str, Any]) -> bytes:
    """The message with which a page's component hands in what was tapped."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    own = message.rerun_script.widget_states.widgets.add()
    own.id, own.json_value = component, "{}"
    state = message.rerun_script.widget_states.widgets.add()
    state.id = f"$$STREAMLIT_INTERNAL_KEY_{component}__events"
    state.json_trigger_value = json.dumps([{"event": "act", "value": act}])
    return message.SerializeToString()


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


def push(address: str, ticket: str | None, origin: str | None = None, cookie: str = "") -> Any:
    """The push socket, as feed.js opens it."""
    protocols = ["ward", *([ticket] if ticket is not None else [])]
    url = address.replace("http", "ws", 1) + "/live/ws"
    headers = {"Cookie": cookie} if cookie else {}
    return websockets.connect(url, subprotocols=protocols, origin=origin or address, compression=None, additional_headers=headers)  # type: ignore[arg-type]
