"""One patient in floats or many in arrays: the few functions that Python and numpy spell differently.

The equations of the patient are written once, with ``+ - * /`` and these. ``ONE`` makes them run on floats, which a
room does second by second; ``MANY`` on arrays over patients, which a cohort does. ``Number`` is a float or such an
array, ``Truth`` a bool or an array of them.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias

import numpy as np

Number: TypeAlias = Any
"""A float, or a float array over patients."""
Truth: TypeAlias = Any
"""A bool, or a bool array over patients."""

STEP_S = 5
"""Seconds between the steps in which a patient changes; what a monitor makes of it comes every second."""


def near(seconds: float) -> float:
    """What a first-order lag of this time constant makes good of a difference in one step."""
    return 1.0 - math.exp(-STEP_S / seconds)


def keep(half_s: float) -> float:
    """What is left after one step of something with this half-life."""
    return float(0.5 ** (STEP_S / half_s))


class Maths(Protocol):
    def exp(self, x: Number) -> Number: ...
    def least(self, a: Number, b: Number) -> Number: ...
    def most(self, a: Number, b: Number) -> Number: ...
    def pick(self, truth: Truth, yes: Number, no: Number) -> Number: ...
    def any(self, truth: Truth) -> bool: ...
    def half_up(self, x: Number) -> Number: ...


class _One:
    """Floats. Builtins, because they are called tens of thousands of times an hour."""

    exp = staticmethod(math.exp)
    least = staticmethod(min)
    most = staticmethod(max)
    any = staticmethod(bool)

    @staticmethod
    def pick(truth: Truth, yes: Number, no: Number) -> Number:
        return yes if truth else no

    @staticmethod
    def half_up(x: Number) -> Number:
        return float(math.floor(x + 0.5))


class _Many:
    """Arrays over patients."""

    exp = staticmethod(np.exp)
    least = staticmethod(np.minimum)
    most = staticmethod(np.maximum)
    pick = staticmethod(np.where)

    @staticmethod
    def any(truth: Truth) -> bool:
        return bool(np.any(truth))

    @staticmethod
    def half_up(x: Number) -> Number:
        return np.floor(x + 0.5)


ONE: Maths = _One()
MANY: Maths = _Many()
