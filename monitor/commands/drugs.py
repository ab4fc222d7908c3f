"""Drugs that were given, and what speaks against giving one."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor import units
from monitor.commands.scene import Command, Override, Refusal, Scene, dated, tapped
from monitor.language import say
from monitor.protocol.condition import CANNOT_TELL, MET, Sight
from monitor.protocol.document import Document, Drug
from monitor.session import Given, SessionState

TWICE_S = 60


def give_drug(drug: str, dose: float, route: str, *, fact: bool, override: Override = Override(), for_at: int | None = None) -> Command:
    """``fact``: it has been given; recorded whatever bound it breaks. Else an intent: checked first."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        known = scene.document.drug.get(drug)
        if known is None:
            raise Refusal("unknown_drug", say("The protocol does not list {drug}; record it as a note.", drug=drug))
        if not 0 < dose <= 100000:
            raise Refusal("dose_impossible", say("Enter the dose that was given."))
        if tapped(scene, [g.known_at for g in scene.state.drugs if g.drug == drug and g.dose == dose and g.by == scene.by]):
            return []
        twice = _charted_by_another(scene, drug, dose)
        if twice is not None and not override:
            sentence = say(
                "{by} has charted {label} {dose:g} {unit} just now. If it was given twice, say by whose order.",
                by=twice.by,
                label=known.label,
                dose=dose,
                unit=known.unit,
            )
            raise Refusal("drug_charted_before", sentence, True)
        at = scene.at if for_at is None else for_at
        breaks = drug_breaks(Sight(scene.document, scene.state, scene.look(), at), known, dose)
        if breaks and not fact and not override:
            raise Refusal("drug_beyond_bounds", say("{part}: the prescriber's name and a reason are needed.", part="; ".join(breaks)), True)
        return [
            e.DrugGiven(
                drug=drug,
                drug_class=known.drug_class,
                dose=dose,
                unit=known.unit,
                route=route,
                for_at=dated(scene, for_at, before=True),
                breaks=tuple(breaks),
                prescriber=override.by,
                override_by=override.by,
                reason=override.reason,
            )
        ]

    return command


def _charted_by_another(scene: Scene, drug: str, dose: float) -> Given | None:
    """Two nurses who chart within a minute mean the same dose until somebody says otherwise."""
    reach = TWICE_S * max(1.0, scene.state.speed)
    same = (g for g in scene.state.drugs if g.drug == drug and g.dose == dose and g.by != scene.by)
    return next((g for g in same if scene.at - g.known_at <= reach), None)


def drug_breaks(sight: Sight, drug: Drug, dose: float) -> list[str]:
    """What speaks against this drug now, each in a sentence: dose, total, repeat, allergy, this patient's flags and state."""
    document, state, at = sight.document, sight.state, sight.at
    found = []
    if dose > drug.dose_max:
        found.append(
            say(
                "{label} {dose:g} {unit} is above the largest single dose {dose_max:g} {unit}",
                label=drug.label,
                dose=dose,
                unit=drug.unit,
                dose_max=drug.dose_max,
            )
        )
    earlier = [g for g in state.drugs if g.drug == drug.id]
    total = sum(g.dose for g in earlier) + dose
    if earlier and total > drug.total_max:
        found.append(
            say(
                "{label} {total:g} {unit} in all is above {total_max:g} {unit}",
                label=drug.label,
                total=total,
                unit=drug.unit,
                total_max=drug.total_max,
            )
        )
    before = [g for g in earlier if g.at <= at]
    repeat = earliest_repeat(document, before[-1]) if before else None
    if repeat is not None and at < repeat:
        found.append(
            say(
                "{label} was given {ago}; earliest repeat in {span}",
                label=drug.label,
                ago=units.ago(at - before[-1].at),
                span=units.span(repeat - at),
            )
        )
    after = next((g for g in earlier if at < g.at < at + drug.repeat_after), None)
    if after is not None:  # charted late: the later one stands in the record already
        found.append(say("{label} was given again {minutes} after this", label=drug.label, minutes=units.minutes(after.at - at)))
    allergies = {a.lower() for a in state.opened.allergies}
    for name in (drug.id, drug.label, *drug.allergy):
        if any(name.lower() in a or a in name.lower() for a in allergies if a):
            found.append(say("an allergy to {name} is recorded", name=name))
            break
    for flag in drug.avoid:
        truth = document.flag(flag, state)
        if truth == MET:
            found.append(say("{flag}: {label} needs the prescriber", flag=document.flag_label(flag), label=drug.label))
        elif truth == CANNOT_TELL:
            found.append(say("not asked: {flag}", flag=document.flag_label(flag)))
    for hold in drug.hold:
        truth = hold.when.truth(sight)
        if truth == MET:
            found.append(hold.says)
        elif truth == CANNOT_TELL:
            found.append(say("not known: {what}", what=hold.says))
    return found


def second_dose(document: Document, state: SessionState, drug: Drug, at: int) -> list[str]:
    """What makes this a second dose, each in a sentence: the same drug or one of its class within the repeat time of what was
    given, in any dose. Whether it is meant has to be asked, whatever is recorded."""
    found = []
    for given in state.drugs:
        known = document.drug.get(given.drug)
        again = earliest_repeat(document, given)
        if known is None or again is None or not (given.drug == drug.id or given.drug_class == drug.drug_class):
            continue
        if given.at <= at < again or at <= given.at < at + drug.repeat_after:
            found.append(
                say(
                    "{label} {dose:g} {unit} stands in the record, {minutes} before this, charted by {by}",
                    label=known.label,
                    dose=given.dose,
                    unit=given.unit,
                    minutes=units.minutes(at - given.at),
                    by=given.by,
                )
            )
    return found


def earliest_repeat(document: Document, given: Given) -> int | None:
    drug = document.drug.get(given.drug)
    return given.at + drug.repeat_after if drug is not None else None
