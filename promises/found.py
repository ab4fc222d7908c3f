"""What trying a promise found: whether it held, and the figures in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    kept: bool
    figures: str
