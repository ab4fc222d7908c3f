"""Weights that may be a slip: what is asked, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import units
from monitor.protocol.document import Adults, Document, Usual
from monitor.protocol.usual import USUAL_KG, usual_kg, weight_question

TREATED = Adults(
    age=(18, 90), weight_kg=(35, 180), usual=(Usual(from_age=18, weight_kg=(45, 115)), Usual(from_age=75, weight_kg=(40, 100)))
)

WEIGHTS: dict[str, tuple[float, float | None, str | None]] = {
    "a usual one": (70, 33, None),
    "the lightest usual one": (45, 33, None),
    "the heaviest usual one": (115, 33, None),
    "pounds": (154, 33, "154 kg is 340 lb. Or was it read in pounds: 154 lb, 70 kg?"),
    "pounds of a light one": (115.5, 33, "115.5 kg is 255 lb. Or was it read in pounds: 115.5 lb, 52 kg?"),
    "too light for any unit": (38, 33, "38 kg is 84 lb. Are this weight and the age of 33 years right?"),
    "light and not old": (42, 74, "42 kg is 93 lb. Are this weight and the age of 74 years right?"),
    "as light and old": (42, 75, None),
    "heavy and old": (112, 80, "112 kg is 247 lb. Or was it read in pounds: 112 lb, 51 kg?"),
    "light at an unknown age": (42, None, "42 kg is 93 lb. Is this weight right?"),
    "younger than any age named": (70, 16, None),
}


@pytest.mark.parametrize("about", WEIGHTS)
def test_a_weight_that_is_usual_in_pounds_or_unusual_at_its_age_is_asked_about(about: str) -> None:
    weight, age, asked = WEIGHTS[about]
    assert weight_question(weight, age, TREATED) == asked


def test_the_example_asks_about_154_kg(document: Document) -> None:
    assert document.adults is not None
    asked = weight_question(154, 33, document.adults)
    assert asked is not None and "70 kg" in asked


@pytest.mark.parametrize("adults", [None, Adults(age=(18, 90), weight_kg=(35, 180))])
def test_a_protocol_that_names_no_usual_weight_asks_all_the_same(adults: Adults | None) -> None:
    assert usual_kg(33, adults) == USUAL_KG == (45, 115)
    assert weight_question(154, 33, adults) is not None


@given(st.floats(45, 115), st.integers(18, 74))
def test_no_usual_weight_is_asked_about_and_each_one_typed_in_pounds_is_unless_it_is_usual_as_it_stands(kg: float, age: int) -> None:
    assert weight_question(kg, age, TREATED) is None
    typed = units.pounds(kg)
    asked = weight_question(typed, age, TREATED)
    assert (asked is None) == (typed <= 115)
    assert asked is None or f"{units.shown(kg)} kg?" in asked


@pytest.mark.parametrize("kg", [45.0, 115.0])
def test_a_weight_at_the_edge_of_what_is_usual_may_have_been_typed_in_pounds(kg: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "kilograms", lambda _: kg)
    asked = weight_question(200, 33, TREATED)
    assert asked is not None and "Or was it read in pounds" in asked
