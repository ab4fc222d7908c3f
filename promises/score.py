"""The score of a drill cannot be gamed: who does nothing, lies, spams, drugs everybody, sleeps or is helped stays low.

Every shipped scenario is played by the protocol nurse, who follows prompts and nothing else and loses nothing, and by
those who must not earn points: at most a third, with every point that is missing named. Who ends early has no total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from monitor.drills.drill import load_drill
from monitor.drills.play import play
from monitor.drills.script import load_policy
from monitor.protocol.document import load_protocol
from monitor.review.reading import read_run
from monitor.review.score import DrillScore, score
from monitor.settings import EXAMPLE_PROTOCOL, SAMPLE_DATA
from monitor.simulator.scenario import ids
from monitor.store import lease
from monitor.store.memory import MemoryLog
from promises.found import Found

NURSE, QUITTER = "protocol-nurse", "quitter"
CHEATS = ("nobody", "liar", "spammer", "all-drugs", "sleeper-at-20x", "instructor-helps", QUITTER)
MOST = 1 / 3
CHEAT_SEEDS = 2
"""Of each scenario's seeds, so many are played by those too."""


@dataclass(frozen=True, slots=True)
class Job:
    drill: str
    policy: str
    seed: int
    minutes: int | None = None
    """Only so much of it."""


def jobs(seeds: int) -> Iterator[Job]:
    for seed in range(1, seeds + 1):
        for drill in ids():
            for policy in (NURSE, *(CHEATS if seed <= CHEAT_SEEDS else ())):
                yield Job(drill, policy, seed)


def scored(job: Job) -> DrillScore:
    document, log = load_protocol(EXAMPLE_PROTOCOL), MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    file = SAMPLE_DATA / "policies" / f"{job.policy}.yaml"
    acting = load_policy(str(file) if file.exists() else job.policy, document)
    planned = load_drill(job.drill)
    if job.minutes is not None:
        planned = replace(planned, drill=planned.drill.model_copy(update={"minutes": job.minutes}))
    return score(read_run(log, document, play(log, held.number, document, planned, job.seed, acting)[0]))


def wrong(job: Job, told: DrillScore) -> str:
    """What of a score is not as promised, or nothing."""
    where = f"{job.drill} {job.policy} seed {job.seed}: {told.points:g} of {told.max:g}"
    missing = told.max - told.points
    named = sum(x.points for room in told.rooms for x in room.lost)
    if missing > named + 0.2 or any(not x.why or x.at < 0 for room in told.rooms for x in room.lost):
        return f"{where}, {missing:g} missing and {named:g} named"
    if job.policy == QUITTER:
        return "" if told.incomplete else f"{where}, and not incomplete"
    if job.policy == NURSE:
        return "" if told.points == told.max and told.critical_done == told.critical_total else where
    return where if told.incomplete or told.points > told.max * MOST else ""


def _tried(job: Job) -> tuple[Job, str]:
    return job, wrong(job, scored(job))


def keep(seeds: int) -> Found:
    """``seeds`` of each scenario; with 0 half an hour of one, by the protocol nurse and by no one, for a test."""
    wanted = list(jobs(seeds)) if seeds else [Job("panic-tachycardia", policy, 1, minutes=30) for policy in (NURSE, "nobody")]
    if seeds:
        with ProcessPoolExecutor(2) as workers:
            found = list(workers.map(_tried, wanted))
    else:
        found = [_tried(job) for job in wanted]
    played = Counter(job.policy for job, _ in found)
    bad = [what for _, what in found if what]
    told = f"{len({job.drill for job in wanted})} scenarios; " + ", ".join(f"{name} {n}" for name, n in played.items())
    return Found(not bad, f"{told} runs: {len(bad)} not as promised{': ' if bad else ''}{'; '.join(bad[:8])}")
