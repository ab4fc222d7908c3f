"""Every form by the name that acts use."""

from __future__ import annotations

from collections.abc import Mapping

from monitor import forms
from monitor.forms import Form
from monitor.language import say
from monitor.views import dialogs, training
from monitor.views.answering import answer_form
from monitor.views.checkin import checkin_form
from monitor.views.who import refused_form, stored_form, who_form

ALL: Mapping[str, Form] = {
    **forms.FORMS,
    "who": Form(say("Who is at the keys?"), who_form, "station"),
    "refused": Form(say("Not done"), refused_form, "station"),
    "stored": Form(say("Stored"), stored_form, "station"),
}

DIALOGS: Mapping[str, tuple[str, dialogs.Form]] = {
    **dialogs.FORMS,
    **training.FORMS,
    "answer": (say("what was done"), answer_form),
    "checkin": (say("check in"), checkin_form),
}
"""Those that still lie over the page."""
