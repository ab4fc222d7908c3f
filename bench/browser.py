"""The dashboard in a real browser: how soon the wall is painted, and how live it is with a full ward and many screens."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitor.store import open_log
from tests import viewer
from tests.browser.chromium import launched
from tests.browser.dashboard import HOME, Running, running, serving
from tests.ports import free_port

ROOMS, VIEWERS, SECONDS = 24, 100, 60
ORDINARY_VIEWERS, ORDINARY_S = (2, 100), 30
SCENARIOS = ("pleasant", "little-felt", "strange-frightened", "nausea-motion-sick", "hypertensive-surge", "probe-off")


def ward(rooms: int, speed: int = 1) -> str:
    lines = ["station: Bench", "protocol: protocols/example.yaml", "rooms:"]
    for n in range(rooms):
        demo = f"alias: Bird {n + 1}, scenario: scenarios/{SCENARIOS[n % len(SCENARIOS)]}.yaml, seed: {n}, speed: {speed}, watcher: demo"
        lines.append(f'  - {{room: "{n + 1}", demo: {{{demo}}}}}')
    return "\n".join(lines) + "\n"


# Seen is what stands on the screen after the next paint, not what was written into the page.
WATCH = """() => {
  Object.assign(window, {seen: [], nodes: 0, shifts: 0, long: 0});
  const tile = document.querySelector('article.tile[data-tick]');
  const painted = () => { const tick = Number(tile.dataset.tick);
    requestAnimationFrame(() => setTimeout(() => window.seen.push([tick, Date.now() / 1000]))); };
  new MutationObserver(painted).observe(tile, {attributes: true, attributeFilter: ['data-tick']});
  new MutationObserver((list) => list.forEach((m) => { window.nodes += m.removedNodes.length; }))
    .observe(document.querySelector('.im'), {childList: true, subtree: true});
  new PerformanceObserver((list) => { window.shifts += list.getEntries().length; }).observe({type: 'layout-shift'});
  new PerformanceObserver((list) => { window.long += list.getEntries().length; }).observe({type: 'longtask'});
}"""


class Watcher(threading.Thread):
    """When each second of the first room was to be seen in the store, by both clocks."""

    def __init__(self, store: str) -> None:
        super().__init__(daemon=True)
        self.store, self.stored, self.ended = store, {}, threading.Event()
        self.stored: dict[int, tuple[float, float]]

    def run(self) -> None:
        log = open_log(self.store)
        session, version = log.heads()[0].session, -1
        while not self.ended.wait(0.002):
            if (now := log.version()) != version:
                version = now
                self.stored.setdefault(log.head(session).tick, (time.time(), time.monotonic()))
        log.close()

    def due(self) -> dict[int, float]:
        """The wall time at which each second was due: sessions tick with the seconds of the machine's clock."""
        first = int(min(mono - tick for tick, (_, mono) in self.stored.items()))
        return {tick: first + tick + wall - mono for tick, (wall, mono) in self.stored.items()}


@contextmanager
def crowd(count: int, one: Callable[[list[int], asyncio.Event], Coroutine[Any, Any, None]]) -> Iterator[list[list[int]]]:
    """So many viewers without a browser, in a thread of their own; each notes the sizes of what it received."""
    sizes: list[list[int]] = [[] for _ in range(count)]
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def all_of_them() -> None:
        here = [asyncio.Event() for _ in sizes]
        tasks = [asyncio.create_task(one(mine, event)) for mine, event in zip(sizes, here, strict=True)]
        for event in here:
            await event.wait()
        ready.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.set_event_loop(loop) or loop.run_until_complete(all_of_them()), daemon=True)
    thread.start()
    try:
        if not ready.wait(120):
            raise RuntimeError("not every viewer got onto the wall within two minutes")
        yield sizes
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop) if task.get_coro().__name__ != "all_of_them"])
        thread.join(20)


def pushed(address: str) -> Callable[[list[int], asyncio.Event], Coroutine[Any, Any, None]]:
    entrance = asyncio.Semaphore(4)

    async def view(sizes: list[int], here: asyncio.Event) -> None:
        async with entrance:
            ticket = (await viewer.given(address))["push"]["ticket"]
        async with viewer.push(address, ticket) as socket:
            here.set()
            async for message in socket:
                sizes.append(len(message))

    return view


def asked(address: str) -> Callable[[list[int], asyncio.Event], Coroutine[Any, Any, None]]:
    async def view(sizes: list[int], here: asyncio.Event) -> None:
        """A rerun of the page's fragment every second, as the browser sends it; noted when the run is finished."""
        here.set()
        async with viewer.session(address) as socket:
            await socket.send(viewer.wanted())
            fragment, page, size, asking = "", "", 0, None

            async def ask() -> None:
                while True:
                    await asyncio.sleep(1.0)
                    await socket.send(viewer.wanted(fragment_id=fragment, page_script_hash=page))

            async for raw in socket:
                message, size = viewer.read(raw), size + len(raw)
                match message.WhichOneof("type"):
                    case "new_session":
                        page = message.new_session.page_script_hash
                    case "auto_rerun":
                        fragment = message.auto_rerun.fragment_id
                        asking = asking or asyncio.create_task(ask())
                    case "script_finished" if asking:
                        sizes.append(size)
                        size = 0

    return view


def cpu_s(pid: int, ended: bool = False) -> float:
    """Processor seconds that a process has used; ``ended``: with those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11 : 15 if ended else 13])) / os.sysconf("SC_CLK_TCK")


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"median {ordered[len(ordered) // 2] * 1000:.0f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1000:.0f} ms"


def live() -> Iterator[str]:
    """A full ward, one browser, a hundred screens on the push; then the ordinary way on the same store."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), ward(ROOMS)) as program, launched() as browser:
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(program.address)
        page.get_by_text(f"{ROOMS} infusing").wait_for(timeout=120000)
        with crowd(VIEWERS, pushed(program.address)) as sizes:
            page.wait_for_timeout(5000)
            watcher = Watcher(program.store)
            watcher.start()
            page.evaluate(WATCH)
            (evaluator,) = program.children()
            before = [cpu_s(program.process.pid), cpu_s(evaluator)]
            begun, counts = time.monotonic(), [len(mine) for mine in sizes]
            bytes_before = sum(map(sum, sizes))
            page.wait_for_timeout(SECONDS * 1000)
            took = time.monotonic() - begun
            received = [len(mine) - had for mine, had in zip(sizes, counts, strict=True)]
            rate = (sum(map(sum, sizes)) - bytes_before) / took / VIEWERS
            used = [100 * (cpu_s(pid) - had) / took for pid, had in zip((program.process.pid, evaluator), before, strict=True)]
            seen, nodes, shifts, long = page.evaluate("[seen, nodes, shifts, long]")
            watcher.ended.set()
            watcher.join()
        page.close()
        due, painted = watcher.due(), {int(tick): at for tick, at in reversed(seen)}
        both = sorted(painted.keys() & watcher.stored.keys())
        yield f"{ROOMS} rooms, 1 browser, {VIEWERS} screens on the push, {took:.0f} s, {len(both)} ticks stored and painted"
        yield f"tick stored to pixel: {spread([painted[t] - watcher.stored[t][0] for t in both])} (owed: p95 100 ms)"
        yield f"sample's own second to pixel: {spread([painted[t] - due[t] for t in both])} (owed: p95 350 ms)"
        yield f"of that until it is stored: {spread([watcher.stored[t][0] - due[t] for t in both])}"
        yield f"slowest screen: {min(received) / took:.2f} updates/s (owed: 0.99); {rate / 1000:.1f} kB/s a screen"
        yield f"dashboard process: {used[0]:.1f} % of one core (owed: 10 %); evaluator: {used[1]:.1f} %"
        yield f"in the page: {nodes} nodes replaced (owed: 0), {shifts} layout shifts (owed: 0), {long} tasks over 50 ms (owed: 1 a minute)"
        yield from _ordinary(program, used[0] / (sum(received) / took))


def _ordinary(program: Running, ours: float) -> Iterator[str]:
    with serving(Path(program.log).parent / "ordinary.log", "bench/ordinary.py", program.environment) as (address, process):
        for count in ORDINARY_VIEWERS:
            with crowd(count, asked(address)) as sizes:
                time.sleep(10)
                begun, had = time.monotonic(), [len(mine) for mine in sizes]
                before = cpu_s(process.pid)
                time.sleep(ORDINARY_S)
                took = time.monotonic() - begun
                used = 100 * (cpu_s(process.pid) - before) / took
                received = [len(mine) - at for mine, at in zip(sizes, had, strict=True)]
            each = used / max(1e-9, sum(received) / took)
            cost = f"{each * 10:.0f} ms of a core an update, {each / ours:,.0f} x ours" if sum(received) else "no update at all"
            yield (
                f"the ordinary way, {count} screens: {used:.0f} % of one core, {sum(received) / count / took:.2f} updates/s a screen, "
                f"slowest {min(received) / took:.2f}; {cost} ({ours * 10:.2f} ms)"
            )


def first_paint() -> Iterator[str]:
    """``python -m monitor run`` in an installed environment until the wall's tiles stand in a browser."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        port = free_port()
        command = [sys.executable, "-m", "monitor", "run", "--no-browser", "--port", str(port), "--store", f"sqlite:///{folder}/log.db"]
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        begun = time.monotonic()
        process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while True:
                try:
                    page.goto(f"http://127.0.0.1:{port}", timeout=1000)
                    break
                except Exception:
                    if time.monotonic() - begun > 60:
                        raise
                    time.sleep(0.1)
            page.wait_for_selector("article.tile", timeout=60000)
            took = time.monotonic() - begun
        finally:
            process.terminate()
            process.wait(20)
    yield f"wall painted {took:.1f} s after the start, installed (owed: 5 s)"


# From the first byte that the server answers to the frame after the one in which what is waited for stands.
PAINTED = """(wanted) => {
  const look = () => {
    const there = document.querySelector(wanted);
    if (!there?.checkVisibility({visibilityProperty: true})) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => {
      window.painted = performance.now() - performance.getEntriesByType('navigation')[0].responseStart;
    }));
  };
  requestAnimationFrame(look);
}"""
EMPTY = "import streamlit as st\n\nst.write('empty')\n"
TRIES = 7


def _painted(browser: Any, address: str, wanted: str) -> float:
    """In a profile that has seen nothing yet."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, color_scheme="dark")
    page = context.new_page()
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => ({PAINTED})({wanted!r}))")
    page.goto(address)
    page.wait_for_function("window.painted !== undefined", timeout=60000)
    took: float = page.evaluate("window.painted") / 1000
    context.close()
    return took


def first_tile() -> Iterator[str]:
    """From the server's first answer to the first painted tile, beside an empty page of Streamlit's in the same minutes."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        folder = Path(name)
        (folder / "empty.py").write_text(EMPTY, encoding="utf-8")
        with running(folder, ward(8)) as wall, serving(folder / "empty.log", str(folder / "empty.py"), {}) as (empty, _):
            for address, wanted in ((wall.address, "article.tile .num"), (empty, "[data-testid=stMarkdown]")):
                _painted(browser, address, wanted)  # the first run of a script imports what it needs
            pairs = [
                (_painted(browser, wall.address, "article.tile .num"), _painted(browser, empty, "[data-testid=stMarkdown]"))
                for _ in range(TRIES)
            ]
    ours, theirs = sorted(a for a, _ in pairs), sorted(b for _, b in pairs)
    middle = TRIES // 2
    yield (
        f"first tile {ours[middle]:.2f} s after the server's first answer (fastest {ours[0]:.2f}), an empty page {theirs[middle]:.2f} "
        f"({theirs[0]:.2f}): {ours[middle] / theirs[middle]:.2f} times, fastest {ours[0] / theirs[0]:.2f} (owed: 2.5 s)"
    )
