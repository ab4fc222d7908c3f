"""The only place that asks the time. Wall times are aware UTC; durations come from the monotonic clock."""

from __future__ import annotations

import ctypes
import time
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

UNKEPT = 5
"""Linux's TIME_ERROR: nothing has set the clock for long."""

JUMP_S = 5.0
"""A smaller correction of the wall clock is no jump: a time server makes them."""


def now() -> datetime:
    """The wall time, aware, in UTC."""
    return datetime.now(UTC)


_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)
COUNTS_SLEEP = _BOOTTIME is not None
"""Whether ``monotonic`` goes on while the computer sleeps."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def monotonic() -> float:
    """Seconds from an arbitrary start; never steps, and where the system has such a clock counts the computer's sleep too."""
    return time.monotonic() if _BOOTTIME is None else time.clock_gettime(_BOOTTIME)


def since_boot() -> str:
    """Where the monotonic clock stands, and of which run of this computer: what ``passed`` compares. Empty where nobody can say."""
    return f"{boot}:{monotonic():.3f}" if (boot := _boot()) else ""


def passed(before: str) -> float | None:
    """Seconds since ``since_boot`` said this; None where it was said before this computer was started, or by another one."""
    boot, _, at = before.rpartition(":")
    return monotonic() - float(at) if boot and boot == _boot() else None


@cache
def _boot() -> str:
    with suppress(OSError):
        return BOOT_ID.read_text(encoding="ascii").strip() if COUNTS_SLEEP else ""
    return ""


def sleep(seconds: float) -> None:
    time.sleep(max(0.0, seconds))


class WallWatch:
    """Tells when the wall clock jumps against the one that never steps: it was set, or the machine slept."""

    def __init__(self) -> None:
        self._ahead: float | None = None

    def jumped(self) -> float:
        """Seconds by which it jumped since the last look; 0 where it did not, or by less than JUMP_S."""
        ahead = now().timestamp() - monotonic()
        before, self._ahead = self._ahead, ahead
        return ahead - before if before is not None and abs(ahead - before) > JUMP_S else 0.0


def kept() -> bool | None:
    """Whether the system knows that something keeps its clock right; None where it cannot say."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != UNKEPT


def stamp(at: datetime) -> str:
    """A wall time as it is stored: ISO 8601, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """The wall time behind a stored stamp."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(f"wall time without a zone: {text}")
    return at


def zone(name: str | None) -> tzinfo | None:
    """The clinic's zone by name; None means the zone of this machine."""
    return ZoneInfo(name) if name else None


def of_day(at: datetime, where: tzinfo | None = None, seconds: bool = False) -> str:
    """Local time of day for a screen."""
    return at.astimezone(where).strftime("%H:%M:%S" if seconds else "%H:%M")
