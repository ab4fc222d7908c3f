"""What the tests in a browser start from: one Chromium, and one page that a test of a component leaves to the next as it found it.

The scope is the module: Playwright's loop runs from its first page to its end, and tests elsewhere have loops of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import harness
from tests.browser.chromium import launched
from tests.browser.harness import Open


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the pages of components are."""
    with harness.serve() as url:
        yield url


@pytest.fixture(scope="module")
def common(browser: Any) -> Any:
    """To open a window costs more than most tests do in it."""
    return harness.listened(browser.new_page())


@pytest.fixture
def blank(browser: Any, common: Any) -> Iterator[Open]:
    """Gives an empty page: the common one, or one of its own where it is to be another. What fails in its scripts fails the test."""
    spare, given = [common], []

    def opened(size: tuple[int, int] = (1920, 1080), **options: Any) -> Any:
        page = spare.pop() if spare and not options else harness.listened(browser.new_page(**options))
        page.set_viewport_size({"width": size[0], "height": size[1]})
        given.append(page)
        return page

    yield opened
    failed = [error for page in given for error in page.errors]
    for page in given:
        if page is common:
            harness.forgets(page)
        else:
            page.close()
    assert failed == []


@pytest.fixture
def open_page(blank: Open, address: str) -> Open:
    """Opens the page of a component and feeds it a frame, if there is one."""

    def opened(frame: harness.Frame | None, size: tuple[int, int] = (1920, 1080), kind: str = "wall", held: bool = True, **options: Any) -> Any:
        page = blank(size, **options)
        harness.opens(page, address, kind if frame is None else frame["page"].replace("ward", "wall"), held)
        if frame is not None:
            harness.feed(page, frame)
            page.wait_for_selector(".im .page", state="visible")
        return page

    return opened
