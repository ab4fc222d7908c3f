"""Each limit of each condition: what is found there, and one step to either side of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET
from monitor.protocol.document import Document
from monitor.vitals import Signal
from tests.bedside import Bed, stated

TOLD = {"-": NOT_MET, "?": CANNOT_TELL, "+": MET}

Written = dict[str, Any]
TWO: Written = {"pressure": {"sys_at_least": 165, "readings": 2, "apart": "3 min"}}
LONG_APART: Written = {"pressure": {"sys_at_least": 165, "readings": 2, "apart": "3 min", "within": "30 min"}}
FALLS: Written = {"trend": {"scale": "comfort", "falls_by": 4, "within": "20 min"}}
RISES: Written = {"trend": {"scale": "nausea", "rises_by": 4, "within": "20 min"}}
HELPED: Written = {"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic", "after_drug_by": "10 min"}}
AFTER: Written = {"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic"}}
STILL: Written = {"still": {"of": "hr", "for": "5 s"}}
GONE: Written = {"lost": {"signals": ["spo2"], "for": "30 s"}}
ANY_GONE: Written = {"lost": {"signals": ["hr", "spo2"]}}
BOTH_GONE: Written = {"lost": {"signals": ["hr", "spo2"], "at_least": 2}}
SHARE: Written = {"vital": {"of": "spo2", "below": 90, "for": "3 s", "out_of": "5 s"}}
SHARED: Written = {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "3 s", "out_of": "5 s"}}
COUNTED: Written = {"seen": {"what": "breathing", "above": 30, "within": "5 min"}}
PROBLEM: Written = {"seen": {"what": "iv_site", "value": "problem", "within": "5 min"}}

# What happens; then what is asked, and what is found at which second: - not met, ? cannot tell, + met.
FOUND: dict[str, tuple[str, Written, str]] = {
    # ---- the cuff ----
    "within, the one reading": ("10 cuff 170/90", {"pressure": {"sys_at_least": 165, "within": "5 min"}}, "310+ 311?"),
    "an earlier reading counts a quarter of an hour beyond what lies between": ("20 cuff 170/90; 1100 cuff 170/90", TWO, "1100+ 1101?"),
    "within, a second reading": ("10 cuff 170/90; 1810 cuff 170/90", LONG_APART, "1810+ 1811?"),
    "three minutes apart": ("10 cuff 170/90; 190 cuff 170/90", TWO, "190+"),
    "a second less": ("10 cuff 170/90; 189 cuff 170/90", TWO, "189?"),
    "one of two tries": ("10 cuff failed", {"cuff_failed": {"tries": 2}}, "10-"),
    "one of one": ("10 cuff failed", {"cuff_failed": {"tries": 1}}, "9+ 10+"),
    # ---- scores ----
    "a score within its time": ("60 nausea 4", {"score": {"scale": "nausea", "at_least": 4, "within": "20 min"}}, "1260+ 1261?"),
    "a score without a time": ("60 nausea 4", {"score": {"scale": "nausea", "at_least": 4}}, "9000+"),
    "before the drug may help": ("0 drug ondansetron 4; 599 nausea 2", HELPED, "599?"),
    "when the drug may help": ("0 drug ondansetron 4; 600 nausea 2", HELPED, "600+"),
    "in the second of the drug": ("60 drug ondansetron 4; 60 nausea 2", AFTER, "60?"),
    "a second after the drug": ("60 drug ondansetron 4; 61 nausea 2", AFTER, "61+"),
    "without a drug": ("61 nausea 2", AFTER, "61?"),
    "a fall": ("0 comfort 9; 60 comfort 5", FALLS, "60+"),
    "less of a fall": ("0 comfort 9; 60 comfort 6", FALLS, "60-"),
    "a rise where a fall is asked": ("0 comfort 1; 60 comfort 9", FALLS, "60-"),
    "a rise": ("0 nausea 1; 60 nausea 5", RISES, "60+"),
    "less of a rise": ("0 nausea 1; 60 nausea 4", RISES, "60-"),
    "a fall where a rise is asked": ("0 nausea 9; 60 nausea 1", RISES, "60-"),
    "an entry before it that still counts": ("0 comfort 9; 1200 comfort 5", FALLS, "1200+ 2400+ 2401?"),
    "an entry before it that is too old": ("0 comfort 9; 1201 comfort 5", FALLS, "1201?"),
    "who could not be asked in between": ("0 comfort 9; 60 comfort unasked; 120 comfort 5", FALLS, "120+"),
    "who could not be asked last": ("0 comfort 9; 60 comfort 5; 120 comfort unasked", FALLS, "120+"),
    # ---- what is seen and given ----
    "breathing above its limit": ("10 breathing 31", COUNTED, "310+ 311?"),
    "breathing at its limit": ("10 breathing 30", COUNTED, "10-"),
    "a problem": ("10 iv_site problem", PROBLEM, "310+ 311-"),
    "no problem": ("10 iv_site well", PROBLEM, "10-"),
    "only the last look": ("10 iv_site problem; 20 iv_site well", PROBLEM, "20-"),
    "the last of several drugs": (
        "0 drug ondansetron 4; 60 drug midazolam 1", {"drug_since": {"purpose": "antiemetic", "within": "5 min"}}, "300+ 301-",
    ),
    "by its class": ("0 drug ondansetron 4", {"drug_since": {"drug_class": "antiemetic_5ht3", "within": "5 min"}}, "300+ 301-"),
    "of another class": ("0 drug midazolam 1", {"drug_since": {"drug_class": "antiemetic_5ht3", "within": "5 min"}}, "0-"),
    "the last dose counts": (
        "0 drug ondansetron 4; 900 drug ondansetron 4", {"drug_since": {"purpose": "antiemetic", "within": "5 min"}}, "1200+ 1201-",
    ),
    # ---- how long ago ----
    "since any change of the pump": ("100 start; 600 rate 0.4", {"since": {"what": "pump", "at_least": "5 min"}}, "899- 900+"),
    "since the phase began": ("100 start", {"since": {"what": "phase", "at_least": "5 min"}}, "399- 400+"),
    "in the first phase": ("0 spo2=98", {"since": {"what": "phase", "less_than": "5 min"}}, "299+ 300-"),
    "no change of a pump that was not started": ("0 spo2=98", {"since": {"what": "pump", "less_than": "5 min"}}, "0-"),
    # ---- lost ----
    "for half a minute": ("5 spo2=98", GONE, "39- 40+"),
    "a sensor that says so is lost from its last value on": ("5 spo2=98; 6 spo2=off", GONE, "34- 35+"),
    "an implausible value is lost from the last good one on": ("5 spo2=98; 6 spo2=20", GONE, "34- 35+"),
    "what never came, from the start on": ("0 start", GONE, "34- 35+"),
    "what never came, before the start": ("0 hr=70", GONE, "600-"),
    "an implausible value before the start comes from a sensor that is on": ("6 spo2=20", GONE, "29- 30+"),
    "one of two": ("0 start; 3 hr=70; 8 hr=70", ANY_GONE, "4- 5+ 8+"),
    "both of two": ("0 start; 5 hr=70 spo2=98", BOTH_GONE, "10- 11+"),
    "only one of two": ("0 start; 5 hr=70; 20 hr=70", BOTH_GONE, "20-"),
    # ---- a share of a window ----
    "three of five seconds": ("0 spo2=98; 1 spo2=89; 2 spo2=89; 3 spo2=98; 4 spo2=89; 5 spo2=89", SHARE, "4? 5+"),
    "two of five seconds": ("0 spo2=98; 1 spo2=89; 2 spo2=89; 3 spo2=98; 4 spo2=89; 5 spo2=98", SHARE, "5-"),
    "a second that contradicts ends nothing": ("0 spo2=89; 1 spo2=89; 2 spo2=89; 3 spo2=89; 4 spo2=98", SHARE, "4+"),
    "skipped seconds of a slow line": ("1 spo2=89; 3 spo2=89; 5 spo2=89", SHARE, "3? 5+"),
    "seconds that nobody measured": ("0 spo2=98; 1 spo2=89; 2 spo2=89; 5 spo2=89", SHARE, "5?"),
    "a gap between two that differ": ("0 spo2=98; 1 spo2=89; 2 spo2=89; 4 spo2=98; 5 spo2=89", SHARE, "5?"),
    "no value any more": ("0 spo2=89; 1 spo2=89; 2 spo2=89; 3 spo2=89", SHARE, "3+ 9?"),
    "a share of a difference": ("0 hr=70 pulse=70; 1 hr=99 pulse=70; 2 hr=99 pulse=70; 3 hr=70 pulse=70; 4 hr=99 pulse=70; 5 hr=99 pulse=70", SHARED, "5+"),
    "less of a difference": ("0 hr=70 pulse=70; 1 hr=99 pulse=70; 2 hr=99 pulse=70; 3 hr=70 pulse=70; 4 hr=70 pulse=70", SHARED, "4-"),
    # ---- still ----
    "the same for its time": ("0 hr=71; 1 hr=70; 2 hr=70; 3 hr=70; 4 hr=70; 5 hr=70; 6 hr=70", STILL, "6+"),
    "the same for a second less": ("0 hr=71; 1 hr=71; 2 hr=70; 3 hr=70; 4 hr=70; 5 hr=70; 6 hr=70", STILL, "6-"),
    "the same, but not for long": ("2 hr=70; 3 hr=70; 6 hr=70", STILL, "6?"),
    "the same with a gap that may have been": ("0 hr=70; 5 hr=70; 10 hr=70", STILL, "10+"),
    "the same with a longer gap": ("0 hr=70; 4 hr=70; 10 hr=70", STILL, "10?"),
    "no value": ("0 hr=70", STILL, "6?"),
    # ---- what is due ----
    "the cuff, by its phase": ("0 start; 300 cuff 120/80", {"overdue": "bp"}, "900- 901+"),
    "the cuff that was never there": ("0 start", {"overdue": "bp"}, "600- 601+"),
    "a failed cuff is no pressure": ("0 start; 300 cuff failed", {"overdue": "bp"}, "600- 601+"),
    "the cuff before the rest is over": ("0 start; 300 cuff 120/80; 600 cuff_rest 1200", {"overdue": "bp"}, "1200- 1201+"),
    "a rest that ends before it is due": ("0 start; 300 cuff 120/80; 600 cuff_rest 700", {"overdue": "bp"}, "900- 901+"),
    "a rest before the last reading": ("0 start; 200 cuff_rest 1200; 300 cuff 120/80", {"overdue": "bp"}, "900- 901+"),
    "a rest with the last reading": ("0 start; 300 cuff 120/80; 300 cuff_rest 1200", {"overdue": "bp"}, "1200- 1201+"),
    "a rest of the cuff is none of the eyes": ("0 start; 600 cuff_rest 1200", {"overdue": "seen"}, "900- 901+"),
    "sooner after a drug": ("0 start; 60 seen; 120 drug midazolam 1", {"overdue": "seen"}, "420- 421+"),
    "sooner for half an hour": ("0 start; 120 drug midazolam 1; 1919 seen", {"overdue": "seen"}, "2219- 2220+"),
    "no sooner after half an hour": ("0 start; 120 drug midazolam 1; 1920 seen", {"overdue": "seen"}, "2820- 2821+"),
    "the sooner of two": ("0 start; 600 seen; 700 drug midazolam 1", {"overdue": "seen"}, "1000- 1001+"),
    "only after a drug": ("0 start; 100 drug ondansetron 4", {"overdue": "nausea"}, "1000- 1001+"),
    "again after it was asked": ("0 start; 100 drug ondansetron 4; 1000 nausea 2", {"overdue": "nausea"}, "1900- 1901+"),
    "not without the drug": ("0 start; 100 drug midazolam 1", {"overdue": "nausea"}, "9000-"),
    "not before the start": ("100 drug ondansetron 4", {"overdue": "nausea"}, "9000-"),
    "who is left resting was seen": ("0 start; 600 resting", {"overdue": "seen"}, "1500- 1501+"),
    "left resting long after the rate was changed": (
        "0 start; 300 rate 0.4; 500 dissociation 3; 500 comfort 8; 900 resting", {"overdue": "scores"}, "1500- 1501+",
    ),
    "left resting soon after the rate was changed": (
        "0 start; 300 rate 0.4; 500 dissociation 3; 500 comfort 8; 899 resting", {"overdue": "scores"}, "1100- 1101+",
    ),
    "left resting with the score, and once more": (
        "0 start; 700 dissociation 3; 700 comfort 8; 700 resting; 1250 resting", {"overdue": "scores"}, "1300- 1301+",
    ),
    "left resting after a score": ("0 start; 700 dissociation 3; 700 comfort 8; 701 resting", {"overdue": "scores"}, "1301- 1302+"),
    # ---- facts ----
    "no baseline": ("0 spo2=98", {"fact": {"fact": "baseline_missing", "for": "5 min"}}, "299- 300+"),
    "a baseline": ("10 baseline 120/80", {"fact": "baseline_missing"}, "10-"),
    "away beyond the cap": ("0 start; 60 away 5", {"fact": {"fact": "away_over", "for": "1 min"}}, "419- 420+"),
    "nobody watches before the start": ("0 spo2=98", {"fact": {"fact": "unwatched", "for": "5 min"}}, "299- 300+"),
    "nobody watches any more": ("0 start; 100 unwatch", {"fact": {"fact": "unwatched", "for": "5 min"}}, "399- 400+"),
    "paused": ("0 start; 100 pause", {"fact": {"fact": "paused", "for": "5 min"}}, "399- 400+"),
    "running": ("0 start", {"fact": "paused"}, "400-"),
    "the pump is seen running": ("0 start; 100 pause; 160 pump running", {"fact": {"fact": "pump_seen_running", "for": "1 min"}}, "219- 220+"),
    "the pump is seen stopped": ("0 start; 160 pump stopped", {"fact": {"fact": "pump_seen_stopped", "for": "1 min"}}, "219- 220+"),
    "the pump is not seen running": ("0 start; 160 pump stopped", {"fact": "pump_seen_running"}, "220-"),
    "no look at the IV site since the start": ("0 iv_site well; 100 start; 101 iv_site well", {"fact": "iv_site_due"}, "200-"),
    "the IV site with the next pressure": (
        "100 start; 101 iv_site well; 300 cuff 120/80; 600 cuff 120/80", {"fact": {"fact": "iv_site_due", "for": "3 min"}}, "479- 480+",
    ),
    "the IV site and a failed cuff": ("100 start; 101 iv_site well; 300 cuff failed", {"fact": "iv_site_due"}, "480-"),
    "the IV site and the pressure with the look": ("100 start; 300 iv_site well; 300 cuff 120/80", {"fact": "iv_site_due"}, "480-"),
    "a pressure too old": ("10 cuff 120/80", {"fact": {"fact": "bp_old", "for": "1 min"}}, "669- 670+"),
    "a pressure just old enough": ("10 cuff 120/80", {"fact": "bp_old"}, "610- 611+"),
    "no pressure since the start": ("100 start", {"fact": "bp_old"}, "700- 701+"),
    "a bound that is broken": ("0 start; 60 rate 1.5 above", {"fact": {"fact": "bound_broken", "for": "1 min"}}, "119- 120+"),
    "a bound of which the prescriber was told before": ("0 start; 59 called; 60 rate 1.5 above", {"fact": "bound_broken"}, "60+"),
    "a bound of which the prescriber is told at once": ("0 start; 60 rate 1.5 above; 60 called", {"fact": "bound_broken"}, "60-"),
    "no planned end at no rate": ("0 start; 60 rate 0", {"fact": "planned_end"}, "9000-"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_a_condition_is_met_at_its_limit_and_not_one_step_before(document: Document, case: str) -> None:
    story, written, found = FOUND[case]
    bed = Bed(document).live(story)
    for point in found.split():
        assert bed.truth(written, int(point[:-1])) == TOLD[point[-1]], point


PRESSURES: dict[str, tuple[int, str]] = {
    # what is found at the limit and next to it; the other pressure is far away from every limit
    "sys_at_least": (150, "149/60- 150/60+ 151/60+"),
    "sys_above": (150, "149/60- 150/60- 151/60+"),
    "sys_below": (150, "149/60+ 150/60- 151/60-"),
    "dia_at_least": (100, "160/99- 160/100+ 160/101+"),
    "dia_above": (100, "160/99- 160/100- 160/101+"),
    "dia_below": (100, "160/99+ 160/100- 160/101-"),
    "rise_sys_at_least": (50, "169/60- 170/60+ 171/60+"),
    "rise_dia_at_least": (50, "160/124- 160/125+ 160/126+"),
}


@pytest.mark.parametrize("name", PRESSURES)
def test_each_limit_of_a_pressure_holds_its_own_number(document: Document, name: str) -> None:
    limit, found = PRESSURES[name]
    for reading in found.split():
        bed = Bed(document).live(f"0 start; 10 cuff {reading[:-1]}")
        assert bed.truth({"pressure": {name: limit}}, 10) == TOLD[reading[-1]], reading


def test_a_rise_that_nobody_can_tell_hides_no_limit_that_is_reached(document: Document) -> None:
    bed = Bed(document).live("10 cuff 150/90")
    written = {"rise_sys_at_least": 30, "dia_above": 89}
    assert bed.truth({"pressure": written}, 10) == MET
    assert bed.truth({"pressure": {**written, "dia_above": 90}}, 10) == CANNOT_TELL


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ((Signal.SPO2, Signal.HR, Signal.NIBP_SYS), NOT_MET),
        ((Signal.SPO2, Signal.PULSE, Signal.NIBP_SYS), NOT_MET),
        ((Signal.HR, Signal.NIBP_SYS), MET),
        ((Signal.SPO2, Signal.NIBP_SYS), MET),
        ((Signal.SPO2, Signal.HR), MET),
    ],
)
def test_a_room_needs_oxygen_a_rate_and_a_pressure(document: Document, declared: tuple[Signal, ...], found: int) -> None:
    assert Bed(document, periods=dict.fromkeys(declared, 1.0)).truth({"fact": "no_source"}, 0) == found


def test_a_pressure_that_no_source_measures_grows_old_once_one_was_taken_by_hand(document: Document) -> None:
    bed = Bed(document, periods={Signal.SPO2: 1.0})
    assert bed.truth({"fact": "bp_old"}, 5000) == NOT_MET
    bed.chart(10, "pressure 120/80")
    assert [bed.truth({"fact": "bp_old"}, at) for at in (610, 611)] == [NOT_MET, MET]


def test_what_is_on_its_way_needs_no_time_and_no_second_reading(document: Document) -> None:
    bed = Bed(document).live("10 cuff 170/90; 10 hr=100 pulse=70 spo2=93")
    for written in (
        {"vital": {"of": "spo2", "below": 94, "for": "15 s"}},
        {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "10 s"}},
        {"pressure": {"sys_at_least": 165, "readings": 2}},
    ):
        assert (bed.truth(written, 10, instant=True), bed.truth(written, 10)) == (MET, CANNOT_TELL)
    assert (bed.truth(GONE, 16, instant=True), bed.truth(GONE, 16)) == (MET, NOT_MET)


@pytest.mark.parametrize(
    "written",
    [
        {"trend": {"scale": "comfort", "within": "20 min"}},
        {"trend": {"scale": "comfort", "falls_by": 1, "rises_by": 1, "within": "20 min"}},
        {"trend": {"scale": "joy", "falls_by": 1, "within": "20 min"}},
        {"score": {"scale": "joy", "below": 4}},
        {"score": {"scale": "nausea", "below": 4, "after_drug_by": "10 min"}},
        {"symptom": {"within": "5 min"}},
        {"symptom": {"any_of": ["chest_pain"], "red_flag": True}},
        {"drug_since": {"within": "5 min"}},
        {"drug_since": {"purpose": "antiemetic", "drug_class": "x", "within": "5 min"}},
        {"since": {"what": "start"}},
        {"since": {"what": "start", "at_least": "1 min", "less_than": "2 min"}},
        {"pressure": {"readings": 2}},
        {"pressure": {"sys_above": 1, "readings": 0}},
        {"pressure": {"sys_above": 1, "readings": 3}},
        {"cuff_failed": {"tries": 0}},
        {"cuff_failed": {"tries": 11}},
        {"lost": {"signals": []}},
        {"lost": {"signals": ["spo2"], "for": "1201 s"}},
        {"still": {"of": "hr", "for": "1201 s"}},
        {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "1201 s"}},
        {"fact": "happy"},
        {"all": []},
        {"any": []},
        {"vital": "spo2"},
        {"happy": {}},
        {},
        {"flag": "x", "fact": "emergency"},
        "vital",
    ],
)  # fmt: skip
def test_a_condition_that_says_too_little_too_much_or_nothing_known_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        stated(written)


@pytest.mark.parametrize(
    "written",
    [
        {"pressure": {"sys_above": 1, "readings": 1}},
        {"pressure": {"sys_above": 1, "readings": 2}},
        {"cuff_failed": {"tries": 1}},
        {"cuff_failed": {"tries": 10}},
        {"lost": {"signals": ["spo2"], "for": "20 min"}},
        {"still": {"of": "hr", "for": "20 min"}},
        {"fact": {"fact": "emergency", "for": "1 min"}},
        {"flag": {"flag": "motion_sickness"}},
        {"overdue": "scores"},
    ],
)
def test_a_condition_at_the_limit_of_what_may_be_asked_is_read(written: object) -> None:
    assert stated(written)
