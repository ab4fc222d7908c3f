"""The infusion as it is charted: start, rate, pause, resume, stop."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Override, Refusal, Scene, dated, in_phase, prescribed
from monitor.infusion import Pump
from monitor.language import say
from monitor.session import Phase


def start(
    override: Override = Override(), found_at: int | None = None, pump_seen: bool = False, second: e.PumpRead | None = None
) -> Command:
    """Chart that the infusion was started at the ordered rate. ``found_at``: it has been running since; a fact.
    ``second``: what another person read off the pump.
    """

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        state = scene.state
        prescribed(scene)
        in_phase(scene, "start", Phase.READY)
        if state.order is None:
            raise Refusal("no_order", say("There is no order yet; enter what the prescriber ordered."))
        if second is not None and second.by.strip().casefold() == scene.by.casefold():
            raise Refusal("same_person", say("The second person is somebody other than {by}, who charts the start.", by=scene.by))
        held = _start_held(scene)
        if second is None and scene.document.second_person == "start":
            unsigned = say("Before the start a second person reads the pump and signs: rate, volume, concentration.")
            held.append(("no_second_person", unsigned, False))
        if held and found_at is None and not override:
            name, sentence, overridable = held[0]
            raise Refusal(name, sentence, overridable)
        firm = [h for h in held if not h[2]]
        if firm and found_at is None:
            raise Refusal(firm[0][0], firm[0][1])
        said: list[e.AnyEvent] = [
            e.InfusionStarted(
                rate_mg_per_kg_h=round(state.order.rate_mg_per_kg_h, 4),
                for_at=dated(scene, found_at),
                breaks="; ".join(h[1] for h in held),
                override_by=override.by,
                reason=override.reason,
                second=second,
            )
        ]
        return [*said, e.Observed(what="pump", value="running")] if pump_seen else said

    return command


def _start_held(scene: Scene) -> list[tuple[str, str, bool]]:
    """What holds the start: name, sentence, whether the prescriber may override."""
    held: list[tuple[str, str, bool]] = []
    for item in scene.document.blocking("before", scene.state):
        held.append(("checklist_open", say("Still open: {question}", question=item.question), bool(item.override)))
    if scene.state.baseline is None:
        held.append(("no_baseline", say("There is no baseline pressure yet; take one at rest and set it."), False))
    for prompt in scene.document.holding(scene.state):
        held.append(("start_held", say("{id} holds the start: {message}", id=prompt.rule, message=prompt.message), True))
    return held


def change_rate(rate_mg_per_kg_h: float, override: Override = Override(), found: bool = False, for_at: int | None = None) -> Command:
    """An intent within the order and the bounds, or (``found``) what the pump was found at: a fact, always recorded."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        state = scene.state
        prescribed(scene)
        if not found:
            in_phase(scene, say("change the rate"), Phase.RUNNING, Phase.PAUSED)
            if state.pump is not Pump.RUNNING:
                raise Refusal("not_running", say("The infusion is paused; resume it at the new rate."))
        breaks = _rate_breaks(scene, rate_mg_per_kg_h)
        if not found:
            _allowed(breaks, override)
        text = "; ".join(t for t, _ in breaks)
        return [
            e.RateChanged(
                rate_mg_per_kg_h=round(rate_mg_per_kg_h, 4),
                found=found,
                for_at=dated(scene, for_at),
                breaks=text,
                override_by=override.by,
                reason=override.reason,
            )
        ]

    return command


def _rate_breaks(scene: Scene, rate: float) -> list[tuple[str, str]]:
    found = []
    if rate < 0 or rate != rate:
        raise Refusal("rate_impossible", say("A rate cannot be below zero."))
    bound = scene.document.breach("rate", rate) if rate else None
    if bound is not None:
        found.append(bound)
    order = scene.state.order
    if order is None:
        found.append((say("there is no order"), "absolute"))
    elif rate > order.rate_mg_per_kg_h * 1.0001:
        found.append(
            (
                say(
                    "rate {rate:.4g} is above the ordered {rate_mg_per_kg_h:.4g} mg/kg/h",
                    rate=rate,
                    rate_mg_per_kg_h=order.rate_mg_per_kg_h,
                ),
                "recommended",
            )
        )
    return found


def _allowed(breaks: Sequence[tuple[str, str]], override: Override) -> None:
    for text, how in breaks:
        if how == "absolute":
            raise Refusal("rate_out_of_bounds", say("{words}{part}: this cannot be set here.", words=text[0].upper(), part=text[1:]))
        if not override:
            raise Refusal(
                "rate_beyond_order",
                say("{words}{part}: the prescriber's name and a reason are needed.", words=text[0].upper(), part=text[1:]),
                True,
            )


def pause(reason: str = "", for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_phase(scene, "pause", Phase.RUNNING)
        return [e.InfusionPaused(reason=reason, for_at=dated(scene, for_at))]

    return command


def resume(rate_mg_per_kg_h: float, override: Override = Override(), for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_phase(scene, "resume", Phase.PAUSED)
        breaks = _rate_breaks(scene, rate_mg_per_kg_h)
        _allowed(breaks, override)
        text = "; ".join(t for t, _ in breaks)
        return [
            e.InfusionResumed(
                rate_mg_per_kg_h=round(rate_mg_per_kg_h, 4),
                for_at=dated(scene, for_at),
                breaks=text,
                override_by=override.by,
                reason=override.reason,
            )
        ]

    return command


def stop(complete: bool = False, reason: str = "", for_at: int | None = None) -> Command:
    """Nothing holds a stop back."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.pump not in (Pump.RUNNING, Pump.PAUSED):
            in_phase(scene, "stop", Phase.RUNNING, Phase.PAUSED)
        return [e.InfusionStopped(complete=complete, reason=reason, for_at=dated(scene, for_at))]

    return command
