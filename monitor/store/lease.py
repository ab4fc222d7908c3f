"""The lease: one evaluator at a time.

On SQLite it is an operating-system file lock beside the database, which the kernel frees on any death of its holder; on
PostgreSQL an advisory lock, which the server frees when its connection ends (``postgres``).
``fcntl`` is used directly, not a package: one call each way on the systems we run on (Linux, macOS), and the two
things that matter here - never passed on to a child, never unlinked - are ours to hold. A holder that is stopped
(SIGSTOP) keeps the lock; what it writes after somebody else was given a number is refused by that number.
"""

from __future__ import annotations

import fcntl
import os
import platform
from pathlib import Path

from monitor.store.log import EventLog, Lock, StoreError

HELD: set[int] = set()
"""Open files and connections to which a lock belongs: a child must not have them."""


def _forget_in_child() -> None:
    # A lock belongs to the open file, which a forked child shares: without this it would outlive its holder there.
    for descriptor in HELD:
        os.close(descriptor)
    HELD.clear()


os.register_at_fork(after_in_child=_forget_in_child)


class FileLock:
    """An exclusive ``flock``. The file stays: unlinking a lock file lets two hold it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        if self._descriptor is not None:
            return False
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{self._path}: the lease cannot be taken: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise StoreError(f"{self._path}: the lease cannot be taken: {error.strerror}") from None
        HELD.add(descriptor)
        self._descriptor = descriptor
        return True

    def free(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor in HELD:  # not in a forked child, where the number may mean another file by now
            HELD.discard(descriptor)
            os.close(descriptor)


class Lease:
    """The right to evaluate, with its number: hand it to ``EventLog.transaction``."""

    __slots__ = ("_lock", "number")

    def __init__(self, number: int, lock: Lock) -> None:
        self.number = number
        self._lock = lock

    def release(self) -> None:
        """Let the next one in. May be called twice."""
        self._lock.free()


def acquire(log: EventLog) -> Lease | None:
    """The lease on this log, numbered one higher than the last; None, at once, when somebody holds it."""
    lock = log.lease_lock()
    if not lock.take():
        return None
    try:
        return Lease(log.number_lease(f"{os.getpid()}@{platform.node()}"), lock)
    except BaseException:
        lock.free()
        raise


def vacant(log: EventLog) -> bool:
    """Does nobody hold it? Asked without a new number, which would end a holder that is cut off for a moment."""
    lock = log.lease_lock()
    if not lock.take():
        return False
    lock.free()
    return True
