"""The typeface of every page: Source Sans 3, a variable font under the SIL Open Font License, as Streamlit carries it.

A station looks the same on every computer, whichever fonts are installed there. Digits are of one width. What the face
lacks (other scripts) comes from the computer's own fonts, in lines of the same height.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files
from pathlib import Path

from monitor.language import say

NAME = "face.woff2"
ADDRESS = f'url("{NAME}")'
"""How tokens.css names it."""
PATTERN = "SourceSansVF-Upright*.woff2"
TOKENS = Path(__file__).parents[1] / "views" / "components" / "tokens.css"


@cache
def path() -> Path:
    """The font's file. Raises FileNotFoundError, one sentence, where this Streamlit carries none."""
    folder = Path(str(files("streamlit") / "static"))
    found = sorted(folder.rglob(PATTERN))
    if not found:
        names = {"folder": folder, "name": PATTERN}
        wrong = say("{folder}: no {name}, the typeface of the screens; install the Streamlit that requirements.txt names", **names)
        raise FileNotFoundError(wrong)
    return found[0]


@cache
def tokens() -> str:
    """The design tokens with the face in them, for a page that is one file."""
    data = b64encode(path().read_bytes()).decode()
    return TOKENS.read_text(encoding="utf-8").replace(ADDRESS, f'url("data:font/woff2;base64,{data}")', 1)
