"""One dashboard process: its store, its follower, and the evaluator that it starts when nobody assesses."""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from monitor import clock, settings
from monitor.live.follower import Follower
from monitor.live.hub import Hub
from monitor.live.tickets import Tickets
from monitor.protocol.document import Document, read_station
from monitor.store import beside, is_server, lease, open_log
from monitor.store.accounts import Accounts
from monitor.store.drafts import Drafts
from monitor.store.log import EventLog, StoreError

log_ = logging.getLogger("monitor.station")


@dataclass(frozen=True)
class Station:
    """What the pages of this process share. Nothing clinical lives here: all of it can be read again from the store."""

    rooms: settings.Rooms
    rooms_file: Path
    document: Document
    protocol_file: Path
    log: EventLog
    follower: Follower
    url: str
    hub: Hub
    tickets: Tickets
    accounts: Accounts | None
    """Who may sign in; None in training mode, where nobody has to."""
    drafts: Drafts
    """What is half written at this computer's stations."""


LONGEST_WAIT_S = 60.0
"""An evaluator that ends at once, as with a protocol that cannot be read, is started again after twice as long each time."""
_station: Station | None = None
_lock = threading.Lock()


def station() -> Station:
    """This process's station; made at the first call. Raises BadFile or StoreError."""
    global _station
    with _lock:
        if _station is None:
            path = settings.rooms_path()
            rooms, protocol, document = read_station(path)
            url = settings.store_url()
            if rooms.mode == "ward" and is_server(url) and rooms.ward.openid is None:
                raise StoreError("a ward's store on a server needs a provider with which people sign in (ward: {openid: ...})")
            log = open_log(url, mode=rooms.mode)
            held = rooms.ward
            accounts = Accounts(beside(url, "accounts"), held.longest_h, held.idle_min, held.signature_s) if rooms.mode == "ward" else None
            follower, drafts = Follower(log, document, rooms), Drafts(beside(url, "drafts"))
            _station = Station(rooms, path, document, protocol, log, follower, url, Hub(), Tickets(), accounts, drafts)
        return _station


def leave() -> None:
    """Forget the station, so that the next call reads its files again (tests, and the end of the process)."""
    global _station
    with _lock:
        if _station is not None:
            _station.log.close()
            _station.drafts.close()
            if _station.accounts is not None:
                _station.accounts.close()
        _station = None


class Evaluator:
    """The evaluator as a child of the dashboard: started when no one holds the lease, told to end when the dashboard ends.

    The child holds a pipe from here; when this process dies, however it dies, the pipe closes and the child knows.
    """

    def __init__(self, at: Station) -> None:
        self.at = at
        self.child: subprocess.Popen[bytes] | None = None
        self._vacant = True
        self._next = -math.inf
        self._wait = 0.0

    def ensure(self) -> None:
        """Start one if nobody assesses this store. Cheap when somebody does.

        One look is enough at the start and where the child has ended; else it takes two, because an evaluator whose
        database was away for a moment takes its lease again.
        """
        if self.child is not None and self.child.poll() is None:
            return
        if self.child is not None:
            status = self.child.returncode
            # One that was killed is replaced at once. One that gives up by itself would do so again.
            self._wait = min(max(1.0, 2 * self._wait), LONGEST_WAIT_S) if status > 0 else 0.0
            self._next = clock.monotonic() + self._wait
            log_.warning("the evaluator ended with status %s; another is started in %.0f s", status, self._wait)
            self._forget(self.child)
            self._vacant = True
        if clock.monotonic() < self._next:
            return
        before, self._vacant = self._vacant, lease.vacant(self.at.log)
        if not (before and self._vacant):
            return
        command = [
            sys.executable,
            "-m",
            "monitor",
            "serve",
            "--child",
            "--rooms",
            str(self.at.rooms_file),
        ]
        # By the environment: a command line can be read by everybody on the computer, and the address may hold a password.
        environment = {**os.environ, settings.STORE_VARIABLE: self.at.url}
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=settings.HOME, env=environment)

    def end(self) -> None:
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self._forget(self.child)

    def _forget(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdin is not None
        child.stdin.close()
        self.child = None
