"""Backup and restore of a SQLite store: a copy that is proved before it takes its place, and never covers anything.

The copy is made by SQLite's online backup in one step, which is one read transaction: beside the write-ahead log it
keeps no writer waiting, and what is written meanwhile is not in it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from monitor.store import FORMS, is_server, open_log, place
from monitor.store.log import EventLog, StoreError
from monitor.store.sql import BUSY_S

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite may leave beside a database."""


def file_of(url: str) -> Path:
    """The file of a SQLite store. Raises StoreError for any other."""
    if is_server(url):
        raise StoreError("a PostgreSQL store is backed up with pg_dump and restored with pg_restore, not with this command")
    return place(url).expanduser().resolve()


def there(url: str) -> Path:
    """The file of a store that exists. Raises StoreError."""
    path = file_of(url)
    if not path.is_file():
        raise StoreError(f"{path}: there is no store here; give --store {FORMS}")
    return path


def free(path: Path) -> Path:
    """A place at which a copy may be put. Raises StoreError."""
    for suffix in BESIDE:
        beside = path.with_name(path.name + suffix)
        if os.path.lexists(beside):
            raise StoreError(f"{beside} is there already and is not written over; choose another name")
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be written, there is no folder {path.parent}")
    return path


@contextmanager
def copied(source: Path, target: Path) -> Iterator[EventLog]:
    """A copy of a store, open to be proved; it appears at ``target`` only when nothing was raised inside.

    Raises StoreError; then nothing is left at ``target`` and nothing beside it.
    """
    free(target)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(descriptor)
    except OSError as wrong:
        raise StoreError(f"{target} cannot be written: {wrong.strerror}") from None
    made = Path(name)
    try:
        _copy(source, made, target)
        with closing(_opened(made, source)) as log:
            yield log
        _place(made, target)
    finally:
        for suffix in BESIDE:
            made.with_name(made.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, made: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source.resolve()))}?mode=ro", uri=True, timeout=BUSY_S)) as old,
            closing(sqlite3.connect(made)) as new,
        ):
            if not old.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StoreError(f"{source} holds no store; name a file that backup has written")
            old.backup(new)
    except sqlite3.Error as wrong:
        if wrong.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise StoreError(f"{source} is no store; name a file that backup has written") from None
        raise StoreError(f"{source} could not be copied to {target}: {wrong}") from None


def _opened(made: Path, source: Path) -> EventLog:
    try:
        return open_log(made)
    except StoreError as wrong:
        raise StoreError(str(wrong).replace(str(made), str(source))) from None


def _place(made: Path, target: Path) -> None:
    """One file, on the disk, under its name: all at once."""
    try:
        with closing(sqlite3.connect(made)) as file:
            file.execute("PRAGMA journal_mode = DELETE")  # so that it can be read where nothing can be written
        for path in (made, target.parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if path is made:
                os.link(made, target)  # refuses what exists, as a renaming would not
    except FileExistsError:
        raise StoreError(f"{target} is there already and is not written over; choose another name") from None
    except (OSError, sqlite3.Error) as wrong:
        raise StoreError(f"{target} cannot be written: {getattr(wrong, 'strerror', None) or wrong}") from None
