"""What is SQLite's own: the file, its settings, its guards. A confirmed entry survives a power cut.

``synchronous=FULL`` and the write-ahead log are set and read back at every connection: with NORMAL, 880 of 1,000
simulated power cuts lost confirmed entries, with FULL none (measured, docs/design.md). Local disks only: neither the
write-ahead log nor the lease works over a network file system.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from monitor import clock
from monitor.store import schema
from monitor.store.lease import FileLock
from monitor.store.log import Fault, Lock, StoreError
from monitor.store.sql import BUSY_S, WRITES, SqlLog

JOURNAL, SYNCHRONOUS = "wal", 2
"""2 is FULL."""

# SQLite lets INSERT OR REPLACE delete a row past its DELETE trigger: the INSERT guards close that way too.
_REFUSE = "BEGIN SELECT RAISE(ABORT, '{}'); END"
_NEXT_SEQ = "(SELECT coalesce(max(seq) + 1, 0) FROM events WHERE session = NEW.session)"
_LAST_TICK = "(SELECT coalesce(max(tick), -1) FROM samples WHERE session = NEW.session)"
_SAME = "NEW.session = OLD.session AND NEW.room = OLD.room AND NEW.opened_at = OLD.opened_at"
GUARDS = {
    name: f"CREATE TRIGGER {name} BEFORE {when} " + _REFUSE.format(why)
    for name, when, why in (
        ("events_no_update", "UPDATE ON events", "events are never changed"),
        ("events_no_delete", "DELETE ON events", "events are never deleted"),
        ("events_in_order", f"INSERT ON events WHEN NEW.seq <> {_NEXT_SEQ}", "events are only added at the end"),
        ("samples_no_update", "UPDATE ON samples", "samples are never changed"),
        ("samples_no_delete", "DELETE ON samples", "samples are never deleted"),
        ("samples_in_order", f"INSERT ON samples WHEN NEW.tick <= {_LAST_TICK}", "samples are only added at the end"),
        ("sessions_no_update", f"UPDATE ON sessions WHEN NOT ({_SAME} AND OLD.closed = 0 AND NEW.closed = 1)",
         "a session can only be closed"),
        ("sessions_no_delete", "DELETE ON sessions", "sessions are never deleted"),
        ("sessions_new", "INSERT ON sessions WHEN NEW.session IN (SELECT session FROM sessions)",
         "sessions are never replaced"),
    )
}  # fmt: skip

NETWORK = frozenset((
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "glusterfs", "lustre", "beegfs", "davfs",
    "fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.davfs2", "fuse.ceph", "fuse.s3fs",
))  # fmt: skip
"""File systems of other computers, by the names that Linux gives them."""
_OCTAL = re.compile(r"\\([0-7]{3})")
ANOTHER = "name another file for the store"

_opening = threading.Lock()


def open_file(path: Path, now: Callable[[], datetime] = clock.now) -> SqlLog:
    """The log in this file; made, readable by its owner only, where there is none. Raises StoreError."""
    with _opening:
        try:
            path = path.expanduser().resolve()
            _local(path)
            _make(path)
        except OSError as error:
            raise StoreError(f"{path}: the store cannot be opened: {error.strerror}") from None
        stands = _stands(path)
        driver = SqliteDriver(path)
        try:
            if not stands:
                driver.make_schema()
            driver.follow()
        except BaseException as error:
            driver.close()
            if isinstance(error, DBAPIError | sqlite3.Error):
                raise StoreError(driver.sentence(error)) from error
            raise
    return SqlLog(driver, now)


def _make(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a directory; give the store as a file")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was first
            # SQLite gives its -wal and -shm files the rights of the database.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    # Asked, not tried: opening and closing the file here would drop the locks that SQLite holds on it in this process.
    effective = os.access in os.supports_effective_ids
    for place in (path, path.parent):
        if not os.access(place, os.R_OK | os.W_OK, effective_ids=effective):
            raise StoreError(f"{place} is read-only; the store must be writable, and its directory too")


def _stands(path: Path) -> bool:
    """``schema.stands``, asked before anything is set that would change another program's file."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, connect_args={"timeout": BUSY_S})
    try:
        with engine.connect() as connection:
            return schema.stands(connection, str(path), ANOTHER)
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise StoreError(f"{path} is not a database; {ANOTHER}") from None
        raise StoreError(f"{path}: the store cannot be opened: {error.orig}") from None


def network_drive(path: Path, mounts: str) -> str:
    """The kind of network drive on which this lies; nothing for a local disk. ``mounts``: as /proc/mounts lists them."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        _, place, of, *_ = [_OCTAL.sub(lambda code: chr(int(code[1], 8)), part) for part in line.split(" ")]
        if path.is_relative_to(place) and len(Path(place).parts) >= best:
            best, kind = len(Path(place).parts), of
    return kind if kind in NETWORK else ""


def _local(path: Path) -> None:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:  # only Linux tells
        return
    if kind := network_drive(path, mounts):
        raise StoreError(f"{path} lies on a network drive ({kind}), where SQLite loses entries; put the store on a local disk")


class SqliteDriver:
    """A ``Driver``."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path
        self._files: dict[Path, tuple[int, int]] = {}
        """The file and its journal, as they were first seen here: which disk, which file on it."""
        self._follower: sqlite3.Connection | None = None
        self._following = threading.Lock()
        self.engine = _engine(path)

    def make_schema(self) -> None:
        with self.engine.execution_options(**{WRITES: True}).connect() as connection, connection.begin():
            schema.bring_up(connection, str(self._path), ANOTHER)

    def follow(self) -> None:
        # A connection that never writes: SQLite's data_version tells each connection of the commits of all others.
        self._follower = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        self._follower.execute("PRAGMA data_version")
        self.there()

    def there(self) -> None:
        for path in (self._path, self._path.with_name(f"{self._path.name}-wal")):
            try:
                found = path.stat()
            except FileNotFoundError:
                if path in self._files:
                    raise StoreError(f"{path} has been deleted or moved away; nothing was saved; put it back, or end the program") from None
                continue
            except OSError as error:
                raise StoreError(f"{path} can no longer be reached: {error.strerror}; nothing was saved") from None
            if self._files.setdefault(path, (found.st_dev, found.st_ino)) != (found.st_dev, found.st_ino):
                raise StoreError(f"another file has taken the place of {path}; nothing was saved; start the program anew to use that one")
        if not os.access(self._path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise StoreError(f"{self._path} can no longer be written to; nothing was saved")

    def version(self) -> int:
        self.there()
        with self._following:
            if self._follower is None:
                raise StoreError(f"{self._path} has been closed")
            try:
                (version,) = self._follower.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error as error:
                raise StoreError(self.sentence(error)) from error
        return int(version)

    def busy(self, error: DBAPIError) -> bool:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

    def damaged(self, error: DBAPIError) -> bool:
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT

    def kept(self) -> bool:
        return False  # a commit that fails is none

    def sentence(self, error: DBAPIError | sqlite3.Error) -> str:
        origin = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(origin, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"{self._path} is busy: another program holds it for more than {BUSY_S:.0f} s; nothing was saved"
        if code == sqlite3.SQLITE_FULL:
            return f"{self._path}: the disk is full; nothing was saved"
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return f"{self._path} is damaged; stop writing to it and restore a backup"
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return f"{self._path} cannot be written to; nothing was saved"
        return f"{self._path}: {' '.join(str(origin).split())}; nothing was saved"

    def room_left(self) -> int | None:
        with suppress(OSError):
            return shutil.disk_usage(self._path.parent).free
        return None

    def lease_lock(self) -> Lock:
        return FileLock(self._path.with_name(self._path.name + ".lease"))

    def lease_kept(self) -> bool:
        return True  # only its holder can lose it

    def faults(self, connection: Connection) -> Iterator[Fault]:
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(20)").all():
            if said != "ok":
                yield Fault(None, None, None, f"the database file is damaged: {said}")
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        found = {name: text for name, text in connection.exec_driver_sql(query)}
        for name, text in GUARDS.items():
            if found.get(name) != text:
                yield Fault(None, None, None, f"the database's own guard {name} is missing or was changed")
        for name in sorted(found.keys() - GUARDS.keys()):
            yield Fault(None, None, None, f"the database has a trigger that is not ours: {name}")

    def close(self) -> None:
        with self._following:
            if self._follower is not None:
                self._follower.close()
                self._follower = None
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=-1,
        connect_args={"timeout": BUSY_S, "check_same_thread": False, "isolation_level": None},
    )

    # The driver begins nothing by itself (isolation_level None): reads begin plainly, writes with the lock in hand.
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        _set(connection, path)

    return engine


def _set(connection: sqlite3.Connection, path: Path) -> None:
    # An edited file may hold text that is no UTF-8: verify must get to see it.
    connection.text_factory = _text
    try:
        connection.execute(f"PRAGMA journal_mode = {JOURNAL}")
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        connection.execute("PRAGMA fullfsync = 1")  # macOS: fsync alone does not reach the disk there
        connection.execute("PRAGMA checkpoint_fullfsync = 1")
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the store cannot be opened: {error}") from None
    if journal != "wal" or synchronous != 2:
        raise StoreError(f"{path}: this place does not keep what is confirmed (journal {journal}, synchronous "
                         f"{synchronous}); put the store on a local disk")  # fmt: skip


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
