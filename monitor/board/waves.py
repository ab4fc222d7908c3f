"""What a room's screen says of its waves; the samples themselves come as bytes (``live/waves.py``)."""

from __future__ import annotations

from monitor.board.frame import Frame
from monitor.board.view import View
from monitor.language import say

FASTEST = 4.0
"""Above this pace a sweep is a blur: none is drawn."""


def waves_panel(view: View) -> Frame:
    """What the waves are called, and why none moves where that is known here."""
    simulated = view.state.opened.source_kind == "simulated"
    speed = view.state.speed
    stands = None
    if view.standing:
        stands = say("Stands still: {standing}", standing=view.standing)
    elif speed > FASTEST:
        stands = say("No waves at {speed:g} times real time", speed=speed)
    return {
        "ecg": say("ECG II") if simulated else "ECG",
        "pleth": "Pleth",
        "of": "simulated" if simulated else say("as recorded"),
        "stands": stands,
    }
