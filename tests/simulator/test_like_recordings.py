"""The simulated monitor beside real ones: how much its numbers vary, how they roll, and how they are lost.

The ranges are measured from the shared 1 Hz recordings when the test runs, by the code that measures the simulator.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace

import pytest

from monitor.infusion import Act, Does
from monitor.protocol.condition import MET, NOT_MET, Sight
from monitor.protocol.conditions import Lost
from monitor.protocol.document import Document
from monitor.session import Phase
from monitor.simulator.life import Seeds
from monitor.simulator.patient import Patient
from monitor.simulator.population import load_population
from monitor.simulator.scenario import Scenario, load_scenario
from monitor.sources.simulated import SimulatedSource
from monitor.store.packing import pack, unpack
from monitor.vitals import HORIZON_S, Channel, Freshness, Numeric, Quality, Signal, Window

ROOT = Path(os.environ.get("INFUSION_RECORDINGS") or Path(__file__).parents[3] / "shared" / "recordings")
needs_recordings = pytest.mark.skipif(not ROOT.is_dir(), reason="the shared recordings are not here (set INFUSION_RECORDINGS)")

Values = Sequence[float | None]
WINDOW_S = 300
RESTING_S = 90
"""The volunteers breathe air for at least so long before their oxygen is lowered."""


def measured(values: Values) -> tuple[float, float | None]:
    """SD and lag-1 autocorrelation (about one mean; pairs a second apart) of whole numbers; no lag-1 where all are equal."""
    whole = [None if v is None else float(int(v + 0.5)) for v in values]
    there = [v for v in whole if v is not None]
    mean = fmean(there)
    variance = fmean((v - mean) ** 2 for v in there)
    pairs = [(a - mean) * (b - mean) for a, b in pairwise(whole) if a is not None and b is not None]
    return variance**0.5, fmean(pairs) / variance if variance else None


def windows(values: Values) -> Iterator[Values]:
    return (values[i : i + WINDOW_S] for i in range(0, len(values) - WINDOW_S + 1, WINDOW_S))


def columns(path: Path) -> dict[str, list[float | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.reader(file) if len(r) > 2]
    found = {name.strip(): [r[i].strip() for r in rows[1:]] for i, name in enumerate(rows[0])}
    return {
        n: [float(c) if c and float(c) > 0 else None for c in cells]
        for n, cells in found.items()
        if n.startswith(("PULSE", "Pulse", "SpO2")) and "3" not in n
    }


@cache
def recorded(signal: Signal) -> tuple[list[Values], list[Values]]:
    """Whole records of a signal, and what of them is rest."""
    wholes: list[Values] = []
    rest: list[Values] = []
    for path in [*sorted((ROOT / "bidmc").glob("*_Numerics.csv")), *sorted((ROOT / "induced-hypoxia").glob("1*.csv"))]:
        for name, values in columns(path).items():
            if (signal is Signal.SPO2) == name.startswith("SpO2"):
                wholes.append(values)
                rest += [values, *windows(values)] if path.parent.name == "bidmc" else [values[:RESTING_S]]
    return wholes, rest


def limits(pieces: Sequence[Values]) -> tuple[float, float, float, float]:
    """Lowest and highest SD and lag-1 of the pieces that vary at all."""
    found = [(sd, lag) for sd, lag in map(measured, pieces) if lag is not None]
    return min(s for s, _ in found), max(s for s, _ in found), min(x for _, x in found), max(x for _, x in found)


QUIET = ("pleasant", "little-felt")


@cache
def simulated(name: str, seed: int) -> dict[Signal, list[float | None]]:
    plan = load_scenario(name)
    rows = SimulatedSource(plan, seed).read(2700 - 1, plan.unattended())
    found: dict[Signal, list[float | None]] = {Signal.PULSE: [], Signal.SPO2: []}
    for _, row in rows:
        for n in row:
            if n.signal in found:
                found[n.signal].append(n.value if n.ok else None)
    return found


@needs_recordings
@pytest.mark.parametrize("signal", [Signal.PULSE, Signal.SPO2])
@pytest.mark.parametrize("scenario", QUIET)
def test_pulse_and_saturation_vary_and_roll_as_on_a_real_monitor(scenario: str, signal: Signal) -> None:
    wholes, rest = recorded(signal)
    assert len(wholes) == 10
    low, high = (f(measured(piece)[0] for piece in rest) for f in (min, max))
    _, _, rough, smooth = limits([*wholes, *(w for v in wholes for w in windows(v))])
    for seed in range(1, 9):
        for i, window in enumerate(windows(simulated(scenario, seed)[signal])):
            sd, lag = measured(window)
            assert lag is not None
            assert low <= sd <= high, (seed, i)  # a real saturation may stand still for minutes (bidmc_09): low is 0 for it
            assert rough <= lag <= smooth, (seed, i)


@needs_recordings
@pytest.mark.parametrize("scenario", QUIET)
def test_the_whole_of_a_quiet_infusion_lies_within_the_whole_records(scenario: str) -> None:
    for signal in (Signal.PULSE, Signal.SPO2):
        low, high, rough, smooth = limits(recorded(signal)[0])
        for seed in range(1, 9):
            sd, lag = measured(simulated(scenario, seed)[signal])
            assert lag is not None
            assert low <= sd <= high and rough <= lag <= smooth, (signal, seed)


@needs_recordings
def test_a_real_oximeter_loses_pulse_and_saturation_together() -> None:
    """What the artefact is made like: 13 s in bidmc_01, nothing false before it, both back at once."""
    found = columns(ROOT / "bidmc" / "bidmc_01_Numerics.csv")
    lost = {name: [i for i, v in enumerate(values) if v is None] for name, values in found.items()}
    assert lost == {"PULSE": list(range(111, 124)), "SpO2": list(range(111, 124))}


# How it is lost


def scenario_with(*happenings: dict[str, object]) -> Scenario:
    person = {"age": 45, "weight_kg": 75, "responds": {"hr_rise": 0}}
    at = [{"at": "1:00", "from": "opening", **h} for h in happenings]
    return Scenario.model_validate({"id": "under-test", "title": "t", "patient": person, "happenings": at})


def lived(plan: Scenario, until: int, seed: int = 1) -> list[dict[Signal, Numeric]]:
    patient = Patient(plan, seed)
    return [{n.signal: n for n in patient.step()} for _ in range(until)]


def shown(rows: list[dict[Signal, Numeric]], signal: Signal) -> list[float | None]:
    return [r[signal].value if r[signal].ok else None for r in rows]


@pytest.mark.parametrize("seed", range(6))
def test_movement_holds_blanks_and_falsifies_the_oximeter_but_not_the_ecg(seed: int) -> None:
    rows, calm = (lived(plan, 400, seed) for plan in (scenario_with({"motion": "4 min"}), scenario_with()))
    spo2, pulse = shown(rows, Signal.SPO2), shown(rows, Signal.PULSE)
    assert len(set(spo2[59:68])) == len(set(pulse[59:68])) == 1, "held at first"
    assert [v is None for v in spo2] == [v is None for v in pulse], "lost together"
    runs = [len(r) for r in "".join("-" if v is None else "x" for v in spo2).replace("x", " ").split()]
    assert runs and min(runs) >= 6
    assert shown(rows, Signal.HR) == shown(calm, Signal.HR)
    breathing, quiet = (fmean(v for v in shown(r, Signal.RR)[70:300] if v) for r in (rows, calm))
    assert breathing > quiet + 5, "impedance counts the movements"
    assert spo2[340:] == shown(calm, Signal.SPO2)[340:]


@pytest.mark.parametrize("seed", range(6))
def test_a_slipped_probe_is_low_with_a_pulse_above_the_ecg(seed: int) -> None:
    rows = lived(scenario_with({"probe_slips": "5 min"}), 300, seed)
    both = [(r[Signal.SPO2].value, r[Signal.PULSE].value - r[Signal.HR].value) for r in rows[120:] if r[Signal.SPO2].ok]
    assert fmean(s for s, _ in both) < 88 and fmean(d for _, d in both) > 8


def test_the_same_seed_spoils_the_same_seconds() -> None:
    plan = scenario_with({"motion": "2 min"}, {"probe_slips": "3 min"})
    assert lived(plan, 300, 5) == lived(plan, 300, 5)


def test_a_probe_that_is_placed_ends_what_a_nurse_can_mend() -> None:
    patient = Patient(scenario_with({"probe_off": "9 min"}, {"probe_slips": "9 min"}), 1)
    for t in range(120):
        patient.step([Act(100, Does.PROBE)] if t == 100 else ())
    assert patient.truth()["faults"] == []


@pytest.mark.parametrize(("by", "step"), [("-90 s", -90), ("2 min", 120), ("-10 min", -600)])
def test_a_value_from_another_time_is_not_shown_as_live(by: str, step: int, document: Document) -> None:
    plan = scenario_with({"clock_step": {"by": by, "lasts": "3 min"}})
    assert Scenario.model_validate(plan.model_dump(by_alias=True, exclude_none=True)) == plan
    source = SimulatedSource(plan, 1)
    window = Window(source.channels)
    lost = Lost.model_validate({"type": "lost", "signals": ["spo2"], "for": "30 s"})
    for at, row in source.read(400):
        assert unpack(pack(row, at), at) == row
        assert all(n.measured_at == at + (step if 60 <= at < 240 else 0) for n in row)
        window.push(row, at)
        assert window.reading() is None or window.reading().at <= at  # type: ignore[union-attr]
        off = 60 <= at < 240
        assert (window.value(Signal.SPO2, at) is None) is off
        assert (window.freshness(Signal.SPO2, at) is Freshness.STALE) is off
        if at in (59, 150, 250):
            # Whatever the clock says, a signal without a live value is found lost.
            sight = Sight(document, SimpleNamespace(away=None, phase=Phase.RUNNING), window, at)  # type: ignore[arg-type]
            assert lost.truth(sight) == (MET if off else NOT_MET)
    assert all(n.quality is Quality.OK for n in row)


@pytest.mark.parametrize("step", [-7200, 7200])
def test_a_clock_that_leaps_for_a_second_leaves_the_window_its_past_and_its_bound(step: int) -> None:
    window = Window([Channel(Signal.HR, 1.0, "HR")])
    for tick in range(HORIZON_S):
        window.push([Numeric(Signal.HR, 70.0, tick)], tick)
    window.push([Numeric(Signal.HR, 70.0, HORIZON_S + step)], HORIZON_S)
    assert len(window.series[Signal.HR]) > HORIZON_S - 2
    for tick in range(HORIZON_S + 1, 4 * HORIZON_S):
        window.push([Numeric(Signal.HR, 70.0, tick)], tick)
    assert len(window.series[Signal.HR]) <= HORIZON_S + 1
    assert window.value(Signal.HR, 4 * HORIZON_S) is not None


# Persons of a population


def of_population(n: int, until: int = 3000) -> Iterator[list[dict[Signal, Numeric]]]:
    """Persons of the default population, each with the monitor's own unrest, in an infusion that nobody touches."""
    people = load_population("default")
    for i in range(n):
        person = people.person(Seeds(i, f"p{i}", f"p{i} 2"), 2)
        plan = people.scenario(2).model_copy(update={"id": f"p{i}", "patient": person})
        patient = Patient(plan, i)
        yield [{m.signal: m for m in patient.step([Act(600, Does.RATE, 0.75)] if t == 600 else ())} for t in range(until)]


def test_persons_differ_in_noise_leaps_and_loss_as_the_recordings_do() -> None:
    """The recordings: five-minute SD of the rate 0.7 to 3.1 (bidmc, hypoxia before it begins, EDF at rest), leaps to 14, 1 to 3 % missing."""
    spread, leaps, missing = [], [], []
    for rows in of_population(40):
        hr = shown(rows, Signal.HR)
        spread.append(sorted(measured(w)[0] for w in windows(hr))[len(hr) // WINDOW_S // 2])
        leaps.append(max(abs(b - a) for a, b in zip(hr, hr[4:], strict=False) if a is not None and b is not None))
        missing.append(sum(v is None for v in shown(rows, Signal.SPO2)) / len(rows))
    assert 0.6 < min(spread) < 1.1 and 1.9 < max(spread) < 4
    assert 6 <= max(leaps) <= 18
    assert 0.01 < fmean(missing) < 0.04


def test_saturation_and_breathing_go_with_drowsiness() -> None:
    deep, awake = (Patient(scenario_with(*h), 1) for h in ([{"drowsy": 3}], []))
    for _ in range(400):
        for patient in (deep, awake):
            patient.step()
    (low, slow), (high, fast) = ((p.life.body.spo2, p.life.body.rr) for p in (deep, awake))
    assert 0.4 < high - low < 4 and 0.8 < fast - slow < 4
