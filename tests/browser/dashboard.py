"""The whole program as a user starts it, on a free port and a store of its own, for tests and measurements."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

HOME = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    address: str
    store: str
    process: subprocess.Popen[bytes]
    log: Path
    environment: Mapping[str, str]

    def children(self) -> list[int]:
        """The process ids of what it started itself: the evaluator."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        return [int(pid) for pid, parent, args in rows if int(parent) == self.process.pid and "monitor serve" in args]


@contextmanager
def serving(log: Path, script: str, environment: Mapping[str, str], port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A script in a Streamlit server of its own; ends with the block."""
    port = port or free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=HOME, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, log)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running(folder: Path, rooms: str, port: int | None = None) -> Iterator[Running]:
    """``rooms`` is the text of a rooms file. Everything ends with the block."""
    rooms_file = folder / "rooms.yaml"
    rooms_file.write_text(rooms, encoding="utf-8")
    store, log = f"sqlite:///{folder / 'log.db'}", folder / "dashboard.log"
    environment = {"INFUSION_ROOMS": str(rooms_file), "INFUSION_STORE": store}
    with serving(log, "dashboard.py", environment, port) as (address, process):
        yield Running(address, store, process, log, environment)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the dashboard did not start: {log.read_text(errors='replace')[-2000:]}")
