"""The emergency record."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene, tapped
from monitor.language import say


def emergency() -> Command:
    """Nothing is asked and nothing holds it back."""
    return lambda scene: [] if scene.state.emergency is not None else [e.EmergencyStarted()]


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
