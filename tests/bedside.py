"""A session without a store, for tests that look at one second of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from monitor import events as e
from monitor.admission import well_answered
from monitor.infusion import Order
from monitor.protocol.assessment import Rehearsal
from monitor.protocol.cases import cuff
from monitor.protocol.condition import Condition, Sight
from monitor.protocol.conditions import AnyCondition
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart
from monitor.session import SessionState
from monitor.vitals import CUFF, Numeric, Quality, Signal, Window, numeric
from monitor.yamlmarks import read_yaml
from tests.conftest import EXAMPLE

PERIODS: Mapping[Signal, float] = {
    **dict.fromkeys((Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR), 1.0),
    **dict.fromkeys(CUFF, 300.0),
}
ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)
RATE = 0.75
_CONDITION: TypeAdapter[Condition] = TypeAdapter(AnyCondition)

RULE: dict[str, Any] = {
    "id": "X-1",
    "title": "a rule",
    "group": "during",
    "phases": ["ready", "running", "paused", "recovery"],
    "kind": "clinical",
    "priority": "medium",
    "when": {"vital": {"of": "spo2", "below": 94}},
    "says": "SpO2 {spo2}",
    "line": "a line",
    "options": ["look"],
    "rationale": "a reason",
    "citation": {"source": "a source", "limit": "proposal", "action": "proposal"},
}


def stated(written: object) -> Condition:
    """A condition as a protocol writes it."""
    return _CONDITION.validate_python(written)


def ruled(*rules: Mapping[str, Any]) -> Document:
    """The example protocol with these rules in place of its own."""
    data, _ = read_yaml(EXAMPLE)
    assert isinstance(data, dict)
    return Document.model_validate({**data, "rules": [{**RULE, **rule} for rule in rules]})


class Bed:
    """One patient: what is charted and measured, second by second, and what the protocol makes of it."""

    def __init__(
        self,
        document: Document,
        *,
        periods: Mapping[Signal, float] = PERIODS,
        observed: bool = False,
        earlier: tuple[str, ...] = (),
        cuff_every: int | None = None,
    ) -> None:
        self.document = document
        opened = e.SessionOpened(
            room="1",
            alias="Otter",
            weight_kg=70,
            earlier=earlier,
            source_kind="recorded",
            source_label="test",
            channels=tuple(e.ChannelDeclared(signal=s, period_s=p) for s, p in periods.items()),
            protocol=document.protocol,
            protocol_digest=document.digest,
            observed=observed,
            cuff_interval_s=cuff_every,
        )
        self.rehearsal = Rehearsal(document, e.Logged(0, 0, "", "test", opened))

    @property
    def state(self) -> SessionState:
        return self.rehearsal.state

    @property
    def window(self) -> Window:
        return self.rehearsal.window

    def happen(self, at: int, *events: e.AnyEvent, by: str = "nurse") -> None:
        self.rehearsal.happen(at, events, by)

    def chart(self, at: int, *entries: str) -> None:
        for entry in entries:
            self.rehearsal.happen(at, chart(self.document, tuple(entry.split()), self.state))

    def start(self, at: int = 0) -> Bed:
        self.happen(at, e.WatchTaken(name="nurse"), e.OrderSet(order=ORDER), *well_answered(self.document))
        self.happen(at, e.BaselineSet(sys=120, dia=75), e.InfusionStarted(rate_mg_per_kg_h=RATE))
        self.happen(at, e.Observed(what="pump", value="running"), e.Observed(what="iv_site", value="well"))
        return self

    def measure(self, at: int, **values: float | str | None) -> None:
        """Samples of one second, without assessing it; ``off`` is "sensor off", None an empty cell."""
        self.window.push(row(at, values), at)

    def cuff(self, at: int, text: str) -> None:
        sys, dia = (None, None) if text == "failed" else map(float, text.split("/"))
        self.window.push(list(cuff(sys, dia, at)), at)

    def second(self, at: int, **values: float | str | None) -> list[e.PromptChanged]:
        """Samples of one second, assessed."""
        return self.rehearsal.second(at, row(at, values))

    def truth(self, written: object, at: int, *, instant: bool = False) -> int:
        return stated(written).truth(Sight(self.document, self.state, self.window, at, instant))

    def shown(self, written: object, at: int) -> list[tuple[str, float | None, int | None, str]]:
        """The values behind a finding."""
        found = stated(written).evidence(Sight(self.document, self.state, self.window, at))
        return [(one.name, one.value, one.at, one.note) for one in found]

    def live(self, story: str) -> Bed:
        """``0 start; 5 spo2=93 hr=off; 10 cuff 150/90; 60 nausea 5``: what happens, each at its second."""
        for step in story.split("; "):
            second, _, entry = step.partition(" ")
            at = int(second)
            if entry == "start":
                self.start(at)
            elif entry.startswith("cuff "):
                self.cuff(at, entry.removeprefix("cuff "))
            elif "=" in entry:
                pairs = (pair.split("=") for pair in entry.split())
                self.measure(at, **{name: value if value == "off" else float(value) for name, value in pairs})
            else:
                self.chart(at, entry)
        return self


def row(at: int, values: Mapping[str, float | str | None]) -> list[Numeric]:
    found = []
    for name, value in values.items():
        signal = Signal(name)
        found.append(Numeric(signal, 0.0, at, Quality.SENSOR_OFF) if isinstance(value, str) else numeric(signal, value, at))
    return found


def spo2(text: str) -> Iterable[tuple[int, dict[str, float | str | None]]]:
    """``98x5 93x5 _x3 offx2`` as one second after the other."""
    at = 0
    for step in text.split():
        value, _, times = step.partition("x")
        for _ in range(int(times or 1)):
            yield at, {} if value == "_" else {"spo2": value if value == "off" else float(value)}
            at += 1
