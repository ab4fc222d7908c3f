"""The dashboard in a real browser: from a stored tick to the pixel, and how soon the wall is painted."""

from __future__ import annotations

from collections.abc import Iterator


def ward_of_twelve() -> Iterator[str]:
    from tests.browser.measure import ward_of_twelve as measured

    yield from measured()


def first_paint() -> Iterator[str]:
    from tests.browser.measure import first_paint as measured

    yield from measured()
