"""What every command stands on: the scene it looks at, the refusal it may raise, and how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from monitor import events as e
from monitor.access import Viewer
from monitor.language import say
from monitor.protocol.document import Document
from monitor.session import Phase, SessionState, folded
from monitor.store import packing
from monitor.store.log import Conflict, Entry, EventLog
from monitor.vitals import Window
from monitor.ward import drafts, logged

DOUBLE_TAP_S = 2
"""The same entry by the same person within so many seconds is one entry."""
TRIES = 8
LOOKS_BACK_S = 45 * 60
"""Two readings of the slowest cycle that still counts."""


class Refusal(Exception):
    """A command that was not carried out. ``name`` is for programs, the sentence for people.

    ``overridable``: it may be done after all, with the prescriber's name and a reason. ``confirmable``: by whoever is sure.
    """

    def __init__(self, name: str, sentence: str, overridable: bool = False, confirmable: bool = False) -> None:
        self.name, self.sentence, self.overridable, self.confirmable = name, sentence, overridable, confirmable
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Override:
    by: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.by.strip() and self.reason.strip())


@dataclass(frozen=True, slots=True)
class Scene:
    """What a command may look at: the session's state, the protocol, the second it will take part in, and who acts."""

    state: SessionState
    document: Document
    at: int
    by: str
    look: Callable[[], Window] = field(default=lambda: Window(()))
    """The recent samples, read only by a command that has to look at them."""
    log: Sequence[e.Logged] = ()
    """What stands in the log so far."""


Command = Callable[[Scene], Sequence[e.AnyEvent]]


def together(*wanted: Command) -> Command:
    """Several entries as one: all are stored, or none."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        return [event for one in wanted for event in one(scene)]

    return command


def carry_out(log: EventLog, document: Document, session: int, by: str | Viewer, command: Command) -> list[Entry]:
    """Fold the session, ask the command, append what it says. Somebody else's entry in between: ask again.

    ``by``: a person, whose right to each entry is checked; a bare name is the program's own (a demo, a policy).
    Raises Refusal, or what the store raises. Nothing is stored then.
    """
    for _ in range(TRIES - 1):
        with suppress(Conflict):
            return _asked(log, document, session, by, command)
    return _asked(log, document, session, by, command)


def rehearsed(log: EventLog, document: Document, session: int, by: str, command: Command) -> Sequence[e.AnyEvent]:
    """What a command would say now, with nothing stored. Raises Refusal."""
    return _said(log, document, session, by, command)[0]


def _asked(log: EventLog, document: Document, session: int, by: str | Viewer, command: Command) -> list[Entry]:
    signs = signature(by)
    said, after = _said(log, document, session, signs, command)
    if not said:
        return []
    permitted(by, (event.kind for event in said))
    return log.append(session, drafts(said, signs), after=after)


def _said(log: EventLog, document: Document, session: int, signs: str, command: Command) -> tuple[Sequence[e.AnyEvent], int]:
    """What a command says, and the last entry that it has seen."""
    last = log.head(session).tick
    entries = [logged(entry) for entry in log.entries(session)]
    state = folded(entries)
    if state.phase is Phase.CLOSED:
        raise Refusal("closed", _closed(log, state.opened))
    at = max(last, state.gone_by) + 1
    scene = Scene(state, document, at, signs, partial(_recent, log, session, state, at), entries)
    return list(command(scene)), entries[-1].seq


def _closed(log: EventLog, opened: e.SessionOpened) -> str:
    """Why nothing goes into a session that has ended, and never into the one that came after it."""
    room, alias = opened.room, opened.alias
    if any(head.room == room for head in log.heads()):
        return say("Room {room} has another patient now: nothing was stored. This was for {alias}, whose session is closed.",
                   room=room, alias=alias)  # fmt: skip
    return say("The session of {alias} in room {room} is closed: nothing was stored.", alias=alias, room=room)


def signature(by: str | Viewer) -> str:
    """The name that an entry bears: of who is at the keys, or the program's own."""
    return by.signs if isinstance(by, Viewer) else by


def permitted(by: str | Viewer, kinds: Iterable[str]) -> None:
    """Raise Refusal where a person may not write one of these kinds of entry."""
    if isinstance(by, Viewer) and not by.may_enter(kinds):
        raise Refusal(by.refused, _WHY[by.refused])


_WHY = {
    "not_permitted": say("Your role at this station may not do this."),
    "locked": say("This screen is locked. Say who is here first."),
    "unsigned": say("Say who is at the keys first."),
}


def _recent(log: EventLog, session: int, state: SessionState, at: int) -> Window:
    window = Window(c.channel() for c in state.opened.channels)
    for tick, packed in log.rows(session, first=at - LOOKS_BACK_S):
        window.push(packing.unpack(packed, tick), tick)
    return window


def in_phase(scene: Scene, what: str, *allowed: Phase) -> None:
    if scene.state.phase not in allowed:
        raise Refusal("wrong_phase", say("The session is {value}: it is not the time to {what}.", value=scene.state.phase.value, what=what))


def dated(scene: Scene, for_at: int | None, before: bool = False) -> int | None:
    """The second that an entry is about, if it can be: not later than now and, unless ``before``, not before check-in."""
    if for_at is not None and for_at > scene.at:
        raise Refusal("in_future", say("This is about a time that has not come yet: nothing was stored."))
    if for_at is not None and for_at < 0 and not before:
        raise Refusal("before_check_in", say("This is about a time before check-in: nothing was stored. Write it as a note."))
    return for_at


def prescribed(scene: Scene) -> None:
    if scene.state.opened.observed:
        raise Refusal("observed", say("This session is only observed; it has no infusion."))


def tapped(scene: Scene, ats: Sequence[int]) -> bool:
    """Whether one of these was entered just now: a second tap, not a second thing."""
    drill = scene.state.drill
    # A policy taps at no pace: what it does must not depend on how fast it is played.
    reach = DOUBLE_TAP_S * (1.0 if drill is not None and drill.scripted else max(1.0, scene.state.speed))
    return any(scene.at - at <= reach for at in ats)
