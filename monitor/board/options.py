"""The options of a prompt: which are offered, and which cannot be done now."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.board.view import Picture, View, rule_of
from monitor.infusion import Pump
from monitor.language import say
from monitor.protocol.document import Option
from monitor.session import Prompt, SessionState

PUMP_ACTS: Mapping[str, tuple[Pump, ...]] = {
    "rate": (Pump.RUNNING,),
    "pause": (Pump.RUNNING,),
    "resume": (Pump.PAUSED,),
    "stop": (Pump.RUNNING, Pump.PAUSED),
    "start": (Pump.PLANNED,),
}
"""In which states of the pump an act at it can be done."""


def offered(picture: Picture, view: View, prompt: Prompt) -> list[Option]:
    """The options of a prompt, without those for which it was too early or too late when it was raised.

    What becomes too late while it stands keeps its place, so that no other one moves under a finger.
    """
    rule, state = rule_of(picture, prompt), view.state
    options = [picture.document.option[name] for name in rule.options] if rule is not None else []
    fixed = state.pump is Pump.PLANNED or (state.pump is Pump.ENDED and prompt.since > state.phase_since)
    return [o for o in options if not (fixed and o.command in PUMP_ACTS and not_now(o.command, state))]


def not_now(command: str, state: SessionState) -> str | None:
    """Why an act cannot be done now, in words; nothing where it can."""
    pump = {Pump.PLANNED: say("not started"), Pump.RUNNING: "running", Pump.PAUSED: "paused", Pump.ENDED: "ended"}[state.pump]
    fits = PUMP_ACTS.get(command)
    if fits is not None and state.pump not in fits:
        return say("infusion {pump}", pump=pump)
    return say("at the monitor") if command == "away_end" and state.away is None else None
