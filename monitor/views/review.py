"""After a drill: its debrief, the screens as they were, and a trainee's runs over time. Only runs that have ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import pandas as pd
import streamlit as st

from monitor.access import Viewer
from monitor.board.debrief import NO_CERTIFICATE, debrief_frame
from monitor.board.playback import Playback
from monitor.board.sheet import sheet
from monitor.drills.script import POLICIES
from monitor.language import say
from monitor.live.station import station
from monitor.review import progress
from monitor.review.compared import Compared, compare
from monitor.review.pseudonyms import pseudonyms, without_names
from monitor.review.reading import Room, read_run
from monitor.session import Phase
from monitor.sources.source import BadFile
from monitor.store.log import StoreError
from monitor.views import components
from monitor.views.escaping import escaped
from monitor.views.exports import Exports
from monitor.views.guard import present
from monitor.views.menu import go

PLAYED_EVERY_S = 1.0
_frames = count()


def show(viewer: Viewer) -> None:
    asked = st.query_params.get("run", "")
    rooms = _finished(int(asked)) if asked.isdigit() else None
    if rooms is not None and "play" in st.query_params:
        _play(rooms)
        return
    st.caption(say("TRAINING · SIMULATED PATIENTS · {no_certificate}", no_certificate=NO_CERTIFICATE))
    if rooms is not None:
        _debrief(viewer, rooms)
        return
    if asked:
        st.error(say("There is no finished drill of this number here. A debrief shows what is hidden, so a drill is ended first."))
    _list(viewer)


def _finished(run: int) -> Sequence[Room] | None:
    """The rooms of a run, if it is one and has ended."""
    here = station()
    try:
        rooms = read_run(here.log, here.document, run)
    except StoreError:
        return None
    return rooms if all(room.state.phase is Phase.CLOSED for room in rooms) else None


# ---- one run ----


def _debrief(viewer: Viewer, rooms: Sequence[Room]) -> None:
    run = rooms[0].drill.run
    st.title(say("Debrief of run {run}", run=run))
    page = _sheet(station().url, run, "others" in st.query_params)
    row = st.container(horizontal=True)
    if row.button(say("Play it back as the screen was"), type="primary"):
        go("review", run=run, play="0")
    Exports("review", viewer, row).offer(say("Save as one HTML file"), f"debrief-run-{run}.html", "text/html", lambda: page, run=run)
    if "others" not in st.query_params and row.button(say("Lay the protocol nurse and no one beside it")):
        go("review", run=run, others="1")
    if row.button(say("All runs")):
        go("review")
    st.iframe(page)


@st.cache_data(show_spinner=say("Playing the drill again, by the protocol nurse and by no one…"), max_entries=8)
def _sheet(store: str, run: str, others: bool) -> str:
    """The debrief as one page, which may be kept: so it names nobody. A finished run never changes: made once; ``store`` says of which."""
    here = station()
    rooms = read_run(here.log, here.document, int(run))
    return sheet(without_names(debrief_frame(rooms, _others(rooms) if others else ()), pseudonyms(rooms)))


def _others(rooms: Sequence[Room]) -> list[Compared]:
    document = station().document
    try:
        return [compare(rooms, policy, document) for policy in POLICIES if policy != rooms[0].drill.trainee]
    except BadFile as changed:
        st.warning(say("The drill cannot be played again: {changed}", changed=escaped(str(changed))))
        return []


# ---- playback ----


def _play(rooms: Sequence[Room]) -> None:
    here, run = station(), rooms[0].drill.run
    kept = st.session_state.get("playback")
    if kept is None or kept["run"] != run:
        start = st.query_params.get("play", "0")
        kept = {"run": run, "at": int(start) if start.isdigit() else 0, "room": "", "speed": 0.0, "leave": False}
        kept["playback"] = Playback(rooms, here.document, here.follower.zone)
        st.session_state["playback"] = kept

    @st.fragment(run_every=PLAYED_EVERY_S)
    def played() -> None:
        if present().locked:
            st.stop()
        if kept["leave"]:
            st.session_state.pop("playback", None)
            go("review", run=run)
        playback: Playback = kept["playback"]
        kept["at"] = min(playback.ends, kept["at"] + round(kept["speed"] * PLAYED_EVERY_S))
        if kept["at"] >= playback.ends:
            kept["speed"] = 0.0
        frame = {**playback.frame(kept["at"], kept["room"], kept["speed"]), "seq": next(_frames)}
        name: components.Name = "room" if kept["room"] else "wall"
        key = f"playback-{kept['room']}"
        components.mount(name)(key=key, data={"frame": frame}, on_act_change=lambda: _steer(kept, st.session_state.get(key)))

    played()


def _steer(kept: dict[str, Any], component: Any) -> None:
    """What was tapped in a playback: where to look. Nothing else can be done in what has been."""
    act = component.act if component is not None else None
    if not isinstance(act, Mapping):
        return
    playback: Playback = kept["playback"]
    if act.get("do") == "open_room" and act.get("room") in playback.seen:
        kept["room"] = str(act["room"])
    if act.get("do") != "replay":
        return
    if "room" in act:
        kept["room"] = ""
    if isinstance(at := act.get("at"), (int, float)):
        kept["at"] = max(0, min(playback.ends, int(at)))
    if isinstance(speed := act.get("speed"), (int, float)):
        kept["speed"] = max(0.0, min(60.0, float(speed)))
        if speed and kept["at"] >= playback.ends:
            kept["at"] = 0
    kept["leave"] = bool(act.get("leave"))


# ---- all runs ----


def _list(viewer: Viewer) -> None:
    here = station()
    st.title(say("Debriefs and progress"))
    found = progress.runs(here.log, here.document)
    if not found:
        st.info(say("No drill has ended at this station yet."))
        return
    trainees = sorted({run.trainee for run in found})
    chosen = st.selectbox(say("Trainee"), trainees, index=trainees.index(viewer.name) if viewer.name in trainees else 0)
    own = [run for run in found if run.trainee == chosen]
    for run in reversed(own):
        left, right = st.columns([5, 1], vertical_alignment="center")
        got, best = sum(room.points for room in run.scored), sum(room.max for room in run.scored)
        first = run.rooms[0].drill
        worth = (
            say("Incomplete: ended before its time, so there is no total")
            if any(room.incomplete for room in run.scored)
            else say("{got:g} of {best:g} points, by its parts in the debrief", got=round(got, 1), best=round(best, 1))
        )
        told = say(
            "Run {number}, {day}: {title}, {shown} prompts. {worth}",
            number=run.number,
            day=run.day,
            title=first.title,
            shown="with" if first.prompts else "without",
            worth=worth,
        )
        left.markdown(escaped(told))
        if right.button(say("Debrief"), key=f"run-{run.number}", use_container_width=True):
            go("review", run=str(run.number))
    _progress(viewer, own)


def _progress(viewer: Viewer, own: Sequence[progress.Run]) -> None:
    st.header(say("Response times per kind of event"))
    st.caption(say("Seconds from the first crossing or prompt to the first right act, at 1x. Beside one's own earlier runs; no ranking."))
    nurse: list[Compared] = []
    if st.toggle(
        say("Beside the protocol nurse"), help=say("Plays each of these drills again by the reference policy; some seconds a drill.")
    ):
        nurse = [_nurse(station().url, run.number) for run in own]
    rows = [
        {
            say("Event"): kind.event,
            say("Times"): kind.times,
            say("Recognised, s"): _last(kind.recognition_s),
            say("Answered, s"): _last(kind.response_s),
            say("Earlier, median s"): kind.earlier_s,
            say("Protocol nurse, s"): kind.nurse_response_s,
        }
        for kind in progress.kinds(own, nurse)
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows).set_index(say("Event")), use_container_width=True)
    else:
        st.markdown(say("No critical event has come in these runs."))
    exports, runs = Exports("review", viewer, st.container(horizontal=True)), [run.number for run in own]
    exports.offer(say("Export as CSV"), "progress.csv", "text/csv", lambda: progress.as_csv(own), runs=runs)
    exports.offer(say("Its data dictionary"), "progress.columns.csv", "text/csv", progress.dictionary_csv)


def _last(times: Sequence[int | None]) -> int | None:
    return times[-1] if times else None


@st.cache_resource(show_spinner=say("Playing the drill again, by the protocol nurse…"), max_entries=32)
def _nurse(store: str, run: int) -> Compared:
    """A finished run by the reference policy; ``store`` says of which."""
    here = station()
    return compare(read_run(here.log, here.document, run), POLICIES[0], here.document)
