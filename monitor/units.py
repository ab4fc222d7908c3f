"""Unit names as they are written in files and on screens, and the few conversions between them.

Inside the program a quantity carries its unit in its name (``rate_mg_per_kg_h``); nothing else converts.
"""

from __future__ import annotations

import math
import re

from monitor.language import say

PER_MIN = "/min"
PERCENT = "%"
MMHG = "mmHg"
KPA = "kPa"
CELSIUS = "Cel"
FAHRENHEIT = "degF"
MILLIVOLT = "mV"
OHM = "Ohm"
NORMALIZED = "NU"

MMHG_PER_KPA = 7.50062
"""Millimetres of mercury in a kilopascal (conventional value, 101.325 kPa = 760 mmHg)."""

LONGEST_S = 24 * 3600
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)\Z")
_SPAN = re.compile(r"(\d{1,5}(?:\.\d)?) ?(s|min|h)\Z")
_SECONDS_IN = {"s": 1, "min": 60, "h": 3600}

POUNDS_PER_KG = 2.20462
"""Pounds in a kilogram (the international pound, 0.45359237 kg)."""

_SPELLINGS: dict[str, str] = {
    "bpm": PER_MIN,
    "/min": PER_MIN,
    "1/min": PER_MIN,
    "pm": PER_MIN,
    "brpm": PER_MIN,
    "resp/min": PER_MIN,
    "beats/min": PER_MIN,
    "breaths/min": PER_MIN,
    "/m": PER_MIN,
    "%": PERCENT,
    "percent": PERCENT,
    "mmhg": MMHG,
    "mm[hg]": MMHG,
    "kpa": KPA,
    "c": CELSIUS,
    "cel": CELSIUS,
    "degc": CELSIUS,
    "°c": CELSIUS,
    "f": FAHRENHEIT,
    "degf": FAHRENHEIT,
    "[degf]": FAHRENHEIT,
    "mv": MILLIVOLT,
    "ohm": OHM,
    "nu": NORMALIZED,
}


def spelled(unit: str | None) -> str | None:
    """The house spelling of a unit found in a file, or None where it is unknown or absent."""
    return None if unit is None else _SPELLINGS.get(unit.strip().lower())


def convert(value: float, unit: str, to: str) -> float:
    """``value`` from one unit into another. Raises ValueError where the two are different quantities."""
    if unit == to:
        return value
    if (unit, to) == (KPA, MMHG):
        return value * MMHG_PER_KPA
    if (unit, to) == (FAHRENHEIT, CELSIUS):
        return (value - 32.0) / 1.8
    raise ValueError(say("cannot turn {unit} into {to}", unit=unit, to=to))


def half_up(value: float, decimals: int = 0) -> float:
    """Rounded the way people round on paper: 0.5 goes up (Python's own round goes to even)."""
    scale = 10.0**decimals
    return math.floor(value * scale + 0.5) / scale


def shown(value: float, decimals: int = 0) -> str:
    """A number as a screen writes it."""
    return f"{half_up(value, decimals):.{decimals}f}"


def brief(value: float) -> str:
    """A number that was worked out, as people write it: three digits, or tenths where more stand before the mark."""
    whole = math.floor(math.log10(value)) if value > 0 else 0
    return f"{half_up(value, max(1, 2 - whole)):.10g}"


def pounds(weight_kg: float) -> float:
    return weight_kg * POUNDS_PER_KG


def kilograms(weight_lb: float) -> float:
    return weight_lb / POUNDS_PER_KG


def ml_per_h(rate_mg_per_kg_h: float, weight_kg: float, concentration_mg_per_ml: float) -> float:
    """Pump rate for a weight-based rate."""
    return rate_mg_per_kg_h * weight_kg / concentration_mg_per_ml


def mg_per_kg_h(rate_ml_per_h: float, weight_kg: float, concentration_mg_per_ml: float) -> float:
    """Weight-based rate for a pump rate."""
    return rate_ml_per_h * concentration_mg_per_ml / weight_kg


def span(seconds: float) -> str:
    """A duration as a nurse reads it: ``0:42``, ``12:05``, ``1:02:00``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def minutes(seconds: float) -> str:
    """An age as a nurse reads it: ``just now`` below half a minute, else whole minutes."""
    return say("just now") if seconds < 30 else say("{half_up} min", half_up=int(half_up(seconds / 60)))


def ago(seconds: float) -> str:
    """The same in a sentence: ``just now``, ``5 min ago``."""
    return minutes(seconds) if seconds < 30 else say("{minutes} ago", minutes=minutes(seconds))


def since(seconds: float) -> str:
    """To the second: ``just now``, ``0:42 ago``."""
    return say("just now") if seconds < 2 else say("{span} ago", span=span(seconds))


def read_seconds(value: object) -> int:
    """A time or duration as people write it, in seconds. Raises ValueError."""
    if isinstance(value, str):
        if found := _CLOCK.match(value.strip()):
            hours, minutes, seconds = (int(x) if x else 0 for x in found.groups())
            total = hours * 3600 + minutes * 60 + seconds
        elif found := _SPAN.match(value.strip()):
            total = round(float(found[1]) * _SECONDS_IN[found[2]])
        else:
            raise ValueError(f"{value!r} is not a time; write 12:00, 90 s, 5 min or 2 h")
        if total > LONGEST_S:
            raise ValueError(f"{value!r} is longer than a day")
        return total
    raise ValueError(f"{value!r} has no unit; write 12:00, 90 s, 5 min or 2 h")
