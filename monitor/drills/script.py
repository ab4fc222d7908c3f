"""Policies: who acts in a drill without a person. Nobody, the protocol nurse, or a script in a file.

A script is YAML: acts at times, in the words that cases use (``drug ondansetron 4``, ``rate 0.4``), or once something is so:

    policy: wrong-nurse
    acts:
      - {at: 20:00, do: drug midazolam 1}
      - {when: {of: spo2, below: 90}, after: 30 s, do: oxygen 4}
      - {prompt: D-24, do: drug ondansetron 4, again: 10 min}

``follows: yes`` does the rest as the protocol nurse; ``by`` signs with another name; ``pace`` and ``leaves`` say how fast it
is played, and when it is ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import Field, model_validator

from monitor import commands
from monitor import events as e
from monitor.commands import Command, Override, Scene
from monitor.drills.nurse import Nurse
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart
from monitor.session import SessionState
from monitor.simulator.expected import Limit
from monitor.simulator.parts import Counted, Part, Seconds, Text
from monitor.vitals import CUFF, Signal, Window
from monitor.yamlmarks import BadFile, read_yaml, validated

Name = Annotated[str, Field(min_length=1, max_length=40)]
POLICIES = ("protocol-nurse", "nobody")
PRESCRIBER = Override("prescriber", "as the script says")
WORDS = {"ask": commands.ask, "cuff": commands.start_cuff, "open": commands.open_room}


class Policy(Protocol):
    """Sees what a nurse sees, and answers with commands."""

    name: str

    @property
    def pace(self) -> float: ...

    @property
    def leaves(self) -> int | None:
        """The second in which the drill is ended before its time."""

    def acts(self, room: str, state: SessionState, window: Window, at: int) -> Iterable[Command]: ...


@dataclass(frozen=True, slots=True)
class Signed:
    """A command of somebody else than the trainee."""

    by: str
    command: Command

    def __call__(self, scene: Scene) -> Sequence[e.AnyEvent]:
        return self.command(scene)


class Nobody:
    name = "nobody"
    pace = 1.0
    leaves = None

    def acts(self, room: str, state: SessionState, window: Window, at: int) -> Sequence[Command]:
        return ()


class ScriptedAct(Part):
    do: Text
    at: Seconds | None = None
    counted: Counted = Field(default="start", alias="from")
    when: Limit | None = None
    """Once a number on the screen, or a charted score, is beyond this."""
    prompt: str | None = None
    """Once this rule has a prompt that nobody answered."""
    after: Seconds = 0
    """From when it is so to when it is done."""
    again: Seconds | None = None
    """Done again whenever it is so, but not within so long."""
    room: str | None = None
    """The room, as D1 or the patient's alias; every room where it is left out."""
    by: Name | None = None
    """Who does it, where it is not the trainee."""

    @model_validator(mode="after")
    def _once(self) -> ScriptedAct:
        if sum(x is not None for x in (self.at, self.when, self.prompt)) != 1:
            raise ValueError("write when it is done: one of at, when and prompt")
        return self


class Script(Part):
    policy: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    summary: str = Field(default="", max_length=1000)
    follows: bool = False
    """What the script does not name is done as the protocol nurse does it."""
    by: Name | None = None
    """Who does all of it, where it is not the trainee."""
    pace: float = Field(default=1, ge=1, le=60)
    leaves: Seconds | None = None
    """From the opening: when the drill is ended."""
    acts: tuple[ScriptedAct, ...] = ()


@dataclass
class Scripted:
    """A script at work."""

    document: Document
    script: Script
    name: str
    _since: dict[tuple[str, int], int] = field(default_factory=dict)
    _done: dict[tuple[str, int], int] = field(default_factory=dict)
    _nurse: Nurse | None = None

    @property
    def pace(self) -> float:
        return self.script.pace

    @property
    def leaves(self) -> int | None:
        return self.script.leaves

    def acts(self, room: str, state: SessionState, window: Window, at: int) -> Sequence[Command]:
        wanted: list[Command] = []
        for n, act in enumerate(self.script.acts):
            if act.room not in (None, room, state.opened.alias):
                continue
            if self._now((room, n), act, state, window, at):
                said = _said(self.document, act.do, state)
                wanted.append(said if act.by is None else Signed(act.by, said))
        if self.script.follows:
            self._nurse = self._nurse or Nurse(self.document)
            wanted += self._nurse.acts(room, state, window, at)
        by = self.script.by
        return wanted if by is None else [x if isinstance(x, Signed) else Signed(by, x) for x in wanted]

    def _now(self, key: tuple[str, int], act: ScriptedAct, state: SessionState, window: Window, at: int) -> bool:
        done = self._done.get(key)
        if done is not None and (act.again is None or at < done + act.again):
            return False
        if act.at is not None:
            started = state.ledger.started_at if state.ledger is not None else None
            begins = 0 if act.counted == "opening" else started
            ready = begins is not None and at >= begins + act.at
        else:
            if not _holds(act, state, window, at):
                self._since.pop(key, None)
                return False
            ready = at >= self._since.setdefault(key, at) + act.after
        if ready:
            self._done[key] = at
        return ready


def _holds(act: ScriptedAct, state: SessionState, window: Window, at: int) -> bool:
    if act.prompt is not None:
        prompt = state.prompts.get(act.prompt)
        return prompt is not None and prompt.unanswered
    assert act.when is not None
    value = _value(act.when.of, state, window, at)
    return value is not None and act.when.crossed(value)


def _value(of: str, state: SessionState, window: Window, at: int) -> float | None:
    if of not in set(Signal):
        charted = state.valued(of)
        return None if charted is None else charted.value
    signal = Signal(of)
    if signal in CUFF:
        reading = window.reading()
        return None if reading is None else {Signal.NIBP_SYS: reading.sys, Signal.NIBP_DIA: reading.dia}.get(signal, reading.mean)
    live = window.value(signal, at)
    return None if live is None else live.value


def _said(document: Document, words: str, state: SessionState) -> Command:
    """The command behind the words of a case, where there is one; else what they chart is entered as a fact."""
    first, *rest = words.split()
    if first in WORDS and not rest:
        return WORDS[first]()
    if first == "rate":
        return commands.change_rate(float(rest[0]), PRESCRIBER)
    if first == "drug":
        drug = document.drug[rest[0]]
        return commands.give_drug(drug.id, float(rest[1]) if len(rest) > 1 else drug.dose, drug.route, fact=True)
    if first == "stop":
        return commands.stop()
    if first == "discharge":
        return commands.discharge(rest[0], against_advice=True, reason="as the script says")

    def fact(scene: Scene) -> Sequence[e.AnyEvent]:
        return chart(document, tuple(words.split()), scene.state)

    return fact


def load_policy(name: str, document: Document) -> Policy:
    """``protocol-nurse``, ``nobody``, or a script's file. Raises BadFile."""
    if name == "protocol-nurse":
        return Nurse(document)
    if name == "nobody":
        return Nobody()
    if not name.endswith((".yaml", ".yml")):
        raise BadFile(name, None, f"there is no policy of this name; write {', '.join(POLICIES)} or a YAML file")
    path = Path(name)
    data, lines = read_yaml(path)
    script = validated(Script, data, lines, str(path))
    for n, act in enumerate(script.acts):
        if act.do in WORDS:
            continue
        try:
            chart(document, tuple(act.do.split()))
        except ValueError as wrong:
            raise BadFile(str(path), lines.line(("acts", n, "do")), str(wrong)) from None
        if act.prompt is not None and act.prompt not in document.rule:
            raise BadFile(str(path), lines.line(("acts", n, "prompt")), f"names the rule {act.prompt}, which the protocol does not have")
    return Scripted(document, script, script.policy)
