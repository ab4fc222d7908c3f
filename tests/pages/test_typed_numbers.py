"""Numbers that are wrong or can be read in two ways, typed into every number field that a form has: none is stored."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import events as e
from monitor.live.station import Station
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]

WRONG = (
    "1,500", "1.500", "12.345", "1,500.5", "1.5.0", "1 500", "1'500", "5.", "5,", "-5", "+5", "1e3", "five", "½", "5 stone", "154 lb", "5 5",
    "0x10", "nan", "١٢", "5/6", ".", "5;5", "~5",
)  # fmt: skip
"""None of them can be read as one number that fits any of these fields."""

FORMS: dict[str, dict[str, Any]] = {
    "drug": {"drug": "ondansetron", "mode": "given"},
    "breathing": {},
    "oxygen": {},
    "pressure": {},
    "late": {"what": "breathing"},
    "away": {"why": "bathroom", "escort": "S. Lee"},
    "checkin": {"alias": "Wren", "kind": "simulated", "scenario": "pleasant"},
}
"""What else is written in each form, so that its number fields are there and nothing but the number is wrong."""
GOOD = {
    "dose ondansetron": "4", "ago": "0", "breathing": "14", "oxygen": "2", "sys": "120", "dia": "80", "most": "10", "age": "40", "weight": "70",
    "number": "2", "seed": "7", "speed": "2",
}  # fmt: skip


def opened(patch: pytest.MonkeyPatch, name: str) -> Screen:
    screen = Screen(patch, "room", room="1" if name == "checkin" else "2")
    screen.open(name)
    return screen


def numbers(screen: Screen) -> list[str]:
    return [name for name, field in screen.fields().items() if field["kind"] == "number"]


def entries(here: Station) -> int:
    return sum(len(here.log.entries(head.session)) for head in here.log.heads())


@pytest.mark.parametrize("name", FORMS)
def test_no_wrong_or_ambiguous_number_is_stored(here: Station, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    settled(here)
    screen = opened(monkeypatch, name)
    screen.press("none", **FORMS[name])
    there, before, tried = numbers(screen), entries(here), 0
    assert there
    good = {field: GOOD[field] for field in there}
    for field in there:
        for typed in WRONG:
            form = screen.press("save", **FORMS[name], **(good | {field: typed}))
            assert form is not None, (field, typed)
            assert list(screen.wrong()) == [field], (field, typed)
            assert "Not stored" in screen.says()
            tried += 1
    assert entries(here) == before
    assert tried == len(there) * len(WRONG)
    assert screen.press("save", **FORMS[name], **good) is None, "and the right ones are"
    assert entries(here) > before


@pytest.mark.parametrize(("typed", "stored"), [("0,5", 0.5), ("0.5", 0.5), (" 4 ", 4.0), ("4 mg", 4.0), ("4,0", 4.0)])
def test_a_dose_is_stored_as_it_was_typed_in_either_language(
    here: Station, monkeypatch: pytest.MonkeyPatch, typed: str, stored: float
) -> None:
    session = settled(here)
    screen = opened(monkeypatch, "drug")
    form = screen.press("save", drug="ondansetron", mode="given", **{"dose ondansetron": typed})
    if form is not None:  # an eighth of the usual dose is asked about first
        screen.press("save", tuple(ask["id"] for ask in form["asks"]), drug="ondansetron", mode="given", **{"dose ondansetron": typed})
    (given,) = (entry for entry in here.log.entries(session) if entry.kind == "drug_given")
    assert e.parse(given.kind, given.body).dose == stored  # type: ignore[union-attr]
