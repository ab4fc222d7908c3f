"""A rest of the cuff: one cycle is put off once, where nothing speaks against it, and is not called late meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor import events as e
from monitor.protocol.condition import Sight
from monitor.protocol.document import Document
from monitor.protocol.rest import Held, put_off_until
from tests.bedside import Bed

MIN = 60


def steady(document: Document, every: int = 300) -> Bed:
    """An infusion since 0:00, and two steady readings: at 5:00 and 10:00."""
    bed = Bed(document, cuff_every=every).start()
    bed.cuff(5 * MIN, "130/80")
    bed.cuff(10 * MIN, "132/80")
    return bed


def asked(bed: Bed, at: int) -> int | Held:
    return put_off_until(Sight(bed.document, bed.state, bed.window, at))


def test_a_steady_patient_may_rest_for_one_interval(document: Document) -> None:
    assert asked(steady(document), 11 * MIN) == 15 * MIN + 5 * MIN - 30, "the next reading comes before the last is too old"


def test_a_rest_never_outlasts_the_pressure(document: Document) -> None:
    assert asked(steady(document, every=600), 11 * MIN) == 10 * MIN + 15 * MIN - 30
    assert asked(steady(document, every=810), 11 * MIN) == 10 * MIN + 15 * MIN - 30, "a minute is spared"
    held = asked(steady(document, every=811), 11 * MIN)
    assert isinstance(held, Held)
    assert held.name == "rest_too_old"


SPEAKS_AGAINST: dict[str, tuple[int, Callable[[Bed], None]]] = {
    "rest_failed": (11 * MIN, lambda bed: bed.cuff(10 * MIN + 30, "failed")),
    "rest_over_watch": (11 * MIN, lambda bed: bed.cuff(10 * MIN + 30, "138/96")),
    "rest_rising": (11 * MIN, lambda bed: bed.cuff(10 * MIN + 30, "142/82")),
    "rest_rate_changed": (11 * MIN, lambda bed: bed.chart(10 * MIN + 30, "rate 0.6")),
    "rest_drug": (11 * MIN, lambda bed: bed.chart(10 * MIN + 30, "drug ondansetron 4")),
    "rest_again": (11 * MIN, lambda bed: bed.chart(10 * MIN + 30, "cuff_rest 1200")),
    "rest_unknown": (26 * MIN, lambda bed: None),
    "rest_peak": (24 * MIN, lambda bed: bed.cuff(23 * MIN, "132/80")),
}


@pytest.mark.parametrize("name", SPEAKS_AGAINST)
def test_what_speaks_against_a_rest_is_named(document: Document, name: str) -> None:
    at, happens = SPEAKS_AGAINST[name]
    bed = steady(document)
    happens(bed)
    held = asked(bed, at)
    assert isinstance(held, Held)
    assert held.name == name
    assert held.sentence


@pytest.mark.parametrize(
    ("name", "entry"), [("rest_rate_changed", "rate 0.6"), ("rest_drug", "drug ondansetron 4"), ("rest_again", "cuff_rest 1200")]
)
def test_what_is_done_in_the_second_of_the_last_reading_counts_as_after_it(document: Document, name: str, entry: str) -> None:
    bed = steady(document)
    bed.chart(10 * MIN, entry)
    held = asked(bed, 11 * MIN)
    assert isinstance(held, Held)
    assert held.name == name


def test_a_rise_is_over_the_reading_before_and_not_over_an_earlier_one(document: Document) -> None:
    bed = steady(document)
    bed.cuff(10 * MIN + 20, "143/80")
    bed.cuff(10 * MIN + 40, "144/80")
    assert isinstance(asked(bed, 11 * MIN), int)
    bed.cuff(10 * MIN + 50, "130/89")
    bed.cuff(10 * MIN + 55, "140/82")
    assert asked(bed, 11 * MIN) == Held("rest_rising", "rising, 140/82"), "one of the two pressures is enough"


def test_a_reading_in_the_second_of_the_start_is_one_since_the_start(document: Document) -> None:
    bed = Bed(document, cuff_every=300)
    bed.cuff(60, "130/80")
    assert asked(bed.start(60), 61) == Held("rest_rate_changed", "rate changed since the last reading")


def test_the_peak_is_named_by_its_minutes(document: Document) -> None:
    bed = steady(document)
    bed.cuff(23 * MIN, "132/80")
    assert asked(bed, 24 * MIN) == Held("rest_peak", "pressure peaks, minute 25 to 45")


def test_nobody_rests_after_the_patient_has_left(document: Document) -> None:
    bed = steady(document)
    bed.happen(11 * MIN, e.SessionClosed(reason="left"))
    held = asked(bed, 11 * MIN)
    assert isinstance(held, Held)
    assert held.name == "rest_not_started"


def test_an_interval_alone_makes_no_cycle(document: Document) -> None:
    bed = Bed(document, cuff_every=300).start()
    bed.chart(60, "pressure 130/80")
    held = asked(bed, 61)
    assert isinstance(held, Held)
    assert held.name == "rest_no_cycle", "the cuff has not tried yet"


def test_without_a_reading_since_the_start_nobody_rests(document: Document) -> None:
    bed = Bed(document, cuff_every=300)
    bed.cuff(0, "130/80")
    assert asked(bed, 10) == Held("rest_not_started", "no infusion yet")
    bed.start(60)
    held = asked(bed, 61)
    assert isinstance(held, Held)
    assert held.name == "rest_first_reading"


def test_without_a_known_cycle_there_is_nothing_to_put_off(document: Document) -> None:
    bed = Bed(document).start()
    bed.cuff(60, "130/80")
    held = asked(bed, 61)
    assert isinstance(held, Held)
    assert held.name == "rest_no_cycle"


def test_without_a_baseline_it_cannot_tell_and_does_not_rest(document: Document) -> None:
    bed = Bed(document, cuff_every=300)
    bed.happen(0, e.InfusionStarted(rate_mg_per_kg_h=0.75))
    bed.cuff(60, "130/80")
    held = asked(bed, 61)
    assert isinstance(held, Held)
    assert held.name == "rest_unknown"


@pytest.mark.parametrize(("at", "rests"), [(990, True), (991, False), (44 * MIN, False), (45 * MIN, True)])
def test_the_minutes_of_the_peak_are_measured(document: Document, at: int, rests: bool) -> None:
    bed = steady(document)
    bed.cuff(at - 60, "131/80")
    assert isinstance(asked(bed, at), int) is rests


def test_a_pressure_put_off_is_not_late_before_the_rest_is_over(document: Document) -> None:
    bed = steady(document, every=600)
    due = document.due_at("bp", bed.state, bed.window)
    assert due == 20 * MIN
    bed.chart(11 * MIN, f"cuff_rest {24 * MIN}")
    assert document.due_at("bp", bed.state, bed.window) == 24 * MIN
    bed.cuff(24 * MIN + 30, "130/80")
    assert document.due_at("bp", bed.state, bed.window) == 34 * MIN + 30


# ---- by hand ----


def test_a_pressure_taken_by_hand_counts_like_a_reading(document: Document) -> None:
    bed = Bed(document, cuff_every=300).start()
    high = {"pressure": {"sys_at_least": 165, "readings": 2, "apart": "3 min"}}
    bed.cuff(300, "168/90")
    assert bed.truth(high, 301) == 1, "one reading cannot tell"
    bed.chart(500, "pressure 170/92")
    assert bed.truth(high, 501) == 2


def test_a_late_pressure_by_hand_does_not_become_the_last(document: Document) -> None:
    bed = Bed(document, cuff_every=300).start()
    bed.cuff(300, "120/80")
    bed.happen(320, e.PressureCharted(sys=170, dia=95, for_at=200))
    assert bed.truth({"pressure": {"sys_at_least": 165}}, 321) == 0
    assert bed.truth({"overdue": "bp"}, 321) == 0


def test_a_pressure_by_hand_ends_a_row_of_failed_tries(document: Document) -> None:
    bed = Bed(document, cuff_every=300).start()
    for at in (60, 120):
        bed.cuff(at, "failed")
    assert bed.truth({"cuff_failed": {"tries": 2}}, 121) == 2
    bed.chart(130, "pressure 128/78")
    assert bed.truth({"cuff_failed": {"tries": 2}}, 131) == 0


def test_where_no_cuff_is_connected_a_pressure_by_hand_becomes_too_old_all_the_same(document: Document) -> None:
    bed = Bed(document, periods={}).start()
    assert bed.truth({"fact": "bp_old"}, 3000) == 0, "nobody has measured here"
    bed.chart(60, "pressure 128/78")
    limit = document.bp_max_age_s(bed.state)
    assert bed.truth({"fact": "bp_old"}, 60 + limit) == 0
    assert bed.truth({"fact": "bp_old"}, 61 + limit) == 2
    assert bed.truth({"pressure": {"sys_at_least": 100}}, 61 + limit) == 1, "too old cannot tell"
