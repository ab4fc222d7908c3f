"""The scales that a nurse charts at the chair. Only numbers and their end words; no copyrighted item wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """``low_word`` and ``high_word`` say what the ends mean, so that direction is never guessed."""

    id: str
    label: str
    low: int
    high: int
    low_word: str
    high_word: str
    source: str


DISSOCIATION = "dissociation"
BOTHERED = "bothered"
COMFORT = "comfort"
NAUSEA = "nausea"
ANXIETY = "anxiety"
SEDATION = "sedation"
CADSS = "cadss"
CADSS6 = "cadss6"

SCALES: Mapping[str, Scale] = {
    s.id: s
    for s in (
        Scale(DISSOCIATION, "Dissociation", 0, 10, "fully here", "fully away", "numeric rating, free; proposal"),
        Scale(BOTHERED, "Bothered by it", 0, 2, "no", "yes", "three steps; proposal"),
        Scale(COMFORT, "Comfort", 0, 10, "unbearable", "fully comfortable", "numeric rating, free; proposal"),
        Scale(NAUSEA, "Nausea", 0, 10, "none", "worst", "numeric rating, free; unchecked"),
        Scale(ANXIETY, "Anxiety", 0, 10, "none", "worst", "numeric rating, free; unchecked"),
        Scale(SEDATION, "Sedation MOAA/S", 0, 5, "no response", "awake", "Chernik 1990; sourced"),
        Scale(CADSS, "CADSS", 0, 92, "none", "most", "23 items scored 0 to 4; total unchecked"),
        Scale(CADSS6, "CADSS-6", 0, 24, "none", "most", "items 1, 2, 6, 7, 15, 22; Rodrigues 2021, sourced"),
    )
}

BOTHERED_WORDS = ("no", "a little", "yes")
CADSS6_ITEMS = (1, 2, 6, 7, 15, 22)
CADSS_ITEMS = tuple(range(1, 24))


def refusal(scale: str, value: int | None) -> str | None:
    """Why this value cannot stand on this scale, or None. No value (could not be asked) always can."""
    known = SCALES.get(scale)
    if known is None:
        return f"there is no scale called {scale}"
    if value is not None and not known.low <= value <= known.high:
        return f"{known.label} goes from {known.low} ({known.low_word}) to {known.high} ({known.high_word}), not {value}"
    return None


def words(scale: str, value: int | None) -> str:
    """A charted value as the log writes it."""
    known = SCALES[scale]
    if value is None:
        return f"{known.label}: could not be asked"
    return f"{known.label} {BOTHERED_WORDS[value] if scale == BOTHERED else value}"
