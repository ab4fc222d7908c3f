"""What was true in a played session: its patient is lived again from the seed and from what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from monitor import charting
from monitor import events as e
from monitor.charting import BOTHERED_WORDS
from monitor.session import act_of
from monitor.simulator.parts import Part, Seconds
from monitor.simulator.scenario import Scenario
from monitor.sources.simulated import SimulatedSource
from monitor.vitals import CUFF, Quality, Signal
from monitor.yamlmarks import read_yaml, validated

FILE = Path(__file__).with_name("must-act.yaml")
SCALES = (charting.DISSOCIATION, charting.COMFORT, charting.NAUSEA, charting.ANXIETY, charting.BOTHERED, charting.SEDATION)
EVERY_S = 10
"""How often what a patient could tell is looked at."""
ABOUT: Mapping[str, tuple[str, ...]] = {
    "spo2": ("spo2",), "rr": ("rr",), "breathing": ("rr",), "hr": ("hr",), "pulse": ("hr",), "nibp_sys": ("sys", "dia"),
    "nibp_dia": ("sys", "dia"), **{scale: (scale,) for scale in SCALES},
}  # fmt: skip
"""Which truths a value of a prompt's evidence tells of."""
SHOWN: Mapping[str, tuple[str, ...]] = {
    "spo2": ("spo2",), "rr": ("rr",), "hr": ("hr", "pulse"), "sys": ("nibp_sys",), "dia": ("nibp_dia",),
}  # fmt: skip
BACK_S: Mapping[str, int] = {"spo2": 120, "rr": 120, "hr": 120, "sys": 900, "dia": 900}
"""How far back what is true now and then still excuses a prompt; a score counts for as long as a nurse may take to ask."""
SCORE_BACK_S = 1200
FAULT_BACK_S = 60

Kind = Literal["sensor", "extreme", "cuff", "charted"]


class Act(Part):
    event: str
    of: str
    kind: Kind
    lasts: Seconds = Field(ge=1)
    below: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    def crossed(self, value: float | None) -> bool:
        return value is not None and (
            (self.below is not None and value < self.below)
            or (self.at_most is not None and value <= self.at_most)
            or (self.at_least is not None and value >= self.at_least)
        )


class Tell(Part):
    at_most: float | None = None
    at_least: float | None = None
    under: float | None = None
    over: float | None = None

    def worth(self, value: float | None, rest: float | None) -> bool:
        return value is not None and (
            (self.at_most is not None and value <= self.at_most)
            or (self.at_least is not None and value >= self.at_least)
            or (self.under is not None and rest is not None and value <= rest - self.under)
            or (self.over is not None and rest is not None and value >= rest + self.over)
        )


class Limits(Part):
    act: tuple[Act, ...]
    tell: dict[str, Tell]


@cache
def limits() -> Limits:
    data, lines = read_yaml(FILE)
    return validated(Limits, data, lines, str(FILE))


@dataclass
class Lived:
    """Second by second: the body, the monitor's numbers, the faults. Scores stand until they are looked at again."""

    rest: dict[str, float]
    true: dict[str, list[float | None]] = field(default_factory=dict)
    shown: dict[str, list[float | None]] = field(default_factory=dict)
    faults: list[tuple[str, ...]] = field(default_factory=list)
    symptoms: set[str] = field(default_factory=set)
    vomited: list[int] = field(default_factory=list)
    running: list[bool] = field(default_factory=list)

    @property
    def ends(self) -> int:
        return len(self.faults)

    def stretches(self, act: Act) -> Iterator[tuple[int, int]]:
        """From when to when this must be acted on."""
        since: int | None = None
        values = [*self.true[act.of], None]
        for at, value in enumerate(values):
            if act.crossed(value):
                since = at if since is None else since
            elif since is not None:
                if at - since >= act.lasts:
                    yield since, at
                since = None

    def seen(self, act: Act, since: int, until: int) -> int | None:
        """The first second of these in which the monitor shows it too."""
        names = SHOWN.get(act.of, ())
        return next((at for at in range(since, min(until, self.ends)) if any(act.crossed(self.shown[n][at]) for n in names)), None)

    def tells(self, names: Sequence[str], at: int) -> bool | None:
        """Whether one of these names had something to tell of; None where none of them can be looked up."""
        known = [of for name in names for of in ABOUT.get(name, ())]
        if any(name in self.symptoms for name in names):
            return True
        if "vomited" in names:
            return any(at - SCORE_BACK_S <= second <= at for second in self.vomited)
        if not known:
            return None
        return any(
            limits().tell[of].worth(value, self.rest.get(of))
            for of in set(known)
            for value in self.true[of][max(0, at - BACK_S.get(of, SCORE_BACK_S)) : at + 1]
        )

    @property
    def uneventful(self) -> bool:
        """Whether nothing was ever worth telling: neither of the body nor of what the patient lives through."""
        told = {name: tell for name, tell in limits().tell.items() if name not in (charting.DISSOCIATION, charting.SEDATION)}
        return not any(tell.worth(value, self.rest.get(of)) for of, tell in told.items() for value in self.true[of])

    def spoiled(self, at: int) -> bool:
        return any(self.faults[max(0, at - FAULT_BACK_S) : at + 1])


def live(scenario: Scenario, seed: int, log: Sequence[e.Logged], until: int) -> Lived:
    source = SimulatedSource(scenario, seed)
    patient = source.patient
    body, base = patient.life.body, scenario.patient.baseline
    lived = Lived({"spo2": base.spo2, "hr": base.hr, "rr": base.rr, "sys": base.sys, "dia": base.dia})
    waiting = [act for act in map(act_of, log) if act is not None]
    waiting.sort(key=lambda act: act.at)
    reading: dict[str, float | None] = {s.value: None for s in CUFF}
    scores: dict[str, float | None] = {}
    for at in range(until):
        now = []
        while waiting and waiting[0].at <= at:
            now.append(waiting.pop(0))
        ((_, row),) = source.read(at, now)
        shown: dict[str, float | None] = {n.signal.value: n.value if n.ok or n.quality is Quality.IMPLAUSIBLE else None for n in row}
        reading.update({s.value: shown[s.value] for s in CUFF if s.value in shown})
        if at % EVERY_S == 0:
            told = patient.answers()
            bothered = told["bothered"]
            scores = {s: _number(told.get(s)) for s in SCALES}
            scores[charting.BOTHERED] = float(BOTHERED_WORDS.index(bothered)) if isinstance(bothered, str) else None
            scores[charting.SEDATION] = _number(told["moaas"])
            lived.symptoms.update(patient.symptoms())
            if told["vomited"]:
                lived.vomited.append(at)
        values = {"spo2": body.spo2, "hr": body.hr, "rr": body.rr, "sys": body.sys, "dia": body.dia, **scores}
        for name, value in values.items():
            lived.true.setdefault(name, []).append(value)
        for signal in (Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR):
            lived.shown.setdefault(signal.value, []).append(shown.get(signal.value))
        for signal in CUFF:
            lived.shown.setdefault(signal.value, []).append(reading[signal.value])
        failed = ("cuff_fails",) if any(not n.ok for n in row if n.signal in CUFF) else ()
        faults = patient.truth()["faults"]
        assert isinstance(faults, list)
        lived.faults.append((*faults, *failed))
        lived.running.append(patient.life.rate > 0)
    return lived


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
