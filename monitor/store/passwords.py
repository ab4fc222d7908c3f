"""What may be a password or a PIN: long enough, and none that is guessed first."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from monitor.store.log import StoreError

Kind = Literal["password", "pin"]
"""With what somebody proves who they are."""
SHORTEST, LONGEST = 12, 128
READ, GUESSED_LATE = 72, 3
"""How much of a password its guesser reads, and from which of its marks (0 to 4) on one is taken: above 10^8 guesses."""
OWN_WORDS = ("infusion", "monitor", "infusionmonitor", "ketamine", "patient", "hospital", "clinic", "nurse", "ward", "station")
"""What is tried first at such a station, beside the name of the account."""
SHORTEST_PIN, LONGEST_PIN = 4, 8


def good_password(password: str, name: str) -> str:
    """The password, if it is long enough and none that is guessed early; nothing is asked of its letters. Raises StoreError."""
    from zxcvbn import zxcvbn  # its lists of words take a second to read

    if not SHORTEST <= len(password) <= LONGEST:
        raise StoreError(f"a password has {SHORTEST} to {LONGEST} characters; several words do well")
    if zxcvbn(password[:READ], [name, *OWN_WORDS])["score"] < GUESSED_LATE:
        raise StoreError("this password is among the first that are tried; several words that nobody puts together do well")
    return password


def good_pin(pin: str) -> str:
    """The PIN, if it is one that nobody guesses first. Raises StoreError."""
    if not (SHORTEST_PIN <= len(pin) <= LONGEST_PIN and pin.isascii() and pin.isdecimal()):
        raise StoreError(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 or pin in (pin + pin)[1:-1]:
        raise StoreError("this PIN is guessed first: not one digit, not a row such as 1234, not the same part twice")
    return pin
