"""A condition as a sentence, so that a nurse manager can read what the program will do."""

from __future__ import annotations

from monitor import charting
from monitor.language import say
from monitor.protocol import conditions as c
from monitor.protocol.condition import Condition
from monitor.protocol.document import OBSERVABLE, Document, Rule
from monitor.vitals import KINDS, Signal

_FACTS = {
    "baseline_missing": say("there is no baseline pressure"),
    "blocking_open": say("a blocking item of the checklist is open"),
    "unwatched": say("nobody watches the room"),
    "not_assessed": say("nobody assessed the room for a time, and nobody has looked at the pump since"),
    "planned_end": say("the ordered dose is in, by the charted rate"),
    "iv_site_due": say("the IV site has not been looked at since the last pressure"),
    "away_over": say("the patient is away longer than planned"),
    "bound_broken": say("something recorded breaks a bound"),
    "bp_old": say("the last blood pressure is too old to count"),
    "no_source": say("SpO2, pulse or blood pressure has no source"),
    "sedation_old": say("no sedation score for 10 min"),
    "pump_unconfirmed": say("the pump has not been looked at since it was changed"),
    "pump_seen_running": say("the pump was seen running while it is charted as not running"),
    "pump_seen_stopped": say("the pump was seen stopped while it is charted as running"),
    "emergency": say("the emergency button was pressed"),
    "paused": say("the infusion is paused"),
}
_PRESSURES = {
    "sys_at_least": say("systolic ≥ {:g}"),
    "dia_at_least": say("diastolic ≥ {:g}"),
    "sys_above": say("systolic > {:g}"),
    "dia_above": say("diastolic > {:g}"),
    "sys_below": say("systolic < {:g}"),
    "dia_below": say("diastolic < {:g}"),
    "rise_sys_at_least": say("systolic ≥ {:g} over baseline"),
    "rise_dia_at_least": say("diastolic ≥ {:g} over baseline"),
}


def duration(seconds: int) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _lasting(seconds: int, out_of: int | None = None) -> str:
    if out_of is not None:
        return say(" for {duration} out of {out_of}", duration=duration(seconds), out_of=duration(out_of))
    return say(" for {duration}", duration=duration(seconds)) if seconds else ""


def _within(seconds: int | None) -> str:
    return say(" within {duration}", duration=duration(seconds)) if seconds else ""


def condition(document: Document, stated: Condition) -> str:
    """The condition in words."""
    match stated:
        case c.All():
            return ", and ".join(_part(document, p) for p in stated.of)
        case c.AnyOf():
            return ", or ".join(_part(document, p) for p in stated.of)
        case c.Not():
            return say("not: {part}", part=_part(document, stated.of))
        case c.Vital():
            sign, limit = stated.limit()
            opposite = "≥" if sign in "<≤" else "≤"
            back = "" if stated.clears is None else say(", back at {sign} {limit:g}", sign=opposite, limit=stated.clears)
            return f"{' or '.join(KINDS[s].label for s in stated.of)} {sign} {limit:g}{_lasting(stated.for_s, stated.out_of)}{back}"
        case c.Pressure():
            limits = [text.format(v) for name, text in _PRESSURES.items() if (v := getattr(stated, name)) is not None]
            apart = say(", on two readings at least {duration} apart", duration=duration(stated.apart)) if stated.readings == 2 else ""
            back = say(", back {by:g} mmHg inside", by=stated.clears_by) if stated.clears_by else ""
            return say("blood pressure {limits}{apart}{back}", limits=" or ".join(limits), apart=apart, back=back)
        case c.Score():
            sign, limit = stated.limit()
            label = charting.SCALES[stated.scale].label
            word = charting.BOTHERED_WORDS[int(limit)] if stated.scale == charting.BOTHERED else f"{limit:g}"
            least = say(" by {duration} at least", duration=duration(stated.after_drug_by)) if stated.after_drug_by else ""
            after = (
                say(", charted after the last drug given for {after_drug}{least}", after_drug=stated.after_drug, least=least)
                if stated.after_drug is not None
                else ""
            )
            return f"{label} {sign} {word}{_within(stated.within)}{after}"
        case c.Trend():
            how = (
                say("falls by {falls_by:g}", falls_by=stated.falls_by)
                if stated.falls_by is not None
                else say("rises by {rises_by:g}", rises_by=stated.rises_by)
            )
            return f"{charting.SCALES[stated.scale].label} {how}{_within(stated.within)}"
        case c.Symptom():
            names = document.red_flags if stated.red_flag else stated.any_of
            return say("charted{within}: {n}", within=_within(stated.within), n=", ".join(document.symptom_label(n).lower() for n in names))
        case c.Seen():
            value = f" {stated.value}" if stated.value is not None else ""
            limit_text = f" < {stated.below:g}" if stated.below is not None else f" > {stated.above:g}" if stated.above is not None else ""
            return f"{OBSERVABLE[stated.what].lower()}{value}{limit_text}{_within(stated.within)}"
        case c.DrugSince():
            return say("a drug given for {part}{within}", part=stated.purpose or stated.drug_class, within=_within(stated.within))
        case c.Since():
            what = {
                "start": say("the start"),
                "pump": say("the last change of the pump"),
                "stop": say("the stop"),
                "phase": say("this phase began"),
            }[stated.what]
            if stated.at_least is not None:
                least = say("at least {duration}", duration=duration(stated.at_least))
            else:
                assert stated.less_than is not None  # exactly one of them is given
                least = say("less than {duration}", duration=duration(stated.less_than))
            return say("{least} since {what}", least=least, what=what)
        case c.Overdue():
            grace = say(" by {duration}", duration=duration(stated.grace)) if stated.grace else ""
            return say("{label} overdue{grace}", label=document.observation[stated.observation].label, grace=grace)
        case c.Lost():
            names_lost = ", ".join(KINDS[s].label for s in stated.signals_)
            count = say("at least {at_least} of ", at_least=stated.at_least) if len(stated.signals_) > 1 else ""
            return say(
                "no live value of {count}{names_lost}{lasting}, before the start only of what was once there{back}",
                count=count,
                names_lost=names_lost,
                lasting=_lasting(stated.for_s),
                back=say(", back after {duration} with values", duration=duration(stated.back_for)) if stated.back_for else "",
            )
        case c.Reported():
            sign, limit = stated.limit()
            return say(
                "the monitor reports {label} {sign} {limit:g} and no other value{lasting}, until somebody has looked",
                label=KINDS[stated.of].label,
                sign=sign,
                limit=limit,
                lasting=_lasting(stated.for_s),
            )
        case c.Plausible():
            label = KINDS[stated.of].label
            between = duration(stated.between)
            words = say("{label} has not leapt by {leap:g} within {between}", label=label, leap=stated.leap, between=between)
            if stated.differ is not None:
                words = say("{words} and the two rates do not differ by more than {differ:g}", words=words, differ=stated.differ)
            return words
        case c.Before():
            label, within = KINDS[stated.of].label, duration(stated.within)
            if stated.falls_by is not None:
                return say("{label} fell by {by:g} in its last {within}", label=label, by=stated.falls_by, within=within)
            sign, limit = stated.limit()
            return say("{label} was {sign} {limit:g} in its last {within}", label=label, sign=sign, limit=limit, within=within)
        case c.CuffFailed():
            return say("the cuff failed {tries} times in a row", tries=stated.tries)
        case c.Disagree():
            return say(
                "{label} and {label2} differ by more than {by:g}{lasting}",
                label=KINDS[Signal(stated.of)].label,
                label2=KINDS[stated.and_].label,
                by=stated.by,
                lasting=_lasting(stated.for_s, stated.out_of),
            )
        case c.Still():
            return say("{label} unchanged{lasting}", label=KINDS[stated.of].label, lasting=_lasting(stated.for_s))
        case c.Flag():
            return document.history.get(stated.flag, stated.flag.replace("_", " ")).lower()
        case c.Fact():
            return f"{_FACTS[stated.fact]}{_lasting(stated.for_s)}"
    raise AssertionError(stated)


SHORT = 16
"""Letters that the smallest place holds, in two lines."""


def short(rule: Rule) -> str:
    """What is the matter, in two or three words: the protocol's own, or "BP high", or the first words of the rule's title."""
    if rule.short:
        return rule.short
    held = next((part for part in c.walk(rule.when) if isinstance(part, (c.Vital, c.Pressure))), None)
    if isinstance(held, c.Vital):
        high = held.above is not None or held.at_least is not None
    elif isinstance(held, c.Pressure):
        high = held.sys_below is None and held.dia_below is None
    else:
        return fitting(rule.title)
    of = "BP" if isinstance(held, c.Pressure) else KINDS[held.of[-1]].label
    return say("{of} high", of=of) if high else say("{of} low", of=of)


def fitting(words: str) -> str:
    """As many first words as a small place holds, never half of one."""
    first, *more = words.split()
    for word in more:
        if len(first) + 1 + len(word) > SHORT:
            break
        first = f"{first} {word}"
    return first.rstrip(" <>≤≥,:")


def _part(document: Document, stated: Condition) -> str:
    text = condition(document, stated)
    return f"({text})" if isinstance(stated, (c.All, c.AnyOf)) else text
