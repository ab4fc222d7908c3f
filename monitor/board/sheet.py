"""A debrief as one self-contained HTML file: to keep, to print, to scrub. Nothing in it is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from monitor.board import words
from monitor.board.face import tokens
from monitor.board.frame import Frame
from monitor.language import say
from monitor.units import span

HERE = Path(__file__).parent

WIDTH, LEFT, RIGHT = 1200, 132, 1170
LETTER = 7.0
"""About how wide a letter of the 13 px type is."""
ROW = 18
OTHERS = {"protocol-nurse": "nurse", "nobody": "nobody"}
WORDS = {
    "none": say("no value"), "old": say("{age} old"), "effect": say("effect site {level} ng/mL"), "prompts": say("prompts:"),
    "unseen": say("prompts, not shown:"), "last": say("last entry"), "play": say("Play"), "pause": say("Pause"),
}  # fmt: skip
"""For the page's own script."""

Points = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Mark:
    """Something at a moment with its words; ``row`` is chosen so that no words overlap."""

    x: float
    row: int
    text: str
    kind: str = ""
    until: float = 0.0
    before: bool = False
    """The words stand before the mark, where the line ends."""


@dataclass(frozen=True)
class Lane:
    label: str
    top: float
    height: float
    kind: str
    paths: tuple[tuple[str, str], ...] = ()
    """Class and path."""
    marks: tuple[Mark, ...] = ()
    rules: tuple[tuple[float, str], ...] = ()
    """Height and label of a horizontal line."""


def sheet(frame: Frame) -> str:
    """The whole page."""
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["span"] = lambda at: "–" if at is None else span(at)
    rooms = [(room, _lanes(room), _scale(room["ends"])) for room in frame["rooms"]]
    template = made.from_string((HERE / "sheet.html").read_text(encoding="utf-8"))
    sizes = {"width": WIDTH, "left": LEFT, "right": RIGHT, "row": ROW}
    return template.render(f=frame, rooms=rooms, tokens=tokens(), status=words.STATUS, say=say, words=WORDS, **sizes)


def _scale(ends: int) -> list[tuple[float, str]]:
    """Where five-minute lines stand, and what they say."""
    return [(_x(at, ends), span(at)) for at in range(0, ends + 1, 300 if ends <= 7200 else 900)]


def _x(at: float, ends: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * at / max(1, ends), 1)


def _lanes(room: Frame) -> list[Lane]:
    """From top to bottom, each as high as it needs."""
    lanes: list[Lane] = []

    def add(label: str, height: float, kind: str, make: Callable[[float, float], Lane]) -> None:
        top = lanes[-1].top + lanes[-1].height + 8 if lanes else 24.0
        lanes.append(make(top, height))

    ends = room["ends"]
    add(say("BP mmHg"), 150, "bp", lambda top, height: _pressure(room, top, height))
    add(say("HR, SpO2"), 100, "stream", lambda top, height: _streams(room, top, height))
    add(say("Effect site"), 90, "truth", lambda top, height: _effect(room, top, height))
    add(say("Rate"), 30, "rate", lambda top, height: _rate(room, top, height))
    add(say("Scores"), 70, "scores", lambda top, height: _scores(room, top, height))
    said = [
        (x["at"], x["ended"] or ends, f"{x['rule']} {x['title']}", x["kind"] if x["kind"] == "technical" else x["priority"])
        for x in room["prompts"]
    ]
    add(say("Prompts"), 0, "prompts", lambda top, _: _marked(say("Prompts"), top, ends, said))
    nurse = next((x["deeds"] for x in room["others"] if x["policy"] == "protocol-nurse"), None)
    if nurse is not None:
        add(
            say("Nurse"),
            0,
            "deeds",
            lambda top, _: _marked(say("Protocol nurse"), top, ends, [(d["at"], 0, d["text"], "") for d in _told(nurse)]),
        )
    own = [(d["at"], 0, _deed(d), "wrong" if d["wrong"] else "") for d in _told(room["deeds"])]
    add(say("Trainee"), 0, "deeds", lambda top, _: _marked(say("Trainee"), top, ends, own))
    injected = [(x["at"], 0, x["text"], "") for x in room["injected"]]
    if injected:
        add(say("Injected"), 0, "deeds", lambda top, _: _marked(say("Injected"), top, ends, injected))
    looks = "".join(f"M{_x(at, ends)} {{top}}v14" for at in room["looks"])
    add(
        say("Looked"),
        18,
        "looks",
        lambda top, height: Lane(say("Looked"), top, height, "looks", (("look", looks.replace("{top}", str(top + 2))),)),
    )
    return lanes


def _told(deeds: Iterable[Frame]) -> list[Frame]:
    """Deeds for the time line: what was charted again and again stands in the event table."""
    return [d for d in deeds if d["mark"] or not all(t.startswith(("charted", "checked", "observed")) for t in d["tasks"])]


def _deed(deed: Frame) -> str:
    mark = words.STATUS.get(deed["mark"], deed["mark"].split(".")[0])
    text = deed["text"].partition(" (")[0]
    return f"{text}: {mark}" if mark else text


def _y(value: float, low: float, high: float, top: float, height: float) -> float:
    inside = min(high, max(low, value))
    return round(top + height * (high - inside) / (high - low), 1)


def _line(points: Points, ends: int, low: float, high: float, top: float, height: float) -> str:
    return "".join(f"{'M' if n == 0 else 'L'}{_x(at, ends)} {_y(v, low, high, top, height)}" for n, (at, v) in enumerate(points))


def _pressure(room: Frame, top: float, height: float) -> Lane:
    ends, box = room["ends"], (50.0, 210.0, top, height)
    bars = "".join(
        f"M{x - 4} {a}h8M{x} {a}V{b}M{x - 4} {b}h8"
        for at, sys, dia, _ in room["cuff"]
        for x, a, b in [(_x(at, ends), _y(sys, *box), _y(dia, *box))]
    )
    paths = [
        (say("{part} ghost", part=OTHERS[x["policy"]]), _line(x["true_sys"], ends, *box)) for x in room["others"] if x["policy"] in OTHERS
    ]
    paths += [("true", _line(room["true_sys"], ends, *box)), ("cuff", bars)]
    limits = [x for x in room["limits"] if x["of"] == "nibp_sys"]
    rules = [(_y(float(v), *box), say("limit {v:g}", v=v)) for x in limits for k, v in x.items() if k != "of"]
    rules += [(_y(v, *box), f"{v}") for v in (80, 120, 160, 200)]
    return Lane(say("BP mmHg"), top, height, "bp", tuple(paths), rules=tuple(rules))


def _streams(room: Frame, top: float, height: float) -> Lane:
    paths = []
    for name, low, high in (("hr", 30.0, 190.0), ("spo2", 70.0, 100.0)):
        values = room["streams"].get(name, [])
        paths.append((name, _broken(values, room["stream_step_s"], room["ends"], low, high, top, height)))
    return Lane(say("HR, SpO2"), top, height, "stream", tuple(paths))


def _broken(values: Sequence[float | None], step: int, ends: int, low: float, high: float, top: float, height: float) -> str:
    """A line that stops where nothing came."""
    drawn, pen = [], "M"
    for n, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{_x(n * step, ends)} {_y(value, low, high, top, height)}")
        pen = "L"
    return "".join(drawn)


def _effect(room: Frame, top: float, height: float) -> Lane:
    others = [x for x in room["others"] if x["policy"] in OTHERS]
    most = max((v for x in [room, *others] for _, v in x["effect"]), default=100.0)
    box = (0.0, max(50.0, most * 1.1), top, height)
    paths = [(say("{part} ghost", part=OTHERS[x["policy"]]), _line(x["effect"], room["ends"], *box)) for x in others]
    paths.append(("true", _line(room["effect"], room["ends"], *box)))
    return Lane(say("Effect site ng/mL"), top, height, "truth", tuple(paths), rules=((_y(most, *box), f"{most:.0f}"),))


def _rate(room: Frame, top: float, height: float) -> Lane:
    ends = room["ends"]
    most = max((v for _, v in room["rate"]), default=1.0) or 1.0
    marks, area = [], []
    for (begin, value), (end, _) in pairwise([*room["rate"], [ends, 0.0]]):
        if value:
            tall = round((height - 6) * value / most, 1)
            area.append(f"M{_x(begin, ends)} {top + height}v{-tall}H{_x(end, ends)}v{tall}z")
            marks.append(Mark(_x(begin, ends) + 4, 0, f"{value:g}"))
    return Lane(say("Rate mg/kg/h"), top, height, "rate", (("rate", "".join(area)),), tuple(marks))


def _scores(room: Frame, top: float, height: float) -> Lane:
    paths = []
    for name in ("dissociation", "comfort", "anxiety", "nausea"):
        points = room["scores"].get(name, [])
        dots = "".join(f"M{_x(at, room['ends'])} {_y(v, -1.0, 11.0, top, height)}h.1" for at, v in points)
        paths.append((say("score {name}", name=name), dots))
    return Lane(say("Scores 0 to 10"), top, height, "scores", tuple(paths))


def _marked(label: str, top: float, ends: int, marks: Iterable[tuple[float, float, str, str]]) -> Lane:
    """Marks in as few rows as their words allow; words that would leave the page stand before their mark."""
    rows: list[float] = []
    placed = []
    for at, until, text, kind in sorted(marks):
        x, wide = _x(at, ends), len(text) * LETTER + 14
        before = x + wide > RIGHT
        begin, end = (x - wide, x) if before else (x, x + wide)
        stretch = _x(until, ends) if until else 0.0
        row = next((n for n, taken in enumerate(rows) if taken <= begin), len(rows))
        rows[row : row + 1] = [max(end, stretch) + 6]
        placed.append(Mark(x, row, text, kind, stretch, before))
    return Lane(label, top, max(1, len(rows)) * ROW + 4, "marks", marks=tuple(placed))
