"""EDF and EDF+: each signal at its own rate and in its own unit, true gaps, and a header that is believed only where it is so."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal

from monitor.sources.recorded import inspect, open_recording, read_waves
from monitor.sources.recorded.files import UNFORESEEN, read_recording
from monitor.sources.source import BadFile
from monitor.vitals import Signal

RECORDS, RECORD_S = 60, 10
START = datetime.datetime(2026, 11, 3, 9, 30, 15)
HEADER = 256
PER_MIN, PERCENT = "/min", "%"


def course(rate: float, low: float, high: float) -> np.ndarray:  # type: ignore[type-arg]
    at = np.arange(round(RECORDS * RECORD_S * rate))
    return np.round(low + (high - low) * (0.5 + 0.5 * np.sin(at / (37 * rate))))


def written(path: Path, annotations: tuple[EdfAnnotation, ...] = (), waves: bool = False) -> Path:
    """Pulse each second, SpO2 every 4 s... as one file of 10 min; with an ECG at 125 Hz."""
    signals = [
        EdfSignal(course(1, 60, 90), 1, label="HR", physical_dimension="bpm", physical_range=(0, 300)),
        EdfSignal(course(0.5, 90, 99), 0.5, label="SaO2", physical_dimension=PERCENT, physical_range=(0, 100)),
    ]
    if waves:
        ecg = np.sin(np.arange(RECORDS * RECORD_S * 125) / 20)
        signals.append(EdfSignal(ecg, 125, label="ECG II", physical_dimension="mV", physical_range=(-2, 2)))
    held = Edf(signals, starttime=START.time(), data_record_duration=RECORD_S, annotations=annotations or None)
    held.startdate = START.date()
    held.write(path)
    return path


def interrupted(path: Path, gaps: dict[int, int]) -> Path:
    """The same as EDF+D: before each of these records so many seconds were not recorded. A true one says so in each record."""
    written(path, (EdfAnnotation(0, None, "begun"),))
    data = bytearray(path.read_bytes())
    count = int(data[252:256])
    data[192:197] = b"EDF+D"
    labels = [bytes(data[HEADER + 16 * n : HEADER + 16 * (n + 1)]).decode().strip() for n in range(count)]
    samples = [int(data[HEADER + 216 * count + 8 * n : HEADER + 216 * count + 8 * (n + 1)]) for n in range(count)]
    place, begins = labels.index("EDF Annotations"), HEADER * (1 + count)
    late = 0
    for n in range(RECORDS):
        late += gaps.get(n, 0)
        at = begins + 2 * (n * sum(samples) + sum(samples[:place]))
        onset = f"+{n * RECORD_S + late}\x14\x14\x00".encode()
        data[at : at + 2 * samples[place]] = onset.ljust(2 * samples[place], b"\x00")
    path.write_bytes(data)
    return path


def test_each_signal_has_its_own_rate_its_unit_and_the_values_that_stand_in_the_file(tmp_path: Path) -> None:
    recording = read_recording(written(tmp_path / "o.edf"))
    hr, spo2 = recording.tracks
    assert (hr.name, hr.unit, spo2.name, spo2.unit) == ("HR", "bpm", "SaO2", "%")
    assert (recording.start, recording.duration_s) == (START.isoformat(), 600)
    np.testing.assert_array_equal(hr.times, np.arange(600))
    np.testing.assert_array_equal(spo2.times, np.arange(300) * 2)
    np.testing.assert_allclose(hr.values, course(1, 60, 90), atol=0.01)
    source = open_recording(tmp_path / "o.edf")
    assert {c.signal: c.period_s for c in source.channels} == {Signal.HR: 1.0, Signal.SPO2: 2.0}


def test_the_gaps_of_an_interrupted_recording_are_gaps_and_its_seconds_are_where_they_were(tmp_path: Path) -> None:
    recording = read_recording(interrupted(tmp_path / "d.edf", {20: 35, 40: 120}))
    hr = recording.tracks[0]
    assert recording.duration_s == 600 + 35 + 120
    assert list(hr.times[[199, 200, 399, 400]]) == [199, 235, 434, 555]
    source = open_recording(tmp_path / "d.edf")
    seen = {tick for tick, row in source.read(760) for value in row if value.signal is Signal.HR}
    assert not seen & set(range(200, 235)) and not seen & set(range(435, 555))
    quality = next(line for line in inspect(tmp_path / "d.edf") if "quality" in line)
    assert quality["quality"]


def test_an_interrupted_recording_begins_with_its_first_record(tmp_path: Path) -> None:
    recording = read_recording(interrupted(tmp_path / "d.edf", {0: 12}))
    assert recording.start == (START + datetime.timedelta(seconds=12)).isoformat()
    assert (recording.tracks[0].times[0], recording.duration_s) == (0, 600)


def test_annotations_are_notes_and_no_values(tmp_path: Path) -> None:
    path = written(tmp_path / "n.edf", (EdfAnnotation(30, None, "eyes closed"), EdfAnnotation(90, 10, "asks for water")))
    notes = read_recording(path).tracks[-1]
    assert (notes.name, list(notes.times), notes.text) == ("annotations", [30, 90], "eyes closed and others")
    assert all(channel.name != "annotations" for channel in open_recording(path).channels)


def test_an_ecg_is_drawn_at_its_own_rate_and_is_no_number(tmp_path: Path) -> None:
    path = written(tmp_path / "w.edf", waves=True)
    waves = read_waves(path, {Signal.ECG: 125})
    assert len(waves[Signal.ECG]) == pytest.approx(600 * 125, abs=125)
    assert Signal.ECG not in {channel.signal for channel in open_recording(path).channels}


def test_nobody_s_name_leaves_the_header(tmp_path: Path) -> None:
    path = written(tmp_path / "p.edf")
    data = bytearray(path.read_bytes())
    data[8:88] = b"QUAGGA-7 F 02-MAY-1951 Thylacine Bandicoot".ljust(80)
    path.write_bytes(data)
    told = str(list(inspect(path))) + str(read_recording(path))
    assert not [name for name in ("QUAGGA", "Thylacine", "1951") if name in told]


def test_a_recording_that_still_runs_is_read_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "r.edf")
    data = path.read_bytes()
    path.write_bytes(data[:236] + b"-1      " + data[244:])
    recording = read_recording(path)
    assert recording.duration_s == 600
    assert "does not say how long" in " ".join(doubt.sentence for doubt in recording.doubts)


def at(path: Path, place: int, cell: bytes) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:place] + cell + data[place + len(cell) :])


LIES = {
    "more records than there are": (236, b"61      ", "promises 61 records and the file holds 60"),
    "fewer records than there are": (236, b"59      ", "promises 59 records and the file holds 60"),
    "no records": (236, b"0       ", "promises 0 records and the file holds 60"),
    "records without number": (236, b"some    ", "number of records is no whole number"),
    "records without length": (244, b"0       ", "a record without length"),
    "records that end before they begin": (244, b"-10     ", "a record without length"),
    "records for ever": (244, b"inf     ", "length of a record is no number"),
    "no signals": (252, b"0   ", "between 1 and"),
    "more signals than stand there": (252, b"3   ", "not of the length that 3 signals have"),
    "a range of one value": (HEADER + 2 * 104, b"300     ", "HR has a range that no value fits into"),
    "digits that no sample has": (HEADER + 2 * 120, b"-99999  ", "HR has a range that no value fits into"),
    "a signal without samples": (HEADER + 2 * 216, b"0       ", "a signal without samples"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_header_that_lies_is_refused_in_one_sentence(tmp_path: Path, lie: str) -> None:
    place, cell, said = LIES[lie]
    path = written(tmp_path / "l.edf")
    at(path, place, cell)
    with pytest.raises(BadFile) as refused:
        open_recording(path)
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("kept", [100, 300, 700, 769, 1500, -1, -40])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "c.edf")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadFile, match="EDF recording is damaged"):
        open_recording(path)


def test_a_header_with_nothing_behind_it_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "h.edf")
    path.write_bytes(path.read_bytes()[: HEADER * 3])
    for records in (b"0       ", b"-1      ", b"60      "):
        at(path, 236, records)
        with pytest.raises(BadFile, match="it holds no whole record"):
            open_recording(path)


def test_records_that_overlap_or_do_not_say_when_they_began_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="record 11 begins before the one before it has ended"):
        open_recording(interrupted(tmp_path / "b.edf", {10: -5}))
    path = written(tmp_path / "s.edf")
    at(path, 192, b"EDF+D")
    with pytest.raises(BadFile, match="does not say when its records began"):
        open_recording(path)


def test_a_damaged_recording_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(21)
    whole = interrupted(tmp_path / "f.edf", {20: 35}).read_bytes()
    path, refused = tmp_path / "damaged.edf", 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 6))):
            data[chance.randrange(HEADER * 4 if chance.random() < 0.7 else len(data))] = chance.choice(b"\x00\xff 9-.+A\x14")
        path.write_bytes(data if chance.random() < 0.8 else data[: chance.randrange(len(data))])
        try:
            source = open_recording(path)
            source.read(source.length_s or 0)
        except BadFile as wrong:
            refused += 1
            assert UNFORESEEN not in str(wrong), wrong
    assert 0 < refused < 300
