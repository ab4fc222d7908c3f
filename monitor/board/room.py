"""One opened room: numbers, prompts with their workings, the log, the infusion, drugs, checklists, the emergency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor import events as e
from monitor import units
from monitor.board.card import card
from monitor.board.checklist import checklist_panel
from monitor.board.cuff import bp, cuff_panel, cuff_table
from monitor.board.facts import facts
from monitor.board.frame import Frame, bound, button
from monitor.board.handover import handover_panel
from monitor.board.head import head
from monitor.board.infusion import drugs_panel, infusion_panel
from monitor.board.log import correct_button, events_panel, log_panel
from monitor.board.prompts import headline, open_prompts, shortly
from monitor.board.tile import RATES, no_signal, phase, progress, strip, tile_state, vital
from monitor.board.vacant import said, vacant, vacant_acts
from monitor.board.view import NO_PROMPTS, NOT_ASSESSED, Picture, View, limits, source
from monitor.board.waves import waves_panel
from monitor.language import say
from monitor.session import Phase
from monitor.vitals import KINDS, Signal

MORE = (Signal.PULSE, Signal.ABP_SYS, Signal.ETCO2, Signal.TEMP)


def room_frame(picture: Picture, room: str, who: str) -> Frame:
    """The page of one room; of an empty one only that it is empty."""
    view = picture.views.get(room)
    frame = head(picture, who, "room", say("Room {room}", room=room) + (f" · {view.state.opened.alias}" if view else ""))
    frame["room"] = room
    frame["rooms"] = [neighbour(picture, other, room) for other in picture.rooms]
    if view is None and room not in picture.rooms:
        frame["empty"] = {
            "head": say("The drill is over"),
            "text": "",
            "button": button(say("Training"), {"do": "go", "page": "training"}, solid=True),
        }
        return frame
    if view is None:
        frame["empty"] = vacant(picture, room, {"do": "dialog", "name": "checkin"})
        frame["actions"] = vacant_acts(picture, room)
        return frame
    state = view.state
    observed = state.opened.observed
    called = picture.document.emergency_rules  # a running emergency has its own card
    about: Frame = {
        "session": view.session,
        "alias": state.opened.alias,
        "source": source(state.opened),
        "facts": [{"text": one.text, "weighs": one.weighs, "more": one.more} for one in facts(picture, view)],
        "actions": list(_actions(picture, view, who)),
        "empty": None,
        "phase": phase(picture, view),
        "progress": progress(picture, view),
        "numerics": {
            "hr": {**vital(picture, view, RATES, "HR"), "sub": _rate_source(view), "limits": _limits(picture, view, RATES)},
            "spo2": {
                **vital(picture, view, (Signal.SPO2,), "SpO2"),
                "sub": say("oximeter"),
                "limits": _limits(picture, view, (Signal.SPO2,)),
            },
            "rr": {**vital(picture, view, (Signal.RR,), "RR"), "sub": "", "limits": _limits(picture, view, (Signal.RR,))},
        },
        "waves": waves_panel(view),
        "more": [_more(picture, view, s) for s in MORE if s in view.window.channels],
        "no_signal": no_signal(picture, view),
        "bp": bp(picture, view),
        "cuff": cuff_panel(picture, view),
        "cuff_table": list(cuff_table(picture, view)),
        "prompts_none": NO_PROMPTS if view.proves else None,
        "failed": _failed(view) if view.failed else None,
        "prompts": [card(picture, view, p) for p in open_prompts(view) if state.emergency is None or p.rule not in called],
        "watching": [
            {
                "text": say("Watching: {message}", message=headline(picture, view, p)),
                "sub": say("Not yet called for · line {rule}", rule=p.rule),
            }
            for p in state.prompts.values()
            if p.state is e.PromptState.PENDING
        ],
        "checklist": checklist_panel(picture, view),
        "log": log_panel(picture, view, who),
        "infusion": None if observed else infusion_panel(picture, view),
        "drugs": None if observed else drugs_panel(picture, view),
        "emergency": _emergency(picture, view),
        "handover": handover_panel(picture, view, who),
        "events": events_panel(picture, view),
        "correct": correct_button(view),
    }
    return {**frame, **bound(about, view.session)}


def _failed(view: View) -> Frame:
    return {
        "text": NOT_ASSESSED,
        "sub": view.standing[:1].upper() + view.standing[1:],
        "why": say("No number arrives here and no prompt can appear: go to the patient and watch the bedside monitor. Go on tries again."),
    }


def neighbour(picture: Picture, room: str, here: str) -> Frame:
    view = picture.views.get(room)
    known = said(picture, room)
    text, priority, flash = say("cleaning") if known is not None and known.cleaning else "empty", None, False
    if room in picture.damaged:
        text, priority = say("cannot be read"), "tech"
    if view is not None:
        below = strip(picture, view)
        state = tile_state(picture, view, below)
        text = {"calm": "", "pleasant": "", "blind": say("not assessed"), "answered": f"✓ {below.get('by', '')}"}.get(state, state)
        if below["kind"] == "prompt":
            text, priority, flash = f"{below['stars']} {shortly(picture, open_prompts(view)[0])}", below["priority"], below["flash"]
    act = {"do": "open_room", "room": room}
    return {"room": room, "text": text, "priority": priority, "flash": flash, "here": room == here, "act": act}


def _actions(picture: Picture, view: View, who: str) -> Iterator[Frame]:
    state = view.state
    yield button(say("Emergency"), {"do": "emergency", "room": state.opened.room}, kind="emergency", pressed=state.emergency is not None)
    drilled = state.drill is not None  # its rooms go on, stand and end together, by the bar
    if view.standing and say("recording has ended") not in view.standing and not drilled:
        yield button(say("Go on"), {"do": "go_on"}, icon="run", solid=True)
    if not state.opened.observed:
        if state.watcher != who or not who:
            label = say("Take watch") if not state.watcher else say("Take from {watcher}", watcher=state.watcher)
            yield button(label, {"do": "watch", "from": state.watcher}, icon="eye")
        else:
            yield button(say("Hand over…"), {"do": "dialog", "name": "handover"}, disabled=state.offer is not None)
    if state.away is not None:
        yield button(say("Back at the monitor"), {"do": "back"}, solid=True)
    elif state.phase in (Phase.READY, Phase.RUNNING, Phase.PAUSED, Phase.RECOVERY):
        yield button(say("Away…"), {"do": "dialog", "name": "away"})
    if state.phase is Phase.RECOVERY:
        yield button(say("Discharge…"), {"do": "dialog", "name": "discharge"})
    if state.phase in (Phase.DISCHARGED, Phase.OBSERVED, Phase.READY) and not drilled:
        yield button(say("Close session…"), {"do": "dialog", "name": "close"})


def _rate_source(view: View) -> str:
    return "ECG" if Signal.HR in view.window.channels else "oximeter"


def _limits(picture: Picture, view: View, signals: Sequence[Signal]) -> str:
    low, high = limits(picture, view, signals)
    if low is not None and high is not None:
        return say("{low:g} to {high:g}", low=low, high=high)
    if low is not None:
        return say("{low:g} or more", low=low)
    return say("up to {high:g}", high=high) if high is not None else ""


def _more(picture: Picture, view: View, signal: Signal) -> Frame:
    frame = vital(picture, view, (signal,), KINDS[signal].label)
    return {**frame, "unit": KINDS[signal].unit}


def _emergency(picture: Picture, view: View) -> Frame | None:
    running = view.state.emergency
    if running is None:
        return None
    plan = picture.document.emergency
    done = {one.act: one.at for one in running.acts}
    return {
        "since": units.span(picture.at(view) - running.since),
        "lines": [*plan.lines, say("Call {number}", number=plan.number)],
        "acts": [
            {
                **button(a.label, {"do": "emergency_act", "act": a.id}, pressed=a.id in done),
                "at": picture.time(view, done[a.id], seconds=True) if a.id in done else None,
                "note": a.warns or None,
            }
            for a in plan.acts
        ],
        "end": button(say("End the emergency…"), {"do": "dialog", "name": "emergency_end"}),
    }
