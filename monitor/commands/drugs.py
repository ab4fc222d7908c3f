"""Drugs that were given, and what speaks against giving one."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor import units
from monitor.commands.scene import Command, Override, Refusal, Scene, tapped
from monitor.protocol.document import Document, Drug
from monitor.session import Given, SessionState

TWICE_S = 60


def give_drug(drug: str, dose: float, route: str, *, fact: bool, override: Override = Override(), for_at: int | None = None) -> Command:
    """``fact``: it has been given; recorded whatever bound it breaks. Else an intent: checked first."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        known = scene.document.drug.get(drug)
        if known is None:
            raise Refusal("unknown_drug", f"The protocol does not list {drug}; record it as a note.")
        if not 0 < dose <= 100000:
            raise Refusal("dose_impossible", "Enter the dose that was given.")
        if tapped(scene, [g.known_at for g in scene.state.drugs if g.drug == drug and g.dose == dose and g.by == scene.by]):
            return []
        twice = _charted_by_another(scene, drug, dose)
        if twice is not None and not override:
            sentence = f"{twice.by} has charted {known.label} {dose:g} {known.unit} just now. If it was given twice, say by whose order."
            raise Refusal("drug_charted_before", sentence, True)
        at = scene.at if for_at is None else for_at
        breaks = list(drug_breaks(scene.document, scene.state, known, dose, at))
        if breaks and not fact and not override:
            raise Refusal("drug_beyond_bounds", f"{breaks[0]}: the prescriber's name and a reason are needed.", True)
        return [
            e.DrugGiven(
                drug=drug,
                drug_class=known.drug_class,
                dose=dose,
                unit=known.unit,
                route=route,
                for_at=for_at,
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


def drug_breaks(document: Document, state: SessionState, drug: Drug, dose: float, at: int) -> list[str]:
    """What speaks against this drug now, each in a sentence: dose, total, repeat, allergy, this patient's flags."""
    found = []
    if dose > drug.dose_max:
        found.append(f"{drug.label} {dose:g} {drug.unit} is above the largest single dose {drug.dose_max:g} {drug.unit}")
    earlier = [g for g in state.drugs if g.drug == drug.id]
    total = sum(g.dose for g in earlier) + dose
    if earlier and total > drug.total_max:
        found.append(f"{drug.label} {total:g} {drug.unit} in all is above {drug.total_max:g} {drug.unit}")
    repeat = earliest_repeat(document, earlier)
    if repeat is not None and at < repeat:
        found.append(f"{drug.label} was given {units.minutes(at - earlier[-1].at)} ago; earliest repeat in {units.span(repeat - at)}")
    allergies = {a.lower() for a in state.opened.allergies}
    for name in (drug.id, drug.label, *drug.allergy):
        if any(name.lower() in a or a in name.lower() for a in allergies if a):
            found.append(f"an allergy to {name} is recorded")
            break
    for flag in drug.avoid:
        truth = document.flag(flag, state)
        if truth == 2:
            found.append(f"{document.history.get(flag, flag.replace('_', ' '))}: {drug.label} needs the prescriber")
        elif truth == 1:
            found.append(f"{flag.replace('_', ' ')} has not been asked")
    return found


def earliest_repeat(document: Document, given: Sequence[Given]) -> int | None:
    drug = document.drug.get(given[-1].drug) if given else None
    return given[-1].at + drug.repeat_after if drug is not None else None
