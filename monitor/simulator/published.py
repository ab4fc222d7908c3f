"""What papers found, and the same figures taken from a simulated cohort as each paper took them.

A figure belongs to the population that its paper describes. Bands are 95 % intervals of the published figure: Wilson
for shares, from the published n; for means and spreads, where infusions of the same patients count several times, from
the number of patients. ``inside``: the cohort's own 95 % interval (patients drawn again and again) meets that band.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from monitor.simulator.cohort import Array, Sessions
from monitor.simulator.series import LONG, Cohort

DRAWN_AGAIN = 400

TE_SYS, TE_DIA = 165.0, 100.0
"""Treatment-emergent hypertension: Rodrigues 2020."""
SEVERE_SYS, SEVERE_DIA = 180.0, 120.0
"""Severe hypertension: not defined in the abstract of Yale 2024; here hypertensive urgency (AHA/ACC, unchecked)."""
SURGE = 25.0
"""A rise of systolic pressure that is called a surge: not defined in the abstract; proposal."""


Rows = Array
"""A row a patient: what the figure is made of."""


@dataclass(frozen=True, slots=True)
class Published:
    statistic: str
    source: str
    paper: float
    band: tuple[float, float]
    rows: Callable[[Cohort], Rows]
    figure: Callable[[Array, Rows], float]
    """From the weight of each patient and the rows."""
    needs_series: bool = False
    population: str = "default"
    """Where the paper's figure belongs."""


def compare(lived: Cohort, of_series: bool = True) -> Iterator[dict[str, object]]:
    """Every published figure beside the cohort's own. A population of nobody's is laid beside the default one's figures."""
    name = lived.population.id if any(p.population == lived.population.id for p in PUBLISHED) else "default"
    rng = np.random.Generator(np.random.PCG64(1))
    count = int(lived.patient.max()) + 1
    again = rng.multinomial(count, np.full(count, 1.0 / count), size=DRAWN_AGAIN).astype(float)
    for p in PUBLISHED:
        if p.population != name or (p.needs_series and not of_series):
            continue
        rows = p.rows(lived)
        value = p.figure(np.ones(count), rows)
        if math.isnan(value):
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.array([p.figure(w, rows) for w in again])
        low, high = (float(x) for x in np.nanpercentile(drawn, [2.5, 97.5]))
        if low == high and p.figure is _ratio:
            low, high = (100 * x for x in wilson(value / 100 * rows[:, 1].sum(), rows[:, 1].sum()))
        yield {
            "statistic": p.statistic,
            "source": p.source,
            "value": round(value, 3),
            "low": round(low, 3),
            "high": round(high, 3),
            "paper": p.paper,
            "band_low": round(p.band[0], 3),
            "band_high": round(p.band[1], 3),
            "inside": bool(low <= p.band[1] and high >= p.band[0]),
        }


def wilson(k: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.96, k / n
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), (middle + half) / (1 + z * z / n)


def _ratio(weights: Array, rows: Rows) -> float:
    """Per cent: the first column of the second."""
    return 100.0 * _mean(weights, rows)


def _mean(weights: Array, rows: Rows) -> float:
    top, under = weights @ rows[:, :2]
    return float(top / under) if under else math.nan


def _sd(weights: Array, rows: Rows) -> float:
    total, count, squares = weights @ rows
    return math.sqrt(max(0.0, squares / count - (total / count) ** 2)) if count > 1 else math.nan


def _odds(weights: Array, rows: Rows) -> float:
    """Odds ratio for a unit of the first column: logistic regression of k (second) of n (third), by Newton's steps."""
    x = rows[:, 0] - rows[:, 0].mean()
    design = np.stack([np.ones_like(x), x], axis=1)
    beta = np.zeros(2)
    for _ in range(12):
        share = 1.0 / (1.0 + np.exp(-design @ beta))
        slope = design.T @ (weights * (rows[:, 1] - rows[:, 2] * share))
        curve = (design * (weights * rows[:, 2] * share * (1 - share))[:, None]).T @ design
        beta = beta + np.linalg.solve(curve + 1e-9 * np.eye(2), slope)
    return float(np.exp(beta[1]))


def _values(get: Callable[[Sessions], Array], keep: Callable[[Cohort], Array] | None = None) -> Callable[[Cohort], Rows]:
    """Sum, count and sum of squares a patient, of the lanes that are kept and have a value."""

    def rows(c: Cohort) -> Rows:
        values = np.asarray(get(c.sessions), float)
        kept = ~np.isnan(values) & (c.asked if keep is None else keep(c))
        one, count = np.where(kept, values, 0.0), int(c.patient.max()) + 1
        return np.stack([np.bincount(c.patient, w, minlength=count) for w in (one, kept.astype(float), one * one)], axis=1)

    return rows


def _patients(got: Callable[[Sessions], Array], until: int, among: Callable[[Sessions], Array] | None = None) -> Callable[[Cohort], Rows]:
    """Whether each patient ever had it in the infusions up to ``until``, of those who ever were among."""

    def rows(c: Cohort) -> Rows:
        count = int(c.patient.max()) + 1
        within = c.infusion <= until

        def ever(truths: Array) -> Array:
            return np.bincount(c.patient, truths & within, minlength=count) > 0

        of = np.ones(count, bool) if among is None else ever(among(c.sessions))
        return np.stack([ever(got(c.sessions)) & of, of], axis=1).astype(float)

    return rows


def _severe(s: Sessions) -> Array:
    return s.reached(SEVERE_SYS, SEVERE_DIA)


def _emergent(s: Sessions) -> Array:
    return s.reached(TE_SYS, TE_DIA)


def _named(what: str, until: int) -> Callable[[Cohort], Rows]:
    """Whether each patient named it as a side effect in the infusions up to ``until``."""

    def rows(c: Cohort) -> Rows:
        return _patients(lambda s: s.most[what] >= getattr(c.population.names_from, what), until)(c)

    return rows


def _first_three(c: Cohort) -> Rows:
    severe, count = _severe(c.sessions), int(c.patient.max()) + 1
    return np.stack(
        [np.bincount(c.patient, severe & early, minlength=count) for early in (c.infusion <= 3, c.infusion > 0)], axis=1
    ).astype(float)


def _surges_by_age(c: Cohort) -> Rows:
    s, count = c.sessions, int(c.patient.max()) + 1
    surge = s.highest(s.sys) - s.baseline(s.sys) >= SURGE
    ages = np.zeros(count)
    ages[c.patient] = [p.age for p in s.people]
    return np.stack([ages, np.bincount(c.patient, surge, minlength=count), np.bincount(c.patient, minlength=count)], axis=1).astype(float)


def _first_and_later(c: Cohort) -> Rows:
    """Dissociation at the end: sum and count of first infusions, then of later ones."""
    away, count = c.sessions.scores_end["dissociation"], int(c.patient.max()) + 1
    columns = []
    for kept in (c.asked & (c.infusion == 1), c.asked & (c.infusion > 1)):
        columns += [np.bincount(c.patient, np.where(kept, away, 0.0), minlength=count), np.bincount(c.patient, kept, minlength=count)]
    return np.stack(columns, axis=1).astype(float)


def _later_share(weights: Array, rows: Rows) -> float:
    first, firsts, later, laters = weights @ rows
    return 100.0 * float((later / laters) / (first / firsts)) if firsts and laters and first else math.nan


def _course(c: Cohort) -> Rows:
    """Change of systolic pressure, sum and count a patient at each reading, and the readings' minutes in a last row's place."""
    s, count = c.sessions, int(c.patient.max()) + 1
    change = s.sys - s.baseline(s.sys)
    columns = [s.times]
    for row in change:
        kept = ~np.isnan(row) & c.asked
        columns.append(np.bincount(c.patient, np.where(kept, row, 0.0), minlength=count))
        columns.append(np.bincount(c.patient, kept, minlength=count).astype(float))
    wide = np.zeros((count + 1, 2 * len(s.times)))
    wide[:count] = np.array(columns[1:]).T
    wide[count, ::2] = s.times
    return wide


def _course_of(weights: Array, rows: Rows) -> tuple[Array, Array]:
    sums = weights @ rows[:-1]
    return rows[-1, ::2], sums[::2] / np.maximum(1.0, sums[1::2])


def _peak_minute(weights: Array, rows: Rows) -> float:
    times, mean = _course_of(weights, rows)
    return float(times[int(np.argmax(mean))])


def _left_after(minutes: float) -> Callable[[Array, Rows], float]:
    """Per cent of the highest mean rise that is left this long after the end at 40 min."""

    def left(weights: Array, rows: Rows) -> float:
        times, mean = _course_of(weights, rows)
        return 100.0 * float(mean[int(np.argmin(np.abs(times - 40 - minutes)))] / np.max(mean))

    return left


def _alone(values: Callable[[Cohort], Array]) -> Callable[[Cohort], Rows]:
    """One value a patient."""

    def rows(c: Cohort) -> Rows:
        x = values(c)
        known = ~np.isnan(x)
        x = np.where(known, x, 0.0)
        return np.stack([x, known.astype(float), x * x], axis=1)

    return rows


def _around(mean: float, sd: float, n: int) -> tuple[float, float]:
    return mean - 1.96 * sd / math.sqrt(n), mean + 1.96 * sd / math.sqrt(n)


def _sd_band(sd: float, n: int) -> tuple[float, float]:
    return sd - 1.96 * sd / math.sqrt(2 * n), sd + 1.96 * sd / math.sqrt(2 * n)


def _share(k: float, n: float) -> tuple[float, float]:
    low, high = wilson(k, n)
    return 100 * low, 100 * high


def _all(c: Cohort) -> Array:
    return np.ones(len(c.patient), bool)


def _both(at: int) -> tuple[Callable[[Cohort], Rows], Callable[[Cohort], Rows]]:
    return _values(lambda s: s.change_at(at, s.sys)), _values(lambda s: s.change_at(at, s.dia))


YALE = "Yale 2024, Gen Hosp Psychiatry (10.1016/j.genhosppsych.2024.07.001)"
WAN = "Wan 2015, J Clin Psychiatry 76:247 (unchecked)"
CRTCE = "Rodrigues 2020, Expert Opin Drug Saf 19:1031"
CRTCE_SERIES = 4
ASPIRE = "esketamine trials (label, ASPIRE tables; secondary)"
ASPIRE_SERIES = 8
"""Sessions of the four weeks that the tables cover."""
MILDER = (("milder", 40, "+7/+6 at 30 to 40 min", (7.0, 6.0)), ("mildest", 30, "+3/+3 at 30 min", (3.0, 3.0)))

PUBLISHED: tuple[Published, ...] = (
    Published("sys_change_40_mean", YALE, 16.0, _around(16.0, 11.2, 138), _values(lambda s: s.change_at(40, s.sys)), _mean),
    Published("sys_change_40_sd", YALE, 11.2, _sd_band(11.2, 138), _values(lambda s: s.change_at(40, s.sys)), _sd),
    Published("dia_change_40_mean", YALE, 11.0, _around(11.0, 8.45, 138), _values(lambda s: s.change_at(40, s.dia)), _mean),
    Published("dia_change_40_sd", YALE, 8.45, _sd_band(8.45, 138), _values(lambda s: s.change_at(40, s.dia)), _sd),
    Published("sys_peak_mean", WAN, 19.6, _around(19.6, 12.8, 97), _values(lambda s: s.highest(s.sys) - s.baseline(s.sys)), _mean),
    Published("dia_peak_mean", WAN, 13.4, _around(13.4, 9.8, 97), _values(lambda s: s.highest(s.dia) - s.baseline(s.dia)), _mean),
    Published("pressure_peak_minute", YALE, 40.0, (30.0, 40.0), _course, _peak_minute, True),
    Published("rise_left_90_min_after_end", "clinical reference: back within 1.5 h", 0.0, (-10.0, 10.0), _course, _left_after(90), True),
    Published("severe_per_infusion", YALE, 0.98, _share(23, 2342), _values(_severe, _all), _ratio, True),
    Published("severe_per_patient", YALE, 12.3, _share(17, 138), _patients(_severe, LONG), _ratio, True),
    Published("severe_in_first_three", YALE, 43.4, _share(10, 23), _first_three, _ratio, True),
    Published("surge_odds_per_year_of_age", YALE, 1.04, (1.02, 1.05), _surges_by_age, _odds, True),
    Published("te_hypertension_per_patient", CRTCE, 44.3, _share(90, 203), _patients(_emergent, CRTCE_SERIES), _ratio, True),
    Published(
        "drug_needed_given_te_hypertension",
        CRTCE,
        12.0,
        _share(11, 90),
        _patients(lambda s: s.antihypertensive, CRTCE_SERIES, _emergent),
        _ratio,
        True,
    ),
    Published("dissociation_reported", CRTCE, 35.6, (29.2, 42.3), _named("dissociation", CRTCE_SERIES), _ratio, True),
    Published("nausea_reported", CRTCE, 13.3, (9.3, 18.7), _named("nausea", CRTCE_SERIES), _ratio, True),
    Published("stopped_for_adverse_effect", WAN, 1.95, _share(4, 205), _values(lambda s: s.stopped), _ratio),
    Published(
        "level_end_arterial",
        "Kamp 2020, 0.5 mg/kg over 40 min; its median error 9 %",
        253.0,
        (230.0, 276.0),
        _values(lambda s: np.where(s.stopped, np.nan, s.level_end)),
        _mean,
    ),
    Published(
        "cadss_40_mean", "Murrough 2013, Wan 2015, NIMH (unchecked)", 15.0, (10.0, 20.0), _values(lambda s: s.scores_end["cadss"]), _mean
    ),
    Published(
        "cadss_after_load_mean", "Goldway 2025, healthy, n = 33", 24.94, _around(24.94, 10.77, 33), _alone(lambda c: c.cadss_load), _mean
    ),
    Published("cadss_after_load_sd", "Goldway 2025, healthy, n = 33", 10.77, _sd_band(10.77, 33), _alone(lambda c: c.cadss_load), _sd),
    Published(
        "dissociation_later_against_first", f"{CRTCE} (falls, then plateau)", 80.0, (50.0, 99.0), _first_and_later, _later_share, True
    ),
    Published(
        "oneself_within_30_min", "the clinic: most in 15 to 30 min", 75.0, (50.0, 100.0), _values(lambda s: s.oneself_after <= 30.0), _ratio
    ),
    Published(
        "oneself_within_2_h",
        "NIMH, Acevedo-Diaz 2020: gone by 2 h",
        100.0,
        (99.0, 100.0),
        _values(lambda s: s.oneself_after <= 120.0),
        _ratio,
    ),
    Published(
        "spo2_below_92",
        "rare, no denominator found; band: no escalation in 1,985 sessions (Japan audit)",
        0.0,
        _share(0, 1985),
        _values(lambda s: s.least["spo2"] < 92.0),
        _ratio,
    ),
    *(
        Published(f"{what}_reported", ASPIRE, sum(band) / 2, band, _named(what, ASPIRE_SERIES), _ratio, True, "asked-for")
        for what, band in {
            "nausea": (27.0, 33.0),
            "dissociation": (34.0, 41.0),
            "dizziness": (29.0, 41.0),
            "headache": (20.0, 25.0),
            "anxiety": (10.0, 15.0),
        }.items()
    ),
    Published(
        "sedated_moaas",
        f"{ASPIRE}: MOAA/S below 5 at any time",
        54.5,
        (48.0, 61.0),
        _patients(lambda s: s.most["drowsiness"] >= 1.0, ASPIRE_SERIES),
        _ratio,
        True,
        "asked-for",
    ),
    *(
        Published(f"{limb}_change_{at}_mean", f"a milder cohort, {told} (unchecked)", paper, (paper - 2, paper + 2), of, _mean, False, name)
        for name, at, told, limbs in MILDER
        for limb, paper, of in zip(("sys", "dia"), limbs, _both(at), strict=True)
    ),
    Published("vomiting", ASPIRE, 11.0, (6.0, 16.0), _patients(lambda s: s.vomited, ASPIRE_SERIES), _ratio, True, "asked-for"),
    Published(
        "level_end_venous",
        "Zanos 2018 citing Zarate 2006; range with dissociation, Krystal 1994",
        185.0,
        (100.0, 250.0),
        _values(lambda s: np.where(s.stopped, np.nan, s.level_end)),
        _mean,
        population="venous",
    ),
)
