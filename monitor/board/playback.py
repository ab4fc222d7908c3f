"""A finished drill played back: the wall and the rooms as the trainee's screen had them at a second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from monitor import truth, units
from monitor.board.frame import Frame, button
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.trend import trend_frame
from monitor.board.view import Picture, View, drawn
from monitor.language import say
from monitor.protocol.document import Document
from monitor.review.reading import Room
from monitor.session import begin, fold
from monitor.store import packing
from monitor.vitals import Window

SPEEDS = (1, 5, 20, 60)
JUMP_S = 60
STILL = ("actions", "handover", "alarm", "pad")
STILL_TILE = ("emergency", "log", "undo")
"""What a played-back page and its tiles do not offer: nothing can be done in what has been."""


class Seen:
    """One room of the run, brought to any second; going on is cheap, going back reads again."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._begin()

    def _begin(self) -> None:
        room = self.room
        self._entries = list(truth.shown(room.log, room.drill, ended=False))
        self.view = View(room.session, begin(room.log[0]), Window(c.channel() for c in room.state.opened.channels))
        self.view.noted(self._entries[:1])
        self._entry, self._row = 1, 0

    def to(self, at: int) -> View:
        """The room at that second, as the trainee's screen had it."""
        if at < self.view.at:
            self._begin()
        rows, entries = self.room.rows, self._entries
        while self._row < len(rows) and rows[self._row][0] <= at:
            tick, row = rows[self._row]
            if drawn(tick, row, at):
                self.view.push(tick, packing.unpack(row, tick), packing.beats(row))
            self._row += 1
        since = self._entry
        while self._entry < len(entries) and entries[self._entry].tick <= at:
            self.view.state = fold(self.view.state, entries[self._entry])
            self._entry += 1
        self.view.noted(entries[since : self._entry])
        return self.view


class Playback:
    """All rooms of a run at one second."""

    def __init__(self, rooms: Sequence[Room], document: Document, zone: tzinfo | None = None) -> None:
        self.seen = {room.state.opened.room: Seen(room) for room in rooms}
        self.document, self.zone = document, zone
        self.ends = max(room.ends for room in rooms)
        self.title = rooms[0].drill.title
        self.marks = sorted({tick for room in rooms for tick, prompt in room.prompts if prompt.state.value == "active"})
        """When prompts began: where a debrief wants to look."""

    def picture(self, at: int) -> Picture:
        views = {name: seen.to(at) for name, seen in self.seen.items()}
        now = max(view.wall(at) for view in views.values())
        return Picture(now=now, document=self.document, rooms=list(views), views=views, beat_at=now, station="Playback", zone=self.zone)

    def frame(self, at: int, room: str, speed: float) -> Frame:
        """The page of that second: a room's, or the wall where none is named."""
        picture = self.picture(at)
        view = picture.views.get(room)
        frame = ward_frame(picture, "") if view is None else {**room_frame(picture, room, ""), "trend": trend_frame(picture, view)}
        menu = [
            button(say("Wall"), {"do": "replay", "room": ""}, pressed=view is None),
            button(say("Debrief"), {"do": "replay", "leave": True}),
        ]
        still: Frame = {key: None for key in STILL if key in frame}
        if view is None:
            still["tiles"] = [{**tile, **dict.fromkeys(STILL_TILE)} for tile in frame["tiles"]]
        return {
            **frame,
            **still,
            "mode": "PLAYBACK",
            "viewer": None,
            "feed": None,
            "menu": menu,
            "drill": self._bar(at, speed),
            "assessed": {"ok": True, "text": say("As it was assessed"), "sub": say("played back")},
        }

    def _bar(self, at: int, speed: float) -> Frame:
        coming = next((mark for mark in self.marks if mark > at), None)
        play = (
            button(say("Pause"), {"do": "replay", "speed": 0}, icon="pause")
            if speed
            else button(say("Play"), {"do": "replay", "speed": 1}, icon="run")
        )
        return {
            "title": self.title,
            "sub": say("playback · as the screen was") + (say(" · {speed:g} times", speed=speed) if speed > 1 else ""),
            "clock": say("{span} of {span2}", span=units.span(at), span2=units.span(self.ends)),
            "controls": [
                play,
                *(button(f"{times}x", {"do": "replay", "speed": times}, pressed=speed == times) for times in SPEEDS),
                button(say("−{jump_s} min", jump_s=JUMP_S // 60), {"do": "replay", "at": max(0, at - JUMP_S)}),
                button(say("+{jump_s} min", jump_s=JUMP_S // 60), {"do": "replay", "at": min(self.ends, at + JUMP_S)}),
                button(say("Next prompt"), {"do": "replay", "at": coming}, disabled=coming is None),
            ],
            "heard": None,
            "ask": None,
            "scrub": {"at": at, "ends": self.ends},
        }
