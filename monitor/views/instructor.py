"""The instructor's desk: the same running drill on another screen, with its hidden truth. She injects, notes, pauses.

Nothing of it is shown before the station's code was given, or to the trainee of the drill.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from monitor import access
from monitor.access import Viewer
from monitor.board.desk import desk_frame, read
from monitor.board.frame import Frame
from monitor.language import say
from monitor.live.station import station
from monitor.store.log import StoreError
from monitor.views import acts
from monitor.views.escaping import escaped
from monitor.views.guard import present
from monitor.views.injecting import CODE, admitted, barred, picture

EVERY_S = 2.0
CARD_PX, LINE_PX, NOW_PX = 384, 240, 150
"""Two cards stand side by side on a tablet. What grows scrolls in its own place, so that nothing moves."""
ROOMS = "desk_rooms"
HELD = "\u00a0"
"""Does not break: a heading this wide holds its column, whatever stands in it."""


def show(viewer: Viewer) -> None:
    st.caption(say("TRAINING · SIMULATED PATIENTS · HIDDEN TRUTH: keep this screen from the trainee"))
    refused = barred()
    if refused:
        st.error(escaped(refused))
    elif not admitted():
        _ask_code()
    elif not acts.drill_rooms():
        _wait()
    else:
        _watching()


# ---- who may look ----


def _ask_code() -> None:
    wanted = station().rooms.training.instructor_code
    assert wanted is not None
    with st.form("instructor_code", border=False):
        typed = st.text_input(say("Instructor's code"), type="password", max_chars=40, width=320)
        if st.form_submit_button(say("Open the desk"), type="primary"):
            if access.is_code(typed, wanted.get_secret_value()):
                st.session_state[CODE] = True
                st.rerun()
            st.error(say("This is not the instructor's code of this station."))


def _still() -> None:
    """Before a fragment shows or does anything: what held when the page was opened may hold no more."""
    if present().locked:
        st.stop()
    if barred() or not acts.drill_rooms():
        st.rerun()


@st.fragment(run_every=EVERY_S)
def _wait() -> None:
    if acts.drill_rooms():
        st.rerun()
    st.info(say("No drill is running. As soon as one begins on another screen, it is here."))


# ---- what is true ----


@st.fragment(run_every=EVERY_S)
def _watching() -> None:
    acts.follow()
    _still()
    shown, here = picture(), station()
    kept = st.session_state.get(ROOMS, {})
    try:
        rooms = [read(here.log, here.document, view, kept.get(view.session)) for view in shown.views.values()]
    except StoreError as trouble:
        st.error(say("The record cannot be read: {trouble}", trouble=escaped(str(trouble))))
        return
    st.session_state[ROOMS] = {room.session: room for room in rooms}
    frame = desk_frame(shown, rooms)
    if frame is None:
        return
    _steering(frame)
    with st.container(horizontal=True):
        for room in frame["rooms"]:
            with st.container(width=CARD_PX, border=True):
                _room(room)
    st.subheader(say("Injected and noted"))
    with st.container(height=LINE_PX):
        _table(
            [{"At".ljust(8, HELD): x["at"], "Room": x["room"], "What": x["text"], "By": x["by"]} for x in frame["line"]],
            say("Nothing yet."),
        )


def _steering(frame: Frame) -> None:
    """The acts of the run bar, for every room of the run alike."""
    st.markdown(f"**{escaped(frame['title'])}** · {escaped(frame['sub'])} · **{escaped(frame['clock'])}**")
    with st.container(horizontal=True):
        for n, control in enumerate(frame["controls"]):
            st.button(
                control["label"],
                key=f"steer-{n}",
                type="primary" if control.get("pressed") else "secondary",
                disabled=control.get("disabled", False),
                on_click=acts.perform,
                args=(control["act"], None),
            )


def _room(room: Frame) -> None:
    head = f"**{escaped(room['head'])}** · {escaped(room['title'])}"
    st.markdown(head, help=escaped(room["summary"]) or None)
    st.caption(escaped(room["sub"]))
    with st.container(horizontal=True):
        _opens("inject", say("Let something happen in {room}…", room=room["room"]), room)
        _opens("instructor_note", say("Note for {room}…", room=room["room"]), room)
    true, screen = say("True at {at}", at=room["true_at"]).replace(" ", HELD).ljust(15, HELD), "Screen".ljust(24, HELD)
    _table([{"": x["what"].replace(" ", HELD), true: x["true"], screen: x["screen"]} for x in room["rows"]])
    st.markdown(say("**Faults** {room}", room=escaped(room["faults"])))
    with st.container(height=NOW_PX, border=False):
        st.markdown(say("**Done last** {room}", room=escaped(room["last"])))
        for prompt in room["prompts"]:
            st.markdown(escaped(prompt))
    coming = [{"At".ljust(8, HELD): x["at"], "Coming": x["what"], "Now".ljust(16, HELD): x["how"]} for x in room["coming"]]
    _table(coming, say("Nothing is planned for this patient."))


def _opens(form: str, label: str, room: Frame) -> None:
    if st.button(label, key=f"{form}-{room['room']}"):
        acts.perform({"do": "dialog", "name": form, "room": room["room"], "session": room["session"]}, None)
        st.rerun()  # the form stands in the page's own part


def _table(rows: list[dict[str, str]], none: str = "") -> None:
    if not rows:
        st.caption(none)
        return
    lines = [{name: escaped(text) for name, text in row.items()} for row in rows]
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True)
