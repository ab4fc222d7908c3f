"""The scales that a nurse charts at the chair. Only numbers and their end words; no copyrighted item wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.language import say


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
        Scale(DISSOCIATION, "Dissociation", 0, 10, say("fully here"), say("fully away"), say("numeric rating, free; proposal")),
        Scale(BOTHERED, say("Bothered by it"), 0, 2, "no", "yes", say("three steps; proposal")),
        Scale(COMFORT, "Comfort", 0, 10, "unbearable", say("fully comfortable"), say("numeric rating, free; proposal")),
        Scale(NAUSEA, "Nausea", 0, 10, "none", "worst", say("numeric rating, free; unchecked")),
        Scale(ANXIETY, "Anxiety", 0, 10, "none", "worst", say("numeric rating, free; unchecked")),
        Scale(SEDATION, say("Sedation MOAA/S"), 0, 5, say("no response"), "awake", say("Chernik 1990; sourced")),
        Scale(CADSS, "CADSS", 0, 92, "none", "most", say("23 items scored 0 to 4; total unchecked")),
        Scale(CADSS6, "CADSS-6", 0, 24, "none", "most", say("items 1, 2, 6, 7, 15, 22; Rodrigues 2021, sourced")),
    )
}

BOTHERED_WORDS = ("no", say("a little"), "yes")
CADSS6_ITEMS = (1, 2, 6, 7, 15, 22)
CADSS_ITEMS = tuple(range(1, 24))


def refusal(scale: str, value: int | None) -> str | None:
    """Why this value cannot stand on this scale, or None. No value (could not be asked) always can."""
    known = SCALES.get(scale)
    if known is None:
        return say("there is no scale called {scale}", scale=scale)
    if value is not None and not known.low <= value <= known.high:
        return say(
            "{label} goes from {low} ({low_word}) to {high} ({high_word}), not {value}",
            label=known.label,
            low=known.low,
            low_word=known.low_word,
            high=known.high,
            high_word=known.high_word,
            value=value,
        )
    return None


def words(scale: str, value: int | None) -> str:
    """A charted value as the log writes it."""
    known = SCALES[scale]
    if value is None:
        return say("{label}: could not be asked", label=known.label)
    return f"{known.label} {BOTHERED_WORDS[value] if scale == BOTHERED else value}"
