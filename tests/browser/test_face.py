"""One face on every computer: whichever fonts are installed there, a page is the same to the pixel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser import fonts, harness
from tests.browser.chromium import launched
from tests.browser.harness import Open

pytestmark = pytest.mark.browser

FOUND = [family for family in fonts.FAMILIES if fonts.here(family)]
PLACES = """() => [...document.querySelectorAll('.im *')].filter(n => n.checkVisibility() && !n.closest('svg'))
  .map(n => { const r = n.getBoundingClientRect(); return [n.className, r.x, r.y, r.width, r.height].join(' ') })"""
OTHER_LETTERS = ("Λάρκος", "Жаворонок", "云雀", "قبرة", "Lark 🐦")


def drawn(page: Any, frame: dict[str, Any]) -> list[str]:
    harness.feed(page, frame)
    page.wait_for_selector(".im .page", state="visible")
    places: list[str] = []
    while places != (places := settled(page)):  # a text that was set smaller may make room beside it
        pass
    return places


def settled(page: Any) -> list[str]:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    places: list[str] = page.evaluate(PLACES)
    return [place.replace("sound lost", "sound") for place in places]  # an audio clock may stand still on a busy machine


def test_a_page_is_the_same_with_other_fonts(address: str) -> None:
    if len(FOUND) < 2:
        pytest.skip("fewer than two families of fonts are installed here")
    seen: dict[str, list[list[str]]] = {"wall_many": [], "room_medium": []}
    for family in FOUND:
        with fonts.alone(family) as environment, launched(environment) as other:
            page = other.new_page(viewport={"width": 1920, "height": 1080})
            for name in seen:
                frame = harness.frame(name) | {"trend": None}
                harness.opens(page, address, frame["page"].replace("ward", "wall"))
                seen[name].append(drawn(page, frame))
                assert page.evaluate("() => document.fonts.check('600 52px \"Monitor Sans\"')")
    for first, *others in seen.values():
        assert len(first) > 300
        for one in others:
            assert one == first


def test_other_letters_move_no_line(open_page: Open) -> None:
    page, text, heights = open_page(None), json.dumps(harness.frame("wall_states")), []
    assert '"Lark"' in text
    for alias in ("Lark", *OTHER_LETTERS):
        places = drawn(page, json.loads(text.replace('"Lark"', json.dumps(alias))))
        heights.append([(place.split(" ")[-3], place.split(" ")[-1]) for place in places])
    assert all(one == heights[0] for one in heights)
