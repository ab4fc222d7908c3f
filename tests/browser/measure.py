"""Figures of the running program, for ``make bench``: from a stored tick to the pixel, and the first paint."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.store import open_log
from tests.browser.chromium import launched
from tests.browser.dashboard import HOME, Running, free_port, running

SECONDS = 60
VIEWERS = 3


def twelve_rooms() -> str:
    scenarios = ("pleasant", "little-felt", "strange-frightened", "nausea-motion-sick", "hypertensive-surge", "probe-off")
    lines = ["station: Bench", "protocol: protocols/example.yaml", "rooms:"]
    for n in range(12):
        chosen = scenarios[n % len(scenarios)]
        lines.append(f'  - {{room: "{n + 1}", demo: {{alias: Bird {n + 1}, scenario: scenarios/{chosen}.yaml, seed: {n}, watcher: demo}}}}')
    return "\n".join(lines) + "\n"


WATCH = """() => {
  window.seen = [];
  const tile = document.querySelector('article.tile[data-tick]');
  new MutationObserver(() => window.seen.push([Number(tile.dataset.tick), Date.now()]))
    .observe(tile, {attributes: true, attributeFilter: ['data-tick']});
}"""


async def _view(address: str, until: float, counts: list[int]) -> None:
    """A viewer without a browser: Streamlit's own protocol, a rerun of the page's fragment every 0.9 s as the browser sends it."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    url = address.replace("http", "ws") + "/_stcore/stream"
    received = 0
    async with websockets.connect(url, subprotocols=["streamlit"], origin=address, max_size=None) as socket:  # type: ignore[list-item,arg-type]
        first = BackMsg()
        first.rerun_script.query_string = ""
        await socket.send(first.SerializeToString())
        fragment = page = ""
        sent = time.monotonic()
        while time.monotonic() < until:
            try:
                raw = await asyncio.wait_for(socket.recv(), 0.1)
                message = ForwardMsg()
                message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
                if message.WhichOneof("type") == "auto_rerun":
                    fragment = message.auto_rerun.fragment_id
                elif message.WhichOneof("type") == "new_session":
                    page = message.new_session.page_script_hash
                elif message.WhichOneof("type") == "delta" and fragment:
                    received += 1
            except TimeoutError:
                pass
            if fragment and time.monotonic() - sent >= 0.9:
                sent = time.monotonic()
                again = BackMsg()
                again.rerun_script.fragment_id = fragment
                again.rerun_script.is_auto_rerun = True
                again.rerun_script.page_script_hash = page
                await socket.send(again.SerializeToString())
    counts.append(received)


def _stored(program: Running, until: float, ticks: dict[int, float]) -> None:
    log = open_log(program.store)
    session = log.heads()[0].session
    while time.monotonic() < until:
        tick = log.head(session).tick
        ticks.setdefault(tick, time.time())
        time.sleep(0.01)
    log.close()


def ward_of_twelve() -> Iterator[str]:
    """12 demo rooms, 1 browser, 3 protocol-level viewers: from the commit of a tick to the attribute in the page."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), twelve_rooms()) as program, launched() as browser:
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(program.address)
        page.wait_for_selector("article.tile[data-tick]", timeout=30000)
        page.wait_for_timeout(5000)
        until = time.monotonic() + SECONDS
        ticks: dict[int, float] = {}
        counts: list[int] = []

        async def all_viewers() -> None:
            await asyncio.gather(*(_view(program.address, until, counts) for _ in range(VIEWERS)))

        workers = [
            threading.Thread(target=_stored, args=(program, until, ticks)),
            threading.Thread(target=lambda: asyncio.run(all_viewers())),
        ]
        for worker in workers:
            worker.start()
        page.evaluate(WATCH)
        page.wait_for_timeout(SECONDS * 1000)
        for worker in workers:
            worker.join()
        seen = page.evaluate("window.seen")
    delays = sorted(
        next(at / 1000 for shown, at in seen if shown >= tick) - stored
        for tick, stored in ticks.items()
        if seen and seen[0][0] < tick <= seen[-1][0]
    )
    p95 = delays[int(len(delays) * 0.95)]
    median = delays[len(delays) // 2]
    yield f"12 rooms, 1 browser, {VIEWERS} viewers, {SECONDS} s, {len(delays)} ticks stored and drawn"
    yield f"tick stored to pixel: median {median:.2f} s, p95 {p95:.2f} s (owed: 1.5 s)"
    yield f"updates received by the viewers: {', '.join(f'{c / SECONDS:.2f}/s' for c in counts)}"


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
