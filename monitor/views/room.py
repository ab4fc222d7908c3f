"""One room: one component, fed once a second; the trend goes with it every fifth."""

from __future__ import annotations

from itertools import count

import streamlit as st

from monitor.access import Viewer
from monitor.board.room import room_frame
from monitor.board.trend import trend_frame
from monitor.live.station import station
from monitor.views import acts, components, dialogs, forms
from monitor.views.menu import go
from monitor.views.ward import FEED_EVERY_S

KEY = "room"
TREND_EVERY_S = 5
_frames = count()


def show(viewer: Viewer) -> None:
    room = asked_room()
    if room is None:
        go("ward")
        return
    acts.follow()
    dialogs.open_asked(forms.ALL)
    st.session_state["trend_sent"] = None

    @st.fragment(run_every=FEED_EVERY_S)
    def feed() -> None:
        acts.follow_from_feed()
        picture = station().follower.picture()
        frame = {**room_frame(picture, room, viewer.name), "seq": next(_frames)}
        view = picture.views.get(room)
        sent = st.session_state.get("trend_sent")
        if view is not None and (sent is None or sent[0] != view.session or not 0 <= view.at - sent[1] < TREND_EVERY_S):
            st.session_state["trend_sent"] = (view.session, view.at)
            frame["trend"] = trend_frame(picture, view)
        components.mount("room")(key=f"{KEY}-{room}", data={"frame": frame}, on_act_change=acts.take(f"{KEY}-{room}", room))

    feed()


def asked_room() -> str | None:
    """The room that the address names, if this station has it."""
    asked = st.query_params.get("room", "")
    return asked if asked in station().follower.picture().rooms else None
