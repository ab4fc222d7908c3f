"""docs/promises.md: a table of what is promised, in which each full run leaves its result and its date."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from promises.found import Found

PAGE = Path(__file__).resolve().parent.parent / "docs" / "promises.md"
_ROW = re.compile(r"^\| (?P<name>[a-z-]+) \| (?P<promise>.*?) \| (?P<result>.*?) \| (?P<date>.*?) \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str, str]]:
    """By name: the promise, the last result, its date."""
    return {found["name"]: (found["promise"], found["result"], found["date"]) for found in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def keep(name: str, found: Found, on: date) -> None:
    """Put a result into its row."""
    result = f"**NOT KEPT:** {found.figures}" if not found.kept else found.figures if found.in_time else f"**LATE:** {found.figures}"

    def renewed(row: re.Match[str]) -> str:
        return f"| {name} | {row['promise']} | {result} | {on.isoformat()} |" if row["name"] == name else row[0]

    PAGE.write_text(_ROW.sub(renewed, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
