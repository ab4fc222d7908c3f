"""What people chart, in a few words: how cases and replay's event files write it."""

from __future__ import annotations

import re

from pydantic import ValidationError

from monitor import charting
from monitor import events as e
from monitor.protocol.document import OBSERVABLE, Document
from monitor.session import SessionState

NUMBER = re.compile(r"\d+(\.\d+)?")


def chart(document: Document, words: tuple[str, ...], state: SessionState | None = None) -> list[e.AnyEvent]:
    """What was charted, from the words that cases and replay's event files use.

    ``nausea 5``, ``nausea unasked``, ``seen``, ``vomited``, ``iv_site problem``, ``breathing 8``, ``symptom chest_pain``,
    ``no_symptom chest_pain``, ``drug ondansetron 4``, ``start 0.75``, ``rate 0.4``, ``pause``, ``resume 0.75``, ``stop``,
    ``check ITEM ANSWER``, ``baseline 120/75``, ``cuff_every 300``, ``cuff_rest 900``
    (until that second), ``pressure 150/90`` (by hand), ``watch NAME``, ``unwatch``, ``away 5``, ``back``, ``unassessed 360``,
    ``discharge ESCORT``, ``emergency``, ``emergency ACT``, ``emergency_end``, ``answer RULE did [OPTION ...]``.
    Raises ValueError with one sentence.
    """
    said = " ".join(words)
    try:
        return [_charted(document, words, state)]
    except _Unclear:
        raise ValueError(f"{said}: nothing is charted so, see how the others are written") from None
    except ValidationError as wrong:
        # Its own text has several lines and an address; a file's error is one sentence.
        raise ValueError(f"{said}: {wrong.errors()[0]['msg'].removeprefix('Input ')}") from None


class _Unclear(Exception):
    """Words that stand for nothing, or too few or too many of them."""


def _charted(document: Document, words: tuple[str, ...], state: SessionState | None) -> e.AnyEvent:
    match words:
        case (scale, given) if scale in charting.SCALES:
            value = None if given == "unasked" else _whole(given)
            wrong = charting.refusal(scale, value)
            if wrong:
                raise ValueError(wrong)
            return e.Scored(scale=scale, value=value)
        case (what,) if what in OBSERVABLE:
            return e.Observed(what=what)
        case (what, given) if what in OBSERVABLE:
            return e.Observed(what=what, number=float(given)) if NUMBER.fullmatch(given) else e.Observed(what=what, value=given)
        case ("symptom" | "no_symptom" as charted, symptom):
            if symptom not in {s.id for s in document.symptoms}:
                raise ValueError(f"there is no symptom called {symptom}")
            return e.SymptomCharted(symptom=symptom, present=charted == "symptom")
        case ("drug", name, *dose) if name in document.drug and len(dose) < 2:
            drug = document.drug[name]
            given_dose = next(map(_number, dose), drug.dose)
            return e.DrugGiven(drug=drug.id, drug_class=drug.drug_class, dose=given_dose, unit=drug.unit, route=drug.route)
        case ("start", rate):
            return e.InfusionStarted(rate_mg_per_kg_h=_number(rate))
        case ("rate", rate, *breaks):
            return e.RateChanged(rate_mg_per_kg_h=_number(rate), breaks=" ".join(breaks))
        case ("resume", rate):
            return e.InfusionResumed(rate_mg_per_kg_h=_number(rate))
        case ("pause",):
            return e.InfusionPaused()
        case ("stop",):
            return e.InfusionStopped()
        case ("check", item, *answers):
            return e.ChecklistAnswered(checklist="before", item=item, answers=tuple(answers))
        case ("baseline", pressure):
            return charted_baseline(pressure)
        case ("cuff_every", seconds):
            return e.CuffIntervalSet(seconds=_whole(seconds))
        case ("pressure", pressure):
            taken = charted_baseline(pressure)
            return e.PressureCharted(sys=taken.sys, dia=taken.dia)
        case ("cuff_rest", until):
            return e.CuffPutOff(until=_whole(until))
        case ("watch", *name) if name:
            return e.WatchTaken(name=" ".join(name))
        case ("unwatch",):
            return e.WatchLeft()
        case ("away", minutes):
            return e.AwayStarted(why="bathroom", escort="nurse", cap_min=_whole(minutes))
        case ("unassessed", seconds):
            return e.Outage(since="", until="", seconds=_number(seconds), caught_up=False, unknown=True)
        case ("back",):
            return e.AwayEnded()
        case ("discharge", *escort) if escort:
            return e.Discharged(escort=" ".join(escort))
        case ("emergency",):
            return e.EmergencyStarted()
        case ("emergency", act) if act in {a.id for a in document.emergency.acts}:
            return e.EmergencyAct(act=act)
        case ("emergency_end",):
            return e.EmergencyEnded()
        case ("answer", rule, answer, *options) if answer in list(e.Answer):
            if rule not in document.rule:
                raise ValueError(f"the protocol has no rule called {rule}")
            if unknown := [name for name in options if name not in document.option]:
                raise ValueError(f"the protocol has no option called {unknown[0]}")
            prompt = state.prompts.get(rule) if state is not None else None
            episode = prompt.episode if prompt is not None else 1
            return e.PromptAnswered(rule=rule, episode=episode, answer=e.Answer(answer), options=tuple(options))
    raise _Unclear


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text.removeprefix("-")):
        raise ValueError(f"{text} is not a number")
    return float(text)


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
