"""``make prompts``: what the protocol's prompts are worth, against what is true in simulated patients.

``python -m bench.prompts [FOLDER ...] [--sessions N] [--groups NAME ...] [--keep NAME]``. docs/prompts.md says how it is
measured; ``--keep`` writes the figures there under that name.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from multiprocessing import Pool
from pathlib import Path
from statistics import median

from bench.lived import Kind
from bench.prompted import AFTERWARDS_S, Event, Job, Told, run
from monitor import clock
from monitor.protocol.document import Document, load_protocol
from monitor.settings import EXAMPLE_PROTOCOL, SAMPLE_DATA
from monitor.simulator.life import Seeds
from monitor.simulator.population import Population, load_population
from monitor.simulator.scenario import Scenario, load_scenario
from monitor.yamlmarks import BadFile

PAGE = Path(__file__).resolve().parents[1] / "docs" / "prompts.md"
KINDS = SAMPLE_DATA / "kinds"
SESSIONS, EXTREMES, SEEDS = 100, 200, 2
RECORDED = (".csv", ".hea", ".vital", ".psv")


def kinds() -> list[str]:
    return sorted(p.stem for p in KINDS.glob("*.yaml"))


# What is played


def people(group: str, population: Population, sessions: int) -> Iterator[Job]:
    """So many persons, each on one day: every third in the first infusion."""
    order = population.orders[0]
    minutes = math.ceil((order.start + order.minutes * 60 + AFTERWARDS_S) / 60)
    for n in range(sessions):
        infusion = 1 + n % 3
        person = population.person(Seeds(n + 1, f"{group} {n}", f"{group} {n} {infusion}"), infusion)
        plan = population.scenario(infusion)
        plan = plan.model_copy(update={"id": f"{population.id}-{n + 1}", "patient": person})
        yield Job(group, plan.id, n + 1, "protocol-nurse", plan, minutes=minutes)


def extremes(sessions: int) -> Iterator[Job]:
    """Airways that close in earnest while the hand moves or the probe sits badly: half of them breathe hardly any more."""
    faults = ({"motion": "6 min"}, {"probe_slips": "6 min"}, {"pulse_lost": "30 s"}, {"stuck": {"signal": "pulse", "lasts": "6 min"}})
    for n in range(sessions):
        narrows = {"percent": 60 + n * 7 % 31, "over": f"{30 + n * 13 % 150} s", "lasts": "8 min"}
        plan = Scenario.model_validate(
            {
                "id": f"extreme-{n + 1}",
                "title": "An airway closes under movement or disagreement",
                "patient": {"age": 30 + n % 40, "weight_kg": 60 + n % 50, "persona": "pleasant", "bothered": False},
                "order": {"start": "2:00"},
                "happenings": [{"at": "4:00", **faults[n % len(faults)]}, {"at": "4:30", "airway_narrows": narrows}],
            }
        )
        yield Job("extremes", plan.id, n + 1, "nobody", plan, minutes=12)


def scenarios(group: str, folder: Path, seeds: int) -> Iterator[Job | str]:
    for file in sorted(folder.rglob("*.yaml")):
        try:
            plan = load_scenario(file)
        except BadFile as wrong:
            yield str(wrong)
            continue
        for seed in range(1, seeds + 1):
            for policy in ("protocol-nurse", "nobody"):
                yield Job(group, plan.id, seed, policy, plan)


def recordings(group: str, folder: Path) -> Iterator[Job]:
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in RECORDED and "Signals" not in file.name and file.name != "metadata.csv":
            yield Job(group, file.stem, 0, "observed", file=str(file))


def jobs(folders: Sequence[Path], sessions: int, groups: Sequence[str]) -> tuple[list[Job], list[str]]:
    seeds = max(1, min(SEEDS, sessions // 5))
    every: list[Job | str] = [*scenarios("shipped", SAMPLE_DATA / "scenarios", seeds)]
    for folder in folders:
        every += scenarios(folder.name, folder, seeds)
        every += recordings(f"{folder.name}, recorded", folder)
    every += people("default", load_population("default"), sessions)
    for kind in kinds():
        every += people(kind, load_population(KINDS / f"{kind}.yaml"), sessions)
    every += extremes(min(EXTREMES, 2 * sessions))
    real = os.environ.get("INFUSION_RECORDINGS")
    if real and Path(real).is_dir():
        every += recordings("recordings", Path(real))
    wanted = [job for job in every if isinstance(job, Job) and (not groups or job.group in groups)]
    return wanted, [x for x in every if isinstance(x, str)]


@cache
def document(file: str) -> Document:
    return load_protocol(Path(file))


def one(asked: tuple[str, Job]) -> Told:
    file, job = asked
    return run(document(file), job)


# What is said of it


def hours(seconds: float) -> float:
    return seconds / 3600


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def rate(count: int, seconds: int) -> str:
    return f"{count / hours(seconds):.2f}" if seconds else "-"


def most(counts: Counter[tuple[str, str]], seconds: int, n: int = 4) -> str:
    """The rules that speak most, an hour."""
    by_rule: Counter[str] = Counter()
    for (rule, _), count in counts.items():
        by_rule[rule] += count
    return ", ".join(f"{rule} {rate(count, seconds)}" for rule, count in by_rule.most_common(n)) or "-"


def total(tolds: Sequence[Told], what: str) -> Counter[tuple[str, str]]:
    whole: Counter[tuple[str, str]] = Counter()
    for t in tolds:
        whole.update(getattr(t, what))
    return whole


def delays(name: str, events: Sequence[Event]) -> str:
    came = [x for x in events if x.delay is not None]
    late = sorted(came, key=lambda x: x.delay or 0)
    worst = f"{late[-1].delay} s ({late[-1].name}, {late[-1].rule})" if late else "-"
    middle = f"{median(x.delay or 0 for x in came):.0f} s" if came else "-"
    after = f"{median(x.after_truth or 0 for x in came):.0f} s" if came else "-"
    many = f"{sum(x.episodes for x in came) / len(came):.1f}, {max(x.episodes for x in came)}" if came else "-"
    return f"| {name} | {len(came)} of {len(events)} | {middle} | {worst} | {after} | {many} |"


def must_act(tolds: Sequence[Told]) -> Iterator[str]:
    yield (
        "| What had to be acted on | Prompted | Delay over the rule's own: median | Worst | From the truth: median "
        "| Prompts each: mean, most |"
    )
    yield "| --- | ---: | ---: | --- | ---: | ---: |"
    events = [(t.job.group, x) for t in tolds for x in t.events if t.job.group != "extremes"]
    kinds_of: dict[Kind, str] = {
        "sensor": "sensor",
        "extreme": "extreme (a high prompt)",
        "cuff": "cuff (from its reading)",
        "charted": "charted (nurse looks when due or called)",
    }
    for by_scenario, whose in ((True, "named by a scenario"), (False, "by the table of limits")):
        for kind, name in kinds_of.items():
            found = [x for _, x in events if x.kind == kind and x.by_scenario is by_scenario]
            if found:
                yield delays(f"{name}, {whose}", found)
    hard = [x for t in tolds if t.job.group == "extremes" for x in t.events if x.kind == "extreme"]
    if hard:
        yield delays("extremes made under movement or disagreement", hard)
        yield ""
        yield f"A high prompt stood within 15 s of the truth in {sum(x.high_by for x in hard)} of {len(hard)} of these extremes."
    missed = Counter((group, x.name) for group, x in events if x.delay is None)
    if missed:
        yield ""
        yield "Not prompted: " + "; ".join(f"{n} x {name} ({group})" for (group, name), n in missed.most_common(12)) + "."


def needless(tolds: Sequence[Told], groups: Sequence[str]) -> Iterator[str]:
    yield (
        "| Patients | Sessions, infusion hours | Needless an infusion hour | clinical (high, medium, low) | on artefact "
        "| technical without a fault | technical on one (high) | to observe | Needless most: rules | Open / unanswered |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |"
    for group in groups:
        of = [t for t in tolds if t.job.group == group and not t.refused]
        ran, lasted = sum(t.infusion_s for t in of), sum(t.seconds for t in of)
        if not ran:
            continue
        clinical, technical = total(of, "clinical"), total(of, "technical")
        artefact, faulty = total(of, "artefact"), total(of, "faulty")
        levels = ", ".join(rate(sum(n for (_, p), n in clinical.items() if p == level), ran) for level in ("high", "medium", "low"))
        due, open_s, unanswered_s = sum(sum(t.due.values()) for t in of), sum(t.open_s for t in of), sum(t.unanswered_s for t in of)
        high = sum(n for (_, p), n in faulty.items() if p == "high")
        cells = (
            group,
            f"{len(of)}, {hours(ran):.1f}",
            f"**{rate(clinical.total() + technical.total(), ran)}**",
            f"{rate(clinical.total(), ran)} ({levels})",
            rate(artefact.total(), ran),
            rate(technical.total(), ran),
            f"{rate(faulty.total(), ran)} ({rate(high, ran)})",
            rate(due, ran),
            most(clinical + technical, ran),
            f"{share(open_s, lasted)} / {share(unanswered_s, lasted)}",
        )
        yield f"| {' | '.join(cells)} |"


def followed(tolds: Sequence[Told], groups: Sequence[str]) -> Iterator[str]:
    of = [t for t in tolds if t.job.policy == "protocol-nurse" and t.well and t.job.group in groups and not t.refused]
    for what, words in (
        ("stopped", "stopped or paused"),
        ("lowered", "slowed, stopped or paused"),
        ("calming", "given or needlessly offered a calming drug"),
        ("oxygen", "given oxygen"),
    ):
        whose = Counter(t.job.group for t in of if getattr(t, what))
        by = f" ({', '.join(f'{g} {n}' for g, n in whose.most_common())})" if whose else ""
        yield f"- {words}: {whose.total()} of {len(of)} sessions of well patients{by}"


def again(tolds: Sequence[Told]) -> Iterator[str]:
    """Rules that come again and again in one session."""
    whole = [(t, rule, n) for t in tolds for rule, n in t.begun.items() if t.job.policy == "protocol-nurse"]
    worst: dict[str, tuple[int, str]] = {}
    sessions, times = Counter[str](), Counter[str]()
    for t, rule, n in whole:
        sessions[rule] += 1
        times[rule] += n
        worst[rule] = max(worst.get(rule, (0, "")), (n, f"{t.job.group}, {t.job.name}"))
    for rule in sorted(worst, key=lambda r: -worst[r][0])[:10]:
        yield f"- {rule}: {times[rule] / sessions[rule]:.1f} a session in which it comes, at most {worst[rule][0]} ({worst[rule][1]})"


def of_recordings(tolds: Sequence[Told]) -> Iterator[str]:
    yield "| Recording | Minutes | Clinical prompts (high) | Technical (high) | Rules | Prompt open |"
    yield "| --- | ---: | ---: | ---: | --- | ---: |"
    for t in tolds:
        if t.refused:
            yield f"| {t.job.name} | - | - | - | not read | - |"
            continue
        high = [sum(n for (_, p), n in c.items() if p == "high") for c in (t.clinical, t.faulty)]
        rules = ", ".join(f"{r} {n}" for r, n in t.begun.most_common(6)) or "-"
        counts = f"{t.clinical.total()} ({high[0]}) | {t.faulty.total()} ({high[1]})"
        yield f"| {t.job.name} | {t.seconds / 60:.0f} | {counts} | {rules} | {share(t.open_s, t.seconds)} |"


def report(tolds: Sequence[Told], unread: Sequence[str], spent: float) -> Iterator[str]:
    groups = list(dict.fromkeys(t.job.group for t in tolds))
    measured = [g for g in groups if g in ("default", *kinds())]
    played = sum(1 for t in tolds if t.job.scenario is not None and not t.refused)
    yield f"{played} sessions, {hours(sum(t.infusion_s for t in tolds)):.0f} infusion hours, {spent / 60:.0f} min of one or two cores."
    yield ""
    yield from must_act(tolds)
    if measured:
        yield ""
        yield from needless(tolds, measured)
        yield ""
        yield "The nurse who follows every prompt:"
        yield ""
        yield from followed(tolds, measured)
        artefact = total([t for t in tolds if t.job.group in measured], "artefact")
        high = sum(n for (_, p), n in artefact.items() if p == "high")
        yield ""
        yield f"Clinical prompts on artefact alone in these: {artefact.total()}, of them high {high}."
    yield ""
    yield "Rules that come again and again (protocol nurse, all sessions):"
    yield ""
    yield from again(tolds)
    recorded = [t for t in tolds if t.job.scenario is None]
    if recorded:
        yield ""
        yield from of_recordings(recorded)
    wrong = [*unread, *(f"{t.job.name}: {t.refused}" for t in tolds if t.refused and t.job.scenario is not None)]
    if wrong:
        yield ""
        yield "Not played: " + "; ".join(wrong)


def keep(name: str, lines: Sequence[str], asked: argparse.Namespace) -> None:
    """Write the figures into their place on the page, or at its end where it has none yet."""
    how = f"{clock.now().date().isoformat()}, protocol `{Path(asked.protocol).stem}`, {asked.sessions} sessions of each kind."
    block = f"<!-- run: {name} -->\n\n### {name}\n\n{how}\n\n" + "\n".join(lines) + "\n\n<!-- end -->"
    text = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"<!-- run: {re.escape(name)} -->.*?<!-- end -->", re.DOTALL)
    new = place.sub(lambda _: block, text) if place.search(text) else f"{text.rstrip()}\n\n{block}\n"
    PAGE.write_text(new, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.prompts")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="scenarios and recordings of your own")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"of each population and kind (default: {SESSIONS})")
    parser.add_argument("--groups", nargs="*", default=[], help=f"only these: shipped, extremes, default, {', '.join(kinds())}, FOLDER")
    parser.add_argument("--protocol", default=str(EXAMPLE_PROTOCOL))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", metavar="NAME", help="write the figures into docs/prompts.md under this name")
    asked = parser.parse_args()
    wanted, unread = jobs(asked.folders, asked.sessions, asked.groups)
    begun = time.monotonic()
    with Pool(asked.processes) as pool:
        tolds = list(pool.imap(one, [(asked.protocol, job) for job in wanted], chunksize=2))
    lines = list(report(tolds, unread, time.monotonic() - begun))
    print("\n".join(lines))
    if asked.keep:
        keep(asked.keep, lines, asked)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
