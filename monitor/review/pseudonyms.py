"""What leaves the station names nobody: a trainee stands in it by their code, everybody else by a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from monitor.access import TAKEN, coded
from monitor.drills.script import POLICIES, PRESCRIBER
from monitor.language import say
from monitor.review.reading import Room

NOBODY = frozenset({"", *TAKEN, PRESCRIBER.by, *POLICIES})
"""Who signs entries and is no person."""
NAMED = ("override_by", "prescriber", "escort", "to")
"""In an event, the fields that hold somebody's name, beside its author."""


def code_of(trainee: str, first_run: int | str) -> str:
    """A trainee's code, and a policy's name; where the clinic keeps runs under names, the number of the first run that is given."""
    return trainee if trainee in POLICIES or coded(trainee) is not None else f"trainee-{first_run}"


def pseudonyms(rooms: Iterable[Room]) -> dict[str, str]:
    """Whoever is named in a run, and what stands for them: in the order in which they come up, so the same each time."""
    found: dict[str, str] = {}
    people = 0
    for room in rooms:
        drill = room.drill
        for name in filter(None, (drill.trainee, drill.signs)):
            found.setdefault(name.casefold(), code_of(drill.trainee, drill.run))
        for entry in room.log:
            for name in (entry.by, *_named_in(entry.event.model_dump())):
                if name not in NOBODY and name.casefold() not in found:
                    people += 1
                    found[name.casefold()] = say("person {n}", n=people)
    return found


def _named_in(part: Mapping[str, Any]) -> Iterator[str]:
    for field, value in part.items():
        if isinstance(value, Mapping):
            yield from _named_in(value)
        elif field in NAMED and isinstance(value, str):
            yield value


def without_names(told: Any, names: Mapping[str, str]) -> Any:
    """What is told, with each of ``names`` (see ``pseudonyms``) replaced: where it stands alone, and as a word in a text.

    In texts a name of one or two letters stays: it is as likely a word.
    """
    longest = sorted((name for name in names if len(name) > 2), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest)) or '(?!)'})(?![\w-])", re.IGNORECASE)

    def walked(part: Any) -> Any:
        if isinstance(part, str):
            whole = names.get(part.casefold())
            return whole if whole is not None else pattern.sub(lambda found: names[found[0].casefold()], part)
        if isinstance(part, Mapping):
            return {key: walked(value) for key, value in part.items()}
        if isinstance(part, list | tuple):
            return [walked(value) for value in part]
        return part

    return walked(told)
