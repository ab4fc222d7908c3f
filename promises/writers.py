"""Writers never overwrite or reorder each other: eight at once, stopped, killed and cut off, and a last reading of all.

A writer that is told "nothing was saved" says the same again, as a nurse would; one that was killed reads how far it
came. So an entry that was stored although it was refused shows as a double, one that was confirmed and lost as a gap.

Run as a program it is one history. The writers are forked from it, because a Python costs a second to start.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from monitor.store import is_server, open_log
from monitor.store.log import Draft, StoreError
from promises.found import Found
from promises.scratch import scratch

Answer = TypeVar("Answer")
HOME = Path(__file__).parents[1]
WRITERS = "abcdefgh"
APPENDS_A_HISTORY = 25
"""Of the appends of a writer: 500 of them make 20 histories, 40 make one."""
TROUBLES = 80
"""In a history, evenly by confirmed entries, so that a slow machine gets on as well."""


def keep(appends: int) -> Found:
    from tests import postgres

    histories = max(1, appends // APPENDS_A_HISTORY)
    sums = {"SQLite": Counter[str](), "PostgreSQL": Counter[str]()}
    with scratch() as folder, postgres.running() as server:
        for number in range(histories):
            sums["SQLite"] += _history(f"sqlite:///{folder / f'{number}.db'}", appends, number)
            with server.database() as url:
                sums["PostgreSQL"] += _history(url, appends, number)
    return Found(
        kept=all(found["whole"] == histories for found in sums.values()),
        figures="; ".join(
            f"{store}: {found['whole']} of {histories} histories whole, {found['confirmed']} confirmed, {found['lost']} lost, "
            f"{found['double']} double, {found['faults']} faults, with {found['kills']} kills, {found['pauses']} pauses, "
            f"{found['cuts']} cut connections, {found['refused']} refused and said again"
            for store, found in sums.items()
        ),
    )


def _history(url: str, appends: int, seed: int) -> Counter[str]:
    with scratch() as folder:
        command = [sys.executable, "-m", "promises.writers", url, str(appends), str(seed), str(folder)]
        done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, text=True, check=True, timeout=3600)
    return Counter(json.loads(done.stdout))


def write(url: str, name: str, appends: int, said: Path, refused: Path) -> None:
    """One writer. What was confirmed goes to ``said`` in one write of the system, so that no kill takes it back."""
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    log = _patiently(lambda: open_log(url), refused)
    number = sum(entry.by == name for entry in _patiently(lambda: log.entries(1), refused))
    while number < appends:
        draft = Draft("note_charted", name, str(number))
        (entry,) = _patiently(lambda draft=draft: log.append(1, [draft]), refused)  # type: ignore[misc]
        os.write(out, f"{entry.seq} {name} {entry.body}\n".encode())
        number += 1


def _patiently(ask: Callable[[], Answer], refused: Path) -> Answer:
    while True:
        try:
            return ask()
        except StoreError:
            with refused.open("a") as file:
                file.write(".")
            time.sleep(0.01)


def history(url: str, appends: int, seed: int, folder: Path) -> Counter[str]:
    chance, counted = random.Random(seed), Counter[str]()
    with closing(open_log(url)) as log:
        log.open_session("Room 1", [Draft("session_opened", "Kim", "{}")])
    said, refused = folder / "said", folder / "refused"
    refused.touch()

    def begin(name: str) -> int:
        pid = os.fork()
        if not pid:
            status = 1
            try:
                write(url, name, appends, said, refused)
                status = 0
            finally:
                os._exit(status)
        return pid

    at_work, every = {begin(name): name for name in WRITERS}, appends * len(WRITERS) // TROUBLES
    due = every
    while at_work:
        time.sleep(0.01 * chance.random())
        while at_work and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            name = at_work.pop(ended[0])
            if ended[1]:  # killed, or ended otherwise than well: the same name goes on
                at_work[begin(name)] = name
        if not at_work or not said.exists() or said.read_bytes().count(b"\n") < due:
            continue
        due += every
        trouble = chance.choice(("kills", "pauses", "cuts"))
        with suppress(ProcessLookupError):
            if trouble == "cuts" and is_server(url):
                counted["cuts"] += _cut(url, chance)
            elif trouble in ("kills", "pauses"):
                pid = chance.choice(list(at_work))
                os.kill(pid, signal.SIGKILL if trouble == "kills" else signal.SIGSTOP)
                counted[trouble] += 1
                if trouble == "pauses":
                    time.sleep(0.05)
                    os.kill(pid, signal.SIGCONT)
    with closing(open_log(url)) as log:
        stored = Counter(f"{entry.seq} {entry.by} {entry.body}" for entry in log.entries(1)[1:])
        counted["faults"] = len(list(log.verify()))
    confirmed = said.read_text().splitlines()
    entries = Counter(line.partition(" ")[2] for line in stored)
    wanted = {f"{name} {number}" for name in WRITERS for number in range(appends)}
    counted["confirmed"] = len(confirmed)
    counted["lost"] = len(set(confirmed) - stored.keys()) + len(wanted - entries.keys())
    counted["double"] = sum(times - 1 for times in entries.values()) + len(entries.keys() - wanted)
    counted["refused"] = refused.stat().st_size
    counted["whole"] = not (counted["lost"] or counted["double"] or counted["faults"])
    return counted


def _cut(url: str, chance: random.Random) -> int:
    """End one connection of a writer, whatever it is doing."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as other:
        found = other.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").fetchall()
        if not found:
            return 0
        other.execute("SELECT pg_terminate_backend(%s)", chance.choice(found))
    return 1


if __name__ == "__main__":
    address, times, seed, folder = sys.argv[1:]
    print(json.dumps(history(address, int(times), int(seed), Path(folder))))
