"""The handover card: what the next nurse must know of a room, and of all rooms of a nurse."""

from __future__ import annotations

from monitor import charting, units
from monitor.board import words
from monitor.board.facts import known
from monitor.board.frame import Frame, button
from monitor.board.prompts import headline, open_prompts
from monitor.board.view import STARS, Picture, View
from monitor.infusion import Pump
from monitor.language import say
from monitor.pressures import last_reading

Offered = dict[str, str | int]
"""Which handover was on the screen: its room, session and entry. What is taken over is that, and no other offered since."""
SCORES = (charting.DISSOCIATION, charting.BOTHERED, charting.COMFORT, charting.NAUSEA, charting.SEDATION)


def handover_card(picture: Picture, view: View) -> list[str]:
    """Infusion and order, what is known of the patient, open prompts, what is due, the last pressure and scores, drugs and what to
    expect of them."""
    at, document, state = picture.at(view), picture.document, view.state
    lines = [_infusion(picture, view), *_ordered(view)]
    lines.append("Allergies: " + (", ".join(state.opened.allergies) or say("none charted")))
    lines.append(" · ".join(one.whole for one in known(picture, view)))
    for prompt in open_prompts(view)[:6]:
        answered = (
            say(", {value} by {by}", value=prompt.answered.answer.value, by=prompt.answered.by)
            if prompt.answered
            else say(", not answered")
        )
        lines.append(f"{STARS[prompt.level]} {headline(picture, view, prompt)}{answered}")
    due = sorted((d, obs.label) for obs in document.observations if (d := document.due_at(obs.id, state, view.window)) is not None)
    for when, label in due[:4]:
        late = at - when
        lines.append(
            say("{label}: over by {span}", label=label.capitalize(), span=units.span(late))
            if late > 0
            else say("{label}: due in {span}", label=label.capitalize(), span=units.span(-late))
        )
    reading = last_reading(state, view.window)
    if reading is not None:
        by_hand = say(" by hand") if reading.by else ""
        pressure = f"{units.shown(reading.sys or 0)}/{units.shown(reading.dia or 0)}"
        lines.append(say("Last BP {pressure} at {time}{by_hand}", pressure=pressure, time=picture.time(view, reading.at), by_hand=by_hand))
    scores = [
        say("{words} at {time}", words=charting.words(scale, int(entry.value)), time=picture.time(view, entry.at))
        for scale in SCORES
        if (entry := state.valued(scale)) is not None and entry.value is not None
    ]
    lines.append(" · ".join(scores) or say("No scores yet"))
    for given in state.drugs[-3:]:
        drug = document.drug.get(given.drug)
        expect = f": {drug.expect}" if drug is not None else ""
        lines.append(
            say(
                "{drug} at {time}{expect}",
                drug=words.drug(document, given.drug, given.dose, given.unit, given.route),
                time=picture.time(view, given.at),
                expect=expect,
            )
        )
    return lines if state.drugs else [*lines, say("No drugs given")]


def _infusion(picture: Picture, view: View) -> str:
    state, at = view.state, picture.at(view)
    if state.ledger is None or state.order is None or state.pump is Pump.PLANNED:
        return say("Infusion not started")
    word = {Pump.RUNNING: "running", Pump.PAUSED: "paused", Pump.ENDED: "ended"}[state.pump]
    ran, given = units.span(state.ledger.running_s(at)), state.ledger.given_mg(at)
    return say(
        "Infusion {word}, {ran} of {span}, {given:.1f} of {dose_mg:.1f} mg, {rate_mg_per_kg_h:.2f} mg/kg/h",
        word=word,
        ran=ran,
        span=units.span(state.order.minutes * 60),
        given=given,
        dose_mg=state.order.dose_mg,
        rate_mg_per_kg_h=state.ledger.rate_mg_per_kg_h,
    )


def _ordered(view: View) -> list[str]:
    order = view.state.order
    if order is None:
        return []
    by = say("ordered by {prescriber}", prescriber=order.prescriber) if order.prescriber else say("no prescriber charted")
    return [f"{words.order(order)}; {by}"]


def handover_panel(picture: Picture, view: View, who: str) -> Frame | None:
    """The card of a room whose watch is offered. Until somebody accepts, the one who offered watches."""
    offer = view.state.offer
    if offer is None:
        return None
    to = say(" to {to}", to=offer.to) if offer.to else ""
    if who == offer.by:
        buttons = [button(say("Withdraw"), {"do": "end_offer", "offer": offer.seq})]
    else:
        buttons = [
            button(say("I take over"), {"do": "accept", "offer": offer.seq}, solid=True),
            button(say("Not now"), {"do": "end_offer", "offer": offer.seq}),
        ]
    return {
        "title": say("{by} hands over{to}, {time}", by=offer.by, to=to, time=picture.time(view, offer.at)),
        "lines": list(offer.card),
        "buttons": buttons,
    }


def handover_buttons(picture: Picture, who: str) -> list[Frame]:
    """What the wall offers: to hand over all rooms of the one who looks, or to take over what is offered, in one tap."""
    offered: dict[str, list[Offered]] = {}
    for room in picture.rooms:
        view = picture.views.get(room)
        if view is not None and view.state.offer is not None:
            offered.setdefault(view.state.offer.by, []).append({"room": room, "session": view.session, "offer": view.state.offer.seq})
    buttons = []
    for by, offers in offered.items():
        rooms = [str(one["room"]) for one in offers]
        if by != who:
            short = ", ".join(rooms) if len(rooms) <= 3 else say("{rooms} rooms", rooms=len(rooms))
            aria = say("Take over {rooms} from {by}", rooms=", ".join(rooms), by=by)
            buttons.append(
                button(
                    say("Take over {short}", short=short),
                    {"do": "take_over", "offers": offers},
                    solid=True,
                    aria=aria,
                    why=say("{by} hands over", by=by),
                )
            )
        card = "Card…" if len(offered) == 1 else say("Card, {by}…", by=by)
        buttons.append(button(card, {"do": "dialog", "name": "handover_offered", "fill": {"by": by, "offers": offers}}))
    if who and who not in offered and any(v.state.watcher == who for v in picture.views.values()):
        buttons.append(button(say("Hand over…"), {"do": "dialog", "name": "handover_all"}))
    return buttons
