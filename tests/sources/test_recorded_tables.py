"""Tables: how columns are mapped, refused and timed. Every file is written here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.sources.recorded import RecordedSource, inspect, open_recording
from monitor.sources.source import BadFile
from monitor.vitals import Quality, Signal

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(header: str, row: Callable[[int], str], n: int = 60, tail: str = "", name: str = "x.csv") -> Path:
        path = tmp_path / name
        path.write_bytes((header + "\n" + "".join(row(i) + "\n" for i in range(n)) + tail).encode())
        return path

    return _write


def channels(path: Path) -> dict[str, dict[str, Any]]:
    lines = list(inspect(path))
    json.dumps(lines, allow_nan=False)
    return {line["name"]: line for line in lines[:-1]}


def summary(path: Path) -> dict[str, Any]:
    return list(inspect(path))[-1]


def values(source: RecordedSource, signal: Signal) -> list[tuple[int, float]]:
    assert source.length_s is not None
    return [(tick, n.value) for tick, row in source.read(source.length_s) for n in row if n.signal is signal and n.ok]


def refusal(path: Path) -> str:
    with pytest.raises(BadFile) as caught:
        open_recording(path)
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_every_line_of_inspect_has_exactly_the_promised_names(write: Write) -> None:
    lines = list(inspect(write("time [s],HR [bpm]", lambda i: f"{i},{70 + i % 3}")))
    assert list(lines[0]) == ["name", "signal", "unit", "count", "missing", "min", "median", "max", "gaps", "used", "refused"]
    assert list(lines[-1]) == ["recording", "start", "duration_s", "source", "kind", "doubts", "quality"]
    assert lines[-1]["kind"] == "csv"
    assert lines[-1]["duration_s"] == 59


def test_zero_empty_and_every_sentinel_is_missing_and_not_a_value(write: Write) -> None:
    none = ["0", "", "-1", "-100", "-999", "-99.9", "-327.67", "--", "Na", "65535", "8388607", "-32768", "NaN"]
    path = write("time [s],PULSE [bpm],SpO2 [%]", lambda i: f"{i},{none[i] if i < len(none) else 71},97")
    pulse = channels(path)["PULSE [bpm]"]
    assert (pulse["count"], pulse["missing"], pulse["min"], pulse["max"]) == (60, len(none), 71, 71)
    row = dict(open_recording(path).read(60))[3]
    assert {n.signal: n.quality for n in row}[Signal.PULSE] is Quality.NO_VALUE


def test_127_and_255_are_no_saturation_and_no_pulse_beside_it(write: Write) -> None:
    path = write("time [s],PULSE,SpO2", lambda i: f"{i},{127 if i == 5 else 255 if i == 9 else 80 + i % 4},{127 if i == 5 else 97}")
    found = channels(path)
    assert (found["PULSE"]["missing"], found["SpO2"]["missing"]) == (2, 1)
    true = write("time [s],PULSE,SpO2", lambda i: f"{i},{127 if i == 5 else 80 + i % 4},97")
    assert (channels(true)["PULSE"]["missing"], channels(true)["PULSE"]["max"]) == (0, 127)


def test_a_column_of_300_is_an_unused_module(write: Write) -> None:
    hr = channels(write("time [s],HR,PULSE", lambda i: f"{i},300,{70 + i % 3}"))["HR"]
    assert (hr["missing"], hr["used"], hr["median"]) == (60, False, None)


def test_an_implausible_value_stays_in_the_statistics_and_is_flagged_in_the_room(write: Write) -> None:
    path = write("time [s],SpO2 [%]", lambda i: f"{i},{36 if i == 9 else 98}")
    assert channels(path)["SpO2 [%]"]["min"] == 36
    source = open_recording(path)
    nine = dict(source.read(20))[9]
    assert [n.quality for n in nine] == [Quality.IMPLAUSIBLE]
    assert any("implausible" in d.sentence for d in source.doubts)


@pytest.mark.parametrize(
    ("header", "cell", "signal", "shown"),
    [
        ("NIBP_SYS [kPa]", "16.0", "nibp_sys", 120.0),
        ("Temp [F]", "98.6", "temp", 37.0),
        ("Temp (degF)", "98.6", "temp", 37.0),
        ("SpO2 [fraction]", "0.97", "spo2", 97.0),
        ("SpO2 (%)", "97", "spo2", 97.0),
        ("spo2_pct", "97", "spo2", 97.0),
        ("EtCO2 [kPa]", "3.8", "etco2", 28.5),
    ],
)
def test_units_are_converted_and_said(write: Write, header: str, cell: str, signal: str, shown: float) -> None:
    path = write(f"time [s],{header},HR [bpm]", lambda i: f"{i},{cell},{70 + i % 3}")
    found = channels(path)[header]
    assert found["signal"] == signal
    assert found["median"] == pytest.approx(shown, abs=0.02)
    assert found["used"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("NIBP_SYS", "16.0"),
        ("Temp", "98.6"),
        ("SpO2", "0.97"),
        ("NIBP_SYS [mmHg]", "16.0"),
        ("SpO2 [%]", "0.97"),
        ("HR [mmHg]", "80"),
        ("EtCO2 [%]", "5.2"),
        ("RR [furlong]", "15"),
        ("EtCO2", "5.1"),
    ],
)
def test_an_unlabelled_or_wrong_unit_is_asked_for_and_never_guessed(write: Write, header: str, cell: str) -> None:
    path = write(f"time [s],{header},PULSE [bpm]", lambda i: f"{i},{cell},{70 + i % 3}")
    found = channels(path)[header]
    assert (found["signal"], found["used"]) == (None, False)
    assert found["refused"]
    source = open_recording(path)
    assert {n.signal for _, row in source.read(60) for n in row} == {Signal.PULSE}


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Pulse (NBP)", "pulse"),
        ("PR", "pulse"),
        ("O2Sat", "spo2"),
        ("SaO2", "spo2"),
        ("PLETH_SAT_O2", "spo2"),
        ("Saturation", "spo2"),
        ("Oxygen Level", "spo2"),
        ("RespRate", "rr"),
        ("CO2 RR", "rr"),
        ("Heart Rate", "hr"),
    ],
)
def test_names_of_common_monitors_are_known(write: Write, name: str, signal: str) -> None:
    cell = {"spo2": 97, "rr": 15}.get(signal, 72)
    assert channels(write(f"time [s],{name}", lambda i: f"{i},{cell + i % 2}"))[name]["signal"] == signal


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("NBPSys", "nibp_sys"),
        ("NBPs", "nibp_sys"),
        ("NISysABP", "nibp_sys"),
        ("NIBP_SYS", "nibp_sys"),
        ("NBP_S", "nibp_sys"),
        ("SBP", "nibp_sys"),
        ("NBP DIAS", "nibp_dia"),
        ("NIMAP", "nibp_mean"),
        ("ABPSys", "abp_sys"),
        ("ABPs", "abp_sys"),
        ("ARTs", "abp_sys"),
        ("IP1_S", "abp_sys"),
        ("ABP MEAN", "abp_mean"),
        ("MAP", None),
        ("BP sys", None),
        ("SET_RR", None),
    ],
)
def test_cuff_and_arterial_line_are_kept_apart_and_unclear_names_are_refused(write: Write, name: str, signal: str | None) -> None:
    found = channels(write(f"time [s],{name} [mmHg],HR", lambda i: f"{i},{95 + i % 2},{70 + i % 3}"))[f"{name} [mmHg]"]
    assert found["signal"] == signal
    assert (found["refused"] is not None) == (signal is None)


@pytest.mark.parametrize(("delimiter", "comma"), [(",", False), (";", True), ("\t", True), ("|", False)])
def test_delimiter_byte_order_mark_decimal_comma_unit_row_preamble_and_trailing_text(write: Write, delimiter: str, comma: bool) -> None:
    def row(i: int) -> str:
        cells = [f"{9 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}", f"{70 + i % 3}.5", "97"]
        return delimiter.join(c.replace(".", ",") if comma else c for c in cells)

    head = "\ufeffExported by a device\n\n" + delimiter.join(["Time", "HR", "SpO2"]) + "\n" + delimiter.join(["", "bpm", "%"])
    path = write(head, row, tail="Collection Halted\n")
    hr = channels(path)["HR"]
    assert (hr["count"], hr["unit"], hr["min"], hr["max"], hr["used"]) == (60, "/min", 70.5, 72.5, True)
    assert summary(path)["start"] == "09:00:00"
    assert any("Collection Halted" in d.sentence for d in open_recording(path).doubts)


def _midnight(i: int) -> str:
    s = 23 * 3600 + 59 * 60 + 40 + i
    return f"{s // 3600 % 24:02}:{s // 60 % 60:02}:{s % 60:02}"


@pytest.mark.parametrize(
    ("cell", "start", "duration"),
    [
        (lambda i: f"{i}", None, 59),
        (_midnight, "23:59:40", 59),
        (lambda i: f"{i + 20}:30:00", None, 59 * 3600),
        (lambda i: f"2896-08-26T02:{i:02}:00.250Z", "2896-08-26T02:00:00.250+00:00", 3540),
        (lambda i: f"26.08.2023 02:{i:02}:00", "2023-08-26T02:00:00", 3540),
        (lambda i: f"08/26/2023 12:{i:02}:00 AM", "2023-08-26T00:00:00", 3540),
        (lambda i: f"26-08 02:{i:02}:00", "08-26T02:00:00", 3540),
        (lambda i: f"20230826 02{i:02}00", "2023-08-26T02:00:00", 3540),
        (lambda i: f"{1693015200 + i}", "2023-08-26T02:00:00+00:00", 59),
        (lambda i: f"'[10:44:{i:02}.529 04/05/2704]'", "2704-05-04T10:44:00.529", 59),
    ],
)
def test_times_of_many_shapes(write: Write, cell: Callable[[int], str], start: str | None, duration: int) -> None:
    path = write("Time,HR,SpO2", lambda i: f"{cell(i)},{70 + i % 3},97")
    assert (summary(path)["start"], summary(path)["duration_s"]) == (start, duration)
    assert open_recording(path).length_s == duration


def test_date_and_time_may_stand_in_two_columns(write: Write) -> None:
    path = write("Date,Time,HR", lambda i: f"31/12/2023,23:{i:02}:00,{70 + i % 3}")
    assert summary(path)["start"] == "2023-12-31T23:00:00"


def test_a_late_step_is_no_gap_and_a_pause_is_one(write: Write) -> None:
    late = write("time [s],HR", lambda i: f"{i * 1.024:.3f},{70 + i % 3}")
    assert channels(late)["HR"]["gaps"] == 0
    pause = write("time [s],HR", lambda i: f"{i if i < 30 else i + 20},{'' if i == 5 else 70 + i % 3}")
    assert channels(pause)["HR"]["gaps"] == 2


def test_rounded_repeated_stamps_of_a_faster_rate_are_samples(write: Write) -> None:
    path = write("time [s],HR", lambda i: f"{i // 2},{70 + i % 3}", n=120)
    assert summary(path)["duration_s"] == 59.5
    assert channels(path)["HR"]["gaps"] == 0
    assert any("by row number" in d.sentence for d in open_recording(path).doubts)


def test_a_second_value_for_the_same_second_is_a_conflict_and_the_last_counts(write: Write) -> None:
    path = write("time [s],HR", lambda i: f"{i},70", tail="59,77\n60,70\n")
    source = open_recording(path)
    assert dict(values(source, Signal.HR))[59] == 77
    assert any("Conflict" in d.sentence for d in source.doubts)


def test_a_sample_between_two_seconds_arrives_with_the_later_one(write: Write) -> None:
    path = write("time [s],HR", lambda i: f"{i * 2 + (0.2 if i else 0)},{70 + i}", n=5)
    assert values(open_recording(path), Signal.HR) == [(0, 70.0), (3, 71.0), (5, 72.0), (7, 73.0), (9, 74.0)]


def test_a_cuff_value_that_is_repeated_every_second_is_one_reading(write: Write) -> None:
    path = write("time [s],NIBP_SYS [mmHg],NIBP_DIA [mmHg]", lambda i: f"{i},{120 if i < 100 else 135},{80 if i < 101 else 85}", n=300)
    source = open_recording(path)
    assert values(source, Signal.NIBP_SYS) == [(0, 120.0), (101, 135.0)]
    assert any("repeated" in d.sentence for d in source.doubts)


def test_an_equal_cuff_reading_after_minutes_is_a_reading_of_its_own(write: Write) -> None:
    path = write(
        "time [s],HR [bpm],NIBP_SYS [mmHg],NIBP_DIA [mmHg]",
        lambda i: f"{i},{70 + i % 3},{120 if i % 120 == 10 else ''},{80 if i % 120 == 10 else ''}",
        n=400,
    )
    source = open_recording(path)
    assert [t for t, _ in values(source, Signal.NIBP_DIA)] == [10, 130, 250, 370]
    assert {c.signal: c.period_s for c in source.channels}[Signal.NIBP_SYS] == 120


def test_of_several_devices_exactly_one_is_used_the_one_with_most_data(write: Write) -> None:
    path = write("time [s],SpO2 1,SpO2 2,SpO2 3", lambda i: f"{i},{97 if i < 20 else 0},{96 + i % 2},0")
    assert {n: c["used"] for n, c in channels(path).items()} == {"SpO2 1": False, "SpO2 2": True, "SpO2 3": False}


def test_a_cuffs_pulse_never_stands_in_for_the_oximeters(write: Write) -> None:
    path = write("time [s],Pulse (NBP),Pulse (SpO2)", lambda i: f"{i},70,{'' if i % 2 else 72 + i % 3}")
    assert channels(path)["Pulse (SpO2)"]["used"]


def test_one_column_that_contradicts_its_name_is_refused_alone(write: Write) -> None:
    found = channels(write("time [s],HR,RR,SpO2", lambda i: f"{i},{70 + i % 3},200000,97"))
    assert (found["RR"]["signal"], found["RR"]["used"]) == (None, False)
    assert "not a breathing rate" in found["RR"]["refused"]
    assert found["HR"]["used"]


def test_a_header_that_is_wrong_twice_is_believed_nowhere(write: Write) -> None:
    path = write("time [s],HR,PULSE,RESP,SpO2", lambda i: f"{i},97,{90 + i % 3},{91 + i % 3},21")
    assert not any(c["used"] for c in channels(path).values())
    assert "header may be shifted" in refusal(path)


def test_swapped_names_of_saturation_and_pulse_are_noticed(write: Write) -> None:
    path = write("time [s],HR,PULSE,SpO2", lambda i: f"{i},{80 + i % 7},97,{80 + i % 7}", n=120)
    assert "swapped" in refusal(path)


def test_filled_columns_without_a_name_make_the_header_doubtful(write: Write) -> None:
    path = write("time [s],HR,SpO2,,", lambda i: f"{i},AS AO,,{70 + i % 3},97")
    assert channels(path)["column 4"]["signal"] is None
    assert "without a name" in refusal(path) or "no numerics" in refusal(path)


def test_a_counter_is_not_a_heart_rate(write: Write) -> None:
    assert "counter" in refusal(write("time [s],HR", lambda i: f"{i},{40 + i}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n\n\n", "no table"),
        ("time [s],HR\n", "no rows"),
        ("HR,SpO2\n70,97\n71,97\n", "no time column"),
        ("time [s],HR\n0,70\n1,70\n2", "middle of a row"),
        ("time [s],HR\n0,70\n1,71\n1,2,3\n3,4,5\n4,4,4\n", "cells under"),
        ("MSH|^~\\&|x\n", "HL7"),
        ('{"resourceType": "Bundle"}', "FHIR"),
        ("hello\nworld\n", "no table"),
        ("time,HR\nx,70\ny,71\nz,72\nw,73\n", "no times"),
        ("time [s],HR\n" + "".join(f"{9 - i},70\n" for i in range(9)), "goes back"),
        ("time [s],HR\n0,70\n99999999,70\n", "31"),
    ],
)
def test_a_bad_table_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    message = refusal(path)
    assert message.startswith(f"{path}:")
    assert message[len(f"{path}:") :].split(":")[0].isdigit()
    assert said in message
    with pytest.raises(BadFile):
        inspect(path)


def test_waves_can_be_inspected_but_not_watched(write: Write) -> None:
    path = write(
        "Time [s], RESP, PLETH, V, II, ABP",
        lambda i: f"{round(i / 125, 2)}, {0.1 + i % 9}, {0 if i == 3 else 0.4}, 0.5, {0.2 * (i % 3)}, {80 + i % 40}",
        n=1000,
    )
    found = channels(path)
    assert {n: c["signal"] for n, c in found.items()} == {"RESP": "resp", "PLETH": "pleth", "V": "ecg", "II": "ecg", "ABP": None}
    assert [n for n, c in found.items() if c["used"]] == ["RESP", "PLETH", "II"]
    assert found["PLETH"]["missing"] == 0
    assert summary(path)["kind"] == "bidmc-signals-csv"
    assert summary(path)["duration_s"] == pytest.approx(999 / 125)
    assert "has no numerics" in refusal(path)


def test_the_kind_is_told_from_the_content_not_from_the_name(write: Write) -> None:
    path = write("time [s],HR", lambda i: f"{i},{70 + i % 3}", name="recording.vital")
    assert summary(path)["kind"] == "csv"


def test_more_than_500_columns_are_refused(write: Write) -> None:
    path = write("time [s]," + ",".join(f"c{i}" for i in range(600)), lambda i: f"{i}" + ",1" * 600, n=3)
    assert "500" in refusal(path)
