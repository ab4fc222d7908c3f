"""The ward's sound: its pause, and whether any screen is able to. One entry in every open session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from monitor import events as e
from monitor.commands.scene import Command, Scene


def pause_audio(
    seconds: int,
    level: e.Level | None,
    stood: Sequence[str] | None = None,
    new_room: Literal[e.Level.HIGH, e.Level.MEDIUM] = e.Level.HIGH,
) -> Command:
    """``level``: the highest that sounds in the ward now; ``stood``: what calls in this room. What else comes ends the pause:
    whatever is high or above ``level``, and what is at least ``new_room`` where nothing as high calls yet.
    """
    said = e.AudioPaused(seconds=seconds, level=level, stood=None if stood is None else tuple(stood), new_room=new_room)
    return lambda scene: [said]


def resume_audio() -> Command:
    return lambda scene: [e.AudioResumed()] if scene.state.hush is not None and scene.state.hush.seconds else []


def sound_changed(able: bool) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        stood = scene.state.deaf is not None and scene.state.deaf[1]
        return [e.SoundChanged(able=able)] if stood is able else []

    return command
