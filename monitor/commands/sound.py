"""The ward's sound: its pause, and whether any screen is able to. One entry in every open session."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Scene


def pause_audio(seconds: int, level: e.Level | None) -> Command:
    """``level``: the highest that sounds now; whatever comes above it ends the pause."""
    return lambda scene: [e.AudioPaused(seconds=seconds, level=level)]


def resume_audio() -> Command:
    return lambda scene: [e.AudioResumed()] if scene.state.hush is not None and scene.state.hush.seconds else []


def sound_changed(able: bool) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        stood = scene.state.deaf is not None and scene.state.deaf[1]
        return [e.SoundChanged(able=able)] if stood is able else []

    return command
