"""The infusion: the order, its guardrails, the states of the pump as charted, and the dose ledger.

Nothing here talks to a pump. Times are session seconds; doses are milligrams of racemic ketamine.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor import units


class Does(StrEnum):
    """What can be done to a patient or to the equipment that a simulated room obeys."""

    RATE = "rate"
    BOLUS = "bolus"
    DRUG = "drug"
    OXYGEN = "oxygen"
    REASSURE = "reassure"
    AIRWAY = "airway"
    PROBE = "probe"
    CUFF_NOW = "cuff_now"
    CUFF_INTERVAL = "cuff_interval"
    CUFF_PUT_OFF = "cuff_put_off"
    CUFF_STOP = "cuff_stop"
    HAPPENING = "happening"
    """Something befalls the patient or the equipment: an instructor's."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done at a session second. ``value`` by kind: rate mg/kg/h; bolus of ketamine and drug dose mg; oxygen L/min; interval s;
    the cuff put off until that second.

    ``detail`` names the drug's class where ``does`` is ``drug`` (``antiemetic_5ht3``, ``benzodiazepine``, ...), and holds
    the happening, as JSON, where it is ``happening``.
    """

    at: int
    does: Does
    value: float = 0.0
    detail: str = ""


class Order(BaseModel):
    """The prescriber's order for one infusion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dose_mg_per_kg: float = Field(gt=0, le=5)
    weight_kg: float = Field(gt=0, le=400)
    minutes: float = Field(gt=0, le=480)
    concentration_mg_per_ml: float = Field(default=1.0, gt=0, le=50)
    prescriber: str = Field(default="", max_length=80)

    @property
    def dose_mg(self) -> float:
        return self.dose_mg_per_kg * self.weight_kg

    @property
    def rate_mg_per_kg_h(self) -> float:
        return self.dose_mg_per_kg * 60.0 / self.minutes

    @property
    def ml(self) -> float:
        return self.dose_mg / self.concentration_mg_per_ml

    def ml_per_h(self, rate_mg_per_kg_h: float) -> float:
        """What the pump shows at this rate, with the order's weight and concentration."""
        return units.ml_per_h(rate_mg_per_kg_h, self.weight_kg, self.concentration_mg_per_ml)


class Bound(BaseModel):
    """A limit on what may be intended. Beyond ``recommended`` an override is asked for; beyond ``absolute`` it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    recommended: tuple[float, float]
    absolute: tuple[float, float]

    @model_validator(mode="after")
    def _nested(self) -> Bound:
        (low, high), (alow, ahigh) = self.recommended, self.absolute
        if not alow <= low <= high <= ahigh:
            raise ValueError("recommended must lie inside absolute, each lowest first")
        return self

    def breach(self, value: float) -> str | None:
        """None, ``recommended`` or ``absolute``: the widest bound that this value lies outside of."""
        # A float sum may miss a bound by less than any pump can be set to.
        grain = 1e-9
        if not self.absolute[0] - grain <= value <= self.absolute[1] + grain:
            return "absolute"
        if not self.recommended[0] - grain <= value <= self.recommended[1] + grain:
            return "recommended"
        return None


class Pump(StrEnum):
    """The infusion as charted."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


NEVER = sys.maxsize
"""A second that no session reaches."""


@dataclass(frozen=True, slots=True)
class RateChange:
    """From this second on the pump is charted at this rate. ``what``: started, rate, paused, resumed, stopped."""

    at: int
    rate_mg_per_kg_h: float
    what: str
    seq: int = field(default=-1, compare=False)
    """The entry that charts it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was given, by the charted changes of the rate."""

    weight_kg: float
    changes: tuple[RateChange, ...] = ()

    def with_change(self, change: RateChange) -> Ledger:
        return Ledger(self.weight_kg, (*self.changes, change))

    @property
    def pump(self) -> Pump:
        if not self.changes:
            return Pump.PLANNED
        return {"paused": Pump.PAUSED, "stopped": Pump.ENDED}.get(self.changes[-1].what, Pump.RUNNING)

    @property
    def rate_mg_per_kg_h(self) -> float:
        return self.changes[-1].rate_mg_per_kg_h if self.changes else 0.0

    @property
    def started_at(self) -> int | None:
        return self.changes[0].at if self.changes else None

    @property
    def ended_at(self) -> int | None:
        return self.changes[-1].at if self.pump is Pump.ENDED else None

    def given_mg(self, at: int) -> float:
        """Milligrams given up to this second."""
        return sum(rate / 3600.0 * self.weight_kg * seconds for rate, seconds in self._stretches(at))

    def reached_at(self, mg: float) -> int | None:
        """The second from which so many milligrams are in, the last charted rate running on; None: never."""
        given = 0.0
        for change, (rate, lasts) in zip(self.changes, self._stretches(NEVER), strict=True):
            per_s = rate * self.weight_kg / 3600.0
            if per_s > 0 and given + per_s * lasts >= mg:
                # A float sum may miss a whole second by less than any pump can be set to.
                return change.at + math.ceil((mg - given) / per_s - 1e-6)
            given += per_s * lasts
        return None

    def running_s(self, at: int) -> int:
        """Seconds that the pump ran, pauses not counted."""
        return sum(seconds for rate, seconds in self._stretches(at) if rate > 0)

    def _stretches(self, at: int) -> Sequence[tuple[float, int]]:
        ends = [*(c.at for c in self.changes[1:]), at]
        return [(c.rate_mg_per_kg_h, max(0, min(end, at) - c.at)) for c, end in zip(self.changes, ends, strict=False)]

    def left_s(self, order: Order, at: int) -> float | None:
        """Seconds until the ordered dose is in, at the charted rate; None while nothing runs."""
        rate_mg_per_s = self.rate_mg_per_kg_h * self.weight_kg / 3600.0
        return max(0.0, order.dose_mg - self.given_mg(at)) / rate_mg_per_s if rate_mg_per_s > 0 else None
