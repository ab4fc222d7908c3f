"""What trying a promise found: whether it held, and the figures in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    kept: bool
    figures: str
    in_time: bool = True
    """Judged in full runs only: a test that also runs on a busy machine times nothing."""
