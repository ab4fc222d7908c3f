"""A prompt's sentence says only what was charted."""

from __future__ import annotations

from itertools import islice

import pytest

from monitor import events as e
from monitor.protocol.cases import Case, played
from monitor.protocol.document import Document


def said(document: Document, case: Case, seconds: int) -> str:
    """What the case's prompt says after so many seconds."""
    for at, rehearsal, measured in islice(played(document, case), seconds):
        rehearsal.second(at, measured)
    return rehearsal.state.prompts[case.rule].message


def test_a_breathing_rate_of_0_sends_the_nurse_to_the_breathing(document: Document) -> None:
    case = Case.model_validate({"name": "x", "rule": "T-3", "shows": "more", "series": {"rr": "14x5 0x60"}, "until": "1:00"})
    assert said(document, case, 60) == "No breathing rate: go and look at the breathing"
    assert document.rule["T-3"].line.startswith("Go to the patient now")


SAID: dict[str, tuple[dict[str, object], str]] = {
    "D-9": ({"series": {"hr": "72x5 121x60"}}, "HR 121 > 120"),
    "D-10": ({"series": {"hr": "_x60", "pulse": "72x5 49x60"}}, "Pulse 49 < 50"),
    "D-4": ({"cuff": ["0:10 147/118"]}, "Diastolic 118 ≥ 110 (BP 147/118)"),
    "D-2": ({"cuff": ["0:10 168/90"]}, "Systolic 168 ≥ 165 (BP 168/90), one reading"),
    "D-3": ({"cuff": ["0:10 162/102", "3:20 162/102"], "until": "4:00"}, "Diastolic 102 ≥ 100 (BP 162/102), confirmed"),
    "B-1": ({"phase": "ready", "cuff": ["0:10 152/96"]}, "BP 152/96 > 150/95"),
    "D-1": ({"cuff": ["0:10 151/80"]}, "BP 151/80, +31/+5 over baseline"),
    "A-3": ({"phase": "recovery", "cuff": ["59:00 141/80"], "until": "61:00"}, "BP 141/80, +21/+5 over baseline, an hour after the end"),
}


@pytest.mark.parametrize("rule", SAID)
def test_a_sentence_names_the_value_it_is_about(document: Document, rule: str) -> None:
    written, sentence = SAID[rule]
    case = Case.model_validate({"name": "x", "rule": rule, "shows": "more", "until": "1:00", **written})
    assert said(document, case, case.until) == sentence


@pytest.mark.parametrize(("cuff", "rule", "said"), [((), "E-4", "Chest pain"), (("0:05 155/90",), "D-5", "BP 155/90 with Chest pain")])
def test_a_symptom_that_nobody_charted_is_not_named(document: Document, cuff: tuple[str, ...], rule: str, said: str) -> None:
    case = Case.model_validate({"name": "x", "rule": rule, "shows": "more", "cuff": cuff, "until": "0:20"})
    for at, rehearsal, measured in islice(played(document, case), 20):
        if at == 10:
            rehearsal.happen(at, [e.SymptomCharted(symptom="chest_pain")])
        rehearsal.second(at, measured)
    assert rehearsal.state.prompts[rule].message == said


def test_a_value_that_is_back_inside_never_stands_beside_the_limit_that_it_keeps(document: Document) -> None:
    case = Case.model_validate({"name": "x", "rule": "E-2", "shows": "more", "series": {"spo2": "84x6 98x9"}, "until": "0:15"})
    told = []
    for at, rehearsal, measured in islice(played(document, case), 15):
        told += [(v.value, v.note) for c in rehearsal.second(at, measured) if c.rule == "E-2" for v in c.evidence]
    assert told == [(84, "< 85"), (98, "")]
