"""What a page will need is named with its first answer, whole and with nothing else."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from monitor.live.headers import Headers
from monitor.views import components

PAGES = {"/": "wall", "/room": "room", "/protocol": "page"}


def answered(path: str, kind: str = "text/html", status: int = 200) -> dict[str, str]:
    """The headers of an answer of this type at this path."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]})

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Headers(app, components.ahead)({"type": "http", "path": path}, None, send))  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def named(path: str) -> set[str]:
    return set(re.findall(r"</live/assets/([^>]+)>", answered(path)["link"]))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_all_that_its_component_fetches(path: str) -> None:
    version, found = components.version(), named(path)
    assert f"{PAGES[path]}.js?v={version}" in found
    assert f"face.woff2?v={version}" in found
    for address in found:
        name, _, asked = address.partition("?v=")
        assert asked == version, "another address would be fetched a second time"
        if name.endswith(".js"):
            imported = re.findall(r'(?:from|import) "\./([^"]+)"', components.body(name).decode())
            assert set(imported) <= found, name
    sheets = set(re.findall(r'"([a-z]+\.css)"', "".join(components.body(x.split("?")[0]).decode() for x in found if ".js" in x)))
    assert {f"{sheet}?v={version}" for sheet in sheets} <= found


def test_only_a_page_that_is_given_names_anything() -> None:
    assert "link" not in answered("/live/assets/wall.js", "text/javascript")
    assert "link" not in answered("/", status=403)
