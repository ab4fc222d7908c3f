"""A confirmed entry survives a power cut: cut at any write or sync, and opened again with SQLite as it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from monitor.store import open_log
from monitor.store.log import EventLog, Head, StoreError
from promises import disk
from promises.found import Found
from promises.load import Load
from promises.scratch import scratch

FILE = "log.db"
CUTS_A_RECORDING, SECONDS = 500, 150
"""Seconds of a recorded ward before it is closed, and again after: the journal is folded in several times."""
BARE_SHARE = 4
"""For so many cuts one is made of a recording with synchronous=NORMAL, which must lose some."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What had been confirmed when so many steps were done."""

    steps: int
    heads: tuple[Head, ...]


@dataclass(slots=True)
class Recording:
    steps: list[disk.Change | disk.Sync]
    confirmed: list[Confirmed]


def keep(cuts: int) -> Found:
    held, bare = Counter[str](), Counter[str]()
    for begun in range(0, cuts, CUTS_A_RECORDING):
        here = min(CUTS_A_RECORDING, cuts - begun)
        seconds = here * SECONDS // CUTS_A_RECORDING
        with scratch() as folder:
            held += replayed(recorded_ward(folder, begun, seconds), here, begun)
        with scratch() as folder, _normal():
            recording = recorded_ward(folder, begun, seconds)
        bare += replayed(recording, max(1, here // BARE_SHARE), begun)
    return Found(
        kept=held["whole"] == cuts and bare["lost"] > 0 and not bare["corrupt"] and not bare["broken"],
        figures=f"{cuts} cuts: {held['lost']} with confirmed entries lost, {held['corrupt']} corrupt, {held['broken']} with a broken "
        f"chain; with NORMAL {bare['lost']} of {bare.total()} lost some",
    )


def recorded_ward(folder: Path, seed: int, seconds: int) -> Recording:
    """A ward from the first moment of its store: at work, closed, opened again, at work, closed."""
    with disk.recorded(folder) as steps:
        confirmed: list[Confirmed] = []
        load: Load | None = None
        for _ in range(2):
            with closing(open_log(folder / FILE)) as log:
                if load is None:
                    load = Load(log, rooms=2, seed=seed)
                else:
                    load.take_up(log)
                for _ in range(seconds):
                    load.assess(1)
                    confirmed.append(_now(steps, log))
                    load.nurse()
                    confirmed.append(_now(steps, log))
                load.lease.release()
    for name, content in disk.written(steps).items():
        if (folder / name).exists():
            assert (folder / name).read_bytes() == content, "the recording is not what was written"
    return Recording(steps, confirmed)


def _now(steps: list[disk.Change | disk.Sync], log: EventLog) -> Confirmed:
    return Confirmed(len(steps), tuple(log.heads(open_only=False)))


def replayed(recording: Recording, cuts: int, seed: int) -> Counter[str]:
    """How many cuts ended how."""
    chance = random.Random(seed)
    places = sorted(chance.randrange(len(recording.steps) + 1) for _ in range(cuts))
    made, done, counts = disk.Disk(), 0, Counter[str]()
    confirmed: tuple[Head, ...] = ()
    waiting = list(reversed(recording.confirmed))
    for place in places:
        for step in recording.steps[done:place]:
            made.take(step)
        done = place
        while waiting and waiting[-1].steps <= place:
            confirmed = waiting.pop().heads
        with scratch() as folder:
            disk.put(made.cut(chance), folder)
            counts[_outcome(folder / FILE, confirmed)] += 1
    return counts


def _outcome(path: Path, confirmed: tuple[Head, ...]) -> str:
    try:
        with closing(open_log(path)) as log:
            if list(log.verify()):
                return "broken"
            return "whole" if all(_there(log, head) for head in confirmed) else "lost"
    except StoreError:
        return "corrupt"


def _there(log: EventLog, head: Head) -> bool:
    entries = log.entries(head.session, head.seq - 1)[:1]
    return [x.hash for x in entries] == [head.hash] and len(log.rows(head.session, 0, head.tick)) == head.tick + 1


@contextmanager
def _normal() -> Iterator[None]:
    """Every connection with synchronous=NORMAL, set after the store has set and read back its own."""

    def weaken(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")

    event.listen(QueuePool, "checkout", weaken)
    try:
        yield
    finally:
        event.remove(QueuePool, "checkout", weaken)
