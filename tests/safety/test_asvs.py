"""docs/asvs.md has every number that it must have, once, and names only tests and places that are there."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import NamedTuple

import pytest

from tests.safety.test_hazards import HOME, is_there

DOCS = HOME / "docs"
PAGE = DOCS / "asvs.md"
ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \| (.+?) \| (.+) \|$", re.M)
TEST = re.compile(r"`(tests/[^`]+)`")
PLACE = re.compile(r"\]\(([a-z]+\.md)(?:#([a-z0-9-]+))?\)")
LEVEL_1 = {1: 8, 2: 4, 3: 8, 4: 2, 5: 4, 6: 13, 7: 6, 8: 4, 9: 4, 10: 5, 11: 3, 12: 3, 13: 1, 14: 2, 15: 3}
LEVEL_2 = {7: 12, 8: 3, 14: 7, 16: 16}
"""How many requirements each chapter of ASVS 5.0.0 has at a level."""
ANSWERS = ("met by ", "not applicable because ", "**not met**")


class Row(NamedTuple):
    number: tuple[int, int, int]
    asked: str
    answer: str


def rows(text: str) -> list[Row]:
    return [Row((int(a), int(b), int(c)), asked, answer) for a, b, c, asked, answer in ROW.findall(text)]


FIRST, SECOND = (rows(part) for part in PAGE.read_text(encoding="utf-8").split("\n## Level ")[1:])


def test_level_1_is_whole() -> None:
    assert len(FIRST) == sum(LEVEL_1.values()) == 70
    assert Counter(row.number[0] for row in FIRST) == LEVEL_1


def test_level_2_is_whole_in_the_chapters_that_it_goes_through() -> None:
    assert Counter(row.number[0] for row in SECOND) == LEVEL_2


def test_no_number_stands_twice_and_each_level_is_in_order() -> None:
    numbers = [row.number for row in chain(FIRST, SECOND)]
    assert len(numbers) == len(set(numbers))
    for level in (FIRST, SECOND):
        assert [row.number for row in level] == sorted(row.number for row in level)


def headings(file: str) -> set[str]:
    text = (DOCS / file).read_text(encoding="utf-8")
    return {re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("row", [*FIRST, *SECOND], ids=lambda row: ".".join(map(str, row.number)))
def test_an_answer_is_one_of_four_and_what_it_names_is_there(row: Row) -> None:
    assert row.answer.startswith(ANSWERS)
    named, places = TEST.findall(row.answer), PLACE.findall(row.answer)
    if row.answer.startswith("met by the documented proxy") or not named:
        assert places or not row.answer.startswith("met by ")
    for test in named:
        assert is_there(test), test
    for file, heading in places:
        assert not heading or heading in headings(file), heading
