"""The trend of one room: its whole session on one time axis, as plain numbers, and the same as a table.

The last hour has a value every five seconds, what was before it one a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from monitor import charting, units
from monitor import events as e
from monitor.board import words
from monitor.board.cuff import pressure_cells
from monitor.board.frame import Frame
from monitor.board.view import MINUTE_S, STARS, TREND_S, TREND_STEP_S, Picture, View, limits
from monitor.infusion import Pump
from monitor.language import say
from monitor.pressures import readings
from monitor.protocol.spoken import short
from monitor.vitals import CuffReading, Signal

AHEAD_S = 15 * 60
"""How far the axis reaches beyond now, so that the planned end can be seen coming."""
GAP_S = 60
"""A gap at least this long is named in the graph."""
LINES = {"hr": (Signal.HR, Signal.PULSE), "spo2": (Signal.SPO2,), "rr": (Signal.RR,)}
"""For each line the signals it may be drawn from; the first that the room has is taken."""
SCORES = {"diss": charting.DISSOCIATION, "comf": charting.COMFORT}

Line = dict[int, float | None]


class Mark(NamedTuple):
    tick: int
    text: str
    priority: str | None = None


def trend_frame(picture: Picture, view: View) -> Frame:
    """Times are epoch milliseconds; a missing value is null, so that the line breaks."""

    def ms(tick: float) -> int:
        return round(view.wall(round(tick)).timestamp() * 1000)

    at, state = picture.at(view), view.state
    begin = max(0, at - TREND_S)
    lines = {name: _line(view, signals, begin) for name, signals in LINES.items()}
    first = min((t for line in lines.values() for t in line), default=view.at + 1)
    # Every minute and every fifth second there was, also those of which nothing is known: a line must not run over them.
    early = range(first, begin, MINUTE_S)
    ticks = range(-(-max(first, begin) // TREND_STEP_S) * TREND_STEP_S, view.at + 1, TREND_STEP_S)
    taken = readings(state, view.window)
    marks = sorted(_marks(picture, view), key=lambda mark: mark.tick)
    base = state.baseline
    frame: Frame = {
        "early": {"t": [ms(t) for t in early], **{name: [line.get(t) for t in early] for name, line in lines.items()}},
        "t": [ms(t) for t in ticks],
        **{name: [line.get(t) for t in ticks] for name, line in lines.items()},
        "gaps": [
            {"t": ms((first + last) / 2), "text": say("no signal {span}", span=units.span(last - first))}
            for first, last in _gaps(lines["hr"], ticks)
        ],
        "cuff": [[ms(r.at), r.sys, r.dia] for r in taken if not r.failed],
        "failed": [ms(r.at) for r in taken if r.failed],
        **{name: _steps(view, scale, ms) for name, scale in SCORES.items()},
        "rate": [],
        "base": {"sys": base.sys, "dia": base.dia} if base is not None else None,
        "limits": [
            {
                "sys": picture.document.deviation_limit_sys,
                "text": say("limit {deviation_limit_sys:g} systolic", deviation_limit_sys=picture.document.deviation_limit_sys),
            }
        ],
        "bounds": {name: limits(picture, view, signals) for name, signals in LINES.items()},
        "marks": [{"t": ms(m.tick), "text": m.text, "priority": m.priority} for m in marks],
        "from": ms(0),
        "to": ms(at + AHEAD_S),
        "now": ms(at),
        "planned_end": None,
        "aria": _spoken(picture, view, lines, taken),
        "offset_min": _offset_min(picture),
        "table": list(trend_table(picture, view, lines, taken, marks)),
    }
    if state.ledger is not None:
        frame["rate"] = [[ms(c.at), c.rate_mg_per_kg_h] for c in state.ledger.changes]
        if state.order is not None and state.pump is Pump.RUNNING:
            left = state.ledger.left_s(state.order, at)
            frame["planned_end"] = ms(at + round(left)) if left is not None else None
    return frame


def _line(view: View, signals: Sequence[Signal], begin: int) -> Line:
    signal = next((s for s in signals if s in view.trend), signals[0])
    early = {tick: value for tick, value in view.minutes.get(signal, ()) if tick < begin}
    return early | {tick: value for tick, value in view.trend.get(signal, ()) if tick >= begin}


def _gaps(line: Line, ticks: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where a line breaks for long. Before its first value it has not broken: nothing was connected yet."""
    known = [t for t in ticks if line.get(t) is not None]
    for missing, found in groupby((t for t in ticks if known and t >= known[0]), key=lambda t: line.get(t) is None):
        stretch = list(found)
        if missing and stretch[-1] + TREND_STEP_S - stretch[0] >= GAP_S:
            yield stretch[0], stretch[-1] + TREND_STEP_S


def _steps(view: View, scale: str, ms: Any) -> list[list[float]]:
    return [[ms(c.at), c.value] for c in view.state.scores.get(scale, ()) if c.value is not None]


_MARKED = {
    "infusion_started": "start",
    "infusion_paused": "pause",
    "infusion_resumed": "resume",
    "infusion_stopped": "stop",
    "emergency_started": "EMERGENCY",
    "note_added": "note",
}


def _marks(picture: Picture, view: View) -> Iterator[Mark]:
    """What people did and what the protocol called for. Low prompts and scores have their own places."""
    for entry in view.journal:
        event = entry.event
        late = getattr(event, "for_at", None)
        tick = entry.tick if late is None else late
        if event.kind in _MARKED:
            yield Mark(tick, _MARKED[event.kind])
        elif isinstance(event, e.RateChanged):
            yield Mark(tick, say("rate {rate_mg_per_kg_h:g}", rate_mg_per_kg_h=event.rate_mg_per_kg_h))
        elif isinstance(event, e.DrugGiven):
            yield Mark(tick, words.drug(picture.document, event.drug, event.dose, event.unit, event.route).split()[0])
        elif isinstance(event, e.SymptomCharted) and event.present:
            yield Mark(tick, picture.document.symptom_label(event.symptom))
        elif any(taken.seq == entry.seq for taken in view.state.by_hand):
            yield Mark(tick, say("by hand"))
        elif isinstance(event, e.PromptChanged) and event.state is e.PromptState.ACTIVE and event.priority is not e.Priority.LOW:
            technical = event.prompt_kind is e.PromptKind.TECHNICAL and event.priority is not e.Priority.HIGH
            priority = "tech" if technical else event.priority.value
            yield Mark(tick, f"{STARS[priority]} {_about(picture, event)}", priority)


def _about(picture: Picture, event: e.PromptChanged) -> str:
    """One word: there is room for no more between two marks."""
    rule = picture.document.rule.get(event.rule)
    return (event.message if rule is None else short(rule)).split()[0]


def trend_table(
    picture: Picture, view: View, lines: dict[str, Line], taken: Sequence[CuffReading], marks: Sequence[Mark]
) -> Iterator[Frame]:
    """A row for each try of the cuff, the newest first: what else was known then, and what happened until the next."""
    state = view.state
    until = view.at + 1
    for reading in reversed(taken):
        since = 0 if reading is taken[0] else reading.at
        rates = [c.rate_mg_per_kg_h for c in state.ledger.changes if c.at <= reading.at] if state.ledger is not None else []
        yield {
            "at": picture.time(view, reading.at, seconds=True),
            **pressure_cells(picture, view, reading),
            **{name: _minute(line, reading.at) for name, line in lines.items()},
            **{name: _charted(view, scale, reading.at) for name, scale in SCORES.items()},
            "rate": f"{rates[-1]:g}" if rates else "",
            "marks": ", ".join(dict.fromkeys(m.text for m in marks if since <= m.tick < until)),
        }
        until = reading.at


def _minute(line: Line, at: int) -> str:
    """The median of the minute around a reading; "?" where less than half of it was measured, "--" where nothing was."""
    around = [line[tick] for tick in range(at - MINUTE_S // 2, at + MINUTE_S // 2 + 1) if tick in line]
    known = [value for value in around if value is not None]
    if not known:
        return "--"
    return units.shown(median(known)) if 2 * len(known) >= len(around) else "?"


def _charted(view: View, scale: str, at: int) -> str:
    """The last score charted by then."""
    known = [c.value for c in view.state.scores.get(scale, ()) if c.at <= at and c.value is not None]
    return f"{known[-1]:g}" if known else ""


def _offset_min(picture: Picture) -> int:
    """The clinic's clock against UTC, for the axis."""
    offset = picture.now.astimezone(picture.zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _spoken(picture: Picture, view: View, lines: dict[str, Line], taken: Sequence[CuffReading]) -> str:
    """What the graph shows, for who cannot see it."""
    read = [r for r in taken if r.sys is not None and r.dia is not None]
    parts = [say("no blood pressure yet")]
    if read:
        last, highest = read[-1], max(read, key=lambda r: r.sys or 0)
        parts = [
            say(
                "blood pressure last {sys:g}/{dia:g} at {time}, highest {sys2:g}/{dia2:g}",
                sys=last.sys,
                dia=last.dia,
                time=picture.time(view, last.at),
                sys2=highest.sys,
                dia2=highest.dia,
            )
        ]
    base = view.state.baseline
    if base is not None:
        parts.append(say("baseline {sys:g}/{dia:g}", sys=base.sys, dia=base.dia))
    for name, line in lines.items():
        known = [value for value in line.values() if value is not None]
        if known:
            parts.append(
                say("{part} {shown} to {shown2}", part=words.LINE[name], shown=units.shown(min(known)), shown2=units.shown(max(known)))
            )
    for scale in SCORES.values():
        score = view.state.valued(scale)
        if score is not None:
            parts.append(say("{scale} last {value:g}", scale=scale, value=score.value))
    return "Trend: " + "; ".join(parts)
