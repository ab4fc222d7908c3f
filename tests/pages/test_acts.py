"""Where taps arrive: each goes to the patient beside whom it stood, is signed by the one who was asked, or is not stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.access import NOBODY
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.infusion import Order, Pump
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.protocol.cases import cuff
from monitor.review.replay import reassess
from monitor.session import Phase, SessionState, folded
from monitor.store import packing
from monitor.views import acts
from monitor.ward import drafts, logged
from tests.conftest import Time
from tests.keys import Keys, buttons, in_room, labelled, on_wall

PLEASANT = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, time: Time) -> Iterator[Station]:
    monkeypatch.setenv(settings.STORE_VARIABLE, f"sqlite:///{tmp_path / 'log.db'}")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(settings.ROOMS))
    stations.leave()
    yield station()
    stations.leave()


def settled(alias: str, *first: c.Command, room: str = "3") -> int:
    here = station()
    admitted = admit_simulated(room, Patient(alias, weight_kg=70), PLEASANT, 1, here.document)
    session = c.open_session(here.log, admitted.opened, admitted.source, 1.0, "anna")
    for command in first:
        c.carry_out(here.log, here.document, session, "anna", command)
    return session


def pressed(session: int) -> None:
    """A reading of the cuff, as the evaluator stores one."""
    log = station().log
    with log.transaction(log.number_lease("test")) as writing:
        tick = log.head(session).tick + 1
        writing.write_row(session, tick, packing.pack(list(cuff(120.0 + tick, 75.0, tick)), tick))


def discharged(session: int) -> None:
    here = station()
    c.carry_out(here.log, here.document, session, "anna", lambda scene: [e.SessionClosed()])


def stored(session: int) -> list[e.Logged]:
    return [logged(x) for x in station().log.entries(session)]


def kinds(session: int) -> list[str]:
    return [x.event.kind for x in stored(session)]


def running(alias: str = "Otter") -> int:
    """With everything that a room can offer to be tapped."""
    here = station()
    session = settled(alias, c.take_watch("anna"), c.set_baseline(120, 75))
    pressed(session)
    c.carry_out(here.log, here.document, session, "anna", c.offer_watch("", ["calm"]))
    here.log.append(session, drafts([
        *well_answered(here.document), e.EmergencyStarted(),
        e.PromptChanged(rule="D-20", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM,
                        prompt_kind=e.PromptKind.CLINICAL, message="Bothered"),
        e.Scored(scale="comfort", value=6),
    ], "mira"))  # fmt: skip
    return session


def test_every_act_of_a_room_names_its_session(here: Station) -> None:
    session = running()
    frame = in_room("3", "mira")
    assert frame["session"] == session
    acts = [b["act"] for b in buttons({k: v for k, v in frame.items() if k not in ("rooms", "menu", "viewer", "alarm", "banner")})]
    assert {a["do"] for a in acts} >= {"dialog", "score", "undo", "emergency_act", "accept", "end_offer", "observe", "cuff"}
    assert [a for a in acts if a.get("session") != session] == []


def test_every_act_of_a_tile_names_its_session(here: Station) -> None:
    session = running()
    tile = next(t for t in on_wall("mira")["tiles"] if t["room"] == "3")
    assert tile["session"] == session
    assert tile["undo"]["act"]["session"] == session
    assert [b["act"] for b in buttons(on_wall("mira")["tiles"]) if b["act"]["room"] == "3" and b["act"].get("session") != session] == []


TAPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a score": lambda f: {"do": "score", "scale": "comfort", "value": 2, "session": f["session"]},
    "not asked": lambda f: labelled(f, "Not asked"),
    "seen": lambda f: labelled(f, "Seen in person"),
    "a symptom": lambda f: labelled(f, "Chest pain"),
    "no symptoms": lambda f: labelled(f, "None of these"),
    "the checklist": lambda f: {"do": "check", "list": "before", "item": "fasting", "answer": "no", "chosen": False, "session": f["session"]},
    "an undo": lambda f: labelled(f, "Undo"),
    "the cuff": lambda f: {"do": "cuff", "what": "start", "session": f["session"]},
    "a baseline": lambda f: labelled(f, "Baseline"),
    "the watch": lambda f: labelled(f, "Take from"),
    "a handover": lambda f: labelled(f, "I take over"),
    "not now": lambda f: labelled(f, "Not now"),
    "an answer": lambda f: {"do": "answer", "prompt": "D-20#1", "answer": "did", "options": ["calm"], "session": f["session"]},
    "a decline": lambda f: {"do": "answer", "prompt": "D-20#1", "answer": "declined", "reason": "no", "session": f["session"]},
    "an act of an emergency": lambda f: labelled(f, "Called for help"),
}


@pytest.mark.parametrize("name", TAPS)
def test_a_tap_for_a_patient_who_has_left_is_stored_for_nobody(here: Station, name: str) -> None:
    first, keys = running(), Keys("mira")
    act = TAPS[name](in_room("3", "mira"))
    discharged(first)
    second = running("Lark")
    before = kinds(first), kinds(second)
    keys.tap(act)
    assert (kinds(first), kinds(second)) == before
    assert keys.told.startswith("Room 3 has another patient now: nothing was stored. This was for Otter")


@pytest.mark.parametrize("name", TAPS)
def test_the_same_tap_is_stored_for_the_patient_who_is_there(here: Station, name: str) -> None:
    session, keys = running(), Keys("mira")
    before = len(stored(session))
    keys.tap(TAPS[name](in_room("3", "mira")))
    assert keys.told == ""
    new = stored(session)[before:]
    assert new and {x.by for x in new} == {"mira"}


@pytest.mark.parametrize("name", TAPS)
def test_a_tap_that_names_no_patient_is_refused(here: Station, name: str) -> None:
    session, keys = running(), Keys("mira")
    before = kinds(session)
    keys.tap({k: v for k, v in TAPS[name](in_room("3", "mira")).items() if k != "session"} | {"room": "3"})
    assert kinds(session) == before
    assert "nothing was stored. Load the page anew" in keys.told


def test_an_emergency_is_stored_before_it_is_noted_that_somebody_is_at_the_keys(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts' file may be held by another program."""
    session, keys = settled("Otter"), Keys("M. Ortiz")
    noted: list[bool] = []

    def tell(cookies: object, what: object) -> None:
        noted.append(any(entry.kind == "emergency_started" for entry in here.log.entries(session)))

    monkeypatch.setattr(acts.door, "tell", tell)
    keys.tap({"do": "emergency", "room": "3"})
    assert noted and all(noted)


def test_an_emergency_goes_to_whoever_is_in_the_room_now(here: Station) -> None:
    first, keys = settled("Otter"), Keys()
    act = labelled(in_room("3"), "Emergency")
    discharged(first)
    second = settled("Lark")
    keys.tap(act)
    assert "emergency_started" in kinds(second)
    assert "emergency_started" not in kinds(first)
    assert keys.told == ""


def test_an_emergency_in_an_empty_room_says_that_nobody_is_there(here: Station) -> None:
    keys = Keys("mira")
    keys.tap({"do": "emergency", "room": "3"})
    assert keys.told == "There is no session in this room any more."


def test_the_rooms_that_were_shown_are_taken_over_and_no_other(here: Station) -> None:
    one, two = (settled(alias, c.take_watch("anna"), room=room) for alias, room in (("Otter", "3"), ("Maple", "2")))
    offer = c.offer_watch("", ["calm"])
    c.carry_out(here.log, here.document, one, "anna", offer)
    act, keys = labelled(on_wall("mira"), "Take over 3"), Keys("mira")
    c.carry_out(here.log, here.document, two, "anna", offer)
    keys.tap(act)
    assert [x.by for x in stored(one) if x.event.kind == "watch_taken"] == ["anna", "mira"]
    assert [x.by for x in stored(two) if x.event.kind == "watch_taken"] == ["anna"]
    c.carry_out(here.log, here.document, one, "mira", offer)
    Keys("anna").tap(act)
    assert [x.by for x in stored(one) if x.event.kind == "watch_taken"] == ["anna", "mira"], "another handover than was shown"


def test_a_watch_is_not_taken_from_somebody_else_than_was_shown(here: Station) -> None:
    session = settled("Otter", c.take_watch("anna"))
    act, keys = labelled(in_room("3", "mira"), "Take from anna"), Keys("mira")
    c.carry_out(here.log, here.document, session, "jonas", c.take_watch("jonas"))
    keys.tap(act)
    assert keys.told == "jonas watches this room now."


def test_two_who_tick_the_same_at_once_do_not_untick_it(here: Station) -> None:
    session = settled("Otter")
    item = next(i for i in here.document.checklists["before"] if i.multiple)
    answer = next(a.id for a in item.answers if a.flags)
    act = {"do": "check", "list": "before", "item": item.id, "answer": answer, "chosen": False, "session": session}
    Keys("mira").tap(act)
    Keys("anna").tap(act)
    assert [x.event.answers for x in stored(session) if isinstance(x.event, e.ChecklistAnswered)] == [(answer,)]


def test_a_baseline_is_the_reading_that_stood_on_the_button(here: Station) -> None:
    session, keys = settled("Otter"), Keys("mira")
    pressed(session)
    act = labelled(in_room("3", "mira"), "Baseline")
    pressed(session)
    keys.tap(act)
    assert "baseline_set" not in kinds(session)
    assert keys.told.startswith("There is another reading now")


def test_two_screens_take_an_entry_back_once(here: Station) -> None:
    session = running()
    act = labelled(in_room("3", "mira"), "Undo")
    for keys in (Keys("mira"), Keys("mira")):
        keys.tap(act)
    assert kinds(session).count("corrected") == 1
    assert "corrected before" in keys.told


# ---- a tap that waits for a name or a PIN ----


def score(session: int, value: int = 6) -> dict[str, Any]:
    return {"do": "score", "scale": "comfort", "value": value, "session": session, "room": "3"}


def test_what_a_name_signs_stands_where_it_is_asked_for(here: Station) -> None:
    session, keys = settled("Otter"), Keys()
    keys.tap(score(session))
    assert keys.asked is not None and keys.asked["name"] == "who"
    assert keys.signs == "Comfort 6 · Room 3 Otter"
    keys.sign("mira")
    assert [(x.event, x.by) for x in stored(session)][-1] == (e.Scored(scale="comfort", value=6), "mira")
    assert keys.signs is None


@pytest.mark.parametrize("name", TAPS)
def test_every_kind_of_tap_says_what_is_signed(here: Station, name: str) -> None:
    running()
    keys = Keys()
    keys.tap(TAPS[name](in_room("3", "mira")))
    if name == "an act of an emergency":
        assert keys.asked is None, "asks for no name"
    else:
        assert keys.signs is not None and keys.signs.endswith(" · Room 3 Otter") and len(keys.signs) > 20


def test_a_tap_whose_form_is_closed_is_not_stored_and_says_so(here: Station) -> None:
    session, keys = settled("Otter"), Keys()
    keys.tap(score(session))
    keys.close()
    assert keys.told == "Nothing was stored of Comfort 6 · Room 3 Otter: nobody signed it. Tap again."
    keys.sign("mira")
    assert "scored" not in kinds(session)


def test_a_tap_in_its_place_drops_it_and_says_so(here: Station) -> None:
    session, keys = settled("Otter"), Keys()
    keys.tap(score(session, 6))
    keys.tap(score(session, 2))
    assert "Comfort 6 · Room 3 Otter: something else was tapped" in keys.told
    keys.sign("mira")
    assert [x.event.value for x in stored(session) if isinstance(x.event, e.Scored)] == [2]


def test_a_tap_waits_for_a_minute(here: Station, time: Time) -> None:
    session, keys = settled("Otter"), Keys()
    keys.tap(score(session))
    time.pass_by(61)
    keys.sign("jonas")
    assert "scored" not in kinds(session)
    assert "nobody signed it within 60 s" in keys.told


def test_a_tap_that_waits_is_never_signed_for_the_next_patient(here: Station) -> None:
    first, keys = settled("Otter"), Keys()
    keys.tap(score(first))
    discharged(first)
    second = settled("Lark")
    keys.sign("jonas")
    assert "scored" not in (*kinds(first), *kinds(second))
    assert "another patient now" in keys.told


def test_a_tap_that_could_not_be_stored_asks_for_no_name(here: Station) -> None:
    first, keys = settled("Otter"), Keys()
    discharged(first)
    keys.tap(score(first))
    assert keys.signs is None
    assert "closed: nothing was stored" in keys.told


def test_an_undo_that_waits_takes_nobody_else_s_entry_back(here: Station) -> None:
    session = running()
    act, keys = labelled(in_room("3", "mira"), "Undo"), Keys()
    keys.tap(act)
    keys.sign("jonas")
    assert "corrected" not in kinds(session)
    assert "mira has charted this" in keys.told


# ---- an emergency ----


def infusing() -> int:
    here = station()
    session = settled("Otter", c.take_watch("anna"), c.set_baseline(120, 75), c.set_order(ORDER))
    here.log.append(session, drafts([*well_answered(here.document), e.InfusionStarted(rate_mg_per_kg_h=0.75)], "anna"))
    return session


def state(session: int) -> SessionState:
    return folded(stored(session))


def test_pump_stopped_by_hand_charts_the_stop_and_its_undo_takes_it_back(here: Station) -> None:
    session, keys = infusing(), Keys("mira")
    keys.tap(labelled(in_room("3", "mira"), "Emergency"))
    keys.tap(labelled(in_room("3", "mira"), "Pump stopped by hand"))
    assert state(session).pump is Pump.ENDED
    assert state(session).pump_changed_at is not None, "the pump is still to be seen by eye"
    given = state(session).ledger
    keys.tap(labelled(in_room("3", "mira"), "Undo"))
    now = state(session)
    assert (now.pump, now.phase) == (Pump.RUNNING, Phase.RUNNING)
    assert now.ledger is not None and given is not None
    assert now.ledger.given_mg(1000) == pytest.approx(given.changes[0].rate_mg_per_kg_h * 70 / 3600 * (1000 - given.changes[0].at))
    assert now.pump_changed_at is not None
    assert now.emergency is not None and now.emergency.acts == ()


def test_a_paused_pump_is_paused_again_when_the_stop_is_taken_back(here: Station) -> None:
    session, keys = infusing(), Keys("mira")
    c.carry_out(here.log, here.document, session, "mira", c.pause("dizzy"))
    keys.tap({"do": "emergency_act", "act": "infusion_stopped", "session": session})
    assert state(session).pump is Pump.ENDED
    keys.tap(labelled(in_room("3", "mira"), "Undo"))
    assert (state(session).pump, state(session).phase) == (Pump.PAUSED, Phase.PAUSED)


def test_what_was_charted_of_the_pump_since_says_more_than_the_undo(here: Station) -> None:
    session, keys = infusing(), Keys("mira")
    keys.tap({"do": "emergency_act", "act": "infusion_stopped", "session": session})
    act = labelled(in_room("3", "mira"), "Undo")
    c.carry_out(here.log, here.document, session, "anna", c.change_rate(0.4, found=True))
    keys.tap(act)
    assert state(session).ledger is not None and state(session).ledger.rate_mg_per_kg_h == 0.4  # type: ignore[union-attr]


def test_an_act_of_a_pump_that_does_not_run_charts_no_stop(here: Station) -> None:
    session = running()
    Keys("mira").tap({"do": "emergency_act", "act": "infusion_stopped", "session": session})
    assert "infusion_stopped" not in kinds(session)


def test_who_is_nobody_stops_the_infusion_in_an_emergency_and_nothing_else(here: Station) -> None:
    session = infusing()
    c.carry_out(here.log, here.document, session, NOBODY, c.emergency_act("infusion_stopped"))
    assert state(session).pump is Pump.ENDED
    with pytest.raises(c.Refusal):
        c.carry_out(here.log, here.document, session, NOBODY, c.stop())


def prompted(session: int, rule: str) -> None:
    prompt = e.PromptChanged(rule=rule, episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.HIGH,
                             prompt_kind=e.PromptKind.CLINICAL, message=rule)  # fmt: skip
    station().log.append(session, drafts([prompt], "evaluator"))


def test_ending_an_emergency_answers_it_alone_and_the_log_has_the_words(here: Station) -> None:
    session = infusing()
    c.carry_out(here.log, here.document, session, "mira", c.emergency())
    prompted(session, "E-5")
    prompted(session, "E-4")
    shown = in_room("3", "mira")
    assert [p["rule"] for p in shown["prompts"]] == ["E-4"], "the emergency has a card of its own"
    c.carry_out(here.log, here.document, session, "mira", c.end_emergency("fainted, well again"))
    ended = state(session)
    assert ended.prompts["E-5"].answered is not None
    assert ended.prompts["E-4"].unanswered
    assert any(x["text"] == "Emergency ended: fainted, well again" for x in in_room("3", "mira")["events"])


def test_closing_over_a_high_prompt_asks(here: Station) -> None:
    session = settled("Otter")
    prompted(session, "E-4")
    with pytest.raises(c.Refusal) as refusal:
        c.carry_out(here.log, here.document, session, "mira", c.close())
    assert (refusal.value.name, refusal.value.confirmable) == ("high_open", True)
    assert "E-4" in refusal.value.sentence
    c.carry_out(here.log, here.document, session, "mira", c.close(over_high=True))
    assert kinds(session)[-1] == "session_closed"


def test_what_was_written_for_a_session_that_closed_meanwhile_is_filed_there_by_name(here: Station) -> None:
    first = settled("Otter")
    with pytest.raises(c.Refusal) as refusal:
        c.file_late(here.log, first, "mira", "She felt sick on the way home.", "note")
    assert refusal.value.name == "still_open"
    discharged(first)
    second = settled("Lark")
    before = reassess(here.log, first, here.document).again
    c.file_late(here.log, first, "mira", " She felt sick on the way home. ", "note")
    assert (stored(first)[-1].event, stored(first)[-1].by) == (e.FiledLate(text="She felt sick on the way home.", what="note"), "mira")
    assert "filed_late" not in kinds(second)
    assert list(here.log.verify()) == []
    assert reassess(here.log, first, here.document).again == before
    for wrong in (" ", "x" * 2001):
        with pytest.raises(c.Refusal):
            c.file_late(here.log, first, "mira", wrong)
    with pytest.raises(c.Refusal):
        c.file_late(here.log, first, NOBODY, "forged")
