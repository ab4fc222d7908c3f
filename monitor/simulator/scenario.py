"""A scenario: who the patient is, what was ordered, what happens and when. YAML that a nurse educator writes.

Times are ``12:00`` (minutes:seconds), ``1:12:00``, ``90 s``, ``5 min`` or ``2 h``. A happening's ``at`` counts from
the start of the infusion, or from the opening of the session where ``from: opening`` is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from monitor.infusion import Act, Does, Order
from monitor.simulator.expected import Critical, Restraint, Weights
from monitor.simulator.ketamine import DEFAULT_SET, KE0_HALF_TIME_MIN, SETS
from monitor.simulator.parts import Counted, DeedName, Part, Score, Seconds, Text, read_signed_seconds, written_back
from monitor.vitals import Signal
from monitor.yamlmarks import BadFile, read_yaml, validated

FOLDER = Path(__file__).resolve().parents[2] / "sample_data" / "scenarios"

STREAMS = (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR)
"""What arrives every second, in the order of a row."""


class Persona(StrEnum):
    """The three kinds of response that clinics tell of."""

    LITTLE = "little"
    PLEASANT = "pleasant"
    STRANGE = "strange"


class Baseline(Part):
    """At rest, before the infusion: mmHg, beats/min, per cent, breaths/min."""

    sys: float = Field(default=122, ge=80, le=200)
    dia: float = Field(default=76, ge=40, le=120)
    hr: float = Field(default=72, ge=35, le=140)
    spo2: float = Field(default=98, ge=85, le=100)
    rr: float = Field(default=14, ge=6, le=30)

    @model_validator(mode="after")
    def _a_pulse(self) -> Baseline:
        if self.sys < self.dia + 15:
            raise ValueError("sys must be at least 15 mmHg above dia")
        return self


class Rises(Part):
    """How the rise of the pressure is drawn, where it is not told: shares of the usual one, and what the first infusion adds."""

    sys: float = Field(default=1, ge=0, le=2)
    dia: float = Field(default=1, ge=0, le=2)
    first: float = Field(default=0.3, ge=0, le=1)
    """A share on top in the first infusion, halved with every later one; 0: each rises alike. A named choice: Yale 2024
    found 43 % of severe events in the first three (sourced in kind, the size is a proposal), another cohort no fall."""


class Responds(Part):
    """What this patient shows at the end of 0.5 mg/kg over 40 min. What is left out is drawn from the population."""

    sys_rise: float | None = Field(default=None, ge=-30, le=90)
    dia_rise: float | None = Field(default=None, ge=-20, le=60)
    hr_rise: float | None = Field(default=None, ge=-30, le=60)
    dissociation: float | None = Field(default=None, ge=0, le=9.8)
    nausea: Score | None = None
    dizziness: Score | None = None
    headache: Score | None = None
    drowsiness: float | None = Field(default=None, ge=0, le=4)
    """0 wide awake, 1 lethargic (MOAA/S 4), 2 answers only when called loudly (3), 3 only when shaken (2)."""
    distress: float | None = Field(default=None, ge=0, le=1)
    """How much of the strangeness is suffered: 0 none of it, 1 all of it."""
    consolable: float | None = Field(default=None, ge=0, le=1)
    """How much calm words help: 0 not at all, 1 completely."""
    anxiety: Score | None = None
    """Before the infusion."""
    ease: Score | None = None
    """Comfort before the infusion."""
    steadiness: float | None = Field(default=None, ge=0.1, le=3)
    """How much the pressure wanders by itself, and how much readings scatter: 1 average, 0.5 half as much."""
    liveliness: float | None = Field(default=None, ge=0.3, le=3)
    """How much pulse and breathing wander on the monitor: 1 average. A population draws it; in a scenario it is 1."""
    rises: Rises = Rises()


class Person(Part):
    age: int = Field(ge=16, le=100)
    weight_kg: float = Field(gt=25, le=300)
    sex: Literal["female", "male", "unsaid"] = "unsaid"
    hypertension: bool = False
    motion_sickness: bool = False
    antidepressant: bool = False
    """Takes one that raises serotonin (SSRI, SNRI)."""
    infusion: int = Field(default=2, ge=1, le=100)
    """Which of the series this one is: 1 is the first."""
    medicines: tuple[Text, ...] = ()
    found: Mapping[Literal["before", "discharge"], Mapping[str, str]] = {}
    """What the checklists find, item by item, where it is not the answer without a concern."""
    persona: Persona | None = None
    bothered: bool | None = None
    """Whether a strange experience is suffered; left out, it is drawn."""
    baseline: Baseline = Baseline()
    responds: Responds = Responds()


class Ordered(Part):
    dose_mg_per_kg: float = Field(default=0.5, gt=0, le=5)
    minutes: float = Field(default=40, gt=0, le=480)
    concentration_mg_per_ml: float = Field(default=1.0, gt=0, le=50)
    start: Seconds = 300
    """When an unattended run starts the infusion, from the opening of the session."""


class EffectHalfTimes(Part):
    """Minutes in which half of a change of the level reaches each effect; 0 is at once.

    6.1 is sourced (Olofsen 2012: the average over endpoints, 0 to 11.8); that it holds for each of these is assumed.
    """

    pressure: float = Field(default=KE0_HALF_TIME_MIN, ge=0, le=30)
    breathing: float = Field(default=KE0_HALF_TIME_MIN, ge=0, le=30)
    experience: float = Field(default=KE0_HALF_TIME_MIN, ge=0, le=30)


class CuffSetting(Part):
    every: Seconds = Field(default=300, ge=60, le=7200)
    fails: float = Field(default=0.0, ge=0, le=1)
    """The chance that a reading fails by itself."""
    on_probe_arm: bool = False
    """The cuff sits on the probe's arm: no pulse and no SpO2 while it is inflated."""


class Unrest(Part):
    """What spoils the monitor's numbers by itself, at seconds that the seed draws: how often an hour, and how long.

    Sourced (EDF oximeter 1 and 3: 26 and 46 movements an hour of 4 to 32 s; bidmc_01: one loss of 13 s in 8 min).
    """

    moves: float = Field(default=0, ge=0, le=120)
    moves_for: tuple[Seconds, Seconds] = (4, 32)
    loses: float = Field(default=0, ge=0, le=60)
    loses_for: tuple[Seconds, Seconds] = (6, 16)
    stirs: float = Field(default=0, ge=0, le=60)
    """The pulse leaps by 4 to 16 and comes back: a cough, a word, a turn."""
    stirs_for: tuple[Seconds, Seconds] = (10, 40)
    slips: float = Field(default=0, ge=0, le=20)
    slips_for: tuple[Seconds, Seconds] = (30, 120)

    @model_validator(mode="after")
    def _spans(self) -> Unrest:
        if any(not 1 <= least <= most <= 3600 for least, most in (self.moves_for, self.loses_for, self.stirs_for, self.slips_for)):
            raise ValueError("write the shortest first, then the longest: 1 s to 1 h")
        return self


class Stuck(Part):
    signal: Signal
    lasts: Seconds

    @model_validator(mode="after")
    def _streams(self) -> Stuck:
        if self.signal not in STREAMS:
            raise ValueError(f"{self.signal.value} cannot stick; write one of {', '.join(STREAMS)}")
        return self


class ClockStep(Part):
    """The monitor's clock is off by so much (``-90 s``: behind), for so long."""

    by: Annotated[int, BeforeValidator(read_signed_seconds), written_back]
    lasts: Seconds


class Narrowing(Part):
    """The airway narrows by so many per cent, slowly, until it is opened or the time is over."""

    percent: float = Field(gt=0, le=90)
    over: Seconds = 180
    lasts: Seconds = 1200


class Surge(Part):
    """Blood pressure driven up by something other than the drug, such as pain."""

    sys: float = Field(gt=0, le=90)
    dia: float = Field(gt=0, le=60)
    lasts: Seconds = 600


class Allergy(Part):
    """An anaphylactic reaction: the pressure falls, the pulse races, the airway swells; it comes on and goes again slowly."""

    sys: float = Field(default=40, gt=0, le=90)
    dia: float = Field(default=25, gt=0, le=60)
    hr: float = Field(default=45, gt=0, le=90)
    narrows: float = Field(default=30, ge=0, le=90)
    """Of the airway, per cent."""
    over: Seconds = 240
    lasts: Seconds = 1200


class SlowPulse(Part):
    """The pulse falls by so much, as after a drug; it comes on and goes again slowly."""

    by: float = Field(gt=0, le=90)
    over: Seconds = 120
    lasts: Seconds = 900


class Leak(Part):
    """So much of the infusion runs beside the vein or out of a joint, although the pump runs."""

    percent: float = Field(gt=0, le=100)
    lasts: Seconds


LONGEST_APNOEA_S = 180
"""Longer than this without a breath is an emergency that the program does not play to its end. Proposal."""
LONGEST_PAUSE_S = 15
"""Longer than this without a beat nobody stays awake; an arrest is not simulated. Proposal."""


class Rhythmic(Part):
    """Another rhythm for a while. The rate stays what it is, but for a pause: nothing beats."""

    kind: Literal["ectopics", "bigeminy", "fibrillation", "paused"]
    lasts: Seconds

    @model_validator(mode="after")
    def _a_pause_is_short(self) -> Rhythmic:
        if self.lasts < 1:
            raise ValueError("a rhythm lasts at least 1 s")
        if self.kind == "paused" and self.lasts > LONGEST_PAUSE_S:
            raise ValueError(f"a pause lasts at most {LONGEST_PAUSE_S} s: an arrest is not simulated")
        return self


def _read_yes(value: object) -> object:
    """``yes``, as the other answers of a scenario may be written, is true."""
    return True if value == "yes" else value


class Happening(Part):
    """One thing that happens at a time. Exactly one kind; ``unless`` and ``only_if`` ask what was done before.

    It happens if none of ``unless`` and all of ``only_if`` were done, at any time before or, where ``since`` is given,
    from then on (counted like ``at``).
    """

    at: Seconds
    counted: Counted = Field(default="start", alias="from")
    unless: tuple[DeedName, ...] = ()
    only_if: tuple[DeedName, ...] = ()
    since: Seconds | None = None

    probe_off: Seconds | None = None
    """The probe is off the finger, for so long or until it is put back."""
    probe_slips: Seconds | None = None
    """The probe sits badly and reads falsely low, for so long or until it is placed anew."""
    pulse_lost: Seconds | None = None
    """The oximeter finds no pulse and shows neither pulse nor saturation, for so long; both come back by themselves."""
    electrode_off: Seconds | None = None
    motion: Seconds | None = None
    dropout: Seconds | None = None
    """Nothing arrives from the monitor at all."""
    stuck: Stuck | None = None
    clock_step: ClockStep | None = None
    cuff_fails: Annotated[int, Field(ge=1, le=50)] | None = None
    """So many readings of the cuff fail from now on."""
    cuff_fails_for: Seconds | None = None
    """Every reading fails for so long: the cuff sits badly."""
    nausea: Score | None = None
    """Nausea of this strength that is not the drug's own."""
    vomits: Annotated[Literal[True], BeforeValidator(_read_yes)] | None = None
    frightened: Score | None = None
    """Fear of this strength comes up; it fades by itself, and sooner when met."""
    rhythm: Rhythmic | None = None
    headache: Score | None = None
    """Headache of this strength that is not the drug's own."""
    says: Text | None = None
    """What the patient says by themselves; whoever asks in the next ten minutes hears it."""
    symptom: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")] | None = None
    """A symptom by its name in the protocol; whoever asks in the next ten minutes hears of it."""
    airway_narrows: Narrowing | None = None
    apnoea: Annotated[Seconds, Field(ge=5, le=LONGEST_APNOEA_S)] | None = None
    """No breath for so long, or until the patient is spoken to or the airway opened. The monitor reports a rate of 0."""
    allergy: Allergy | None = None
    pulse_slows: SlowPulse | None = None
    saliva: Score | None = None
    """Much saliva: whoever asks hears of the symptom ``saliva``; from 5 on it narrows the airway, until that is opened."""
    wants_to_leave: Annotated[Literal[True], BeforeValidator(_read_yes)] | None = None
    """The patient calls to stop and leave; whoever asks in the next ten minutes hears of the symptom ``wants_to_stop``."""
    pump_occluded: Seconds | None = None
    """Nothing reaches the vein although the pump runs, for so long."""
    iv_leaks: Leak | None = None
    stirs: Annotated[Seconds, Field(le=600)] | None = None
    """Coughs, speaks or turns: the pulse leaps for so long."""
    pressure_surge: Surge | None = None
    faint: Seconds | None = None
    """A vasovagal faint: pulse and pressure fall for so long."""
    drowsy: Annotated[float, Field(gt=0, le=4)] | None = None
    """Deeper drowsiness by so much, for half an hour."""

    @model_validator(mode="after")
    def _one_kind(self) -> Happening:
        kinds = [k for k in KINDS_OF_HAPPENING if getattr(self, k) is not None]
        if self.since is not None and (self.since >= self.at or not (self.unless or self.only_if)):
            raise ValueError("since is for unless and only_if, and lies before at")
        if len(kinds) != 1:
            raise ValueError(f"write exactly one of {', '.join(KINDS_OF_HAPPENING)}; this happening has {len(kinds)}")
        return self

    @property
    def kind(self) -> str:
        return next(k for k in KINDS_OF_HAPPENING if getattr(self, k) is not None)


_CONDITIONS = ("at", "counted", "unless", "only_if", "since")
KINDS_OF_HAPPENING: tuple[str, ...] = tuple(name for name in Happening.model_fields if name not in _CONDITIONS)


def known_set(name: str) -> str:
    """The name, if there is a drug set of it. Raises ValueError."""
    if name not in SETS:
        raise ValueError(f"unknown drug_set {name!r}; known are {', '.join(SETS)}")
    return name


class Scenario(Part):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    title: Text
    summary: str = Field(default="", max_length=1000)
    """For the instructor; a trainee never sees it before the end."""
    patient: Person
    order: Ordered = Ordered()
    drug_set: str = DEFAULT_SET
    effect_half_times: EffectHalfTimes = EffectHalfTimes()
    cuff: CuffSetting = CuffSetting()
    unrest: Unrest = Unrest()
    happenings: tuple[Happening, ...] = ()
    goals: tuple[Text, ...] = ()
    critical: tuple[Critical, ...] = ()
    restraint: tuple[Restraint, ...] = ()
    weights: Weights = Weights()

    def __hash__(self) -> int:
        """By the id: a person's findings are mappings, which have no hash of their own."""
        return hash(self.id)

    @field_validator("drug_set")
    @classmethod
    def _known_set(cls, name: str) -> str:
        return known_set(name)

    def prescribed(self) -> Order:
        """The order as a session takes it."""
        o = self.order
        return Order(
            dose_mg_per_kg=o.dose_mg_per_kg,
            weight_kg=self.patient.weight_kg,
            minutes=o.minutes,
            concentration_mg_per_ml=o.concentration_mg_per_ml,
        )

    def unattended(self) -> list[Act]:
        """What is done when nobody does anything: the infusion starts and ends as ordered."""
        start = self.order.start
        return [
            Act(start, Does.RATE, self.prescribed().rate_mg_per_kg_h),
            Act(start + round(self.order.minutes * 60), Does.RATE, 0.0),
        ]


def load_scenario(source: Path | str, folder: Path = FOLDER) -> Scenario:
    """A scenario from its file, or from its id. Raises BadFile with file and line."""
    path = source if isinstance(source, Path) else find_scenario(source, folder)
    data, lines = read_yaml(path)
    scenario = validated(Scenario, data, lines, str(path))
    if scenario.id != path.stem:
        wrong = f"the id {scenario.id!r} differs from the file's name; make them one"
        raise BadFile(str(path), lines.line(["id"]), wrong)
    return scenario


def find_scenario(name: str, folder: Path = FOLDER) -> Path:
    """The file of a scenario, by id or by path. Raises BadFile where there is none."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    known = ids(folder)
    if name not in known:
        raise BadFile(name, None, f"there is no scenario of this name; known are {', '.join(known) or 'none'}")
    return folder / f"{name}.yaml"


def ids(folder: Path = FOLDER) -> list[str]:
    """The ids of the scenarios in a folder (each file is named by its id)."""
    return sorted(p.stem for p in folder.glob("*.yaml"))
