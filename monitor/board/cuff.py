"""Blood pressure in a room: the large number, the cuff's panel and its last readings."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import units
from monitor.board.tile import Frame, button, cuff_due, cuff_left_s, pressure
from monitor.board.view import Picture, View
from monitor.session import Phase
from monitor.vitals import Signal


def bp(picture: Picture, view: View) -> Frame:
    frame = pressure(picture, view)
    reading = view.window.reading()
    if frame["value"] is not None and reading is not None:
        frame["at"] = picture.time(view, reading.at)
        frame["mean"] = f"mean {units.shown(reading.mean)}" if reading.mean is not None else ""
        base = view.state.baseline
        if base is not None and frame["deviation"] is not None:
            frame["deviation"] = {**frame["deviation"], "text": f"{frame['deviation']['text']} over {base.sys:g}/{base.dia:g}"}
    return frame


def cuff_panel(picture: Picture, view: View) -> Frame:
    state = view.state
    interval = state.cuff_interval_s
    left = cuff_left_s(picture, view)
    obeys = state.opened.source_kind == "simulated" and not view.standing
    text = (cuff_due(picture, view) or "").replace("cuff over", "late by").replace("cuff", "next in")
    every = f"every {interval / 60:g} min" if interval is not None else "no interval"
    buttons = []
    if obeys:
        buttons.append(button("Start now", {"do": "cuff", "what": "start"}))
        buttons += [
            button(f"Every {m} min", {"do": "cuff", "what": "interval", "minutes": m}, pressed=interval == m * 60) for m in (3, 5, 10)
        ]
    reading = view.window.reading()
    if state.phase in (Phase.READY, Phase.OBSERVED) and reading is not None:
        label = f"Baseline {units.shown(reading.sys or 0)}/{units.shown(reading.dia or 0)}"
        buttons.append(button(label, {"do": "baseline"}, pressed=state.baseline_at is not None and state.baseline_at >= reading.at))
    percent = None if left is None or not interval else max(0, min(100, round(100 * (1 - left / interval))))
    head_text = ", ".join(t for t in (text, every) if t)
    return {"head": head_text if obeys else f"as the recording has it, {text or 'no cycle'}", "percent": percent, "buttons": buttons}


def cuff_table(picture: Picture, view: View) -> Iterator[Frame]:
    base = view.state.baseline
    shown_limit = picture.document.deviation_limit_sys
    for reading in list(view.window.cuff)[-5:][::-1]:
        rate = next((s.value for s in reversed(view.window.series.get(Signal.HR, ())) if s.measured_at <= reading.at), None)
        row: Frame = {
            "at": picture.time(view, reading.at),
            "value": None,
            "failed": None,
            "from_base": "",
            "strong": False,
            "hr": units.shown(rate) if rate is not None else "",
        }
        if reading.failed or reading.sys is None or reading.dia is None:
            row["failed"] = "failed"
        else:
            row["value"] = f"{units.shown(reading.sys)}/{units.shown(reading.dia)}"
            row["strong"] = reading.sys >= shown_limit
            if base is not None:
                row["from_base"] = f"{reading.sys - base.sys:+.0f}/{reading.dia - base.dia:+.0f}"
        yield row
