"""A population: who comes for infusions, what is ordered, and what the team does unasked. YAML, one file each.

A file that says ``like: default`` writes only what differs.

A person keeps age, sex, illness and usual pressure through a series; the day shifts the pressure that an infusion
starts from. An infusion that would start above the clinic's limit is not started that day (the papers count only
infusions that took place).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from monitor.simulator.body import LEAST_PULSE_PRESSURE
from monitor.simulator.ketamine import DEFAULT_SET
from monitor.simulator.life import Seeds
from monitor.simulator.noise import correlated
from monitor.simulator.parts import Part, Text
from monitor.simulator.scenario import (
    Baseline,
    CuffSetting,
    Ordered,
    Person,
    Persona,
    Responds,
    Scenario,
    Unrest,
    known_set,
    load_scenario,
)
from monitor.yamlmarks import BadFile, Lines, read_yaml, validated

FOLDER = Path(__file__).resolve().parents[2] / "sample_data" / "populations"
SHARE_OF_DIA, SHARE_OF_HR = 0.65, 0.2
"""Correlation of the usual diastolic pressure, and heart rate, with the systolic: proposal."""
LIVELY, LIVELY_SD = (0.62, 2.6), 0.4
"""How much persons' numbers wander: least and most, and the spread of its logarithm. With these the five-minute SD of the
pulse lies between 0.7 and 3.1, as in the recordings."""
TRIES = 40
"""Days after which the clinic would no longer try; nobody in a sensible population needs as many."""

Share = Annotated[float, Field(ge=0, le=1)]


class Spread(Part):
    mean: float
    sd: float = Field(ge=0)
    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Spread:
        if not self.low <= self.mean <= self.high:
            raise ValueError("low, mean and high must stand in this order")
        return self

    def at(self, z: float) -> float:
        return min(self.high, max(self.low, self.mean + self.sd * z))


class Usual(Part):
    """What rest looks like between persons, and from day to day."""

    mean: float
    sd: float = Field(ge=0)
    day_sd: float = Field(default=0, ge=0)
    per_year: float = 0
    """For each year of age over 45."""


class Names(Part):
    """From which strength (0 to 10) the patients' reports name something as a side effect. All are proposals.

    What is named by itself is far less than what is felt or asked for: dissociation is reported by 35.6 % (Rodrigues
    2020), CADSS is above 4 in 61 to 75 % (esketamine label).
    """

    dissociation: float = Field(ge=0, le=10)
    nausea: float = Field(ge=0, le=10)
    dizziness: float = Field(ge=0, le=10)
    headache: float = Field(ge=0, le=10)
    anxiety: float = Field(ge=0, le=10)


class Care(Part):
    """What the team does by itself, looking every five minutes. Pressures are systolic, diastolic: either counts."""

    stop_at: tuple[float, float]
    """Confirmed by a repeat: stop."""
    antihypertensive_at: tuple[float, float]
    """On so many readings one after the other."""
    antihypertensive_after: Annotated[int, Field(ge=1, le=20)] = 3
    before_if_severe: tuple[float, float]
    """Whoever reached this once is given an antihypertensive before every later infusion."""
    suffers_from: float = Field(default=3, ge=0, le=10)
    """Unease: looked after with words; after five minutes the rate is halved, after fifteen the infusion is stopped."""
    antiemetic_from: float = Field(default=4, ge=0, le=10)
    antiemetic_before_if_motion_sick: bool = True


class Population(Part):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")
    title: Text
    follows: Annotated[str, Field(max_length=2000)]
    """Which papers it follows, and which it leaves aside."""
    age: Spread
    weight_kg: Spread
    women: Share
    hypertension: Share
    hypertension_sys: float = 8
    """What having hypertension, treated, leaves on top of the usual systolic pressure."""
    antidepressant: Share
    motion_sickness: Share
    sys: Usual
    dia: Usual
    hr: Usual
    spo2: Usual
    rr: Usual
    hold_above: tuple[float, float]
    orders: Annotated[tuple[Ordered, ...], Field(min_length=1)]
    """By infusion; the last holds for all later ones. They may differ in dose alone."""
    drug_set: str = DEFAULT_SET
    cuff: CuffSetting = CuffSetting()
    unrest: Unrest = Unrest()
    persona: Persona | None = None
    bothered: bool | None = None
    responds: Responds = Responds()
    """What everybody here shows, as a scenario tells it; drawn where it is left out, as are the two above."""
    care: Care
    names_from: Names

    @field_validator("drug_set")
    @classmethod
    def _known_set(cls, name: str) -> str:
        return known_set(name)

    @field_validator("weight_kg")
    @classmethod
    def _weighs(cls, spread: Spread) -> Spread:
        if not 30 <= spread.low <= spread.high <= 300:
            raise ValueError("weights lie between 30 and 300 kg")
        return spread

    @field_validator("age")
    @classmethod
    def _adult(cls, spread: Spread) -> Spread:
        if not 18 <= spread.low <= spread.high <= 100:
            raise ValueError("ages lie between 18 and 100 years")
        return spread

    @field_validator("hold_above")
    @classmethod
    def _pressures(cls, limit: tuple[float, float]) -> tuple[float, float]:
        if not (120 <= limit[0] <= 200 and 70 <= limit[1] <= 120):
            raise ValueError("no infusion would ever start; write systolic 120 to 200, diastolic 70 to 120")
        return limit

    @model_validator(mode="after")
    def _comparable(self) -> Population:
        if len({(o.minutes, o.start) for o in self.orders}) > 1:
            raise ValueError("orders may differ in dose alone, so that readings fall on the same minutes")
        return self

    def scenario(self, infusion: int) -> Scenario:
        """What every patient's infusion of this number follows; the person in it stands for nobody."""
        return Scenario(
            id=self.id.replace("_", "-"),
            title=self.title,
            patient=Person(age=45, weight_kg=70),
            order=self.orders[min(infusion, len(self.orders)) - 1],
            drug_set=self.drug_set,
            cuff=self.cuff,
            unrest=self.unrest,
        )

    def person(self, seeds: Seeds, infusion: int) -> Person:
        """Who comes on a day. What belongs to the person comes from the person's stream alone."""
        of_person, of_day = seeds.of_person("people"), seeds.of_day("people")
        z = of_person.standard_normal(8).clip(-3, 3).tolist()
        u = of_person.random(4).tolist()
        age = round(self.age.at(z[0]))
        hypertension = u[1] < min(0.9, self.hypertension * math.exp(0.04 * (age - self.age.mean)))
        for _ in range(TRIES):
            day = of_day.standard_normal(5).clip(-3, 3).tolist()
            sys = _of(self.sys, z[2], day[0], age) + (self.hypertension_sys if hypertension else 0.0)
            dia = _of(self.dia, correlated(SHARE_OF_DIA, z[2], z[3]), correlated(SHARE_OF_DIA, day[0], day[1]), age)
            dia += 0.5 * self.hypertension_sys if hypertension else 0.0
            if sys <= self.hold_above[0] and dia <= self.hold_above[1]:
                break
        sys = max(88.0, min(self.hold_above[0], sys))
        return Person(
            age=age,
            weight_kg=round(self.weight_kg.at(z[1]), 1),
            sex="female" if u[0] < self.women else "male",
            hypertension=hypertension,
            motion_sickness=u[2] < self.motion_sickness,
            antidepressant=u[3] < self.antidepressant,
            infusion=infusion,
            persona=self.persona,
            bothered=self.bothered,
            responds=self.responds.model_copy(update={"liveliness": self.responds.liveliness or _lively(z[7])}),
            baseline=Baseline(
                sys=sys,
                dia=max(45.0, min(self.hold_above[1], dia, sys - LEAST_PULSE_PRESSURE - 2.0)),
                hr=max(40.0, min(115.0, _of(self.hr, correlated(SHARE_OF_HR, z[2], z[4]), day[2], age))),
                spo2=max(92.0, min(99.6, _of(self.spo2, z[5], day[3], age))),
                rr=max(10.0, min(20.0, _of(self.rr, z[6], day[4], age))),
            ),
        )


def load_population(name: Path | str, folder: Path = FOLDER) -> Population:
    """A population from its file, or from its id. Raises BadFile with file and line."""
    path = name if isinstance(name, Path) else folder / f"{name}.yaml"
    if isinstance(name, str) and name not in populations(folder):
        raise BadFile(name, None, f"there is no population of this name; known are {', '.join(populations(folder)) or 'none'}")
    data, lines = _written(path, folder)
    return validated(Population, data, lines, str(path))


def _written(path: Path, folder: Path, above: tuple[Path, ...] = ()) -> tuple[object, Lines]:
    """What a population's file says, over what stands in the one that it is like: beside it, or among the shipped ones."""
    data, lines = read_yaml(path)
    if not isinstance(data, dict) or "like" not in data:
        return data, lines
    others = [p for p in (path.parent / f"{data['like']}.yaml", folder / f"{data['like']}.yaml") if p.is_file() and p not in (*above, path)]
    base = _written(others[0], folder, (*above, path))[0] if others else None
    if not isinstance(base, dict):
        raise BadFile(str(path), lines.line(["like"]), f"cannot be like {data['like']!r}; name another population, such as default")
    return _over(base, data), lines


def _over(base: Mapping[str, object], data: Mapping[str, object]) -> dict[str, object]:
    """``data`` over ``base``, part by part."""
    whole = {**base, **{k: v for k, v in data.items() if k != "like"}}
    for key, part in data.items():
        below = base.get(key)
        if isinstance(part, dict) and isinstance(below, dict):
            whole[key] = {**below, **part}
    return whole


class _Weighted(Part):
    scenario: Text
    weight: float = Field(gt=0, le=1e6)


class _Mix(Part):
    mix: Annotated[tuple[_Weighted, ...], Field(min_length=1, max_length=100)]


def load_mix(path: Path) -> dict[Scenario, float]:
    """Scenarios and their weights, from a file that lists them under ``mix``. Raises BadFile with file and line.

    A scenario is named by id, or by a file beside the list.
    """
    data, lines = read_yaml(path)
    listed = validated(_Mix, data, lines, str(path)).mix
    mix: dict[Scenario, float] = {}
    for i, one in enumerate(listed):
        try:
            beside = path.parent / one.scenario
            found = load_scenario(beside if beside.suffix in (".yaml", ".yml") else one.scenario)
        except BadFile as wrong:
            raise BadFile(str(path), lines.line(["mix", i, "scenario"]), str(wrong)) from None
        if found in mix:
            raise BadFile(str(path), lines.line(["mix", i, "scenario"]), f"{one.scenario} stands here twice; write one weight")
        mix[found] = one.weight
    return mix


def populations(folder: Path = FOLDER) -> Sequence[str]:
    return sorted(p.stem for p in folder.glob("*.yaml"))


def _lively(z: float) -> float:
    return max(LIVELY[0], min(LIVELY[1], math.exp(LIVELY_SD * z)))


def _of(usual: Usual, z: float, day: float, age: int) -> float:
    return usual.mean + usual.per_year * (age - 45) + usual.sd * z + usual.day_sd * day
