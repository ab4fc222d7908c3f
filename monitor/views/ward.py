"""The wall: one component for all rooms; with ``?display=1`` for a screen that nobody operates."""

from __future__ import annotations

import streamlit as st

from monitor.access import Viewer
from monitor.live.tickets import Topic
from monitor.views import acts, dialogs, forms
from monitor.views.feeding import feed


def show(viewer: Viewer) -> None:
    if st.query_params.get("display") == "1":
        feed("wall", "display", Topic("ward"), display=True)
        return
    acts.follow()
    dialogs.open_asked(forms.ALL)
    feed("wall", "wall", Topic("ward", "", viewer.name))
