"""The cuff: its cycle and a reading out of turn."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene


def set_cuff_interval(seconds: int) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 60 <= seconds <= 7200:
            raise Refusal("interval_out_of_bounds", "The cuff can cycle every 1 to 120 minutes.")
        return [] if scene.state.cuff_interval_s == seconds else [e.CuffIntervalSet(seconds=seconds)]

    return command


def start_cuff() -> Command:
    return lambda scene: [e.CuffStarted()]
