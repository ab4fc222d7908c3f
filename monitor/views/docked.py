"""The form that is open at this screen: opened by an act, written in by the browser, pressed, left, and offered again.

Forms lie on each other: who is at the keys is asked over a half-written one, which is there again afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from monitor import clock, commands
from monitor.board.frame import Frame
from monitor.board.view import Picture
from monitor.forms import Form
from monitor.forms.filling import OVERRIDABLE, Filling, halfway, over, written
from monitor.language import say
from monitor.live.place import place
from monitor.live.station import station
from monitor.store.drafts import Draft, Written
from monitor.store.log import StoreError
from monitor.views import acts
from monitor.views.forms import ALL
from monitor.views.guard import present

OPEN, SOUGHT = "open_forms", "sought_drafts"
LOOK_EVERY_S = 2.0
"""How long a form that nobody writes in may believe that its session is still open."""
SAID = ("refused", "partly", "stored")
"""What came of the last tap; it does not outlast the next one."""
MOST_FIELDS, LONGEST_FIELD = 80, 8000
log_ = logging.getLogger("monitor.forms")


@dataclass(slots=True)
class Open:
    """A form of this screen's. ``unkept``: why what is written in it is not kept on this computer."""

    draft: Draft
    restored: bool = False
    tried: bool = False
    refused: str = ""
    unkept: str = ""


def shown(room: str) -> Frame | None:
    """What the page's component draws of the open form, after everything that was asked of it; ``room`` is the page's."""
    opened = _opened()
    _leave_others(opened)
    if st.session_state.pop(acts.ANEW, False):
        opened[:] = [one for one in opened if one.draft.form not in SAID]
    press = st.session_state.pop(acts.PRESS, None)
    if press is not None:
        _press(opened, press)
    asked = st.session_state.pop(acts.DIALOG, None)
    if asked is not None:
        _open(opened, asked)
    if not opened:
        _offer_again(opened, room)
    if present().locked or not opened:
        return None
    return _frame(opened[-1])


def any_open() -> bool:
    return bool(_opened())


def wrote(key: str) -> Callable[[], None]:
    """A callback for a component: what was written in the form meanwhile, as its state ``wrote`` says."""

    def heard() -> None:
        said = (st.session_state.get(key) or {}).get("wrote")
        opened = _opened()
        if isinstance(said, Mapping) and opened and opened[-1].draft.id == said.get("form"):
            _write(opened[-1], said)

    return heard


def _opened() -> list[Open]:
    opened: list[Open] = st.session_state.setdefault(OPEN, [])
    return opened


def _leave_others(opened: list[Open]) -> None:
    """What somebody else has half written is not theirs who are at the keys now; it waits for its own."""
    who = present().name
    if who:
        opened[:] = [one for one in opened if one.draft.person in ("", who)]


# ---- opening ----


def _open(opened: list[Open], asked: Mapping[str, Any]) -> None:
    name, room, session = asked["name"], asked["room"], asked.get("session")
    form = ALL.get(name)
    if form is None:
        return
    if opened and not opened[-1].draft.written and opened[-1].draft.form != name:
        opened.pop()
    picture = station().follower.picture()
    view = picture.views.get(room)
    about = "" if form.of == "station" else say("Room {room}", room=room)
    if form.of != "session":
        session = None
    elif view is not None and session in (None, view.session):
        session, about = view.session, say("Room {room} · {alias}", room=room, alias=view.state.opened.alias)
    draft = Draft(name, room, session, about, place(st.context.cookies), present().name, asked["fill"])
    same = _same(draft)
    opened[:] = [one for one in opened if _key(one.draft) != _key(draft)]
    opened.append(Open(same or draft, restored=same is not None))


def _key(draft: Draft) -> tuple[Any, ...]:
    return draft.form, draft.room, draft.session, sorted(draft.fill.items(), key=str)


def _kept(draft: Draft) -> list[Draft]:
    try:
        return station().drafts.of(draft.person, draft.place) if draft.person else []
    except StoreError as trouble:
        log_.warning("%s", trouble)
        return []


def _same(draft: Draft) -> Draft | None:
    """The same form, left half written by the same person at the same station for the same session."""
    found = next((one for one in _kept(draft) if one.written and _key(one) == _key(draft)), None)
    return _dated(found) if found is not None else None


def _dated(draft: Draft) -> Draft:
    """What was "now" when it was written is not now."""
    for name in [name for name in draft.written if name.endswith("ago")]:
        del draft.written[name]
    return draft


def _offer_again(opened: list[Open], room: str) -> None:
    """Once for each page: what was left half written for who is in this room now."""
    view = station().follower.picture().views.get(room)
    who, at = present().name, place(st.context.cookies)
    sought = (who, at, room, view.session if view is not None else None)
    if not who or st.session_state.get(SOUGHT) == sought:
        return
    st.session_state[SOUGHT] = sought
    for draft in _kept(Draft("", place=at, person=who)):
        if draft.written and draft.form in ALL and draft.room == room and draft.session == sought[3]:
            opened.append(Open(_dated(draft), restored=True))
            return


# ---- writing and pressing ----


def _write(one: Open, said: Mapping[str, Any]) -> None:
    rev, values, asked = said.get("rev"), said.get("values"), said.get("asked")
    if not isinstance(rev, int) or rev < one.draft.rev or not isinstance(values, Mapping):
        return
    draft = one.draft
    before = draft.written, draft.asked
    draft.rev, draft.written = rev, _bounded(values)
    draft.asked = [str(name) for name in asked][:MOST_FIELDS] if isinstance(asked, list) else []
    if (draft.written, draft.asked) != before:  # a browser that waits long sends the same words again: what was refused stands
        one.refused = ""
    _keep(one)


def _bounded(values: Mapping[str, Any]) -> Written:
    """As many fields as a form may have, none longer than any may be: a browser's word is trusted no further."""
    fields: Written = {}
    for name, value in list(values.items())[:MOST_FIELDS]:
        if isinstance(value, str):
            fields[str(name)] = value[:LONGEST_FIELD]
        elif isinstance(value, list):
            fields[str(name)] = [str(one)[:LONGEST_FIELD] for one in value][:MOST_FIELDS]
    return fields


def _keep(one: Open) -> None:
    draft = one.draft
    draft.changed = clock.stamp(clock.now())
    draft.began = draft.began or draft.changed
    if not draft.person:
        return
    try:
        station().drafts.keep(draft)
        one.unkept = ""
    except StoreError as trouble:
        log_.warning("%s", trouble)
        one.unkept = say("What you write is not kept on this computer: save it before you leave this page.")


def _press(opened: list[Open], act: Mapping[str, Any]) -> None:
    press = str(act.get("press", ""))
    one = next((each for each in opened if each.draft.id == act.get("form")), None) or _gone(opened, act)
    if one is None:
        return
    if press == "leave":
        _close(opened, one)
        return
    _write(one, act)
    refusal = _filed(one) if press == "file" else _stored(one, press)
    if refusal is None:
        acts.take_in(one.draft.id)
        _close(opened, one)
        return
    one.refused = refusal.sentence
    if refusal.overridable:
        one.draft.seen[OVERRIDABLE] = True
        _keep(one)
    if refusal.name == "unsigned":
        acts.ask("who", one.draft.room)


def _gone(opened: list[Open], act: Mapping[str, Any]) -> Open | None:
    """A form that this Streamlit session does not know: it was opened in the one before. What was stored of it is stored, what is
    kept of it is pressed now, and what is neither is said, in the words that were written."""
    number = str(act.get("form", ""))
    if number in acts.taken() or act.get("press") in ("leave", "signed"):
        return None
    who = Draft("", person=present().name, place=place(st.context.cookies))
    kept = next((draft for draft in _kept(who) if draft.id == number and draft.form in ALL), None)
    if kept is not None:
        opened.append(Open(kept))
        return opened[-1]
    said = act.get("values")
    typed = _bounded(said).values() if isinstance(said, Mapping) else ()
    words = "; ".join(text for one in typed for text in ([one] if isinstance(one, str) else one) if text)
    gone = say("The program began anew while this form was open, and nothing of it was stored.")
    acts.ask("refused", "", {"sentence": f"{gone} {say('Written was: {words}', words=words)}" if words else gone})
    return None


def _stored(one: Open, press: str) -> commands.Refusal | None:
    why = _ended(one.draft)
    if why:
        return commands.Refusal("ended", why)
    anothers = _anothers(one.draft)
    if anothers is not None:
        return anothers
    filling = _filled(one, press)
    held = filling.held()
    if held is not None:
        return held
    button = filling.buttons[press]
    if button.does is not None:
        return button.does()
    refusal = acts.tried(one.draft.session, *filling.entries())
    if refusal is None and button.at_once and filling.changed:
        acts.ask("stored", one.draft.room, {"sentence": " ".join(filling.changed)})
    return refusal


def _anothers(draft: Draft) -> commands.Refusal | None:
    who = present().name
    if not draft.person or not who or draft.person == who:
        return None
    return commands.Refusal("anothers", say("{person} has written this; {person} stores it.", person=draft.person))


def _filed(one: Open) -> commands.Refusal | None:
    """What was written for a session that is over is kept there, by name, as it can be read."""
    assert one.draft.session is not None
    return _anothers(one.draft) or acts.filed(one.draft.session, "; ".join(written(one.draft)), ALL[one.draft.form].title)


def _close(opened: list[Open], one: Open) -> None:
    opened.remove(one)
    if one.draft.form == "who":
        acts.unsigned()
    try:
        station().drafts.drop(one.draft.id)
    except StoreError as trouble:
        log_.warning("%s", trouble)


# ---- drawing ----


def _frame(one: Open) -> Frame:
    draft, form = one.draft, ALL[one.draft.form]
    why = _ended(draft)
    if why:
        return over(draft, form.title, why, one.refused, file=draft.session is not None)
    filling = _filled(one)
    if one.restored:
        filling.note(halfway(filling.picture, draft), "warn")
    if one.unkept:
        filling.note(one.unkept, "warn")
    return filling.frame(form.title, one.refused)


def _ended(draft: Draft) -> str:
    """Why nothing can be stored with this form any more."""
    form: Form = ALL[draft.form]
    if form.of == "station":
        return ""
    view = station().follower.picture().views.get(draft.room)
    if form.of == "room":
        return say("Room {room} is taken: somebody has opened a session there.", room=draft.room) if view is not None else ""
    if view is not None and view.session == draft.session:
        return ""
    now = say("another patient is in the room now") if view is not None else say("nobody is in the room now")
    return say("The session of {about} is closed; {now}. Nothing of this form is stored.", about=draft.about, now=now)


def _filled(one: Open, pressed: str = "") -> Filling:
    here = station()
    picture: Picture = here.follower.picture()
    draft, form = one.draft, ALL[one.draft.form]
    view = picture.views.get(draft.room) if form.of == "session" else None
    one.tried |= bool(pressed)
    filling = Filling(draft, here.document, picture, view, present().name, pressed, one.tried, one.restored)
    form.draw(filling)
    return filling
