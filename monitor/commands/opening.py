"""Opening and closing a session, leaving, and the pace."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.access import Viewer
from monitor.commands.scene import Command, Refusal, Scene, in_phase, permitted, signature
from monitor.infusion import Pump
from monitor.language import say
from monitor.protocol.document import CheckItem
from monitor.session import Phase
from monitor.store.log import Entry, EventLog
from monitor.ward import drafts

DRILL_FASTEST = 20


def open_session(log: EventLog, opened: e.SessionOpened, source: e.SourceSet, speed: float, by: str | Viewer) -> int:
    """A patient settles in an empty room. Raises RoomTaken where somebody is there, Refusal where it is not theirs to do."""
    first: list[e.AnyEvent] = [opened, source]
    if speed != 1.0:
        first.append(e.PaceSet(speed=speed))
    permitted(by, (event.kind for event in first))
    return log.open_session(opened.room, drafts(first, signature(by)))


def discharge(escort: str, against_advice: bool = False, reason: str = "") -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_phase(scene, "discharge", Phase.RECOVERY, Phase.READY, Phase.OBSERVED)
        left = scene.document.blocking("discharge", scene.state) if scene.state.phase is Phase.RECOVERY else []
        if left and not against_advice:
            raise Refusal("checklist_open", say("Still open before leaving: {questions}", questions=_questions(left)))
        if against_advice and not reason.strip():
            raise Refusal("reason_missing", say("Leaving against advice is recorded with what was said; write the reason."))
        return [e.Discharged(escort=escort.strip(), against_advice=against_advice, reason=reason.strip())]

    return command


def close(reason: str = "", over_high: bool = False) -> Command:
    """``over_high``: whoever closes has been told which high prompts nobody has answered."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.pump in (Pump.RUNNING, Pump.PAUSED):
            raise Refusal("infusion_open", say("The infusion is charted as running or paused; chart its stop first."))
        if scene.state.phase is Phase.RECOVERY:
            raise Refusal("not_discharged", say("Discharge the patient first, or record that they left against advice."))
        high = [prompt.message for prompt in scene.state.open_prompts if prompt.priority is e.Priority.HIGH and prompt.answered is None]
        if high and not over_high:
            raise Refusal("high_open", say("Nobody has answered: {high}. Close all the same?", high="; ".join(high)), confirmable=True)
        return [e.SessionClosed(reason=reason)]

    return command


def file_late(log: EventLog, session: int, by: str | Viewer, text: str, what: str = "") -> list[Entry]:
    """Keep what was written for a session that has been closed meanwhile, in that session and by name. Raises Refusal."""
    if not log.head(session).closed:
        raise Refusal("still_open", say("This session is open: write it there."))
    if not text.strip():
        raise Refusal("empty", say("The note is empty."))
    if len(text) > 2000:
        raise Refusal("too_long", say("A note has at most 2,000 characters."))
    filed = e.FiledLate(text=text.strip(), what=what.strip()[:120])
    permitted(by, [filed.kind])
    return log.append(session, drafts([filed], signature(by)))


def set_pace(speed: float) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 0 <= speed <= 60:
            raise Refusal("pace_out_of_bounds", say("The pace goes from 0 (stand still) to 60 times."))
        if scene.state.drill is not None and speed > DRILL_FASTEST:
            raise Refusal("pace_out_of_bounds", say("A drill goes at up to {drill_fastest} times.", drill_fastest=DRILL_FASTEST))
        return [] if scene.state.speed == speed else [e.PaceSet(speed=speed)]

    return command


def go_on() -> Command:
    """A room that stands, since nobody assessed it, goes on."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.drill is not None:
            raise Refusal("drill", say("A drill's rooms go on together, by the bar above them."))
        return [] if scene.state.speed else [e.WentOn()]

    return command


def _questions(items: Sequence[CheckItem]) -> str:
    return "; ".join(i.question for i in items[:3]) + (say(" and {len} more", len=len(items) - 3) if len(items) > 3 else "")
