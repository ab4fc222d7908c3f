"""A shift of six rooms at its fastest pace: how late each second is assessed, by the wall."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.engine import example
from monitor import clock, commands
from monitor.drills.drill import load_drill
from monitor.drills.run import open_run
from monitor.store import lease, open_log
from monitor.ward import Ward

PACE = 20.0
WALL_S = 90
LATE_S = 0.5


def late_ticks() -> Iterator[str]:
    """The evaluator alone, in real time, with the store as shipped. What falls back to 1x is set to 20x again at once."""
    document = example()
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(Path(folder) / "log.db")
        held = lease.acquire(log)
        assert held is not None
        ward = Ward(log, document, held.number)
        sessions = open_run(log, document, load_drill("full-house"), 1, "T-01", speed=PACE)
        late: list[float] = []
        begun = clock.monotonic()
        while clock.monotonic() - begun < WALL_S:
            before = {session: (course.at, replace(course.pace)) for session, course in ward.courses.items()}
            ward.round()
            now = clock.monotonic()
            for session, course in ward.courses.items():
                at, pace = before.get(session, (course.at, course.pace))
                if pace == course.pace:  # else these seconds were due by two paces
                    late += [pace.lateness(tick, now) for tick in range(at + 1, course.at + 1)]
                if course.pace.speed == 1.0:
                    commands.carry_out(log, document, session, "T-01", commands.set_pace(PACE))
            clock.sleep(ward.rest())
        minutes = max(course.at for course in ward.courses.values()) / 60
        held.release()
        log.close()
    beyond = sum(x > LATE_S for x in late)
    yield (
        f"{len(sessions)} rooms at {PACE:g}x for {WALL_S} s, {minutes:.0f} min of each session: {len(late)} ticks, "
        f"median {sorted(late)[len(late) // 2]:.2f} s, latest {max(late):.2f} s; later than {LATE_S} s: {beyond} (owed: 0)"
    )
