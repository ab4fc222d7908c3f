"""A trainee's runs over time: how soon each kind of event was recognised and answered, as a table and as CSV."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from monitor import events as e
from monitor.protocol.document import Document
from monitor.review.compared import Compared
from monitor.review.pseudonyms import code_of
from monitor.review.reading import Room, read_run
from monitor.review.score import EventScore, RoomScore, Status, score
from monitor.session import Phase
from monitor.store.log import EventLog, Unreadable
from monitor.ward import logged

log_ = logging.getLogger("monitor.review")

COLUMNS = {
    "trainee": "code of the trainee, or name of a policy; where runs are kept under names, the first run that is given",
    "run": "number of the run in its store: the session of its first room",
    "date": "day on which the run began, UTC",
    "drill": "id of the drill, or of the scenario where it was played alone",
    "scenario": "id of the room's scenario",
    "seed": "seed of the drill; with the same seed the same patients come again",
    "ended_early": "1: ended before its time, so that there is no total and what was not due yet is missing",
    "prompts": "1: prompts were shown; 0: they were hidden",
    "rooms": "how many rooms the run had",
    "room": "room of this event",
    "event": "the critical event, in the words of its scenario: the kind by which runs are compared",
    "crossing_s": "s from the onset to the first value beyond the event's limit; empty: none came, or it has no limit",
    "prompt_s": "s from the onset to the first prompt about it; empty: none came",
    "recognition_s": "s from the first crossing or prompt to the first opening of or entry in the room; empty: not timed, or none",
    "response_s": "s from the first crossing or prompt to the first right act; negative: forestalled; empty: not timed, or none",
    "untreated_s": "s beyond the limit before the first right act",
    "timed": "1: the pace was 1x in that time, or a policy acted; 0: response times do not count",
    "correct": "critical acts in time or made unneeded by another",
    "late": "critical acts done late, by the session's clock",
    "omitted": "critical acts left out",
    "points": "points of this event",
    "max": "points that could be had",
}
"""The data dictionary of the export: column and meaning. One row a critical event."""


@dataclass(frozen=True)
class Run:
    """A drill that has ended, of one trainee."""

    rooms: tuple[Room, ...]
    scored: tuple[RoomScore, ...]

    @property
    def trainee(self) -> str:
        return self.rooms[0].drill.trainee

    @property
    def number(self) -> int:
        return int(self.rooms[0].drill.run)

    @property
    def day(self) -> str:
        return self.rooms[0].log[0].at[:10]

    def events(self) -> Iterator[tuple[Room, EventScore]]:
        for room, told in zip(self.rooms, self.scored, strict=True):
            for event in told.events:
                yield room, event


STARTED, OPENING = "drill_started", 8
"""What a session of a drill has among its first entries."""


def runs(log: EventLog, document: Document, trainee: str | None = None) -> list[Run]:
    """Every drill in the store that has ended, oldest first. A policy's runs are only given where it is named."""
    found = []
    for session in log.begun_with(STARTED, OPENING):
        try:
            run = _run(log, document, session, trainee)
        except Unreadable as damaged:
            log_.warning("a drill cannot be read, the others are listed: %s", damaged)
        else:
            found += [] if run is None else [run]
    return found


def _run(log: EventLog, document: Document, session: int, trainee: str | None) -> Run | None:
    opening = [logged(x) for x in log.entries(session)[:OPENING]]
    started = next((x.event for x in opening if isinstance(x.event, e.DrillStarted)), None)
    if started is None or int(started.run) != session:
        return None
    if started.trainee != trainee and (trainee is not None or started.scripted):
        return None
    rooms = read_run(log, document, session)
    return Run(tuple(rooms), score(rooms).rooms) if all(room.state.phase is Phase.CLOSED for room in rooms) else None


def rows(found: Iterable[Run]) -> Iterator[dict[str, object]]:
    """One row a critical event, with the columns of ``COLUMNS``. What is not known is None, and nobody is named."""
    first: dict[str, int] = {}
    for run in found:
        code = code_of(run.trainee, first.setdefault(run.trainee.casefold(), run.number))
        for room, x in run.events():
            yield {
                "trainee": code,
                "run": run.number,
                "date": run.day,
                "drill": room.truth.drill,
                "scenario": room.scenario.id,
                "seed": run.rooms[0].truth.seed,
                "ended_early": int(any(x.incomplete for x in run.scored)),
                "prompts": int(room.drill.prompts),
                "rooms": room.drill.rooms,
                "room": room.state.opened.room,
                "event": x.event,
                "crossing_s": None if x.crossing is None else x.crossing - x.onset,
                "prompt_s": None if x.prompt is None else x.prompt - x.onset,
                "recognition_s": x.recognition_s,
                "response_s": x.response_s,
                "untreated_s": x.untreated_s,
                "timed": int(x.timed),
                "correct": sum(a.status in (Status.CORRECT, Status.SPARED) for a in x.acts),
                "late": sum(a.status is Status.LATE for a in x.acts),
                "omitted": sum(a.status is Status.OMITTED for a in x.acts),
                "points": round(x.points, 1),
                "max": round(x.max, 1),
            }


def as_csv(found: Iterable[Run]) -> str:
    return _csv(COLUMNS, rows(found))


def dictionary_csv() -> str:
    """The data dictionary, to lie beside the export."""
    return _csv(("column", "meaning"), ({"column": name, "meaning": meaning} for name, meaning in COLUMNS.items()))


def _plain(cell: object) -> object:
    """No spreadsheet takes a text for a formula."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r", " ")
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text


def _csv(columns: Iterable[str], records: Iterable[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _plain(cell) for column, cell in record.items()} for record in records)
    return out.getvalue()


@dataclass(frozen=True)
class Kind:
    """One kind of event over a trainee's runs. Seconds; None where nothing was timed."""

    event: str
    times: int
    recognition_s: tuple[int | None, ...]
    response_s: tuple[int | None, ...]
    """Run by run, oldest first."""
    nurse_response_s: int | None

    @property
    def earlier_s(self) -> float | None:
        """The median response of all runs before the last."""
        timed = [x for x in self.response_s[:-1] if x is not None]
        return median(timed) if timed else None


def kinds(found: Sequence[Run], nurse: Iterable[Compared] = ()) -> list[Kind]:
    """Per kind of event the trainee's own times, beside the protocol nurse's median in the runs that are given."""
    theirs: dict[str, list[EventScore]] = {}
    for run in found:
        for _, event in run.events():
            theirs.setdefault(event.event, []).append(event)
    reference: dict[str, list[int]] = {}
    for compared in nurse:
        for event in (x for told in compared.scored.rooms for x in told.events):
            if event.response_s is not None:
                reference.setdefault(event.event, []).append(event.response_s)
    return [
        Kind(
            name,
            len(events),
            tuple(x.recognition_s for x in events),
            tuple(x.response_s for x in events),
            round(median(reference[name])) if name in reference else None,
        )
        for name, events in sorted(theirs.items())
    ]
