"""The shared example recordings, against the figures of their README; and thousands of damaged copies of them.

They lie in ``../shared/recordings`` beside the repository, or where ``INFUSION_RECORDINGS`` points.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor.sources.recorded import RecordedSource, inspect, open_recording
from monitor.sources.recorded.files import UNFORESEEN
from monitor.sources.source import BadFile
from monitor.vitals import CUFF, Quality, Signal

ROOT = Path(os.environ.get("INFUSION_RECORDINGS") or Path(__file__).parents[3] / "shared" / "recordings")
pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason="the shared recordings are not here (set INFUSION_RECORDINGS)")

TREND = "wfdb-python/s25047-2704-05-04-10-44n.hea"


def lines(name: str) -> list[dict[str, Any]]:
    found = list(inspect(ROOT / name))
    json.dumps(found, allow_nan=False)
    return found


def channels(name: str) -> dict[str, dict[str, Any]]:
    return {line["name"].rsplit("/", 1)[-1]: line for line in lines(name)[:-1]}


def everything(source: RecordedSource) -> list[tuple[int, Signal, float, Quality]]:
    assert source.length_s is not None
    return [(t, n.signal, n.value, n.quality) for t, row in source.read(source.length_s) for n in row]


@pytest.mark.parametrize(
    ("name", "channel", "signal", "figures", "missing", "count"),
    [
        ("bidmc/bidmc_01_Numerics.csv", "HR", "hr", (88, 91, 95), 0, 481),
        ("bidmc/bidmc_01_Numerics.csv", "PULSE", "pulse", (89, 91, 94), 13, 481),
        ("bidmc/bidmc_01_Numerics.csv", "RESP", "rr", (20, 21, 26), 0, 481),
        ("bidmc/bidmc_01_Numerics.csv", "SpO2", "spo2", (96, 97, 98), 13, 481),
        ("bidmc/bidmc_09_Numerics.csv", "PULSE", "pulse", (75, 77, 79), 0, 481),
        ("bidmc/bidmc_09_Numerics.csv", "SpO2", "spo2", (93, 93, 93), 0, 481),
        ("bidmc/bidmc_09_Signals.csv", "ABP", None, (62.2, 87.4, 178.4), 0, 60001),
        (TREND, "HR", "hr", (44.7, 63.4, 103), 28, 72),
        (TREND, "SpO2", "spo2", (36, 98.3, 100), 11, 72),
        (TREND, "NBPSys", "nibp_sys", (40, 88.5, 160), 54, 72),
        (TREND, "NBPMean", "nibp_mean", (29, 65, 139), 51, 72),
        ("wfdb-python/mixedsignals.hea", "ABP", None, (70.25, 104.2, 171.125), 192, 28800),
        ("wfdb-python/mixedsignals.hea", "II", "ecg", (-0.915, -0.03, 1.305), 1024, 57600),
        ("wfdb-python/v102s.hea", "PLETH", "pleth", (-1.64, 0.01, 1.64), 17, 75000),
        ("induced-hypoxia/100001.csv", "SpO2 5", "spo2", (67, 91, 100), 0, 1090),
        ("induced-hypoxia/100001.csv", "RR ECG 3", "hr", (49, 60, 73), 0, 1090),
        ("induced-hypoxia/100001.csv", "Rig FiO2", "etco2", (27.2, 31.8, 37.8), 0, 1090),
        ("induced-hypoxia/100001.csv", "column 46", "rr", (10, 17, 19), 0, 1090),
        ("induced-hypoxia/100002.csv", "Pulse 5", "pulse", (60, 75, 96), 0, 1122),
        ("vital-intellivue/test_intelliue_demo2.vital", "PLETH_SAT_O2", "spo2", (95, 95, 95), 0, 213),
        ("vital-intellivue/test_intelliue_demo2.vital", "ABP", None, (70, 87.4, 120.2), 0, 27264),
    ],
)
def test_the_figures_are_those_of_the_readme(
    name: str, channel: str, signal: str | None, figures: tuple[float, float, float], missing: int, count: int
) -> None:
    found = channels(name)[channel]
    assert (found["signal"], found["missing"], found["count"]) == (signal, missing, count)
    assert (found["min"], found["median"], found["max"]) == pytest.approx(figures, abs=0.06)


@pytest.mark.parametrize(
    ("name", "kind", "start", "duration"),
    [
        ("bidmc/bidmc_01_Numerics.csv", "bidmc-numerics-csv", None, 480),
        ("bidmc/bidmc_01_Signals.csv", "bidmc-signals-csv", None, 480),
        ("induced-hypoxia/100001.csv", "hypoxia-csv", "09:25:02", 1089),
        (TREND, "wfdb", "2704-05-04T10:44:18.529", 4320),
        ("wfdb-python/a103l.mat", "wfdb", None, 330),
        ("wfdb-python/mixedsignals.hea", "wfdb", None, 230.5),
        ("vital-intellivue/test_data_demo.vital", "vital", "2019-07-11T09:54:25.138+00:00", 37.3),
    ],
)
def test_the_last_line_says_what_it_is(name: str, kind: str, start: str | None, duration: float) -> None:
    last = lines(name)[-1]
    assert (last["kind"], last["start"]) == (kind, start)
    assert last["duration_s"] == pytest.approx(duration, abs=0.05)


def test_one_run_without_saturation_is_one_gap() -> None:
    assert channels("bidmc/bidmc_01_Numerics.csv")["SpO2"]["gaps"] == 1
    assert all(c["gaps"] == 0 for c in channels("vital-intellivue/test_intelliue_demo2.vital").values())


def test_the_time_below_90_and_80_percent_is_that_of_the_readme() -> None:
    for name, below_90, below_80 in (("100001.csv", 504, 294), ("100002.csv", 462, 146)):
        source = open_recording(ROOT / "induced-hypoxia" / name)
        spo2 = [v for _, s, v, q in everything(source) if s is Signal.SPO2 and q is Quality.OK]
        assert (sum(v < 90 for v in spo2), sum(v < 80 for v in spo2)) == (below_90, below_80)
        assert next(c.name for c in source.channels if c.signal is Signal.SPO2) == "SpO2 5"


def test_no_status_number_and_no_artefact_is_ever_a_measurement() -> None:
    for name in ("induced-hypoxia/100001.csv", "induced-hypoxia/100002.csv", TREND):
        source = open_recording(ROOT / name)
        good = [(s, v) for _, s, v, q in everything(source) if q is Quality.OK]
        assert max(v for s, v in good if s is Signal.RR) < 60
        assert min(v for s, v in good if s is Signal.SPO2) >= 50
        assert max(v for s, v in good if s is Signal.PULSE) < 250
    flagged = [v for _, s, v, q in everything(open_recording(ROOT / TREND)) if s is Signal.PULSE and q is Quality.IMPLAUSIBLE]
    assert flagged == [277.0, 272.8]


def test_a_sparse_cuff_stays_a_point_at_its_own_minute() -> None:
    cuff = [(t, s) for t, s, _, _ in everything(open_recording(ROOT / TREND)) if s in CUFF]
    assert len({t for t, _ in cuff}) == 21
    assert all(t % 60 == 0 for t, _ in cuff)


def test_the_device_demo_is_labelled_and_its_held_cuff_is_one_reading() -> None:
    source = open_recording(ROOT / "vital-intellivue/test_intelliue_demo2.vital")
    assert "device demo mode" in source.label
    samples = everything(source)
    assert [(t, v) for t, s, v, _ in samples if s is Signal.NIBP_SYS] == [(2, 120.0)]
    assert sum(s is Signal.HR for _, s, _, _ in samples) == 213
    assert {Signal.ABP_SYS, Signal.NIBP_SYS} <= {c.signal for c in source.channels}


@pytest.mark.parametrize("number", ["01", "09"])
def test_no_order_of_the_header_brings_a_wrong_number_to_a_room(tmp_path: Path, number: str) -> None:
    text = (ROOT / f"bidmc/bidmc_{number}_Numerics.csv").read_text().splitlines()
    truly = ["HR", "PULSE", "RESP", "SpO2"]
    alike = {"HR": "rate", "PULSE": "rate", "RESP": "breathing", "SpO2": "saturation"}
    for order in itertools.permutations(truly):
        path = tmp_path / "p.csv"
        path.write_text("\n".join(["Time [s], " + ", ".join(order), *text[1:]]) + "\n")
        for line, true in zip(list(inspect(path))[:-1], truly, strict=True):
            assert not line["used"] or alike[line["name"]] == alike[true]


@pytest.mark.parametrize(
    "name", ["bidmc/bidmc_09_Signals.csv", "wfdb-python/a103l.hea", "wfdb-python/v102s.hea", "wfdb-python/mixedsignals.hea"]
)
def test_a_recording_of_waves_only_does_not_open_in_a_room(name: str) -> None:
    with pytest.raises(BadFile, match="has no numerics"):
        open_recording(ROOT / name)


@pytest.mark.parametrize(
    "name",
    [
        "hl7v2/philips-mdil-oru-r01.hl7",
        "biosppy/ecg.txt",
        "fhir/phd-rtsa-example.json",
        "fhir/uv-pocd-Observation-HeartRateNumericObservation.xml",
        "bidmc/README",
        "bidmc/LICENSE",
        "induced-hypoxia/metadata.csv",
    ],
)
def test_what_is_not_read_is_said_in_one_sentence(name: str) -> None:
    with pytest.raises(BadFile) as caught:
        inspect(ROOT / name)
    assert "\n" not in str(caught.value)
    assert UNFORESEEN not in str(caught.value)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """One of the ways in which a file comes to harm."""
    raw = bytearray(data)
    at, width = dice.randrange(len(raw)), dice.randrange(1, 300)
    match dice.randrange(6):
        case 0:
            return bytes(raw[:at])
        case 1:
            for _ in range(dice.randrange(1, 60)):
                raw[dice.randrange(len(raw))] = dice.randrange(256)
        case 2:
            del raw[at : at + width]
        case 3:
            raw[at:at] = dice.randbytes(width)
        case 4:
            for _ in range(dice.randrange(1, 9)):
                raw[dice.randrange(min(len(raw), 200))] = dice.randrange(256)
        case _:
            rows = bytes(raw).split(b"\n")
            column = dice.randrange(8)
            return b"\n".join(b",".join(c for i, c in enumerate(r.split(b",")) if i != column) for r in rows)
    return bytes(raw)


@pytest.mark.parametrize(
    ("name", "unpack"),
    [
        ("bidmc/bidmc_01_Numerics.csv", False),
        ("induced-hypoxia/100001.csv", False),
        (TREND, False),
        ("wfdb-python/a103l.hea", False),
        ("vital-intellivue/test_data_demo.vital", False),
        ("vital-intellivue/test_data_demo.vital", True),
    ],
)
def test_whatever_happens_to_a_file_it_is_read_or_refused_in_a_sentence(tmp_path: Path, name: str, unpack: bool) -> None:
    dice = random.Random(f"{name} {unpack}")
    source = ROOT / name
    for beside in source.parent.iterdir():
        if source.suffix == ".hea" and beside.suffix in (".dat", ".mat"):
            shutil.copyfile(beside, tmp_path / beside.name)
    whole = source.read_bytes()
    for _ in range(40):
        data = gzip.compress(damaged(gzip.decompress(whole), dice), 1) if unpack else damaged(whole, dice)
        path = tmp_path / source.name
        path.write_bytes(data)
        try:
            json.dumps(list(inspect(path)), allow_nan=False)
            everything(open_recording(path))
        except BadFile as refused:
            assert "\n" not in str(refused)
            assert UNFORESEEN not in str(refused)
