"""The colours of measured numbers: those that tokens.css ships, and what a clinic puts in their place to match its own
monitors. What could not be read from where it hangs, or could be taken for an alarm, is refused. Alarm colours are fixed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

Theme = Literal["dark", "light", "contrast"]
Parameter = Literal["hr", "spo2", "bp", "rr", "diss", "comf"]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Colours = Mapping[Theme, Mapping[Parameter, Colour]]

TOKENS = Path(__file__).parent / "views" / "components" / "tokens.css"
GROUNDS = ("ground", "surface", "raised")
ALARMS = ("high", "medium", "low", "tech")
LEAST_CONTRAST = 7.0
LEAST_APART = 10.0
"""In CIELAB. The shipped colours come as near as this to an alarm's (dissociation to technical, under high contrast)."""

_THEME = re.compile(r'\.im(?:\[data-theme="(\w+)"\])? \{(.*?)\n\}', re.S)
_TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6})")


@cache
def tokens() -> dict[str, dict[str, str]]:
    """Every colour that tokens.css names, by theme; a theme has the dark one's where it names none of its own."""
    found: dict[str, dict[str, str]] = {}
    for theme, block in _THEME.findall(TOKENS.read_text(encoding="utf-8")):
        found.setdefault(theme or "dark", {}).update(_TOKEN.findall(block))
    return {theme: found["dark"] | own for theme, own in found.items()}


def contrast(a: str, b: str) -> float:
    """WCAG's ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def apart(a: str, b: str) -> float:
    """How different two colours look: their distance in CIELAB."""
    return math.dist(_lab(a), _lab(b))


def wrong_with(theme: str, colour: str) -> str | None:
    """Why a measured number may not have this colour under this theme, or None."""
    known = tokens()[theme]
    ratio, ground = min((contrast(colour, known[g]), known[g]) for g in GROUNDS)
    if ratio < LEAST_CONTRAST:
        return f"{colour} has a contrast of {ratio:.1f}:1 on {ground}; {LEAST_CONTRAST:g}:1 is needed"
    for alarm in ALARMS:
        if min(apart(colour, known[alarm]), apart(colour, known[f"{alarm}-edge"])) < LEAST_APART:
            return f"{colour} looks like the {'technical' if alarm == 'tech' else alarm} alarm; choose one further from it"
    return None


def _linear(colour: str) -> tuple[float, float, float]:
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _light(r), _light(g), _light(b)


def _light(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    r, g, b = _linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _lab(colour: str) -> tuple[float, float, float]:
    r, g, b = _linear(colour)
    x = _root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
    y = _root(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = _root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(t: float) -> float:
    return float(t ** (1 / 3)) if t > 0.008856 else 7.787 * t + 16 / 116
