"""How a page is fed: by push; where that cannot be had, by its own fragment once a second, behind the same component."""

from __future__ import annotations

from itertools import count

import streamlit as st

from monitor.live import door
from monitor.live.push import Drawing
from monitor.live.station import station
from monitor.live.tickets import Topic
from monitor.views import acts, components, docked
from monitor.views.guard import present

FEED_EVERY_S = 0.9
"""A little below a second, so that no second of a session is skipped and a lost number is gone in time."""
IDLE_EVERY_S = 3600
"""Only a page with a fragment that runs by itself is run again when the browser finds a restarted dashboard."""
_frames = count()


def feed(name: components.Name, key: str, topic: Topic, display: bool = False) -> None:
    """Mount a page's component with its first frame and a ticket for the rest. No act is taken from a display.

    ``done`` tells the browser which acts were taken in. The browser says when it wants to be fed from here (state
    ``feed``) and when it wants another ticket (``ticket``).
    """
    asked, watched, drawing = _asked(key), docked.any_open() and not display, Drawing(topic)

    @st.fragment(run_every=FEED_EVERY_S if asked else docked.LOOK_EVERY_S if watched else IDLE_EVERY_S)
    def fed() -> None:
        acts.follow()
        if _asked(key) != asked:
            st.rerun()
        here = station()
        if not present().may_open("ward" if topic.page == "drill" else topic.page):
            st.rerun()
        drawing.topic = door.seated(st.context.cookies, topic)
        with here.follower.reading() as picture:
            frame = {**drawing.frame(picture), "seq": next(_frames)}
        whose = door.holder(st.context.cookies)
        push = {"ticket": here.tickets.mint(topic, whose), "topic": "/".join(topic[:3]), "of": whose}
        room = topic.room or None
        take = _noticed if display else acts.take(key, room)
        form = None if display else docked.shown(topic.room)
        acts.follow()
        component = components.mount(name)(
            key=key,
            data={"frame": frame, "form": form, "push": push, "display": display, "done": acts.taken()},
            on_act_change=take,
            on_wrote_change=_noticed if display else docked.wrote(key),
            on_feed_change=_noticed,
            on_ticket_change=_noticed,
        )
        if not display and acts.once(component.act, room):
            st.rerun()
        if not display and watched != docked.any_open():
            st.rerun()

    fed()


def head(page: str) -> None:
    """The first thing on a page that is Streamlit's own: the ward is seen and heard there as on any other."""
    acts.follow()
    feed("page", "page", Topic(page, "", present().name))


def _asked(key: str) -> bool:
    """Whether the browser asks for frames because no push reaches it."""
    state = st.session_state.get(key)
    return state is not None and state.get("feed") == "asked"


def _noticed() -> None:
    """The run that follows does what is needed."""
