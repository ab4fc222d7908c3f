"""Small faults in the core are found by its tests: how many of them, module by module, and why the others may stay.

``python -m promises.survivors conditions`` tries one module of the core in full and keeps its row of docs/mutants.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

from promises import page
from promises.found import Found
from promises.mutants import mutants

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mutants.md"
OWED = 95.0
ENOUGH_S = 20.0
EVERY = 100_000
RULES = tuple(f"tests/protocol/test_{about}.py" for about in ("prompts", "messages", "conditions", "limits", "evidence"))
DOCUMENTS = tuple(f"tests/protocol/test_{about}.py" for about in ("bad_protocols", "cases", "rest"))
CONDITIONS = (*RULES, *DOCUMENTS, "tests/protocol/test_spoken.py", "tests/protocol/test_example.py")
BEDSIDE = ("tests/test_pressures.py", "tests/test_rounds.py")
COMMANDS = ("tests/test_commands.py", "tests/test_refusals.py", "tests/test_entries.py")
SCREENS = tuple(f"tests/test_{about}.py" for about in ("board", "alarms", "desk", "veil", "drill_board"))
CORE: Mapping[str, tuple[str, ...]] = {
    "protocol/rest": ("tests/protocol/test_rest.py",),
    **dict.fromkeys((f"protocol/{about}" for about in ("condition", "conditions", "measured", "pressure", "charted", "facts")), CONDITIONS),
    "protocol/evaluate": RULES,
    "protocol/prompts": RULES,
    "protocol/assessment": ("tests/protocol/test_assessment.py", "tests/protocol/test_prompts.py", "tests/test_replay.py"),
    "protocol/document": ("tests/protocol/test_document.py", *DOCUMENTS, *RULES, *COMMANDS, "tests/test_drugs.py"),
    "protocol/cases": ("tests/protocol/test_cases.py", "tests/protocol/test_bad_protocols.py"),
    "protocol/shorthand": ("tests/protocol/test_shorthand.py",),
    "protocol/usual": ("tests/protocol/test_usual.py",),
    "protocol/spoken": ("tests/protocol/test_spoken.py",),
    "infusion": ("tests/test_infusion.py",),
    "session": ("tests/test_session.py", *RULES, *COMMANDS, *SCREENS, *BEDSIDE),
    "ward": ("tests/test_ward.py", *BEDSIDE, "tests/drills/test_together.py"),
    "commands/drugs": (*COMMANDS, "tests/test_drugs.py"),
    "commands/vacant": ("tests/test_vacant.py",),
    **dict.fromkeys((f"commands/{about}" for about in ("opening", "scene")), (*COMMANDS, "tests/test_access.py")),
    **dict.fromkeys((f"commands/{about}" for about in ("before", "cuff", "emergencies", "infusion", "log")), COMMANDS),
    **dict.fromkeys((f"commands/{about}" for about in ("prompts", "sound", "training", "watch")), COMMANDS),
}
"""The modules of the core, each with the quick tests of what it does. Slower ones may find more: they are not asked."""

_ROW = re.compile(r"^\| (?P<module>[a-z_/]+) \| (?P<figures>.*?) \|$", re.MULTILINE)
_LISTED = re.compile(r"^- `(?P<place>[\w.]*)` `(?P<line>.*)`: (?P<change>.*)$")


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one module's mutants. A mutant in which a test hangs is found too."""

    mutants: int
    found: int
    hung: int
    survived: int

    @property
    def percent(self) -> float:
        return 100 * (self.found + self.hung) / self.mutants


def tried(module: str, most: int, tests: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Each mutant of a module, and what came of it."""
    request = {"module": f"monitor/{module}.py", "tests": tests or CORE[module], "most": most, "enough_s": ENOUGH_S}
    command = [sys.executable, "-m", "promises.trials", json.dumps(request)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as trials:
        assert trials.stdout is not None
        yield from map(json.loads, trials.stdout)
    if trials.returncode:
        raise RuntimeError(f"the trials of {module} ended with {trials.returncode}")


def score(results: list[dict[str, str]]) -> Score:
    came = Counter(mutant["result"] for mutant in results)
    return Score(len(results), came["found"], came["hung"], came["survived"])


def listed() -> set[tuple[str, str, str, str]]:
    """The survivors that docs/mutants.md gives a reason for: module, place, line, change."""
    found, module = set(), ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            module = line.removeprefix("### ")
        elif given := _LISTED.match(line):
            found.add((module, given["place"], given["line"], given["change"]))
    return found


def unlisted(module: str, results: list[dict[str, str]]) -> list[str]:
    """The survivors that nobody gave a reason for, as the page writes them."""
    known = listed()
    left = [m for m in results if m["result"] == "survived" and (module, m["place"], m["line"], m["change"]) not in known]
    return list(dict.fromkeys(f"- `{m['place']}` `{m['line']}`: {m['change']}" for m in left))


def keep(most: int) -> Found:
    """So many mutants of each module at most; with a handful, of a small one alone."""
    if most < 100:
        came = score(list(tried("protocol/rest", most)))
        return Found(came.found > 0, f"{came.mutants} mutants of protocol/rest: {came.found} found")
    for module in CORE:
        measure(module, most)
    return overall()


def measure(module: str, most: int) -> None:
    leave(module, list(tried(module, most)))


def leave(module: str, results: list[dict[str, str]]) -> None:
    """Put what came of a module's mutants into its row of docs/mutants.md."""
    came, loose, whole = score(results), unlisted(module, results), len(mutants(ROOT / "monitor" / f"{module}.py"))
    print(f"{module}: {came.mutants} of {whole} mutants tried, {came.survived} survived: {came.percent:.1f} %", *loose, sep="\n")
    figures = (whole, came.mutants, came.found, came.hung, came.survived, len(loose), f"{came.percent:.1f} %", date.today())
    row = f"| {module} | {' | '.join(map(str, figures))} |"
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_ROW.sub(lambda found: row if found["module"] == module else found[0], text), encoding="utf-8")


def rows() -> dict[str, list[str]]:
    """What docs/mutants.md says of each module."""
    return {row["module"]: row["figures"].split(" | ") for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def overall() -> Found:
    """All modules' rows in one sentence."""
    measured = {module: list(map(int, figures[:6])) for module, figures in rows().items() if figures[0].isdigit()}
    scores = {module: Score(*figures[1:5]) for module, figures in measured.items()}
    whole, every = sum(figures[0] for figures in measured.values()), Score(*map(sum, zip(*map(astuple, scores.values()), strict=True)))
    short = [f"{module} {came.percent:.1f} %" for module, came in scores.items() if came.percent < OWED]
    missing = [module for module in CORE if module not in measured]
    loose = sum(figures[5] for figures in measured.values())
    owed = [(what, names) for what, names in (("below 95 %", short), ("not yet measured", missing)) if names]
    said = (
        f"{every.mutants} of {whole} mutants in {len(measured)} of {len(CORE)} modules: {every.percent:.1f} % found, "
        f"{every.survived} survived, {loose} of them without a reason"
    )
    return Found(kept=not owed and not loose, figures=said + "".join(f"; {what}: {', '.join(names)}" for what, names in owed))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m promises.survivors")
    parser.add_argument("module", choices=CORE)
    parser.add_argument("--most", type=int, default=EVERY, help="so many mutants, by chance and always the same; none: all")
    asked = parser.parse_args()
    measure(asked.module, asked.most)
    page.keep("mutation", overall(), date.today())


if __name__ == "__main__":
    main()
