"""YAML as people write it for a clinic, read so that every value remembers its line.

A small, closed part of YAML: mappings, lists, and scalars that are null, true/false, a number or text. ``12:00`` is
text (YAML 1.1 would make it 720), ``no`` is text, dates are text, keys are text. Refused, each in one sentence with
its line: duplicate keys, anchors and aliases, tags, several documents, more than 1 MB, deep nesting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from monitor.sources.source import BadFile

__all__ = ["BadFile", "Lines", "load_model", "parse_yaml", "read_yaml", "refusal", "unset", "validated"]

LARGEST_FILE = 1_000_000
"""Bytes. A protocol of 100 rules is about 100 kB."""
DEEPEST = 32
"""Levels of nesting; house files use fewer than ten."""

Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*([eE][-+]?[0-9]+)?|\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)\Z")
_CONSTANTS: Mapping[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


def unset(default: Any) -> Any:
    """The field of a key that came later: as long as a file does not set it, its content is written, and digested, as before."""
    return Field(default=default, exclude_if=lambda value: value == default)


class Lines:
    """Which line of the file each value stands on (a mapping's value: the line of its key)."""

    __slots__ = ("_at",)

    def __init__(self, at: Mapping[Place, int]) -> None:
        self._at = at

    def known(self, path: Sequence[str | int]) -> Place:
        """The part of ``path`` that is in the file; parts that are not (a union's tag, a missing key) are left out."""
        place: Place = ()
        for part in path:
            here = (*place, part)
            if here in self._at:
                place = here
        return place

    def line(self, path: Sequence[str | int]) -> int:
        """The line (from 1) of the value at ``path``, or of the closest place above it."""
        return self._at.get(self.known(path), 1)


def read_yaml(path: Path) -> tuple[object, Lines]:
    """The plain data in a file, and its lines. Raises BadFile."""
    name = str(path)
    if path.exists() and not path.is_file():
        raise BadFile(name, None, "is not an ordinary file; name a YAML file")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as wrong:
        reason = wrong.strerror or type(wrong).__name__
        raise BadFile(name, None, f"cannot be read ({reason}); check the path") from None
    if len(raw) > LARGEST_FILE:
        raise BadFile(name, None, f"is larger than {LARGEST_FILE // 1_000_000} MB; split it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadFile(name, raw[: wrong.start].count(b"\n") + 1, "is not UTF-8 text; save it as UTF-8") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> tuple[object, Lines]:
    """As ``read_yaml``, from text; ``name`` is the file that errors will name."""
    reading = _Reading(name, text)
    try:
        return reading.document(), Lines(reading.at)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        problem = getattr(wrong, "problem", None) or getattr(wrong, "reason", None) or "it does not follow YAML"
        at = mark.line if mark else None
        written = text.splitlines()[at : at + 1] if at is not None else []
        tabbed = any("\t" in w[: len(w) - len(w.lstrip())] for w in written)
        hint = "indent with spaces, not tabs" if tabbed else "mend this line or the one above it"
        raise BadFile(name, None if at is None else at + 1, f"is not readable YAML: {problem}; {hint}") from None


class _Reading:
    """One pass over the parser's events: data, and a line for each place."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.at: dict[Place, int] = {}
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))

    def document(self) -> object:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise BadFile(self.name, None, "is empty")
        data = self._value(next(self._events), (), None)
        next(self._events)
        after: Any = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            raise self._refuse(after, "holds a second document (---); keep one a file")
        return data

    def _refuse(self, event: Any, wrong: str) -> BadFile:
        return BadFile(self.name, _line(event), wrong)

    def _value(self, event: Any, place: Place, line: int | None) -> object:
        self.at[place] = _line(event) if line is None else line
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, f"uses the alias *{event.anchor}; write the value out")
        if event.anchor is not None:
            raise self._refuse(event, f"uses the anchor &{event.anchor}; write each value out")
        if event.tag is not None and event.tag != "!":
            raise self._refuse(event, f"uses the tag {event.tag}; leave it out")
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        if len(place) >= DEEPEST:
            raise self._refuse(event, f"is nested more than {DEEPEST} levels deep")
        return self._list(place) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(place)

    def _list(self, place: Place) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*place, len(found)), None))
        return found

    def _mapping(self, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag not in (None, "!"):
                raise self._refuse(event, "has a key that is not plain text")
            key: str = event.value
            if key in found:
                first = self.at[(*place, key)]
                raise self._refuse(event, f"has the key {key!r} twice (first on line {first}); keep one")
            found[key] = self._value(next(self._events), (*place, key), _line(event))
        return found


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain(text: str) -> object:
    """An unquoted scalar: null, true/false, a finite number, else text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text) and math.isfinite(number := float(text)):
        return number
    return text


def load_model(model: type[M], path: Path) -> M:
    """A file as a validated model. Raises BadFile with the line of the most specific error."""
    data, lines = read_yaml(path)
    return validated(model, data, lines, str(path))


def validated(model: type[M], data: object, lines: Lines, name: str, under: Sequence[str | int] = ()) -> M:
    """Data read from ``name`` (standing ``under`` that place of it) as a validated model. Raises BadFile."""
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        raise refusal(wrong, lines, name, under) from None


def refusal(wrong: ValidationError, lines: Lines, name: str, under: Sequence[str | int] = ()) -> BadFile:
    """One sentence for a validation error: its deepest place, what is wrong there, and how many more there are."""
    errors = wrong.errors(include_url=False, include_context=True)
    found = [((*under, *error["loc"]), error) for error in errors]
    # A union reports every member that did not fit; the one that got deepest is the one that was meant.
    loc, error = min(found, key=lambda e: (-len(lines.known(e[0])), lines.line(e[0])))
    missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing" and e["loc"][:-1] == error["loc"][:-1]]
    sentence = _sentence(loc, error, lines, missing)
    others = len(errors) - 1
    if others:
        sentence += f" (and {others} more)"
    return BadFile(name, lines.line(loc), sentence)


def _sentence(loc: Place, error: Mapping[str, Any], lines: Lines, missing: Sequence[str]) -> str:
    place = spelled(lines.known(loc))
    last = str(loc[-1]) if loc else ""
    match error["type"]:
        case "missing":
            return f"{place or 'the file'} lacks {last!r}; add it"
        case "extra_forbidden":
            within = spelled(lines.known(loc)[:-1])
            hint = f"; {missing[0]!r} is missing, was that meant?" if missing else "; remove it or mend its spelling"
            return f"{within + ': ' if within else ''}unknown key {last!r}{hint}"
        case "value_error" | "assertion_error":
            text = str(error.get("ctx", {}).get("error", error["msg"]))
            return f"{place}: {text}" if place else text
        case "model_type" | "dict_type" | "mapping_type" | "model_attributes_type":
            return f"{place or 'the file'} should hold keys with values, not {_brief(error['input'])}"
        case _:
            given = error["input"]
            text = str(error["msg"]).removeprefix("Input ")
            # A whole mapping or list in a sentence helps no one.
            stands = "" if isinstance(given, (dict, list, BaseModel)) else f", not {_brief(given)}"
            return f"{place + ': ' if place else ''}{text}{stands}"


def _brief(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def spelled(place: Sequence[str | int]) -> str:
    """A place as people write it: ``rules[3].when.value`` (list positions count from 1)."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
