"""The store that is taken away while the program runs: it is said, nothing is stored where nobody finds it, and it goes on when it is back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitor import commands as c
from monitor import settings
from monitor.admission import Patient, admit_simulated
from monitor.board.tile import ward_frame
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.settings import Rooms, RoomSet
from monitor.store import open_log, sqlite
from monitor.store.log import EventLog, StoreError
from monitor.store.sqlite import network_drive
from monitor.ward import Ward
from tests.conftest import Time

ROOMS = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="1"),))
SCENARIO = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"


def moved(path: Path) -> Path:
    return path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


def emptied(path: Path) -> None:
    path.unlink()
    path.touch()


def without_journal(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


GONE: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (Path.unlink, "has been deleted or moved away"),
    "moved": (moved, "has been deleted or moved away"),
    "replaced by a copy": (replaced, "another file has taken the place"),
    "replaced by nothing": (emptied, "another file has taken the place"),
    "its journal deleted": (without_journal, "has been deleted or moved away"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def log(path: Path, time: Time) -> Iterator[EventLog]:
    log = open_log(path, lambda: time.wall)
    yield log
    log.close()


def opened(log: EventLog, document: Document) -> int:
    admitted = admit_simulated("1", Patient("Otter", weight_kg=70), SCENARIO, 1, document)
    return c.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")


@pytest.mark.parametrize("how", GONE)
def test_what_is_gone_is_said_on_every_screen_and_takes_nothing(how: str, log: EventLog, path: Path, document: Document, time: Time) -> None:
    session = opened(log, document)
    ward, follower = Ward(log, document, log.number_lease("test")), Follower(log, document, ROOMS)
    ward.round()
    assert follower.picture().trouble == ""
    take_away, said = GONE[how]
    take_away(path)
    picture = follower.picture()
    assert said in picture.trouble and not picture.assessed
    assert said in ward_frame(picture, "nurse")["assessed"]["sub"]
    for does in (
        lambda: c.carry_out(log, document, session, "nurse", c.note("seen")),
        lambda: c.call_emergency(log, document, "1", "nurse"),
        ward.round,
    ):
        with pytest.raises((StoreError, c.Refusal), match=said):
            does()


def test_where_the_right_file_is_put_back_everything_goes_on(log: EventLog, path: Path, document: Document, time: Time) -> None:
    session = opened(log, document)
    ward, follower = Ward(log, document, log.number_lease("test")), Follower(log, document, ROOMS)
    ward.round()
    away = moved(path)
    assert follower.picture().trouble
    with pytest.raises(StoreError):
        ward.round()
    away.rename(path)
    for _ in range(3):
        time.pass_by(1)
        ward.round()
    picture = follower.picture()
    assert (picture.trouble, picture.assessed) == ("", True)
    c.carry_out(log, document, session, "nurse", c.note("seen"))
    assert list(log.verify()) == []


def test_what_is_stored_while_the_file_is_deleted_is_not_called_saved(
    log: EventLog, path: Path, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(log, document)
    commit = Connection.commit

    def interrupted(connection: Connection) -> None:
        path.unlink()
        commit(connection)

    monkeypatch.setattr(Connection, "commit", interrupted)
    with pytest.raises(StoreError, match="has been deleted"):
        c.carry_out(log, document, session, "nurse", c.note("seen"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who is root may write everywhere")
def test_a_file_whose_rights_are_taken_is_said(log: EventLog, path: Path, document: Document) -> None:
    follower = Follower(log, document, ROOMS)
    path.chmod(0o400)
    assert "can no longer be written to" in follower.picture().trouble


@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="only Linux tells what a drive is")
def test_a_store_on_a_network_drive_is_refused_at_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "network_drive", lambda *_: "nfs4")
    with pytest.raises(StoreError, match=r"network drive \(nfs4\), where SQLite loses entries; put the store on a local disk"):
        open_log(path)
    assert not path.exists()


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
//server/share /mnt/the\\040share cifs rw 0 0
/dev/sdb1 /home/ward/disk ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/log.db", ""),
        ("/home/ward/log.db", "nfs4"),
        ("/homestead/log.db", ""),
        ("/home/ward/disk/log.db", ""),
        ("/mnt/the share/log.db", "cifs"),
        ("/tmp/log.db", ""),
    ],
)
def test_a_network_drive_is_known_by_its_mount(path: str, kind: str) -> None:
    assert network_drive(Path(path), MOUNTS) == kind
