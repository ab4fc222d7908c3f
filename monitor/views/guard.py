"""The first statement of every page. A page can be opened without dashboard.py having run, so each guards itself."""

from __future__ import annotations

import streamlit as st

from monitor import access
from monitor.language import say
from monitor.live.station import station
from monitor.sources.source import BadFile
from monitor.store.log import StoreError

WHO = "who"
TITLES = {
    "ward": "Ward",
    "room": "Room",
    "training": "Training",
    "instructor": say("Instructor's desk"),
    "review": "Debrief",
    "protocol": "Protocol",
}

CLOSE = "<style>.stApp .stMainBlockContainer { padding-block: 24px; }</style>"
"""Streamlit leaves room for a bar at the top that this station does not show."""


def present() -> access.Viewer:
    """Who is at the keys now. Asked anew for every page and every act."""
    return access.Viewer(st.session_state.get(WHO, ""))


def enter(page: str) -> access.Viewer:
    """Who looks at this page. Ends the run, with a sentence, where they may not or where the station cannot start."""
    st.set_page_config(
        page_title=say("{part} · infusion monitor", part=TITLES[page]), page_icon="🫀", layout="wide", initial_sidebar_state="collapsed"
    )
    st.html(CLOSE)
    viewer = present()
    if not viewer.may_open(page):
        st.error(say("You may not open this page."))
        st.stop()
    try:
        station()
    except (BadFile, StoreError) as wrong:
        st.error(say("The station cannot start: {wrong}", wrong=wrong))
        st.stop()
    return viewer
