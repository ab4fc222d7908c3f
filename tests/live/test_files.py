"""A rooms file or a protocol that is changed after the start: the screens say so, and what was read goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor import settings
from monitor.board.head import assessed
from monitor.live import station as stations
from monitor.live.files import Files
from monitor.live.station import Station, station
from monitor.protocol.document import load_protocol
from monitor.ward import Ward
from tests.conftest import EXAMPLE

ROOMS = """
station: Test station
protocol: own.yaml
rooms:
  - room: "1"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    shutil.copy(EXAMPLE, tmp_path / "own.yaml")
    (tmp_path / "rooms.yaml").write_text(ROOMS)
    monkeypatch.setenv(settings.STORE_VARIABLE, f"sqlite:///{tmp_path / 'log.db'}")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(tmp_path / "rooms.yaml"))
    stations.leave()
    yield station()
    stations.leave()


def lives(here: Station) -> None:
    Ward(here.log, here.document, here.log.number_lease("test"), here.rooms).round()


def rewritten(path: Path, was: str, now: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")


CHANGES: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "another room": ("rooms.yaml", lambda p: p.write_text(ROOMS + '  - room: "2"\n'), "FILE CHANGED", "rooms.yaml: restart to use it"),
    "no rooms file": ("rooms.yaml", Path.unlink, "FILE CANNOT BE READ", "rooms.yaml: the old one counts"),
    "half a rooms file": ("rooms.yaml", lambda p: p.write_text("station: ["), "FILE CANNOT BE READ", "rooms.yaml: the old one counts"),
    "another protocol": ("own.yaml", lambda p: rewritten(p, "title:", "title: Another"), "FILE CHANGED", "own.yaml: restart to use it"),
    "half a protocol": ("own.yaml", lambda p: p.write_text("protocol: ["), "FILE CANNOT BE READ", "own.yaml: the old one counts"),
    "no protocol": ("own.yaml", Path.unlink, "FILE CANNOT BE READ", "rooms.yaml: the old one counts"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_changes_after_the_start_is_said_and_what_was_read_goes_on(here: Station, name: str) -> None:
    file, change, head, sub = CHANGES[name]
    path = here.rooms_file.with_name(file)
    was, watch = path.read_text(encoding="utf-8"), Files(here)
    lives(here)
    watch.look()
    assert assessed(here.follower.picture())["sub"] == "evaluator alive"
    change(path)
    watch.look()
    picture = here.follower.picture()
    told = assessed(picture)
    assert (told["ok"], told["text"], told["sub"]) == (True, head, sub)
    assert (picture.rooms, picture.document.digest) == (["1"], here.document.digest)
    path.write_text(was, encoding="utf-8")
    watch.look()
    assert assessed(here.follower.picture())["sub"] == "evaluator alive", "it is as it was"


def test_a_file_that_is_only_touched_is_no_other(here: Station) -> None:
    watch = Files(here)
    here.rooms_file.write_text(ROOMS + "\n# for the night\n")
    watch.look()
    assert here.follower.picture().changed is None


def test_an_evaluator_that_works_by_another_protocol_is_said_on_the_screens(here: Station) -> None:
    rewritten(here.protocol_file, "title:", "title: Another")
    other = load_protocol(here.protocol_file)
    Ward(here.log, other, here.log.number_lease("test"), here.rooms).round()
    told = assessed(here.follower.picture())
    assert (told["text"], told["sub"]) == ("OTHER PROTOCOL", "assessed by another: restart")
    lives(here)
    assert assessed(here.follower.picture())["sub"] == "evaluator alive"


def test_an_evaluator_of_before_said_nothing_of_its_protocol_and_is_believed(here: Station) -> None:
    Ward(here.log, here.document, here.log.number_lease("test")).round()
    assert not here.follower.picture().other_protocol
