"""Pictures of the running program for people to look at, at every size in every look: ``make screenshots`` writes them to var/screenshots."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser import looks
from tests.browser.chromium import launched
from tests.browser.dashboard import HOME, running

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


def rooms() -> str:
    lines = ["station: Demo station", "protocol: protocols/example.yaml", "rooms:"]
    for n, (scenario, alias) in enumerate(zip(SHOWN, ALIASES, strict=True), 1):
        demo = f"alias: {alias}, scenario: scenarios/{scenario}.yaml, seed: {n}, speed: 20, watcher: demo"
        lines.append(f'  - {{room: "{n}", demo: {{{demo}}}}}')
    lines.append('  - {room: "8", demo: {alias: Wren, recording: recordings/little-felt.csv}}')
    lines.append('  - {room: "9"}')
    return "\n".join(lines) + "\n"


PAGES = {
    "wall": "/", "room": "/room?room=5", "room-bp": "/room?room=4", "empty": "/room?room=9",
    "protocol": "/protocol", "training": "/training", "review": "/review",
}  # fmt: skip


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), rooms()) as program, launched() as browser:
        page: Any = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(program.address)
        page.wait_for_selector("article.tile")
        page.wait_for_timeout(WAIT_S * 1000)
        for theme in looks.THEMES:
            for name, path in PAGES.items():
                page.goto(f"{program.address}{path}{'&' if '?' in path else '?'}theme={theme}")
                page.wait_for_selector("h1", timeout=40000)
                page.wait_for_selector(f"html[data-theme={theme}]", state="attached")
                page.wait_for_timeout(2500)
                for size in looks.SIZES:
                    looks.resize(page, size)
                    page.wait_for_timeout(500)
                    page.screenshot(path=str(out / f"{name}-{size}-{theme}.png"))
                print(out / f"{name}-*-{theme}.png", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME / "var" / "screenshots")
