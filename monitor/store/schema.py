"""The tables of a store: whose they are, whether they are as this program wants them, and bringing them there."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from monitor.store import tables
from monitor.store.log import SCHEMA, StoreError

FIRST, REVISION = "0001", "0001"
"""The first and the last of ``migrations/versions``."""
MIGRATIONS = Path(__file__).parent / "migrations"


def stands(connection: Connection, place: str, instead: str) -> bool:
    """Is this a store as it should be? False where its tables are to be made or changed.

    Raises StoreError where it is something else; ``instead`` says what to do then.
    """
    found = inspect(connection)
    names = set(found.get_table_names())
    if not names:
        return False
    ours = "meta" in names and {column["name"] for column in found.get_columns("meta")} == {"key", "value"}
    meta = {key: value for key, value in connection.execute(select(tables.meta))} if ours else {}
    if meta.get("program") != tables.PROGRAM:
        raise StoreError(f"{place} is the database of another program; {instead}")
    if meta.get("schema") != str(SCHEMA):
        raise StoreError(
            f"{place} has schema version {meta.get('schema')}, this program knows only {SCHEMA}; open it with the program that made it"
        )
    return "alembic_version" in names and _revision(connection) == REVISION


def bring_up(connection: Connection, place: str, instead: str) -> None:
    """Make the tables, or change them to what this program wants; in a write transaction, all or nothing.

    A store from before there were migrations has the tables of the first one. Raises StoreError.
    """
    if stands(connection, place, instead):
        return  # another process was first
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command  # slow to import, and seldom needed
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if _revision(connection) not in known:
            raise StoreError(f"{place} was made by a newer program (its tables are {_revision(connection)}, this one knows {REVISION}); "
                             "open it with that one")  # fmt: skip
    elif names:
        command.stamp(config, FIRST)
    command.upgrade(config, REVISION)


def _revision(connection: Connection) -> str | None:
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
