"""What the program says about itself: one JSON object a line on stderr, for machines that watch machines.

Nothing of a patient is in it. An exception is told by its kind and place: its own text may quote what was entered.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from monitor import clock

HOME = Path(__file__).resolve().parent


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
            told["where"] = [f"{_short(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(record.exc_info[2])]
        return json.dumps(told, ensure_ascii=False)


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(HOME.parent)) if path.is_relative_to(HOME) else path.name


def begin(stream: TextIO | None = None) -> logging.Handler:
    """From now on the program's own loggers write here; gives what to take away again."""
    handler, own = logging.StreamHandler(stream or sys.stderr), logging.getLogger("monitor")
    handler.setFormatter(JsonLines())
    own.addHandler(handler)
    own.setLevel(logging.INFO)
    # Streamlit tells what a page's run raised with its own words, which may quote what was entered.
    for logger in [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]:
        if isinstance(theirs := getattr(logger, "streamlit_console_handler", None), logging.Handler):
            theirs.setFormatter(JsonLines())
    return handler
