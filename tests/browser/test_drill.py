"""A whole drill in a real browser, by clicks: from choosing to the playback, with both processes killed in the middle."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.store import open_log
from monitor.store.log import TRAIL, Head
from tests.browser import looks
from tests.browser.dashboard import running
from tests.browser.test_flows import eventually, named

pytestmark = pytest.mark.browser

ROOMS = "{station: Test, protocol: protocols/example.yaml, rooms: [{room: '1'}]}"
WHO = "First infusion, 22-year-old man, dislikes needles"
CALL = "I do not like this"
CALLS_AT = 4 * 60
HIDDEN = ("faint", "seed", "cannulation", "turns pale")


class Trainee:
    """A page and the store behind it."""

    def __init__(self, page: Any, address: str, store: str) -> None:
        self.page, self.address = page, address
        self.log = open_log(store)

    @property
    def head(self) -> Head:
        return next(h for h in self.log.heads(open_only=False) if h.room == "D1")

    def kinds(self, kind: str) -> list[Any]:
        return [x for x in self.log.entries(self.head.session) if x.kind == kind]

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def steer(self, label: str) -> Any:
        return self.page.locator(".run-controls").get_by_role("button", name=label, exact=True)

    def nothing_hidden(self) -> None:
        told = self.page.content().lower()
        assert [word for word in HIDDEN if word in told] == []


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


def test_a_drill_from_choosing_to_the_playback_and_nothing_is_lost_where_all_is_killed(page: Any, tmp_path: Path) -> None:
    with running(tmp_path, ROOMS) as program:
        one = Trainee(page, program.address, program.store)
        begun(one)
        falls_back(one)
        asks_and_charts(one)
        kept = one.log.entries(one.head.session)
        for pid in [*program.children(), program.process.pid]:
            os.kill(pid, signal.SIGKILL)
        program.process.wait()
        said = program.log.read_text(encoding="utf-8").lower()
        assert "assessing" in said and [word for word in HIDDEN if word in said] == []
    with running(tmp_path, ROOMS) as program:
        one.address = program.address
        goes_on(one, kept)
        is_debriefed(one, tmp_path)
        assert list(one.log.verify()) == []
    one.log.close()


def begun(one: Trainee) -> None:
    one.page.goto(f"{one.address}/training")
    one.page.get_by_text("one patient").click()
    one.page.get_by_text(WHO).click()
    one.page.get_by_role("cell", name="22 years, male, 71 kg, infusion 1 of the series").wait_for()
    one.page.get_by_label("Trainee", exact=True).fill("T-07")
    one.page.get_by_label("Trainee", exact=True).press("Enter")
    one.nothing_hidden()
    one.press("Begin")
    one.page.locator(".runbar").wait_for()
    assert one.page.locator("article.tile:visible").count() == 1
    one.page.locator('article.tile[aria-label^="Room D1"]').wait_for()
    assert one.page.locator(".mode b").inner_text() == "TRAINING"
    one.page.get_by_role("heading", name="Drill", exact=True).wait_for()
    stands_on_the_desk(one)


def stands_on_the_desk(one: Trainee) -> None:
    """On another screen, at every size."""
    desk = one.page.context.browser.new_page(color_scheme="dark")
    desk.goto(f"{one.address}/instructor")
    desk.get_by_text("Done last").first.wait_for()
    for size in looks.SIZES:
        looks.resize(desk, size)
        assert eventually(lambda: looks.faults(desk) == []), (size, looks.faults(desk))
    desk.close()


def falls_back(one: Trainee) -> None:
    one.steer("20x").click()
    one.page.get_by_text(CALL).first.wait_for()
    assert eventually(lambda: one.steer("1x").get_attribute("aria-pressed") == "true")
    assert one.kinds("pace_set")[-1].tick in (CALLS_AT, CALLS_AT + 1)


def asks_and_charts(one: Trainee) -> None:
    one.page.locator(".tile-room").click()
    one.press("Ask the patient")
    one.page.locator(".run-said").get_by_text("answers").wait_for()
    one.page.get_by_role("button", name="Comfort 4 ").click()
    assert eventually(lambda: one.kinds("scored"))
    assert one.kinds("room_opened") and one.kinds("patient_answered")
    one.nothing_hidden()
    one.steer("Pause").click()
    one.steer("Go on").wait_for()
    assert eventually(lambda: "0.0" in one.kinds("pace_set")[-1].body)


def goes_on(one: Trainee, kept: list[Any]) -> None:
    one.page.goto(f"{one.address}/?drill=1")
    stood = one.head.tick
    one.steer("Go on").click()
    named(one.page, "T-07")
    assert eventually(lambda: one.head.tick > stood + 2)
    assert one.log.entries(one.head.session)[: len(kept)] == kept
    # Of a drill that is ended early only what was due counts, or what was done before it was.
    one.page.locator(".tile-room").click()
    one.press("Seen in person")
    assert eventually(lambda: one.kinds("observed"))
    assert len(one.log.heads(open_only=False)) == 1


def is_debriefed(one: Trainee, folder: Path) -> None:
    one.steer("End…").click()
    one.press("End the drill")
    sheet = one.page.frame_locator("iframe").first
    sheet.get_by_role("cell", name="Faint", exact=True).wait_for()
    sheet.get_by_text("A slow pulse is looked at in the chair.").wait_for()
    sheet.get_by_text("4:00").first.wait_for()
    assert sheet.get_by_text("The other runs are").count() == 0, "none is laid beside it"
    sheet.get_by_role("textbox", name="Why").fill("The chair went back.\nLate.")
    one.press("All runs")
    one.press("Debrief")
    sheet.get_by_role("textbox", name="Why").get_by_text("The chair went back.").wait_for()
    with one.page.expect_download() as saved:
        sheet.get_by_role("button", name="Save this page with what is written").click()
    assert "The chair went back." in saved.value.path().read_text(encoding="utf-8")
    one.page.goto(f"{one.address}/review?run={one.head.session}&play={CALLS_AT}")
    one.page.locator(".run-clock", has_text="4:00 of").wait_for()
    assert one.page.locator(".mode b").last.inner_text() == "PLAYBACK", "below the head of the page itself"
    assert one.page.locator("article.tile").get_by_role("button", name="Emergency").count() == 0
    assert not one.page.locator(".status.sound").last.is_visible()
    one.press("−1 min")
    one.page.locator(".run-clock", has_text="3:00 of").wait_for()
    one.press("Debrief")
    one.press("All runs")
    with one.page.expect_download() as kept:
        one.press("Export as CSV")
    kept.value.save_as(folder / "t.csv")
    with (folder / "t.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["trainee"], row["event"], row["run"]) == ("T-07", "Faint", str(one.head.session))
    taken = one.log.entries(TRAIL)[-1]
    told = json.loads(taken.body)
    assert (taken.by, told["file"], told["runs"]) == ("T-07", "progress.csv", [one.head.session])
    assert told["sha256"] == hashlib.sha256((folder / "t.csv").read_bytes()).hexdigest()
