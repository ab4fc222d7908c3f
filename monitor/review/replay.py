"""Running the evaluator over a recording, or again over a stored session. The same input gives the same digest."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor import events as e
from monitor.infusion import Order
from monitor.protocol.assessment import ENGINE, Assessment, Rehearsal
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart, charted_baseline
from monitor.sources.source import BadFile, Source
from monitor.store import packing
from monitor.store.log import EventLog, StoreError
from monitor.vitals import Numeric
from monitor.ward import logged

PUMP = ("start", "rate", "pause", "resume", "stop")
Rows = Sequence[tuple[int, Sequence[Numeric]]]


@dataclass
class Said:
    """A line of an event file: at a second, in the words of ``shorthand.chart``."""

    at: int
    line: int
    words: tuple[str, ...]


@dataclass
class Replay:
    """A recording, the session that it is replayed as, and what came out."""

    document: Document
    source: Source
    order: Order | None = None
    baseline: str | None = None
    said: Sequence[Said] = ()
    said_file: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("high", "medium", "low"), 0))
    ticks: int = 0
    digest: str = ""
    log: list[e.Logged] = field(default_factory=list)
    """The session that it was replayed as, once it has run."""

    def opening(self) -> e.SessionOpened:
        return e.SessionOpened(
            room="replay",
            alias="replay",
            weight_kg=self.order.weight_kg if self.order else None,
            source_kind="recorded",
            source_label=self.source.label,
            channels=tuple(e.ChannelDeclared(signal=c.signal, period_s=c.period_s, name=c.name) for c in self.source.channels),
            protocol=f"{self.document.protocol} {self.document.version}",
            protocol_digest=self.document.digest,
            engine=ENGINE,
            observed=self.order is None,
        )

    def setting(self) -> Iterator[e.AnyEvent]:
        if self.order is not None:
            yield e.WatchTaken(name="replay")
            yield e.OrderSet(order=self.order)
        if self.baseline is not None:
            yield charted_baseline(self.baseline)
        if self._as_ordered:
            assert self.order is not None
            yield e.InfusionStarted(rate_mg_per_kg_h=self.order.rate_mg_per_kg_h)

    @property
    def _as_ordered(self) -> bool:
        """Where nothing about the pump was charted, the infusion starts with the recording and ends as ordered."""
        return self.order is not None and not any(s.words[0] in PUMP for s in self.said)

    def run(self, rows: Rows) -> Iterator[tuple[int, e.PromptChanged]]:
        """Each change of a prompt with its second. ``rows`` are the samples, already in memory."""
        rehearsal = Rehearsal(self.document, e.Logged(0, 0, "", "replay", self.opening()))
        rehearsal.happen(0, self.setting())
        waiting = sorted(self.said, key=lambda s: s.at)
        ends = round(self.order.minutes * 60) if self.order is not None and self._as_ordered else None
        for at, row in rows:
            if at == ends:
                rehearsal.happen(at, [e.InfusionStopped(complete=True)])
            while waiting and waiting[0].at <= at:
                said = waiting.pop(0)
                try:
                    rehearsal.happen(at, chart(self.document, said.words, rehearsal.state))
                except ValueError as wrong:
                    raise BadFile(self.said_file, said.line, str(wrong)) from None
            for change in rehearsal.second(at, row):
                if change.state is e.PromptState.ACTIVE and rehearsal.state.prompts[change.rule].times == 1:
                    self.counts[change.priority.value] += 1
                yield at, change
            self.ticks += 1
        self.digest, self.log = rehearsal.digest, rehearsal.log


def described(document: Document, at: int, change: e.PromptChanged) -> dict[str, Any]:
    """One prompt event as the command line prints it."""
    rule = document.rule[change.rule]
    return {
        "at_s": at,
        "rule": change.rule,
        "episode": change.episode,
        "kind": change.prompt_kind.value,
        "priority": change.priority.value,
        "state": change.state.value,
        "message": change.message,
        "signals": list(rule.signals),
        "values": [{"name": v.name, "value": v.value, "at_s": v.at, "note": v.note} for v in change.evidence],
        "cites": {"line": rule.line, "source": rule.citation.source, "limit": rule.citation.limit, "action": rule.citation.action},
        "options": [document.option[o].label for o in rule.options],
    }


def read_said(path: Path, document: Document, length_s: int | None = None) -> list[Said]:
    """An event file: CSV with ``at_s`` and, in the other columns, what was charted. ``length_s``: of what it is about, beyond
    which nothing can have been charted. Raises BadFile."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadFile(str(path), None, f"cannot be read ({getattr(wrong, 'strerror', None) or 'not UTF-8'}); check the path") from None
    reader = csv.reader(text.splitlines())
    header = [cell.strip().lower() for cell in next(reader, [])]
    if "at_s" not in header:
        raise BadFile(str(path), 1, "has no column at_s; its header is at_s,entry")
    column = header.index("at_s")
    skipped = {column, *(header.index(name) for name in ("by", "who") if name in header)}
    found = []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        try:
            at = int(float(row[column]))
        except (ValueError, IndexError, OverflowError):
            raise BadFile(str(path), reader.line_num, "has no time in seconds in at_s") from None
        words = tuple(" ".join(cell.strip() for n, cell in enumerate(row) if n not in skipped).split())
        if at < 0 or not words:
            raise BadFile(str(path), reader.line_num, "needs a time from 0 on and something charted") from None
        if length_s is not None and at > length_s:
            raise BadFile(str(path), reader.line_num, f"charts something at {at} s, and the recording ends at {length_s} s")
        try:
            chart(document, words)
        except ValueError as wrong:
            raise BadFile(str(path), reader.line_num, str(wrong)) from None
        found.append(Said(at, reader.line_num, words))
    return found


@dataclass(frozen=True)
class Reassessed:
    """A stored session's digest as it was concluded, and as it comes out of its samples and what people did."""

    session: int
    stored: str
    again: str
    ticks: int
    engine: int
    """The version of the assessment by which it was concluded."""

    @property
    def same(self) -> bool:
        return self.stored == self.again

    @property
    def comparable(self) -> bool:
        """Whether this program would have to conclude the same."""
        return self.engine == ENGINE

    @property
    def differs(self) -> bool:
        return self.comparable and not self.same

    @property
    def found(self) -> str:
        """What came of it, in words."""
        if self.comparable:
            return "the same prompts again" if self.same else "DIFFERENT prompts"
        return f"assessed by {'an earlier' if self.engine < ENGINE else 'a later'} version"


def reassess(log: EventLog, session: int, document: Document) -> Reassessed:
    """Evaluate a stored session again from its samples and what people did."""
    entries = [logged(entry) for entry in log.entries(session)]
    as_stored = Assessment(document, entries[0])
    as_stored.conclude(x for x in entries[1:] if isinstance(x.event, e.PromptChanged))
    rows = log.rows(session)
    again = assessed(entries, rows, document)
    return Reassessed(session, as_stored.digest, again.digest, len(rows), again.state.opened.engine)


def tried(log: EventLog, session: int, document: Document) -> Reassessed | str:
    """``reassess``; or why that cannot be done with this session, in words, so that the others are assessed all the same."""
    try:
        return reassess(log, session, document)
    except StoreError as trouble:
        return f"session {session} cannot be assessed again: {trouble}"
    except Exception as fault:
        return f"session {session} cannot be assessed again: the program failed on it ({type(fault).__name__})"


def assessed(entries: Sequence[e.Logged], rows: Sequence[tuple[int, bytes]], document: Document) -> Rehearsal:
    """A session once more by this protocol, from its samples and what people did; nothing of what was concluded then."""
    again = Rehearsal(document, entries[0])
    # An outage is nothing that the protocol concluded: it says which seconds went by.
    people = [x for x in entries[1:] if isinstance(x.event, e.Outage) or x.event.kind not in e.EVALUATORS]
    for tick, packed in rows:
        while people and people[0].tick <= tick:
            again.log.append(people[0])
            again.take([people.pop(0)])
        again.second(tick, packing.unpack(packed, tick))
    again.log += people
    return again
