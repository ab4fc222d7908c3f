from __future__ import annotations

from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.packing import SENSORS, SIGNALS, beats, pack, tells, unpack
from monitor.vitals import WAVES, Beats, Numeric, Quality, Rhythm, Signal, numeric

NUMERICS = st.sampled_from([signal for signal in Signal if signal not in WAVES])
TICKS = st.integers(0, 200_000)
PHASES, RATES, RHYTHMS = st.integers(0, 2**32 - 1), st.integers(0, 65535), st.sampled_from(Rhythm)
BEATS = st.builds(
    Beats,
    beat=PHASES, beat_rate=RATES, beat_rate_before=RATES, breath=PHASES, breath_rate=RATES, rhythm=RHYTHMS, rhythm_before=RHYTHMS,
    lead_off=st.booleans(), probe_off=st.booleans(), moving=st.booleans(), squeezed=st.booleans(), slipped=st.booleans(),
)  # fmt: skip
SECOND = Beats(102_417, 1200, 1183, 20_350, 233, Rhythm.BIGEMINY, Rhythm.SINUS, moving=True)
VALUES = st.none() | st.floats(-1e6, 1e6) | st.floats(0, 300)


@given(TICKS, st.lists(st.tuples(NUMERICS, VALUES, st.integers(-400, 400_000)), max_size=20))
def test_whatever_a_monitor_says_comes_back_exactly(tick: int, said: list[tuple[Signal, float | None, int]]) -> None:
    row = [numeric(signal, value, tick - age) for signal, value, age in said]
    assert unpack(pack(row, tick), tick) == row


@given(TICKS, st.lists(st.tuples(NUMERICS, st.integers(-400, 400_000)), max_size=9), st.none() | BEATS)
def test_a_row_tells_what_it_has_without_being_unpacked(tick: int, said: list[tuple[Signal, int]], second: Beats | None) -> None:
    packed = pack([numeric(signal, 90, tick - age) for signal, age in said], tick, second)
    assert all(tells(packed, signal) for signal, _ in said)
    if all(0 <= age < 255 for _, age in said):
        assert {signal for signal in Signal if tells(packed, signal)} == {signal for signal, _ in said}


@given(TICKS, NUMERICS, st.sampled_from(Quality), st.integers(-32768, 32767))
def test_every_quality_and_every_tenth_comes_back(tick: int, signal: Signal, quality: Quality, tenths: int) -> None:
    row = [Numeric(signal, tenths / 10, tick, quality)]
    assert unpack(pack(row, tick), tick) == row


@pytest.mark.parametrize("age", [-1, 0, 254, 255, 256, 86_400])
def test_a_late_reading_keeps_its_true_age(age: int) -> None:
    row = [Numeric(Signal.NIBP_SYS, 142.0, 1000 - age), Numeric(Signal.HR, 70.0, 1000)]
    assert unpack(pack(row, 1000), 1000) == row


def test_a_sample_costs_four_bytes_and_a_tick_without_samples_none() -> None:
    assert pack([], 7) == b""
    assert len(pack([numeric(Signal.HR, 70, 7), numeric(Signal.SPO2, 98, 6)], 7)) == 1 + 2 * 4


@pytest.mark.parametrize("value", [70.05, 3276.8, -3276.9])
def test_a_value_that_would_come_back_as_another_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        pack([Numeric(Signal.HR, value, 0)], 0)


def test_the_index_of_a_signal_never_changes() -> None:
    names = "hr pulse spo2 rr nibp_sys nibp_dia nibp_mean abp_sys abp_dia abp_mean temp etco2 ecg pleth resp".split()
    assert [str(signal) for signal in SIGNALS[: len(names)]] == names
    assert set(SIGNALS) == set(Signal)
    assert len(SIGNALS) == len(set(SIGNALS)) <= 32
    assert max(Quality) < 8


def test_stored_bytes_mean_for_ever_what_they_meant() -> None:
    row = [Numeric(Signal.SPO2, 97.0, 119), Numeric(Signal.NIBP_SYS, 0.0, -180, Quality.CUFF_FAILED)]
    assert pack(row, 120).hex() == "01100103ca24ff00000000012c"


@given(st.binary(max_size=40))
def test_bytes_that_are_no_row_are_refused_and_never_guessed(row: bytes) -> None:
    try:
        samples = unpack(row, 50)
    except ValueError as error:
        assert "tick 50" in str(error)
    else:
        assert unpack(pack(samples, 50), 50) == samples
    try:
        found = beats(row)
    except ValueError as error:
        assert "row" in str(error)
    else:
        assert beats(pack([], 50, found)) == found


@given(TICKS, st.lists(st.tuples(NUMERICS, VALUES, st.integers(-400, 400_000)), max_size=9), BEATS)
def test_the_beats_of_a_second_come_back_exactly_beside_its_samples(
    tick: int, said: list[tuple[Signal, float | None, int]], second: Beats
) -> None:
    row = [numeric(signal, value, tick - age) for signal, value, age in said]
    packed = pack(row, tick, second)
    assert unpack(packed, tick) == row
    assert beats(packed) == second
    assert packed[17:] == pack(row, tick)[1:]


def test_a_row_without_beats_is_what_it_always_was() -> None:
    old = bytes.fromhex("01100103ca24ff00000000012c")
    assert unpack(old, 120) == [Numeric(Signal.SPO2, 97.0, 119), Numeric(Signal.NIBP_SYS, 0.0, -180, Quality.CUFF_FAILED)]
    assert beats(old) is None
    assert beats(b"") is None
    assert pack(unpack(old, 120), 120) == old


def test_stored_beats_mean_for_ever_what_they_meant() -> None:
    packed = pack([Numeric(Signal.SPO2, 97.0, 119)], 120, SECOND)
    assert packed.hex() == "02" + "00019011" + "04b0" + "049f" + "00004f7e" + "00e9" + "20" + "04" + "100103ca"
    assert [r.name for r in sorted(Rhythm)] == "SINUS ECTOPICS BIGEMINY FIBRILLATION PAUSED".split()
    assert max(Rhythm) < 16
    assert tuple(name for name, kind in get_type_hints(Beats).items() if kind is bool) == SENSORS


@pytest.mark.parametrize("field", ["beat", "beat_rate", "beat_rate_before", "breath", "breath_rate"])
@pytest.mark.parametrize("value", [-1, 2**32])
def test_beats_that_do_not_fit_are_refused_and_never_clipped(field: str, value: int) -> None:
    with pytest.raises(ValueError, match="tick 7 cannot be stored"):
        pack([], 7, SECOND._replace(**{field: value}))


def test_a_row_cut_short_is_refused() -> None:
    packed = pack([Numeric(Signal.SPO2, 97.0, 120)], 120, SECOND)
    for length in range(1, len(packed)):
        if length != 17:
            with pytest.raises(ValueError, match="cut short"):
                unpack(packed[:length], 120)
        if length < 17:
            with pytest.raises(ValueError, match="cut short"):
                beats(packed[:length])


@pytest.mark.parametrize(("place", "byte"), [(15, 0xF0), (15, 0x0F), (16, 0x20), (0, 3)])
def test_unknown_beats_are_refused(place: int, byte: int) -> None:
    packed = bytearray(pack([], 120, SECOND))
    packed[place] = byte
    with pytest.raises(ValueError, match="unknown"):
        beats(bytes(packed))
