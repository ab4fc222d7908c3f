"""Training: choose a drill, be briefed, begin; while one runs, the way back to it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor import clock
from monitor.access import Viewer, coded
from monitor.board.briefing import beds, expected
from monitor.board.drill import run_bar, side
from monitor.board.tile import ADVICE
from monitor.drills import drill as drills
from monitor.drills.drill import Planned
from monitor.drills.run import end_run, open_run
from monitor.live.station import station
from monitor.simulator import scenario as scenarios
from monitor.sources.source import BadFile
from monitor.store.log import RoomTaken, StoreError
from monitor.views import acts, dialogs
from monitor.views.dialogs import Fill
from monitor.views.guard import WHO
from monitor.views.heading import heading
from monitor.views.menu import DRILL, go

SHIFT, ALONE, SURPRISE = "a shift", "one patient", "surprise me"
LARGEST_SEED = 2**31


def show(viewer: Viewer) -> None:
    acts.follow()
    dialogs.open_asked(FORMS)
    heading("Ward", "ward", f"TRAINING · SIMULATED PATIENTS · {ADVICE}")
    st.title("Training")
    if acts.drill_rooms():
        _running()
    else:
        _choose()
    st.divider()
    row = st.container(horizontal=True)
    if row.button("Debriefs and progress"):
        go("review")
    if row.button("Instructor's desk", help="For another screen: what is true, and what is coming."):
        go("instructor")


def _running() -> None:
    bar = run_bar(side(station().follower.picture(), True))
    if bar is None:
        return
    st.header(bar["title"])
    st.markdown(dialogs.escaped(f"A drill is running: {bar['sub']}, {bar['clock']} when this page was opened."))
    row = st.container(horizontal=True)
    if row.button("Go to its wall", type="primary"):
        go(DRILL)
    if row.button("End it…"):
        acts.ask("end_run", "")
        st.rerun()


def _choose() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        kind = st.radio("What to practise", [SHIFT, ALONE, SURPRISE], horizontal=True)
        name = _named(kind)
        seed = _seed()
        learns = st.radio("Prompts", ["shown: learn with them", "not shown: prove without"], horizontal=True)
        code = st.text_input("Trainee", _code(), max_chars=20, help="A code, such as T-07. Runs are kept under it.")
    try:
        planned = drills.load_drill(name)
    except BadFile as wrong:
        st.error(str(wrong))
        return
    with right:
        _brief(planned, hidden=kind == SURPRISE)
    with left:
        if st.button("Begin", type="primary"):
            _begin(planned, seed, code, prompts=learns.startswith("shown"))


def _named(kind: str) -> str:
    """The drill or scenario by its id. A surprise is one patient, drawn when this page was opened."""
    if kind == SHIFT:
        ids = drills.ids()
        return st.selectbox("Shift", ids, index=min(len(ids) - 1, 3), format_func=_title)
    single = scenarios.ids()
    if kind == ALONE:
        return st.selectbox("Scenario", single, format_func=_title)
    return single[_drawn() % len(single)]


def _title(name: str) -> str:
    try:
        planned = drills.load_drill(name)
    except BadFile:
        return f"{name} (cannot be read)"
    rooms = len(planned.places)
    return planned.drill.title if rooms > 1 else planned.places[0].scenario.title


def _drawn() -> int:
    """A number that nobody chose and nobody sees before the debrief."""
    if "drawn" not in st.session_state:
        st.session_state["drawn"] = int(clock.now().timestamp() * 1000) % LARGEST_SEED
    return int(st.session_state["drawn"])


def _seed() -> int:
    if st.toggle("New patients each time", True, help="Off: type a seed, to meet the same patients again."):
        return _drawn()
    return int(st.number_input("Seed", 0, LARGEST_SEED, 1))


def _code() -> str:
    who = str(st.session_state.get(WHO, ""))
    return who if coded(who, station().rooms.training.names) else ""


def _brief(planned: Planned, hidden: bool) -> None:
    document = station().document
    st.header("Briefing")
    for line in planned.drill.briefing:
        st.markdown(f"- {dialogs.escaped(line)}")
    if hidden:
        st.markdown("One patient. You will meet them in the room.")
    else:
        rows = [bed._asdict() for bed in beds(planned, document)]
        st.table(
            pd.DataFrame(rows).rename(columns={"room": "Room", "who": "Patient", "order": "Order", "known": "Known"}).set_index("Room")
        )
    st.markdown(dialogs.escaped("Expected while an infusion runs: " + ", ".join(expected(document)) + "."))
    st.caption(
        f"Up to {planned.drill.minutes} min. A colleague sets the baseline and starts each infusion. Ask the patient in the room, "
        "then chart. Fast stretches fall back to 1x when something happens; response times count at 1x only."
    )


def _begin(planned: Planned, seed: int, code: str, prompts: bool) -> None:
    here = station()
    name = coded(code, here.rooms.training.names)
    if name is None:
        st.error("Give a trainee code: letters and digits, with at least one digit, such as T-07. No names.")
        return
    try:
        open_run(here.log, here.document, planned, seed, name, prompts=prompts)
    except BadFile as wrong:
        st.error(str(wrong))
    except RoomTaken as taken:
        st.error(str(taken))
    except StoreError as trouble:
        st.error(f"Not saved: {trouble} What you chose is still here; try again.")
    else:
        st.session_state[WHO] = name
        st.session_state.pop("drawn", None)
        go(DRILL)


def end_run_form(room: str, fill: Fill) -> None:
    """Ends every room of the drill at once, and goes to its debrief."""
    here = station()
    views = [view for view in here.follower.picture().views.values() if view.state.drill is not None]
    if not views:
        st.info("No drill is running any more.")
        return
    drill = views[0].state.drill
    assert drill is not None
    left = max(0, drill.ends_at - max(view.at for view in views))
    st.write(f"{left // 60} min are left. What is due and not done until now counts as it is." if left else "The time is over.")
    reason = st.text_input("Note (optional)", max_chars=200)
    if st.button("End the drill", type="primary"):
        try:
            end_run(
                here.log, here.document, [view.session for view in views], st.session_state.get(WHO, "") or drill.trainee, reason.strip()
            )
        except StoreError as trouble:
            st.error(f"Not saved: {trouble} Try again.")
            return
        go("review", run=drill.run)


FORMS = {"end_run": ("End the drill", end_run_form)}
