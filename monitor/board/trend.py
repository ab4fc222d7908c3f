"""The trend of one room: everything of the last hour on one time axis, as plain numbers."""

from __future__ import annotations

from typing import Any

from monitor import charting
from monitor import events as e
from monitor.board import words
from monitor.board.view import STARS, TREND_S, Picture, View
from monitor.infusion import Pump
from monitor.pressures import last_reading, readings
from monitor.vitals import Signal

AHEAD_S = 15 * 60
"""How far the axis reaches beyond now, so that the planned end can be seen coming."""


def trend_frame(picture: Picture, view: View) -> dict[str, Any]:
    """Times are epoch milliseconds; a missing value is null, so that the line breaks."""

    def ms(tick: int) -> int:
        return round(view.wall(tick).timestamp() * 1000)

    at, state = picture.at(view), view.state
    begin = max(0, at - TREND_S)
    ticks = sorted({tick for kept in view.trend.values() for tick, _ in kept if tick >= begin})
    series = {signal: dict(kept) for signal, kept in view.trend.items()}
    rate = Signal.HR if Signal.HR in series else Signal.PULSE
    taken = [r for r in readings(state, view.window) if r.at >= begin]
    base = state.baseline
    frame: dict[str, Any] = {
        "t": [ms(t) for t in ticks],
        "hr": [series.get(rate, {}).get(t) for t in ticks],
        "spo2": [series.get(Signal.SPO2, {}).get(t) for t in ticks],
        "rr": [series.get(Signal.RR, {}).get(t) for t in ticks],
        "cuff": [[ms(r.at), r.sys, r.dia] for r in taken if not r.failed],
        "failed": [ms(r.at) for r in taken if r.failed],
        "diss": _steps(view, charting.DISSOCIATION, begin, ms),
        "comf": _steps(view, charting.COMFORT, begin, ms),
        "rate": [],
        "base": {"sys": base.sys, "dia": base.dia} if base is not None else None,
        "limits": [{"sys": picture.document.deviation_limit_sys, "text": f"limit {picture.document.deviation_limit_sys:g} systolic"}],
        "marks": _marks(picture, view, begin, ms),
        "from": ms(begin),
        "to": ms(at + AHEAD_S),
        "now": ms(at),
        "planned_end": None,
        "aria": _spoken(view),
        "offset_min": _offset_min(picture),
    }
    if state.ledger is not None:
        frame["rate"] = [[ms(max(c.at, begin)), c.rate_mg_per_kg_h] for c in state.ledger.changes]
        if state.order is not None and state.pump is Pump.RUNNING:
            left = state.ledger.left_s(state.order, at)
            frame["planned_end"] = ms(at + round(left)) if left is not None else None
    return frame


def _steps(view: View, scale: str, begin: int, ms: Any) -> list[list[float]]:
    return [[ms(c.at), c.value] for c in view.state.scores.get(scale, ()) if c.at >= begin and c.value is not None]


_MARKED = {
    "infusion_started": "start",
    "infusion_paused": "pause",
    "infusion_resumed": "resume",
    "infusion_stopped": "stop",
    "rate_changed": "rate",
    "emergency_started": "EMERGENCY",
}


def _marks(picture: Picture, view: View, begin: int, ms: Any) -> list[dict[str, Any]]:
    found = []
    for entry in view.journal:
        event = entry.event
        if entry.tick < begin:
            continue
        if event.kind in _MARKED:
            found.append({"t": ms(entry.tick), "text": _MARKED[event.kind], "priority": None})
        elif isinstance(event, e.DrugGiven):
            name = words.drug(picture.document, event.drug, event.dose, event.unit, event.route).split()[0]
            found.append({"t": ms(entry.tick if event.for_at is None else event.for_at), "text": name, "priority": None})
        elif any(taken.seq == entry.seq for taken in view.state.by_hand):
            found.append({"t": ms(entry.tick), "text": "by hand", "priority": None})
        elif isinstance(event, e.PromptChanged) and event.state is e.PromptState.ACTIVE and event.priority is not e.Priority.LOW:
            technical = event.prompt_kind is e.PromptKind.TECHNICAL and event.priority is not e.Priority.HIGH
            priority = "tech" if technical else event.priority.value
            stars = "!!" if technical else STARS[event.priority.value]
            found.append({"t": ms(entry.tick), "text": f"{stars} {event.message.split()[0]}", "priority": priority})
    return found


def _offset_min(picture: Picture) -> int:
    """The clinic's clock against UTC, for the axis."""
    offset = picture.now.astimezone(picture.zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _spoken(view: View) -> str:
    reading, base = last_reading(view.state, view.window), view.state.baseline
    if reading is None or reading.sys is None or reading.dia is None:
        return "Trend of the last hour: no blood pressure yet"
    text = f"Trend of the last hour: blood pressure {reading.sys:g}/{reading.dia:g}"
    return f"{text}, baseline {base.sys:g}/{base.dia:g}" if base is not None else text
