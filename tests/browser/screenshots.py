"""Pictures of the running program for people to look at, at every size in every look: ``make screenshots`` writes them to var/screenshots.

Names of what to draw may follow the folder; without any, all are drawn (some twelve minutes).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser import looks
from tests.browser.chromium import launched
from tests.browser.dashboard import HOME, running
from tests.browser.test_flows import named

SHOWN = (
    "pleasant",
    "strange-frightened",
    "nausea-motion-sick",
    "hypertensive-surge",
    "slow-desaturation",
    "probe-off",
    "cuff-will-not-read",
)
ALIASES = ("Heron", "Maple", "Otter", "Cedar", "Lark", "Finch", "Willow")
WAIT_S = 60
"""At twenty times real time, the twentieth minute of the infusions."""
DEBRIEFED = "slow-desaturation"


def rooms() -> str:
    lines = ["station: Demo station", "protocol: protocols/example.yaml", "rooms:"]
    for n, (scenario, alias) in enumerate(zip(SHOWN, ALIASES, strict=True), 1):
        demo = f"alias: {alias}, scenario: scenarios/{scenario}.yaml, seed: {n}, speed: 20, watcher: demo"
        lines.append(f'  - {{room: "{n}", demo: {{{demo}}}}}')
    lines.append('  - {room: "8", demo: {alias: Wren, recording: recordings/little-felt.csv}}')
    lines.append('  - {room: "9"}')
    return "\n".join(lines) + "\n"


NAME = "Who is here?"
"""A step that says a name; every other one is a button that is pressed."""
SHOTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "wall": ("/", ()),
    "display": ("/?display=1", ()),
    "room": ("/room?room=5", ()),
    "room-bp": ("/room?room=4", ()),
    "empty": ("/room?room=9", ()),
    "form": ("/room?room=9", (NAME, "Check in…")),
    "handover": ("/room?room=1", (NAME, "Take from demo", "Hand over…")),
    "protocol": ("/protocol", ()),
    "training": ("/training", ()),
    "review": ("/review", ()),
    "debrief": ("/review?run={run}", ()),
    "playback": ("/review?run={run}&play=1500", ()),
    "playback-room": ("/review?run={run}&play=1500", ("Room D1",)),
    "drill": ("/?drill=1", ()),
    "drill-room": ("/room?room=D1", ()),
    "desk": ("/instructor", ()),
}
"""Name -> address, and what is done there before the picture is taken."""


def debriefed(store: str) -> str:
    """Plays a drill to its end into the store, as a trainee's; the number of its run."""
    command = [sys.executable, "-m", "monitor", "drill", DEBRIEFED, "--seed", "1", "--policy", "protocol-nurse", "--store", store]
    subprocess.run(command, cwd=HOME, check=True, stdout=subprocess.DEVNULL)
    return "1"


def begin(page: Any, address: str) -> None:
    page.goto(f"{address}/training")
    page.get_by_label("Trainee", exact=True).fill("T-07")
    page.get_by_label("Trainee", exact=True).press("Enter")
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Begin").click()
    page.locator(".runbar").wait_for()


def step(page: Any, button: str) -> None:
    found = page.get_by_role("button", name=button)
    if button == NAME and not found.count():
        return
    found.first.click()
    if button == NAME:
        named(page)
    page.wait_for_timeout(1500)


@contextmanager
def at_work() -> Iterator[tuple[Any, str, str]]:
    """A browser, the address of a ward in the middle of its infusions beside a drill that runs, and the number of a run that is over."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        run = debriefed(f"sqlite:///{Path(folder) / 'log.db'}")
        with running(Path(folder), rooms()) as program:
            page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
            begin(page, program.address)
            page.wait_for_timeout(WAIT_S * 1000)
            page.close()
            yield browser, program.address, run


def opened(page: Any, address: str, name: str, run: str, theme: str = "dark") -> None:
    path, steps = SHOTS[name]
    looks.resize(page, "1920")
    page.goto(f"{address}{path.format(run=run)}{'&' if '?' in path else '?'}theme={theme}")
    page.wait_for_selector("h1, h2", timeout=60000)
    page.wait_for_selector(f"html[data-theme={theme}]", state="attached")
    page.wait_for_timeout(3000)
    for button in steps:
        step(page, button)


def main(out: Path, wanted: Sequence[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with at_work() as (browser, address, run):
        page: Any = browser.new_page()
        for theme in looks.THEMES:
            for name in wanted or SHOTS:
                opened(page, address, name, run, theme)
                for size in looks.SIZES:
                    looks.resize(page, size)
                    page.wait_for_timeout(500)
                    page.screenshot(path=str(out / f"{name}-{size}-{theme}.png"))
                    for fault in looks.faults(page):
                        print(f"{name}-{size}-{theme}:", *fault)
                print(out / f"{name}-*-{theme}.png", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME / "var" / "screenshots", sys.argv[2:])
