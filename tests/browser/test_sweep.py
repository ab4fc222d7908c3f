"""ECG and pleth on a room's canvases, in a real Chromium: a socket that the test holds brings frames and samples."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from monitor.live.waves import RATES, cut, drawn, packed, told
from monitor.simulator.heart import Heart
from monitor.vitals import Beats
from tests.browser import harness
from tests.browser.test_flows import eventually

pytestmark = pytest.mark.browser

RATE = 75
PX_A_S = 25 * 96 / 25.4
INK = """kind => { const c = document.querySelector(`.wave.${kind} canvas`);
  const { data, width, height } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
  return Array.from({ length: width }, (_, x) => { for (let y = 0; y < height; y += 1) if (data[4 * (y * width + x) + 3]) return 1; return 0 }) }"""


def chunk(seconds: list[tuple[int, Beats | None]]) -> bytes:
    view: Any = SimpleNamespace(session=5, state=SimpleNamespace(speed=1.0))
    return packed(view, seconds[0][0], drawn(5, seconds), RATES, told(5, seconds))


class Bedside:
    """A room whose seconds come when the test says so."""

    def __init__(self, page: Any) -> None:
        self.page, self.heart, self.tick = page, Heart(), 0
        self.seconds: list[tuple[int, Beats | None]] = []
        self.numbers = itertools.count(1)
        self.socket: Any = None
        self.refused = False
        self.frame = harness.frame("room_calm") | {"trend": None}
        page.route_web_socket(re.compile("/live/ws$"), self._joined)

    def _joined(self, socket: Any) -> None:
        if self.refused:
            socket.close()
            return
        self.socket = socket
        socket.on_message(lambda _: None)

    def opens(self, address: str) -> None:
        harness.opens(self.page, address, "room", held=False)
        self.page.evaluate("f => feed(f, {ticket: 't', topic: 'room/5/'})", self.frame)
        # page first: while it is asked something, its routes are answered
        assert eventually(lambda: self.page.evaluate("true") and self.socket is not None)
        self.says()
        self.page.wait_for_selector(".im .page", state="visible")

    def says(self, **changed: Any) -> None:
        """A new frame."""
        self.frame |= {"clock": f"14:21:{self.tick % 60:02d}"} | changed
        self.socket.send(json.dumps({"n": next(self.numbers), "at": self.tick * 1000, "frame": self.frame}))

    def lives(self, seconds: int, **sensors: bool) -> None:
        for _ in range(seconds):
            self.seconds.append((self.tick, self.heart.step(self.tick, RATE, 14)._replace(**sensors)))
            self.tick += 1

    def brings(self, seconds: int) -> None:
        """The samples of the last seconds."""
        self.socket.send(chunk(self.seconds[-seconds:]))

    def goes_on(self, seconds: int) -> None:
        """Real seconds; a frame and samples at the end of each."""
        begun = time.monotonic()
        for n in range(1, seconds + 1):
            self.page.wait_for_timeout(max(0.0, begun + n - time.monotonic()) * 1000)
            self.lives(1)
            self.says()
            self.brings(1)

    def said(self, kind: str) -> str:
        found: str = self.page.locator(f".wave.{kind} canvas").get_attribute("aria-label")
        return found

    def still(self, kind: str) -> str | None:
        place = self.page.locator(f".wave.{kind} .still")
        return place.inner_text() if place.is_visible() else None

    def ink(self, kind: str) -> np.ndarray:
        """The columns of the canvas that hold any line."""
        return np.array(self.page.evaluate(INK, kind), dtype=bool)

    def pen(self) -> float:
        found: float = self.page.evaluate("document.querySelector('.wave').imPlayout.play")
        return found


Bedsides = Callable[..., Bedside]


@pytest.fixture
def at_bedside(browser: Any, address: str) -> Iterator[Bedsides]:
    """Pages of their own: the socket that is played stays with a page."""
    pages = []

    def opened(**options: Any) -> Bedside:
        page = harness.listened(browser.new_page(viewport={"width": 1920, "height": 1080}, **options))
        pages.append(page)
        room = Bedside(page)
        room.opens(address)
        return room

    yield opened
    for page in pages:
        page.close()
    assert [error for page in pages for error in page.errors] == []


FRAMES = "n => new Promise(done => { const next = () => (n-- > 0 ? requestAnimationFrame(next) : done()); next() })"
"""So many pictures are drawn."""


def longest_gap(ink: np.ndarray) -> int:
    """Columns without a line, the right and the left edge being one place."""
    return max((len(list(run)) for drawn, run in itertools.groupby(np.concatenate([ink, ink])) if not drawn), default=0)


def test_a_wave_sweeps_then_stands_and_says_since_when_and_goes_on(at_bedside: Bedsides) -> None:
    room = at_bedside()
    assert room.still("hr") == "Waiting for the trace"
    room.lives(20)
    room.brings(20)
    assert eventually(lambda: room.pen() is not None)
    before = room.pen()
    room.goes_on(4)
    assert room.pen() > before + 2
    assert room.still("hr") is None
    assert room.said("hr") == f"ECG II {room.frame['numerics']['hr']['value']}/min, sweeping"
    assert room.said("spo2").endswith("%, sweeping")
    assert 15 < longest_gap(room.ink("hr")) < 60, "the erase bar"
    last = room.frame["clock"]
    assert eventually(lambda: room.still("hr") == room.still("spo2") == f"No signal since {last}")
    frozen, pen = room.ink("hr"), room.pen()
    room.page.evaluate(FRAMES, 25)
    assert room.pen() == pen
    assert (room.ink("hr") == frozen).all()
    assert frozen.any(), "what was drawn stays, dimmed and labelled"
    assert room.page.evaluate("document.querySelector('.wave').imPlayout.underruns") >= 1
    room.goes_on(2)
    assert eventually(lambda: room.still("hr") is None and room.pen() > pen)


def test_missing_samples_are_a_gap_and_no_line(at_bedside: Bedsides) -> None:
    room = at_bedside()
    room.lives(16)
    room.lives(2, lead_off=True)
    room.lives(2)
    room.brings(20)
    assert eventually(lambda: room.pen() is not None and room.ink("hr").any())
    assert abs(longest_gap(room.ink("hr")) - 2 * PX_A_S) < 12
    assert longest_gap(room.ink("spo2")) < 60


@pytest.mark.parametrize(("sensor", "kind", "words"), [("lead_off", "hr", "Lead off"), ("squeezed", "spo2", "Cuff inflated on this arm")])
def test_what_a_sensor_does_not_feel_is_named(at_bedside: Bedsides, sensor: str, kind: str, words: str) -> None:
    room = at_bedside()
    room.lives(6)
    room.lives(10, **{sensor: True})
    room.brings(16)
    assert eventually(lambda: room.still(kind) == words)
    assert words.lower() in room.said(kind)


def test_speed_and_gain_are_chosen_and_kept_on_this_screen(at_bedside: Bedsides, address: str) -> None:
    room = at_bedside()
    room.lives(20)
    room.brings(20)
    speed, gain = room.page.get_by_role("button", name="Speed"), room.page.locator(".wave.hr").get_by_role("button", name="Gain")
    assert (speed.inner_text(), gain.inner_text()) == ("25 mm/s", "10 mm/mV")

    def beats() -> int:
        """R waves on the canvas: how often a column reaches high."""
        ink = room.page.evaluate(INK.replace("y < height", "y < height * 0.4"), "hr")
        return sum(1 for drawn, _ in itertools.groupby(ink) if drawn)

    assert eventually(lambda: beats() >= 4)
    usual = beats()
    speed.click()
    assert speed.inner_text() == "12.5 mm/s"
    assert eventually(lambda: beats() >= 1.6 * usual)
    for shown in ("20 mm/mV", "5 mm/mV"):
        gain.click()
        assert gain.inner_text() == shown
    assert eventually(lambda: beats() == 0), "half as tall"
    room.socket = None
    room.opens(address)
    assert (speed.inner_text(), gain.inner_text()) == ("12.5 mm/s", "5 mm/mV")


PLAYED = """async seconds => { const { Playout } = await import('/live/assets/playout.js'); const p = new Playout(); const told = [];
  for (const [now, bytes] of seconds) { p.advance(now - 1, false); told.push(...p.take(Uint8Array.from(bytes).buffer, now)); }
  return { told, underruns: p.underruns } }"""


def test_each_beat_is_told_once_and_ahead_of_the_pen(at_bedside: Bedsides) -> None:
    room = at_bedside()
    room.lives(30)
    on_time = [(1000 * tick, list(chunk(room.seconds[tick : tick + 1]))) for tick in range(30)]
    played = room.page.evaluate(PLAYED, on_time)
    moments = np.array(played["told"])
    assert abs(len(moments) - 30 * RATE / 60) <= 2
    assert np.abs(np.diff(moments) - 60_000 / RATE).max() < 100
    assert 300 < moments[0] < 1400
    assert played["underruns"] == 0
    late = [(now + (600 if now > 15_000 else 0), bytes_) for now, bytes_ in on_time]
    assert room.page.evaluate(PLAYED, late)["underruns"] == 1


def test_with_reduced_motion_the_wave_is_drawn_in_steps_of_a_second(at_bedside: Bedsides) -> None:
    room = at_bedside(reduced_motion="reduce")
    room.lives(20)
    room.brings(20)
    assert eventually(lambda: room.still("hr") is None)
    room.page.evaluate(
        """() => { window.pictures = []; const c = document.querySelector('.wave canvas');
        const look = () => { const url = c.toDataURL(); if (url !== window.pictures.at(-1)) window.pictures.push(url); requestAnimationFrame(look); }; look(); }"""
    )
    room.goes_on(3)
    assert 2 <= len(room.page.evaluate("window.pictures")) <= 6


def test_a_recording_without_waves_has_none(at_bedside: Bedsides) -> None:
    room = at_bedside()
    view: Any = SimpleNamespace(session=5, state=SimpleNamespace(speed=1.0))
    room.socket.send(packed(view, 0, cut({}, 0, 19), {}))
    assert eventually(lambda: room.still("hr") == room.still("spo2") == "No trace in this recording")
    assert not room.ink("hr").any()
    room.says(waves=room.frame["waves"] | {"stands": "Stands still: paused"})
    assert eventually(lambda: room.still("hr") == "Stands still: paused")


def test_a_page_that_has_to_ask_says_that_it_has_no_trace(at_bedside: Bedsides) -> None:
    room = at_bedside()
    room.lives(20)
    room.brings(20)
    assert eventually(lambda: room.still("hr") is None)
    room.refused = True
    room.socket.close()
    seqs = itertools.count()

    def asked() -> bool:
        room.page.evaluate("f => feed(f, {ticket: 't' + f.seq, topic: 'room/5/'})", room.frame | {"seq": next(seqs)})
        return room.still("hr") == "No trace on this connection"

    assert eventually(asked)
    assert room.still("spo2") == "No trace on this connection"
    assert not room.ink("hr").any()
