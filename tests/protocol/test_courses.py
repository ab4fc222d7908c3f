"""Made-up courses: a value round a limit makes one prompt, and what is added to a course makes no danger be told late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import events as e
from monitor.protocol.document import Document, load_protocol
from monitor.yamlmarks import read_yaml
from tests.bedside import Bed, ruled
from tests.conftest import EXAMPLE

HOUR = 3600
BROKEN = {"D-7": ("spo2", 92), "D-8": ("spo2", 88), "E-2": ("spo2", 83), "D-9": ("hr", 125), "D-10": ("hr", 46), "D-11": ("rr", 8), "E-3": ("rr", 4)}
LIMITS = {"D-7": 94, "D-8": 90, "E-2": 85, "D-9": 120, "D-10": 50, "D-11": 10, "E-3": 6}
LATER_S = {"E-2": 15, "E-3": 15}
"""How much later an extreme may come; 30 s for the others."""


def alone(rule: str) -> Document:
    """The example protocol with this rule and no other."""
    data, _ = read_yaml(EXAMPLE)
    assert isinstance(data, dict)
    written: dict[str, Any] = next(r for r in data["rules"] if r["id"] == rule)
    return ruled({**written, "unless": []})


ALONE = {rule: alone(rule) for rule in BROKEN}
SHIPPED = load_protocol(EXAMPLE)


@pytest.mark.parametrize("rule", BROKEN)
@settings(max_examples=8)
@given(course=st.lists(st.tuples(st.integers(-2, 2), st.integers(1, 60)), min_size=1, max_size=6))
def test_a_value_round_a_limit_for_an_hour_is_at_most_two_prompts(rule: str, course: list[tuple[int, int]]) -> None:
    signal, limit = BROKEN[rule][0], LIMITS[rule]
    values = [limit + offset for offset, length in course for _ in range(length)]
    bed = Bed(ALONE[rule])
    changes = [c for at in range(HOUR) for c in bed.second(at, **{signal: float(values[at % len(values)])})]
    assert len({c.episode for c in changes if c.state is e.PromptState.ACTIVE}) <= 2


def raised_at(rule: str, values: Sequence[float | None]) -> int:
    """The second at which the rule's prompt comes."""
    bed, signal = Bed(ALONE[rule]), BROKEN[rule][0]
    for at, value in enumerate(values):
        if any(c.state is e.PromptState.ACTIVE for c in bed.second(at, **{signal: value})):
            return at
    return len(values)


@pytest.mark.parametrize("rule", BROKEN)
@settings(max_examples=25)
@given(
    blips=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 2), st.booleans()), min_size=1, max_size=4),
    grave=st.integers(0, 2),
)
def test_a_blip_or_a_gap_makes_no_danger_be_told_late(rule: str, blips: list[tuple[int, int, bool]], grave: int) -> None:
    signal, value = BROKEN[rule]
    normal = {"spo2": 97.0, "hr": 72.0, "rr": 14.0}[signal]
    worse = float(value - grave if value < LIMITS[rule] else value + grave)
    plain: list[float | None] = [normal] * 5 + [worse] * 200
    disturbed = list(plain)
    at = 5
    for after, length, gap in blips:
        at += 10 + after
        disturbed[at : at + length] = [None if gap else normal] * length
    assert raised_at(rule, disturbed) - raised_at(rule, plain) <= LATER_S.get(rule, 30)


GREATER = {"D-7": ("D-8", "E-2", "T-11", "T-12", "D-18"), "D-8": ("E-2",), "E-2": (), "D-9": (), "D-10": (), "D-11": ("E-3", "D-18"), "E-3": ()}
"""Which prompts tell of a limit's danger besides its own rule's."""
LEVELS = {"spo2": (97, 95, 92, 88, 83), "hr": (72, 118, 125, 51, 46), "rr": (14, 12, 10, 8, 4)}
TOLD_S = 60
"""Every limit's own persistence, doubt included, and the 15 or 30 s that it may be late."""


@pytest.mark.parametrize("signal", LEVELS)
@settings(max_examples=25)
@given(
    before=st.lists(st.tuples(st.sampled_from((None, 0, 1, 2, 3, 4)), st.integers(1, 40)), max_size=8),
    last=st.integers(1, 4),
    answers=st.lists(st.tuples(st.integers(0, 200), st.sampled_from(list(e.Answer))), max_size=4),
)
def test_whatever_came_before_and_was_answered_a_danger_that_lasts_is_an_open_prompt(
    signal: str, before: list[tuple[int | None, int]], last: int, answers: list[tuple[int, e.Answer]]
) -> None:
    levels, bed = LEVELS[signal], Bed(SHIPPED)
    values = [None if level is None else float(levels[level]) for level, length in before for _ in range(length)]
    for at, value in enumerate([*values, *[float(levels[last])] * TOLD_S]):
        bed.second(at, **{signal: value})
        for answer in (answer for when, answer in answers if when == at):
            for prompt in [p for p in bed.state.prompts.values() if p.open]:
                bed.happen(at, e.PromptAnswered(rule=prompt.rule, episode=prompt.episode, answer=answer, reason="artefact"))
    told = {p.rule for p in bed.state.prompts.values() if p.state in (e.PromptState.ACTIVE, e.PromptState.RECHECK)}
    for rule, (of, value) in BROKEN.items():
        beyond = levels[last] <= value if value < LIMITS[rule] else levels[last] >= value
        if of == signal and beyond:
            assert told & {rule, *GREATER[rule]}, f"{rule} at {levels[last]}"
