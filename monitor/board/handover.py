"""The handover card: what the next nurse must know of a room, and of all rooms of a nurse."""

from __future__ import annotations

from monitor import charting, units
from monitor.board import words
from monitor.board.frame import Frame, button
from monitor.board.view import STARS, Picture, View, open_prompts
from monitor.infusion import Pump
from monitor.pressures import last_reading

SCORES = (charting.DISSOCIATION, charting.BOTHERED, charting.COMFORT, charting.NAUSEA, charting.SEDATION)


def handover_card(picture: Picture, view: View) -> list[str]:
    """Infusion, allergies, open prompts, what is due, the last pressure and scores, drugs and what to expect of them."""
    at, document, state = picture.at(view), picture.document, view.state
    lines = [_infusion(picture, view), "Allergies: " + (", ".join(state.opened.allergies) or "none charted")]
    for prompt in open_prompts(view)[:6]:
        answered = f", {prompt.answered.answer.value} by {prompt.answered.by}" if prompt.answered else ", not answered"
        lines.append(f"{STARS[prompt.level]} {prompt.message}{answered}")
    due = sorted((d, obs.label) for obs in document.observations if (d := document.due_at(obs.id, state, view.window)) is not None)
    for when, label in due[:4]:
        late = at - when
        lines.append(f"{label.capitalize()}: {'over by ' + units.span(late) if late > 0 else 'due in ' + units.span(-late)}")
    reading = last_reading(state, view.window)
    if reading is not None:
        by_hand = " by hand" if reading.by else ""
        pressure = f"{units.shown(reading.sys or 0)}/{units.shown(reading.dia or 0)}"
        lines.append(f"Last BP {pressure} at {picture.time(view, reading.at)}{by_hand}")
    scores = [
        f"{charting.words(scale, int(entry.value))} at {picture.time(view, entry.at)}"
        for scale in SCORES
        if (entry := state.valued(scale)) is not None and entry.value is not None
    ]
    lines.append(" · ".join(scores) or "No scores yet")
    for given in state.drugs[-3:]:
        known = document.drug.get(given.drug)
        expect = f": {known.expect}" if known is not None else ""
        lines.append(f"{words.drug(document, given.drug, given.dose, given.unit, given.route)} at {picture.time(view, given.at)}{expect}")
    return lines if state.drugs else [*lines, "No drugs given"]


def _infusion(picture: Picture, view: View) -> str:
    state, at = view.state, picture.at(view)
    if state.ledger is None or state.order is None or state.pump is Pump.PLANNED:
        return "Infusion not started"
    word = {Pump.RUNNING: "running", Pump.PAUSED: "paused", Pump.ENDED: "ended"}[state.pump]
    ran, given = units.span(state.ledger.running_s(at)), state.ledger.given_mg(at)
    return (
        f"Infusion {word}, {ran} of {units.span(state.order.minutes * 60)}, "
        f"{given:.1f} of {state.order.dose_mg:.1f} mg, {state.ledger.rate_mg_per_kg_h:.2f} mg/kg/h"
    )


def handover_panel(picture: Picture, view: View, who: str) -> Frame | None:
    """The card of a room whose watch is offered. Until somebody accepts, the one who offered watches."""
    offer = view.state.offer
    if offer is None:
        return None
    to = f" to {offer.to}" if offer.to else ""
    if who == offer.by:
        buttons = [button("Withdraw", {"do": "end_offer"})]
    else:
        buttons = [button("I take over", {"do": "accept"}, solid=True), button("Not now", {"do": "end_offer"})]
    return {"title": f"{offer.by} hands over{to}, {picture.time(view, offer.at)}", "lines": list(offer.card), "buttons": buttons}


def handover_buttons(picture: Picture, who: str) -> list[Frame]:
    """What the wall offers: to hand over all rooms of the one who looks, or to take over what is offered, in one tap."""
    offered: dict[str, list[str]] = {}
    for room in picture.rooms:
        view = picture.views.get(room)
        if view is not None and view.state.offer is not None:
            offered.setdefault(view.state.offer.by, []).append(room)
    buttons = []
    for by, rooms in offered.items():
        if by != who:
            short = ", ".join(rooms) if len(rooms) <= 3 else f"{len(rooms)} rooms"
            aria = f"Take over {', '.join(rooms)} from {by}"
            buttons.append(button(f"Take over {short}", {"do": "take_over", "by": by}, solid=True, aria=aria, why=f"{by} hands over"))
        card = "Card…" if len(offered) == 1 else f"Card, {by}…"
        buttons.append(button(card, {"do": "dialog", "name": "handover_offered", "fill": {"by": by}}))
    if who and who not in offered and any(v.state.watcher == who for v in picture.views.values()):
        buttons.append(button("Hand over…", {"do": "dialog", "name": "handover_all"}))
    return buttons
