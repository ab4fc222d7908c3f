"""From what was tapped in the browser to commands, dialogs and pages. Acts come as JSON and are trusted no further."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from monitor import commands
from monitor import events as e
from monitor.board.alarms import calling, pausing
from monitor.board.card import ONE_TAP
from monitor.board.veil import STAYS
from monitor.language import say
from monitor.live import door
from monitor.live.station import station
from monitor.store.accounts import Accounts
from monitor.store.log import Conflict, StoreError
from monitor.views.guard import present
from monitor.views.menu import DRILL, FILES, go

Act = Mapping[str, Any]
DIALOG = "dialog"
PRESS = "form_press"
"""A button of the open form, until the form is drawn."""
GOING = "going"
PENDING = "pending_act"
DONE = "acts_done"
REMEMBERED = 20


def take(key: str, room: str | None = None) -> Callable[[], None]:
    """A callback for a component: perform what its trigger ``act`` says, for this room unless the act names one."""

    def acted() -> None:
        component = st.session_state.get(key)
        if component is not None:
            once(component.get("act"), room)

    return acted


def once(act: object, room: str | None) -> bool:
    """Perform what a component's trigger says, unless that was done; whether it was done now.

    A callback hears of most acts, but a new Streamlit session has none yet, and knows nothing of the component while its
    last run ended early: what the component itself gives when it is mounted is then the only trace of the act.
    """
    done: list[object] = st.session_state.get(DONE, [])
    if not isinstance(act, Mapping) or act.get("nonce") in done:
        return False
    perform(act, room)
    if "nonce" in act:
        st.session_state[DONE] = [*done, act["nonce"]][-REMEMBERED:]
    return True


def perform(act: Act, room: str | None) -> None:
    what = str(act.get("do", ""))
    room = str(act.get("room", room or ""))
    viewer = present()
    door.tell(st.context.cookies, Accounts.deed)
    if viewer.locked and what not in STAYS:
        viewer.may_enter([what])  # which it may not, and that is logged
        return
    if what in ("open_room", "checkin"):
        st.session_state[GOING] = ("room", {"room": room})
    if what == "open_room":
        return
    if what == "form":
        st.session_state[PRESS] = dict(act)
    elif what == "go":
        st.session_state[GOING] = (str(act.get("page")), {})
    elif what == "emergency":
        record(room, commands.emergency())
        st.session_state[GOING] = ("room", {"room": room})
    elif what == "dialog" and act.get("name") == "who":
        st.session_state.pop(PENDING, None)
        ask("who", room)
    elif what == "not_me":
        door.tell(st.context.cookies, Accounts.not_me)
    elif not viewer.name and what not in ("emergency_act",):
        st.session_state[PENDING] = (dict(act), room)
        ask("who", room)
    elif what in ("checkin", "dialog", "answer") and not viewer.may_open("room"):
        ask("refused", room, {"sentence": say("Your role at this station may not do this.")})
    elif what == "checkin":
        ask("checkin", room)
    elif what == "dialog":
        ask(str(act.get("name")), room, act.get("fill"))
    elif what == "answer":
        _answer(act, room, viewer.name)
    elif what == "run":
        for drilled in drill_rooms():
            record(drilled, _run(act))
    elif what == "take_over":
        for offered in offered_rooms(str(act.get("by"))):
            record(offered, commands.accept_watch(viewer.name))
    elif what == "audio":
        _audio(bool(act.get("on")))
    else:
        command = simple(act, room, viewer.name)
        if command is not None:
            record(room, command)


def offered_rooms(by: str) -> list[str]:
    """The rooms whose watch this nurse has offered."""
    views = station().follower.picture().views
    return [room for room, view in views.items() if view.state.offer is not None and view.state.offer.by == by]


def drill_rooms() -> list[str]:
    """The rooms of the drill that runs."""
    return [room for room, view in station().follower.picture().views.items() if view.state.drill is not None]


def _run(act: Act) -> commands.Command:
    """Pause, go on, or go a step: for every room of a drill alike."""
    step = act.get("step")
    return commands.step(int(step)) if isinstance(step, int) else commands.set_pace(float(act.get("speed", 1)))


def ask(name: str, room: str, fill: object = None, session: int | None = None) -> None:
    """Open a form with the next run of the page."""
    st.session_state[DIALOG] = {"name": name, "room": room, "session": session, "fill": dict(fill) if isinstance(fill, Mapping) else {}}


def go_on() -> None:
    """What was tapped before it was known by whom is done now."""
    waiting = st.session_state.pop(PENDING, None)
    if waiting is not None:
        perform(*waiting)


def tried(room: str, *wanted: commands.Command) -> commands.Refusal | None:
    """Carry out commands in a room's session, all of them or none, as who is at the keys. What stood in the way, as a
    refusal, or None when all is saved. Every tap and every form ends here.
    """
    here = station()
    session = here.follower.session(room)
    if session is None:
        return commands.Refusal("no_session", say("There is no session in this room any more."))
    try:
        commands.carry_out(here.log, here.document, session, present(), commands.together(*wanted))
    except commands.Refusal as refusal:
        return refusal
    except (StoreError, Conflict) as trouble:
        return commands.Refusal("not_saved", say("Not saved: {trouble}", trouble=trouble))
    door.tell(st.context.cookies, Accounts.signed)
    return None


def record(room: str, command: commands.Command) -> None:
    """Carry out a command that was tapped; what stood in its way is said in a dialog."""
    refusal = tried(room, command)
    if refusal is not None:
        ask("refused", room, {"sentence": refusal.sentence})


def _audio(on: bool) -> None:
    """The pause is the ward's: every open session's log has it."""
    here = station()
    picture = here.follower.picture()
    alarms, level = here.rooms.alarms, pausing(picture)
    for room, view in picture.views.items():
        paused = commands.pause_audio(alarms.pause_s, level, calling(view), alarms.new_room)
        record(room, commands.resume_audio() if on else paused)
    if not picture.views:
        ask("refused", "", {"sentence": say("No room has a session whose log could say that the audio is paused.")})


def simple(act: Act, room: str, who: str) -> commands.Command | None:
    """The command behind an act that needs no form; None where the act is not known."""
    match act.get("do"):
        case "score":
            value = act.get("value")
            return commands.score(str(act.get("scale")), value if isinstance(value, int) else None)
        case "observe":
            return commands.observe(str(act.get("what")), str(act.get("value", "")))
        case "symptom":
            return commands.symptom(str(act.get("symptom")))
        case "no_symptoms":
            return _no_symptoms()
        case "check":
            return commands.check(str(act.get("list")), str(act.get("item")), str(act.get("answer")))
        case "undo":
            here, session = station(), station().follower.session(room)
            entries = here.log.entries(session) if session is not None else []
            return commands.correct(entries, int(act.get("seq", -1)), None, say("taken back"))
        case "cuff":
            done = {"start": commands.start_cuff, "stop": commands.stop_cuff, "rest": commands.rest_cuff}.get(str(act.get("what")))
            return done() if done is not None else None
        case "baseline":
            return _baseline(room)
        case "watch":
            return commands.take_watch(who)
        case "accept":
            return commands.accept_watch(who)
        case "end_offer":
            return commands.end_offer()
        case "back":
            return commands.come_back()
        case "ask":
            return commands.ask()
        case "go_on":
            return commands.go_on()
        case "emergency_act":
            return commands.emergency_act(str(act.get("act")))
    return None


def _no_symptoms() -> commands.Command:
    """Asked for, none of them there: each is charted as absent."""

    def command(scene: commands.Scene) -> Sequence[e.AnyEvent]:
        return [e.SymptomCharted(symptom=s.id, present=False) for s in scene.document.symptoms]

    return command


def _baseline(room: str) -> commands.Command | None:
    from monitor.board.view import live
    from monitor.pressures import last_reading
    from monitor.vitals import Signal

    picture = station().follower.picture()
    view = picture.views.get(room)
    reading = last_reading(view.state, view.window) if view is not None else None
    if view is None or reading is None or reading.sys is None or reading.dia is None:
        return None
    rate, oxygen = live(picture, view, (Signal.HR, Signal.PULSE)), live(picture, view, (Signal.SPO2,))
    return commands.set_baseline(
        reading.sys, reading.dia, rate.value if rate is not None else None, oxygen.value if oxygen is not None else None
    )


# ---- answers ----


def prompt_named(act: Act) -> tuple[str, int]:
    rule, _, episode = str(act.get("prompt", "")).partition("#")
    return rule, int(episode) if episode.isdigit() else 0


def _answer(act: Act, room: str, who: str) -> None:
    """An answer without a form goes in at once; one whose options open a form opens it, filled in."""
    document = station().document
    rule, episode = prompt_named(act)
    try:
        what = e.Answer(str(act.get("answer")))
    except ValueError:
        return
    options = [str(o) for o in act.get("options") or [] if str(o) in document.option]
    if what is e.Answer.DID and any(document.option[o].command not in ONE_TAP for o in options):
        ask("answer", room, {"rule": rule, "episode": episode, "options": options})
        return
    acts = [one_tap(o, who) for o in options]
    given = [a for a in acts if a is not None]
    record(room, commands.answer(rule, episode, what, options, str(act.get("reason") or ""), given))


def one_tap(option: str, who: str) -> commands.Command | None:
    """What an option without a form records besides the answer itself."""
    chosen = station().document.option[option]
    match chosen.command:
        case "observe":
            return commands.observe(str(chosen.fill.get("what", "seen")), str(chosen.fill.get("value", "")))
        case "call":
            return commands.observe("called", str(chosen.fill.get("value", "")))
        case "cuff":
            return commands.start_cuff()
        case "watch":
            return commands.take_watch(who)
        case "away_end":
            return commands.come_back()
        case "emergency":
            return commands.emergency()
    return None


def follow() -> None:
    """Go where a callback asked to go. Ends this run then; a dialog that was asked for opens on the page it goes to."""
    going = st.session_state.pop(GOING, None)
    if going is not None and going[0] in (*FILES, DRILL):
        go(going[0], **going[1])
