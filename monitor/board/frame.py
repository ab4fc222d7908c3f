"""What a page is given to draw: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.language import say

Frame = dict[str, Any]


def bound(part: Any, session: int) -> Any:
    """The same, with each act in it naming this session: what is tapped goes to the patient beside whom it stood, or nowhere."""
    if isinstance(part, dict):
        return {k: {**v, "session": session} if k == "act" and isinstance(v, dict) else bound(v, session) for k, v in part.items()}
    if isinstance(part, list) and part and isinstance(part[0], dict | list):
        return [bound(one, session) for one in part]
    return part


def emergency_button(room: str, label: str = "", **more: Any) -> Frame:
    """One tap, whoever is in the room: it names no session."""
    calls, aria = {"do": "emergency", "room": room}, say("Emergency, room {room}", room=room)
    return button(label or say("Emergency"), calls, kind="emergency", aria=aria, **more)


def button(label: str, act: Mapping[str, Any], **more: Any) -> Frame:
    return {"label": label, "act": dict(act), **more}
