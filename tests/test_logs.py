"""The program's own log: JSON lines for machines, in which nothing of a patient can be found."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from monitor import commands, demo, logs, settings
from monitor.admission import Patient, admit_simulated
from monitor.events import SessionOpened
from monitor.live.follower import Follower
from monitor.protocol.document import Document
from monitor.serving import _farewell
from monitor.store.log import EventLog, StoreError
from monitor.ward import Ward
from tests.conftest import Time

pytestmark = pytest.mark.usefixtures("logging_as_before")
PLANTED = ("quagga", "thylacine", "bandicoot")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    own, stream = logging.getLogger("monitor"), io.StringIO()
    level, handler = own.level, logs.begin(stream)
    yield stream
    own.removeHandler(handler)
    own.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_no_name_and_no_note_is_in_it(
    log: EventLog, document: Document, time: Time, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    admitted = admit_simulated("1", Patient("Quagga"), settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 1, document, demo=True)
    session = commands.open_session(log, admitted.opened, admitted.source, 1.0, "Thylacine")
    commands.carry_out(log, document, session, "Thylacine", commands.note("a bandicoot was seen"))
    ward = Ward(log, document, log.number_lease("test"))
    rooms = settings.load_rooms(settings.ROOMS)
    follower, demos = Follower(log, document, rooms), demo.Demos(log, rooms, settings.ROOMS, document)
    for _ in range(40):
        time.pass_by(5)
        ward.round()
        demos.attend(ward.courses[session])
        with follower.reading():
            pass
    monkeypatch.setattr(log, "transaction", lambda lease: (_ for _ in ()).throw(StoreError("the disk is full")))
    _farewell(ward, "SIGTERM")
    said = lines(written)
    assert "could not note the end: the disk is full" in {line["said"] for line in said}
    assert not [name for name in PLANTED if name in written.getvalue().lower()]


def test_an_exception_is_told_by_its_kind_and_place_and_not_by_its_words(written: io.StringIO) -> None:
    try:
        SessionOpened(room="1", alias="Quagga", weight_kg="bandicoot", source_kind="thylacine")  # type: ignore[arg-type]
    except ValueError:
        logging.getLogger("monitor.dashboard").exception("could not look after the station")
    (line,) = lines(written)
    assert (line["level"], line["from"], line["said"]) == ("error", "monitor.dashboard", "could not look after the station")
    assert line["raised"] == "ValidationError"
    assert any(str(place).startswith("test_logs.py:") for place in line["where"])  # type: ignore[attr-defined]
    assert not [name for name in PLANTED if name in written.getvalue().lower()]


def test_what_somebody_types_makes_no_line_of_its_own(written: io.StringIO) -> None:
    typed = 'Ann\n{"level": "info", "said": "signed in"}\r\x1b[2J'
    logging.getLogger("monitor.access").warning("denied viewer=%s", typed)
    (line,) = lines(written)
    assert line["said"] == f"denied viewer={typed}"
    assert "\x1b" not in written.getvalue()
