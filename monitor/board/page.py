"""The head of a page that is no room and no wall: whoever reads there sees and hears the ward as on any other page."""

from __future__ import annotations

from monitor.board.alarms import banner, banner_none
from monitor.board.frame import Frame, emergency_button
from monitor.board.head import head
from monitor.board.room import neighbour
from monitor.board.view import Picture
from monitor.language import say

TITLES = {
    "ward": "Ward",
    "room": "Room",
    "training": "Training",
    "instructor": say("Instructor's desk"),
    "review": "Debrief",
    "protocol": "Protocol",
}


def page_frame(picture: Picture, page: str, who: str) -> Frame:
    return {
        **head(picture, who, page, TITLES[page]),
        "banner": banner(picture),
        "banner_none": banner_none(picture),
        "rooms": [neighbour(picture, room, "") for room in picture.rooms],
        "emergencies": [
            emergency_button(room, room, pressed=view is not None and view.state.emergency is not None)
            for room in picture.rooms
            if (view := picture.views.get(room)) is not None or room in picture.damaged
        ],
    }
