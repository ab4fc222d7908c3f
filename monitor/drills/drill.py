"""A drill: one room and a scenario, or a shift of up to six rooms with staggered starts. YAML that an educator writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from monitor.settings import SAMPLE_DATA, beside
from monitor.simulator import scenario as scenarios
from monitor.simulator.parts import Part, Seconds, Text
from monitor.simulator.scenario import Scenario, load_scenario
from monitor.yamlmarks import BadFile, read_yaml, validated

FOLDER = SAMPLE_DATA / "drills"
ALONE_S = 90 * 60
"""How long a scenario that is played by itself lasts, or to a quarter of an hour after the last that it expects."""
AFTERWARDS_S = 15 * 60
ALIASES = ("Heron", "Maple", "Otter", "Cedar", "Lark", "Birch")

Name = Annotated[str, Field(min_length=1, max_length=40)]


class DrillRoom(Part):
    scenario: Name
    alias: Name = ""
    starts: Seconds | None = None
    """When the infusion starts, from the beginning of the drill; as the scenario says where it is left out."""


class Drill(Part):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    title: Text
    """A trainee sees it before the drill: it says how many and who, not what will happen."""
    summary: str = Field(default="", max_length=1000)
    """For the instructor."""
    briefing: tuple[Text, ...] = ()
    minutes: int = Field(default=60, ge=5, le=240)
    rooms: tuple[DrillRoom, ...] = Field(min_length=1, max_length=6)
    goals: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _within(self) -> Drill:
        late = next((r for r in self.rooms if r.starts is not None and r.starts >= self.minutes * 60), None)
        if late is not None:
            raise ValueError(f"a room of {late.scenario} would start after the drill's end")
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """A room of a drill with its scenario read."""

    room: str
    alias: str
    file: Path
    scenario: Scenario
    starts_s: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A drill with everything that it names in hand."""

    drill: Drill
    places: tuple[Place, ...]

    @property
    def ends_s(self) -> int:
        return self.drill.minutes * 60


def load_drill(name: str, folder: Path = FOLDER) -> Planned:
    """A drill by its id or file, or a single scenario by its own as a drill of one room. Raises BadFile with file and line."""
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
        data, _ = read_yaml(path)
        return _read(path) if isinstance(data, dict) and "rooms" in data else _alone(path)
    known, single = ids(folder), scenarios.ids()
    if name in known:
        return _read(folder / f"{name}.yaml")
    if name in single:
        return _alone(scenarios.find_scenario(name))
    raise BadFile(name, None, f"there is no drill or scenario of this name; drills are {', '.join(known)}; scenarios {', '.join(single)}")


def ids(folder: Path = FOLDER) -> list[str]:
    """The ids of the drills in a folder (each file is named by its id)."""
    return sorted(p.stem for p in folder.glob("*.yaml"))


def _read(path: Path) -> Planned:
    data, lines = read_yaml(path)
    drill = validated(Drill, data, lines, str(path))
    if drill.id != path.stem:
        raise BadFile(str(path), lines.line(["id"]), f"the id {drill.id!r} differs from the file's name; make them one")
    places = []
    for n, room in enumerate(drill.rooms):
        named = room.scenario if room.scenario.endswith((".yaml", ".yml")) else f"scenarios/{room.scenario}.yaml"
        file = beside(path, named)
        if file is None:
            raise BadFile(str(path), lines.line(("rooms", n, "scenario")), f"names the scenario {room.scenario}, which is not there")
        played = load_scenario(file)
        starts = room.starts if room.starts is not None else played.order.start
        places.append(Place(f"D{n + 1}", room.alias or ALIASES[n], file, played, starts))
    return Planned(drill, tuple(places))


def _alone(path: Path) -> Planned:
    played = load_scenario(path)
    start = played.order.start
    last = max((c.ends + (start if c.counted == "start" else 0) for c in played.critical), default=0)
    minutes = -(-max(ALONE_S, last + AFTERWARDS_S) // 60)
    rooms = (DrillRoom(scenario=played.id),)
    drill = Drill(id=played.id, title="One patient", summary=played.summary, minutes=minutes, rooms=rooms, goals=played.goals)
    return Planned(drill, (Place("D1", ALIASES[0], path, played, start),))
