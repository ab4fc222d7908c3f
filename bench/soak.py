"""``python -m bench soak``: the real program for hours, with a real browser that goes between the wall and a room.

The rooms come in with an hour behind them, because for an hour a room may grow: its window fills in twenty minutes, its
trend in sixty. Memory is read with the wall shown and after a forced collection, so that only what stays is counted. The
first tenth of the run is warm-up; after it, the mean of the first readings is held against the mean of the last.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Error

from bench.browser import ward
from monitor import commands, settings
from monitor.protocol.document import load_protocol
from monitor.store import open_log
from monitor.store.log import Conflict, StoreError
from tests.browser.chromium import launched
from tests.browser.dashboard import Running, running

ROOMS = 12
"""As many as the wall shows without scrolling."""
STAY_S = 15.0
"""How long a page is looked at before the other one is opened."""
READINGS = 40
"""In a whole run, so that each of the two means has several."""
WARM_UP = 0.1
BEHIND_S, HASTE = 3700, 12
"""How much of their sessions the rooms have behind them when the soak begins, and at which speed they come to it."""
MB = 1024 * 1024
OWED = {"heap": 10, "dashboard": 5, "evaluator": 5}


class Reading(NamedTuple):
    minute: float
    heap: float
    nodes: int
    dashboard: float
    evaluator: float


def soak(minutes: float) -> Iterator[str]:
    errors: list[str] = []
    readings: list[Reading] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), ward(ROOMS, HASTE)) as program, launched() as browser:
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(600_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        _hasten(program)
        page.goto(program.address)
        page.locator("article.tile[data-tick]").first.wait_for()
        begun, visits = time.monotonic(), 0
        yield "minute   heap MB   nodes   dashboard MB   evaluator MB   rooms opened"
        while (minute := (time.monotonic() - begun) / 60) < minutes:
            _visit(page, visits)
            visits += 1
            if minute >= len(readings) * minutes / READINGS:
                readings.append(_read(page, program, minute))
                r = readings[-1]
                yield f"{r.minute:6.1f} {r.heap:9.2f} {r.nodes:7d} {r.dashboard:14.1f} {r.evaluator:14.1f} {visits:14d}"
        logged = program.log.read_text(errors="replace")
    for name, owed in OWED.items():
        yield growth(name, [(r.minute, getattr(r, name)) for r in readings], minutes, owed)
    warm = [r.nodes for r in readings if r.minute >= minutes * WARM_UP]
    yield f"nodes: {warm[0]} to {warm[-1]}"
    yield f"exceptions logged by the program: {exceptions(logged)} (owed: 0)"
    yield f"errors in the browser's console: {len(errors)} (owed: 0)" + "".join(f"\n  {text}" for text in errors[:5])


def _hasten(program: Running) -> None:
    """Wait until every room has its hour behind it, and let it go on at the pace of the clock."""
    log, document = open_log(program.store), load_protocol(settings.EXAMPLE_PROTOCOL)
    arrived: set[int] = set()
    while len(arrived) < ROOMS:
        time.sleep(0.5)
        for head in log.heads():
            if head.tick >= BEHIND_S and head.session not in arrived:
                # Where the session has moved on meanwhile, or the evaluator keeps the store, the next look tries again.
                with suppress(Conflict, StoreError):
                    commands.carry_out(log, document, head.session, "bench", commands.set_pace(1.0))
                    arrived.add(head.session)
    log.close()


def _visit(page: Any, nth: int) -> None:
    """Open a room, look at it, and go back to the wall for as long. No handle of a node is kept: it would keep its page."""
    tile = page.locator("article.tile[data-tick]")
    _go(tile.nth(nth % ROOMS).locator(".vitals"), page.locator(".page.room .js-plotly-plot").first)
    page.wait_for_timeout(STAY_S * 1000)
    _go(page.locator(".head button", has_text="Ward"), tile.first)
    page.wait_for_timeout(STAY_S * 1000)


def _go(here: Any, there: Any) -> None:
    """A tap on a page that is cut off goes nowhere: then it is given again."""
    while not there.count():
        for step in (here.click, there.wait_for):
            with suppress(Error):
                step(timeout=20_000)


def _read(page: Any, program: Running, minute: float) -> Reading:
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    found = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    devtools.detach()
    return Reading(minute, found["JSHeapUsedSize"] / MB, int(found["Nodes"]), *resident(program))


def resident(program: Running) -> tuple[float, float]:
    """The memory of the dashboard and of the evaluator in MB, as Linux counts it."""
    return _resident(program.process.pid), sum(map(_resident, program.children()))


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def growth(name: str, read: Sequence[tuple[float, float]], minutes: float, owed: float) -> str:
    """``read``: at which minute how many MB."""
    warm = [megabytes for minute, megabytes in read if minute >= minutes * WARM_UP]
    few = max(1, len(warm) // 5)
    first, last = (sum(part) / few for part in (warm[:few], warm[-few:]))
    return f"{name}: {first:.1f} to {last:.1f} MB, {100 * (last / first - 1):+.1f} % after warm-up, in {minutes:g} min (owed: {owed:g} %)"


def exceptions(logged: str) -> int:
    return len(re.findall(r'^Traceback|^{.*"raised": ', logged, re.MULTILINE))
