"""What the dashboard's server does besides Streamlit: the browser side's files, and the evaluator's care."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import PurePath
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.live.station import Evaluator, leave, station

CARE_EVERY_S = 1.0
log_ = logging.getLogger("monitor.dashboard")


_TYPES = {".js": "text/javascript", ".css": "text/css"}


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


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the evaluator when nobody holds the lease, and look after it until the server ends."""
    evaluator = Evaluator(station())
    evaluator.ensure()
    care = asyncio.create_task(_care(evaluator))
    # Streamlit collects garbage after every run of a script; what is here now need not be looked at each time.
    gc.collect()
    gc.freeze()
    try:
        yield {}
    finally:
        care.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await care
        await asyncio.to_thread(evaluator.end)
        leave()


async def _care(evaluator: Evaluator) -> None:
    while True:
        await asyncio.sleep(CARE_EVERY_S)
        try:
            await asyncio.to_thread(evaluator.ensure)
        except Exception:
            log_.exception("could not look after the evaluator")
