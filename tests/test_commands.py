"""What a person may do: intents are refused by name, facts are always recorded, and one tap is one entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.infusion import Order
from monitor.protocol.condition import Sight
from monitor.protocol.document import Document
from monitor.session import Phase, SessionState, folded
from monitor.store.log import Conflict, Draft
from monitor.store.memory import MemoryLog
from monitor.vitals import Window
from monitor.ward import drafts, logged

ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40, prescriber="Dr. Lind")


class Desk:
    """One session and a nurse at the keys."""

    def __init__(self, document: Document, **patient: object) -> None:
        self.log, self.document = MemoryLog(), document
        who = Patient("Otter", weight_kg=70, **patient)  # type: ignore[arg-type]
        admitted = admit_simulated("1", who, settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 1, document)
        self.session = c.open_session(self.log, admitted.opened, admitted.source, 1.0, "nurse")

    def do(self, *wanted: c.Command, by: str = "nurse") -> int:
        return sum(len(c.carry_out(self.log, self.document, self.session, by, w)) for w in wanted)

    def happen(self, *events: e.AnyEvent, by: str = "nurse") -> None:
        self.log.append(self.session, drafts(events, by))

    @property
    def state(self) -> SessionState:
        return folded(map(logged, self.log.entries(self.session)))

    def refused(self, wanted: c.Command) -> c.Refusal:
        before = len(self.log.entries(self.session))
        with pytest.raises(c.Refusal) as refusal:
            self.do(wanted)
        assert len(self.log.entries(self.session)) == before
        assert refusal.value.sentence
        return refusal.value


@pytest.fixture
def desk(document: Document) -> Desk:
    return Desk(document)


@pytest.fixture
def running(desk: Desk) -> Desk:
    desk.do(c.set_order(ORDER), c.set_baseline(120, 75))
    desk.happen(*well_answered(desk.document))
    desk.do(c.start())
    return desk


def test_nothing_starts_without_order_checklist_and_baseline(desk: Desk) -> None:
    assert desk.refused(c.start()).name == "no_order"
    desk.do(c.set_order(ORDER))
    assert desk.refused(c.start()).name == "checklist_open"
    desk.happen(*well_answered(desk.document))
    assert desk.refused(c.start()).name == "no_baseline"
    assert desk.refused(c.start(c.Override("Dr. Lind", "urgent"))).name == "no_baseline"
    desk.do(c.set_baseline(120, 75))
    desk.do(c.start())
    assert desk.state.phase is Phase.RUNNING


def test_a_high_resting_pressure_holds_the_start_until_the_prescriber_overrides(desk: Desk) -> None:
    desk.do(c.set_order(ORDER), c.set_baseline(155, 97))
    desk.happen(*well_answered(desk.document))
    desk.happen(
        e.PromptChanged(
            rule="B-1", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL,
            message="BP 155/97 > 150/95",
        )
    )  # fmt: skip
    refusal = desk.refused(c.start())
    assert (refusal.name, refusal.overridable) == ("start_held", True)
    desk.do(c.start(c.Override("Dr. Lind", "known white coat")))
    assert desk.state.phase is Phase.RUNNING


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ({"dose_mg_per_kg": 1.01}, "order_out_of_bounds"),
        ({"dose_mg_per_kg": 0.76}, "order_beyond_recommended"),
        ({"minutes": 19}, "order_out_of_bounds"),
        ({"concentration_mg_per_ml": 0.05}, "order_out_of_bounds"),
        ({"weight_kg": 75}, "order_beyond_recommended"),
    ],
)
def test_an_order_outside_a_bound_is_refused_by_name(desk: Desk, order: dict[str, float], name: str) -> None:
    wanted = ORDER.model_copy(update=order)
    assert desk.refused(c.set_order(wanted)).name == name
    if name == "order_beyond_recommended":
        desk.do(c.set_order(wanted, c.Override("Dr. Lind", "responded to this before")))
        assert desk.state.order == wanted
        assert desk.state.broken is not None


@pytest.mark.parametrize("dose", [0.1, 0.75])
def test_a_bound_itself_is_inside(desk: Desk, dose: float) -> None:
    desk.do(c.set_order(ORDER.model_copy(update={"dose_mg_per_kg": dose})))
    assert desk.state.order is not None


def test_an_intent_above_the_order_is_refused_but_the_same_rate_found_is_recorded(running: Desk) -> None:
    refusal = running.refused(c.change_rate(1.0))
    assert (refusal.name, refusal.overridable) == ("rate_beyond_order", True)
    assert running.refused(c.change_rate(2.5, c.Override("Dr. Lind", "x"))).name == "rate_out_of_bounds"
    running.do(c.change_rate(2.5, found=True))
    state = running.state
    assert state.ledger is not None
    assert state.ledger.rate_mg_per_kg_h == 2.5
    assert state.broken is not None
    assert "outside" in state.broken.word


def test_lowering_pausing_and_stopping_ask_nothing(running: Desk) -> None:
    running.do(c.change_rate(0.3), c.pause("frightened"), c.resume(0.3), c.stop(reason="patient's wish"))
    assert running.state.phase is Phase.RECOVERY
    assert running.refused(c.resume(0.3)).name == "wrong_phase"


@pytest.mark.parametrize(
    ("before", "drug", "dose", "patient", "said"),
    [
        ((), "ondansetron", 9, {}, "largest single dose"),
        ((("ondansetron", 4),), "ondansetron", 4, {}, "earliest repeat"),
        ((), "ondansetron", 4, {"allergies": ("ondansetron",)}, "allergy"),
        ((), "midazolam", 3, {}, "largest single dose"),
    ],
)
def test_a_drug_outside_its_bounds_is_refused_as_intent_and_recorded_as_fact(
    document: Document, before: tuple[tuple[str, float], ...], drug: str, dose: float, patient: dict[str, object], said: str
) -> None:
    desk = Desk(document, **patient)
    desk.do(c.set_order(ORDER), c.set_baseline(120, 75))
    desk.happen(*well_answered(document))
    desk.do(c.start())
    for name, given in before:
        desk.do(c.give_drug(name, given, "IV", fact=True))
        desk.log.append(desk.session, [Draft("note_added", "nurse", '{"text":"time goes by"}')])
    with pytest.raises(c.Refusal) as refusal:
        c.give_drug(drug, dose, "IV", fact=False)(c.Scene(desk.state, document, 600, "nurse"))
    assert refusal.value.name == "drug_beyond_bounds"
    assert said in refusal.value.sentence
    (event,) = c.give_drug(drug, dose, "IV", fact=True)(c.Scene(desk.state, document, 600, "nurse"))
    assert isinstance(event, e.DrugGiven)
    assert said in " ".join(event.breaks)


def test_a_long_qt_drug_asks_for_the_prescriber_before_ondansetron(running: Desk) -> None:
    running.do(c.check("before", "medicines", "long_qt"))
    refusal = running.refused(c.give_drug("ondansetron", 4, "IV", fact=False))
    assert "QT" in refusal.sentence or "qt" in refusal.sentence
    running.do(c.give_drug("ondansetron", 4, "IV", fact=False, override=c.Override("Dr. Lind", "QTc 410 today")))
    assert running.state.drugs[-1].breaks


ENTRIES: dict[str, Callable[[], c.Command]] = {
    "score": lambda: c.score("comfort", 6),
    "seen": lambda: c.observe("seen"),
    "symptom": lambda: c.symptom("chest_pain"),
    "drug": lambda: c.give_drug("ondansetron", 4, "IV", fact=True),
    "emergency": c.emergency,
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_double_tap_makes_one_entry(running: Desk, name: str) -> None:
    assert running.do(ENTRIES[name]()) == 1
    assert running.do(ENTRIES[name]()) == 0


def test_another_persons_tap_is_another_entry(running: Desk) -> None:
    assert running.do(c.score("comfort", 6)) == 1
    assert running.do(c.score("comfort", 6), by="colleague") == 1


def test_a_score_off_its_scale_is_refused_and_not_asked_is_an_entry(running: Desk) -> None:
    assert running.refused(c.score("comfort", 11)).name == "not_on_scale"
    running.do(c.score("comfort", None))
    entry = running.state.score("comfort")
    assert entry is not None
    assert entry.value is None


def prompt(rule: str, priority: e.Priority = e.Priority.MEDIUM, episode: int = 1) -> e.PromptChanged:
    return e.PromptChanged(
        rule=rule, episode=episode, state=e.PromptState.ACTIVE, priority=priority, prompt_kind=e.PromptKind.CLINICAL, message=rule
    )


def test_an_answer_needs_an_option_or_a_reason_and_is_given_once(running: Desk) -> None:
    running.happen(prompt("D-20"))
    assert running.refused(c.answer("D-20", 1, e.Answer.DID)).name == "no_option"
    assert running.refused(c.answer("D-20", 1, e.Answer.DECLINED)).name == "reason_missing"
    refused = running.refused(c.answer("D-20", 1, e.Answer.DID, ["fly", "swim"]))
    assert refused.name == "unknown_option" and refused.sentence.startswith("fly ")
    running.do(c.answer("D-20", 1, e.Answer.DID, ["lower_rate"], acts=[c.change_rate(0.4)]))
    state = running.state
    assert state.ledger is not None
    assert state.ledger.rate_mg_per_kg_h == 0.4
    assert state.prompts["D-20"].open, "an answer never ends a condition"
    assert running.do(c.answer("D-20", 1, e.Answer.DID, ["stop"])) == 0
    with pytest.raises(c.Refusal, match="has answered"):
        running.do(c.answer("D-20", 1, e.Answer.DECLINED, reason="artefact"), by="colleague")


def test_a_refused_act_leaves_the_prompt_unanswered(running: Desk) -> None:
    running.happen(prompt("D-20"))
    assert running.refused(c.answer("D-20", 1, e.Answer.DID, ["lower_rate"], acts=[c.change_rate(9.0)])).name == "rate_out_of_bounds"
    assert running.state.prompts["D-20"].answered is None


def test_an_entry_taken_back_stays_in_the_record(running: Desk) -> None:
    running.do(c.score("nausea", 3), c.score("nausea", 8))
    entries = running.log.entries(running.session)
    running.do(c.correct(entries[-1].seq, None, "wrong row"))
    entry = running.state.valued("nausea")
    assert entry is not None
    assert entry.value == 3
    assert len(running.log.entries(running.session)) == len(entries) + 1
    assert running.refused(c.correct(entries[-1].seq, None, "twice")).name == "corrected_before"


def test_a_correction_counts_from_now_on(running: Desk) -> None:
    running.do(c.score("comfort", 2))
    entries = running.log.entries(running.session)
    for when, why in ((10_000, "in_future"), (-60, "before_check_in")):
        ahead = {"scale": "comfort", "value": 8, "for_at": when}
        assert running.refused(c.correct(entries[-1].seq, ahead, "another time")).name == why
    running.do(c.correct(entries[-1].seq, {"scale": "comfort", "value": 8}, "meant the other end"))
    entry = running.state.valued("comfort")
    assert entry is not None
    assert entry.value == 8


def test_leaving_is_checked_and_against_advice_recorded(running: Desk) -> None:
    running.do(c.stop(complete=True))
    assert running.refused(c.discharge("anna")).name == "checklist_open"
    assert running.refused(c.discharge("", against_advice=True)).name == "reason_missing"
    running.do(c.discharge("", against_advice=True, reason="wants to go home, risks explained"))
    assert running.state.phase is Phase.DISCHARGED
    running.do(c.close())
    assert running.refused(c.note("after the end")).name == "closed"


def test_a_running_infusion_is_not_closed(running: Desk) -> None:
    assert running.refused(c.close()).name == "infusion_open"


def test_the_emergency_asks_nothing_and_works_in_every_phase(desk: Desk) -> None:
    desk.do(c.emergency(), by="station")
    desk.do(c.emergency_act("help_called"))
    assert desk.state.emergency is not None
    assert desk.state.emergency.acts[0][0] == "help_called"
    desk.do(c.end_emergency("settled"))
    assert desk.state.emergency is None


def test_the_watch_is_taken_offered_and_accepted(running: Desk) -> None:
    assert running.refused(c.offer_watch("", ["x"])).name == "unwatched"
    running.do(c.take_watch("M. Ortiz"), c.offer_watch("anna", ["nothing open"]))
    assert running.state.offer is not None
    running.do(c.take_watch("anna"), by="anna")
    state = running.state
    assert (state.watcher, state.offer) == ("anna", None)


def test_an_offer_stands_until_it_is_accepted_declined_or_taken_back(running: Desk) -> None:
    running.do(c.take_watch("nurse"), c.offer_watch("", ["nothing open"]))
    assert running.state.watcher == "nurse", "until somebody accepts, the first one watches"
    running.do(c.end_offer())
    assert running.log.entries(running.session)[-1].body == "{}", "withdrawn by the one who offered"
    assert running.refused(c.accept_watch("anna")).name == "no_offer"
    running.do(c.offer_watch("", ["nothing open"]))
    running.do(c.end_offer(), by="anna")
    assert "declined" in running.log.entries(running.session)[-1].body
    assert (running.state.watcher, running.state.offer) == ("nurse", None)
    running.do(c.offer_watch("", ["nothing open"]))
    assert running.do(c.accept_watch("anna"), by="anna") == 1
    assert running.do(c.accept_watch("anna"), by="anna") == 0, "a second tap"
    assert running.state.watcher == "anna"


def test_several_entries_are_stored_together_or_not_at_all(running: Desk) -> None:
    running.do(c.together(c.stop(), c.observe("pump", "stopped")))
    assert running.state.pump_changed_at is None, "the look at the pump is of after the stop"
    assert running.refused(c.together(c.note("first"), c.observe("pump", "stopped"), c.pause())).name == "wrong_phase"


def test_two_nurses_who_chart_the_same_drug_at_once_mean_one_dose(running: Desk) -> None:
    running.do(c.give_drug("ondansetron", 4, "IV", fact=True))
    given = c.give_drug("ondansetron", 4, "IV", fact=True)
    with pytest.raises(c.Refusal, match="nurse has charted Ondansetron 4 mg just now"):
        running.do(given, by="colleague")
    assert len(running.state.drugs) == 1
    running.do(c.give_drug("ondansetron", 4, "IV", fact=True, override=c.Override("Dr. Lind", "twice")), by="colleague")
    assert len(running.state.drugs) == 2


def test_a_late_symptom_is_about_its_own_second(running: Desk) -> None:
    with running.log.transaction(running.log.number_lease("test")) as writing:
        for tick in range(3):
            writing.write_row(running.session, tick, b"")
    running.do(c.symptom("dizziness"), c.symptom("dizziness", False, for_at=0))
    entry = running.state.symptoms["dizziness"]
    assert bool(entry.value), "what was charted about later stands"


def test_away_needs_an_escort_and_a_cap(running: Desk) -> None:
    assert running.refused(c.go_away("bathroom", "", 5)).name == "no_escort"
    assert running.refused(c.go_away("bathroom", "anna", 31)).name == "cap_out_of_bounds"
    running.do(c.go_away("bathroom", "anna", 5), c.come_back())
    assert running.state.away is None


def test_somebody_elses_entry_in_between_is_no_loss(running: Desk) -> None:
    calls = []

    def interrupted(scene: c.Scene) -> list[e.AnyEvent]:
        if not calls:
            running.happen(e.NoteAdded(text="in between"), by="colleague")
        calls.append(scene.state.seq)
        return [e.Scored(scale="comfort", value=6)]

    running.do(interrupted)
    assert len(calls) == 2
    assert [x.kind for x in running.log.entries(running.session)][-2:] == ["note_added", "scored"]


@pytest.mark.parametrize("others", [7, 8])
def test_what_others_enter_in_between_is_looked_at_anew_and_after_eight_times_it_gives_up(running: Desk, others: int) -> None:
    asked = 0

    def interrupted(scene: c.Scene) -> list[e.AnyEvent]:
        nonlocal asked
        asked += 1
        if asked <= others:
            running.happen(e.NoteAdded(text="in between"), by="colleague")
        return [e.Scored(scale="comfort", value=6)]

    if others < 8:
        assert running.do(interrupted) == 1
    else:
        with pytest.raises(Conflict):
            running.do(interrupted)
    assert asked == 8


def test_an_order_that_breaks_several_bounds_is_told_of_each(desk: Desk) -> None:
    for broken in ({"dose_mg_per_kg": 1.01, "minutes": 19}, {"dose_mg_per_kg": 0.76, "weight_kg": 75}):
        both = desk.refused(c.set_order(ORDER.model_copy(update=broken))).sentence
        for key, value in broken.items():
            alone = desk.refused(c.set_order(ORDER.model_copy(update={key: value}))).sentence
            assert alone.partition(":")[0] in both


def test_of_a_correction_that_does_not_fit_the_first_fault_is_named(running: Desk) -> None:
    running.do(c.score("nausea", 3))
    entries = running.log.entries(running.session)

    def said(instead: dict[str, object]) -> str:
        return running.refused(c.correct(entries[-1].seq, instead, "typed wrong")).sentence

    assert said({"scale": "nausea", "value": "many", "joy": 1}) == said({"scale": "nausea", "value": "many"}) != said({"scale": "nausea", "joy": 1})


def test_several_answers_stand_together_and_none_clears_them(desk: Desk) -> None:
    desk.do(c.check("before", "medicines", "benzodiazepine"), c.check("before", "medicines", "stimulant"))
    assert desk.state.checks["before", "medicines"].answers == ("benzodiazepine", "stimulant")
    desk.do(c.check("before", "medicines", "benzodiazepine"))
    assert desk.state.checks["before", "medicines"].answers == ("stimulant",)
    desk.do(c.check("before", "medicines", "none"))
    assert desk.state.checks["before", "medicines"].answers == ("none",)


def test_the_paths_of_sample_data_exist() -> None:
    assert Path(settings.SAMPLE_DATA / "rooms.yaml").is_file()


def test_a_late_entry_about_an_earlier_second_does_not_become_the_last(running: Desk) -> None:
    with running.log.transaction(running.log.number_lease("test")) as writing:
        for tick in range(3):
            writing.write_row(running.session, tick, b"")
    running.do(c.score("nausea", 2))
    running.do(c.score("nausea", 7, for_at=0))
    entry = running.state.score("nausea")
    assert entry is not None
    assert entry.value == 2


def test_the_audio_pause_and_its_end_are_facts_with_a_name(desk: Desk) -> None:
    assert desk.do(c.resume_audio()) == 0, "nothing to end"
    desk.do(c.pause_audio(120, e.Level.MEDIUM), by="M. Ortiz")
    assert desk.state.hush is not None
    assert (desk.state.hush.by, desk.state.hush.seconds, desk.state.hush.level) == ("M. Ortiz", 120, e.Level.MEDIUM)
    assert desk.do(c.resume_audio(), c.resume_audio()) == 1
    assert desk.state.hush.seconds == 0


def test_that_no_screen_can_sound_is_said_once_and_so_is_its_end(desk: Desk) -> None:
    assert desk.do(c.sound_changed(True)) == 0, "nothing is said of what is as it should be"
    assert desk.do(c.sound_changed(False), c.sound_changed(False)) == 1
    assert desk.do(c.sound_changed(True), c.sound_changed(True)) == 1


# ---- what is about another time ----


LATE: dict[str, Callable[[int | None], c.Command]] = {
    "score": lambda at: c.score("comfort", 4, for_at=at),
    "observe": lambda at: c.observe("seen", for_at=at),
    "symptom": lambda at: c.symptom("chest_pain", for_at=at),
    "pressure": lambda at: c.chart_pressure(120, 80, for_at=at),
    "pause": lambda at: c.pause(for_at=at),
    "stop": lambda at: c.stop(for_at=at),
    "rate": lambda at: c.change_rate(0.4, found=True, for_at=at),
}


@pytest.mark.parametrize("name", LATE)
def test_what_was_before_check_in_is_refused_and_not_moved(running: Desk, name: str) -> None:
    assert running.refused(LATE[name](-1)).name == "before_check_in"
    running.do(LATE[name](0))


@pytest.mark.parametrize("name", [*LATE, "drug"])
def test_what_has_not_come_yet_is_refused(running: Desk, name: str) -> None:
    command = LATE.get(name, lambda at: c.give_drug("ondansetron", 4, "IV", fact=True, for_at=at))
    now = running.log.head(running.session).tick + 1
    assert running.refused(command(now + 1)).name == "in_future"
    running.do(command(now))


def test_a_drug_given_before_check_in_keeps_its_time_and_counts(running: Desk) -> None:
    running.do(c.give_drug("ondansetron", 4, "IV", fact=True, for_at=-1800))
    assert [g.at for g in running.state.drugs] == [-1800]
    drug = running.document.drug["ondansetron"]
    said = " ".join(c.drug_breaks(Sight(running.document, running.state, Window(()), 0), drug, drug.total_max))
    assert "given 30 min ago" in said
    assert "in all is above" in said
