"""Settling a patient in a room: from a chosen source and what is known of the patient to a session's first events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from monitor import events as e
from monitor.charting import SCALES
from monitor.protocol.assessment import ENGINE
from monitor.protocol.document import OBSERVABLE, Document
from monitor.simulator import VERSION
from monitor.simulator.scenario import Scenario, load_scenario
from monitor.sources.opening import fingerprint, open_source
from monitor.sources.recorded import RecordedSource
from monitor.sources.source import BadFile, Source
from monitor.vitals import CUFF, Signal
from monitor.yamlmarks import read_yaml


@dataclass(frozen=True, slots=True)
class Patient:
    """What check-in asks. ``earlier`` are flags of the protocol's history."""

    alias: str
    second_id: str = ""
    age: int | None = None
    weight_kg: float | None = None
    allergies: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    opened: e.SessionOpened
    source: e.SourceSet
    scenario: Scenario | None


def admit_simulated(room: str, patient: Patient, scenario: Path, seed: int, document: Document, demo: bool = False) -> Admission:
    """A simulated patient. What check-in left open comes from the scenario. Raises BadFile."""
    played = load_scenario(scenario)
    refuse_order(played, str(scenario), document)
    refuse_symptoms(played, scenario, document)
    named = e.SourceSet(path=str(scenario), seed=seed, sha256=fingerprint(scenario), simulator=VERSION)
    source = open_source("simulated", named)
    opened = _opened(room, patient, source, document, observed=False, demo=demo)
    who = played.patient
    opened = opened.model_copy(
        update={
            "age": patient.age if patient.age is not None else who.age,
            "weight_kg": patient.weight_kg if patient.weight_kg is not None else who.weight_kg,
            "earlier": patient.earlier or _earlier(played, document),
            "cuff_interval_s": played.cuff.every,
            "source_label": "SIMULATED",
        }
    )
    return Admission(opened, named, played)


def refuse_symptoms(played: Scenario, file: Path, document: Document) -> None:
    """Raise BadFile where a symptom is one that nobody could chart."""
    for n, happening in enumerate(played.happenings):
        if happening.symptom is not None:
            known = {s.id for s in document.symptoms}
            _refuse_but(known, happening.symptom, file, ("happenings", n, "symptom"), "symptom of the protocol")


def refuse_shown(played: Scenario, file: Path, document: Document) -> None:
    """Raise BadFile where something ``shows`` an event that no prompt ever cites."""
    asked = (s.id for s in document.symptoms), (o.id for o in document.observations)
    cited = {*(s.value for s in Signal), *SCALES, *OBSERVABLE, *asked[0], *asked[1]}
    for n, critical in enumerate(played.critical):
        for k, name in enumerate(critical.shows):
            _refuse_but(cited, name, file, ("critical", n, "shows", k), "number, scale, symptom or observation")


def _refuse_but(known: Collection[str], name: str, file: Path, place: Sequence[str | int], what: str) -> None:
    if name not in known:
        nearest = get_close_matches(name, known, 1, 0.5)
        meant = f"; was {nearest[0]} meant?" if nearest else ";"
        wrong = f"no {what} is called {name!r}{meant} known are {', '.join(sorted(known))}"
        raise BadFile(str(file), read_yaml(file)[1].line(place), wrong)


def refuse_order(played: Scenario, file: str, document: Document) -> None:
    """Raise BadFile where the scenario's order is beyond what the protocol lets anybody order."""
    for text, how in document.order_breaks(played.prescribed()):
        if how == "absolute":
            raise BadFile(file, None, f"the order's {text}; the protocol's guardrails do not let it start")


def admit_recorded(
    room: str, patient: Patient, recording: Path, document: Document, observed: bool = True, demo: bool = False
) -> Admission:
    """A recording plays in a room. Raises BadFile."""
    named = e.SourceSet(path=str(recording), sha256=fingerprint(recording))
    source = open_source("recorded", named)
    doubts = tuple(doubt.sentence for doubt in source.doubts) if isinstance(source, RecordedSource) else ()
    return Admission(_opened(room, patient, source, document, observed, demo, doubts), named, None)


def _opened(
    room: str, patient: Patient, source: Source, document: Document, observed: bool, demo: bool, doubts: tuple[str, ...] = ()
) -> e.SessionOpened:
    # A recording's cuff may be hours apart; it never asks for more than the protocol's own interval.
    periods = {c.signal: c.period_s for c in source.channels}
    cuff = next((periods[s] for s in CUFF if s in periods), None)
    return e.SessionOpened(
        room=room,
        alias=patient.alias,
        second_id=patient.second_id,
        age=patient.age,
        weight_kg=patient.weight_kg,
        allergies=patient.allergies,
        earlier=patient.earlier,
        number=patient.number,
        source_kind="simulated" if source.kind == "simulated" else "recorded",
        source_label=source.label,
        doubts=doubts,
        channels=tuple(e.ChannelDeclared(signal=c.signal, period_s=c.period_s, name=c.name) for c in source.channels),
        protocol=f"{document.protocol} {document.version}",
        protocol_digest=document.digest,
        engine=ENGINE,
        observed=observed,
        demo=demo,
        cuff_interval_s=None if cuff is None else int(max(60, min(cuff, document.cuff_interval))),
    )


def _earlier(scenario: Scenario, document: Document) -> tuple[str, ...]:
    who = scenario.patient
    known = {"motion_sickness": who.motion_sickness, "hypertension": who.hypertension}
    return tuple(flag for flag, has in known.items() if has and flag in document.history)


def well_answered(document: Document, checklist: str = "before", found: Mapping[str, str] | None = None) -> Sequence[e.ChecklistAnswered]:
    """A checklist answered as it is found, and else as for a patient with nothing to note: for simulated sessions only."""
    said = []
    for item in document.checklists.get(checklist, ()):  # type: ignore[call-overload]
        good = next((a.id for a in item.answers if not a.stops and not a.flags), None)
        answer = (found or {}).get(item.id, good)
        if answer is not None:
            said.append(e.ChecklistAnswered(checklist=checklist, item=item.id, answers=(answer,)))
    return said
