"""Twelve rooms on a small screen stand on pages, and what calls on another page is marked on its button."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import harness, looks
from tests.browser.harness import Open, feed

pytestmark = pytest.mark.browser

SMALL = {"laptop": (1280, 800), "tablet": (820, 1180), "tablet across": (1180, 820), "half of 1920": (960, 540), "phone": (390, 844)}
WHOLE = """() => [...document.querySelectorAll('.tile')].map(t => { const r = t.getBoundingClientRect(), w = t.parentNode.getBoundingClientRect();
  return [t.querySelector('.room-number').textContent, r.top >= w.top - 1 && r.bottom <= w.bottom + 1] })"""


@pytest.fixture
def walls(open_page: Open) -> Open:
    def opened(size: tuple[int, int], display: bool = False) -> Any:
        page = open_page(None, size)
        feed(page, harness.frame("wall_states"), display=display)
        page.wait_for_selector(".pager:not([hidden])")
        return page

    return opened


@pytest.mark.parametrize("size", SMALL)
def test_each_room_stands_whole_on_one_page_and_keys_and_taps_turn_to_it(walls: Open, size: str) -> None:
    page = walls(SMALL[size])
    buttons = page.locator(".page-button")
    seen: list[str] = []
    for n in range(buttons.count()):
        if n:
            page.keyboard.press("PageDown")
        page.wait_for_function("n => document.querySelectorAll('.page-button')[n].getAttribute('aria-current') === 'page'", arg=n)
        tiles = page.evaluate(WHOLE)
        assert [room for room, whole in tiles if not whole] == []
        assert looks.faults(page) == []
        seen += [room for room, _ in tiles]
    assert seen == [str(n) for n in range(1, 13)]
    buttons.first.click()
    assert page.evaluate(WHOLE)[0] == ["1", True]


def test_what_a_page_calls_for_is_marked_on_its_button_and_moves_nothing(walls: Open) -> None:
    page = walls(SMALL["laptop"])
    frame = harness.frame("wall_states")
    places = "() => [...document.querySelectorAll('.tile, .page-button')].map(n => { const r = n.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })"
    before = page.evaluate(places)
    frame["tiles"][10]["priority"] = "high"
    feed(page, frame)
    assert page.locator(".page-button").last.locator(".mark").first.inner_text() == "*** 1"
    assert page.evaluate(places) == before


def test_a_display_shows_the_page_on_which_a_high_prompt_stands(walls: Open) -> None:
    page = walls(SMALL["laptop"], display=True)
    frame = harness.frame("wall_states")
    frame["tiles"][2]["priority"], frame["tiles"][8]["priority"] = None, "high"
    feed(page, frame, display=True)
    assert "9" in [room for room, _ in page.evaluate(WHOLE)]


def test_on_a_phone_the_worst_and_the_marks_of_all_pages_stay_in_sight_however_far_one_scrolls(walls: Open) -> None:
    page = walls(SMALL["phone"])
    page.evaluate("() => { const im = document.querySelector('.im'); im.scrollTop = im.scrollHeight / 2 }")
    assert page.evaluate("document.querySelector('.im').scrollTop") > 300
    for part in (".banner .where", ".banner .button", ".page-button .mark[data-priority=high]", ".page-button .mark[data-priority=low]"):
        found = page.locator(part).first
        assert found.evaluate("n => { const r = n.getBoundingClientRect(); return n.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)) }"), part
    page.locator(".page-button").last.click()
    assert page.locator(".tile").first.locator(".room-number").inner_text() == "9"
    assert page.locator(".tile").first.locator(".tile-head").evaluate("n => n.getBoundingClientRect().top >= document.querySelector('.banner').getBoundingClientRect().bottom")
