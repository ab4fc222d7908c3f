"""What fired is what is shown, and the headline says what is so now: on the wall, in the banner, on a chip and in the room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor import events as e
from monitor.admission import well_answered
from monitor.board.alarms import alarm, banner
from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.board.view import Anchor, Picture, View
from monitor.protocol.document import Document, load_protocol
from tests.bedside import Bed, ruled, spo2
from tests.conftest import EXAMPLE

OPENED = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


class Seat:
    """A patient at the bedside, and the screens of the ward that show them."""

    def __init__(self, document: Document, *, cuff_every: int | None = None, started: bool = True) -> None:
        self.bed, self.at = Bed(document, cuff_every=cuff_every), -1
        if started:
            self.bed.start()

    def live(self, values: str) -> Seat:
        for _, sample in spo2(values):
            self.at += 1
            self.bed.second(self.at, hr=72.0, pulse=72.0, rr=14.0, **sample)
        return self

    def chart(self, *entries: str) -> Seat:
        self.bed.chart(self.at + 1, *entries)
        return self

    def picture(self) -> Picture:
        view = View(1, self.bed.state, self.bed.window, self.at, anchors=[Anchor(0, OPENED, 1.0)])
        now = OPENED + timedelta(seconds=self.at)
        return Picture(now, self.bed.document, ["1", "2"], {"1": view}, now, zone=UTC)

    def tile(self) -> dict[str, Any]:
        found: dict[str, Any] = ward_frame(self.picture(), "")["tiles"][0]
        return found

    def strip(self) -> dict[str, Any]:
        found: dict[str, Any] = self.tile()["strip"]
        return found

    def cards(self) -> list[dict[str, Any]]:
        return list(room_frame(self.picture(), "1", "")["prompts"])

    def chip(self) -> dict[str, Any]:
        found: dict[str, Any] = room_frame(self.picture(), "2", "")["rooms"][0]
        return found


def test_what_fired_stays_and_the_headline_says_what_is_so_now(document: Document) -> None:
    seat = Seat(document).live("98x5 92x16 91x3")
    card = seat.cards()[0]
    assert card["head"] == seat.strip()["line1"] == "SpO2 91 < 94"
    assert [(row["at"], row["value"], row["note"]) for row in card["seen"]] == [("13:00:20", "SpO2 92", "< 94")]
    shown = banner(seat.picture())
    assert shown is not None and shown["what"] == "SpO2 91 < 94"


def test_a_headline_says_when_its_value_was_once_nobody_knows_it_any_more(document: Document) -> None:
    seat = Seat(document).live("98x5 92x16 _x60")
    low = next(card for card in seat.cards() if card["rule"] == "D-7")
    assert low["head"] == "SpO2 92 < 94 at 13:00; now unknown"


def test_what_is_over_says_since_when_and_with_which_value(document: Document) -> None:
    seat = Seat(document).live("98x5 84x6 98x70")
    card = seat.cards()[0]
    assert (card["state"], card["head"], card["since"], card["since_word"]) == ("over", "Over: SpO2 84 < 85", "1:06", "over")
    assert "ended at SpO2 98" in card["sub"]
    assert [(row["value"], row["note"]) for row in card["seen"]] == [("SpO2 84", "< 85")]
    assert seat.strip()["line2"].endswith("over since 1:06")


def test_nothing_is_over_in_silence_while_a_lesser_limit_of_the_same_quantity_is_broken(document: Document) -> None:
    seat = Seat(document).live("98x5 84x6 92x5")
    assert seat.strip()["line1"] == seat.cards()[0]["head"] == "SpO2 92 < 94; was SpO2 84 < 85"


def test_a_value_on_its_way_back_is_said_as_it_is_now(document: Document) -> None:
    seat = Seat(document).live("98x5 93x20 94x5")
    assert seat.cards()[0]["head"] == "SpO2 94 now; was SpO2 93 < 94"


def test_what_returns_is_the_same_card_again_with_the_earlier_answer(document: Document) -> None:
    seat = Seat(document).live("98x5 84x6")
    seat.bed.happen(seat.at, e.PromptAnswered(rule="E-2", episode=1, answer=e.Answer.DID, options=("oxygen",)), by="Mira")
    seat.live("98x60 84x6")
    card = next(card for card in seat.cards() if card["rule"] == "E-2")
    assert (card["id"], card["state"]) == ("E-2#1", "active"), "a high one asks anew"
    assert "again, second time · answered before: oxygen, Mira 13:00" in card["sub"]


def test_a_further_symptom_stands_with_what_fired() -> None:
    seat = Seat(ruled({"when": {"symptom": {"any_of": ["chest_pain", "dizziness"]}}, "says": "{symptom}", "priority": "high"}))
    seat.chart("symptom chest_pain").live("98x2")
    seat.bed.happen(seat.at + 1, e.PromptAnswered(rule="X-1", episode=1, answer=e.Answer.DECLINED, reason="known"))
    seat.live("98x1").chart("symptom dizziness").live("98x2")
    card = seat.cards()[0]
    assert card["head"] == "Chest pain and Dizziness"
    assert [row["note"] for row in card["seen"] if not row["unknown"]] == ["Chest pain charted", "Dizziness charted"]


def test_live_stands_before_over_and_the_sound_is_still_that_of_the_highest(document: Document) -> None:
    seat = Seat(document).live("98x5 84x6 98x60").chart("nausea 5").live("98x2")
    shown = banner(seat.picture())
    assert shown is not None
    assert shown["what"] == seat.strip()["line1"] == seat.cards()[0]["head"] == "Nausea 5 ≥ 4"
    assert [card["state"] for card in seat.cards()] == ["active", "over"]
    assert shown["rest"] == [{"priority": "high", "text": "*** 1"}]
    assert alarm(seat.picture())["sound"] == "high"


EXAMPLES = load_protocol(EXAMPLE)
CHANGES = st.lists(
    st.tuples(st.sampled_from([rule.id for rule in EXAMPLES.rules]), st.sampled_from(["active", "over", "recheck"]), st.booleans()),
    min_size=1,
    max_size=8,
)


@given(CHANGES)
def test_banner_tile_chip_and_room_show_the_same_prompt_of_a_room(changes: list[tuple[str, str, bool]]) -> None:
    seat = Seat(EXAMPLES).live("98x1")
    for n, (rule, state, answered) in enumerate(changes):
        known = EXAMPLES.rule[rule]
        said = e.PromptChanged(
            rule=rule, episode=1, state=e.PromptState(state), priority=known.priority, prompt_kind=known.kind, message=known.title
        )
        seat.bed.happen(n, said, by="evaluator")
        if answered:
            seat.bed.happen(n, e.PromptAnswered(rule=rule, episode=1, answer=e.Answer.DECLINED, reason="known"))
    waiting = [card for card in seat.cards() if card["state"] != "answered"]
    shown, strip = banner(seat.picture()), seat.strip()
    if not waiting:
        assert shown is None and strip["kind"] == "done"
        return
    first = waiting[0]
    assert shown is not None
    assert shown["what"] == strip["line1"] == first["head"]
    assert shown["priority"] == strip["priority"] == seat.chip()["priority"] == first["priority"]
    live = [card["state"] == "over" for card in waiting]
    assert live == sorted(live)


def test_nothing_flashes_or_sounds_for_a_patient_who_has_left(document: Document) -> None:
    seat = Seat(document).live("98x5 84x6")
    assert seat.strip()["flash"] and seat.chip()["flash"]
    seat.bed.happen(seat.at + 1, e.InfusionStopped(), e.Discharged(escort="a friend"))
    seat.live("98x5")
    strip = seat.strip()
    assert (strip["kind"], strip["priority"], strip["flash"]) == ("prompt", "high", False), "listed until somebody answers"
    assert not seat.chip()["flash"]
    assert banner(seat.picture()) is None
    assert alarm(seat.picture())["sound"] is None


def test_a_chip_says_what_is_the_matter_and_a_symptom_by_its_name(document: Document) -> None:
    assert Seat(document).live("98x5 84x6").chip()["text"] == "*** SpO2 low"
    assert Seat(document).chart("symptom chest_pain").live("98x2").chip()["text"] == "*** Chest pain"


def test_one_option_is_one_option(document: Document) -> None:
    seat = Seat(document)
    seat.bed.happen(0, e.WatchLeft())
    seat.live("98x70")
    assert seat.strip()["line1"] == "No nurse assigned to this room"
    assert seat.strip()["line2"].startswith("1 option · line W-1")


def test_an_age_of_less_than_half_a_minute_is_just_now_in_every_place(document: Document) -> None:
    seat = Seat(document).live("98x5").chart("nausea 1", "comfort 7").live("98x2")
    seat.bed.cuff(seat.at, "128/80")
    tile, room = seat.tile(), room_frame(seat.picture(), "1", "")
    assert tile["vitals"]["bp"]["age"] == tile["scores"]["comf"]["age"] == "just now"
    assert room["bp"]["age"].startswith("just now, 13:00")
    assert next(row["last"] for row in room["log"]["rows"] if row["scale"] == "nausea").endswith(", just now")
    seat.live("98x60")
    assert room_frame(seat.picture(), "1", "")["bp"]["age"] == "1 min ago, 13:00"


def test_a_tile_counts_down_to_the_cuff_once(document: Document) -> None:
    seat = Seat(document, cuff_every=300).live("98x5")
    assert seat.tile()["due"]["text"] == "cuff", "no number yet beside which it could stand"
    seat.bed.cuff(seat.at, "128/80")
    seat.live("98x5")
    tile = seat.tile()
    assert tile["vitals"]["bp"]["cuff"].startswith("cuff ")
    assert tile["due"]["text"] == "scores"


def test_what_a_withdrawn_entry_raised_is_named_until_somebody_has_answered(document: Document) -> None:
    seat = Seat(document).chart("symptom chest_pain").live("98x2")
    first = seat.bed.state.symptoms["chest_pain"].seq
    seat.bed.happen(seat.at + 1, e.Corrected(seq=first, reason="other patient", takes_back=True))
    seat.live("98x60")
    card = seat.cards()[0]
    assert (card["state"], card["head"]) == ("over", "Chest pain: entry taken back")
    assert seat.strip()["line1"] == "Chest pain: entry taken back"
    seat.bed.happen(seat.at + 1, e.PromptAnswered(rule="E-4", episode=1, answer=e.Answer.DECLINED, reason="other patient"))
    assert seat.live("98x2").cards() == []


def test_a_tile_is_ready_when_nothing_of_the_checklist_blocks_and_else_says_what_is_open(document: Document) -> None:
    def phase(seat: Seat) -> tuple[str, str]:
        told = seat.tile()["phase"]
        return seat.tile()["state"], " ".join(f"{told['chip']} {told['text']}{told['bold']}{told['after']}".split())

    seat = Seat(document, started=False).live("98x5")
    every = len(document.checklists["before"])
    assert phase(seat) == ("before", f"Before {every} of {every} open")
    assert seat.chip()["text"] == "before"
    seat.bed.happen(60, *well_answered(document))
    seat.at = 70
    assert phase(seat) == ("ready", "Ready since 13:01")
    seat.bed.happen(71, e.ChecklistAnswered(checklist="before", item="consent", answers=("no",)))
    asked = len(document.asked("before", seat.bed.state))
    assert asked == every - 2, "nothing for blood pressure is taken, and no diabetes is known: two items are not asked"
    assert phase(seat) == ("before", f"Before 1 of {asked} open")
    seat.bed.start(72).happen(80, e.InfusionStopped())
    seat.at = 90
    assert phase(seat) == ("recovery", "Recovery 0 min of 60")
    answers = {item.id: next(a.id for a in item.answers if not a.stops) for item in document.checklists["discharge"]}
    seat.bed.happen(130, *(e.ChecklistAnswered(checklist="discharge", item=i, answers=(a,)) for i, a in answers.items()))
    seat.at = 140
    assert phase(seat) == ("ready", "Ready since 13:02")
    left = len(answers)
    assert (seat.strip()["kind"], seat.strip()["line1"], seat.strip()["line2"]) == (
        "ready", f"Ready to leave: {left} of {left}", "Nothing called for",
    )  # fmt: skip
