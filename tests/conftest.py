"""What many tests start from."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest
from xdist.plugin import pytest_xdist_auto_num_workers as cores

from monitor import clock, settings
from monitor.protocol.document import Document, load_protocol
from monitor.store import open_log
from monitor.store.log import EventLog
from monitor.store.memory import MemoryLog
from tests import drilled, postgres, warded

EXAMPLE = settings.EXAMPLE_PROTOCOL
Started = TypeVar("Started")
MOST_WORKERS = 4


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: tests wait for a browser, a server, or a second of the evaluator."""
    return min(cores(config) + 1, MOST_WORKERS)

# The same inputs everywhere and no matter how slow the machine: new ones are looked for by the full rows of promises/.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("ours")


def cases_of(*rules: str) -> str:
    """The example's file of cases, with those alone whose rule begins so."""
    lines = EXAMPLE.with_suffix(".cases.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if "rule: " not in line or any(f"rule: {rule}" in line for rule in rules))


@pytest.fixture(scope="session")
def document() -> Document:
    return load_protocol(EXAMPLE)


@pytest.fixture(scope="session")
def example_path() -> Path:
    return EXAMPLE


@contextmanager
def _there(server: AbstractContextManager[Started]) -> Iterator[Started]:
    """What asks for it is skipped, with the reason, where there is no PostgreSQL."""
    try:
        with server as started:
            yield started
    except postgres.Missing as none:
        pytest.skip(str(none))


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL, one for each process that runs tests which ask for it."""
    with _there(postgres.running()) as started:
        yield started


@pytest.fixture
def database(server: postgres.Server) -> Iterator[str]:
    """The address of an empty database."""
    with server.database() as url:
        yield url


@pytest.fixture
def pair() -> Iterator[postgres.Pair]:
    """A PostgreSQL and its standby, for this test alone."""
    with _there(postgres.paired()) as started:
        yield started


@pytest.fixture(scope="session")
def quick_passwords() -> Iterator[None]:
    with warded.quick_passwords():
        yield


@pytest.fixture
def logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What ``logs.begin`` turns for a whole process is turned back."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.mono = 1000.0
        self.wall = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

    def pass_by(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)

    def turns(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(clock, "monotonic", lambda: self.mono)
        patch.setattr(clock, "now", lambda: self.wall)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    turned = Time()
    turned.turns(monkeypatch)
    return turned


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path, time: Time) -> Iterator[EventLog]:
    opened: EventLog = MemoryLog(lambda: time.wall) if request.param == "memory" else open_log(tmp_path / "log.db", lambda: time.wall)
    yield opened
    opened.close()


@dataclass(frozen=True)
class FinishedRun:
    """A short drill that was played to its end, in a store of its own. It is only read."""

    url: str
    number: int


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory, document: Document) -> FinishedRun:
    folder, turned = tmp_path_factory.mktemp("finished"), Time()
    log = open_log(folder / "log.db", lambda: turned.wall)
    with pytest.MonkeyPatch.context() as patch:
        turned.turns(patch)
        number = drilled.finished(folder, document, log, turned.pass_by)
    log.close()
    return FinishedRun(f"sqlite:///{folder / 'log.db'}", number)
