"""The sound in a real Chromium: what the patterns are, one tap, a hidden tab, the pause, a quiet screen, and SOUND OFF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error

from monitor import events as e
from monitor.store import open_log
from monitor.ward import drafts
from tests.browser import harness
from tests.browser.dashboard import Running, running
from tests.browser.test_flows import eventually, named

pytestmark = pytest.mark.browser

RATE = 16000
RENDER = """async () => {
  const { TONES, burst, length } = await import("/live/assets/tones.js");
  const rendered = {};
  for (const [name, tone] of Object.entries(TONES)) {
    const context = new OfflineAudioContext(1, Math.ceil((length(tone) + 0.2) * 16000), 16000);
    const source = context.createBufferSource();
    source.buffer = burst(context, tone);
    source.connect(context.destination);
    source.start(0.1);
    const samples = (await context.startRendering()).getChannelData(0);
    rendered[name] = { samples: [...samples].map((v) => Math.round(v * 1e5) / 1e5), between: tone.between };
  }
  return rendered;
}"""


@pytest.fixture(scope="module")
def heard(browser: Any, address: str) -> dict[str, Any]:
    page = browser.new_page()
    page.goto(address)
    found: dict[str, Any] = page.evaluate(RENDER)
    page.close()
    return found


class Pulse:
    """One pulse of rendered audio in milliseconds, by its envelope: from 10 % to 10 % of its height, and at 90 %."""

    def __init__(self, from10: int, to10: int, envelope: Any) -> None:
        part = envelope[from10:to10]
        above = np.flatnonzero(part >= 0.9 * part.max())
        self.begin, self.end = 1000 * from10 / RATE, 1000 * to10 / RATE
        self.rise = 1000 * above[0] / RATE
        self.full = 1000 * (above[-1] - above[0]) / RATE
        self.peak = float(part.max())

    @property
    def long(self) -> float:
        return self.end - self.begin


def pulses(samples: list[float], hz: float = 330) -> list[Pulse]:
    width = int(RATE / hz) + 1
    level = np.abs(np.array(samples))
    envelope = np.array([level[max(0, i - width // 2) : i + width // 2 + 1].max() for i in range(len(level))])
    loud = np.concatenate(([False], envelope >= 0.1 * envelope.max(), [False]))
    edges = np.flatnonzero(np.diff(loud.astype(int)))
    return [Pulse(int(a), int(b), envelope) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def gaps(found: list[Pulse]) -> list[float]:
    return [later.begin - earlier.end for earlier, later in pairwise(found)]


SLACK = 5.0
"""Milliseconds by which an envelope of a low tone is blurred."""
COUNT = {"high": 10, "medium": 3, "tech": 2, "low": 1}


@pytest.mark.parametrize("name", COUNT)
def test_a_burst_has_the_pulses_of_its_level_as_long_and_as_far_apart_as_they_must_be(name: str, heard: dict[str, Any]) -> None:
    found = pulses(heard[name]["samples"])
    assert len(found) == COUNT[name]
    shortest, longest = (75, 200) if name == "high" else (125, 250)
    for pulse in found:
        assert shortest <= pulse.full and pulse.long <= longest + SLACK
        assert 0.1 * pulse.long - SLACK <= pulse.rise <= 0.2 * pulse.long + SLACK
        assert pulse.peak >= 0.9 * max(one.peak for one in found)
    apart = gaps(found)
    if name == "high":
        x = [gap for n, gap in enumerate(apart) if n not in (2, 4, 7)]
        assert all(50 <= gap <= 125 for gap in x)
        for n in (2, 7):
            assert abs(apart[n] - (2 * np.mean(x) + np.mean([p.long for p in found]))) <= 2 * SLACK
        assert 350 <= apart[4] <= 1300
    else:
        assert all(125 - SLACK <= gap <= 250 for gap in apart)


def test_bursts_come_again_as_often_as_their_level_asks(heard: dict[str, Any]) -> None:
    assert 2500 <= heard["high"]["between"] <= 15000
    assert 2500 <= heard["medium"]["between"] <= 30000
    assert heard["tech"]["between"] >= 15000
    assert heard["low"]["between"] is None
    assert heard["high"]["between"] < heard["medium"]["between"] < heard["tech"]["between"]


@pytest.mark.parametrize("name", COUNT)
def test_a_pulse_has_four_harmonics_beside_its_own_frequency(name: str, heard: dict[str, Any]) -> None:
    samples = np.array(heard[name]["samples"])
    first = pulses(heard[name]["samples"])[0]
    part = samples[int((first.begin + 30) * RATE / 1000) : int((first.end - 30) * RATE / 1000)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
    hz = np.fft.rfftfreq(1 << 16, 1 / RATE)
    base = float(hz[np.argmax(spectrum)])
    assert 150 <= base <= 1000
    own = spectrum.max()
    near = [20 * np.log10(spectrum[np.abs(hz - n * base) < base / 4].max() / own) for n in (2, 3, 4, 5)]
    assert all(abs(level) <= 15 for level in near)
    assert 2 * base >= 300 and 5 * base <= 4000


def test_high_and_the_mark_of_medium_flash_within_the_rates_of_the_standard_and_nothing_else() -> None:
    tokens = (harness.HERE.parents[1] / "monitor/views/components/tokens.css").read_text(encoding="utf-8")
    rates = {name: 1000 / int(period) for name, period in re.findall(r"--(\w+)-period: (\d+)ms", tokens)}
    assert 1.4 <= rates.pop("high") <= 2.8
    assert 0.4 <= rates.pop("medium") <= 0.8
    assert not rates
    styles = "".join(path.read_text(encoding="utf-8") for path in (harness.HERE.parents[1] / "monitor/views/components").glob("*.css"))
    moving = re.findall(r"animation(?:-name)?: (?!none)([^;]+);", styles)
    assert moving == [f"im-flash-{level} var(--{level}-period) steps(1, end) infinite" for level in ("high", "medium")]
    assert re.findall(r"@keyframes ([\w-]+)", styles) == ["im-flash-high", "im-flash-medium"]


# ---- the whole program ----

ROOMS = """
station: Test station
protocol: protocols/example.yaml
alarms: {pause_s: 120}
rooms:
  - room: "2"
    demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo, speed: 5}
  - room: "3"
    demo: {alias: Heron, scenario: scenarios/pleasant.yaml, seed: 3, watcher: demo}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("program"), ROOMS) as started:
        yield started


class Tab:
    """A page that is asked without a gesture: what Playwright evaluates would count as the tap that turns the sound on."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
        self.cdp = self.page.context.new_cdp_session(self.page)
        self.cdp.send("Page.enable")
        self.cdp.send("Page.navigate", {"url": address})
        assert eventually(self.shown)

    def shown(self) -> bool:
        try:
            return bool(self.ask("!!document.querySelector('article.tile[data-tick], .page.room')"))
        except Error:  # the page goes elsewhere just now
            return False

    def ask(self, expression: str) -> Any:
        found = self.cdp.send(
            "Runtime.evaluate", {"expression": expression, "userGesture": False, "returnByValue": True, "awaitPromise": True}
        )
        return found["result"].get("value")

    def plate(self) -> str:
        return str(self.ask("document.querySelector('.status.sound').innerText"))

    def listen(self) -> None:
        self.ask("""{ const s = window.imSound; window.ear = s.context.createAnalyser(); ear.fftSize = 32768; s.master.connect(ear);
          window.loudest = () => { const d = new Float32Array(ear.fftSize); ear.getFloatTimeDomainData(d); return Math.max(...d.map(Math.abs)); }; }""")

    def loud(self) -> bool:
        return float(self.ask("window.loudest()")) > 0.05

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def tab(browser: Any, program: Running) -> Iterator[Tab]:
    opened = Tab(browser, program.address)
    yield opened
    opened.close()


def chart(program: Running, room: str, *events: e.AnyEvent) -> None:
    log = open_log(program.store)
    head = next(h for h in log.heads() if h.room == room)
    log.append(head.session, drafts(events, "nurse"))
    log.close()


def logged(program: Running, room: str, kind: str) -> list[str]:
    log = open_log(program.store)
    head = next(h for h in log.heads() if h.room == room)
    found = [x.body for x in log.entries(head.session) if x.kind == kind]
    log.close()
    return found


def test_without_a_tap_every_screen_and_the_log_say_that_nothing_can_sound(tab: Tab, browser: Any, program: Running) -> None:
    assert tab.ask("window.imSound.context.state") == "suspended"
    assert eventually(lambda: "SOUND OFF" in tab.plate())
    quiet = Tab(browser, program.address + "/?quiet=1")
    assert eventually(lambda: logged(program, "2", "sound_changed") == ['{"able":false}'])
    assert logged(program, "3", "sound_changed") == ['{"able":false}']
    assert eventually(lambda: "no screen can sound" in quiet.plate())
    assert eventually(lambda: "on every screen" in tab.plate())
    assert "No screen can sound" in quiet.ask("document.querySelector('.banner').innerText")
    quiet.page.mouse.click(5, 1070)
    assert eventually(lambda: quiet.ask("window.imSound.context.state") == "running")
    assert quiet.ask("window.imSound.state") == "quiet"
    tab.page.mouse.click(5, 1070)
    assert eventually(lambda: "Sound on" in tab.plate() or "Audio" in tab.plate())
    assert eventually(lambda: logged(program, "2", "sound_changed")[-1] == '{"able":true}')
    assert eventually(lambda: "Quiet here" in quiet.plate())
    quiet.close()


def test_an_audio_clock_that_stands_still_is_sound_off_on_the_screen_and_in_the_log_until_a_tap_starts_it_anew(
    tab: Tab, program: Running
) -> None:
    tab.page.mouse.click(5, 1070)
    assert eventually(lambda: tab.ask("window.imSound.state") == "on")
    assert eventually(lambda: logged(program, "2", "sound_changed")[-1:] in ([], ['{"able":true}']))
    tab.ask("{ const c = imSound.context, at = c.currentTime; Object.defineProperty(c, 'currentTime', { get: () => at }); }")
    assert tab.ask("window.imSound.context.state") == "running", "it only claims to be on"
    assert eventually(lambda: "SOUND OFF" in tab.plate())
    assert eventually(lambda: logged(program, "2", "sound_changed")[-1:] == ['{"able":false}'])
    tab.page.mouse.click(5, 1070)
    assert eventually(lambda: "SOUND OFF" not in tab.plate())
    tab.listen()
    tab.page.locator(".status.sound").click()
    tab.page.get_by_role("button", name="Test the sound").click()
    assert eventually(tab.loud)
    assert eventually(lambda: logged(program, "2", "sound_changed")[-1:] == ['{"able":true}'])


def test_a_pause_counts_down_on_every_screen_with_the_name_and_something_higher_breaks_through(
    tab: Tab, browser: Any, program: Running
) -> None:
    other = Tab(browser, program.address)
    tab.page.mouse.click(5, 1070)
    tab.listen()
    assert eventually(lambda: logged(program, "2", "infusion_started"))
    chart(program, "2", e.Observed(what="vomited"))
    assert eventually(tab.loud), tab.ask("document.querySelector('.banner').innerText + JSON.stringify(window.imSound.want)")
    tab.page.keyboard.press("p")
    named(tab.page, "C. Four")
    assert eventually(lambda: "Audio paused" in tab.plate() and "C. Four" in tab.plate())
    assert eventually(lambda: "Audio paused" in other.plate() and "C. Four" in other.plate())
    first = tab.plate()
    assert eventually(lambda: tab.plate() != first), "it counts"
    assert eventually(lambda: not tab.loud()), "what was heard before has left the ear"
    assert not eventually(tab.loud, 13), "a burst of medium comes every 12 s"
    assert "Vomited" in tab.ask("document.querySelector('.banner').innerText")
    assert json.loads(logged(program, "3", "audio_paused")[0]) == {"level": "medium", "seconds": 120, "stood": [], "new_room": "medium"}
    chart(program, "3", e.SymptomCharted(symptom="seizure"))
    assert eventually(lambda: "Pause ended" in tab.plate())
    assert eventually(tab.loud)
    other.close()


def test_it_goes_on_in_a_hidden_tab_and_a_quiet_screen_beside_it_is_silent(tab: Tab, browser: Any, program: Running) -> None:
    chart(program, "3", e.SymptomCharted(symptom="seizure"))
    quiet = Tab(browser, program.address + "/?quiet=1")
    for one in (tab, quiet):
        one.page.mouse.click(5, 1070)
        one.listen()
    assert eventually(tab.loud)
    front = tab.page.context.new_page()
    front.goto("about:blank")
    front.bring_to_front()
    ahead = "window.imSound.laid.at(-1).imUntil - window.imSound.context.currentTime"
    assert float(tab.ask(ahead)) > 65
    assert eventually(tab.loud)
    assert eventually(lambda: not tab.loud())
    assert eventually(tab.loud), "and again"
    assert not eventually(quiet.loud, 9)
    front.close()
    quiet.close()


def test_the_sound_is_tested_from_its_menu(tab: Tab) -> None:
    tab.page.mouse.click(5, 1070)
    tab.listen()
    tab.page.locator(".status.sound").click()
    tab.page.get_by_role("button", name="Test the sound").click()
    assert eventually(tab.loud)
    assert eventually(lambda: re.search(r"tested \d\d:\d\d", tab.plate()) or "Pause" in tab.plate())
    tab.page.get_by_role("button", name="Quiet: this screen").click()
    assert tab.ask("window.imSound.state") == "quiet"
    tab.page.keyboard.press("Escape")
    assert tab.ask("document.querySelector('.sound-menu').hidden")
