"""The record on the command line: backup, restore, audit, status."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from monitor import settings
from monitor.store.log import EXPORTED, TRAIL, EventLog
from monitor.terminal import AsJson, Store, fail, say, tell


def add(app: typer.Typer) -> None:
    """Hang these commands into the command line."""
    app.command()(backup)
    app.command()(restore)
    app.command()(audit)
    app.command()(status)
    app.command()(review)


def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write; it must not exist.")],
    store: Store = None,
    as_json: AsJson = False,
) -> None:
    """Copy a store into one file while it is used. The copy is verified before it appears; nothing is written over."""
    from monitor.store import backup as b
    from monitor.store import open_log

    source = b.there(store or settings.store_url())
    with closing(open_log(source)) as log:
        before = {head.session: head.hash for head in log.heads(open_only=False)}
    with b.copied(source, out) as copy:
        whole(copy, str(source), before)
        kept = {head.session: head.hash for head in copy.heads(open_only=False)}
    if as_json:
        say({"backup": str(out), "sessions": len(kept), "heads": {str(session): hash_ for session, hash_ in kept.items()}})
    else:
        tell(f"{out}: {len(kept)} sessions, verified")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What backup has written.")],
    store: Annotated[str, typer.Option(help="Where the store is to be: sqlite:///FILE; it must not exist.")],
    protocol: Annotated[Path | None, typer.Option(help="The protocol to assess every session again with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a store from a backup where there is none: verified, and every session assessed again and compared."""
    from monitor.protocol.document import load_protocol
    from monitor.review.replay import tried
    from monitor.store import backup as b

    document, target = load_protocol(protocol or settings.EXAMPLE_PROTOCOL), b.file_of(store)
    if not file.is_file():
        fail(f"{file}: there is no backup here")
    with b.copied(file, target) as copy:
        whole(copy, str(file), {})
        every = [tried(copy, head.session, document) for head in copy.heads(open_only=False)]
        played, failed = [x for x in every if not isinstance(x, str)], [x for x in every if isinstance(x, str)]
    others = [result.session for result in played if result.differs]
    earlier = [result.session for result in played if not result.comparable]
    same = len(played) - len(others) - len(earlier)
    for sentence in failed:
        say({"fault": sentence}) if as_json else tell(sentence)
    if as_json:
        say({"restored": str(target), "sessions": len(every), "same": same, "others": others, "other_version": earlier})
    else:
        told = f", {len(earlier)} were assessed by another version" if earlier else ""
        tell(f"{target}: {len(every)} sessions, verified; {same} give the same prompts again{told}")
    if failed:
        fail(f"{target} is restored and whole, but {len(failed)} of its sessions cannot be assessed again")
    if others:
        fail(
            f"{target} is restored and whole, but sessions {', '.join(map(str, others))} give other prompts when assessed again: "
            "name their protocol with --protocol, or use the program's version that made them"
        )


def audit(store: Store = None, as_json: AsJson = False) -> None:
    """The audit trail: each file that was taken out of the store, when, by whom, and what was in it."""
    from monitor.store import open_stored

    with closing(open_stored(store or settings.store_url())) as log:
        for entry in log.entries(TRAIL):
            if entry.kind != EXPORTED:
                continue
            record = {"at": entry.at, "by": entry.by, "kind": entry.kind, **json.loads(entry.body)}
            if as_json:
                say(record)
            else:
                tell("  ".join(f"{name}={value}" for name, value in record.items()))


def whole(log: EventLog, name: str, heads: dict[int, str]) -> None:
    """Ends with one sentence where the record is not whole."""
    faults = list(log.verify(heads=heads))
    if faults:
        more = f" (and {len(faults) - 1} more; see verify)" if len(faults) > 1 else ""
        fail(f"{name}: {faults[0].sentence}{more}; nothing was written")


def status(store: Store = None, as_json: AsJson = False) -> None:
    """Whether the store answers, somebody assesses it in time, and the clock can be believed; exit status 0 only then."""
    from monitor.health import health
    from monitor.store import open_stored

    with closing(open_stored(store or settings.store_url())) as log:
        told = health(log)
    if as_json:
        say(told)
    else:
        tell("all well" if told["ok"] else "; ".join(told["wrong"]))
    if not told["ok"]:
        raise SystemExit(1)


def review(
    session: Annotated[int, typer.Argument(help="The number of a session; `verify --again` lists them.")],
    protocol: Annotated[Path | None, typer.Option(help="The protocol of the station; with --instead the one to compare with it.")] = None,
    instead: Annotated[bool, typer.Option("--instead", help="Assess it again by --protocol, and lay that beside what was done.")] = False,
    store: Store = None,
    as_json: AsJson = False,
) -> None:
    """What the protocol called for in a session and what was done: prompts with no act, acts with no prompt, delays."""
    from monitor.protocol.document import load_protocol
    from monitor.review import called
    from monitor.review.replay import assessed
    from monitor.store import open_stored
    from monitor.store.log import StoreError
    from monitor.ward import logged

    document = load_protocol(protocol or settings.EXAMPLE_PROTOCOL)
    with closing(open_stored(store or settings.store_url())) as log:
        try:
            log.head(session)
            entries = [logged(entry) for entry in log.entries(session)]
            again = assessed(entries, log.rows(session), document).log if instead else entries
        except StoreError as trouble:
            fail(str(trouble))
    found = called.beside(again, document)
    for at, sentence, data in called.lines(found):
        say(data) if as_json else tell(f"{at:>6} s  {sentence}")
    others = called.instead(called.beside(entries, document).called, found.called) if instead else {}
    if as_json:
        say({"summary": True, "session": session, **found.summary(), **({"instead": others} if instead else {})})
    else:
        for rule, counts in others.items():
            tell(f"{rule}: {counts['was']} then, {counts['would_be']} by this protocol")
        tell(called.told(found))
