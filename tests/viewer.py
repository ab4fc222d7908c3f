"""A viewer without a browser: it runs a page by Streamlit's own protocol, as the browser does, and takes what its component was given."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

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


def acted(component: str, act: dict[str, Any], query: str = "", page: str = "") -> bytes:
    """The message with which a page's component hands in what was tapped."""
    message = BackMsg()
    message.rerun_script.query_string, message.rerun_script.page_script_hash = query, page
    own = message.rerun_script.widget_states.widgets.add()
    own.id, own.json_value = component, "{}"
    state = message.rerun_script.widget_states.widgets.add()
    state.id = f"$$STREAMLIT_INTERNAL_KEY_{component}__events"
    state.json_trigger_value = json.dumps([{"event": "act", "value": act}])
    return message.SerializeToString()


class Part(NamedTuple):
    """A button or a field that a page has: its kind, the fragment that it stands in, and the file that it gives."""

    kind: str
    id: str
    fragment: str
    file: str


LONGEST_RUN_S = 120
"""On a busy machine; a run that never ends fails a test instead of holding it."""
FILLED = {"number_input": "double_value", "checkbox": "bool_value", "button": "trigger_value"}
"""How a field of this kind says what is in it; others say it in words."""


class Tab:
    """One page that a browser has open: what it was shown last, and what is tapped and written there."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.component, self.data = socket, "", dict[str, Any]()
        self.parts: dict[str, Part] = {}
        self.page = self.session = ""
        self.sent: list[bytes] = []
        self._acts, self._query = 0, ""

    async def open(self, page: str = "", query: str = "") -> str:
        self.parts, self._query = {}, query
        return await self.run(wanted(page_name=page, query_string=query))

    async def run(self, message: bytes) -> str:
        """All that the server sends for a run."""
        self.sent.append(message)
        await self.socket.send(message)
        shown = ""
        async with asyncio.timeout(LONGEST_RUN_S):
            async for one in finished(self.socket):
                shown += str(one)
                if one.HasField("new_session"):
                    self.session = one.new_session.initialize.session_id
                if one.HasField("navigation"):
                    self.page = one.navigation.page_script_hash
                self._take(one.delta)
        return shown

    def _take(self, delta: Any) -> None:
        kind = delta.new_element.WhichOneof("type") or ""
        if kind == "bidi_component":
            found = delta.new_element.bidi_component
            if found.json and "push" in found.json:
                self.component, self.data = found.id, json.loads(found.json)
        elif hasattr(element := getattr(delta.new_element, kind, None), "label"):
            self.parts[element.label] = Part(kind, element.id, delta.fragment_id, getattr(element, "deferred_file_id", ""))

    async def act(self, **act: Any) -> str:
        """What was tapped in the page's component, as the browser says it: with a number that no other act has."""
        self._acts += 1
        return await self.run(acted(self.component, {**act, "nonce": f"{id(self)}-{self._acts}"}, self._query, self.page))

    async def again(self, message: bytes) -> str:
        """What another browser has sent. Of a fragment that this one was not shown no answer comes, so all is run after it."""
        asked = BackMsg.FromString(message)
        if asked.rerun_script.fragment_id:
            await self.socket.send(message)
            asked.rerun_script.fragment_id = ""
        return await self.run(asked.SerializeToString())

    async def file(self, part: Part) -> str:
        """Click on a button for a file: its address, or nothing where it is refused."""
        message = BackMsg()
        asked = message.backend_operation_request
        asked.request_id = asked.deferred_file.file_id = part.file
        asked.session_id = self.session
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(LONGEST_RUN_S):
            async for raw in self.socket:
                answer = read(raw).backend_operation_response
                if answer.request_id == part.file:
                    return str(answer.deferred_file.url)
        raise AssertionError("the socket has ended")

    @property
    def form(self) -> dict[str, Any]:
        """The docked form that is open, as the page's component was given it last; nothing where none is."""
        return self.data.get("form") or {}

    async def fill_in(self, button: str, written: Mapping[str, Any]) -> str:
        """A button of the docked form, with this written in its fields ("first": what is offered first) and all that it asks ticked."""
        shown, asked, rev = "", list[str](), 0
        offered = {f["id"]: f["options"] for part in self.form.get("parts", ()) for f in part["fields"] if f.get("options")}
        written = {name: offered[name][0]["id"] if value == "first" and name in offered else value for name, value in written.items()}
        for _ in range(3):
            form = self.form
            pressed = next((b["id"] for b in form.get("buttons", ()) if button in b["label"]), None)
            if pressed is None and (rev or not form):
                break  # a form that shows its button only once something is chosen has been told so by now
            rev = form["rev"] + 1
            shown += await self.act(do="form", form=form["id"], press=pressed, rev=rev, values=written, asked=asked)
            left = [ask["id"] for ask in self.form.get("asks", ()) if self.form["id"] == form["id"]]
            if pressed is not None and (not left or left == asked):
                break
            asked = left
        return shown

    async def press(self, button: str, fill: Mapping[str, Any]) -> str:
        """A button whose label has this in it, with its form filled in."""
        pressed = next(part for label, part in self.parts.items() if part.kind == "button" and button in label)
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash, asked.fragment_id = self._query, self.page, pressed.fragment
        for part, value in [*((self.parts[label], value) for label, value in fill.items()), (pressed, True)]:
            state = asked.widget_states.widgets.add()
            state.id = part.id
            setattr(state, FILLED.get(part.kind, "string_value"), value)
        return await self.run(message.SerializeToString())


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
