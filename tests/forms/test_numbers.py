"""A number as it was typed is read as it stands or refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.forms.numbers import read_number
from tests.forms.typed import TYPED


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("5", 5), ("0,5", 0.5), ("0.5", 0.5), (".5", 0.5), (",5", 0.5), ("0.500", 0.5), ("0,125", 0.125), ("1.5", 1.5), ("1,50", 1.5),
        ("1.1250", 1.125), ("1234.567", 1234.567), ("1500", 1500), (" 70 ", 70), ("70 kg", 70), ("70kg", 70), ("70 KG", 70), ("007", 7),
        ("0", 0), ("0,0", 0),
    ],
)  # fmt: skip
def test_a_comma_and_a_full_stop_are_the_same_mark(typed: str, value: float) -> None:
    read = read_number(typed, "kg")
    assert (read.value, read.wrong) == (value, "")


@pytest.mark.parametrize("typed", ["1,500", "1.500", "12.345", "999,999", "70.125", "1.500 kg"])
def test_what_may_part_thousands_is_refused_with_both_readings(typed: str) -> None:
    read = read_number(typed, "kg")
    assert read.value is None
    assert "two ways" in read.wrong
    first, rest = typed.removesuffix(" kg").replace(",", ".").split(".")
    assert f"or {first}{rest}." in read.wrong
    exact = read.wrong.split("write ")[1].split(" or ")[0]
    assert read_number(exact, "kg").value == float(f"{first}.{rest}")


@pytest.mark.parametrize(
    "typed",
    [
        "1,500.5", "1.500,5", "1.5.0", "1,5,0", "1 500", "1'500", "1’500", "1 500,5", "5.", "5,", ".", ",", "-5", "−5", "- 5", "+5", "1e3", "5 mg",
        "154 lb", "kg", "five", "½", "٥", "５", "5-6", "120/80", "~5", "<5", "0x10", "nan", "inf", "5kgkg", "5 k g", "1" * 30,
    ],
)  # fmt: skip
def test_marks_letters_signs_and_other_units_are_refused_in_words(typed: str) -> None:
    read = read_number(typed, "kg")
    assert read.value is None
    assert read.wrong.endswith(".")


@pytest.mark.parametrize("typed", TYPED)
def test_each_of_sixty_texts_is_what_it_means_or_is_refused(typed: str) -> None:
    read = read_number(typed, "kg")
    assert read.value == TYPED[typed]
    assert (read.value is None) is bool(read.wrong)


def test_nothing_typed_is_neither_a_number_nor_wrong() -> None:
    assert read_number("") == read_number("   ") == read_number("\u00a0")
    assert read_number("").value is None
    assert read_number("").wrong == ""


@pytest.mark.parametrize(("typed", "low", "high", "fits"), [("64", 0, 60, False), ("60", 0, 60, True), ("0", 1, 60, False), ("300", 0, 240, False)])
def test_what_is_out_of_bounds_is_refused_and_never_clipped(typed: str, low: float, high: float, fits: bool) -> None:
    read = read_number(typed, "min", low, high)
    assert (read.value is not None) is fits
    assert fits or f"{low} to {high} min" in read.wrong


def test_a_whole_number_has_no_fraction() -> None:
    assert read_number("14.5", whole=True).wrong == "Write a whole number."
    assert read_number("14,0", whole=True).value == 14


@given(st.text(st.characters() | st.sampled_from("0123456789.,' -kgmlb/"), max_size=24))
def test_whatever_is_typed_is_read_as_it_stands_or_refused(typed: str) -> None:
    read = read_number(typed, "kg", 0, 1e9)
    assert read.value is None or not read.wrong
    if read.value is not None:
        plain = typed.strip().casefold().removesuffix("kg").strip().replace(",", ".")
        assert float(plain) == read.value
        assert set(plain) <= set("0123456789.")


@given(st.integers(0, 999999), st.integers(0, 9999), st.sampled_from(".,"))
def test_a_number_with_one_mark_is_read_alike_in_both_languages_or_in_neither(whole: int, part: int, mark: str) -> None:
    read = read_number(f"{whole}{mark}{part}")
    assert read == read_number(f"{whole}.{part}") or (read.value is None and read.wrong)
    assert (read.value is None) == (1 <= whole <= 999 and len(str(part)) == 3)
