"""What every source of samples promises, whatever it reads or computes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.infusion import Act, Does
from monitor.simulator.scenario import ids, load_scenario
from monitor.sources.recorded import open_recording, write_recording
from monitor.sources.recorded.foreign import load, quietly
from monitor.sources.simulated import SimulatedSource
from monitor.sources.source import Source
from monitor.vitals import Channel, Numeric, Signal, numeric

TICKS = 90


def _table(folder: Path) -> Source:
    rows = "".join(
        f"{i},{70 + i % 7},{'' if 20 <= i < 30 else 97},{120 + i if i % 30 == 0 else ''},{80 if i % 30 == 0 else ''}\n"
        for i in range(TICKS + 1)
    )
    path = folder / "table.csv"
    path.write_text(f"time [s],HR [bpm],SpO2 [%],NIBP_SYS [mmHg],NIBP_DIA [mmHg]\n{rows}")
    return open_recording(path)


def _own(folder: Path) -> Source:
    channels = [Channel(Signal.PULSE, 1.0, "pulse"), Channel(Signal.NIBP_SYS, 300.0, "cuff"), Channel(Signal.NIBP_DIA, 300.0, "cuff")]
    rows: list[tuple[int, list[Numeric]]] = []
    for tick in range(TICKS + 1):
        row = [numeric(Signal.PULSE, 60 + tick % 11, tick)]
        if tick == 40:
            row += [numeric(Signal.NIBP_SYS, 131.5, tick), numeric(Signal.NIBP_DIA, 82, tick)]
        rows.append((tick, row))
    path = folder / "own.csv"
    write_recording(path, rows, channels, "room 2")
    return open_recording(path)


def _record(folder: Path) -> Source:
    wfdb = load("wfdb")
    values = np.column_stack([80 + np.arange(TICKS) % 5, 96 + np.arange(TICKS) % 3]).astype(float)
    with quietly():
        wfdb.wrsamp("r1", fs=1, units=["bpm", "%"], sig_name=["HR", "SpO2"], p_signal=values, fmt=["16", "16"], write_dir=str(folder))
    return open_recording(folder / "r1.hea")


def _edf(folder: Path) -> Source:
    edfio = load("edfio")
    values = {"HR": (80 + np.arange(TICKS) % 5, "bpm", 300), "SpO2": (96 + np.arange(TICKS) % 3, "%", 100)}
    signals = [
        edfio.EdfSignal(data.astype(float), 1, label=name, physical_dimension=unit, physical_range=(0, most))
        for name, (data, unit, most) in values.items()
    ]
    edfio.Edf(signals, data_record_duration=10).write(folder / "e1.edf")
    return open_recording(folder / "e1.edf")


def _simulated(_: Path) -> Source:
    return SimulatedSource(load_scenario(ids()[0]), seed=7)


SOURCES: dict[str, Callable[[Path], Source]] = {
    "table": _table,
    "own": _own,
    "wfdb": _record,
    "edf": _edf,
    "simulated": _simulated,
}
"""A new kind of source joins here with a way to make one that lasts at least ``TICKS`` seconds; the same each time."""

ACTS = (Act(3, Does.CUFF_NOW), Act(7, Does.RATE, 0.75))


@pytest.fixture(params=sorted(SOURCES))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Source]:
    return lambda: SOURCES[request.param](tmp_path)


def test_it_says_what_it_is(make: Callable[[], Source]) -> None:
    source = make()
    assert isinstance(source, Source)
    assert source.kind in ("simulated", "recorded")
    assert source.label.startswith("SIMULATED" if source.kind == "simulated" else ("RECORDED", "SIMULATED"))
    assert source.length_s is None or source.length_s > 0
    assert source.channels
    assert len({c.signal for c in source.channels}) == len(source.channels)
    assert all(c.period_s > 0 and math.isfinite(c.period_s) and c.name for c in source.channels)


def test_every_tick_has_one_row_in_order_from_zero(make: Callable[[], Source]) -> None:
    rows = make().read(TICKS)
    assert [tick for tick, _ in rows] == list(range(TICKS + 1))


def test_reading_on_goes_on_after_the_last_tick_and_never_back(make: Callable[[], Source]) -> None:
    source = make()
    source.read(30)
    assert [tick for tick, _ in source.read(33)] == [31, 32, 33]
    assert source.read(33) == []
    assert source.read(10) == []
    assert [tick for tick, _ in source.read(34)] == [34]


def test_only_declared_signals_come_once_a_tick_and_not_from_the_future(make: Callable[[], Source]) -> None:
    source = make()
    declared = {c.signal for c in source.channels}
    some = 0
    for tick, row in source.read(TICKS):
        assert len({n.signal for n in row}) == len(row)
        for sample in row:
            assert sample.signal in declared
            assert sample.measured_at <= tick
            assert math.isfinite(sample.value)
            some += sample.ok
    assert some


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stops=st.lists(st.integers(0, TICKS), max_size=6))
def test_the_same_acts_give_the_same_samples_however_the_ticks_are_grouped(make: Callable[[], Source], stops: list[int]) -> None:
    whole = _read_with_acts(make(), [])
    assert _read_with_acts(make(), sorted(stops)) == whole


def test_the_beats_of_the_last_read_go_on_from_second_to_second(make: Callable[[], Source]) -> None:
    source = make()
    source.read(40)
    before = source.beats(40)
    source.read(TICKS)
    assert source.beats(40) is None and source.beats(TICKS + 1) is None and source.beats(-1) is None
    last = before
    for tick in range(41, TICKS + 1):
        beats = source.beats(tick)
        assert (beats is None) is (source.kind == "recorded")
        if beats is not None:
            assert last is not None
            assert (beats.beat, beats.breath) == (last.beat + last.beat_rate, last.breath + last.breath_rate)
        last = beats


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stops=st.lists(st.integers(0, TICKS), max_size=6))
def test_the_beats_do_not_depend_on_how_the_ticks_are_grouped(make: Callable[[], Source], stops: list[int]) -> None:
    whole, pieces = make(), make()
    whole.read(TICKS)
    for stop in sorted({*stops, TICKS}):
        for tick, _ in pieces.read(stop):
            assert pieces.beats(tick) == whole.beats(tick)


def _read_with_acts(source: Source, stops: list[int]) -> list[tuple[int, list[Numeric]]]:
    """Acts are handed over at their own ticks, as a room does; ``stops`` add further pauses."""
    rows: list[tuple[int, list[Numeric]]] = []
    done = -1
    for stop in sorted({*stops, *(a.at for a in ACTS), TICKS}):
        rows += source.read(stop, [a for a in ACTS if done <= a.at < stop])
        done = stop
    return rows
