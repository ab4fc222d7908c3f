"""Forms that are half written, who stands at which station, and which of its taps were taken in: a SQLite file of its own
beside the store.

What is written in a form belongs to one person at one station and to the session that it was opened for. It is kept
until the form is saved or closed, twelve hours at the most, and is no part of the record.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from monitor import clock
from monitor.store import connect
from monitor.store.log import StoreError

KEPT_H = 12
LATEST = 200
"""As many taps of a station are told to its screens as taken in: more than anybody makes while one answer is away."""
Written = dict[str, str | list[str]]
"""What stands in the fields of a form, as it was typed: text, ids of choices."""

_TABLES = """
CREATE TABLE IF NOT EXISTS drafts (
    id TEXT PRIMARY KEY, place TEXT NOT NULL, person TEXT NOT NULL, form TEXT NOT NULL, room TEXT NOT NULL, session INTEGER,
    about TEXT NOT NULL, fill TEXT NOT NULL, seen TEXT NOT NULL, written TEXT NOT NULL, asked TEXT NOT NULL, labels TEXT NOT NULL,
    rev INTEGER NOT NULL, began TEXT NOT NULL, changed TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS names (place TEXT PRIMARY KEY, name TEXT NOT NULL, changed TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS taken (number TEXT PRIMARY KEY, place TEXT NOT NULL, changed TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS taken_at ON taken (place, changed);
"""


@dataclass(slots=True)
class Draft:
    """One form being filled in. ``place`` is the station (a browser), ``about`` whom it concerns as its title says."""

    form: str
    room: str = ""
    session: int | None = None
    about: str = ""
    place: str = ""
    person: str = ""
    fill: Mapping[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    """What live state gave to the form when it was opened."""
    written: Written = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The questions of the form that were ticked."""
    labels: dict[str, Any] = field(default_factory=dict)
    """What its fields are called, and their options: by them it can be read when the form is no more."""
    rev: int = 0
    began: str = ""
    changed: str = ""
    id: str = field(default_factory=lambda: uuid4().hex)


_JSON = ("fill", "seen", "written", "asked", "labels")
_COLUMNS = ("id", "place", "person", "form", "room", "session", "about", *_JSON, "rev", "began", "changed")


class Drafts:
    """Raises StoreError where the file cannot be read or written; a form goes on without it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._connection = connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: half-written forms cannot be kept: {error}") from None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def keep(self, draft: Draft) -> None:
        """As it stands now, instead of what stood there."""
        cells = [json.dumps(getattr(draft, name)) if name in _JSON else getattr(draft, name) for name in _COLUMNS]
        places = ", ".join("?" * len(_COLUMNS))
        with self._asking() as connection:
            connection.execute(f"INSERT OR REPLACE INTO drafts ({', '.join(_COLUMNS)}) VALUES ({places})", cells)

    def drop(self, draft: str) -> None:
        with self._asking() as connection:
            connection.execute("DELETE FROM drafts WHERE id = ?", (draft,))

    def of(self, person: str, place: str) -> list[Draft]:
        """What this person has half written at this station, the newest first. What is too old is gone."""
        oldest = clock.stamp(clock.now() - timedelta(hours=KEPT_H))
        with self._asking() as connection:
            connection.execute("DELETE FROM drafts WHERE changed < ?", (oldest,))
            query = f"SELECT {', '.join(_COLUMNS)} FROM drafts WHERE person = ? AND place = ? ORDER BY changed DESC"
            rows = connection.execute(query, (person, place)).fetchall()
        return [Draft(**{n: json.loads(cell) if n in _JSON else cell for n, cell in zip(_COLUMNS, row, strict=True)}) for row in rows]

    def call(self, place: str, name: str) -> None:
        """Who stands at a station from now on."""
        with self._asking() as connection:
            connection.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", (place, name, clock.stamp(clock.now())))

    def called(self, place: str) -> str:
        """Who stood there last, today; nobody where that is unknown."""
        oldest = clock.stamp(clock.now() - timedelta(hours=KEPT_H))
        with self._asking() as connection:
            row = connection.execute("SELECT name FROM names WHERE place = ? AND changed >= ?", (place, oldest)).fetchone()
        return str(row[0]) if row is not None and place else ""

    def take(self, place: str, number: str) -> None:
        """A tap, or a press of a form, of this station was taken in."""
        oldest = clock.stamp(clock.now() - timedelta(hours=KEPT_H))
        with self._asking() as connection:
            connection.execute("DELETE FROM taken WHERE changed < ?", (oldest,))
            connection.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?)", (number, place, clock.stamp(clock.now())))

    def taken(self, place: str) -> list[str]:
        """The latest of them."""
        with self._asking() as connection:
            query = "SELECT number FROM taken WHERE place = ? ORDER BY changed DESC, rowid DESC LIMIT ?"
            return [str(number) for (number,) in connection.execute(query, (place, LATEST))]

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: half-written forms cannot be kept: {error}") from None
