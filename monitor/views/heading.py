"""What a page wears that has no head of the ward, because it may not be opened: the look of this screen, and the way to the door."""

from __future__ import annotations

import streamlit as st

from monitor.live import door
from monitor.live.station import station
from monitor.views import components


def wear_look() -> None:
    """The page follows the look that this screen has chosen, else the station's."""
    components.mount("look")(key="look", data={"theme": station().follower.picture().theme})


def door_link(label: str) -> None:
    """The way to the sign-in page, in this very tab."""
    st.html(f'<a class="door" href="{door.SIGN_IN}" target="_self">{label}</a>', width="content")
