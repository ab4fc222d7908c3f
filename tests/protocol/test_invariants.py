"""What must hold whatever happens: missing is never normal, and a prompt's life has one order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import charting
from monitor import events as e
from monitor.protocol.cases import Case, cases_beside, load_cases, played
from monitor.protocol.condition import MET, NOT_MET
from monitor.protocol.document import Document
from monitor.protocol.evaluate import evaluate
from monitor.vitals import CUFF, Signal
from tests.conftest import EXAMPLE


def finding(document: Document, case: Case, at: int) -> int:
    """What the case's rule finds at this second."""
    for second, rehearsal, measured in islice(played(document, case), at + 1):
        rehearsal.second(second, measured)
    return next(f.truth for f in evaluate(document, rehearsal.state, rehearsal.window, at) if f.rule.id == case.rule)


def without(case: Case, document: Document) -> Iterator[tuple[str, Case]]:
    """The case with its streams, one cuff reading or one score taken away."""
    streams = [Signal(s) for s in document.rule[case.rule].signals if Signal(s) not in CUFF]
    if streams:
        # All that may stand for each other together: where one of two remains, it may well decide.
        yield "its streams", case.model_copy(update={"series": {**case.series, **dict.fromkeys(streams, ())}})
    for n in range(len(case.cuff)):
        yield f"reading {n + 1}", case.model_copy(update={"cuff": case.cuff[:n] + case.cuff[n + 1 :]})
    for n, said in enumerate(case.log):
        if said.words[0] in charting.SCALES:
            yield " ".join(said.words), case.model_copy(update={"log": case.log[:n] + case.log[n + 1 :]})


def test_what_is_taken_away_makes_no_met_finding_not_met(document: Document) -> None:
    tried = 0
    for case, _ in load_cases(cases_beside(EXAMPLE), document):
        # What is due by the clock is known without any value; this is about what was measured or charted.
        clinical = document.rule[case.rule].kind is e.PromptKind.CLINICAL
        if case.shows != "fires" or not clinical or case.until > 1200:
            continue
        at = case.expect[0].at
        assert finding(document, case, at) == MET
        for what, poorer in without(case, document):
            tried += 1
            assert finding(document, poorer, at) != NOT_MET, f"{case.rule} without {what}"
    assert tried > 20


LEVELS = st.lists(st.tuples(st.sampled_from([98, 93, 89, 84, None]), st.integers(1, 40)), min_size=1, max_size=12)
ANSWERS = st.lists(
    st.tuples(st.integers(0, 300), st.sampled_from(["D-7", "D-8", "E-2", "T-1", "T-2"]), st.sampled_from(list(e.Answer))), max_size=6
)


@settings(max_examples=60)
@given(levels=LEVELS, answers=ANSWERS)
def test_a_prompts_life_has_one_order(
    document: Document, levels: list[tuple[int | None, int]], answers: list[tuple[int, str, e.Answer]]
) -> None:
    text = " ".join(f"{'_' if value is None else value}x{length}" for value, length in levels)
    case = Case.model_validate({"name": "x", "rule": "D-7", "shows": "more", "series": {"spo2": text}, "until": "5:00"})
    answered: set[tuple[str, int]] = set()
    ended: dict[tuple[str, int], int] = {}
    for at, rehearsal, measured in played(document, case):
        for when, rule, what in answers:
            prompt = rehearsal.state.prompts.get(rule)
            if when == at and prompt is not None and prompt.open:
                answered.add((rule, prompt.episode))
                rehearsal.happen(at, [e.PromptAnswered(rule=rule, episode=prompt.episode, answer=what, reason="x")])
                assert rehearsal.state.prompts[rule].open, "answering never ends a condition"
        before = dict(rehearsal.state.prompts)
        for change in rehearsal.second(at, measured):
            key = (change.rule, change.episode)
            if key in ended:
                assert change.state is not e.PromptState.RESOLVED, "an episode ends once, unless it has returned"
                assert at - ended.pop(key) <= document.rule[change.rule].again_within, "what returns later is another one"
            was = before.get(change.rule)
            if change.state is e.PromptState.RESOLVED:
                ended[key] = at
                louder = any(p.open for r, p in rehearsal.state.prompts.items() if r in document.rule[change.rule].unless)
                if change.priority is e.Priority.HIGH and was is not None and was.open:
                    assert key in answered or louder, "a high prompt ends only answered, or in favour of a greater one"
            if change.state is e.PromptState.RECHECK:
                assert key in answered
    for prompt in rehearsal.state.open_prompts:
        assert (prompt.rule, prompt.episode) not in ended


@pytest.mark.parametrize("rule", ["D-7", "D-8", "E-2"])
def test_lost_data_never_ends_a_prompt(document: Document, rule: str) -> None:
    value = {"D-7": 93, "D-8": 89, "E-2": 84}[rule]
    case = Case.model_validate({"name": "x", "rule": rule, "shows": "more", "series": {"spo2": f"{value}x40 _x200"}, "until": "4:00"})
    for at, rehearsal, measured in islice(played(document, case), 240):
        rehearsal.second(at, measured)
    assert rehearsal.state.prompts[rule].open
