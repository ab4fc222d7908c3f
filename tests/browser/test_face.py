"""One face on every computer: whichever fonts are installed there, a page is the same to the pixel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser import fonts, harness
from tests.browser.chromium import launched

pytestmark = pytest.mark.browser

FOUND = [family for family in fonts.FAMILIES if fonts.here(family)]
PLACES = """() => [...document.querySelectorAll('.im *')].filter(n => n.checkVisibility() && !n.closest('svg'))
  .map(n => { const r = n.getBoundingClientRect(); return [n.className, r.x, r.y, r.width, r.height].join(' ') })"""
OTHER_LETTERS = ("Λάρκος", "Жаворонок", "云雀", "قبرة", "Lark 🐦")


def drawn(page: Any, frame: dict[str, Any]) -> list[str]:
    page.evaluate("frame => feed(frame)", frame)
    page.wait_for_selector(".im .page", state="visible")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    places: list[str] = page.evaluate(PLACES)
    return places


@pytest.mark.parametrize("name", ["wall_many", "room_medium"])
def test_a_page_is_the_same_with_other_fonts(name: str) -> None:
    if len(FOUND) < 2:
        pytest.skip("fewer than two families of fonts are installed here")
    frame, seen = harness.frame(name) | {"trend": None}, {}
    for family in FOUND:
        with harness.serve() as address, fonts.alone(family) as environment, launched(environment) as browser:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(f"{address}/?page={frame['page'].replace('ward', 'wall')}")
            page.wait_for_function("window.harnessReady === true")
            seen[family] = drawn(page, frame)
            assert page.evaluate("() => document.fonts.check('600 52px \"Monitor Sans\"')")
            page.close()
    first, *others = seen.values()
    assert len(first) > 300
    for other in others:
        assert other == first


def test_other_letters_move_no_line() -> None:
    with harness.serve() as address, launched() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(f"{address}/?page=wall")
        page.wait_for_function("window.harnessReady === true")
        frame = harness.frame("wall_states")
        text = json.dumps(frame)
        assert '"Lark"' in text
        heights = []
        for n, alias in enumerate(("Lark", *OTHER_LETTERS)):
            places = drawn(page, json.loads(text.replace('"Lark"', json.dumps(alias))) | {"seq": n})
            heights.append([(place.split(" ")[-3], place.split(" ")[-1]) for place in places])
        page.close()
    assert all(one == heights[0] for one in heights)
