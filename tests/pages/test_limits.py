"""Every form with all its fields filled to what they say they take: whatever comes of it, it is said in the form."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import events as e
from monitor.live.station import Station
from monitor.views.forms import ALL
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]

STATIONS = {"refused", "partly", "stored", "end_run"}
"""They are opened by what has happened, and have nothing to type."""
ROUNDS = 4
"""What is chosen shows more fields."""


def full(screen: Screen, letters: str) -> dict[str, Any]:
    """Each field of the open form with the most that it says it takes."""
    values: dict[str, Any] = {}
    for name, field in screen.fields().items():
        match field["kind"]:
            case "text" | "area":
                values[name] = (letters * field["max"])[: field["max"]]
            case "number":
                values[name] = "1"
            case "tick":
                values[name] = "yes"
            case "choice" | "choices":
                chosen = [one["id"] for one in field["options"]]
                values[name] = (chosen[:1] if field["kind"] == "choices" else chosen[0]) if chosen else ""
    return values


@pytest.mark.parametrize("letters", ["x", "ab, "])
@pytest.mark.parametrize("name", sorted(set(ALL) - STATIONS))
def test_a_form_whose_fields_are_full_is_stored_or_says_what_is_wrong(
    here: Station, monkeypatch: pytest.MonkeyPatch, name: str, letters: str
) -> None:
    settled(here)
    screen = Screen(monkeypatch, "room", room="1" if name in ("checkin", "next") else "2")
    screen.act({"do": "dialog", "name": name, "room": screen.room, "session": screen.frame.get("session"), "fill": {}})
    for _ in range(ROUNDS):
        if screen.form is None or not screen.form["buttons"]:
            return
        values = full(screen, letters)
        screen.press("none", **values)
        if screen.form is not None and full(screen, letters) == values:
            screen.press(screen.form["buttons"][-1]["id"], asked=tuple(one["id"] for one in screen.form["asks"]), **values)


def test_an_allergy_that_is_too_long_for_one_is_refused_beside_the_field(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch, "room", room="1")
    screen.open("checkin")
    written = {"alias": "Wren", "kind": "simulated", "scenario": "pleasant"}
    screen.press("save", **written, allergies="penicillin, " + "x" * (e.LONGEST_NAME + 1))
    assert list(screen.wrong()) == ["allergies"]
    assert screen.press("save", **written, allergies="penicillin, " + "x" * e.LONGEST_NAME) is None
    (head,) = here.log.heads()
    opened = here.log.entries(head.session)[0]
    assert "penicillin" in opened.body
