"""Tables as recordings: BIDMC numerics and waves, induced-hypoxia tables, our simulator's files, and plain CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from monitor.sources.recorded import layouts, names, simulated_csv
from monitor.sources.recorded.head import preamble_of
from monitor.sources.recorded.judge import UNUSED_CONSTANT
from monitor.sources.recorded.long_table import read_long
from monitor.sources.recorded.table import Column, Table, read_table
from monitor.sources.recorded.times import COUNTED
from monitor.sources.recorded.tracks import MAX_SPAN_S, Doubt, Flags, Floats, Recording, Track, clean, typical_step
from monitor.sources.source import BadFile
from monitor.vitals import Signal

REPEATS: Final = 0.05
"""From this share of repeated time stamps on they are rounded stamps of a faster rate (proposal)."""
MOSTLY_TEXT: Final = 0.5
COMMON_SAMPLES: Final = 30
HOUR_S: Final = 3600.0
CLOCK_CHANGE_S: Final = 120.0
"""So near to a whole hour a jump of the clock is a change of summer time."""


def read_csv(path: Path) -> Recording:
    """Raises BadFile."""
    with path.open("rb") as f:
        simulated = simulated_csv.is_simulated(preamble_of(f.read(4096)))
    long = None if simulated else read_long(path)
    if long is not None:
        return long
    table = read_table(path, keep_offset=simulated)
    seconds, keep, said = _timeline(path, table)
    lasting = float(seconds[-1]) if len(seconds) else 0.0
    if lasting > MAX_SPAN_S:
        raise BadFile(str(path), table.lines[-1], f"the times span {lasting / 86400:,.0f} days; at most 31 are read, check the dates")
    step = typical_step(seconds)
    wave = 0 < step < 1 / names.WAVE_RATE_HZ
    columns = [(at, replace(c, values=c.values[keep])) for at, c in table.columns]
    base = Recording(
        str(path),
        "csv",
        "A table of a source that it does not name",
        f"RECORDED {path.name}",
        table.start,
        lasting,
        (),
        (*table.doubts, *said),
        table=True,
    )
    if simulated:
        return _simulated(base, table, columns, seconds)
    bare = frozenset(h for h in table.header if h)
    if layouts.INDUCED_HYPOXIA.must_have <= bare:
        return _hypoxia(base, columns, seconds)
    if _is_bidmc(path, bare):
        layout = layouts.BIDMC_SIGNALS if wave else layouts.BIDMC_NUMERICS
        if layout.must_have <= bare and (layout.may_have is None or bare <= layout.may_have):
            return _declared(base, layout, _tracks(columns, seconds, wave, layout))
    unnamed = tuple(f"column {at + 1}" for at, c in columns if not c.name and at > 0 and (c.filled or c.texts))
    return replace(base, tracks=tuple(_tracks(columns, seconds, wave, None)), unnamed=unnamed)


def _is_bidmc(path: Path, bare: frozenset[str]) -> bool:
    """The dataset's own files have a blank after each comma of the header; nothing else that was seen has both."""
    with path.open("rb") as f:
        first = f.read(400).decode("utf-8-sig", errors="replace").splitlines()[:1]
    return "Time [s]" in bare and bool(first) and first[0].startswith("Time [s], ")


def _declared(base: Recording, layout: layouts.Layout, tracks: Sequence[Track]) -> Recording:
    return replace(base, kind=layout.kind, where=layout.where, tracks=tuple(tracks), label=f"{base.label} ({layout.name})")


def _tracks(columns: Sequence[tuple[int, Column]], seconds: Floats, wave: bool, layout: layouts.Layout | None) -> list[Track]:
    tracks: list[Track] = []
    for at, column in columns:
        if not column.name and not column.filled and not column.texts:
            continue
        label = column.name or f"column {at + 1}"
        bare = names.split_unit(column.name)[0]
        meaning = names.meaning(bare, wave)
        declared_unit = layout.units.get(meaning.signal) if layout and meaning else None
        text = column.text if column.texts and column.texts >= MOSTLY_TEXT * (column.texts + column.filled) else None
        tracks.append(
            Track(
                label,
                column.unit,
                seconds,
                column.values,
                wave,
                declared=meaning.signal if meaning else None,
                declared_unit=declared_unit,
                text=text,
            )
        )
    return tracks


def _timeline(path: Path, table: Table) -> tuple[Floats, Flags, list[Doubt]]:
    """Seconds of the rows that count, which rows those are, and what was done about repeated or reversed stamps."""
    seconds, said = table.seconds, list[Doubt]()
    keep = np.ones(len(seconds), dtype=bool)
    forward = np.maximum.accumulate(seconds)
    back = np.flatnonzero(seconds < forward - 1e-9)
    if len(back):
        at = int(back[0])
        if len(back) > max(2, 0.01 * len(seconds)):
            raise BadFile(str(path), table.lines[at], _why_back(float(forward[at] - seconds[at]), len(back) - 1))
        keep[back] = False
        line = table.lines[at]
        said.append(Doubt("rows", f"line {line}", f"Line {line}: the time goes back; {_rows(len(back))} left out."))
    kept = seconds[keep]
    ahead = np.flatnonzero(np.abs(np.diff(kept) - HOUR_S) <= CLOCK_CHANGE_S).tolist()
    for place in ahead[:3] if typical_step(kept) < CLOCK_CHANGE_S else ():
        line = table.lines[int(np.flatnonzero(keep)[place + 1])]
        text = f"Line {line}: the time jumps ahead by an hour; read as an hour without values. If summer time began, write the offsets."
        said.append(Doubt("time", f"line {line}", text))
    repeated = np.flatnonzero(np.diff(kept) <= 1e-9) + 1
    if not len(repeated):
        return kept, keep, said
    if len(repeated) > REPEATS * len(kept):
        even = _even(kept)
        if even is not None:
            rate = 1 / typical_step(even)
            text = f"{len(repeated):,} rows repeat the time stamp of the row before (rounded stamps): read by row number at {rate:g} Hz."
            said.append(Doubt("time", "", text))
            return even, keep, said
    places = np.flatnonzero(keep)
    same = sum(_same_row(table, int(places[r]), int(places[r - 1])) for r in repeated.tolist()[:1000])
    differ = len(repeated) - same
    if differ:
        line = table.lines[int(places[repeated[0]])]
        text = f"Conflict: {_rows(differ)} from line {line} on have the time stamp of the row before and other values; the last one counts."
        said.append(Doubt("conflict", f"line {line}", text))
    if same:
        said.append(Doubt("repeated", "", f"{_rows(same)} are exact repetitions of the row before."))
    return kept, keep, said


def _why_back(by: float, more: int) -> str:
    if abs(by - HOUR_S) <= CLOCK_CHANGE_S:
        return (
            "the time goes back by an hour, as at the end of summer time, and no row says which hour it means; "
            "write the offset beside each time (+02:00, +01:00) or give elapsed seconds"
        )
    return f"the time goes back by {by:g} s, and {more:,} rows more stand before their predecessors; put the rows in order"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"


def _same_row(table: Table, a: int, b: int) -> bool:
    return all(bool(c.values[a] == c.values[b]) or bool(np.isnan(c.values[a]) and np.isnan(c.values[b])) for _, c in table.columns)


def _even(seconds: Floats) -> Floats | None:
    """Even times by row number where the stamps are such times rounded, else None."""
    count, span = len(seconds), float(seconds[-1] - seconds[0])
    if span <= 0 or count < 10:
        return None
    distinct = np.unique(seconds)
    grain = float(np.min(np.diff(distinct)[np.diff(distinct) > 1e-9]))
    coarse = float(np.max(np.diff(distinct)))
    rate = (count - 1) / span
    # Stamps without seconds have many rows each; two rows of one second now and then are not a faster rate.
    if rate < 1.5 and count < 1.5 * len(distinct):
        return None
    each = np.unique(seconds, return_counts=True)[1]
    for tried in (float(round(rate)) if rate >= 1.5 else float(np.median(each)) / grain, rate):
        even = np.asarray(seconds[0] + np.arange(count) / tried, dtype=np.float64)
        if float(np.max(np.abs(even - seconds))) <= max(grain, coarse) * 1.01 + 1e-6:
            return even
    return None


def _simulated(base: Recording, table: Table, columns: Sequence[tuple[int, Column]], seconds: Floats) -> Recording:
    known = simulated_csv.keys(table.preamble)
    tracks: list[Track] = []
    for _, column in columns:
        bare = names.split_unit(column.name)[0]
        if bare == simulated_csv.STATUS:
            continue
        declared = Signal(bare) if bare in set(Signal) else None
        tracks.append(
            Track(
                column.name,
                column.unit,
                seconds,
                column.values,
                declared=declared,
                trusted=True,
                text=column.text if column.texts > column.filled else None,
            )
        )
    label = clean(known.get("label", ""), 60).removeprefix("SIMULATED").strip()
    return replace(
        base,
        kind="simulated-csv",
        where="This program's own simulator: no patient",
        table=False,
        marks=tuple(simulated_csv.read_marks(Path(base.path))),
        label=f"SIMULATED {label}".strip(),
        start=known.get("start") or None,
        tracks=tuple(tracks),
        explicit=simulated_csv.STATUS in table.header,
        periods_s=simulated_csv.periods(known.get("periods_s", "")),
        doubts=tuple(d for d in base.doubts if not d.sentence.startswith(COUNTED)),
    )


def _hypoxia(base: Recording, columns: Sequence[tuple[int, Column]], seconds: Floats) -> Recording:
    """The induced-hypoxia table: the left part by its names, the right part by the declared shift, once confirmed."""
    layout = layouts.INDUCED_HYPOXIA
    by_name = {c.name: at for at, c in columns if c.name}
    by_place = dict(columns)
    from_at = by_name[layouts.SHIFT_FROM]
    last_named = max(by_name.values())
    blanks = sum(1 for at, c in columns if at > last_named)
    shift = layouts.SHIFT if blanks >= layouts.SHIFT else 0
    true_name = {at + shift: name for name, at in by_name.items() if at >= from_at}
    held = {name: by_place[at] for at, name in true_name.items() if at in by_place}
    believed, said = _confirm(held, columns)
    tracks: list[Track] = []
    for at, column in columns:
        label = column.name or f"column {at + 1}"
        if not column.name and not column.filled and not column.texts and at not in true_name:
            continue
        text = column.text if column.texts and not column.filled else None
        if at < from_at:
            meaning = None if column.name.startswith(layouts.NO_SIGNAL) else names.meaning(column.name, wave=False)
            preference = layout.prefer.index(column.name) if column.name in layout.prefer else len(layout.prefer)
            tracks.append(
                Track(
                    label,
                    column.unit,
                    seconds,
                    column.values,
                    declared=meaning.signal if meaning else None,
                    declared_unit=layout.units.get(meaning.signal) if meaning else None,
                    text=text,
                    preference=preference,
                    ignored=meaning is None,
                )
            )
            continue
        true = true_name.get(at)
        tracks.append(_shifted(Track(label, column.unit, seconds, column.values, text=text, ignored=True), true, shift, believed))
    if shift:
        said.insert(
            0,
            f'The header is shifted by {shift} columns from "{layouts.SHIFT_FROM}" on: those cells are '
            "read by the layout's declared column map.",
        )
    out = _declared(base, layout, tracks)
    return replace(out, doubts=(*base.doubts, *(Doubt("layout", "", text) for text in said)), table=False)


def _shifted(track: Track, true: str | None, shift: int, believed: dict[str, bool]) -> Track:
    """A column right of ``ECG 3``: mapped by its true label where that was confirmed, refused where its name lies."""
    meant = layouts.TRUE_MEANING.get(true or "")
    if true is not None and meant is not None:
        if believed[true]:
            return replace(track, declared=meant[0], declared_unit=meant[1], ignored=False)
        return replace(
            track, refused=f'{track.name} should hold "{true}" by this layout\'s column map, but its values do not confirm it; not shown'
        )
    if not shift:
        return track
    if true is None:
        return replace(track, refused=f"{track.name}: the header is shifted here; these cells hold a status, not what the name says")
    return replace(track, refused=f'{track.name}: the header is shifted here; these cells hold "{true}", which no room shows')


def _confirm(held: dict[str, Column], columns: Sequence[tuple[int, Column]]) -> tuple[dict[str, bool], list[str]]:
    """Whether the columns right of ``ECG 3`` hold what the map says, by agreement with the others, never by name alone."""
    pulses = [c.values for _, c in columns if c.name.startswith("Pulse ")]
    ecg = held.get(layouts.ECG_RATE)
    heart = ecg is not None and any(_agree(ecg.values, p) for p in pulses)
    pct, mmhg = held.get(layouts.CO2_PERCENT), held.get(layouts.CO2_MMHG)
    co2 = pct is not None and mmhg is not None and _same_gas(pct.values, mmhg.values)
    rr = held.get(layouts.BREATHING)
    breathing = rr is not None and (heart or co2) and _is_breathing(rr.values)
    believed = {layouts.ECG_RATE: heart, layouts.CO2_MMHG: co2, layouts.BREATHING: breathing}
    said = []
    if heart:
        said.append("ECG rate: confirmed against the pulse rates of the oximeters.")
    if co2:
        said.append("EtCO2: confirmed, the mmHg and the percent column tell the same pressure.")
    if not (heart or co2):
        said.append('The column map of this layout could not be confirmed from the values: nothing from "ECG 3" on is shown.')
    return believed, said


def _present(values: Floats) -> Flags:
    present: Flags = np.isfinite(values) & (values > 0) & (values != UNUSED_CONSTANT)
    return present


def _agree(rate: Floats, pulse: Floats) -> bool:
    both = _present(rate) & _present(pulse)
    if np.count_nonzero(both) < COMMON_SAMPLES:
        return False
    return float(np.median(np.abs(rate[both] - pulse[both]))) <= layouts.RATES_AGREE


def _same_gas(percent: Floats, mmhg: Floats) -> bool:
    both = _present(percent) & _present(mmhg)
    if np.count_nonzero(both) < COMMON_SAMPLES:
        return False
    ratio = mmhg[both] / percent[both]
    low, high = layouts.CO2_RATIO
    middle = float(np.median(ratio))
    return low <= middle <= high and float(np.median(np.abs(ratio - middle))) <= 0.05 * middle


def _is_breathing(values: Floats) -> bool:
    held = values[_present(values)]
    if len(held) < COMMON_SAMPLES:
        return False
    low, high = names.TYPICAL[Signal.RR]
    return low <= float(np.median(held)) <= high and float(np.mean(held <= 80)) > 0.9
