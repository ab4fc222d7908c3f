"""The pages that are Streamlit's own, in a real Chromium: the ward is seen, heard and called for from each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from monitor import events as e
from monitor.store import open_log
from monitor.ward import drafts
from tests.browser import looks
from tests.browser.dashboard import Running, running
from tests.browser.test_flows import eventually

pytestmark = pytest.mark.browser

ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - room: "2"
    demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}
  - room: "3"
    demo: {alias: Heron, scenario: scenarios/pleasant.yaml, seed: 3, watcher: demo}
"""
PAGES = ("protocol", "training", "review", "instructor")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("pages"), ROOMS) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Any, program: Running) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.goto(program.address)
    opened.locator("article.tile .vital .num").first.wait_for()
    yield opened
    opened.close()


def chart(program: Running, room: str, *events: e.AnyEvent) -> None:
    log = open_log(program.store)
    log.append(next(h for h in log.heads() if h.room == room).session, drafts(events, "nurse"))
    log.close()


def charted(program: Running, room: str, kind: str) -> list[str]:
    log = open_log(program.store)
    found = [x.kind for x in log.entries(next(h for h in log.heads() if h.room == room).session) if x.kind == kind]
    log.close()
    return found


@pytest.mark.parametrize("name", PAGES)
def test_each_page_has_the_head_at_every_size_and_nothing_of_it_is_cut_or_too_small(page: Any, program: Running, name: str) -> None:
    page.goto(f"{program.address}/{name}")
    page.locator(".page.over .banner").wait_for()
    page.locator(".stMainBlockContainer [data-testid=stCaptionContainer]").first.wait_for()
    for size in looks.SIZES:
        looks.resize(page, size)
        for part in (".mode", ".clock", ".rooms .room-link", ".emergencies .button:not([hidden])", ".menu .button"):
            assert page.locator(f".page.over {part}").first.is_visible(), (part, size)
        assert looks.faults(page) == [], size


def test_a_prompt_that_comes_moves_nothing_on_a_page_and_is_seen_heard_and_gone_to_from_there(page: Any, program: Running) -> None:
    looks.resize(page, "1280")
    page.goto(f"{program.address}/protocol")
    title = page.get_by_role("heading", name="Ketamine infusion")
    title.wait_for()
    page.locator(".page.over .banner").wait_for()
    before = title.bounding_box()
    page.mouse.click(5, 790)
    chart(program, "3", e.SymptomCharted(symptom="seizure"))
    banner = page.locator(".banner[data-priority=high]")
    banner.get_by_text("Room 3 Heron").wait_for()
    assert title.bounding_box() == before
    assert page.evaluate("window.imSound.state") == "on"
    assert eventually(lambda: page.evaluate("window.imSound.want.name") == "high")
    page.get_by_role("heading", name="At any time").scroll_into_view_if_needed()
    assert banner.is_visible() and banner.bounding_box()["y"] < 300, "it stays in sight"
    page.locator(".emergencies > .button").first.click()
    page.get_by_role("button", name="Emergency, room 2").click()
    page.locator(".page.room").wait_for()
    assert "room=2" in page.url
    assert charted(program, "2", "emergency_started")


def test_what_is_pressed_on_a_page_has_the_colours_of_the_monitor(page: Any, program: Running) -> None:
    page.goto(f"{program.address}/training")
    begin = page.get_by_role("button", name="Begin")
    begin.wait_for()
    page.locator(".page.over .banner").wait_for()
    colours = "n => [getComputedStyle(n).backgroundColor, getComputedStyle(document.querySelector('.mode b')).backgroundColor]"
    own, mode = begin.evaluate(colours)
    assert own == mode
    assert begin.evaluate("n => getComputedStyle(n).fontFamily") == page.locator(".head h1").evaluate("n => getComputedStyle(n).fontFamily")


@pytest.mark.parametrize("size", looks.SIZES)
def test_a_form_opens_over_a_page_below_the_wards_head(page: Any, program: Running, size: str) -> None:
    looks.resize(page, size)
    page.goto(f"{program.address}/protocol")
    page.get_by_role("button", name="Who is here?").click()
    field = page.locator(".dock").get_by_label("Name", exact=True)
    field.wait_for()
    head, dock = page.locator(".page.over").bounding_box(), page.locator(".dock").bounding_box()
    assert head["y"] + head["height"] <= dock["y"] and dock["y"] + dock["height"] <= looks.SIZES[size][1]
    assert page.locator(".dock").get_by_role("button", name="This is me").is_visible()
    page.keyboard.press("Escape")
    page.locator(".dock").wait_for(state="hidden")
