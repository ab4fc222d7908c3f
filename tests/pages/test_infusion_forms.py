"""The forms of the infusion, as a page has them: they store what they show, and nothing that nobody typed."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import commands, settings
from monitor import events as e
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.infusion import Order
from monitor.live.station import Station
from monitor.ward import drafts
from tests.pages.stations import here, settled
from tests.pages.test_forms import next_patient, stored
from tests.screen import Screen

__all__ = ["here"]

ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40, concentration_mg_per_ml=10, prescriber="A. Roe")


def admitted(here: Station, weight_kg: float = 70) -> int:
    path = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
    opened = admit_simulated("2", Patient("Otter", weight_kg=weight_kg), path, 1, here.document)
    return commands.open_session(here.log, opened.opened, opened.source, 1.0, "nurse")


def ready(here: Station, order: Order = ORDER) -> int:
    """Settled, ordered, asked for everything: only the start is left."""
    session = admitted(here)
    here.log.append(session, drafts([e.OrderSet(order=order), *well_answered(here.document), e.BaselineSet(sys=120, dia=75)], "nurse"))
    return session


def running(here: Station) -> int:
    session = ready(here)
    does(here, session, commands.start())
    return session


def does(here: Station, session: int, *wanted: commands.Command) -> None:
    """A colleague at another screen."""
    for command in wanted:
        commands.carry_out(here.log, here.document, session, "S. Lee", command)


def at_room(monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(monkeypatch, "room", room="2")


def asked(form: dict[str, Any] | None) -> tuple[str, ...]:
    """Ticks all that an open form asks."""
    assert form is not None
    return tuple(ask["id"] for ask in form["asks"])


# ---- the order ----

TYPED = {"dose": "0,5", "minutes": "40", "weight": "70", "concentration": "10", "prescriber": "A. Roe"}


def test_nothing_of_an_order_has_a_value_and_what_is_usual_says_from_where(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("order")
    fields = screen.fields()
    assert {field["value"] for field in fields.values()} == {""}
    assert fields["dose"]["hint"] == "before: 0.5 mg/kg by A. Roe · recommended: 0.1 to 0.75 mg/kg"
    assert fields["weight"]["hint"] == "check-in: 70 kg (154 lb)"
    assert [option["id"] for option in fields["concentration"]["options"]] == ["1", "2", "5", "10", "50", "another"]
    screen.press()
    assert screen.wrong() == dict.fromkeys(["dose", "minutes", "weight", "concentration"], "Needed.")
    assert len(stored(here, session, "order_set")) == 1


def test_an_order_is_said_whole_before_it_is_stored_and_stored_as_it_was_typed(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = admitted(here)
    screen = at_room(monkeypatch)
    screen.open("order")
    screen.press("none", **TYPED)
    assert "0.5 mg/kg x 70 kg (154 lb) = 35 mg in 40 min: 52.5 mg/h, 5.25 mL/h at 10 mg/mL, 3.5 mL in all." in screen.says()
    assert screen.press(**TYPED) is None
    assert stored(here, session, "order_set") == [e.OrderSet(order=ORDER)]


def test_a_colleague_s_order_meanwhile_is_said_and_neither_takes_the_other_s_prescriber(
    here: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("order")
    does(here, session, commands.set_order(ORDER.model_copy(update={"dose_mg_per_kg": 0.45, "prescriber": "B. Poe"})))
    typed = {**TYPED, "dose": "0.30", "prescriber": ""}
    form = screen.press(**typed)
    assert "0.5 mg/kg in 40 min for 70 kg, 10 mg/mL, by A. Roe, now 0.45 mg/kg in 40 min for 70 kg, 10 mg/mL, by B. Poe" in screen.says()
    assert len(stored(here, session, "order_set")) == 2
    assert screen.press(asked=asked(form), **typed) is None
    assert stored(here, session, "order_set")[-1].order == ORDER.model_copy(update={"dose_mg_per_kg": 0.3, "prescriber": ""})


@pytest.mark.parametrize(
    ("typed", "asks"),
    [
        ({"dose": "0.05", "minutes": "20"}, "0.05 mg/kg is 1/10 of what was ordered before, 0.5 mg/kg"),
        ({"concentration": "1"}, "1 mg/mL is 1/10 of what was ordered before, 10 mg/mL"),
        ({"concentration": "50"}, "50 mg/mL is 5 times what was ordered before, 10 mg/mL"),
        ({"concentration": "another", "concentration_other": "0,5"}, "0.5 mg/mL is 1/20 of what was ordered before"),
        ({"weight": "154"}, "154 kg is 340 lb. Or was it read in pounds: 154 lb, 70 kg?"),
    ],
)
def test_a_slip_in_an_order_is_asked_about_in_words_and_stored_once_it_is_ticked(
    here: Station, monkeypatch: pytest.MonkeyPatch, typed: dict[str, str], asks: str
) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("order")
    form = screen.press(**{**TYPED, **typed})
    assert asks in screen.says()
    assert len(stored(here, session, "order_set")) == 1
    form = screen.press(asked=asked(form), **{**TYPED, **typed})
    if form is not None:
        assert "the prescriber's name and a reason are needed" in screen.says()
        assert screen.press(asked=asked(form), **{**TYPED, **typed}, override_by="A. Roe", override_why="as weighed") is None
    order = stored(here, session, "order_set")[-1].order
    assert (order.dose_mg_per_kg, order.weight_kg) == (float(typed.get("dose", "0.5")), float(typed.get("weight", "70")))


def test_a_first_dose_far_beyond_what_is_recommended_is_asked_about_and_refused_as_before(
    here: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = admitted(here)
    screen = at_room(monkeypatch)
    screen.open("order")
    form = screen.press(**{**TYPED, "dose": "5"})
    assert "5 mg/kg is 6.67 times the most that is recommended, 0.75 mg/kg" in screen.says()
    screen.press(asked=asked(form), **{**TYPED, "dose": "5"})
    assert "this cannot be ordered here" in screen.says()
    assert stored(here, session, "order_set") == []


# ---- the override ----


def test_an_override_is_stored_for_the_item_that_was_chosen_whatever_was_answered_meanwhile(
    here: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = admitted(here)
    view = at_room(monkeypatch)
    view.open("override", checklist="before")
    options = view.fields()["item"]["options"]
    (first, chosen) = options[0]["id"], options[1]["id"]
    item = here.document.item("before", first)
    does(here, session, commands.check("before", first, next(a.id for a in item.answers if not a.stops)))
    answer = here.document.item("before", chosen).answers[0].id
    typed = {"item": chosen, f"answer {chosen}": answer}
    view.press(**typed)
    assert set(view.wrong()) == {"by", "why"}
    assert view.fields()["item"]["options"][0]["note"].endswith("by S. Lee"), "the list stays, and says what was answered"
    assert view.press(**typed, by="A. Roe", why="seen by her") is None
    entry = stored(here, session, "checklist_answered")[-1]
    assert (entry.item, entry.answers, entry.override_by, entry.reason) == (chosen, (answer,), "A. Roe", "seen by her")


def test_an_override_says_what_a_colleague_answered_to_the_chosen_item(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = admitted(here)
    screen = at_room(monkeypatch)
    screen.open("override", checklist="before")
    chosen = screen.fields()["item"]["options"][0]["id"]
    item = here.document.item("before", chosen)
    screen.press("none", item=chosen)
    does(here, session, commands.check("before", chosen, item.answers[-1].id))
    typed = {"item": chosen, f"answer {chosen}": item.answers[0].id, "by": "A. Roe", "why": "seen by her"}
    form = screen.press(**typed)
    assert f"not answered, now {item.answers[-1].label}, by S. Lee" in screen.says()
    assert not stored(here, session, "checklist_answered")[-1].override_by
    assert screen.press(asked=asked(form), **typed) is None
    assert stored(here, session, "checklist_answered")[-1].override_by == "A. Roe"


# ---- the rate ----


def test_the_rate_form_proposes_nothing_and_says_what_is_charted_and_ordered(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    assert {name: field["value"] for name, field in screen.fields().items() if field["kind"] != "lines"} == {"unit": "", "how": "", "ago": ""}
    assert "Charted: 0.75 mg/kg/h = 52.5 mg/h, 5.25 mL/h at 10 mg/mL" in str(screen.fields())
    screen.press()
    assert screen.wrong() == {"unit": "Needed.", "how": "Needed."}
    assert stored(here, session, "rate_changed") == []


@pytest.mark.parametrize(("unit", "typed", "rate"), [("ml_per_h", "2,8", 0.4), ("mg_per_kg_h", "0.4", 0.4)])
def test_a_rate_is_entered_in_either_unit_and_shown_in_both(
    here: Station, monkeypatch: pytest.MonkeyPatch, unit: str, typed: str, rate: float
) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    screen.press(unit=unit, **{unit: typed})
    assert "0.4 mg/kg/h = 28 mg/h, 2.8 mL/h at 10 mg/mL" in screen.says()
    assert screen.press(unit=unit, how="now", **{unit: typed}) is None
    assert stored(here, session, "rate_changed") == [e.RateChanged(rate_mg_per_kg_h=rate)]


def test_a_rate_of_one_unit_is_never_taken_for_one_of_the_other(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    screen.press(unit="mg_per_kg_h", how="now", ml_per_h="2.8")
    assert screen.wrong() == {"mg_per_kg_h": "Needed."}
    assert stored(here, session, "rate_changed") == []


@pytest.mark.parametrize(
    ("typed", "asks"),
    [
        ("52.5", "52.5 mL/h is 10 times the ordered 5.25 mL/h"), ("26.25", "26.25 mL/h is 5 times the ordered"),
        ("0.525", "0.525 mL/h is 1/10 of the ordered"), ("1.05", "1.05 mL/h is 1/5 of the ordered"), ("0", "gives nothing"),
    ],
)  # fmt: skip
def test_a_rate_far_from_the_ordered_one_is_asked_about_and_stored_once_it_is_ticked(
    here: Station, monkeypatch: pytest.MonkeyPatch, typed: str, asks: str
) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    form = screen.press(unit="ml_per_h", ml_per_h=typed, how="found")
    assert form is not None
    assert asks in screen.says()
    assert stored(here, session, "rate_changed") == []
    ticked = asked(form)
    screen.press(asked=ticked, unit="ml_per_h", ml_per_h="105", how="found")
    assert stored(here, session, "rate_changed") == [], "a tick is for the value that was asked about"
    assert screen.press(asked=ticked, unit="ml_per_h", ml_per_h=typed, how="found") is None
    assert stored(here, session, "rate_changed")[-1].rate_mg_per_kg_h == pytest.approx(float(typed) / 7, abs=1e-4)


def test_a_colleague_s_rate_meanwhile_is_said_and_both_are_shown(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    does(here, session, commands.change_rate(0.6))
    form = screen.press(unit="mg_per_kg_h", mg_per_kg_h="0.5", how="now")
    assert form is not None
    assert "The charted rate has changed since this form was opened: 0.75 mg/kg/h, now 0.6 mg/kg/h." in screen.says()
    assert len(stored(here, session, "rate_changed")) == 1
    ticked = asked(form)
    assert screen.press(asked=ticked, unit="mg_per_kg_h", mg_per_kg_h="0.5", how="now") is None
    assert stored(here, session, "rate_changed")[-1].rate_mg_per_kg_h == 0.5


def test_a_rate_above_the_order_asks_for_the_prescriber(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("rate")
    screen.press(unit="mg_per_kg_h", mg_per_kg_h="0.9", how="now")
    assert "the prescriber's name and a reason are needed" in screen.says()
    typed = {"unit": "mg_per_kg_h", "mg_per_kg_h": "0.9", "how": "now"}
    assert screen.press(**typed, override_by="A. Roe", override_why="by phone") is None
    assert stored(here, session, "rate_changed")[-1].override_by == "A. Roe"


# ---- pause, resume, stop ----


def test_a_resume_proposes_no_rate_and_says_the_one_before_the_pause(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    does(here, session, commands.pause())
    screen = at_room(monkeypatch)
    screen.open("resume")
    assert "Before it stood: 0.75 mg/kg/h = 52.5 mg/h, 5.25 mL/h at 10 mg/mL" in str(screen.fields())
    screen.press()
    assert screen.wrong() == {"unit": "Needed."}
    assert screen.press(unit="ml_per_h", ml_per_h="3.5") is None
    assert stored(here, session, "infusion_resumed") == [e.InfusionResumed(rate_mg_per_kg_h=0.5)]


@pytest.mark.parametrize("name", ["pause", "stop"])
def test_a_pause_and_a_stop_are_stored_at_once_whatever_changed_and_the_difference_is_said_afterwards(
    here: Station, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open(name)
    does(here, session, commands.change_rate(0.6))
    form = screen.press(why="She is afraid.")
    kind = {"pause": "infusion_paused", "stop": "infusion_stopped"}[name]
    assert [x.reason for x in stored(here, session, kind)] == ["She is afraid."]
    assert form is not None
    assert form["form"] == "stored"
    assert "0.75 mg/kg/h, now 0.6 mg/kg/h" in screen.says()
    assert screen.press() is None


def test_a_stop_is_one_press_and_says_by_its_button_whether_the_dose_is_in(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = running(here)
    screen = at_room(monkeypatch)
    screen.open("stop")
    assert screen.press("complete", looked="yes") is None
    assert stored(here, session, "infusion_stopped") == [e.InfusionStopped(complete=True)]
    assert stored(here, session, "observed")[-1] == e.Observed(what="pump", value="stopped")


@pytest.mark.parametrize("name", ["rate", "pause", "resume", "stop", "start", "order", "override"])
def test_no_form_of_the_infusion_reaches_the_next_patient(here: Station, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    session = settled(here)
    screen = at_room(monkeypatch)
    screen.open(name)
    other = next_patient(here, session)
    before = len(here.log.entries(other)), len(here.log.entries(session))
    form = screen.press(unit="ml_per_h", ml_per_h="3", how="found", dose="0.5", minutes="40", weight="70", concentration="10")
    assert form is not None
    assert form["state"] == "ended"
    assert (len(here.log.entries(other)), len(here.log.entries(session))) == before


# ---- the start ----


def test_the_start_says_all_that_hangs_together_and_what_is_still_open(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = admitted(here)
    does(here, session, commands.set_order(ORDER))
    screen = at_room(monkeypatch)
    screen.open("start")
    assert (
        "0.5 mg/kg x 70 kg (154 lb) = 35 mg in 40 min: 52.5 mg/h, 5.25 mL/h at 10 mg/mL, 3.5 mL in all" in screen.says()
    )  # fmt: skip
    blocking = here.document.blocking("before", here.follower.picture().views["2"].state)
    assert blocking
    for item in blocking:
        assert f"Still open: {item.question}" in screen.says()
    assert "There is no baseline pressure yet." in screen.says()
    screen.press()
    assert stored(here, session, "infusion_started") == []


def test_a_start_is_stored_as_it_was_shown_also_where_an_order_came_meanwhile(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("start")
    does(here, session, commands.set_order(ORDER.model_copy(update={"dose_mg_per_kg": 0.4, "prescriber": "B. Poe"})))
    form = screen.press()
    assert form is not None
    assert "0.5 mg/kg in 40 min for 70 kg, 10 mg/mL, by A. Roe, now 0.4 mg/kg in 40 min for 70 kg, 10 mg/mL, by B. Poe" in screen.says()
    assert stored(here, session, "infusion_started") == []
    assert screen.press(asked=asked(form)) is None
    assert stored(here, session, "infusion_started") == [e.InfusionStarted(rate_mg_per_kg_h=0.6)]


def test_a_second_person_signs_what_the_pump_shows(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("start")
    read = {"second_by": "J. Doe", "second_ml_per_h": "5.2", "second_ml": "3,5", "second_mg_per_ml": "10"}
    screen.press(**{**read, "second_ml": ""})
    assert screen.wrong() == {"second_ml": "Needed."}, "half a signature is none"
    screen.press(**{**read, "second_by": "m. ortiz"})
    assert "somebody other than M. Ortiz" in screen.says()
    assert stored(here, session, "infusion_started") == []
    assert screen.press(**read) is None
    second = e.PumpRead(by="J. Doe", ml_per_h=5.2, ml=3.5, mg_per_ml=10)
    assert stored(here, session, "infusion_started") == [e.InfusionStarted(rate_mg_per_kg_h=0.75, second=second)]
    assert "J. Doe read 5.2 mL/h, 3.5 mL, 10 mg/mL off the pump" in str(at_room(monkeypatch).frame["events"])


@pytest.mark.parametrize(
    ("field", "typed", "asks"),
    [
        ("second_ml_per_h", "52.5", "J. Doe reads 52.5 mL/h; by the order it is 5.25 mL/h"),
        ("second_ml", "50", "J. Doe reads 50 mL; by the order it is 3.5 mL"),
        ("second_mg_per_ml", "1", "J. Doe reads 1 mg/mL; by the order it is 10 mg/mL"),
    ],
)
def test_what_the_second_person_reads_otherwise_is_asked_about(
    here: Station, monkeypatch: pytest.MonkeyPatch, field: str, typed: str, asks: str
) -> None:
    session = ready(here)
    screen = at_room(monkeypatch)
    screen.open("start")
    read = {"second_by": "J. Doe", "second_ml_per_h": "5.25", "second_ml": "3.5", "second_mg_per_ml": "10", field: typed}
    form = screen.press(**read)
    assert form is not None
    assert asks in screen.says()
    assert stored(here, session, "infusion_started") == []
    assert screen.press(asked=asked(form), **read) is None
    assert getattr(stored(here, session, "infusion_started")[0].second, field.removeprefix("second_")) == float(typed)


def test_a_protocol_can_require_the_second_person(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = ready(here)
    strict = here.document.model_copy(update={"second_person": "start"})
    with pytest.raises(commands.Refusal, match="a second person reads the pump and signs"):
        commands.carry_out(here.log, strict, session, "nurse", commands.start(commands.Override("A. Roe", "urgent")))
    commands.carry_out(here.log, strict, session, "nurse", commands.start(found_at=0))
    assert "a second person" in stored(here, session, "infusion_started")[0].breaks, "a fact is recorded with what it breaks"


# ---- numbers ----

WRONG = ("1,500", "1.500", "1 500", "1.5.0", "five", "35 mg", "154 lb", "-1", "5.", "9999999", "")
"""None of them is one number that fits into any of these fields."""
SECOND = {"second_by": "J. Doe", "second_ml_per_h": "5.25", "second_ml": "3.5", "second_mg_per_ml": "10"}
ENTERED: dict[str, dict[str, str]] = {
    "order": {**TYPED, "concentration": "another", "concentration_other": "10"},
    "rate in mL/h": {"unit": "ml_per_h", "ml_per_h": "4.9", "how": "now", "ago": "0"},
    "rate in mg/kg/h": {"unit": "mg_per_kg_h", "mg_per_kg_h": "0,7", "how": "found", "ago": "0"},
    "resume in mL/h": {"unit": "ml_per_h", "ml_per_h": "4.9", "ago": "0"},
    "start": {**SECOND, "ago": "0"},
    "pause": {"ago": "0"},
    "stop": {"ago": "0"},
}


@pytest.mark.parametrize("entered", ENTERED)
def test_no_wrong_or_ambiguous_number_is_stored(here: Station, monkeypatch: pytest.MonkeyPatch, entered: str) -> None:
    name, typed = entered.split()[0], ENTERED[entered]
    session = {"order": admitted, "start": ready}.get(name, running)(here)
    if name == "resume":
        does(here, session, commands.pause())
    screen = at_room(monkeypatch)
    screen.open(name)
    screen.press("none", **typed)
    numbers = [field for field, drawn in screen.fields().items() if drawn["kind"] == "number"]
    assert set(numbers) <= set(typed)
    before = len(here.log.entries(session))
    for field in numbers:
        for wrong in WRONG:
            if not wrong and field == "ago":
                continue
            assert screen.press(**{**typed, field: wrong}) is not None, (field, wrong)
            assert list(screen.wrong()) == [field], (field, wrong)
    assert len(here.log.entries(session)) == before
    assert screen.press(**typed) is None, "and the right ones are"
    assert len(here.log.entries(session)) > before
