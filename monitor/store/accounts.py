"""Who may sign in at this station, and who has: a SQLite file of its own beside the store. Nothing clinical is in it.

Passwords are kept as Argon2 hashes, the cookie of a browser as its SHA-256, so that reading the file opens nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from monitor import clock
from monitor.store import is_server, place
from monitor.store.log import StoreError

SHORTEST, LONGEST = 12, 128
TRIES, WAIT_S, LONGEST_WAIT_S = 5, 30, 900
"""After so many wrong passwords in a row an account waits, each time twice as long."""

_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE, roles TEXT NOT NULL, password TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0, wait_until TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS signed_in (
    holder TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts ON DELETE CASCADE, until TEXT NOT NULL
) STRICT;
"""
_hasher = PasswordHasher()
_NOBODYS = _hasher.hash(secrets.token_urlsafe())
"""Compared with where there is no such account: how long a refusal takes must not tell which names there are."""


class Account(NamedTuple):
    name: str
    roles: tuple[str, ...]


class NotSignedIn(Exception):
    """Name or password is wrong; or the account waits, whatever the password, ``until`` a moment."""

    def __init__(self, until: datetime | None = None) -> None:
        self.until = until
        super().__init__("not signed in")


def beside(url: str) -> Path:
    """Where the accounts of a store are kept."""
    if is_server(url):
        raise StoreError("local accounts are for one computer, with its store as sqlite:///FILE")
    path = place(url).expanduser().resolve()
    return path.with_name(path.stem + ".accounts.db")


def digest(token: str) -> str:
    """A cookie as it is kept here; nothing for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


class Accounts:
    def __init__(self, path: Path, longest_h: float = 12) -> None:
        self.path, self._longest = path, timedelta(hours=longest_h)
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: the accounts cannot be opened: {error}") from None

    def add(self, name: str, roles: Iterable[str], password: str) -> None:
        """A new account, or new roles and a new password for one. Whoever was signed in with it is signed out."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise StoreError(f"a password has {SHORTEST} to {LONGEST} characters; several words do well")
        kept = _hasher.hash(password)
        with self._changing() as connection:
            connection.execute("DELETE FROM accounts WHERE name = ?", (name,))
            connection.execute("INSERT INTO accounts (name, roles, password) VALUES (?, ?, ?)", (name, " ".join(roles), kept))

    def remove(self, name: str) -> bool:
        """Whether there was one. Whoever is signed in with it is signed out."""
        with self._changing() as connection:
            return connection.execute("DELETE FROM accounts WHERE name = ?", (name,)).rowcount > 0

    def all(self) -> list[Account]:
        with self._asking() as connection:
            found = connection.execute("SELECT name, roles FROM accounts ORDER BY name").fetchall()
        return [Account(name, tuple(roles.split())) for name, roles in found]

    def sign_in(self, name: str, password: str) -> str:
        """The cookie for a browser. Raises NotSignedIn: an unknown name and a wrong password sound alike."""
        with self._changing() as connection:
            row = connection.execute("SELECT name, password, wrong, wait_until FROM accounts WHERE name = ?", (name,)).fetchone()
            if row is not None and clock.stamp(clock.now()) < row[3]:
                raise NotSignedIn(clock.read(row[3]))
            if row is not None:
                # Counted as wrong before it is looked at, so that trying many at once gains nothing.
                self._count(connection, row[0], row[2] + 1)
        try:
            _hasher.verify(row[1] if row is not None else _NOBODYS, password[:LONGEST])
        except VerifyMismatchError:
            raise NotSignedIn from None
        if row is None:
            raise NotSignedIn
        token = secrets.token_urlsafe(32)
        with self._changing() as connection:
            self._count(connection, row[0], 0)
            connection.execute("DELETE FROM signed_in WHERE until < ?", (clock.stamp(clock.now()),))
            until = clock.stamp(clock.now() + self._longest)
            connection.execute("INSERT INTO signed_in VALUES (?, ?, ?)", (digest(token), row[0], until))
        return token

    def sign_out(self, token: str) -> None:
        with self._changing() as connection:
            connection.execute("DELETE FROM signed_in WHERE holder = ?", (digest(token),))

    def signed_in(self, token: str) -> Account | None:
        """Whose cookie this is, as long as it holds."""
        query = "SELECT a.name, a.roles, s.until FROM signed_in s JOIN accounts a USING (name) WHERE s.holder = ?"
        with self._asking() as connection:
            row = connection.execute(query, (digest(token),)).fetchone()
        if row is None or clock.stamp(clock.now()) >= row[2]:
            return None
        return Account(row[0], tuple(row[1].split()))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _count(self, connection: sqlite3.Connection, name: str, wrong: int) -> None:
        until: datetime | None = None
        if wrong >= TRIES:
            until = clock.now() + timedelta(seconds=min(LONGEST_WAIT_S, WAIT_S * 2 ** min(wrong - TRIES, 10)))
        stamp = clock.stamp(until) if until is not None else ""
        connection.execute("UPDATE accounts SET wrong = ?, wait_until = ? WHERE name = ?", (wrong, stamp, name))

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._asking() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or takes all of it back
                yield connection

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: {error}; nothing was changed") from error
