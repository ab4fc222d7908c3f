"""The trend of a room: lines with their gaps, marks, and the table of the same hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import clock
from monitor import events as e
from monitor.board.trend import trend_frame
from monitor.board.view import TREND_S, Picture, View
from monitor.protocol.cases import cuff
from monitor.protocol.document import Document
from monitor.session import fold
from monitor.vitals import Numeric, Window
from tests.bedside import ORDER, Bed, row

BEGUN = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


class Room:
    """A room as the follower sees it: seconds come in, people chart."""

    def __init__(self, document: Document) -> None:
        self.document = document
        opened = Bed(document).state
        self.view = View(1, opened, Window(c.channel() for c in opened.opened.channels))
        self.view.noted([self._logged(opened.opened)])
        self.happen(e.OrderSet(order=ORDER), e.BaselineSet(sys=120, dia=75), e.InfusionStarted(rate_mg_per_kg_h=0.75))

    def _logged(self, event: e.AnyEvent) -> e.Logged:
        tick = self.view.at + 1
        return e.Logged(self.view.state.seq + 1, tick, clock.stamp(BEGUN + timedelta(seconds=tick)), "nurse", event)

    def happen(self, *events: e.AnyEvent) -> None:
        for event in events:
            entry = self._logged(event)
            self.view.state = fold(self.view.state, entry)
            self.view.noted([entry])

    def seconds(self, n: int, reading: str = "", **values: float | None) -> None:
        """The same values for n seconds; the cuff reads in the first of them."""
        for nth in range(n):
            at = self.view.at + 1
            found: list[Numeric] = row(at, values)
            if reading and nth == 0:
                sys, dia = (None, None) if reading == "failed" else map(float, reading.split("/"))
                found += cuff(sys, dia, at)
            self.view.push(at, found)

    def trend(self) -> dict[str, Any]:
        now = BEGUN + timedelta(seconds=max(0, self.view.at))
        picture = Picture(now=now, document=self.document, rooms=["1"], views={"1": self.view}, beat_at=now, zone=UTC)
        return trend_frame(picture, self.view)


def test_before_the_first_second_there_is_nothing_to_draw(document: Document) -> None:
    trend = Room(document).trend()
    assert trend["table"] == [] == trend["cuff"] and trend["hr"] == trend["t"][:0]
    assert "no blood pressure yet" in trend["aria"]


def test_a_line_breaks_where_nothing_was_measured_and_a_long_gap_is_named(document: Document) -> None:
    room = Room(document)
    room.seconds(120, hr=70, spo2=97)
    room.seconds(130, spo2=97)
    room.seconds(60, hr=72, spo2=97)
    trend = room.trend()
    # The last value is live for five seconds more.
    assert trend["hr"].count(None) == 25 and None not in trend["spo2"]
    assert [gap["text"] for gap in trend["gaps"]] == ["no signal 2:05"]


def test_seconds_that_nobody_assessed_are_a_gap_too(document: Document) -> None:
    room = Room(document)
    room.seconds(60, hr=70)
    room.view.at += 300
    room.seconds(60, hr=70)
    trend = room.trend()
    assert len(trend["t"]) == len(trend["hr"]) == 84
    assert trend["hr"].count(None) == 60
    assert {b - a for a, b in zip(trend["t"], trend["t"][1:], strict=False)} == {5000}


def test_what_is_older_than_an_hour_is_drawn_by_the_minute(document: Document) -> None:
    room = Room(document)
    room.seconds(300, "118/70", hr=70)
    room.seconds(TREND_S, "130/80", hr=80)
    room.seconds(1, hr=80)
    trend = room.trend()
    assert len(trend["t"]) == TREND_S // 5 + 1
    assert set(trend["hr"]) == {80}
    assert trend["early"]["hr"] == [70] * 5
    times = [*trend["early"]["t"], *trend["t"]]
    assert times == sorted(times) and times[0] == trend["from"]
    assert [r["value"] for r in trend["table"]] == ["130/80", "118/70"]
    assert trend["table"][1]["hr"] == "70"
    assert [m["text"] for m in trend["marks"]] == ["start"]


def test_minutes_that_nobody_assessed_break_the_line_of_the_earlier_hours(document: Document) -> None:
    room = Room(document)
    room.seconds(61, hr=70)
    room.view.at = 299
    room.seconds(TREND_S + 1, hr=80)
    assert room.trend()["early"]["hr"] == [70, 70, None, None, None]


def test_the_table_has_a_row_for_each_try_of_the_cuff_with_what_was_known_then(document: Document) -> None:
    room = Room(document)
    room.seconds(60, hr=70, spo2=97, rr=14)
    room.happen(e.Scored(scale="dissociation", value=2))
    room.seconds(300, "124/79", hr=80, spo2=96, rr=14)
    room.happen(
        e.RateChanged(rate_mg_per_kg_h=0.5), e.DrugGiven(drug="ondansetron", drug_class="antiemetic", dose=4, unit="mg", route="IV")
    )
    room.seconds(300, "failed", hr=90, spo2=96)
    room.happen(e.Scored(scale="dissociation", value=6), e.Scored(scale="comfort", value=7))
    room.seconds(10, "171/98", hr=95)
    first, failed, last = room.trend()["table"][::-1]
    assert (first["at"], first["value"], first["mean"], first["from_base"]) == ("13:01:00", "124/79", "(94)", "+4/+4")
    assert (first["hr"], first["spo2"], first["rr"], first["diss"], first["comf"], first["rate"]) == ("80", "96", "14", "2", "", "0.75")
    assert first["marks"] == "start"
    assert (failed["value"], failed["failed"], failed["hr"], failed["rate"]) == (None, "failed", "90", "0.5")
    assert failed["marks"] == "rate 0.5, Ondansetron"
    assert (last["diss"], last["comf"], last["strong"], last["marks"]) == ("6", "7", True, "")


def test_a_minute_that_was_hardly_measured_has_no_median(document: Document) -> None:
    room = Room(document)
    room.seconds(40, hr=70, spo2=97)
    room.seconds(10, spo2=97)
    room.seconds(100, "124/79", spo2=97)
    room.seconds(60, "126/80", rr=14)
    newest, oldest = room.trend()["table"]
    assert (oldest["hr"], oldest["spo2"], oldest["rr"]) == ("?", "97", "--")
    assert (newest["hr"], newest["rr"]) == ("--", "14")


def test_the_graph_is_told_in_words(document: Document) -> None:
    room = Room(document)
    room.seconds(300, "124/79", hr=70, spo2=96)
    room.happen(e.Scored(scale="comfort", value=7))
    room.seconds(60, "150/92", hr=88, spo2=98)
    assert room.trend()["aria"] == (
        "Trend: blood pressure last 150/92 at 13:05, highest 150/92; baseline 120/75; "
        "heart rate 70 to 88; oxygen saturation 96 to 98; comfort last 7"
    )


def test_the_limits_of_the_phase_go_with_the_lines(document: Document) -> None:
    bounds = Room(document).trend()["bounds"]
    assert bounds["spo2"][0] is not None and bounds["spo2"][1] is None
    assert None not in bounds["hr"]
