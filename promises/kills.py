"""The evaluator is killed at any moment and started again by the dashboard's own care, while people chart."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from monitor import events as e
from monitor import settings
from monitor.live.station import Evaluator, Station, leave, station
from monitor.review.replay import reassess
from monitor.store.log import Entry, Head, Heartbeat
from monitor.ward import drafts
from promises.found import Found
from promises.load import SCENARIOS
from promises.scratch import scratch

BACK_S = 5.0
GIVE_UP_S = 300.0
CHARTS_EVERY_S = 0.2
SPEED = 5
"""So that a room lives through all of its scenario while it is killed."""


def keep(kills: int) -> Found:
    """So many on each store."""
    from tests import postgres

    with scratch() as folder, postgres.running() as server, server.database() as url:
        found = {"SQLite": _killed(folder, f"sqlite:///{folder / 'log.db'}", kills),
                 "PostgreSQL": _killed(folder, url, kills)}  # fmt: skip
    return Found(
        kept=all(one.kept for one in found.values()),
        in_time=all(one.in_time for one in found.values()),
        figures="; ".join(f"{store}: {one.figures}" for store, one in found.items()),
    )


def _killed(folder: Path, store: str, kills: int) -> Found:
    chance, waits, seen = random.Random(8), list[float](), list[Head]()
    with _ward(folder, store) as at:
        evaluator = Evaluator(at)
        try:
            with _charting(at) as confirmed:
                _back(evaluator, None)
                for _ in range(kills):
                    time.sleep(chance.uniform(0, 1))
                    assert evaluator.child is not None
                    seen += at.log.heads()
                    before = at.log.heartbeat()
                    os.kill(evaluator.child.pid, signal.SIGKILL)
                    waits.append(_back(evaluator, before))
        finally:
            evaluator.end()
        heads = at.log.heads(open_only=False)
        entries = [entry for head in heads for entry in at.log.entries(head.session)]
        stored = {(x.session, x.seq, x.hash) for x in entries}
        told = [(x.session, x.seq, x.hash) for x in confirmed] + [(x.session, x.seq, x.hash) for x in seen]
        lost = sum(one not in stored for one in told)
        lost += sum(len(at.log.rows(head.session, 0, head.tick)) != head.tick + 1 for head in heads)
        faults = len(list(at.log.verify()))
        others = sum(not reassess(at.log, head.session, at.document).same for head in heads)
        prompts = sum(x.kind == "prompt_changed" for x in entries)
    waits.sort()
    return Found(
        kept=not (lost or faults or others) and bool(told),
        in_time=waits[-1] <= BACK_S,
        figures=f"{kills} kills over {len(heads)} rooms: {lost} of {len(told)} confirmed entries lost, {faults} faults, {others} sessions "
        f"whose prompts ({prompts} changes in all) are not those of a replay; back in {waits[len(waits) // 2]:.1f} s, the slowest in "
        f"{waits[-1]:.1f} s",
    )


def _back(evaluator: Evaluator, before: Heartbeat | None) -> float:
    """Seconds until another evaluator has assessed something."""
    begun = time.monotonic()
    while time.monotonic() - begun < GIVE_UP_S:
        evaluator.ensure()
        beat = evaluator.at.log.heartbeat()
        if beat is not None and (before is None or (beat.number > before.number and beat.beat_at > before.beat_at)):
            return time.monotonic() - begun
        time.sleep(0.02)
    raise TimeoutError("nobody assesses")


@contextmanager
def _ward(folder: Path, store: str) -> Iterator[Station]:
    rooms = "".join(
        f'  - {{room: "{n}", demo: {{alias: Bird, scenario: scenarios/{name}.yaml, seed: {n}, speed: {SPEED}, watcher: demo}}}}\n'
        for n, name in enumerate(SCENARIOS, start=1)
    )
    file = folder / "rooms.yaml"
    file.write_text(f"station: Kills\nprotocol: protocols/example.yaml\nrooms:\n{rooms}", encoding="utf-8")
    places = {settings.ROOMS_VARIABLE: str(file), settings.STORE_VARIABLE: store}
    with patch.dict(os.environ, places):
        leave()
        try:
            yield station()
        finally:
            leave()


@contextmanager
def _charting(at: Station) -> Iterator[list[Entry]]:
    """Somebody writes a note into one room after the other; what was confirmed of it."""
    confirmed, ended = list[Entry](), threading.Event()

    def chart() -> None:
        while not ended.wait(CHARTS_EVERY_S):
            for head in at.log.heads()[len(confirmed) % len(SCENARIOS) :][:1]:
                confirmed.extend(at.log.append(head.session, drafts([e.NoteAdded(text="looked in")], "nurse")))

    nurse = threading.Thread(target=chart)
    nurse.start()
    try:
        yield confirmed
    finally:
        ended.set()
        nurse.join()
