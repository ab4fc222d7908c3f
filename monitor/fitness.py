"""Whether this computer is set up as a ward must be. In ward mode the dashboard does not start before it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from monitor import clock, settings
from monitor.sources.source import BadFile

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LARGEST_UPLOAD_MB = 5
SHORTEST_SECRET = 32

Option = Callable[[str], Any]
"""Reads one of Streamlit's options by its name."""


def hold(option: Option, auth: Mapping[str, Any]) -> None:
    """End the program, naming all that has to be changed, where it cannot work or a ward's station is not fit to be one."""
    _end("the dashboard does not start:", unable(option))
    try:
        rooms = settings.load_rooms(settings.rooms_path())
    except BadFile:
        return  # said by every page
    _end("the station does not start in ward mode:", unfit(rooms, option, clock.kept(), auth))


def _end(said: str, wrong: Iterable[str]) -> None:
    if reasons := list(wrong):
        print(said, *reasons, sep="\n- ", file=sys.stderr, flush=True)
        raise SystemExit(1)


def unable(option: Option) -> Iterator[str]:
    """One sentence for each thing without which no page works, in training as in a ward."""
    if option("server.baseUrlPath"):
        yield "server.baseUrlPath must be empty: give the monitor a host name or a port of its own, not a path of another's"


def unfit(rooms: settings.Rooms, option: Option, clock_kept: bool | None, auth: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each thing that has to be changed. Training asks for nothing.

    ``auth``: what secrets.toml says of the provider with which people sign in.
    """
    if rooms.mode != "ward":
        return
    if option("server.address") not in LOOPBACK:
        yield "server.address must be 127.0.0.1: a ward is reached from this computer alone, or by its proxy on it"
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
    if option("server.trustedUserHeaders"):
        yield "server.trustedUserHeaders must be empty: who somebody is, no header says"
    if len(option("server.cookieSecret") or "") < SHORTEST_SECRET:
        yield "server.cookieSecret must have at least 32 characters; leave it out, and one is made at every start"
    if clock_kept is False and not rooms.ward.clock_kept_by:
        yield (
            "nothing keeps this computer's clock right: start its time service (timedatectl set-ntp true), or write in the "
            "rooms file what keeps it instead (ward: {clock_kept_by: ...})"
        )
    if rooms.ward.openid is not None:
        yield from _unfit_provider(option, auth, hosts)


def _unfit_provider(option: Option, auth: Mapping[str, Any], hosts: set[str]) -> Iterator[str]:
    for file in map(Path, option("secrets.files") or ()):
        if file.is_file() and file.resolve().is_relative_to(settings.HOME):
            yield f"{file} must lie outside the program's folder, such as in ~/.streamlit: secrets are no part of a program"
        elif file.is_file() and file.stat().st_mode & 0o077:
            yield f"{file} must be readable by its owner alone: chmod 600"
    for name in ("client_id", "client_secret"):
        if not auth.get(name):
            yield f"auth.{name} must be in secrets.toml, as the provider has it"
    if len(str(auth.get("cookie_secret", ""))) < SHORTEST_SECRET:
        yield f"auth.cookie_secret must be in secrets.toml, with at least {SHORTEST_SECRET} characters drawn at random"
    if not _private(urlsplit(str(auth.get("server_metadata_url", "")))):
        yield "auth.server_metadata_url must be in secrets.toml: the https address of the provider's openid-configuration"
    back = urlsplit(str(auth.get("redirect_uri", "")).replace("{port}", str(option("server.port"))))
    if not _private(back) or back.path != "/oauth2callback" or back.hostname not in hosts:
        yield (
            "auth.redirect_uri must be in secrets.toml: https://HOST/oauth2callback, where HOST is one of server.allowedHosts "
            "(http for this computer alone)"
        )
    if (auth.get("client_kwargs") or {}).get("prompt") != "login":
        yield 'auth.client_kwargs must be {prompt = "login"}: at a shared station the provider asks each time who it is'


def _private(address: SplitResult) -> bool:
    """Whether nobody on the way can read or change what is said there."""
    return bool(address.hostname) and (address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK))
