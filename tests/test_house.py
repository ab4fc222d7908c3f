"""The rules of the house that a reader cannot see at a glance: who imports whom, and what nobody may use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
MONITOR = HOME / "monitor"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("dashboard", "pages"),
    ("monitor.__main__",),
    ("monitor.cli",),
    ("monitor.cli_training", "monitor.cli_record", "monitor.cli_account"),
    ("monitor.terminal",),
    ("monitor.views",),
    ("monitor.launch", "monitor.serving", "monitor.live"),
    ("monitor.health",),
    ("monitor.forms",),
    ("monitor.board", "monitor.demo"),
    ("monitor.review",),
    ("monitor.drills",),
    ("monitor.commands", "monitor.admission"),
    ("monitor.ward",),
    ("monitor.practice",),
    ("monitor.sources.opening", "monitor.store"),
    ("monitor.sources.simulated", "monitor.sources.recorded"),
    ("monitor.protocol", "monitor.simulator"),
    ("monitor.fitness",),
    ("monitor.settings",),
    ("monitor.access",),
    ("monitor.colours",),
    ("monitor.yamlmarks",),
    ("monitor.pressures",),
    ("monitor.session",),
    ("monitor.truth",),
    ("monitor.events",),
    ("monitor.sources.source",),
    ("monitor.infusion", "monitor.charting", "monitor.vitals", "monitor.cycle"),
    ("monitor.logs",),
    ("monitor.units", "monitor.clock", "monitor.names"),
    ("monitor.language",),
)
"""Each line may import only lines below it; modules of one entry may import each other."""


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(MONITOR.rglob("*.py")):
        name = ".".join(path.relative_to(HOME).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path
    yield "dashboard", HOME / "dashboard.py"
    for path in sorted((HOME / "pages").glob("*.py")):
        yield f"pages.{path.stem}", path


MODULES = list(modules())


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            known = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(k if any(k == m for m, _ in MODULES) else node.module for k in known)
    return found


def layer(name: str) -> tuple[int, str] | None:
    best: tuple[int, str] | None = None
    for depth, line in enumerate(LAYERS):
        for entry in line:
            if (name == entry or name.startswith(entry + ".")) and (best is None or len(entry) > len(best[1])):
                best = (depth, entry)
    return best


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_a_module_imports_only_what_lies_below_it(name: str, path: Path) -> None:
    here = layer(name)
    if name in ("monitor", "monitor.sources"):
        return
    assert here is not None, f"{name} has no place in the house; give it one here and in docs/design.md"
    for other in imports(path):
        there = layer(other)
        if there is None or there[1] == here[1]:
            continue
        assert there[0] > here[0], f"{name} imports {other}, which lies beside or above it"


ONLY_IN = {
    "streamlit": ("monitor.views", "pages", "dashboard"),
    "sqlalchemy": ("monitor.store",),
    "sqlite3": ("monitor.store",),
    "psycopg": ("monitor.store",),
    "alembic": ("monitor.store",),
    "starlette": ("monitor.live", "dashboard"),
    "plotly": ("monitor.views",),
    "jinja2": ("monitor.board.sheet", "monitor.board.doorway"),
    "random": (),
    "pickle": (),
    "secrets": ("monitor.live.tickets", "monitor.live.place", "monitor.store.accounts"),
    "argon2": ("monitor.store.accounts",),
    "zxcvbn": ("monitor.store.passwords",),
    "xml": (),
    "lxml": (),
    "marshal": (),
    "shelve": (),
}


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_libraries_stay_in_their_rooms(name: str, path: Path) -> None:
    for other in imports(path):
        allowed = ONLY_IN.get(other.split(".")[0])
        if allowed is not None:
            assert any(name == a or name.startswith(a + ".") for a in allowed), f"{name} imports {other}"


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


BANNED = {"eval", "exec", "yaml.load", "yaml.safe_load", "pickle.loads", "np.random.seed", "np.random.rand", "random.random"}
CLOCKS = {"datetime.now", "datetime.utcnow", "time.time", "time.monotonic", "date.today", "time.sleep"}


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_nothing_evaluates_text_and_only_the_clock_tells_the_time(name: str, path: Path) -> None:
    for call in calls(path):
        assert call not in BANNED, f"{name} calls {call}"
        if name != "monitor.clock":
            assert call not in CLOCKS, f"{name} calls {call}; ask monitor.clock"
    if name.startswith(("monitor.views", "pages")):
        assert "unsafe_allow_html=True" not in path.read_text(), name


WEAK = {"hashlib.md5", "hashlib.sha1", "hashlib.new", "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[m for m, _ in MODULES])
def test_no_command_goes_through_a_shell_and_no_weak_hash_is_taken(name: str, path: Path) -> None:
    assert not WEAK & set(calls(path)), name
    assert "shell" not in {node.arg for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.keyword)}, name


@pytest.mark.parametrize("path", sorted(MONITOR.rglob("*.js")), ids=lambda p: p.stem)
def test_no_script_of_a_page_makes_markup_or_code_of_text(path: Path) -> None:
    made = r"\b(innerHTML|outerHTML|insertAdjacentHTML|eval|document\.write|setHTMLUnsafe|srcdoc)\b|new Function|javascript:"
    assert not re.search(made, path.read_text()), path.name


@pytest.mark.parametrize("path", sorted((HOME / "pages").glob("*.py")), ids=lambda p: p.stem)
def test_every_page_begins_with_the_guard(path: Path) -> None:
    first, second, *_ = ast.parse(path.read_text()).body
    assert ast.unparse(first) == "from monitor.views.guard import enter"
    assert ast.unparse(second) == f"viewer = enter('{path.stem}')"


WRITERS = {"carry_out": {"monitor.views.acts"}, "append": set(), "transaction": set()}


@pytest.mark.parametrize(("name", "path"), [m for m in MODULES if m[0].startswith(("monitor.views", "pages"))], ids=lambda m: str(m)[-20:])
def test_what_a_screen_enters_goes_through_the_one_place_that_asks_for_the_right(name: str, path: Path) -> None:
    for call in calls(path):
        owner, _, method = call.rpartition(".")
        if method in WRITERS and (method == "carry_out" or owner.endswith("log")):
            assert name in WRITERS[method], f"{name} calls {call}; use acts.tried"
