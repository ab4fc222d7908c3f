"""The state of a session knows when its simulated cuff starts, whatever was asked of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from monitor import events as e
from monitor.pressures import last_reading, measuring, next_cycle, readings
from monitor.protocol.assessment import Rehearsal
from monitor.protocol.document import Document
from monitor.session import act_of
from monitor.settings import SAMPLE_DATA
from monitor.simulator.scenario import load_scenario
from monitor.sources.simulated import SimulatedSource
from monitor.vitals import CuffReading


class Played:
    """A simulated room: the same entries go to the patient and into the state."""

    def __init__(self, document: Document) -> None:
        self.source = SimulatedSource(load_scenario(SAMPLE_DATA / "scenarios" / "pleasant.yaml"), 1)
        opened = e.SessionOpened(
            room="1", alias="Otter", source_kind="simulated", source_label="SIMULATED", cuff_interval_s=300,
            channels=tuple(e.ChannelDeclared(signal=c.signal, period_s=c.period_s) for c in self.source.channels),
            protocol="x", protocol_digest="x",
        )  # fmt: skip
        self.room = Rehearsal(document, e.Logged(0, 0, "", "nurse", opened))
        self.at = -1

    def until(self, at: int, *events: e.AnyEvent) -> None:
        """These are charted in the next second; then time goes by."""
        self.room.happen(self.at + 1, events)
        acts = [a for event in events if (a := act_of(e.Logged(0, self.at + 1, "", "nurse", event))) is not None]
        for tick, row in self.source.read(at, acts):
            self.room.window.push(row, tick)
        self.at = at

    @property
    def taken(self) -> list[int]:
        return [r.at for r in self.room.window.cuff]


ASKED = st.lists(
    st.tuples(
        st.integers(31, 900),
        st.one_of(
            st.integers(60, 600).map(lambda s: e.CuffIntervalSet(seconds=s)),
            st.just(e.CuffStarted()),
            st.integers(60, 600).map(lambda s: e.CuffPutOff(until=s)),
        ),
    ),
    max_size=4,
)


@given(ASKED)
@hypothesis_settings(max_examples=20)
def test_the_next_cycle_is_the_one_that_comes(document: Document, asked: list[tuple[int, e.AnyEvent]]) -> None:
    played = Played(document)
    for wait, event in asked:
        played.until(played.at + wait, event)
    settled = played.at + 61
    due = next_cycle(played.room.state, played.room.window, settled)
    assert due is not None
    played.until(due + 30)
    assert any(due <= taken <= due + 30 for taken in played.taken), "its own reading, or one that was going on"
    assert not any(settled + 30 < taken < due for taken in played.taken), "none comes before"


def test_a_cuff_measures_from_its_start_to_its_reading_and_not_once_stopped(document: Document) -> None:
    played = Played(document)

    def inflated() -> bool:
        return measuring(played.room.state, played.room.window, played.at)

    played.until(299)
    assert not inflated()
    played.until(310)
    assert inflated()
    played.until(312, e.CuffStopped())
    assert not inflated()
    played.until(330, e.CuffStarted())
    assert inflated()
    played.until(350)
    assert not inflated()
    assert played.taken == [30, 343]


@pytest.mark.parametrize("at", [None, 20])
def test_a_pressure_by_hand_stands_among_the_readings_at_its_own_time(document: Document, at: int | None) -> None:
    played = Played(document)
    played.until(60)
    played.until(61, e.PressureCharted(sys=140, dia=88, for_at=at))
    state, window = played.room.state, played.room.window
    by_hand = CuffReading(61 if at is None else at, 140, 88, None, by="nurse")
    assert [r.by for r in readings(state, window)] == (["", "nurse"] if at is None else ["nurse", ""])
    assert by_hand in readings(state, window)
    assert (last_reading(state, window) == by_hand) is (at is None)


def test_a_pressure_by_hand_can_be_taken_back(document: Document) -> None:
    played = Played(document)
    played.until(60, e.PressureCharted(sys=140, dia=88))
    (taken,) = played.room.state.by_hand
    played.until(61, e.Corrected(seq=taken.seq))
    assert played.room.state.by_hand == ()
