"""Waves: what is counted in them is what the monitor shows, and any second can be drawn by itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import find_peaks

from monitor.simulator.heart import Heart
from monitor.simulator.patient import Patient
from monitor.simulator.scenario import Happening, load_scenario
from monitor.simulator.waveforms import ECG_HZ, FARTHEST, PLETH_HZ, BeatKind, beat_times, ecg, pleth
from monitor.vitals import Beats, Rhythm

BEATING = [r for r in Rhythm if r is not Rhythm.PAUSED]
SEED = 41
Rates = Callable[[int], float]


def lived(seconds: int, hr: float | Rates, rhythm: Rhythm = Rhythm.SINUS, rr: float = 14, at: int = 0, lasts: int = 100_000) -> list[Beats]:
    """So many seconds of a heart; the rhythm begins at (or soon after) a second."""
    heart = Heart()
    if rhythm is not Rhythm.SINUS:
        heart.begin(rhythm, at, lasts)
    return [heart.step(tick, hr(tick) if callable(hr) else hr, rr) for tick in range(seconds)]


def strip(draw: Callable[[Beats, int], np.ndarray], seconds: Iterable[Beats], seed: int = SEED) -> np.ndarray:
    return np.concatenate([draw(second, seed) for second in seconds])


def r_peaks(wave: np.ndarray) -> np.ndarray:
    """Seconds of the R waves (and of wide beats), found in the drawn signal alone."""
    found, _ = find_peaks(wave, height=0.5, prominence=0.5, distance=round(0.13 * ECG_HZ))
    return found / ECG_HZ


def told(seconds: Sequence[Beats], seed: int = SEED) -> list[tuple[float, BeatKind]]:
    return [(n + at, kind) for n, second in enumerate(seconds) for at, kind in beat_times(second, seed)]


def wandering(tick: int) -> float:
    """A shown rate that goes up and down by whole beats."""
    return 74 + (tick * 7) % 5 - (tick * 3) % 7 + round(8 * np.sin(tick / 40))


def drifting(tick: int) -> float:
    """A shown rate as a patient's is: a beat up or down from second to second."""
    return 76 + tick % 2 + (tick // 3) % 2 + round(8 * np.sin(tick / 40))


# The count


@pytest.mark.parametrize("rhythm", BEATING)
@pytest.mark.parametrize("hr", range(40, 161, 15))
def test_who_counts_the_drawn_beats_of_a_minute_finds_the_shown_rate(rhythm: Rhythm, hr: int) -> None:
    seconds = lived(82, hr, rhythm)[20:]  # some seconds until the rhythm can change between two beats
    assert {s.rhythm for s in seconds} == {rhythm}
    peaks = r_peaks(strip(ecg, seconds))
    assert abs(np.sum((peaks >= 1) & (peaks < 61)) - hr) <= 1
    beats = told(seconds)
    assert len(peaks) == pytest.approx(len(beats), abs=1)  # at the very edge of the strip
    for peak in peaks:
        assert min(abs(at - peak) for at, _ in beats) < 0.03


@settings(max_examples=60)
@given(
    st.integers(28, 210), st.integers(2, 60), st.sampled_from(BEATING), st.integers(0, 2**31), st.integers(0, 2**32 - 200_000),
    st.integers(0, 2**32 - 200_000),
)  # fmt: skip
def test_every_beat_lies_in_exactly_one_second_whatever_the_rates(
    hr: int, rr: int, rhythm: Rhythm, seed: int, beat: int, breath: int
) -> None:
    rate, breath_rate = round(hr * 1000 / 60), round(rr * 1000 / 60)
    seconds = [Beats(beat + n * rate, rate, rate, breath + n * breath_rate, breath_rate, rhythm, rhythm) for n in range(60)]
    beats = told(seconds, seed)
    assert abs(len(beats) - hr) <= 1
    times = [at for at, _ in beats]
    assert all(0 <= at < 1 for second in seconds for at, _ in beat_times(second, seed))
    assert np.diff(times).min() > 0.25 * 60 / hr if hr > 1.5 * rr else times == sorted(times)


@settings(max_examples=30)
@given(st.lists(st.integers(40, 160), min_size=60, max_size=60), st.sampled_from(BEATING), st.integers(0, 2**31))
def test_a_rate_that_leaps_every_second_still_counts_right(rates: list[int], rhythm: Rhythm, seed: int) -> None:
    heart, seconds = Heart(), []
    heart.begin(rhythm, 0, 10_000)
    for tick in range(20):  # the rhythm comes
        heart.step(tick, 70 + tick % 3, 14)
    for tick, hr in enumerate(rates, start=20):
        seconds.append(heart.step(tick, hr, 14))
    # At both ends of the minute a beat may lie on the other side of the border.
    assert abs(len(told(seconds, seed)) - sum(rates) / 60) <= 1 + FARTHEST


def test_a_rhythm_that_comes_and_goes_loses_no_beat_and_makes_none_twice() -> None:
    for rhythm in BEATING[1:]:
        seconds = lived(200, wandering, rhythm, at=40, lasts=60)
        assert {s.rhythm for s in seconds[:40]} == {s.rhythm for s in seconds[130:]} == {Rhythm.SINUS}
        assert {s.rhythm for s in seconds[60:90]} == {rhythm}
        advanced = (seconds[-1].beat + seconds[-1].beat_rate) / 1000
        times = [at for at, _ in told(seconds)]
        assert abs(len(times) - advanced) <= 1
        assert np.diff(times).min() > 0.3 * 60 / 74


# Alone and joined


def test_a_second_drawn_alone_is_the_second_drawn_after_others() -> None:
    seconds = lived(60, wandering, Rhythm.ECTOPICS)
    forward = [(ecg(s, SEED), pleth(s, SEED), beat_times(s, SEED)) for s in seconds]
    for n in (59, 3, 31, 0, 30, 3):
        one = (ecg(seconds[n], SEED), pleth(seconds[n], SEED), beat_times(seconds[n], SEED))
        assert np.array_equal(one[0], forward[n][0])
        assert np.array_equal(one[1], forward[n][1])
        assert one[2] == forward[n][2]


def roughness(wave: np.ndarray, rate: int, spared: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The sharpest bend at the borders of seconds, and the sharpest inside them, away from the spared stretches."""
    bend = np.abs(wave[3:] - 3 * wave[2:-1] + 3 * wave[1:-2] - wave[:-3])
    place = np.arange(len(bend)) + 1.5
    calm = np.ones(len(bend), dtype=bool)
    for begin, end in spared:
        calm &= (place / rate < begin) | (place / rate > end)
    border = np.abs((place + 0.5 * rate) % rate - 0.5 * rate) < 2.5
    return float(bend[calm & border].max()), float(bend[calm & ~border].max())


@pytest.mark.parametrize("rhythm", Rhythm)
def test_seconds_join_without_a_step(rhythm: Rhythm) -> None:
    lasts = 8 if rhythm is Rhythm.PAUSED else 300
    seconds = lived(400, wandering, rhythm, at=30, lasts=lasts)
    spared = [(at - 0.08, at + 0.22) if kind is BeatKind.VENTRICULAR else (at - 0.07, at + 0.07) for at, kind in told(seconds)]
    border, inside = roughness(strip(ecg, seconds), ECG_HZ, spared)
    assert border < 1.2 * inside
    border, inside = roughness(strip(pleth, lived(400, drifting, rhythm, at=30, lasts=lasts)), PLETH_HZ, ())
    assert border < 1.2 * inside
    border, _ = roughness(strip(pleth, seconds), PLETH_HZ, ())  # leaps: a run-off may shift by what no eye sees
    assert border < 0.06


def test_the_next_second_goes_on_where_this_one_ends() -> None:
    for one, two in itertools.pairwise(lived(300, wandering, Rhythm.PAUSED, at=50, lasts=6)):
        assert (two.beat, two.breath) == (one.beat + one.beat_rate, one.breath + one.breath_rate)
        assert (two.beat_rate_before, two.rhythm_before) == (one.beat_rate, one.rhythm)


# What each rhythm looks like


def intervals(seconds: Sequence[Beats]) -> np.ndarray:
    return np.diff(r_peaks(strip(ecg, seconds)))


def test_fibrillation_is_irregular_where_sinus_is_not() -> None:
    sinus, fibrillation = (intervals(lived(140, 80, r)[20:]) for r in (Rhythm.SINUS, Rhythm.FIBRILLATION))
    assert np.std(sinus) / np.mean(sinus) < 0.06
    assert np.std(fibrillation) / np.mean(fibrillation) > 0.15
    assert abs(np.corrcoef(np.diff(fibrillation)[:-1], np.diff(fibrillation)[1:])[0, 1]) < 0.8  # no pattern of two


def test_fibrillation_has_no_p_wave() -> None:
    def before_r(rhythm: Rhythm) -> np.ndarray:
        seconds = lived(260, 60, rhythm)[20:]
        wave = strip(ecg, seconds)
        at = [round(p * ECG_HZ) for p in r_peaks(wave) if 1 < p < 239]
        return np.mean([wave[i - 60 : i - 12] - wave[i - 65] for i in at], axis=0)

    assert np.ptp(before_r(Rhythm.SINUS)) > 0.08
    assert np.ptp(before_r(Rhythm.FIBRILLATION)) < 0.05


def test_bigeminy_alternates_short_and_long_narrow_and_wide() -> None:
    seconds = lived(80, 80, Rhythm.BIGEMINY)[20:]
    gaps = intervals(seconds)
    first, second = gaps[::2], gaps[1::2]
    assert max(first.max(), second.max()) < 1.2
    assert abs(first.mean() - second.mean()) == pytest.approx(2 * 0.34 * 60 / 80, rel=0.1)
    assert abs(first.mean() - second.mean()) > 10 * max(first.std(), second.std())
    kinds = [kind for _, kind in told(seconds)]
    assert all(one is not two for one, two in itertools.pairwise(kinds))


def test_an_ectopic_comes_early_wide_without_p_and_is_followed_by_a_pause() -> None:
    seconds = lived(320, 70, Rhythm.ECTOPICS)[20:]
    beats, wave, mean = told(seconds), strip(ecg, seconds), 60 / 70
    early = [n for n, (at, kind) in enumerate(beats) if kind is BeatKind.VENTRICULAR and 1 < at < 298]
    assert 0.05 < len(early) / len(beats) < 0.25
    for n in early:
        at = [t for t, _ in beats[n - 1 : n + 2]]
        assert at[1] - at[0] < 0.78 * mean < 1.2 * mean < at[2] - at[1]
        assert at[2] - at[0] == pytest.approx(2 * mean, rel=0.08)
        assert beats[n - 1][1] is beats[n + 1][1] is BeatKind.SINUS
        around = wave[round((at[1] - 0.1) * ECG_HZ) : round((at[1] + 0.1) * ECG_HZ)]
        normal = wave[round((at[0] - 0.1) * ECG_HZ) : round((at[0] + 0.1) * ECG_HZ)]
        wide, narrow = (np.sum(x > x.max() / 2) / ECG_HZ for x in (around, normal))
        assert wide > 2.2 * narrow
        assert wave[round((at[1] + 0.25) * ECG_HZ) : round((at[1] + 0.4) * ECG_HZ)].min() < -0.15


def test_breathing_moves_sinus_beats() -> None:
    seconds = lived(240, 70, rr=12)
    beats = r_peaks(strip(ecg, seconds))
    middle = (beats[1:] + beats[:-1]) / 2
    breath = middle * seconds[0].breath_rate / 1000
    inspiration = np.sin(2 * np.pi * breath)
    assert np.corrcoef(inspiration, np.diff(beats))[0, 1] < -0.7  # faster on breathing in
    swing = np.ptp([np.diff(beats)[inspiration > 0.7].mean(), np.diff(beats)[inspiration < -0.7].mean()])
    assert 0.02 < swing < 0.1


def test_a_faster_heart_has_a_shorter_qt() -> None:
    def t_peak(hr: int) -> float:
        seconds = lived(60, hr)
        wave = strip(ecg, seconds)
        waves = [wave[round(p * ECG_HZ) + 38 :][:75] for p in r_peaks(wave)[2:-3]]
        return 38 / ECG_HZ + float(np.argmax(np.mean(waves, axis=0))) / ECG_HZ

    slow, middle, fast = t_peak(45), t_peak(70), t_peak(110)
    assert slow > middle > fast
    assert fast > 0.2 and slow < 0.36


def test_a_pause_is_a_true_flat_line_and_a_lead_off_is_no_line() -> None:
    seconds = lived(60, 70, Rhythm.PAUSED, at=20, lasts=6)
    paused = [s for s in seconds if s.rhythm is Rhythm.PAUSED]
    assert len(paused) == 6
    assert not told(paused)
    for second in paused[1:]:
        flat = ecg(second, SEED)
        assert 0 < np.std(flat) < 0.06 and np.ptp(flat) < 0.2
        assert np.std(np.diff(flat)) > 0.002  # noise, not nothing
        assert np.ptp(pleth(second, SEED)) < 0.08
    assert np.isfinite(strip(ecg, paused)).all()
    off = seconds[0]._replace(lead_off=True)
    assert np.isnan(ecg(off, SEED)).all()
    assert np.isfinite(pleth(off, SEED)).all()


def test_the_last_pulse_before_a_pause_runs_out_without_a_step() -> None:
    for hr in (36, 45, 70, 140):
        first, second = [s for s in lived(80, lambda tick: hr + tick % 2, Rhythm.PAUSED, at=20, lasts=6) if s.rhythm is Rhythm.PAUSED][:2]  # noqa: B023
        assert abs(pleth(first, SEED)[-1] - pleth(second, SEED)[0]) < 0.012


# The pulse


@pytest.mark.parametrize("hr", range(40, 161, 20))
def test_each_sinus_beat_has_its_pulse_after_the_transit(hr: int) -> None:
    seconds = lived(60, hr)
    beats = [at for at, _ in told(seconds) if 1 < at < 58.5]
    wave = strip(pleth, seconds)
    peaks, _ = find_peaks(wave, prominence=0.3)
    pulses = peaks / PLETH_HZ
    after = [min(p - at for p in pulses if p > at + 0.15) for at in beats]
    assert len({round((at + gap) * PLETH_HZ) for at, gap in zip(beats, after, strict=True)}) == len(beats)
    assert min(after) > 0.25 and max(after) < 0.42
    assert np.ptp(after) < 0.05
    assert abs(len(pulses) - len(told(seconds))) <= 1


@pytest.mark.parametrize("rhythm", BEATING)
def test_every_beat_of_every_rhythm_lifts_the_pleth_and_early_ones_weakly(rhythm: Rhythm) -> None:
    seconds = lived(140, 75, rhythm)[20:]
    wave = strip(pleth, seconds)
    lifts: dict[BeatKind, list[float]] = {kind: [] for kind in BeatKind}
    for at, kind in told(seconds):
        if 1 < at < 118:
            rise = wave[round((at + 0.2) * PLETH_HZ) : round((at + 0.4) * PLETH_HZ)]
            lifts[kind].append(float(rise.max() - rise[0]))
    assert min(itertools.chain(*lifts.values())) > 0.03
    if lifts[BeatKind.VENTRICULAR]:
        assert np.mean(lifts[BeatKind.VENTRICULAR]) < 0.45 * np.mean(lifts[BeatKind.SINUS])
    if rhythm is Rhythm.FIBRILLATION:
        assert np.std(lifts[BeatKind.FIBRILLATING]) > 0.08


def test_the_probe_decides_what_the_pleth_shows() -> None:
    second = lived(10, 72)[9]
    calm = pleth(second, SEED)
    assert 0 <= calm.min() < calm.max() <= 1
    for said in ({"probe_off": True}, {"squeezed": True}):
        assert np.isnan(pleth(second._replace(**said), SEED)).all()
        assert np.array_equal(ecg(second._replace(**said), SEED), ecg(second, SEED))
    assert np.ptp(pleth(second._replace(slipped=True), SEED)) < 0.6 * np.ptp(calm)


def test_movement_shakes_both_and_leaves_the_beats_where_they_are() -> None:
    seconds = lived(30, 72)
    moved = [s._replace(moving=True) for s in seconds]
    assert np.std(strip(ecg, moved) - strip(ecg, seconds)) > 0.1
    assert np.std(strip(pleth, moved) - strip(pleth, seconds)) > 0.05
    assert told(moved) == told(seconds)
    assert np.isfinite(strip(ecg, moved)).all() and np.isfinite(strip(pleth, moved)).all()


# What a wave tells


@pytest.mark.parametrize("rhythm", BEATING)
def test_another_seed_changes_the_detail_and_not_the_count(rhythm: Rhythm) -> None:
    seconds = lived(80, 90, rhythm)[20:]
    assert not np.allclose(strip(ecg, seconds, 1), strip(ecg, seconds, 2), atol=0.02)
    assert not np.allclose(strip(pleth, seconds, 1), strip(pleth, seconds, 2), atol=0.02)
    assert {abs(len(told(seconds, seed)) - 90) <= 1 for seed in range(40)} == {True}


def test_a_wave_knows_nothing_of_what_is_going_to_happen() -> None:
    plain = load_scenario("pleasant")
    later = plain.model_copy(
        update={
            "happenings": tuple(
                Happening.model_validate({"at": "2:00", "from": "opening", **what})
                for what in (
                    {"airway_narrows": {"percent": 60}},
                    {"rhythm": {"kind": "fibrillation", "lasts": "2 min"}},
                    {"probe_off": "60 s"},
                )
            )
        }
    )
    one, two = Patient(plain, 5), Patient(later, 5)
    for tick in range(200):
        one.step()
        two.step()
        assert one.beats is not None and two.beats is not None
        if tick < 120:
            assert one.beats == two.beats
    assert one.beats != two.beats
    # The seed and the stored second are all there is; nothing in it has a name, a scenario or a seed.
    assert set(get_type_hints(Beats).values()) == {int, bool, Rhythm}


@settings(max_examples=150)
@given(
    st.builds(
        Beats,
        beat=st.integers(0, 2**32 - 1), beat_rate=st.integers(0, 6000), beat_rate_before=st.integers(0, 6000), breath=st.integers(0, 2**32 - 1),
        breath_rate=st.integers(0, 1400), rhythm=st.sampled_from(Rhythm), rhythm_before=st.sampled_from(Rhythm), lead_off=st.booleans(),
        probe_off=st.booleans(), moving=st.booleans(), squeezed=st.booleans(), slipped=st.booleans(),
    ),
    st.integers(-(2**63), 2**64),
)  # fmt: skip
def test_whatever_was_stored_is_drawn(second: Beats, seed: int) -> None:
    heart, probe = ecg(second, seed), pleth(second, seed)
    assert heart.shape == (ECG_HZ,) and probe.shape == (PLETH_HZ,)
    assert heart.dtype == probe.dtype == np.float32
    assert np.isnan(heart).all() if second.lead_off else np.abs(heart).max() < 10
    assert np.isnan(probe).all() if second.probe_off or second.squeezed else (probe >= 0).all() and (probe <= 1).all()
