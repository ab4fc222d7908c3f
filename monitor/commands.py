"""What a person may do: from a command to the events that record it, or a named refusal. The only write path.

Guardrails separate intent from fact. An intent (order, start, "give now") outside a bound is refused; where the
protocol lets it be overridden, the prescriber's name and a reason are asked for. A fact (given at 10:12, the pump found
at 60 mL/h) is always recorded, marked with the bound that it breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from monitor import charting, units
from monitor import events as e
from monitor.infusion import Order, Pump
from monitor.protocol.document import OBSERVABLE, CheckItem, Document, Drug
from monitor.session import Charted, Given, Phase, SessionState, folded
from monitor.store.log import Conflict, Entry, EventLog
from monitor.ward import drafts, logged

DOUBLE_TAP_S = 2
"""The same entry by the same person within so many seconds is one entry."""
TRIES = 8


class Refusal(Exception):
    """A command that was not carried out. ``name`` is for programs, the sentence for people.

    ``overridable``: it may be done after all, with the prescriber's name and a reason.
    """

    def __init__(self, name: str, sentence: str, overridable: bool = False) -> None:
        self.name, self.sentence, self.overridable = name, sentence, overridable
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Override:
    by: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.by.strip() and self.reason.strip())


@dataclass(frozen=True, slots=True)
class Scene:
    """What a command may look at: the session's state, the protocol, the second it will take part in, and who acts."""

    state: SessionState
    document: Document
    at: int
    by: str


Command = Callable[[Scene], Sequence[e.AnyEvent]]


def carry_out(log: EventLog, document: Document, session: int, by: str, command: Command) -> list[Entry]:
    """Fold the session, ask the command, append what it says. Somebody else's entry in between: ask again.

    Raises Refusal, or what the store raises. Nothing is stored then.
    """
    for attempt in range(TRIES):
        at = log.head(session).tick + 1
        entries = log.entries(session)
        state = folded(map(logged, entries))
        scene = Scene(state, document, at, by)
        if state.phase is Phase.CLOSED:
            raise Refusal("closed", "This session is closed; nothing more can be entered.")
        said = list(command(scene))
        if not said:
            return []
        try:
            return log.append(session, drafts(said, by), after=entries[-1].seq)
        except Conflict:
            if attempt == TRIES - 1:
                raise
    return []


# ---- opening and closing ----


def open_session(log: EventLog, opened: e.SessionOpened, source: e.SourceSet, speed: float, by: str) -> int:
    """A patient settles in an empty room. Raises RoomTaken where somebody is there."""
    first: list[e.AnyEvent] = [opened, source]
    if speed != 1.0:
        first.append(e.PaceSet(speed=speed))
    return log.open_session(opened.room, drafts(first, by))


def discharge(escort: str, against_advice: bool = False, reason: str = "") -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        _phase(scene, "discharge", Phase.RECOVERY, Phase.READY, Phase.OBSERVED)
        left = scene.document.blocking("discharge", scene.state) if scene.state.phase is Phase.RECOVERY else []
        if left and not against_advice:
            raise Refusal("checklist_open", f"Still open before leaving: {_questions(left)}")
        if against_advice and not reason.strip():
            raise Refusal("reason_missing", "Leaving against advice is recorded with what was said; write the reason.")
        return [e.Discharged(escort=escort.strip(), against_advice=against_advice, reason=reason.strip())]

    return command


def close(reason: str = "") -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.pump in (Pump.RUNNING, Pump.PAUSED):
            raise Refusal("infusion_open", "The infusion is charted as running or paused; chart its stop first.")
        if scene.state.phase is Phase.RECOVERY:
            raise Refusal("not_discharged", "Discharge the patient first, or record that they left against advice.")
        return [e.SessionClosed(reason=reason)]

    return command


def set_pace(speed: float) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 0 <= speed <= 60:
            raise Refusal("pace_out_of_bounds", "The pace goes from 0 (stand still) to 60 times.")
        return [] if scene.state.speed == speed else [e.PaceSet(speed=speed)]

    return command


# ---- before ----


def set_order(order: Order, override: Override = Override()) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        _whole(scene)
        _phase(scene, "change the order", Phase.READY)
        breaks = scene.document.order_breaks(order)
        hard = [text for text, how in breaks if how == "absolute"]
        if hard:
            raise Refusal("order_out_of_bounds", f"{hard[0]}: this cannot be ordered here.")
        weight = scene.state.opened.weight_kg
        soft = [text for text, _ in breaks]
        if weight is not None and abs(order.weight_kg - weight) > 0.5:
            soft.append(f"weight {order.weight_kg:g} kg is not the {weight:g} kg of check-in")
        if soft and not override:
            raise Refusal("order_beyond_recommended", f"{soft[0]}: the prescriber's name and a reason are needed.", True)
        return [e.OrderSet(order=order, breaks="; ".join(soft), override_by=override.by, reason=override.reason)]

    return command


def check(checklist: str, item: str, answer: str, override: Override = Override()) -> Command:
    """Answer an item. Where several answers may stand together, an answer given again is taken back."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if checklist == "before":
            _phase(scene, "answer the checklist", Phase.READY, Phase.RUNNING, Phase.PAUSED)
        else:
            _phase(scene, "answer the checklist", Phase.RECOVERY)
        if checklist not in scene.document.checklists or item not in {
            i.id
            for i in scene.document.checklists[checklist]  # type: ignore[index]
        }:
            raise Refusal("unknown_item", f"The checklist has no item {item}.")
        asked = scene.document.item(checklist, item)
        if answer not in asked.answer_ids:
            raise Refusal("unknown_answer", f"{answer} is not an answer to: {asked.question}")
        if override and not asked.override:
            raise Refusal("no_override", f"Nobody may override: {asked.question}")
        before = scene.state.checks.get((checklist, item))
        answers: tuple[str, ...] = (answer,)
        if asked.multiple and before is not None:
            plain = {a.id for a in asked.answers if not a.flags and not a.stops}
            kept = tuple(a for a in before.answers if a not in plain) if answer not in plain else ()
            answers = tuple(a for a in kept if a != answer) if answer in kept else (*kept, answer)
        if not answers or (before is not None and before.answers == answers and not override):
            answers = answers or (answer,)
            if before is not None and before.answers == answers:
                return []
        return [e.ChecklistAnswered(checklist=checklist, item=item, answers=answers, override_by=override.by, reason=override.reason)]

    return command


def set_baseline(sys: float, dia: float, hr: float | None = None, spo2: float | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        _phase(scene, "set the baseline", Phase.READY, Phase.RUNNING, Phase.OBSERVED)
        if not (40 <= sys <= 280 and 20 <= dia <= 200 and dia < sys):
            raise Refusal("baseline_impossible", f"{sys:g}/{dia:g} cannot be a blood pressure.")
        return [e.BaselineSet(sys=sys, dia=dia, hr=hr, spo2=spo2)]

    return command


# ---- the infusion ----


def start(override: Override = Override(), found_at: int | None = None, pump_seen: bool = False) -> Command:
    """Chart that the infusion was started at the ordered rate. ``found_at``: it has been running since; a fact."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        state = scene.state
        _whole(scene)
        _phase(scene, "start", Phase.READY)
        if state.order is None:
            raise Refusal("no_order", "There is no order yet; enter what the prescriber ordered.")
        held = _start_held(scene)
        if held and found_at is None and not override:
            name, sentence, overridable = held[0]
            raise Refusal(name, sentence, overridable)
        firm = [h for h in held if not h[2]]
        if firm and found_at is None:
            raise Refusal(firm[0][0], firm[0][1])
        said: list[e.AnyEvent] = [
            e.InfusionStarted(
                rate_mg_per_kg_h=round(state.order.rate_mg_per_kg_h, 4),
                for_at=found_at,
                breaks="; ".join(h[1] for h in held),
                override_by=override.by,
                reason=override.reason,
            )
        ]
        return [*said, e.Observed(what="pump", value="running")] if pump_seen else said

    return command


HOLD_GROUP = "before"


def _start_held(scene: Scene) -> list[tuple[str, str, bool]]:
    """What holds the start: name, sentence, whether the prescriber may override."""
    held: list[tuple[str, str, bool]] = []
    for item in scene.document.blocking("before", scene.state):
        held.append(("checklist_open", f"Still open: {item.question}", bool(item.override)))
    if scene.state.baseline is None:
        held.append(("no_baseline", "There is no baseline pressure yet; take one at rest and set it.", False))
    for prompt in scene.state.open_prompts:
        rule = scene.document.rule.get(prompt.rule)
        if rule is not None and rule.group == HOLD_GROUP and rule.priority is not e.Priority.LOW and rule.signals:
            if prompt.state is not e.PromptState.OVER:
                held.append(("start_held", f"{rule.id} holds the start: {prompt.message}", True))
    return held


def change_rate(rate_mg_per_kg_h: float, override: Override = Override(), found: bool = False, for_at: int | None = None) -> Command:
    """An intent within the order and the bounds, or (``found``) what the pump was found at: a fact, always recorded."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        state = scene.state
        _whole(scene)
        if not found:
            _phase(scene, "change the rate", Phase.RUNNING, Phase.PAUSED)
            if state.pump is not Pump.RUNNING:
                raise Refusal("not_running", "The infusion is paused; resume it at the new rate.")
        breaks = _rate_breaks(scene, rate_mg_per_kg_h)
        if not found:
            _allowed(breaks, override)
        text = "; ".join(t for t, _ in breaks)
        return [
            e.RateChanged(
                rate_mg_per_kg_h=round(rate_mg_per_kg_h, 4),
                found=found,
                for_at=for_at,
                breaks=text,
                override_by=override.by,
                reason=override.reason,
            )
        ]

    return command


def _rate_breaks(scene: Scene, rate: float) -> list[tuple[str, str]]:
    found = []
    if rate < 0 or rate != rate:
        raise Refusal("rate_impossible", "A rate cannot be below zero.")
    bound = scene.document.breach("rate", rate) if rate else None
    if bound is not None:
        found.append(bound)
    order = scene.state.order
    if order is None:
        found.append(("there is no order", "absolute"))
    elif rate > order.rate_mg_per_kg_h * 1.0001:
        found.append((f"rate {rate:.4g} is above the ordered {order.rate_mg_per_kg_h:.4g} mg/kg/h", "recommended"))
    return found


def _allowed(breaks: Sequence[tuple[str, str]], override: Override) -> None:
    for text, how in breaks:
        if how == "absolute":
            raise Refusal("rate_out_of_bounds", f"{text[0].upper()}{text[1:]}: this cannot be set here.")
        if not override:
            raise Refusal("rate_beyond_order", f"{text[0].upper()}{text[1:]}: the prescriber's name and a reason are needed.", True)


def pause(reason: str = "", for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        _phase(scene, "pause", Phase.RUNNING)
        return [e.InfusionPaused(reason=reason, for_at=for_at)]

    return command


def resume(rate_mg_per_kg_h: float, override: Override = Override()) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        _phase(scene, "resume", Phase.PAUSED)
        breaks = _rate_breaks(scene, rate_mg_per_kg_h)
        _allowed(breaks, override)
        text = "; ".join(t for t, _ in breaks)
        return [
            e.InfusionResumed(rate_mg_per_kg_h=round(rate_mg_per_kg_h, 4), breaks=text, override_by=override.by, reason=override.reason)
        ]

    return command


def stop(complete: bool = False, reason: str = "", for_at: int | None = None) -> Command:
    """Nothing holds a stop back."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.pump not in (Pump.RUNNING, Pump.PAUSED):
            _phase(scene, "stop", Phase.RUNNING, Phase.PAUSED)
        return [e.InfusionStopped(complete=complete, reason=reason, for_at=for_at)]

    return command


# ---- drugs ----


def give_drug(drug: str, dose: float, route: str, *, fact: bool, override: Override = Override(), for_at: int | None = None) -> Command:
    """``fact``: it has been given; recorded whatever bound it breaks. Else an intent: checked first."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        known = scene.document.drug.get(drug)
        if known is None:
            raise Refusal("unknown_drug", f"The protocol does not list {drug}; record it as a note.")
        if not 0 < dose <= 100000:
            raise Refusal("dose_impossible", "Enter the dose that was given.")
        if _tapped(scene, [g.known_at for g in scene.state.drugs if g.drug == drug and g.dose == dose and g.by == scene.by]):
            return []
        at = scene.at if for_at is None else for_at
        breaks = list(drug_breaks(scene.document, scene.state, known, dose, at))
        if breaks and not fact and not override:
            raise Refusal("drug_beyond_bounds", f"{breaks[0]}: the prescriber's name and a reason are needed.", True)
        return [
            e.DrugGiven(
                drug=drug,
                drug_class=known.drug_class,
                dose=dose,
                unit=known.unit,
                route=route,
                for_at=for_at,
                breaks=tuple(breaks),
                prescriber=override.by,
                override_by=override.by,
                reason=override.reason,
            )
        ]

    return command


def drug_breaks(document: Document, state: SessionState, drug: Drug, dose: float, at: int) -> list[str]:
    """What speaks against this drug now, each in a sentence: dose, total, repeat, allergy, this patient's flags."""
    found = []
    if dose > drug.dose_max:
        found.append(f"{drug.label} {dose:g} {drug.unit} is above the largest single dose {drug.dose_max:g} {drug.unit}")
    earlier = [g for g in state.drugs if g.drug == drug.id]
    total = sum(g.dose for g in earlier) + dose
    if earlier and total > drug.total_max:
        found.append(f"{drug.label} {total:g} {drug.unit} in all is above {drug.total_max:g} {drug.unit}")
    repeat = earliest_repeat(document, earlier)
    if repeat is not None and at < repeat:
        found.append(f"{drug.label} was given {units.minutes(at - earlier[-1].at)} ago; earliest repeat in {units.span(repeat - at)}")
    allergies = {a.lower() for a in state.opened.allergies}
    for name in (drug.id, drug.label, *drug.allergy):
        if any(name.lower() in a or a in name.lower() for a in allergies if a):
            found.append(f"an allergy to {name} is recorded")
            break
    for flag in drug.avoid:
        truth = document.flag(flag, state)
        if truth == 2:
            found.append(f"{document.history.get(flag, flag.replace('_', ' '))}: {drug.label} needs the prescriber")
        elif truth == 1:
            found.append(f"{flag.replace('_', ' ')} has not been asked")
    return found


def earliest_repeat(document: Document, given: Sequence[Given]) -> int | None:
    drug = document.drug.get(given[-1].drug) if given else None
    return given[-1].at + drug.repeat_after if drug is not None else None


# ---- the log ----


def score(scale: str, value: int | None, items: Sequence[tuple[int, int]] = (), for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        wrong = charting.refusal(scale, value)
        if wrong:
            raise Refusal("not_on_scale", f"{wrong[0].upper()}{wrong[1:]}.")
        allowed = charting.CADSS6_ITEMS if scale == charting.CADSS6 else charting.CADSS_ITEMS
        for number, points in items:
            if number not in allowed or not 0 <= points <= 4:
                raise Refusal("not_on_scale", f"Item {number} with {points} is not part of {charting.SCALES[scale].label}.")
        last = _newest(scene.state.scores.get(scale, ()))
        if last is not None and last.value == value and last.by == scene.by and _tapped(scene, [last.known_at]):
            return []
        return [e.Scored(scale=scale, value=value, items=tuple(items), for_at=for_at)]

    return command


def observe(what: str, value: str = "", number: float | None = None, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if what not in OBSERVABLE:
            raise Refusal("not_charted", f"Nothing is charted as {what}.")
        last = _newest(scene.state.observed.get(what, ()))
        if last is not None and (last.word, last.value, last.by) == (value, number, scene.by) and _tapped(scene, [last.known_at]):
            return []
        return [e.Observed(what=what, value=value, number=number, for_at=for_at)]

    return command


def symptom(name: str, present: bool = True) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if name not in {s.id for s in scene.document.symptoms}:
            raise Refusal("unknown_symptom", f"The protocol does not list {name}; write a note.")
        last = scene.state.symptoms.get(name)
        if last is not None and bool(last.value) is present and last.by == scene.by and _tapped(scene, [last.known_at]):
            return []
        return [e.SymptomCharted(symptom=name, present=present)]

    return command


def note(text: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not text.strip():
            raise Refusal("empty", "The note is empty.")
        if len(text) > 2000:
            raise Refusal("too_long", "A note has at most 2,000 characters.")
        return [e.NoteAdded(text=text.strip())]

    return command


CORRECTABLE = frozenset({"scored", "observed", "symptom_charted", "drug_given"})


def correct(log_entries: Sequence[Entry], seq: int, instead: dict[str, Any] | None, reason: str) -> Command:
    """Withdraw an entry, or let another value count from now on. What stood there stays in the log."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        entry = next((x for x in log_entries if x.seq == seq), None)
        kind = _corrected_kind(entry) if entry is not None else None
        if kind is None:
            raise Refusal("not_correctable", "This entry cannot be corrected; chart what is true now.")
        earlier = (logged(x).event for x in log_entries if x.kind == "corrected")
        if any(isinstance(x, e.Corrected) and x.seq == seq for x in earlier):
            raise Refusal("corrected_before", "This entry has been corrected before; correct the newer one.")
        if instead is not None:
            try:
                e.read({**instead, "kind": kind})
            except ValidationError as wrong:
                raise Refusal("not_readable", f"The correction does not fit: {wrong.errors()[0]['msg']}.") from None
        return [e.Corrected(seq=seq, instead=None if instead is None else {**instead, "kind": kind}, reason=reason)]

    return command


def _corrected_kind(entry: Entry) -> str | None:
    """What kind of entry stands there; a correction may itself be corrected."""
    event = logged(entry).event
    kind = entry.kind if not isinstance(event, e.Corrected) else str((event.instead or {}).get("kind"))
    return kind if kind in CORRECTABLE else None


# ---- prompts ----


def answer(rule: str, episode: int, what: e.Answer, options: Sequence[str] = (), reason: str = "", acts: Sequence[Command] = ()) -> Command:
    """Answer an open prompt. ``acts`` are what the chosen options record: they and the answer go in together."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        prompt = scene.state.prompts.get(rule)
        if prompt is None or prompt.episode != episode or not prompt.open:
            raise Refusal("prompt_ended", "This prompt has ended meanwhile.")
        if prompt.answered is not None:
            if prompt.answered.by == scene.by and prompt.answered.answer is what:
                return []
            raise Refusal("answered_before", f"{prompt.answered.by} has answered this prompt.")
        asked = scene.document.rule.get(rule)
        offered = asked.options if asked is not None else ()
        unknown = [o for o in options if o not in offered]
        if unknown:
            raise Refusal("unknown_option", f"{unknown[0]} is not an option of this prompt.")
        if what is e.Answer.DID and offered and not options:
            raise Refusal("no_option", "Tick what you did.")
        if what is not e.Answer.DID and not reason.strip():
            raise Refusal("reason_missing", "Say why.")
        said: list[e.AnyEvent] = []
        for act in acts:
            said.extend(act(scene))
        said.append(e.PromptAnswered(rule=rule, episode=episode, answer=what, options=tuple(options), reason=reason.strip()))
        return said

    return command


# ---- cuff, watch, away, emergency ----


def set_cuff_interval(seconds: int) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 60 <= seconds <= 7200:
            raise Refusal("interval_out_of_bounds", "The cuff can cycle every 1 to 120 minutes.")
        return [] if scene.state.cuff_interval_s == seconds else [e.CuffIntervalSet(seconds=seconds)]

    return command


def start_cuff() -> Command:
    return lambda scene: [e.CuffStarted()]


def take_watch(name: str, break_cover_min: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not name.strip():
            raise Refusal("no_name", "Say who watches this room.")
        return [e.WatchTaken(name=name.strip(), break_cover_min=break_cover_min)]

    return command


def offer_watch(to: str, card: Sequence[str]) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not scene.state.watcher:
            raise Refusal("unwatched", "Nobody watches this room, so there is nothing to hand over; take it.")
        return [e.WatchOffered(to=to.strip(), card=tuple(card))]

    return command


def leave_watch() -> Command:
    return lambda scene: [e.WatchLeft()] if scene.state.watcher else []


def go_away(why: str, escort: str, cap_min: int) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.away is not None:
            raise Refusal("away_already", "The patient is already charted as away.")
        if not escort.strip():
            raise Refusal("no_escort", "Say who goes with the patient.")
        if not 1 <= cap_min <= 30:
            raise Refusal("cap_out_of_bounds", "Away from the monitor is for 1 to 30 minutes.")
        return [e.AwayStarted(why=why, escort=escort.strip(), cap_min=cap_min)]

    return command


def come_back() -> Command:
    return lambda scene: [e.AwayEnded()] if scene.state.away is not None else []


def emergency() -> Command:
    """Nothing is asked and nothing holds it back."""
    return lambda scene: [] if scene.state.emergency is not None else [e.EmergencyStarted()]


def emergency_act(act: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if act not in {a.id for a in scene.document.emergency.acts}:
            raise Refusal("unknown_act", "The protocol does not list this act; write a note.")
        if scene.state.emergency is None:
            return [e.EmergencyStarted(), e.EmergencyAct(act=act)]
        if _tapped(scene, [at for name, at, _ in scene.state.emergency.acts if name == act]):
            return []
        return [e.EmergencyAct(act=act)]

    return command


def end_emergency(reason: str = "") -> Command:
    return lambda scene: [e.EmergencyEnded(reason=reason)] if scene.state.emergency is not None else []


# ---- shared ----


def _phase(scene: Scene, what: str, *allowed: Phase) -> None:
    if scene.state.phase not in allowed:
        raise Refusal("wrong_phase", f"The session is {scene.state.phase.value}: it is not the time to {what}.")


def _whole(scene: Scene) -> None:
    if scene.state.opened.observed:
        raise Refusal("observed", "This session is only observed; it has no infusion.")


def _tapped(scene: Scene, ats: Sequence[int]) -> bool:
    """Whether one of these was entered just now: a second tap, not a second thing."""
    reach = DOUBLE_TAP_S * max(1.0, scene.state.speed)
    return any(scene.at - at <= reach for at in ats)


def _newest(entries: Sequence[Charted]) -> Charted | None:
    """The one that was entered last, whatever second it is about."""
    return max(entries, key=lambda c: c.seq, default=None)


def _questions(items: Sequence[CheckItem]) -> str:
    return "; ".join(i.question for i in items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")
