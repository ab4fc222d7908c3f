"""What an instructor can let happen: every kind of a scenario's happenings, each with what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.language import say
from monitor.protocol.document import Document
from monitor.simulator.scenario import STREAMS


@dataclass(frozen=True, slots=True)
class Number:
    """``name`` is the part of the happening that it fills; ``unit`` s and min are times, any other is only said."""

    name: str
    label: str
    unit: str
    start: int
    low: int
    high: int

    def written(self, value: int) -> int | str:
        return f"{value} {self.unit}" if self.unit in ("s", "min") else value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words; with none of them, what is typed."""

    name: str
    label: str
    options: Mapping[str, str]
    """What is written, and how it is shown."""
    start: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """One kind of happening. Its only part without a name is the whole of it; without parts it just happens."""

    kind: str
    label: str
    parts: tuple[Number | Choice, ...] = ()


def _lasts(seconds: int, name: str = "", high: int = 1800) -> Number:
    return Number(name, say("For"), "s", seconds, 5, high)


def _lasts_min(minutes: int, name: str = "lasts") -> Number:
    return Number(name, say("For"), "min", minutes, 1, 60)


def _strength(start: int) -> Number:
    return Number("", say("Strength"), "of 10", start, 1, 10)


def presets(document: Document) -> tuple[Preset, ...]:
    """In the order of the desk: sensors, cuff, what the patient feels and says, the body."""
    signals = Choice("signal", say("Which"), {s.value: s.value.upper().replace("SPO2", "SpO2") for s in STREAMS}, "hr")
    rhythms = {"ectopics": say("extra beats"), "bigeminy": "bigeminy", "fibrillation": say("atrial fibrillation"), "paused": say("a pause")}
    symptoms = {s.id: s.label for s in document.symptoms}
    return (
        Preset("probe_off", say("Probe off"), (_lasts(90),)),
        Preset("probe_slips", say("Probe slips"), (_lasts(120),)),
        Preset("pulse_lost", say("Pulse not found"), (_lasts(20),)),
        Preset("stirs", say("Coughs or turns"), (_lasts(20, high=600),)),
        Preset("electrode_off", say("Lead off"), (_lasts(120),)),
        Preset("motion", say("Movement"), (_lasts(60),)),
        Preset("dropout", say("Nothing arrives"), (_lasts(60),)),
        Preset("stuck", say("A number sticks"), (signals, _lasts_min(5))),
        Preset("clock_step", say("Clock wrong"), (Number("by", "By", "s", -90, -600, 600), _lasts_min(10))),
        Preset("cuff_fails", say("Cuff fails"), (Number("", say("Readings"), "", 2, 1, 50),)),
        Preset("cuff_fails_for", say("Cuff sits badly"), (_lasts_min(15, ""),)),
        Preset("nausea", say("Nausea"), (_strength(5),)),
        Preset("vomits", say("Vomiting")),
        Preset("frightened", say("Panic"), (_strength(7),)),
        Preset("headache", say("Headache"), (_strength(5),)),
        Preset("says", "Says…", (Choice("", say("The patient says"), {}, say("I feel strange.")),)),
        Preset("symptom", say("A symptom"), (Choice("", say("Which"), symptoms, next(iter(symptoms), "")),)),
        Preset("drowsy", say("Drowsier"), (Number("", say("Steps"), "of 4", 2, 1, 4),)),
        Preset(
            "airway_narrows",
            say("Desaturation"),
            (
                Number("percent", say("Airway narrows by"), "%", 30, 5, 90),
                Number("over", say("Over"), "s", 120, 5, 900),
                _lasts_min(10),
            ),
        ),
        Preset(
            "pressure_surge",
            say("Pressure surge"),
            (Number("sys", "Systolic +", "mmHg", 35, 5, 90), Number("dia", "Diastolic +", "mmHg", 20, 5, 60), _lasts_min(10)),
        ),
        Preset("apnoea", say("Stops breathing"), (_lasts(60, high=180),)),
        Preset("saliva", say("Much saliva"), (_strength(7),)),
        Preset(
            "allergy",
            say("Allergic reaction"),
            (
                Number("sys", "Systolic -", "mmHg", 40, 5, 90),
                Number("dia", "Diastolic -", "mmHg", 25, 5, 60),
                Number("hr", say("Pulse +"), "/min", 45, 5, 90),
                Number("narrows", say("Airway narrows by"), "%", 30, 0, 90),
                _lasts_min(20),
            ),
        ),
        Preset("pulse_slows", say("Slow pulse"), (Number("by", say("Pulse -"), "/min", 30, 5, 90), _lasts_min(10))),
        Preset("wants_to_leave", say("Wants to leave")),
        Preset("pump_occluded", say("Line blocked"), (_lasts_min(5, ""),)),
        Preset("iv_leaks", say("Line leaks"), (Number("percent", say("Lost"), "%", 80, 10, 100), _lasts_min(10))),
        Preset("faint", say("Faint"), (_lasts(60, high=600),)),
        Preset("rhythm", say("Rhythm"), (Choice("kind", say("Which"), rhythms, "ectopics"), _lasts(15, "lasts"))),
    )


def happening(preset: Preset, values: Mapping[str, Any]) -> dict[str, Any]:
    """The happening in the words of a scenario, ``{"probe_off": "90 s"}``; ``values`` by the names of its parts."""
    if not preset.parts:
        return {preset.kind: True}
    written = {
        part.name: part.written(values[part.name]) if isinstance(part, Number) else values[part.name].strip() for part in preset.parts
    }
    return {preset.kind: written.get("", written)}
