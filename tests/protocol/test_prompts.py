"""The life of a prompt: what begins, holds, brings back and ends it, second by second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import events as e
from monitor.events import Answer, PromptState
from monitor.protocol.document import Document
from monitor.protocol.prompts import recheck_at
from tests.bedside import Bed, ruled, spo2

Step = tuple[int, str]
HIGH = {"priority": "high", "recheck": "1 min"}


def answer(bed: Bed, at: int, what: Answer, rule: str = "X-1", by: str = "nurse") -> None:
    episode = bed.state.prompts[rule].episode
    bed.happen(at, e.PromptAnswered(rule=rule, episode=episode, answer=what, options=("look",), reason="busy"), by=by)


def life(document: Document, values: str, answers: Mapping[int, Answer] | None = None, rule: str = "X-1") -> list[Step]:
    """What one rule's prompt does while SpO2 goes so; an answer takes part in its second."""
    bed, steps = Bed(document), []
    for at, sample in spo2(values):
        if answers and at in answers:
            answer(bed, at, answers[at], rule)
        steps += [(at, c.state.value) for c in bed.second(at, **sample) if c.rule == rule]
    return steps


DID = {7: Answer.DID}
LIVES: dict[str, tuple[dict[str, Any], str, dict[int, Answer], list[Step]]] = {
    "it begins and ends with its condition": ({}, "98x5 93x5 98x5", {}, [(5, "active"), (10, "resolved")]),
    "it can come again": ({}, "98x5 93x5 98x5 93x2", {}, [(5, "active"), (10, "resolved"), (15, "active")]),
    "missing data ends nothing": ({}, "98x5 93x5 _x60", {}, [(5, "active")]),
    "a sensor off ends nothing": ({}, "98x5 93x5 offx60", {}, [(5, "active")]),
    "missing data begins nothing": ({}, "98x5 _x60", {}, []),
    "a high one stays until it is answered": (HIGH, "98x5 93x5 98x60", {}, [(5, "active"), (10, "over")]),
    "a high one that is over ends with its answer": (
        HIGH, "98x5 93x5 98x60", {20: Answer.DID}, [(5, "active"), (10, "over"), (20, "resolved")],
    ),
    "a high one that was answered ends with its condition": (HIGH, "98x5 93x5 98x60", DID, [(5, "active"), (10, "resolved")]),
    "a high one that is over comes back as itself": (
        HIGH, "98x5 93x5 98x5 93x5", {}, [(5, "active"), (10, "over"), (15, "active")],
    ),
    "an answer ends no condition": ({}, "98x5 93x30", DID, [(5, "active")]),
    "a re-check comes while the condition stands": ({"recheck": "10 s"}, "98x5 93x30", DID, [(5, "active"), (17, "recheck")]),
    "a re-check that is answered comes again": (
        {"recheck": "10 s"}, "98x5 93x30", {7: Answer.DID, 19: Answer.DID}, [(5, "active"), (17, "recheck"), (29, "recheck")],
    ),
    "no re-check once the condition is over": ({"recheck": "10 s"}, "98x5 93x5 98x30", DID, [(5, "active"), (10, "resolved")]),
    "no re-check before an answer": ({"recheck": "10 s"}, "98x5 93x30", {}, [(5, "active")]),
    "a re-check comes also when the data are lost": ({"recheck": "10 s"}, "98x5 93x5 _x30", DID, [(5, "active"), (17, "recheck")]),
    "a re-check comes when nobody can tell whether it is over": (
        {"recheck": "10 s", "clears_after": "30 s"}, "98x5 93x5 98x1 _x30", DID, [(5, "active"), (10, "over"), (17, "recheck")],
    ),
    "deferred comes back with the re-check": (
        {"recheck": "10 s"}, "98x5 93x30", {7: Answer.DEFERRED}, [(5, "active"), (17, "recheck")],
    ),
    "a high one deferred comes back with the re-check": (
        {"priority": "high", "recheck": "10 s"}, "98x5 93x30", {7: Answer.DEFERRED}, [(5, "active"), (17, "recheck")],
    ),
    "deferred comes back by itself without a re-check": (
        {}, "98x5 93x320", {7: Answer.DEFERRED}, [(5, "active"), (307, "recheck")],
    ),
    "declined comes back with the re-check": (
        {"recheck": "10 s"}, "98x5 93x30", {7: Answer.DECLINED}, [(5, "active"), (17, "recheck")],
    ),
    "declined without a re-check is quiet": ({}, "98x5 93x400", {7: Answer.DECLINED}, [(5, "active")]),
    "a locked out one waits after its answer": (
        {"lockout": "20 s"}, "98x5 93x5 98x5 93x30", DID, [(5, "active"), (10, "resolved"), (30, "active")],
    ),
    "a lockout holds nothing that nobody answered": (
        {"lockout": "20 s"}, "98x5 93x5 98x5 93x30", {}, [(5, "active"), (10, "resolved"), (15, "active")],
    ),
    "once is once": ({"once": True}, "98x5 93x5 98x5 93x30", {}, [(5, "active"), (10, "resolved")]),
    "it clears after a calm stretch": ({"clears_after": "6 s"}, "98x5 93x5 98x20", {}, [(5, "active"), (10, "over"), (16, "resolved")]),
    "a calm stretch that breaks is none": (
        {"clears_after": "6 s"}, "98x5 93x5 98x5 93x1 98x20", {},
        [(5, "active"), (10, "over"), (15, "active"), (16, "over"), (22, "resolved")],
    ),
    "what builds up again is no calm": (
        {"clears_after": "6 s", "when": {"vital": {"of": "spo2", "below": 94, "for": "5 s"}}}, "98x5 93x7 98x1 93x4 98x20", {},
        [(10, "active"), (12, "over"), (23, "resolved")],
    ),
    "what is unknown is no calm": (
        {"clears_after": "9 s"}, "98x5 93x2 98x2 _x20 98x20", {}, [(5, "active"), (7, "over"), (38, "resolved")],
    ),
    "on its way back it is not over": (
        {"when": {"vital": {"of": "spo2", "below": 94, "clears": 96}}}, "98x5 93x5 95x20 96x5", {}, [(5, "active"), (30, "resolved")],
    ),
    "inside its limit for ten times the calm it is over": (
        {"clears_after": "2 s", "when": {"vital": {"of": "spo2", "below": 94, "clears": 96}}}, "98x5 93x1 95x60", {},
        [(5, "active"), (26, "over"), (27, "resolved")],
    ),
    "what returns under its answer is asked about anew after the re-check": (
        {"again_within": "30 s", "recheck": "10 s"}, "98x5 93x5 98x5 93x20", DID,
        [(5, "active"), (10, "resolved"), (15, "active"), (25, "recheck")],
    ),
    "a high one that returns asks anew": (
        {**HIGH, "again_within": "30 s"}, "98x5 93x5 98x5 93x20", DID, [(5, "active"), (10, "resolved"), (15, "recheck")],
    ),
    "what is on its way is watched": (
        {"watch": True, "when": {"vital": {"of": "spo2", "below": 94, "for": "10 s"}}}, "98x5 93x20", {},
        [(5, "pending"), (15, "active")],
    ),
    "what was on its way goes without a prompt": (
        {"watch": True, "when": {"vital": {"of": "spo2", "below": 94, "for": "10 s"}}}, "98x5 93x5 98x9", {},
        [(5, "pending"), (10, "resolved")],
    ),
    "what is not watched begins when it is met": (
        {"when": {"vital": {"of": "spo2", "below": 94, "for": "10 s"}}}, "98x5 93x20", {}, [(15, "active")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
def test_a_life(name: str) -> None:
    rule, values, answers, expected = LIVES[name]
    assert life(ruled(rule), values, answers) == expected


def test_a_second_life_has_its_own_number_and_no_answer_of_the_first() -> None:
    bed = Bed(ruled({}))
    for at, sample in spo2("98x5 93x5 98x5 93x5"):
        if at == 7:
            answer(bed, at, Answer.DID)
        bed.second(at, **sample)
    prompt = bed.state.prompts["X-1"]
    assert (prompt.episode, prompt.since, prompt.answered) == (2, 15, None)


AGAIN = {"again_within": "30 s", "recheck": "5 min"}


@pytest.mark.parametrize(
    ("rule", "reason", "gap", "episode", "answered"),
    [
        (AGAIN, "known", 10, 1, True),
        (AGAIN, "artefact", 10, 1, False),
        ({**AGAIN, "priority": "high"}, "known", 10, 1, False),
        (AGAIN, "known", 31, 2, False),
    ],
)
def test_what_returns_in_time_is_the_same_prompt_and_keeps_an_answer_that_still_says_something(
    rule: dict[str, Any], reason: str, gap: int, episode: int, answered: bool
) -> None:
    bed = Bed(ruled(rule))
    for at, sample in spo2(f"98x5 93x5 98x{gap} 93x2"):
        if at == 7:
            bed.happen(at, e.PromptAnswered(rule="X-1", episode=1, answer=Answer.DECLINED, reason=reason))
        bed.second(at, **sample)
    prompt = bed.state.prompts["X-1"]
    assert (prompt.episode, prompt.answered is not None, prompt.since) == (episode, answered, 10 + gap)
    assert prompt.times == (2 if episode == 1 else 1)
    assert (prompt.earlier is not None) == (episode == 1 and not answered)


def test_an_answer_to_an_earlier_life_is_no_answer() -> None:
    bed = Bed(ruled({}))
    for at, sample in spo2("98x5 93x5 98x5 93x5"):
        bed.second(at, **sample)
    bed.happen(20, e.PromptAnswered(rule="X-1", episode=1, answer=Answer.DID))
    assert bed.state.prompts["X-1"].unanswered


def test_the_values_behind_a_prompt_are_those_of_its_second() -> None:
    bed = Bed(ruled({}))
    changes = [c for at, sample in spo2("98x5 93x2") for c in bed.second(at, **sample)]
    assert [(v.name, v.value, v.at) for v in changes[0].evidence] == [("spo2", 93.0, 5)]
    assert changes[0].message == "SpO2 93"


def test_what_ends_keeps_the_sentence_with_which_it_began_and_tells_the_values_of_now() -> None:
    bed = Bed(ruled({"recheck": "4 s"}))
    changes = []
    for at, sample in spo2("98x5 93x2 92x10 98x1"):
        if at == 7:
            answer(bed, at, Answer.DID)
        changes += bed.second(at, **sample)
    assert [(c.state.value, c.message, c.evidence[0].value) for c in changes] == [
        ("active", "SpO2 93", 93), ("recheck", "SpO2 92", 92), ("resolved", "SpO2 92", 98),
    ]  # fmt: skip


SYMPTOMS = {"when": {"symptom": {"any_of": ["chest_pain", "dizziness"]}}, "recheck": "9 min"}


@pytest.mark.parametrize(
    ("priority", "answered", "then", "steps"),
    [
        ("high", True, "symptom dizziness", ["active", "recheck"]),
        ("high", True, "symptom chest_pain", ["active"]),
        ("high", True, "nausea 3", ["active"]),
        ("high", False, "symptom dizziness", ["active"]),
        ("medium", True, "symptom dizziness", ["active"]),
    ],
)
def test_a_further_symptom_asks_again_where_a_high_prompt_was_answered_before_it(
    priority: str, answered: bool, then: str, steps: list[str]
) -> None:
    bed = Bed(ruled({**SYMPTOMS, "priority": priority}))
    bed.chart(5, "symptom chest_pain")
    found = [bed.second(5)]
    if answered:
        answer(bed, 7, Answer.DID)
    found += [bed.second(8)]
    bed.chart(10, then)
    found += [bed.second(at) for at in range(10, 14)]
    assert [c.state.value for changes in found for c in changes] == steps


# ---- an entry that was taken back ----

NAUSEA = {"when": {"score": {"scale": "nausea", "at_least": 4, "within": "20 min"}}, "says": "Nausea {nausea} ≥ 4"}
LOW_BY_HAND = {"when": {"pressure": {"sys_below": 90}}, "says": "BP {bp}, systolic < 90"}
PUMP = {"when": {"fact": "pump_seen_running"}, "says": "Pump seen running", "phases": ["ready", "running"]}
TAKEN_BACK: dict[str, tuple[dict[str, Any], tuple[str, ...], dict[str, Any] | None, list[tuple[str, str]]]] = {
    "a score": (NAUSEA, ("nausea 6",), None, [("active", "Nausea 6 ≥ 4"), ("resolved", "Nausea 6 ≥ 4: entry taken back")]),
    "a score that becomes a lower one": (
        NAUSEA, ("nausea 6",), {"kind": "scored", "scale": "nausea", "value": 2},
        [("active", "Nausea 6 ≥ 4"), ("resolved", "Nausea 6 ≥ 4: entry taken back")],
    ),
    "a score that becomes one that holds as well": (
        NAUSEA, ("nausea 6",), {"kind": "scored", "scale": "nausea", "value": 5}, [("active", "Nausea 6 ≥ 4")],
    ),
    "one of two that hold": (NAUSEA, ("nausea 5", "nausea 6"), None, [("active", "Nausea 6 ≥ 4")]),
    "a symptom": (
        SYMPTOMS | {"says": "{symptom}"}, ("symptom chest_pain",), None,
        [("active", "Chest pain"), ("resolved", "Chest pain: entry taken back")],
    ),
    "a high one": (
        SYMPTOMS | {"says": "{symptom}", "priority": "high"}, ("symptom chest_pain",), None,
        [("active", "Chest pain"), ("over", "Chest pain: entry taken back")],
    ),
    "a pressure by hand": (
        LOW_BY_HAND, ("pressure 85/50",), None,
        [("active", "BP 85/50, systolic < 90"), ("resolved", "BP 85/50, systolic < 90: entry taken back")],
    ),
    "a look at the pump": (
        PUMP, ("pump running",), None, [("active", "Pump seen running"), ("resolved", "Pump seen running: entry taken back")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_an_entry_that_is_taken_back_takes_back_what_it_caused(name: str) -> None:
    rule, charted, instead, steps = TAKEN_BACK[name]
    bed = Bed(ruled(rule))
    bed.chart(5, *charted)
    found = bed.second(5)
    bed.happen(8, e.Corrected(seq=bed.state.seq - len(found), instead=instead, takes_back=True))
    found += [change for at in range(8, 40) for change in bed.second(at)]
    assert [(c.state.value, c.message) for c in found] == steps


def test_a_high_prompt_whose_entry_was_taken_back_waits_for_its_answer_and_ends_with_it() -> None:
    bed = Bed(ruled({**SYMPTOMS, "says": "{symptom}", "priority": "high"}))
    bed.chart(5, "symptom chest_pain")
    bed.second(5)
    bed.happen(8, e.Corrected(seq=bed.state.seq - 1, takes_back=True))
    for at in range(8, 300):
        bed.second(at)
    assert bed.state.prompts["X-1"].unanswered
    answer(bed, 300, Answer.DECLINED)
    assert [(c.state.value, c.message) for c in bed.second(300)] == [("resolved", "Chest pain: entry taken back")]


def test_what_still_holds_when_its_entry_is_taken_back_does_not_end_for_want_of_data_later() -> None:
    bed = Bed(ruled(NAUSEA))
    bed.chart(5, "nausea 5", "nausea 6")
    bed.second(5)
    bed.happen(8, e.Corrected(seq=bed.state.seq - 1, takes_back=True))
    assert [c for at in range(8, 1400) for c in bed.second(at)] == []
    assert bed.state.prompts["X-1"].open


def test_a_correction_from_before_this_was_so_ends_nothing_by_itself() -> None:
    bed = Bed(ruled(NAUSEA))
    bed.chart(5, "nausea 6")
    bed.second(5)
    bed.happen(8, e.Corrected(seq=bed.state.seq - 1))
    assert [c for at in range(8, 40) for c in bed.second(at)] == []


# ---- rules that say more ----

TWO = (
    {"id": "X-1", "when": {"vital": {"of": "spo2", "below": 94}}, "unless": ["X-2"]},
    {"id": "X-2", "when": {"vital": {"of": "spo2", "below": 90}}, **HIGH},
)


def test_a_rule_is_silent_while_one_that_says_more_speaks() -> None:
    assert life(ruled(*TWO), "98x5 89x5") == []
    assert life(ruled(*TWO), "98x5 93x5 89x5") == [(5, "active"), (10, "resolved")]


def test_the_lesser_rule_speaks_while_the_greater_one_only_waits_for_its_answer() -> None:
    document = ruled(*TWO)
    bed, steps = Bed(document), []
    for at, sample in spo2("98x5 89x5 93x20"):
        if at == 15:
            answer(bed, at, Answer.DID, "X-2")
        steps += [(at, c.rule, c.state.value) for c in bed.second(at, **sample)]
    assert steps == [(5, "X-2", "active"), (10, "X-1", "active"), (10, "X-2", "over"), (15, "X-2", "resolved")]


@given(st.lists(st.tuples(st.sampled_from(["98", "93", "89", "_", "off"]), st.integers(1, 12)), min_size=1, max_size=8))
def test_whatever_is_silenced_is_said_by_another_rule(steps: list[tuple[str, int]]) -> None:
    document = ruled(*TWO)
    bed = Bed(document)
    for at, sample in spo2(" ".join(f"{value}x{times}" for value, times in steps)):
        bed.second(at, **sample)
        if bed.truth({"vital": {"of": "spo2", "below": 94}}, at) == 2:
            assert bed.state.open_prompts, f"nobody says that SpO2 is low at {at}"


# ---- the end of a phase ----


def ended_by_phase(rule: dict[str, Any]) -> tuple[Bed, list[Step]]:
    document = ruled({"phases": ["running"], **rule}, {"id": "X-9", "when": {"fact": "emergency"}})
    bed, steps = Bed(document).start(0), []
    for at, sample in spo2("98x5 93x20"):
        if at == 10:
            bed.chart(at, "stop")
        steps += [(at, c.state.value) for c in bed.second(at, **sample) if c.rule == "X-1"]
    return bed, steps


def test_a_prompt_ends_with_the_phase_that_its_rule_belongs_to() -> None:
    assert ended_by_phase({})[1] == [(5, "active"), (10, "resolved")]


def test_a_high_prompt_waits_for_its_answer_beyond_its_phase() -> None:
    bed, steps = ended_by_phase(HIGH)
    assert steps == [(5, "active"), (10, "over")]
    answer(bed, 25, Answer.DID)
    assert [c.state for c in bed.second(25, spo2=98.0)] == [PromptState.RESOLVED]


def test_a_late_finding_says_so() -> None:
    bed = Bed(ruled({}))
    bed.measure(0, spo2=93)
    changes = bed.rehearsal.tick(0, [], late=True)
    assert [c.late for c in changes] == [True]


# ---- whatever happens ----

ALLOWED = {
    None: {PromptState.PENDING, PromptState.ACTIVE},
    PromptState.PENDING: {PromptState.ACTIVE, PromptState.RESOLVED},
    PromptState.ACTIVE: {PromptState.OVER, PromptState.RESOLVED, PromptState.RECHECK},
    PromptState.RECHECK: {PromptState.OVER, PromptState.RESOLVED, PromptState.RECHECK},
    PromptState.OVER: {PromptState.ACTIVE, PromptState.RESOLVED, PromptState.RECHECK},
    PromptState.RESOLVED: {PromptState.PENDING, PromptState.ACTIVE},
}
RULES = st.fixed_dictionaries(
    {"when": st.sampled_from([{"vital": {"of": "spo2", "below": 94}}, {"vital": {"of": "spo2", "below": 94, "for": "3 s"}}])},
    optional={"clears_after": st.sampled_from(["3 s", "6 s"]), "recheck": st.sampled_from(["4 s", "10 s"]), "watch": st.booleans()},
)
KINDS = st.sampled_from([{"priority": "high"}, {}, {"once": True}, {"lockout": "9 s"}])
VALUES = st.lists(st.tuples(st.sampled_from(["98", "93", "_", "off"]), st.integers(1, 9)), min_size=1, max_size=10)


@given(rule=RULES, kind=KINDS, steps=VALUES, answers=st.dictionaries(st.integers(0, 90), st.sampled_from(list(Answer)), max_size=5))
def test_every_step_of_every_life_is_one_that_can_be(
    rule: dict[str, Any], kind: dict[str, Any], steps: list[tuple[str, int]], answers: dict[int, Answer]
) -> None:
    bed = Bed(ruled({**rule, **kind}))
    was: PromptState | None = None
    episode, high = 0, kind.get("priority") == "high"
    for at, sample in spo2(" ".join(f"{value}x{times}" for value, times in steps)):
        prompt = bed.state.prompts.get("X-1")
        if at in answers and prompt is not None and prompt.open:
            answer(bed, at, answers[at])
        answered = bed.state.prompts["X-1"].answered is not None if prompt is not None else False
        met = bed.second(at, **sample)
        assert len(met) <= 1
        for change in met:
            assert change.state in ALLOWED[was]
            begins = was in (None, PromptState.RESOLVED)
            assert change.episode == episode + begins
            if change.state is PromptState.RESOLVED and was is not PromptState.PENDING:
                assert answered or not high
            if change.state is PromptState.RECHECK:
                assert answered
            was, episode = change.state, change.episode
        if "vital" in rule["when"] and "for" not in rule["when"]["vital"] and high and sample.get("spo2") == 93:
            assert bed.state.prompts["X-1"].open, "nothing holds a high prompt back"


def test_the_time_of_the_re_check_is_known_as_soon_as_it_is_answered() -> None:
    document = ruled({"recheck": "10 s"}, {"id": "X-2"})
    bed = Bed(document)
    bed.second(5, spo2=93)
    assert recheck_at(document.rule["X-1"], bed.state.prompts["X-1"]) is None
    answer(bed, 7, Answer.DID)
    answer(bed, 7, Answer.DID, "X-2")
    assert recheck_at(document.rule["X-1"], bed.state.prompts["X-1"]) == 17
    assert recheck_at(document.rule["X-2"], bed.state.prompts["X-2"]) is None
