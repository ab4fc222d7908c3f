"""What a room's panels say: the cuff, the handover card, prompts' options, corrections in the log."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import commands as c
from monitor.admission import Patient, admit_recorded, well_answered
from monitor.board.handover import handover_card
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.view import Picture
from monitor.live.follower import Follower
from monitor.protocol.cases import cuff
from monitor.protocol.document import Document
from monitor.settings import SAMPLE_DATA, Rooms, RoomSet
from monitor.store import packing
from tests.test_commands import ORDER, Desk, prompt


class Screen(Desk):
    """A room with a nurse at the keys, and what the screens show of it."""

    def picture(self) -> Picture:
        rooms = Rooms(station="test", protocol="x.yaml", rooms=(RoomSet(room="1"), RoomSet(room="2")))
        return Follower(self.log, self.document, rooms).picture()

    def frame(self, who: str = "nurse") -> dict[str, Any]:
        return room_frame(self.picture(), "1", who)

    def seconds(self, until: int, **readings: str) -> None:
        """Time goes by; ``at_30="128/82"`` is a reading of the cuff, "failed" a try without one."""
        taken = {int(name.removeprefix("at_")): text for name, text in readings.items()}
        with self.log.transaction(self.log.number_lease("test")) as writing:
            for tick in range(self.log.head(self.session).tick + 1, until + 1):
                text = taken.get(tick)
                sys, dia = (None, None) if text in (None, "failed") else map(float, str(text).split("/"))
                writing.write_row(self.session, tick, packing.pack(list(cuff(sys, dia, tick)) if text else [], tick))


@pytest.fixture
def screen(document: Document) -> Screen:
    desk = Screen(document)
    desk.do(c.take_watch("nurse"), c.set_baseline(120, 75))
    desk.do(c.set_order(ORDER))
    desk.happen(*well_answered(document))
    desk.do(c.start())
    return desk


def labelled(frame: dict[str, Any], label: str) -> dict[str, Any]:
    return next(b for b in frame["buttons"] if b["label"].startswith(label))


def said(parts: dict[str, str]) -> str:
    return "".join(parts[part] for part in ("text", "bold", "after"))


def test_a_new_patient_has_no_pressure_and_a_cuff_that_measures(document: Document) -> None:
    desk = Screen(document)
    desk.seconds(10)
    frame = desk.frame()
    assert frame["bp"]["num"] == "---/---"
    assert said(frame["cuff"]["head"]) == "measuring, every 5 min"
    assert labelled(frame["cuff"], "Start")["disabled"]
    assert not labelled(frame["cuff"], "Stop")["disabled"]
    assert labelled(frame["cuff"], "Baseline")["disabled"], "in the place of the rest, which has nothing to put off yet"
    assert frame["correct"]["disabled"]
    desk.seconds(40, at_30="124/76")
    assert "disabled" not in labelled(desk.frame()["cuff"], "Baseline 124/76")


def test_the_panel_says_why_a_rest_is_not_possible_before_it_is_pressed(screen: Screen) -> None:
    screen.seconds(300)
    panel = screen.frame()["cuff"]
    assert labelled(panel, "Rest")["disabled"]
    assert panel["note"] == "no rest: no reading since the start"
    screen.seconds(640, at_330="128/80", at_630="130/81")
    panel = screen.frame()["cuff"]
    assert not labelled(panel, "Rest")["disabled"]
    assert panel["note"] == ""
    screen.do(c.rest_cuff())
    panel = screen.frame()["cuff"]
    assert panel["note"] == "no rest: skipped once; the next one comes"
    assert said(panel["head"]) == "next in 9:20 after a rest"
    assert screen.refused(c.rest_cuff()).name == "rest_again"


def test_a_failed_try_and_a_pressure_by_hand_stand_in_the_table_as_what_they_are(screen: Screen) -> None:
    screen.seconds(40, at_30="failed")
    assert screen.frame()["cuff_table"][0]["failed"] == "failed"
    assert screen.frame()["bp"]["num"] == "-?-"
    screen.do(c.chart_pressure(141, 88))
    frame = screen.frame()
    assert (frame["cuff_table"][0]["value"], frame["cuff_table"][0]["by_hand"]) == ("141/88", "by hand")
    assert frame["bp"]["value"] == "141/88"
    assert frame["bp"]["at"].endswith("by hand")
    assert frame["log"]["undo"]["label"] == "Undo BP 141/88 by hand"


def test_the_card_says_what_the_next_nurse_must_know(screen: Screen) -> None:
    screen.seconds(40, at_30="128/80")
    screen.happen(prompt("D-20"))
    screen.do(c.score("comfort", 6), c.give_drug("ondansetron", 4, "IV", fact=True))
    picture = screen.picture()
    text = "\n".join(handover_card(picture, picture.views["1"]))
    for part in ("Infusion running, 0:40 of 40:00", "Allergies: none charted", "** D-20, not answered", "Cuff: due in", "Last BP 128/80",
                 "Comfort 6", "Ondansetron 4 mg IV", "Eases nausea"):  # fmt: skip
        assert part in text


def test_a_handover_is_offered_by_one_and_taken_by_another(screen: Screen) -> None:
    def wall(who: str) -> list[str]:
        return [b["label"] for b in ward_frame(screen.picture(), who)["menu"]]

    assert "Hand over…" in wall("nurse")
    assert "Hand over…" not in wall("anna")
    screen.do(c.offer_watch("", ["Infusion running"]))
    assert wall("nurse")[:1] == ["Card…"]
    assert wall("anna")[:2] == ["Take over 1", "Card…"]
    assert [b["label"] for b in screen.frame("anna")["handover"]["buttons"]] == ["I take over", "Not now"]
    assert [b["label"] for b in screen.frame("nurse")["handover"]["buttons"]] == ["Withdraw"]
    screen.do(c.accept_watch("anna"), by="anna")
    assert screen.frame()["handover"] is None


@pytest.mark.parametrize(("done", "why"), [((), None), ((c.pause(),), "infusion paused"), ((c.stop(),), "infusion ended")])
def test_an_option_that_cannot_be_done_now_says_so(screen: Screen, done: tuple[c.Command, ...], why: str | None) -> None:
    screen.happen(prompt("D-20"))
    screen.do(*done)
    options = {o["id"]: o for o in screen.frame()["prompts"][0]["options"]}
    assert (options["lower_rate"]["disabled"], options["lower_rate"]["why"]) == (why is not None, why)


def test_what_came_too_late_when_a_prompt_was_raised_is_not_offered(screen: Screen) -> None:
    screen.do(c.stop())
    screen.seconds(1)
    screen.happen(prompt("D-20"))
    assert [o["id"] for o in screen.frame()["prompts"][0]["options"]] == ["calm", "calming_drug", "call"]


def test_a_pump_that_was_never_started_is_not_offered_to_be_stopped(document: Document) -> None:
    screen = Screen(document)
    screen.happen(prompt("D-4"))
    assert [o["id"] for o in screen.frame()["prompts"][0]["options"]] == ["call", "ask_symptoms", "repeat_cuff", "pressure_drug"]


def test_the_log_shows_what_stood_there_before_a_correction(screen: Screen) -> None:
    screen.do(c.score("nausea", 4))
    assert not screen.frame()["correct"]["disabled"]
    entries = screen.log.entries(screen.session)
    screen.do(c.correct(entries[-1].seq, {"scale": "nausea", "value": 6}, "wrong row"))
    newest, before = (row["text"] for row in screen.frame()["events"][:2])
    assert newest == "Corrected: Nausea 4, now Nausea 6 (wrong row)"
    assert before == "Nausea 4 (corrected)"
    entries = screen.log.entries(screen.session)
    screen.do(c.correct(entries[-1].seq, None, "asked again"))
    assert screen.frame()["events"][0]["text"] == "Taken back: Nausea 6 (asked again)"
    assert screen.frame()["correct"]["disabled"], "nothing is left to correct"


def test_the_ledger_says_why_a_pause_was_and_that_pauses_do_not_count(screen: Screen) -> None:
    screen.seconds(60)
    screen.do(c.pause("line check"))
    screen.seconds(120)
    panel = screen.frame()["infusion"]
    assert panel["rows"][0]["what"] == "paused, line check"
    assert panel["sub"] == "pauses not counted"
    assert panel["clock"] == "1:01"


def test_what_was_done_to_a_cuff_that_does_not_obey_is_said_to_be_of_the_bedside(document: Document) -> None:
    desk = Screen(document)
    desk.do(c.close())
    admitted = admit_recorded("1", Patient("Wren"), SAMPLE_DATA / "recordings" / "little-felt.csv", document)
    desk.session = c.open_session(desk.log, admitted.opened, admitted.source, 1.0, "nurse")
    desk.do(c.start_cuff())
    frame = desk.frame()
    assert labelled(frame["cuff"], "Started")
    assert frame["cuff"]["note"].startswith("recorded as done at the bedside")
    assert frame["events"][0]["text"] == "Cuff started, at the bedside"
