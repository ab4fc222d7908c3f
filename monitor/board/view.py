"""One session as a screen needs it: its state, its recent samples, and which second it is for the person looking."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from monitor import clock
from monitor import events as e
from monitor.colours import Colours
from monitor.commands.vacant import Vacant
from monitor.language import say
from monitor.protocol.conditions import Vital, walk
from monitor.protocol.document import Document, Rule
from monitor.session import Prompt, SessionState
from monitor.settings import Alarms
from monitor.store import packing
from monitor.vitals import CUFF, WAVES, Beats, CuffReading, Numeric, Quality, Signal, Window

TREND_STEP_S = 5
TREND_S = 60 * 60
MINUTE_S = 60
MINUTES = 24 * 60
"""Beyond the last hour a trend has one value a minute, for a day at most."""
SPARK_S = 30 * 60
JOURNAL = 400
BEATS_S = 20
"""As many seconds of waves fill the widest sweep at its slowest."""
BEAT_LOST_S = 2.5
"""A heartbeat older than this means that nobody is assessing: one comes every second, and a screen says so within three."""
BEAT_CALLED_S = 6.0
"""From this age on it also sounds: by then another evaluator would have taken over."""
GRACE_S = 2.0
"""How late the evaluator may be before the ages on the screen run on by themselves."""


@dataclass(slots=True)
class Anchor:
    """From this second on, session time went ``speed`` seconds a wall second."""

    tick: int
    wall: datetime
    speed: float


@dataclass(slots=True)
class View:
    """The follower keeps one for each open session and pushes what is new."""

    session: int
    state: SessionState
    window: Window
    at: int = -1
    journal: deque[e.Logged] = field(default_factory=lambda: deque(maxlen=JOURNAL))
    anchors: list[Anchor] = field(default_factory=list)
    trend: dict[Signal, deque[tuple[int, float | None]]] = field(default_factory=dict)
    """Per signal, one value every five seconds (the last one in them), None where there was none."""
    minutes: dict[Signal, deque[tuple[int, float | None]]] = field(default_factory=dict)
    """The same for every minute since the opening."""
    beats: deque[tuple[int, Beats | None]] = field(default_factory=lambda: deque(maxlen=BEATS_S))
    """What the waves of the last seconds are drawn from, where the source simulates."""
    standing: str = ""
    """Why session time stands still, while it does."""
    peaks: tuple[CuffReading, ...] = ()
    """The cuff's readings with the highest systolic and the highest diastolic pressure so far: the window forgets, this does not."""

    @property
    def failed(self) -> bool:
        """Whether it does because something failed in this room, so that nobody assesses it while the others go on."""
        return bool(self.state.fault)

    @property
    def stood_since(self) -> datetime:
        """The wall time at which the pace was last set."""
        return self.anchors[-1].wall

    @property
    def proves(self) -> bool:
        """Whether this is a room of a drill without prompts: that none is shown then means nothing."""
        return self.state.drill is not None and not self.state.drill.prompts

    def push(self, tick: int, row: Sequence[Numeric], beats: Beats | None = None) -> None:
        tried = self.window.cuff[-1] if self.window.cuff else None
        self.window.push(row, tick)
        if self.window.cuff and self.window.cuff[-1] is not tried and not self.window.cuff[-1].failed:
            known = (*self.peaks, self.window.cuff[-1])
            self.peaks = (max(known, key=lambda r: r.sys or 0), max(known, key=lambda r: r.dia or 0))
        self.at = tick
        self.beats.append((tick, beats))
        if tick % TREND_STEP_S == 0:
            self._keep(self.trend, TREND_S // TREND_STEP_S + 1)
        if tick % MINUTE_S == 0:
            self._keep(self.minutes, MINUTES)

    def _keep(self, kept: dict[Signal, deque[tuple[int, float | None]]], most: int) -> None:
        for signal in self.window.channels:
            if signal not in CUFF and signal not in WAVES:
                live = self.window.value(signal, self.at)
                kept.setdefault(signal, deque(maxlen=most)).append((self.at, live.value if live is not None else None))

    def wall(self, tick: int) -> datetime:
        """The wall time of a session second."""
        anchor = self.anchors[0]
        for later in self.anchors:
            if later.tick <= tick:
                anchor = later
        return anchor.wall + timedelta(seconds=(tick - anchor.tick) / (anchor.speed or 1.0))

    def noted(self, entries: Iterable[e.Logged]) -> None:
        """Keep the journal and the pace by which seconds become wall times."""
        for entry in entries:
            self.journal.append(entry)
            event = entry.event
            if isinstance(event, e.SessionOpened):
                self.anchors.append(Anchor(0, clock.read(entry.at) - timedelta(seconds=event.played_s), 1.0))
            elif (speed := e.pace(event)) is not None:
                if entry.tick <= 0 and self.anchors:
                    self.anchors[-1].speed = speed or 1.0
                else:
                    self.anchors.append(Anchor(entry.tick, clock.read(entry.at), speed))
                self.standing = event.why or "paused" if isinstance(event, e.PaceSet) and not speed else ""


def drawn(tick: int, row: bytes, at: int) -> bool:
    """Whether a screen at second ``at`` needs this row: all of the last hour, and before it each minute and each try of the cuff.

    So a day opens nearly as fast as an hour.
    """
    return tick >= at - TREND_S or -tick % MINUTE_S < TREND_STEP_S or packing.tells(row, CUFF[0])


JUMP_TOLD_S = 10 * 60


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock of this computer jumped: to when, and by how many seconds."""

    at: datetime
    by_s: float


@dataclass(frozen=True, slots=True)
class Damaged:
    """An open session whose record cannot be read here, and why, in words. ``seq``: how far it was when that was tried."""

    session: int
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that was changed after the start: what was read then goes on. ``readable``: it would do at the next start."""

    file: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole ward at one moment, for one station."""

    now: datetime
    document: Document
    rooms: Sequence[str]
    views: dict[str, View]
    beat_at: datetime | None
    beat_seen: float | None = None
    """When that sign of life was first seen, on the clock that never steps; None: only wall time tells its age."""
    mono: float = 0.0
    """``now`` on that clock."""
    station: str = "station"
    theme: str = "dark"
    mode: str = "training"
    colours: Colours = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Alarms)
    zone: tzinfo | None = None
    trouble: str = ""
    """Why the record cannot be read, if it cannot."""
    jump: Jump | None = None
    """The last one, however long ago."""
    vacant: Mapping[str, Vacant] = field(default_factory=dict)
    """What was said of empty rooms."""
    damaged: Mapping[str, Damaged] = field(default_factory=dict)
    """The rooms whose record cannot be read; the others have nothing to do with it."""
    changed: Changed | None = None
    """A file of this station that is no longer as it was read."""
    other_protocol: bool = False
    """Whether the evaluator works by another protocol or other rooms than this screen shows."""
    left: int | None = None
    """Bytes that are free where the record is kept, where that is known."""

    @property
    def jumped(self) -> Jump | None:
        """A jump of which a screen still tells."""
        return self.jump if self.jump is not None and abs((self.now - self.jump.at).total_seconds()) < JUMP_TOLD_S else None

    @property
    def beat_age_s(self) -> float | None:
        if self.beat_seen is not None:
            return self.mono - self.beat_seen
        return None if self.beat_at is None else (self.now - self.beat_at).total_seconds()

    @property
    def assessed(self) -> bool:
        age = self.beat_age_s
        return not self.trouble and age is not None and -GRACE_S <= age <= BEAT_LOST_S

    @property
    def silent(self) -> bool:
        """Whether nobody assesses and nothing mends it by itself."""
        age = self.beat_age_s
        return not self.assessed and (bool(self.trouble) or age is None or not 0 <= age <= BEAT_CALLED_S)

    @property
    def failed(self) -> Sequence[View]:
        """The rooms in which something failed."""
        return [view for view in self.views.values() if view.failed]

    @property
    def called(self) -> bool:
        """Whether it is to be heard that nobody assesses, all rooms or one."""
        return self.silent or bool(self.failed) or bool(self.damaged)

    def assesses(self, view: View) -> bool:
        """Whether this room is assessed."""
        return self.assessed and not view.failed

    @property
    def drilling(self) -> bool:
        """Whether these are a drill's rooms. A screen's picture never holds both kinds."""
        return any(view.state.drill is not None for view in self.views.values())

    def at(self, view: View) -> int:
        """The second that it is for the one who looks: when nobody assesses, ages run on all the same."""
        age = self.beat_age_s
        late = 0.0 if age is None else age - GRACE_S
        return view.at + int(max(0.0, late) * view.state.speed)

    def time(self, view: View, tick: int, seconds: bool = False) -> str:
        return clock.of_day(view.wall(tick), self.zone, seconds)

    def logged_time(self, entry: e.Logged, seconds: bool = False) -> str:
        return clock.of_day(clock.read(entry.at), self.zone, seconds)


NOT_ASSESSED = say("NOT BEING ASSESSED")
NO_PROMPTS = say("Prompts are not shown in this drill")
RANK = {"high": 0, "medium": 1, "tech": 2, "low": 3}
STARS = {"high": "***", "medium": "**", "low": "*", "tech": "!!"}
PRIORITY_WORD = {"high": "High", "medium": "Medium", "low": "Low", "tech": "Technical"}


def rule_of(picture: Picture, prompt: Prompt) -> Rule | None:
    return picture.document.rule.get(prompt.rule)


def limits(picture: Picture, view: View, signals: Sequence[Signal]) -> tuple[float | None, float | None]:
    """The protocol's own limits for a number, low and high, taken from the rules of this phase."""
    parts = [part for rule in picture.document.by_phase[view.state.phase] for part in walk(rule.when)]
    vitals = [part for part in parts if isinstance(part, Vital) and set(part.of) & set(signals)]
    low = max((part.below for part in vitals if part.below is not None), default=None)
    high = min((part.above for part in vitals if part.above is not None), default=None)
    return low, high


def marked(picture: Picture, view: View, signals: Iterable[str]) -> str | None:
    """The priority with which a number is marked: that of the worst unanswered prompt about it."""
    wanted = set(signals)
    found = []
    for prompt in view.state.open_prompts:
        rule = rule_of(picture, prompt)
        cited = {v.name for v in prompt.evidence if v.value is not None}
        about = prompt.answered is None and prompt.state is not e.PromptState.OVER
        if about and rule is not None and wanted & cited & set(rule.signals):
            found.append(prompt.level)
    return min(found, key=lambda p: RANK[p], default=None)


def live(picture: Picture, view: View, signals: Sequence[Signal]) -> Numeric | None:
    """The first of these signals with a value that may be shown as live now."""
    if view.standing:
        return None
    at = picture.at(view)
    for signal in signals:
        found = view.window.value(signal, at)
        # A screen lets go at the maximum age itself: it is drawn up to a second after this was asked.
        if found is not None and at - found.measured_at < view.window.max_age[signal]:
            return found
    return None


def why_gone(picture: Picture, view: View, signals: Sequence[Signal]) -> tuple[str, str]:
    """What stands in a missing number's place, and the word for it."""
    declared = [s for s in signals if s in view.window.channels]
    if not declared:
        return "--", say("no source")
    if view.standing:
        return "--", say("stands still")
    arrival = view.window.last.get(declared[0])
    if arrival is not None and arrival.quality is Quality.SENSOR_OFF:
        return "-?-", say("sensor off")
    if arrival is not None and arrival.quality is Quality.IMPLAUSIBLE:
        return "-?-", say("{value:g}? refused", value=arrival.value)
    return "--", say("no signal")


def lost_for_s(picture: Picture, view: View, signals: Sequence[Signal]) -> int | None:
    """How long none of these signals has had a live value; None where one has, or none is declared."""
    declared = [s for s in signals if s in view.window.channels]
    if not declared or live(picture, view, signals) is not None:
        return None
    last = max((view.window.series[s][-1].measured_at for s in declared if view.window.series.get(s)), default=0)
    return max(0, picture.at(view) - last)


def source(opened: e.SessionOpened) -> str:
    """Where the numbers of a room come from, and how much was assumed in reading them; the log has it in sentences."""
    if not opened.doubts:
        return opened.source_label
    return say("{label}, {count} doubts", label=opened.source_label, count=len(opened.doubts))
