"""The head of a page that is Streamlit's own: the look of this screen, the way back, and what the page is."""

from __future__ import annotations

import streamlit as st

from monitor.live.station import station
from monitor.views import components
from monitor.views.menu import go


def wear_look() -> None:
    """The page follows the look that this screen has chosen, else the station's."""
    components.mount("look")(key="look", data={"theme": station().follower.picture().theme})


def heading(back: str, page: str, says: str) -> None:
    """One button, ``back``, which leads to ``page``; beside it what nobody may forget on this page."""
    wear_look()
    left, right = st.columns([1, 5], vertical_alignment="center")
    if left.button(f"‹ {back}", use_container_width=True):
        go(page)
    right.caption(says)
