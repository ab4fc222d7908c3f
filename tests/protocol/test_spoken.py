"""Each kind of condition as a sentence that a nurse manager can read."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.protocol.document import Document
from monitor.protocol.spoken import SHORT, condition, duration, short
from tests.bedside import stated

LOW: dict[str, Any] = {"vital": {"of": "spo2", "below": 94, "for": "15 s"}}
CUFF: dict[str, Any] = {"pressure": {"sys_at_least": 165}}

SPOKEN: list[tuple[dict[str, Any], str]] = [
    (LOW, "SpO2 < 94 for 15 s"),
    ({"vital": {"of": ["hr", "pulse"], "above": 120}}, "HR or Pulse > 120"),
    (CUFF, "blood pressure systolic ≥ 165"),
    (
        {"pressure": {"sys_above": 165, "dia_above": 100, "readings": 2, "apart": "3 min"}},
        "blood pressure systolic > 165 or diastolic > 100, on two readings at least 3 min apart",
    ),
    ({"pressure": {"sys_below": 90, "dia_below": 50}}, "blood pressure systolic < 90 or diastolic < 50"),
    ({"pressure": {"rise_sys_at_least": 30, "rise_dia_at_least": 20}}, "blood pressure systolic ≥ 30 over baseline or diastolic ≥ 20 over baseline"),
    ({"pressure": {"dia_at_least": 100}}, "blood pressure diastolic ≥ 100"),
    ({"score": {"scale": "nausea", "at_least": 4}}, "Nausea ≥ 4"),
    ({"score": {"scale": "nausea", "at_least": 4, "within": "20 min"}}, "Nausea ≥ 4 within 20 min"),
    ({"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic"}}, "Nausea < 4, charted after the last drug given for antiemetic"),
    (
        {"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic", "after_drug_by": "10 min"}},
        "Nausea < 4, charted after the last drug given for antiemetic by 10 min at least",
    ),
    ({"trend": {"scale": "comfort", "falls_by": 4, "within": "20 min"}}, "Comfort falls by 4 within 20 min"),
    ({"trend": {"scale": "nausea", "rises_by": 3, "within": "20 min"}}, "Nausea rises by 3 within 20 min"),
    ({"symptom": {"any_of": ["chest_pain", "dizziness"], "within": "15 min"}}, "charted within 15 min: chest pain, dizziness"),
    (
        {"symptom": {"red_flag": True, "within": "15 min"}},
        "charted within 15 min: chest pain, severe headache, seizure, breathing difficulty, noisy breathing (stridor), rash or swelling, new weakness",
    ),
    ({"seen": {"what": "iv_site", "value": "problem", "within": "15 min"}}, "iv site problem within 15 min"),
    ({"seen": {"what": "breathing", "below": 10, "within": "5 min"}}, "breathing counted < 10 within 5 min"),
    ({"seen": {"what": "breathing", "above": 30, "within": "5 min"}}, "breathing counted > 30 within 5 min"),
    ({"drug_since": {"purpose": "antiemetic", "within": "6 h"}}, "a drug given for antiemetic within 6 h"),
    ({"since": {"what": "start", "at_least": "25 min"}}, "at least 25 min since the start"),
    ({"since": {"what": "stop", "less_than": "30 min"}}, "less than 30 min since the stop"),
    ({"overdue": "scores"}, "scores overdue"),
    ({"overdue": {"observation": "scores", "grace": "1 min"}}, "scores overdue by 1 min"),
    ({"lost": {"signals": ["spo2"], "for": "30 s"}}, "no live value of SpO2 for 30 s, before the start only of what was once there"),
    (
        {"lost": {"signals": ["hr", "spo2"], "at_least": 2}},
        "no live value of at least 2 of HR, SpO2, before the start only of what was once there",
    ),
    ({"cuff_failed": {"tries": 2}}, "the cuff failed 2 times in a row"),
    ({"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "30 s"}}, "HR and Pulse differ by more than 20 for 30 s"),
    ({"still": {"of": "hr", "for": "2 min"}}, "HR unchanged for 2 min"),
    ({"flag": "motion_sickness"}, "prone to motion sickness"),
    ({"flag": "long_qt_drug"}, "long qt drug"),
    ({"fact": {"fact": "paused", "for": "5 min"}}, "the infusion is paused for 5 min"),
    ({"all": [LOW, CUFF]}, "SpO2 < 94 for 15 s, and blood pressure systolic ≥ 165"),
    ({"any": [LOW, {"all": [LOW, CUFF]}]}, "SpO2 < 94 for 15 s, or (SpO2 < 94 for 15 s, and blood pressure systolic ≥ 165)"),
    ({"not": {"any": [LOW, CUFF]}}, "not: (SpO2 < 94 for 15 s, or blood pressure systolic ≥ 165)"),
    ({"not": {"fact": "emergency"}}, "not: the emergency button was pressed"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "spoken"), SPOKEN, ids=[spoken[:40] for _, spoken in SPOKEN])
def test_a_condition_is_said_in_words(document: Document, written: dict[str, Any], spoken: str) -> None:
    assert condition(document, stated(written)) == spoken


@pytest.mark.parametrize(
    ("seconds", "says"), [(0, "0 s"), (1, "1 s"), (59, "59 s"), (60, "1 min"), (61, "61 s"), (90, "90 s"), (5400, "90 min"), (3600, "1 h"), (7200, "2 h")]
)  # fmt: skip
def test_a_duration_is_said_in_its_largest_whole_unit(seconds: int, says: str) -> None:
    assert duration(seconds) == says


@pytest.mark.parametrize(
    ("rule", "said"),
    [("D-3", "BP high"), ("D-16", "BP high"), ("D-6", "BP low"), ("E-2", "SpO2 low"), ("D-9", "Pulse high"), ("D-11", "RR low"),
     ("W-1", "No nurse"), ("D-14", "Hardly rousable"), ("D-15", "Breathing slow"), ("D-24", "Nausea")],
)  # fmt: skip
def test_a_small_place_says_what_is_the_matter(document: Document, rule: str, said: str) -> None:
    assert short(document.rule[rule]) == said


def test_every_rule_has_words_for_a_small_place(document: Document) -> None:
    assert [rule.id for rule in document.rules if not 4 <= len(short(rule)) <= SHORT] == []


def test_a_protocol_without_short_words_is_the_same_document(document: Document) -> None:
    rules = tuple(rule.model_copy(update={"short": ""}) for rule in document.rules)
    bare = document.model_copy(update={"rules": rules})
    assert "short" not in bare.model_dump(mode="json")["rules"][0]
    assert short(next(rule for rule in bare.rules if rule.id == "D-34")) == "Pressure overdue"
