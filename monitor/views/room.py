"""One room: one component, and the trend in it."""

from __future__ import annotations

import streamlit as st

from monitor.access import Viewer
from monitor.live.station import station
from monitor.live.tickets import Topic
from monitor.views import acts, dialogs, forms
from monitor.views.feeding import feed
from monitor.views.menu import go


def show(viewer: Viewer) -> None:
    room = asked_room()
    if room is None:
        go("ward")
        return
    acts.follow()
    dialogs.open_asked(forms.ALL)
    feed("room", f"room-{room}", Topic("room", room, viewer.name))


def asked_room() -> str | None:
    """The room that the address names, if this station has it."""
    asked = st.query_params.get("room", "")
    return asked if asked in station().follower.picture().rooms else None
