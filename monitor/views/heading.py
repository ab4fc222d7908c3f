"""The head of a page that is Streamlit's own: the look of this screen, the way back, and what the page is."""

from __future__ import annotations

import streamlit as st

from monitor.language import say
from monitor.live import door
from monitor.live.station import station
from monitor.views import components
from monitor.views.menu import go


def wear_look() -> None:
    """The page follows the look that this screen has chosen, else the station's."""
    components.mount("look")(key="look", data={"theme": station().follower.picture().theme})


def heading(back: str, page: str, says: str) -> None:
    """One button, ``back``, which leads to ``page``; beside it what nobody may forget on this page."""
    wear_look()
    left, middle, *right = st.columns([2, 8, 2] if station().accounts is not None else [2, 10], vertical_alignment="center")
    if left.button(f"‹ {back}", use_container_width=True):
        go(page)
    middle.caption(says)
    for column in right:
        with column:
            way_out()


def way_out() -> None:
    """Signing out, where people sign in."""
    if station().accounts is not None:
        door_link(say("Sign out"))


def door_link(label: str) -> None:
    """The way to the sign-in page, in this very tab."""
    st.html(f'<a class="door" href="{door.SIGN_IN}" target="_self">{label}</a>', width="content")
