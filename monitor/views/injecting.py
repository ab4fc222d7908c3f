"""What an instructor lets happen and notes: forms of one patient of the drill that runs, and of no later one. Who may use them is
who may look at the desk."""

from __future__ import annotations

from typing import Any

import streamlit as st

from monitor import access, commands
from monitor.board.drill import side
from monitor.board.presets import Choice, Number, Preset, happening, presets
from monitor.board.view import Picture
from monitor.forms.filling import Filling, Option
from monitor.language import say
from monitor.live.station import station
from monitor.views.guard import present

CODE = "instructor_code_given"
BEHIND, AHEAD = "behind", "ahead"


def picture() -> Picture:
    """The drill's side of the station."""
    return side(station().follower.picture(), True)


def barred() -> str:
    """Why who is at the keys may neither look nor let anything happen, or nothing."""
    who, drill = present().name, picture().views.values()
    if any(view.state.drill is not None and access.is_trainee(who, view.state.drill.trainee) for view in drill):
        return say(
            ("{who} is the trainee of the drill that runs. The desk tells what is hidden from the trainee; open it on another screen."),
            who=who,
        )
    return ""


def admitted() -> bool:
    return station().rooms.training.instructor_code is None or bool(st.session_state.get(CODE))


def _closed_to(f: Filling) -> bool:
    why = barred() or ("" if admitted() else say("Give the instructor's code at the desk first."))
    if why:
        f.note(why, "stop")
    return bool(why)


def inject_form(f: Filling) -> None:
    """One of a scenario's happenings, now. What is left empty is as usual; what will happen is said before it does."""
    if _closed_to(f):
        return
    known = {preset.kind: preset for preset in presets(f.document)}
    chosen = f.choice("kind", say("What happens now"), [Option(kind, preset.label) for kind, preset in known.items()], needed=True)
    if not chosen:
        return
    preset = known[chosen]
    values = {part.name: _part(f, preset, part) for part in preset.parts}
    told = [x for x in (_told(part, values[part.name]) for part in preset.parts) if x]
    f.says(say("In {room}, now: {what}.", room=f.draft.room, what=", ".join([preset.label, *told])))
    f.button("save", say("Let it happen"), commands.inject(happening(preset, values)))


def _part(f: Filling, preset: Preset, part: Number | Choice) -> Any:
    name = f"{preset.kind} {part.name}"
    if isinstance(part, Choice):
        if part.options:
            offered = [Option(written, shown) for written, shown in part.options.items()]
            return f.choice(name, part.label, offered, needed=True, begins=part.start)
        return f.text(name, part.label, 400, hint=say("empty: {usual}", usual=part.start)) or part.start
    way = 1
    if part.low < 0:
        ways = [Option(BEHIND, say("behind")), Option(AHEAD, say("ahead"))]
        way = -1 if f.choice(f"{name} way", say("The monitor's clock is"), ways, needed=True, compact=True, begins=BEHIND) == BEHIND else 1
    hint = say("empty: {usual}", usual=f"{abs(part.start)} {part.unit}".strip())
    number = f.number(name, part.label, part.unit, max(part.low, 1), part.high, hint, whole=True)
    return way * (abs(part.start) if number is None else int(number))


def _told(part: Number | Choice, value: Any) -> str:
    if isinstance(part, Number):
        return f"{part.label} {value} {part.unit}".strip()
    return part.options.get(value, value)


def instructor_note_form(f: Filling) -> None:
    if _closed_to(f):
        return
    text = f.area("text", say("Note for the debrief"), needed=True)
    f.button("save", say("Note"), commands.instructor_note(text))
