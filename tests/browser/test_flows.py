"""The whole program in a real browser, by clicks, as a new user would."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.simulator.scenario import load_scenario
from monitor.store import open_log, place
from monitor.store.log import EventLog
from tests.browser import harness, looks
from tests.browser.chromium import PATIENCE_MS
from tests.browser.dashboard import HOME, Running, running
from tests.browser.harness import AT_ONCE_MS, passes

pytestmark = pytest.mark.browser

CUT_AT = 15
"""After so many seconds SpO2 is cut in the recording, and after as many it is there again, and so on."""


def cut_recording(folder: Path) -> None:
    rows = ["# infusion-monitor recording 1", "# label: cut", "time_s [s],hr [/min],spo2 [%]"]
    rows += [f"{t},{70 + t % 3},{97 if t % (2 * CUT_AT) < CUT_AT else ''}" for t in range(600)]
    (folder / "cut.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - room: "1"
  - room: "2"
    demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}
  - room: "3"
    demo: {alias: Lark, recording: cut.csv}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("program")
    cut_recording(folder)
    with running(folder, ROOMS) as started:
        yield started


@pytest.fixture
def log(program: Running) -> Iterator[EventLog]:
    opened = open_log(program.store)
    yield opened
    opened.close()


def wall(browser: Any, program: Running, size: tuple[int, int] = (1920, 1080)) -> Any:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.add_init_script(path=harness.CLOCK)
    page.goto(program.address)
    page.wait_for_selector("article.tile")
    return page


def tile(page: Any, room: str) -> Any:
    return page.locator("article.tile").filter(has=page.locator(f'[aria-label^="Room {room},"], [aria-label^="Room {room} "]')).or_(
        page.locator(f'article.tile[aria-label^="Room {room},"]')
    ).first  # fmt: skip


def named(page: Any, name: str = "M. Ortiz") -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="This is me").click()


def events(log: EventLog, room: str) -> list[Any]:
    head = next(h for h in log.heads() if h.room == room)
    return log.entries(head.session)


def eventually(check: Any, seconds: float = PATIENCE_MS / 1000) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


SHOWN = """tile => { window.shown = []; const number = tile.querySelector('.spo2 .num');
  const look = () => { if (number.checkVisibility() && number.textContent === '97') shown.push(Number(tile.dataset.tick)) };
  new MutationObserver(look).observe(tile, { attributes: true, characterData: true, childList: true, subtree: true }); look(); }"""
"""Which seconds of a room the page shows with a value, from now on."""


def test_a_stream_that_is_cut_leaves_the_screen_in_time(browser: Any, program: Running) -> None:
    page = wall(browser, program)
    third = tile(page, "3")
    number = third.locator(".spo2 .num").first
    number.get_by_text("97", exact=True).wait_for()
    third.evaluate(SHOWN)
    number.get_by_text("97", exact=True).wait_for(state="hidden")
    assert eventually(lambda: "No SpO2" in third.inner_text())
    shown = page.evaluate("shown")
    assert shown
    # The last value is of the second before; its maximum age is 5 s, and a second more is allowed.
    assert [tick for tick in shown if tick % (2 * CUT_AT) > CUT_AT + 5 + 1] == []
    page.close()


def test_a_session_from_check_in_to_the_log_by_clicks(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    page.get_by_role("button", name=re.compile("Check in")).first.click()
    named(page)
    page.get_by_label("Alias").fill("Wren")
    page.get_by_role("radio", name="a simulated patient").click()
    page.get_by_role("radio", name=load_scenario("pleasant").title).click()
    page.get_by_role("button", name="Open the session").click()
    page.get_by_role("heading", name=re.compile("Room 1 · Wren")).wait_for()
    assert eventually(lambda: [x for x in events(log, "1") if x.kind == "session_opened" and x.by == "M. Ortiz"])
    page.get_by_text("measuring, every 5 min").wait_for()
    page.get_by_role("button", name="Both agree").click()
    assert eventually(lambda: [x for x in events(log, "1") if x.kind == "checklist_answered"])
    page.get_by_role("button", name=re.compile(r"^Order…$")).first.click()
    for label, typed in (("Dose", "0,5"), ("Over", "40"), ("Weight", "72 kg")):
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_role("radio", name="10 mg/mL").click()
    page.get_by_text(re.compile("0.5 mg/kg x 72 kg .*= 36 mg in 40 min")).wait_for()
    page.get_by_role("button", name="Record the order").click()
    assert eventually(lambda: [x for x in events(log, "1") if x.kind == "order_set"])
    page.get_by_role("button", name=re.compile(r"^Baseline \d")).wait_for()
    page.get_by_role("button", name=re.compile(r"^Baseline \d")).click()
    assert eventually(lambda: [x for x in events(log, "1") if x.kind == "baseline_set"])
    page.get_by_role("button", name=re.compile("^Start the infusion")).click()
    page.get_by_role("button", name="Chart: started").click()
    page.get_by_text("Still open:").first.wait_for()
    assert not [x for x in events(log, "1") if x.kind == "infusion_started"]
    page.keyboard.press("Escape")
    page.close()


def test_a_double_tap_makes_one_entry_and_undo_takes_it_back(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    page.goto(f"{program.address}/room?room=2")
    page.get_by_role("heading", name=re.compile("Room 2")).wait_for()
    before = len([x for x in events(log, "2") if x.kind == "observed" and x.by == "A. Two"])
    page.get_by_role("button", name="Vomited").click()
    named(page, "A. Two")
    seen = lambda: len([x for x in events(log, "2") if x.kind == "observed" and x.by == "A. Two"])  # noqa: E731
    assert eventually(lambda: seen() == before + 1)
    page.locator(".dock").wait_for(state="hidden")
    page.get_by_role("button", name=re.compile("^Undo")).wait_for()
    passes(page, AT_ONCE_MS)
    page.get_by_role("button", name="Reassured").dblclick()
    assert eventually(lambda: seen() == before + 2)
    page.get_by_role("button", name=re.compile("^Undo.*reassured", re.I)).click()
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "corrected"])
    assert seen() == before + 2, "what was tapped before the undo has come before it"
    page.close()


def test_a_started_cuff_gives_a_reading_and_a_rest_says_why_not(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    page.goto(f"{program.address}/room?room=2")
    rest = page.get_by_role("button", name=re.compile("Rest: skip 1"))
    rest.wait_for()  # there once the infusion runs
    assert rest.get_attribute("aria-disabled") == "true"
    reason = page.locator(".cuff-note").inner_text()
    assert reason.removeprefix("no rest: ") in (rest.get_attribute("aria-label") or "")
    rows = page.locator(".readings tbody tr:visible")
    page.get_by_role("button", name="Start now").click()  # the first cycle may still be going on
    named(page, "C. Four")
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "cuff_started" and x.by == "C. Four"])
    before = rows.count()
    assert eventually(lambda: rows.count() > before)
    page.get_by_role("button", name="By hand…").click()
    page.get_by_label("Systolic", exact=True).fill("128")
    page.get_by_label("Diastolic", exact=True).fill("82")
    page.get_by_role("button", name="Chart the pressure").click()
    page.locator(".readings").get_by_text("by hand").first.wait_for()
    page.close()


def test_a_handover_is_accepted_in_another_browser_in_one_tap(browser: Any, program: Running, log: EventLog) -> None:
    page, other = wall(browser, program), wall(browser, program)
    for one, name in ((page, "D. Five"), (other, "E. Six")):
        one.get_by_role("button", name="Who is here?").click()
        named(one, name)
    tile(page, "2").locator(".tile-room").click()
    page.get_by_role("button", name=re.compile("^Take from")).click()
    page.get_by_role("button", name="Ward").click()
    page.wait_for_selector("article.tile")  # the room that is left has a button of that name too
    page.get_by_role("button", name="Hand over…").click()
    page.get_by_text(re.compile("Allergies: ")).first.wait_for()
    page.get_by_role("button", name="Offer the room").click()
    other.get_by_role("button", name=re.compile("^Take over 2 from D. Five")).click()
    taken = eventually(lambda: [x for x in events(log, "2") if x.kind == "watch_taken" and x.by == "E. Six"])
    assert taken
    (offered,) = [x for x in events(log, "2") if x.kind == "watch_offered"]
    assert "Allergies" in offered.body
    page.close()
    other.close()


MORE = {
    "Oxygen…": ({"Oxygen": "2"}, "observed"),
    "Breathing counted…": ({"Breaths": "14"}, "observed"),
    "Note…": ({"Note": "reads a book"}, "note_added"),
    "Late entry…": ({}, None),
    "CADSS…": ({}, None),
}
"""What stands behind "More entries": what is written in its form, and what is stored; nothing where it is only looked at."""


def test_each_form_behind_more_entries_and_the_handover_go_by_clicks(browser: Any, program: Running, log: EventLog) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{program.address}/room?room=2")
    page.get_by_role("button", name="Who is here?").click(timeout=20000)
    named(page, "G. Eight")
    page.get_by_role("button", name="G. Eight").wait_for()
    mine = lambda: [x.kind for x in events(log, "2") if x.by == "G. Eight"]  # noqa: E731
    dock = page.locator(".dock")
    more = page.get_by_role("button", name="More entries")
    for label, (written, kind) in MORE.items():
        if more.is_visible():
            more.click()
        button = page.locator(".log .extra").get_by_role("button", name=label, exact=True)
        button.click()
        dock.wait_for()
        assert dock.locator("h2").inner_text().endswith("Room 2 · Otter")
        assert looks.faults(page) == [], label
        for field, text in written.items():
            dock.get_by_role("textbox", name=field).fill(text)
        if kind is None:
            dock.get_by_role("button", name="Close").click()
        else:
            dock.locator(".buttons .solid:visible").click()
        dock.wait_for(state="hidden")
        assert kind is None or eventually(lambda kind=kind: mine()[-1:] == [kind]), label
    page.get_by_role("button", name=re.compile("^Take from|^Take watch")).click()
    page.get_by_role("button", name="Hand over…").click()
    for part in (" kg", "Allergies: ", "prescriber", "baseline"):
        dock.get_by_text(re.compile(part)).first.wait_for()
    dock.get_by_role("button", name="Offer the handover").click()
    page.locator(".handover").get_by_text(re.compile("G. Eight hands over")).wait_for()
    page.locator(".handover").get_by_role("button", name="Withdraw").click()
    page.locator(".handover").wait_for(state="hidden")
    assert eventually(lambda: mine()[-3:] == ["watch_taken", "watch_offered", "offer_ended"])
    page.close()


def test_comfort_is_logged_from_the_wall_in_two_taps_and_taken_back(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    page.get_by_role("button", name="Who is here?").click()
    named(page, "F. Seven")
    page.get_by_text("F. Seven").wait_for()
    mine = lambda kind: [x for x in events(log, "2") if x.kind == kind and x.by == "F. Seven"]  # noqa: E731
    passes(page, AT_ONCE_MS)
    tile(page, "2").locator(".score.comf").click()
    page.locator(".pad").wait_for()
    passes(page, AT_ONCE_MS)
    page.locator(".pad").get_by_role("button", name="Comfort 4", exact=True).dblclick()
    assert eventually(lambda: mine("scored"))
    tile(page, "2").locator(".undo").wait_for()
    page.locator(".pad").wait_for(state="detached")
    assert tile(page, "2").locator(".score.comf .num").inner_text() == "4"
    assert len(mine("scored")) == 1
    tile(page, "2").locator(".undo").click()
    assert eventually(lambda: mine("corrected"))
    assert page.get_by_role("heading", name="Ward").is_visible()
    page.close()


def test_a_wall_display_shows_live_rooms_and_takes_no_act(browser: Any, program: Running, log: EventLog) -> None:
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{program.address}/?display=1")
    page.wait_for_selector(".im[data-display] article.tile")
    beat = page.locator(".clock").inner_text()
    page.wait_for_function("was => document.querySelector('.clock').textContent !== was", arg=beat)
    before = {h.session: h.seq for h in log.heads()}
    page.evaluate("document.querySelectorAll('.im button').forEach(one => one.click())")
    page.mouse.click(400, 400)
    page.wait_for_function("document.fullscreenElement !== null")
    stood = {h.session: h.tick for h in log.heads()}
    assert eventually(lambda: all(log.head(session).tick > tick + 2 for session, tick in stood.items()))
    since = [x for session, seq in before.items() for x in log.entries(session) if x.seq > seq]
    assert [x for x in since if x.by not in ("demo", "evaluator", "store") and x.kind != "sound_changed"] == []
    assert page.locator(".im[data-display]").is_visible()
    assert not page.locator("[data-testid=stHeader], [data-testid=stToolbar], [role=dialog]").first.is_visible()
    page.close()


def test_an_answer_anywhere_shows_everywhere_and_a_note_is_never_html(browser: Any, program: Running, log: EventLog) -> None:
    page, other = wall(browser, program), wall(browser, program)
    page.goto(f"{program.address}/room?room=2")
    page.get_by_role("button", name="Seizure").click()
    named(page, "B. Three")
    card = page.locator(".prompt").filter(has_text="Seizure")
    card.get_by_role("button", name="Call the prescriber").wait_for()
    other.get_by_text("Seizure").first.wait_for()
    passes(page, AT_ONCE_MS)  # a tap while the card moves in does nothing
    card.get_by_role("button", name="Call the prescriber").click()
    card.get_by_role("button", name=re.compile("^Did")).click()
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "prompt_answered" and x.by == "B. Three"])
    other.goto(f"{program.address}/room?room=2")
    other.get_by_text(re.compile("did: call the prescriber")).first.wait_for()
    page.get_by_role("button", name=re.compile("^Note…")).click()
    page.get_by_label("Note", exact=True).fill("<script>window.hacked = 1</script><b>bold</b>")
    page.get_by_role("button", name="Save the note").click()
    page.get_by_text("<b>bold</b>").first.wait_for()
    assert page.evaluate("window.hacked") is None
    page.close()
    other.close()


def test_the_emergency_button_asks_nothing(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    tile(page, "2").get_by_role("button", name=re.compile("Emergency")).click()
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "emergency_started"])
    page.get_by_role("button", name=re.compile("Called for help")).wait_for()
    page.get_by_role("button", name=re.compile("Called for help")).click()
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "emergency_act"])
    page.close()


def test_a_killed_evaluator_is_seen_and_replaced(browser: Any, program: Running, log: EventLog) -> None:
    page = wall(browser, program)
    (pid,) = program.children()
    confirmed = {h.session: h.seq for h in log.heads()}
    os.kill(pid, signal.SIGKILL)
    number = log.heartbeat()
    assert eventually(lambda: (now := log.heartbeat()) is not None and number is not None and now.number > number.number
                      and now.beat_at > number.beat_at)  # fmt: skip
    for session, seq in confirmed.items():
        assert len(log.entries(session)) > seq
    assert list(log.verify()) == []
    page.get_by_text(re.compile(r"^Assessed (just now|\d s ago)")).first.wait_for()
    page.close()


def test_a_store_that_takes_nothing_is_said_on_every_screen_and_a_note_is_kept_until_it_does(browser: Any, program: Running, log: EventLog) -> None:
    page, other = wall(browser, program), wall(browser, program)
    page.goto(f"{program.address}/room?room=2")
    page.get_by_text(re.compile(r"^Assessed (just now|\d s ago)")).first.wait_for()
    page.get_by_role("button", name=re.compile("^Note…")).click()
    named(page, "B. Three")
    note = page.get_by_label("Note", exact=True)
    note.fill("prefers the blind half open")
    with closing(sqlite3.connect(place(program.store), isolation_level=None)) as stuck:
        stuck.execute("BEGIN IMMEDIATE")
        page.get_by_role("button", name="Save the note").click()
        for screen in (other, page):
            screen.get_by_text(re.compile("not been assessed|NOT BEING ASSESSED", re.I)).first.wait_for()
        page.get_by_text("Not saved:").wait_for()
        assert note.input_value() == "prefers the blind half open"
    other.get_by_text(re.compile(r"^Assessed (just now|\d s ago)")).first.wait_for()
    page.get_by_role("button", name="Save the note").click()
    assert eventually(lambda: [x for x in events(log, "2") if x.kind == "note_added" and "blind half open" in x.body])
    page.get_by_text("Not saved:").wait_for(state="hidden")
    page.close()
    other.close()


PAGES = {
    "wall": "/", "room": "/room?room=2", "before": "/room?room=1", "recorded": "/room?room=3",
    "protocol": "/protocol", "training": "/training", "review": "/review",
}  # fmt: skip


@pytest.fixture(scope="module")
def visitor(browser: Any) -> Iterator[Any]:
    """One page that goes from address to address, and which addresses it asked."""
    page = harness.listened(browser.new_page())
    page.asked = set()
    page.on("request", lambda request: page.asked.add(request.url))
    yield page
    page.close()


def stands(page: Any) -> None:
    """Nothing is wrong with the look of the page at any size, and axe-core finds nothing."""
    page.wait_for_selector("html[data-theme]", state="attached")
    for size in looks.SIZES:
        looks.resize(page, size)
        assert eventually(lambda: looks.faults(page) == []), (size, looks.faults(page))
    assert looks.violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands_at_every_size_and_asks_no_other_address(name: str, visitor: Any, program: Running) -> None:
    page = visitor
    page.errors.clear()
    page.asked.clear()
    page.goto(program.address + PAGES[name])
    page.wait_for_selector("h1")
    stands(page)
    assert page.errors == []
    assert page.asked
    assert [url for url in page.asked if not url.startswith((program.address, "data:", "blob:"))] == []
    text = page.inner_text("body")
    assert "TRAINING" in text
    assert name == "review" or "Confirm at the bedside" in text
    assert "Traceback" not in text


def test_a_form_stands_at_every_size(visitor: Any, program: Running) -> None:
    page = visitor
    looks.resize(page, "1280")
    page.goto(f"{program.address}/room?room=2")
    page.get_by_role("button", name="Reassured").click()
    page.get_by_label("Name", exact=True).wait_for()
    stands(page)
    page.keyboard.press("Escape")


def test_a_room_that_is_not_there_leads_to_the_wall(visitor: Any, program: Running) -> None:
    visitor.goto(f"{program.address}/room?room=<script>")
    visitor.wait_for_selector("article.tile")


def test_the_program_is_started_from_its_own_folder() -> None:
    assert (HOME / "dashboard.py").is_file()
