"""Foreign readers (wfdb, vitaldb): brought in only when a file needs them, and kept quiet."""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any


@contextmanager
def quietly() -> Iterator[io.StringIO]:
    """What they warn of (their own use of pandas) and print is theirs, not the user's. Gives what was printed."""
    said = io.StringIO()
    with warnings.catch_warnings(), redirect_stdout(said):
        warnings.simplefilter("ignore")
        yield said


def load(name: str) -> Any:
    """A reader by its module name; half a second the first time, so never at the start of the program."""
    with quietly():
        return importlib.import_module(name)
