"""Training: choose a drill, be briefed, begin; while one runs, the way back to it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from monitor import clock, commands
from monitor.access import Viewer, coded
from monitor.board.briefing import beds, expected
from monitor.board.drill import run_bar, side
from monitor.board.head import ADVICE
from monitor.drills import drill as drills
from monitor.drills.drill import Planned
from monitor.drills.run import end_run, open_run
from monitor.forms.filling import Filling
from monitor.language import say
from monitor.live.station import station
from monitor.simulator import scenario as scenarios
from monitor.sources.source import BadFile
from monitor.store.log import RoomTaken, StoreError
from monitor.views import acts
from monitor.views.escaping import escaped
from monitor.views.guard import WHO, present
from monitor.views.menu import DRILL, go

SHIFT, ALONE, SURPRISE = say("a shift"), say("one patient"), say("surprise me")
LARGEST_SEED = 2**31
LIST_PX = 320
"""A list of its own scroll: the box of a drop-down would cut a long title on a tablet."""


def show(viewer: Viewer) -> None:
    st.caption(say("TRAINING · SIMULATED PATIENTS · {advice}", advice=ADVICE))
    st.title(say("Training"))
    if acts.drill_rooms():
        _running()
    else:
        _choose()
    st.divider()
    row = st.container(horizontal=True)
    if row.button(say("Debriefs and progress")):
        go("review")
    if row.button(say("Instructor's desk"), help=say("For another screen: what is true, and what is coming.")):
        go("instructor")


def _running() -> None:
    bar = run_bar(side(station().follower.picture(), True))
    if bar is None:
        return
    st.header(escaped(bar["title"]))
    st.markdown(escaped(say("A drill is running: {part}, {part2} when this page was opened.", part=bar["sub"], part2=bar["clock"])))
    row = st.container(horizontal=True)
    if row.button(say("Go to its wall"), type="primary"):
        go(DRILL)
    if row.button(say("End it…")):
        acts.ask("end_run", "")
        st.rerun()


def _choose() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        kind = st.radio(say("What to practise"), [SHIFT, ALONE, SURPRISE], horizontal=True)
        name = _named(kind)
        seed = _seed()
        learns = st.radio(say("Prompts"), [say("shown: learn with them"), say("not shown: prove without")], horizontal=True)
        code = st.text_input(say("Trainee"), _code(), max_chars=20, help=say("A code, such as T-07. Runs are kept under it."))
    try:
        planned = drills.load_drill(name)
    except BadFile as wrong:
        st.error(escaped(str(wrong)))
        return
    with right:
        _brief(planned, hidden=kind == SURPRISE)
    with left:
        if st.button(say("Begin"), type="primary"):
            _begin(planned, seed, code, prompts=learns.startswith("shown"))


def _named(kind: str) -> str:
    """The drill or scenario by its id. A surprise is one patient, drawn when this page was opened."""
    if kind == SHIFT:
        ids = drills.ids()
        return st.radio(say("Shift"), ids, index=min(len(ids) - 1, 3), format_func=_title)
    single = scenarios.ids()
    if kind == ALONE:
        with st.container(height=LIST_PX):
            return st.radio(say("Scenario"), single, format_func=_title)
    return single[_drawn() % len(single)]


def _title(name: str) -> str:
    try:
        planned = drills.load_drill(name)
    except BadFile:
        return say("{name} (cannot be read)", name=name)
    rooms = len(planned.places)
    return planned.drill.title if rooms > 1 else planned.places[0].scenario.title


def _drawn() -> int:
    """A number that nobody chose and nobody sees before the debrief."""
    if "drawn" not in st.session_state:
        st.session_state["drawn"] = int(clock.now().timestamp() * 1000) % LARGEST_SEED
    return int(st.session_state["drawn"])


def _seed() -> int:
    if st.toggle(say("New patients each time"), True, help=say("Off: type a seed, to meet the same patients again.")):
        return _drawn()
    return int(st.number_input(say("Seed"), 0, LARGEST_SEED, 1))


def _code() -> str:
    who = present().name
    return who if coded(who, station().rooms.training.names) else ""


def _brief(planned: Planned, hidden: bool) -> None:
    document = station().document
    st.header(say("Briefing"))
    for line in planned.drill.briefing:
        st.markdown(f"- {escaped(line)}")
    if hidden:
        st.markdown(say("One patient. You will meet them in the room."))
    else:
        names = (say("Room"), say("Patient"), say("Order"), say("Known"))
        rows = [dict(zip(names, map(escaped, (b.room, b.who, b.order, b.known)), strict=True)) for b in beds(planned, document)]
        st.table(pd.DataFrame(rows).set_index(say("Room")))
    st.markdown(escaped(say("Expected while an infusion runs: ") + ", ".join(expected(document)) + "."))
    st.caption(
        say(
            (
                "Up to {minutes} min. A colleague sets the baseline and starts each infusion. Ask the patient in the "
                "room, then chart. Fast stretches fall back to 1x when something happens; response times count at 1x "
                "only."
            ),
            minutes=planned.drill.minutes,
        )
    )


def _begin(planned: Planned, seed: int, code: str, prompts: bool) -> None:
    here = station()
    name = coded(code, here.rooms.training.names)
    if name is None:
        st.error(say("Give a trainee code: letters and digits, with at least one digit, such as T-07. No names."))
        return
    try:
        commands.permitted(present(), ["drill_started"])
        signs = "" if here.accounts is None else present().name
        open_run(here.log, here.document, planned, seed, name, prompts=prompts, signs=signs)
    except commands.Refusal as refusal:
        st.error(escaped(refusal.sentence))
    except BadFile as wrong:
        st.error(escaped(str(wrong)))
    except RoomTaken as taken:
        st.error(escaped(str(taken)))
    except StoreError as trouble:
        st.error(say("Not saved: {trouble} What you chose is still here; try again.", trouble=escaped(str(trouble))))
    else:
        st.session_state[WHO] = name
        st.session_state.pop("drawn", None)
        go(DRILL)


def end_run_form(f: Filling) -> None:
    """Ends every room of the drill at once, and goes to its debrief."""
    views = [view for view in side(f.picture, True).views.values() if view.state.drill is not None]
    if not views:
        f.note(say("No drill is running any more."))
        return
    drill = views[0].state.drill
    assert drill is not None
    run, trainee, sessions = drill.run, drill.trainee, [view.session for view in views]
    left = max(0, drill.ends_at - max(view.at for view in views))
    says = say("{left} min are left. A drill that is ended early is incomplete: it has no total.", left=left // 60)
    f.note(says if left else say("The time is over."))
    reason = f.text("reason", say("Note"), 200, hint=say("may stay empty"))

    def ended() -> commands.Refusal | None:
        here = station()
        try:
            ending = replace(present(), name=present().name or trainee)
            end_run(here.log, here.document, sessions, ending, reason)
        except commands.Refusal as refusal:
            return refusal
        except StoreError as trouble:
            return commands.Refusal("not_saved", say("Not saved: {trouble} Try again.", trouble=trouble))
        st.session_state[acts.GOING] = ("review", {"run": run})
        return None

    f.button("save", say("End the drill"), does=ended)
