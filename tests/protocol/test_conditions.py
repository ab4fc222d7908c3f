"""What a protocol's conditions find: met, not met, or cannot tell. Missing is never normal."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor import events as e
from monitor.admission import well_answered
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, seconds
from monitor.protocol.conditions import always_known
from monitor.protocol.document import Document
from monitor.vitals import Signal
from tests.bedside import ORDER, Bed, ruled, stated

YES: dict[str, Any] = {"fact": "baseline_missing"}
NO: dict[str, Any] = {"fact": "emergency"}
UNKNOWN: dict[str, Any] = {"score": {"scale": "nausea", "at_least": 1}}
LEAF = {MET: YES, NOT_MET: NO, CANNOT_TELL: UNKNOWN}
TRUTH = st.sampled_from([NOT_MET, CANNOT_TELL, MET])


@pytest.fixture
def bed(document: Document) -> Bed:
    return Bed(document)


# ---- three values ----


@pytest.mark.parametrize(("one", "other"), list(product(LEAF, LEAF)))
def test_all_is_the_least_and_any_the_greatest_of_three_values(bed: Bed, one: int, other: int) -> None:
    parts = [LEAF[one], LEAF[other]]
    assert bed.truth({"all": parts}, 0) == min(one, other)
    assert bed.truth({"any": parts}, 0) == max(one, other)


@pytest.mark.parametrize(("truth", "turned"), [(MET, NOT_MET), (NOT_MET, MET), (CANNOT_TELL, CANNOT_TELL)])
def test_not_turns_over_and_leaves_cannot_tell(bed: Bed, truth: int, turned: int) -> None:
    assert bed.truth({"not": LEAF[truth]}, 0) == turned


@given(st.lists(TRUTH, min_size=1, max_size=5))
def test_not_all_is_any_not(document: Document, truths: list[int]) -> None:
    bed, parts = Bed(document), [LEAF[t] for t in truths]
    assert bed.truth({"not": {"all": parts}}, 0) == bed.truth({"any": [{"not": p} for p in parts]}, 0)
    assert bed.truth({"not": {"any": parts}}, 0) == bed.truth({"all": [{"not": p} for p in parts]}, 0)


@pytest.mark.parametrize("written", ["15 s", "3 min", "1 h", "0.5 min", 0])
def test_a_duration_carries_its_unit(written: object) -> None:
    assert seconds(written) == {"15 s": 15, "3 min": 180, "1 h": 3600, "0.5 min": 30, 0: 0}[written]


@pytest.mark.parametrize("written", [15, "15", "15 sec", "-3 s", "", None, True, False, "1 h 3 min", 1.5])
def test_a_duration_without_a_known_unit_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="unit"):
        seconds(written)


# ---- measured signals ----

FAST = {"vital": {"of": ["hr", "pulse"], "above": 120}}
LOW = {"vital": {"of": "spo2", "below": 94, "for": "15 s"}}


def lows(bed: Bed, first: int, last: int, value: float = 93) -> None:
    for at in range(first, last + 1):
        bed.measure(at, spo2=value)


def test_a_limit_is_met_at_exactly_its_time_and_not_one_second_before(bed: Bed) -> None:
    lows(bed, 0, 9, 98)
    lows(bed, 10, 24)
    assert bed.truth(LOW, 24) == NOT_MET
    lows(bed, 25, 25)
    assert bed.truth(LOW, 25) == MET


@given(begin=st.integers(1, 40), lasting=st.integers(1, 120))
def test_persistence_is_met_from_its_first_possible_second_on(document: Document, begin: int, lasting: int) -> None:
    bed = Bed(document)
    rule = {"vital": {"of": "spo2", "below": 94, "for": f"{lasting} s"}}
    lows(bed, 0, begin - 1, 98)
    for at in range(begin, begin + lasting + 3):
        bed.measure(at, spo2=93)
        assert bed.truth(rule, at) == (MET if at >= begin + lasting else NOT_MET)


def test_one_good_value_in_between_starts_the_time_again(bed: Bed) -> None:
    lows(bed, 0, 12)
    bed.measure(13, spo2=94)
    lows(bed, 14, 28)
    assert bed.truth(LOW, 28) == NOT_MET
    bed.measure(29, spo2=93)
    assert bed.truth(LOW, 29) == MET


def test_a_signal_that_begins_low_cannot_tell_until_it_has_lasted(bed: Bed) -> None:
    lows(bed, 0, 14)
    assert bed.truth(LOW, 14) == CANNOT_TELL
    bed.measure(15, spo2=93)
    assert bed.truth(LOW, 15) == MET


@pytest.mark.parametrize(("resumes", "found"), [(15, MET), (16, CANNOT_TELL)])
def test_a_gap_longer_than_the_maximum_age_breaks_what_is_known(bed: Bed, resumes: int, found: int) -> None:
    lows(bed, 0, 10)
    lows(bed, resumes, 24)
    assert bed.truth(LOW, 24) == found


def test_a_value_is_held_for_its_maximum_age_and_not_a_second_longer(bed: Bed) -> None:
    now = {"vital": {"of": "spo2", "below": 94}}
    bed.measure(10, spo2=93)
    assert bed.truth(now, 15) == MET
    assert bed.truth(now, 16) == CANNOT_TELL
    bed.measure(16, spo2=98)
    assert bed.truth(now, 16) == NOT_MET


def test_a_slower_channel_is_held_longer(document: Document) -> None:
    bed = Bed(document, periods={Signal.SPO2: 10.0})
    bed.measure(0, spo2=93)
    now = {"vital": {"of": "spo2", "below": 94}}
    assert bed.truth(now, 25) == MET
    assert bed.truth(now, 26) == CANNOT_TELL


@pytest.mark.parametrize(("value", "found"), [("off", CANNOT_TELL), (20.0, CANNOT_TELL), (None, MET)])
def test_sensor_off_and_impossible_values_end_a_value_at_once(bed: Bed, value: float | str | None, found: int) -> None:
    bed.measure(10, spo2=93)
    bed.measure(11, spo2=value)
    assert bed.truth({"vital": {"of": "spo2", "below": 94}}, 11) == found


def test_what_no_source_measures_cannot_be_told(document: Document) -> None:
    bed = Bed(document, periods={Signal.HR: 1.0})
    assert bed.truth(LOW, 0) == CANNOT_TELL


def test_the_first_live_signal_of_several_counts(bed: Bed) -> None:
    bed.measure(0, hr=80, pulse=130)
    assert bed.truth(FAST, 0) == NOT_MET
    for at in range(1, 7):
        bed.measure(at, pulse=130)
    assert bed.truth(FAST, 6) == MET


@pytest.mark.parametrize(
    ("how", "under", "at", "over"),
    [("below", MET, NOT_MET, NOT_MET), ("at_most", MET, MET, NOT_MET), ("above", NOT_MET, NOT_MET, MET), ("at_least", NOT_MET, MET, MET)],
)
def test_the_limit_itself_belongs_where_the_words_say(bed: Bed, how: str, under: int, at: int, over: int) -> None:
    for second, (value, found) in enumerate(((89.9, under), (90.0, at), (90.1, over))):
        bed.measure(second, spo2=value)
        assert bed.truth({"vital": {"of": "spo2", how: 90}}, second) == found


@pytest.mark.parametrize("written", [{"of": "spo2"}, {"of": "spo2", "below": 94, "above": 90}, {"of": [], "below": 94}])
def test_a_comparison_has_exactly_one_limit_and_a_signal(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        stated({"vital": written})


def test_a_persistence_longer_than_what_is_remembered_is_refused() -> None:
    with pytest.raises(ValidationError):
        stated({"vital": {"of": "spo2", "below": 94, "for": "21 min"}})


@given(kept=st.sets(st.integers(0, 40)), at=st.integers(0, 45), lasting=st.integers(0, 30))
def test_samples_that_all_break_the_limit_never_make_it_not_met(document: Document, kept: set[int], at: int, lasting: int) -> None:
    bed = Bed(document)
    for second in sorted(kept):
        if second <= at:
            bed.measure(second, spo2=90)
    assert bed.truth({"vital": {"of": "spo2", "below": 94, "for": f"{lasting} s"}}, at) != NOT_MET


@given(st.lists(st.sampled_from([90, 98, None, "off"]), min_size=1, max_size=40), st.integers(0, 20), st.data())
def test_taking_one_sample_away_turns_no_met_finding_over_unless_an_older_value_speaks(
    document: Document, values: list[float | str | None], lasting: int, data: st.DataObject
) -> None:
    at, rule = len(values) - 1, {"vital": {"of": "spo2", "below": 94, "for": f"{lasting} s"}}
    gone = data.draw(st.integers(0, at))
    whole, poorer = Bed(document), Bed(document)
    for second, value in enumerate(values):
        whole.measure(second, spo2=value)
        if second != gone:
            poorer.measure(second, spo2=value)
    if whole.truth(rule, at) == MET and poorer.truth(rule, at) == NOT_MET:
        assert 98 in values[:gone], "only a value that was measured before it can contradict"


def test_lost_signals_are_counted_from_their_maximum_age_on(bed: Bed) -> None:
    one = {"lost": {"signals": ["hr", "pulse", "spo2"]}}
    two = {"lost": {"signals": ["hr", "pulse", "spo2"], "at_least": 2}}
    for at in range(11):
        bed.measure(at, hr=70, pulse=70, spo2=98)
    for at in range(11, 20):
        bed.measure(at, hr=70, pulse=70)
    assert [bed.truth(one, at) for at in (15, 16)] == [NOT_MET, MET]
    assert bed.truth(two, 19) == NOT_MET
    bed.measure(20, hr=70, pulse="off")
    assert bed.truth(two, 20) == MET


def test_nothing_is_lost_while_the_patient_is_away_on_purpose(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"]}}
    bed.measure(0, spo2=98)
    bed.chart(10, "away 5")
    assert bed.truth(lost, 60) == NOT_MET
    bed.chart(61, "back")
    assert bed.truth(lost, 61) == MET


def test_a_cap_that_is_over_excuses_nothing_any_more(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"]}}
    bed.measure(0, spo2=98)
    bed.chart(10, "away 5")
    assert [bed.truth(lost, at) for at in (309, 310)] == [NOT_MET, MET]


def test_before_the_start_only_what_was_there_is_lost(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"]}}
    bed.measure(1, spo2="off")
    assert bed.truth(lost, 60) == NOT_MET
    bed.start(61)
    assert bed.truth(lost, 61) == MET


def test_what_is_lost_for_a_time_is_counted_from_when_its_last_value_grew_too_old(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"], "for": "10 s"}}
    bed.start(0)
    assert [bed.truth(lost, at) for at in (14, 15)] == [NOT_MET, MET], "what never came, from the beginning"
    bed.measure(100, spo2=98)
    assert [bed.truth(lost, at) for at in (114, 115)] == [NOT_MET, MET]


def test_what_is_on_its_way_to_be_lost_shows_from_its_maximum_age_on(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"], "for": "1 min"}}
    bed.start(0)
    assert [bed.truth(lost, at, instant=True) for at in (4, 5)] == [NOT_MET, MET]


def test_values_stamped_with_times_to_come_are_no_last_value(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"], "for": "10 s"}}
    bed.start(0)
    bed.measure(100, spo2=98)
    assert [bed.truth(lost, at) for at in (14, 15)] == [NOT_MET, MET]


def test_a_sensor_that_goes_off_in_the_second_of_a_value_is_lost_from_that_second_on(bed: Bed) -> None:
    lost = {"lost": {"signals": ["spo2"], "for": "1 s"}}
    for at, value in ((10, 98), (11, 98), (11, "off")):
        bed.measure(at, spo2=value)
    assert [bed.truth(lost, at) for at in (11, 12)] == [NOT_MET, MET]


def test_a_signal_that_no_source_declares_is_not_lost(document: Document) -> None:
    assert Bed(document, periods={Signal.HR: 1.0}).truth({"lost": {"signals": ["spo2"]}}, 60) == NOT_MET


def test_two_sources_that_differ_for_long_enough_disagree(bed: Bed) -> None:
    apart = {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "5 s"}}
    bed.measure(0, hr=70, pulse=70)
    for at in range(1, 7):
        bed.measure(at, hr=100, pulse=79)
        assert bed.truth(apart, at) == (MET if at == 6 else NOT_MET)
    bed.measure(7, hr=99, pulse=79)
    assert bed.truth(apart, 7) == NOT_MET
    assert bed.truth(apart, 20) == CANNOT_TELL


@pytest.mark.parametrize(("wait", "found"), [(5, MET), (6, CANNOT_TELL)])
def test_values_of_different_seconds_are_compared_while_both_are_live(bed: Bed, wait: int, found: int) -> None:
    apart = {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "10 s"}}
    bed.measure(0, hr=100)
    for at in range(1, 30, 2):
        bed.measure(at, pulse=70)
    for at in range(wait, 30, wait):
        bed.measure(at, hr=100)
    assert bed.truth(apart, 29) == found


def test_one_agreement_in_between_starts_the_time_again(bed: Bed) -> None:
    apart = {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "10 s"}}
    for at in range(0, 30, 2):
        bed.measure(at, hr=100)
        bed.measure(at + 1, pulse=90 if at == 14 else 70)
    assert [bed.truth(apart, at) for at in (26, 27)] == [NOT_MET, MET]


def test_two_sources_that_must_not_differ_at_all_long_disagree_at_once_and_not_at_the_limit(bed: Bed) -> None:
    apart = {"disagree": {"of": "hr", "and": "pulse", "by": 20}}
    for at, (hr, pulse, found) in enumerate([(70, 70, NOT_MET), (90, 70, NOT_MET), (91, 70, MET), (70, 91, MET)]):
        bed.measure(at, hr=hr, pulse=pulse)
        assert bed.truth(apart, at) == found


def test_a_second_of_disagreement_is_a_second(bed: Bed) -> None:
    apart = {"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "1 s"}}
    for at, (hr, found) in enumerate([(90, NOT_MET), (91, NOT_MET), (91, MET)]):
        bed.measure(at, hr=hr, pulse=70)
        assert bed.truth(apart, at) == found, "a difference at the limit is none"


@pytest.mark.parametrize(("every", "found"), [(5, MET), (6, CANNOT_TELL)])
def test_two_sources_that_are_as_slow_as_their_maximum_age_are_still_compared(bed: Bed, every: int, found: int) -> None:
    for at in (0, every, 2 * every):
        bed.measure(at, hr=100, pulse=70)
    assert bed.truth({"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "10 s"}}, 2 * every) == found


def test_where_one_source_has_not_been_there_long_enough_it_cannot_be_told(bed: Bed) -> None:
    for at in range(4):
        bed.measure(at, pulse=70)
    bed.measure(3, hr=100)
    assert bed.truth({"disagree": {"of": "hr", "and": "pulse", "by": 20, "for": "3 s"}}, 3) == CANNOT_TELL


# ---- the cuff ----

ONE = {"pressure": {"sys_at_least": 165, "dia_at_least": 100}}
TWO = {"pressure": {"sys_at_least": 165, "dia_at_least": 100, "readings": 2, "apart": "3 min"}}
RISE = {"pressure": {"rise_sys_at_least": 30}}


@pytest.mark.parametrize(
    ("readings", "at", "found"),
    [
        ((), 0, CANNOT_TELL),
        (((10, "failed"),), 10, CANNOT_TELL),
        (((10, "120/80"),), 10, NOT_MET),
        (((10, "165/80"),), 10, CANNOT_TELL),
        (((10, "120/100"),), 300, CANNOT_TELL),
        (((10, "165/90"), (190, "166/90")), 190, MET),
        (((10, "165/90"), (189, "166/90")), 189, CANNOT_TELL),
        (((10, "165/90"), (100, "166/90"), (190, "166/90")), 190, MET),
        (((10, "165/90"), (190, "failed")), 190, CANNOT_TELL),
        (((10, "165/90"), (100, "failed"), (190, "166/90")), 190, MET),
        (((10, "165/90"), (190, "150/90")), 190, NOT_MET),
        (((10, "165/90"), (190, "150/90"), (400, "170/90")), 400, CANNOT_TELL),
        (((10, "165/90"), (190, "75/120")), 190, CANNOT_TELL),
    ],
)
def test_a_second_reading_decides(bed: Bed, readings: tuple[tuple[int, str], ...], at: int, found: int) -> None:
    for second, text in readings:
        bed.cuff(second, text)
    assert bed.truth(TWO, at) == found


def test_two_readings_of_one_second_are_two_where_no_time_between_them_is_asked(bed: Bed) -> None:
    bed.live("10 cuff 170/90; 10 pressure 168/90")
    assert bed.truth({"pressure": {"sys_at_least": 165, "readings": 2}}, 10) == MET


@pytest.mark.parametrize(("first", "found"), [(100, MET), (99, CANNOT_TELL)])
def test_an_earlier_reading_confirms_for_a_quarter_of_an_hour(bed: Bed, first: int, found: int) -> None:
    bed.live(f"{first} cuff 170/90; 1000 cuff 170/90")
    assert bed.truth({"pressure": {"sys_at_least": 165, "readings": 2}}, 1000) == found


def test_a_rise_cannot_be_told_without_a_baseline(bed: Bed) -> None:
    bed.cuff(10, "151/80")
    assert bed.truth(RISE, 10) == CANNOT_TELL
    bed.chart(11, "baseline 121/75")
    assert bed.truth(RISE, 11) == MET
    bed.chart(12, "baseline 122/75")
    assert bed.truth(RISE, 12) == NOT_MET


def test_an_absolute_limit_counts_without_a_baseline(bed: Bed) -> None:
    bed.cuff(10, "166/80")
    assert bed.truth({"pressure": {"sys_at_least": 165, "rise_sys_at_least": 30}}, 10) == MET


@pytest.mark.parametrize(("every", "limit"), [(None, 600), (300, 600), (120, 240), (60, 120), (3600, 900)])
def test_a_pressure_that_is_too_old_cannot_tell(document: Document, every: int | None, limit: int) -> None:
    bed = Bed(document, cuff_every=every)
    bed.cuff(10, "170/90")
    assert bed.truth(ONE, 10 + limit) == MET
    assert bed.truth(ONE, 11 + limit) == CANNOT_TELL


def test_a_cuff_that_failed_twice_is_a_finding_where_no_number_is_given(bed: Bed) -> None:
    found = []
    for at in (0, 60, 120):
        bed.cuff(at, "failed")
        found.append(bed.truth({"cuff_failed": {}}, at))
    assert found == [NOT_MET, MET, MET]


def test_a_cuff_that_failed_so_often_in_a_row_is_a_finding(bed: Bed) -> None:
    failed = {"cuff_failed": {"tries": 2}}
    assert bed.truth(failed, 0) == CANNOT_TELL
    bed.cuff(0, "failed")
    assert bed.truth(failed, 0) == NOT_MET
    bed.cuff(60, "120/80")
    bed.cuff(120, "failed")
    assert bed.truth(failed, 120) == NOT_MET
    bed.cuff(180, "failed")
    assert bed.truth(failed, 180) == MET


@given(kept=st.sets(st.integers(0, 8)), at=st.integers(0, 3000))
def test_readings_that_are_all_high_never_make_high_pressure_not_met(document: Document, kept: set[int], at: int) -> None:
    bed = Bed(document)
    for number in sorted(kept):
        if number * 300 <= at:
            bed.cuff(number * 300, "170/105")
    for rule in (ONE, TWO, RISE):
        assert bed.truth(rule, at) != NOT_MET


# ---- what is charted ----

NAUSEA = {"score": {"scale": "nausea", "at_least": 4, "within": "20 min"}}


def test_a_score_counts_until_it_is_too_old(bed: Bed) -> None:
    assert bed.truth(NAUSEA, 60) == CANNOT_TELL
    bed.chart(60, "nausea 4")
    assert bed.truth(NAUSEA, 60 + 1200) == MET
    assert bed.truth(NAUSEA, 61 + 1200) == CANNOT_TELL
    bed.chart(1300, "nausea 3")
    assert bed.truth(NAUSEA, 1300) == NOT_MET


def test_a_patient_who_could_not_be_asked_has_no_score(bed: Bed) -> None:
    bed.chart(60, "nausea 1", "nausea unasked")
    assert bed.truth(NAUSEA, 60) == CANNOT_TELL


def test_a_late_score_is_as_old_as_what_it_is_about(bed: Bed) -> None:
    bed.happen(1300, e.Scored(scale="nausea", value=6, for_at=100))
    assert bed.truth(NAUSEA, 1300) == MET
    assert bed.truth(NAUSEA, 1301) == CANNOT_TELL


def test_a_fall_is_measured_from_the_highest_before(bed: Bed) -> None:
    falls = {"trend": {"scale": "comfort", "falls_by": 4, "within": "20 min"}}
    bed.chart(0, "comfort 9")
    assert bed.truth(falls, 0) == CANNOT_TELL
    bed.chart(300, "comfort 8")
    assert bed.truth(falls, 300) == NOT_MET
    bed.chart(600, "comfort 5")
    assert bed.truth(falls, 600) == MET
    bed.chart(1900, "comfort 5")
    assert bed.truth(falls, 1900) == CANNOT_TELL


def test_a_rise_is_measured_from_the_lowest_before_and_nothing_is_a_value(bed: Bed) -> None:
    rises = {"trend": {"scale": "nausea", "rises_by": 2, "within": "20 min"}}
    bed.live("0 nausea 0; 60 nausea 1; 120 nausea 2")
    assert bed.truth(rises, 120) == MET
    bed.live("180 nausea 1")
    assert bed.truth(rises, 180) == NOT_MET


def test_a_score_after_a_drug_counts_from_so_long_after_it_on(bed: Bed) -> None:
    helped = {"score": {"scale": "nausea", "below": 4, "after_drug": "antiemetic", "after_drug_by": "10 min"}}
    bed.live("100 drug ondansetron 4; 699 nausea 2")
    assert bed.truth(helped, 699) == CANNOT_TELL
    bed.live("700 nausea 2")
    assert bed.truth(helped, 700) == MET


@given(kept=st.sets(st.integers(0, 10)), at=st.integers(0, 3600))
def test_scores_that_are_all_bad_never_make_a_bad_score_not_met(document: Document, kept: set[int], at: int) -> None:
    bed = Bed(document)
    for number in sorted(kept):
        if number * 300 <= at:
            bed.chart(number * 300, "nausea 7")
    assert bed.truth(NAUSEA, at) != NOT_MET


def test_a_symptom_is_present_absent_or_not_asked(bed: Bed) -> None:
    pain = {"symptom": {"any_of": ["chest_pain", "seizure"], "within": "15 min"}}
    assert bed.truth(pain, 0) == CANNOT_TELL
    bed.chart(0, "no_symptom chest_pain")
    assert bed.truth(pain, 0) == CANNOT_TELL
    bed.chart(1, "no_symptom seizure")
    assert bed.truth(pain, 1) == NOT_MET
    assert bed.truth(pain, 900) == NOT_MET
    assert bed.truth(pain, 901) == CANNOT_TELL
    bed.chart(902, "symptom seizure")
    assert bed.truth(pain, 902) == MET
    assert bed.truth(pain, 1803) == CANNOT_TELL


def test_a_symptom_is_over_when_what_was_charted_is_charted_absent(bed: Bed) -> None:
    flags = {"symptom": {"red_flag": True, "within": "15 min"}}
    bed.chart(0, "symptom weakness", "symptom seizure")
    bed.chart(60, "no_symptom weakness", "no_symptom chest_pain")
    assert bed.truth(flags, 60) == MET
    assert bed.truth(flags, 901) == CANNOT_TELL, "the seizure was never charted absent"
    bed.chart(910, "no_symptom seizure")
    assert [bed.truth(flags, at) for at in (910, 1810)] == [NOT_MET, NOT_MET]
    assert bed.truth(flags, 1811) == CANNOT_TELL, "nobody has asked for long"
    bed.chart(2000, "symptom chest_pain")
    bed.chart(2010, "no_symptom chest_pain")
    assert bed.truth(flags, 2010) == NOT_MET, "what ended long ago needs no second word"


def test_a_symptom_counts_for_half_an_hour_where_no_time_is_given(bed: Bed) -> None:
    bed.chart(0, "symptom seizure")
    assert [bed.truth({"symptom": {"any_of": ["seizure"]}}, at) for at in (1800, 1801)] == [MET, CANNOT_TELL]


def test_any_red_flag_is_enough(bed: Bed) -> None:
    flags = {"symptom": {"red_flag": True, "within": "15 min"}}
    bed.chart(0, "symptom dizziness")
    assert bed.truth(flags, 0) == CANNOT_TELL
    bed.chart(0, "symptom weakness")
    assert bed.truth(flags, 0) == MET


def test_a_counted_breathing_is_a_number_and_vomiting_an_event(bed: Bed) -> None:
    counted = {"seen": {"what": "breathing", "below": 10, "within": "5 min"}}
    vomited = {"seen": {"what": "vomited", "within": "10 min"}}
    assert (bed.truth(counted, 0), bed.truth(vomited, 0)) == (CANNOT_TELL, NOT_MET)
    bed.chart(10, "breathing 9", "vomited")
    assert (bed.truth(counted, 310), bed.truth(vomited, 610)) == (MET, MET)
    assert (bed.truth(counted, 311), bed.truth(vomited, 611)) == (CANNOT_TELL, NOT_MET)
    bed.chart(620, "breathing 10")
    assert bed.truth(counted, 620) == NOT_MET


def test_a_drug_counts_by_its_purpose_or_its_class(bed: Bed) -> None:
    purpose = {"drug_since": {"purpose": "antiemetic", "within": "15 min"}}
    of_class = {"drug_since": {"drug_class": "antiemetic_d2", "within": "15 min"}}
    assert bed.truth(purpose, 0) == NOT_MET
    bed.chart(60, "drug ondansetron 4")
    assert (bed.truth(purpose, 960), bed.truth(of_class, 960)) == (MET, NOT_MET)
    assert bed.truth(purpose, 961) == NOT_MET


def test_time_since_the_start_the_stop_and_the_phase(bed: Bed) -> None:
    start, stop = {"since": {"what": "start", "at_least": "25 min"}}, {"since": {"what": "stop", "less_than": "30 min"}}
    assert (bed.truth(start, 5000), bed.truth(stop, 5000)) == (NOT_MET, NOT_MET)
    bed.start(100)
    assert [bed.truth(start, at) for at in (1599, 1600)] == [NOT_MET, MET]
    bed.chart(2000, "stop")
    assert [bed.truth(stop, at) for at in (2000, 3799, 3800)] == [MET, MET, NOT_MET]


def test_a_flag_is_known_from_check_in_or_asked_on_the_checklist(document: Document) -> None:
    assert Bed(document, earlier=("motion_sickness",)).truth({"flag": "motion_sickness"}, 0) == MET
    bed = Bed(document)
    assert bed.truth({"flag": "motion_sickness"}, 0) == NOT_MET
    assert bed.truth({"flag": "long_qt_drug"}, 0) == CANNOT_TELL
    bed.chart(0, "check medicines long_qt")
    assert bed.truth({"flag": "long_qt_drug"}, 0) == MET
    bed.chart(1, "check medicines none")
    assert bed.truth({"flag": "long_qt_drug"}, 1) == NOT_MET


def test_an_observation_is_overdue_one_second_after_its_time(bed: Bed) -> None:
    overdue = {"overdue": {"observation": "scores", "grace": "1 min"}}
    assert bed.truth(overdue, 9000) == NOT_MET, "nothing is due before the start"
    bed.start(100)
    bed.chart(200, "dissociation 3", "comfort 8")
    assert [bed.truth(overdue, at) for at in (860, 861)] == [NOT_MET, MET]


def test_one_of_two_scores_is_not_both(bed: Bed) -> None:
    bed.start(100)
    bed.chart(600, "comfort 8")
    assert bed.truth({"overdue": {"observation": "scores"}}, 701) == MET


def test_left_resting_stands_for_the_scores_once_in_a_row_and_never_for_sedation(bed: Bed) -> None:
    scores, sedation = {"overdue": {"observation": "scores"}}, {"overdue": {"observation": "sedation"}}
    bed.start(0)
    bed.chart(650, "dissociation 3", "comfort 8", "bothered 0", "sedation 5")
    bed.chart(1200, "resting")
    assert bed.truth(scores, 1800) == NOT_MET
    assert bed.truth(sedation, 1551) == MET
    bed.chart(1790, "resting")
    assert bed.truth(scores, 1801) == MET


@pytest.mark.parametrize("entry", ["bothered 1", "sedation 4", "rate 0.4", "drug midazolam 1"])
def test_left_resting_does_not_stand_where_something_speaks_against_it(bed: Bed, entry: str) -> None:
    bed.start(0)
    bed.chart(650, "dissociation 3", "comfort 8")
    bed.chart(700, entry)
    bed.chart(1200, "resting")
    assert bed.truth({"overdue": {"observation": "scores"}}, 1251) == MET


FACTS = {
    "emergency": ("emergency", "emergency_end"),
    "paused": ("pause", "resume 0.75"),
    "unwatched": ("unwatch", "watch anna"),
    "pump_unconfirmed": ("rate 0.4", "pump running"),
    "bound_broken": ("rate 1.5 above_the_order", "called"),
}


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_stands_from_what_made_it_to_what_ended_it(bed: Bed, fact: str) -> None:
    makes, ends = FACTS[fact]
    bed.start(0)
    assert bed.truth({"fact": fact}, 60) == NOT_MET
    bed.chart(100, makes)
    assert bed.truth({"fact": {"fact": fact, "for": "1 min"}}, 159) == NOT_MET
    assert bed.truth({"fact": {"fact": fact, "for": "1 min"}}, 160) == MET
    bed.chart(161, ends)
    assert bed.truth({"fact": fact}, 161) == NOT_MET


def test_the_planned_end_is_when_the_ordered_dose_is_in_pauses_not_counted(bed: Bed) -> None:
    bed.start(0)
    bed.chart(600, "pause")
    bed.chart(900, "resume 0.75")
    end = {"fact": "planned_end"}
    assert bed.truth(end, 2400) == NOT_MET
    assert bed.truth(end, 2695) == NOT_MET
    assert bed.truth(end, 2700) == MET
    bed.chart(2701, "stop")
    assert bed.truth(end, 2701) == NOT_MET


def test_the_planned_end_stands_from_its_own_second_on_and_not_before(bed: Bed) -> None:
    bed.start(0)
    end = {"fact": "planned_end"}
    assert bed.shown(end, 2397) == []
    assert bed.shown(end, 2398) == [("planned_end", 0, 2398, "seconds")]
    bed.chart(2400, "pause")
    assert (bed.truth(end, 2400), bed.shown(end, 2400)) == (NOT_MET, []), "nothing runs in any more"


def test_a_pump_without_an_order_has_no_planned_end(bed: Bed) -> None:
    bed.happen(0, e.InfusionStarted(rate_mg_per_kg_h=0.75))
    assert bed.truth({"fact": "planned_end"}, 5000) == NOT_MET


def test_the_cannula_is_looked_at_at_the_start_and_after_each_pressure(bed: Bed) -> None:
    due = {"fact": "iv_site_due"}
    bed.happen(0, e.OrderSet(order=ORDER), e.Observed(what="iv_site", value="well"))
    assert bed.truth(due, 50) == NOT_MET, "nothing runs in"
    bed.happen(100, e.InfusionStarted(rate_mg_per_kg_h=0.75))
    assert bed.shown(due, 110) == [("iv_site_due", 10, 100, "seconds")], "a look before the start is none after it"
    bed.happen(120, e.Observed(what="iv_site", value="well"))
    bed.cuff(120, "120/80")
    assert bed.truth(due, 130) == NOT_MET
    bed.live("200 cuff failed; 300 cuff 120/80; 400 cuff 120/80")
    assert bed.shown(due, 410) == [("iv_site_due", 110, 300, "seconds")], "the first pressure after the look counts"


def test_a_look_in_the_second_of_the_start_counts_and_none_is_due_from_the_start(bed: Bed) -> None:
    bed.start(0)
    assert bed.truth({"fact": "iv_site_due"}, 60) == NOT_MET
    other = Bed(bed.document)
    other.happen(30, e.InfusionStarted(rate_mg_per_kg_h=0.75))
    assert other.shown({"fact": "iv_site_due"}, 40) == [("iv_site_due", 10, 30, "seconds")]


def test_what_blocks_is_open_from_the_first_order_on_or_from_when_it_was_opened_again(bed: Bed) -> None:
    blocked = {"fact": "blocking_open"}
    assert bed.shown(blocked, 20) == [], "nothing is ordered yet"
    bed.happen(50, e.OrderSet(order=ORDER))
    assert bed.shown(blocked, 60) == [("blocking_open", 10, 50, "seconds")]
    bed.happen(70, e.OrderSet(order=ORDER))
    assert bed.shown(blocked, 80) == [("blocking_open", 30, 50, "seconds")], "a second order begins nothing anew"
    bed.happen(90, *well_answered(bed.document))
    assert bed.shown(blocked, 100) == []


def test_break_cover_ends_by_itself(bed: Bed) -> None:
    bed.start(0)
    bed.happen(10, e.WatchTaken(name="anna", break_cover_min=15))
    assert [bed.truth({"fact": "unwatched"}, at) for at in (909, 910)] == [NOT_MET, MET]


def test_a_room_without_a_needed_source_says_so(document: Document) -> None:
    assert Bed(document).truth({"fact": "no_source"}, 0) == NOT_MET
    bed = Bed(document, periods={Signal.HR: 1.0, Signal.SPO2: 1.0})
    assert bed.truth({"fact": "no_source"}, 0) == MET
    assert bed.shown({"fact": "no_source"}, 7) == [("no_source", 7, 0, "seconds")]


# ---- what a condition is built from ----

SIGNALS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a vital": (FAST, ("hr", "pulse")),
    "a pressure": (ONE, ("nibp_sys", "nibp_dia")),
    "lost": ({"lost": {"signals": ["spo2", "hr"]}}, ("spo2", "hr")),
    "a cuff": ({"cuff_failed": {}}, ("nibp_sys",)),
    "two sources": ({"disagree": {"of": "hr", "and": "pulse", "by": 20}}, ("hr", "pulse")),
    "still": ({"still": {"of": "hr", "for": "10 s"}}, ("hr",)),
    "charted": (NAUSEA, ()),
    "all of several, each once": ({"all": [LOW, {"not": FAST}, {"any": [LOW, YES]}]}, ("spo2", "hr", "pulse")),
}


@pytest.mark.parametrize("about", SIGNALS)
def test_a_rule_knows_which_signals_it_looks_at(about: str) -> None:
    written, signals = SIGNALS[about]
    (rule,) = ruled({"when": written}).rules
    assert rule.signals == signals


KNOWN: dict[str, tuple[dict[str, Any], bool]] = {
    "a fact": (YES, True),
    "a time": ({"since": {"what": "start", "at_least": "5 min"}}, True),
    "an observation": ({"overdue": {"observation": "scores"}}, True),
    "a drug": ({"drug_since": {"purpose": "antiemetic", "within": "15 min"}}, True),
    "a signal that is gone": ({"lost": {"signals": ["spo2"]}}, True),
    "something seen": ({"seen": {"what": "vomited", "within": "10 min"}}, True),
    "something counted": ({"seen": {"what": "breathing", "below": 10, "within": "5 min"}}, False),
    "something counted above": ({"seen": {"what": "breathing", "above": 10, "within": "5 min"}}, False),
    "a history": ({"flag": "motion_sickness"}, True),
    "an answer": ({"flag": "long_qt_drug"}, False),
    "a history, then a vital": ({"all": [{"flag": "motion_sickness"}, LOW]}, False),
    "a vital": (LOW, False),
    "a pressure": (ONE, False),
    "a score": (NAUSEA, False),
    "a trend": ({"trend": {"scale": "comfort", "falls_by": 4, "within": "20 min"}}, False),
    "a symptom": ({"symptom": {"red_flag": True}}, False),
    "a cuff": ({"cuff_failed": {}}, False),
    "two sources": ({"disagree": {"of": "hr", "and": "pulse", "by": 20}}, False),
    "still": ({"still": {"of": "hr", "for": "10 s"}}, False),
    "facts that are combined": ({"any": [{"not": YES}, NO]}, True),
    "one unknown among facts": ({"any": [YES, {"not": {"all": [NO, LOW]}}]}, False),
}


@pytest.mark.parametrize("about", KNOWN)
def test_what_is_always_known_needs_no_case_in_which_it_cannot_be_told(document: Document, about: str) -> None:
    written, known = KNOWN[about]
    assert always_known(document, stated(written)) is known


def test_what_only_combines_others_has_no_values_of_its_own(bed: Bed) -> None:
    assert bed.shown({"all": [YES, NO]}, 0) == []
