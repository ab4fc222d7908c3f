"""The hub: who is connected, and what each of them is handed."""

from __future__ import annotations

from monitor.live.hub import QUEUE, Hub, Screen
from monitor.live.tickets import Topic

WARD, ROOM = Topic("ward"), Topic("room", "2", "M. Ortiz")


def waiting(screen: Screen) -> list[str | bytes]:
    return [screen.queue.get_nowait() for _ in range(screen.queue.qsize())]


def test_a_snapshot_comes_first_and_changes_after_it() -> None:
    hub = Hub()
    with hub.joined(WARD) as screen:
        hub.bring(WARD, "change 1", None)
        assert waiting(screen) == []
        assert hub.wanted() == {WARD: True}
        hub.bring(WARD, "change 2", "whole 2")
        hub.bring(WARD, "change 3", None)
        assert waiting(screen) == ["whole 2", "change 3"]
        assert hub.wanted() == {WARD: False}
    assert hub.wanted() == {}


def test_each_topic_is_told_its_own() -> None:
    hub = Hub()
    with hub.joined(WARD) as wall, hub.joined(ROOM) as room:
        hub.bring(WARD, None, "the wall")
        hub.bring(ROOM, None, "the room")
        hub.publish(ROOM, b"waves")
        assert waiting(wall) == ["the wall"]
        assert waiting(room) == ["the room", b"waves"]


def test_a_screen_that_does_not_keep_up_loses_what_waits_and_starts_again_from_a_snapshot() -> None:
    hub = Hub()
    with hub.joined(WARD) as slow:
        hub.bring(WARD, None, "whole")
        for n in range(QUEUE):
            hub.bring(WARD, f"change {n}", None)
        assert slow.behind
        assert slow.queue.qsize() == 0
        hub.bring(WARD, "change", "whole again")
        assert waiting(slow) == ["whole again"]


def test_a_screen_that_missed_something_asks_again() -> None:
    hub = Hub()
    with hub.joined(WARD) as screen:
        hub.bring(WARD, None, "whole")
        hub.heard(screen, {"again": True})
        assert hub.wanted() == {WARD: True}


def test_the_hub_knows_what_each_screen_said_of_its_sound_and_says_when_that_changes() -> None:
    hub = Hub()
    seen: list[list[str | None]] = []
    hub.changed.append(lambda: seen.append([s.sound for s in hub.screens.values()]))
    with hub.joined(ROOM) as screen:
        hub.heard(screen, {"sound": "on"})
        hub.heard(screen, {"sound": "on", "other": 1})
        hub.heard(screen, {"sound": ["on"], "again": "yes"})
        hub.heard(screen, {"sound": "off"})
        assert hub.screens[screen.id].topic.name == "M. Ortiz"
    assert seen == [[None], ["on"], ["off"], []]
