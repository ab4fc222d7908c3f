"""The page at which people sign in, as HTML: the one page that somebody sees who is not signed in. It names no patient."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template

from monitor.board.face import tokens
from monitor.board.sheet import HERE
from monitor.board.view import Picture
from monitor.language import say
from monitor.store.passwords import LONGEST_PIN, SHORTEST, SHORTEST_PIN, Kind


class Ways(NamedTuple):
    """How people can sign in at this station."""

    provider: str
    """What the provider is called; empty where there is none."""
    password: bool


def doorway(
    picture: Picture, ways: Ways, name: str, said: str = "", onward: bool = False, locked: bool = False, change: Kind | None = None
) -> str:
    """``name``: who is signed in, if anybody, and not shown while ``locked``; ``said``: what came of the last try;
    ``onward``: the page goes to the ward; ``change``: what somebody wants another one of.
    """
    changes = {"password": say("Change password"), "pin": say("Change PIN")}
    must = {
        "password": say("{n} characters or more, of any kind; several words do well.", n=SHORTEST),
        "pin": say("{least} to {most} digits, with which you unlock a screen and sign.", least=SHORTEST_PIN, most=LONGEST_PIN),
    }
    words = {
        "sign_in": say("Sign in"),
        "sign_out": say("Sign out"),
        "with": say("Sign in with {provider}", provider=ways.provider),
        "or": say("or with an account of this computer"),
        "name": say("Name"),
        "password": say("Password"),
        "signed_in": say("This screen is locked") if locked else say("{name} is signed in", name=name),
        "on": say("To the ward"),
        "change": changes,
        "ends": say("Other screens at which you are signed in are signed out."),
        "must": must[change] if change else "",
        "old": say("Old password") if change == "password" else say("Password"),
        "new": say("New password") if change == "password" else say("New PIN"),
        "again": say("New password once more") if change == "password" else say("New PIN once more"),
        "back": say("Back"),
        "emergency": say("Emergency"),
        "first": say("Go to the patient first. This records it at once and asks for no name."),
        "in_room": lambda room: say("Emergency in room {room}", room=room),
        "empty": say("No room has a patient."),
    }
    return _template().render(
        title=changes[change] if change else say("Sign in"),
        tokens=tokens(),
        theme=picture.theme,
        mode=picture.mode.upper(),
        station=picture.station,
        ways=ways,
        name=name,
        said=said,
        onward=onward,
        change=change,
        own="" if locked else name,
        rooms=[*picture.views, *picture.damaged],
        words=words,
    )


@cache
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string((HERE / "doorway.html").read_text(encoding="utf-8"))


def wrong(until: str) -> str:
    """``until``: the time of day before which no password opens this account; empty where there is none."""
    return _waits(until) if until else say("Name or password is wrong.")


def not_proven(until: str) -> str:
    """The same to who is at a screen that somebody has signed in at."""
    return _waits(until) if until else say("That is not right. Try again.")


def _waits(until: str) -> str:
    return say("Too many wrong tries; try again at {until}.", until=until)


def too_many() -> str:
    return say("Too many people sign in at this moment. Try again in a few seconds. An emergency waits for nothing.")


def ended() -> str:
    """To who was signed in at this screen, and stands before it with a patient in mind."""
    return say("The sign-in at this screen has ended. Until somebody signs in, it shows no patient and sounds no alarm.")


def not_alike() -> str:
    return say("The new one was typed differently the second time. Nothing is changed.")


def not_changed(why: Exception) -> str:
    return say("Not changed: {why}.", why=why)


def changed(name: str, kind: Kind) -> str:
    return say("{name} has a new password.", name=name) if kind == "password" else say("{name} has a new PIN.", name=name)


def recorded(room: str, at: str) -> str:
    return say("Emergency in room {room} recorded at {at}.", room=room, at=at)


def unreachable(provider: str) -> str:
    return say("{provider} does not answer, so that nobody can sign in there now. An emergency needs no sign-in.", provider=provider)


def not_vouched(provider: str) -> str:
    return say("Signing in with {provider} did not succeed; try again.", provider=provider)


def no_name(provider: str) -> str:
    return say("{provider} gives no name of yours that can sign what is charted.", provider=provider)


def no_role(name: str, provider: str) -> str:
    return say("{name}, nothing that {provider} says of you gives you a role at this station.", name=name, provider=provider)


def name_taken(name: str) -> str:
    return say("At this station {name} is somebody else's name; whoever keeps its accounts can free it.", name=name)
