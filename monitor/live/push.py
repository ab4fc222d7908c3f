"""Following the store for all connected screens: what changed is drawn once a topic, serialised once, sent to all of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from monitor import clock
from monitor.board.drill import drills, run_bar, side
from monitor.board.frame import Frame
from monitor.board.page import page_frame
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.trend import trend_frame
from monitor.board.veil import attended, veiled
from monitor.board.view import Picture, View
from monitor.language import say
from monitor.live.follower import Follower
from monitor.live.hub import Hub
from monitor.live.patches import patch
from monitor.live.tickets import Topic
from monitor.store.log import StoreError

POLL_S = 0.02
LEAST_S = 0.1
"""Screens are not told more often than this, however fast a ward is paced."""
BEAT_S = 1.1
"""They are told this often even when nothing is new, so that ages run on. A ward that ticks tells them sooner by itself."""
TREND_EVERY_S = 5

log_ = logging.getLogger("monitor.push")

Chunk = Callable[[View, int | None], bytes | None]
"""Makes what an opened room's screens are sent as bytes (its waves). Called in a thread, under the follower's lock, once
after new seconds of the room came in, and only while somebody looks at it; the newest second is ``view.at``. It is told
the last second that all of them have, None when one of them has nothing yet."""


class Drawing:
    """One topic's frames, one after the other: ``ward`` (the station's rooms), ``drill`` (a drill's), ``room``, or the head of
    another page.

    A room's trend goes with every fifth second.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self._trend_at: tuple[int, int] | None = None

    def frame(self, picture: Picture) -> Frame:
        page, room, name, shown, shared, pages = self.topic
        view = picture.views.get(room)
        picture = side(picture, page == "drill" or (view is not None and view.state.drill is not None) or drills(picture, page, name))
        if page == "room":
            frame = room_frame(picture, room, name)
        else:
            frame = ward_frame(picture, name) if page in ("ward", "drill") else page_frame(picture, page, name)
        frame["drill"] = run_bar(picture, room)
        if page == "drill" and not picture.views:
            frame["banner_none"] = "The drill is over"
        if page == "room" and view is not None:
            sent = self._trend_at
            if sent is None or sent[0] != view.session or not 0 <= view.at - sent[1] < TREND_EVERY_S:
                self._trend_at = (view.session, view.at)
                frame["trend"] = trend_frame(picture, view)
        frame = veiled(picture, frame, shown)
        return attended(frame, shown, name, shared, pages) if picture.mode == "ward" else frame


def _can_be_drawn(picture: Picture, room: str) -> bool:
    alone = replace(picture, views={room: picture.views[room]})
    try:
        ward_frame(alone, "")
        room_frame(alone, room, "")
        trend_frame(alone, picture.views[room])
    except Exception:
        return False
    return True


class News(NamedTuple):
    topic: Topic
    change: str | None
    whole: str | None
    chunk: bytes | None


class Channel:
    """What a topic's screens hold: the last frame, by number."""

    def __init__(self, topic: Topic) -> None:
        self.drawing = Drawing(topic)
        self.number = 0
        self.held: Frame = {}
        self.told = 0.0

    def news(self, picture: Picture, snapshot: bool, waves: Mapping[str, bytes | None]) -> News:
        frame = self.drawing.frame(picture)
        if "trend" in self.held:
            frame.setdefault("trend", self.held["trend"])
        change, now = patch(self.held, frame), clock.monotonic()
        if change or now - self.told >= 1.0:
            self.number, self.held, self.told = self.number + 1, frame, now
            said = self._said(patch=change)
        else:
            said = None
        topic = self.drawing.topic
        return News(topic, said, self._said(frame=frame) if snapshot else None, waves.get(topic.room))

    def _said(self, **what: Any) -> str:
        # "at" only tells how evenly messages come: the browser takes the smallest difference seen for none.
        return orjson.dumps({"n": self.number, "at": round(clock.monotonic() * 1000), **what}).decode()


class Push:
    def __init__(self, follower: Follower, hub: Hub, chunk: Chunk | None = None) -> None:
        self.follower, self.hub, self.chunk = follower, hub, chunk
        self._channels: dict[Topic, Channel] = {}
        self._waved: dict[str, tuple[int, int]] = {}
        self._version: int | None = None
        self._told = 0.0
        self._picture: Picture | None = None
        """What the screens were last told of."""

    async def run(self) -> None:
        """Until cancelled. Nothing here waits for the store or draws on the event loop."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self.look()
            except Exception:
                # The screens' own watchdog greys them meanwhile.
                log_.exception("could not tell the screens what is new")
                await asyncio.sleep(1.0)

    async def look(self) -> None:
        """Once: tell the screens what is new, if anything is and somebody looks."""
        if self.hub.screens and self._due():
            await self._tell()

    def _due(self) -> bool:
        waited = clock.monotonic() - self._told
        if any(screen.behind for screen in self.hub.screens.values()) or waited >= BEAT_S:
            return True
        shown = self._picture
        if shown is not None and shown.assessed and not replace(shown, now=clock.now(), mono=clock.monotonic()).assessed:
            return True
        if waited < LEAST_S:
            return False
        version = None
        with suppress(StoreError):
            version = self.follower.log.version()
        changed, self._version = version != self._version, version
        return changed

    async def _tell(self) -> None:
        wanted = self.hub.wanted()
        self._told = clock.monotonic()
        for topic, change, whole, chunk in await asyncio.to_thread(self._news, wanted):
            self.hub.bring(topic, change, whole)
            if chunk is not None:
                self.hub.publish(topic, chunk)

    def _news(self, wanted: Mapping[Topic, bool]) -> list[News]:
        self._channels = {topic: self._channels.get(topic) or Channel(topic) for topic in wanted}
        with self.follower.reading() as picture:
            try:
                return self._drawn(picture, wanted)
            except Exception as fault:
                # The others are shown without the room that it is about, if it is about one.
                rooms = [room for room in picture.views if not _can_be_drawn(picture, room)]
                if not rooms:
                    raise
                log_.error("rooms cannot be drawn rooms=%s", ",".join(rooms), exc_info=fault)
                for room in rooms:
                    self.follower.set_aside(room, say("it cannot be drawn here; look with verify"))
                return self._drawn(self.follower.picture(), wanted)

    def _drawn(self, picture: Picture, wanted: Mapping[Topic, bool]) -> list[News]:
        self._picture = picture
        waves = self._chunks(picture, wanted)
        return [channel.news(picture, wanted[topic], waves) for topic, channel in self._channels.items()]

    def _chunks(self, picture: Picture, wanted: Mapping[Topic, bool]) -> dict[str, bytes | None]:
        bare = {topic.room for topic, snapshot in wanted.items() if snapshot}
        rooms = {topic.room for topic in wanted if topic.room}
        views = {room: view for room in rooms if (view := picture.views.get(room)) is not None}
        sent, self._waved = self._waved, {room: (view.session, view.at) for room, view in views.items()}
        chunks: dict[str, bytes | None] = {}
        for room, view in views.items():
            session, at = sent.get(room, (None, None))
            since = at if session == view.session and room not in bare else None
            if self.chunk is not None and since != view.at:
                chunks[room] = self.chunk(view, since)
        return chunks
