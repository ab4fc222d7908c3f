"""The evaluator as a process: it holds the lease, brings the ward forward, and ends cleanly when it is told to."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from monitor import clock, demo
from monitor.protocol.document import Document
from monitor.settings import Rooms
from monitor.store import lease
from monitor.store.log import EventLog, LeaseLost, StoreError
from monitor.ward import Ward

ORPHAN_S = 60.0
"""How long an evaluator goes on after the dashboard that started it is gone, so that a restarted one finds it."""
RETRY_S = 0.5
"""Shorter than a dashboard's patience with a lease that is free."""

log_ = logging.getLogger("monitor.serve")


class Held(Exception):
    """Another evaluator holds the lease."""


@dataclass
class Ending:
    """Why to end, once somebody said so: a signal, or a parent that has been gone for a minute."""

    child: bool
    why: str = ""
    orphan_since: float | None = field(default=None)

    def watch(self) -> None:
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.why = signal.Signals(number).name

    def check(self) -> bool:
        if self.child and self.orphan_since is None and _closed(sys.stdin.fileno()):
            self.orphan_since = clock.monotonic()
        if self.orphan_since is not None and clock.monotonic() - self.orphan_since > ORPHAN_S:
            self.why = self.why or "the dashboard that started it has been gone for a minute"
        return bool(self.why)


def _closed(pipe: int) -> bool:
    readable, _, _ = select.select([pipe], [], [], 0)
    return bool(readable) and os.read(pipe, 1024) == b""


def serve(log: EventLog, rooms: Rooms, rooms_file: Path, document: Document, child: bool = False) -> str:
    """Assess until told to end; gives the reason. Raises Held where somebody else assesses this store."""
    held = lease.acquire(log)
    if held is None:
        raise Held(f"{log.url} is being assessed by another evaluator; end that one first")
    ending = Ending(child)
    ending.watch()
    ward = Ward(log, document, held.number, rooms)
    try:
        demos = demo.Demos(log, rooms, rooms_file, document)
        demos.open(ward)
        while not ending.check():
            try:
                ward.round()
                demos.tend(ward)
            except StoreError as trouble:
                # The record is out of reach: say so, keep trying; screens see the sign of life stop.
                log_.error("the store does not answer: %s", trouble)
                clock.sleep(RETRY_S)
                continue
            clock.sleep(ward.rest())
        _farewell(ward, ending.why)
    except LeaseLost:
        ending.why = "another evaluator has taken over"
    finally:
        held.release()
    return ending.why


def _farewell(ward: Ward, why: str) -> None:
    try:
        with ward.log.transaction(ward.lease) as writing:
            still_open = {head.session for head in writing.heads()}
            for course in (c for s, c in ward.courses.items() if s in still_open):
                course.seal(writing)
                course.note(writing, f"evaluator ended: {why}")
    except (StoreError, LeaseLost) as trouble:
        log_.error("could not note the end: %s", trouble)
