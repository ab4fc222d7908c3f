"""Who is at the keys, and what they may open. Training mode: on this computer only, a name at the station.

Sign-in comes with ward mode; every page and every command already asks here, so that only this module changes then.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

PAGES = frozenset({"ward", "room", "training", "instructor", "review", "protocol"})
UNNAMED = "station"
"""Signs what nobody has put a name to: only an emergency is recorded so."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """``name`` is empty until somebody says who they are; looking needs no name, charting does."""

    name: str = ""

    def may_open(self, page: str) -> bool:
        return page in PAGES


def named(text: str) -> str | None:
    """A name as it signs the log, or None where it cannot."""
    name = " ".join(text.split())
    return name if 1 <= len(name) <= 40 and name.isprintable() and name.lower() not in ("demo", "evaluator", "store") else None


def coded(text: str, names: bool = False) -> str | None:
    """A trainee's code, or None where it is none. ``names``: the clinic keeps runs under names, so that any name will do."""
    code = named(text)
    if code is None or names:
        return code
    plain = code.isascii() and not any(c for c in code if not (c.isalnum() or c in "-_."))
    return code if plain and len(code) <= 20 and any(c.isdigit() for c in code) else None


def is_code(given: str, wanted: str) -> bool:
    """Whether this is the station's code; how long the look takes tells nothing of it."""
    return hmac.compare_digest(given.strip().encode(), wanted.encode())


def is_trainee(name: str, trainee: str) -> bool:
    """Whether who is at the keys practises in this drill, and so must not see what is true in it."""
    return name.casefold() == trainee.casefold()
