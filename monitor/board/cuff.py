"""Blood pressure in a room: the large number, the cuff's panel and its last readings."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import units
from monitor.board.frame import Frame, button
from monitor.board.tile import cuff_left_s, pressure
from monitor.board.view import Picture, View
from monitor.language import say
from monitor.pressures import last_reading, measuring, readings
from monitor.protocol.condition import Sight
from monitor.protocol.rest import Held, put_off_until
from monitor.session import Phase
from monitor.vitals import CuffReading, Signal


def bp(picture: Picture, view: View) -> Frame:
    frame = pressure(picture, view)
    reading = last_reading(view.state, view.window)
    if frame["value"] is not None and reading is not None:
        frame["at"] = picture.time(view, reading.at) + (say(" by hand") if reading.by else "")
        frame["age"] = f"{units.ago(picture.at(view) - reading.at)}, {frame['at']}"
        frame["mean"] = say("mean {shown}", shown=units.shown(reading.mean)) if reading.mean is not None else ""
        base = view.state.baseline
        if base is not None and frame["deviation"] is not None:
            frame["deviation"] = {
                **frame["deviation"],
                "text": say("{part} over {sys:g}/{dia:g}", part=frame["deviation"]["text"], sys=base.sys, dia=base.dia),
            }
    return frame


def cuff_panel(picture: Picture, view: View) -> Frame:
    state = view.state
    interval = state.cuff_interval_s
    obeys = state.opened.source_kind == "simulated" and not view.standing
    left = cuff_left_s(picture, view)
    running = measuring(state, view.window, picture.at(view)) and not view.standing
    percent = 100 if running else None if left is None or not interval else max(0, min(100, round(100 * (1 - left / interval))))
    every = say("Every {interval:g} min", interval=interval / 60) if interval is not None else "Every…"
    before = state.phase in (Phase.READY, Phase.OBSERVED)
    rest = put_off_until(Sight(picture.document, state, view.window, picture.at(view)))
    held = rest.sentence if isinstance(rest, Held) and not before else None
    buttons = [
        button(say("Start now") if obeys else "Started", {"do": "cuff", "what": "start"}, disabled=running),
        button("Stop" if obeys else "Stopped", {"do": "cuff", "what": "stop"}, disabled=obeys and not running),
        button(say("By hand…"), {"do": "dialog", "name": "pressure"}),
        button(every, {"do": "dialog", "name": "cuff_interval"}),
        _baseline(view) if before else _rest(held),
    ]
    return {
        "head": _next(picture, view, left, running),
        "percent": percent,
        "buttons": buttons,
        "note": " · ".join(
            filter(None, ("" if obeys else say("recorded as done at the bedside"), say("no rest: {held}", held=held) if held else ""))
        ),
    }


def _baseline(view: View) -> Frame:
    """Before the infusion there is nothing to put off; in the place of the rest the last reading becomes the baseline."""
    reading = last_reading(view.state, view.window)
    if reading is None:
        return button(say("Baseline"), {"do": "baseline"}, disabled=True, aria=say("Baseline: no reading yet"))
    label = say("Baseline {shown}/{shown2}", shown=units.shown(reading.sys or 0), shown2=units.shown(reading.dia or 0))
    taken = view.state.baseline_at
    return button(label, {"do": "baseline", "at": reading.at}, pressed=taken is not None and taken >= reading.at)


def _rest(held: str | None) -> Frame:
    return button(
        say("Rest: skip 1"),
        {"do": "cuff", "what": "rest"},
        disabled=held is not None,
        aria=say("Rest: skip 1. {part}", part=held or ""),
    )


def _next(picture: Picture, view: View, left: int | None, running: bool) -> Frame:
    interval = view.state.cuff_interval_s
    every = say(", every {interval:g} min", interval=interval / 60) if interval is not None else ""
    if running:
        return {"text": say("measuring"), "bold": "", "after": every}
    if left is None:
        return {"text": say("no cycle known"), "bold": "", "after": every}
    rest = view.state.rest
    if left >= 0:
        rested = say(" after a rest") if rest is not None and rest.until == picture.at(view) + left else ""
        return {"text": say("next in "), "bold": units.span(left), "after": rested or every}
    return {"text": say("late by "), "bold": units.span(-left), "after": every}


def cuff_table(picture: Picture, view: View) -> Iterator[Frame]:
    for reading in list(readings(view.state, view.window))[-5:][::-1]:
        rate = next((s.value for s in reversed(view.window.series.get(Signal.HR, ())) if s.measured_at <= reading.at), None)
        cells = pressure_cells(picture, view, reading)
        yield {"at": picture.time(view, reading.at), **cells, "hr": units.shown(rate) if rate is not None else ""}


def pressure_cells(picture: Picture, view: View, reading: CuffReading) -> Frame:
    """One reading as the cells of a table have it; of a failed one only that it failed."""
    base = view.state.baseline
    by_hand = say("by hand") if reading.by else None
    if reading.failed or reading.sys is None or reading.dia is None:
        return {"value": None, "mean": "", "failed": "failed", "by_hand": by_hand, "from_base": "", "strong": False}
    return {
        "value": f"{units.shown(reading.sys)}/{units.shown(reading.dia)}",
        "mean": f"({units.shown(reading.mean)})" if reading.mean is not None else "",
        "failed": None,
        "by_hand": by_hand,
        "from_base": f"{reading.sys - base.sys:+.0f}/{reading.dia - base.dia:+.0f}" if base is not None else "",
        "strong": reading.sys >= picture.document.deviation_limit_sys,
    }
