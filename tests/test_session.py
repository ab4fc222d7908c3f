"""A session is its log: the same events give the same state, and what one patient did is nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import events as e
from monitor.infusion import Act, Does, Order, Pump
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart
from monitor.session import KEPT, Phase, SessionState, act_of, begin, fold, folded
from tests.bedside import ORDER, Bed


@pytest.fixture
def bed(document: Document) -> Bed:
    return Bed(document).start(0)


# ---- phases ----


def test_a_session_goes_from_ready_to_closed(document: Document) -> None:
    bed = Bed(document)
    steps: list[tuple[e.AnyEvent, Phase]] = [
        (e.OrderSet(order=ORDER), Phase.READY),
        (e.InfusionStarted(rate_mg_per_kg_h=0.75), Phase.RUNNING),
        (e.RateChanged(rate_mg_per_kg_h=0.4), Phase.RUNNING),
        (e.InfusionPaused(), Phase.PAUSED),
        (e.InfusionResumed(rate_mg_per_kg_h=0.4), Phase.RUNNING),
        (e.InfusionStopped(), Phase.RECOVERY),
        (e.Discharged(escort="anna"), Phase.DISCHARGED),
        (e.SessionClosed(), Phase.CLOSED),
    ]
    for at, (event, phase) in enumerate(steps):
        bed.happen(at * 10, event)
        assert bed.state.phase is phase


def test_a_phase_begins_with_the_event_that_made_it(bed: Bed) -> None:
    bed.happen(50, e.RateChanged(rate_mg_per_kg_h=0.4))
    assert bed.state.phase_since == 0
    bed.happen(60, e.InfusionPaused())
    assert bed.state.phase_since == 60


def test_a_session_that_stood_goes_on_as_fast_as_the_world(bed: Bed) -> None:
    bed.happen(50, e.PaceSet(speed=20.0, until=80))
    assert (bed.state.speed, bed.state.stops_at) == (20, 80)
    bed.happen(60, e.PaceSet(speed=0, why="it failed", fault="program"))
    assert (bed.state.speed, bed.state.stops_at) == (0, None)
    bed.happen(70, e.PaceSet(speed=0, until=90))
    bed.happen(80, e.WentOn())
    assert (bed.state.speed, bed.state.stops_at) == (1, None)


def test_a_log_that_begins_with_something_else_is_no_session() -> None:
    with pytest.raises(ValueError, match="session_opened"):
        begin(e.Logged(0, 0, "", "x", e.NoteAdded(text="x")))


def test_an_observed_session_has_no_infusion_phase(document: Document) -> None:
    assert Bed(document, observed=True).state.phase is Phase.OBSERVED


@pytest.mark.parametrize(
    ("source", "every", "starts"),
    [("simulated", 300, [0, 300, 300]), ("simulated", None, None), ("recorded", 300, None)],
)
def test_a_cuff_cycles_by_itself_from_the_first_second_where_it_obeys(
    document: Document, source: str, every: int | None, starts: list[int] | None
) -> None:
    opened = Bed(document).state.opened.model_copy(update={"source_kind": source, "cuff_interval_s": every})
    cycle = begin(e.Logged(0, 0, "", "test", opened)).cycle
    assert (cycle and [cycle.next(at) for at in (0, 1, 300)]) == starts


def test_the_second_of_the_first_order_stays_when_the_order_is_changed(document: Document) -> None:
    bed = Bed(document)
    bed.happen(60, e.OrderSet(order=ORDER))
    bed.happen(90, e.OrderSet(order=ORDER.model_copy(update={"minutes": 50.0})))
    assert bed.state.ordered_at == 60


# ---- late entries and corrections ----


def test_a_late_entry_is_about_its_second_and_counts_from_its_own(bed: Bed) -> None:
    bed.happen(600, e.Scored(scale="nausea", value=6, for_at=240))
    entry = bed.state.score("nausea")
    assert entry is not None
    assert (entry.at, entry.known_at) == (240, 600)


def test_nothing_is_about_the_future(bed: Bed) -> None:
    bed.happen(600, e.Scored(scale="nausea", value=6, for_at=900))
    bed.happen(600, e.RateChanged(rate_mg_per_kg_h=0.4, for_at=900))
    entry, ledger = bed.state.score("nausea"), bed.state.ledger
    assert entry is not None
    assert ledger is not None
    assert (entry.at, ledger.changes[-1].at) == (600, 600)


def test_a_late_rate_counts_for_the_dose_from_when_it_was_found(bed: Bed) -> None:
    bed.happen(1200, e.InfusionStopped(for_at=600))
    assert bed.state.ledger is not None
    assert bed.state.ledger.given_mg(1200) == pytest.approx(8.75)
    assert bed.state.phase_since == 1200


def test_a_late_rate_never_goes_behind_the_change_before_it(bed: Bed) -> None:
    bed.happen(600, e.InfusionPaused())
    bed.happen(900, e.InfusionResumed(rate_mg_per_kg_h=0.75, for_at=300))
    assert bed.state.ledger is not None
    assert [c.at for c in bed.state.ledger.changes] == [0, 600, 600]


def test_a_start_that_is_said_to_be_older_than_the_session_counts_from_its_first_second(document: Document) -> None:
    bed = Bed(document)
    bed.happen(60, e.InfusionStarted(rate_mg_per_kg_h=0.75, for_at=-30))
    assert bed.state.ledger is not None
    assert bed.state.ledger.started_at == 0


@pytest.mark.parametrize(("weight", "given"), [(70, 35.0), (None, 0.0)])
def test_what_runs_without_an_order_is_reckoned_by_the_weight_of_check_in(document: Document, weight: float | None, given: float) -> None:
    opened = Bed(document).state.opened.model_copy(update={"weight_kg": weight})
    found = e.RateChanged(rate_mg_per_kg_h=0.75, found=True)
    state = folded([e.Logged(0, 0, "", "test", opened), e.Logged(1, 0, "", "nurse", found)])
    assert state.ledger is not None
    assert state.ledger.given_mg(2400) == pytest.approx(given)


def test_a_later_order_keeps_what_has_been_given(bed: Bed) -> None:
    bed.happen(600, e.OrderSet(order=Order(dose_mg_per_kg=0.4, weight_kg=70, minutes=40)))
    assert bed.state.ledger is not None
    assert bed.state.ledger.given_mg(600) == pytest.approx(8.75)


def seq(bed: Bed) -> int:
    return bed.state.seq


def test_an_entry_taken_back_gives_the_one_before_it_again(bed: Bed) -> None:
    bed.chart(60, "comfort 8")
    bed.chart(120, "comfort 1")
    bed.happen(130, e.Corrected(seq=seq(bed), reason="wrong end"))
    entry = bed.state.score("comfort")
    assert entry is not None
    assert (entry.value, entry.at) == (8, 60)


ENTRIES = ["nausea 9", "iv_site problem", "symptom seizure", "drug ondansetron 4"]


@pytest.mark.parametrize("entry", ENTRIES)
def test_whatever_was_charted_can_be_taken_back(bed: Bed, entry: str) -> None:
    bed.chart(50, "seen")
    before = bed.state
    bed.chart(60, entry)
    assert bed.state != before
    bed.happen(70, e.Corrected(seq=seq(bed), reason="other room"))

    def charted(state: SessionState) -> list[object]:
        books: list[Any] = [state.scores, state.observed]
        return [{k: v for k, v in book.items() if v} for book in books] + [dict(state.symptoms), state.drugs]

    assert charted(bed.state) == charted(before)


CORRECTED: dict[str, tuple[e.AnyEvent, dict[str, Any]]] = {
    "score": (e.Scored(scale="nausea", value=2), {"value": 3}),
    "look": (e.Observed(what="iv_site", value="well"), {"value": "problem"}),
    "symptom": (e.SymptomCharted(symptom="chest_pain"), {"present": False}),
    "drug": (e.DrugGiven(drug="ondansetron", drug_class="antiemetic_5ht3", dose=40), {"dose": 4}),
    "pressure": (e.PressureCharted(sys=150, dia=90), {"sys": 140}),
}


@pytest.mark.parametrize("what", CORRECTED)
def test_a_corrected_entry_stays_about_its_second_and_counts_from_the_correction_on(bed: Bed, what: str) -> None:
    charted, other = CORRECTED[what]
    bed.happen(60, charted)
    bed.happen(700, e.Corrected(seq=seq(bed), instead={**charted.model_dump(exclude={"for_at"}), **other}))

    def about(state: SessionState) -> list[tuple[int, int]]:
        books = [*state.scores.values(), *state.observed.values(), state.symptoms.values(), state.drugs, state.by_hand]
        return [(entry.at, entry.known_at) for book in books for entry in book]

    assert (60, 60) not in about(bed.state)
    assert (60, 700) in about(bed.state)


def test_a_corrected_entry_counts_with_its_new_value(bed: Bed) -> None:
    bed.chart(60, "comfort 1")
    bed.happen(70, e.Corrected(seq=seq(bed), instead={"kind": "scored", "scale": "comfort", "value": 9}))
    entry = bed.state.score("comfort")
    assert entry is not None
    assert (entry.value, entry.known_at) == (9, 70)
    assert len(bed.state.scores["comfort"]) == 1


# ---- the watch, away, the emergency ----


def test_who_accepts_the_watch_ends_the_offer_and_the_cover(bed: Bed) -> None:
    bed.happen(10, e.WatchTaken(name="anna", break_cover_min=15))
    assert bed.state.cover_until == 910
    bed.happen(20, e.WatchOffered(to="ben", card=("nothing open",)), by="anna")
    assert bed.state.offer is not None
    bed.happen(30, e.WatchTaken(name="ben"), by="ben")
    state = bed.state
    assert state.watcher == "ben"
    assert state.offer is None
    assert state.cover_until is None


def test_the_emergency_record_names_each_act_its_second_and_who(bed: Bed) -> None:
    bed.happen(5, e.EmergencyAct(act="oxygen_given"))
    assert bed.state.emergency is None
    bed.happen(10, e.EmergencyStarted(), by="anna")
    bed.happen(15, e.EmergencyAct(act="help_called"), by="ben")
    assert bed.state.emergency is not None
    assert [(done.act, done.at, done.by) for done in bed.state.emergency.acts] == [("help_called", 15, "ben")]
    bed.happen(20, e.EmergencyEnded())
    assert bed.state.emergency is None


# ---- prompts ----


def changed(to: e.PromptState, episode: int = 1) -> e.PromptChanged:
    return e.PromptChanged(
        rule="D-20", episode=episode, state=to, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="x"
    )


def test_a_prompt_stands_since_it_became_active_and_its_answer_holds_until_it_asks_again(bed: Bed) -> None:
    answered = e.PromptAnswered(rule="D-20", episode=1, answer=e.Answer.DID, options=("calm",))
    life: list[tuple[e.AnyEvent, tuple[int, bool, bool, bool]]] = [
        (changed(e.PromptState.PENDING), (10, False, False, False)),
        (changed(e.PromptState.ACTIVE), (20, True, True, False)),
        (answered, (20, True, False, True)),
        (changed(e.PromptState.OVER), (20, True, False, True)),
        (changed(e.PromptState.ACTIVE), (20, True, False, True)),
        (changed(e.PromptState.RECHECK), (20, True, True, False)),
        (changed(e.PromptState.RESOLVED), (20, False, False, False)),
        (changed(e.PromptState.PENDING, 2), (80, False, False, False)),
        (changed(e.PromptState.ACTIVE, 2), (90, True, True, False)),
        (answered, (90, True, True, False)),
    ]
    for at, (event, stands) in enumerate(life, start=1):
        bed.happen(at * 10, event)
        prompt = bed.state.prompts["D-20"]
        assert (prompt.since, prompt.open, prompt.unanswered, prompt.answered is not None) == stands, at


def test_a_prompt_that_was_only_pending_was_never_active(bed: Bed) -> None:
    seen = []
    for at, to in enumerate((e.PromptState.PENDING, e.PromptState.RESOLVED, e.PromptState.ACTIVE, e.PromptState.RESOLVED)):
        bed.happen(at, changed(to))
        seen.append(bed.state.prompts["D-20"].activated)
    assert seen == [False, False, True, True]


# ---- two patients ----


def test_the_next_patient_inherits_nothing(document: Document) -> None:
    fresh = Bed(document).state
    before = Bed(document).start(0)
    before.chart(10, "nausea 8", "symptom seizure", "drug ondansetron 4", "cuff_every 180", "away 5", "emergency", "rate 1.5 above")
    before.second(11, spo2=80)
    assert before.state.prompts
    assert Bed(document).state == fresh
    for name in ("order", "ledger", "baseline", "broken", "offer", "away", "emergency", "cuff_interval_s", "watcher", "asked"):
        assert not getattr(fresh, name), name
    for name in ("checks", "scores", "observed", "symptoms", "drugs", "prompts"):
        assert not getattr(fresh, name), name


# ---- the fold ----

WORDS = st.sampled_from(
    ["nausea 5", "nausea 0", "comfort unasked", "seen", "iv_site problem", "symptom seizure", "no_symptom seizure", "drug ondansetron 4",
     "pause", "resume 0.5", "rate 0.4", "stop", "watch anna", "unwatch", "away 5", "back", "emergency", "emergency_end", "cuff_every 180",
     "baseline 130/80", "check escort later"]
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 300), WORDS), max_size=25))
def test_the_same_log_gives_the_same_state_and_leaves_earlier_states_alone(document: Document, happened: list[tuple[int, str]]) -> None:
    bed, at = Bed(document), 0
    opening = e.Logged(0, 0, "", "test", bed.state.opened)
    log: list[e.Logged] = [opening]
    for wait, words in happened:
        at += wait
        log += [e.Logged(len(log), at, "", "nurse", event) for event in chart(document, tuple(words.split()))]
    states = [begin(log[0])]
    for logged in log[1:]:
        held = states[-1]
        copy = repr(held)
        states.append(fold(held, logged))
        assert repr(held) == copy
    assert states[-1] == folded(log)
    assert [s.seq for s in states] == list(range(len(log)))


@given(st.lists(st.tuples(st.integers(0, 300), WORDS), max_size=12))
def test_every_event_comes_back_from_how_it_is_stored(document: Document, happened: list[tuple[int, str]]) -> None:
    for _, words in happened:
        for event in chart(document, tuple(words.split())):
            assert e.parse(event.kind, e.body(event)) == event


def test_only_the_last_entries_are_kept_in_state(bed: Bed) -> None:
    for at in range(KEPT + 20):
        bed.chart(at, f"nausea {at % 10}", "pressure 120/80")
    last = list(range(20, KEPT + 20))
    assert [entry.at for entry in bed.state.scores["nausea"]] == last
    assert [taken.at for taken in bed.state.by_hand] == last


# ---- what is done to the patient ----

ACTS: dict[str, Act | None] = {
    "start 0.75": Act(60, Does.RATE, 0.75),
    "rate 0.4": Act(60, Does.RATE, 0.4),
    "pause": Act(60, Does.RATE, 0.0),
    "stop": Act(60, Does.RATE, 0.0),
    "resume 0.4": Act(60, Does.RATE, 0.4),
    "drug midazolam 1": Act(60, Does.DRUG, 1.0, "benzodiazepine"),
    "oxygen 2": Act(60, Does.OXYGEN, 2.0),
    "reassured": Act(60, Does.REASSURE),
    "airway": Act(60, Does.AIRWAY),
    "probe": Act(60, Does.PROBE),
    "cuff_every 180": Act(60, Does.CUFF_INTERVAL, 180.0),
    "cuff_rest 900": Act(60, Does.CUFF_PUT_OFF, 900.0),
    "pressure 150/90": None,
    "nausea 5": None,
    "seen": None,
    "emergency": None,
}


@pytest.mark.parametrize("words", ACTS)
def test_what_is_charted_as_done_is_done_to_a_simulated_patient(document: Document, words: str) -> None:
    (event,) = chart(document, tuple(words.split()))
    assert act_of(e.Logged(1, 60, "", "nurse", event)) == ACTS[words]


def test_what_an_instructor_lets_happen_befalls_the_patient(bed: Bed) -> None:
    act = act_of(e.Logged(1, 60, "", "teacher", e.TruthInjected(happening={"probe_off": "90 s"})))
    assert act is not None
    assert (act.at, act.does, json.loads(act.detail)) == (60, Does.HAPPENING, {"probe_off": "90 s"})


def test_the_pump_is_planned_until_something_is_charted(document: Document) -> None:
    assert Bed(document).state.pump is Pump.PLANNED


def test_a_look_at_the_pump_confirms_only_what_it_agrees_with(bed: Bed) -> None:
    bed.chart(60, "rate 0.4")
    bed.chart(70, "pump stopped")
    assert bed.state.pump_changed_at == 60
    assert bed.state.pump_differs is not None
    bed.happen(80, e.Corrected(seq=seq(bed), reason="other room"))
    assert (bed.state.pump_changed_at, bed.state.pump_differs) == (60, None)
    bed.happen(90, e.Observed(what="pump", value="running", for_at=50))
    assert bed.state.pump_changed_at == 60, "a look from before the change says nothing about it"
    bed.chart(100, "pump running")
    assert (bed.state.pump_changed_at, bed.state.pump_differs) == (None, None)


def test_a_late_entry_hides_no_newer_one(bed: Bed) -> None:
    bed.chart(600, "nausea 8", "drug ondansetron 4")
    bed.happen(610, e.Scored(scale="nausea", value=1, for_at=300))
    bed.happen(610, e.DrugGiven(drug="metoclopramide", drug_class="antiemetic_d2", dose=10, for_at=200))
    entry = bed.state.score("nausea")
    assert entry is not None
    assert entry.value == 8
    assert [g.drug for g in bed.state.drugs] == ["metoclopramide", "ondansetron"]
    assert bed.truth({"drug_since": {"purpose": "antiemetic", "within": "5 min"}}, 620) == 2


def test_a_late_word_about_a_symptom_does_not_take_back_a_newer_one(bed: Bed) -> None:
    bed.chart(600, "symptom chest_pain")
    bed.happen(610, e.SymptomCharted(symptom="chest_pain", present=False, for_at=300))
    assert bed.state.symptoms["chest_pain"].value == 1.0
    bed.happen(620, e.SymptomCharted(symptom="chest_pain", present=False, for_at=600))
    assert bed.state.symptoms["chest_pain"].value == 0.0, "of two about one second the one that was said last"


def test_a_correction_of_an_older_entry_keeps_its_place(bed: Bed) -> None:
    bed.chart(60, "nausea 2")
    older = seq(bed)
    bed.chart(600, "nausea 8")
    bed.happen(700, e.Corrected(seq=older, instead={"kind": "scored", "scale": "nausea", "value": 3}))
    assert [(c.value, c.at) for c in bed.state.scores["nausea"]] == [(3, 60), (8, 600)]


def test_a_bound_broken_by_an_entry_taken_back_is_not_broken(bed: Bed) -> None:
    bed.happen(60, e.DrugGiven(drug="ondansetron", drug_class="antiemetic_5ht3", dose=40, breaks=("too much",)))
    assert bed.state.broken is not None
    bed.happen(70, e.Corrected(seq=seq(bed), reason="4, not 40"))
    assert bed.state.broken is None


@pytest.mark.parametrize(("ordered", "phase"), [(False, Phase.READY), (True, Phase.RUNNING)])
def test_a_pump_that_is_found_running_before_the_start_is_an_infusion_if_one_was_ordered(
    document: Document, ordered: bool, phase: Phase
) -> None:
    bed = Bed(document)
    if ordered:
        bed.happen(30, e.OrderSet(order=ORDER))
    bed.happen(60, e.RateChanged(rate_mg_per_kg_h=0.5, found=True))
    assert (bed.state.phase, bed.state.pump) == (phase, Pump.RUNNING)


@pytest.mark.parametrize(("before", "phase"), [("pause", Phase.PAUSED), ("stop", Phase.RECOVERY)])
def test_a_pump_that_is_found_at_no_rate_does_not_run(bed: Bed, before: str, phase: Phase) -> None:
    bed.chart(60, before)
    bed.happen(90, e.RateChanged(rate_mg_per_kg_h=0, found=True))
    assert bed.state.phase is phase


@pytest.mark.parametrize("before", ["pause", "stop", "rate 0.4"])
def test_a_pump_that_is_found_running_runs(bed: Bed, before: str) -> None:
    bed.chart(60, before)
    bed.happen(90, e.RateChanged(rate_mg_per_kg_h=0.5, found=True, for_at=80))
    assert (bed.state.phase, bed.state.pump) == (Phase.RUNNING, Pump.RUNNING)
    bed.chart(100, "stop")
    assert bed.state.ledger is not None
    assert (bed.state.phase, bed.state.ledger.rate_mg_per_kg_h) == (Phase.RECOVERY, 0.0)
