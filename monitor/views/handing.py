"""Handing over several rooms at once, and taking over what was offered: one entry in each room's session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor import commands
from monitor.board.handover import handover_card
from monitor.board.view import View
from monitor.forms.filling import Filling
from monitor.language import say
from monitor.views import acts

STORED = "stored"


def handover_all_form(f: Filling) -> None:
    """The cards of all rooms of the one at the keys, as they were when the form was opened, offered at once."""

    def watched() -> list[dict[str, Any]]:
        return [{**_room(view), "card": handover_card(f.picture, view)} for view in f.picture.views.values() if view.state.watcher == f.who]

    cards = f.keep("cards", watched)
    if not cards:
        f.note(say("You watch no room."))
        return
    for one in cards:
        f.lines(one["label"], one["card"])
    to = f.text("to", say("To"), 40, hint=say("may stay empty"))
    f.says(say("Until somebody accepts, you watch."))

    def offered() -> commands.Refusal | None:
        return _each(f, ((one, commands.offer_watch(to, one["card"])) for one in cards))

    f.button("save", say("Offer {cards} rooms", cards=len(cards)) if len(cards) > 1 else say("Offer the room"), does=offered)


def handover_offered_form(f: Filling) -> None:
    """What a nurse has offered, as it was on the screen: those offers can be taken, and no later one."""
    by = str(f.fill.get("by", ""))

    def standing() -> list[dict[str, Any]]:
        asked = {one["session"]: one["offer"] for one in f.fill.get("offers", ())}
        offers = ((view, view.state.offer) for view in f.picture.views.values())
        return [{**_room(v), "card": list(o.card), "offer": o.seq} for v, o in offers if o is not None and asked.get(v.session) == o.seq]

    offers = f.keep("offers", standing)
    if not offers:
        f.note(say("This handover has been withdrawn or accepted."))
        return
    for one in offers:
        f.lines(one["label"], one["card"])
    if by != f.who:
        f.button("save", say("I take over"), does=lambda: _each(f, ((one, commands.accept_watch(f.who, one["offer"])) for one in offers)))
    ending = say("Withdraw") if by == f.who else say("Not now")
    f.button("end", ending, does=lambda: _each(f, ((one, commands.end_offer(one["offer"])) for one in offers)), solid=False)


def _room(view: View) -> dict[str, Any]:
    opened = view.state.opened
    return {"session": view.session, "label": say("Room {name} · {alias}", name=opened.room, alias=opened.alias)}


def _each(f: Filling, wanted: Iterable[tuple[Mapping[str, Any], commands.Command]]) -> commands.Refusal | None:
    """Each in its own session, once however often it is pressed; what was stored and what was refused, by room."""
    stored: list[str] = f.draft.seen.setdefault(STORED, [])
    refused = []
    for one, command in wanted:
        if one["label"] in stored:
            continue
        refusal = acts.tried(one["session"], command)
        if refusal is None:
            stored.append(one["label"])
        else:
            refused.append((one["label"], refusal))
    if not refused:
        return None
    done = say("Stored for {rooms}. ", rooms=", ".join(stored)) if stored else ""
    return commands.Refusal(refused[0][1].name, done + " ".join(f"{label}: {refusal.sentence}" for label, refusal in refused))
