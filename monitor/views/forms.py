"""Every form by the name that acts use."""

from __future__ import annotations

from collections.abc import Mapping

from monitor import forms
from monitor.forms import Form
from monitor.language import say
from monitor.views.checkin import checkin_form
from monitor.views.handing import handover_all_form, handover_offered_form
from monitor.views.injecting import inject_form, instructor_note_form
from monitor.views.training import end_run_form
from monitor.views.vacant import next_form
from monitor.views.who import refused_form, stored_form, who_form

ALL: Mapping[str, Form] = {
    **forms.FORMS,
    "who": Form(say("Who is at the keys?"), who_form, "station"),
    "refused": Form(say("Not done"), refused_form, "station"),
    "partly": Form(say("Done in part"), refused_form, "station"),
    "stored": Form(say("Stored"), stored_form, "station"),
    "checkin": Form(say("Check in"), checkin_form, "room"),
    "next": Form(say("Who is next"), next_form, "room"),
    "handover_all": Form(say("Hand over all my rooms"), handover_all_form, "station"),
    "handover_offered": Form(say("Handover"), handover_offered_form, "station"),
    "inject": Form(say("Let it happen"), inject_form),
    "instructor_note": Form(say("Note for the debrief"), instructor_note_form),
    "end_run": Form(say("End the drill"), end_run_form, "station"),
}
