"""Work that waits for a thread of its own, and how much of it may wait: what is refused is refused at once.

Each kind of work has its own queue, so that none holds up another: passwords, PINs, who is at the keys, the sign-in page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

log_ = logging.getLogger("monitor.door")
P = ParamSpec("P")
T = TypeVar("T")


class Busy(Exception):
    """So much waits in this queue that nothing more is taken now."""


class Queue:
    """``threads``: so much is done at a time. ``most``: so much waits or is done; who comes then gets Busy."""

    def __init__(self, name: str, threads: int, most: int) -> None:
        self.name, self.most = name, most
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._waiting: set[asyncio.Future[Any]] = set()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work gives. It is done also where nobody waits for it any more. Raises Busy."""
        if len(self._waiting) >= self.most:
            log_.warning("denied queue=%s", self.name)
            raise Busy
        waits = asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))
        self._waiting.add(waits)
        waits.add_done_callback(self._waiting.discard)
        return await asyncio.shield(waits)
