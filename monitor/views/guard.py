"""The first statement of every page. A page can be opened without dashboard.py having run, so each guards itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from monitor import access
from monitor.board.page import TITLES
from monitor.board.veil import lock
from monitor.language import say
from monitor.live import door
from monitor.live.place import place
from monitor.live.station import station
from monitor.sources.source import BadFile
from monitor.store.log import StoreError
from monitor.views import components
from monitor.views.escaping import escaped
from monitor.views.heading import door_link, wear_look
from monitor.views.menu import go

WHO = "who"

CLOSE = """<style>
.stApp .stMainBlockContainer { padding-block: 24px; }
a.door {
  display: inline-flex; align-items: center; min-block-size: 44px; padding-inline: 16px; border: 1px solid; border-radius: 6px;
  color: inherit;
}
</style>"""
"""Streamlit leaves room for a bar at the top that this station does not show."""


def present() -> access.Viewer:
    """Who is at the keys now. Asked anew for every page, every frame and every act.

    Where people sign in, a session of Streamlit's belongs to the browser whose cookie it began with, and to no other.
    """
    if station().accounts is None:
        return access.Viewer(st.session_state.get(WHO) or _called())
    context = get_script_run_ctx()
    return door.viewer(st.context.cookies, context.session_id if context is not None else "")


def _called() -> str:
    """Who stood at this station last, in training: a page that was loaded anew need not ask again."""
    try:
        name = station().drafts.called(place(st.context.cookies))
    except StoreError:
        return ""
    if name:
        st.session_state[WHO] = name
    return name


def enter(page: str) -> access.Viewer:
    """Who looks at this page. Ends the run, with a sentence, where they may not or where the station cannot start."""
    st.set_page_config(
        page_title=say("{part} · infusion monitor", part=TITLES[page]), page_icon="🫀", layout="wide", initial_sidebar_state="collapsed"
    )
    st.html(CLOSE)
    try:
        viewer = present()
    except (BadFile, StoreError) as wrong:
        st.error(say("The station cannot start: {wrong}", wrong=escaped(str(wrong))))
        st.stop()
    if not viewer.may_open(page):
        _refused(viewer)
        st.stop()
    if station().accounts is not None and page not in FED:
        _covered(viewer.locked)
        if viewer.locked:
            st.stop()
    return viewer


FED = ("ward", "room")
"""Pages whose frames say by themselves that the screen is locked."""
COVER_EVERY_S = 2.0


def _covered(locked: bool) -> None:
    """A page of Streamlit's own is covered while the screen is locked: what was typed there is still there afterwards."""

    @st.fragment(run_every=COVER_EVERY_S)
    def cover() -> None:
        now = present()
        if now == access.NOBODY or (locked and not now.locked):
            st.rerun()
        _cover(lock(now.station is not None) if now.locked else None)

    cover()


def _cover(held: Mapping[str, Any] | None) -> None:
    data = {"lock": held, "theme": station().follower.picture().theme, "of": door.holder(st.context.cookies)}
    components.mount("cover")(key="cover", data=data)


def _refused(viewer: access.Viewer) -> None:
    """What a closed page says, and the ways on."""
    if viewer == access.NOBODY:
        st.error(say("You are not signed in."))
        wear_look()
        _cover(None)
        door_link(say("Sign in"))
        return
    st.error(say("{name}, your role at this station may not open this page.", name=escaped(viewer.name)))
    wear_look()
    for other, roles in access.PAGES.items():
        if viewer.roles & roles and other != "room" and st.button(TITLES[other]):
            go(other)
    door_link(say("Sign out"))
