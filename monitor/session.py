"""The state of one session, and how each event changes it. State is nothing but the fold of the log.

The fold goes in log order. A late entry counts from its own tick on and never rewrites what came before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from monitor import events as e
from monitor.cycle import Cycle
from monitor.infusion import Act, Does, Ledger, Order, Pump, RateChange
from monitor.vitals import CuffReading, Signal


class Phase(StrEnum):
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"
    CLOSED = "closed"
    OBSERVED = "observed"
    """No order: vital-sign and technical rules apply, infusion and charting rules do not."""


@dataclass(frozen=True, slots=True)
class Charted:
    """A charted entry: ``at`` is the second it is about, ``known_at`` the tick from which it counts."""

    seq: int
    at: int
    known_at: int
    by: str
    what: str
    value: float | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A drug that was given: ``at`` when, ``known_at`` the tick from which it counts."""

    seq: int
    at: int
    known_at: int
    by: str
    drug: str
    drug_class: str
    dose: float
    unit: str
    route: str
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """A blood pressure that a person took and charted."""

    seq: int
    at: int
    known_at: int
    by: str
    reading: CuffReading


@dataclass(frozen=True, slots=True)
class Rest:
    """The cuff's next cycle was put off at this second, until that one."""

    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Checked:
    answers: tuple[str, ...]
    by: str
    at: int
    override_by: str = ""
    earlier: Checked | None = None
    """What stood there before, so that it can be told since when an item is open."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: e.Answer
    by: str
    at: int
    options: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The latest episode of one rule. ``since`` is when it became active, ``answered`` the last answer, if any."""

    rule: str
    episode: int
    state: e.PromptState
    priority: e.Priority
    prompt_kind: e.PromptKind
    message: str
    evidence: tuple[e.Evidence, ...]
    since: int
    changed: int
    answered: Answered | None
    late: bool
    activated: bool
    """It was more than pending in some episode."""
    fired: tuple[e.Evidence, ...] = ()
    """The values with which it was raised, and those that have asked again since."""
    taken_back: int | None = None
    """When an entry that raised it was taken back, until it has ended otherwise."""
    times: int = 0
    """How often it was raised in this episode: more than once where it returned."""
    ended: int | None = None
    """When it last ended in this episode."""
    earlier: Answered | None = None
    """The answer of this episode that stands no longer."""

    @property
    def level(self) -> e.Level:
        return e.level(self.priority, self.prompt_kind)

    @property
    def open(self) -> bool:
        return self.state in (e.PromptState.ACTIVE, e.PromptState.RECHECK, e.PromptState.OVER)

    @property
    def unanswered(self) -> bool:
        return self.open and self.answered is None

    def ends_taken_back(self, at: int) -> bool:
        """Whether what does not hold at this second has ended because its entry was taken back: nothing held it beside that."""
        return self.taken_back is not None and at - self.taken_back <= 1

    @property
    def calls(self) -> bool:
        """Whether it is to be heard. What is over calls no longer, unless it is high: that latches."""
        return self.unanswered and (self.state is not e.PromptState.OVER or self.level is e.Level.HIGH)

    @property
    def name(self) -> str:
        """Of this episode, as what is about it says it."""
        return f"{self.rule}#{self.episode}"


@dataclass(frozen=True, slots=True)
class Away:
    since: int
    why: str
    escort: str
    cap_s: int


class Done(NamedTuple):
    """An act of an emergency."""

    act: str
    at: int
    by: str
    seq: int


@dataclass(frozen=True, slots=True)
class Emergency:
    since: int
    by: str
    acts: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    by: str
    to: str
    at: int
    card: tuple[str, ...]
    seq: int
    """Its entry: which offer it is."""


@dataclass(frozen=True, slots=True)
class Hush:
    """The last word about the audio pause: paused for ``seconds`` from the wall time ``at`` on; 0 means resumed."""

    at: str
    by: str
    seconds: int = 0
    level: e.Level | None = None
    broken: bool = False
    """Something has come since for which it was not pressed: that ends the pause."""
    stood: tuple[str, ...] | None = None
    """The prompts of this room for which it was pressed."""
    here: e.Level | None = None
    """The highest of them."""
    new_room: e.Level = e.Level.HIGH

    def broken_by(self, level: e.Level) -> bool:
        """Whether a prompt of this level for which it was not pressed ends it."""
        if level.above(self.level) or self.stood is None:
            return level.above(self.level)
        return level is e.Level.HIGH or (level is self.new_room and level.above(self.here))


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Seconds that nobody assessed: after which one, up to which one. ``unknown``: how many they were is not known."""

    after: int
    until: int
    seconds: float
    unknown: bool = False


KEPT = 64
"""Charted entries kept in state for each scale or thing observed; the log keeps all."""


@dataclass(frozen=True, slots=True)
class SessionState:
    opened: e.SessionOpened
    opened_at: int
    phase: Phase
    phase_since: int
    seq: int
    watch_since: int
    order: Order | None = None
    ordered_at: int | None = None
    """When the first order came."""
    ledger: Ledger | None = None
    baseline: e.BaselineSet | None = None
    baseline_at: int | None = None
    checks: Mapping[tuple[str, str], Checked] = field(default_factory=dict)
    scores: Mapping[str, tuple[Charted, ...]] = field(default_factory=dict)
    observed: Mapping[str, tuple[Charted, ...]] = field(default_factory=dict)
    symptoms: Mapping[str, Charted] = field(default_factory=dict)
    complaints: frozenset[str] = frozenset()
    """Symptoms that were charted as present at some time, whatever was charted about them later."""
    drugs: tuple[Given, ...] = ()
    prompts: Mapping[str, Prompt] = field(default_factory=dict)
    pump_changed_at: int | None = None
    """The last start, rate change, pause, resume or stop that nobody has confirmed by eye yet."""
    pump_differs: Charted | None = None
    """The last look at the pump, where it says other than what is charted: running or stopped."""
    broken: Charted | None = None
    """The last recorded fact that breaks a bound."""
    by_hand: tuple[ByHand, ...] = ()
    """Pressures taken by hand, in the order in which they were taken."""
    cuff_interval_s: int | None = None
    cycle: Cycle | None = None
    """When the cuff starts by itself, where it obeys: in a simulated room."""
    rest: Rest | None = None
    """The last time that a cycle was put off."""
    cuff_started_at: int | None = None
    cuff_stopped_at: int | None = None
    watcher: str = ""
    cover_until: int | None = None
    offer: Offer | None = None
    away: Away | None = None
    emergency: Emergency | None = None
    hush: Hush | None = None
    deaf: tuple[str, bool] | None = None
    """The last word about sound: its wall time, and whether no screen was able to."""
    speed: float = 1.0
    unwatched: Unwatched | None = None
    """The last time that the session's seconds went by with nobody assessing them."""
    stops_at: int | None = None
    """The second at which a step ends and the session stands again."""
    fault: str = ""
    """What failed, where it stands for that (``PaceSet.fault``)."""
    waits: float | None = None
    """The pace with which it goes on, where it stands only because its source is gone."""
    drill: e.DrillStarted | None = None
    asked: bool = False
    """Somebody asks the simulated patient, who has not answered yet."""
    heard: e.Logged | None = None
    """The patient's last answer."""
    called: e.Logged | None = None
    """What the patient last said by themselves."""
    discharge: e.Discharged | None = None

    @property
    def gone_by(self) -> int:
        """The last second that went by with nobody assessing it; -1 where there is none."""
        return -1 if self.unwatched is None else self.unwatched.until

    @property
    def unlooked(self) -> Unwatched | None:
        """That time, while nobody has looked at the pump since."""
        look = self.last("pump")
        return None if self.unwatched is None or (look is not None and look.at > self.unwatched.until) else self.unwatched

    def score(self, scale: str) -> Charted | None:
        """The last entry on a scale, also one that says that the patient could not be asked."""
        entries = self.scores.get(scale)
        return entries[-1] if entries else None

    def valued(self, scale: str) -> Charted | None:
        """The last entry with a value."""
        return next((c for c in reversed(self.scores.get(scale, ())) if c.value is not None), None)

    def last(self, what: str) -> Charted | None:
        entries = self.observed.get(what)
        return entries[-1] if entries else None

    @property
    def pump(self) -> Pump:
        return self.ledger.pump if self.ledger else Pump.PLANNED

    @property
    def counts_from(self) -> int:
        """The second from which what is due is counted: the start of the infusion, before it the phase's begin.

        Not the phase's begin throughout: a pause and a resume would push off everything that is due again and again.
        """
        started = self.ledger.started_at if self.ledger is not None else None
        return self.phase_since if started is None else started

    @property
    def open_prompts(self) -> list[Prompt]:
        return [p for p in self.prompts.values() if p.open]


def begin(first: e.Logged) -> SessionState:
    """The state after the first event of a log. Raises ValueError where a log does not begin with an opening."""
    opened = first.event
    if not isinstance(opened, e.SessionOpened):
        raise ValueError(f"a session's log begins with session_opened, not {opened.kind}")
    phase = Phase.OBSERVED if opened.observed else Phase.READY
    at = first.tick
    every = opened.cuff_interval_s
    cycle = Cycle(0, every) if every is not None and opened.source_kind == "simulated" else None
    return SessionState(opened, at, phase, phase_since=at, seq=first.seq, watch_since=at, cuff_interval_s=every, cycle=cycle)


def fold(state: SessionState, logged: e.Logged) -> SessionState:
    """The state after one more event."""
    change = _CHANGES.get(logged.event.kind)
    after = change(state, logged.event, logged) if change else state
    breaks = getattr(logged.event, "breaks", None)
    if breaks:
        text = breaks if isinstance(breaks, str) else "; ".join(breaks)
        after = replace(after, broken=Charted(logged.seq, logged.tick, logged.tick, logged.by, "bound", None, text))
    return replace(after, seq=logged.seq)


def folded(log: Iterable[e.Logged]) -> SessionState:
    entries = iter(log)
    state = begin(next(entries))
    for logged in entries:
        state = fold(state, logged)
    return state


def _paced(state: SessionState, pace: e.PaceSet) -> SessionState:
    waits = state.speed if pace.fault == "source" else None
    return replace(state, speed=pace.speed, stops_at=pace.until, fault=pace.fault, waits=waits)


def _outage(state: SessionState, event: e.Outage, at: e.Logged) -> SessionState:
    """The seconds that went by. What people entered meanwhile stands at the first of them, and is moved to where it was done."""
    if not event.moves and not event.unknown:
        return state
    by = dict(event.charted)

    def moved(one: Any) -> Any:
        return replace(one, at=one.at + by[one.seq], known_at=one.known_at + by[one.seq]) if one.seq in by else one

    waited = [by.get(change.seq, 0) for change in state.ledger.changes] if state.ledger is not None else []
    ledger = state.ledger
    if ledger is not None and any(waited):
        changes = tuple(replace(change, at=change.at + by_s) for change, by_s in zip(ledger.changes, waited, strict=True))
        ledger = replace(ledger, changes=changes)
    after = event.after if event.after >= 0 else at.tick - 1
    return replace(
        state,
        unwatched=Unwatched(after, after + event.moves, event.seconds, event.unknown),
        ledger=ledger,
        phase_since=state.phase_since + (waited[-1] if waited and state.phase_since > after else 0),
        drugs=tuple(map(moved, state.drugs)),
        scores={scale: tuple(map(moved, entries)) for scale, entries in state.scores.items()},
        observed={what: tuple(map(moved, entries)) for what, entries in state.observed.items()},
        symptoms={symptom: moved(entry) for symptom, entry in state.symptoms.items()},
        by_hand=tuple(map(moved, state.by_hand)),
    )


def _enter(state: SessionState, phase: Phase, at: int) -> SessionState:
    return state if state.phase is phase else replace(state, phase=phase, phase_since=at)


def _order(state: SessionState, event: e.OrderSet, at: e.Logged) -> SessionState:
    ledger = Ledger(event.order.weight_kg, state.ledger.changes if state.ledger else ())
    return replace(state, order=event.order, ledger=ledger, ordered_at=at.tick if state.ordered_at is None else state.ordered_at)


def _pump(state: SessionState, at: e.Logged, what: str, rate: float, for_at: int | None, phase: Phase) -> SessionState:
    ledger = state.ledger or Ledger(state.opened.weight_kg or 0.0)
    floor = ledger.changes[-1].at if ledger.changes else 0
    begins = max(floor, min(at.tick, for_at if for_at is not None else at.tick))
    ledger = ledger.with_change(RateChange(begins, rate, what, at.seq))
    changed = replace(state, ledger=ledger, pump_changed_at=at.tick, pump_differs=None)
    return _enter(changed, phase, at.tick)


def _started(state: SessionState, event: e.InfusionStarted, at: e.Logged) -> SessionState:
    return _pump(state, at, "started", event.rate_mg_per_kg_h, event.for_at, Phase.RUNNING)


def _rate(state: SessionState, event: e.RateChanged, at: e.Logged) -> SessionState:
    # A pump that is found running runs, whatever was charted before.
    stands = state.phase in (Phase.PAUSED, Phase.RECOVERY) or (state.phase is Phase.READY and state.order is not None)
    runs = event.rate_mg_per_kg_h > 0 and stands
    return _pump(state, at, "rate", event.rate_mg_per_kg_h, event.for_at, Phase.RUNNING if runs else state.phase)


def _paused(state: SessionState, event: e.InfusionPaused, at: e.Logged) -> SessionState:
    return _pump(state, at, "paused", 0.0, event.for_at, Phase.PAUSED)


def _resumed(state: SessionState, event: e.InfusionResumed, at: e.Logged) -> SessionState:
    return _pump(state, at, "resumed", event.rate_mg_per_kg_h, event.for_at, Phase.RUNNING)


def _stopped(state: SessionState, event: e.InfusionStopped, at: e.Logged) -> SessionState:
    return _pump(state, at, "stopped", 0.0, event.for_at, Phase.RECOVERY)


def _scored(state: SessionState, event: e.Scored, at: e.Logged) -> SessionState:
    value = None if event.value is None else float(event.value)
    entry = Charted(at.seq, _about(event, at), at.tick, at.by, event.scale, value)
    return replace(state, scores=_added(state.scores, event.scale, entry))


def _observed(state: SessionState, event: e.Observed, at: e.Logged) -> SessionState:
    entry = Charted(at.seq, _about(event, at), at.tick, at.by, event.what, event.number, event.value)
    seen = replace(state, observed=_added(state.observed, event.what, entry))
    return _pump_seen(seen, entry) if event.what == "pump" else seen


def _pump_seen(state: SessionState, look: Charted) -> SessionState:
    """A look at the pump confirms only what it agrees with; a look from before the last change says nothing about it."""
    changes = state.ledger.changes if state.ledger else ()
    if changes and look.at < changes[-1].at:
        return state
    charted = "running" if state.ledger is not None and state.ledger.rate_mg_per_kg_h > 0 else "stopped"
    if look.word in ("running", "stopped") and look.word != charted:
        return replace(state, pump_differs=look)
    return replace(state, pump_changed_at=None, pump_differs=None)


def _symptom(state: SessionState, event: e.SymptomCharted, at: e.Logged) -> SessionState:
    entry = Charted(at.seq, _about(event, at), at.tick, at.by, event.symptom, 1.0 if event.present else 0.0)
    before = state.symptoms.get(event.symptom)
    if before is not None and before.at > entry.at:
        return state
    complaints = state.complaints | {event.symptom} if event.present else state.complaints
    return replace(state, symptoms={**state.symptoms, event.symptom: entry}, complaints=complaints)


def _drug(state: SessionState, event: e.DrugGiven, at: e.Logged) -> SessionState:
    about = _about(event, at)
    given = Given(at.seq, about, at.tick, at.by, event.drug, event.drug_class, event.dose, event.unit, event.route, event.breaks)
    return replace(state, drugs=tuple(sorted((*state.drugs, given), key=lambda g: g.at)))


def _by_hand(state: SessionState, event: e.PressureCharted, at: e.Logged) -> SessionState:
    about = _about(event, at)
    taken = ByHand(at.seq, about, at.tick, at.by, CuffReading(about, event.sys, event.dia, None, by=at.by))
    return replace(state, by_hand=tuple(sorted((*state.by_hand[-(KEPT - 1) :], taken), key=lambda t: t.at)))


def _cuff_interval(state: SessionState, event: e.CuffIntervalSet, at: e.Logged) -> SessionState:
    cycle = state.cycle.paced(at.tick, event.seconds) if state.cycle is not None else None
    return replace(state, cuff_interval_s=event.seconds, cycle=cycle)


def _put_off(state: SessionState, event: e.CuffPutOff, at: e.Logged) -> SessionState:
    cycle = state.cycle.put_off(at.tick, event.until) if state.cycle is not None else None
    return replace(state, rest=Rest(at.tick, event.until), cycle=cycle)


def _checked(state: SessionState, event: e.ChecklistAnswered, at: e.Logged) -> SessionState:
    earlier = state.checks.get((event.checklist, event.item))
    checked = Checked(event.answers, at.by, at.tick, event.override_by, earlier)
    return replace(state, checks={**state.checks, (event.checklist, event.item): checked})


def _baseline(state: SessionState, event: e.BaselineSet, at: e.Logged) -> SessionState:
    return replace(state, baseline=event, baseline_at=at.tick)


def _prompt(state: SessionState, event: e.PromptChanged, at: e.Logged) -> SessionState:
    before = state.prompts.get(event.rule)
    same = before is not None and before.episode == event.episode
    since, answered, times, ended, earlier = at.tick, None, 0, None, None
    if same and before is not None:
        returned = event.state in _LIVE and before.state not in _LIVE
        times = before.times
        since = at.tick if before.state is e.PromptState.PENDING or (returned and not before.open) else before.since
        answered = before.answered if event.state is not e.PromptState.RECHECK else None
        earlier = before.answered if answered is None and before.answered is not None else before.earlier
        ended = at.tick if event.state is e.PromptState.RESOLVED and before.open else before.ended
    if event.state in _LIVE and not (same and before is not None and before.state in _LIVE):
        times += 1
    prompt = Prompt(
        event.rule,
        event.episode,
        event.state,
        event.priority,
        event.prompt_kind,
        event.message,
        event.evidence,
        since,
        at.tick,
        answered,
        event.late,
        activated=event.state is e.PromptState.ACTIVE or (before is not None and before.activated),
        fired=_fired(event, before.fired if same and before is not None else ()),
        taken_back=_taken_back(event, before if same else None, at.tick),
        times=times,
        ended=ended,
        earlier=earlier,
    )
    hush = state.hush
    if hush is not None and prompt.state in _LIVE and answered is None and _anew(prompt, before) and hush.broken_by(prompt.level):
        hush = replace(hush, broken=True)
    return replace(state, prompts={**state.prompts, event.rule: prompt}, hush=hush)


def _fired(event: e.PromptChanged, before: tuple[e.Evidence, ...]) -> tuple[e.Evidence, ...]:
    """The values of the entry that raised it stay; what was not among them and asks again, such as another symptom, joins them."""
    if event.state is e.PromptState.ACTIVE:
        return event.evidence
    if event.state is not e.PromptState.RECHECK:
        return before
    known = {value.name for value in before}
    return (*before, *(value for value in event.evidence if value.value is not None and value.name not in known))


_LIVE = (e.PromptState.ACTIVE, e.PromptState.RECHECK)


def _anew(prompt: Prompt, before: Prompt | None) -> bool:
    """Whether it is new, came back or rose, and is not only said again."""
    if before is None or before.name != prompt.name or before.answered is not None or before.state not in _LIVE:
        return True
    return prompt.level.above(before.level)


def _paused_audio(state: SessionState, event: e.AudioPaused, at: e.Logged) -> SessionState:
    calling = [prompt for prompt in state.prompts.values() if prompt.calls]
    stood = [prompt.level for prompt in calling if prompt.name in (event.stood or ())]
    here = min(stood, key=list(e.Level).index, default=None)
    hush = Hush(at.at, at.by, event.seconds, event.level, stood=event.stood, here=here, new_room=event.new_room)
    # what came between the picture that somebody saw and this entry is nothing that was paused
    unseen = event.stood is not None and any(p.name not in event.stood and hush.broken_by(p.level) for p in calling)
    return replace(state, hush=replace(hush, broken=unseen))


def _taken_back(event: e.PromptChanged, before: Prompt | None, at: int) -> int | None:
    ends = event.state in (e.PromptState.OVER, e.PromptState.RESOLVED)
    return before.taken_back if before is not None and ends and (before.state is e.PromptState.OVER or before.ends_taken_back(at)) else None


def _answered(state: SessionState, event: e.PromptAnswered, at: e.Logged) -> SessionState:
    prompt = state.prompts.get(event.rule)
    if prompt is None or prompt.episode != event.episode or not prompt.open:
        return state
    answered = Answered(event.answer, at.by, at.tick, event.options, event.reason)
    return replace(state, prompts={**state.prompts, event.rule: replace(prompt, answered=answered)})


def _corrected(state: SessionState, event: e.Corrected, at: e.Logged) -> SessionState:
    """Takes the entry out of the state; what it was corrected to is about the same second and counts from this tick on."""
    stood = next((x.at for x in _entries(state) if x.seq == event.seq), None)
    if event.takes_back:
        state = replace(state, prompts=_without_cause(state, event.seq, at.tick))
    scores = {k: tuple(c for c in v if c.seq != event.seq) for k, v in state.scores.items()}
    seen = {k: tuple(c for c in v if c.seq != event.seq) for k, v in state.observed.items()}
    symptoms = {k: c for k, c in state.symptoms.items() if c.seq != event.seq}
    drugs = tuple(d for d in state.drugs if d.seq != event.seq)
    broken = None if state.broken is not None and state.broken.seq == event.seq else state.broken
    differs = None if state.pump_differs is not None and state.pump_differs.seq == event.seq else state.pump_differs
    by_hand = tuple(t for t in state.by_hand if t.seq != event.seq)
    emergency = state.emergency
    if emergency is not None:
        emergency = replace(emergency, acts=tuple(done for done in emergency.acts if done.seq != event.seq))
    cleared = replace(
        state,
        scores=scores,
        observed=seen,
        symptoms=symptoms,
        drugs=drugs,
        by_hand=by_hand,
        broken=broken,
        pump_differs=differs,
        emergency=emergency,
    )
    if event.instead is None:
        return cleared
    instead = e.read({"for_at": stood, **event.instead})
    return fold(cleared, e.Logged(at.seq, at.tick, at.at, at.by, instead))


def _without_cause(state: SessionState, seq: int, at: int) -> Mapping[str, Prompt]:
    """The prompts, marked where this entry raised them."""
    caused = {(name, x.at) for x in _entries(state) if x.seq == seq for name in _evidence_of(x)}
    if state.broken is not None and state.broken.seq == seq:
        caused.add(("bound_broken", state.broken.at))
    if state.pump_differs is not None and state.pump_differs.seq == seq:
        caused.add((f"pump_seen_{state.pump_differs.word}", state.pump_differs.at))

    def marked(prompt: Prompt) -> Prompt:
        holds = prompt.open and prompt.state is not e.PromptState.OVER
        return replace(prompt, taken_back=at) if holds and any((v.name, v.at) in caused for v in prompt.fired) else prompt

    return {rule: marked(prompt) for rule, prompt in state.prompts.items()}


def _evidence_of(entry: Charted | Given | ByHand) -> tuple[str, ...]:
    """Under which names the evidence of a prompt has this entry."""
    if isinstance(entry, Charted):
        return (entry.what,)
    return (entry.drug,) if isinstance(entry, Given) else (Signal.NIBP_SYS.value, Signal.NIBP_DIA.value)


def _entries(state: SessionState) -> Iterator[Charted | Given | ByHand]:
    for book in (state.scores, state.observed):
        for entries in book.values():
            yield from entries
    yield from state.symptoms.values()
    yield from state.drugs
    yield from state.by_hand


def _emergency_act(state: SessionState, event: e.EmergencyAct, at: e.Logged) -> SessionState:
    if state.emergency is None:
        return state
    return replace(state, emergency=replace(state.emergency, acts=(*state.emergency.acts, Done(event.act, at.tick, at.by, at.seq))))


def _watch(state: SessionState, event: e.WatchTaken, at: e.Logged) -> SessionState:
    cover = None if event.break_cover_min is None else at.tick + event.break_cover_min * 60
    return replace(state, watcher=event.name, watch_since=at.tick, cover_until=cover, offer=None)


def _closed(state: SessionState, event: e.SessionClosed, at: e.Logged) -> SessionState:
    return _enter(state, Phase.CLOSED, at.tick)


def _discharged(state: SessionState, event: e.Discharged, at: e.Logged) -> SessionState:
    return replace(_enter(state, Phase.DISCHARGED, at.tick), discharge=event)


_CHANGES: Mapping[str, Callable[[SessionState, Any, e.Logged], SessionState]] = {
    "outage": _outage,
    "order_set": _order,
    "infusion_started": _started,
    "rate_changed": _rate,
    "infusion_paused": _paused,
    "infusion_resumed": _resumed,
    "infusion_stopped": _stopped,
    "scored": _scored,
    "observed": _observed,
    "symptom_charted": _symptom,
    "drug_given": _drug,
    "checklist_answered": _checked,
    "baseline_set": _baseline,
    "prompt_changed": _prompt,
    "prompt_answered": _answered,
    "corrected": _corrected,
    "emergency_started": lambda s, _, at: replace(s, emergency=Emergency(at.tick, at.by)),
    "emergency_act": _emergency_act,
    "emergency_ended": lambda s, _, at: replace(s, emergency=None),
    "watch_taken": _watch,
    "watch_offered": lambda s, ev, at: replace(s, offer=Offer(at.by, ev.to, at.tick, ev.card, at.seq)),
    "offer_ended": lambda s, _, at: replace(s, offer=None),
    "watch_left": lambda s, _, at: replace(s, watcher="", watch_since=at.tick, cover_until=None, offer=None),
    "away_started": lambda s, ev, at: replace(s, away=Away(at.tick, ev.why, ev.escort, ev.cap_min * 60)),
    "away_ended": lambda s, _, at: replace(s, away=None),
    "pressure_charted": _by_hand,
    "cuff_interval_set": _cuff_interval,
    "cuff_put_off": _put_off,
    "cuff_started": lambda s, _, at: replace(s, cuff_started_at=at.tick),
    "cuff_stopped": lambda s, _, at: replace(s, cuff_stopped_at=at.tick),
    "audio_paused": _paused_audio,
    "audio_resumed": lambda s, _, at: replace(s, hush=Hush(at.at, at.by)),
    "sound_changed": lambda s, ev, at: replace(s, deaf=(at.at, not ev.able)),
    "pace_set": lambda s, ev, at: _paced(s, ev),
    "went_on": lambda s, ev, at: _paced(s, e.PaceSet(speed=1.0)),
    "drill_started": lambda s, ev, at: replace(s, drill=ev),
    "patient_asked": lambda s, _, at: replace(s, asked=True),
    "patient_answered": lambda s, _, at: replace(s, asked=False, heard=at),
    "patient_said": lambda s, _, at: replace(s, called=at),
    "discharged": _discharged,
    "session_closed": _closed,
}


def _about(event: e.Scored | e.Observed | e.SymptomCharted | e.DrugGiven | e.PressureCharted, at: e.Logged) -> int:
    return at.tick if event.for_at is None else min(event.for_at, at.tick)


def _added(book: Mapping[str, tuple[Charted, ...]], key: str, entry: Charted) -> dict[str, tuple[Charted, ...]]:
    """In the order of what they are about: a late entry about an earlier second does not become the last one."""
    return {**book, key: tuple(sorted((*book.get(key, ())[-(KEPT - 1) :], entry), key=lambda c: c.at))}


_ACTS: Mapping[str, Does] = {"reassured": Does.REASSURE, "airway": Does.AIRWAY, "oxygen": Does.OXYGEN, "probe": Does.PROBE}


def act_of(logged: e.Logged) -> Act | None:
    """What this event does to the patient or to the equipment of a simulated room, if anything."""
    event, at = logged.event, logged.tick
    match event:
        case e.InfusionStarted() | e.RateChanged() | e.InfusionResumed():
            return Act(at, Does.RATE, event.rate_mg_per_kg_h)
        case e.InfusionPaused() | e.InfusionStopped():
            return Act(at, Does.RATE, 0.0)
        case e.DrugGiven():
            return Act(at, Does.DRUG, event.dose, event.drug_class)
        case e.CuffStarted():
            return Act(at, Does.CUFF_NOW)
        case e.CuffIntervalSet():
            return Act(at, Does.CUFF_INTERVAL, float(event.seconds))
        case e.CuffPutOff():
            return Act(at, Does.CUFF_PUT_OFF, float(event.until))
        case e.CuffStopped():
            return Act(at, Does.CUFF_STOP)
        case e.TruthInjected():
            return Act(at, Does.HAPPENING, detail=json.dumps(event.happening))
        case e.Observed() if event.what in _ACTS:
            return Act(at, _ACTS[event.what], event.number or 0.0, event.value)
    return None
