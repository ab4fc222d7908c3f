"""Who may sign in at this station, who has, and who is at its keys: a SQLite file of its own beside the store.

Nothing clinical is in it. Passwords and PINs are kept as Argon2 hashes, the cookie of a browser as its SHA-256, so that
reading the file opens nothing.

A browser's cookie is another one each time that somebody proves who they are. What stands for the browser in this program
stays: ``enter`` tells it for a cookie, and no browser is ever told it.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from monitor import clock
from monitor.names import good_name, likeness
from monitor.store import connect
from monitor.store.log import StoreError
from monitor.store.passwords import LONGEST, LONGEST_PIN, Kind, good_password, good_pin

TRIES, WAIT_S, LONGEST_WAIT_S = 5, 30, 900
"""After so many wrong passwords or PINs in a row a name waits there, each time twice as long. It waits whether there is such an
account or not; and who tries names at the sign-in page keeps nobody from signing where somebody has signed in."""
KEPT_TRIES = 10_000
"""Names that nobody has are typed too: the oldest are forgotten."""

_STEPS = (
    """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE, roles TEXT NOT NULL, password TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0, wait_until TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS signed_in (
    holder TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts ON DELETE CASCADE, until TEXT NOT NULL
) STRICT;
""",
    """
ALTER TABLE accounts ADD COLUMN pin TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signed_in ADD COLUMN seen TEXT NOT NULL DEFAULT '';
ALTER TABLE signed_in ADD COLUMN signer TEXT NOT NULL DEFAULT '' COLLATE NOCASE;
ALTER TABLE signed_in ADD COLUMN signs_until TEXT NOT NULL DEFAULT '';
""",
    """
CREATE TABLE vouched_for (
    subject TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE REFERENCES accounts ON DELETE CASCADE
) STRICT;
""",
    """
ALTER TABLE signed_in ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE signed_in ADD COLUMN before TEXT NOT NULL DEFAULT '';
UPDATE signed_in SET browser = lower(hex(randomblob(32)));
""",
    """
CREATE TABLE tries (
    place TEXT NOT NULL, name TEXT NOT NULL, wrong INTEGER NOT NULL, at TEXT NOT NULL, wait_until TEXT NOT NULL,
    PRIMARY KEY (place, name)
) STRICT;
ALTER TABLE accounts DROP COLUMN wrong;
ALTER TABLE accounts DROP COLUMN wait_until;
""",
)
"""The tables as they came to be: a file from before has done the first steps, and does the others when it is opened."""
_hasher = PasswordHasher()


class Account(NamedTuple):
    name: str
    roles: tuple[str, ...]
    shared: bool = False
    """A station's, at which whoever enters something says who it is."""
    has_pin: bool = False


class Seat(NamedTuple):
    """A browser in which somebody has signed in."""

    account: Account
    locked: bool
    """Nobody has shown for too long that they are there. So it stays until somebody proves who they are."""
    signer: Account | None
    """At a shared station who is at its keys, while that holds."""


_ACCOUNT = "a.name, a.roles, a.shared, a.pin <> ''"
_SEAT = f"""
SELECT s.until, s.seen, s.signs_until, {_ACCOUNT}, {_ACCOUNT.replace("a.", "p.")}
FROM signed_in s JOIN accounts a ON a.name = s.name LEFT JOIN accounts p ON p.name = s.signer WHERE s.browser = ?
"""


def _account(row: Sequence[Any]) -> Account:
    name, roles, shared, has_pin = row
    return Account(name, tuple(roles.split()), bool(shared), bool(has_pin))


class NotSignedIn(Exception):
    """Name, password or PIN is wrong; or the account waits, whatever is tried, ``until`` a moment."""

    def __init__(self, until: datetime | None = None) -> None:
        self.until = until
        super().__init__("not signed in")


class NameTaken(Exception):
    """Somebody else signs with this name already: a person of a provider's never becomes another one."""


def digest(token: str) -> str:
    """A cookie as it is kept here; nothing for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


class Accounts:
    def __init__(self, path: Path, longest_h: float = 12, idle_min: float = 10, signature_s: float = 60) -> None:
        self.path, self._longest = path, timedelta(hours=longest_h)
        self._idle, self._signs = timedelta(minutes=idle_min), timedelta(seconds=signature_s)
        self._lock, self._reads = threading.Lock(), threading.Lock()
        """Who looks who is signed in waits for nobody who writes: each request does."""
        self._nobodys = _hasher.hash(secrets.token_urlsafe())
        """Compared with where there is no such account: how long a refusal takes must not tell which names there are."""
        try:
            self._connection, self._reader, self._idler = connect(path), connect(path), connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            for connection in (self._connection, self._idler):
                connection.execute("PRAGMA foreign_keys = ON")
            self._idler.execute("PRAGMA busy_timeout = 0")
            self._brought_up()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: the accounts cannot be opened: {error}") from None

    def _brought_up(self) -> None:
        with self._changing() as connection:
            (done,) = connection.execute("PRAGMA user_version").fetchone()
            if done > len(_STEPS):
                raise StoreError(f"{self.path}: the accounts were written by a newer version of this program")
            for statement in ";".join(_STEPS[done:]).split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(_STEPS)}")

    def add(self, name: str, roles: Iterable[str], password: str, shared: bool = False) -> None:
        """A new account, or new roles and a new password for one; a PIN stays. Whoever was signed in with it is signed out."""
        try:
            good_name(name)
        except ValueError as wrong:
            raise StoreError(f"{name!r}: {wrong}") from None
        kept = _hasher.hash(good_password(password, name))
        with self._changing() as connection:
            if alike := self._alike(connection, name):
                raise StoreError(f"{name!r} looks like the account {alike[0]!r}; nobody could tell them apart")
            connection.execute("DELETE FROM signed_in WHERE name = ?", (name,))
            connection.execute("UPDATE signed_in SET signer = '' WHERE signer = ?", (name,))
            connection.execute(
                "INSERT INTO accounts (name, roles, password, shared) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "name = excluded.name, roles = excluded.roles, password = excluded.password, shared = excluded.shared, "
                "pin = iif(excluded.shared, '', pin)",
                (name, " ".join(roles), kept, shared),
            )
            connection.execute("DELETE FROM tries WHERE name = ?", (likeness(name),))

    def set_pin(self, name: str, pin: str) -> bool:
        """Whether there is such an account, and a person's. Its PIN is another one from now on."""
        kept = _hasher.hash(good_pin(pin))
        with self._changing() as connection:
            return connection.execute("UPDATE accounts SET pin = ? WHERE name = ? AND NOT shared", (kept, name)).rowcount > 0

    def change(self, name: str, password: str, kind: Kind, new: str, browser: str) -> str:
        """Somebody's own password or PIN is another one; the name of the account. Its other browsers are signed out.

        Raises NotSignedIn where the password as it is was not known, StoreError where the new one is none.
        """
        own = self._proven(name, password, "password")
        kept = _hasher.hash(good_pin(new) if kind == "pin" else good_password(new, own))
        with self._changing() as connection:
            query = f"UPDATE accounts SET {kind} = ? WHERE name = ? AND (NOT shared OR ?)"
            if not connection.execute(query, (kept, own, kind == "password")).rowcount:
                raise StoreError("a station's account has no PIN; each of its people has one")
            connection.execute("DELETE FROM signed_in WHERE name = ? AND browser <> ?", (own, browser))
            connection.execute("UPDATE signed_in SET signer = '' WHERE signer = ?", (own,))
        return own

    def remove(self, name: str) -> bool:
        """Whether there was one. Whoever is signed in with it is signed out."""
        with self._changing() as connection:
            return connection.execute("DELETE FROM accounts WHERE name = ?", (name,)).rowcount > 0

    def all(self) -> list[Account]:
        with self._asking() as connection:
            found = connection.execute(f"SELECT {_ACCOUNT} FROM accounts a ORDER BY name").fetchall()
        return [_account(row) for row in found]

    def with_password(self) -> bool:
        """Whether anybody can sign in by name and password."""
        with self._asking() as connection:
            return connection.execute("SELECT 1 FROM accounts WHERE password <> '' LIMIT 1").fetchone() is not None

    def sign_in(self, name: str, password: str) -> str:
        """The cookie for a browser. Raises NotSignedIn: an unknown name and a wrong password sound alike."""
        return self.begin(self._proven(name, password, "password"))

    def begin(self, name: str) -> str:
        """The cookie for a browser at which somebody has just proved to be this account's."""
        token, now = secrets.token_urlsafe(32), clock.now()
        with self._changing() as connection:
            connection.execute("DELETE FROM signed_in WHERE until < ?", (clock.stamp(now),))
            connection.execute(
                "INSERT INTO signed_in (holder, browser, name, until, seen) VALUES (?, ?, ?, ?, ?)",
                (digest(token), secrets.token_hex(32), name, clock.stamp(now + self._longest), clock.stamp(now)),
            )
        return token

    def enter(self, token: str) -> str:
        """What stands for the browser that shows this cookie; nothing for one that does not hold.

        The cookie that it had before opens it until it shows the new one: what is on its way, or was lost there, is not refused.
        """
        with self._asking() as connection:
            kept = digest(token)
            query = "SELECT browser, holder = ? AND before <> '' FROM signed_in WHERE (holder = ? OR before = ?) AND until > ?"
            found = connection.execute(query, (kept, kept, kept, clock.stamp(clock.now()))).fetchone() if kept else None
        if found is None:
            return ""
        browser, renewed = found
        if renewed:
            # The next request does it where somebody else writes now: nobody waits for it.
            with suppress(sqlite3.Error), self._reads, self._idler:
                self._idler.execute("UPDATE signed_in SET before = '' WHERE browser = ?", (browser,))
        return str(browser)

    def _proven(self, name: str, secret: str, kind: Kind, place: str = "") -> str:
        """The name of the account whose ``kind`` of secret this is. ``place``: whose browser it was typed at. Raises NotSignedIn."""
        with self._changing() as connection:
            row = connection.execute(f"SELECT name, {kind} FROM accounts WHERE name = ?", (name,)).fetchone()
            # Counted as wrong before it is looked at, so that trying many at once gains nothing.
            self._count(connection, place, likeness(name))
        known = row[1] if row is not None and row[1] and len(secret) <= LONGEST else self._nobodys
        try:
            _hasher.verify(known, secret[:LONGEST])
        except VerifyMismatchError:
            raise NotSignedIn from None
        if row is None or not row[1]:
            raise NotSignedIn
        with self._changing() as connection:
            connection.execute("DELETE FROM tries WHERE place = ? AND name = ?", (place, likeness(name)))
        return str(row[0])

    def vouched(self, subject: str, name: str, roles: Iterable[str]) -> str:
        """The cookie for a browser whose person a provider vouches for; ``subject`` is who that is, whatever the name.

        The account is made, or brought up to date: other browsers of this person have the new roles at once. Raises
        NameTaken.
        """
        with self._changing() as connection:
            whose = "SELECT v.subject FROM accounts a LEFT JOIN vouched_for v USING (name) WHERE a.name = ?"
            taken = connection.execute(whose, (name,)).fetchone()
            if (taken is not None and taken[0] != subject) or self._alike(connection, name, subject):
                raise NameTaken
            connection.execute(
                "DELETE FROM accounts WHERE name <> ? AND name IN (SELECT name FROM vouched_for WHERE subject = ?)", (name, subject)
            )
            keep = "INSERT INTO accounts (name, roles, password) VALUES (?, ?, '') ON CONFLICT (name) DO UPDATE SET roles = excluded.roles"
            connection.execute(keep, (name, " ".join(roles)))
            connection.execute("INSERT INTO vouched_for VALUES (?, ?) ON CONFLICT (subject) DO NOTHING", (subject, name))
        return self.begin(name)

    @staticmethod
    def _alike(connection: sqlite3.Connection, name: str, subject: str = "") -> list[str]:
        """Accounts with another name that looks like this one, but for that of the provider's ``subject``."""
        query = "SELECT name FROM accounts a LEFT JOIN vouched_for v USING (name) WHERE ? = '' OR v.subject IS NULL OR v.subject <> ?"
        known = [str(row[0]) for row in connection.execute(query, (subject, subject))]
        return [other for other in known if likeness(other) == likeness(name) and other.casefold() != name.casefold()]

    def sign_out(self, browser: str) -> None:
        with self._changing() as connection:
            connection.execute("DELETE FROM signed_in WHERE browser = ?", (browser,))

    def signed_in(self, browser: str) -> Account | None:
        """Who has signed in there, as long as that holds."""
        seat = self.seat(browser)
        return seat.account if seat is not None else None

    # ---- who is at the keys ----

    def seat(self, browser: str) -> Seat | None:
        """Who is at a browser, as long as its cookie holds."""
        with self._asking() as connection:
            row = connection.execute(_SEAT, (browser,)).fetchone()
        now = clock.now()
        if row is None or clock.stamp(now) >= row[0]:
            return None
        seen, signs_until = row[1:3]
        account, signer = _account(row[3:7]), _account(row[7:]) if row[7] is not None else None
        locked = not self._there(seen, now)
        signs = account.shared and not locked and clock.stamp(now) < signs_until
        return Seat(account, locked, signer if signs else None)

    def _there(self, seen: str, now: datetime) -> bool:
        """A last deed that lies in the future says that the clock was set back since: that proves nothing."""
        return bool(seen) and -clock.JUMP_S <= (now - clock.read(seen)).total_seconds() < self._idle.total_seconds()

    def deed(self, browser: str) -> bool:
        """Somebody has touched or typed at this browser. Whether it counts: a locked one stays locked."""
        seat = self.seat(browser)
        if seat is None or seat.locked:
            return False
        self._seat(browser, "seen = ?", clock.stamp(clock.now()))
        return True

    def lock(self, browser: str) -> None:
        """As if nobody had been there for long."""
        self._seat(browser, "seen = '', signer = ''")

    def prove(self, browser: str, name: str, secret: str) -> str:
        """Who is at the keys of this browser: by the password or PIN of its account, at a shared station by a person's PIN.

        That unlocks it, and at a shared station the person signs from now on. The browser's new cookie. Raises NotSignedIn.
        """
        seat = self.seat(browser)
        if seat is None:
            raise NotSignedIn
        kind: Kind = "pin" if secret.isdecimal() and len(secret) <= LONGEST_PIN else "password"
        person = seat.account.shared and bool(name) and name.casefold() != seat.account.name.casefold()
        # A person's password is for signing in: a station that many use sees the PIN alone.
        proven = self._proven(name if person else seat.account.name, secret, "pin" if person else kind, seat.account.name)
        token, now = secrets.token_urlsafe(32), clock.now()
        proof = (digest(token), clock.stamp(now), proven if person else "", clock.stamp(now + self._signs))
        self._seat(browser, "before = holder, holder = ?, seen = ?, signer = ?, signs_until = ?", *proof)
        return token

    def signed(self, browser: str) -> None:
        """Whoever signs at this browser has just done so: that it is they holds on from here. What has lapsed stays so."""
        seat = self.seat(browser)
        if seat is not None and seat.signer is not None:
            self._seat(browser, "signs_until = ?", clock.stamp(clock.now() + self._signs))

    def not_me(self, browser: str) -> None:
        """Nobody signs at this browser until somebody proves who they are."""
        self._seat(browser, "signer = ''")

    def _seat(self, browser: str, change: str, *values: str) -> None:
        with self._changing() as connection:
            connection.execute(f"UPDATE signed_in SET {change} WHERE browser = ?", (*values, browser))

    def close(self) -> None:
        with self._lock, self._reads:
            for connection in (self._connection, self._reader, self._idler):
                connection.close()

    def _count(self, connection: sqlite3.Connection, place: str, name: str) -> None:
        """One more try of a name. Raises NotSignedIn where it waits."""
        now = clock.now()
        row = connection.execute("SELECT wrong, wait_until FROM tries WHERE place = ? AND name = ?", (place, name)).fetchone()
        wrong, wait_until = row if row is not None else (0, "")
        # A wait that ends later than any does was set by a clock that was ahead.
        if clock.stamp(now) < wait_until <= clock.stamp(now + timedelta(seconds=LONGEST_WAIT_S)):
            raise NotSignedIn(clock.read(wait_until))
        until = ""
        if wrong + 1 >= TRIES:
            until = clock.stamp(now + timedelta(seconds=min(LONGEST_WAIT_S, WAIT_S * 2 ** min(wrong + 1 - TRIES, 10))))
        connection.execute("INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?, ?)", (place, name, wrong + 1, clock.stamp(now), until))
        connection.execute("DELETE FROM tries WHERE rowid IN (SELECT rowid FROM tries ORDER BY at DESC LIMIT -1 OFFSET ?)", (KEPT_TRIES,))

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._said():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or takes all of it back
                yield self._connection

    @contextmanager
    def _asking(self) -> Iterator[sqlite3.Connection]:
        with self._reads, self._said():
            yield self._reader

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}; nothing was changed") from error
