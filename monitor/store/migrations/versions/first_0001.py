"""The first schema."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def _table(name: str, *cells: sa.Column[Any] | sa.PrimaryKeyConstraint, rowid: bool = True) -> None:
    op.create_table(name, *cells, sqlite_strict=True, sqlite_with_rowid=rowid)


def _whole(name: str, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, WHOLE, primary_key=key, autoincrement=False, nullable=False)


def _text(name: str, key: bool = False, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=nullable)


def upgrade() -> None:
    _table("meta", _text("key", key=True), _text("value"))
    _table("sessions", _whole("session", key=True), _text("room"), _text("opened_at"), _whole("closed"))
    still_open = sa.text("closed = 0")
    op.create_index("sessions_open", "sessions", ["room"], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    said = map(_text, ("at", "by", "kind", "body", "hash"))
    _table("events", _whole("session"), _whole("seq"), _whole("tick"), *said, sa.PrimaryKeyConstraint("session", "seq"), rowid=False)
    row = sa.Column("row", sa.LargeBinary, nullable=False)
    _table("samples", _whole("session"), _whole("tick"), row, sa.PrimaryKeyConstraint("session", "tick"), rowid=False)
    behind = sa.Column("behind_s", REAL, nullable=False)
    _table("lease", _whole("id", key=True), _whole("number"), _text("holder"), _text("beat_at", nullable=True), behind)
    # The guards as they are now. Who changes one writes a migration for it, and copies the text of before to here.
    if op.get_bind().dialect.name == "sqlite":
        from monitor.store.sqlite import GUARDS
    else:
        from monitor.store.postgres import FUNCTIONS, GUARDS

        for name, body in FUNCTIONS.items():
            op.execute(sa.text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"))
    for guard in GUARDS.values():
        op.execute(sa.text(guard))
    op.execute("INSERT INTO meta VALUES ('program', 'infusion monitor'), ('schema', '1')")
    op.execute("INSERT INTO lease VALUES (1, 0, '', NULL, 0)")
