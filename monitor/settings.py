"""What a station is set up with: its rooms, its protocol, its store. The rooms file is data that a clinic edits."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from monitor.access import Role
from monitor.colours import Colours, Theme, wrong_with
from monitor.events import Level
from monitor.names import good_name, likeness
from monitor.sources.source import BadFile
from monitor.units import read_seconds
from monitor.yamlmarks import read_yaml, validated

HOME = Path(__file__).resolve().parent.parent
SAMPLE_DATA = HOME / "sample_data"
ROOMS = SAMPLE_DATA / "rooms.yaml"
EXAMPLE_PROTOCOL = SAMPLE_DATA / "protocols" / "example.yaml"
STORE_VARIABLE = "INFUSION_STORE"
ROOMS_VARIABLE = "INFUSION_ROOMS"

PLAYED_MOST_S = 3 * 3600
"""How far a demo can be played before anybody sees it; a minute of it takes some milliseconds."""

Mode = Literal["training", "ward"]
Name = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(good_name)]


class Demo(BaseModel):
    """A session that opens and starts by itself in an empty room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alias: Name
    scenario: str | None = None
    recording: str | None = None
    seed: int = Field(default=1, ge=0, le=2**31)
    speed: float = Field(default=1.0, gt=0, le=60)
    watcher: str = Field(default="", max_length=80)
    at: Annotated[int, BeforeValidator(read_seconds)] = 0
    """The second since its opening to which it is played before anybody sees it: for the first session of a room alone."""
    starts: bool = True
    """False: the patient stays ready until somebody starts the infusion."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.scenario is None) == (self.recording is None):
            raise ValueError("give either a scenario or a recording")
        if self.at > PLAYED_MOST_S:
            raise ValueError(f"at goes up to {PLAYED_MOST_S // 3600} h; what comes before it is played when the program starts")
        if self.at and self.speed != 1.0:
            raise ValueError("give either at or a speed: the clock times before at count back in real time")
        return self


class RoomSet(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    room: Name
    demo: Demo | None = None


class Alarms(BaseModel):
    """How long the audio pause lasts and what sounds through it, and how often what still stands is called to mind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pause_s: int = Field(default=120, ge=30, le=300)
    new_room: Literal[Level.HIGH, Level.MEDIUM] = Level.MEDIUM
    """From which level on a new prompt sounds through a pause in a room where nothing as high called when it was pressed."""
    reminder_min: int = Field(default=2, ge=1, le=10)


class Training(BaseModel):
    """How this station trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: bool = False
    """Whether runs may be kept under names. Codes otherwise."""
    instructor_code: Annotated[SecretStr, Field(min_length=4, max_length=40)] | None = None
    """Asked for at the instructor's desk."""


Roles = Annotated[tuple[Role, ...], BeforeValidator(lambda given: [given] if isinstance(given, str) else given), Field(min_length=1)]


class OpenId(BaseModel):
    """Where people sign in who have no account of this computer: a provider whose address and secrets are in secrets.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Name
    """What people call it, as the button says."""
    name: str = Field(default="name", min_length=1, max_length=80)
    """The claim that signs what is charted."""
    groups: str = Field(default="groups", min_length=1, max_length=80)
    """The claim that roles follow from."""
    roles: dict[str, Roles] = Field(min_length=1)
    """Which roles a value of that claim gives."""


class WardMode(BaseModel):
    """What a station in ward mode is held to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest_h: int = Field(default=12, ge=1, le=12)
    """After so many hours whoever signed in signs in again."""
    idle_min: int = Field(default=10, ge=1, le=60)
    """After so many minutes without a touch or a key a screen locks."""
    signature_s: int = Field(default=60, ge=10, le=300)
    """How long a PIN at a shared station signs, from the PIN or the last entry on."""
    clock_kept_by: str = Field(default="", max_length=80)
    """What keeps this computer's clock where the system itself cannot say, such as the host of a virtual machine."""
    openid: OpenId | None = None
    """Sign-in by OpenID Connect. Without it there are the accounts of this computer alone."""


class Rooms(BaseModel):
    """A rooms file: at most 24 rooms, in the order of the wall."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: Name
    protocol: str
    recordings: str = "recordings"
    """The folder of the recordings that can be checked in, relative to the rooms file, else to sample_data."""
    zone: str | None = None
    theme: Theme = "dark"
    colours: Colours = Field(default_factory=dict)
    alarms: Alarms = Alarms()
    training: Training = Training()
    mode: Mode = "training"
    ward: WardMode = WardMode()
    rooms: tuple[RoomSet, ...] = Field(min_length=1, max_length=24)

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [r.room for r in self.rooms]
        alike = [likeness(name) for name in names]
        twice = [names[i] for i, one in enumerate(alike) if one in alike[:i]]
        if twice:
            raise ValueError(f"two rooms are called {twice[0]}, or look so")
        shown = [r.room for r in self.rooms if r.demo is not None]
        if self.mode == "ward" and shown:
            raise ValueError(f"room {shown[0]} has a demo; in ward mode no room opens one")
        return self

    def room(self, name: str) -> RoomSet | None:
        return next((r for r in self.rooms if r.room == name), None)


def load_rooms(path: Path) -> Rooms:
    """A rooms file with every file that it names in reach. Raises BadFile with file and line."""
    data, lines = read_yaml(path)
    rooms = validated(Rooms, data, lines, str(path))
    if beside(path, rooms.protocol) is None:
        raise BadFile(str(path), lines.line(("protocol",)), f"names the protocol {rooms.protocol}, which is not there")
    for n, room in enumerate(rooms.rooms):
        for key in ("scenario", "recording"):
            named = getattr(room.demo, key) if room.demo else None
            if named is not None and beside(path, named) is None:
                at = lines.line(("rooms", n, "demo", key))
                raise BadFile(str(path), at, f"names the {key} {named}, which is not there")
    if folder_beside(path, rooms.recordings) is None:
        raise BadFile(str(path), lines.line(("recordings",)), f"names the folder {rooms.recordings}, which is not there")
    for theme, colours in rooms.colours.items():
        for parameter, colour in colours.items():
            wrong = wrong_with(theme, colour)
            if wrong is not None:
                raise BadFile(str(path), lines.line(("colours", theme, parameter)), f"colours.{theme}.{parameter}: {wrong}")
    if rooms.zone is not None:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(rooms.zone)
        except (KeyError, ValueError, OSError):
            raise BadFile(str(path), lines.line(("zone",)), f"names the time zone {rooms.zone}, which is unknown") from None
    return rooms


def beside(file: Path, named: str) -> Path | None:
    """A file named in another one: relative to it, else to sample_data; None where there is none."""
    return _named(file, named, Path.is_file)


def folder_beside(file: Path, named: str) -> Path | None:
    """The same for a folder."""
    return _named(file, named, Path.is_dir)


def _named(file: Path, named: str, wanted: Callable[[Path], bool]) -> Path | None:
    for folder in (file.parent, SAMPLE_DATA):
        with suppress(OSError, ValueError):  # a name that no file can have
            found = (folder / named).resolve()
            if wanted(found):
                return found
    return None


def rooms_path() -> Path:
    return Path(os.environ.get(ROOMS_VARIABLE) or ROOMS)


def store_url() -> str:
    return os.environ.get(STORE_VARIABLE) or f"sqlite:///{HOME / 'var' / 'training.db'}"
