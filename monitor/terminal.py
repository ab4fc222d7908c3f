"""How commands speak: results on stdout, one JSON object a line where asked; an error is one line on stderr."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NoReturn, TextIO

import typer

from monitor.logs import json_line

Store = Annotated[str | None, typer.Option(help="Where the log lives: sqlite:///FILE or postgresql://USER@HOST/DATABASE.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def line(text: str) -> str:
    """One line without anything that a terminal would obey: what names and files held is shown, not carried out."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def tell(text: str, file: TextIO | None = None) -> None:
    print(line(text), file=file or sys.stdout, flush=True)


def fail(sentence: str) -> NoReturn:
    """One line on stderr, whatever the message held, and a status that says so."""
    tell(" ".join(sentence.split()), sys.stderr)
    raise SystemExit(1)


def say(record: dict[str, Any]) -> None:
    print(json_line(record), flush=True)
