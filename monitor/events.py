"""Everything that can stand in a session's log. A session is its events and its samples; all else is a reading of them.

An event says what happened; the store adds who, the wall time, the session second (tick) in which it takes part and
its place in the chain. ``for_at`` is the second that a late entry is about; it counts from its own tick on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from monitor.infusion import Order
from monitor.vitals import Channel, Signal

Text = Annotated[str, Field(max_length=2000)]
LONGEST_NAME = 120
Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PromptKind(StrEnum):
    CLINICAL = "clinical"
    TECHNICAL = "technical"
    OBSERVATION = "observation"


class Answer(StrEnum):
    DID = "did"
    DEFERRED = "deferred"
    DECLINED = "declined"


class Level(StrEnum):
    """How a prompt is marked and how it sounds: its priority, and one of its own for technical ones below high."""

    HIGH = "high"
    MEDIUM = "medium"
    TECH = "tech"
    LOW = "low"

    def above(self, other: Level | None) -> bool:
        order = list(Level)
        return other is None or order.index(self) < order.index(other)


def level(priority: Priority, kind: PromptKind) -> Level:
    return Level.TECH if kind is PromptKind.TECHNICAL and priority is not Priority.HIGH else Level(priority.value)


class Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# ---- the session ----


class ChannelDeclared(Event):
    signal: Signal
    period_s: float
    name: str = ""

    def channel(self) -> Channel:
        return Channel(self.signal, self.period_s, self.name)


class SessionOpened(Event):
    """A patient settles in a room. ``prescribed`` says that there is an order to come; without one it is observed."""

    kind: Literal["session_opened"] = "session_opened"
    room: Name
    alias: Name
    second_id: Name = ""
    age: int | None = Field(default=None, ge=0, le=120)
    weight_kg: float | None = Field(default=None, gt=0, le=400)
    allergies: tuple[Name, ...] = ()
    earlier: tuple[Name, ...] = ()
    """What earlier sessions did: flags of the protocol such as ``nausea_before``."""
    number: int | None = Field(default=None, ge=1, le=500)
    source_kind: Literal["simulated", "recorded"]
    source_label: Text
    doubts: tuple[Text, ...] = ()
    """What was assumed, decided or left out when the recording was read, each a sentence."""
    channels: tuple[ChannelDeclared, ...]
    protocol: Name
    protocol_digest: str
    engine: int = 1
    """Which version of the assessment began it (``assessment.ENGINE``)."""
    observed: bool = False
    cuff_interval_s: int | None = None
    demo: bool = False
    played_s: int = Field(default=0, ge=0)
    """So many seconds of a demo were played before anybody saw it: the clock times of its seconds count back from its opening."""


class SourceSet(Event):
    """Where the samples come from, so that they can be read again. Hidden truth: it may name the scenario."""

    kind: Literal["truth_source"] = "truth_source"
    path: Text
    seed: int = 0
    sha256: str = ""
    simulator: int = 1
    """By which version of the simulator its patient is lived; 1: before versions were counted."""


class PaceSet(Event):
    """Session seconds a wall second. 0 stands still."""

    kind: Literal["pace_set"] = "pace_set"
    speed: float = Field(ge=0, le=1000)
    why: Text = ""
    until: int | None = None
    """Stands still again from this second on: a step."""
    fault: Literal["", "program", "source"] = ""
    """What failed in this room, so that it stands and nobody assesses it."""


class WentOn(Event):
    """A room that stood, since nobody assessed it, goes on in real time. A drill's rooms go on by their pace."""

    kind: Literal["went_on"] = "went_on"


class Outage(Event):
    """Nobody assessed this session between two wall times.

    ``moves``: so many of the session's seconds went by with nobody looking; they have no samples, and the session goes on
    after them. 0 in outages that were caught up, and in those from before this was so.
    """

    kind: Literal["outage"] = "outage"
    since: str
    until: str
    seconds: float
    caught_up: bool
    moves: int = Field(default=0, ge=0)
    after: int = -1
    """The last second that was assessed before; -1: the one before this entry."""
    unknown: bool = False
    """How long it was is not known: the clock of the computer went back meanwhile."""
    charted: tuple[tuple[int, int], ...] = ()
    """What people entered meanwhile: the entry, and how many of these seconds had gone by then."""


class Discharged(Event):
    kind: Literal["discharged"] = "discharged"
    escort: Name = ""
    against_advice: bool = False
    reason: Text = ""


class SessionClosed(Event):
    kind: Literal["session_closed"] = "session_closed"
    reason: Text = ""


class FiledLate(Event):
    """Written for this session, and sent when it was closed already. ``what`` it would have been; nothing is made of it."""

    kind: Literal["filed_late"] = "filed_late"
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    what: Name = ""


# ---- before ----


class OrderSet(Event):
    kind: Literal["order_set"] = "order_set"
    order: Order
    breaks: Text = ""
    override_by: Name = ""
    reason: Text = ""


class ChecklistAnswered(Event):
    kind: Literal["checklist_answered"] = "checklist_answered"
    checklist: Name
    item: Name
    answers: tuple[Name, ...]
    override_by: Name = ""
    reason: Text = ""


class BaselineSet(Event):
    kind: Literal["baseline_set"] = "baseline_set"
    sys: float = Field(ge=40, le=280)
    dia: float = Field(ge=20, le=200)
    hr: float | None = None
    spo2: float | None = None
    rr: float | None = None


# ---- the infusion, as charted ----


class PumpRead(Event):
    """What a second person read off the pump before the start, whatever was ordered."""

    by: Name
    ml_per_h: float = Field(ge=0)
    ml: float = Field(ge=0)
    mg_per_ml: float = Field(ge=0)


class InfusionStarted(Event):
    """``second``: None where no second person looked."""

    kind: Literal["infusion_started"] = "infusion_started"
    rate_mg_per_kg_h: float = Field(ge=0, le=100)
    for_at: int | None = None
    breaks: Text = ""
    override_by: Name = ""
    reason: Text = ""
    second: PumpRead | None = None


class RateChanged(Event):
    kind: Literal["rate_changed"] = "rate_changed"
    rate_mg_per_kg_h: float = Field(ge=0, le=100)
    for_at: int | None = None
    found: bool = False
    """True: the pump was found so; a fact, not an intent."""
    breaks: Text = ""
    override_by: Name = ""
    reason: Text = ""


class InfusionPaused(Event):
    kind: Literal["infusion_paused"] = "infusion_paused"
    reason: Text = ""
    for_at: int | None = None


class InfusionResumed(Event):
    kind: Literal["infusion_resumed"] = "infusion_resumed"
    rate_mg_per_kg_h: float = Field(ge=0, le=100)
    for_at: int | None = None
    breaks: Text = ""
    override_by: Name = ""
    reason: Text = ""


class InfusionStopped(Event):
    """``complete``: the ordered dose is in. ``for_at``: when the pump was found stopped, if earlier."""

    kind: Literal["infusion_stopped"] = "infusion_stopped"
    complete: bool = False
    reason: Text = ""
    for_at: int | None = None
    emergency: bool = False
    """Charted by the act of an emergency that stands before it, and taken back with that."""


class DrugGiven(Event):
    """A drug was given: a fact. ``breaks`` names the bounds that it breaks, if any."""

    kind: Literal["drug_given"] = "drug_given"
    drug: Name
    drug_class: Name
    dose: float = Field(gt=0, le=100000)
    unit: Name = "mg"
    route: Name = "IV"
    prescriber: Name = ""
    for_at: int | None = None
    breaks: tuple[Text, ...] = ()
    override_by: Name = ""
    reason: Text = ""


# ---- the log ----


class Scored(Event):
    """A scale's value; None: could not be asked. ``items``: CADSS scores by item number."""

    kind: Literal["scored"] = "scored"
    scale: Name
    value: int | None
    items: tuple[tuple[int, int], ...] = ()
    for_at: int | None = None


class Observed(Event):
    """Something seen or done at the chair (``document.OBSERVABLE``), with a word or a number where it has one."""

    kind: Literal["observed"] = "observed"
    what: Name
    value: Name = ""
    number: float | None = None
    for_at: int | None = None


class SymptomCharted(Event):
    kind: Literal["symptom_charted"] = "symptom_charted"
    symptom: Name
    present: bool = True
    for_at: int | None = None


class NoteAdded(Event):
    kind: Literal["note_added"] = "note_added"
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class Corrected(Event):
    """An earlier entry is withdrawn, or counts from now on as ``instead``. What stood there stays in the log."""

    kind: Literal["corrected"] = "corrected"
    seq: int
    instead: dict[str, Any] | None = None
    reason: Text = ""
    takes_back: bool = False
    """What the entry raised ends with it. Corrections from before this was so ended nothing by themselves."""


class PromptAnswered(Event):
    """``act_seq`` names the entry that is the answer, where an option opened one."""

    kind: Literal["prompt_answered"] = "prompt_answered"
    rule: Name
    episode: int
    answer: Answer
    options: tuple[Name, ...] = ()
    reason: Text = ""


# ---- the cuff and the room ----


class CuffIntervalSet(Event):
    kind: Literal["cuff_interval_set"] = "cuff_interval_set"
    seconds: int = Field(ge=60, le=7200)


class CuffStarted(Event):
    kind: Literal["cuff_started"] = "cuff_started"


class CuffStopped(Event):
    """An inflating cuff was let down: no reading of it comes. The cycle goes on."""

    kind: Literal["cuff_stopped"] = "cuff_stopped"


class CuffPutOff(Event):
    """The patient rests: the next cycle comes at the second ``until`` instead of its own."""

    kind: Literal["cuff_put_off"] = "cuff_put_off"
    until: int


class PressureCharted(Event):
    """A blood pressure taken by hand."""

    kind: Literal["pressure_charted"] = "pressure_charted"
    sys: float = Field(ge=40, le=280)
    dia: float = Field(ge=20, le=200)
    for_at: int | None = None


class WatchTaken(Event):
    """``name`` watches this room from now on."""

    kind: Literal["watch_taken"] = "watch_taken"
    name: Name
    break_cover_min: int | None = None


class WatchOffered(Event):
    kind: Literal["watch_offered"] = "watch_offered"
    to: Name = ""
    card: tuple[Text, ...] = ()


class OfferEnded(Event):
    """An offered handover was taken back or declined; whoever watches goes on watching."""

    kind: Literal["offer_ended"] = "offer_ended"
    declined: bool = False


class WatchLeft(Event):
    kind: Literal["watch_left"] = "watch_left"


class AwayStarted(Event):
    """Away from the monitor on purpose. Technical prompts become one timer until ``cap_min`` is over."""

    kind: Literal["away_started"] = "away_started"
    why: Name
    escort: Name
    cap_min: int = Field(ge=1, le=30)


class AwayEnded(Event):
    kind: Literal["away_ended"] = "away_ended"


class EmergencyStarted(Event):
    kind: Literal["emergency_started"] = "emergency_started"


class EmergencyAct(Event):
    kind: Literal["emergency_act"] = "emergency_act"
    act: Name


class EmergencyEnded(Event):
    kind: Literal["emergency_ended"] = "emergency_ended"
    reason: Text = ""


# ---- training ----


class DrillStarted(Event):
    """This session is a room of a drill. What stands here a trainee may know."""

    kind: Literal["drill_started"] = "drill_started"
    run: Name
    """What the rooms of one run have in common."""
    title: Text
    trainee: Name
    """A code, or the name of a scripted policy."""
    prompts: bool = True
    """False: prompts are assessed and logged, and the trainee sees none before the end."""
    rooms: int = Field(default=1, ge=1, le=6)
    starts_at: int = Field(ge=0)
    """The second at which the colleague who settled the patient starts the infusion."""
    ends_at: int = Field(ge=60)
    scripted: bool = False
    """A policy acts: its times count at any pace, and nothing slows it down."""
    signs: Name = ""
    """The name at the keys of who began it, where people sign in and runs are kept under codes; else the trainee's code."""

    def practises(self, name: str) -> bool:
        """Whether who bears this name is the trainee."""
        return name.casefold() in {self.trainee.casefold(), self.signs.casefold()} - {""}


class DrillEnded(Event):
    kind: Literal["drill_ended"] = "drill_ended"
    reason: Text = ""


class RoomOpened(Event):
    """Somebody opened this room on a screen."""

    kind: Literal["room_opened"] = "room_opened"


class PatientAsked(Event):
    """Somebody sits down beside the simulated patient and asks; the answer is ``PatientAnswered``."""

    kind: Literal["patient_asked"] = "patient_asked"


class PatientAnswered(Event):
    """What whoever asks a simulated patient hears and sees. It is not charted by that."""

    kind: Literal["patient_answered"] = "patient_answered"
    scores: tuple[tuple[Name, int | None], ...]
    symptoms: tuple[Name, ...] = ()
    vomited: bool = False
    like_oneself: bool = False
    breaths: int = 0
    says: Text = ""
    found: tuple[tuple[Name, Name, Name], ...] = ()
    """What the checklists would find: list, item, answer."""


class PatientSaid(Event):
    """The simulated patient calls."""

    kind: Literal["patient_said"] = "patient_said"
    text: Text


class TruthDrill(Event):
    """Hidden truth: which drill this is, and the whole scenario, so that the log alone can be scored."""

    kind: Literal["truth_drill"] = "truth_drill"
    drill: Name
    seed: int
    scenario: dict[str, Any]


class TruthState(Event):
    """Hidden truth: what is true in the patient at this second."""

    kind: Literal["truth_state"] = "truth_state"
    values: dict[str, float | None]
    faults: tuple[Name, ...] = ()


class TruthInjected(Event):
    """Hidden truth: an instructor lets something happen, in the words of a scenario's happenings."""

    kind: Literal["truth_injected"] = "truth_injected"
    happening: dict[str, Any]


class TruthNoted(Event):
    """Hidden truth: an instructor's note."""

    kind: Literal["truth_noted"] = "truth_noted"
    text: Text


# ---- sound, for the whole ward: written into every open session ----


class AudioPaused(Event):
    """The station's alarm sounds are off from the wall time of this entry on. ``level`` was the highest that sounded."""

    kind: Literal["audio_paused"] = "audio_paused"
    seconds: int = Field(ge=1, le=600)
    level: Level | None = None
    stood: tuple[str, ...] | None = None
    """The prompts of this room for which it was pressed, as RULE#EPISODE. None: nobody kept that, and ``level`` alone says what ends it."""
    new_room: Literal[Level.HIGH, Level.MEDIUM] = Level.HIGH
    """From which level on a new prompt in a room that was quiet ends it."""


class AudioResumed(Event):
    kind: Literal["audio_resumed"] = "audio_resumed"


class SoundChanged(Event):
    """Whether any connected screen is able to sound."""

    kind: Literal["sound_changed"] = "sound_changed"
    able: bool


# ---- the evaluator's own ----


class Evidence(Event):
    """A value that a prompt came from, and the session second it was measured or charted."""

    name: str
    value: float | None
    at: int | None
    note: str = ""


class PromptState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    RECHECK = "recheck"
    OVER = "over"
    RESOLVED = "resolved"


class PromptChanged(Event):
    """A prompt's step in its life. ``over``: the condition has ended, but a latched prompt waits for its answer."""

    kind: Literal["prompt_changed"] = "prompt_changed"
    rule: Name
    episode: int
    state: PromptState
    priority: Priority
    prompt_kind: PromptKind
    message: Text
    evidence: tuple[Evidence, ...] = ()
    late: bool = False


class MinuteSealed(Event):
    kind: Literal["minute_sealed"] = "minute_sealed"
    first: int
    last: int
    digest: str


class EvaluatorNoted(Event):
    """A note of the evaluator about itself: taken over, ended, the source failed."""

    kind: Literal["evaluator_noted"] = "evaluator_noted"
    text: Text


AnyEvent = Annotated[
    SessionOpened
    | SourceSet
    | PaceSet
    | WentOn
    | Outage
    | Discharged
    | SessionClosed
    | FiledLate
    | OrderSet
    | ChecklistAnswered
    | BaselineSet
    | InfusionStarted
    | RateChanged
    | InfusionPaused
    | InfusionResumed
    | InfusionStopped
    | DrugGiven
    | Scored
    | Observed
    | SymptomCharted
    | NoteAdded
    | Corrected
    | PromptAnswered
    | CuffIntervalSet
    | CuffStarted
    | CuffStopped
    | CuffPutOff
    | PressureCharted
    | WatchTaken
    | WatchOffered
    | OfferEnded
    | WatchLeft
    | AwayStarted
    | AwayEnded
    | EmergencyStarted
    | EmergencyAct
    | EmergencyEnded
    | DrillStarted
    | DrillEnded
    | RoomOpened
    | PatientAsked
    | PatientAnswered
    | PatientSaid
    | TruthDrill
    | TruthState
    | TruthInjected
    | TruthNoted
    | AudioPaused
    | AudioResumed
    | SoundChanged
    | PromptChanged
    | MinuteSealed
    | EvaluatorNoted,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)

EVALUATORS = frozenset({"prompt_changed", "minute_sealed", "evaluator_noted", "outage", "patient_said", "patient_answered", "truth_state"})
"""Kinds that the evaluator writes; all others come from people."""


def pace(event: Event) -> float | None:
    """Session seconds a wall second from this event on, where it says so."""
    return event.speed if isinstance(event, PaceSet) else 1.0 if isinstance(event, WentOn) else None


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its place in the log: ``tick`` is the session second in which it takes part."""

    seq: int
    tick: int
    at: str
    by: str
    event: AnyEvent


def body(event: AnyEvent) -> str:
    """An event as the store keeps it: canonical JSON without the kind and without defaults."""
    content = event.model_dump(mode="json", exclude_defaults=True)
    content.pop("kind", None)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(kind: str, text: str) -> AnyEvent:
    """The event behind a stored kind and body. Raises ValueError where they do not fit."""
    return read({**json.loads(text), "kind": kind})


def read(content: Mapping[str, Any]) -> AnyEvent:
    return _ADAPTER.validate_python(content)
