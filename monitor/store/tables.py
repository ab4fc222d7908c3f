"""The tables, for SQLAlchemy Core: ``events`` and ``samples`` are the record, the others hold nothing clinical."""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeEngine

PROGRAM = "infusion monitor"
"""What ``meta`` says the database belongs to."""

metadata = MetaData()

Whole: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""Eight bytes in both: SQLite's integers always are."""
Real: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

meta = Table(
    "meta", metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("session", Whole, primary_key=True, autoincrement=False),
    Column("room", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed", Whole, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
"""The list of sessions, so that the open ones are found among thousands. Derived: ``verify`` holds it to the events."""

STILL_OPEN = text("closed = 0")
"""Written out, not bound: only so do planners see that the partial index serves."""

Index("sessions_open", sessions.c.room, unique=True, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)

events = Table(
    "events", metadata,
    Column("session", Whole, nullable=False),
    Column("seq", Whole, nullable=False),
    Column("tick", Whole, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("session", "seq"),
    sqlite_strict=True, sqlite_with_rowid=False,
)  # fmt: skip

samples = Table(
    "samples", metadata,
    Column("session", Whole, nullable=False),
    Column("tick", Whole, nullable=False),
    Column("row", LargeBinary, nullable=False),
    PrimaryKeyConstraint("session", "tick"),
    sqlite_strict=True, sqlite_with_rowid=False,
)  # fmt: skip

lease = Table(
    "lease", metadata,
    Column("id", Whole, primary_key=True, autoincrement=False),
    Column("number", Whole, nullable=False),
    Column("holder", Text, nullable=False),
    Column("beat_at", Text),
    Column("behind_s", Real, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
"""One row, id 1. ``beat_at`` is null until an evaluator has assessed something."""
