"""A patch leads from one frame to the next, and is small where little changed."""

from __future__ import annotations

import copy
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from monitor.live.patches import patch


def applied(change: Any, was: Any) -> Any:
    """What feed.js does, in Python."""
    if isinstance(change, list):
        return change[0] if len(change) == 1 else [*was[change[0] :], *change[1]]
    now: Any = list(was) if isinstance(was, list) else dict(was)
    for key, part in change.items():
        if part == []:
            del now[key]
        elif isinstance(now, list):
            now[int(key)] = applied(part, now[int(key)])
        else:
            now[key] = applied(part, now.get(key))
    return now


leaves = st.none() | st.integers(0, 3) | st.sampled_from(["", "97", "DE"])
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("abcd"), inner), max_leaves=20)
frames = st.dictionaries(st.sampled_from("abcdef"), values)


@given(frames, frames)
def test_a_patch_applied_to_the_one_gives_the_other(was: Any, now: Any) -> None:
    before = copy.deepcopy((was, now))
    change = orjson.loads(orjson.dumps(patch(was, now)))
    assert applied(change, was) == now
    assert (was, now) == before


@given(frames)
def test_nothing_new_is_an_empty_patch(frame: Any) -> None:
    assert patch(frame, copy.deepcopy(frame)) == {}


def test_one_number_of_one_tile_is_all_that_is_sent() -> None:
    was = {"clock": "10:00:00", "tiles": [{"room": "1", "hr": {"value": "70"}}, {"room": "2", "hr": {"value": "80"}}]}
    now = copy.deepcopy(was)
    now["tiles"][1]["hr"]["value"] = "81"  # type: ignore[index]
    assert patch(was, now) == {"tiles": {"1": {"hr": {"value": ["81"]}}}}


def test_a_trend_that_goes_on_sends_its_newest_point() -> None:
    assert patch({"t": [1, 2, 3]}, {"t": [1, 2, 3, 4]}) == {"t": [0, [4]]}
    assert patch({"t": [1, 2, 3]}, {"t": [2, 3, 4]}) == {"t": [1, [4]]}
