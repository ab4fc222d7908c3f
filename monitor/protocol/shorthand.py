"""What people chart, in a few words: how cases and replay's event files write it."""

from __future__ import annotations

import re

from pydantic import ValidationError

from monitor import charting
from monitor import events as e
from monitor.protocol.document import OBSERVABLE, Document
from monitor.session import SessionState


def chart(document: Document, words: tuple[str, ...], state: SessionState | None = None) -> list[e.AnyEvent]:
    """What was charted, from the words that cases and replay's event files use.

    ``nausea 5``, ``nausea unasked``, ``seen``, ``vomited``, ``iv_site problem``, ``breathing 8``, ``symptom chest_pain``,
    ``no_symptom chest_pain``, ``drug ondansetron 4``, ``start 0.75``, ``rate 0.4``, ``pause``, ``resume 0.75``, ``stop``,
    ``check ITEM ANSWER``, ``baseline 120/75``, ``cuff_every 300``, ``cuff_rest 900``
    (until that second), ``pressure 150/90`` (by hand), ``watch NAME``, ``unwatch``, ``away 5``, ``back``,
    ``discharge ESCORT``, ``emergency``, ``emergency_end``, ``answer RULE did [OPTION ...]``. Raises ValueError with one sentence.
    """
    what, rest = words[0], words[1:]
    try:
        return _chart(document, what, rest, state)
    except (IndexError, KeyError, StopIteration):
        raise ValueError(f"{' '.join(words)}: this needs more, see how the others are written") from None
    except ValidationError as wrong:
        # Its own text has several lines and an address; a file's error is one sentence.
        raise ValueError(f"{' '.join(words)}: {wrong.errors()[0]['msg'].removeprefix('Input ')}") from None


def _chart(document: Document, what: str, rest: tuple[str, ...], state: SessionState | None) -> list[e.AnyEvent]:
    if what in charting.SCALES:
        value = None if rest[0] == "unasked" else _whole(rest[0])
        wrong = charting.refusal(what, value)
        if wrong:
            raise ValueError(wrong)
        return [e.Scored(scale=what, value=value)]
    if what in OBSERVABLE:
        number = float(rest[0]) if rest and re.fullmatch(r"\d+(\.\d+)?", rest[0]) else None
        return [e.Observed(what=what, number=number, value="" if number is not None or not rest else rest[0])]
    match what:
        case "symptom" | "no_symptom":
            if rest[0] not in {s.id for s in document.symptoms}:
                raise ValueError(f"there is no symptom called {rest[0]}")
            return [e.SymptomCharted(symptom=rest[0], present=what == "symptom")]
        case "drug":
            drug = document.drug[rest[0]]
            dose = float(rest[1]) if len(rest) > 1 else drug.dose
            return [e.DrugGiven(drug=drug.id, drug_class=drug.drug_class, dose=dose, unit=drug.unit, route=drug.route)]
        case "start":
            return [e.InfusionStarted(rate_mg_per_kg_h=float(rest[0]))]
        case "rate":
            return [e.RateChanged(rate_mg_per_kg_h=float(rest[0]), breaks=" ".join(rest[1:]))]
        case "resume":
            return [e.InfusionResumed(rate_mg_per_kg_h=float(rest[0]))]
        case "pause":
            return [e.InfusionPaused()]
        case "stop":
            return [e.InfusionStopped()]
        case "check":
            return [e.ChecklistAnswered(checklist="before", item=rest[0], answers=rest[1:])]
        case "baseline":
            return [charted_baseline(rest[0])]
        case "cuff_every":
            return [e.CuffIntervalSet(seconds=_whole(rest[0]))]
        case "pressure":
            taken = charted_baseline(rest[0])
            return [e.PressureCharted(sys=taken.sys, dia=taken.dia)]
        case "cuff_rest":
            return [e.CuffPutOff(until=_whole(rest[0]))]
        case "watch":
            return [e.WatchTaken(name=rest[0])]
        case "unwatch":
            return [e.WatchLeft()]
        case "away":
            return [e.AwayStarted(why="bathroom", escort="nurse", cap_min=_whole(rest[0]))]
        case "back":
            return [e.AwayEnded()]
        case "discharge":
            return [e.Discharged(escort=rest[0])]
        case "emergency":
            return [e.EmergencyStarted()]
        case "emergency_end":
            return [e.EmergencyEnded()]
        case "answer":
            prompt = state.prompts.get(rest[0]) if state is not None else None
            episode = prompt.episode if prompt is not None else 1
            return [e.PromptAnswered(rule=rest[0], episode=episode, answer=e.Answer(rest[1]), options=rest[2:])]
    raise ValueError(f"nothing is charted as {what}")


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text):
        raise ValueError(f"{text} is not a whole number")
    return int(text)


def charted_baseline(text: str) -> e.BaselineSet:
    """``120/75`` as a baseline. Raises ValueError for what cannot be a blood pressure."""
    found = re.fullmatch(r"(\d{2,3})/(\d{2,3})", text)
    if not found or int(found[1]) <= int(found[2]):
        raise ValueError(f"{text} is no blood pressure; write it as 120/75")
    return e.BaselineSet(sys=float(found[1]), dia=float(found[2]))
