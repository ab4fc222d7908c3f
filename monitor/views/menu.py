"""The pages by name, for the menu and for going from one to another. The menu follows the guard; it protects nothing."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from monitor.language import say

FILES = {
    "ward": "pages/ward.py",
    "room": "pages/room.py",
    "training": "pages/training.py",
    "instructor": "pages/instructor.py",
    "review": "pages/review.py",
    "protocol": "pages/protocol.py",
}
DRILL = "drill"
"""The wall of the drill that runs: the ward's own page with another address."""


def pages() -> list[StreamlitPage]:
    return [
        st.Page(FILES["ward"], title="Ward", default=True),
        st.Page(FILES["room"], title="Room", url_path="room"),
        st.Page(FILES["training"], title="Training", url_path="training"),
        st.Page(FILES["instructor"], title=say("Instructor's desk"), url_path="instructor"),
        st.Page(FILES["review"], title="Debrief", url_path="review"),
        st.Page(FILES["protocol"], title="Protocol", url_path="protocol"),
    ]


def go(page: str, **query: str) -> None:
    """Open another page. Ends this run."""
    if page == DRILL:
        st.switch_page(FILES["ward"], query_params={DRILL: "1"})
    st.switch_page(FILES[page], query_params=query or None)
