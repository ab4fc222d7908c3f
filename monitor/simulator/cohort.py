"""Many infusions side by side: the same patients as in a room, lived in arrays, with the care that a team gives unasked.

``live`` runs one scenario in many people; ``Sessions`` is what papers take from such a run: cuff readings, peaks of
what was told, and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.cycle import READING_S
from monitor.infusion import Act, Does
from monitor.simulator import noise
from monitor.simulator.cuff import reading
from monitor.simulator.experience import A_LITTLE_BOTHERED, oneself
from monitor.simulator.life import Life, Seeds
from monitor.simulator.maths import STEP_S
from monitor.simulator.population import Care
from monitor.simulator.scenario import Person, Scenario

Array = NDArray[Any]
Truths = NDArray[np.bool_]

AFTER_S = 130 * 60
"""How long after the planned end a session is lived on: past the two hours in which everything is over."""
LOOKS_EVERY_S = 300


MOST = {
    "dissociation": "away", "nausea": "nausea", "dizziness": "dizzy", "headache": "headache", "anxiety": "anxiety",
    "unease": "unease", "drowsiness": "drowsy",
}  # fmt: skip
LEAST = ("spo2", "rr", "comfort")


@dataclass(slots=True)
class Sessions:
    """One lane a session; times in minutes from the start of the infusion, pressures mmHg."""

    people: list[Person]
    times: Array
    """When each reading was begun. Readings x lanes below; NaN where the cuff failed."""
    sys: Array
    dia: Array
    level_end: Array
    """ng/mL at the end of the planned infusion."""
    scores_end: dict[str, Array]
    """What would have been answered at the planned end."""
    scores_last: dict[str, Array]
    """And at the last second that was lived."""
    most: dict[str, Array]
    """The most of dissociation, nausea, dizziness, headache, anxiety, unease, drowsiness."""
    least: dict[str, Array]
    """The least of spo2, rr, comfort."""
    vomited: Truths
    oneself_after: Array
    """Minutes after the planned end until like oneself again for good."""
    antihypertensive: Truths
    antiemetic: Truths
    slowed: Truths
    stopped: Truths
    """For an adverse effect, before the planned end."""
    stopped_for: NDArray[np.str_]

    def of(self, lanes: Truths) -> Sessions:
        """These lanes alone."""
        cut: dict[str, Any] = {}
        for f in fields(Sessions):
            value = getattr(self, f.name)
            if f.name == "people":
                cut[f.name] = [x for x, kept in zip(value, lanes.tolist(), strict=True) if kept]
            elif f.name == "times":
                cut[f.name] = value
            else:
                cut[f.name] = {k: v[lanes] for k, v in value.items()} if isinstance(value, dict) else value[..., lanes]
        return Sessions(**cut)

    def baseline(self, readings: Array) -> Array:
        """The last reading before the drug; one that is begun with the infusion still measures rest."""
        last = np.array(readings[0])
        for row in readings[self.times <= 0]:
            last = np.where(np.isnan(row), last, row)
        return last

    def change_at(self, minute: float, readings: Array) -> Array:
        """The reading begun nearest to this minute (less than five away), against the last before the drug."""
        away = np.abs(self.times - minute)
        found = np.full(readings.shape[1], np.nan)
        for i in np.argsort(away):
            if away[i] < 5.0:
                found = np.where(np.isnan(found), readings[i], found)
        return found - self.baseline(readings)

    def highest(self, readings: Array) -> Array:
        """The highest reading under the drug."""
        return np.asarray(np.fmax.reduce(readings[self.times > 0], axis=0))

    def reached(self, sys: float, dia: float) -> Array:
        """Whether a reading under the drug reached either pressure."""
        return np.asarray((self.highest(self.sys) >= sys) | (self.highest(self.dia) >= dia))


def joined(parts: Sequence[Sessions]) -> Sessions:
    """Lanes of several runs, side by side. Where one was not read at another's minute there is no value."""
    if len(parts) == 1:
        return parts[0]
    times = np.unique(np.concatenate([p.times for p in parts]))
    whole: dict[str, Any] = {}
    for f in fields(Sessions):
        values = [getattr(p, f.name) for p in parts]
        if f.name == "people":
            whole[f.name] = [x for v in values for x in v]
        elif f.name == "times":
            whole[f.name] = times
        elif f.name in ("sys", "dia"):
            whole[f.name] = np.concatenate([_at(times, p.times, v) for p, v in zip(parts, values, strict=True)], axis=1)
        elif isinstance(values[0], dict):
            whole[f.name] = {k: np.concatenate([v[k] for v in values]) for k in values[0]}
        else:
            whole[f.name] = np.concatenate(values, axis=-1)
    return Sessions(**whole)


def _at(times: Array, own: Array, readings: Array) -> Array:
    wide = np.full((len(times), readings.shape[1]), np.nan)
    wide[np.searchsorted(times, own)] = readings
    return wide


def live(
    scenario: Scenario, people: Sequence[Person], seeds: Sequence[Seeds], care: Care | None = None, acts: Sequence[Act] = (),
    minutes: float | None = None, premedicated: Truths | None = None,
) -> Sessions:  # fmt: skip
    """Live a scenario in many people, from the opening to ``minutes`` (as a rule two hours past the planned end).

    ``acts`` are done to everybody, beside the start and end as ordered; ``care`` adds what a team does by itself, which to
    those ``premedicated`` gives an antihypertensive before the start.
    """
    life = Life(scenario, people, seeds)
    n = len(people)
    # Done at the next step of the patient; a room obeys to the second.
    start, stop, *others = (Act(-(-a.at // STEP_S) * STEP_S, a.does, a.value, a.detail) for a in [*scenario.unattended(), *acts])
    until = stop.at + AFTER_S if minutes is None else round(minutes * 60)
    by_tick: dict[int, list[Act]] = {}
    for act in [start, stop, *others]:
        by_tick.setdefault(act.at, []).append(act)
    team = None if care is None else _Team(care, life, people, start, stop)
    if premedicated is not None and premedicated.any():
        life.take(Act(0, Does.DRUG, 0.0, "antihypertensive"), premedicated)
    cuffs = noise.Draws([s.of_day("cuff") for s in seeds], 4)
    scatter: Sequence[Array] = ()
    waiting = sorted(scenario.happenings, key=lambda h: h.at)

    times, sys, dia = [], [], []
    lived, body = life.experience, life.body
    most = {name: np.zeros(n) for name in MOST}
    least = {name: np.full(n, 100.0) for name in LEAST}
    vomited = np.zeros(n, bool)
    not_oneself = np.full(n, float(start.at))
    level_end, scores = np.zeros(n), {}
    due, reads_at = 0, -1

    for at in range(0, until + 1, STEP_S):
        for act in by_tick.get(at, ()):
            life.take(act)
        for happening in [h for h in waiting if (at if h.counted == "opening" else at - start.at) >= h.at]:
            waiting.remove(happening)
            life.befall(happening, at, life.befalls(happening))
        if at == stop.at:
            level_end = np.broadcast_to(life.level(at)[0], n).copy()
        life.step(at)
        if at == stop.at:
            scores = _copied(lived.scores(lived.told, at), n)

        if at >= due:
            scatter, reads_at, due = cuffs.next(), at + READING_S, due + scenario.cuff.every
        if at == reads_at:
            shown, lower, _ = reading(life.m, body.sys, body.dia, life.traits.steadiness, scatter)
            failed = np.array([noise.share(float(z)) < scenario.cuff.fails for z in scatter[3]])
            times.append((at - READING_S - start.at) / 60.0)
            sys.append(np.where(failed, np.nan, shown))
            dia.append(np.where(failed, np.nan, lower))
            if team is not None:
                team.read(sys[-1], dia[-1], at)
        if at % 60 == 0:
            not_oneself = np.where(oneself(lived.told), not_oneself, at)
            for name, attribute in MOST.items():
                np.maximum(most[name], getattr(lived, attribute), out=most[name])
            for name in LEAST:
                np.minimum(least[name], getattr(lived if name == "comfort" else body, name), out=least[name])
            vomited |= lived.vomited_at >= 0
        if team is not None and at >= start.at and (at - start.at) % LOOKS_EVERY_S == 0:
            team.look(at)

    nobody = np.zeros(n, bool)
    last = _copied(lived.scores(lived.told, until), n)
    return Sessions(
        people=list(people),
        times=np.array(times),
        sys=np.array(sys),
        dia=np.array(dia),
        level_end=level_end,
        scores_end=scores or last,
        scores_last=last,
        most=most,
        least=least,
        vomited=vomited,
        oneself_after=np.maximum(0.0, (not_oneself + 60 - stop.at) / 60.0),
        antihypertensive=nobody if team is None else team.antihypertensive,
        antiemetic=nobody if team is None else team.antiemetic,
        slowed=nobody if team is None else team.slowed,
        stopped=nobody if team is None else team.stopped,
        stopped_for=np.full(n, "", dtype="<U12") if team is None else team.why,
    )


def _copied(scores: Mapping[str, Any], n: int) -> dict[str, Array]:
    return {k: np.broadcast_to(np.asarray(v, float), n).copy() for k, v in scores.items()}


class _Team:
    """What the team does by itself: the care of a population, for every patient at once."""

    def __init__(self, care: Care, life: Life, people: Sequence[Person], start: Act, stop: Act) -> None:
        n = len(people)
        self.care, self.life, self.start, self.stop = care, life, start, stop
        self.high = np.zeros(n, int)
        self.suffering = np.zeros(n, int)
        self.sick = np.zeros(n, int)
        self.antihypertensive, self.antiemetic, self.second = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
        self.slowed, self.stopped = np.zeros(n, bool), np.zeros(n, bool)
        self.why = np.full(n, "", dtype="<U12")
        prone = np.array([p.motion_sickness for p in people])
        if care.antiemetic_before_if_motion_sick and prone.any():
            life.take(Act(0, Does.DRUG, 0.0, "antiemetic_antihistamine"), prone)

    def read(self, sys: Array, dia: Array, at: int) -> None:
        """A cuff reading came."""
        care = self.care
        with np.errstate(invalid="ignore"):
            severe = (sys >= care.stop_at[0]) | (dia >= care.stop_at[1])
            high = (sys >= care.antihypertensive_at[0]) | (dia >= care.antihypertensive_at[1])
        # A high reading is repeated at once; the repeat finds what is there.
        body = self.life.body
        confirmed = severe & ((body.sys >= care.stop_at[0]) | (body.dia >= care.stop_at[1]))
        self.high = np.where(high, self.high + 1, 0)
        if at < self.start.at:
            return
        self._stop(at, confirmed, "pressure")
        lower = ~self.antihypertensive & (self.high >= care.antihypertensive_after)
        if lower.any():
            self.antihypertensive |= lower
            self.life.take(Act(at, Does.DRUG, 0.0, "antihypertensive"), lower)

    def look(self, at: int) -> None:
        """Someone goes in, asks, and helps."""
        life, lived = self.life, self.life.experience
        suffers = lived.unease >= self.care.suffers_from
        self.suffering = np.where(suffers, self.suffering + 1, 0)
        if (lived.unease >= A_LITTLE_BOTHERED).any():
            life.take(Act(at, Does.REASSURE), lived.unease >= A_LITTLE_BOTHERED)
        running = life.rate > 0
        lower = running & (self.suffering == 2)
        if lower.any():
            self.slowed |= lower
            life.take(Act(at, Does.RATE, self.start.value / 2.0), lower)
        self._stop(at, self.suffering >= 4, "distress")
        sick = (lived.nausea >= self.care.antiemetic_from) & ~self.antiemetic
        if sick.any():
            self.antiemetic |= sick
            life.take(Act(at, Does.DRUG, 0.0, "antiemetic_5ht3"), sick)
        self.sick = np.where((lived.nausea >= self.care.antiemetic_from) & self.antiemetic, self.sick + 1, 0)
        again = (self.sick >= 5) & ~self.second
        if again.any():
            self.second |= again
            life.take(Act(at, Does.DRUG, 0.0, "antiemetic_antihistamine"), again)
        self._stop(at, (lived.nausea >= 7.5) & (self.sick >= 3), "nausea")
        if (life.body.spo2 < 92.0).any():
            life.take(Act(at, Does.AIRWAY), life.body.spo2 < 92.0)

    def _stop(self, at: int, who: Truths, why: str) -> None:
        who = who & (self.life.rate > 0) & (at < self.stop.at)
        if who.any():
            self.stopped |= who
            self.why[who] = why
            self.life.take(Act(at, Does.RATE, 0.0), who)
