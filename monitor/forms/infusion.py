"""The infusion as it is charted. Each part is a form's own and, beside others, an answer's to a prompt: ``name`` tells its fields apart.

A part adds its fields and gives the command, or None while something is missing. ``fill`` is what an option of the protocol says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor import commands, units
from monitor import events as e
from monitor.board import words
from monitor.forms.filling import Filling, Option
from monitor.infusion import Order, Pump
from monitor.language import say
from monitor.protocol.document import Document
from monitor.session import SessionState

FAR = 5.0
"""A number at least so many times what is usual, or at most that part of it, is asked about."""
NOTHING: Mapping[str, Any] = {}
ML_PER_H = "mL/h"
MG_PER_KG_H = "mg/kg/h"
LEAST_MG_PER_KG_H, MOST_MG_PER_KG_H = 0.001, 100.0
"""What can be charted; a rate has four decimals in the record."""
GRAIN_ML, GRAIN = 0.05, 0.02
"""A pump rounds: what it shows is another number only beyond both of these, the second a part of what was ordered."""


def ask_far(f: Filling, name: str, value: float, usual: float, unit: str, known: str) -> None:
    """Whether a number is meant that is far from the one which is ``known`` in words. Ticked for this value alone."""
    times = value / usual if usual > 0 and value > 0 else 1.0
    # A quotient of floats may miss the limit by less than anybody can type.
    if 1.000001 / FAR < times < FAR * 0.999999:
        return
    far = say("{n} times", n=units.brief(times)) if times > 1 else say("1/{n} of", n=units.brief(1 / times))
    usually = say("{known} {usual} {unit}", known=known, usual=units.brief(usual), unit=unit)
    is_far = say("{value:.10g} {unit} is {far} {usually}. Is it meant?", value=value, unit=unit, far=far, usually=usually)
    f.ask(f"{name} {value:.10g}", is_far)


# ---- what the parts depend on ----


def ordered(state: SessionState, document: Document) -> str:
    order = state.order
    if order is None:
        return say("no order")
    sentence = say(
        "{dose:.10g} mg/kg in {minutes:.10g} min for {kg:.10g} kg, {strength:.10g} mg/mL",
        dose=order.dose_mg_per_kg, minutes=order.minutes, kg=order.weight_kg, strength=order.concentration_mg_per_ml,
    )  # fmt: skip
    return say("{sentence}, by {prescriber}", sentence=sentence, prescriber=order.prescriber) if order.prescriber else sentence


def _charted(state: SessionState, document: Document) -> str:
    pump = {Pump.PLANNED: say("not started"), Pump.PAUSED: say("paused"), Pump.ENDED: say("stopped")}.get(state.pump)
    if pump is not None or state.ledger is None:
        return pump or say("not started")
    return say("{rate} mg/kg/h", rate=units.brief(state.ledger.rate_mg_per_kg_h))


def _baseline(state: SessionState, document: Document) -> str:
    at_rest = state.baseline
    return say("none") if at_rest is None else f"{at_rest.sys:g}/{at_rest.dia:g}"


# ---- the parts ----


def rate_part(f: Filling, name: str = "", fill: Mapping[str, Any] = NOTHING) -> commands.Command | None:
    rate = _rate(f, name, say("New rate"))
    options = [Option("now", say("a change made now")), Option("found", say("how the pump was found"))]
    how = f.choice(f"{name}how", say("This is"), options, needed=True)
    for_at = f.ago(f"{name}ago")
    override = f.override(f"{name}override")
    return commands.change_rate(rate, override, found=how == "found", for_at=for_at) if rate is not None and how else None


def resume_part(f: Filling, name: str = "", fill: Mapping[str, Any] = NOTHING) -> commands.Command | None:
    rate = _rate(f, name, say("Rate from now on"))
    for_at = f.ago(f"{name}ago")
    override = f.override(f"{name}override")
    return commands.resume(rate, override, for_at) if rate is not None else None


def _rate(f: Filling, name: str, label: str) -> float | None:
    """In the unit that somebody chose, as mg/kg/h. None is proposed: what stands and what was ordered is said."""
    order, ledger = f.state.order, f.state.ledger
    if order is None or ledger is None:
        f.note(say("There is no order, so there is no infusion to chart."), "warn")
        return None
    f.freeze(f"{name}order", say("The order"), ordered)
    f.freeze(f"{name}rate", say("The charted rate"), _charted)
    ran = [c.rate_mg_per_kg_h for c in ledger.changes if c.rate_mg_per_kg_h > 0]
    before = [say("Before it stood: {rate}", rate=words.rate(order, ran[-1]))] if ran and not ledger.rate_mg_per_kg_h else []
    stands = words.rate(order, ledger.rate_mg_per_kg_h) if ledger.rate_mg_per_kg_h else _charted(f.state, f.document)
    at = order.rate_mg_per_kg_h
    f.lines(say("The pump"), [say("Charted: {stands}", stands=stands), *before, say("Ordered: {rate}", rate=words.rate(order, at))])
    unit = f.choice(f"{name}unit", say("Unit"), [Option("ml_per_h", ML_PER_H), Option("mg_per_kg_h", MG_PER_KG_H)], needed=True)
    if not unit:
        return None
    if unit == "ml_per_h":
        most = order.ml_per_h(MOST_MG_PER_KG_H)
        typed = f.number(f"{name}{unit}", label, ML_PER_H, 0, float(units.brief(most)), needed=True)
        rate = None if typed is None else units.mg_per_kg_h(typed, order.weight_kg, order.concentration_mg_per_ml)
        usual, label = order.ml_per_h(at), ML_PER_H
    else:
        typed = rate = f.number(f"{name}{unit}", label, MG_PER_KG_H, 0, MOST_MG_PER_KG_H, needed=True)
        usual, label = at, MG_PER_KG_H
    if typed is None or rate is None:
        return None
    if 0 < rate < LEAST_MG_PER_KG_H:
        f.says(say("No pump can be set to this rate."), "stop")
        return None
    lower = say(" A lower rate stops the rise; it does not bring it down.") if 0 < rate < ledger.rate_mg_per_kg_h else ""
    f.says(words.rate(order, rate) + "." + lower)
    if rate:
        ask_far(f, f"{name}{unit}", typed, usual, label, say("the ordered"))
    else:
        f.ask(f"{name}rate 0", say("At 0 the pump gives nothing. Is it meant?"))
    return rate


def pause_part(f: Filling, name: str = "", fill: Mapping[str, Any] = NOTHING) -> commands.Command:
    reason = f.text(f"{name}why", say("Why"))
    return commands.pause(reason, f.ago(f"{name}ago"))


def stop_part(f: Filling, name: str = "", fill: Mapping[str, Any] = NOTHING) -> commands.Command:
    return _stop(f, name)(bool(fill.get("complete")))


def _stop(f: Filling, name: str) -> Callable[[bool], commands.Command]:
    """The fields of a stop, and from whether the dose is in to the command."""
    order, ledger = f.state.order, f.state.ledger
    if order is not None and ledger is not None:
        given = units.brief(ledger.given_mg(f.picture.at(f.view)) if f.view is not None else 0.0)
        f.says(say("Given so far, as charted: {given} of {mg} mg.", given=given, mg=units.brief(order.dose_mg)))
    reason = f.text(f"{name}why", say("Reason, if early"))
    looked = f.tick(f"{name}looked", say("I have seen the pump stopped"))
    for_at = f.ago(f"{name}ago")

    def stopped(complete: bool) -> commands.Command:
        seen = [commands.observe("pump", "stopped")] if looked else []
        return commands.together(commands.stop(complete, reason, for_at), *seen)

    return stopped


def start_part(f: Filling, name: str = "", fill: Mapping[str, Any] = NOTHING) -> commands.Command | None:
    order = f.state.order
    if order is None:
        f.note(say("There is no order yet; enter what the prescriber ordered first."), "warn")
        return None
    f.freeze(f"{name}order", say("The order"), ordered)
    f.freeze(f"{name}baseline", say("The baseline"), _baseline)
    if f.state.baseline is None:
        f.note(say("There is no baseline pressure yet."), "stop")
    _still_open(f)
    f.lines(say("The order"), [words.order(order), say("Baseline {baseline}", baseline=_baseline(f.state, f.document))])
    f.note(say("You start the pump at the bedside; here you chart that it was started."))
    looked = f.tick(f"{name}looked", say("I have seen the pump running at this rate"))
    found_at = f.ago(f"{name}ago")
    second = _second(f, name, order)
    override = f.override(f"{name}override")
    f.says(words.order(order) + ".")
    return commands.start(override, found_at, looked, second)


def _still_open(f: Filling) -> None:
    """What of the checklist has no answer, or one that stops."""
    left = {item.id for item in f.document.open_items("before", f.state)}
    if f.view is None:
        return
    for item in f.document.asked("before", f.state):
        if item.id in left:
            f.note(say("Still open: {question}", question=item.question), "stop" if item.effect == "blocks" else "warn")


def _second(f: Filling, name: str, order: Order) -> e.PumpRead | None:
    """What a second person reads off the pump; compared with the order, never taken from it."""
    names = [f"{name}second_{what}" for what in ("by", "ml_per_h", "ml", "mg_per_ml")]
    asked = f.document.second_person == "start"
    begun = asked or any(f.draft.written.get(one) for one in names)
    f.part(say("A second person reads the pump") if asked else say("A second person reads the pump (may be left out)"))
    by = f.text(names[0], say("Second person"), 80, needed=begun)
    ml_per_h = f.number(names[1], say("The pump's rate"), ML_PER_H, 0, 2000, needed=begun)
    ml = f.number(names[2], say("The volume to be given"), "mL", 0, 2000, needed=begun)
    mg_per_ml = f.number(names[3], say("Concentration on the syringe"), "mg/mL", 0, 100, needed=begun)
    if not by or ml_per_h is None or ml is None or mg_per_ml is None:
        return None
    rounded = (order.ml_per_h(order.rate_mg_per_kg_h), order.ml)
    for key, read, meant, unit, grain in (
        (names[1], ml_per_h, rounded[0], ML_PER_H, GRAIN_ML),
        (names[2], ml, rounded[1], "mL", GRAIN_ML),
        (names[3], mg_per_ml, order.concentration_mg_per_ml, "mg/mL", 0.0),
    ):
        if abs(read - meant) > max(grain, GRAIN * meant if grain else 1e-9):
            ordered_is = units.brief(meant)
            f.ask(
                f"{key} {read:.10g} {ordered_is}",
                say("{by} reads {read:.10g} {unit}; by the order it is {meant} {unit}. Store it all the same?",
                    by=by, read=read, unit=unit, meant=ordered_is),
            )  # fmt: skip
    return e.PumpRead(by=by, ml_per_h=ml_per_h, ml=ml, mg_per_ml=mg_per_ml)


# ---- the forms ----


def rate_form(f: Filling) -> None:
    f.button("save", say("Chart the rate"), rate_part(f))


def resume_form(f: Filling) -> None:
    f.button("save", say("Chart: resumed"), resume_part(f))


def start_form(f: Filling) -> None:
    f.button("save", say("Chart: started"), start_part(f))


def pause_form(f: Filling) -> None:
    f.freeze("rate", say("The charted rate"), _charted)
    f.button("save", say("Chart: paused"), pause_part(f), at_once=True)


def stop_form(f: Filling) -> None:
    """A button for each reason: nothing has to be chosen before a stop."""
    f.freeze("rate", say("The charted rate"), _charted)
    stopped = _stop(f, "")
    f.button("save", say("Chart: stopped early"), stopped(False), at_once=True)
    f.button("complete", say("Chart: stopped, the dose is in"), stopped(True), at_once=True, solid=False)
