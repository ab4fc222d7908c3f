"""Where the log lives. ``open_log(url)`` gives an ``EventLog``; nothing else here needs to be known outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor import clock
from monitor.store.log import EventLog, StoreError

FORMS = "sqlite:///FILE or postgresql://USER@HOST/DATABASE"
_SQLITE = "sqlite:///"


def is_server(url: str) -> bool:
    return url.partition("://")[0] in ("postgresql", "postgres")


def open_log(url: str | Path, now: Callable[[], datetime] = clock.now) -> EventLog:
    """The store at ``sqlite:///FILE``, at a plain path or in a database ``postgresql://...``; made where there is none.

    Raises StoreError, one sentence, for any other address and for what is no store of ours.
    """
    # SQLAlchemy is slow to import; packing and chain do not need it.
    if is_server(str(url)):
        from monitor.store.postgres import open_server

        return open_server(str(url), now)
    from monitor.store.sqlite import open_file

    return open_file(place(str(url)), now)


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
