"""The drug level: published parameter sets, and their exact solution for rates that are constant within a second.

A mammillary model of one to three compartments, with any number of effect sites behind the first, is a linear system
``x' = M x + b rate``. For a rate that is constant over a second its exact solution is ``x[n+1] = A x[n] + B rate``
with ``A = exp(M s)``; the matrices are made once for a set, a weight and the effect sites, so there is no step-size
error at all. Levels are ng/mL; rates mg/kg/h; doses mg of racemic ketamine. (Simons and Otto are models of
S-ketamine: used here for the racemate, which assumes that both forms behave alike; Hasan 2021 found a ratio of 1.06.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Level = tuple[float, ...]
"""ng/mL: the three compartments, then each effect site."""

KE0_HALF_TIME_MIN = 6.1
"""Half-time of the effect site, minutes. Sourced: Olofsen 2012, average over endpoints (range 0 to 11.8)."""

MG_PER_L_IN_NG_PER_ML = 1000.0


@dataclass(frozen=True, slots=True)
class DrugSet:
    """A published set of parameters for 70 kg: volumes (L) and flows (clearance and exchanges, L/min).

    ``scales`` are the exponents of weight/70 on V1, V2, V3, CL, Q2, Q3. ``variances`` are log-normal variances between
    patients by parameter, where the source gives them. A compartment that a set lacks has volume and flow 0.
    """

    name: str
    cites: str
    site: str
    volumes: tuple[float, float, float]
    flows: tuple[float, float, float]
    scales: tuple[float, float, float, float, float, float] = (1.0,) * 6
    variances: tuple[tuple[str, float], ...] = ()


def _by_rates(
    v1_per_kg: float, k10: float, k12: float, k21: float, k13: float = 0.0, k31: float = 0.0
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Volumes and flows at 70 kg from a central volume (L/kg) and rate constants (/min)."""
    v1 = v1_per_kg * 70.0
    return (v1, v1 * k12 / k21, v1 * k13 / k31 if k31 else 0.0), (v1 * k10, v1 * k12, v1 * k13)


_DOMINO = _by_rates(0.063, 0.4381, 0.5921, 0.2470, 0.5900, 0.0146)
_CLEMENTS = _by_rates(1.7522, 0.0109, 0.0186, 0.0137)
_HIJAZI = _by_rates(1.08, 0.0333, 0.0088, 0.0030)

# Every figure here is sourced: published papers as transcribed in the open code that section 4.1 of the clinical
# reference names (OpenTIVA for Kamp, Domino, Clements, Hijazi; nlmixr2lib for Simons and Otto).
SETS: Mapping[str, DrugSet] = MappingProxyType(
    {
        s.name: s
        for s in (
            DrugSet(
                "kamp2020",
                "Kamp 2020, Anesthesiology 133:1192 (10.1097/ALN.0000000000003577)",
                "arterial",
                (25.0, 56.0, 157.0),
                (84.0 / 60, 161.0 / 60, 79.0 / 60),
            ),
            DrugSet(
                "simons2022",
                "Simons 2022, Front Pain Res 3:946486 (S-ketamine)",
                "arterial",
                (11.6, 39.0, 174.0),
                (1.48, 2.43, 1.21),
                (1.0, 1.0, 1.0, 0.75, 0.75, 0.75),
                (("v1", 0.057), ("cl", 0.029), ("q3", 0.026)),
            ),
            DrugSet("domino", "Domino 1982 (PMID 7198883), 1984 (CPT 36:645)", "not stated", *_DOMINO),
            DrugSet(
                "otto2021",
                "Otto 2021, EJCP 77:1181 (10.1007/s00228-021-03104-1; S-ketamine)",
                "venous",
                (133.0, 187.0, 98.8),
                (95.2 / 60, 23.2 / 60, 157.0 / 60),
                (1.0, 0.0, 0.0, 0.75, 0.0, 0.0),
                (("v1", 0.084177), ("cl", 0.026048)),
            ),
            DrugSet("clements", "Clements (250), as in OpenTIVA", "venous", *_CLEMENTS),
            DrugSet("hijazi", "Hijazi 2003 (intensive care), as in OpenTIVA", "not stated", *_HIJAZI),
        )
    }
)
DEFAULT_SET = "kamp2020"


@dataclass(frozen=True, slots=True)
class Kinetics:
    """One set at one weight with its effect sites: the exact step of a second. Immutable; the level is an argument."""

    drug: DrugSet
    weight_kg: float
    half_times_min: tuple[float, ...]
    v1_l: float
    system: tuple[tuple[float, ...], ...]
    """The matrix M, /min."""
    _a: tuple[tuple[float, ...], ...]
    _b: tuple[float, ...]

    def start(self) -> Level:
        return (0.0,) * (3 + len(self.half_times_min))

    def step(self, level: Level, rate_mg_per_kg_h: float) -> Level:
        """The level one second later, at this rate."""
        c1, c2, c3 = level[0], level[1], level[2]
        (p, q, r), (s, t, u), (v, w, x) = self._a[0][:3], self._a[1][:3], self._a[2][:3]
        b = self._b
        out = [
            p * c1 + q * c2 + r * c3 + b[0] * rate_mg_per_kg_h,
            s * c1 + t * c2 + u * c3 + b[1] * rate_mg_per_kg_h,
            v * c1 + w * c2 + x * c3 + b[2] * rate_mg_per_kg_h,
        ]
        # An effect site follows the first compartment and feeds nothing back.
        for i in range(3, len(level)):
            row = self._a[i]
            out.append(row[0] * c1 + row[1] * c2 + row[2] * c3 + row[i] * level[i] + b[i] * rate_mg_per_kg_h)
        return tuple(out)

    def bolus(self, level: Level, dose_mg: float) -> Level:
        """The level just after a dose given at once."""
        return (level[0] + dose_mg / self.v1_l * MG_PER_L_IN_NG_PER_ML, *level[1:])

    def after(self, level: Level, rate_mg_per_kg_h: float, seconds: float) -> Level:
        """The level this many seconds later at a constant rate: one exact jump."""
        a, b = _discrete(self.system, self.weight_kg, self.v1_l, seconds)
        return tuple(sum(x * y for x, y in zip(row, level, strict=True)) + i * rate_mg_per_kg_h for row, i in zip(a, b, strict=True))


@lru_cache(maxsize=256)
def kinetics(
    name: str = DEFAULT_SET,
    weight_kg: float = 70.0,
    half_times_min: tuple[float, ...] = (KE0_HALF_TIME_MIN,),
    multipliers: tuple[float, float, float, float, float, float] = (1.0,) * 6,
) -> Kinetics:
    """The named set at a weight, with an effect site for each half-time (0: it follows plasma at once).

    ``multipliers`` on V1, V2, V3, CL, Q2, Q3 make an individual. Raises ValueError on an unknown set or a bad figure.
    """
    if name not in SETS:
        raise ValueError(f"unknown drug set {name!r}; known are {', '.join(SETS)}")
    if not (math.isfinite(weight_kg) and weight_kg > 0):
        raise ValueError(f"weight must be above 0 kg, not {weight_kg}")
    if any(not math.isfinite(h) or h < 0 for h in half_times_min):
        raise ValueError("the half-time of an effect site cannot be negative")
    drug = SETS[name]
    raw = (*drug.volumes, *drug.flows)
    v1, v2, v3, cl, q2, q3 = (
        value * (weight_kg / 70.0) ** scale * m for value, scale, m in zip(raw, drug.scales, multipliers, strict=True)
    )
    size = 3 + len(half_times_min)
    m = np.zeros((size, size))
    m[0, 0] = -(cl + q2 + q3) / v1
    for i, (volume, flow) in enumerate(((v2, q2), (v3, q3)), start=1):
        if volume > 0:
            # Concentrations: what leaves the first arrives diluted by the ratio of the volumes.
            m[0, i] = flow / v1
            m[i, 0] = flow / volume
            m[i, i] = -flow / volume
    for i, half_time in enumerate(half_times_min, start=3):
        ke0 = math.log(2.0) / half_time if half_time > 0 else 600.0
        m[i, 0], m[i, i] = ke0, -ke0
    system = _rows(m)
    a, b = _discrete(system, weight_kg, v1, 1.0)
    return Kinetics(drug, weight_kg, half_times_min, v1, system, a, b)


def _discrete(
    system: Sequence[Sequence[float]], weight_kg: float, v1_l: float, seconds: float
) -> tuple[tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """Transition over so many seconds, and what 1 mg/kg/h adds in them. The input is one more state that stays put."""
    size = len(system)
    wide = np.zeros((size + 1, size + 1))
    wide[:size, :size] = system
    wide[0, size] = weight_kg / 60.0 / v1_l * MG_PER_L_IN_NG_PER_ML
    grown = expm(wide * (seconds / 60.0))
    return _rows(grown[:size, :size]), tuple(float(x) for x in grown[:size, size])


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(x) for x in row) for row in matrix)


def expm(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix exponential, by scaling and squaring of its series (18 terms at a norm below 1/2: full precision)."""
    norm = float(np.abs(matrix).sum(axis=1).max())
    halvings = max(0, math.ceil(math.log2(norm)) + 1) if norm > 0 else 0
    small = matrix / 2.0**halvings
    total = term = np.eye(len(matrix))
    for k in range(1, 19):
        term = term @ small / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total
