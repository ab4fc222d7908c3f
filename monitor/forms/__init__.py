"""The forms: what needs more than a tap. Each is a function over a ``Filling``; ``FORMS`` has them by the name that acts use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.forms import before, infusion, log, room
from monitor.forms.answer import answer_form
from monitor.forms.drugs import drug_form
from monitor.forms.filling import Filling
from monitor.language import say


@dataclass(frozen=True, slots=True)
class Form:
    """``of``: what it belongs to, which its title names. A form of a session stores in that session alone; one of a room is for
    an empty one."""

    title: str
    draw: Callable[[Filling], None]
    of: Literal["session", "room", "station"] = "session"


FORMS: Mapping[str, Form] = {
    "order": Form(say("Order"), before.order_form),
    "override": Form(say("Override"), before.override_form),
    "start": Form(say("Start"), infusion.start_form),
    "rate": Form(say("Rate"), infusion.rate_form),
    "pause": Form(say("Pause"), infusion.pause_form),
    "resume": Form(say("Resume"), infusion.resume_form),
    "stop": Form(say("Stop"), infusion.stop_form),
    "answer": Form(say("What was done"), answer_form),
    "drug": Form(say("Drug"), drug_form),
    "note": Form(say("Note"), log.note_form),
    "cadss": Form("CADSS", log.cadss_form),
    "breathing": Form(say("Breathing"), log.breathing_form),
    "oxygen": Form(say("Oxygen"), log.oxygen_form),
    "pressure": Form(say("Blood pressure by hand"), log.pressure_form),
    "late": Form(say("Late entry"), log.late_form),
    "correct": Form(say("Correct an entry"), log.correct_form),
    "handover": Form(say("Hand over"), room.handover_form),
    "away": Form(say("Away from the monitor"), room.away_form),
    "cuff_interval": Form(say("The cuff's cycle"), room.cuff_interval_form),
    "discharge": Form(say("Discharge"), room.discharge_form),
    "close": Form(say("Close the session"), room.close_form),
    "emergency_end": Form(say("End of the emergency"), room.emergency_end_form),
}
