"""The handover card of a room."""

from __future__ import annotations

from monitor import units
from monitor.board import words
from monitor.board.tile import Frame, button
from monitor.board.view import STARS, Picture, View, open_prompts, shown_priority


def handover_card(picture: Picture, view: View) -> list[str]:
    """Open prompts, due items and last drugs, in a few lines."""
    at, document, state = picture.at(view), picture.document, view.state
    lines = []
    for prompt in open_prompts(view)[:6]:
        answered = f", {prompt.answered.answer.value} by {prompt.answered.by}" if prompt.answered else ", not answered"
        lines.append(f"{STARS[shown_priority(prompt)]} {prompt.message}{answered}")
    due = sorted((d, obs.label) for obs in document.observations if (d := document.due_at(obs.id, state, view.window)) is not None)
    for when, label in due[:4]:
        late = at - when
        lines.append(f"{label}: {'over by ' + units.span(late) if late > 0 else 'due in ' + units.span(-late)}")
    for given in state.drugs[-3:]:
        known = document.drug.get(given.drug)
        expect = f": {known.expect}" if known is not None else ""
        lines.append(f"{words.drug(document, given.drug, given.dose, given.unit, given.route)} at {picture.time(view, given.at)}{expect}")
    return lines or ["Nothing open, nothing due, no drugs given."]


def handover_panel(picture: Picture, view: View, who: str) -> Frame | None:
    offer = view.state.offer
    if offer is None:
        return None
    to = f" to {offer.to}" if offer.to else ""
    buttons = []
    if who and who != offer.by:
        buttons.append(button("I take over", {"do": "watch"}, solid=True))
    return {"title": f"{offer.by} hands over{to}, {picture.time(view, offer.at)}", "lines": list(offer.card), "buttons": buttons}
