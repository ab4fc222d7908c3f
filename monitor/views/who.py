"""Who is at the keys, and what was not done: the forms of the station itself."""

from __future__ import annotations

import streamlit as st

from monitor import access, commands
from monitor.forms.filling import Filling
from monitor.language import say
from monitor.live import door
from monitor.live.place import place
from monitor.live.station import station
from monitor.store.accounts import Accounts
from monitor.views import acts
from monitor.views.guard import WHO, present


def who_form(f: Filling) -> None:
    """In training by a name; in ward mode who has signed in, and at a shared station one tap on the name and a PIN.

    What waits for that is signed by it, so it is said.
    """
    held = acts.waiting()
    _lost(f)
    if held is not None:
        f.note(say("Signs: {signs}", signs=held.signs))
    if station().accounts is None:
        f.note(say("Your name signs what you chart at this station."))
        typed = f.text("name", say("Name"), 40, needed=True)
        f.button("save", say("This is me"), does=lambda: _named(typed))
        return
    viewer = present()
    if viewer.name:
        f.note(say("{name} signs what is charted at this station.", name=viewer.name))
    if viewer.station is not None:
        f.keypad(door.people())
        f.button("signed", say("Go on"), does=_signed, solid=False)
    f.button("lock", say("Lock this screen"), does=_lock, solid=False)
    f.button("out", say("Sign out"), does=lambda: None, solid=False, leads=door.SIGN_IN)


def _named(typed: str) -> commands.Refusal | None:
    name = access.named(typed)
    if name is None:
        return commands.Refusal("no_name", say("Write a name of at most 40 letters; station, demo, evaluator and store are taken."))
    st.session_state[WHO] = name
    station().drafts.call(place(st.context.cookies), name)
    acts.go_on()
    return None


def _signed() -> commands.Refusal | None:
    if not present().name:
        return commands.Refusal("unsigned", say("Tap your name and enter your PIN."))
    acts.go_on()
    return None


def _lock() -> None:
    door.tell(st.context.cookies, Accounts.lock)


def _lost(f: Filling) -> None:
    """What was tapped before and not stored."""
    if acts.LOST in st.session_state:
        f.draft.fill = {**f.draft.fill, "lost": st.session_state.pop(acts.LOST)}
    if "lost" in f.fill:
        f.note(str(f.fill["lost"]), "warn")


def refused_form(f: Filling) -> None:
    """What stood in the way of a tap, and what of it was stored all the same."""
    _lost(f)
    if "done" in f.fill:
        f.note(str(f.fill["done"]))
    if "sentence" in f.fill:
        f.note(str(f.fill["sentence"]), "stop")
    f.button("save", say("Close"), does=lambda: None)


def stored_form(f: Filling) -> None:
    """What was other than the form showed when it was stored at once."""
    f.note(say("It is stored."))
    f.note(str(f.fill.get("sentence", "")), "warn")
    f.button("save", say("Close"), does=lambda: None)
