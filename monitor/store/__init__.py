"""Where the log lives. ``open_log(url)`` gives an ``EventLog``; nothing else here needs to be known outside."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from monitor import clock, settings
from monitor.store.log import EventLog, StoreError

FORMS = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_SQLITE = "sqlite:///"


def is_server(url: str) -> bool:
    return url.partition("://")[0] in ("postgresql", "postgres")


def hosts(url: str) -> str:
    """The servers that an address of a database names, one or several."""
    parts = urlsplit(url)
    return parts.hostname or ",".join(parse_qs(parts.query).get("host", ()))


def beside(url: str, what: str) -> Path:
    """A file of its own that goes with a store, ``what`` it holds: on this computer, where the store is on a server's as well."""
    if is_server(url):
        name = "-".join(re.findall(r"[\w.]+", f"{hosts(url)}{urlsplit(url).path}"))
        return settings.HOME / "var" / f"{name}.{what}.db"
    path = place(url).expanduser().resolve()
    return path.with_name(f"{path.stem}.{what}.db")


def connect(path: Path) -> sqlite3.Connection:
    """A SQLite file beside a store, its owner's alone; made where there is none. Raises OSError or sqlite3.Error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def open_log(url: str | Path, now: Callable[[], datetime] = clock.now, mode: str | None = None) -> EventLog:
    """The store at ``sqlite:///FILE``, at a plain path or in a database ``postgresql://...``; made where there is none.

    ``mode``: of the station that opens it; a tool that only reads needs none. Raises StoreError, one
    sentence, for any other address, for what is no store of ours, and for the store of another mode.
    """
    # SQLAlchemy is slow to import; packing and chain do not need it.
    if is_server(str(url)):
        from monitor.store.postgres import open_server

        log = open_server(str(url), now)
    else:
        from monitor.store.sqlite import open_file

        log = open_file(place(str(url)), now)
    if mode is not None:
        try:
            log.hold_to(mode)
        except StoreError:
            log.close()
            raise
    return log


def open_stored(url: str) -> EventLog:
    """A store that is there already, for those who only read: asking makes none. Raises StoreError."""
    if not is_server(url):
        from monitor.store.backup import there

        there(url)
    return open_log(url)


def place(url: str) -> Path:
    """The file that an address names. Raises StoreError where it is no SQLite store's."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        file = url
    elif scheme == "sqlite":
        file = url.removeprefix(_SQLITE) if url.startswith(_SQLITE) else ""
    else:
        # Not the whole address: it may hold a password.
        raise StoreError(f"{scheme}:// is no store that is known; give it as {FORMS}")
    if not file or file == ":memory:" or "\x00" in file or (colon and "?" in rest):
        raise StoreError("the store needs a file and no options; give it as sqlite:///FILE")
    return Path(file)
