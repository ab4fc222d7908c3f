"""The tables of a store and their migrations, on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from monitor.store import open_log, schema, sqlite, tables
from monitor.store.log import Draft, EventLog, StoreError

NOTE = Draft("note_charted", "Kim", '{"text":"settled"}')
BEFORE_MIGRATIONS = Path(__file__).parent / "first_schema.sql"
"""A store of two sessions, one closed, as the program made it before it had migrations."""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'log.db'}" if request.param == "sqlite" else request.getfixturevalue("database")


@pytest.fixture
def log(address: str) -> Iterator[EventLog]:
    with closing(open_log(address)) as opened:
        yield opened


def test_the_migrations_end_at_what_the_program_wants() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert (scripts.get_bases(), scripts.get_heads()) == ([schema.FIRST], [schema.REVISION])


def test_the_migrations_make_the_tables_that_the_program_uses(log: EventLog) -> None:
    with log._driver.engine.connect() as connection:  # type: ignore[attr-defined]
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == schema.REVISION
        assert compare_metadata(context, tables.metadata) == []


def test_a_store_of_a_newer_program_is_refused_and_left_as_it_is(log: EventLog, address: str) -> None:
    revision = text("UPDATE alembic_version SET version_num = '0999'")
    with log._driver.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.execute(revision)
        connection.commit()
        with pytest.raises(StoreError, match=r"newer program \(its tables are 0999, this one knows 0001\); open it with that one"):
            open_log(address)
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0999"


def test_another_version_of_the_chain_is_refused(log: EventLog, address: str) -> None:
    with log._driver.engine.connect() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE meta SET value = '2' WHERE key = 'schema'"))
        connection.commit()
    with pytest.raises(StoreError, match="schema version 2, this program knows only 1"):
        open_log(address)


def record(file: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [file.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in ("meta", "sessions", "events", "samples", "lease")]


def test_a_store_from_before_there_were_migrations_is_taken_over_without_a_change_of_its_record(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(BEFORE_MIGRATIONS.read_text())
        before = record(file)
    with closing(open_log(path)) as log:
        assert list(log.verify()) == []
        assert [(head.session, head.closed, head.seq, head.tick) for head in log.heads(open_only=False)] == [
            (1, True, 3, 2),
            (2, False, 1, 2),
        ]
        with closing(sqlite3.connect(path)) as file:
            assert record(file) == before
            made = {name: sql for name, sql in file.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'")}
            assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.FIRST,)]
        assert log.append(2, [NOTE])[0].seq == 2
        assert list(log.verify()) == []
    with closing(open_log(tmp_path / "new.db")), closing(sqlite3.connect(tmp_path / "new.db")) as file:
        fresh = {name: sql for name, sql in file.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'")}
    assert made == fresh and sqlite.GUARDS.items() <= made.items()


def test_what_cannot_be_brought_up_is_left_as_it_was(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    guards = {"broken": "CREATE TRIGGER broken BEFORE nothing"}
    for driver in ("sqlite", "postgres"):
        monkeypatch.setattr(f"monitor.store.{driver}.GUARDS", guards)
    with pytest.raises(StoreError):
        open_log(address)
    monkeypatch.undo()
    with closing(open_log(address)) as log:
        assert list(log.verify()) == []
