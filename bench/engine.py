"""The evaluator and the patient, in memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from monitor import events as e
from monitor import settings
from monitor.infusion import Order
from monitor.protocol.assessment import Rehearsal
from monitor.protocol.document import Document, load_protocol
from monitor.review.replay import Replay
from monitor.simulator import cohort
from monitor.simulator.heart import Heart
from monitor.simulator.life import Seeds
from monitor.simulator.population import load_population
from monitor.simulator.scenario import find_scenario, load_scenario
from monitor.simulator.waveforms import ecg, pleth
from monitor.sources.simulated import SimulatedSource
from monitor.store import packing
from monitor.vitals import Numeric, Rhythm

HOUR = 3600


def example() -> Document:
    return load_protocol(settings.EXAMPLE_PROTOCOL)


def played(scenario: str, seconds: int, seed: int = 1) -> tuple[SimulatedSource, list[tuple[int, list[Numeric]]]]:
    chosen = load_scenario(find_scenario(scenario))
    source = SimulatedSource(chosen, seed)
    return source, source.read(seconds, chosen.unattended())


def replay_speed() -> Iterator[str]:
    """Samples in memory to the last prompt, the whole shipped protocol, with an order (every rule of the infusion applies)."""
    document = example()
    for scenario in ("pleasant", "strange-frightened", "hypertensive-surge"):
        source, rows = played(scenario, HOUR)
        order = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)
        best = 0.0
        for _ in range(3):
            run = Replay(document, source, order, "122/76")
            begun = time.perf_counter()
            for _ in run.run(rows):
                pass
            best = max(best, HOUR / (time.perf_counter() - begun))
        yield f"{scenario}: {best:,.0f} x real time with {len(document.rules)} rules (owed: 5,000 x)"


def tick_growth() -> Iterator[str]:
    """What a second costs after eight hours, against after one. Both in one run, alternating stretches."""
    document = example()
    source, rows = played("pleasant", 8 * HOUR + 600)

    def session(until: int) -> Rehearsal:
        run = Replay(document, source, Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=480), "122/76")
        rehearsal = Rehearsal(document, e.Logged(0, 0, "", "bench", run.opening()))
        rehearsal.happen(0, run.setting())
        for at, row in rows[:until]:
            if at % 600 == 0:
                rehearsal.happen(at, [e.Scored(scale=s, value=3) for s in ("dissociation", "comfort", "nausea", "anxiety")])
            rehearsal.second(at, row)
        return rehearsal

    young, old = session(HOUR), session(8 * HOUR)
    spent = {"young": [], "old": []}
    for n in range(10):
        for name, rehearsal, begin in (("young", young, HOUR), ("old", old, 8 * HOUR)):
            stretch = rows[begin + n * 60 : begin + (n + 1) * 60]
            begun = time.perf_counter()
            for at, row in stretch:
                rehearsal.second(at, row)
            spent[name].append(time.perf_counter() - begun)
    low = {name: min(values) / 60 * 1e6 for name, values in spent.items()}
    ratio = low["old"] / low["young"]
    yield f"a second after 1 h: {low['young']:.0f} us, after 8 h: {low['old']:.0f} us, ratio {ratio:.2f} (owed: at most 1.10)"


def patient_speed() -> Iterator[str]:
    """An hour of a room's patient, the best of five; and beside it in the same run a plain loop, to compare machines by."""
    best, loop = 1e9, 1e9
    for _ in range(5):
        begun = time.perf_counter()
        played("strange-frightened", HOUR)
        best = min(best, time.perf_counter() - begun)
        begun = time.perf_counter()
        x = 0.0
        for i in range(300_000):
            x = x * 0.5 + i
        loop = min(loop, time.perf_counter() - begun)
    yield f"one simulated hour at 1 Hz with all signals: {best * 1000:.0f} ms (owed: 50 ms), {best / loop:.1f} x 300,000 turns of a loop"


def cohort_speed() -> Iterator[str]:
    """A thousand one-hour sessions of the default population, with its team, on one core; and the memory that they took."""
    people = load_population("default")
    seeds = [Seeds(1, f"p{i}", f"p{i} 1") for i in range(1000)]
    begun = time.perf_counter()
    persons = [people.person(s, 1) for s in seeds]
    cohort.live(people.scenario(1), persons, seeds, people.care, minutes=60)
    spent = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"1,000 simulated hours: {spent:.2f} s (owed: 10 s); the process took at most {most:.0f} MB"


def wave_speed() -> Iterator[str]:
    """ECG and pleth of ten minutes, each second from its stored row, on one core."""
    for rhythm in (Rhythm.SINUS, Rhythm.FIBRILLATION):
        heart, seconds = Heart(), 600
        heart.begin(rhythm, 0, seconds)
        rows = [packing.pack([], at, heart.step(at, 80 + at % 40, 16)) for at in range(seconds)]
        best = 0.0
        for turn in range(3):
            begun = time.perf_counter()
            for row in rows:
                beats = packing.beats(row)
                assert beats is not None
                ecg(beats, turn)
                pleth(beats, turn)
            best = max(best, seconds / (time.perf_counter() - begun))
        yield f"ECG and pleth, {rhythm.name.lower()}: {best:,.0f} x real time (owed: 500 x)"
