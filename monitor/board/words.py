"""What stands in a log line, in the words of a nurse. Hidden truth has no words here, so it can reach no screen."""

from __future__ import annotations

from monitor import charting, units
from monitor import events as e
from monitor.protocol.document import OBSERVABLE, Document


def entry(document: Document, event: e.AnyEvent) -> str | None:
    """One line for the events panel; None for what a nurse need not see."""
    match event:
        case e.SessionOpened():
            return f"Session opened: {event.alias}"
        case e.OrderSet():
            o = event.order
            return f"Order {o.dose_mg_per_kg:g} mg/kg over {o.minutes:g} min" + _breaks(event.breaks, event.override_by)
        case e.ChecklistAnswered():
            return None if not event.override_by else f"Checklist {event.item}: overridden by {event.override_by}"
        case e.BaselineSet():
            return f"Baseline {event.sys:g}/{event.dia:g}"
        case e.InfusionStarted():
            return f"Infusion started, {event.rate_mg_per_kg_h:g} mg/kg/h" + _breaks(event.breaks, event.override_by)
        case e.RateChanged():
            found = "Pump found at" if event.found else "Rate"
            return f"{found} {event.rate_mg_per_kg_h:g} mg/kg/h" + _breaks(event.breaks, event.override_by)
        case e.InfusionPaused():
            return "Infusion paused" + (f": {event.reason}" if event.reason else "")
        case e.InfusionResumed():
            return f"Infusion resumed, {event.rate_mg_per_kg_h:g} mg/kg/h" + _breaks(event.breaks, event.override_by)
        case e.InfusionStopped():
            return ("Infusion complete" if event.complete else "Infusion stopped") + (f": {event.reason}" if event.reason else "")
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
            return f"Note: {event.text}"
        case e.Corrected():
            return ("Taken back" if event.instead is None else "Corrected") + (f": {event.reason}" if event.reason else "")
        case e.PromptAnswered():
            chosen = ", ".join(document.option[o].label.lower() for o in event.options if o in document.option)
            return f"{event.rule} {event.answer.value}" + (f": {chosen or event.reason}" if chosen or event.reason else "")
        case e.PromptChanged():
            if event.state in (e.PromptState.PENDING, e.PromptState.OVER):
                return None
            word = {"active": "", "recheck": "again: ", "resolved": "ended: "}[event.state.value]
            late = " (found late)" if event.late else ""
            return f"{STARS[event.priority.value]} {word}{event.message}{late}"
        case e.CuffIntervalSet():
            return f"Cuff every {event.seconds / 60:g} min"
        case e.CuffStarted():
            return "Cuff started"
        case e.CuffStopped():
            return "Cuff stopped"
        case e.CuffPutOff():
            return "Cuff: one cycle left out, the patient rests"
        case e.PressureCharted():
            return f"BP {event.sys:g}/{event.dia:g} by hand"
        case e.WatchTaken():
            cover = f" for {event.break_cover_min} min" if event.break_cover_min else ""
            return f"{event.name} watches{cover}"
        case e.WatchOffered():
            return f"Handover offered{' to ' + event.to if event.to else ''}"
        case e.OfferEnded():
            return "Handover declined" if event.declined else "Handover withdrawn"
        case e.WatchLeft():
            return "Nobody watches"
        case e.AwayStarted():
            return f"Away: {event.why}, with {event.escort}, up to {event.cap_min} min"
        case e.AwayEnded():
            return "Back at the monitor"
        case e.EmergencyStarted():
            return "EMERGENCY"
        case e.EmergencyAct():
            return "Emergency: " + next((a.label for a in document.emergency.acts if a.id == event.act), event.act)
        case e.EmergencyEnded():
            return "Emergency ended"
        case e.AudioPaused():
            return f"Audio paused for {event.seconds} s"
        case e.AudioResumed():
            return "Audio on again"
        case e.SoundChanged():
            return "A screen can sound again" if event.able else "SOUND OFF: no screen can sound"
        case e.PaceSet():
            return f"Stands still{': ' + event.why if event.why else ''}" if not event.speed else f"Goes on at {event.speed:g} times"
        case e.Outage():
            how = "caught up" if event.caught_up else "not assessed"
            return f"Outage of {units.span(event.seconds)}, {how}"
        case e.Discharged():
            return "Left against advice" if event.against_advice else f"Discharged with {event.escort or 'nobody named'}"
        case e.PatientSaid():
            return f"Patient: {event.text}"
        case e.PatientAnswered():
            return f"Asked; the patient: {event.says}" if event.says else "Asked how it is"
        case e.DrillEnded():
            return "The drill is over"
        case e.EvaluatorNoted():
            return event.text[0].upper() + event.text[1:]
        case _:
            return None


LINE = {"hr": "heart rate", "spo2": "oxygen saturation", "rr": "breathing rate"}
"""The lines of the trend, spoken."""

STARS = {"high": "***", "medium": "**", "low": "*"}


def drug(document: Document, name: str, dose: float, unit: str, route: str) -> str:
    known = document.drug.get(name)
    return f"{known.label if known is not None else name} {dose:g} {unit} {route}"


def _breaks(breaks: str, by: str) -> str:
    if not breaks:
        return ""
    return f" ({breaks}; {'by ' + by if by else 'no override'})"
