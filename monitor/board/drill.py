"""A drill on the screen: the bar by which a run is steered, and what its patients say when they call or are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor import charting, units
from monitor import events as e
from monitor.access import is_trainee
from monitor.board.frame import Frame, bound, button
from monitor.board.view import Picture, View
from monitor.language import say

SPEEDS = (1, 2, 5, 10, 20)
STEP_S = 10
CALL_S = 120
"""How long a call stays on the bar of the wall. In the room it stays until the patient says something else."""


def side(picture: Picture, drill: bool) -> Picture:
    """The rooms of a drill alone, or the station's own without them: nobody watches both on one wall."""
    views = {room: view for room, view in picture.views.items() if (view.state.drill is not None) == drill}
    return replace(picture, rooms=[r for r in picture.rooms if r in views or not (drill or r in picture.views)], views=views)


def drills(picture: Picture, page: str, who: str) -> bool:
    """Whether the head of this page is a drill's: for its trainee wherever they read, and at the instructor's desk."""
    running = [view.state.drill for view in picture.views.values() if view.state.drill is not None]
    reads = page not in ("ward", "room")
    return reads and any(page == "instructor" or is_trainee(who, drill.trainee) for drill in running)


def run_bar(picture: Picture, room: str = "") -> Frame | None:
    """The bar of a page that shows a drill; ``room`` on a room's own page."""
    views = [view for view in picture.views.values() if view.state.drill is not None]
    if not views:
        return None
    at, drill = max(view.at for view in views), views[0].state.drill
    assert drill is not None
    speed, over = min(view.state.speed for view in views), at >= drill.ends_at
    pace = (
        say("time is over")
        if over
        else "paused"
        if speed == 0
        else say("real time")
        if speed == 1
        else say("{speed:g} times real time", speed=speed)
    )
    here = picture.views.get(room)
    return {
        "title": drill.title,
        "sub": say("{trainee} · {part} prompts · {pace}", trainee=drill.trainee, part="with" if drill.prompts else "without", pace=pace),
        "clock": say("{span} of {span2}", span=units.span(max(0, at)), span2=units.span(drill.ends_at)),
        "controls": list(_controls(speed, over)),
        "heard": _called(picture, views) if here is None else _heard(picture, here),
        "ask": None if here is None else bound(button(say("Ask the patient"), {"do": "ask"}, pressed=here.state.asked), here.session),
    }


def _controls(speed: float, over: bool) -> Iterator[Frame]:
    if speed == 0:
        yield button(say("Go on"), {"do": "run", "speed": 1}, icon="run", solid=not over, disabled=over)
    else:
        yield button(say("Pause"), {"do": "run", "speed": 0}, icon="pause")
    yield button(say("Step {step_s} s", step_s=STEP_S), {"do": "run", "step": STEP_S}, disabled=over or speed > 0)
    for times in SPEEDS:
        yield button(f"{times}x", {"do": "run", "speed": times}, pressed=speed == times, disabled=over)
    yield button(say("End…"), {"do": "dialog", "name": "end_run"}, solid=over)


def _called(picture: Picture, views: list[View]) -> Frame | None:
    """The last call of any patient: at the station one hears it through the door."""
    calls = [(view, call) for view in views if (call := view.state.called) is not None and picture.at(view) - call.tick <= CALL_S]
    if not calls:
        return None
    view, call = max(calls, key=lambda found: found[1].tick)
    assert isinstance(call.event, e.PatientSaid)
    return {
        "head": say(
            "Room {room} {alias} calls, {span} ago",
            room=view.state.opened.room,
            alias=view.state.opened.alias,
            span=units.span(picture.at(view) - call.tick),
        ),
        "text": call.event.text,
    }


def _heard(picture: Picture, view: View) -> Frame | None:
    said = [entry for entry in (view.state.called, view.state.heard) if entry is not None]
    if view.state.asked:
        return {"head": say("You ask {alias}", alias=view.state.opened.alias), "text": ""}
    if not said:
        return None
    last = max(said, key=lambda entry: entry.seq)
    ago = units.since(picture.at(view) - last.tick)
    if isinstance(last.event, e.PatientSaid):
        return {"head": say("{alias} calls, {ago}", alias=view.state.opened.alias, ago=ago), "text": last.event.text}
    assert isinstance(last.event, e.PatientAnswered)
    return {"head": say("{alias} answers, {ago}", alias=view.state.opened.alias, ago=ago), "text": _told(picture, last.event)}


def _told(picture: Picture, answer: e.PatientAnswered) -> str:
    """An answer as it is heard and seen. Charting it is the nurse's."""
    parts = [charting.words(scale, value) for scale, value in answer.scores if value is not None]
    parts += [picture.document.symptom_label(symptom).lower() for symptom in answer.symptoms]
    if answer.vomited:
        parts.append(say("has vomited"))
    if answer.like_oneself:
        parts.append(say("feels like themselves"))
    parts.append(say("breathes {breaths} times a minute", breaths=answer.breaths))
    words = f"“{answer.says}” " if answer.says else ""
    return words + "; ".join(parts)
