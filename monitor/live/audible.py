"""Whether any connected screen can be heard, written into the log of every open session when that changes.

The server knows it, not a page: a page that is gone says nothing. A page that has to ask for its frames is not counted:
in a hidden tab it would learn of a prompt too late.
"""

from __future__ import annotations

from monitor import access, clock, commands
from monitor.live.station import Station
from monitor.store.log import Conflict, StoreError

SETTLE_S = 5.0
"""A page that is opened, left or loaded anew is silent for a moment; that is not worth an entry."""


class Audible:
    """``look`` is called once a second."""

    def __init__(self, at: Station) -> None:
        self.at = at
        self._able: bool | None = None
        self._since = 0.0

    def able(self) -> bool:
        return any(screen.sound == "on" for screen in list(self.at.hub.screens.values()))

    def look(self) -> None:
        """Write down what has stood for a few seconds and is not in the log yet. What cannot be saved is tried again."""
        able, mono = self.able(), clock.monotonic()
        if able is not self._able:
            self._able, self._since = able, mono
        if mono - self._since < SETTLE_S:
            return
        for view in self.at.follower.picture().views.values():
            stood = view.state.deaf is not None and view.state.deaf[1]
            if stood is able:
                try:
                    commands.carry_out(self.at.log, self.at.document, view.session, access.UNNAMED, commands.sound_changed(able))
                except (commands.Refusal, StoreError, Conflict):
                    continue
