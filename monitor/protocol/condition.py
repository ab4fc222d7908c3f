"""What a condition of a protocol is: it looks at one second of a session and says not met, cannot tell or met.

What nobody measured or charted is CANNOT_TELL, never NOT_MET: missing is never normal.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monitor.events import Evidence
from monitor.session import SessionState
from monitor.vitals import HORIZON_S, Window

if TYPE_CHECKING:
    from monitor.protocol.document import Document

NOT_MET, CANNOT_TELL, MET = 0, 1, 2
TRUTHS = ("not met", "cannot tell", "met")

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def seconds(text: object) -> int:
    """``15 s``, ``3 min``, ``1 h`` or 0 as whole seconds; a bare number would leave the unit to be guessed."""
    if text == 0 and not isinstance(text, bool):
        return 0
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise ValueError("write a duration with its unit, such as 15 s, 3 min or 1 h")
    return round(float(found[1]) * _SECONDS[found[2]])


Duration = Annotated[int, BeforeValidator(seconds)]
Persistence = Annotated[int, BeforeValidator(seconds), Field(le=HORIZON_S)]


@dataclass(slots=True)
class Sight:
    """All that a rule may look at: the state and the recent samples of one session at one second.

    With ``instant`` nothing needs to persist: it shows what is on its way. With ``standing`` what is beyond a limit
    counts as beyond it until its way back is reached: so it is for a prompt that stands.
    """

    document: Document
    state: SessionState
    window: Window
    at: int
    instant: bool = False
    standing: bool = False


class Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def truth(self, sight: Sight) -> int:
        raise NotImplementedError

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        """The values that decided, each with its second."""
        return iter(())

    def broken_at(self, sight: Sight) -> int | None:
        """The last second at which it was so, however shortly, or nobody knew; None where the samples do not tell."""
        return None

    def signals(self) -> Iterator[str]:
        return iter(())

    def parts(self) -> Iterator[Condition]:
        return iter(())


class Comparison(Condition):
    below: float | None = None
    at_most: float | None = None
    above: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for v in (self.below, self.at_most, self.above, self.at_least)) != 1:
            raise ValueError("give exactly one of below, at_most, above, at_least")
        return self

    def beyond(self, value: float) -> str:
        """Sign and limit beside a value that is beyond it: never "98 < 85"."""
        sign, limit = self.limit()
        return f"{sign} {limit:g}" if self.holds(value) else ""

    @cached_property
    def _test(self) -> tuple[Callable[[float, float], bool], float]:
        sign, limit = self.limit()
        return {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge}[sign], limit

    def holds(self, value: float) -> bool:
        beyond, limit = self._test
        return beyond(value, limit)

    def limit(self) -> tuple[str, float]:
        """The sign that a message shows between value and limit, and the limit."""
        for sign, value in (("<", self.below), ("≤", self.at_most), (">", self.above), ("≥", self.at_least)):
            if value is not None:
                return sign, value
        raise AssertionError
