"""The pages by name, for the menu and for going from one to another. The menu follows the guard; it protects nothing."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

FILES = {"ward": "pages/ward.py", "room": "pages/room.py", "protocol": "pages/protocol.py"}


def pages() -> list[StreamlitPage]:
    return [
        st.Page(FILES["ward"], title="Ward", default=True),
        st.Page(FILES["room"], title="Room", url_path="room"),
        st.Page(FILES["protocol"], title="Protocol", url_path="protocol"),
    ]


def go(page: str, room: str | None = None) -> None:
    """Open another page. Ends this run."""
    st.switch_page(FILES[page], query_params={"room": room} if room is not None else None)
