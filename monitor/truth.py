"""Hidden truth: what a trainee must not know before the end. One function drops it, wherever a log leaves the house.

Screens (through the follower), exports and the command line read a session's entries through ``shown`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.events import DrillStarted, Logged

HIDDEN = "truth_"
"""Kinds that begin with this are hidden truth."""
SOURCE = "source_set"
"""Names the scenario's file and the seed."""
PROMPTS = frozenset({"prompt_changed", "prompt_answered"})


def shown(entries: Iterable[Logged], drill: DrillStarted | None, ended: bool, instructor: bool = False) -> Iterator[Logged]:
    """What of a log may be seen. In a drill without prompts those are hidden too: assessed and logged, not shown."""
    proves = drill is not None and not drill.prompts
    for entry in entries:
        kind = entry.event.kind
        hidden = kind.startswith(HIDDEN) or (drill is not None and kind == SOURCE) or (proves and kind in PROMPTS)
        if ended or instructor or not hidden:
            yield entry
