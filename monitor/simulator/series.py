"""A cohort: patients who come for a series of infusions, or sessions of scenarios in given shares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.infusion import Act, Does
from monitor.simulator import cohort
from monitor.simulator.cohort import Array, Sessions
from monitor.simulator.life import Seeds
from monitor.simulator.population import Population, load_population
from monitor.simulator.scenario import Ordered, Scenario

SERIES = 6
"""Infusions of a series, and so of each patient of a cohort."""
LONG = 17
"""Infusions a patient at Yale (2,342 in 138), for what that paper counts per patient."""
MOST = 100_000
"""Infusions of one cohort."""
AT_A_TIME = 3000
"""Lanes that are lived side by side: more would only need more memory."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Sessions of patients who come again: whose each lane is, and which infusion."""

    population: Population
    sessions: Sessions
    patient: NDArray[np.int64]
    infusion: NDArray[np.int64]
    asked: NDArray[np.bool_]
    """The lanes that were asked for; others only prolong the series for what a paper counts over many infusions."""
    cadss_load: Array
    """A patient a value: CADSS after the fast load of Goldway 2025."""


def live(population: Population, n: int, seed: int, series: bool = True) -> Cohort:
    """A cohort of ``n`` infusions: patients with their first to sixth, each series going on to ``LONG`` if ``series``."""
    patients = -(-n // SERIES)
    last = LONG if series else min(n, SERIES)
    lanes = [(p, k) for p in range(patients) for k in range(1, last + 1)]
    sessions, which = _lived(population, seed, lanes, premedicated=False)
    # Whoever had a severe rise is treated beforehand from then on: those infusions are lived again, in that light.
    severe = sessions.reached(*population.care.before_if_severe)
    first = np.full(patients, last + 1)
    np.minimum.at(first, which[severe, 0], which[severe, 1])
    after = which[:, 1] > first[which[:, 0]]
    if after.any():
        again, treated = _lived(population, seed, [(p, k) for p, k in which[after].tolist()], premedicated=True)
        sessions = cohort.joined([sessions.of(~after), again])
        which = np.concatenate([which[~after], treated])
    firsts = [_seeds(population, seed, p, 1) for p in range(patients)]
    return Cohort(
        population=population,
        sessions=sessions,
        patient=which[:, 0],
        infusion=which[:, 1],
        asked=(which[:, 1] <= SERIES) & (which[:, 0] * SERIES + which[:, 1] <= n),
        cadss_load=_after_load(population, firsts),
    )


def _lived(population: Population, seed: int, lanes: list[tuple[int, int]], premedicated: bool) -> tuple[Sessions, NDArray[np.int64]]:
    """These (patient, infusion), in portions; and which lane of the answer is which."""
    by_order: dict[Ordered, list[tuple[int, int]]] = {}
    for p, k in lanes:
        by_order.setdefault(population.orders[min(k, len(population.orders)) - 1], []).append((p, k))
    parts: list[Sessions] = []
    placed: list[tuple[int, int]] = []
    for members in by_order.values():
        for begin in range(0, len(members), AT_A_TIME):
            some = members[begin : begin + AT_A_TIME]
            seeds = [_seeds(population, seed, *one) for one in some]
            people = [population.person(s, k) for s, (_, k) in zip(seeds, some, strict=True)]
            before = np.full(len(some), premedicated)
            parts.append(cohort.live(population.scenario(some[0][1]), people, seeds, population.care, premedicated=before))
            placed += some
    return cohort.joined(parts), np.array(placed)


def live_mix(mix: Mapping[Scenario, float], n: int, seed: int) -> Cohort:
    """``n`` sessions of scenarios in these shares, each a patient of its own, with the care of the default population."""
    people = load_population("default")
    total = sum(mix.values())
    bounds = np.round(np.cumsum([weight / total * n for weight in mix.values()])).astype(int)
    parts, begin = [], 0
    for scenario, end in zip(mix, bounds.tolist(), strict=True):
        if end > begin:
            seeds = [Seeds(seed, f"{scenario.id} {p}", f"{scenario.id} {p}") for p in range(begin, end)]
            parts.append(cohort.live(scenario, [scenario.patient] * len(seeds), seeds, people.care))
        begin = end
    sessions = cohort.joined(parts)
    lanes = np.arange(n)
    none = np.full(n, np.nan)
    return Cohort(people, sessions, lanes, np.array([p.infusion for p in sessions.people]), np.ones(n, bool), none)


def _seeds(population: Population, seed: int, patient: int, infusion: int) -> Seeds:
    return Seeds(seed, f"{population.id} {patient}", f"{population.id} {patient} infusion {infusion}")


def _after_load(population: Population, seeds: list[Seeds]) -> Array:
    """CADSS ten minutes after 0.4 mg/kg over 10 min, with 0.4 mg/kg/h going on (Goldway 2025)."""
    plan = population.scenario(1).model_copy(update={"order": Ordered(dose_mg_per_kg=0.4, minutes=10)})
    start = plan.order.start
    acts = [Act(start + 600, Does.RATE, 0.4)]
    lived = cohort.live(plan, [population.person(s, 1) for s in seeds], seeds, None, acts, minutes=(start + 1200) / 60)
    return lived.scores_last["cadss"]


COLUMNS = (
    "patient", "infusion", "age", "sex", "weight_kg", "hypertension", "motion_sickness", "antidepressant", "baseline_sys", "baseline_dia",
    "sys_change_40", "dia_change_40", "sys_highest", "dia_highest", "level_end_ng_ml", "dissociation_40", "cadss_40", "cadss6_40",
    *(f"{name}_most" for name in cohort.MOST), *(f"{name}_least" for name in cohort.LEAST), "vomited", "oneself_after_min",
    "antihypertensive", "antiemetic", "slowed", "stopped", "stopped_for",
)  # fmt: skip


def rows(lived: Cohort) -> Iterator[tuple[object, ...]]:
    """``COLUMNS`` of each session that was asked for; None where a reading failed."""
    s = lived.sessions
    rounded: dict[str, Array] = {
        "baseline_sys": s.baseline(s.sys), "baseline_dia": s.baseline(s.dia), "sys_change_40": s.change_at(40, s.sys),
        "dia_change_40": s.change_at(40, s.dia), "sys_highest": s.highest(s.sys), "dia_highest": s.highest(s.dia),
        "level_end_ng_ml": s.level_end, "dissociation_40": s.scores_end["dissociation"], "cadss_40": s.scores_end["cadss"],
        "cadss6_40": s.scores_end["cadss6"], **{f"{k}_most": v for k, v in s.most.items()}, **{f"{k}_least": v for k, v in s.least.items()},
        "oneself_after_min": s.oneself_after,
    }  # fmt: skip
    truths = {k: getattr(s, k) for k in ("vomited", "antihypertensive", "antiemetic", "slowed", "stopped")}
    order = np.lexsort((lived.infusion, lived.patient))
    for i in order[lived.asked[order]].tolist():
        p = s.people[i]
        row: dict[str, object] = {
            "patient": int(lived.patient[i]) + 1, "infusion": int(lived.infusion[i]), "age": p.age, "sex": p.sex, "weight_kg": p.weight_kg,
            "hypertension": int(p.hypertension), "motion_sickness": int(p.motion_sickness), "antidepressant": int(p.antidepressant),
            **{k: None if math.isnan(v[i]) else round(float(v[i]), 2) for k, v in rounded.items()},
            **{k: int(v[i]) for k, v in truths.items()}, "stopped_for": str(s.stopped_for[i]),
        }  # fmt: skip
        yield tuple(row[c] for c in COLUMNS)
