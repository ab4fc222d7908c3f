"""The wall: one component for all rooms, the station's or a drill's; with ``?display=1`` for a screen nobody operates."""

from __future__ import annotations

import streamlit as st

from monitor.access import Viewer
from monitor.live.tickets import Topic
from monitor.views import acts
from monitor.views.feeding import feed
from monitor.views.menu import DRILL, go
from monitor.views.room import OPENED


def show(viewer: Viewer) -> None:
    if st.query_params.get("display") == "1":
        feed("wall", "display", Topic("ward"), display=True)
        return
    acts.follow()
    drill = DRILL in st.query_params
    if drill and not acts.drill_rooms():
        go("training")
    st.session_state.pop(OPENED, None)
    feed("wall", "drill" if drill else "wall", Topic("drill" if drill else "ward", "", viewer.name))
