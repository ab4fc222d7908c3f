"""Which channel of a recording is which signal, which of its cells are missing, and what is not to be believed.

Name and unit say what a channel claims to be; its values must agree. Where they do not, it is refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from monitor import units
from monitor.sources.recorded import names
from monitor.sources.recorded.tracks import Doubt, Flags, Floats, Recording, Track, clean, gaps, typical_step
from monitor.vitals import CUFF, KINDS, Signal

SENTINELS: Final = (0.0, -1.0, -100.0, -999.0, -9999.0, -99.9, -327.67, -327.68, -32768.0, -32767.0, 65535.0, 8388607.0)
"""Numbers that stand for "no value" in a numeric of any kind (reference/recordings.md, rule 1: sourced)."""
TOO_LARGE: Final = 1e9
"""No numeric of any monitor reaches it: a damaged cell."""
UNUSED_CONSTANT: Final = 300.0
"""A whole channel of it is a Datex module that is not plugged in."""
ZERO_FAHRENHEIT_C: Final = -17.8
BYTE_SENTINELS: Final = (255.0, 127.0)
"""Viatom and Contec oximeters. For a rate they may also be true: see ``_stands_for_nothing`` and ``_pair_sentinels``."""
PLAUSIBLE_SHARE: Final = 0.5
IMPOSSIBLE_SHARE: Final = 0.05
NEAR_BEST: Final = 0.10
_UNIT_WORDS: Final = {names.FRACTION: "fractions of 1"}
_RATES: Final = (Signal.HR, Signal.PULSE)
_PRESSURES: Final = frozenset({*CUFF, Signal.ABP_SYS, Signal.ABP_DIA, Signal.ABP_MEAN})


@dataclass(frozen=True, slots=True)
class Judged:
    """A channel with its meaning. ``values`` are in ``unit``; ``valid`` marks the cells that hold a value.

    An implausible value is valid (it was delivered) and stays in the statistics; a room shows it as a flagged gap.
    """

    track: Track
    signal: Signal | None
    unit: str | None
    values: Floats
    valid: Flags
    refused: str | None = None
    misread: bool = False
    """Its name is that of a signal, its unit or its values are not."""
    contradicts: bool = False
    """... and no other unit explains that: the name may stand over the wrong column."""
    intermittent: bool = False
    preference: int = 5
    used: bool = False
    assumed: bool = False
    claims: Signal | None = None
    """What its name says, also where that is refused."""

    @property
    def usable(self) -> bool:
        return self.signal is not None and self.refused is None and bool(self.valid.any())

    def covered_s(self) -> float:
        """Seconds of the recording for which this channel has plausible values."""
        if self.signal is None:
            return 0.0
        kind = KINDS[self.signal]
        good = self.valid if self.track.wave else self.valid & (self.values >= kind.low) & (self.values <= kind.high)
        times = self.track.times[good]
        return typical_step(times) * len(times) if len(times) > 1 else 0.001 * len(times)

    def statistics(self) -> tuple[float | None, float | None, float | None]:
        """Lowest, middle and highest value, missing ones left out."""
        held = self.values[self.valid]
        if not len(held):
            return None, None, None
        low, middle, high = (round(float(f"{v:.9g}"), 9) + 0.0 for v in (held.min(), np.median(held), held.max()))
        return low, middle, high

    def gaps(self) -> int:
        return len(gaps(self.track.times[self.valid]))


def judge(recording: Recording) -> tuple[list[Judged], list[Doubt]]:
    """Every channel in the order of the file, and the sentences about what was assumed, chosen or left out."""
    judged = _pair_sentinels([_judge_one(track) for track in recording.tracks])
    doubts: list[Doubt] = []
    if recording.table:
        judged = _doubt_header(recording, judged)
    judged = _choose(judged)
    assumed = [j for j in judged if j.assumed and j.usable]
    if assumed:
        claims = ", ".join(f"{clean(j.track.name)} {j.unit}" for j in assumed)
        doubts.append(Doubt("assumed", "", f"No unit in the file; assumed because the values fit: {claims}."))
    doubts.extend(_sentences(judged))
    doubts.extend(_absent(judged) if not recording.explicit else ())
    return judged, doubts


def _judge_one(track: Track) -> Judged:
    if track.wave:
        return _judge_wave(track)
    valid = np.isfinite(track.values)
    plain = Judged(track, None, names.unit_of(track.unit) or (track.unit or "").strip() or None, track.values, valid)
    if track.text is not None:
        note = f'{clean(track.name)} holds text ("{clean(track.text, 30)}"), not numbers'
        return replace(plain, refused=track.refused or note)
    plain = replace(plain, valid=_values_present(track.values, None))
    if track.refused is not None:
        return replace(plain, refused=track.refused)
    if track.ignored:
        return plain
    meaning = names.meaning(track.name, wave=False)
    signal = track.declared or (meaning.signal if meaning else None)
    if signal is None:
        return replace(plain, refused=_why_not(track.name))
    preference = track.preference if track.preference is not None else (meaning.preference if meaning else 5)
    intermittent = signal in CUFF or (meaning is not None and meaning.intermittent and track.declared is None)
    known = replace(plain, signal=signal, claims=signal, preference=preference, intermittent=intermittent)
    return _measure(known, signal)


def _judge_wave(track: Track) -> Judged:
    valid = np.isfinite(track.values)
    meaning = names.meaning(track.name, wave=True)
    numeric_name = meaning is None and names.meaning(track.name, wave=False)
    signal = track.declared or (meaning.signal if meaning else None)
    unit = names.unit_of(track.unit) or names.unit_of(track.declared_unit) or (track.unit or "").strip() or None
    if numeric_name and track.refused is None:
        # A rate or a saturation sampled like a wave: its numbers are good, there are only many of them.
        return _judge_one(replace(track, wave=False))
    preference = meaning.preference if meaning else 5
    return Judged(track, signal, unit, track.values, valid, track.refused, preference=preference)


def _measure(judged: Judged, signal: Signal) -> Judged:
    """Unit, missing cells and range of a numeric whose name is known."""
    track, house = judged.track, names.HOUSE_UNIT[signal]
    name = clean(track.name)
    written = track.unit if track.unit and track.unit.strip() else track.declared_unit
    unit = names.unit_of(written)
    if written and unit is None:
        return replace(
            judged,
            signal=None,
            misread=True,
            refused=f'{name}: the unit "{clean(written, 20)}" is not known here; give {names.QUANTITY[signal]} in {house}',
        )
    if unit is not None and unit not in names.CONVERTIBLE[house]:
        return replace(
            judged,
            signal=None,
            misread=True,
            contradicts=True,
            refused=f"{name} says {unit}, but {names.QUANTITY[signal]} is given in {house}: name and unit disagree",
        )
    # Our own files write nothing for "no value"; only a zero is never one.
    valid = np.isfinite(track.values) & (track.values != 0) if track.trusted else _values_present(track.values, signal)
    values = _in_house_unit(track.values, unit or house, house)
    if signal is Signal.TEMP:
        valid &= np.abs(values - ZERO_FAHRENHEIT_C) > 0.06
    held = values[valid]
    if not len(held):
        return replace(
            judged,
            unit=house,
            values=values,
            valid=valid,
            refused=f'{name} holds no value at all: all of its {len(values):,} cells are empty, zero or a "no value" number',
        )
    wrong = _contradiction(held, signal)
    if wrong is None or track.trusted:
        return replace(judged, unit=house, values=values, valid=valid, assumed=unit is None)
    hint = _other_unit(held, signal)
    if unit is None and hint is not None:
        return replace(
            judged,
            signal=None,
            unit=None,
            values=track.values,
            valid=valid,
            misread=True,
            refused=f"{name} has no unit and its values ({_span(held)}) look like "
            f"{_UNIT_WORDS.get(hint, hint)}; write the unit in the header, for example {name} [{hint}]",
        )
    if hint is not None:
        return replace(
            judged,
            signal=None,
            unit=house,
            values=values,
            valid=valid,
            misread=True,
            refused=f"{name} {wrong}; the values look like {_UNIT_WORDS.get(hint, hint)}: correct the unit",
        )
    return replace(
        judged,
        signal=None,
        unit=house if unit else None,
        values=values,
        valid=valid,
        misread=True,
        contradicts=True,
        refused=f"{name} {wrong}; the header may be shifted or the unit wrong",
    )


def _values_present(values: Floats, signal: Signal | None) -> Flags:
    """Which cells of a numeric hold a value: finite, and no number that a device writes for "no value"."""
    valid: Flags = np.isfinite(values) & (np.abs(values) < TOO_LARGE)
    if not valid.any():
        return valid
    # A record may store its zero a quantisation step beside it; no vital sign is that small.
    near = 1e-9 if signal is None else 0.005
    for sentinel in SENTINELS:
        valid &= np.abs(values - sentinel) > near
    held = values[valid]
    if len(held) and np.all(held == UNUSED_CONSTANT):
        return np.zeros_like(valid)
    if signal is None:
        return valid
    for sentinel in BYTE_SENTINELS:
        if _stands_for_nothing(held, sentinel, signal):
            valid &= values != sentinel
    return valid


def _stands_for_nothing(held: Floats, sentinel: float, signal: Signal) -> bool:
    """Whether 127 or 255 is no value in this channel: it cannot be one, or it is a rate of 255 out of nowhere."""
    if not np.any(held == sentinel):
        return False
    kind = KINDS[signal]
    if not kind.low <= sentinel <= kind.high:
        return True
    return signal in _RATES and sentinel == 255.0 and not np.any((held > 240.0) & (held != sentinel))


def _pair_sentinels(judged: Sequence[Judged]) -> list[Judged]:
    """Where an oximeter's saturation stands at 127 or 255, the same number beside it is no pulse either."""
    out = list(judged)
    for spo2 in (j for j in judged if j.signal is Signal.SPO2 and not j.track.trusted):
        raw = spo2.track.values
        for i, rate in enumerate(out):
            if rate.signal in _RATES and len(rate.track.values) == len(raw):
                both = np.isin(raw, BYTE_SENTINELS) & (rate.track.values == raw)
                out[i] = replace(rate, valid=rate.valid & ~both)
    return out


def _in_house_unit(values: Floats, unit: str, house: str) -> Floats:
    if unit == house:
        return values
    if unit == names.FRACTION:
        return values * 100.0
    zero, one = units.convert(0.0, unit, house), units.convert(1.0, unit, house)
    return values * (one - zero) + zero


def _contradiction(held: Floats, signal: Signal) -> str | None:
    kind, (low, high) = KINDS[signal], names.TYPICAL[signal]
    outside = float(np.mean((held < kind.low) | (held > kind.high)))
    middle = float(np.median(held))
    quantity = names.QUANTITY[signal]
    if outside > 1 - PLAUSIBLE_SHARE:
        low_or_broken = "; a patient may be so low, or a sensor broken" if float(np.mean(held < kind.low)) > 0.5 else ""
        return f"holds {_span(held)}, which is not {quantity} ({kind.low:g} to {kind.high:g} {kind.unit}){low_or_broken}"
    if len(held) >= 5 and not low <= middle <= high:
        return f"holds {_span(held)}, mostly near {middle:g}, which is not {quantity}"
    if signal is Signal.SPO2 and float(np.mean(held > 100.0)) > IMPOSSIBLE_SHARE:
        return f"holds {_span(held)}, often above 100 %, which is not {quantity}"
    steps = np.diff(held)
    if len(held) >= 30 and (np.all(steps > 0) or np.all(steps < 0)) and np.allclose(steps, steps[0]):
        return f"counts steadily ({_span(held)}): a counter, not {quantity}"
    return None


def _other_unit(held: Floats, signal: Signal) -> str | None:
    """The unit in which these values would be what the name says, where there is one."""
    house = names.HOUSE_UNIT[signal]
    for unit in sorted(names.CONVERTIBLE[house] - {house}):
        changed = _in_house_unit(held, unit, house)
        low, high = names.TYPICAL[signal]
        kind = KINDS[signal]
        if low <= float(np.median(changed)) <= high and float(np.mean((changed < kind.low) | (changed > kind.high))) < 0.2:
            return unit
    return None


def _span(held: Floats) -> str:
    return f"{float(held.min()):g} to {float(held.max()):g}" if held.min() != held.max() else f"{float(held[0]):g}"


def _why_not(name: str) -> str | None:
    if names.is_setting(name):
        return f"{clean(name)} is a setting of a device, not a measurement"
    if names.is_unclear(name):
        return (
            f"{clean(name)} does not say which pressure it is or whether of the cuff or of an arterial line; "
            "name it for example NIBP_SYS, NIBP_DIA, NIBP_MEAN or ABP_SYS"
        )
    return None


def _doubt_header(recording: Recording, judged: list[Judged]) -> list[Judged]:
    """A header that is wrong in two places, or that leaves filled columns unnamed, is believed in none."""
    wrong = [clean(j.track.name) for j in judged if j.contradicts]
    why = None
    if recording.unnamed:
        one = len(recording.unnamed) == 1
        filled = f"{recording.unnamed[0]} is" if one else f"{len(recording.unnamed)} columns are"
        why = f"{filled} filled without a name in the header: it may be shifted; name every column"
    elif len(wrong) >= 2:
        why = f"{' and '.join(wrong[:3])} do not hold what their names say: the header may be shifted; put it right"
    else:
        why = _swapped(judged)
    if why is None:
        return judged
    return [
        j
        if j.signal is None or j.refused
        else replace(j, signal=None, misread=True, refused=f"{clean(j.track.name)} is not believed, because {why}")
        for j in judged
    ]


def _swapped(judged: Sequence[Judged]) -> str | None:
    """A saturation that follows one of two rates beat by beat while the other rate does not: two names are swapped."""
    sole = {s: [j for j in judged if j.signal is s and j.usable] for s in (*_RATES, Signal.SPO2)}
    if any(len(found) != 1 for found in sole.values()):
        return None
    hr, pulse, spo2 = (sole[s][0] for s in (*_RATES, Signal.SPO2))
    if not len(hr.values) == len(pulse.values) == len(spo2.values):
        return None
    common = hr.valid & pulse.valid & spo2.valid
    if np.count_nonzero(common) < 60 or float(np.std(spo2.values[common])) < 0.5:
        return None
    apart = np.abs(hr.values[common] - pulse.values[common])
    for rate, other in ((hr, pulse), (pulse, hr)):
        follows = float(np.mean(np.abs(spo2.values[common] - rate.values[common]) <= 1.5))
        if follows > 0.9 and float(np.mean(apart <= 3)) < 0.5:
            return (
                f"{clean(spo2.track.name)} follows {clean(rate.track.name)} beat by beat and "
                f"{clean(other.track.name)} does not: two names seem to be swapped; put the header right"
            )
    return None


def _choose(judged: list[Judged]) -> list[Judged]:
    """``used`` for exactly one channel of each signal.

    The channel with the most plausible data; among those within a tenth of it, the one that the layout or the list of
    names prefers (the Masimo in the induced-hypoxia files, lead II of an ECG), then the first in the file.
    """
    out = list(judged)
    for signal in Signal:
        found = [i for i, j in enumerate(judged) if j.signal is signal and j.usable]
        if not found:
            continue
        # A cuff's pulse is a point now and then: it stands in only where there is no other.
        found = [i for i in found if not judged[i].intermittent] or found
        covered = {i: judged[i].covered_s() for i in found}
        near = [i for i in found if covered[i] >= (1 - NEAR_BEST) * max(covered.values())]
        best = min(near, key=lambda i: (judged[i].preference, i))
        out[best] = replace(judged[best], used=True)
    return out


NEEDED: Final[tuple[tuple[str, tuple[Signal, ...]], ...]] = (
    ("SpO2", (Signal.SPO2,)),
    ("heart or pulse rate", (Signal.HR, Signal.PULSE)),
    ("blood pressure", (Signal.NIBP_SYS, Signal.ABP_SYS)),
)
"""What a room is watched by."""


def _absent(judged: Sequence[Judged]) -> Iterator[Doubt]:
    for label, signals in NEEDED:
        if any(j.used and j.signal in signals and not j.track.wave for j in judged):
            continue
        refused = next((clean(j.track.name) for j in judged if j.claims in signals and j.refused), None)
        why = f"{refused} was refused" if refused else "no channel of this recording is taken for it"
        yield Doubt("absent", label, f"No {label}: {why}. That nothing is called for about it says nothing about the patient.")


def missing(judged: Sequence[Judged]) -> list[Judged]:
    """The refused channels of signals that no other channel carries: a room says that their values are not there."""
    used = {j.signal for j in judged if j.used}
    gone = {j.claims: j for j in reversed(judged) if j.refused and j.claims is not None and j.claims not in used and not j.track.wave}
    return list(gone.values())


def _sentences(judged: Sequence[Judged]) -> list[Doubt]:
    said: list[Doubt] = []
    for j in judged:
        if j.refused and (j.misread or j.signal is not None):
            said.append(Doubt("refused", clean(j.track.name), f"Refused: {j.refused}."))
    for signal in Signal:
        carrying = [j for j in judged if j.signal is signal and j.usable]
        chosen = next((j for j in carrying if j.used), None)
        if chosen is not None and len(carrying) > 1:
            others = ", ".join(clean(j.track.name) for j in carrying if not j.used)
            text = f"{KINDS[signal].label}: shown from {clean(chosen.track.name)}; not shown: {others}."
            said.append(Doubt("chosen", clean(chosen.track.name), text))
        if chosen is None or chosen.track.wave:
            continue
        kind, name = KINDS[signal], clean(chosen.track.name)
        held = chosen.values[chosen.valid]
        odd = held[(held < kind.low) | (held > kind.high)]
        if len(odd):
            text = f"{name}: {len(odd):,} implausible values ({_span(odd)} {kind.unit}) are kept as flagged gaps, never shown as a number."
            said.append(Doubt("implausible", name, text))
        if chosen.track.unit and names.unit_of(chosen.track.unit) != chosen.unit:
            said.append(Doubt("converted", name, f"{name}: converted from {clean(chosen.track.unit, 20)} to {chosen.unit}."))
    return said
