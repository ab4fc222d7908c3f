"""The wall as it is handed to a screen: the score pad and its undo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor import charting, clock
from monitor import events as e
from monitor.board.tile import ward_frame
from monitor.board.view import Anchor, Picture, View
from monitor.protocol.document import Document
from monitor.session import fold
from tests.bedside import Bed

OPENED = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


class Ward:
    """One room, a second of which is a second of the wall clock."""

    def __init__(self, document: Document, zone: str | None = None) -> None:
        bed = Bed(document)
        self.document, self.zone = document, ZoneInfo(zone) if zone else None
        self.view = View(1, bed.state, bed.window, 0, anchors=[Anchor(0, OPENED, 1.0)])

    def chart(self, at: int, event: e.AnyEvent, by: str = "M. Ortiz") -> int:
        view = self.view
        entry = e.Logged(view.state.seq + 1, at, clock.stamp(OPENED + timedelta(seconds=at)), by, event)
        view.state, view.at = fold(view.state, entry), at
        view.noted([entry])
        return entry.seq

    def frame(self, at: int, who: str = "M. Ortiz") -> dict[str, object]:
        self.view.at = at
        now = OPENED + timedelta(seconds=at)
        return ward_frame(Picture(now, self.document, ["2"], {"2": self.view}, now, zone=self.zone), who)

    def undo(self, at: int, who: str = "M. Ortiz") -> object:
        return self.frame(at, who)["tiles"][0]["undo"]  # type: ignore[index]


def test_a_score_can_be_taken_back_from_the_wall_for_some_seconds_by_the_one_who_charted_it(document: Document) -> None:
    ward = Ward(document)
    seq = ward.chart(100, e.Scored(scale=charting.COMFORT, value=6))
    offered = ward.undo(103)
    assert isinstance(offered, dict)
    assert offered["at"] == "comfort 6"
    assert offered["act"] == {"do": "undo", "room": ward.view.state.opened.room, "seq": seq, "session": ward.view.session}
    assert ward.undo(103, "J. Kim") is None
    assert ward.undo(120) is None


def test_what_was_taken_back_is_not_offered_again(document: Document) -> None:
    ward = Ward(document)
    seq = ward.chart(100, e.Scored(scale=charting.COMFORT, value=6))
    ward.chart(102, e.Corrected(seq=seq, instead=None, reason="taken back"))
    assert ward.undo(103) is None


def test_the_wall_takes_back_scores_only(document: Document) -> None:
    ward = Ward(document)
    ward.chart(100, e.Scored(scale=charting.COMFORT, value=6))
    ward.chart(101, e.Observed(what="vomited"))
    assert ward.undo(103) is None


def test_the_pad_offers_every_value_and_says_which_end_is_which(document: Document) -> None:
    pad = Ward(document).frame(1)["pad"]
    assert [(row["scale"], row["values"], row["low"], row["high"]) for row in pad] == [  # type: ignore[attr-defined]
        ("comfort", list(range(11)), "0 unbearable", "10 fully comfortable"),
        ("dissociation", list(range(11)), "0 fully here", "10 fully away"),
    ]


@pytest.mark.parametrize(("zone", "shown"), [("Pacific/Auckland", "02:05:00"), ("America/St_Johns", "09:35:00")])
def test_times_are_the_clinic_s(document: Document, zone: str, shown: str) -> None:
    ward = Ward(document, zone)
    assert ward.frame(300)["clock"] == shown
