"""The wall: one component, fed once a second."""

from __future__ import annotations

from itertools import count

import streamlit as st

from monitor.access import Viewer
from monitor.board.tile import ward_frame
from monitor.live.station import station
from monitor.views import acts, components, dialogs, forms

KEY = "wall"
FEED_EVERY_S = 0.9
"""A little below a second, so that no second of a session is skipped and a lost number is gone in time."""
_frames = count()


def show(viewer: Viewer) -> None:
    acts.follow()
    dialogs.open_asked(forms.ALL)

    @st.fragment(run_every=FEED_EVERY_S)
    def feed() -> None:
        acts.follow_from_feed()
        frame = {**ward_frame(station().follower.picture(), viewer.name), "seq": next(_frames)}
        components.mount("wall")(key=KEY, data={"frame": frame}, on_act_change=acts.take(KEY))

    feed()
