"""Who is next in an empty room."""

from __future__ import annotations

from monitor.commands.vacant import LONGEST
from monitor.forms.filling import Filling
from monitor.language import say
from monitor.views import acts


def next_form(f: Filling) -> None:
    following = f.text("next", say("Who is next"), LONGEST, hint=say("such as 14:30, Heron; empty: nobody"))
    f.says(say("It stands on the wall until somebody is checked in here, for twelve hours at the most."))
    f.button("save", say("Say it on the wall"), does=lambda: acts.vacant(f.draft.room, following=following))
