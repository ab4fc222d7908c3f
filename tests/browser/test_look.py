"""Every page in every state at every size: nothing is cut, covered, too small to read or too small to hit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import harness, looks
from tests.browser.harness import AT_ONCE_MS, CUT_MS, Open, passes

pytestmark = pytest.mark.browser

FRAMES = sorted(path.stem for path in (harness.HERE / "frames").glob("*.json"))


@pytest.fixture(scope="module")
def shown(browser: Any, address: str) -> Iterator[Open]:
    """Shows a sample frame in a window, and gives the page: one for walls and one for rooms, whatever is shown on them."""
    pages: dict[str, Any] = {}

    def show(name: str, size: str, **changed: Any) -> Any:
        frame = harness.frame(name) | {"trend": None, "seq": name} | changed
        kind = frame["page"].replace("ward", "wall")
        page = pages.get(kind)
        if page is None:
            page = pages[kind] = browser.new_page()
            harness.opens(page, address, kind)
        harness.feed(page, frame, fresh=False)
        looks.resize(page, size)
        page.wait_for_selector(".im .page", state="visible")
        return page

    yield show
    for page in pages.values():
        page.close()


ALSO = {
    "room_several": ("1123x794",),
    "room_strained": ("1123x794", "1280x800 at 200 %"),
    "room_recorded": ("1580x900",),
    "wall_calm": ("1280x800 at 200 %", "1580x900"),
}
"""A sample of the other sizes that ``make looks`` asks."""


@pytest.mark.parametrize("name", FRAMES)
def test_every_state_stands_at_every_size(shown: Open, name: str) -> None:
    found = {size: looks.faults(shown(name, size)) for size in (*looks.SIZES, *ALSO.get(name, ()))}
    assert {size: faults for size, faults in found.items() if faults} == {}


CALLED = [
    ("*** EMERGENCY", "high"), ("** No nurse", "medium"), ("* No baseline", "low"), ("!! Signals lost", "tech"), ("** BP and symptom", "medium"),
    ("not assessed", None), ("✓ M. Ortiz", None), ("* Checklist open", "low"), ("!! Breathing lost", "tech"),
]  # fmt: skip


def test_a_ward_of_nine_that_all_call_for_something_stands_beside_the_protocols_line_of_the_room(shown: Open) -> None:
    rooms = [{"room": str(n), "text": text, "priority": priority, "here": n == 5} for n, (text, priority) in enumerate(CALLED, 1)]
    for size in looks.SIZES:
        page = shown("room_medium", size, rooms=rooms, seq="nine")
        assert looks.faults(page) == [], size
        said = page.locator(".prompt .cite").first.bounding_box()
        assert said is not None and page.locator(".prompt-body").first.evaluate(
            "(body, low) => body.getBoundingClientRect().bottom >= low", said["y"] + said["height"]
        ), size


@pytest.mark.parametrize("name", ["wall_strained", "room_strained"])
def test_a_page_that_is_cut_off_stands_at_every_size(shown: Open, name: str) -> None:
    page = shown(name, "1920")
    passes(page, CUT_MS)
    page.wait_for_selector(".im[data-cut]")
    for size in looks.SIZES:
        page = shown(name, size)
        assert page.locator(".im[data-cut]").count() == 1
        assert looks.faults(page) == [], size


def test_a_screen_chooses_its_look_and_keeps_it(shown: Open) -> None:
    page = shown("wall_states", "1280", theme="light", seq="light first", colours={"dark": {"hr": "#ffff66"}})
    look = "[document.querySelector('.im').dataset.theme, getComputedStyle(document.querySelector('.tile .hr')).color]"
    assert page.evaluate(look) == ["light", "rgb(0, 85, 47)"]
    for theme in ("contrast", "dark", "light"):
        passes(page, AT_ONCE_MS)
        page.locator(".look").click()
        assert page.evaluate(look)[0] == theme
        shown("wall_states", "1280", theme="dark", seq=theme, colours={"dark": {"hr": "#ffff66"}})
        seen, colour = page.evaluate(look)
        assert seen == theme
        assert (colour == "rgb(255, 255, 102)") == (theme == "dark"), "a station's own colour is for its theme"
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")


AXE = {
    "wall_states": {"theme": "dark"},
    "wall_not_assessed": {"theme": "light"},
    "room_several": {"theme": "dark"},
    "room_emergency": {"theme": "light"},
    "room_ready": {"theme": "contrast"},
}


@pytest.mark.parametrize("name", AXE)
def test_axe_finds_nothing(shown: Open, name: str) -> None:
    page = shown(name, "1920", seq=f"axe {name}", **AXE[name])
    assert looks.violations(page) == []
