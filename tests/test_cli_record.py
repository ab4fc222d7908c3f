"""The command line about the record and the protocol: what verify finds, what the cases say."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated
from monitor.protocol.document import load_protocol
from monitor.review import called
from monitor.store import open_log
from monitor.store.log import Draft
from monitor.ward import Ward, drafts
from tests.commanded import Done, run
from tests.conftest import EXAMPLE, cases_of


def objects(done: Done) -> list[dict[str, Any]]:
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- verify ----


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one session of two minutes and a bit, assessed without waiting."""
    path = tmp_path_factory.mktemp("store") / "log.db"
    document = load_protocol(EXAMPLE)
    log = open_log(path)
    admitted = admit_simulated("1", Patient("Otter"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 60.0, "nurse")
    log.append(session, drafts([e.Scored(scale="nausea", value=8), e.SymptomCharted(symptom="seizure")], "nurse"))
    ward = Ward(log, document, log.number_lease("test"))
    ward.round()
    course = ward.courses[session]
    with log.transaction(ward.lease) as writing:
        course.pace.tick = 150.0
        course.advance(writing, course.pace.mono)
    log.close()
    return path


def edited(stored: Path, folder: Path, edit: str) -> str:
    """A copy, edited as somebody with the file in hands would."""
    copy = folder / "edited.db"
    shutil.copy(stored, copy)
    with sqlite3.connect(copy) as raw:
        guards = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            raw.execute(f'DROP TRIGGER "{name}"')
        assert raw.execute(edit).rowcount > 0
        for _, sql in guards:
            raw.execute(sql)
    raw.close()
    return f"sqlite:///{copy}"


def test_an_untouched_record_is_whole_and_says_the_same_again(stored: Path) -> None:
    done = run("verify", "--store", f"sqlite:///{stored}", "--again", "--json")
    assert done.returncode == 0, done.stderr
    again, summary = objects(done)
    assert again["same"] is True
    assert again["digest"] == again["again"]
    assert again["ticks"] == 151
    assert (summary["sessions"], summary["faults"]) == (1, 0)


EDITS = {
    "a score": """UPDATE events SET body = replace(body, '"value":8', '"value":1') WHERE kind = 'scored'""",
    "who charted it": "UPDATE events SET by = 'somebody' WHERE kind = 'scored'",
    "when it counted": "UPDATE events SET tick = tick + 1 WHERE kind = 'scored'",
    "an event taken out": "DELETE FROM events WHERE kind = 'symptom_charted'",
    "a sample": "UPDATE samples SET row = CAST(substr(row, 1, length(row) - 1) || x'01' AS BLOB) WHERE tick = 30",
    "a second taken out": "DELETE FROM samples WHERE tick = 30",
}


@pytest.mark.parametrize("name", EDITS)
def test_whatever_was_edited_is_found(stored: Path, tmp_path: Path, name: str) -> None:
    done = run("verify", "--store", edited(stored, tmp_path, EDITS[name]), "--json")
    *faults, summary = objects(done)
    assert done.returncode == 1
    assert summary["faults"] == len(faults) > 0
    assert {f["session"] for f in faults} == {1}
    assert all(f["fault"] for f in faults)


def test_a_file_that_is_no_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database, only words that stand in a file\n" * 30, encoding="utf-8")
    done = run("verify", "--store", f"sqlite:///{tmp_path / 'x.db'}")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


# ---- the protocol's cases ----


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The example with its rules before the start only, and their cases, so that one run is short."""
    whole = EXAMPLE.read_text(encoding="utf-8")
    before = whole[: whole.index("  # ================= during")].replace("    unless: [D-4]\n", "")  # D-4 is not among them
    (tmp_path / "example.yaml").write_text(before, encoding="utf-8")
    cases = "".join(line for line in cases_of("B-").splitlines(keepends=True) if "D-4" not in line)
    (tmp_path / "example.cases.yaml").write_text(cases, encoding="utf-8")
    return tmp_path / "example.yaml"


def test_a_protocol_whose_cases_hold_passes_rule_by_rule(copied: Path) -> None:
    done = run("protocol", "check", copied, "--json")
    assert done.returncode == 0, done.stderr
    *rules, summary = objects(done)
    assert {r["rule"] for r in rules} == {"B-1", "B-2", "B-3", "B-4", "B-5", "B-6"}
    assert all(r["missing"] == [] and r["failed"] == 0 and r["cases"] >= 4 for r in rules)
    assert (summary["failed"], summary["rules_lacking_cases"], summary["rules"]) == (0, 0, 6)
    assert summary["signed"] is False


def test_rules_without_cases_fail_the_check_and_are_named(copied: Path) -> None:
    cases = copied.with_suffix(".cases.yaml")
    kept = [line for line in cases.read_text(encoding="utf-8").splitlines(keepends=True) if "rule: B-3, shows: fires" not in line]
    cases.write_text("".join(kept), encoding="utf-8")
    done = run("protocol", "check", copied, "--json")
    *rules, summary = objects(done)
    assert done.returncode == 1
    assert (summary["failed"], summary["rules_lacking_cases"]) == (0, 1)
    assert {r["rule"]: r["missing"] for r in rules if r["missing"]} == {"B-3": ["fires"]}


def test_a_case_that_does_not_hold_is_named_with_its_line(copied: Path) -> None:
    cases = copied.with_suffix(".cases.yaml")
    text = cases.read_text(encoding="utf-8")
    cases.write_text(text.replace('expect: ["0:10 B-1 active"]', 'expect: ["0:11 B-1 active"]', 1), encoding="utf-8")
    line = text[: text.index('expect: ["0:10 B-1 active"]')].count("\n") + 1
    done = run("protocol", "check", copied)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{cases}:{line}: B-1: ")
    assert "Traceback" not in done.stderr


def test_a_protocol_without_cases_is_said_so(copied: Path) -> None:
    copied.with_suffix(".cases.yaml").unlink()
    done = run("protocol", "check", copied)
    assert done.returncode == 1
    assert "example.cases.yaml" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_bad_protocol_starts_nothing(copied: Path, tmp_path: Path) -> None:
    copied.write_text(
        copied.read_text(encoding="utf-8").replace("{fact: blocking_open, for: 5 min}", "{fact: blocking_open, for: 5}", 1),
        encoding="utf-8",
    )
    rooms = tmp_path / "rooms.yaml"
    rooms.write_text('station: x\nprotocol: example.yaml\nrooms:\n  - room: "1"\n', encoding="utf-8")
    done = run("serve", "--rooms", rooms, "--store", f"sqlite:///{tmp_path / 'log.db'}")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{copied}:")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "log.db").exists()


# ---- one session that cannot be assessed ----


@pytest.fixture
def with_an_unknown_entry(stored: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "log.db"
    shutil.copy(stored, copy)
    log, document = open_log(copy), load_protocol(EXAMPLE)
    admitted = admit_simulated("2", Patient("Maple"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 7, document)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
    log.append(session, [Draft("mood_reported_v9", "nurse", '{"kind":"mood_reported_v9"}')])
    log.close()
    return copy


def test_a_session_that_cannot_be_assessed_again_is_named_and_the_others_are_assessed(with_an_unknown_entry: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{with_an_unknown_entry}"
    done = run("verify", "--store", store, "--again", "--json")
    first, second, summary = objects(done)
    assert (done.returncode, first["same"], summary["faults"]) == (1, True, 1)
    assert second["fault"].startswith("session 2 cannot be assessed again: entry ")
    assert run("backup", str(tmp_path / "b.db"), "--store", store).returncode == 0
    restored = run("restore", str(tmp_path / "b.db"), "--store", f"sqlite:///{tmp_path / 'r.db'}")
    assert restored.returncode == 1
    assert "session 2 cannot be assessed again" in restored.stdout and "2 sessions, verified; 1 give the same prompts again" in restored.stdout
    assert (tmp_path / "r.db").exists()


# ---- review ----


def test_a_session_is_reviewed_and_laid_beside_another_protocol(stored: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{stored}"
    *told, summary = objects(run("review", "1", "--store", store, "--json"))
    rules = [line["called"] for line in told if "called" in line]
    assert rules and summary["episodes"] == len(rules)
    assert summary["without_act"] == len([line for line in told if "called" in line and line["delay_s"] is None])
    *_, same = objects(run("review", "1", "--store", store, "--json", "--instead"))
    assert same["instead"] == {} and same["episodes"] == summary["episodes"]
    other = tmp_path / "other.yaml"
    other.write_text(EXAMPLE.read_text(encoding="utf-8").replace("title:", "title: Another", 1), encoding="utf-8")
    *_, renamed = objects(run("review", "1", "--store", store, "--json", "--instead", "--protocol", str(other)))
    assert renamed["instead"] == {}, "another title calls for nothing else"
    one = called.Called(rules[0], 1, "high", "", 5)
    assert called.instead([one], []) == {rules[0]: {"was": 1, "would_be": 0}}


def test_a_session_that_is_not_there_is_said(stored: Path) -> None:
    refused = run("review", "77", "--store", f"sqlite:///{stored}")
    assert (refused.returncode, refused.stderr.strip()) == (1, "there is no session 77")
