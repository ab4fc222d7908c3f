"""Whether this computer is set up as a ward must be. In ward mode the dashboard does not start before it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from monitor import clock, settings
from monitor.sources.source import BadFile

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LARGEST_UPLOAD_MB = 5

Option = Callable[[str], Any]
"""Reads one of Streamlit's options by its name."""


def hold(option: Option) -> None:
    """End the program, naming all that has to be changed, where a ward's station is not fit to be one."""
    try:
        rooms = settings.load_rooms(settings.rooms_path())
    except BadFile:
        return  # said by every page
    wrong = list(unfit(rooms, option, clock.kept()))
    if wrong:
        print("the station does not start in ward mode:", *wrong, sep="\n- ", file=sys.stderr, flush=True)
        raise SystemExit(1)


def unfit(rooms: settings.Rooms, option: Option, clock_kept: bool | None) -> Iterator[str]:
    """One sentence for each thing that has to be changed. Training asks for nothing."""
    if rooms.mode != "ward":
        return
    if option("server.address") not in LOOPBACK:
        yield "server.address must be 127.0.0.1: accounts of this computer are for this computer alone"
    hosts = set(option("server.allowedHosts") or ())
    if not hosts or any("*" in host for host in hosts):
        yield "server.allowedHosts must name this computer's hosts, such as 127.0.0.1 and localhost, without a *"
    for name, wanted in (
        ("server.enableCORS", True),
        ("server.enableXsrfProtection", True),
        ("server.enableStaticServing", False),
        ("server.enableAgentApi", False),
    ):
        if option(name) is not wanted:
            yield f"{name} must be {str(wanted).lower()}"
    if option("server.maxUploadSize") > LARGEST_UPLOAD_MB:
        yield f"server.maxUploadSize must be {LARGEST_UPLOAD_MB} or less: a ward takes no files"
    if option("client.showErrorDetails") != "none":
        yield "client.showErrorDetails must be none: the details of an error may hold what was charted"
    if option("server.fileWatcherType") != "none":
        yield "server.fileWatcherType must be none: a program that watches patients is not exchanged while it runs"
    if len(option("server.cookieSecret") or "") < 32:
        yield "server.cookieSecret must have at least 32 characters; leave it out, and one is made at every start"
    if clock_kept is False and not rooms.ward.clock_kept_by:
        yield (
            "nothing keeps this computer's clock right: start its time service (timedatectl set-ntp true), or write in the "
            "rooms file what keeps it instead (ward: {clock_kept_by: ...})"
        )
