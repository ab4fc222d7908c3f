"""WFDB records, Vital Recorder files and our own simulator's recordings; every file is written here."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.sources.recorded import inspect, open_recording, write_recording
from monitor.sources.recorded.foreign import load, quietly
from monitor.sources.source import BadFile
from monitor.vitals import CUFF, Channel, Numeric, Quality, Signal, numeric


def channels(path: Path) -> dict[str, dict[str, Any]]:
    return {line["name"]: line for line in list(inspect(path))[:-1]}


def refusal(path: Path) -> str:
    with pytest.raises(BadFile) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def record(folder: Path, name: str, names: list[str], units: list[str], values: Any, fs: float = 1) -> Path:
    wfdb = load("wfdb")
    with quietly():
        wfdb.wrsamp(
            name,
            fs=fs,
            units=units,
            sig_name=names,
            p_signal=np.asarray(values, dtype=float),
            fmt=["16"] * len(names),
            write_dir=str(folder),
        )
    return folder / f"{name}.hea"


def trend(folder: Path) -> Path:
    rows = [[80 + i % 5, 0 if i % 10 == 3 else 97 - i % 3, 15, 120 if i % 5 == 2 else np.nan] for i in range(60)]
    path = record(folder, "trend", ["HR,", "SpO2", "RESP", "NBPSys"], ["bpm", "%", "pm", "mmHg"], rows, fs=1 / 60)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{lines[0]} 10:44:18.529 04/05/2704", *lines[1:]]) + "\n")
    return path


def test_a_trend_keeps_its_minute_its_start_and_its_missing_values(tmp_path: Path) -> None:
    path = trend(tmp_path)
    found = channels(path)
    assert {n: c["signal"] for n, c in found.items()} == {"HR,": "hr", "SpO2": "spo2", "RESP": "rr", "NBPSys": "nibp_sys"}
    assert (found["SpO2"]["count"], found["SpO2"]["missing"]) == (60, 6)
    assert found["SpO2"]["min"] == pytest.approx(95, abs=0.01)
    assert (found["NBPSys"]["missing"], found["RESP"]["unit"]) == (48, "/min")
    last = list(inspect(path))[-1]
    assert (last["kind"], last["start"], last["duration_s"]) == ("wfdb", "2704-05-04T10:44:18.529", 3600)
    source = open_recording(path)
    assert {c.signal: c.period_s for c in source.channels}[Signal.HR] == 60
    assert [t for t, row in source.read(300) if any(n.signal is Signal.HR for n in row)] == [0, 60, 120, 180, 240, 300]


def test_breathing_at_125_hz_is_a_wave_and_at_1_hz_a_rate(tmp_path: Path) -> None:
    wave = record(tmp_path, "w", ["RESP,", "II,", "ABP"], ["pm", "mV", "mmHg"], np.random.default_rng(1).random((500, 3)), 125)
    assert {n: c["signal"] for n, c in channels(wave).items()} == {"RESP,": "resp", "II,": "ecg", "ABP": None}
    assert "has no numerics" in refusal(wave)


def test_channels_of_different_rates_keep_their_own(tmp_path: Path) -> None:
    wfdb = load("wfdb")
    with quietly():
        wfdb.wrsamp(
            "mixed",
            fs=1,
            units=["mV", "bpm"],
            sig_name=["II", "HR"],
            fmt=["16", "16"],
            samps_per_frame=[125, 1],
            e_p_signal=[np.sin(np.arange(125 * 60) / 9), 80.0 + np.arange(60) % 4],
            write_dir=str(tmp_path),
        )
    found = channels(tmp_path / "mixed.hea")
    assert (found["II"]["count"], found["HR"]["count"], found["HR"]["signal"]) == (7500, 60, "hr")
    assert open_recording(tmp_path / "mixed.hea").length_s == 60


def test_segments_of_a_record_are_joined_and_what_lies_between_is_missing(tmp_path: Path) -> None:
    for name in ("a1", "a2"):
        record(tmp_path, name, ["II"], ["mV"], np.sin(np.arange(500) / 5)[:, None], 100)
    (tmp_path / "a_layout.hea").write_text("a_layout 1 100 0\n~ 0 200/mV 0 0 0 0 0 II\n")
    (tmp_path / "a.hea").write_text("a/4 1 100 1500\na_layout 0\na1 500\n~ 500\na2 500\n")
    found = channels(tmp_path / "a.hea")["II"]
    assert (found["count"], found["missing"], found["gaps"]) == (1500, 500, 1)
    (tmp_path / "a2.dat").unlink()
    assert "a2.dat is missing" in refusal(tmp_path / "a.hea")


def test_the_record_is_found_from_its_data_file_from_its_bare_name_and_under_another_ending(tmp_path: Path) -> None:
    path = trend(tmp_path)
    assert channels(tmp_path / "trend.dat").keys() == channels(path).keys() == channels(tmp_path / "trend").keys()
    other = tmp_path / "trend.txt"
    path.rename(other)
    assert list(inspect(other))[-1]["kind"] == "wfdb"
    assert "then name its .hea" in refusal(tmp_path / "trend.dat")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("r 1 1 10\nmissing.dat 16 200/mV 16 0 0 0 0 II\n", "missing.dat is missing"),
        ("r 1 1 10\n../x.dat 16 200/mV 16 0 0 0 0 II\n", "beside the header"),
        ("r 1 1 10\ns3://x/y.dat 16 200/mV 16 0 0 0 0 II\n", "beside the header"),
        ("r 2 1 10\ntrend.dat 16 200/mV 16 0 0 0 0 II\n", "promises 2 signals and lists 1"),
        ("r 1 250 99999999999\ntrend.dat 16 200/mV 16 0 0 0 0 II\n", "more than is read"),
        ("r 0 1 10\n", "without signals"),
        ("r/2 1 1 10\nr 5\nr 5\n", "itself"),
        ("r 1 1 10\ntrend.dat\n", "without a storage format"),
        ("not a header at all\n", "not a WFDB header"),
        ("r 1 1 100000\ntrend.dat 16 200/mV 16 0 0 0 0 HR\n", "cannot be read"),
    ],
)
def test_a_bad_header_is_one_sentence(tmp_path: Path, header: str, said: str) -> None:
    trend(tmp_path)
    path = tmp_path / "r.hea"
    path.write_text(header)
    assert said in refusal(path)


def test_damaged_samples_are_told_by_their_checksums(tmp_path: Path) -> None:
    path = trend(tmp_path)
    assert not any("checksum" in d.sentence for d in open_recording(path).doubts)
    data = bytearray((tmp_path / "trend.dat").read_bytes())
    data[0] ^= 1
    (tmp_path / "trend.dat").write_bytes(bytes(data))
    assert any("checksum" in d.sentence for d in open_recording(path).doubts)
    (tmp_path / "trend.dat").write_bytes(bytes(data[:-30]))
    assert "cannot be read" in refusal(path)


def vital(path: Path, tracks: dict[str, tuple[str, Sequence[float]]], step: float = 1.024) -> Path:
    """A Vital Recorder file with one device and numeric tracks at an even step."""

    def text(s: str) -> bytes:
        return struct.pack("<L", len(s)) + s.encode()

    def packet(kind: int, body: bytes) -> bytes:
        return struct.pack("<bL", kind, len(body)) + body

    begin = 1562838865.0
    end = begin + 1 + step * max(len(v) for _, v in tracks.values())
    out = b"VITA" + struct.pack("<L", 3) + struct.pack("<H", 26) + struct.pack("<hLL", -120, 0, 0) + struct.pack("<dd", begin, end)
    out += packet(9, struct.pack("<L", 1) + text("Monitor") + text("Monitor") + text(""))
    for tid, (name, (unit, _)) in enumerate(tracks.items(), 1):
        out += packet(
            0, struct.pack("<Hbb", tid, 2, 1) + text(name) + text(unit) + struct.pack("<ffLfddbL", 0, 200, 0, 1.0, 1.0, 0.0, 0, 1)
        )
    for tid, (_, values) in enumerate(tracks.values(), 1):
        for i, value in enumerate(values):
            out += packet(1, struct.pack("<HdHf", 10, begin + 0.696 + step * i, tid, value))
    path.write_bytes(gzip.compress(out))
    return path


VARYING = [60.0 + i % 4 for i in range(100)]


def test_vital_tracks_are_mapped_and_a_step_of_1_02_s_is_no_gap(tmp_path: Path) -> None:
    path = vital(
        tmp_path / "v.vital",
        {
            "HR": ("/min", VARYING),
            "PLETH_SPO2": ("", [97.0] * 100),
            "NIBP_SBP": ("mmHg", [120.0] * 60 + [131.0] * 40),
            "NIBP_DBP": ("mmHg", [80.0] * 100),
            "ART_SBP": ("mmHg", [118.0] * 100),
            "VENT_RR": ("/min", [12.0] * 100),
            "SET_RR_IPPV": ("/min", [12.0] * 100),
            "BT": ("C", [36.6] * 100),
        },
    )
    found = channels(path)
    assert {n.split("/")[1]: c["signal"] for n, c in found.items()} == {
        "HR": "hr",
        "PLETH_SPO2": "spo2",
        "NIBP_SBP": "nibp_sys",
        "NIBP_DBP": "nibp_dia",
        "ART_SBP": "abp_sys",
        "VENT_RR": None,
        "SET_RR_IPPV": None,
        "BT": "temp",
    }
    assert all(c["gaps"] == 0 and c["count"] == 100 for c in found.values())
    assert found["Monitor/BT"]["median"] == 36.6
    source = open_recording(path)
    assert source.start == "2019-07-11T09:54:25.000+00:00"
    readings = [(t, [n.value for n in row if n.signal in CUFF]) for t, row in source.read(120)]
    assert [r for r in readings if r[1]] == [(1, [120.0, 80.0]), (63, [131.0, 80.0])]
    assert "device demo mode" not in source.label


def test_a_monitor_whose_every_number_stands_still_is_labelled_as_demo(tmp_path: Path) -> None:
    path = vital(
        tmp_path / "v.vital",
        {
            n: (u, [v] * 40)
            for n, u, v in (
                ("HR", "/min", 60.0),
                ("PLETH_SAT_O2", "%", 95.0),
                ("RR", "/min", 15.0),
                ("ABP_SYS", "mmHg", 120.0),
                ("NIBP_SYS", "mmHg", 120.0),
            )
        },
    )
    assert "device demo mode" in open_recording(path).label
    assert "device demo mode" in list(inspect(path))[-1]["source"]


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_vital_file_that_is_cut_short_is_refused(tmp_path: Path, kept: float) -> None:
    path = vital(tmp_path / "v.vital", {"HR": ("/min", VARYING)})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    assert "cut short" in refusal(path) or "damaged" in refusal(path)


def test_other_formats_are_named_and_not_read_yet(tmp_path: Path) -> None:
    for head, said in (
        (b"0       X", "EDF"),
        (b"\xffBIOSEMI", "BDF"),
        (b"PK\x03\x04abc", "zip"),
        (gzip.compress(b"hello"), "compressed"),
        (b"<Observation xmlns='http://hl7.org/fhir'>", "FHIR"),
        (b"\x00\x01\x02" * 50, "not a recording"),
    ):
        path = tmp_path / "x.vital2"
        path.write_bytes(head)
        assert said in refusal(path)
    assert "no such file" in refusal(tmp_path / "nothing.csv")
    assert "folder" in refusal(tmp_path)


CHANNELS = (Channel(Signal.HR, 1.0, "ECG"), Channel(Signal.SPO2, 1.0, "SpO2"), *(Channel(s, 240.0, "cuff") for s in CUFF))
SAMPLES = st.one_of(
    st.tuples(st.sampled_from([Signal.HR, Signal.SPO2, *CUFF]), st.floats(-100, 400), st.just(Quality.OK)),
    st.tuples(st.sampled_from([Signal.HR, Signal.SPO2]), st.just(0.0), st.sampled_from([Quality.NO_VALUE, Quality.SENSOR_OFF])),
    st.tuples(st.sampled_from(CUFF), st.just(0.0), st.just(Quality.CUFF_FAILED)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ticks=st.lists(st.lists(SAMPLES, max_size=4), min_size=40, max_size=60), seed=st.integers(1, 400))
def test_what_the_simulator_writes_comes_back_sample_for_sample(
    tmp_path: Path, ticks: list[list[tuple[Signal, float, Quality]]], seed: int
) -> None:
    rows: list[tuple[int, list[Numeric]]] = []
    for tick, said in enumerate(ticks):
        by_signal = {s: Numeric(s, 0.0, tick, q) if q else numeric(s, v, tick) for s, v, q in said}
        by_signal.setdefault(Signal.HR, numeric(Signal.HR, 70 + (tick * seed) % 9, tick))
        rows.append((tick, [by_signal[s] for s in Signal if s in by_signal]))
    path = tmp_path / "own.csv"
    write_recording(path, rows, CHANNELS, "room 3", start="2026-01-02T03:04:05+00:00")
    source = open_recording(path)
    assert (source.label, source.start, source.kind) == ("SIMULATED room 3", "2026-01-02T03:04:05+00:00", "recorded")
    assert {c.signal: c.period_s for c in source.channels} == {c.signal: c.period_s for c in CHANNELS}
    # Only a zero does not come back: nobody can tell it from "no value".
    assert source.read(len(rows) - 1) == [(t, [n for n in row if n.value or n.quality is not Quality.IMPLAUSIBLE]) for t, row in rows]


def test_a_recording_of_ours_has_units_and_no_word_of_the_scenario(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    write_recording(path, [(t, [numeric(Signal.HR, 70 + t % 2, t)]) for t in range(30)], CHANNELS[:2], "drill\n# scenario: strange")
    text = path.read_text().splitlines()
    assert text[0] == "# infusion-monitor recording 1"
    assert text[3] == "time_s [s],hr [/min],spo2 [%],status"
    last = list(inspect(path))[-1]
    assert last["kind"] == "simulated-csv"
    assert open_recording(path).label.startswith("SIMULATED drill")


def test_a_patient_far_outside_the_normal_is_still_read_from_our_own_recording(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    write_recording(path, [(t, [numeric(Signal.SPO2, 55, t)]) for t in range(60)], CHANNELS[1:2], "crisis")
    assert [n.value for _, row in open_recording(path).read(59) for n in row] == [55.0] * 60
