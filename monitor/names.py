"""Names as people type them: what nobody can see in them, and when two of them look alike."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control characters, those that turn or join letters without being seen, and such that stand for nothing."""
JOINER = "\u200d"
"""Makes one picture of several; in running text, never in a name."""


def unseen(text: str, running: bool = False) -> bool:
    """Whether it holds a letter that nobody can see. ``running``: a text of several lines, not a name."""
    return any(unicodedata.category(c) in _UNSEEN and not (running and c in ("\n", "\t", JOINER)) for c in text)


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
