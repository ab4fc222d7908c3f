"""Every page in every state at every size and zoom: ``make looks`` prints each fault of its look, and how many there are.

``python -m tests.browser.survey [--sizes=1920,1280] [NAME ...]``: names choose states by a part of their name.
"""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.browser import harness, looks
from tests.browser.form_frames import FORMS

Frame = dict[str, Any]

ALIAS = "Nachtigall-Reihersdorf-von-Bergengruen-9"
"""Forty letters."""
LOST = {"ok": False, "text": "NOT BEING ASSESSED", "sub": "evaluator silent since 14:21:05"}
PHASES = {
    "ready": {"icon": "check", "chip": "Ready", "text": "", "bold": "", "after": ""},
    "running": {"icon": "run", "chip": None, "text": "min ", "bold": "22", "after": " of 40"},
    "paused": {"icon": "pause", "chip": "Paused 2:10", "text": "min ", "bold": "17", "after": " of 40"},
    "recovery": {"icon": "recovery", "chip": "Recovery 38 min", "text": "of ", "bold": "60", "after": ""},
}


@dataclass
class State:
    """One picture: what is fed, and what is pressed before it is looked at."""

    name: str
    frame: Frame
    form: Frame | None = None
    display: bool = False
    press: tuple[str, ...] = ()
    """Selectors that are pressed one after the other, at each size, where they can be seen."""
    cut: bool = False
    own: bool = False
    """In a window of its own: what it does to the window stays."""
    narrow: bool = False
    """Only where a phone shows a room in parts."""


def strained(phase: str) -> Frame:
    """A high prompt above three others, before a checklist that is open; five options, as many as a rule offers."""
    frame = harness.frame("room_strained") | {"trend": None, "phase": PHASES[phase]}
    first = frame["prompts"][0]
    first["first"] = ["Go to the patient. Call for help.", "Stop the infusion.", "Head and airway, oxygen, cuff and pulse."]
    first["options"].append({"id": "drug", "label": "Antiemetic of another class", "opens": True})
    title = "Before discharge" if phase == "recovery" else "Before the infusion"
    frame["checklist"] = harness.frame("room_ready")["checklist"] | {"title": title}
    return frame


def ward(rooms: int, name: str = "wall_states") -> Frame:
    """That many rooms, each state once where there are enough."""
    frame = harness.frame(name)
    tiles = frame["tiles"]
    frame["tiles"] = [copy.deepcopy(tiles[n % len(tiles)]) | {"room": str(n + 1)} for n in range(rooms)]
    return frame


def named(frame: Frame) -> Frame:
    """Every patient has an alias of forty letters."""
    frame = copy.deepcopy(frame)
    for tile in frame.get("tiles", ()):
        if tile["alias"]:
            tile["alias"] = ALIAS
    if frame["page"] == "room":
        frame["title"] = f"Room 12 · {ALIAS}"
    if frame.get("banner"):
        frame["banner"]["where"] = f"Room 12 {ALIAS}"
    return frame


def undone(frame: Frame) -> Frame:
    for tile in frame["tiles"]:
        if tile.get("scores"):
            tile["undo"] = {"label": "Undo", "at": "comfort 10", "act": {"do": "undo", "room": tile["room"], "seq": 9}}
    return frame


def drilled(frame: Frame) -> Frame:
    button = frame["alarm"]["button"]
    steer = [button | {"label": label, "aria": None, "why": None} for label in ("Pause", "1x", "5x", "20x", "Next question", "End…")]
    heard = {"head": "Room D1", "text": "I feel strange, everything is far away and I am cold. Is that how it should be?"}
    bar = {"title": "Faint after the cannula", "sub": "T-07 · run 3 · a drill for one nurse", "clock": "12:04 of 40:00", "controls": steer, "heard": heard}
    return frame | {"drill": bar | {"ask": button | {"label": "Ask the patient", "aria": None, "why": None}}}


def locked(frame: Frame) -> Frame:
    words = "Names and charting are hidden. Numbers, prompts, sounds and the emergency go on."
    return frame | {"lock": {"head": "Locked", "text": "Who is here?", "sub": words, "shared": True, "stays": []}}


def over(frame: Frame, rooms: int) -> Frame:
    """The ward's head on a page that is Streamlit's own."""
    others = harness.frame("room_strained")["rooms"]
    alarm = harness.frame("wall_states")["tiles"][0]["emergency"]
    return frame | {
        "page": "page",
        "title": "Instructor's desk",
        "rooms": [{**others[n % len(others)], "room": str(n + 1), "here": False} for n in range(rooms)],
        "emergencies": [alarm | {"label": str(n + 1), "aria": f"Emergency, room {n + 1}"} for n in range(rooms)],
    }


def states() -> Iterator[State]:
    frames = sorted(path.stem for path in (harness.HERE / "frames").glob("*.json"))
    for name in frames:
        yield State(name, harness.frame(name))
    for rooms in (1, 2, 3, 6, 8, 16):
        yield State(f"wall of {rooms}", ward(rooms))
    yield State("wall of 6, strained", ward(6, "wall_strained"))
    yield State("wall, long aliases", named(harness.frame("wall_states")))
    yield State("wall of 6, long aliases", named(ward(6)))
    yield State("wall, undo", undone(harness.frame("wall_calm")))
    yield State("wall, display", harness.frame("wall_states"), display=True, own=True)
    yield State("wall, not assessed, strained", harness.frame("wall_strained") | {"assessed": LOST, "banner": None})
    yield State("wall, score pad", harness.frame("wall_states"), press=(".tile .log-button, .tile .score.comf",))
    yield State("wall, sound menu", harness.frame("wall_states"), press=(".status.sound",))
    yield State("wall, signs", harness.frame("wall_states"), press=(".help",))
    yield State("wall, cut off", harness.frame("wall_strained"), cut=True)
    for name in ("wall_calm", "wall_states", "wall_not_assessed", "wall_strained"):
        yield State(f"page, {name}", over(harness.frame(name), 12))
    yield State("page, one room", over(harness.frame("wall_states"), 1))
    yield State("page, choice of emergency", over(harness.frame("wall_states"), 12), press=(".emergencies > .button",))
    yield State("page, cut off", over(harness.frame("wall_strained"), 12), cut=True)
    yield State("page, drill", drilled(over(harness.frame("wall_states"), 2)))
    yield State("page, form", over(harness.frame("wall_states"), 12), form=FORMS["note"])
    for name in ("wall_states", "room_medium"):
        yield State(f"{name}, locked", locked(harness.frame(name)))
        yield State(f"{name}, locked, keypad", locked(harness.frame(name)), press=(".lock .button",))
        yield State(f"{name}, drill", drilled(harness.frame(name)))
    yield State("wall, full screen", harness.frame("wall_states"), press=(".menu .button:nth-last-child(2)",), own=True)
    for phase in PHASES:
        yield State(f"room, {phase}, four prompts", strained(phase))
        yield State(f"room, {phase}, emergency", strained(phase) | {"emergency": harness.frame("room_emergency")["emergency"]})
    yield State("room, checklist open", strained("ready"), press=(".checks .panel-head .button",))
    yield State("room, long alias", named(harness.frame("room_strained")))
    yield State("room, not assessed", named(harness.frame("room_strained")) | {"assessed": LOST})
    yield State("room, reasons", harness.frame("room_medium"), press=(".answer .button:last-child",))
    yield State("room, table", harness.frame("room_medium"), press=(".trend .choices .button:last-child",))
    yield State("room, sound menu", harness.frame("room_calm"), press=(".status.sound",))
    yield State("room, signs", harness.frame("room_calm"), press=(".help",))
    yield State("room, cut off", harness.frame("room_strained"), cut=True)
    for part in ("log", "trend", "infusion", "events"):
        yield State(f"room, {part}", harness.frame("room_strained"), press=(f".tab:nth-child({['now', 'log', 'trend', 'infusion', 'events'].index(part) + 1})",), narrow=True)
    for name, form in FORMS.items():
        yield State(f"room, form {name}", harness.frame("room_strained") | {"trend": None}, form=form)
        yield State(f"wall, form {name}", harness.frame("wall_states"), form=form)
    yield State("room, form folded", harness.frame("room_medium") | {"trend": None}, form=FORMS["order"], press=(".plight",))


SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FEED = "([frame, display, form]) => feed(frame, undefined, display, form)"
Told = Callable[[str, str, list[Any]], None]


class Windows:
    """One window for each kind of page and zoom, whatever is shown in it; a display has one of its own, because it stays one."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.pages: dict[Any, Any] = {}
        self.shown = 0

    def show(self, state: State, zoom: int) -> Any:
        """Another patient each time: nothing that was opened for the one before is left."""
        kind = state.frame["page"].replace("ward", "wall")
        key = (kind, zoom, state.name if state.own else None)
        page = self.pages.get(key)
        if page is None:
            page = self.pages[key] = self.browser.new_page(device_scale_factor=zoom)
            harness.opens(page, self.address, kind)
        self.shown += 1
        page.evaluate(FEED, [state.frame | {"session": self.shown, "seq": f"shown {self.shown}"}, state.display, state.form])
        page.wait_for_selector(".im .page", state="visible", timeout=90000)
        if state.cut:
            harness.passes(page, harness.CUT_MS)
            page.wait_for_selector(".im[data-cut]", timeout=90000)
        return page


def look(page: Any, state: State, size: str, told: Told) -> None:
    """At one size: as it is, on each page of rooms where there are several."""
    page.evaluate(SETTLED)
    turns = page.locator(".page-button:visible").count() if state.frame["page"] == "ward" and not state.form and not state.press else 0
    for n in range(max(1, turns)):
        if n:
            page.locator(".page-button").nth(n).evaluate("node => node.click()")
            page.evaluate(SETTLED)
        for fault in looks.faults(page):
            told(state.name, size, fault)
    if turns:
        page.locator(".page-button").first.evaluate("node => node.click()")


def pressed(page: Any, state: State) -> bool:
    for selector in state.press:
        found = page.locator(f":is({selector}):visible")
        if not found.count():
            return False
        found.first.evaluate("node => node.click()")
        page.evaluate(SETTLED)
    return True


def survey(browser: Any, address: str, states: Iterator[State], sizes: list[str], told: Told) -> None:
    windows = Windows(browser, address)
    for state in states:
        for zoom in (1, 2):
            chosen = [size for size in sizes if looks.ZOOMED[size][2] == zoom and (not state.narrow or looks.ZOOMED[size][0] <= 620)]
            for part in [[size] for size in chosen] if state.press else [chosen] if chosen else []:
                page = windows.show(state, zoom)
                for size in part:
                    looks.resize(page, size)
                    if pressed(page, state):
                        look(page, state, size, told)
        for key in [key for key in windows.pages if key[2]]:
            windows.pages.pop(key).close()


def running_program(names: list[str], sizes: list[str], told: Told) -> None:
    """Each page of the program at work."""
    from tests.browser import screenshots

    with screenshots.at_work() as (browser, address, run):
        for name in names:
            for zoom in (1, 2):
                chosen = [size for size in sizes if looks.ZOOMED[size][2] == zoom]
                if not chosen:
                    continue
                page = browser.new_page(device_scale_factor=zoom)
                screenshots.opened(page, address, name, run)
                for size in chosen:
                    looks.resize(page, size)
                    for fault in settled(page):
                        told(f"program, {name}", size, fault)
                page.close()


def settled(page: Any) -> list[Any]:
    """What is still wrong at a second look: a page of the program may be in the middle of a change."""
    for _ in range(4):
        found = looks.faults(page)
        if not found:
            break
        page.wait_for_timeout(400)
    return found


def main(words: list[str]) -> int:
    sizes = next((word[8:].split(",") for word in words if word.startswith("--sizes=")), list(looks.ZOOMED))
    names = [word for word in words if not word.startswith("--")]
    from tests.browser.screenshots import SHOTS

    kinds: Counter[str] = Counter()

    def told(state: str, size: str, fault: list[Any]) -> None:
        kinds[fault[0]] += 1
        print(f"{state} | {size} | {fault[0]} | {' '.join(map(str, fault[1:]))}", flush=True)

    with harness.serve() as address, harness.chromium() as browser:
        survey(browser, address, (one for one in states() if not names or any(name in one.name for name in names)), sizes, told)
    shots = [name for name in SHOTS if not names or any(part in f"program, {name}" for part in names)]
    if shots:
        running_program(shots, sizes, told)
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    print(f"{kinds.total():6} faults")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
