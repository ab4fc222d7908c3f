"""The drug level: published parameter sets, and their exact solution for rates that are constant in between.

A mammillary model of two or three compartments, with any number of effect sites behind the first and norketamine
behind its elimination, is a linear system ``x' = M x + b rate``. While the rate is constant its exact solution over
``s`` seconds is ``x[n+1] = A x[n] + B rate`` with ``A = exp(M s)``, so there is no step-size error at all. Levels are
ng/mL (of norketamine as much as the ketamine it was made of, as its papers count); rates mg/kg/h; doses mg of racemic
ketamine. Simons and Otto are models of S-ketamine: used here for the racemate, which assumes that both forms behave
alike (Hasan 2021: ratio of clearances 1.06).

Everything is written for a float a patient or an array over patients (``maths``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm  # type: ignore[import-untyped,unused-ignore]

from monitor.simulator.maths import Number

Level = tuple[Number, ...]
"""ng/mL: the three compartments, each effect site, two stages of metabolism, norketamine in blood and in tissue."""

KE0_HALF_TIME_MIN = 6.1
"""Half-time of the effect site, minutes. Sourced: Olofsen 2012, average over endpoints (range 0 to 11.8)."""

MG_PER_L_IN_NG_PER_ML = 1000.0
AT_ONCE_PER_MIN = 600.0
"""The rate constant of a site that follows plasma without delay."""


@dataclass(frozen=True, slots=True)
class Norketamine:
    """How a set makes and clears norketamine, at 70 kg. ``formed`` is the share of what is eliminated; ``delay_min`` the
    mean transit time through two stages of metabolism (0: none); the first volume None: that of ketamine."""

    cites: str
    formed: float
    delay_min: float
    volumes: tuple[float | None, float]
    flows: tuple[float, float]
    scales: tuple[float, float, float, float]
    """Exponents of weight/70 on both volumes, clearance and exchange."""
    variances: tuple[float, float, float, float]
    """Log-normal, between patients: of the first volume, the clearance, the delay; then the covariance of the first two."""


@dataclass(frozen=True, slots=True)
class DrugSet:
    """A published set of parameters for 70 kg: volumes (L) and flows (clearance and exchanges, L/min).

    ``scales`` are the exponents of weight/70 on V1, V2, V3, CL, Q2, Q3. ``variances`` are log-normal variances between
    patients of V1, CL and Q3, then the covariance of V1 and CL. A compartment that a set lacks has volume and flow 0.
    """

    name: str
    cites: str
    site: str
    volumes: tuple[float, float, float]
    flows: tuple[float, float, float]
    norketamine: Norketamine
    scales: tuple[float, float, float, float, float, float] = (1.0,) * 6
    variances: tuple[float, float, float, float] = (0.057, 0.029, 0.026, 0.0)
    """Those of Simons 2022 where the set's own source gives none: an assumption."""


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
_SIMONS_NORKETAMINE = Norketamine(
    "Simons 2022, Front Pain Res 3:946486 (S-norketamine)",
    0.8,
    20.1,
    (None, 221.0),
    (1.00, 2.63),
    (1.0, 1.0, 0.75, 0.75),
    (0.0, 0.050, 0.021, 0.0),
)
_OTTO_NORKETAMINE = Norketamine(
    "Otto 2021 (S-norketamine)",
    1.0,
    0.0,
    (98.638, 160.04),
    (57.72 / 60, 42.778 / 60),
    (1.0, 0.0, 0.75, 0.0),
    (0.040426, 0.10319, 0.0, 0.04456),
)
# A set without norketamine of its own is given that of Simons, with a first volume of its own: an assumption.
_BORROWED = replace(_SIMONS_NORKETAMINE, cites=_SIMONS_NORKETAMINE.cites + ", borrowed", volumes=(11.6, 221.0))

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
                _BORROWED,
            ),
            DrugSet(
                "simons2022",
                "Simons 2022, Front Pain Res 3:946486 (S-ketamine)",
                "arterial",
                (11.6, 39.0, 174.0),
                (1.48, 2.43, 1.21),
                _SIMONS_NORKETAMINE,
                (1.0, 1.0, 1.0, 0.75, 0.75, 0.75),
            ),
            DrugSet("domino", "Domino 1982 (PMID 7198883), 1984 (CPT 36:645)", "not stated", *_DOMINO, _BORROWED),
            DrugSet(
                "otto2021",
                "Otto 2021, EJCP 77:1181 (10.1007/s00228-021-03104-1; S-ketamine)",
                "venous",
                (133.0, 187.0, 98.8),
                (95.2 / 60, 23.2 / 60, 157.0 / 60),
                _OTTO_NORKETAMINE,
                (1.0, 0.0, 0.0, 0.75, 0.0, 0.0),
                (0.084177, 0.026048, 0.0, 0.02261),
            ),
            DrugSet("clements", "Clements (250), as in OpenTIVA", "venous", *_CLEMENTS, _BORROWED),
            DrugSet("hijazi", "Hijazi 2003 (intensive care), as in OpenTIVA", "not stated", *_HIJAZI, _BORROWED),
        )
    }
)
DEFAULT_SET = "kamp2020"

CLEARANCE_OF_WOMEN = 1.2
"""Elimination clearance of women against men. Sourced: Sigtermans 2009."""

MOST_MG_PER_KG_H = 60.0
"""A guardrail for what can be reckoned at all, far above what any clinic's protocol lets anybody order: proposal."""

STANDARD_MG_PER_KG_H, STANDARD_S = 0.75, 2400
"""0.5 mg/kg over 40 min: what every effect's size is told for."""


def individual(drug: DrugSet, z: Sequence[float], sex: str) -> tuple[float, ...]:
    """Multipliers of one person (``kinetics``), from six standard normal scores and the sex."""
    v1, cl, q3, together = drug.variances
    on_v1, on_cl = _correlated(v1, cl, together, z[0], z[1])
    first, cleared, delay, both = drug.norketamine.variances
    on_first, on_cleared = _correlated(first, cleared, both, z[3], z[4])
    # The published values are of men and women mixed: a woman's lie as far above them as a man's below.
    apart = {"female": 0.5, "male": -0.5}.get(sex, 0.0)
    return (
        math.exp(on_v1), 1.0, 1.0,
        math.exp(on_cl) * CLEARANCE_OF_WOMEN**apart, 1.0, math.exp(math.sqrt(q3) * z[2]),
        math.exp(on_first), math.exp(on_cleared), math.exp(math.sqrt(delay) * z[5]),
    )  # fmt: skip


def _correlated(a: float, b: float, together: float, z: float, other: float) -> tuple[float, float]:
    """Two normal variates with these variances and this covariance, from two scores."""
    one = math.sqrt(a) * z
    shared = together / a if a else 0.0
    return one, shared * one + math.sqrt(max(0.0, b - shared * together)) * other


@dataclass(frozen=True, slots=True)
class Kinetics:
    """One set in one person or in many, with its effect sites: the exact step. The level is an argument, never kept."""

    drug: DrugSet
    weight_kg: Number
    half_times_min: tuple[float, ...]
    v1_l: Number
    system: NDArray[np.float64]
    """The matrix M, /min; with a first axis over patients where there are many."""
    _steps: dict[float, tuple[list[list[tuple[int, Number]]], list[Number]]] = field(default_factory=dict, compare=False)

    @property
    def norketamine(self) -> int:
        """Where in a level norketamine in blood stands."""
        return 3 + len(self.half_times_min) + 2

    def start(self) -> Level:
        return (0.0,) * int(self.system.shape[-1])

    def after(self, level: Level, rate_mg_per_kg_h: Number, seconds: float) -> Level:
        """The level this many seconds later at a constant rate: one exact jump."""
        known = self._steps.get(seconds)
        if known is None:
            known = self._steps[seconds] = self._over(seconds)
        rows, given = known
        out = []
        for row, one in zip(rows, given, strict=True):
            total = one * rate_mg_per_kg_h
            for i, share in row:
                total = total + share * level[i]
            out.append(total)
        return tuple(out)

    def bolus(self, level: Level, dose_mg: Number) -> Level:
        """The level just after a dose given at once."""
        return (level[0] + dose_mg / self.v1_l * MG_PER_L_IN_NG_PER_ML, *level[1:])

    def _over(self, seconds: float) -> tuple[list[list[tuple[int, Number]]], list[Number]]:
        """What stays of each part over so many seconds, and what 1 mg/kg/h adds. The input is one more part that stays put.

        Only what is not nothing is kept: an effect site feeds nothing back.
        """
        size = self.system.shape[-1]
        wide = np.zeros((*self.system.shape[:-2], size + 1, size + 1))
        wide[..., :size, :size] = self.system
        wide[..., 0, size] = np.asarray(self.weight_kg) / 60.0 / self.v1_l * MG_PER_L_IN_NG_PER_ML
        grown = expm(wide * (seconds / 60.0))
        rows = [[(j, _number(grown[..., i, j])) for j in range(size) if np.any(grown[..., i, j])] for i in range(size)]
        return rows, [_number(grown[..., i, size]) for i in range(size)]


def kinetics(
    name: str = DEFAULT_SET,
    weight_kg: Number = 70.0,
    half_times_min: tuple[float, ...] = (KE0_HALF_TIME_MIN,),
    multipliers: Sequence[Number] = (1.0,) * 9,
) -> Kinetics:
    """The named set at a weight, with an effect site for each half-time (0: it follows plasma at once).

    ``multipliers`` on V1, V2, V3, CL, Q2, Q3 and on norketamine's first volume (where it has its own), clearance and
    delay make an individual; arrays of weights and multipliers make many. Raises ValueError on an unknown set or a bad
    figure.
    """
    if name not in SETS:
        raise ValueError(f"unknown drug set {name!r}; known are {', '.join(SETS)}")
    if not np.all(np.isfinite(weight_kg)) or not np.all(np.asarray(weight_kg) > 0):
        raise ValueError(f"weight must be above 0 kg, not {weight_kg}")
    if any(not math.isfinite(h) or h < 0 for h in half_times_min):
        raise ValueError("the half-time of an effect site cannot be negative")
    drug, nor = SETS[name], SETS[name].norketamine
    relative = weight_kg / 70.0
    raw = (*drug.volumes, *drug.flows)
    v1, v2, v3, cl, q2, q3 = (v * relative**scale * m for v, scale, m in zip(raw, drug.scales, multipliers[:6], strict=True))
    own_first, own_cl, own_delay = multipliers[6:]
    first = v1 if nor.volumes[0] is None else nor.volumes[0] * relative ** nor.scales[0] * own_first
    second = nor.volumes[1] * relative ** nor.scales[1]
    cl_nor = nor.flows[0] * relative ** nor.scales[2] * own_cl
    q_nor = nor.flows[1] * relative ** nor.scales[3]

    size = 3 + len(half_times_min) + 4
    m: NDArray[np.float64] = np.zeros((*np.broadcast_shapes(*(np.shape(x) for x in (relative, *multipliers))), size, size))
    m[..., 0, 0] = -(cl + q2 + q3) / v1
    for i, (volume, flow) in enumerate(((v2, q2), (v3, q3)), start=1):
        if drug.volumes[i] > 0:
            # Concentrations: what leaves the first arrives diluted by the ratio of the volumes.
            m[..., 0, i] = flow / v1
            m[..., i, 0] = flow / volume
            m[..., i, i] = -flow / volume
    for i, half_time in enumerate(half_times_min, start=3):
        ke0 = math.log(2.0) / half_time if half_time > 0 else AT_ONCE_PER_MIN
        m[..., i, 0], m[..., i, i] = ke0, -ke0
    one, two, blood, tissue = range(size - 4, size)
    if nor.delay_min:
        # Both stages together take the mean transit time; they are told as if diluted in norketamine's first volume.
        through = 2.0 / (nor.delay_min * own_delay)
        m[..., one, 0] = nor.formed * cl / first
        m[..., one, one] = m[..., two, two] = -through
        m[..., two, one] = m[..., blood, two] = through
    else:
        m[..., blood, 0] = nor.formed * cl / first
    m[..., blood, blood] = -(cl_nor + q_nor) / first
    m[..., blood, tissue] = q_nor / first
    m[..., tissue, blood], m[..., tissue, tissue] = q_nor / second, -q_nor / second
    return Kinetics(drug, weight_kg, half_times_min, v1, m)


def _number(values: Any) -> Number:
    """A float where all patients share it, else the array over them."""
    values = np.asarray(values)
    return float(values.flat[0]) if values.size and np.all(values == values.flat[0]) else np.ascontiguousarray(values)
