"""When a dashboard starts an evaluator of its own."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor import settings
from monitor.live import station
from monitor.store.lease import acquire
from monitor.store.memory import MemoryLog
from tests.conftest import Time


class Child:
    def __init__(self) -> None:
        self.returncode: int | None = None
        self.stdin = BytesIO()

    def poll(self) -> int | None:
        return self.returncode


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    told: list[tuple[list[str], dict[str, str]]] = []

    def start(command: list[str], env: dict[str, str], **_: object) -> Child:
        told.append((command, env))
        return Child()

    monkeypatch.setattr(station.subprocess, "Popen", start)
    return told


def evaluator(log: MemoryLog) -> station.Evaluator:
    at = SimpleNamespace(log=log, url="postgresql://nurse:secret@host/ward", rooms_file=Path("rooms.yaml"))
    return station.Evaluator(at)  # type: ignore[arg-type]


def test_at_the_start_one_look_is_enough_and_no_password_is_on_the_command_line(started: list[tuple[list[str], dict[str, str]]]) -> None:
    evaluator(MemoryLog()).ensure()
    ((command, environment),) = started
    assert "secret" not in " ".join(command)
    assert environment[settings.STORE_VARIABLE] == "postgresql://nurse:secret@host/ward"


def test_a_lease_that_is_free_for_a_moment_starts_nobody(started: list[tuple[list[str], dict[str, str]]]) -> None:
    log = MemoryLog()
    lock = log.lease_lock()
    assert lock.take()
    looking = evaluator(log)
    for free in (False, True, False, False):  # at the second look its holder is cut off
        if free:
            lock.free()
        looking.ensure()
        if free:
            assert lock.take()
    assert started == []
    lock.free()
    looking.ensure()
    assert started == []
    looking.ensure()
    assert len(started) == 1


def test_a_child_that_has_ended_is_followed_at_once(started: list[tuple[list[str], dict[str, str]]]) -> None:
    log = MemoryLog()
    looking = evaluator(log)
    looking.ensure()
    held = acquire(log)
    assert held is not None
    looking.ensure()
    assert len(started) == 1
    held.release()
    assert looking.child is not None
    looking.child.returncode = -9
    looking.ensure()
    assert len(started) == 2


def test_a_child_that_gives_up_by_itself_is_followed_after_twice_as_long_each_time(
    started: list[tuple[list[str], dict[str, str]]], time: Time
) -> None:
    looking, waits = evaluator(MemoryLog()), []
    for _ in range(9):
        looking.ensure()
        assert looking.child is not None
        looking.child.returncode, waited = 1, 0
        while looking.child is None or looking.child.returncode == 1:
            looking.ensure()
            time.pass_by(1)
            waited += 1
        waits.append(waited - 1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert looking.child is not None
    looking.child.returncode = -9
    before = len(started)
    looking.ensure()
    assert len(started) == before + 1, "one that was killed had not given up"
