"""What scenarios and drills are written with: times, scores, and the deeds that a nurse can have done."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from monitor.simulator.remedies import CLASSES
from monitor.units import read_seconds


def read_signed_seconds(value: object) -> int:
    """The same, with a sign before it: ``-90 s``. Raises ValueError."""
    if isinstance(value, str) and value.strip().startswith("-"):
        return -read_seconds(value.strip()[1:].lstrip())
    return read_seconds(value)


written_back = PlainSerializer(lambda seconds: f"{seconds} s", return_type=str)
Seconds = Annotated[int, BeforeValidator(read_seconds), written_back]
"""Whole seconds; written back as ``90 s``, so that a scenario that was dumped (by alias) reads as itself."""
Score = Annotated[float, Field(ge=0, le=10)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


Counted = Literal["start", "opening"]
"""Where a time counts from: the start of the infusion, or the opening of the session."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deed(StrEnum):
    """What a nurse can have done, as scenarios ask for it. Antiemetics and other drugs: also by class."""

    RATE_LOWERED = "rate_lowered"
    STOPPED = "stopped"
    DRUG = "drug"
    OXYGEN = "oxygen"
    REASSURED = "reassured"
    AIRWAY = "airway"
    PROBE = "probe"
    CUFF_NOW = "cuff_now"
    CUFF_INTERVAL = "cuff_interval"


_RECORDED = re.compile(r"(?:charted|checked|observed) [a-z][a-z0-9_]{1,40}\Z")


def _read_deed(value: object) -> str:
    """A deed, or a drug by its class: ``drug antiemetic_5ht3``."""
    if isinstance(value, str):
        first, _, drug = value.partition(" ")
        if value in set(Deed) or (first == "drug" and drug in CLASSES):
            return value
        if first == "drug":
            raise ValueError(f"unknown class of drug {drug!r}; known are {', '.join(CLASSES)}")
    raise ValueError(f"unknown deed {value!r}; known are {', '.join(Deed)} and 'drug CLASS'")


def read_task(value: object) -> str:
    """A deed, or something that the record shows: ``charted nausea``, ``checked escort``."""
    if isinstance(value, str) and _RECORDED.match(value):
        return value
    try:
        return _read_deed(value)
    except ValueError as wrong:
        raise ValueError(f"{wrong}; or, of the record, 'charted SCALE', 'checked ITEM', 'observed WHAT'") from None


DeedName = Annotated[str, BeforeValidator(_read_deed)]
TaskName = Annotated[str, BeforeValidator(read_task)]
