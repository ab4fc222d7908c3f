"""The induced-hypoxia layout: a header that is shifted from ECG 3 on, believed only where the values confirm it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.sources.recorded import inspect, open_recording
from monitor.vitals import Signal

LEFT = ["SpO2 1", "SpO2 3", "SpO2 5", "Pulse 1", "Pulse 3", "Pulse 5", "PI 5"]
RIGHT = ["ECG 3", "FiO2 3", "EtCO2 pct 3", "EtCO2 mmHg 3", "RR CO2 3", "RR ECG 3", "Insp TV 3", "Exp TV 3", "Rig FiO2"]


def make(
    path: Path,
    ecg: Callable[[int], float] = lambda i: 60 + i % 5,
    mmhg: Callable[[int], float] = lambda i: 33.0,
    shifted: bool = True,
    rr: Callable[[int], float] = lambda i: 15 + i % 3,
) -> dict[str, dict[str, Any]]:
    lines = ["\ufeffTime," + ",".join(LEFT + RIGHT) + ("," * 5 if shifted else "")]
    for i in range(100):
        left = [97.4, 0, 96 - i % 4, 61 + i % 5, 0, 60 + i % 5, 2.1]
        status = ["", "            AS AO", "", "   SL       AS AO", 200000]
        right = [ecg(i), 20.9, mmhg(i) / 6.3, mmhg(i), rr(i), 0, 0, 0, 20.8]
        cells = [f" 23:{59 - (i < 0)}:{i:02}" if i < 60 else f" 00:00:{i - 60:02}", *left, *(status if shifted else []), *right]
        lines.append(",".join(str(c) for c in cells))
    lines.append("Collection Halted" + "," * (lines[0].count(",")))
    path.write_text("\n".join(lines) + "\n")
    return {line["name"]: line for line in list(inspect(path))[:-1]}


@pytest.mark.parametrize("shifted", [True, False])
def test_the_true_columns_are_found_whether_the_header_is_shifted_or_not(tmp_path: Path, shifted: bool) -> None:
    path = tmp_path / "1.csv"
    found = make(path, shifted=shifted)
    used = {c["signal"]: n for n, c in found.items() if c["used"]}
    right = (
        {"hr": "RR ECG 3", "rr": "column 18", "etco2": "Rig FiO2"}
        if shifted
        else {"hr": "ECG 3", "rr": "RR CO2 3", "etco2": "EtCO2 mmHg 3"}
    )
    assert used == {"spo2": "SpO2 5", "pulse": "Pulse 5"} | right
    source = open_recording(path)
    assert source.length_s == 99
    assert source.start == "23:59:00"


def test_the_status_number_and_the_text_are_refused_in_a_sentence(tmp_path: Path) -> None:
    found = make(tmp_path / "1.csv")
    assert "shifted" in found["RR CO2 3"]["refused"]
    assert found["RR CO2 3"]["signal"] is None
    assert found["FiO2 3"]["refused"]
    assert not any(c["used"] and c["max"] > 1000 for c in found.values() if c["max"] is not None)


def test_an_unused_sensor_is_all_missing(tmp_path: Path) -> None:
    spo2 = make(tmp_path / "1.csv")["SpO2 3"]
    assert (spo2["count"], spo2["missing"], spo2["min"], spo2["used"]) == (100, 100, None, False)


def test_an_ecg_rate_that_does_not_agree_with_the_pulse_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "1.csv"
    found = make(path, ecg=lambda i: 90 + i % 3)
    assert found["RR ECG 3"]["refused"]
    assert {c.signal for c in open_recording(path).channels} == {Signal.SPO2, Signal.PULSE, Signal.RR, Signal.ETCO2}


def test_without_any_confirmation_nothing_right_of_the_shift_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "1.csv"
    make(path, ecg=lambda i: 300, mmhg=lambda i: 0)
    assert {c.signal for c in open_recording(path).channels} == {Signal.SPO2, Signal.PULSE}


def test_an_impossible_breathing_rate_is_not_shown_even_when_the_shift_is_confirmed(tmp_path: Path) -> None:
    found = make(tmp_path / "1.csv", rr=lambda i: 200 + i)
    assert found["column 18"]["refused"]
    assert not found["column 18"]["used"]
