"""Names as people type them: what nobody can see in them, and when two of them look alike."""

from __future__ import annotations

import unicodedata

RUNNING = frozenset("\n\t\u200d")
"""Lines, and what makes one picture of several: in running text, never in a name."""


def unseen(text: str, running: bool = False) -> bool:
    """Whether it holds a letter that nobody can see. ``running``: a text of several lines, not a name."""
    blank = "Zs"  # blanks of every width are no letters, but nothing hides behind them
    return any(not (c.isprintable() or unicodedata.category(c) == blank or (running and c in RUNNING)) for c in text)


def likeness(name: str) -> str:
    """The same for two names that look alike on a screen."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def good_name(name: str) -> str:
    """Raises ValueError with one sentence."""
    if name != name.strip() or not name:
        raise ValueError("a name begins and ends with a letter, not with a blank")
    if unseen(name):
        raise ValueError("a name holds only what can be seen; type it anew")
    return name
