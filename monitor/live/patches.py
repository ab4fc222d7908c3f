"""What changed from one frame to the next. ``feed.js`` applies it in the browser.

A patch of a value is one of::

    [value]        it is this now
    []             its key is gone
    {key: patch}   only these parts of it changed; in a list the key is the place
    [n, [more]]    a list lost its first n and gained these at its end

Values are absolute, so a screen never adds up.
"""

from __future__ import annotations

from typing import Any

Patch = list[Any] | dict[str, Any]
SLIDES = 3
"""A trend loses one point and gains one; more than this many at once and the list is sent anew."""


def patch(was: Any, now: Any) -> Patch:
    """How to come from one value to the other, where they differ."""
    if isinstance(was, dict) and isinstance(now, dict):
        gone: dict[str, Any] = {key: [] for key in was if key not in now}
        new = {key: [value] for key, value in now.items() if key not in was}
        kept = {key: patch(was[key], value) for key, value in now.items() if key in was and was[key] != value}
        return {**gone, **new, **kept}
    if isinstance(was, list) and isinstance(now, list) and was:
        for lost in range(min(len(was), SLIDES + 1)):
            stays = len(was) - lost
            if stays <= len(now) and was[lost:] == now[:stays]:
                return [lost, now[stays:]]
        if len(was) == len(now):
            return {str(place): patch(old, new) for place, (old, new) in enumerate(zip(was, now, strict=True)) if old != new}
    return [now]
