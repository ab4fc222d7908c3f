"""The values behind a finding: each with its second, and what nobody knows is named."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.protocol.condition import Sight
from monitor.protocol.document import Document
from monitor.protocol.evaluate import message, workings
from tests.bedside import Bed, ruled

Shown = list[tuple[str, float | None, int | None, str]]

LOW: dict[str, Any] = {"vital": {"of": "spo2", "below": 94}}
FAST: dict[str, Any] = {"vital": {"of": ["hr", "pulse"], "above": 120}}
HIGH: dict[str, Any] = {"pressure": {"sys_at_least": 140}}
TWICE: dict[str, Any] = {"pressure": {"sys_at_least": 140, "readings": 2, "apart": "3 min"}}
NAUSEA: dict[str, Any] = {"score": {"scale": "nausea", "at_least": 4, "within": "20 min"}}
HELPED: dict[str, Any] = {"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic", "after_drug_by": "10 min"}}
FALLS: dict[str, Any] = {"trend": {"scale": "comfort", "falls_by": 4, "within": "20 min"}}
RISES: dict[str, Any] = {"trend": {"scale": "nausea", "rises_by": 4, "within": "20 min"}}
PAIN: dict[str, Any] = {"symptom": {"any_of": ["chest_pain", "seizure"], "within": "15 min"}}
GONE: dict[str, Any] = {"lost": {"signals": ["spo2"]}}
APART: dict[str, Any] = {"disagree": {"of": "hr", "and": "pulse", "by": 20}}
STILL: dict[str, Any] = {"still": {"of": "hr", "for": "10 s"}}

SHOWN: dict[str, tuple[str, dict[str, Any], int, Shown]] = {
    "a live value": ("3 spo2=93", LOW, 5, [("spo2", 93, 3, "< 94")]),
    "no live value": ("3 spo2=93", LOW, 9, [("spo2", None, None, "no live value")]),
    "the second signal": ("3 pulse=130", FAST, 3, [("pulse", 130, 3, "> 120")]),
    "none of two signals": ("3 spo2=93", FAST, 3, [("hr", None, None, "no live value")]),
    "at most": ("3 spo2=93", {"vital": {"of": "spo2", "at_most": 93}}, 3, [("spo2", 93, 3, "≤ 93")]),
    "at least": ("3 hr=120", {"vital": {"of": "hr", "at_least": 120}}, 3, [("hr", 120, 3, "≥ 120")]),
    "no pressure": ("0 spo2=98", HIGH, 0, [("nibp_sys", None, None, "no reading that still counts")]),
    "a failed pressure": ("10 cuff failed", HIGH, 10, [("nibp_sys", None, None, "no reading that still counts")]),
    "a pressure without a baseline": ("10 cuff 150/90", HIGH, 20, [("nibp_sys", 150, 10, ""), ("nibp_dia", 90, 10, "")]),
    "a pressure over the baseline": (
        "0 start; 10 cuff 150/70", HIGH, 20, [("nibp_sys", 150, 10, "+30/-5 over baseline"), ("nibp_dia", 70, 10, "")],
    ),
    "a pressure by hand": ("10 pressure 150/90", HIGH, 20, [("nibp_sys", 150, 10, ""), ("nibp_dia", 90, 10, "by hand")]),
    "only the last pressure": ("10 cuff 150/90; 70 cuff 130/80", HIGH, 70, [("nibp_sys", 130, 70, ""), ("nibp_dia", 80, 70, "")]),
    "the last two pressures": (
        "10 cuff 150/90; 70 cuff 130/80; 130 cuff 160/95", TWICE, 130,
        [("nibp_sys", 160, 130, ""), ("nibp_dia", 95, 130, ""), ("nibp_sys", 130, 70, ""), ("nibp_dia", 80, 70, "")],
    ),
    "a score": ("60 nausea 5", NAUSEA, 100, [("nausea", 5, 60, "≥ 4")]),
    "no score": ("60 comfort 5", NAUSEA, 100, [("nausea", None, None, "not charted")]),
    "a score after the drug": ("0 drug ondansetron 4; 600 nausea 2", HELPED, 600, [("nausea", 2, 600, "< 4")]),
    "a score too soon after the drug": (
        "0 drug ondansetron 4; 599 nausea 2", HELPED, 600, [("nausea", None, None, "not charted since the drug")],
    ),
    "a fall": ("0 comfort 8; 60 comfort 9; 120 comfort 5; 180 comfort 4", FALLS, 200, [("comfort", 9, 60, ""), ("comfort", 4, 180, "")]),
    "a rise": ("0 nausea 2; 60 nausea 1; 120 nausea 5; 180 nausea 6", RISES, 200, [("nausea", 1, 60, ""), ("nausea", 6, 180, "")]),
    "one entry": ("0 comfort 8", FALLS, 0, [("comfort", None, None, "fewer than two entries")]),
    "a symptom": (
        "60 symptom chest_pain", PAIN, 70,
        [("chest_pain", 1, 60, "Chest pain charted"), ("symptoms", None, None, "Seizure: not charted")],
    ),
    "a symptom too long ago": (
        "60 symptom chest_pain; 70 no_symptom seizure", PAIN, 961, [("symptoms", None, None, "Chest pain: not charted")],
    ),
    "a symptom of just long ago": (
        "60 symptom chest_pain; 60 no_symptom seizure", PAIN, 960, [("chest_pain", 1, 60, "Chest pain charted")],
    ),
    "something seen": ("60 iv_site problem", {"seen": {"what": "iv_site", "within": "5 min"}}, 70, [("iv_site", None, 60, "problem")]),
    "something counted": ("60 breathing 8", {"seen": {"what": "breathing", "within": "5 min"}}, 70, [("breathing", 8, 60, "")]),
    "nothing seen": ("60 nausea 1", {"seen": {"what": "vomited", "within": "5 min"}}, 70, []),
    "a drug": (
        "60 drug ondansetron 4", {"drug_since": {"purpose": "antiemetic", "within": "5 min"}}, 70, [("ondansetron", 4, 60, "mg IV given")],
    ),
    "another drug": ("60 drug midazolam 1", {"drug_since": {"purpose": "antiemetic", "within": "5 min"}}, 70, []),
    "since the start": ("100 start", {"since": {"what": "start", "at_least": "5 min"}}, 160, [("start", 60, 100, "seconds ago")]),
    "before the start": ("0 spo2=98", {"since": {"what": "start", "at_least": "5 min"}}, 160, []),
    "an observation": ("100 start", {"overdue": {"observation": "scores"}}, 760, [("scores", 60, 700, "seconds overdue")]),
    "an observation of no phase": ("0 spo2=98", {"overdue": {"observation": "scores"}}, 760, []),
    "a last value": ("3 spo2=97; 5 spo2=98", GONE, 11, [("spo2", None, 5, "last value")]),
    "a sensor that is off": ("5 spo2=98; 6 spo2=off", GONE, 6, [("spo2", None, 5, "sensor off")]),
    "an implausible value": ("5 spo2=98; 6 spo2=20", GONE, 6, [("spo2", None, 6, "implausible 20")]),
    "nothing received": ("0 start", GONE, 6, [("spo2", None, None, "nothing received")]),
    "nothing lost": ("5 spo2=98", GONE, 10, []),
    "tries of the cuff": (
        "10 cuff failed; 70 cuff 120/80; 130 cuff failed", {"cuff_failed": {"tries": 2}}, 130,
        [("nibp_sys", None, 70, "read"), ("nibp_sys", None, 130, "failed")],
    ),
    "two sources": ("3 hr=100 pulse=70", APART, 4, [("hr", 100, 3, ""), ("pulse", 70, 3, "")]),
    "one of two sources": ("3 hr=100", APART, 4, [("hr", 100, 3, ""), ("pulse", None, None, "no live value")]),
    "a value that stands still": ("3 hr=100", STILL, 4, [("hr", 100, 3, "")]),
    "no value that stands still": ("3 hr=100", STILL, 9, [("hr", None, None, "no live value")]),
    "what was not asked": ("0 spo2=98", {"flag": "long_qt_drug"}, 0, [("long_qt_drug", None, None, "not asked")]),
    "what was asked": ("0 check medicines long_qt", {"flag": "long_qt_drug"}, 0, [("long_qt_drug", None, None, "yes")]),
    "what is not so": ("0 check medicines none", {"flag": "long_qt_drug"}, 0, [("long_qt_drug", None, None, "no")]),
    "a fact": ("0 start; 100 emergency", {"fact": "emergency"}, 160, [("emergency", 60, 100, "seconds")]),
    "no fact": ("0 start", {"fact": "emergency"}, 160, []),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
def test_a_finding_shows_the_values_that_it_came_from(document: Document, case: str) -> None:
    story, written, at, shown = SHOWN[case]
    assert Bed(document).live(story).shown(written, at) == shown


# ---- what of a rule is shown ----

WORKED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "all of all": ("0 spo2=93; 0 hr=130", {"all": [LOW, FAST]}, ["spo2", "hr"]),
    "what nobody knows last": ("0 hr=130", {"all": [LOW, FAST]}, ["hr", "spo2"]),
    "only what is met of any": ("0 spo2=93 hr=80", {"any": [FAST, LOW]}, ["spo2"]),
    "what is met, and what nobody knows": ("0 hr=130", {"any": [LOW, FAST]}, ["hr", "spo2"]),
    "each where none is met": ("0 spo2=98 hr=80", {"any": [LOW, FAST]}, ["spo2", "hr"]),
    "only what nobody knows where none is met": ("0 hr=80", {"any": [LOW, FAST]}, ["spo2"]),
    "nothing of what is not": ("0 spo2=93 hr=80", {"all": [LOW, {"not": FAST}]}, ["spo2"]),
    "the same once": ("0 spo2=93", {"all": [LOW, {"any": [LOW]}]}, ["spo2"]),
}


@pytest.mark.parametrize("case", WORKED)
def test_a_rule_shows_what_decided_it(case: str) -> None:
    story, when, names = WORKED[case]
    bed = Bed(ruled({"when": when})).live(story)
    shown = workings(bed.document.rule["X-1"], Sight(bed.document, bed.state, bed.window, 0))
    assert [evidence.name for evidence in shown] == names


SAID: dict[str, tuple[str, dict[str, Any], str, int, str]] = {
    "whole": ("0 spo2=93", LOW, "SpO2 {spo2} < 94", 0, "SpO2 93 < 94"),
    "a tenth": ("0 spo2=93.25", LOW, "SpO2 {spo2} < 94", 0, "SpO2 93.3 < 94"),
    "minutes": ("0 start; 100 pause", {"fact": "paused"}, "Paused for {minutes} min", 3759, "Paused for 60 min"),
    "no minutes": ("0 spo2=93", LOW, "{minutes} min", 0, "? min"),
    "a counted breathing": (
        "60 breathing 8", {"seen": {"what": "breathing", "below": 10, "within": "5 min"}}, "Breathing {rr}", 70, "Breathing 8",
    ),
    "a measured breathing": ("0 rr=8", {"vital": {"of": "rr", "below": 10}}, "Breathing {rr}", 0, "Breathing 8"),
    "what is lost": (
        "0 start; 5 hr=70 spo2=98 pulse=70; 20 pulse=70", {"lost": {"signals": ["hr", "spo2", "pulse"], "at_least": 2}},
        "No {lost}", 20, "No ECG rate and SpO2",
    ),
    "what is lost, beside what is there": ("0 start; 5 spo2=93", {"all": [LOW, {"lost": {"signals": ["hr"]}}]}, "No {lost}", 6, "No ECG rate"),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_a_sentence_is_filled_in_with_what_decided(case: str) -> None:
    story, when, says, at, said = SAID[case]
    bed = Bed(ruled({"when": when, "says": says})).live(story)
    rule = bed.document.rule["X-1"]
    assert message(rule, workings(rule, Sight(bed.document, bed.state, bed.window, at))) == said
