"""Charting a drug: what speaks against it stands beside its name before it is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor import commands
from monitor.board import words
from monitor.forms.filling import Filling, Option
from monitor.forms.infusion import ask_far
from monitor.language import say
from monitor.protocol.condition import Sight
from monitor.protocol.document import Document, Drug
from monitor.session import SessionState

CHECK, GIVEN = "check", "given"
ROUTES = ("IV", "IM", "SC", "SL", "PO", "nasal", "inhaled")


def drug_form(f: Filling) -> None:
    drug = drug_part(f, "", f.fill)
    f.button("save", say("Chart the drug"), drug)


def drug_part(f: Filling, prefix: str, fill: Mapping[str, Any]) -> commands.Command | None:
    """The fields of a drug entry; ``fill`` may name the drug, its class or its purpose. None until all is there."""
    document, state = f.document, f.state
    f.freeze(f"{prefix}drugs", say("What has been given"), given)
    fits = document.fitting(fill, state) or list(document.drugs)
    against = {drug.id: "; ".join(_against(f, drug)) for drug in fits}
    ordered = sorted(fits, key=lambda drug: bool(against[drug.id]))
    options = [Option(d.id, f"{d.label} ({d.purpose})", against[d.id], bool(against[d.id])) for d in ordered]
    chosen = f.choice(f"{prefix}drug", say("Drug"), options, needed=True)
    if not chosen:
        return None
    drug = document.drug[chosen]
    hint = say("usual {dose:g} {unit}, at most {most:g} {unit} at once (protocol)", dose=drug.dose, most=drug.dose_max, unit=drug.unit)
    dose = f.number(f"{prefix}dose {drug.id}", say("Dose of {drug}", drug=drug.label), drug.unit, hint=hint, needed=True)
    routes = dict.fromkeys((drug.route, *ROUTES))
    route = f.choice(f"{prefix}route", say("Route"), [Option(r, r) for r in routes], needed=True, compact=True, begins=drug.route)
    modes = [Option(CHECK, say("About to be given: check it first")), Option(GIVEN, say("Given: record it as it was"))]
    mode = f.choice(f"{prefix}mode", say("This is"), modes, needed=True, begins=CHECK)
    for_at = f.ago(f"{prefix}ago") if mode == GIVEN else None
    at = f.view.at if f.view is not None and for_at is None else for_at or 0
    for sentence in commands.second_dose(document, state, drug, at):
        f.ask(f"{prefix}second {sentence}", say("{sentence}. Is this a second dose?", sentence=sentence))
    if dose is not None:
        for line in commands.drug_breaks(_sight(f, at), drug, dose):
            f.says(line[0].upper() + line[1:] + ".", "warn")
        ask_far(f, f"{prefix}far", dose, drug.dose, drug.unit, say("the usual"))
    f.says(f"{drug.expect} {drug.note}".strip())
    override = f.override(f"{prefix}override")
    return None if dose is None else commands.give_drug(drug.id, dose, route, fact=mode == GIVEN, override=override, for_at=for_at)


def given(state: SessionState, document: Document) -> str:
    """The drugs of a session as one line."""
    return "; ".join(words.drug(document, g.drug, g.dose, g.unit, g.route) for g in state.drugs) or say("no drug")


def _against(f: Filling, drug: Drug) -> list[str]:
    """What speaks against the drug in its usual dose, now."""
    assert f.view is not None
    return commands.drug_breaks(_sight(f, f.view.at), drug, drug.dose)


def _sight(f: Filling, at: int) -> Sight:
    assert f.view is not None
    return Sight(f.document, f.state, f.view.window, at)
