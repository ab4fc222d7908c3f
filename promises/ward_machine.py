"""A ward under anything that can happen to it: values, gaps, answers, restarts, clock steps, faults, the next patient in the same room.

Every patient's values end in a tenth of their own, so that a value in the wrong session shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from monitor import commands, ward
from monitor import events as e
from monitor.admission import well_answered
from monitor.infusion import Act, Order
from monitor.protocol.condition import MET
from monitor.protocol.document import Document
from monitor.protocol.evaluate import evaluate
from monitor.protocol.prompts import recheck_at
from monitor.review.replay import reassess
from monitor.session import SessionState, folded
from monitor.sources.source import BadFile
from monitor.store import lease, packing
from monitor.store.memory import MemoryLog
from monitor.vitals import CUFF, Channel, Numeric, Quality, Signal, numeric
from monitor.ward import Ward, logged
from monitor.yamlmarks import read_yaml
from promises.found import Found
from tests.conftest import EXAMPLE, Time

KEPT = ("D-4", "D-5", "D-6", "D-8", "D-9", "D-21", "D-24", "E-2", "E-4", "T-1", "T-2")
"""Rules of every priority, with and without lock-out, calm stretch and another that speaks in their place: few, so that more can happen."""


def _document() -> Document:
    data, _ = read_yaml(EXAMPLE)
    assert isinstance(data, dict)
    rules = [{**r, "unless": [u for u in r.get("unless", ()) if u in KEPT]} for r in data["rules"] if r["id"] in KEPT]
    return Document.model_validate({**data, "rules": rules})


DOCUMENT = _document()
ROOMS = ("1", "2")
CHANNELS = [Channel(s, 300.0 if s in CUFF else 1.0, s.value) for s in (Signal.HR, Signal.SPO2, Signal.RR, *CUFF)]
LEVELS = {
    Signal.HR: (72, 96, 118, 138, 38),
    Signal.SPO2: (98, 93, 91, 88, 84),
    Signal.RR: (14, 9, 7, 32),
    Signal.NIBP_SYS: (122, 152, 168, 186, 84),
}
OFF = Quality.SENSOR_OFF
TALLY: Counter[str] = Counter()


class Bedside:
    """What is measured of one patient, as the machine last set it: the same again for whoever opens it anew."""

    def __init__(self, tenth: float) -> None:
        self.tenth = tenth
        self.now: dict[Signal, float | Quality | None] = {s: values[0] for s, values in LEVELS.items()}
        self.given: list[tuple[int, list[Numeric]]] = []
        self.gone = self.breaks = False

    def open(self) -> Opened:
        if self.gone:
            raise BadFile("machine", None, "is gone")
        return Opened(self)

    def until(self, tick: int) -> list[tuple[int, list[Numeric]]]:
        begun = len(self.given)
        if self.breaks and tick >= begun:
            raise ZeroDivisionError("a fault of the program")
        self.given += [(at, self._row(at)) for at in range(begun, tick + 1)]
        return self.given[: tick + 1]

    def _row(self, tick: int) -> list[Numeric]:
        row = []
        for signal, level in self.now.items():
            if signal is Signal.NIBP_SYS:
                if tick % 60 == 5:
                    sys_, dia = (None, None) if not isinstance(level, int) else (level + self.tenth, level * 0.6 // 1 + self.tenth)
                    row += [numeric(Signal.NIBP_SYS, sys_, tick), numeric(Signal.NIBP_DIA, dia, tick)]
            elif isinstance(level, Quality):
                row.append(Numeric(signal, 0.0, tick, level))
            else:
                row.append(numeric(signal, None if level is None else level + self.tenth, tick))
        return row


class Opened:
    """A ``Source``: a bedside as one evaluator reads it."""

    kind, label, length_s, channels = "recorded", "RECORDED machine", None, CHANNELS

    def __init__(self, bed: Bedside) -> None:
        self._bed, self._at = bed, -1

    def read(self, until: int, acts: Sequence[Act] = ()) -> list[tuple[int, list[Numeric]]]:
        begin, self._at = self._at, max(self._at, until)
        return self._bed.until(until)[begin + 1 :] if until > begin else []

    def beats(self, tick: int) -> None:
        return None


class WardMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.time = Time()
        self.time.turns(self.patch)
        self.beds: dict[str, Bedside] = {}
        self.patch.setattr(ward.log_, "disabled", True)  # rooms fail here by the thousand
        self.patch.setattr(ward, "open_source", lambda _, named: self.beds[named.path].open())
        self.log = MemoryLog(lambda: self.time.wall)
        self.here: dict[str, int] = {}
        self.patients: dict[int, Bedside] = {}
        self.recorded: dict[int, int] = defaultdict(int)
        """Entries of people that were confirmed, by session."""
        self.held: lease.Lease | None = None
        self._evaluator()

    def _evaluator(self) -> None:
        if self.held is not None:
            self.held.release()
        self.held = lease.acquire(self.log)
        assert self.held is not None
        self.ward = Ward(self.log, DOCUMENT, self.held.number)

    def teardown(self) -> None:
        try:
            assert list(self.log.verify()) == []
            TALLY["runs"] += 1
            for session, bed in self.patients.items():
                log = [logged(x) for x in self.log.entries(session)]
                raised = [x.event for x in log if isinstance(x.event, e.PromptChanged) and x.event.state is e.PromptState.ACTIVE]
                TALLY["seconds"] += len(self.log.rows(session))
                TALLY["prompts"] += len(raised)
                TALLY["high"] += sum(change.priority is e.Priority.HIGH for change in raised)
                self._each_episode_ends_once(log)
                self._nothing_of_another(session, bed, log)
                assert reassess(self.log, session, DOCUMENT).same
                said = [x for x in self.log.entries(session) if x.by == "nurse"]
                assert len(said) == self.recorded[session]
        finally:
            self.patch.undo()

    def _say(self, room: str, command: commands.Command) -> None:
        session = self.here[room]
        try:
            self.recorded[session] += len([x for x in commands.carry_out(self.log, DOCUMENT, session, "nurse", command) if x.by == "nurse"])
        except commands.Refusal:
            return

    @initialize()
    def two_patients(self) -> None:
        for room in ROOMS:
            self._admit(room)

    def _admit(self, room: str) -> None:
        number = len(self.patients) + 1
        bed = Bedside((number % 9 + 1) / 10)
        self.beds[str(number)] = bed
        opened = e.SessionOpened(
            room=room, alias=f"Bird {number}", weight_kg=70, source_kind="recorded", source_label=Opened.label,
            channels=tuple(e.ChannelDeclared(signal=c.signal, period_s=c.period_s) for c in CHANNELS),
            protocol=DOCUMENT.protocol, protocol_digest=DOCUMENT.digest, cuff_interval_s=300,
        )  # fmt: skip
        session = commands.open_session(self.log, opened, e.SourceSet(path=str(number)), 1.0, "nurse")
        self.here[room], self.patients[session], self.recorded[session] = session, bed, 2
        order = e.OrderSet(order=Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40))
        first: list[e.AnyEvent] = [e.WatchTaken(name="nurse"), order, e.BaselineSet(sys=120, dia=75), *well_answered(DOCUMENT)]
        first.append(e.InfusionStarted(rate_mg_per_kg_h=0.75))
        self.recorded[session] += len(self.log.append(session, ward.drafts(first, "nurse")))

    @rule(room=st.sampled_from(ROOMS), signal=st.sampled_from(sorted(LEVELS)), which=st.integers(0, 6), seconds=st.integers(1, 100))
    def a_value_changes(self, room: str, signal: Signal, which: int, seconds: int) -> None:
        choice: Sequence[int | Quality | None] = [*LEVELS[signal], None, OFF]
        self.patients[self.here[room]].now[signal] = choice[which % len(choice)]
        self._pass_by(seconds)

    @rule(seconds=st.integers(1, 330))
    def time_passes(self, seconds: int) -> None:
        self._pass_by(seconds)

    def _pass_by(self, seconds: int) -> None:
        while seconds > 0:
            self.time.pass_by(min(seconds, 50))
            self.ward.round()
            seconds -= 50

    @rule(hours=st.sampled_from([-1, 1, -25, 25]))
    def the_clock_is_set(self, hours: int) -> None:
        self.time.wall += timedelta(hours=hours)

    @rule(seconds=st.integers(0, 40))
    def the_evaluator_is_replaced(self, seconds: int) -> None:
        self.time.pass_by(seconds)
        self._evaluator()
        self.ward.round()
        for room in ROOMS:  # after a clock step it may stand and ask
            self._say(room, commands.go_on())
        self._pass_by(1)

    @rule(room=st.sampled_from(ROOMS), seconds=st.integers(1, 50), gone=st.booleans())
    def a_room_fails(self, room: str, seconds: int, gone: bool) -> None:
        """Its source is gone when another evaluator comes, or what it gives breaks the program; later somebody lets it go on."""
        bed, (other,) = self.patients[self.here[room]], (one for one in ROOMS if one != room)
        if gone:
            bed.gone = True
            self._evaluator()
            self.ward.round()
            self._say(other, commands.go_on())  # after a clock step it may stand and ask
        for _ in range(2):  # taken up by the first, and on its way by the second
            self._pass_by(1)
        bed.breaks = True
        before = [self.log.head(self.here[one]).tick for one in (room, other)]
        goes = self._state(other).speed
        self._pass_by(seconds)
        assert [self.log.head(self.here[one]).tick for one in (room, other)] == [before[0], before[1] + int(seconds * goes)]
        assert not self._state(room).speed
        bed.gone = bed.breaks = False
        self._say(room, commands.go_on())
        for _ in range(2):
            self._pass_by(1)
        assert self.log.head(self.here[room]).tick > before[0]
        TALLY["failed"] += 1

    def _state(self, room: str) -> SessionState:
        return folded(map(logged, self.log.entries(self.here[room])))

    @rule(room=st.sampled_from(ROOMS), scale=st.sampled_from(["dissociation", "comfort", "nausea", "anxiety"]), value=st.integers(0, 10))
    def a_score_is_charted(self, room: str, scale: str, value: int) -> None:
        self._say(room, commands.score(scale, value))

    @rule(
        room=st.sampled_from(ROOMS),
        symptom=st.sampled_from(sorted(s.id for s in DOCUMENT.symptoms)),
        present=st.sampled_from([True, True, False]),
    )
    def a_symptom_is_charted(self, room: str, symptom: str, present: bool) -> None:
        self._say(room, commands.symptom(symptom, present))

    @rule(room=st.sampled_from(ROOMS), what=st.sampled_from(["start", "stop", "pause", "resume"]))
    def the_pump_changes(self, room: str, what: str) -> None:
        said: dict[str, e.AnyEvent] = {
            "start": e.InfusionStarted(rate_mg_per_kg_h=0.75), "stop": e.InfusionStopped(),
            "pause": e.InfusionPaused(), "resume": e.InfusionResumed(rate_mg_per_kg_h=0.75),
        }  # fmt: skip
        self._say(room, lambda _: [said[what]])

    @rule(room=st.sampled_from(ROOMS), which=st.integers(0, 5), how=st.sampled_from(list(e.Answer)))
    def a_prompt_is_answered(self, room: str, which: int, how: e.Answer) -> None:
        waiting = [p for p in self._state(room).prompts.values() if p.unanswered]
        if waiting:
            prompt = waiting[which % len(waiting)]
            options = DOCUMENT.rule[prompt.rule].options[:1] if how is e.Answer.DID else ()
            self._say(room, commands.answer(prompt.rule, prompt.episode, how, options, "seen"))
            self._pass_by(2)

    @precondition(lambda self: len(self.patients) < 8)
    @rule(room=st.sampled_from(ROOMS))
    def the_next_patient_comes(self, room: str) -> None:
        session = self.here[room]
        self.recorded[session] += len([x for x in self.log.append(session, ward.drafts([e.SessionClosed()], "nurse")) if x.by == "nurse"])
        self._admit(room)

    def _each_episode_ends_once(self, log: Sequence[e.Logged]) -> None:
        last: dict[str, tuple[int, e.PromptChanged]] = {}
        answered: set[tuple[str, int]] = set()
        for at, event in ((x.tick, x.event) for x in log):
            if isinstance(event, e.PromptAnswered):
                answered.add((event.rule, event.episode))
            if not isinstance(event, e.PromptChanged):
                continue
            ended_at, before = last.get(event.rule, (0, None))
            if before is None:
                assert event.episode == 1
            elif before.state is e.PromptState.RESOLVED:
                # What returns soon is the same episode, once more.
                returns = at - ended_at <= DOCUMENT.rule[event.rule].again_within
                assert event.episode - before.episode in ((0, 1) if returns else (1,))
            else:
                assert event.episode == before.episode
            if event.state is e.PromptState.RESOLVED:
                assert before is not None and before.state is not e.PromptState.RESOLVED
                # Unanswered, a high one ends only before it was ever shown, or where a rule that says more speaks.
                shown = before.state is not e.PromptState.PENDING and not DOCUMENT.rule[event.rule].unless
                assert event.priority is not e.Priority.HIGH or not shown or (event.rule, event.episode) in answered
            last[event.rule] = (at, event)

    def _nothing_of_another(self, session: int, bed: Bedside, log: Sequence[e.Logged]) -> None:
        given = dict(bed.given)
        for tick, packed in self.log.rows(session):
            assert {n.signal: n for n in packing.unpack(packed, tick)} == {n.signal: n for n in given[tick]}
        for change in (x.event for x in log if isinstance(x.event, e.PromptChanged)):
            for item in change.evidence:
                if item.name in set(LEVELS) and item.value is not None and not item.note.startswith("seconds"):
                    assert round(item.value % 1, 1) == bed.tenth, (change.rule, item)

    @invariant()
    def a_high_condition_is_never_silenced_for_good(self) -> None:
        """Where it holds, its prompt or one that says more is open; once answered, it has a time to ask again."""
        for session in self.here.values():
            course = self.ward.courses.get(session)
            (last,) = self.log.entries(session, self.log.head(session).seq - 1)
            if course is None or course.at < 0 or last.tick > course.at or last.seq > course.seq:
                continue  # what was entered since is assessed in the next second
            state = course.assessment.state
            for finding in evaluate(DOCUMENT, state, course.assessment.window, course.at):
                if finding.rule.priority is not e.Priority.HIGH or finding.truth != MET or finding.silenced:
                    continue
                prompt = state.prompts[finding.rule.id]
                assert prompt.open
                if prompt.answered is not None:
                    again = recheck_at(finding.rule, prompt)
                    assert again is not None and (again > course.at or prompt.state is e.PromptState.RECHECK)


def keep(runs: int) -> Found:
    """Raises nothing: the shortest way to a violation is in the figures."""
    TALLY.clear()
    wanted = settings(
        max_examples=runs, stateful_step_count=50, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    wrong = ""
    try:
        run_state_machine_as_test(WardMachine, settings=wanted)
    except AssertionError as found:
        wrong = "; " + " / ".join([" ".join(str(found).split()), *getattr(found, "__notes__", ())])
    told = f"{TALLY['runs']} runs, {TALLY['seconds']} seconds assessed, {TALLY['prompts']} prompts, {TALLY['high']} of them high"
    told += f", {TALLY['failed']} times a room failed"
    return Found(not wrong and TALLY["high"] > 0, f"{told}: {1 if wrong else 0} violations{wrong}")
