"""A condition as a sentence, so that a nurse manager can read what the program will do."""

from __future__ import annotations

from monitor import charting
from monitor.protocol import conditions as c
from monitor.protocol.document import OBSERVABLE, Document
from monitor.vitals import KINDS, Signal

_FACTS = {
    "baseline_missing": "there is no baseline pressure",
    "blocking_open": "a blocking item of the checklist is open",
    "unwatched": "nobody watches the room",
    "planned_end": "the ordered dose is in, by the charted rate",
    "iv_site_due": "the IV site has not been looked at since the last pressure",
    "away_over": "the patient is away longer than planned",
    "bound_broken": "something recorded breaks a bound",
    "bp_old": "the last blood pressure is too old to count",
    "no_source": "SpO2, pulse or blood pressure has no source",
    "pump_unconfirmed": "the pump has not been looked at since it was changed",
    "pump_seen_running": "the pump was seen running while it is charted as not running",
    "pump_seen_stopped": "the pump was seen stopped while it is charted as running",
    "emergency": "the emergency button was pressed",
    "paused": "the infusion is paused",
}
_PRESSURES = {
    "sys_at_least": "systolic ≥ {:g}",
    "dia_at_least": "diastolic ≥ {:g}",
    "sys_above": "systolic > {:g}",
    "dia_above": "diastolic > {:g}",
    "sys_below": "systolic < {:g}",
    "dia_below": "diastolic < {:g}",
    "rise_sys_at_least": "systolic ≥ {:g} over baseline",
    "rise_dia_at_least": "diastolic ≥ {:g} over baseline",
}


def duration(seconds: int) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _lasting(seconds: int) -> str:
    return f" for {duration(seconds)}" if seconds else ""


def _within(seconds: int | None) -> str:
    return f" within {duration(seconds)}" if seconds else ""


def condition(document: Document, stated: c.Condition) -> str:
    """The condition in words."""
    match stated:
        case c.All():
            return ", and ".join(_part(document, p) for p in stated.of)
        case c.AnyOf():
            return ", or ".join(_part(document, p) for p in stated.of)
        case c.Not():
            return f"not: {_part(document, stated.of)}"
        case c.Vital():
            sign, limit = stated.limit()
            return f"{' or '.join(KINDS[s].label for s in stated.of)} {sign} {limit:g}{_lasting(stated.for_s)}"
        case c.Pressure():
            limits = [text.format(v) for name, text in _PRESSURES.items() if (v := getattr(stated, name)) is not None]
            apart = f", on two readings at least {duration(stated.apart)} apart" if stated.readings == 2 else ""
            return f"blood pressure {' or '.join(limits)}{apart}"
        case c.Score():
            sign, limit = stated.limit()
            label = charting.SCALES[stated.scale].label
            word = charting.BOTHERED_WORDS[int(limit)] if stated.scale == charting.BOTHERED else f"{limit:g}"
            least = f" by {duration(stated.after_drug_by)} at least" if stated.after_drug_by else ""
            after = f", charted after the last drug given for {stated.after_drug}{least}" if stated.after_drug is not None else ""
            return f"{label} {sign} {word}{_within(stated.within)}{after}"
        case c.Trend():
            how = f"falls by {stated.falls_by:g}" if stated.falls_by is not None else f"rises by {stated.rises_by:g}"
            return f"{charting.SCALES[stated.scale].label} {how}{_within(stated.within)}"
        case c.Symptom():
            names = document.red_flags if stated.red_flag else stated.any_of
            return f"charted{_within(stated.within)}: {', '.join(document.symptom_label(n).lower() for n in names)}"
        case c.Seen():
            value = f" {stated.value}" if stated.value is not None else ""
            limit_text = f" < {stated.below:g}" if stated.below is not None else f" > {stated.above:g}" if stated.above is not None else ""
            return f"{OBSERVABLE[stated.what].lower()}{value}{limit_text}{_within(stated.within)}"
        case c.DrugSince():
            return f"a drug given for {stated.purpose or stated.drug_class}{_within(stated.within)}"
        case c.Since():
            what = {"start": "the start", "pump": "the last change of the pump", "stop": "the stop", "phase": "this phase began"}[
                stated.what
            ]
            least = (
                f"at least {duration(stated.at_least)}" if stated.at_least is not None else f"less than {duration(stated.less_than or 0)}"
            )
            return f"{least} since {what}"
        case c.Overdue():
            grace = f" by {duration(stated.grace)}" if stated.grace else ""
            return f"{document.observation[stated.observation].label} overdue{grace}"
        case c.Lost():
            names_lost = ", ".join(KINDS[s].label for s in stated.signals_)
            count = f"at least {stated.at_least} of " if len(stated.signals_) > 1 else ""
            return f"no live value of {count}{names_lost}{_lasting(stated.for_s)}, before the start only of what was once there"
        case c.CuffFailed():
            return f"the cuff failed {stated.tries} times in a row"
        case c.Disagree():
            return (
                f"{KINDS[Signal(stated.of)].label} and {KINDS[stated.and_].label} differ by more than {stated.by:g}{_lasting(stated.for_s)}"
            )
        case c.Still():
            return f"{KINDS[stated.of].label} unchanged{_lasting(stated.for_s)}"
        case c.Flag():
            return document.history.get(stated.flag, stated.flag.replace("_", " ")).lower()
        case c.Fact():
            return f"{_FACTS[stated.fact]}{_lasting(stated.for_s)}"
    raise AssertionError(stated)


def _part(document: Document, stated: c.Condition) -> str:
    text = condition(document, stated)
    return f"({text})" if isinstance(stated, (c.All, c.AnyOf)) else text
