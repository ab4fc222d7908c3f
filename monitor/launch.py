"""Starting the dashboard as a process, with the settings that it must have, and ending all that was started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from monitor import settings

OPTIONS = {
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    "server.enableAgentApi": "false",
    "server.showEmailPrompt": "false",
    "logger.hideWelcomeMessage": "true",
    "logger.enableRich": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
}


def greet(option: Callable[[str], Any]) -> None:
    """Where the dashboard is, on the terminal: Streamlit's own words at the start are left out. ``option`` reads its options."""
    host = option("server.address") or "127.0.0.1"
    print(f"infusion monitor: http://{host}:{option('server.port')} (Ctrl-C ends it)", flush=True)


def dashboard(rooms: Path, store: str, port: int, browser: bool) -> int:
    """Run the dashboard until it ends or Ctrl-C; gives its exit status."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            print(f"port {port} is taken; end the other program or choose another with --port", file=sys.stderr)
            return 1
    options = {**OPTIONS, "server.port": str(port), "server.headless": "false" if browser else "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(settings.HOME / "dashboard.py")]
    for name, value in options.items():
        command += [f"--{name}", value]
    environment = {**os.environ, settings.ROOMS_VARIABLE: str(rooms.resolve()), settings.STORE_VARIABLE: store}
    process = subprocess.Popen(command, env=environment, cwd=settings.HOME)

    def pass_on(number: int, frame: FrameType | None) -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, pass_on)
    status = process.wait()
    return 0 if status in (0, -signal.SIGTERM, -signal.SIGINT) else 1
