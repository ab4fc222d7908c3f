"""The wall: one component for all rooms."""

from __future__ import annotations

from monitor.access import Viewer
from monitor.live.tickets import Topic
from monitor.views import acts, dialogs, forms
from monitor.views.feeding import feed


def show(viewer: Viewer) -> None:
    acts.follow()
    dialogs.open_asked(forms.ALL)
    feed("wall", "wall", Topic("ward", "", viewer.name))
