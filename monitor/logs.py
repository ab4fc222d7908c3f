"""What the program says about itself: one JSON object a line on stderr, for machines that watch machines.

Nothing of a patient is in it. An exception is told by its kind and place: its own text may quote what was entered.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from monitor import clock

HOME = Path(__file__).resolve().parent
OWN = "monitor"


def json_line(record: Mapping[str, Any]) -> str:
    """One line, in which nothing stands raw that a terminal would obey or that nobody can see; the same to whoever reads it as
    JSON. Raises ValueError where a number is none."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": clock.stamp(clock.now()),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["raised"] = type(record.exc_info[1]).__name__
            told["where"] = _places(record.exc_info[1])
        return json_line(told)


def _places(error: BaseException) -> list[str]:
    return [f"{_short(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(HOME.parent)) if path.is_relative_to(HOME) else path.name


class _Wordless(logging.LogRecord):
    """What any library logs: an exception of it is told by its kind and place, whoever formats it. Ours say their own sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[1] is not None:
            # A formatter that finds this text writes no traceback of its own.
            self.exc_text = f"{type(self.exc_info[1]).__name__} at {', '.join(_places(self.exc_info[1]))}"
        if isinstance(self.args, tuple) and not self.name.startswith(OWN):
            self.args = tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in self.args)


def _thread_ended(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        logging.getLogger(OWN).error("a thread ended", exc_info=told.exc_value)


def begin(stream: TextIO | None = None) -> logging.Handler:
    """From now on the program's own loggers write here; gives what to take away again.

    Streamlit, the server and asyncio tell what a page's run raised with its own words, which may quote what was entered:
    no logger does so any more, also one that is made later.
    """
    handler, own = logging.StreamHandler(stream or sys.stderr), logging.getLogger(OWN)
    handler.setFormatter(JsonLines())
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    for logger in [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]:
        if isinstance(theirs := getattr(logger, "streamlit_console_handler", None), logging.Handler):
            theirs.setFormatter(JsonLines())
    logging.setLogRecordFactory(_Wordless)
    threading.excepthook = _thread_ended
    return handler
