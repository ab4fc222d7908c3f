"""Every refusal by its name: what is not done is not stored, says why, and says whether it can be overridden."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.admission import Patient, admit_recorded, admit_simulated, well_answered
from monitor.commands.scene import DOUBLE_TAP_S
from monitor.infusion import Order
from monitor.protocol.document import Document
from monitor.session import Phase, SessionState, folded
from monitor.store.log import Conflict, RoomTaken, StoreError
from monitor.store.memory import MemoryLog
from monitor.ward import drafts, logged

ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40, prescriber="Dr. Lind")
DOCTOR = c.Override("Dr. Lind", "discussed")


class Room:
    """A session brought as far as a refusal needs it."""

    def __init__(self, document: Document, observed: bool = False) -> None:
        self.log, self.document = MemoryLog(), document
        who = Patient("Otter", weight_kg=70)
        if observed:
            admitted = admit_recorded("1", who, settings.SAMPLE_DATA / "recordings" / "little-felt.csv", document)
        else:
            admitted = admit_simulated("1", who, settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml", 1, document)
        self.opened = admitted
        self.session = c.open_session(self.log, admitted.opened, admitted.source, 1.0, "nurse")

    def do(self, *wanted: c.Command, by: str = "nurse") -> Room:
        for command in wanted:
            c.carry_out(self.log, self.document, self.session, by, command)
        return self

    def happen(self, *events: e.AnyEvent, by: str = "nurse") -> Room:
        self.log.append(self.session, drafts(events, by))
        return self

    def tick(self, times: int) -> Room:
        """Let seconds go by."""
        with self.log.transaction(self.log.number_lease("test")) as writing:
            first = self.log.head(self.session).tick + 1
            for at in range(first, first + times):
                writing.write_row(self.session, at, b"")
        return self

    @property
    def state(self) -> SessionState:
        return folded(map(logged, self.log.entries(self.session)))


def ready(document: Document) -> Room:
    return Room(document)


def set_up(document: Document) -> Room:
    return Room(document).do(c.set_order(ORDER), c.set_baseline(120, 75)).happen(*well_answered(document))


def running(document: Document) -> Room:
    return set_up(document).do(c.start())


def given_by_another(document: Document) -> Room:
    return running(document).do(c.give_drug("ondansetron", 4, "IV", fact=True), by="colleague").tick(10)


def paused(document: Document) -> Room:
    return running(document).do(c.pause())


def recovery(document: Document) -> Room:
    return running(document).do(c.stop(complete=True))


def closed(document: Document) -> Room:
    return Room(document).do(c.close())


def observed(document: Document) -> Room:
    return Room(document, observed=True)


def prompted(document: Document) -> Room:
    return running(document).happen(
        e.PromptChanged(
            rule="D-20", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="x"
        )
    )


def answered(document: Document) -> Room:
    return prompted(document).do(c.answer("D-20", 1, e.Answer.DID, ["calm"]), by="anna")


def drilled(document: Document) -> Room:
    return ready(document).happen(e.DrillStarted(run="1", title="One room", trainee="T-7", starts_at=300, ends_at=3600))


def away(document: Document) -> Room:
    return running(document).do(c.go_away("bathroom", "anna", 5))


def held(document: Document) -> Room:
    return set_up(document).happen(
        e.PromptChanged(
            rule="B-1", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="x"
        )
    )


def correcting(seq_of: str, instead: dict[str, object] | None = None) -> Callable[[Room], c.Command]:
    def command(room: Room) -> c.Command:
        entries = room.log.entries(room.session)
        return c.correct(next(x.seq for x in reversed(entries) if x.kind == seq_of), instead, "typed wrong")

    return command


def undoing(seq_of: str) -> Callable[[Room], c.Command]:
    def command(room: Room) -> c.Command:
        return c.undo(next(x.seq for x in room.log.entries(room.session) if x.kind == seq_of))

    return command


def offered(document: Document) -> Room:
    return running(document).do(c.take_watch("nurse"), c.offer_watch("", ["a card"]))


def alarmed(document: Document) -> Room:
    return Room(document).happen(
        e.PromptChanged(
            rule="E-4", episode=1, state=e.PromptState.ACTIVE, priority=e.Priority.HIGH, prompt_kind=e.PromptKind.CLINICAL, message="x"
        )
    )


def scored_by_another(document: Document) -> Room:
    return running(document).do(c.score("nausea", 3), by="anna")


def scored(document: Document) -> Room:
    return running(document).do(c.score("nausea", 3))


def corrected(document: Document) -> Room:
    room = scored(document)
    return room.do(correcting("scored")(room))


IMPOSSIBLE = [(39, 30), (281, 100), (100, 19), (280, 201), (90, 90)]
Wanted = c.Command | Callable[[Room], c.Command]
ASKED: list[tuple[str, Callable[[Document], Room], Wanted, bool]] = [
    ("closed", closed, c.note("x"), False),
    ("wrong_phase", ready, c.pause(), False),
    ("wrong_phase", ready, c.stop(), False),
    ("wrong_phase", running, c.start(), False),
    ("wrong_phase", running, c.set_order(ORDER), False),
    ("wrong_phase", running, c.resume(0.5), False),
    ("wrong_phase", recovery, c.change_rate(0.5), False),
    ("wrong_phase", running, c.discharge("anna"), False),
    ("wrong_phase", running, c.check("discharge", "gait", "yes"), False),
    ("wrong_phase", recovery, c.set_baseline(120, 75), False),
    ("wrong_phase", recovery, c.check("before", "consent", "yes"), False),
    ("observed", observed, c.set_order(ORDER), False),
    ("observed", observed, c.start(), False),
    ("observed", observed, c.change_rate(0.5, found=True), False),
    ("no_order", ready, c.start(), False),
    ("no_order", ready, c.start(DOCTOR), False),
    ("checklist_open", lambda d: ready(d).do(c.set_order(ORDER), c.set_baseline(120, 75)), c.start(), False),
    ("checklist_open", recovery, c.discharge("anna"), False),
    ("checklist_open", lambda d: set_up(d).do(c.check("before", "pregnancy", "yes")), c.start(), True),
    ("checklist_open", lambda d: set_up(d).do(c.check("before", "consent", "no")), c.start(DOCTOR), False),
    ("no_baseline", lambda d: ready(d).do(c.set_order(ORDER)).happen(*well_answered(d)), c.start(DOCTOR), False),
    ("start_held", held, c.start(), True),
    ("same_person", set_up, c.start(second=e.PumpRead(by="Nurse ", ml_per_h=52.5, ml=35, mg_per_ml=1)), False),
    ("order_out_of_bounds", ready, c.set_order(ORDER.model_copy(update={"dose_mg_per_kg": 1.2}), DOCTOR), False),
    ("order_beyond_recommended", ready, c.set_order(ORDER.model_copy(update={"dose_mg_per_kg": 0.8})), True),
    ("order_beyond_recommended", ready, c.set_order(ORDER.model_copy(update={"dose_mg_per_kg": 0.8}), c.Override("Dr. Lind")), True),
    ("order_beyond_recommended", ready, c.set_order(ORDER.model_copy(update={"weight_kg": 71})), True),
    ("rate_beyond_order", running, c.change_rate(0.76), True),
    ("rate_beyond_order", paused, c.resume(0.76), True),
    ("rate_out_of_bounds", running, c.change_rate(2.1, DOCTOR), False),
    ("rate_out_of_bounds", paused, c.resume(2.1, DOCTOR), False),
    ("rate_impossible", running, c.change_rate(-0.1), False),
    ("rate_impossible", running, c.change_rate(float("nan"), found=True), False),
    ("not_running", paused, c.change_rate(0.5), False),
    ("unknown_item", ready, c.check("before", "shoes", "yes"), False),
    ("unknown_answer", ready, c.check("before", "consent", "maybe"), False),
    ("no_override", ready, c.check("before", "consent", "no", DOCTOR), False),
    ("baseline_impossible", ready, c.set_baseline(75, 120), False),
    ("baseline_impossible", ready, c.set_baseline(300, 120), False),
    ("baseline_impossible", ready, c.set_baseline(float("nan"), 75), False),
    ("unknown_drug", running, c.give_drug("aspirin", 1, "IV", fact=True), False),
    ("dose_impossible", running, c.give_drug("ondansetron", 0, "IV", fact=True), False),
    ("dose_impossible", running, c.give_drug("ondansetron", float("nan"), "IV", fact=True), False),
    ("drug_beyond_bounds", running, c.give_drug("ondansetron", 9, "IV", fact=False), True),
    ("not_on_scale", running, c.score("nausea", 11), False),
    ("not_on_scale", running, c.score("joy", 1), False),
    ("not_on_scale", running, c.score("cadss6", 4, [(3, 4)]), False),
    ("not_on_scale", running, c.score("cadss", 4, [(3, 5)]), False),
    ("not_charted", running, c.observe("smile"), False),
    ("unknown_symptom", running, c.symptom("itch"), False),
    ("empty", running, c.note("  \n"), False),
    ("too_long", running, c.note("x" * 2001), False),
    ("not_correctable", running, correcting("infusion_started"), False),
    ("corrected_before", corrected, correcting("scored"), False),
    ("not_readable", scored, correcting("scored", {"scale": "nausea", "value": "many"}), False),
    ("prompt_ended", running, c.answer("D-20", 1, e.Answer.DID, ["calm"]), False),
    ("prompt_ended", prompted, c.answer("D-20", 2, e.Answer.DID, ["calm"]), False),
    ("answered_before", answered, c.answer("D-20", 1, e.Answer.DID, ["calm"]), False),
    ("unknown_option", prompted, c.answer("D-20", 1, e.Answer.DID, ["fly"]), False),
    ("no_option", prompted, c.answer("D-20", 1, e.Answer.DID), False),
    ("reason_missing", prompted, c.answer("D-20", 1, e.Answer.DEFERRED, reason=" "), False),
    ("reason_missing", prompted, c.answer("D-20", 1, e.Answer.DECLINED), False),
    ("reason_missing", recovery, c.discharge("anna", against_advice=True), False),
    ("infusion_open", running, c.close(), False),
    ("infusion_open", paused, c.close(), False),
    ("not_discharged", recovery, c.close(), False),
    ("high_open", alarmed, c.close(), False),
    ("pace_out_of_bounds", ready, c.set_pace(61), False),
    ("pace_out_of_bounds", drilled, c.set_pace(21), False),
    ("drill", drilled, c.go_on(), False),
    ("step_out_of_bounds", drilled, c.step(0), False),
    ("step_out_of_bounds", drilled, c.step(601), False),
    ("no_patient", observed, c.ask(), False),
    ("no_drill", ready, c.inject({"vomits": True}), False),
    ("no_drill", ready, c.instructor_note("well done"), False),
    ("no_drill", ready, c.end_drill(), False),
    ("not_readable", drilled, c.inject({"explodes": True}), False),
    ("not_readable", drilled, c.inject({}), False),
    ("empty", drilled, c.instructor_note(" "), False),
    ("pace_out_of_bounds", ready, c.set_pace(-1), False),
    ("pace_out_of_bounds", ready, c.set_pace(float("nan")), False),
    ("interval_out_of_bounds", ready, c.set_cuff_interval(59), False),
    ("pressure_impossible", running, c.chart_pressure(80, 95), False),
    ("rest_not_started", ready, c.rest_cuff(), False),
    ("rest_first_reading", running, c.rest_cuff(), False),
    ("no_name", running, c.take_watch(" "), False),
    ("no_offer", running, c.accept_watch("anna"), False),
    ("no_offer", offered, c.accept_watch("anna", 0), False),
    ("before_check_in", running, c.score("comfort", 4, for_at=-1), False),
    ("in_future", running, c.give_drug("ondansetron", 4, "IV", fact=True, for_at=600), False),
    ("watched", offered, c.take_watch("ben", shown=""), False),
    ("not_yours", scored_by_another, undoing("scored"), False),
    ("drug_charted_before", given_by_another, c.give_drug("ondansetron", 4, "IV", fact=True), True),
    ("unwatched", running, c.offer_watch("anna", ["x"]), False),
    ("away_already", away, c.go_away("bathroom", "ben", 5), False),
    ("no_escort", running, c.go_away("bathroom", " ", 5), False),
    ("cap_out_of_bounds", running, c.go_away("bathroom", "anna", 0), False),
    ("unknown_act", running, c.emergency_act("dance"), False),
    *(("baseline_impossible", ready, c.set_baseline(*pair), False) for pair in IMPOSSIBLE),
    *(("pressure_impossible", running, c.chart_pressure(*pair), False) for pair in IMPOSSIBLE),
    ("interval_out_of_bounds", ready, c.set_cuff_interval(7201), False),
    ("pace_out_of_bounds", ready, c.set_pace(60.5), False),
    ("cap_out_of_bounds", running, c.go_away("bathroom", "anna", 31), False),
    ("order_beyond_recommended", ready, c.set_order(ORDER.model_copy(update={"weight_kg": 70.6})), True),
    ("order_beyond_recommended", ready, c.set_order(ORDER.model_copy(update={"weight_kg": 69.4})), True),
    ("not_on_scale", running, c.score("cadss6", 4, [(1, 5)]), False),
    ("not_on_scale", running, c.score("cadss6", 4, [(1, -1)]), False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "room", "wanted", "overridable"), ASKED, ids=[f"{n}-{a[0]}" for n, a in enumerate(ASKED)])
def test_it_is_refused_by_name_and_nothing_is_stored(
    document: Document, name: str, room: Callable[[Document], Room], wanted: Wanted, overridable: bool
) -> None:
    there = room(document)
    command = wanted(there) if wanted.__qualname__.startswith(("correcting", "undoing")) else wanted  # type: ignore[arg-type]
    before = there.log.entries(there.session)
    with pytest.raises(c.Refusal) as refusal:
        there.do(command)  # type: ignore[arg-type]
    assert (refusal.value.name, refusal.value.overridable) == (name, overridable)
    assert refusal.value.sentence
    assert "\n" not in refusal.value.sentence
    assert there.log.entries(there.session) == before


def test_of_what_cannot_happen_the_first_is_named(document: Document) -> None:
    def said(happening: dict[str, object]) -> str:
        with pytest.raises(c.Refusal) as refusal:
            drilled(document).do(c.inject(happening))
        return refusal.value.sentence

    assert said({"nausea": 99, "explodes": True}) == said({"nausea": 99}) != said({"explodes": True})


def test_every_refusal_there_is_has_been_asked_for() -> None:
    trees = [ast.parse(path.read_text()) for path in Path(c.__file__).parent.glob("*.py")]
    nodes = (n for tree in trees for n in ast.walk(tree))
    calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Refusal"]
    names = {a.args[0].value for a in calls if isinstance(a.args[0], ast.Constant)}
    assert len(names) > 30
    of_rights = {"not_permitted", "no_session", "still_open"}  # tests/test_access.py, tests/pages/test_acts.py
    of_empty_rooms = {"room_taken", "too_long"}  # tests/pages/test_vacant.py
    assert names - of_rights - of_empty_rooms - {a[0] for a in ASKED} == set()


EDGES: dict[str, tuple[Callable[[Document], Room], c.Command]] = {
    "the lowest baseline": (ready, c.set_baseline(40, 20)),
    "the highest baseline": (ready, c.set_baseline(280, 200)),
    "the narrowest baseline": (ready, c.set_baseline(90, 89)),
    "the lowest pressure": (running, c.chart_pressure(40, 20)),
    "the highest pressure": (running, c.chart_pressure(280, 200)),
    "the narrowest pressure": (running, c.chart_pressure(90, 89)),
    "the quickest cycle": (ready, c.set_cuff_interval(60)),
    "the slowest cycle": (ready, c.set_cuff_interval(7200)),
    "standing still": (ready, c.set_pace(0)),
    "the fastest pace": (ready, c.set_pace(60)),
    "the fastest drill": (drilled, c.set_pace(20)),
    "the shortest step": (drilled, c.step(1)),
    "the longest step": (drilled, c.step(600)),
    "the shortest way": (running, c.go_away("bathroom", "anna", 1)),
    "the longest way": (running, c.go_away("bathroom", "anna", 30)),
    "the longest note": (running, c.note("x" * 2000)),
    "half a kilogram more": (ready, c.set_order(ORDER.model_copy(update={"weight_kg": 70.5}))),
    "half a kilogram less": (ready, c.set_order(ORDER.model_copy(update={"weight_kg": 69.5}))),
    "the least of an item": (running, c.score("cadss6", 0, [(1, 0)])),
    "the most of an item": (running, c.score("cadss6", 4, [(1, 4)])),
}


@pytest.mark.parametrize("edge", EDGES)
def test_the_limit_itself_is_allowed(document: Document, edge: str) -> None:
    room, command = EDGES[edge]
    there = room(document)
    before = len(there.log.entries(there.session))
    there.do(command)
    assert len(there.log.entries(there.session)) == before + 1
    assert there.state.broken is None


# ---- what holds a start, and what does not ----


def before_start(rule: str, to: e.PromptState) -> Callable[[Document], Room]:
    changed = e.PromptChanged(rule=rule, episode=1, state=to, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="x")
    return lambda document: set_up(document).happen(changed)


@pytest.mark.parametrize(
    ("rule", "to"),
    [("B-3", e.PromptState.ACTIVE), ("D-20", e.PromptState.ACTIVE), ("B-1", e.PromptState.OVER), ("B-1", e.PromptState.RESOLVED)],
    ids=["low", "of another group", "waits out its calm stretch", "ended"],
)
def test_only_what_was_measured_before_the_start_and_still_stands_holds_it(document: Document, rule: str, to: e.PromptState) -> None:
    room = before_start(rule, to)(document)
    assert room.do(c.start()).state.phase is Phase.RUNNING


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (c.change_rate(0.76), "Rate 0.76 is above the ordered 0.75 mg/kg/h: the prescriber's name and a reason are needed."),
        (c.change_rate(2.1), "Rate 2.1 mg/kg/h is outside 0.01 to 2 mg/kg/h: this cannot be set here."),
    ],
    ids=["above the order", "out of bounds"],
)
def test_a_rate_is_refused_in_a_sentence(document: Document, command: c.Command, says: str) -> None:
    with pytest.raises(c.Refusal) as refusal:
        running(document).do(command)
    assert refusal.value.sentence == says


def test_a_pump_may_be_charted_at_no_rate_and_nobody_has_looked_at_it_yet(document: Document) -> None:
    room = running(document)
    assert room.state.pump_changed_at == 0
    state = room.do(c.change_rate(0)).state
    assert (state.ledger and state.ledger.rate_mg_per_kg_h, state.broken) == (0, None)


def test_of_several_reasons_that_nobody_may_override_the_first_is_said(document: Document) -> None:
    room = ready(document).do(c.set_order(ORDER))
    with pytest.raises(c.Refusal, match=r"^Still open: ") as refusal:
        room.do(c.start(DOCTOR))
    assert refusal.value.name == "checklist_open"
    room.happen(*well_answered(document))
    with pytest.raises(c.Refusal, match=r"^There is no baseline pressure yet"):
        room.do(c.start(DOCTOR))


# ---- facts are always recorded ----


def test_a_start_that_was_found_is_recorded_with_what_it_breaks(document: Document) -> None:
    room = ready(document).do(c.set_order(ORDER)).tick(100).do(c.start(found_at=40, pump_seen=True))
    state = room.state
    assert state.phase is Phase.RUNNING
    assert state.ledger is not None
    assert state.ledger.started_at == 40
    assert state.broken is not None
    assert "There is no baseline pressure yet" in state.broken.word
    assert state.pump_changed_at is None


def test_a_rate_is_charted_with_four_decimals(document: Document) -> None:
    room = ready(document).do(c.set_order(ORDER.model_copy(update={"minutes": 37.0})), c.set_baseline(120, 75))
    room.happen(*well_answered(document))
    rates = []
    for command in (c.start(), c.change_rate(0.123456), c.pause(), c.resume(0.654321), c.change_rate(0.8108)):
        ledger = room.do(command).state.ledger
        assert ledger is not None
        rates.append(ledger.rate_mg_per_kg_h)
    assert rates == [0.8108, 0.1235, 0.0, 0.6543, 0.8108]


@pytest.mark.parametrize("room", [running, paused, recovery], ids=["running", "paused", "recovery"])
def test_a_pump_that_is_found_running_can_always_be_stopped_and_the_session_ended(
    document: Document, room: Callable[[Document], Room]
) -> None:
    there = room(document).do(c.change_rate(1.9, found=True))
    assert there.state.broken is not None
    there.do(c.stop(), c.discharge("", against_advice=True, reason="wishes to"), c.close())
    assert there.state.phase is Phase.CLOSED


def test_a_drug_that_was_given_twice_too_early_is_two_entries_and_one_tap_is_one(document: Document) -> None:
    room = running(document).tick(30).do(c.give_drug("ondansetron", 4, "IV", fact=True, for_at=10))
    room.do(c.give_drug("ondansetron", 4, "IV", fact=True, for_at=10))
    assert len(room.state.drugs) == 1
    room.tick(60).do(c.give_drug("ondansetron", 4, "IV", fact=True))
    assert [bool(g.breaks) for g in room.state.drugs] == [False, True]


def test_a_late_score_tapped_twice_is_one_entry(document: Document) -> None:
    room = running(document).do(c.score("nausea", 2)).tick(60)
    room.do(c.score("nausea", 5), c.score("nausea", 7, for_at=5), c.score("nausea", 7, for_at=5))
    assert [x.value for x in room.state.scores["nausea"]] == [2, 7, 5]


def test_the_same_score_later_is_a_new_entry(document: Document) -> None:
    room = running(document).do(c.score("nausea", 2)).tick(DOUBLE_TAP_S + 5).do(c.score("nausea", 2))
    assert len(room.state.scores["nausea"]) == 2


def test_a_correction_can_be_corrected(document: Document) -> None:
    room = scored(document)
    room.do(correcting("scored", {"scale": "nausea", "value": 8})(room))
    room.do(correcting("corrected", {"scale": "nausea", "value": 5})(room))
    assert [x.value for x in room.state.scores["nausea"]] == [5]


# ---- doing it anyway, doing it again, doing it at once ----


def test_an_override_is_recorded_with_who_and_why(document: Document) -> None:
    room = running(document).do(c.change_rate(0.8, DOCTOR))
    event = logged(room.log.entries(room.session)[-1]).event
    assert isinstance(event, e.RateChanged)
    assert (event.override_by, event.reason) == ("Dr. Lind", "discussed")
    assert "above the ordered" in event.breaks


def test_the_prescriber_overrides_a_blocking_answer(document: Document) -> None:
    room = set_up(document).do(c.check("before", "pregnancy", "yes", DOCTOR), c.start())
    assert room.state.phase is Phase.RUNNING


def test_where_the_protocol_asks_for_a_second_person_no_override_stands_for_one(document: Document) -> None:
    room = set_up(document)
    room.document = document.model_copy(update={"second_person": "start"})
    with pytest.raises(c.Refusal, match="a second person reads the pump") as refusal:
        room.do(c.start(DOCTOR))
    assert (refusal.value.name, refusal.value.overridable) == ("no_second_person", False)
    room.do(c.start(second=e.PumpRead(by="anna", ml_per_h=52.5, ml=35, mg_per_ml=1)))
    assert room.state.phase is Phase.RUNNING


def test_overriding_one_of_several_answers_leaves_them_all_where_they_stand(document: Document) -> None:
    room = set_up(document).do(*(c.check("before", "medicines", each) for each in ("maoi", "long_qt")))
    room.do(c.check("before", "medicines", "maoi", DOCTOR))
    checked = room.state.checks["before", "medicines"]
    assert (checked.answers, checked.override_by) == (("maoi", "long_qt"), "Dr. Lind")
    room.do(c.start())
    assert room.state.phase is Phase.RUNNING


def test_a_resume_that_is_charted_late_counts_from_when_it_was(document: Document) -> None:
    room = running(document).do(c.pause()).tick(100).do(c.resume(0.6, for_at=40))
    ledger = room.state.ledger
    assert ledger is not None
    assert ledger.changes[-1].at == 40


@pytest.mark.parametrize(
    "command",
    [c.set_pace(1.0), c.leave_watch(), c.come_back(), c.end_emergency(), c.check("before", "consent", "yes")],
    ids=["pace", "watch", "back", "emergency", "check"],
)
def test_what_is_so_already_makes_no_entry(document: Document, command: c.Command) -> None:
    room = set_up(document)
    before = len(room.log.entries(room.session))
    room.do(command)
    assert len(room.log.entries(room.session)) == before


def test_a_room_holds_one_session_at_a_time(document: Document) -> None:
    room = ready(document)
    with pytest.raises(RoomTaken):
        c.open_session(room.log, room.opened.opened, room.opened.source, 1.0, "nurse")
    room.do(c.close())
    assert c.open_session(room.log, room.opened.opened, room.opened.source, 1.0, "nurse") == 2


def test_somebody_who_never_stops_interrupting_ends_in_a_conflict(document: Document) -> None:
    room = running(document)

    def interrupted(scene: c.Scene) -> list[e.AnyEvent]:
        room.happen(e.NoteAdded(text="again"), by="colleague")
        return [e.Scored(scale="comfort", value=6)]

    with pytest.raises(Conflict):
        room.do(interrupted)
    assert room.state.score("comfort") is None


def test_a_session_that_does_not_exist_is_said_so(document: Document) -> None:
    with pytest.raises(StoreError, match="no session 7"):
        c.carry_out(MemoryLog(), document, 7, "nurse", c.note("x"))
