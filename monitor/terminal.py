"""How commands speak: results on stdout, one JSON object a line where asked; an error is one line on stderr."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, NoReturn

import typer

Store = Annotated[str | None, typer.Option(help="Where the log lives: sqlite:///FILE or postgresql://USER@HOST/DATABASE.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def fail(sentence: str) -> NoReturn:
    """One line on stderr, whatever the message held, and a status that says so."""
    print(" ".join(sentence.split()), file=sys.stderr)
    raise SystemExit(1)


def say(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False, allow_nan=False), flush=True)
