"""At a shared station: the clinic's people and a keypad. Name and PIN go from the browser to the door, never through a form."""

from __future__ import annotations

from monitor.live import door
from monitor.live.station import station
from monitor.views import components


def keypad(key: str) -> bool:
    """Whether somebody has just said who they are: what it stands in is run again then."""
    component = components.mount("keypad")(
        key=f"keypad-{key}",
        data={"people": door.people(), "theme": station().follower.picture().theme},
        on_signed_change=lambda: None,
    )
    return bool(component.signed)
