"""What a screen is shown whose eyes nobody vouches for: numbers, waves, prompts and the emergency, no name and no charting.

One function makes such a frame from a whole one, by what is kept: what is not named here is dropped, so that a new part of a
frame is hidden until somebody decides that it may be seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from monitor.access import Shown
from monitor.board.frame import Frame, button
from monitor.board.prompts import headline, open_prompts
from monitor.board.view import Picture, View
from monitor.language import say

HEAD = (
    "page,mode,source,assessed,feed,clock,theme,colours,foot,tally,"  # what every page has
    "room,session,phase,progress,numerics,waves,more,bp,prompts_none,failed,watching"  # and a room's
).split(",")
TILE = "room,session,tick,act,state,priority,source,phase,progress,vitals,no_signal,due,emergency,strip,note".split(",")
CARD = (
    "id,rule,priority,stars,head,sub,since,since_word,state,first,protocol,options,technical,expect,recheck,defer,decline,defer_disabled"
).split(",")
TREND = "early,t,hr,spo2,rr,gaps,cuff,failed,base,limits,bounds,from,to,now,offset_min".split(",")
ROW = "at,value,mean,failed,from_base,hr,spo2,rr,strong".split(",")
STAYS = ("open_room", "go", "display", "emergency", "emergency_act")
"""Acts that a locked screen still offers."""


def veiled(picture: Picture, frame: Frame, shown: Shown) -> Frame:
    """The frame of a wall or a room without charting and names of staff; aliases of patients stay where names may."""
    if shown is Shown.ALL:
        return frame
    aliases = shown is Shown.NO_CHARTING
    made = {
        **_kept(frame, HEAD),
        "title": frame["title"] if aliases or frame["page"] != "room" else say("Room {room}", room=frame["room"]),
        "viewer": frame["viewer"] if aliases else {"label": say("Locked"), "act": {"do": "unlock"}},
        "alarm": _alarm(frame["alarm"]),
        "menu": [one for one in frame["menu"] if one["act"]["do"] in STAYS],
    }
    if "banner" in frame:
        made["banner"] = _banner(frame["banner"], aliases)
        made["banner_none"] = frame["banner_none"].partition(" · ")[0]  # who has answered stands behind it
    if "tiles" in frame:
        made["tiles"] = [_tile(picture, one, aliases) for one in frame["tiles"]]
    if "emergencies" in frame:
        made["rooms"], made["emergencies"] = [_neighbour(one) for one in frame["rooms"]], frame["emergencies"]
    if frame["page"] == "room":
        made.update(_room(picture, frame, aliases))
    return made


def _kept(frame: Mapping[str, Any], names: Iterable[str]) -> Frame:
    return {name: frame[name] for name in names if name in frame}


def _alarm(alarm: Frame) -> Frame:
    """All of the sound, and the pause without who has made it."""
    plate = alarm["plate"]
    return {**alarm, "plate": plate and {**plate, "by": "", "sub": plate["what"]}}


def _banner(banner: Frame | None, aliases: bool) -> Frame | None:
    if banner is None or aliases or banner["button"] is None:
        return banner
    return {**banner, "where": say("Room {room}", room=banner["button"]["act"]["room"])}


def _tile(picture: Picture, tile: Frame, aliases: bool) -> Frame:
    view = picture.views.get(tile["room"])
    made = {**_kept(tile, TILE), "alias": tile["alias"] if aliases else None}
    made["aria"] = tile["aria"] if aliases or view is None else say("Room {room}", room=tile["room"])
    if view is None:
        return {**made, "note": _vacant(tile["note"], aliases)}
    return {
        **made,
        "no_signal": _no_signal(view, tile["no_signal"]),
        "strip": _strip(picture, view, tile["strip"]),
        "watcher": None,
        "watcher_missing": tile["watcher_missing"],
        "scores": tile["scores"] if aliases else None,
        "undo": None,
        "log": None,
    }


def _vacant(note: Frame | None, aliases: bool) -> Frame | None:
    """Who is next is somebody's name as well."""
    return note if note is None or aliases else {**note, "text": ""}


def _strip(picture: Picture, view: View, strip: Frame) -> Frame:
    """Of an answered prompt that it is still so, not who has answered what."""
    if strip["kind"] == "ready":
        return {**strip, "line2": ""}
    if strip["kind"] != "done":
        return strip
    return {**strip, "by": None, "line1": headline(picture, view, open_prompts(view)[0]), "line2": say("answered")}


def _no_signal(view: View, gone: Frame | None) -> Frame | None:
    """Away: without why, and with whom."""
    return {**gone, "text": ""} if gone is not None and view.state.away is not None else gone


def _room(picture: Picture, frame: Frame, aliases: bool) -> Frame:
    view = picture.views.get(frame["room"])
    made: Frame = {
        "alias": frame.get("alias") if aliases else None,
        "rooms": [_neighbour(one) for one in frame["rooms"]],
        "empty": _vacant(frame.get("empty"), aliases),
    }
    if view is None:
        return made
    trend = frame.get("trend")
    return {
        **made,
        **({"trend": _trend(trend)} if trend is not None else {}),
        "source": frame["source"],
        "facts": [],
        "actions": [one for one in frame["actions"] if one["act"]["do"] in STAYS],
        "no_signal": _no_signal(view, frame["no_signal"]),
        "prompts": [_card(one) for one in frame["prompts"]],
        "cuff": frame["cuff"] and {**frame["cuff"], "buttons": [], "note": ""},
        "cuff_table": [{**one, "by_hand": None} for one in frame["cuff_table"]],
        "checklist": None,
        "log": None,
        "infusion": None,
        "drugs": None,
        "emergency": frame["emergency"] and {**frame["emergency"], "end": None},
        "handover": None,
        "events": [],
        "correct": None,
    }


def _neighbour(room: Frame) -> Frame:
    return {**room, "text": "✓"} if room["text"].startswith("✓") else room


def _card(card: Frame) -> Frame:
    """The prompt with its protocol; what was seen may have been charted, and who has answered is a name."""
    made = {**_kept(card, CARD), "seen": [], "answered": None}
    if card["state"] == "answered":
        made["answered"] = {"text": card["head"], "by": say("answered"), "countdown": card["answered"]["countdown"], "percent": None}
    return made


def _trend(trend: Frame) -> Frame:
    """The lines of what is measured."""
    rows = [{**_kept(row, ROW), "by_hand": None, "diss": "", "comf": "", "rate": "", "marks": ""} for row in trend["table"]]
    nothing: Frame = {"diss": [], "comf": [], "rate": [], "marks": [], "planned_end": None, "aria": None}
    return {**_kept(trend, TREND), **nothing, "table": rows}


# ---- who is at the keys ----


def attended(frame: Frame, shown: Shown, name: str, shared: bool, pages: Collection[str]) -> Frame:
    """What a station in ward mode makes of a frame: whether it is locked, a way to the pages that may be opened alone, and
    at a shared one who signs and a way out of it.
    """
    menu = [one for one in frame["menu"] if one["act"]["do"] != "go" or one["act"]["page"].replace("drill", "ward") in pages]
    if "ward" not in pages:
        frame = _apart(frame)
    # below the head of a page that is Streamlit's own its cover says that it is locked
    held: Frame = {} if "emergencies" in frame else {"lock": lock(shared) if shown is Shown.NO_NAMES else None}
    signed = shared and name and shown is not Shown.NO_NAMES
    return {**frame, **held, "menu": [button(say("Not me"), {"do": "not_me"}), *menu] if signed else menu}


def _apart(frame: Frame) -> Frame:
    """The head for who may not see the ward: nothing of a patient, and no sound that would tell of one. An emergency is everybody's."""
    silent = {**frame["alarm"], "sound": None, "plate": None, "paused": False, "button": None, "deaf": None}
    return {**frame, "alarm": silent, "banner": None, "banner_none": "", "rooms": [], "drill": None}


def lock(shared: bool) -> Frame:
    """The plate of a locked screen. At a shared station a name is typed, because a locked screen shows none."""
    return {
        "head": say("Locked"),
        "text": say("Who is here?"),
        "sub": say("Names and charting are hidden. Numbers, prompts, sounds and the emergency go on."),
        "shared": shared,
        "stays": STAYS,
    }
