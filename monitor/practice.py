"""What a simulated room does by itself: its patient answers and calls, and in a drill a colleague settles the patient.

All of it is decided by the state, the samples and the second, so that a room that was interrupted, or played at another
pace, says and does the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor import charting
from monitor import events as e
from monitor.protocol.document import Document
from monitor.session import Phase, SessionState
from monitor.simulator.expected import Critical
from monitor.sources.simulated import SimulatedSource
from monitor.vitals import CUFF, Signal, Window

COLLEAGUE = "colleague"
"""Who sets the baseline and starts the infusion in a drill."""
PRESCRIBER = "prescriber"
TRUTH_EVERY_S = 30
SYRINGE_EMPTY_S = 120
"""So long after the ordered dose is in, a pump that nobody stopped has nothing more to give. Proposal."""
ARRIVES_S = 60
"""A cuff's value arrives so long after it was measured at the latest."""
SLOWED = "something is happening"

SCALES = (charting.DISSOCIATION, charting.BOTHERED, charting.COMFORT, charting.NAUSEA, charting.ANXIETY)
_NEWS = frozenset({e.PromptState.PENDING, e.PromptState.ACTIVE, e.PromptState.RECHECK})


class Practice:
    def __init__(self, source: SimulatedSource) -> None:
        self.patient = source.patient
        self.scenario = source.patient.scenario
        self._crossed: set[str] = set()
        """Critical events whose limit has been crossed."""

    def said(self, state: SessionState, at: int) -> Iterator[e.AnyEvent]:
        """What the patient does in the second that was just lived, and in a drill what is true in it."""
        if text := self.patient.calls():
            yield e.PatientSaid(text=text)
        if state.asked:
            yield self._answer()
        if state.drill is not None and at % TRUTH_EVERY_S == 0:
            yield self._truth()

    def crosses(self, window: Window, at: int) -> bool:
        """Whether the limit of a critical event is crossed for the first time in this second."""
        crossed = {
            critical.event
            for critical in self.scenario.critical
            if critical.limit is not None and critical.event not in self._crossed and self._began(critical, at)
            if (value := self._value(critical.limit.of, window, at)) is not None and critical.limit.crossed(value)
        }
        self._crossed |= crossed
        return bool(crossed)

    def _began(self, critical: Critical, at: int) -> bool:
        started = self.patient.life.started_at
        return at >= critical.onset if critical.counted == "opening" else 0 <= started <= at - critical.onset

    def _value(self, of: str, window: Window, at: int) -> float | None:
        """A number as the screen has it, or what is true on a scale."""
        if of not in set(Signal):
            return self._scores(self.patient.answers()).get(of)
        signal = Signal(of)
        if signal in CUFF:
            reading = window.reading()
            if reading is None or reading.at < at - ARRIVES_S:
                return None
            return {Signal.NIBP_SYS: reading.sys, Signal.NIBP_DIA: reading.dia}.get(signal, reading.mean)
        sample = window.series[signal][-1] if window.series.get(signal) else None
        return sample.value if sample is not None and sample.measured_at >= at - ARRIVES_S else None

    def settled(self, document: Document, state: SessionState, window: Window, at: int) -> Iterator[e.AnyEvent]:
        """What the colleague and the pump of a drill's room do in the second after this one. What holds the start holds the
        colleague as well, until the prescriber has been called about it."""
        if state.drill is None or state.order is None:
            return
        reading = window.reading()
        if state.phase is Phase.READY and state.baseline is None and reading is not None and reading.sys and reading.dia:
            yield e.BaselineSet(sys=reading.sys, dia=reading.dia)
        elif state.phase is Phase.READY and state.baseline is not None and at + 1 >= state.drill.starts_at:
            held, called = document.holding(state), state.last("called")
            if held and (called is None or called.at < max(prompt.since for prompt in held)):
                return
            yield e.InfusionStarted(
                rate_mg_per_kg_h=round(state.order.rate_mg_per_kg_h, 4),
                breaks="; ".join(prompt.message for prompt in held),
                override_by=(state.order.prescriber or PRESCRIBER) if held else "",
                reason="called, decided to start" if held else "",
            )
            yield e.Observed(what="pump", value="running")
            yield e.Observed(what="iv_site", value="well")
        elif state.phase is Phase.RUNNING and state.ledger is not None:
            full = state.ledger.reached_at(state.order.dose_mg * 0.9999)
            if full is not None and at + 1 >= full + SYRINGE_EMPTY_S:
                yield e.InfusionStopped(complete=True, reason="the syringe is empty")

    def _answer(self) -> e.PatientAnswered:
        told = self.patient.answers()
        found = self.scenario.patient.found
        return e.PatientAnswered(
            scores=tuple(self._scores(told).items()),
            symptoms=tuple(self.patient.symptoms()),
            vomited=bool(told["vomited"]),
            like_oneself=bool(told["like_oneself"]),
            breaths=self.patient.breaths(),
            says=str(told["says"]),
            found=tuple((name, item, answer) for name, items in found.items() for item, answer in items.items()),
        )

    def _scores(self, told: dict[str, object]) -> dict[str, int | None]:
        scores: dict[str, int | None] = {}
        for scale in SCALES:
            value = told[scale]
            if scale == charting.BOTHERED and isinstance(value, str):
                value = charting.BOTHERED_WORDS.index(value)
            scores[scale] = int(value) if isinstance(value, (int, float)) else None
        moaas = told["moaas"]
        scores[charting.SEDATION] = int(moaas) if isinstance(moaas, (int, float)) else None
        return scores

    def _truth(self) -> e.TruthState:
        true = self.patient.truth()
        sites, faults = true["effect_ng_ml"], true["faults"]
        assert isinstance(sites, dict) and isinstance(faults, (list, tuple, set, frozenset))
        plain = ("plasma_ng_ml", "norketamine_ng_ml", "rate_mg_per_kg_h", "hr", "spo2", "rr", "sys", "dia")
        values: dict[str, float | None] = {name: float(str(true[name])) for name in plain}
        values["effect_ng_ml"] = float(sites["experience"])
        values.update(self._scores(self.patient.answers()))
        return e.TruthState(values=values, faults=tuple(sorted(str(f) for f in faults)))


def practised(state: SessionState) -> bool:
    """Whether a person practises here."""
    return state.drill is not None and not state.drill.scripted


def slows(happened: Iterable[e.AnyEvent]) -> bool:
    """Whether a drill that runs fast falls back to 1x: a prompt begins or asks again, the patient calls, an injection."""
    return any(
        isinstance(event, (e.TruthInjected, e.PatientSaid)) or (isinstance(event, e.PromptChanged) and event.state in _NEWS)
        for event in happened
    )
