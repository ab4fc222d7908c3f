"""A ward on PostgreSQL beside the same ward in SQLite, both on this disk: its rounds, a nurse's entries, the server's own work."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.browser import cpu_s, spread
from bench.engine import example
from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.store import lease, open_log
from monitor.store.log import EventLog
from monitor.ward import Ward, drafts
from tests import postgres

LASTS_S = 40
SIZES = (8, 24)


@dataclass
class Course:
    """What a ward cost while it ran, in s."""

    rounds: list[float] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)

    def add(self, other: Course) -> None:
        self.rounds += other.rounds
        self.entries += other.entries


def wards_on_a_server() -> Iterator[str]:
    """Rounds as they come, one a second, with an entry in between; four turns of each store, one after the other."""
    try:
        with postgres.running(on_disk=True) as server, tempfile.TemporaryDirectory() as folder:
            for rooms in SIZES:
                file = Path(folder) / f"{rooms}.db"
                with server.database() as url, closing(open_log(url)) as far, closing(open_log(file)) as near:
                    yield from _beside(rooms, near, far, server)
    except postgres.Missing as none:
        yield str(none)


def _beside(rooms: int, near: EventLog, far: EventLog, server: postgres.Server) -> Iterator[str]:
    opened = {log: _opened(log, rooms) for log in (near, far)}
    came, worked = {near: Course(), far: Course()}, 0.0
    for _ in range(4):
        for log in (near, far):
            before = _processor_s(server)
            came[log].add(_lived(log, opened[log], LASTS_S / 4))
            if log is far:
                worked += _processor_s(server) - before
    there, here = came[far], came[near]
    by = statistics.median(there.rounds) / statistics.median(here.rounds)
    yield f"{rooms} rooms, a round on PostgreSQL: {spread(there.rounds)}; in SQLite: {spread(here.rounds)}; {by:.1f} x"
    yield f"{rooms} rooms, a nurse's entry on PostgreSQL: {spread(there.entries)}; in SQLite: {spread(here.entries)}"
    yield f"{rooms} rooms, the server's own work: {100 * worked / LASTS_S:.1f} % of a core"


def _opened(log: EventLog, rooms: int) -> list[int]:
    document, sessions = example(), []
    for room in range(1, rooms + 1):
        admitted = admit_simulated(str(room), Patient(f"Bird {room}"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", room, document)
        session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "bench")
        assert admitted.scenario is not None
        order, started = e.OrderSet(order=admitted.scenario.prescribed()), e.InfusionStarted(rate_mg_per_kg_h=0.75)
        log.append(session, drafts([order, *well_answered(document), started], "bench"))
        sessions.append(session)
    return sessions


def _lived(log: EventLog, sessions: list[int], lasts_s: float) -> Course:
    held = lease.acquire(log)
    assert held is not None
    ward, came, ends = Ward(log, example(), held.number), Course(), time.monotonic() + lasts_s
    ward.round()
    while time.monotonic() < ends:
        time.sleep(ward.rest())
        begun = time.perf_counter()
        ward.round()
        came.rounds.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        log.append(sessions[len(came.rounds) % len(sessions)], drafts([e.Scored(scale="comfort", value=8)], "bench"))
        came.entries.append(time.perf_counter() - begun)
    held.release()
    return came


def _processor_s(server: postgres.Server) -> float:
    """How much of the processor the server's processes have had so far, with those that have ended."""
    keeper = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    listed = subprocess.run(["ps", "--ppid", str(keeper), "-o", "pid="], capture_output=True, text=True, check=True).stdout
    worked = 0.0
    for pid in (keeper, *map(int, listed.split())):
        with suppress(OSError):  # it has ended meanwhile
            worked += cpu_s(pid, ended=True)
    return worked
