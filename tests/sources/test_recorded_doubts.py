"""What was assumed, decided or left out when a recording was read is said, and a needed signal that is not there too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.sources.recorded import RecordedSource, inspect, open_recording
from monitor.sources.recorded.tracks import KINDS_OF_DOUBT
from monitor.sources.source import BadFile
from monitor.vitals import Signal
from tests.commanded import run

SECONDS = range(120)


def table(tmp_path: Path, text: str, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(header: str, row: str, seconds: range = SECONDS, start: str = "2026-03-04T10:00:00") -> str:
    """``{time}`` is a time of day, ``{n}`` the number of the row, ``{even}`` 0 or 1."""
    told = (row.format(time=f"{10 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}", n=n, even=n % 2) for n in seconds)
    return "\n".join([header, *told]) + "\n"


def everything(source: RecordedSource) -> list[tuple[int, Signal, float]]:
    assert source.length_s is not None
    return [(t, n.signal, n.value) for t, row in source.read(source.length_s) for n in row]


def about(path: Path) -> dict[str, Any]:
    last: dict[str, Any] = list(inspect(path))[-1]
    return last


CONFLICT = rows("Time,HR [/min],SpO2 [%]", "{time},72,97", range(30)) + "10:00:29,72,77\n10:00:30,72,97\n"
DOUBTED = {
    "two rows of one second": (CONFLICT, "conflict", "Conflict: 1 row from line 32 on"),
    "day or month": (rows("Time,HR [/min]", "03/04/2026 {time},72"), "time", "the day is assumed to stand first"),
    "a short row": ("Time,HR [/min],SpO2 [%]\n10:00:00,72\n" + rows("", "{time},72,97", range(1, 60)).lstrip(), "rows", "Line 2 has 2 of 3"),
    "no unit": (rows("Time,HR,SpO2", "{time},72,97"), "assumed", "No unit in the file"),
    "another unit": (rows("Time,Temp [F],HR [/min]", "{time},98.6,72"), "converted", "converted from F"),
    "implausible values": (rows("Time,HR [/min],SpO2 [%]", "{time},72,97") + "10:02:00,480,97\n", "implausible", "1 implausible value"),
    "two channels": (rows("Time,SpO2 1,SpO2 2", "{time},97,96"), "chosen", "shown from SpO2 1; not shown: SpO2 2"),
    "summer time begins": (
        rows("Time,HR [/min]", "2026-03-29 {time},72") + rows("", "2026-03-29 {time},72", range(3719, 3800)).lstrip(),
        "time",
        "Line 122: the time jumps ahead by an hour",
    ),
}


@pytest.mark.parametrize("doubt", DOUBTED)
def test_a_doubt_is_said_by_inspect_by_replay_and_by_the_source(doubt: str, tmp_path: Path) -> None:
    text, kind, words = DOUBTED[doubt]
    path = table(tmp_path, text)
    said = about(path)["doubts"]
    assert {d["kind"] for d in said} <= KINDS_OF_DOUBT
    assert [d["kind"] for d in said if words in d["sentence"]] == [kind]
    assert [d.kind for d in open_recording(path).doubts if words in d.sentence] == [kind]
    for arguments in (["inspect", str(path)], ["inspect", str(path), "--json"], ["replay", str(path)], ["replay", str(path), "--json"]):
        assert words in run(*arguments).stdout, arguments


def test_the_last_line_of_inspect_is_the_quality(tmp_path: Path) -> None:
    text = rows("Time,HR [/min],SpO2 [%]", "{time},72,97", range(60)) + rows("", "{time},72,--", range(60, 120)).lstrip()
    path = table(tmp_path, text)
    told = about(path)["quality"]
    assert (told["live"], told["longest_gap_s"]) == ({"hr": 1.0, "spo2": pytest.approx(0.5, abs=0.01)}, 0.0)
    assert run("inspect", str(path)).stdout.splitlines()[-1].startswith("quality: hr 100.0%, spo2 50.4%, no gap, ")


def test_each_channel_that_is_not_shown_says_why(tmp_path: Path) -> None:
    path = table(tmp_path, rows("Time,HR [/min],Systolic BP,Diastolic BP,Colour of the sky,HR 2 [/min]", "{time},72,120,80,4,72"))
    found = {line["name"]: line for line in inspect(path) if "name" in line}
    assert found["HR [/min]"]["refused"] is None
    assert all(line["refused"] for name, line in found.items() if not name.startswith("HR"))
    assert any("not shown: HR 2" in doubt["sentence"] for doubt in about(path)["doubts"])
    assert "cuff" in found["Systolic BP"]["refused"] and "cuff" in found["Diastolic BP"]["refused"]


def test_a_refused_saturation_is_said_and_called_for(tmp_path: Path) -> None:
    text = rows("Time,SpO2 [%],HR [/min]", "{time},98,72", range(60)) + rows("", "{time},49,72", range(60, 200)).lstrip()
    path = table(tmp_path, text)
    source = open_recording(path)
    assert Signal.SPO2 in {c.signal for c in source.channels}
    assert not [n for n in everything(source) if n[1] is Signal.SPO2]
    ran = run("replay", str(path))
    assert "a patient may be so low, or a sensor broken" in ran.stdout
    assert "No SpO2: SpO2 [%] was refused" in ran.stdout
    assert "T-1" in ran.stdout and ", no SpO2, no blood pressure" in ran.stdout.splitlines()[-1]


def test_that_nothing_was_called_for_is_no_success_where_a_needed_signal_is_not_there(tmp_path: Path) -> None:
    path = table(tmp_path, rows("Time,HR [/min],RR [/min]", "{time},72,14", range(30)))
    ran = run("replay", str(path))
    assert ran.returncode != 0 and "no SpO2 and no blood pressure: that says nothing about the patient" in ran.stderr
    assert "of no prompt" in ran.stdout
    whole = rows("Time,HR [/min],SpO2 [%],NIBP_SYS [mmHg],NIBP_DIA [mmHg]", "{time},72,97,120,80", range(30))
    assert run("replay", str(table(tmp_path, whole, "whole.csv"))).returncode == 0


ZONED = "Time,HR [/min]\n" + "".join(
    f"2026-03-29T{'01:59' if n < 60 else '03:00'}:{n % 60:02}+0{1 if n < 60 else 2}:00,72\n" for n in range(120)
)
AUTUMN = "Time,HR [/min]\n" + "".join(f"2026-10-25T02:{'59' if n < 60 else '00'}:{n % 60:02},72\n" for n in range(120))


def test_each_row_has_the_offset_that_it_says(tmp_path: Path) -> None:
    assert about(table(tmp_path, ZONED)) | {"doubts": []} == about(table(tmp_path, ZONED)) | {"doubts": [], "duration_s": 119.0}
    autumn = AUTUMN.replace("02:59", "02:59").splitlines()
    zoned = [autumn[0], *(line.replace(",72", f"+0{2 if n < 60 else 1}:00,72") for n, line in enumerate(autumn[1:]))]
    told = about(table(tmp_path, "\n".join(zoned) + "\n", "autumn.csv"))
    assert (told["duration_s"], told["quality"]["longest_gap_s"]) == (119.0, 0.0)


def test_an_hour_that_comes_twice_without_an_offset_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r":62: the time goes back by an hour, as at the end of summer time"):
        open_recording(table(tmp_path, AUTUMN))


@pytest.mark.parametrize(
    "stamp", ["{time} Mar 04 2026", "04-Mar-2026 {time}", "4 March 2026 {time}", "Mar 4, 2026 {time}", "04-MAR-26 {time}", "4. März 2026 {time}"]
)
def test_a_month_may_stand_there_by_its_name(stamp: str, tmp_path: Path) -> None:
    told = about(table(tmp_path, rows("Time;HR [/min]", f"{stamp};72")))
    assert (told["start"], told["duration_s"]) == ("2026-03-04T10:00:00", 119.0)


def test_stamps_without_seconds_are_read_by_the_row(tmp_path: Path) -> None:
    stamps = [f"2026-03-04 10:{n // 60:02}" for n in range(20, 620)]
    text = "Time,HR [/min],SpO2 [%]\n" + "".join(f"{stamp},72,{80 if 200 <= n < 260 else 97}\n" for n, stamp in enumerate(stamps))
    path = table(tmp_path, text)
    low = [t for t, signal, value in everything(open_recording(path)) if signal is Signal.SPO2 and value == 80]
    assert (len(low), low[0]) == (60, 200)
    assert any("by row number at 1 Hz" in d["sentence"] for d in about(path)["doubts"])


def test_what_stands_below_settings_is_no_measurement(tmp_path: Path) -> None:
    path = table(tmp_path, rows(",Settings,,Measured,,\nTime,RR,TV,RR,Resp Rate,SpO2\n,bpm,ml,bpm,bpm,%", "{time},8,500,,14,97"))
    used = {line["signal"]: line["name"] for line in inspect(path) if line.get("used")}
    assert used == {"rr": "Resp Rate", "spo2": "SpO2"}
    assert {value for _, signal, value in everything(open_recording(path)) if signal is Signal.RR} == {14.0}


def test_a_counter_is_offered_as_the_time_and_read_with_its_unit(tmp_path: Path) -> None:
    text = rows("HR|O2Sat|ICULOS", "72|97|{n}", range(1, 30))
    with pytest.raises(BadFile, match=r'ICULOS counts up by one a row: if it is the time, write its unit, for example "ICULOS \[h\]"'):
        open_recording(table(tmp_path, text))
    assert about(table(tmp_path, text.replace("ICULOS", "ICULOS [h]"), "hours.psv"))["duration_s"] == 28 * 3600


LONG = {
    "as it is written most": "Time,Parameter,Value\n{time},{name},{value}",
    "without a header": "{time},{name},{value}",
    "in another order": "value;signal;timestamp\n{value};{name};{time}",
    "with units": "time\tvariable\tvalue\tunits\n{time}\t{name}\t{value}\t{unit}",
    "with columns that say more": "id,Time,Item,Result,UOM,by\n7,{time},{name},{value},{unit},ward",
}


@pytest.mark.parametrize("layout", LONG)
@pytest.mark.parametrize("by_name", [False, True], ids=["by time", "name after name"])
def test_one_value_a_row_is_read_like_one_column_a_signal(layout: str, by_name: bool, tmp_path: Path) -> None:
    *header, row = LONG[layout].split("\n")
    values = [(n, name, unit, value) for n in SECONDS for name, unit, value in (("HR", "/min", 70 + n % 3), ("SpO2", "%", 97))]
    if by_name:
        values.sort(key=lambda one: one[1])
    told = [
        row.format(time=f"2026-03-04 10:{n // 60:02}:{n % 60:02}", name=name, unit=unit, value=value) for n, name, unit, value in values
    ]
    wide = rows("Time,HR [/min],SpO2 [%]", "{n},70,97").splitlines()
    wide = [wide[0], *(f"2026-03-04 10:{n // 60:02}:{n % 60:02},{70 + n % 3},97" for n in SECONDS)]
    long = open_recording(table(tmp_path, "\n".join([*header, *told]) + "\n"))
    assert everything(long) == everything(open_recording(table(tmp_path, "\n".join(wide) + "\n", "wide.csv")))
    assert long.start == "2026-03-04T10:00:00"


def test_two_values_of_one_time_are_a_conflict_in_a_long_table_too(tmp_path: Path) -> None:
    text = rows("Time,Parameter,Value", "{time},SpO2,97", range(30)) + "10:00:29,SpO2,77\n"
    (doubt,) = [d for d in about(table(tmp_path, text))["doubts"] if d["kind"] == "conflict"]
    assert doubt["place"] == "line 32" and "the last one counts" in doubt["sentence"]
    json.dumps(about(table(tmp_path, text)), allow_nan=False)
