"""Where the log lives. ``open_log(url)`` gives an ``EventLog``; nothing else here needs to be known outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor import clock
from monitor.store.log import EventLog, StoreError

_SQLITE = "sqlite:///"


def open_log(url: str | Path, now: Callable[[], datetime] = clock.now) -> EventLog:
    """The store at ``sqlite:///FILE`` or at a plain path; made where there is none.

    Raises StoreError, one sentence, for any other address and for what is no store of ours.
    """
    from monitor.store.sqlite import open_file  # SQLAlchemy is slow to import; packing and chain do not need it

    return open_file(place(str(url)), now)


def place(url: str) -> Path:
    """The file that an address names. Raises StoreError where it is no SQLite store's."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        file = url
    elif scheme == "sqlite":
        file = url.removeprefix(_SQLITE) if url.startswith(_SQLITE) else ""
    elif scheme.partition("+")[0] in ("postgresql", "postgres"):
        raise StoreError("PostgreSQL comes later; give the store as sqlite:///FILE")
    else:
        # Not the whole address: it may hold a password.
        raise StoreError(f"{scheme}:// is no store that is known; give it as sqlite:///FILE")
    if not file or file == ":memory:" or "\x00" in file or (colon and "?" in rest):
        raise StoreError("the store needs a file and no options; give it as sqlite:///FILE")
    return Path(file)
