"""The emergency record."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.access import Viewer
from monitor.commands.scene import TRIES, Command, Refusal, Scene, carry_out, tapped
from monitor.language import say
from monitor.protocol.document import Document
from monitor.store.log import Entry, EventLog


def emergency() -> Command:
    """Nothing is asked and nothing holds it back."""
    return lambda scene: [] if scene.state.emergency is not None else [e.EmergencyStarted()]


def call_emergency(log: EventLog, document: Document, room: str, by: str | Viewer) -> list[Entry]:
    """An emergency in a room is that of whoever is there now, whoever was shown there. Raises Refusal where nobody is."""
    for _ in range(TRIES):
        session = next((head.session for head in log.heads() if head.room == room), None)
        if session is None:
            break
        try:
            return carry_out(log, document, session, by, emergency())
        except Refusal as refusal:
            if refusal.name != "closed":
                raise
    raise Refusal("no_session", say("There is no session in this room any more."))


def emergency_act(act: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if act not in {a.id for a in scene.document.emergency.acts}:
            raise Refusal("unknown_act", say("The protocol does not list this act; write a note."))
        if scene.state.emergency is None:
            return [e.EmergencyStarted(), e.EmergencyAct(act=act)]
        if tapped(scene, [at for name, at, _ in scene.state.emergency.acts if name == act]):
            return []
        return [e.EmergencyAct(act=act)]

    return command


def end_emergency(reason: str = "") -> Command:
    return lambda scene: [e.EmergencyEnded(reason=reason)] if scene.state.emergency is not None else []
