"""The clinic's protocol as a typed document: limits, checklists, drugs, bounds, observations and rules, all data.

A file that breaks a rule of this module refuses to load, naming its line. The digest identifies the very text that
decided, so that every prompt can be traced to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor import charting
from monitor.events import Priority, PromptKind, PromptState
from monitor.infusion import Bound, Order
from monitor.pressures import last_reading
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Condition, Duration, Sight
from monitor.protocol.conditions import All, AnyCondition, AnyOf, DrugSince, Fact, Flag, Not, Overdue, Score, Seen, Symptom, walk
from monitor.session import Charted, Checked, Given, Phase, Prompt, SessionState
from monitor.settings import Rooms, beside, load_rooms
from monitor.sources.source import BadFile
from monitor.vitals import Window
from monitor.yamlmarks import read_yaml, unset, validated

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
Status = Literal["sourced", "unchecked", "proposal"]
Words = Annotated[str, Field(min_length=1, max_length=1200)]


def _lowest_first(span: tuple[float, float]) -> tuple[float, float]:
    if not 0 < span[0] < span[1]:
        raise ValueError("give the lowest, then the highest, both above zero")
    return span


Span = Annotated[tuple[float, float], AfterValidator(_lowest_first)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Part):
    """Where a line comes from. ``limit`` and ``action`` say how sure the figure and the step are."""

    source: Words
    limit: Status
    action: Status


class EmergencyAct(Part):
    id: Id
    label: Words
    warns: str = unset("")
    """What to know before the act, beside it."""


class EmergencyPlan(Part):
    """What the emergency panel says first, the clinic's own number, and the acts that are one tap each."""

    number: Words
    lines: tuple[Words, ...] = Field(min_length=1)
    acts: tuple[EmergencyAct, ...] = Field(min_length=1)


class Observation(Part):
    """Something due again and again. ``by``: what satisfies it; all of them where several are named.

    ``every`` gives the interval by phase; a phase that is not named asks for nothing. Without ``every`` it is asked for
    only after a drug, from the start of the infusion on. ``resting``: "seen, left
    resting" satisfies it once in a row, but not within ``resting_not_within`` of a rate change or calming drug.
    """

    id: Id
    label: Words
    by: tuple[str, ...] = Field(min_length=1)
    every: Mapping[Phase, Duration] = Field(default_factory=dict)
    resting: bool = False
    resting_not_within: Duration = 0
    after_drug: Mapping[str, Duration] = Field(default_factory=dict)
    """Closer interval for half an hour after a drug for this purpose."""
    early: Mapping[Phase, Duration] = unset({})
    """Closer interval for the first half hour of a phase."""

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if not self.every and not self.after_drug:
            raise ValueError(f"{self.id} is never due; give every or after_drug")
        return self


class SymptomKind(Part):
    id: Id
    label: Words
    red_flag: bool = False


class Hold(Part):
    """A state of the patient that speaks against a drug now; what is not known speaks against it too."""

    when: AnyCondition
    says: Words


class Drug(Part):
    """A drug that the clinic keeps at hand. The software checks and reminds; it never orders."""

    id: Id
    label: Words
    drug_class: Id = Field(alias="class")
    purpose: Id
    dose: float = Field(gt=0)
    unit: str = "mg"
    route: str = "IV"
    dose_max: float = Field(gt=0)
    total_max: float = Field(gt=0)
    repeat_after: Duration
    avoid: tuple[Id, ...] = ()
    """Flags of the patient that ask for the prescriber before this drug."""
    hold: tuple[Hold, ...] = unset(())
    allergy: tuple[str, ...] = ()
    expect: Words
    note: str = ""
    citation: Citation


class CuffRest(Part):
    """When the patient may be left resting for one cycle of the cuff: never over the ``watch`` limit, never while
    pressure rises by ``rising_by`` mmHg from reading to reading, never in the minutes ``not_between`` after the start.
    """

    watch: AnyCondition
    rising_by: float = Field(gt=0)
    not_between: tuple[Duration, Duration]


class CheckAnswer(Part):
    id: Id
    label: Words
    examples: str = unset("")
    stops: bool = False
    """This answer keeps the item open: it blocks, warns or informs as the item says."""
    flags: tuple[Id, ...] = ()


class CheckItem(Part):
    id: Id
    question: Words
    answers: tuple[CheckAnswer, ...] = Field(min_length=1)
    effect: Literal["blocks", "warns", "informs"]
    multiple: bool = False
    topic: str = unset("")
    """What the answers are, in a word, for a place that has no room for the question."""
    override: tuple[str, ...] = ()
    """Roles that may override a blocking answer; empty: nobody."""
    hint: AnyCondition | None = None
    """What the monitor can tell about it, shown beside the question; it never answers in a person's place."""
    note: str = ""
    applies: AnyCondition | None = None
    """Flags without which nobody is asked; a flag that has not been asked for itself leaves the item open."""

    @model_validator(mode="after")
    def _by_flags(self) -> Self:
        if self.applies is not None and not all(isinstance(part, Flag | All | AnyOf | Not) for part in walk(self.applies)):
            raise ValueError(f"{self.id}: applies looks at flags alone")
        return self

    @property
    def answer_ids(self) -> Mapping[str, CheckAnswer]:
        return {a.id: a for a in self.answers}


ANOTHER_CLASS = "another"
"""In the place of a drug class that an option asks for: any of which nothing has been given."""


class Option(Part):
    """Something a nurse may choose in answer to a prompt; ``command`` is what it opens, filled in."""

    id: Id
    label: Words
    command: Literal[
        "rate",
        "pause",
        "resume",
        "stop",
        "start",
        "drug",
        "observe",
        "score",
        "symptom",
        "cuff",
        "note",
        "baseline",
        "watch",
        "checklist",
        "emergency",
        "away_end",
        "call",
        "discharge",
    ]
    fill: Mapping[str, str | float | int] = Field(default_factory=dict)


class Rule(Part):
    id: Id
    title: Words
    group: Literal["before", "during", "emergency", "after", "any"]
    phases: tuple[Phase, ...] = Field(min_length=1)
    kind: PromptKind
    priority: Priority
    when: AnyCondition
    unless: tuple[Id, ...] = ()
    """Rules that say more: while one of them is met this one stays silent."""
    says: Words
    short: str = unset("")
    """Two or three words that say what is the matter, for a small place."""
    line: Words
    options: tuple[Id, ...] = ()
    expect: str = ""
    recheck: Duration | None = None
    lockout: Duration = 0
    clears_after: Duration = 0
    """The calm: so long nothing is beyond the limit, or beyond its way back, before the prompt ends."""
    again_within: Duration = unset(0)
    """What returns within this time of its end is the same prompt again."""
    once: bool = False
    watch: bool = False
    """Show on the wall while it is on its way."""
    emergency: bool = False
    rationale: Words
    citation: Citation

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.priority is Priority.HIGH and (self.lockout or self.once):
            raise ValueError(f"{self.id} is high: nothing may hold it back, so it has no lockout and no once")
        if self.emergency and self.priority is not Priority.HIGH:
            raise ValueError(f"{self.id} is an emergency rule, so its priority is high")
        if not self.options and self.kind is not PromptKind.TECHNICAL:
            raise ValueError(f"{self.id} offers no options; name at least one")
        return self

    @cached_property
    def signals(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in walk(self.when):
            found.update(dict.fromkeys(part.signals()))
        return tuple(found)


class Signature(Part):
    by: Words
    role: Words
    on: Words


class Usual(Part):
    """From this age on a weight between these is nothing to ask about."""

    from_age: int = Field(ge=0)
    weight_kg: Span


class Adults(Part):
    """Who is treated by this protocol. ``usual``: which weights are usual at which age, youngest first."""

    age: Span
    weight_kg: Span
    usual: tuple[Usual, ...] = ()

    @model_validator(mode="after")
    def _youngest_first(self) -> Self:
        ages = [u.from_age for u in self.usual]
        if ages != sorted(set(ages)):
            raise ValueError("adults.usual stands youngest first, each age once")
        for usual in self.usual:
            if not (self.weight_kg[0] <= usual.weight_kg[0] and usual.weight_kg[1] <= self.weight_kg[1]):
                raise ValueError(f"what is usual from {usual.from_age} years on must lie inside adults.weight_kg")
        return self


class Document(Part):
    """A whole protocol."""

    protocol: Id
    title: Words
    version: Words
    language: str = "en"
    notice: Words
    signed: Signature | None = None
    bp_max_age: Duration
    bp_intervals_to_old: float = Field(default=2.0, ge=1)
    cuff_interval: Duration
    cuff_rest: CuffRest
    recovery_minimum: Duration
    like_oneself: tuple[Duration, Duration]
    deviation_limit_sys: float
    adults: Adults | None = unset(None)
    concentrations_mg_per_ml: tuple[float, ...] = unset(())
    """The syringes that the clinic draws up; empty: any within the bound."""
    second_person: Literal["start"] | None = unset(None)
    """What a second person must have signed before it is charted."""
    emergency: EmergencyPlan
    observations: tuple[Observation, ...]
    symptoms: tuple[SymptomKind, ...]
    history: Mapping[Id, Words]
    """Flags asked at check-in, with their words."""
    bounds: Mapping[str, Bound]
    drugs: tuple[Drug, ...]
    checklists: Mapping[Literal["before", "discharge"], tuple[CheckItem, ...]]
    options: tuple[Option, ...]
    rules: tuple[Rule, ...] = Field(min_length=1)
    reasons_defer: tuple[Words, ...]
    reasons_decline: tuple[Words, ...]
    reasons_once: tuple[Words, ...] = unset(())
    """The reasons for declining that are about that moment alone: what returns asks anew after them."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for what, ids in self._ids():
            twice = [i for n, i in enumerate(ids) if i in ids[:n]]
            if twice:
                raise ValueError(f"two {what} are called {twice[0]}")
        for bound in BOUNDS:
            if bound not in self.bounds:
                raise ValueError(f"bounds lacks {bound} ({BOUNDS[bound]})")
            if self.bounds[bound].unit != BOUNDS[bound]:
                raise ValueError(f"bounds.{bound} is in {self.bounds[bound].unit}; it must be in {BOUNDS[bound]}")
        for key in self.bounds:
            if key not in BOUNDS:
                raise ValueError(f"bounds has an unknown bound {key}")
        syringes = self.concentrations_mg_per_ml
        if list(syringes) != sorted(set(syringes)):
            raise ValueError("concentrations_mg_per_ml stand lowest first, each once")
        for syringe in syringes:
            if self.bounds["concentration"].breach(syringe) == "absolute":
                raise ValueError(f"concentrations_mg_per_ml names {syringe:g} mg/mL, which is outside bounds.concentration")
        return self

    def _ids(self) -> Iterator[tuple[str, list[str]]]:
        yield "rules", [r.id for r in self.rules]
        yield "options", [o.id for o in self.options]
        yield "drugs", [d.id for d in self.drugs]
        yield "symptoms", [s.id for s in self.symptoms]
        yield "observations", [o.id for o in self.observations]
        for name, items in self.checklists.items():
            yield f"items of the checklist {name}", [i.id for i in items]

    # ---- lookups ----

    @cached_property
    def rule(self) -> Mapping[str, Rule]:
        return {r.id: r for r in self.rules}

    @cached_property
    def emergency_rules(self) -> frozenset[str]:
        """The rules that a nurse's own emergency calls for."""
        return frozenset(r.id for r in self.rules if any(isinstance(x, Fact) and x.fact == "emergency" for x in walk(r.when)))

    @cached_property
    def holding_rules(self) -> frozenset[str]:
        """The rules that hold the start: the measured ones before it, above low, and those that they are silent for."""
        before = [r for r in self.rules if r.group == HOLD_GROUP and r.priority is not Priority.LOW and r.signals]
        return frozenset(name for r in before for name in (r.id, *r.unless))

    @cached_property
    def option(self) -> Mapping[str, Option]:
        return {o.id: o for o in self.options}

    @cached_property
    def drug(self) -> Mapping[str, Drug]:
        return {d.id: d for d in self.drugs}

    @cached_property
    def observation(self) -> Mapping[str, Observation]:
        return {o.id: o for o in self.observations}

    @cached_property
    def red_flags(self) -> tuple[str, ...]:
        return tuple(s.id for s in self.symptoms if s.red_flag)

    @cached_property
    def _symptom_labels(self) -> Mapping[str, str]:
        return {s.id: s.label for s in self.symptoms}

    def symptom_label(self, name: str) -> str:
        return self._symptom_labels.get(name, name)

    @cached_property
    def by_phase(self) -> Mapping[Phase, tuple[Rule, ...]]:
        return {phase: tuple(r for r in self.rules if phase in r.phases) for phase in Phase}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document's content, independent of layout and comments, and of keys that came later (``unset``)."""
        content = self.model_dump(mode="json")
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @cached_property
    def flags(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Every flag, and the checklist items (list, item) that can set it."""
        found: dict[str, list[tuple[str, str]]] = {flag: [] for flag in self.history}
        for name, items in self.checklists.items():
            for item in items:
                for answer in item.answers:
                    for flag in answer.flags:
                        found.setdefault(flag, []).append((name, item.id))
        return {flag: tuple(dict.fromkeys(places)) for flag, places in found.items()}

    def chosen(self, options: Sequence[str]) -> str:
        """The options of an answer in words."""
        return ", ".join(self.option[name].label.lower() for name in options if name in self.option)

    def fitting(self, fill: Mapping[str, object], state: SessionState) -> list[Drug]:
        """The drugs of the kind that an option asks for: by name, purpose and class, where it says so."""
        given = {g.drug_class for g in state.drugs}
        wanted = {key: fill[key] for key in ("drug", "class", "purpose") if fill.get(key) not in (None, ANOTHER_CLASS)}
        another = fill.get("class") == ANOTHER_CLASS
        kinds = ((d, {"drug": d.id, "class": d.drug_class, "purpose": d.purpose}) for d in self.drugs)
        return [d for d, kind in kinds if wanted.items() <= kind.items() and not (another and d.drug_class in given)]

    # ---- readings of a session ----

    def breach(self, key: str, value: float) -> tuple[str, str] | None:
        """Which bound of this name a value lies outside of: in words, and ``recommended`` or ``absolute``."""
        bound = self.bounds[key]
        how = bound.breach(value)
        if how is None:
            return None
        low, high = bound.absolute if how == "absolute" else bound.recommended
        return f"{key} {value:.4g} {bound.unit} is outside {low:g} to {high:g} {bound.unit}", how

    def order_breaks(self, order: Order) -> list[tuple[str, str]]:
        """The bounds that an order breaks."""
        values = {
            "dose": order.dose_mg_per_kg,
            "duration": order.minutes,
            "rate": order.rate_mg_per_kg_h,
            "weight": order.weight_kg,
            "concentration": order.concentration_mg_per_ml,
        }
        return [broken for key, value in values.items() if (broken := self.breach(key, value)) is not None]

    def flag(self, flag: str, state: SessionState) -> int:
        """Whether this patient has a flag: by check-in or by a checklist's answer; unanswered: cannot tell."""
        if flag in state.opened.earlier:
            return MET
        truth = NOT_MET
        for name, item in self.flags.get(flag, ()):
            checked = state.checks.get((name, item))
            if checked is None:
                truth = CANNOT_TELL
                continue
            answers = self.item(name, item).answer_ids
            if any(flag in answers[a].flags for a in checked.answers if a in answers):
                return MET
        return truth

    def flag_label(self, flag: str) -> str:
        """A flag in words: the clinic's own, or those of the answer that sets it (of the question, where that says only yes)."""
        if flag in self.history:
            return self.history[flag]
        for item in (self.item(*place) for place in self.flags.get(flag, ())):
            label = next(a.label for a in item.answers if flag in a.flags)
            return label if item.multiple else item.question.rstrip("?")
        return flag

    def item(self, checklist: str, item: str) -> CheckItem:
        return next(i for i in self.checklists[checklist] if i.id == item)  # type: ignore[index]

    def asked(self, checklist: str, state: SessionState) -> list[CheckItem]:
        """The items that this patient is asked."""
        sight = Sight(self, state, Window(()), 0)
        return [i for i in self.checklists[checklist] if i.applies is None or i.applies.truth(sight) != NOT_MET]  # type: ignore[index]

    def open_items(self, checklist: str, state: SessionState) -> list[CheckItem]:
        """Items unanswered, or answered so that they stay open and nobody has overridden."""
        return [item for item in self.asked(checklist, state) if _stays_open(item, state.checks.get((checklist, item.id)))]

    def blocking_since(self, checklist: str, state: SessionState) -> int | None:
        """Since when a blocking item has been open without a break, counted from the opening of the session."""
        begins = []
        for item in self.blocking(checklist, state):
            checked, since = state.checks.get((checklist, item.id)), state.opened_at
            while checked is not None and _stays_open(item, checked):
                since, checked = checked.at, checked.earlier
            begins.append(state.opened_at if checked is None else since)
        return min(begins, default=None)

    def holding(self, state: SessionState) -> list[Prompt]:
        """The open prompts that hold the start, those that are over left out."""
        return [p for p in state.open_prompts if p.rule in self.holding_rules and p.state is not PromptState.OVER]

    def blocking(self, checklist: str, state: SessionState) -> list[CheckItem]:
        return [i for i in self.open_items(checklist, state) if i.effect == "blocks"]

    def purpose(self, drug: str, drug_class: str) -> str:
        """What a drug was given for, by this protocol; a drug it does not know is judged by its class."""
        known = self.drug.get(drug)
        if known is not None:
            return known.purpose
        return next((d.purpose for d in self.drugs if d.drug_class == drug_class), "")

    def bp_max_age_s(self, state: SessionState) -> int:
        """How old a pressure may be before it leaves the screen and no rule uses it: the shorter of two limits."""
        interval = state.cuff_interval_s or self.cuff_interval
        return int(min(self.bp_max_age, max(60, self.bp_intervals_to_old * interval)))

    def due_at(self, observation: str, state: SessionState, window: Window) -> int | None:
        """The second at which an observation is next due in this phase; None where none is."""
        asked = self.observation[observation]
        interval = asked.every.get(state.phase)
        if interval is None and (asked.every or state.phase not in INFUSED):
            return None
        done = self._last_done(asked, state, window)
        if state.phase in asked.early and done < state.phase_since + CLOSER_S:
            interval = asked.early[state.phase]
        due = [] if interval is None else [done + interval]
        for purpose, closer in asked.after_drug.items():
            last = self.last_given(purpose, state)
            if last is not None and last.at + CLOSER_S > done:
                # From the drug on: what was not due before it is not overdue at once.
                due.append(max(done, last.at) + closer)
        soonest = min(due, default=None)
        if soonest is not None and "cuff" in asked.by and state.rest is not None and state.rest.at >= done:
            # A patient who was left resting is not late before the rest is over.
            return max(soonest, state.rest.until)
        return soonest

    def last_given(self, purpose: str, state: SessionState) -> Given | None:
        """The last drug for this purpose."""
        return next((d for d in reversed(state.drugs) if self.purpose(d.drug, d.drug_class) == purpose), None)

    def _last_done(self, asked: Observation, state: SessionState, window: Window) -> int:
        return max(state.counts_from, min(self._done(asked, by, state, window) for by in asked.by))

    def _done(self, asked: Observation, by: str, state: SessionState, window: Window) -> int:
        """When it was last satisfied by this; never: the second from which it counts."""
        if by == "cuff":
            reading = last_reading(state, window)
            return reading.at if reading else state.counts_from
        if by not in charting.SCALES:
            # Who leaves a patient resting has seen them: breathing and colour well.
            looks = (state.last(by), state.last("resting") if by == "seen" else None)
            return max((look.at for look in looks if look is not None), default=state.counts_from)
        entry = state.score(by)
        done = entry.at if entry else state.counts_from
        rest = self._rest(asked, by, state) if asked.resting else None
        return done if rest is None else rest.at

    def _rest(self, asked: Observation, by: str, state: SessionState) -> Charted | None:
        """The "left resting" that stands for this score, if nothing speaks against it: the first since the last score.

        A second one in a row adds nothing, and it takes nothing away from the first.
        """
        entry = state.score(by)
        since = max(state.counts_from, entry.at) if entry is not None else state.counts_from
        rest = next((r for r in state.observed.get("resting", ()) if r.at >= since), None)
        return rest if rest is not None and self._calm(asked, rest, state) else None

    def _calm(self, asked: Observation, rest: Charted, state: SessionState) -> bool:
        reach = asked.resting_not_within
        changes = [c.at for c in state.ledger.changes] if state.ledger else []
        changes += [d.at for d in state.drugs if self.purpose(d.drug, d.drug_class) == "calming"]
        stirred = any(at > rest.at - reach for at in changes)
        bothered, sedation = state.valued(charting.BOTHERED), state.valued(charting.SEDATION)
        drowsy = sedation is not None and sedation.value is not None and sedation.value < 5
        return not (stirred or drowsy or (bothered is not None and bothered.value))


def _stays_open(item: CheckItem, checked: Checked | None) -> bool:
    """Unanswered, or answered so that it stays open and nobody has overridden."""
    if checked is None:
        return True
    return not checked.override_by and any(item.answer_ids[a].stops for a in checked.answers if a in item.answer_ids)


CLOSER_S = 30 * 60
"""How long a closer interval lasts, after a drug or from the beginning of a phase."""
HOLD_GROUP = "before"
"""The group of rules that may hold the start."""
INFUSED = frozenset({Phase.RUNNING, Phase.PAUSED, Phase.RECOVERY})

BOUNDS: Mapping[str, str] = {
    "dose": "mg/kg",
    "duration": "min",
    "rate": "mg/kg/h",
    "weight": "kg",
    "concentration": "mg/mL",
}
"""The bounds that every protocol must give, and their units."""


def load_protocol(path: Path) -> Document:
    """A protocol file as a document. Raises BadFile with the file, the line and what to do."""
    data, lines = read_yaml(path)
    document = validated(Document, data, lines, str(path))
    for place, wrong in _dangling(document):
        raise BadFile(str(path), lines.line(place), wrong)
    return document


def read_station(path: Path) -> tuple[Rooms, Path, Document]:
    """A rooms file with the protocol that it names, and where that is. Raises BadFile."""
    rooms = load_rooms(path)
    protocol = beside(path, rooms.protocol)
    assert protocol is not None
    return rooms, protocol, load_protocol(protocol)


def _dangling(document: Document) -> Iterator[tuple[Sequence[str | int], str]]:
    """References that lead nowhere, with the place where they stand."""
    purposes = {d.purpose for d in document.drugs}
    for n, rule in enumerate(document.rules):
        where: tuple[str | int, ...] = ("rules", n)
        for option in rule.options:
            if option not in document.option:
                yield (*where, "options"), f"{rule.id} offers {option}, which is not among the options"
        for other in rule.unless:
            if other not in document.rule:
                yield (*where, "unless"), f"{rule.id} names the rule {other}, which does not exist"
        silenced = _silencing(document, rule)
        if silenced:
            yield (*where, "unless"), silenced
        for part in walk(rule.when):
            wrong = _unknown(document, part, purposes)
            if wrong:
                yield (*where, "when"), f"{rule.id}: {wrong}"
    for name, items in document.checklists.items():
        for n, item in enumerate(items):
            for condition in (item.hint, item.applies):
                for part in walk(condition) if condition is not None else ():
                    wrong = _unknown(document, part, purposes)
                    if wrong:
                        yield ("checklists", name, n), f"{item.id}: {wrong}"
    for part in walk(document.cuff_rest.watch):
        wrong = _unknown(document, part, purposes)
        if wrong:
            yield ("cuff_rest", "watch"), wrong
    for n, obs in enumerate(document.observations):
        for purpose in obs.after_drug:
            if purpose not in purposes:
                yield ("observations", n), f"{obs.id}: no drug is given for {purpose}"
    for n, drug in enumerate(document.drugs):
        for flag in drug.avoid:
            if flag not in document.flags:
                yield ("drugs", n, "avoid"), f"{drug.id}: nothing asks for the flag {flag}"
        for m, hold in enumerate(drug.hold):
            for part in walk(hold.when):
                wrong = _unknown(document, part, purposes)
                if wrong:
                    yield ("drugs", n, "hold", m), f"{drug.id}: {wrong}"


def _silencing(document: Document, rule: Rule) -> str | None:
    """What is wrong with the rules that this one is silent for: where they do not speak either, nobody does."""
    rank = list(reversed(Priority))
    for other in (document.rule[name] for name in rule.unless if name in document.rule):
        if other.id == rule.id:
            return f"{rule.id} would be silent for itself"
        if _yields(document, other, rule.id):
            return f"{rule.id} and {other.id} silence each other, so that neither would speak; let only the lesser one yield"
        if rank.index(other.priority) < rank.index(rule.priority):
            return f"{rule.id} is {rule.priority.value} and would be silent for {other.id}, which is only {other.priority.value}"
        if other.once or other.lockout:
            return f"{rule.id} would be silent for {other.id}, which may be held back itself by its once or lockout"
    return None


def _yields(document: Document, rule: Rule, to: str) -> bool:
    """Whether a rule is silent for the other, directly or through the rules between them."""
    ahead, known = [rule.id], set[str]()
    while ahead:
        name = ahead.pop()
        if name == to:
            return True
        if name not in known and name in document.rule:
            known.add(name)
            ahead.extend(document.rule[name].unless)
    return False


def _unknown(document: Document, part: Condition, purposes: set[str]) -> str | None:
    if isinstance(part, Flag) and part.flag not in document.flags:
        return f"nothing asks for the flag {part.flag}; add it to history or to an answer"
    if isinstance(part, Overdue) and part.observation not in document.observation:
        return f"there is no observation called {part.observation}"
    if isinstance(part, Symptom):
        labels = {s.id for s in document.symptoms}
        missing = [s for s in part.any_of if s not in labels]
        return f"there is no symptom called {missing[0]}" if missing else None
    if isinstance(part, Score) and part.after_drug is not None and part.after_drug not in purposes:
        return f"no drug is given for {part.after_drug}"
    if isinstance(part, DrugSince) and part.purpose is not None and part.purpose not in purposes:
        return f"no drug is given for {part.purpose}"
    if isinstance(part, Seen) and part.what not in OBSERVABLE:
        return f"nothing is charted as {part.what}; known: {', '.join(OBSERVABLE)}"
    return None


OBSERVABLE: Mapping[str, str] = {
    "seen": "Seen in person",
    "resting": "Resting, not disturbed",
    "vomited": "Vomited",
    "iv_site": "IV site",
    "breathing": "Breathing counted",
    "pump": "Pump looked at",
    "first_stand": "First standing, accompanied",
    "self_again": "Like oneself again",
    "called": "Prescriber called",
    "reassured": "Reassured",
    "airway": "Head and airway",
    "oxygen": "Oxygen",
    "probe": "Probe moved",
}
"""What can be charted as seen or done at the chair, besides scores, drugs and the infusion."""
