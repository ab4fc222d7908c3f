"""What a person may do: from a command to the events that record it, or a named refusal. The only write path.

Guardrails separate intent from fact. An intent (order, start, "give now") outside a bound is refused; where the
protocol lets it be overridden, the prescriber's name and a reason are asked for. A fact (given at 10:12, the pump found
at 60 mL/h) is always recorded, marked with the bound that it breaks.
"""

from monitor.commands.before import check, set_baseline, set_order
from monitor.commands.cuff import chart_pressure, rest_cuff, set_cuff_interval, start_cuff, stop_cuff
from monitor.commands.drugs import drug_breaks, earliest_repeat, give_drug, second_dose
from monitor.commands.emergencies import call_emergency, emergency, emergency_act, end_emergency
from monitor.commands.infusion import change_rate, pause, resume, start, stop
from monitor.commands.log import CORRECTABLE, correct, note, observe, score, symptom, undo
from monitor.commands.opening import close, discharge, file_late, go_on, open_session, set_pace
from monitor.commands.prompts import answer
from monitor.commands.scene import Command, Override, Refusal, Scene, carry_out, permitted, rehearsed, together
from monitor.commands.sound import pause_audio, resume_audio, sound_changed
from monitor.commands.training import ask, end_drill, inject, instructor_note, open_room, step
from monitor.commands.vacant import Vacant, note_room, vacancies
from monitor.commands.watch import accept_watch, come_back, end_offer, go_away, leave_watch, offer_watch, take_watch

__all__ = [
    "CORRECTABLE",
    "Command",
    "Override",
    "Refusal",
    "Scene",
    "Vacant",
    "accept_watch",
    "answer",
    "ask",
    "call_emergency",
    "carry_out",
    "change_rate",
    "chart_pressure",
    "check",
    "close",
    "come_back",
    "correct",
    "discharge",
    "drug_breaks",
    "earliest_repeat",
    "emergency",
    "emergency_act",
    "end_drill",
    "end_emergency",
    "end_offer",
    "file_late",
    "give_drug",
    "go_away",
    "inject",
    "instructor_note",
    "leave_watch",
    "note",
    "note_room",
    "observe",
    "offer_watch",
    "open_room",
    "open_session",
    "pause",
    "pause_audio",
    "permitted",
    "rehearsed",
    "rest_cuff",
    "resume",
    "resume_audio",
    "score",
    "second_dose",
    "set_baseline",
    "set_cuff_interval",
    "set_order",
    "go_on",
    "set_pace",
    "sound_changed",
    "start",
    "start_cuff",
    "step",
    "stop",
    "stop_cuff",
    "symptom",
    "take_watch",
    "together",
    "undo",
    "vacancies",
]
