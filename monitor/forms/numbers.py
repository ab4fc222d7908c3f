"""A number as it was typed. It is read as it stands, or refused in words: nothing is repaired, clipped or guessed.

A comma and a full stop are the same decimal mark, whatever the browser's language, so a mark that may part thousands is
refused: 1.500 and 1,500 are 1.5 to one reader and 1500 to another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.language import say

_DECIMAL = re.compile(r"([0-9]*)(?:[.,]([0-9]+))?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_TWO_MARKS = re.compile(r"[0-9.,'’ \u00a0\u2009\u202f]*[.,'’ \u00a0\u2009\u202f][0-9]+[.,'’ \u00a0\u2009\u202f][0-9.,'’ ]*")
LONGEST = 20


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a number field: its value, or why it has none. Neither where it is empty."""

    value: float | None = None
    wrong: str = ""


def read_number(text: str, unit: str = "", low: float | None = None, high: float | None = None, whole: bool = False) -> Typed:
    """``unit`` may stand behind the number, no other; ``low`` and ``high`` belong to what is allowed."""
    typed = text.strip()
    if not typed:
        return Typed()
    if len(typed) > LONGEST:
        return Typed(wrong=say("Too long for a number."))
    bare = typed[: -len(unit)].rstrip() if unit and typed.casefold().endswith(unit.casefold()) else typed
    if bare[:1] in "-−" and _DECIMAL.fullmatch(bare[1:].strip()):
        return Typed(wrong=say("A number below zero does not fit here."))
    if _THOUSANDS.fullmatch(bare):
        first, rest = re.split("[.,]", bare)
        plain = f"{first}.{rest.rstrip('0')}".rstrip(".")
        exact = plain if len(rest.rstrip("0")) < 3 else f"{first}.{rest}0"
        both = say("{typed} can be read in two ways: write {exact} or {thousands}.", typed=bare, exact=exact, thousands=first + rest)
        return Typed(wrong=both)
    if _TWO_MARKS.fullmatch(bare):
        return Typed(wrong=say("Two marks in one number: write it with one decimal mark and no others."))
    if bare[-1:] in (".", ",") and bare[:-1].isascii() and bare[:-1].isdigit():
        return Typed(wrong=say("Nothing stands behind the decimal mark."))
    found = _DECIMAL.fullmatch(bare)
    if found is None or not (found[1] or found[2]):
        plain = say("Write a number in {unit} and nothing else.", unit=unit) if unit else say("Write a number and nothing else.")
        return Typed(wrong=plain)
    value = float(f"{found[1] or 0}.{found[2] or 0}")
    if whole and not value.is_integer():
        return Typed(wrong=say("Write a whole number."))
    if (low is not None and value < low) or (high is not None and value > high):
        return Typed(wrong=_outside(low, high, unit))
    return Typed(value)


def _outside(low: float | None, high: float | None, unit: str) -> str:
    if low is None or high is None:
        bound, edge = (say("at least"), low) if high is None else (say("at most"), high)
        return say("Must be {bound} {edge:.10g} {unit}", bound=bound, edge=edge, unit=unit).rstrip() + "."
    return say("Must be {low:.10g} to {high:.10g} {unit}", low=low, high=high, unit=unit).rstrip() + "."
