"""A station's rooms file: read whole, or refused in one sentence with its line before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import settings
from monitor.settings import beside, load_rooms
from monitor.sources.source import BadFile

GOOD = """station: Test station
protocol: protocols/example.yaml
zone: Europe/Vienna
theme: light
alarms:
  pause_s: 90
  reminder_min: 3
rooms:
  - room: "1"
    demo: {alias: Heron, scenario: scenarios/pleasant.yaml, seed: 1}
  - room: "2"
    demo: {alias: Lark, recording: recordings/little-felt.csv}
  - room: "3"
"""


def load(text: str, folder: Path) -> settings.Rooms:
    file = folder / "rooms.yaml"
    file.write_text(text, encoding="utf-8")
    return load_rooms(file)


def test_the_rooms_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    rooms = load(GOOD, tmp_path)
    assert [r.room for r in rooms.rooms] == ["1", "2", "3"]
    assert rooms.room("3") is not None
    assert rooms.room("4") is None
    assert (rooms.alarms.pause_s, rooms.alarms.reminder_min) == (90, 3)


def test_the_shipped_rooms_load_at_least_four_of_them_one_recorded() -> None:
    demos = [r.demo for r in load_rooms(settings.ROOMS).rooms if r.demo is not None]
    assert len(demos) >= 4
    assert any(d.recording for d in demos)


BAD = {
    "a protocol that is not there": ("protocols/example.yaml", "protocols/none.yaml", 2, "not there"),
    "a zone that does not exist": ("Europe/Vienna", "Mars/Base", 3, "time zone"),
    "a zone that leads out of the zones": ("Europe/Vienna", "../../etc/passwd", 3, "time zone"),
    "a theme that does not exist": ("theme: light", "theme: pink", 4, "dark"),
    "a pause too long to be one": ("pause_s: 90", "pause_s: 900", 6, "300"),
    "a pause too short to be of use": ("pause_s: 90", "pause_s: 5", 6, "30"),
    "a reminder that never comes": ("reminder_min: 3", "reminder_min: 0", 7, "1"),
    "a key of the alarms that does not exist": ("pause_s: 90", "pause: 90", 6, "pause"),
    "two rooms of one name": ('room: "2"', 'room: "1"', None, "two rooms are called 1"),
    "a scenario that is not there": ("scenarios/pleasant.yaml", "scenarios/none.yaml", 10, "not there"),
    "a recording that is not there": ("recordings/little-felt.csv", "recordings/none.csv", 12, "not there"),
    "a scenario and a recording": ("recording: recordings", "scenario: x, recording: recordings", 12, "either"),
    "neither scenario nor recording": (", recording: recordings/little-felt.csv", "", 12, "either"),
    "a key that does not exist": ("seed: 1", "sead: 1", 10, "sead"),
    "a seed below zero": ("seed: 1", "seed: -1", 10, "greater"),
    "a folder of recordings that is not there": ("theme: light", "recordings: none/", 4, "folder none/, which is not there"),
    "a file as folder of recordings": ("theme: light", "recordings: rooms.yaml", 4, "which is not there"),
    "a minute without its unit": ("seed: 1", "at: 24", 10, "has no unit"),
    "a minute beyond what is played": ("seed: 1", "at: 3:00:01", 10, "at goes up to 3 h"),
    "a minute and a pace": ("seed: 1", "at: 24 min, speed: 2", 10, "either at or a speed"),
    "a pace of nothing": ("seed: 1", "speed: 0", 10, "greater"),
    "a room without a name": ('room: "3"', 'room: ""', 13, "at least 1"),
    "a folder as scenario": ("scenarios/pleasant.yaml", "scenarios", 10, "not there"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    old, new, line, words = BAD[name]
    assert old in GOOD
    with pytest.raises(BadFile) as caught:
        load(GOOD.replace(old, new, 1), tmp_path)
    assert words in caught.value.wrong
    assert "\n" not in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_a_wall_has_at_most_24_rooms(tmp_path: Path) -> None:
    head = "station: x\nprotocol: protocols/example.yaml\nrooms:\n"
    assert len(load(head + "".join(f'  - room: "{n}"\n' for n in range(24)), tmp_path).rooms) == 24
    with pytest.raises(BadFile, match="24"):
        load(head + "".join(f'  - room: "{n}"\n' for n in range(25)), tmp_path)
    with pytest.raises(BadFile):
        load(head + "  []\n", tmp_path)


def test_a_named_file_is_looked_for_beside_the_rooms_file_first(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    own = tmp_path / "scenarios" / "pleasant.yaml"
    own.write_text("x: 1\n", encoding="utf-8")
    assert beside(tmp_path / "rooms.yaml", "scenarios/pleasant.yaml") == own.resolve()
    own.unlink()
    assert beside(tmp_path / "rooms.yaml", "scenarios/pleasant.yaml") == (settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml").resolve()


def test_the_environment_names_the_store_and_the_rooms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(settings.STORE_VARIABLE, raising=False)
    monkeypatch.delenv(settings.ROOMS_VARIABLE, raising=False)
    assert settings.rooms_path() == settings.ROOMS
    assert settings.store_url().startswith("sqlite:///")
    monkeypatch.setenv(settings.STORE_VARIABLE, "sqlite:///other.db")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(tmp_path / "r.yaml"))
    assert (settings.store_url(), settings.rooms_path()) == ("sqlite:///other.db", tmp_path / "r.yaml")


@pytest.mark.parametrize("named", ["9" * 400, "a\x00b"])
def test_a_name_that_no_file_can_have_is_a_file_that_is_not_there(named: str) -> None:
    assert settings.beside(settings.ROOMS, named) is None


def test_the_folder_of_the_recordings_is_looked_for_beside_the_rooms_file_first(tmp_path: Path) -> None:
    assert settings.folder_beside(tmp_path / "rooms.yaml", load(GOOD, tmp_path).recordings) == settings.SAMPLE_DATA / "recordings"
    (tmp_path / "recordings").mkdir()
    assert settings.folder_beside(tmp_path / "rooms.yaml", load(GOOD, tmp_path).recordings) == (tmp_path / "recordings").resolve()
