"""The forms of the infusion, as a page has them: they store what they show, and nothing that nobody typed."""

from __future__ import annotations

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
        ("52.5", "10 times the ordered rate"), ("26.25", "5 times the ordered rate"), ("0.525", "1/10 of the ordered rate"),
        ("1.05", "1/5 of the ordered rate"), ("0", "gives nothing"),
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
    ticked = tuple(ask["id"] for ask in form["asks"])
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
    ticked = tuple(ask["id"] for ask in form["asks"])
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


@pytest.mark.parametrize("name", ["rate", "pause", "resume", "stop", "start"])
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
    assert screen.press(asked=tuple(ask["id"] for ask in form["asks"])) is None
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
    assert screen.press(asked=tuple(ask["id"] for ask in form["asks"]), **read) is None
    assert getattr(stored(here, session, "infusion_started")[0].second, field.removeprefix("second_")) == float(typed)
