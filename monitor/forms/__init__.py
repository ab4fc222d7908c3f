"""The forms: what needs more than a tap. Each is a function over a ``Filling``; ``FORMS`` has them by the name that acts use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.forms.before import order_form, override_form
from monitor.forms.filling import Filling
from monitor.forms.infusion import pause_form, rate_form, resume_form, start_form, stop_form
from monitor.forms.log import cadss_form, note_form
from monitor.language import say


@dataclass(frozen=True, slots=True)
class Form:
    """``of``: what it belongs to, which its title names. A form of a session stores in that session alone; one of a room is for
    an empty one."""

    title: str
    draw: Callable[[Filling], None]
    of: Literal["session", "room", "station"] = "session"


FORMS: Mapping[str, Form] = {
    "order": Form(say("Order"), order_form),
    "override": Form(say("Override"), override_form),
    "start": Form(say("Start"), start_form),
    "rate": Form(say("Rate"), rate_form),
    "pause": Form(say("Pause"), pause_form),
    "resume": Form(say("Resume"), resume_form),
    "stop": Form(say("Stop"), stop_form),
    "note": Form(say("Note"), note_form),
    "cadss": Form("CADSS", cadss_form),
}
