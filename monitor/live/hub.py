"""Who is connected, and handing them what is new. Everything here happens on the server's event loop."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from monitor.live.tickets import Topic

QUEUE = 20
"""Messages that may wait for one screen."""
SOUNDS = ("on", "off", "quiet")


@dataclass(eq=False)
class Screen:
    """One connected page, and what it last said about itself."""

    id: int
    topic: Topic
    sound: str | None = None
    """Whether it can be heard: "on", "off", "quiet"; None until it has said so."""
    behind: bool = True
    """It waits for a snapshot; changes mean nothing to it before that."""
    queue: asyncio.Queue[str | bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def put(self, message: str | bytes) -> None:
        """A screen that does not keep up loses what waits for it and starts again from a snapshot."""
        if self.queue.full():
            self.start_again()
        else:
            self.queue.put_nowait(message)

    def start_again(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.behind = True


class Hub:
    """The connected screens by topic. ``changed`` holds what to call when a screen came, went or spoke of its sound."""

    def __init__(self) -> None:
        self.screens: dict[int, Screen] = {}
        self.changed: list[Callable[[], None]] = []
        self._topics: dict[Topic, set[Screen]] = {}
        self._ids = itertools.count(1)

    @contextmanager
    def joined(self, topic: Topic) -> Iterator[Screen]:
        """A screen for as long as it is connected."""
        screen = Screen(next(self._ids), topic)
        self.screens[screen.id] = screen
        self._topics.setdefault(topic, set()).add(screen)
        self._call()
        try:
            yield screen
        finally:
            del self.screens[screen.id]
            self._leave(screen)
            self._call()

    def turn(self, screen: Screen, topic: Topic) -> None:
        """Another topic for a screen, from a snapshot on. Nothing of the last one that still waits is sent."""
        if topic == screen.topic:
            return
        self._leave(screen)
        screen.topic = topic
        self._topics.setdefault(topic, set()).add(screen)
        screen.start_again()

    def _leave(self, screen: Screen) -> None:
        self._topics[screen.topic].discard(screen)
        if not self._topics[screen.topic]:
            del self._topics[screen.topic]

    def heard(self, screen: Screen, said: Mapping[str, Any]) -> None:
        """What a screen says about itself. What is not understood is passed over."""
        if said.get("again") is True:
            screen.behind = True
        sound = said.get("sound")
        if sound in SOUNDS and sound != screen.sound:
            screen.sound = sound
            self._call()

    def wanted(self) -> dict[Topic, bool]:
        """The topics that somebody looks at, and whether one of them waits for a snapshot."""
        return {topic: any(s.behind for s in screens) for topic, screens in self._topics.items()}

    def publish(self, topic: Topic, message: str | bytes) -> None:
        """The same message to every screen of a topic."""
        for screen in self._topics.get(topic, ()):
            screen.put(message)

    def bring(self, topic: Topic, change: str | None, whole: str | None) -> None:
        """The change to those who can use it, the snapshot to those who wait for one."""
        for screen in self._topics.get(topic, ()):
            if not screen.behind:
                if change is not None:
                    screen.put(change)
            elif whole is not None:
                screen.behind = False
                screen.put(whole)

    def _call(self) -> None:
        for call in self.changed:
            call()
