"""Before the infusion: what the prescriber ordered, and what the prescriber overrides."""

from __future__ import annotations

from monitor import commands
from monitor.board import words
from monitor.forms.filling import Filling, Option
from monitor.forms.infusion import MG_PER_KG_H, ask_far, ordered
from monitor.infusion import Order
from monitor.language import say
from monitor.protocol.document import CheckItem, Document
from monitor.protocol.usual import weight_question
from monitor.session import SessionState

ANOTHER = "another"
MG_PER_ML = "mg/mL"


def order_form(f: Filling) -> None:
    """Nothing of the order before is taken over: it stands beside the fields, as it was when the form was opened."""
    stood = f.keep("order", lambda: None if f.state.order is None else f.state.order.model_dump(mode="json"))
    before = None if stood is None else Order.model_validate(stood)
    f.freeze("order", say("The order"), ordered)
    f.note(say("This records what the prescriber ordered; it makes no order."))
    was = {} if before is None else {"dose": before.dose_mg_per_kg, "duration": before.minutes, "weight": before.weight_kg}
    weighed = f.state.opened.weight_kg
    check_in = say("check-in: {weight}", weight=words.weight(weighed)) if weighed is not None else ""
    dose = f.number("dose", say("Dose"), "mg/kg", 0.001, 5, _hint(f, "dose", was, before, recommended=True), needed=True)
    minutes = f.number("minutes", say("Over"), "min", 1, 480, _hint(f, "duration", was, before, recommended=True), needed=True)
    weight = f.number("weight", say("Weight"), "kg", 1, 400, check_in or _hint(f, "weight", was, before), needed=True)
    strength = _concentration(f, before)
    last = say("before: {prescriber}", prescriber=before.prescriber) if before is not None and before.prescriber else ""
    prescriber = f.text("prescriber", say("Prescriber"), 80, hint=last)
    override = f.override()
    if dose is None or minutes is None or weight is None or strength is None:
        f.button("save", say("Record the order"))
        return
    order = Order(dose_mg_per_kg=dose, weight_kg=weight, minutes=minutes, concentration_mg_per_ml=strength, prescriber=prescriber)
    f.says(words.order(order) + ".")
    if not prescriber:
        f.says(say("No prescriber is named."), "warn")
    _ask(f, order, before)
    f.button("save", say("Record the order"), commands.set_order(order, override))


def _hint(f: Filling, key: str, was: dict[str, float], before: Order | None, recommended: bool = False) -> str:
    """What is usual, and from where."""
    bound = f.document.bounds[key]
    low, high = bound.recommended
    said = []
    if before is not None:
        said.append(say("before: {value:.10g} {unit}", value=was[key], unit=bound.unit))
        if before.prescriber:
            said[0] = say("{before} by {prescriber}", before=said[0], prescriber=before.prescriber)
    if recommended:
        said.append(say("recommended: {low:g} to {high:g} {unit}", low=low, high=high, unit=bound.unit))
    return " · ".join(said)


def _concentration(f: Filling, before: Order | None) -> float | None:
    """As it stands on the syringe: one of the protocol's, or another."""
    hint = say("before: {value:.10g} mg/mL", value=before.concentration_mg_per_ml) if before is not None else ""
    label = say("Concentration, read off the syringe")
    syringes = {f"{one:g}": one for one in f.document.concentrations_mg_per_ml}
    if not syringes:
        return f.number("concentration_other", label, MG_PER_ML, 0.01, 50, hint, needed=True)
    options = [_syringe(f.document, name, one) for name, one in syringes.items()]
    chosen = f.choice("concentration", label, [*options, Option(ANOTHER, say("another"))], needed=True, hint=hint)
    if chosen == ANOTHER:
        return f.number("concentration_other", say("Concentration"), MG_PER_ML, 0.01, 50, needed=True)
    return syringes.get(chosen)


def _syringe(document: Document, name: str, strength: float) -> Option:
    beyond = document.breach("concentration", strength) is not None
    return Option(name, f"{name} {MG_PER_ML}", say("not recommended") if beyond else "", beyond)


def _ask(f: Filling, order: Order, before: Order | None) -> None:
    """About what may be a slip of the hand or of the unit."""
    question = weight_question(order.weight_kg, f.state.opened.age, f.document.adults)
    if question is not None:
        f.ask(f"weight {order.weight_kg:.10g}", question)
    numbers = (
        ("dose", order.dose_mg_per_kg, before.dose_mg_per_kg if before else None, "mg/kg"),
        ("rate", order.rate_mg_per_kg_h, before.rate_mg_per_kg_h if before else None, MG_PER_KG_H),
        ("concentration", order.concentration_mg_per_ml, before.concentration_mg_per_ml if before else None, MG_PER_ML),
    )
    for key, value, was, unit in numbers:
        low, high = f.document.bounds[key].recommended
        if was is not None:
            ask_far(f, key, value, was, unit, say("what was ordered before,"))
        elif value > high:
            ask_far(f, key, value, high, unit, say("the most that is recommended,"))
        else:
            ask_far(f, key, value, low if value < low else value, unit, say("the least that is recommended,"))


def override_form(f: Filling) -> None:
    """Items go by their id, from the list that stood when the form was opened."""
    name = str(f.fill.get("checklist", "before"))
    listed = f.keep("items", lambda: [item.id for item in f.document.blocking(name, f.state) if item.override])
    known = {item.id: item for item in f.document.checklists.get(name, ())}  # type: ignore[call-overload]
    items = [known[one] for one in listed if one in known]
    if not items:
        f.note(say("Nothing here is left that may be overridden."))
    options = [Option(item.id, item.question, _answered(f.state, name, item)) for item in items]
    chosen = f.choice("item", say("What is overridden"), options, needed=True)
    answer = ""
    if chosen:
        item = known[chosen]
        f.freeze(f"item {chosen}", item.question, lambda state, document: _answered(state, name, item))
        who = say("May be overridden by: {override}", override=", ".join(item.override))
        offered = [Option(one.id, one.label, against=one.stops) for one in item.answers]
        answer = f.choice(f"answer {chosen}", say("Answer"), offered, needed=True, hint=who)
    by = f.text("by", say("Prescriber"), 80, needed=True)
    why = f.text("why", say("Reason"), 200, needed=True)
    wanted = bool(answer and by and why) and commands.check(name, chosen, answer, commands.Override(by, why))
    f.button("save", say("Record the override"), wanted)


def _answered(state: SessionState, checklist: str, item: CheckItem) -> str:
    """What stands there, and by whom."""
    checked = state.checks.get((checklist, item.id))
    if checked is None:
        return say("not answered")
    answers = ", ".join(item.answer_ids[one].label for one in checked.answers if one in item.answer_ids)
    if checked.override_by:
        return say("{answers}, overridden by {by}", answers=answers, by=checked.override_by)
    return say("{answers}, by {by}", answers=answers, by=checked.by)
