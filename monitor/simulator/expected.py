"""What a scenario expects of a trainee: which events call for which acts by when, what is better left, and the weights.

Every limit and weight says whether it was read in a source or is a proposal that a medical lead decides.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from monitor.charting import SCALES
from monitor.simulator.parts import Counted, Part, Seconds, TaskName, Text
from monitor.vitals import Signal

Status = Literal["sourced", "unchecked", "proposal"]

UNTIL_S = 30 * 60
"""How long after its onset an event may still be answered, late, where its scenario says nothing else."""
SHOWN = frozenset({*(s.value for s in Signal), *SCALES})
"""What a limit can be of: a number on the monitor, or a scale (then what is true counts, asked or not)."""


class Limit(Part):
    """Where the trouble can be seen: the first second beyond it is the event's first crossing."""

    of: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one(self) -> Limit:
        if self.of not in SHOWN:
            raise ValueError(f"nothing is called {self.of!r}; known are {', '.join(sorted(SHOWN))}")
        if sum(x is not None for x in (self.at_least, self.at_most, self.above, self.below)) != 1:
            raise ValueError("write one of at_least, at_most, above, below")
        return self

    def crossed(self, value: float) -> bool:
        return (
            (self.at_least is not None and value >= self.at_least)
            or (self.at_most is not None and value <= self.at_most)
            or (self.above is not None and value > self.above)
            or (self.below is not None and value < self.below)
        )


class Expected(Part):
    """One act, and by when. Times count like the event's onset; from the onset on it counts, or from ``since``."""

    do: TaskName
    by: Seconds | None = None
    since: Seconds | None = None
    unless: tuple[TaskName, ...] = ()
    """Spares the act: who did one of these in time need not do it any more."""
    only_if: tuple[TaskName, ...] = ()
    """Expected only of one who did one of these, ``within`` so long of it."""
    within: Seconds | None = None
    """Without ``only_if``: so long after this patient crossed the event's limit."""
    points: float = Field(default=4, gt=0, le=100)
    status: Status = "proposal"
    why: str = Field(default="", max_length=400)

    @model_validator(mode="after")
    def _limit(self) -> Expected:
        if self.only_if and self.within is None:
            raise ValueError("only_if and within stand together: within so long of that")
        if (self.by is None) == (self.within is None):
            raise ValueError("give the limit: by, or within")
        if self.since is not None and (self.by is None or self.since >= self.by):
            raise ValueError("since lies before by, and needs one")
        return self


class Critical(Part):
    """Something that has to be recognised and answered. ``shows`` names the numbers and scales that tell of it."""

    event: Text
    onset: Seconds
    counted: Counted = Field(default="start", alias="from")
    until: Seconds | None = None
    """From then on an answer is no answer any more; half an hour after the onset where it is left out."""
    shows: tuple[str, ...] = ()
    limit: Limit | None = None
    acts: tuple[Expected, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Critical:
        latest = self.ends
        for act in self.acts:
            if act.within is not None and not act.only_if and self.limit is None:
                raise ValueError(f"{act.do!r} is due within a time of the limit's crossing, and the event has no limit")
            if act.by is not None and not self.onset < act.by <= latest:
                raise ValueError(f"{act.do!r} is due by a time that does not lie between onset and until")
        return self

    @property
    def ends(self) -> int:
        return self.until if self.until is not None else self.onset + UNTIL_S


class Restraint(Part):
    """Something better left: each time that it is done beyond ``allowed``, within its times, costs the points once."""

    leave: TaskName
    after: Seconds | None = None
    until: Seconds | None = None
    allowed: int = Field(default=0, ge=0, le=20)
    harmful: bool = False
    """It would harm; else it is only not needed."""
    points: float = Field(default=3, gt=0, le=100)
    status: Status = "proposal"
    why: str = Field(default="", max_length=400)


class Weights(Part):
    """What the parts that every scenario has are worth."""

    observations: float = Field(default=6, ge=0, le=100)
    untreated: float = Field(default=4, ge=0, le=100)
    attention: float = Field(default=2, ge=0, le=100)
    status: Status = "proposal"
