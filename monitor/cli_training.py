"""Training on the command line: drill, debrief, progress, scenario check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from monitor import settings
from monitor.protocol.document import load_protocol
from monitor.store.log import EventLog, RoomTaken
from monitor.terminal import AsJson, Store, fail, say, tell

scenario_app = typer.Typer(no_args_is_help=True, help="Look at a scenario file.", rich_markup_mode=None)
Protocol = Annotated[Path | None, typer.Option(help="The protocol; the shipped example by default.")]


def add(app: typer.Typer) -> None:
    """Hang these commands into the command line."""
    app.command()(drill)
    app.command()(debrief)
    app.command()(progress)
    app.add_typer(scenario_app, name="scenario")


def drill(
    name: Annotated[str, typer.Argument(metavar="DRILL", help="A drill or a single scenario: its id or file.")],
    seed: Annotated[int, typer.Option(min=0, max=2**31)] = 1,
    policy: Annotated[str, typer.Option(help="protocol-nurse, nobody, or a script's YAML file.")] = "protocol-nurse",
    store: Annotated[str | None, typer.Option(help="Keep the run in this store, for a debrief; else it is forgotten.")] = None,
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
                for part in line.splitlines() or [""]:
                    tell(part)
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


def debrief(
    session: Annotated[int, typer.Argument(help="Any session of the run.", min=0)],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    store: Store = None,
    protocol: Protocol = None,
    alone: Annotated[bool, typer.Option(help="Leave out the protocol nurse and no one.")] = False,
) -> None:
    """Write the debrief of a finished drill as one self-contained HTML file."""
    from monitor.board.debrief import debrief_frame
    from monitor.board.sheet import sheet
    from monitor.drills.script import POLICIES
    from monitor.review.compared import compare
    from monitor.review.reading import read_run
    from monitor.session import Phase
    from monitor.store import open_stored

    document = load_protocol(protocol or settings.EXAMPLE_PROTOCOL)
    log = open_stored(store or settings.store_url())
    try:
        rooms = read_run(log, document, session)
    finally:
        log.close()
    if any(room.state.phase is not Phase.CLOSED for room in rooms):
        fail(f"session {session}: its drill has not ended, and a debrief would show what is hidden; end it first")
    others = [] if alone else [compare(rooms, policy, document) for policy in POLICIES if policy != rooms[0].drill.trainee]
    try:
        out.write_text(sheet(debrief_frame(rooms, others)), encoding="utf-8")
    except OSError as trouble:
        fail(f"{out}: cannot be written: {trouble.strerror}; name another file")
    tell(f"{out}: {len(rooms)} room{'s' if len(rooms) > 1 else ''}")


@scenario_app.command("check")
def scenario_check(
    file: Annotated[Path, typer.Argument(help="The scenario's YAML file.")],
    seed: Annotated[int, typer.Option(min=0, max=2**31)] = 1,
    protocol: Protocol = None,
    as_json: AsJson = False,
) -> None:
    """Schema, whether each branch can come, and whether each critical action can be done, is prompted for and scored."""
    from monitor.review.checked import check_scenario

    wrong = 0
    for finding in check_scenario(file, load_protocol(protocol or settings.EXAMPLE_PROTOCOL), seed):
        wrong += finding.wrong
        if as_json:
            say({"where": finding.where, "text": finding.text, "wrong": finding.wrong})
        else:
            tell(f"{'WRONG ' if finding.wrong else ''}{finding.where}: {finding.text}")
    if as_json:
        say({"summary": True, "wrong": wrong})
    else:
        tell(f"{file}: {wrong or 'nothing'} wrong")
    if wrong:
        raise SystemExit(1)


def progress(
    trainee: Annotated[str, typer.Argument(help="The trainee's code, or a policy's name.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write; its data dictionary lies beside it.")],
    store: Store = None,
    protocol: Protocol = None,
) -> None:
    """A trainee's finished runs as CSV, one row a critical event, with a data dictionary."""
    from monitor.review.progress import as_csv, dictionary_csv, runs
    from monitor.store import open_log

    log = open_log(store or settings.store_url())
    try:
        found = runs(log, load_protocol(protocol or settings.EXAMPLE_PROTOCOL), trainee)
    finally:
        log.close()
    beside = out.with_name(f"{out.stem}.columns.csv")
    try:
        out.write_text(as_csv(found), encoding="utf-8")
        beside.write_text(dictionary_csv(), encoding="utf-8")
    except OSError as trouble:
        fail(f"{out}: cannot be written: {trouble.strerror}; name another file")
    tell(f"{out}, {beside}: {len(found)} run{'' if len(found) == 1 else 's'}")
