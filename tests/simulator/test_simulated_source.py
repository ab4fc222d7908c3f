"""A simulated patient behind the contract of every source."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.infusion import Act, Does
from monitor.simulator.scenario import load_scenario
from monitor.sources.simulated import SimulatedSource
from monitor.sources.source import Source
from monitor.vitals import Signal

SCENARIO = load_scenario("strange-frightened")
ACTS = (
    Act(5, Does.RATE, 0.75),
    Act(40, Does.CUFF_NOW),
    Act(40, Does.REASSURE),
    Act(90, Does.DRUG, 2.0, "benzodiazepine"),
    Act(300, Does.RATE, 0.3),
)


def test_it_keeps_the_contract() -> None:
    source = SimulatedSource(SCENARIO, 1)
    assert isinstance(source, Source)
    assert (source.kind, source.label, source.length_s) == ("simulated", "SIMULATED", None)
    periods = {c.signal: c.period_s for c in source.channels}
    assert periods[Signal.HR] == periods[Signal.SPO2] == 1.0
    assert periods[Signal.NIBP_SYS] == SCENARIO.cuff.every


def test_there_is_one_row_a_tick_and_none_twice() -> None:
    source = SimulatedSource(SCENARIO, 1)
    assert [t for t, _ in source.read(9)] == list(range(10))
    assert source.read(9) == source.read(4) == []
    assert [t for t, _ in source.read(12)] == [10, 11, 12]


def test_what_is_sent_is_what_was_declared() -> None:
    source = SimulatedSource(SCENARIO, 1)
    declared = {c.signal for c in source.channels}
    assert {n.signal for _, row in source.read(400) for n in row} == declared


@settings(max_examples=20)
@given(st.sets(st.integers(0, 400), max_size=40))
def test_the_samples_do_not_depend_on_how_reads_are_grouped(stops: set[int]) -> None:
    whole = SimulatedSource(SCENARIO, 6).read(400, ACTS)
    source = SimulatedSource(SCENARIO, 6)
    pieces, last = [], -1
    for stop in [*sorted(stops), 400]:
        pieces += source.read(stop, [a for a in ACTS if last < a.at <= stop])
        last = max(last, stop)
    assert pieces == whole


def test_an_act_for_later_waits_and_a_late_one_takes_part_at_once() -> None:
    ahead = SimulatedSource(SCENARIO, 2)
    rows = ahead.read(50, ACTS) + ahead.read(400)
    assert rows == SimulatedSource(SCENARIO, 2).read(400, ACTS)
    late = SimulatedSource(SCENARIO, 2)
    late.read(100)
    late.read(101, [Act(60, Does.RATE, 0.75)])
    late.read(102)
    level = late.patient.truth()["plasma_ng_ml"]
    assert isinstance(level, float) and level > 0
