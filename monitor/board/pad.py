"""The wall's score pad: comfort and dissociation in two taps, without opening the room; and taking the last entry back."""

from __future__ import annotations

from typing import Any

from monitor import charting, commands
from monitor import events as e
from monitor.board import words
from monitor.board.view import Picture, View
from monitor.language import say

UNDO_S = 10
"""How long a tile offers to take an entry back; the room offers it longer."""
COLOURS = {charting.COMFORT: "comf", charting.DISSOCIATION: "diss"}


def pad() -> list[dict[str, Any]]:
    """What any tile's pad offers. It is the same for all rooms, so a screen is sent it once."""
    return [
        {
            "kind": kind,
            "scale": known.id,
            "label": known.label,
            "low": f"{known.low} {known.low_word}",
            "high": f"{known.high} {known.high_word}",
            "values": list(range(known.low, known.high + 1)),
        }
        for known, kind in ((charting.SCALES[scale], kind) for scale, kind in COLOURS.items())
    ]


def undo(picture: Picture, view: View, who: str) -> dict[str, Any] | None:
    """Taking back the score that this person charted just now, from the tile."""
    entry = last_own(picture, view, who, UNDO_S)
    if entry is None or not isinstance(entry.event, e.Scored):
        return None
    room, text = view.state.opened.room, named(picture, entry)
    return {
        "label": say("Undo"),
        "act": {"do": "undo", "room": room, "seq": entry.seq},
        "at": text,
        "aria": say("Undo {words}, room {room}", words=text, room=room),
    }


def named(picture: Picture, entry: e.Logged) -> str:
    """What an undo takes back, in words."""
    text = words.entry(picture.document, entry.event) or ""
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def last_own(picture: Picture, view: View, who: str, seconds: float) -> e.Logged | None:
    """The newest entry of this person that can be taken back, if it is no older than so many seconds."""
    taken: set[int] = set()
    for entry in reversed(view.journal):
        if picture.at(view) - entry.tick > seconds * max(1.0, view.state.speed):
            return None
        if isinstance(entry.event, e.Corrected):
            taken.add(entry.event.seq)
        elif entry.event.kind in commands.CORRECTABLE and entry.by == who and entry.seq not in taken:
            return entry
    return None
