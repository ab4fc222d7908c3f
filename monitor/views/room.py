"""One room: one component, and the trend in it."""

from __future__ import annotations

import streamlit as st

from monitor import commands
from monitor.access import Viewer
from monitor.live.station import station
from monitor.live.tickets import Topic
from monitor.views import acts
from monitor.views.feeding import feed
from monitor.views.menu import go

OPENED = "opened_session"


def show(viewer: Viewer) -> None:
    room = asked_room()
    if room is None:
        go("ward")
        return
    _opened(room, viewer.name)
    acts.follow()
    feed("room", f"room-{room}", Topic("room", room, viewer.name))


def _opened(room: str, name: str) -> None:
    """In a drill, that the trainee looks into this room is part of the record: once, until another page is opened."""
    view = station().follower.picture().views.get(room)
    drill = view.state.drill if view is not None else None
    if view is None or drill is None or not drill.practises(name) or st.session_state.get(OPENED) == view.session:
        return
    acts.tried(view.session, commands.open_room())
    st.session_state[OPENED] = view.session


def asked_room() -> str | None:
    """The room that the address names, if this station has it."""
    asked = st.query_params.get("room", "")
    return asked if asked in station().follower.picture().rooms else None
