"""``status``: what a machine asks about the store, the evaluator and the clock, and that nothing of a patient is in it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated
from monitor.cli import app
from monitor.health import health
from monitor.protocol.document import Document
from monitor.store.log import EventLog, StoreError
from monitor.ward import Ward, drafts
from tests.conftest import Time


def assessed(log: EventLog, document: Document) -> Ward:
    admitted = admit_simulated("12", Patient("Quagga"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 1, document)
    commands.open_session(log, admitted.opened, admitted.source, 1.0, "Thylacine")
    ward = Ward(log, document, log.number_lease("4711@station"))
    ward.round()
    return ward


def test_all_is_well_while_somebody_assesses_in_time(log: EventLog, document: Document, time: Time) -> None:
    ward = assessed(log, document)
    time.pass_by(2)
    ward.round()
    time.pass_by(1)
    told = health(log)
    assert (told["ok"], told["wrong"], told["rooms"], told["heartbeat_s"]) == (True, [], ["12"], 1.0)
    assert told["evaluator"] == {"number": 1, "holder": "4711@station"}


def test_no_name_is_told(log: EventLog, document: Document, time: Time) -> None:
    assessed(log, document)
    assert not [name for name in ("quagga", "thylacine", "pleasant") if name in json.dumps(health(log)).lower()]


def test_each_trouble_is_told(log: EventLog, document: Document, time: Time) -> None:
    assert health(log)["wrong"] == ["nobody has assessed this store yet"]
    ward = assessed(log, document)
    time.pass_by(7)
    assert health(log)["wrong"] == ["nobody assesses: the last sign of life is 7 s old"]
    time.pass_by(-67)
    assert health(log)["wrong"] == ["the clock was set back: the last sign of life is 60 s ahead"]
    time.pass_by(60)
    with log.transaction(ward.lease) as writing:
        writing.beat(8.0)
    assert health(log)["wrong"] == ["the evaluator is 8 s behind"]


def test_a_room_in_which_the_program_failed_is_told_until_it_goes_on(log: EventLog, document: Document, time: Time) -> None:
    ward = assessed(log, document)
    (session,) = ward.courses
    for pace, wrong in (
        (e.PaceSet(speed=0, why="it failed", fault="program"), ["nobody assesses room 12: it failed"]),
        (e.WentOn(), []),
    ):
        log.append(session, drafts([pace], "evaluator"))
        assert health(log)["wrong"] == wrong


def test_a_store_that_does_not_answer_is_told(log: EventLog, document: Document, time: Time) -> None:
    class Silent:
        url = "sqlite:///x"

        def heads(self) -> None:
            raise StoreError("the disk is full")

    told = health(Silent())  # type: ignore[arg-type]
    assert (told["ok"], told["wrong"]) == (False, ["the store does not answer: the disk is full"])


def test_asking_makes_no_store(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["status", "--json", "--store", f"sqlite:///{tmp_path / 'none.db'}"])
    assert done.exit_code == 1
    assert "there is no store here" in str(done.exception)
    assert not list(tmp_path.iterdir())
