"""What is wrong with the look of a page, asked of the browser itself: every page, state and size is asked the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

SIZES = {"1920": (1920, 1080), "1280": (1280, 800), "820": (820, 1180), "390": (390, 844)}
WINDOWS = (
    "1920x1080", "1280x800", "820x1180", "390x844", "2560x1440", "1123x794", "1180x820", "1580x900", "1700x950", "960x600", "1366x768", "768x1024",
)  # fmt: skip
THEMES = ("dark", "light", "contrast")

FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")


def faults(page: Any) -> list[Any]:
    """What is wrong with the page as it stands: which fault, of which element, with which text, by how many pixels."""
    found: list[Any] = page.evaluate(FAULTS)
    return found


ZOOMED = {
    f"{window}{mark}": (max(320, int(width) // zoom), int(height) // zoom, zoom)
    for window in WINDOWS
    for width, height in [window.split("x")]
    for zoom, mark in ((1, ""), (2, " at 200 %"))
}
"""Each window as it is and at 200 %, where the page has half of its pixels: width, height, zoom. Below 320 px, the narrowest that WCAG 2.2
asks for (1.4.10), a phone enlarges the picture and not the page."""


def resize(page: Any, size: str) -> None:
    """Another window, if it is not this one; comes back when the page has been laid out."""
    width, height = SIZES[size] if size in SIZES else ZOOMED[size][:2]
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT

    script: str = AXE_SCRIPT
    return script


def violations(page: Any) -> list[Any]:
    """What axe-core finds: the rule, and each place that breaks it."""
    page.evaluate(_axe())
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [(rule["id"], rule["help"], [node["target"] for node in rule["nodes"]]) for rule in found]
