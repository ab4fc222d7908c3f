"""A simulated patient as a source of samples."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.infusion import Act
from monitor.simulator.patient import Patient
from monitor.simulator.scenario import STREAMS, Scenario
from monitor.vitals import CUFF, KINDS, Beats, Channel, Numeric


class SimulatedSource:
    """The samples of one simulated patient; see ``Source``. It never ends.

    To go on with a session that was interrupted, make a new source and read it from the start with the same acts.
    """

    kind = "simulated"
    label = "SIMULATED"

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.patient = Patient(scenario, seed)
        self.channels: Sequence[Channel] = (
            *(Channel(s, 1.0, KINDS[s].label) for s in STREAMS),
            *(Channel(s, float(scenario.cuff.every), KINDS[s].label) for s in CUFF),
        )
        self.length_s: int | None = None
        self._waiting: list[Act] = []
        self._beats: dict[int, Beats | None] = {}

    def read(self, until: int, acts: Sequence[Act] = ()) -> list[tuple[int, list[Numeric]]]:
        """The rows up to and including ``until``. An act takes part in its own tick; a late one in the next."""
        patient = self.patient
        self._waiting.extend(acts)
        rows: list[tuple[int, list[Numeric]]] = []
        self._beats = {}
        for tick in range(patient.at + 1, until + 1):
            if self._waiting:
                now = [a for a in self._waiting if a.at <= tick]
                self._waiting = [a for a in self._waiting if a.at > tick]
                rows.append((tick, patient.step(now)))
            else:
                rows.append((tick, patient.step()))
            self._beats[tick] = patient.beats
        return rows

    def beats(self, tick: int) -> Beats | None:
        return self._beats.get(tick)
