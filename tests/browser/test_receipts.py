"""Whether a tap was taken in: what the page says of it while answers are slow, lost or come twice. Python is played here."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from tests.browser import harness
from tests.browser.harness import Open

pytestmark = pytest.mark.browser
STEPS = 45
WAITED_MS = 5000


class Station:
    """The other end: what it took in, and what of that has reached the browser."""

    def __init__(self, page: Any) -> None:
        self.page, self.frame, self.seq = page, harness.frame("room_calm") | {"trend": None}, itertools.count(1)
        self.taken: list[str] = []
        self.heard: list[str] = []
        self.told: set[str] = set()
        self.tapped: dict[str, tuple[float, bool]] = {}

    def answers(self, done: list[str]) -> None:
        self.heard = done
        self.told |= set(done)
        frame = self.frame | {"seq": next(self.seq)}
        self.page.evaluate("([frame, done]) => feed(frame, undefined, false, null, done)", [frame, done])

    def now(self) -> float:
        found: float = self.page.evaluate("performance.now()")
        return found

    def tap(self, value: int, arrives: bool) -> None:
        cut = self.page.locator(".im[data-cut]").count() > 0
        self.page.locator(".tap.comf .value").nth(value).dispatch_event("click")
        nonce = self.page.evaluate("acts.at(-1)[1].nonce")
        self.tapped[nonce] = self.now(), cut
        if arrives:
            self.taken.append(nonce)
        self.page.clock.fast_forward(800)

    def goes_by(self) -> None:
        """Six seconds with frames, but no answer of a run: what was said before is said again."""
        for _ in range(4):
            self.page.clock.fast_forward(1500)
            self.answers(self.heard)

    def owed(self) -> bool:
        """Whether something that was tapped is waited for in vain."""
        late = self.now() - WAITED_MS
        return any(nonce not in self.told and (cut or at < late) for nonce, (at, cut) in self.tapped.items())


def test_not_confirmed_stands_for_what_nobody_answered_and_never_for_what_was_taken_in(blank: Open, address: str) -> None:
    chance, seen = random.Random(16), set()
    page = blank((1280, 800), color_scheme="dark")  # a page of its own: the clock that is put in stays
    page.clock.install()
    harness.opens(page, address, "room", held=False)
    station = Station(page)
    station.answers([])
    page.wait_for_selector(".im .page", state="visible")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5)  # from here on time goes by as it is told, on every machine alike
    station.answers([])
    for step in range(STEPS):
        match chance.choice(("tap", "tap", "lost", "answer", "answer", "again", "old", "waits", "cut")):
            case "tap":
                station.tap(step % 11, arrives=True)
            case "lost":
                station.tap(step % 11, arrives=False)
            case "answer":
                station.answers(list(station.taken))
            case "again":
                station.answers([*station.taken, *station.taken])
            case "old":  # one that was on the way for long
                station.answers(station.taken[: chance.randint(0, len(station.taken))])
            case "waits":
                station.goes_by()
            case "cut":
                page.clock.fast_forward(4000)
                page.wait_for_selector(".im[data-cut]")
        stands = page.locator(".unanswered").is_visible()
        assert stands == station.owed(), step
        seen.add((stands, bool(set(station.tapped) - set(station.taken))))
        if stands and chance.random() < 0.2:
            page.locator(".unanswered button").dispatch_event("click")
            station.told |= {n for n, (at, cut) in station.tapped.items() if cut or at < station.now() - WAITED_MS}
    assert len(seen) > 2
    station.answers(list(station.tapped))
    assert not page.locator(".unanswered").is_visible()
