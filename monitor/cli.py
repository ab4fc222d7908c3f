"""The command line: run, serve, simulate, level, cohort, inspect, replay, protocol, verify; the rest in ``cli_*``.

All works without a browser. JSON is one object a line. Exit status 0 only when all is well; an error is one line on stderr.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import cli_account, cli_record, cli_training, logs, settings
from monitor.protocol.cases import cases_beside, check, load_cases
from monitor.protocol.document import Document, load_protocol, read_station
from monitor.sources.source import BadFile
from monitor.store.log import StoreError
from monitor.terminal import AsJson, Store, fail, say, tell
from monitor.vitals import CUFF

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
protocol_app = typer.Typer(no_args_is_help=True, help="Look at a protocol file.", rich_markup_mode=None)
app.add_typer(protocol_app, name="protocol")
cli_training.add(app)
cli_record.add(app)
app.add_typer(cli_account.app, name="account")


def main() -> None:
    try:
        app()
    except (BadFile, StoreError) as wrong:
        fail(str(wrong))
    except BrokenPipeError:
        raise SystemExit(1) from None


def setting(rooms: Path | None, store: str | None) -> tuple[settings.Rooms, Path, Document, str]:
    """A station's files, all of them read and checked before anything starts."""
    path = rooms or settings.rooms_path()
    loaded, _, document = read_station(path)
    return loaded, path, document, store or settings.store_url()


@app.command()
def run(
    rooms: Annotated[Path | None, typer.Option(help="The rooms file.")] = None,
    store: Store = None,
    port: Annotated[int, typer.Option(help="Where the dashboard listens, on this computer only.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """The evaluator and the dashboard, on this computer only, with the demo rooms. Ctrl-C ends both."""
    from monitor import launch

    _, path, _, url = setting(rooms, store)
    raise SystemExit(launch.dashboard(path, url, port, browser))


@app.command()
def serve(
    rooms: Annotated[Path | None, typer.Option(help="The rooms file.")] = None,
    store: Store = None,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """The evaluator alone: opens and starts the demo rooms, assesses every open session, records it all."""
    from monitor import serving
    from monitor.store import open_log

    logs.begin()
    loaded, path, document, url = setting(rooms, store)
    log = open_log(url, mode=loaded.mode)
    try:
        tell(f"assessing {len(loaded.rooms)} rooms into {log.url}; Ctrl-C ends it", sys.stderr)
        why = serving.serve(log, loaded, path, document, child)
        tell(f"ended: {why}", sys.stderr)
    except serving.Held as held:
        fail(str(held))
    finally:
        log.close()


@app.command()
def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario's id or file.")],
    seed: Annotated[int, typer.Option(min=0)] = 1,
    out: Annotated[Path, typer.Option(help="The CSV file to write.")] = Path("simulated.csv"),
    minutes: Annotated[float, typer.Option(min=1, max=1440, help="How long, from the opening of the session.")] = 80,
) -> None:
    """Write a recording of a simulated patient: the infusion starts and ends as ordered, nobody does anything else."""
    from monitor.admission import refuse_order
    from monitor.simulator.scenario import load_scenario
    from monitor.sources.recorded import write_recording
    from monitor.sources.simulated import SimulatedSource

    played = load_scenario(scenario)
    refuse_order(played, scenario, load_protocol(settings.EXAMPLE_PROTOCOL))
    source = SimulatedSource(played, seed)
    if out.suffix.lower() != ".csv":
        raise BadFile(str(out), None, "should end in .csv, which is what is written")
    if not out.parent.is_dir():
        raise BadFile(str(out), None, f"cannot be written, there is no folder {out.parent}")
    rows = source.read(round(minutes * 60), played.unattended())
    try:
        write_recording(out, rows, source.channels, label=f"{played.id} seed {seed}")
    except OSError as wrong:
        raise BadFile(str(out), None, f"cannot be written ({wrong.strerror}); choose another place") from None
    tell(f"{out}: {len(rows)} s", sys.stderr)


@app.command()
def level(
    drug_set: Annotated[str, typer.Option("--set", help="A published set of parameters.")] = "kamp2020",
    weight_kg: Annotated[float, typer.Option()] = 70.0,
    dose_mg_per_kg: Annotated[float, typer.Option()] = 0.5,
    over_min: Annotated[float, typer.Option()] = 40.0,
    at_min: Annotated[float, typer.Option(help="Minutes from the start of the infusion.")] = 40.0,
    half_time_min: Annotated[float | None, typer.Option(help="Of the effect site; 6.1 by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """The drug level that a published set of parameters gives, in plasma and at the effect site, at a minute."""
    from monitor.simulator.ketamine import KE0_HALF_TIME_MIN, MOST_MG_PER_KG_H, kinetics

    order = ordered(weight_kg, dose_mg_per_kg, over_min)
    rate = order.rate_mg_per_kg_h
    if rate > MOST_MG_PER_KG_H:
        fail(f"{dose_mg_per_kg:g} mg/kg over {over_min:g} min is {rate:.4g} mg/kg/h; the guardrail is {MOST_MG_PER_KG_H:g} mg/kg/h")
    if not 0 <= at_min <= 14 * 24 * 60:
        fail(f"--at-min {at_min:g} must lie between 0 and two weeks")
    half_time = KE0_HALF_TIME_MIN if half_time_min is None else half_time_min
    try:
        model = kinetics(drug_set, weight_kg, (half_time,))
    except ValueError as wrong:
        fail(str(wrong))
    during = min(at_min, over_min)
    reached = model.after(model.after(model.start(), rate, during * 60), 0.0, (at_min - during) * 60)
    found = {
        "t_min": at_min,
        "plasma_ng_ml": round(reached[0], 3),
        "effect_ng_ml": round(reached[3], 3),
        "norketamine_ng_ml": round(reached[model.norketamine], 3),
        "set": drug_set,
        "site": model.drug.site,
        "effect_half_time_min": half_time,
        "cites": model.drug.cites,
        "norketamine_cites": model.drug.norketamine.cites,
    }
    if as_json:
        say(found)
    else:
        tell(
            f"{at_min:g} min: plasma {reached[0]:.1f} ng/mL ({model.drug.site}), effect site {reached[3]:.1f} ng/mL "
            f"(half-time {half_time:g} min), norketamine {reached[model.norketamine]:.1f} ng/mL\n{model.drug.cites}"
        )


@app.command()
def cohort(
    n: Annotated[int, typer.Option("--n", help="How many infusions: patients come for their first to sixth.")] = 1000,
    seed: Annotated[int, typer.Option()] = 1,
    population: Annotated[str, typer.Option(help="A population's id, or its file.")] = "default",
    scenario_mix: Annotated[Path | None, typer.Option(help="Sessions of these scenarios instead; YAML of scenario and weight.")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write a row a session to this CSV file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Live many simulated infusions; print each published figure beside the cohort's own, taken as its paper took it."""
    import csv

    from monitor.admission import refuse_order
    from monitor.simulator import published, series
    from monitor.simulator.population import load_mix, load_population

    if not 1 <= n <= series.MOST:
        fail(f"--n {n} must lie between 1 and {series.MOST:,}")
    if seed < 0:
        fail(f"--seed {seed} cannot be negative")
    if out is not None and not out.parent.is_dir():
        fail(f"{out} cannot be written, there is no folder {out.parent}")
    document = load_protocol(settings.EXAMPLE_PROTOCOL)
    if scenario_mix is not None:
        mix = load_mix(scenario_mix)
        for played in mix:
            refuse_order(played, f"{scenario_mix}: {played.id}", document)
        lived = series.live_mix(mix, n, seed)
    else:
        people = load_population(Path(population) if population.endswith((".yaml", ".yml")) else population)
        for infusion in range(1, len(people.orders) + 1):
            refuse_order(people.scenario(infusion), population, document)
        lived = series.live(people, n, seed)
    if out is not None:
        try:
            with out.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(series.COLUMNS)
                writer.writerows(series.rows(lived))
        except OSError as wrong:
            fail(f"{out} cannot be written ({wrong.strerror})")
    for found in published.compare(lived, of_series=scenario_mix is None):
        if as_json:
            say(found)
        else:
            mark = "inside" if found["inside"] else "OUTSIDE"
            tell(
                f"{found['statistic']:<36} {found['value']:>9} ({found['low']} to {found['high']})  paper {found['paper']} "
                f"({found['band_low']} to {found['band_high']})  {mark}  {found['source']}"
            )


@app.command()
def inspect(recording: Path, as_json: AsJson = False) -> None:
    """What a recording holds: each channel, what it is taken for, and why one is refused."""
    from monitor.sources.recorded import inspect as look

    for found in look(recording):
        if as_json:
            say(found)
        elif "recording" in found:
            begun = found["start"] or "an unknown time"
            tell(f"{found['recording']}: {found['kind']}, {found['duration_s']} s from {begun}; {found['source']}")
            for doubt in found["doubts"]:
                tell(f"  {doubt['sentence']}")
            tell(_quality(found))
        else:
            used = "shown" if found["used"] else "not shown"
            span = f"{found['min']} / {found['median']} / {found['max']}" if found["min"] is not None else "nothing valid"
            tell(
                f"{found['name']:<28} {found['signal'] or '-':<10} {found['unit'] or '-':<6} {found['count']:>7} rows, "
                f"{found['missing']} missing, {found['gaps']} gaps, {span}, {used}" + (f"; {found['refused']}" if found["refused"] else "")
            )


def _quality(found: dict[str, Any]) -> str:
    """One line: how much of each signal there is."""
    told, cuff = found["quality"], {signal.value for signal in CUFF}
    shares = [f"{signal} {share:.0f} readings" if signal in cuff else f"{signal} {share:.1%}" for signal, share in told["live"].items()]
    gap = {None: "", 0: ", no gap"}.get(told["longest_gap_s"], f", longest gap {told['longest_gap_s']} s")
    return f"quality: {', '.join(shares) or 'nothing that a room shows'}{gap}, {len(found['doubts'])} doubts"


@app.command()
def replay(
    recording: Path,
    protocol: Annotated[Path | None, typer.Option(help="The protocol; the shipped example by default.")] = None,
    weight_kg: Annotated[float | None, typer.Option()] = None,
    dose_mg_per_kg: Annotated[float | None, typer.Option()] = None,
    over_min: Annotated[float | None, typer.Option()] = None,
    baseline_bp: Annotated[str | None, typer.Option(help="The baseline pressure, as 120/75.")] = None,
    log: Annotated[Path | None, typer.Option(help="What was charted: CSV with at_s,entry.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a recording through the protocol as fast as it goes; print each prompt event and a summary with a digest."""
    from monitor.review import called
    from monitor.review.replay import Replay, described, read_said
    from monitor.sources.recorded import open_recording

    document = load_protocol(protocol or settings.EXAMPLE_PROTOCOL)
    order = ordered(weight_kg, dose_mg_per_kg, over_min)
    if baseline_bp is not None:
        baseline_of(baseline_bp)
    source = open_recording(recording)
    said = read_said(log, document, source.length_s) if log is not None else []
    played = Replay(document, source, order, baseline_bp, said, str(log))
    begun = time.perf_counter()
    rows = source.read(source.length_s or 0)
    read = time.perf_counter()
    for doubt in source.doubts:
        say({"doubt": doubt.kind, "place": doubt.place, "sentence": doubt.sentence}) if as_json else tell(f"doubt: {doubt.sentence}")
    for at, change in played.run(rows):
        if as_json:
            say(described(document, at, change))
        else:
            tell(f"{at:>6} s  {change.priority.value:<6} {change.rule:<12} {change.state.value:<9} {change.message}")
    done = time.perf_counter()
    found = called.beside(played.log, document) if log is not None else None
    if found is not None:
        for at, sentence, data in called.lines(found):
            say(data) if as_json else tell(f"{at:>6} s  {sentence}")
    absent = [doubt.place for doubt in source.doubts if doubt.kind == "absent"]
    summary = {
        "summary": True,
        "prompts": played.counts,
        "ticks": played.ticks,
        "doubts": len(source.doubts),
        "absent": absent,
        "protocol": f"{document.protocol} {document.version} {document.digest[:12]}",
        "digest": played.digest,
        **(found.summary() if found is not None else {}),
    }
    if as_json:
        say(summary)
    else:
        if found is not None:
            tell(called.told(found))
        without = "".join(f", no {what}" for what in absent)
        of_what = "" if any(played.counts.values()) else " (of no prompt)"
        tell(f"{played.ticks} s, prompts: {played.counts}{without}, {len(source.doubts)} doubts, digest {played.digest}{of_what}")
    tell(f"replay_s {done - read:.3f} read_s {read - begun:.3f}", sys.stderr)
    if absent and not any(played.counts.values()):
        fail(f"{recording}: nothing was called for, but there is no {' and no '.join(absent)}: that says nothing about the patient")


def ordered(weight_kg: float | None, dose_mg_per_kg: float | None, over_min: float | None) -> Any:
    from pydantic import ValidationError

    from monitor.infusion import Order

    given = [v for v in (weight_kg, dose_mg_per_kg, over_min) if v is not None]
    if not given:
        return None
    if len(given) < 3:
        fail("an order needs --weight-kg, --dose-mg-per-kg and --over-min together; without any the session is observed")
    try:
        return Order(weight_kg=weight_kg, dose_mg_per_kg=dose_mg_per_kg, minutes=over_min)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        fail(f"the order's {first['loc'][0]} is not possible: {first['msg']}")


def baseline_of(text: str) -> None:
    from monitor.protocol.shorthand import charted_baseline

    try:
        charted_baseline(text)
    except ValueError:
        fail(f"--baseline-bp {text} is no blood pressure; write it as 120/75")


@app.command()
def verify(
    store: Store = None,
    again: Annotated[bool, typer.Option(help="Also assess every session again from its samples and compare.")] = False,
    protocol: Annotated[Path | None, typer.Option(help="The protocol for --again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the chains of every session in the store: any edit, deletion, swap or cut is named."""
    from monitor.review.replay import tried
    from monitor.store import open_stored

    log = open_stored(store or settings.store_url())
    faults = 0
    sessions = log.heads(open_only=False)

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\rchecked {done} of {total} sessions", end="", file=sys.stderr, flush=True)

    for fault in log.verify(progress):
        faults += 1
        if as_json:
            say({"session": fault.session, "seq": fault.seq, "tick": fault.tick, "fault": fault.sentence})
        else:
            tell(fault.sentence)
    if again and not faults:
        document = load_protocol(protocol or settings.EXAMPLE_PROTOCOL)
        for head in sessions:
            result = tried(log, head.session, document)
            if isinstance(result, str):
                faults += 1
                say({"session": head.session, "seq": None, "tick": None, "fault": result}) if as_json else tell(result)
                continue
            faults += result.differs
            record = {
                "session": head.session,
                "ticks": result.ticks,
                "digest": result.stored,
                "again": result.again,
                "same": result.same,
                "engine": result.engine,
                "comparable": result.comparable,
            }
            if as_json:
                say(record)
            else:
                tell(f"session {head.session}: {result.ticks} s, {result.found}, {result.again[:16]}")
    log.close()
    if as_json:
        say({"summary": True, "sessions": len(sessions), "faults": faults, "heads": {str(h.session): h.hash for h in sessions}})
    else:
        tell(f"{len(sessions)} sessions, {faults} faults")
    if faults:
        raise SystemExit(1)


@protocol_app.command("check")
def protocol_check(
    file: Annotated[Path, typer.Argument(help="A protocol, such as sample_data/protocols/example.yaml.")],
    as_json: AsJson = False,
) -> None:
    """Run the cases beside a protocol; print each rule with its cases and coverage."""
    document = load_protocol(file)
    beside = cases_beside(file)
    if not beside.exists():
        raise BadFile(str(beside), None, "is missing; write the protocol's cases there")
    outcomes, coverage = check(document, load_cases(beside, document))
    failed = [o for o in outcomes if o.faults]
    gaps = [c for c in coverage if c.missing]
    for cover in coverage:
        if as_json:
            say({"rule": cover.rule, "cases": cover.cases, "failed": cover.failed, "missing": cover.missing})
        else:
            state = "ok" if not cover.failed and not cover.missing else "NOT OK"
            lacks = f", lacks {', '.join(cover.missing)}" if cover.missing else ""
            tell(f"{cover.rule:<24} {cover.cases:>3} cases, {cover.failed} failed{lacks}  {state}")
    for outcome in failed:
        for fault in outcome.faults:
            tell(f"{beside}:{outcome.line}: {outcome.case.rule}: {outcome.case.name}: {fault}", sys.stderr)
    summary = {
        "summary": True,
        "protocol": document.protocol,
        "version": document.version,
        "digest": document.digest,
        "rules": len(coverage),
        "cases": len(outcomes),
        "failed": len(failed),
        "rules_lacking_cases": len(gaps),
        "signed": document.signed is not None,
    }
    if as_json:
        say(summary)
    else:
        signed = "signed" if document.signed else "not signed"
        tell(f"{document.title} {document.version} ({signed}): {len(coverage)} rules, {len(outcomes)} cases, {len(failed)} failed")
    if failed or gaps:
        raise SystemExit(1)
