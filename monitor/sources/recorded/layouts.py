"""Column maps of known tables, as data: how their header is recognised and what its columns truly hold.

A map is only a claim: ``csv_file.py`` holds it against the values before it believes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from monitor import units
from monitor.vitals import Signal


@dataclass(frozen=True, slots=True)
class Layout:
    """``prefer``: columns of several devices, best first. ``wave_units`` and ``units`` are the dataset's own statement."""

    kind: str
    name: str
    where: str
    must_have: frozenset[str]
    may_have: frozenset[str] | None = None
    units: dict[Signal, str] = field(default_factory=dict)
    prefer: tuple[str, ...] = ()


_RATES: Final = {Signal.HR: units.PER_MIN, Signal.PULSE: units.PER_MIN, Signal.RR: units.PER_MIN, Signal.SPO2: units.PERCENT}

BIDMC_NUMERICS: Final = Layout(
    kind="bidmc-numerics-csv",
    name="BIDMC",
    where="BIDMC PPG and Respiration dataset 1.0.0 (PhysioNet, ODC-By 1.0): bedside monitor of an adult in intensive "
    "care; recognised by its header",
    must_have=frozenset({"Time [s]"}),
    may_have=frozenset({"Time [s]", "HR", "PULSE", "RESP", "SpO2"}),
    units=_RATES,
)
BIDMC_SIGNALS: Final = Layout(
    kind="bidmc-signals-csv",
    name="BIDMC",
    where="BIDMC PPG and Respiration dataset 1.0.0 (PhysioNet, ODC-By 1.0): waves of the bedside monitor of an adult "
    "in intensive care; recognised by its header",
    must_have=frozenset({"Time [s]", "PLETH"}),
    # Units as in the dataset's WFDB headers (unchecked).
    units={Signal.ECG: units.MILLIVOLT, Signal.PLETH: units.NORMALIZED, Signal.RESP: units.NORMALIZED},
)
INDUCED_HYPOXIA: Final = Layout(
    kind="hypoxia-csv",
    name="induced hypoxia, Hoffman 2022",
    where="Induced-hypoxia study of five pulse oximeters and a Datex S/5 (Hoffman et al. 2022, NPJ Digital Medicine "
    "5:146, MIT licence): healthy adult breathing reduced oxygen; recognised by its header",
    must_have=frozenset({"SpO2 1", "Pulse 1", "ECG 3", "RR CO2 3", "RR ECG 3", "Rig FiO2"}),
    units=_RATES,
    # Device 5 is the Masimo Radical 7, the reference oximeter of the dataset's description.
    prefer=("SpO2 5", "Pulse 5", "SpO2 4", "Pulse 4", "SpO2 2", "Pulse 2", "SpO2 1", "Pulse 1"),
)

SHIFT: Final = 5
"""From ``ECG 3`` on the cells of the induced-hypoxia tables stand five columns to the right of their name."""
SHIFT_FROM: Final = "ECG 3"
ECG_RATE: Final = "ECG 3"
BREATHING: Final = "RR CO2 3"
CO2_PERCENT: Final = "EtCO2 pct 3"
CO2_MMHG: Final = "EtCO2 mmHg 3"
TRUE_MEANING: Final[dict[str, tuple[Signal, str]]] = {
    ECG_RATE: (Signal.HR, units.PER_MIN),
    BREATHING: (Signal.RR, units.PER_MIN),
    CO2_MMHG: (Signal.ETCO2, units.MMHG),
}
"""What the columns right of the shift mean by their true label (the dataset's metadata.csv and README)."""
CO2_RATIO: Final = (5.5, 7.7)
"""mmHg of CO2 in a volume percent: 7.13 at sea level less water vapour, 6.3 in these files (measured, unchecked why)."""
RATES_AGREE: Final = 6.0
"""Median difference in /min up to which an ECG rate and the oximeters' pulse rates are the same heart (proposal)."""
NO_SIGNAL: Final = ("PI ", "Red Drv", "IR Drv", "DC Gain", "AC Gain")
