"""That no connected screen is able to sound is known to the log of every open session, and so is that one is again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from monitor import commands
from monitor.admission import Patient, admit_simulated
from monitor.live.audible import SETTLE_S, Audible
from monitor.live.follower import Follower
from monitor.live.hub import Hub
from monitor.live.tickets import Topic
from monitor.protocol.document import Document
from monitor.settings import ROOMS, SAMPLE_DATA, load_rooms
from monitor.store.memory import MemoryLog
from tests.conftest import Time

PLEASANT: Path = SAMPLE_DATA / "scenarios" / "pleasant.yaml"


class Watch:
    def __init__(self, document: Document, time: Time) -> None:
        self.log, self.hub, self.document, self.time = MemoryLog(lambda: time.wall), Hub(), document, time
        follower = Follower(self.log, document, load_rooms(ROOMS))
        station: Any = SimpleNamespace(log=self.log, hub=self.hub, document=document, follower=follower)
        self.audible = Audible(station)

    def open(self, room: str) -> int:
        admitted = admit_simulated(room, Patient("Otter"), PLEASANT, 7, self.document)
        return commands.open_session(self.log, admitted.opened, admitted.source, 1.0, "nurse")

    def pass_by(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.audible.look()
            self.time.pass_by(1.0)
        self.audible.look()

    def said(self, session: int) -> list[tuple[str, str]]:
        return [(x.by, x.body) for x in self.log.entries(session) if x.kind == "sound_changed"]


OFF, ON = ("station", '{"able":false}'), ("station", '{"able":true}')


def test_silence_is_logged_after_a_few_seconds_in_every_room_and_ends_with_the_first_screen_that_sounds(
    document: Document, time: Time
) -> None:
    watch = Watch(document, time)
    first, second = watch.open("2"), watch.open("3")
    watch.pass_by(SETTLE_S - 1)
    assert watch.said(first) == []
    watch.pass_by(2)
    assert watch.said(first) == watch.said(second) == [OFF]
    with watch.hub.joined(Topic("ward")) as wall, watch.hub.joined(Topic("room", "2")) as bedside:
        watch.hub.heard(wall, {"sound": "off"})
        watch.hub.heard(bedside, {"sound": "quiet"})
        watch.pass_by(SETTLE_S + 1)
        assert watch.said(first) == [OFF]
        watch.hub.heard(wall, {"sound": "on"})
        watch.pass_by(SETTLE_S + 1)
        assert watch.said(first) == watch.said(second) == [OFF, ON]
    watch.pass_by(SETTLE_S + 1)
    assert watch.said(first) == [OFF, ON, OFF]


def test_a_page_that_is_loaded_again_is_no_news(document: Document, time: Time) -> None:
    watch = Watch(document, time)
    session = watch.open("2")
    for _ in range(3):
        with watch.hub.joined(Topic("ward")) as wall:
            watch.hub.heard(wall, {"sound": "on"})
            watch.pass_by(SETTLE_S + 1)
        watch.pass_by(2)
    assert watch.said(session) == []


def test_a_session_that_opens_in_silence_is_told(document: Document, time: Time) -> None:
    watch = Watch(document, time)
    watch.pass_by(SETTLE_S + 1)
    session = watch.open("2")
    watch.pass_by(1)
    assert watch.said(session) == [OFF]
