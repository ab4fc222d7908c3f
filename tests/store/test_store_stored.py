"""Stores that an earlier version of the program wrote are opened, verified, drawn, assessed again and exported by this one."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import events as e
from monitor import settings
from monitor.board.debrief import debrief_frame
from monitor.board.room import room_frame
from monitor.board.sheet import sheet
from monitor.board.tile import ward_frame
from monitor.cli import app
from monitor.live.follower import Follower
from monitor.protocol.document import Document, load_protocol
from monitor.review.reading import read_run
from monitor.review.replay import reassess
from monitor.session import folded
from monitor.settings import Rooms, RoomSet
from monitor.store import accounts, open_log
from monitor.store.log import TRAIL
from monitor.ward import Ward, logged
from monitor.yamlmarks import read_yaml, unset

HERE = settings.HOME / "tests" / "stored"
PROTOCOL = HERE / "protocol.yaml"
WRITTEN = json.loads((HERE / "stored.json").read_text(encoding="utf-8"))
STORES = WRITTEN["stores"]
MODES = {"ward": "ward"}
Open = Callable[[str], str]


@pytest.fixture(autouse=True)
def where_their_sources_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.HOME)


@pytest.fixture
def copy(tmp_path: Path) -> Open:
    """The address of a copy of a stored store."""

    def copied(name: str) -> str:
        (tmp_path / "log.db").write_bytes(gzip.decompress((HERE / f"{name}.db.gz").read_bytes()))
        return f"sqlite:///{tmp_path / 'log.db'}"

    return copied


@pytest.fixture(scope="module")
def then() -> Document:
    """The protocol by which they were assessed."""
    return load_protocol(PROTOCOL)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_a_protocol_keeps_the_digest_that_stored_sessions_name(then: Document) -> None:
    assert then.digest == WRITTEN["protocol_digest"], "a new key of the protocol has to be declared with `unset`"


class Later(Document):
    """The protocol of a later version, with a key more."""

    quiet_hours: tuple[int, ...] = unset(())


def test_a_key_that_came_later_changes_the_digest_only_where_it_is_set(then: Document) -> None:
    written, _ = read_yaml(PROTOCOL)
    assert isinstance(written, dict)
    assert Later.model_validate(written).digest == then.digest
    assert Later.model_validate({**written, "quiet_hours": []}).digest == then.digest
    assert Later.model_validate({**written, "quiet_hours": [22]}).digest != then.digest


@pytest.mark.parametrize("name", STORES)
def test_it_opens_and_is_whole_to_its_last_entry(name: str, copy: Open) -> None:
    with closing(open_log(copy(name), mode=MODES.get(name, "training"))) as log:
        assert list(log.verify(heads={int(s): h for s, h in STORES[name]["heads"].items()})) == []
        assert {str(h.session): h.hash for h in log.heads(open_only=False)} == STORES[name]["heads"]
        kinds = {x.kind for h in log.heads(open_only=False) for x in log.entries(h.session)}
        assert sorted(kinds) == STORES[name]["kinds"]
        assert len(log.entries(TRAIL)) == STORES[name]["trail"]


@pytest.mark.parametrize("name", STORES)
def test_its_sessions_say_that_an_earlier_version_assessed_them_and_their_prompts_are_as_they_were(name: str, copy: Open, then: Document) -> None:
    with closing(open_log(copy(name))) as log:
        found = [reassess(log, head.session, then) for head in log.heads(open_only=False)]
    assert {str(x.session): x.stored for x in found} == STORES[name]["digests"]
    assert {(x.found, x.differs) for x in found} == {("assessed by an earlier version", False)}


def test_verify_and_restore_call_nothing_different_that_an_earlier_version_assessed(copy: Open, tmp_path: Path) -> None:
    store, again = copy("closed"), f"sqlite:///{tmp_path / 'again.db'}"
    told = run("verify", "--store", store, "--again", "--protocol", str(PROTOCOL))
    assert "assessed by an earlier version" in told
    assert "DIFFERENT" not in told
    run("backup", str(tmp_path / "backup"), "--store", store)
    restored = run("restore", str(tmp_path / "backup"), "--store", again, "--protocol", str(PROTOCOL))
    assert "were assessed by another version" in restored


@pytest.mark.parametrize("name", ["open", "closed", "ward"])
def test_its_open_rooms_are_drawn_with_their_entries(name: str, copy: Open, then: Document) -> None:
    rooms = Rooms(station="then", protocol="x.yaml", mode=MODES.get(name, "training"), rooms=tuple(RoomSet(room=r) for r in "123"))
    with closing(open_log(copy(name))) as log:
        picture = Follower(log, then, rooms).picture()
        assert picture.views
        assert len(ward_frame(picture, "Mira")["tiles"]) == 3
        for room, view in picture.views.items():
            frame = json.loads(json.dumps(room_frame(picture, room, "Mira")))
            charted = [x for x in log.entries(view.session) if x.kind in ("scored", "drug_given", "corrected", "note_added")]
            assert frame["alias"] == view.state.opened.alias
            assert len(frame["events"]) >= len(charted)


@pytest.mark.parametrize("name", ["open", "closed", "ward"])
def test_its_open_sessions_go_on_where_they_stood(name: str, copy: Open, then: Document) -> None:
    with closing(open_log(copy(name))) as log:
        ticks = {h.session: h.tick for h in log.heads()}
        ward = Ward(log, then, log.number_lease("test"))
        ward.round()
        assert set(ward.courses) == set(ticks), "its sources are beside it, so no room stands for want of one"
        for session, course in ward.courses.items():
            with log.transaction(ward.lease) as writing:
                course.pace.change(0.0, 1.0, course.at)
                course.advance(writing, 3.0)
            assert log.head(session).tick == ticks[session] + 3
        assert list(log.verify()) == []


def test_what_people_did_in_it_is_folded_as_it_was(copy: Open) -> None:
    with closing(open_log(copy("open"))) as log:
        state = folded(map(logged, log.entries(1)))
    assert [(d.drug, d.dose) for d in state.drugs] == [("ondansetron", 4)]
    nausea = state.score("nausea")
    assert nausea is not None and nausea.value == 5
    assert state.order is not None and state.order.dose_mg_per_kg == 0.8
    assert (state.watcher, state.offer and state.offer.to) == ("Jonas", "Jonas")
    assert state.prompts["E-4"].unanswered
    assert state.emergency is None


def test_the_drill_is_debriefed(copy: Open, then: Document, tmp_path: Path) -> None:
    address = copy("drill")
    with closing(open_log(address)) as log:
        rooms = read_run(log, then, 1)
        page = sheet(debrief_frame(rooms))
    assert rooms[0].drill.title in page
    assert any(isinstance(x.event, e.TruthInjected) for x in rooms[0].log)
    run("debrief", "1", "--out", str(tmp_path / "d.html"), "--store", address, "--protocol", str(PROTOCOL), "--alone")
    assert (tmp_path / "d.html").stat().st_size > 20_000


@pytest.mark.parametrize("name", STORES)
def test_it_is_verified_and_backed_up_by_the_command_line(name: str, copy: Open, tmp_path: Path) -> None:
    address = copy(name)
    told = [json.loads(line) for line in run("verify", "--store", address, "--again", "--protocol", str(PROTOCOL), "--json").splitlines()]
    assert {(x["engine"], x["comparable"]) for x in told[:-1]} == {(1, False)}
    assert (told[-1]["sessions"], told[-1]["faults"]) == (len(STORES[name]["heads"]), 0)
    run("backup", str(tmp_path / "kept.db"), "--store", address)
    with closing(open_log(tmp_path / "kept.db")) as log:
        assert list(log.verify()) == []


def test_the_trail_is_told_and_the_accounts_are_opened(copy: Open, tmp_path: Path) -> None:
    assert json.loads(run("audit", "--store", copy("closed"), "--json"))["what"] == "debrief"
    with gzip.open(HERE / "ward.accounts.db.gz") as packed, (tmp_path / "accounts.db").open("wb") as file:
        shutil.copyfileobj(packed, file)
    kept = accounts.Accounts(tmp_path / "accounts.db")
    assert {a.name: a.roles for a in kept.all()} == {"Mira": ("nurse",), "Jonas": ("charge",)}
    kept.close()
