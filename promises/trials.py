"""Mutants are tried: each in a process of its own, forked where the tests are collected, until the first test fails.

A process of its own for all of it, in which nothing of the program is imported: ``python -m promises.trials REQUEST``, where
REQUEST is JSON. What came out is written to stdout, a line of JSON for each mutant.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import argon2  # noqa: F401 imported once, not in every process
import coverage
import numpy  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.linalg  # noqa: F401
import sqlalchemy  # noqa: F401
import yaml  # noqa: F401
from hypothesis import Phase, settings

from promises.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parent.parent
FOUND, SURVIVED, HUNG, COLD = 1, 0, 2, 3
SAID = {FOUND: "found", SURVIVED: "survived", HUNG: "hung"}
COLLECTED = ""
"""The context of what already runs while tests are collected."""
SHARED = "fixture "
ELSEWHERE = {"server", "database"}
"""Fixtures that start another program."""


PYTEST = (
    "-q",
    "-s",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    "-p",
    "_hypothesis_pytestplugin",
    "--hypothesis-profile=mutants",
    "--rootdir",
    str(ROOT),
)


@dataclass(frozen=True, slots=True)
class Request:
    module: str
    tests: list[str]
    most: int
    """So many mutants at most, by chance, always the same."""
    enough_s: float
    """The quickest tests that reach a mutant are tried, so many seconds of them."""


class Tried:
    """Stops at the first test that fails, and knows how much of the processor each took."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.failed: list[str] = []
        self.last = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}: {report.longreprtext}")

    def verdict(self) -> tuple[int, str]:
        return (FOUND, self.last) if self.failed else (SURVIVED, "")

    def run(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        for item, following in zip(items, [*items[1:], None], strict=True):
            yield item
            self.last = _name(item)
            begin = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self.took[self.last] = time.process_time() - begin
            if self.failed:
                return


@dataclass(eq=False)
class Trials:
    """A plug-in of pytest: in the place of running the tests once, they are run for every mutant that they reach."""

    request: Request
    watch: coverage.Coverage
    say: Callable[[object], None]
    took: dict[str, float] = field(default_factory=dict)
    cold: list[tuple[int, list[str]]] = field(default_factory=list)
    """The mutants that have to be there before anything is imported, and the tests for each."""
    now: str = ""
    """The test that is watched."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        tried = Tried()
        session.config.pluginmanager.register(tried)
        items = {_name(item): item for item in session.items if not ELSEWHERE & set(getattr(item, "fixturenames", ()))}
        took, reached = _apart(lambda: self._first(tried, list(items.values())))
        self.took.update(took)
        self.watch.stop()
        path = ROOT / self.request.module
        running = [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename == str(path)]
        gc.freeze()
        finders: dict[str, Counter[str]] = defaultdict(Counter)
        for nth, mutant in chosen(path, self.request.most):
            lines = {str(line) for line in range(mutant.first, mutant.last + 1)}
            names = {name for line in lines for name in reached.get(line, ()) if name != COLLECTED}
            collected = any(COLLECTED in reached.get(line, ()) for line in lines)
            order = sorted(names or took, key=lambda name: (-finders[mutant.place][name], took[name]))
            near = list(_enough(order, took, self.request.enough_s))
            if not mutant.warm or not names:
                self.cold.append((nth, near))
                continue
            result, by = _warm(mutant, running, tried, [items[name] for name in near], sum(took[name] for name in near))
            if result == COLD or (result == SURVIVED and collected):
                self.cold.append((nth, near))
                continue
            finders[mutant.place][by] += bool(by)
            self.say(told(mutant, result, by))
        return True

    def _first(self, tried: Tried, items: list[pytest.Item]) -> tuple[dict[str, float], dict[str, list[str]]]:
        """The tests as they are: how long each takes, which lines it reaches."""
        reach: dict[str, set[str]] = defaultdict(set)
        for item in tried.run(items):
            self.now = _name(item)
            self.watch.switch_context(self.now)
            for shared in getattr(item, "fixturenames", ()):
                reach[SHARED + shared].add(self.now)
        if tried.failed:
            raise RuntimeError(tried.failed[0])
        self.watch.stop()
        self.now = ""
        by_line = self.watch.get_data().contexts_by_lineno(str(ROOT / self.request.module))
        return tried.took, {str(line): sorted({n for name in names for n in reach.get(name, {name})}) for line, names in by_line.items()}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """What several tests share is made for the first of them: all of them reach it."""
        if not self.now or fixturedef.scope == "function":
            return (yield)
        self.watch.switch_context(SHARED + fixturedef.argname)
        try:
            return (yield)
        finally:
            self.watch.switch_context(self.now)


def _name(item: pytest.Item) -> str:
    """By which pytest finds it again, from wherever it is asked."""
    return f"{item.path}::{item.nodeid.partition('::')[2]}"


def chosen(path: Path, most: int) -> Iterator[tuple[int, Mutant]]:
    every = list(enumerate(mutants(path)))
    return iter(every if len(every) <= most else sorted(random.Random(23).sample(every, most), key=lambda pair: pair[0]))


def told(mutant: Mutant, result: int, by: str) -> dict[str, object]:
    words = {"place": mutant.place, "line": mutant.line, "change": mutant.change}
    return {**words, "at": mutant.first, "result": SAID[result], "by": by}


def _enough(names: Sequence[str], took: dict[str, float], seconds: float) -> Iterator[str]:
    for name in names:
        yield name
        seconds -= took[name]
        if seconds < 0:
            return


def _warm(mutant: Mutant, running: list[FunctionType], tried: Tried, items: list[pytest.Item], usual_s: float) -> tuple[int, str]:
    def trial() -> tuple[int, str]:
        if not _planted(mutant, running):
            return COLD, ""
        for _ in tried.run(items):
            pass
        return tried.verdict()

    result, by = _apart(_quietly(trial), usual_s)
    return result, by


def _planted(mutant: Mutant, running: list[FunctionType]) -> bool:
    """Give the functions that are already there the code of the mutant."""
    codes: dict[tuple[str, int], list[CodeType]] = defaultdict(list)
    for code in _codes(compile(mutant.source(), running[0].__code__.co_filename, "exec", dont_inherit=True)):
        codes[code.co_qualname, code.co_firstlineno].append(code)
    changed = False
    for function in running:
        new = codes[function.__code__.co_qualname, function.__code__.co_firstlineno]
        if len(new) == 1 and new[0] != function.__code__:
            if new[0].co_freevars != function.__code__.co_freevars:
                return False
            function.__code__ = new[0]
            changed = True
    return changed


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _cold(mutant: Mutant | None, path: Path, tests: list[str], usual_s: float) -> tuple[int, str]:
    """The same with a module that is changed before anything imports it; with None as it is."""

    def trial() -> tuple[int, str]:
        if mutant is not None:
            _replaced(path, compile(mutant.source(), str(path), "exec", dont_inherit=True))
        tried = Tried()
        code = pytest.main([*PYTEST, "-x", *tests], plugins=[tried])
        return tried.verdict() if code == 0 or tried.failed else (FOUND, "nothing could be imported")

    result, by = _apart(_quietly(trial), usual_s + 20)
    return result, by


def _replaced(path: Path, changed: CodeType) -> None:
    honest = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return changed if loader.path == str(path) else honest(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


def _quietly(trial: Callable[[], tuple[int, str]]) -> Callable[[], tuple[int, str]]:
    """What breaks the whole process is found too."""

    def quiet() -> tuple[int, str]:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            return trial()
        except BaseException as crash:
            return FOUND, type(crash).__name__

    return quiet


def _apart(deed: Callable[[], Any], usual_s: float = 3600) -> Any:
    """What a deed gives in a process of its own. One that needs far more of the processor than usual has hung."""
    with tempfile.TemporaryFile("w+") as gives:
        child = os.fork()
        if child == 0:
            try:
                most = int(5 + 5 * usual_s)
                resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
                json.dump(deed(), gives)
                gives.flush()
            except BaseException as crash:
                print(f"{type(crash).__name__}: {crash}", file=sys.stderr, flush=True)
            finally:
                os._exit(0)
        until = time.monotonic() + 60 + 30 * usual_s
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.002)
        if os.WIFSIGNALED(ended[1]):
            return HUNG, ""
        gives.seek(0)
        return json.load(gives)


def _collected(request: Request, say: Callable[[object], None]) -> tuple[dict[str, float], list[tuple[int, list[str]]]]:
    """Try what can be planted where everything is imported; what is left, and how long the tests take."""
    watch = coverage.Coverage(data_file=None, include=[str(ROOT / request.module)])
    watch.start()
    trials = Trials(request, watch, say)
    code = pytest.main([*PYTEST, *request.tests], plugins=[trials])
    if code:
        raise RuntimeError(f"pytest ended with {code!r}")
    return trials.took, trials.cold


def main() -> None:
    request = Request(**json.loads(sys.argv[1]))
    results = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(what: object) -> None:
        print(json.dumps(what), file=results, flush=True)

    # The plug-ins that other tests need take longer to import than most mutants to be found.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    everything = [Phase.explicit, Phase.reuse, Phase.generate]
    settings.register_profile("mutants", derandomize=True, max_examples=10, database=None, deadline=None, phases=everything)
    path = ROOT / request.module
    took, left = _apart(lambda: _collected(request, say))
    if left and _cold(None, path, left[0][1], sum(took.values())) != (SURVIVED, ""):
        raise RuntimeError(f"{left[0][1]} fail without any mutant")
    for nth, tests in left:
        mutant = mutants(path)[nth]
        say(told(mutant, *_cold(mutant, path, tests, sum(took.values()))))


if __name__ == "__main__":
    main()
