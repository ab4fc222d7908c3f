"""The infusion's clock and ledger, and the drugs that were given."""

from __future__ import annotations

from monitor import commands, units
from monitor import events as e
from monitor.board import words
from monitor.board.frame import Frame, button
from monitor.board.view import Picture, View
from monitor.infusion import Pump
from monitor.language import say
from monitor.session import Phase

_CHANGES = {"started": "started", "rate": "rate", "paused": "paused", "resumed": "resumed", "stopped": "stopped"}


def infusion_panel(picture: Picture, view: View) -> Frame | None:
    state, at = view.state, picture.at(view)
    order, ledger = state.order, state.ledger
    if order is None or ledger is None:
        return {
            "order": say("no order yet"),
            "clock": "0:00",
            "text": say("not started"),
            "sub": "",
            "percent": 0,
            "facts": [],
            "rows": [],
            "buttons": [button(say("Order…"), {"do": "dialog", "name": "order"}, solid=True)] if state.phase is Phase.READY else [],
        }
    given = ledger.given_mg(at)
    pump_word = {Pump.PLANNED: say("not started"), Pump.RUNNING: "running", Pump.PAUSED: "paused", Pump.ENDED: "ended"}[ledger.pump]
    left = ledger.left_s(order, at)
    stops = ((x.tick, x.event) for x in view.journal if isinstance(x.event, e.InfusionPaused | e.InfusionStopped))
    reasons = {tick if event.for_at is None else event.for_at: event.reason for tick, event in stops}
    return {
        "order": say(
            "ketamine {concentration_mg_per_ml:g} mg/mL · as charted, pump set by hand",
            concentration_mg_per_ml=order.concentration_mg_per_ml,
        ),
        "clock": units.span(ledger.running_s(at)),
        "text": say("of {span}, {pump_word}", span=units.span(order.minutes * 60), pump_word=pump_word),
        "sub": _unwatched(view) or _to_go(left),
        "percent": min(100, round(100 * given / order.dose_mg)),
        "facts": [
            ["Given", f"{given:.1f}", "mg"],
            ["Left", f"{max(0.0, order.dose_mg - given):.1f}", "mg"],
            ["Rate", f"{ledger.rate_mg_per_kg_h:.2f}", "mg/kg/h"],
            ["Pump", f"{units.ml_per_h(ledger.rate_mg_per_kg_h, order.weight_kg, order.concentration_mg_per_ml):.1f}", "mL/h"],
            ["Dose", f"{given / order.weight_kg:.2f}", say("of {dose_mg_per_kg:.2f} mg/kg", dose_mg_per_kg=order.dose_mg_per_kg)],
        ],
        "rows": [
            {
                "at": picture.time(view, c.at, seconds=True),
                "what": ", ".join(filter(None, (_CHANGES[c.what], reasons.get(c.at) if c.rate_mg_per_kg_h == 0 else None))),
                "rate": f"{c.rate_mg_per_kg_h:.2f}",
                "mg": f"{ledger.given_mg(c.at):.1f}",
            }
            for c in reversed(ledger.changes)
        ],
        "buttons": _pump_buttons(view),
    }


def _pump_buttons(view: View) -> list[Frame]:
    phase_now = view.state.phase
    if phase_now is Phase.READY:
        return [button(say("Order…"), {"do": "dialog", "name": "order"}), button(say("Start…"), {"do": "dialog", "name": "start"})]
    if phase_now is Phase.RUNNING:
        return [
            button(say("Rate…"), {"do": "dialog", "name": "rate"}),
            button(say("Pause"), {"do": "dialog", "name": "pause"}, icon="pause"),
            button(say("Stop…"), {"do": "dialog", "name": "stop"}),
        ]
    if phase_now is Phase.PAUSED:
        return [
            button(say("Resume…"), {"do": "dialog", "name": "resume"}, icon="run"),
            button(say("Stop…"), {"do": "dialog", "name": "stop"}),
        ]
    return []


def drugs_panel(picture: Picture, view: View) -> Frame:
    state, at = view.state, picture.at(view)
    rows: list[Frame] = []
    for given in reversed(state.drugs):
        same = [g for g in state.drugs if g.drug == given.drug]
        repeat = commands.earliest_repeat(picture.document, given) if given is same[-1] else None
        locked = repeat is not None and repeat > at
        note = say("earliest repeat {time}", time=picture.time(view, repeat)) if locked and repeat is not None else ""
        if given.breaks:
            note = "; ".join((*given.breaks, note)) if note else "; ".join(given.breaks)
        rows.append(
            {
                "name": words.drug(picture.document, given.drug, given.dose, given.unit, given.route),
                "at": f"{picture.time(view, given.at)}, {given.by}",
                "note": note,
                "locked": locked,
            }
        )
    allowed = state.phase not in (Phase.DISCHARGED, Phase.CLOSED)
    return {"rows": rows, "button": button(say("Add…"), {"do": "dialog", "name": "drug"}) if allowed else None}


def _to_go(left: float | None) -> str:
    return say("pauses not counted · end in {span}", span=units.span(left)) if left else say("pauses not counted")


def _unwatched(view: View) -> str:
    """That the dose went on as charted while nobody assessed, until somebody has looked at the pump since."""
    gone = view.state.unlooked
    if gone is None:
        return ""
    if gone.unknown:
        return say("as charted, not watched for a time that nobody knows: look at the pump")
    return say("as charted, not watched for {span}: look at the pump", span=units.span(gone.seconds))
