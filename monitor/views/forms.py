"""Every form by the name that acts use."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.language import say
from monitor.views import dialogs, training
from monitor.views.answering import answer_form
from monitor.views.checkin import checkin_form
from monitor.views.dialogs import Form

ALL: Mapping[str, tuple[str, Form]] = {
    **dialogs.FORMS,
    **training.FORMS,
    "answer": (say("what was done"), answer_form),
    "checkin": (say("check in"), checkin_form),
}
