"""The instructor's desk: the same running drill on another screen, with its hidden truth. She injects, notes, pauses.

Nothing of it is shown before the station's code was given, or to the trainee of the drill.
"""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from monitor import access, commands
from monitor.access import Viewer
from monitor.board.desk import desk_frame, read
from monitor.board.drill import side
from monitor.board.frame import Frame
from monitor.board.presets import Choice, Number, Preset, happening, presets
from monitor.board.view import Picture
from monitor.language import say
from monitor.live.station import station
from monitor.store.log import StoreError
from monitor.views import acts
from monitor.views.escaping import escaped
from monitor.views.guard import present

EVERY_S = 2.0
CARD_PX, LINE_PX, NOW_PX = 384, 240, 150
"""Two cards stand side by side on a tablet. What grows scrolls in its own place, so that nothing moves."""
CODE, ROOMS = "instructor_code_given", "desk_rooms"
ROOM, KIND, NOTE, SAID = "desk_room", "desk_kind", "desk_note", "desk_said"
HELD = "\u00a0"
"""Does not break: a heading this wide holds its column, whatever stands in it."""


def show(viewer: Viewer) -> None:
    st.caption(say("TRAINING · SIMULATED PATIENTS · HIDDEN TRUTH: keep this screen from the trainee"))
    refused = _refused()
    if refused:
        st.error(refused)
    elif not _admitted():
        _ask_code()
    elif not acts.drill_rooms():
        _wait()
    else:
        with st.container(horizontal=True):
            with st.container(width=CARD_PX, border=True):
                _injecting()
            with st.container():
                _watching()


# ---- who may look ----


def _refused() -> str:
    """Why who is at the keys may not look, or nothing."""
    who, drill = present().name, _picture().views.values()
    if any(view.state.drill is not None and access.is_trainee(who, view.state.drill.trainee) for view in drill):
        return say(
            ("{who} is the trainee of the drill that runs. The desk tells what is hidden from the trainee; open it on another screen."),
            who=who,
        )
    return ""


def _admitted() -> bool:
    return station().rooms.training.instructor_code is None or bool(st.session_state.get(CODE))


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
    if _refused() or not acts.drill_rooms():
        st.rerun()


@st.fragment(run_every=EVERY_S)
def _wait() -> None:
    if acts.drill_rooms():
        st.rerun()
    st.info(say("No drill is running. As soon as one begins on another screen, it is here."))


def _picture() -> Picture:
    return side(station().follower.picture(), True)


# ---- what is true ----


@st.fragment(run_every=EVERY_S)
def _watching() -> None:
    acts.follow()
    _still()
    picture, here = _picture(), station()
    kept = st.session_state.get(ROOMS, {})
    try:
        rooms = [read(here.log, here.document, view, kept.get(view.session)) for view in picture.views.values()]
    except StoreError as trouble:
        st.error(say("The record cannot be read: {trouble}", trouble=trouble))
        return
    st.session_state[ROOMS] = {room.session: room for room in rooms}
    frame = desk_frame(picture, rooms)
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
    true, screen = say("True at {at}", at=room["true_at"]).replace(" ", HELD).ljust(15, HELD), "Screen".ljust(24, HELD)
    _table([{"": x["what"].replace(" ", HELD), true: x["true"], screen: x["screen"]} for x in room["rows"]])
    st.markdown(say("**Faults** {room}", room=escaped(room["faults"])))
    with st.container(height=NOW_PX, border=False):
        st.markdown(say("**Done last** {room}", room=escaped(room["last"])))
        for prompt in room["prompts"]:
            st.markdown(escaped(prompt))
    coming = [{"At".ljust(8, HELD): x["at"], "Coming": x["what"], "Now".ljust(16, HELD): x["how"]} for x in room["coming"]]
    _table(coming, say("Nothing is planned for this patient."))


def _table(rows: list[dict[str, str]], none: str = "") -> None:
    if not rows:
        st.caption(none)
        return
    lines = [{name: escaped(text) for name, text in row.items()} for row in rows]
    st.table(pd.DataFrame(lines), border="horizontal", hide_index=True)


# ---- what she lets happen ----


@st.fragment
def _injecting() -> None:
    """Outside of what refreshes, so that what is typed stays."""
    _still()
    who = present().name
    room = _chosen(ROOM, list(acts.drill_rooms()))
    found = {preset.label: preset for preset in presets(station().document)}
    preset = found[_chosen(KIND, list(found))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {part.name: _part(preset, part) for part in preset.parts}
    if st.button(say("{label} in {room} now", label=preset.label, room=room), type="primary", disabled=not who, use_container_width=True):
        _do(room, commands.inject(happening(preset, values)), say("{room}: {label}, let happen", room=room, label=preset.label))
    st.text_area(say("Note for the debrief"), max_chars=2000, height=100, key=NOTE)
    st.button(say("Note for {room}", room=room), disabled=not who, use_container_width=True, on_click=_note, args=(room,))
    if not who and st.button(say("First say who you are…"), type="primary", use_container_width=True):
        acts.ask("who", "")
        st.rerun()
    st.markdown(escaped(st.session_state.get(SAID, "")))


def _chosen(key: str, options: list[str]) -> str:
    """One of several, each a button; the first until another is tapped."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    with st.container(horizontal=True, gap="xsmall"):
        for option in options:
            kind: Literal["primary", "secondary"] = "primary" if option == st.session_state[key] else "secondary"
            st.button(option, key=f"{key}-{option}", type=kind, on_click=st.session_state.update, args=({key: option},))
    return str(st.session_state[key])


def _part(preset: Preset, part: Number | Choice) -> Any:
    key = f"{preset.kind}-{part.name}"
    if isinstance(part, Number):
        label = f"{part.label}, {part.unit}" if part.unit else part.label
        return int(st.number_input(label, part.low, part.high, part.start, part.step, key=key, width=162))
    if not part.options:
        return st.text_input(part.label, part.start, max_chars=400, key=key)
    return st.selectbox(part.label, list(part.options), list(part.options).index(part.start), part.options.__getitem__, key=key, width=220)


def _note(room: str) -> None:
    """What was typed is gone only once it is saved."""
    if _do(room, commands.instructor_note(str(st.session_state[NOTE])), say("{room}: noted", room=room)):
        st.session_state[NOTE] = ""


def _do(room: str, command: commands.Command, done: str) -> bool:
    """Whether it was carried out. What came of it stands last in the panel, so that nothing moves."""
    if _refused():
        return False
    refusal = acts.tried(acts.drill_rooms().get(room), command)
    st.session_state[SAID] = f"✓ {done}" if refusal is None else f"!! {refusal.sentence}"
    return refusal is None
