"""What trainee and instructor do in training: open a room, ask the patient, inject, note, step, end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene
from monitor.language import say
from monitor.simulator.scenario import Happening

LONGEST_STEP_S = 600


def open_room() -> Command:
    """Somebody looks at this room. Only a drill keeps it: attention is part of what is practised."""
    return lambda scene: [e.RoomOpened()] if scene.state.drill is not None else []


def ask() -> Command:
    """Sit down beside the simulated patient and ask. The answer comes with the next second; it is not charted by that."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.opened.source_kind != "simulated":
            raise Refusal("no_patient", say("Nobody is there to ask: this room plays a recording."))
        return [] if scene.state.asked else [e.PatientAsked()]

    return command


def inject(happening: dict[str, Any]) -> Command:
    """An instructor lets something happen now, in the words of a scenario: ``{"probe_off": "90 s"}``."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_drill(scene)
        try:
            read = Happening.model_validate({**happening, "at": "0 s"})
        except ValidationError as wrong:
            raise Refusal(
                "not_readable",
                say("This cannot happen: {removeprefix}.", removeprefix=wrong.errors()[0]["msg"].removeprefix("Value error, ")),
            ) from None
        return [e.TruthInjected(happening=read.model_dump(mode="json", by_alias=True, exclude_defaults=True))]

    return command


def instructor_note(text: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_drill(scene)
        if not text.strip():
            raise Refusal("empty", say("The note is empty."))
        return [e.TruthNoted(text=text.strip()[:2000])]

    return command


def step(seconds: int) -> Command:
    """Go on for so long at 1x, then stand again."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not 1 <= seconds <= LONGEST_STEP_S:
            raise Refusal("step_out_of_bounds", say("A step goes from 1 to {longest_step_s} seconds.", longest_step_s=LONGEST_STEP_S))
        return [e.PaceSet(speed=1.0, until=scene.at - 1 + seconds)]

    return command


def end_drill(reason: str = "") -> Command:
    """The drill is over, whatever still runs: a simulated patient needs no discharge."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_drill(scene)
        return [e.DrillEnded(reason=reason.strip()), e.SessionClosed(reason=say("the drill is over"))]

    return command


def in_drill(scene: Scene) -> None:
    if scene.state.drill is None:
        raise Refusal("no_drill", say("This session is no drill."))
