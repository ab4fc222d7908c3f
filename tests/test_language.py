"""Every sentence of ours is in the catalogue, and a translation reaches every screen."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HOME = Path(__file__).resolve().parent.parent
TEMPLATE = HOME / "monitor" / "languages" / "messages.pot"
METHODS = [("monitor/**.py", "python"), ("monitor/views/components/words.js", "javascript"), ("monitor/board/*.html", "jinja2")]
SPOKEN = [*(HOME / "monitor").glob("board/*.py"), *(HOME / "monitor").glob("commands/*.py"), *(HOME / "monitor").glob("views/*.py")]
SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z{]+[^<>]*\Z|[A-Za-z]{3,}[^<>]* \{", re.S)


def catalogue() -> Catalog:
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def test_the_catalogue_holds_every_sentence_and_no_other() -> None:
    found = {str(text) for _, _, text, _, _ in extract_from_dir(HOME, METHODS, keywords={"say": None})}
    assert found == {str(m.id) for m in catalogue() if m.id}, "run: make language"


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a module that are no part of ``say(...)``, no docstring, and no name that only the program reads."""

    def walk(node: ast.AST) -> Iterator[tuple[int, str]]:
        match node:
            case ast.Call(func=ast.Name(id="say")):
                for keyword in node.keywords:
                    yield from walk(keyword.value)
                return
            case ast.Expr(value=ast.Constant()) | ast.MatchValue():
                return
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log_" | "re")) | ast.Attribute(attr="removeprefix")) | ast.Subscript():
                return
            case ast.JoinedStr():
                yield node.lineno, "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        yield from walk(part.value)
                return
            case ast.Constant(value=str()):
                yield node.lineno, str(node.value)
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    yield from walk(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", SPOKEN, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_sentence_of_a_screen_stands_outside_the_catalogue(path: Path) -> None:
    unmarked = [f"{line}: {text}" for line, text in texts(path) if SENTENCE.search(text) and not text.startswith("<style>")]
    assert not unmarked


FRAMES = """
import json
from monitor import commands, settings
from monitor.admission import Patient, admit_simulated
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.live.follower import Follower
from monitor.protocol.document import load_protocol
from monitor.store.memory import MemoryLog
from monitor.views import components
from monitor.ward import Ward
log, document = MemoryLog(), load_protocol(settings.EXAMPLE_PROTOCOL)
admitted = admit_simulated("2", Patient("Otter"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 7, document)
session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
Ward(log, document, log.number_lease("test")).round()
picture = Follower(log, document, settings.load_rooms(settings.ROOMS)).picture()
said = {"wall": ward_frame(picture, ""), "room": room_frame(picture, "2", ""), "empty": room_frame(picture, "1", "")}
try:
    commands.carry_out(log, document, session, "nurse", commands.rest_cuff())
except commands.Refusal as refusal:
    said["refusal"] = refusal.sentence
said["browser"] = components.body("language.js").decode()
print(json.dumps(said))
"""


def test_a_translation_reaches_wall_room_refusals_and_browser(tmp_path: Path) -> None:
    marked = catalogue()
    for message in marked:
        if message.id:
            message.string = f"«{message.id}»"
    with (tmp_path / "marked.po").open("wb") as file:
        write_po(file, marked)
    environment = {**os.environ, "INFUSION_LANGUAGE": str(tmp_path / "marked.po")}
    done = subprocess.run([sys.executable, "-c", FRAMES], capture_output=True, text=True, cwd=HOME, env=environment, check=True)
    said = json.loads(done.stdout)
    assert said["refusal"].startswith("«")
    assert '"No signal": "«No signal»"' in said["browser"]
    assert said["wall"]["assessed"]["text"].startswith("«")
    assert said["room"]["empty"] is None
    assert said["empty"]["empty"]["head"] == "«Empty»"
    assert all(button["label"].startswith("«") for page in ("wall", "room") for button in said[page]["menu"])
    tile = next(tile for tile in said["wall"]["tiles"] if tile["room"] == "2")
    assert tile["strip"]["line1"].startswith("«")
    assert tile["scores"]["diss"]["label"].startswith("«")


def test_a_language_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    environment = {**os.environ, "INFUSION_LANGUAGE": "xx"}
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "rooms"], capture_output=True, text=True, cwd=HOME, env=environment, check=False
    )
    assert done.returncode != 0
    assert "xx.po" in done.stderr
