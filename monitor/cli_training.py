"""Training on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from monitor import settings
from monitor.protocol.document import load_protocol
from monitor.store.log import EventLog, RoomTaken
from monitor.terminal import AsJson, fail, say

Protocol = Annotated[Path | None, typer.Option(help="The protocol; the shipped example by default.")]


def add(app: typer.Typer) -> None:
    """Hang these commands into the command line."""
    app.command()(drill)


def drill(
    name: Annotated[str, typer.Argument(metavar="DRILL", help="A drill or a single scenario: its id or file.")],
    seed: Annotated[int, typer.Option(min=0, max=2**31)] = 1,
    policy: Annotated[str, typer.Option(help="protocol-nurse, nobody, or a script's YAML file.")] = "protocol-nurse",
    store: Annotated[str | None, typer.Option(help="Keep the run in sqlite:///FILE, for a debrief; else it is forgotten.")] = None,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """Play a drill by a policy, as fast as it goes; print each scored event and, last, the score as one JSON object."""
    from monitor.drills.drill import load_drill
    from monitor.drills.play import play
    from monitor.drills.script import load_policy
    from monitor.review.reading import read_room
    from monitor.review.score import score
    from monitor.review.telling import lines, records, summary

    document = load_protocol(protocol or settings.EXAMPLE_PROTOCOL)
    planned, acting = load_drill(name), load_policy(policy, document)
    with _assessed(store) as (log, lease):
        try:
            sessions = play(log, lease, document, planned, seed, acting)
        except RoomTaken as taken:
            fail(str(taken))
        scored = score([read_room(log, document, session) for session in sessions])
    for room in scored.rooms:
        for record, line in zip(records(room), lines(room), strict=True):
            if as_json:
                say(record)
            else:
                print(line)
    say({**summary(scored), "drill": planned.drill.id, "seed": seed, "policy": acting.name, "sessions": sessions if store else []})


@contextmanager
def _assessed(store: str | None) -> Iterator[tuple[EventLog, int]]:
    """A log and the right to assess in it: one in memory, or the store that was named."""
    from monitor.store import lease, open_log
    from monitor.store.memory import MemoryLog

    log: EventLog = MemoryLog() if store is None else open_log(store)
    held = lease.acquire(log)
    if held is None:
        fail(f"{log.url} is being assessed by another evaluator; end that one first, or leave --store out")
    try:
        yield log, held.number
    finally:
        held.release()
        log.close()
