"""The emergency record."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor import events as e
from monitor.access import Viewer
from monitor.commands.scene import TRIES, Command, Refusal, Scene, carry_out, permitted, signature, tapped
from monitor.infusion import Pump
from monitor.language import say
from monitor.protocol.document import Document
from monitor.store.log import TRAIL, Draft, Entry, EventLog, StoreError
from monitor.ward import drafts, everybodys

STOPPED = "infusion_stopped"
"""The act, by its id in the protocol, that charts the stop of the infusion as well."""
EMERGENCY, ENDED = "emergency_started", "emergency_ended"


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
        except Exception as fault:
            if everybodys(fault):
                raise
            return _unseen(log, session, room, by)
    raise Refusal("no_session", say("There is no session in this room any more."))


def _unseen(log: EventLog, session: int, room: str, by: str | Viewer) -> list[Entry]:
    """Into a record that cannot be read: at its end, or where not even that can be, beside it in the audit trail."""
    permitted(by, (EMERGENCY,))
    signs = signature(by)
    (draft,) = drafts([e.EmergencyStarted()], signs)
    try:
        told = [x.kind for x in log.entries(session) if x.kind in (EMERGENCY, ENDED)]
        return [] if told[-1:] == [EMERGENCY] else log.append(session, [draft])
    except StoreError:
        beside = Draft(EMERGENCY, signs, json.dumps({"session": session, "room": room}))
        known = any((x.kind, x.body) == (beside.kind, beside.body) for x in log.entries(TRAIL))
        return [] if known else [log.note(beside)]


def emergency_act(act: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if act not in {a.id for a in scene.document.emergency.acts}:
            raise Refusal("unknown_act", say("The protocol does not list this act; write a note."))
        done: list[e.AnyEvent] = [e.EmergencyAct(act=act)]
        if act == STOPPED and scene.state.pump in (Pump.RUNNING, Pump.PAUSED):
            done.append(e.InfusionStopped(reason=say("pump stopped by hand, emergency"), emergency=True))
        if scene.state.emergency is None:
            return [e.EmergencyStarted(), *done]
        if tapped(scene, [one.at for one in scene.state.emergency.acts if one.act == act]):
            return []
        return done

    return command


def end_emergency(reason: str = "") -> Command:
    """Ends the emergency and answers what it called for, and nothing else: what still holds stays open."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.emergency is None:
            return []
        how = say("emergency ended: {reason}", reason=reason) if reason else say("emergency ended")
        called = (scene.state.prompts.get(rule) for rule in sorted(scene.document.emergency_rules))
        answered = [
            e.PromptAnswered(rule=prompt.rule, episode=prompt.episode, answer=e.Answer.DID, reason=how)
            for prompt in called
            if prompt is not None and prompt.unanswered
        ]
        return [e.EmergencyEnded(reason=reason), *answered]

    return command
