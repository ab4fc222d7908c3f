"""What every answer of this server tells the browser about itself, Streamlit's own answers included."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Mapping[str, str] = {
    # What it is, is what its type says; a page of another site neither frames nor embeds it, nor learns its address.
    "x-content-type-options": "nosniff",
    "content-security-policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    # Nothing of a patient stays in a browser's cache. Code and style say for themselves how long they are kept.
    "cache-control": "no-store",
}


class Headers:
    """``ahead``: what a page at this path will need, as its Link header has it, so that it comes beside Streamlit's own code and
    not file by file after it."""

    def __init__(self, app: ASGIApp, ahead: Callable[[str], str]) -> None:
        self.app, self.ahead = app, ahead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html") and message["status"] == 200:
                    headers["link"] = self.ahead(scope["path"])
            await send(message)

        await self.app(scope, receive, said if scope["type"] == "http" else send)
