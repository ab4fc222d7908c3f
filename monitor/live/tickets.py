"""A ticket lets one screen open the push socket: the page mints it after its guard, the route reads it before it accepts.

It names the page, the room and the viewer, is good for a minute and for the browser it was minted for alone, and is
signed with a key that only this process knows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from monitor import clock
from monitor.access import PAGES, Shown

LIFE_S = 60.0
log_ = logging.getLogger("monitor.door")


class Topic(NamedTuple):
    """What a screen shows and to whom. Everybody with the same topic is sent the same messages."""

    page: str
    room: str = ""
    name: str = ""
    shown: Shown = Shown.ALL
    shared: bool = False
    """Whether this is a station at which whoever enters something signs."""
    pages: frozenset[str] = frozenset(PAGES)
    """Those that may be opened from it."""


class Tickets:
    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def mint(self, topic: Topic, holder: str = "") -> str:
        """A ticket in letters that a WebSocket subprotocol may have. ``holder``: who signed in, as ``door.holder`` tells.

        How much is shown, and what may be opened, is no part of it: that is asked anew for as long as the socket is open.
        """
        body = json.dumps([*topic[:3], holder, clock.monotonic() + LIFE_S]).encode()
        return f"{_text(body)}.{_text(self._signed(body))}"

    def read(self, ticket: str, holder: str = "") -> Topic | None:
        """The topic that a ticket opens; None for one that is forged, broken, too old or somebody else's."""
        try:
            body, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in ticket.split("."))
        except ValueError:
            return None
        if not hmac.compare_digest(signature, self._signed(body)):
            log_.warning("denied ticket=unknown")  # forged, or from before the dashboard was started anew
            return None
        page, room, name, minted_for, until = json.loads(body)
        if minted_for != holder:
            log_.warning("denied ticket=borrowed page=%s", page)
        return Topic(page, room, name) if clock.monotonic() <= until and minted_for == holder else None

    def _signed(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
