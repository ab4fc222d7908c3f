"""The cuff: its cycle, a reading out of turn, a rest, and pressures taken by hand.

In a simulated room the patient's cuff obeys; elsewhere the same entries record what was done at the bedside.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene, dated, tapped
from monitor.language import say
from monitor.protocol.condition import Sight
from monitor.protocol.rest import Held, put_off_until


def set_cuff_interval(seconds: int) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 60 <= seconds <= 7200:
            raise Refusal("interval_out_of_bounds", say("The cuff can cycle every 1 to 120 minutes."))
        return [] if scene.state.cuff_interval_s == seconds else [e.CuffIntervalSet(seconds=seconds)]

    return command


def start_cuff() -> Command:
    return lambda scene: [] if _just(scene, scene.state.cuff_started_at) else [e.CuffStarted()]


def stop_cuff() -> Command:
    """Nothing holds it back: a cuff that hurts is let down."""
    return lambda scene: [] if _just(scene, scene.state.cuff_stopped_at) else [e.CuffStopped()]


def _just(scene: Scene, at: int | None) -> bool:
    return at is not None and tapped(scene, [at])


def rest_cuff() -> Command:
    """The next cycle is put off once, where the protocol lets the patient rest."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        until = put_off_until(Sight(scene.document, scene.state, scene.look(), scene.at))
        if isinstance(until, Held):
            raise Refusal(until.name, say("The next reading is not put off: {sentence}.", sentence=until.sentence))
        return [e.CuffPutOff(until=until)]

    return command


def chart_pressure(sys: float, dia: float, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not (40 <= sys <= 280 and 20 <= dia <= 200 and dia < sys):
            raise Refusal("pressure_impossible", say("{sys:g}/{dia:g} cannot be a blood pressure.", sys=sys, dia=dia))
        same = [t.known_at for t in scene.state.by_hand if (t.reading.sys, t.reading.dia, t.by) == (sys, dia, scene.by)]
        return [] if tapped(scene, same) else [e.PressureCharted(sys=sys, dia=dia, for_at=dated(scene, for_at))]

    return command
