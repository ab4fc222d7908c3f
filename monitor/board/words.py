"""What stands in a log line, in the words of a nurse. Hidden truth has no words here, so it can reach no screen."""

from __future__ import annotations

from monitor import charting, units
from monitor import events as e
from monitor.infusion import Order
from monitor.language import say
from monitor.protocol.document import OBSERVABLE, Document
from monitor.review.score import Status


def entry(document: Document, event: e.AnyEvent) -> str | None:
    """One line for the events panel; None for what a nurse need not see."""
    match event:
        case e.SessionOpened():
            said = say("Session opened: {alias}", alias=event.alias)
            return said + (say(" · of the recording: {doubts}", doubts=" ".join(event.doubts)) if event.doubts else "")
        case e.OrderSet():
            o = event.order
            return say("Order {dose_mg_per_kg:g} mg/kg over {minutes:g} min", dose_mg_per_kg=o.dose_mg_per_kg, minutes=o.minutes) + _breaks(
                event.breaks, event.override_by
            )
        case e.ChecklistAnswered():
            return (
                None
                if not event.override_by
                else say("Checklist {item}: overridden by {override_by}", item=event.item, override_by=event.override_by)
            )
        case e.BaselineSet():
            return say("Baseline {sys:g}/{dia:g}", sys=event.sys, dia=event.dia)
        case e.InfusionStarted():
            started = say("Infusion started, {rate_mg_per_kg_h:g} mg/kg/h", rate_mg_per_kg_h=event.rate_mg_per_kg_h)
            return started + _breaks(event.breaks, event.override_by) + (f"; {pump_read(event.second)}" if event.second else "")
        case e.RateChanged():
            found = say("Pump found at") if event.found else "Rate"
            return say("{found} {rate_mg_per_kg_h:g} mg/kg/h", found=found, rate_mg_per_kg_h=event.rate_mg_per_kg_h) + _breaks(
                event.breaks, event.override_by
            )
        case e.InfusionPaused():
            return say("Infusion paused") + (f": {event.reason}" if event.reason else "")
        case e.InfusionResumed():
            return say("Infusion resumed, {rate_mg_per_kg_h:g} mg/kg/h", rate_mg_per_kg_h=event.rate_mg_per_kg_h) + _breaks(
                event.breaks, event.override_by
            )
        case e.InfusionStopped():
            return (say("Infusion complete") if event.complete else say("Infusion stopped")) + (f": {event.reason}" if event.reason else "")
        case e.DrugGiven():
            return f"{drug(document, event.drug, event.dose, event.unit, event.route)}" + _breaks(
                "; ".join(event.breaks), event.override_by
            )
        case e.Scored():
            return charting.words(event.scale, event.value)
        case e.Observed():
            number = "" if event.number is None else f" {event.number:g}"
            return f"{OBSERVABLE.get(event.what, event.what)}{number}" + (f": {event.value}" if event.value else "")
        case e.SymptomCharted():
            return f"{document.symptom_label(event.symptom)}: {'yes' if event.present else 'no'}"
        case e.NoteAdded():
            return say("Note: {words}", words=event.text)
        case e.FiledLate():
            what = event.what or say("entry")
            return say("Filed late, after the closing · {what}: {text}", what=what, text=event.text)
        case e.Corrected():
            return (say("Taken back") if event.instead is None else "Corrected") + (f": {event.reason}" if event.reason else "")
        case e.PromptAnswered():
            chosen = document.chosen(event.options)
            return f"{event.rule} {event.answer.value}" + (f": {chosen or event.reason}" if chosen or event.reason else "")
        case e.PromptChanged():
            if event.state in (e.PromptState.PENDING, e.PromptState.OVER):
                return None
            word = {"active": "", "recheck": "again: ", "resolved": "ended: "}[event.state.value]
            late = say(" (found late)") if event.late else ""
            return f"{STARS[event.priority.value]} {word}{event.message}{late}"
        case e.CuffIntervalSet():
            return say("Cuff every {seconds:g} min", seconds=event.seconds / 60)
        case e.CuffStarted():
            return say("Cuff started")
        case e.CuffStopped():
            return say("Cuff stopped")
        case e.CuffPutOff():
            return say("Cuff: one cycle left out, the patient rests")
        case e.PressureCharted():
            return say("BP {sys:g}/{dia:g} by hand", sys=event.sys, dia=event.dia)
        case e.WatchTaken():
            cover = say(" for {break_cover_min} min", break_cover_min=event.break_cover_min) if event.break_cover_min else ""
            return say("{name} watches{cover}", name=event.name, cover=cover)
        case e.WatchOffered():
            return say("Handover offered{end}", end=" to " + event.to if event.to else "")
        case e.OfferEnded():
            return say("Handover declined") if event.declined else say("Handover withdrawn")
        case e.WatchLeft():
            return say("Nobody watches")
        case e.AwayStarted():
            return say("Away: {why}, with {escort}, up to {cap_min} min", why=event.why, escort=event.escort, cap_min=event.cap_min)
        case e.AwayEnded():
            return say("Back at the monitor")
        case e.EmergencyStarted():
            return "EMERGENCY"
        case e.EmergencyAct():
            return "Emergency: " + next((a.label for a in document.emergency.acts if a.id == event.act), event.act)
        case e.EmergencyEnded():
            return say("Emergency ended") + (f": {event.reason}" if event.reason else "")
        case e.AudioPaused():
            return say("Audio paused for {seconds} s", seconds=event.seconds)
        case e.AudioResumed():
            return say("Audio on again")
        case e.SoundChanged():
            return say("A screen can sound again") if event.able else say("SOUND OFF: no screen can sound")
        case e.PaceSet():
            return (
                say("Stands still{end}", end=": " + event.why if event.why else "")
                if not event.speed
                else say("Goes on at {speed:g} times", speed=event.speed)
            )
        case e.WentOn():
            return say("Goes on")
        case e.Outage():
            how = say("caught up") if event.caught_up else say("not assessed")
            return say("Outage of {span}, {how}", span=units.span(event.seconds), how=how)
        case e.Discharged():
            return (
                say("Left against advice")
                if event.against_advice
                else say("Discharged with {part}", part=event.escort or say("nobody named"))
            )
        case e.PatientSaid():
            return say("Patient: {words}", words=event.text)
        case e.PatientAnswered():
            return say("Asked; the patient: {says}", says=event.says) if event.says else say("Asked how it is")
        case e.DrillEnded():
            return say("The drill is over")
        case e.EvaluatorNoted():
            return event.text[0].upper() + event.text[1:]
        case _:
            return None


STATUS = {
    Status.CORRECT: say("in time"),
    Status.LATE: say("late"),
    Status.SPARED: say("not needed"),
    Status.OMITTED: say("omitted"),
}
"""How a critical act was scored."""
LINE = {"hr": say("heart rate"), "spo2": say("oxygen saturation"), "rr": say("breathing rate")}
"""The lines of the trend, spoken."""

STARS = {"high": "***", "medium": "**", "low": "*"}


def drug(document: Document, name: str, dose: float, unit: str, route: str) -> str:
    known = document.drug.get(name)
    return f"{known.label if known is not None else name} {dose:g} {unit} {route}"


def pump_read(read: e.PumpRead) -> str:
    """What a second person read off the pump."""
    return say(
        "{by} read {ml_per_h:g} mL/h, {ml:g} mL, {mg_per_ml:g} mg/mL off the pump",
        by=read.by, ml_per_h=read.ml_per_h, ml=read.ml, mg_per_ml=read.mg_per_ml,
    )  # fmt: skip


def weight(kg: float) -> str:
    return say("{kg:.10g} kg ({lb:.0f} lb)", kg=kg, lb=units.half_up(units.pounds(kg)))


def order(order: Order) -> str:
    """All that hangs together in an order, as it is checked before it is given."""
    return say(
        "{dose:.10g} mg/kg x {weight} = {mg} mg in {minutes:.10g} min: "
        "{mg_per_h} mg/h, {ml_per_h} mL/h at {strength:.10g} mg/mL, {ml} mL in all",
        dose=order.dose_mg_per_kg, weight=weight(order.weight_kg), mg=units.brief(order.dose_mg), minutes=order.minutes,
        mg_per_h=units.brief(order.rate_mg_per_kg_h * order.weight_kg), ml_per_h=units.brief(order.ml_per_h(order.rate_mg_per_kg_h)),
        strength=order.concentration_mg_per_ml, ml=units.brief(order.ml),
    )  # fmt: skip


def rate(order: Order, rate_mg_per_kg_h: float) -> str:
    """A rate in all its units."""
    return say(
        "{rate} mg/kg/h = {mg_per_h} mg/h, {ml_per_h} mL/h at {strength:.10g} mg/mL",
        rate=units.brief(rate_mg_per_kg_h), mg_per_h=units.brief(rate_mg_per_kg_h * order.weight_kg),
        ml_per_h=units.brief(order.ml_per_h(rate_mg_per_kg_h)), strength=order.concentration_mg_per_ml,
    )  # fmt: skip


def _breaks(breaks: str, by: str) -> str:
    if not breaks:
        return ""
    return say(" ({breaks}; by {by})", breaks=breaks, by=by) if by else say(" ({breaks}; no override)", breaks=breaks)
