"""The protocol nurse: a reference, not a model of a person. She follows every prompt a stated time after it is shown.

What she sees is what a nurse sees: the state of the room (the fold of what is logged), the samples, and what the patient
says when asked. What she does goes the way of every command. She is in as many rooms at once as there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor import commands
from monitor import events as e
from monitor.commands import Command, Override
from monitor.infusion import Pump
from monitor.protocol.document import Document, Drug, Option
from monitor.session import Phase, Prompt, SessionState
from monitor.vitals import Window

REACTS_S = 20
"""From a prompt, or a call, to being at the chair. Proposal."""
AGAIN_S = 2 * 60
"""From a visit to a patient who called to the next one. Proposal."""
FRESH_S = 60
"""What the patient said so long ago need not be asked again."""
REPEATS_S = 4 * 60
"""A treatment is not repeated within so long, whichever prompt asks for it."""
PRESCRIBER = Override("prescriber", "asked by phone")

ROUNDS = ("scores", "sedation", "seen", "nausea")
"""Observations that are made by looking in and asking."""
TREATS = frozenset({"rate", "pause", "stop", "drug"})
"""Options that treat: the first at first, one more each time the prompt asks again; of a high prompt all at once."""
BY_ORDER = frozenset({"calming", "pressure"})
"""Drugs that only the prescriber decides on: she calls, and gives none."""
ONE_SENSOR = frozenset({"pulse", "spo2"})


@dataclass
class Desk:
    """What she remembers of one room."""

    due: dict[tuple[str, int, int], int] = field(default_factory=dict)
    """Rule, episode and the second in which it asks again, and when she acts on it."""
    level: dict[str, int] = field(default_factory=dict)
    """How often she has treated for a rule."""
    done: dict[str, int] = field(default_factory=dict)
    """Treatments, and when last."""
    visits: list[int] = field(default_factory=list)
    """When she looks in because the patient called."""
    called: int = -1
    """The last call of the patient that she heard."""
    mended: int = -1000
    """When she last saw to a sensor."""
    charted: int = -1
    """The last answer of the patient that she charted."""


class Nurse:
    name = "protocol-nurse"
    pace = 1.0
    leaves: int | None = None

    def __init__(self, document: Document, reacts_s: int = REACTS_S) -> None:
        self.document, self.reacts_s = document, reacts_s
        self._desks: dict[str, Desk] = {}

    def acts(self, room: str, state: SessionState, window: Window, at: int) -> Iterator[Command]:
        """What she does in this room now, in this order."""
        desk = self._desks.setdefault(room, Desk())
        yield from self._listens(desk, state, at)
        charted = list(self._charts(desk, state, at))
        yield from charted
        if not charted:
            # What was charted just now may end a prompt: it is answered with the next second.
            yield from self._observes(state, window, at)
            yield from self._answers(desk, state, at)

    # Looking in

    def _listens(self, desk: Desk, state: SessionState, at: int) -> Iterator[Command]:
        """To a call she comes, and comes again to see whether it is well."""
        call = state.called
        if call is not None and call.seq > desk.called:
            desk.called = call.seq
            desk.visits = [call.tick + self.reacts_s, call.tick + self.reacts_s + AGAIN_S]
        if desk.visits and at >= desk.visits[0]:
            desk.visits.pop(0)
            yield from self._looks_in()

    def _looks_in(self) -> Iterator[Command]:
        yield commands.open_room()
        yield commands.observe("seen")
        yield commands.ask()

    def _charts(self, desk: Desk, state: SessionState, at: int) -> Iterator[Command]:
        """What the patient has just answered goes into the log."""
        if state.heard is None or state.heard.seq <= desk.charted:
            return
        desk.charted = state.heard.seq
        heard = state.heard.event
        assert isinstance(heard, e.PatientAnswered)
        for scale, value in heard.scores:
            yield commands.score(scale, value)
        for symptom in self.document.symptoms:
            present = symptom.id in heard.symptoms
            stands = state.symptoms.get(symptom.id)
            if present or (stands is not None and stands.value):
                yield commands.symptom(symptom.id, present)
        vomited = state.last("vomited")
        if heard.vomited and (vomited is None or at - vomited.at > 600):
            yield commands.observe("vomited")
        if state.phase is Phase.RUNNING:
            yield commands.observe("iv_site", "well")

    def _observes(self, state: SessionState, window: Window, at: int) -> Iterator[Command]:
        """What is due, on time: the scores, a look, the pump after each change, the list before leaving."""
        if not state.asked and not _fresh(state, at):
            due = (self.document.due_at(name, state, window) for name in ROUNDS if name in self.document.observation)
            if any(when is not None and at >= when for when in due):
                yield from self._looks_in()
        if state.pump_changed_at is not None and at >= state.pump_changed_at + 5 and state.phase is not Phase.DISCHARGED:
            yield commands.observe("pump", "running" if state.pump is Pump.RUNNING else "stopped")
        ended = state.ledger.ended_at if state.ledger is not None else None
        if state.phase is Phase.RECOVERY and ended is not None and at >= ended + self.document.recovery_minimum:
            yield from self._before_leaving(state, at)

    def _before_leaving(self, state: SessionState, at: int) -> Iterator[Command]:
        items = self.document.checklists.get("discharge", ())
        if all(("discharge", item.id) in state.checks for item in items):
            if not self.document.blocking("discharge", state):
                yield commands.discharge("escort")
            return
        if not _fresh(state, at):
            if not state.asked:
                yield from self._looks_in()
            return
        assert state.heard is not None and isinstance(state.heard.event, e.PatientAnswered)
        found = {item: answer for name, item, answer in state.heard.event.found if name == "discharge"}
        for item in items:
            good = next(a.id for a in item.answers if not a.stops)
            yield commands.check("discharge", item.id, found.get(item.id, good))

    # Answering prompts

    def _answers(self, desk: Desk, state: SessionState, at: int) -> Iterator[Command]:
        for prompt in state.open_prompts:
            rule = self.document.rule.get(prompt.rule)
            if prompt.answered is not None or rule is None:
                continue
            # One that comes and goes near its limit does not put her off; one that asks again does.
            key = (prompt.rule, prompt.episode, prompt.changed if prompt.state is e.PromptState.RECHECK else -1)
            if at < desk.due.setdefault(key, at + self.reacts_s):
                continue
            options = [self.document.option[o] for o in rule.options]
            if self._sensor_first(desk, state, prompt, at):
                # Patient, then sensor, then treatment: what was read from a sensor waits until that has been seen to.
                desk.due[key] = at + self.reacts_s
                yield commands.observe("seen")
                continue
            if (_asks(options) or prompt.state is e.PromptState.RECHECK) and not _fresh(state, at):
                if not state.asked:
                    yield from self._looks_in()
                continue
            if prompt.priority is e.Priority.HIGH:
                yield commands.observe("seen")
            if prompt.prompt_kind is e.PromptKind.TECHNICAL:
                desk.mended = at
            yield self._answer(desk, state, prompt, options, at)

    def _sensor_first(self, desk: Desk, state: SessionState, prompt: Prompt, at: int) -> bool:
        """Whether a sensor's own prompt speaks, or spoke just now, of what this clinical one was read from."""
        about = {x.name for x in prompt.evidence if x.value is not None}
        if prompt.prompt_kind is not e.PromptKind.CLINICAL or prompt.state is e.PromptState.OVER or not about or not about <= ONE_SENSOR:
            return False
        return at - desk.mended < self.reacts_s or any(
            other.prompt_kind is e.PromptKind.TECHNICAL and other.unanswered and ONE_SENSOR & {x.name for x in other.evidence}
            for other in state.open_prompts
        )

    def _answer(self, desk: Desk, state: SessionState, prompt: Prompt, options: Sequence[Option], at: int) -> Command:
        if prompt.state is e.PromptState.OVER and prompt.prompt_kind is e.PromptKind.CLINICAL:
            reason = "artefact" if "artefact" in self.document.reasons_decline else "it is over"
            return commands.answer(prompt.rule, prompt.episode, e.Answer.DECLINED, (), reason)
        did: list[str] = []
        wanted: list[Command] = []
        left = len(options) if prompt.priority is e.Priority.HIGH else 1
        level = desk.level.get(prompt.rule, 0)
        desk.level[prompt.rule] = level + 1
        skipped = 0
        for option in options:
            treats = option.command in TREATS or option.fill.get("what") == "oxygen"
            if treats and left == 0:
                continue
            command = self._does(state, option)
            if command is None:
                continue
            if treats:
                if at - desk.done.get(option.command, -REPEATS_S) < REPEATS_S and option.command != "stop":
                    did.append(option.id)
                    left -= 1
                    continue
                if skipped < level and prompt.priority is not e.Priority.HIGH and option.command != "drug":
                    skipped += 1
                    continue
                left -= 1
                desk.done[option.command] = at
            did.append(option.id)
            wanted.append(command)
        if not did:
            reason = self.document.reasons_decline[0]
            return commands.answer(prompt.rule, prompt.episode, e.Answer.DECLINED, (), reason)
        return commands.answer(prompt.rule, prompt.episode, e.Answer.DID, did, "", wanted)

    def _does(self, state: SessionState, option: Option) -> Command | None:
        """What an option records, or None where it cannot be done now."""
        fill = option.fill
        heard = state.heard.event if state.heard is not None else None
        match option.command:
            case "observe":
                what = str(fill.get("what"))
                if what == "self_again" and not (isinstance(heard, e.PatientAnswered) and heard.like_oneself):
                    return None
                if what == "breathing":
                    return commands.observe(what, number=float(heard.breaths)) if isinstance(heard, e.PatientAnswered) else None
                return commands.observe(what, str(fill.get("value", "")), 4.0 if what == "oxygen" else None)
            case "call":
                return commands.observe("called")
            case "cuff":
                return commands.start_cuff()
            case "rate":
                running = state.pump is Pump.RUNNING and state.ledger is not None
                return commands.change_rate(state.ledger.rate_mg_per_kg_h / 2) if running and state.ledger is not None else None
            case "pause":
                return commands.pause("as the protocol lists") if state.phase is Phase.RUNNING else None
            case "stop" if state.pump in (Pump.RUNNING, Pump.PAUSED):
                complete = bool(fill.get("complete"))
                return commands.stop(complete, "" if complete else "as the protocol lists")
            case "drug":
                drug = self._drug(state, option)
                return commands.give_drug(drug.id, drug.dose, drug.route, fact=False, override=PRESCRIBER) if drug is not None else None
            case "score" | "symptom":
                return _nothing
            case "watch":
                return commands.take_watch(self.name)
            case "away_end":
                return commands.come_back()
            case _:
                return None

    def _drug(self, state: SessionState, option: Option) -> Drug | None:
        """The first drug for this purpose whose class has not been given yet."""
        if option.fill.get("purpose") in (None, *BY_ORDER):
            return None
        given = {g.drug_class for g in state.drugs}
        return next((d for d in self.document.fitting(option.fill, state) if d.drug_class not in given), None)


def _nothing(scene: commands.Scene) -> Sequence[e.AnyEvent]:
    """Scores and symptoms were charted when the patient answered."""
    return ()


def _asks(options: Sequence[Option]) -> bool:
    return any(o.command in ("score", "symptom") or o.fill.get("what") in ("self_again", "breathing") for o in options)


def _fresh(state: SessionState, at: int) -> bool:
    return state.heard is not None and at - state.heard.tick <= FRESH_S
