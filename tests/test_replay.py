"""Replay: a recording and what was charted in, prompts and one digest out, the same ones every time."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor import events as e
from monitor import settings
from monitor.infusion import Order
from monitor.protocol.document import Document
from monitor.review.replay import Replay, Said, described, read_said
from monitor.sources.recorded import open_recording, write_recording
from monitor.sources.source import BadFile
from monitor.vitals import CUFF, Channel, Numeric, Signal, numeric
from monitor.yamlmarks import read_yaml
from tests.bedside import spo2
from tests.conftest import EXAMPLE

RECORDINGS = Path(os.environ.get("INFUSION_RECORDINGS") or settings.HOME.parent / "shared" / "recordings")
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the shared recordings are not here")
ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)
Change = tuple[int, str, str]


def written(path: Path, values: str, cuff: dict[int, tuple[float, float]] | None = None) -> Path:
    """A recording with SpO2 as in the notation of ``bedside.spo2``, all else normal."""
    channels = [Channel(s, 1.0, s.value) for s in (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR)]
    channels += [Channel(s, 300.0, s.value) for s in CUFF]
    rows: list[tuple[int, list[Numeric]]] = []
    for at, sample in spo2(values):
        row = [numeric(Signal.HR, 72, at), numeric(Signal.PULSE, 72, at), numeric(Signal.RR, 14, at)]
        row += [numeric(Signal.SPO2, float(v), at) for v in sample.values() if v is not None]
        if cuff and at in cuff:
            sys, dia = cuff[at]
            row += [numeric(s, v, at) for s, v in zip(CUFF, (sys, dia, dia + (sys - dia) / 3), strict=True)]
        rows.append((at, row))
    write_recording(path, rows, channels, label="test")
    return path


def play(
    document: Document, path: Path, order: Order | None = None, baseline: str | None = None, said: Sequence[Said] = ()
) -> tuple[list[Change], Replay]:
    source = open_recording(path)
    replay = Replay(document, source, order, baseline, said, "events.csv")
    changes = list(replay.run(source.read(source.length_s or 0)))
    return [(at, c.rule, c.state.value) for at, c in changes], replay


def begun(changes: list[Change]) -> set[str]:
    return {rule for _, rule, state in changes if state == "active"}


def said(*lines: tuple[int, str]) -> list[Said]:
    return [Said(at, n + 2, tuple(words.split())) for n, (at, words) in enumerate(lines)]


# ---- what is replayed ----


def test_a_desaturation_is_prompted_when_the_protocol_says(document: Document, tmp_path: Path) -> None:
    changes, replay = play(document, written(tmp_path / "a.csv", "98x30 92x30 98x60"))
    assert [c for c in changes if c[1] == "D-7"] == [
        (30, "D-7", "pending"), (45, "D-7", "active"), (65, "D-7", "over"), (80, "D-7", "resolved")
    ]  # fmt: skip
    assert replay.ticks == 120
    assert replay.counts["medium"] == 1


def test_without_an_order_only_vital_and_technical_rules_apply(document: Document, tmp_path: Path) -> None:
    changes, _ = play(document, written(tmp_path / "a.csv", "98x1500"))
    assert begun(changes) == {"T-8"}, "its pulse never moves; nothing about infusion or charting is called for"


def test_with_an_order_the_infusion_starts_with_the_recording_and_ends_as_ordered(document: Document, tmp_path: Path) -> None:
    order = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=30)
    changes, _ = play(document, written(tmp_path / "a.csv", "98x2100"), order)
    pump = [(at, state) for at, rule, state in changes if rule == "D-30" and state == "active"]
    assert pump[0] == (120, "active"), "the start was not confirmed by eye"
    assert any(rule == "D-35" for rule in begun(changes)), "scores are due"
    assert not any(rule == "D-31" and at > 1800 and state == "active" for at, rule, state in changes)


def test_what_was_charted_about_the_pump_stands_in_place_of_the_order(document: Document, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "98x900")
    changes, _ = play(document, path, ORDER, said=said((400, "start 0.75")))
    assert [at for at, rule, state in changes if (rule, state) == ("D-30", "active")] == [520]
    later, _ = play(document, path, ORDER, said=said((400, "start 0.75"), (450, "pump running")))
    assert "D-30" not in begun(later)


def test_what_is_charted_takes_part_in_its_own_second(document: Document, tmp_path: Path) -> None:
    changes, _ = play(document, written(tmp_path / "a.csv", "98x100"), ORDER, said=said((50, "sedation 1"), (60, "answer E-1 did stop")))
    assert [(at, state) for at, rule, state in changes if rule == "E-1"] == [(50, "active")]


def test_a_rise_over_the_baseline_needs_the_baseline(document: Document, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "98x100", cuff={20: (152, 80)})
    assert "D-1" not in begun(play(document, path, ORDER)[0])
    assert (20, "D-1", "active") in play(document, path, ORDER, "120/75")[0]


def test_each_prompt_says_where_it_comes_from(document: Document, tmp_path: Path) -> None:
    source = open_recording(written(tmp_path / "a.csv", "98x5 84x20"))
    at, change = next(x for x in Replay(document, source).run(source.read(25)) if x[1].rule == "E-2")
    said_of_it = described(document, at, change)
    assert (said_of_it["at_s"], said_of_it["priority"], said_of_it["state"], said_of_it["signals"]) == (10, "high", "active", ["spo2"])
    assert said_of_it["values"] == [{"name": "spo2", "value": 84.0, "at_s": 10, "note": "< 85"}]
    assert {"line", "source", "limit", "action"} == set(said_of_it["cites"])
    assert said_of_it["options"]


# ---- the digest ----


def test_the_name_of_the_file_changes_nothing(document: Document, tmp_path: Path) -> None:
    text = "98x30 92x30 _x30 98x60 80x5"
    first, second = (play(document, written(tmp_path / name, text))[1].digest for name in ("a.csv", "b.csv"))
    assert first == second


def test_another_value_another_entry_or_another_protocol_is_another_digest(document: Document, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "98x30 92x60")
    lower = written(tmp_path / "b.csv", "98x30 91x60")
    data, _ = read_yaml(EXAMPLE)
    assert isinstance(data, dict)
    changed = Document.model_validate({**data, "version": "0.2"})
    digests = [
        play(document, path, ORDER)[1].digest,
        play(document, lower, ORDER)[1].digest,
        play(document, path, ORDER, said=said((80, "nausea 7")))[1].digest,
        play(changed, path, ORDER)[1].digest,
    ]
    assert len(set(digests)) == 4


STEPS = st.lists(st.tuples(st.sampled_from(["98", "93", "88", "84", "_"]), st.integers(1, 30)), min_size=1, max_size=8)


@hypothesis_settings(max_examples=15)
@given(steps=STEPS)
def test_any_recording_gives_the_same_prompts_twice(
    document: Document, steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("any") / "a.csv", " ".join(f"{value}x{times}" for value, times in steps))
    (one, first), (two, second) = play(document, path, ORDER), play(document, path, ORDER)
    assert one == two
    assert first.digest == second.digest
    assert first.ticks == second.ticks


@needs_recordings
@pytest.mark.parametrize("name", ["bidmc/bidmc_01_Numerics.csv", "induced-hypoxia/100001.csv", "wfdb-python/s25047-2704-05-04-10-44n.hea"])
def test_a_real_recording_gives_the_same_digest_twice(document: Document, name: str) -> None:
    first, second = (play(document, RECORDINGS / name)[1] for _ in range(2))
    assert first.ticks > 100
    assert (first.digest, first.counts) == (second.digest, second.counts)


@needs_recordings
@pytest.mark.parametrize("hours", [1, 5, 20])
def test_another_time_of_day_changes_no_prompt(document: Document, tmp_path: Path, hours: int) -> None:
    original = RECORDINGS / "induced-hypoxia" / "100001.csv"
    text = original.read_text(encoding="utf-8-sig")
    shifted = re.sub(r"^ (\d\d):", lambda m: f" {(int(m[1]) + hours) % 24:02}:", text, flags=re.M)
    assert shifted != text
    (tmp_path / "100001.csv").write_text(shifted, encoding="utf-8-sig")
    changes, replay = play(document, tmp_path / "100001.csv")
    expected, first = play(document, original)
    assert changes == expected
    assert (replay.digest, replay.ticks) == (first.digest, first.ticks)


# ---- event files ----


def test_an_event_file_is_what_was_charted_with_its_lines(document: Document, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("by,at_s,entry\nanna,60,nausea 5\n\nben,90,drug ondansetron 4\n", encoding="utf-8")
    assert [(s.at, s.line, s.words) for s in read_said(file, document)] == [
        (60, 2, ("nausea", "5")), (90, 4, ("drug", "ondansetron", "4"))
    ]  # fmt: skip


def test_an_entry_may_be_written_over_several_columns(document: Document, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("at_s,what,value\n60,nausea,5\n70,seen,\n", encoding="utf-8")
    assert [s.words for s in read_said(file, document)] == [("nausea", "5"), ("seen",)]


BAD = {
    "when,entry\n60,nausea 5\n": 1,
    "": 1,
    "at_s,entry\n60,nausea 5\nsoon,nausea 5\n": 3,
    "at_s,entry\n-1,nausea 5\n": 2,
    "at_s,entry\ninf,nausea 5\n": 2,
    "at_s,entry\nnan,nausea 5\n": 2,
    "at_s,entry\n60,\n": 2,
    "at_s,entry\n60,nausea\n": 2,
    "at_s,entry\n60,nausea 11\n": 2,
    "at_s,entry\n60,nausea 5.5\n": 2,
    "at_s,entry\n60,joy 5\n": 2,
    "at_s,entry\n60,symptom itch\n": 2,
    "at_s,entry\n60,drug aspirin 4\n": 2,
    "at_s,entry\n60,drug ondansetron -4\n": 2,
    "at_s,entry\n60,start\n": 2,
    "at_s,entry\n60,start fast\n": 2,
    "at_s,entry\n60,start 101\n": 2,
    "at_s,entry\n60,start nan\n": 2,
    "at_s,entry\n60,baseline 75/120\n": 2,
    "at_s,entry\n60,baseline 999/120\n": 2,
    "at_s,entry\n60,cuff_every 5\n": 2,
    "at_s,entry\n60,away 90\n": 2,
    "at_s,entry\n60,answer D-7 maybe\n": 2,
    "at_s,entry\n60,answer D-777 did\n": 2,
    "at_s,entry\n60,answer D-7 did\n61,answer D-7 did pray\n": 3,
    "at_s,entry\n3600,nausea 5\n3601,nausea 5\n": 3,
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_event_file_is_named_with_its_line(document: Document, tmp_path: Path, text: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        read_said(file, document, 3600)
    assert (caught.value.file, caught.value.line) == (str(file), BAD[text])
    assert "\n" not in str(caught.value)
    assert "validation error" not in str(caught.value)


def test_an_event_file_that_is_not_there_is_named(document: Document, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_said(tmp_path / "nowhere.csv", document)


def test_every_way_of_charting_is_read(document: Document, tmp_path: Path) -> None:
    lines = ["nausea 5", "nausea unasked", "seen", "iv_site problem", "breathing 8", "symptom chest_pain", "no_symptom chest_pain",
             "drug ondansetron 4", "drug ondansetron", "start 0.75", "rate 0.4", "pause", "resume 0.75", "check consent yes",
             "baseline 120/75", "cuff_every 300", "watch anna", "unwatch", "away 5", "back", "answer D-7 deferred", "emergency",
             "emergency_end", "stop", "discharge anna"]  # fmt: skip
    file = tmp_path / "events.csv"
    file.write_text("at_s,entry\n" + "".join(f"{n},{line}\n" for n, line in enumerate(lines)), encoding="utf-8")
    entries = read_said(file, document)
    assert len(entries) == len(lines)
    path = written(tmp_path / "a.csv", "98x60")
    changes, replay = play(document, path, ORDER, said=entries)
    assert replay.ticks == 60
    assert {"E-4", "E-5"} <= begun(changes)
    assert all(e.PromptState(state) for _, _, state in changes)
