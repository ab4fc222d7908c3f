"""A room in which nobody is: that it is being cleaned, who is next, and how somebody settles in."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock
from monitor.board.frame import Frame, button, emergency_button
from monitor.board.view import Picture
from monitor.commands import Vacant
from monitor.language import say

LASTS = timedelta(hours=12)
"""What was said yesterday is not so today."""


def said(picture: Picture, room: str) -> Vacant | None:
    found = picture.vacant.get(room)
    return found if found is not None and picture.now - clock.read(found.at) < LASTS else None


def vacant(picture: Picture, room: str, act: Frame) -> Frame:
    """What stands in the place of a room without numbers; ``act`` checks somebody in where nobody is."""
    if (damaged := picture.damaged.get(room)) is not None:
        return {
            "head": say("RECORD CANNOT BE READ"),
            "text": say("Go to the patient: {why}.", why=damaged.why),
            "button": emergency_button(room),
        }
    known = said(picture, room)
    cleaning = known is not None and known.cleaning
    return {
        "head": say("Being cleaned") if cleaning else say("Empty"),
        "text": say("next: {who}", who=known.next) if known is not None and known.next else "",
        "button": button(say("Check in…"), act, solid=True),
    }


def vacant_acts(picture: Picture, room: str) -> list[Frame]:
    """What can be said of it, on its own page."""
    if room in picture.damaged:
        return []
    known = said(picture, room)
    cleaning = known is not None and known.cleaning
    return [
        button(say("Being cleaned"), {"do": "cleaning", "room": room, "on": not cleaning}, pressed=cleaning),
        button(say("Who is next…"), {"do": "dialog", "name": "next", "room": room}),
    ]
