"""A sentence on a page of Streamlit's own, as it is, wherever it comes from: nothing in it is read as markup."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:-])")


def escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
