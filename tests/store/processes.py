"""Processes of their own that share a store with the test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def child(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own; gone at the end."""
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


APPEND = """
import sys
from monitor.store import open_log
from monitor.store.log import Draft
log, name = open_log(sys.argv[1]), sys.argv[2]
for n in range(int(sys.argv[3])):
    (entry,) = log.append(1, [Draft("note_charted", name, f'"{name} {n}"')])
    print(entry.seq, entry.body, flush=True)
"""

HOLD = """
import subprocess, sys, time
from monitor.store import open_log
from monitor.store.lease import acquire
log = open_log(sys.argv[1])
lease = acquire(log)
if sys.argv[2] == "spawn":
    grandchild = subprocess.Popen(["sleep", "60"], close_fds=False)
elif sys.argv[2] == "fork":
    import os
    came, comes = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(comes, b".")
        time.sleep(60)
    os.read(came, 1)  # a child that has not run yet has not let go of the lock either
    grandchild = type("Forked", (), {"pid": pid})
print(lease.number, grandchild.pid if sys.argv[2] != "alone" else 0, flush=True)
time.sleep(60)
"""
