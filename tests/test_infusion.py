"""The order, its bounds and the dose ledger: what was given is what was charted, second by second."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.infusion import Act, Bound, Does, Ledger, Order, Pump, RateChange
from monitor.units import mg_per_kg_h, ml_per_h

ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)


def ledger(*changes: tuple[int, float, str], weight: float = 70) -> Ledger:
    found = Ledger(weight)
    for at, rate, what in changes:
        found = found.with_change(RateChange(at, rate, what))
    return found


def test_an_order_is_a_dose_and_a_rate() -> None:
    assert ORDER.dose_mg == 35
    assert ORDER.rate_mg_per_kg_h == 0.75


@pytest.mark.parametrize(
    "wrong", [{"dose_mg_per_kg": 0}, {"dose_mg_per_kg": -1}, {"weight_kg": 0}, {"minutes": 0}, {"concentration_mg_per_ml": 0}, {"speed": 1}]
)
def test_an_order_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate({"dose_mg_per_kg": 0.5, "weight_kg": 70, "minutes": 40, **wrong})


@pytest.mark.parametrize(
    ("what", "most", "more"),
    [("dose_mg_per_kg", 5, 5.1), ("weight_kg", 400, 401), ("minutes", 480, 481), ("concentration_mg_per_ml", 50, 51), ("prescriber", "x" * 80, "x" * 81)],
)  # fmt: skip
def test_an_order_has_its_limits(what: str, most: float | str, more: float | str) -> None:
    order = {"dose_mg_per_kg": 0.5, "weight_kg": 70, "minutes": 40}
    assert Order.model_validate({**order, what: most})
    with pytest.raises(ValidationError):
        Order.model_validate({**order, what: more})


def test_an_order_may_be_as_small_as_its_figures() -> None:
    least = Order(dose_mg_per_kg=0.1, weight_kg=0.9, minutes=0.5, concentration_mg_per_ml=0.5)
    assert least.dose_mg == pytest.approx(0.09)
    assert ORDER.concentration_mg_per_ml == 1


def test_an_order_a_bound_and_what_was_charted_are_never_changed_in_place() -> None:
    run = ledger((0, 0.75, "started"))
    for kept, what in ((ORDER, "minutes"), (BOUND, "unit"), (run, "weight_kg"), (run.changes[0], "at"), (Act(0, Does.BOLUS), "at")):
        with pytest.raises((ValidationError, FrozenInstanceError)):
            setattr(kept, what, 1)


def test_the_ordered_rate_gives_the_ordered_dose_in_the_ordered_time() -> None:
    run = ledger((100, 0.75, "started"))
    assert run.given_mg(100) == 0
    assert run.given_mg(100 + 2400) == pytest.approx(35)
    assert run.left_s(ORDER, 100) == pytest.approx(2400)
    assert run.left_s(ORDER, 1300) == pytest.approx(1200)


def test_pauses_give_nothing_and_do_not_count_as_running() -> None:
    run = ledger((0, 0.75, "started"), (600, 0.0, "paused"), (900, 0.75, "resumed"), (1500, 0.0, "stopped"))
    assert run.given_mg(600) == run.given_mg(900) == pytest.approx(8.75)
    assert run.given_mg(9000) == pytest.approx(17.5)
    assert run.running_s(9000) == 1200
    assert (run.started_at, run.ended_at) == (0, 1500)


@pytest.mark.parametrize(
    ("what", "pump"),
    [("started", Pump.RUNNING), ("rate", Pump.RUNNING), ("paused", Pump.PAUSED), ("resumed", Pump.RUNNING), ("stopped", Pump.ENDED)],
)
def test_the_pump_is_as_it_was_charted_last(what: str, pump: Pump) -> None:
    assert ledger((0, 0.75, "started"), (10, 0.5, what)).pump is pump


def test_nothing_charted_is_nothing_given() -> None:
    run = Ledger(70)
    assert (run.pump, run.given_mg(5000), run.started_at, run.ended_at, run.left_s(ORDER, 0)) == (Pump.PLANNED, 0, None, None, None)


def test_nothing_is_left_of_a_dose_that_is_in_and_nothing_ends_a_pause() -> None:
    assert ledger((0, 0.75, "started")).left_s(ORDER, 5000) == 0
    assert ledger((0, 0.75, "started"), (10, 0.0, "paused")).left_s(ORDER, 20) is None


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ([(0, 0.75, "started")], 2400),
        ([(0, 0.75, "started"), (600, 0.0, "paused"), (900, 0.75, "resumed")], 2700),
        ([(0, 0.75, "started"), (2500, 0.1, "rate")], 2400),
        ([(0, 0.75, "started"), (2500, 0.0, "paused"), (2600, 0.1, "resumed")], 2400),
        ([(0, 0.75, "started"), (600, 0.0, "stopped")], None),
        ([], None),
    ],
)
def test_the_second_at_which_the_dose_was_in_does_not_move(changes: list[tuple[int, float, str]], at: int | None) -> None:
    assert ledger(*changes).reached_at(35) == at


def test_a_dose_that_is_in_with_the_last_second_before_a_pause_was_in_then() -> None:
    run = ledger((0, 100.0, "started"), (10, 0.0, "paused"), (90, 100.0, "resumed"), weight=36)
    assert run.given_mg(10) == 10, "one milligram a second"
    assert run.reached_at(10) == 10


def test_a_pump_that_was_started_at_no_rate_has_given_nothing_yet() -> None:
    run = ledger((0, 0.0, "started"), (10, 0.75, "rate"))
    assert (run.reached_at(0), Ledger(70).rate_mg_per_kg_h, Act(0, Does.CUFF_NOW).value) == (10, 0, 0)


CHANGES = st.lists(st.tuples(st.integers(0, 600), st.floats(0, 2)), min_size=1, max_size=8)


@given(CHANGES, st.integers(0, 7200))
def test_the_ledger_is_the_sum_of_every_charted_second(steps: list[tuple[int, float]], at: int) -> None:
    run, now, rates = Ledger(70), 0, list[tuple[int, float]]()
    for wait, rate in steps:
        now += wait
        run = run.with_change(RateChange(now, rate, "started" if not rates else "rate"))
        rates.append((now, rate))
    by_hand = sum(next((r for begin, r in reversed(rates) if begin <= second), 0.0) for second in range(at)) * 70 / 3600
    assert run.given_mg(at) == pytest.approx(by_hand, abs=1e-6)
    assert run.given_mg(at + 60) >= run.given_mg(at)
    assert 0 <= run.running_s(at) <= at
    reached = run.reached_at(20)
    assert reached is None or run.given_mg(reached) >= 20 - 1e-3 > run.given_mg(max(0, reached - 1)) - 1e-2


# ---- bounds ----

BOUND = Bound(unit="mg/kg", recommended=(0.1, 0.75), absolute=(0.05, 1.0))


@pytest.mark.parametrize(
    ("value", "breach"),
    [(0.04, "absolute"), (0.05, "recommended"), (0.09, "recommended"), (0.1, None), (0.75, None), (0.76, "recommended"), (1.0, "recommended"), (1.01, "absolute")],
)  # fmt: skip
def test_a_bound_names_the_widest_limit_that_is_broken(value: float, breach: str | None) -> None:
    assert BOUND.breach(value) == breach


def test_a_bound_may_be_one_value() -> None:
    assert Bound(unit="mg/kg", recommended=(0.5, 0.5), absolute=(0.5, 0.5)).breach(0.5) is None


def test_a_sum_of_floats_does_not_break_a_bound() -> None:
    assert Bound(unit="mg/kg", recommended=(0.1, 0.3), absolute=(0.1, 0.3)).breach(0.1 + 0.2) is None


@pytest.mark.parametrize(("recommended", "absolute"), [((0.5, 0.1), (0, 1)), ((0, 1), (0.1, 0.9)), ((0.2, 0.3), (0.25, 1))])
def test_a_bound_whose_limits_do_not_nest_is_refused(recommended: tuple[float, float], absolute: tuple[float, float]) -> None:
    with pytest.raises(ValidationError):
        Bound(unit="kg", recommended=recommended, absolute=absolute)


@given(st.floats(0.01, 2), st.floats(30, 200), st.floats(0.1, 50))
def test_pump_rates_go_there_and_back(rate: float, weight: float, concentration: float) -> None:
    assert mg_per_kg_h(ml_per_h(rate, weight, concentration), weight, concentration) == pytest.approx(rate)
