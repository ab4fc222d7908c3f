"""The closed set of conditions that a protocol's rules are built from, and how they are joined.

Truth has three values, combined by Kleene's rules: ``all`` is the least, ``any`` the greatest, ``not`` turns over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from monitor.protocol.charted import DrugSince, Score, Seen, Symptom, Trend
from monitor.protocol.condition import MET, NOT_MET, Condition, Sight
from monitor.protocol.facts import Fact, Flag, Overdue, Since
from monitor.protocol.measured import Before, Disagree, Lost, Plausible, Reported, Still, Vital
from monitor.protocol.pressure import CuffFailed, Pressure

__all__ = [
    "All", "AnyCondition", "AnyOf", "Before",
    "CuffFailed", "Disagree", "DrugSince", "Fact", "Flag", "Lost", "Not", "Overdue", "Plausible", "Pressure",
    "Reported", "Score", "Seen", "Since", "Still", "Symptom", "Trend", "Vital", "always_known", "walk",
]  # fmt: skip

if TYPE_CHECKING:
    from monitor.protocol.document import Document


class All(Condition):
    type: Literal["all"] = "all"
    of: tuple[AnyCondition, ...] = Field(min_length=1)

    def truth(self, sight: Sight) -> int:
        worst = MET
        for part in self.of:
            value = part.truth(sight)
            if value == NOT_MET:
                return NOT_MET
            worst = min(worst, value)
        return worst

    def broken_at(self, sight: Sight) -> int | None:
        seconds = [part.broken_at(sight) for part in self.of]
        return None if None in seconds else min(s for s in seconds if s is not None)

    def parts(self) -> Iterator[Condition]:
        return iter(self.of)


class AnyOf(Condition):
    type: Literal["any"] = "any"
    of: tuple[AnyCondition, ...] = Field(min_length=1)

    def truth(self, sight: Sight) -> int:
        best = NOT_MET
        for part in self.of:
            value = part.truth(sight)
            if value == MET:
                return MET
            best = max(best, value)
        return best

    def broken_at(self, sight: Sight) -> int | None:
        return max((s for part in self.of if (s := part.broken_at(sight)) is not None), default=None)

    def parts(self) -> Iterator[Condition]:
        return iter(self.of)


class Not(Condition):
    type: Literal["not"] = "not"
    of: AnyCondition

    def truth(self, sight: Sight) -> int:
        return MET - self.of.truth(replace(sight, standing=False))

    def parts(self) -> Iterator[Condition]:
        yield self.of


KEYS: tuple[str, ...] = (
    "vital",
    "pressure",
    "score",
    "trend",
    "symptom",
    "seen",
    "drug_since",
    "since",
    "overdue",
    "lost",
    "reported",
    "before",
    "plausible",
    "cuff_failed",
    "disagree",
    "still",
    "flag",
    "fact",
    "all",
    "any",
    "not",
)
_SHORT = {"all": "of", "any": "of", "not": "of", "flag": "flag", "fact": "fact", "overdue": "observation"}
"""Where a condition has one main part, it may be written without naming it."""


def _unkeyed(written: object) -> object:
    """``{vital: {of: spo2, below: 94}}``, as people write it, into a mapping that names its type."""
    if not isinstance(written, dict) or len(written) != 1 or next(iter(written)) not in KEYS:
        raise ValueError(f"a condition is one key with its content; the keys are {', '.join(KEYS)}")
    key, content = next(iter(written.items()))
    if key in _SHORT and not (isinstance(content, dict) and key in ("flag", "fact", "overdue")):
        return {"type": key, _SHORT[key]: content}
    if not isinstance(content, dict):
        raise ValueError(f"{key} needs its parts, each on a line of its own")
    return {"type": key, **content}


AnyCondition = Annotated[
    Vital
    | Pressure
    | Score
    | Trend
    | Symptom
    | Seen
    | DrugSince
    | Since
    | Overdue
    | Lost
    | Reported
    | Before
    | Plausible
    | CuffFailed
    | Disagree
    | Still
    | Flag
    | Fact
    | All
    | AnyOf
    | Not,
    Field(discriminator="type"),
    BeforeValidator(_unkeyed),
]


def walk(condition: Condition) -> Iterator[Condition]:
    """This condition and all that it is built from."""
    yield condition
    for part in condition.parts():
        yield from walk(part)


def always_known(document: Document, condition: Condition) -> bool:
    """Whether this condition is built only of what the session always knows. History is asked at check-in."""
    for part in walk(condition):
        if isinstance(part, Flag) and not document.flags.get(part.flag):
            continue
        if isinstance(part, (Vital, Reported, Before, Pressure, Score, Trend, Symptom, CuffFailed, Disagree, Still, Flag)):
            return False
        if isinstance(part, Seen) and (part.below is not None or part.above is not None):
            return False
    return True
