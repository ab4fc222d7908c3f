"""A station with a store of its own, for tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.ward import drafts


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    monkeypatch.setenv(settings.STORE_VARIABLE, f"sqlite:///{tmp_path / 'log.db'}")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(settings.ROOMS))
    stations.leave()
    yield station()
    stations.leave()


def settled(here: Station, room: str = "2") -> int:
    path = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
    admitted = admit_simulated(room, Patient("Otter", weight_kg=70), path, 1, here.document)
    session = commands.open_session(here.log, admitted.opened, admitted.source, 1.0, "nurse")
    assert admitted.scenario is not None
    first: list[e.AnyEvent] = [
        e.OrderSet(order=admitted.scenario.prescribed()), *well_answered(here.document), e.BaselineSet(sys=120, dia=75),
        e.InfusionStarted(rate_mg_per_kg_h=0.75), e.NoteAdded(text="<script>alert(1)</script>"),
    ]  # fmt: skip
    here.log.append(session, drafts(first, "nurse"))
    return session
