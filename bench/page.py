"""``python -m bench.page``: draws the plots of docs/patient.md and writes its tables anew, from the program as it is.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; everything else on that page is written by hand.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.infusion import Act, Does
from monitor.simulator import published, series
from monitor.simulator.ketamine import SETS, STANDARD_MG_PER_KG_H, kinetics
from monitor.simulator.life import Life
from monitor.simulator.population import load_population, populations
from monitor.simulator.scenario import Scenario
from tests.simulator.test_cohort import BEFORE, INTERVENTIONS, RATE, course, of, plan

Array = NDArray[Any]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "patient.md"
PLOTS = PAGE.parent / "patient"

INFUSIONS, SEED = 3000, 1
PLANNED_S = 40 * 60
OVER = Act(PLANNED_S, Does.RATE, 0.0)

# Okabe and Ito's colours, which the colour-blind tell apart; the last, and a label in orange, darker for print.
BLUE, RED, GREEN, ORANGE, PLUM = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#9C4A79"
INK, GREY, PALE, DARK_ORANGE = "#222222", "#767676", "#D9D9D9", "#8F6200"


# What stands in the tables beside the figures


STATISTICS = {
    "sys_change_40_mean": "systolic change at 40 min, mean, mmHg",
    "sys_change_40_sd": "its SD",
    "dia_change_40_mean": "diastolic change at 40 min, mean, mmHg",
    "dia_change_40_sd": "its SD",
    "sys_peak_mean": "highest systolic change, mean, mmHg",
    "dia_peak_mean": "highest diastolic change, mean, mmHg",
    "pressure_peak_minute": "minute of the highest mean systolic",
    "rise_left_90_min_after_end": "left of that rise 90 min after the end, %",
    "severe_per_infusion": "severe hypertension, % of infusions",
    "severe_per_patient": "severe hypertension, % of patients (17 infusions each)",
    "severe_in_first_three": "of severe events in infusions 1 to 3, %",
    "surge_odds_per_year_of_age": "odds of a surge for a year of age",
    "te_hypertension_per_patient": "165/100 or more, % of patients",
    "drug_needed_given_te_hypertension": "of these given an antihypertensive, %",
    "dissociation_reported": "dissociation named, % of patients",
    "sedated_moaas": "MOAA/S below 5 at any time, % of patients",
    "sys_change_30_mean": "systolic change at 30 min, mean, mmHg",
    "dia_change_30_mean": "diastolic change at 30 min, mean, mmHg",
    "nausea_reported": "nausea named, % of patients",
    "stopped_for_adverse_effect": "stopped for an adverse effect, % of infusions",
    "level_end_arterial": "arterial level at the end, ng/mL",
    "level_end_venous": "venous level at the end, ng/mL",
    "cadss_40_mean": "CADSS at 40 min, mean",
    "cadss_after_load_mean": "CADSS after 0.4 mg/kg in 10 min, mean",
    "cadss_after_load_sd": "its SD",
    "dissociation_later_against_first": "dissociation later against first infusion, %",
    "oneself_within_30_min": "like oneself again within 30 min of the end, %",
    "oneself_within_2_h": "like oneself again within 2 h, %",
    "spo2_below_92": "SpO2 below 92 %, % of infusions",
    "dizziness_reported": "dizziness named, % of patients",
    "headache_reported": "headache named, % of patients",
    "anxiety_reported": "anxiety named, % of patients",
    "vomiting": "vomited, % of patients",
}

EFFECT_SITE = "level exact; effect site 6.1 min sourced, that it holds for this effect assumed"
BASIS = {
    "lower rate: dissociation": f"{EFFECT_SITE}; steepness: proposal",
    "stop: dissociation": f"{EFFECT_SITE}; steepness: proposal",
    "stop: systolic": f"{EFFECT_SITE}; half of the most at 750 ng/mL sourced (BioGears); norketamine against it: proposal in size",
    "antiemetic 5HT3: nausea": "4 mg unchecked; takes 62 % of nausea, from 2 min on, half-time 4 min: proposal",
    "antiemetic 5HT3 in the motion-sick: nausea": "takes 25 %: weak there is sourced in kind, proposal in size",
    "antiemetic antihistamine in the motion-sick: nausea": (
        "25 mg unchecked; takes 65 % (others: 40 %), from 3 min on, half-time 5 min: proposal"
    ),
    "antiemetic D2: nausea": "10 mg unchecked; takes 50 % (40 % in the motion-sick), from 2 min on, half-time 5 min: proposal",
    "calming drug: anxiety": "2 mg midazolam unchecked; from 1 min on, half-time 1.5 min, fades with 45 min: proposal",
    "calming drug: drowsiness": "steps of MOAA/S, more on top of ketamine: proposal",
    "calming drug: breathing": "8 % of the drive alone, 14 % more at full ketamine: proposal",
    "antihypertensive: systolic": "10 mg labetalol unchecked; 11/7 mmHg, from 2 min on, half-time 3 min: proposal",
    "oxygen: saturation": "4 L/min does all that oxygen can; makes good 70 % of what is lacking: proposal",
    "airway: saturation": "opens at once and holds 8 min by itself: proposal",
    "words: anxiety": "within a minute, half gone after 10 min; how much differs between persons: proposal",
    "words: comfort": "follows from the fear that is met: proposal",
    "antagonist after a calming drug: drowsiness": (
        "0.2 mg flumazenil unchecked; takes 90 % of the calming drug, from 0.5 min on, half-time 0.5 min: proposal"
    ),
}
UNITS = {"systolic": "mmHg", "saturation": "%", "breathing": "/min", "drowsiness": "steps"}
"""Everything else is a score of 0 to 10."""

COLUMNS = {
    "patient": ("-", "number of the patient"),
    "infusion": ("-", "which of the series, from 1"),
    "age": ("years", "18 to 80"),
    "sex": ("-", "female or male"),
    "weight_kg": ("kg", ""),
    "hypertension": ("0/1", "known, treated"),
    "motion_sickness": ("0/1", "prone to it"),
    "antidepressant": ("0/1", "takes one that raises serotonin"),
    "baseline_sys": ("mmHg", "last reading before the drug"),
    "baseline_dia": ("mmHg", "the same"),
    "sys_change_40": ("mmHg", "reading at 40 min less baseline; empty where the cuff failed"),
    "dia_change_40": ("mmHg", "the same"),
    "sys_highest": ("mmHg", "highest reading after the start, until 130 min after the planned end"),
    "dia_highest": ("mmHg", "the same"),
    "level_end_ng_ml": ("ng/mL", "ketamine in plasma at the planned end"),
    "dissociation_40": ("0 to 10", "as answered at the planned end"),
    "cadss_40": ("0 to 92", "CADSS total then"),
    "cadss6_40": ("0 to 24", "its six items then"),
    "dissociation_most": ("0 to 10", "most in the session, looked at once a minute, not rounded"),
    "nausea_most": ("0 to 10", "the same; so for the next three"),
    "dizziness_most": ("0 to 10", ""),
    "headache_most": ("0 to 10", ""),
    "anxiety_most": ("0 to 10", "the anxiety before the start counts too"),
    "unease_most": ("from 0", "what is suffered of the experience"),
    "drowsiness_most": ("steps", "MOAA/S is 5 less the whole steps"),
    "spo2_least": ("%", "least true saturation, looked at once a minute, not rounded"),
    "rr_least": ("/min", "least true breathing rate"),
    "comfort_least": ("0 to 10", "least comfort"),
    "vomited": ("0/1", "at any time"),
    "oneself_after_min": ("min", "from the planned end until like oneself again for good"),
    "antihypertensive": ("0/1", "given by the team in this session, not the one given before it"),
    "antiemetic": ("0/1", "given by the team on nausea, not the one given before"),
    "slowed": ("0/1", "rate halved by the team"),
    "stopped": ("0/1", "by the team before the planned end"),
    "stopped_for": ("-", "pressure, distress, nausea, or empty"),
}


# What the tables hold


Table = list[str]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> Table:
    rule = ["---:" if i in numbers else "---" for i in range(len(head))]
    return ["| " + " | ".join(str(cell) for cell in row) + " |" for row in (head, rule, *rows)]


def sets_table() -> Table:
    """What each set gives for 0.5 mg/kg over 40 min at 70 kg."""
    rows = []
    for drug in SETS.values():
        at = {m: _level(drug.name, m) for m in (40, 60, 80, 120)}
        own = "borrowed" if drug.norketamine.cites.endswith("borrowed") else "own"
        rows.append(
            (
                f"`{drug.name}`",
                drug.cites,
                drug.site,
                " / ".join(f"{level[0]:.0f}" for level in at.values()),
                f"{at[40][1]:.0f}",
                f"{at[40][2]:.0f} / {at[120][2]:.0f} ({own})",
            )
        )
    head = ("Set", "Source", "Site", "Plasma at 40 / 60 / 80 / 120 min", "Effect site at 40", "Norketamine at 40 / 120")
    return _table(head, rows, (3, 4, 5))


def _level(name: str, minute: float) -> tuple[float, float, float]:
    """Plasma, effect site and norketamine (ng/mL) at a minute of the standard infusion and after it."""
    model = kinetics(name)
    level = model.after(model.start(), STANDARD_MG_PER_KG_H, min(minute, 40.0) * 60)
    level = model.after(level, 0.0, max(0.0, minute - 40.0) * 60)
    return level[0], level[3], level[model.norketamine]


Found = Mapping[str, Any]


def statistics_table(found: Sequence[Found]) -> Table:
    rows = []
    for f in found:
        mark = "" if f["inside"] else " **outside**"
        rows.append((f"`{f['statistic']}`", STATISTICS[f["statistic"]], _paper(f), _simulated(f) + mark, f["source"]))
    return _table(("Name", "What", "Paper", "Simulated", "Source"), rows, (2, 3))


def _digits(f: Found) -> int:
    return 2 if f["band_high"] - f["band_low"] < 1 else 1 if f["band_high"] < 100 else 0


def _paper(f: Found) -> str:
    return f"{f['paper']:g} ({f['band_low']:.{_digits(f)}f} to {f['band_high']:.{_digits(f)}f})"


def _simulated(f: Found) -> str:
    return f"{f['value']:.{_digits(f)}f} ({f['low']:.{_digits(f)}f} to {f['high']:.{_digits(f)}f})"


@dataclass(frozen=True)
class Help:
    """What one intervention did: the mean over patients of with, of without, each minute from the tenth to the fortieth."""

    name: str
    with_it: Array
    without: Array

    @property
    def change(self) -> Array:
        return self.with_it - self.without

    def after(self, minutes: int) -> float:
        return float(self.change[MINUTES.index(20 + minutes)])

    @property
    def half_after(self) -> int:
        """Minutes until half of the greatest change within 20 minutes is reached."""
        size = np.abs(self.change)
        return MINUTES[int(np.argmax(size >= size.max() / 2))] - 20


MINUTES = list(range(10, 41))


def helps() -> list[Help]:
    """Every intervention that is tested, and the antagonist on what it is there for."""
    found = []
    for name, (scenario, act, measure, _) in INTERVENTIONS.items():
        found.append(_help(name, scenario, (), act, measure))
    calmed = Act(10 * 60, Does.DRUG, 2, "benzodiazepine")
    antagonist = Act(BEFORE, Does.DRUG, 0.2, "benzodiazepine_antagonist")
    found.append(_help("antagonist after a calming drug: drowsiness", plan(), (calmed,), antagonist, of("drowsy")))
    return found


def _help(name: str, scenario: Scenario, before: Sequence[Act], act: Act, measure: Callable[[Life, int], Array]) -> Help:
    with_it, without = (course(scenario, acts, MINUTES, measure).mean(axis=1) for acts in ((*before, act), before))
    return Help(name, with_it, without)


def interventions_table(found: Sequence[Help]) -> Table:
    rows = []
    for h in found:
        unit = UNITS.get(h.name.rpartition(": ")[2], "")
        sizes = " / ".join(f"{h.after(m):+.1f}" for m in (5, 10, 20)) + (f" {unit}" if unit else "")
        rows.append((h.name, sizes, f"{h.half_after} min", BASIS[h.name]))
    return _table(("Intervention at 20 min: what is measured", "After 5 / 10 / 20 min", "Half of it after", "From where"), rows, (1, 2))


def columns_table() -> Table:
    return _table(("Column", "Unit", "What"), ((f"`{name}`", *COLUMNS[name]) for name in series.COLUMNS))


def beside_table(lived: series.Cohort) -> Table:
    """Figures that no band stands for, and what is known of them."""
    s = lived.sessions.of(lived.asked)
    change, level = s.change_at(40, s.sys), s.level_end
    good = ~np.isnan(change) & ~s.stopped
    women = np.array([p.sex == "female" for p in s.people])
    cadss = s.scores_end["cadss"]
    peaks = [s.highest(x) - s.baseline(x) for x in (s.sys, s.dia)]
    why = {cause: int(np.sum(s.stopped_for == cause)) for cause in ("pressure", "distress", "nausea")}

    def share(truths: Array) -> str:
        percent = 100 * float(np.mean(truths))
        return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"

    cv = 100 * level[good].std() / level[good].mean()
    apart = np.mean(change[good & women]) - np.mean(change[good & ~women])
    stops = " / ".join(str(n) for n in why.values())
    together = (float(np.corrcoef(level[good], x[good])[0, 1]) for x in (change, s.most["dissociation"]))
    rows = [
        (
            "SD of the highest change, systolic / diastolic",
            " / ".join(f"{np.nanstd(p):.1f}" for p in peaks),
            "12.8 / 9.8 (Wan 2015, unchecked)",
        ),
        ("Level at the end, coefficient of variation", f"{cv:.0f} %", "8.5 (Simons) to 17 % (Otto), derived"),
        (
            "Correlation of that level with systolic change / dissociation",
            " / ".join(f"{r:.2f}" for r in together),
            "not known in patients; within a person effects follow the level",
        ),
        (
            "Women against men: level, systolic change",
            f"{level[good & women].mean() / level[good & ~women].mean():.2f} x, {apart:+.1f} mmHg",
            "clearance 1.2 x (Sigtermans 2009); larger diastolic rise (Liebe 2017)",
        ),
        ("CADSS at 40 min: SD, median", f"{cadss.std():.1f}, {np.median(cadss):.0f}", "SD about as large as the mean (unchecked)"),
        ("CADSS above 4 at 40 min", share(cadss > 4), "61 to 75 % (esketamine, other route)"),
        ("MOAA/S below 5 at 40 min", share(s.scores_end["moaas"] < 5), "sedation 48 to 61 % (esketamine, at any time)"),
        ("Stopped for pressure / distress / nausea", f"{stops} of {len(level):,}", "survey: distress first (33 of 47; Feifel 2020)"),
        ("Least SpO2 of all", f"{s.least['spo2'].min():.0f} %", "no denominator found"),
        ("Like oneself again within 15 to 30 min", share((s.oneself_after >= 15) & (s.oneself_after <= 30)), "most (the clinic)"),
        ("Vomited, of infusions", share(s.vomited), "6 to 16 % of patients where nothing is prevented (esketamine)"),
        ("Given an antiemetic on nausea, of infusions", share(s.antiemetic), "no denominator found"),
    ]  # fmt: skip
    return _table(("What", "Simulated", "Known"), rows, (1,))


def caption() -> Table:
    """How the figures below it were made."""
    patients = INFUSIONS // series.SERIES
    return [
        f"`python -m bench.page` wrote this: {INFUSIONS:,} infusions of {patients} patients in each population, seed {SEED}; "
        f"what a paper counts per patient over a longer series goes on to infusion {series.LONG}."
    ]


def put(text: str, tables: Mapping[str, Table]) -> str:
    """The page with these tables in their places. Raises ValueError where a place is missing."""
    for name, lines in tables.items():
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(\n?<!-- end -->)", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"{PAGE}: there must be one '<!-- table: {name} -->' with its '<!-- end -->'")
        text = place.sub(lambda m, lines=lines: f"{m[1]}\n{chr(10).join(lines)}\n\n<!-- end -->", text)  # type: ignore[misc]
    return text


# The plots


def _figure(rows: int, columns: int, height: float, **more: Any) -> tuple[Any, Any]:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
            "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK,
            "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "lines.linewidth": 1.8,
            "lines.solid_capstyle": "round",
        }
    )  # fmt: skip
    return plt.subplots(rows, columns, figsize=(9.0, height), layout="constrained", **more)


def _save(figure: Any, name: str) -> None:
    import matplotlib.pyplot as plt

    PLOTS.mkdir(exist_ok=True)
    # Nothing of time or version in the file: the same figures are the same bytes.
    figure.savefig(PLOTS / f"{name}.png", dpi=150, facecolor="white", metadata={"Software": None})
    plt.close(figure)
    print(f"docs/patient/{name}.png", flush=True)


def _infusion(axis: Any, until: float = 40, label: bool = False) -> None:
    axis.axvspan(0, until, color="#F1F1F1", zorder=0, lw=0)
    if label:
        axis.text(1, 0.985, "infusion", transform=axis.get_xaxis_transform(), color=GREY, va="top", fontsize=8)


def draw_levels() -> None:
    figure, axes = _figure(2, 3, 5.2, sharex=True, sharey=True)
    minutes = np.arange(0, 121, 0.5)
    levels = {name: np.array([_level(name, float(m)) for m in minutes]).T for name in SETS}
    for axis, (name, (plasma, effect, nor)) in zip(axes.flat, levels.items(), strict=True):
        _infusion(axis, label=name == "kamp2020")
        for other in levels.values():
            axis.plot(minutes, other[0], color=PALE, lw=0.9, zorder=1)
        axis.plot(minutes, plasma, color=BLUE)
        axis.plot(minutes, effect, color=RED)
        axis.plot(minutes, nor, color=GREEN, ls=(0, (4, 1.5)))
        axis.set_title(f"{name} ({SETS[name].site})" + (": default" if name == "kamp2020" else ""))
        end = float(plasma[80])
        axis.annotate(f"{end:.0f}", (40, end), xytext=(3, 2), textcoords="offset points", color=BLUE, fontweight="bold")
        axis.set(xlim=(0, 120), ylim=(0, 320), xticks=(0, 20, 40, 60, 80, 100, 120))
    for x, y, words, colour in ((3, 252, "plasma", BLUE), (55, 172, "effect site", RED), (62, 20, "norketamine", GREEN)):
        axes.flat[0].text(x, y, words, color=colour)
    for axis in axes[:, 0]:
        axis.set_ylabel("ng/mL")
    for axis in axes[1]:
        axis.set_xlabel("minutes from the start")
    figure.suptitle("Level by set: 0.5 mg/kg over 40 min, 70 kg (grey: plasma by the other sets)", x=0.01, ha="left", fontsize=10.5)
    _save(figure, "levels")


def draw_pressure(lived: series.Cohort) -> None:
    s = lived.sessions.of(lived.asked)
    figure, axes = _figure(1, 2, 3.6, sharey=True)
    for axis, readings, title, colour, (mean, sd) in (
        (axes[0], s.sys, "Systolic", BLUE, (16.0, 11.2)),
        (axes[1], s.dia, "Diastolic", PLUM, (11.0, 8.45)),
    ):
        change = (readings - s.baseline(readings))[s.times >= 0]
        times = s.times[s.times >= 0]
        low, high = np.nanpercentile(change, [10, 90], axis=1)
        middle = np.nanmean(change, axis=1)
        _infusion(axis, label=True)
        axis.axhline(0, color=GREY, lw=0.8)
        axis.fill_between(times, low, high, color=colour, alpha=0.16, lw=0)
        axis.plot(times, middle, color=colour, marker="o", ms=3.5)
        axis.errorbar([40], [mean], yerr=1.2816 * sd, color=INK, marker="D", ms=6, mfc="white", mew=1.4, lw=1.2, capsize=4, zorder=5)
        axis.annotate(f"Yale 2024: {mean:+.0f}", (40, mean), xytext=(9, 3), textcoords="offset points", fontweight="bold")
        at_end = float(middle[times == 40][0])
        axis.annotate(f"simulated: {at_end:+.1f}", (40, at_end), xytext=(9, -9), textcoords="offset points", color=colour)
        axis.text(58, float(np.interp(58, times, high)) + 3.5, "10 to 90 % of infusions", color=colour)
        axis.text(93, 4.2, "mean", color=colour)
        axis.set(xlim=(0, 150), xticks=range(0, 151, 20), xlabel="minutes from the start")
        axis.set_title(f"{title}: reading less the last before the drug")
    axes[0].set_ylabel("mmHg")
    _save(figure, "pressure")


def draw_rate() -> None:
    minutes = np.arange(0, 101)
    half = [Act(BEFORE, Does.RATE, RATE / 2), Act(60 * 60, Does.RATE, 0.0)]
    acts = {"carried on": [OVER], "halved, until 60 min": half, "stopped": [Act(BEFORE, Does.RATE, 0.0)]}
    colours = dict(zip(acts, (INK, ORANGE, BLUE), strict=True))
    dashes: dict[str, Any] = dict(zip(acts, ("-", (0, (5, 1.5)), "-"), strict=True))

    def level(life: Life, at: int) -> Array:
        return np.asarray(life.look(at)[life.sites["experience"]])

    def rise(life: Life, _: int) -> Array:
        return np.asarray(life.body.rise)

    figure, axes = _figure(1, 3, 3.5)
    panels: tuple[tuple[str, str, Callable[[Life, int], Array]], ...] = (
        ("Level at the effect site", "ng/mL", level),
        ("Dissociation", "0 to 10", of("away")),
        ("Systolic rise", "mmHg", rise),
    )
    for axis, (title, unit, measure) in zip(axes, panels, strict=True):
        axis.axvline(20, color=GREY, lw=0.8, ls=":")
        for name, done in acts.items():
            axis.plot(minutes, course(plan(), done, minutes, measure).mean(axis=1), color=colours[name], ls=dashes[name])
        axis.set_title(title)
        axis.set(xlim=(0, 100), xlabel="minutes from the start", ylabel=unit, xticks=range(0, 101, 20))
        axis.set_ylim(bottom=0)
    for x, y, words, colour in ((47, 212, "carried on", INK), (63, 160, "halved,\nuntil 60 min", DARK_ORANGE), (27, 36, "stopped", BLUE)):
        axes[0].text(x, y, words, color=colour)
    figure.suptitle("A halved rate and a stop at 20 min (mean of 120 patients)", x=0.01, ha="left", fontsize=10.5)
    _save(figure, "rate")


def draw_kinds(lived: series.Cohort) -> None:
    minutes = np.arange(0, 101, 1)
    kinds: tuple[tuple[dict[str, Any], str, Any], ...] = (
        ({"persona": "little"}, GREEN, "-"),
        ({"persona": "pleasant"}, BLUE, "-"),
        ({"persona": "strange", "bothered": False}, ORANGE, "-"),
        ({"persona": "strange", "bothered": True}, RED, (0, (4, 1.5))),
    )
    figure, axes = _figure(1, 3, 3.6)
    said = {
        "away": ((33, 1.1, "little", GREEN), (25, 2.9, "pleasant", BLUE), (46, 7.4, "strange, bothered\nor not", RED)),
        "comfort": (
            (30, 9.0, "pleasant", BLUE),
            (27, 8.24, "little; strange, not bothered", GREEN),
            (52, 3.7, "strange, bothered,\nnobody helps", RED),
        ),
    }  # fmt: skip
    for axis, title, name in ((axes[0], "Dissociation, 0 to 10", "away"), (axes[1], "Comfort, 0 to 10", "comfort")):
        _infusion(axis)
        for who, colour, dash in kinds:
            axis.plot(minutes, course(plan(infusion=1, **who), [OVER], minutes, of(name)).mean(axis=1), color=colour, ls=dash)
        for x, y, words, colour in said[name]:
            axis.text(x, y, words, color=colour, fontsize=8)
        axis.set(xlim=(0, 100), ylim=(0, 10), xlabel="minutes from the start", xticks=range(0, 101, 20))
        axis.set_title(title)
    after = lived.sessions.oneself_after[lived.asked]
    axis = axes[2]
    axis.axvspan(15, 30, color="#F1F1F1", lw=0, zorder=0)
    axis.hist(after, bins=np.arange(0, 66, 3), color=BLUE, weights=np.full(len(after), 100 / len(after)), rwidth=0.9)
    axis.text(31, axis.get_ylim()[1] * 0.93, "the clinic: most\nin 15 to 30 min", color=GREY, fontsize=8.5, va="top")
    axis.set(xlim=(0, 66), xlabel="minutes from the end", ylabel="% of infusions")
    axis.set_title("Like oneself again after")
    _save(figure, "kinds")


def draw_helps(found: Sequence[Help]) -> None:
    from matplotlib.ticker import MaxNLocator

    columns = 4
    figure, axes = _figure(math.ceil(len(found) / columns), columns, 9.0, sharex=True)
    for axis in axes.flat[len(found) :]:
        axis.set_visible(False)
    for i, (axis, h) in enumerate(zip(axes.flat, found, strict=False)):
        what, _, measured = h.name.rpartition(": ")
        axis.axvline(20, color=GREY, lw=0.8, ls=":")
        axis.plot(MINUTES, h.without, color=GREY, lw=1.5)
        axis.plot(MINUTES, h.with_it, color=BLUE)
        axis.set_title("\n".join(_broken(what)), fontsize=8.5)
        low, high = axis.get_ylim()
        least = {"mmHg": 14.0, "%": 8.0, "/min": 4.0, "steps": 1.5}.get(UNITS.get(measured, ""), 3.0)
        if high - low < least:
            low, high = (low + high - least) / 2, (low + high + least) / 2
        if "mmHg" not in UNITS.get(measured, "") and low < 0:
            low, high = 0, max(high, least)
        axis.set(xlim=(10, 40), xticks=(10, 20, 30, 40), ylim=(low, high), ylabel=f"{measured}, {UNITS.get(measured, '0 to 10')}")
        axis.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        axis.annotate("", (40, h.with_it[-1]), xytext=(40, h.without[-1]), arrowprops={"arrowstyle": "-", "color": BLUE, "lw": 0.6})
        if i == 0:
            axis.annotate("without", (32, h.without[MINUTES.index(32)]), xytext=(-3, 4), textcoords="offset points", color=GREY, ha="right")
            axis.annotate("with", (34, h.with_it[MINUTES.index(34)]), xytext=(0, -12), textcoords="offset points", color=BLUE)
    for axis in axes[-1]:
        axis.set_xlabel("minutes")
    _save(figure, "interventions")


def _broken(words: str, width: int = 24) -> list[str]:
    import textwrap

    return textwrap.wrap(words[0].upper() + words[1:], width)


def draw_published(found: Mapping[str, Sequence[Found]]) -> None:
    rows: list[Found | str] = []
    for population, figures in found.items():
        rows += [population, *figures]
    figure, axis = _figure(1, 1, 0.245 * len(rows) + 0.6)
    left, right = -2.25, 2.25
    for y, f in enumerate(rows):
        if isinstance(f, str):
            axis.text(-6.6, y, f"Population {f}", fontweight="bold", va="center")
            continue
        low, high = f["band_low"], f["band_high"]

        def place(x: float, low: float = low, high: float = high) -> float:
            return max(left, min(right, 2 * (x - low) / (high - low) - 1))

        axis.barh(y, 2, left=-1, height=0.62, color=PALE, lw=0, zorder=1)
        axis.plot([place(f["paper"])] * 2, [y - 0.31, y + 0.31], color=GREY, lw=1.6, zorder=2, solid_capstyle="butt")
        colour = BLUE if f["inside"] else RED
        axis.plot([place(f["low"]), place(f["high"])], [y, y], color=colour, lw=2.2, zorder=3)
        axis.plot([place(f["value"])], [y], marker="o", ms=5, color=colour, zorder=4)
        axis.text(-6.6, y, STATISTICS[f["statistic"]], va="center", fontsize=8.5)
        axis.text(2.5, y, _paper(f), va="center", color="#555555", fontsize=8.5)
        axis.text(4.75, y, _simulated(f), va="center", color=colour, fontsize=8.5)
    axis.text(2.5, 0, "paper", color="#555555", fontweight="bold", va="center")
    axis.text(4.75, 0, "simulated", color=BLUE, fontweight="bold", va="center")
    axis.text(0, 0, "the paper's band", color=GREY, ha="center", va="center")
    axis.set(xlim=(-6.6, 6.9), ylim=(len(rows) - 0.4, -0.6), xticks=(), yticks=())
    for side in axis.spines.values():
        side.set_visible(False)
    _save(figure, "published")


def main() -> int:
    own = {p.population for p in published.PUBLISHED}
    lived = {name: series.live(load_population(name), INFUSIONS, SEED) for name in populations() if name in own}
    found = {name: list(published.compare(cohort)) for name, cohort in lived.items()}
    helped = helps()
    tables = {
        "caption": caption(),
        "sets": sets_table(),
        "published": statistics_table(found["default"]),
        **{name: statistics_table(figures) for name, figures in found.items() if name != "default"},
        "beside": beside_table(lived["default"]),
        "interventions": interventions_table(helped),
        "columns": columns_table(),
    }
    for name, lines in tables.items():
        print(f"\n{name}\n", *lines, sep="\n")
    PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    draw_levels()
    draw_pressure(lived["default"])
    draw_rate()
    draw_kinds(lived["default"])
    draw_helps(helped)
    draw_published(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
