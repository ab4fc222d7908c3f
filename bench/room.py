"""An opened room in a real browser: how even its sweep is, and how soon it is painted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from bench.browser import SCENARIOS, Watcher
from bench.engine import HOUR, example
from monitor import clock, commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated
from monitor.sources.opening import open_source
from monitor.store import chain, lease, open_log, packing
from monitor.ward import drafts
from tests.browser.chromium import launched
from tests.browser.dashboard import running

SWEEP_MINUTES = 10
OPENED = 7
"""Times that each room is opened."""

ROOM = """
station: Bench
protocol: protocols/example.yaml
rooms:
  - {room: "1", demo: {alias: Bird, scenario: scenarios/pleasant.yaml, seed: 1, watcher: demo}}
"""
TWO_ROOMS = 'station: Bench\nprotocol: protocols/example.yaml\nrooms: [{room: "1"}, {room: "8"}]\n'

# What the pen does, frame by frame, read from outside; an R wave is where its ECG rises through half a mV.
WATCH = """() => {
  const pen = document.querySelector('.wave').imPlayout, number = document.querySelector('.vital.hr .num');
  const seen = window.seen = {pen, frames: [], places: [], beats: [], rates: [], underruns: pen.underruns};
  let at = Math.floor(pen.play * 250), high = true, last = 0;
  requestAnimationFrame(function turn(now) {
    seen.frames.push(now);
    for (const to = Math.floor(pen.play * 250); at < to; at += 1) {
      const value = pen.sample('ecg', at);
      if (value > 0.5 && !high && at - last > 50) { seen.beats.push(at / 250); last = at; }
      high = value > 0.5;
    }
    requestAnimationFrame(turn);
  });
  setInterval(() => {
    seen.places.push([Date.now() / 1000, pen.play + ((performance.now() - pen.now) * pen.speed) / 1000]);
    seen.rates.push([pen.play, Number(number.textContent)]);
  }, 1000);
}"""


def sweep() -> Iterator[str]:
    """One room looked at for ten minutes."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), ROOM) as program, launched() as browser:
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{program.address}/room?room=1")
        page.get_by_label("sweeping").first.wait_for(timeout=60000)
        page.wait_for_timeout(15000)
        watcher = Watcher(program.store)
        watcher.start()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        before = _metrics(devtools)
        page.evaluate(WATCH)
        page.wait_for_timeout(SWEEP_MINUTES * 60000)
        after = _metrics(devtools)
        frames, places, beats, rates, underruns = page.evaluate(
            "[seen.frames, seen.places, seen.beats, seen.rates, seen.pen.underruns - seen.underruns]"
        )
        watcher.ended.set()
        watcher.join()
    took = after["Timestamp"] - before["Timestamp"]
    script, busy = (100 * (after[name] - before[name]) / took for name in ("ScriptDuration", "TaskDuration"))
    steps = sorted(1 / (b - a) * 1000 for a, b in pairwise(frames))
    # The pen is at the end of second t - 1 where second t begins; second t was due at due[t].
    begun = median(at - tick for tick, at in watcher.due().items())
    behind = sorted(at - (begun + place - 1) for at, place in places)
    slow = steps[len(steps) // 100]
    yield f"{took / 60:.1f} min: {len(frames) / took:.1f} frames a second (owed: 60), one in a hundred slower than {slow:.0f}/s"
    yield f"underruns: {underruns} (owed: 0)"
    yield f"behind the sample's own time: median {median(behind):.2f} s, p99 {behind[int(len(behind) * 0.99)]:.2f} s (owed: 1.5 s)"
    yield f"script {script:.1f} % of the main thread, the whole page (owed: 5 %); all its tasks {busy:.1f} %"
    off = [abs(drawn - shown) for drawn, shown in _minutes(beats, rates)]
    yield f"beats drawn in a minute against the shown rate: off by {max(off):.1f} at most in {len(off)} minutes (owed: 1)"


def _metrics(devtools: Any) -> dict[str, float]:
    return {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}


def _minutes(beats: list[float], rates: list[tuple[float, float]]) -> Iterator[tuple[int, float]]:
    begin = int(rates[0][0]) + 1
    for start in range(begin, int(rates[-1][0]) - 60, 60):
        # The number beside the wave is that of the second that arrives while the pen is still in the one before.
        shown = [rate for at, rate in rates if start <= at < start + 60]
        yield sum(start <= at < start + 60 for at in beats), fmean(shown)


OPEN = """room => new Promise(done => {
  const tile = [...document.querySelectorAll('article.tile')].find(t => t.querySelector('.room-number').textContent.trim() === room);
  const begun = performance.now();
  tile.querySelector('.vitals').click();
  (function look() {
    const plot = document.querySelector('.page.room .js-plotly-plot');
    const told = document.querySelector('.page.room .vital.hr .num')?.textContent;
    const there = plot?.data?.some(line => line.x.length > 700) && Number(told);
    requestAnimationFrame(there ? () => setTimeout(() => done(performance.now() - begun)) : look);
  })();
})"""


def opening() -> Iterator[str]:
    """From the tap on a tile to the room with an hour of trend; sessions of one hour and of eight take turns."""
    spent: dict[str, list[float]] = {"1": [], "8": []}
    with tempfile.TemporaryDirectory() as folder:
        _lived(f"sqlite:///{folder}/log.db", {"1": 1, "8": 8})
        with running(Path(folder), TWO_ROOMS) as program, launched() as browser:
            page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(program.address)
            for turn in range(OPENED + 1):
                for room, times in spent.items():
                    page.locator("article.tile[data-tick] .hr .num").first.wait_for(timeout=60000)
                    page.wait_for_timeout(1500)
                    took = page.evaluate(OPEN, room) / 1000
                    if turn:
                        times.append(took)
                    page.locator(".head button", has_text="Ward").click()
    young, old = spent.values()
    yield f"painted with 60 min of trend: median {median(young):.2f} s after 1 h, {median(old):.2f} s after 8 h (owed: 1.5 s)"
    yield f"the fastest of {OPENED}: {min(young):.2f} s and {min(old):.2f} s, ratio {min(old) / min(young):.2f} (owed: 1.2)"


def _lived(store: str, hours: dict[str, int]) -> None:
    """Sessions that have been going on for so long, with 300 entries an hour; nobody was late, so they go on."""
    document, scenario = example(), settings.SAMPLE_DATA / "scenarios" / f"{SCENARIOS[0]}.yaml"
    charted = [e.Scored(scale="comfort", value=6), e.Observed(what="iv_site", value="well"), e.Scored(scale="nausea", value=2)]
    for room, length in hours.items():
        seconds = length * HOUR
        log = open_log(store, lambda began=clock.now() - timedelta(seconds=seconds): began)
        admitted = admit_simulated(room, Patient("Bird"), scenario, 1, document)
        session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "bench")
        source = open_source("simulated", admitted.source)
        held = lease.acquire(log)
        assert held is not None
        unsealed: list[tuple[int, bytes]] = []
        with log.transaction(held.number) as writing:
            for tick, row in source.read(seconds - 1):
                unsealed.append((tick, packing.pack(row, tick, source.beats(tick))))
                writing.write_row(session, *unsealed[-1])
                if tick % 12 == 0:
                    writing.append(session, tick, drafts([charted[tick // 12 % 3]], "bench"))
                if len(unsealed) == 60:
                    writing.append(session, tick, [chain.seal_draft(unsealed[0][0], tick, unsealed)])
                    unsealed.clear()
        held.release()
        log.close()
