"""From what was tapped in the browser to commands, dialogs and pages. Acts come as JSON and are trusted no further.

An act names the session beside which it was tapped, and goes to that one or is refused; whoever has the room by then is
somebody else. Only an emergency goes by its room.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from monitor import clock, commands
from monitor import events as e
from monitor.access import Viewer
from monitor.board import words
from monitor.board.alarms import calling, pausing
from monitor.board.card import ONE_TAP
from monitor.board.vacant import said
from monitor.board.veil import STAYS
from monitor.board.view import View, live
from monitor.forms.answer import one_tap
from monitor.language import say
from monitor.live import door
from monitor.live.place import place
from monitor.live.station import station
from monitor.pressures import last_reading
from monitor.store.accounts import Accounts
from monitor.store.log import Conflict, StoreError
from monitor.views.guard import present
from monitor.views.menu import DRILL, FILES, go
from monitor.vitals import Signal
from monitor.ward import logged

Act = Mapping[str, Any]
log_ = logging.getLogger("monitor.acts")
DIALOG = "dialog"
PRESS = "form_press"
"""A button of the open form, until the form is drawn."""
GOING = "going"
PENDING = "pending_act"
LOST = "not_stored"
"""What waited and was dropped, until that is said."""
WAITS_S = 60
"""How long a tap waits for a name or a PIN."""
DONE = "acts_done"
REMEMBERED = 200
ANEW = "tapped_anew"
"""Something was tapped since the last run: what was said of an earlier tap no longer stands."""


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
    if not isinstance(act, Mapping) or act.get("nonce") in taken():
        return False
    perform(act, room)
    if "nonce" in act:
        take_in(str(act["nonce"]))
    return True


def taken() -> list[str]:
    """Which acts and presses were taken in from this browser: also in a Streamlit session before this one, or before the program
    began anew, because their answer may have been lost on the way."""
    mine: list[str] = st.session_state.get(DONE, [])
    at = place(st.context.cookies)
    try:
        return [*mine, *station().drafts.taken(at)] if at else mine
    except StoreError as trouble:
        log_.warning("%s", trouble)
        return mine


def take_in(number: str) -> None:
    st.session_state[DONE] = [*st.session_state.get(DONE, []), number][-REMEMBERED:]
    at = place(st.context.cookies)
    try:
        if at:
            station().drafts.take(at, number)
    except StoreError as trouble:
        log_.warning("%s", trouble)


def perform(act: Act, room: str | None) -> None:
    what = str(act.get("do", ""))
    room = str(act.get("room", room or ""))
    viewer, urgent = present(), what == "emergency"
    if not urgent:
        door.tell(st.context.cookies, Accounts.deed)
    if what not in ("form", "signed"):
        _drop(say("something else was tapped"))
        st.session_state[ANEW] = True
    _done(act, what, room, viewer)
    if urgent:  # it waits for nobody who writes down who is there
        door.tell(st.context.cookies, Accounts.deed)
    if LOST in st.session_state and not viewer.locked:
        ask("refused", room)


def _done(act: Act, what: str, room: str, viewer: Viewer) -> None:
    if viewer.locked and what not in STAYS:
        viewer.may_enter([what])  # which it may not, and that is logged
        return
    if what in ("open_room", "checkin"):
        st.session_state[GOING] = ("room", {"room": room})
    if what == "open_room":
        return
    if what in ("form", "signed"):
        st.session_state[PRESS] = {"press": "signed", **act}
    elif what == "go":
        st.session_state[GOING] = (str(act.get("page")), {})
    elif what == "emergency":
        refusal = _carried(lambda: commands.call_emergency(station().log, station().document, room, viewer))
        _say(refusal, room)
        if "room" in viewer.pages:
            st.session_state[GOING] = ("room", {"room": room})
    elif what == "dialog" and act.get("name") == "who":
        ask("who", room)
    elif what == "not_me":
        door.tell(st.context.cookies, Accounts.not_me)
    elif not viewer.name and what not in ("emergency_act",):
        _wait(act, room)
    elif what in ("checkin", "dialog", "answer") and not viewer.may_open("room"):
        ask("refused", room, {"sentence": say("Your role at this station may not do this.")})
    elif what == "checkin":
        ask("checkin", room)
    elif what == "dialog":
        ask(str(act.get("name")), room, act.get("fill"), _session(act))
    elif what == "answer" and (fill := form_of(act)) is not None:
        ask("answer", room, fill, _session(act))
    elif what == "run":
        rooms = drill_rooms()
        _together((room, tried(session, _run(act))) for room, session in rooms.items())
    elif what == "cleaning":
        _say(vacant(room, cleaning=bool(act.get("on"))), room)
    elif what == "take_over":
        _take_over(act, viewer)
    elif what == "audio":
        _audio(bool(act.get("on")))
    else:
        command = simple(act, viewer.name)
        if command is not None:
            record(_session(act), command, room, viewer)


def _session(act: Act) -> int | None:
    """The session beside which this was tapped: that one and no other is meant."""
    session = act.get("session")
    return session if isinstance(session, int) else None


def shown(session: int | None) -> View | None:
    """An open session as it stands now."""
    return next((view for view in station().follower.picture().views.values() if view.session == session), None)


def drill_rooms() -> dict[str, int]:
    """The rooms of the drill that runs, and their sessions."""
    views = station().follower.picture().views
    return {room: view.session for room, view in views.items() if view.state.drill is not None}


def _run(act: Act) -> commands.Command:
    """Pause, go on, or go a step: for every room of a drill alike."""
    step = act.get("step")
    return commands.step(int(step)) if isinstance(step, int) else commands.set_pace(float(act.get("speed", 1)))


def ask(name: str, room: str, fill: object = None, session: int | None = None) -> None:
    """Open a form with the next run of the page. What was not stored meanwhile is said in it (``lost``)."""
    given = dict(fill) if isinstance(fill, Mapping) else {}
    if LOST in st.session_state:
        given["lost"] = st.session_state.pop(LOST)
    st.session_state[DIALOG] = {"name": name, "room": room, "session": session, "fill": given}


# ---- what waits for a name or a PIN ----


@dataclass(frozen=True, slots=True)
class Waiting:
    """A tap of somebody who has not said who they are. ``signs``: what a name or a PIN signs by that, in words."""

    act: Act
    room: str
    signs: str
    since: float


def _wait(act: Act, room: str) -> None:
    try:
        signs = _signed_by(act, room)
    except commands.Refusal as refusal:
        _say(refusal, room)
        return
    st.session_state[PENDING] = Waiting(dict(act), room, signs, clock.monotonic())
    ask("who", room)


def waiting() -> Waiting | None:
    """What a name or a PIN would sign now. It waits for a minute, and not behind a lock."""
    held: Waiting | None = st.session_state.get(PENDING)
    if held is not None and present().locked:
        _drop(say("the screen was locked"))
    elif held is not None and clock.monotonic() - held.since > WAITS_S:
        _drop(say("nobody signed it within {waits_s} s", waits_s=WAITS_S))
    return st.session_state.get(PENDING)


def go_on() -> None:
    """What was tapped before it was known by whom is done now."""
    held = waiting()
    st.session_state.pop(PENDING, None)
    if held is not None:
        perform(held.act, held.room)
    elif LOST in st.session_state:
        ask("refused", "")


def unsigned() -> None:
    """The form that asks for a name was closed, or the screen is locked from it."""
    _drop(say("nobody signed it"))
    if LOST in st.session_state:
        ask("refused", "")


def _drop(why: str) -> None:
    """Forget what waits; that it was not stored is said next."""
    held: Waiting | None = st.session_state.pop(PENDING, None)
    if held is not None:
        st.session_state[LOST] = say("Nothing was stored of {signs}: {why}. Tap again.", signs=held.signs, why=why)


WARDS = {
    "audio": say("the audio pause"),
    "cleaning": say("what is said of the empty room"),
    "run": say("the pace of the drill"),
    "take_over": say("the rooms that you take over"),
}
"""What is of several rooms, in words."""


def _signed_by(act: Act, room: str) -> str:
    """What is stored when somebody signs, in the words of the log, and for whom. Raises Refusal where nothing would be."""
    here, what, session = station(), act.get("do"), _session(act)
    who = say("whoever signs")
    if what in WARDS:
        return WARDS[what]
    view = shown(session)
    about = say("Room {room}", room=room)
    if view is not None:
        about = say("Room {room} {alias}", room=view.state.opened.room, alias=view.state.opened.alias)
    command = None if what in ("checkin", "dialog") or form_of(act) is not None else simple(act, who)
    if command is None:
        return say("a form · {about}", about=about)
    if session is None:
        raise UNBOUND
    if what == "undo":
        entry = next((logged(x) for x in here.log.entries(session) if x.seq == act.get("seq")), None)
        told = words.entry(here.document, entry.event) if entry is not None else None
        return say("Undo {told} · {about}", told=told or "", about=about)
    said = commands.rehearsed(here.log, here.document, session, who, command)
    entries = ", ".join(filter(None, (words.entry(here.document, event) for event in said)))
    return say("{told} · {about}", told=entries or say("an entry"), about=about)


# ---- storing ----

UNBOUND = commands.Refusal("unbound", say("This screen is older than the program: nothing was stored. Load the page anew, then tap again."))


def tried(session: int | None, *wanted: commands.Command, by: Viewer | None = None) -> commands.Refusal | None:
    """Carry out commands in the session that was shown, all of them or none, as who is at the keys. What stood in the way, as
    a refusal, or None when all is saved. Every tap and every form ends here.
    """
    if session is None:
        return UNBOUND
    here = station()
    return _carried(lambda: commands.carry_out(here.log, here.document, session, by or present(), commands.together(*wanted)))


def filed(session: int, text: str, what: str = "") -> commands.Refusal | None:
    """Keep what was written for a session that has been closed meanwhile, by name, in that session."""
    return _carried(lambda: commands.file_late(station().log, session, present(), text, what))


def vacant(room: str, cleaning: bool | None = None, following: str | None = None) -> commands.Refusal | None:
    """Says one thing of an empty room; the other stays as it is said."""
    known = said(station().follower.picture(), room)
    if cleaning is None:
        cleaning = known is not None and known.cleaning
    if following is None:
        following = known.next if known is not None else ""
    return _carried(lambda: commands.note_room(station().log, room, present(), cleaning=cleaning, following=following))


def _carried(carry: Callable[[], object]) -> commands.Refusal | None:
    try:
        carry()
    except commands.Refusal as refusal:
        return refusal
    except (StoreError, Conflict) as trouble:
        return commands.Refusal("not_saved", say("Not saved: {trouble}", trouble=trouble))
    door.tell(st.context.cookies, Accounts.signed)
    return None


def record(session: int | None, command: commands.Command, room: str = "", by: Viewer | None = None) -> None:
    """Carry out a command that was tapped; what stood in its way is said in a dialog."""
    _say(tried(session, command, by=by), room)


def _say(refusal: commands.Refusal | None, room: str) -> None:
    if refusal is not None:
        ask("refused", room, {"sentence": refusal.sentence})


def _take_over(act: Act, viewer: Viewer) -> None:
    """The handovers that were on the screen, and no other that has been offered since."""
    offers = [offered for offered in act.get("offers") or [] if isinstance(offered, Mapping)]
    if not offers:
        _say(UNBOUND, "")
    taking = ((str(one.get("room", "")), _session(one), commands.accept_watch(viewer.name, _offer(one))) for one in offers)
    _together((room, tried(session, command, by=viewer)) for room, session, command in taking)


def _together(told: Iterable[tuple[str, commands.Refusal | None]]) -> None:
    """What came of one tap that is about several rooms: where some of it was stored, that is said before what was not."""
    found = list(told)
    stood = [say("Room {room}: {sentence}", room=room, sentence=refusal.sentence) for room, refusal in found if refusal is not None]
    done = [room for room, refusal in found if refusal is None]
    if stood and done:
        ask("partly", "", {"done": say("Stored for room {rooms}.", rooms=", ".join(done)), "sentence": " ".join(stood)})
    elif stood:
        ask("refused", "", {"sentence": " ".join(stood)})


def _offer(act: Act) -> int:
    """Which handover was shown; one that does not say so means none."""
    offer = act.get("offer")
    return offer if isinstance(offer, int) else -1


def _audio(on: bool) -> None:
    """The pause is the ward's: every open session's log has it."""
    here = station()
    picture = here.follower.picture()
    alarms, level = here.rooms.alarms, pausing(picture)
    told = []
    for room, view in picture.views.items():
        paused = commands.pause_audio(alarms.pause_s, level, calling(view), alarms.new_room)
        refusal = tried(view.session, commands.resume_audio() if on else paused)
        if refusal is None or refusal.name != "closed":
            told.append((room, refusal))
    _together(told)
    if not picture.views:
        ask("refused", "", {"sentence": say("No room has a session whose log could say that the audio is paused.")})


def simple(act: Act, who: str) -> commands.Command | None:
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
            chosen = act.get("chosen")
            as_shown = chosen if isinstance(chosen, bool) else None
            return commands.check(str(act.get("list")), str(act.get("item")), str(act.get("answer")), chosen=as_shown)
        case "undo":
            seq = act.get("seq")
            return commands.undo(seq if isinstance(seq, int) else -1)
        case "cuff":
            done = {"start": commands.start_cuff, "stop": commands.stop_cuff, "rest": commands.rest_cuff}.get(str(act.get("what")))
            return done() if done is not None else None
        case "baseline":
            return _baseline(act)
        case "watch":
            watched = act.get("from")
            return commands.take_watch(who, shown=watched if isinstance(watched, str) else None)
        case "accept":
            return commands.accept_watch(who, _offer(act))
        case "end_offer":
            return commands.end_offer(_offer(act))
        case "back":
            return commands.come_back()
        case "ask":
            return commands.ask()
        case "go_on":
            return commands.go_on()
        case "emergency_act":
            return commands.emergency_act(str(act.get("act")))
        case "answer":
            return _answer(act, who)
    return None


def _no_symptoms() -> commands.Command:
    """Asked for, none of them there: each is charted as absent."""

    def command(scene: commands.Scene) -> Sequence[e.AnyEvent]:
        return [e.SymptomCharted(symptom=s.id, present=False) for s in scene.document.symptoms]

    return command


def _baseline(act: Act) -> commands.Command:
    """The reading on the button, with the rate and the oxygen of now; another reading is another baseline."""
    view, picture = shown(_session(act)), station().follower.picture()

    def command(scene: commands.Scene) -> Sequence[e.AnyEvent]:
        reading = last_reading(scene.state, scene.look())
        if view is None or reading is None or reading.sys is None or reading.dia is None or reading.at != act.get("at"):
            raise commands.Refusal("another_reading", say("There is another reading now: look at it, then set it as the baseline."))
        rate, oxygen = live(picture, view, (Signal.HR, Signal.PULSE)), live(picture, view, (Signal.SPO2,))
        found = [sample.value if sample is not None else None for sample in (rate, oxygen)]
        return commands.set_baseline(reading.sys, reading.dia, *found)(scene)

    return command


# ---- answers ----


def prompt_named(act: Act) -> tuple[str, int]:
    rule, _, episode = str(act.get("prompt", "")).partition("#")
    return rule, int(episode) if episode.isdigit() else 0


def form_of(act: Act) -> dict[str, Any] | None:
    """An answer whose options open a form: what that form is filled with. None for any other act."""
    document = station().document
    options = _options(act)
    if act.get("answer") != e.Answer.DID or all(document.option[o].command in ONE_TAP for o in options):
        return None
    rule, episode = prompt_named(act)
    return {"rule": rule, "episode": episode, "options": options}


def _options(act: Act) -> list[str]:
    return [str(o) for o in act.get("options") or [] if str(o) in station().document.option]


def _answer(act: Act, who: str) -> commands.Command | None:
    """An answer without a form goes in at once."""
    rule, episode = prompt_named(act)
    try:
        what = e.Answer(str(act.get("answer")))
    except ValueError:
        return None
    options = _options(act)
    given = [a for a in (one_tap(station().document.option[o], who) for o in options) if a is not None]
    return commands.answer(rule, episode, what, options, str(act.get("reason") or ""), given)


def follow() -> None:
    """Go where a callback asked to go. Ends this run then; a dialog that was asked for opens on the page it goes to."""
    going = st.session_state.pop(GOING, None)
    if going is not None and going[0] in (*FILES, DRILL):
        go(going[0], **going[1])
