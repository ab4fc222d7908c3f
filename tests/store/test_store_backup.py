"""Backup and restore on the command line: what is proved appears, anything else is one sentence and leaves nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.store import open_log
from monitor.store.log import StoreError
from promises import edits
from promises.load import Load


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def refused(*arguments: str | Path) -> str:
    """The one sentence with which a command ended."""
    done = run(*arguments)
    assert done.exit_code == 1
    assert not done.stdout
    said = str(done.exception) if isinstance(done.exception, StoreError) else done.stderr
    assert len(said.strip().splitlines()) == 1, said
    return said


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a ward that has been at work for half a minute."""
    path = tmp_path_factory.mktemp("ward") / "log.db"
    with closing(open_log(path)) as log:
        load = Load(log, rooms=2, seed=1)
        for _ in range(30):
            load.second()
        load.lease.release()
    return path


@pytest.fixture
def kept(ward: Path, tmp_path: Path) -> Path:
    out = tmp_path / "ward.backup"
    assert run("backup", out, "--store", f"sqlite:///{ward}").exit_code == 0
    return out


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def test_what_comes_back_is_what_was_there(ward: Path, kept: Path, tmp_path: Path) -> None:
    store = tmp_path / "new.db"
    done = run("restore", kept, "--store", f"sqlite:///{store}", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {"restored": str(store), "sessions": 2, "same": 2, "others": [], "other_version": []}
    assert content(store) == content(ward)
    assert oct(store.stat().st_mode & 0o777) == "0o600"


def test_a_backup_is_one_file_and_says_its_heads(ward: Path, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "a.backup", "--store", f"sqlite:///{ward}", "--json")
    with closing(open_log(ward)) as log:
        assert json.loads(done.stdout)["heads"] == {str(h.session): h.hash for h in log.heads()}
    assert [path.name for path in tmp_path.iterdir()] == ["a.backup"]


def test_nothing_is_written_over(ward: Path, kept: Path, tmp_path: Path) -> None:
    before = kept.read_bytes(), ward.read_bytes()
    assert "is there already" in refused("backup", kept, "--store", f"sqlite:///{ward}")
    assert "is there already" in refused("restore", kept, "--store", f"sqlite:///{ward}")
    assert (kept.read_bytes(), ward.read_bytes()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["ward.backup"]


def test_a_store_that_is_not_whole_gives_no_backup_and_a_backup_that_is_not_whole_no_store(tmp_path: Path) -> None:
    edits.store(tmp_path / "log.db")
    with closing(edits.Trial(tmp_path / "log.db")) as trial:
        assert trial.faults("DELETE FROM events WHERE session = 1 AND seq = 3")
    edited = tmp_path / "tampered.db"
    for command in (("backup", tmp_path / "out", "--store", edited), ("restore", edited, "--store", tmp_path / "out")):
        assert "event 3 is missing" in refused(*command)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(("out", ".out"))]


def test_what_is_no_backup_is_refused_by_its_name(tmp_path: Path) -> None:
    words, empty, other = tmp_path / "words", tmp_path / "empty", tmp_path / "other"
    words.write_text("only words\n" * 500, encoding="utf-8")
    empty.touch()
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE x (y)")
    for path in (words, empty, other, tmp_path / "gone"):
        assert str(path) in refused("restore", path, "--store", f"sqlite:///{tmp_path / 'new.db'}")
    assert {path.name for path in tmp_path.iterdir()} == {"words", "empty", "other"}


def test_a_place_that_cannot_be_is_refused(ward: Path, kept: Path, tmp_path: Path) -> None:
    assert "there is no store here" in refused("backup", tmp_path / "x", "--store", f"sqlite:///{tmp_path / 'none.db'}")
    assert "no folder" in refused("backup", tmp_path / "gone" / "x", "--store", f"sqlite:///{ward}")
    assert "no folder" in refused("restore", kept, "--store", f"sqlite:///{tmp_path / 'gone' / 'x.db'}")


def test_for_postgresql_its_own_tools_are_named(kept: Path) -> None:
    assert "pg_dump" in refused("backup", "x", "--store", "postgresql://clinic/ward")
    assert "pg_restore" in refused("restore", kept, "--store", "postgresql://clinic/ward")
