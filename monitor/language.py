"""Every sentence of ours goes through ``say``. English stands in the code; another language is one file of its own.

``languages/messages.pot`` lists every sentence (``make language`` writes it, a test holds it complete, the browser's words
included). A translation is a PO file made from it, named by ``INFUSION_LANGUAGE`` when the program starts:
``languages/de.po`` by ``de``, or a path. What it leaves out stays English. The protocol, scenarios and what people write
keep the language that they are written in, and so do the command line and what is wrong with a file.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "languages"
VARIABLE = "INFUSION_LANGUAGE"


def say(sentence: str, /, **parts: object) -> str:
    """A sentence in the station's language, with its parts in their places (``{name}``, as ``str.format`` has them)."""
    told = translations().get(sentence, sentence)
    return told.format(**parts) if parts else told


@cache
def translations() -> dict[str, str]:
    """Sentence to translation, for the language that this process was started in. Raises OSError where its file is missing."""
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        return {}
    from babel.messages.pofile import read_po

    path = Path(wanted) if wanted.endswith(".po") else FOLDER / f"{wanted}.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}
