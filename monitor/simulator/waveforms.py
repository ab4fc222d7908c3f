"""One second of ECG (lead II) and pleth, drawn from what is stored of that second and from a seed, and from nothing else.

So any second can be drawn without the ones before it, today or years later, and two readers draw the same. The seed is
the session's number: it decides details (how far a beat strays, the noise, the height of R) and says nothing of the
scenario, so that nobody can read from a wave what is going to happen.

Where beats lie. Breathing moves the phase a little: phase = beat - RSA x cos(2 pi breath). Beat k (R) lies where this
phase is k + stray(k), and stray depends on seed, k and rhythm only. The phase runs on across seconds, so each beat lies in
exactly one second, whoever draws it; no beat strays farther than ``FARTHEST``, so a minute holds the shown number of
beats, one more or one less.

Shapes are sums of gaussians, each half with its own width. Figures: proposals where nothing else is said, chosen within
normal ranges of textbooks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import cos, floor, pi

import numpy as np
import numpy.typing as npt

from monitor.vitals import Beats, Rhythm

ECG_HZ, PLETH_HZ = 250, 125

RSA = 0.03
"""Beats by which a breath moves a beat to and fro: at 72 and 14 a minute, RR +-4 %. Proposal."""
SINUS_STRAY = 0.008
EARLY = 0.34
"""A ventricular beat comes so much of a beat too early; the full pause after it comes by itself."""
ECTOPIC_SHARE = 0.16
"""Of beats, before those that would follow another at once are left out."""
FIBRILLATION_STRAY = 0.28
"""Even on both sides: the SD of RR is 23 % of its mean (derived), irregular as fibrillation is (from 0.1 up)."""
FARTHEST = EARLY + SINUS_STRAY + RSA
"""Less than half a beat, or a minute's count would be wrong; less than the edge of ``heart.QUIET``."""

QTC_S = 0.40
"""At 60 a minute; it goes with the cube root of RR (Fridericia, sourced)."""
TRANSIT_S = 0.21
"""From R to the foot of the pulse at the finger. Sourced in kind (0.2 to 0.25 s)."""
BACK_S, AHEAD_S = 2.2, 0.3
"""How far the wave of a beat reaches: its pulse after R, its P before."""

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


class BeatKind(Enum):
    SINUS = "sinus"
    VENTRICULAR = "ventricular"
    FIBRILLATING = "fibrillating"
    """Conducted from fibrillating atria: no P."""


@dataclass(frozen=True, slots=True)
class _Beat:
    at: float
    """Seconds from the start of this second; negative: before it."""
    kind: BeatKind
    rr: float
    """Mean seconds between beats in the second in which it lies."""
    breath: float
    filling: float
    """The interval before it, as a share of the mean: what the heart had time to fill."""


def beat_times(beats: Beats, seed: int) -> list[tuple[float, BeatKind]]:
    """The beats whose R lies in this second: seconds from its start (0 to below 1), in order, and what each is."""
    return [(beat.at, beat.kind) for beat in _around(beats, seed, 0.0, 0.0)]


def ecg(beats: Beats, seed: int) -> F32:
    """250 samples of lead II, mV. NaN for all of it with a lead off; a pause is a true, nearly flat line."""
    if beats.lead_off:
        return np.full(ECG_HZ, np.nan, dtype=np.float32)
    look = _look(seed)
    parts: list[tuple[float, float, float, float]] = []
    for beat in _around(beats, seed, 0.8, AHEAD_S):
        parts += _complex(beat, look)
    breath = _breath(beats, _ECG_T)
    wave = _sum(parts, _ECG_T)
    # Frequencies in whole hertz and in breaths: both run on over the border of a second.
    wave += 0.05 * np.sin(2 * pi * (breath + look.turns[0])) + 0.025 * np.sin(2 * pi * (0.13 * breath + look.turns[1]))
    wave += 0.003 * np.sin(2 * pi * (50 * _ECG_T + look.turns[2]))
    if Rhythm.FIBRILLATION in (beats.rhythm, beats.rhythm_before):
        wave += _f_waves(beats, breath, look)
    wave += (0.05 if beats.moving else 0.007) * _hiss(beats, seed, ECG_HZ)
    if beats.moving:
        wave += 0.45 * _shake(beats, seed, _ECG_T)
    return wave.astype(np.float32)


def pleth(beats: Beats, seed: int) -> F32:
    """125 samples, 0 to 1 in units of its own. NaN where the probe is off or a cuff squeezes its arm."""
    if beats.probe_off or beats.squeezed:
        return np.full(PLETH_HZ, np.nan, dtype=np.float32)
    look = _look(seed)
    parts: list[tuple[float, float, float, float]] = []
    for beat in _around(beats, seed, BACK_S, 0.0):
        parts += _pulse(beat, look)
    breath = _breath(beats, _PLETH_T)
    wave = _sum(parts, _PLETH_T)
    if not _rate(beats) and beats.beat_rate_before:
        # The next second does not know of these beats any more: the last pulse runs out in this one.
        wave *= np.clip(2.0 - 2.0 * _PLETH_T, 0.0, 1.0)
    if beats.slipped:
        wave *= 0.3
    wave += 0.1 + 0.02 * np.sin(2 * pi * (breath + look.turns[3]))
    wave += (0.008 if beats.slipped else 0.0015) * _hiss(beats, ~seed, PLETH_HZ)
    if beats.moving or beats.slipped:
        wave += (0.28 if beats.moving else 0.08) * _shake(beats, ~seed, _PLETH_T)
    return np.clip(wave, 0.0, 1.0).astype(np.float32)


# Where beats lie


def _around(beats: Beats, seed: int, back_s: float, ahead_s: float) -> list[_Beat]:
    """The beats from so long before this second to so long after it.

    Those before are placed by the rate and rhythm of the second before, those after by the rate of this one.
    """
    rate, rate_before = _rate(beats) / 1000, beats.beat_rate_before / 1000
    begin, breath, breath_rate = beats.beat / 1000, beats.breath / 1000, beats.breath_rate / 1000
    # The border, computed from whole numbers: the next second finds the very same one.
    opens = begin - RSA * cos(2 * pi * breath)
    closes = (beats.beat + _rate(beats)) / 1000 - RSA * cos(2 * pi * ((beats.breath + beats.breath_rate) / 1000))
    found: list[_Beat] = []

    def place(k: int, rhythm: Rhythm, stray: float, rate: float, low: float, high: float) -> None:
        at = (k + stray - begin) / rate
        for _ in range(8):  # at usual rates each turn makes the error at least ten times smaller
            at = (k + stray - begin + RSA * cos(2 * pi * (breath + breath_rate * at))) / rate
        at = min(high, max(low, at))
        filling = 1.0 + stray - _stray(seed, k - 1, rhythm)[0]
        found.append(_Beat(at, _stray(seed, k, rhythm)[1], 1.0 / rate, breath + breath_rate * at, filling))

    if rate_before and back_s:
        for k in range(floor(opens - rate_before * back_s - 1), floor(opens) + 2):
            stray, _ = _stray(seed, k, beats.rhythm_before)
            if k + stray < opens:
                place(k, beats.rhythm_before, stray, rate_before, -1e9, -1e-9)
    if rate:
        for k in range(floor(opens) - 1, floor(closes + rate * ahead_s) + 3):
            stray, _ = _stray(seed, k, beats.rhythm)
            if opens <= k + stray < closes:
                place(k, beats.rhythm, stray, rate, 0.0, 1.0 - 1e-9)
            elif ahead_s and k + stray >= closes:
                place(k, beats.rhythm, stray, rate, 1.0, 1e9)
    found.sort(key=lambda beat: beat.at)
    return [beat for beat in found if -back_s <= beat.at < 1.0 + ahead_s]


def _rate(beats: Beats) -> int:
    return 0 if beats.rhythm is Rhythm.PAUSED else beats.beat_rate


@lru_cache(maxsize=4096)
def _stray(seed: int, k: int, rhythm: Rhythm) -> tuple[float, BeatKind]:
    """How far beat k lies from its phase, in beats, and what it is."""
    even = 2.0 * _unit(seed, k) - 1.0
    if rhythm is Rhythm.FIBRILLATION:
        return FIBRILLATION_STRAY * even, BeatKind.FIBRILLATING
    early = (rhythm is Rhythm.BIGEMINY and k % 2 == 1) or (rhythm is Rhythm.ECTOPICS and _ectopic(seed, k) and not _ectopic(seed, k - 1))
    return SINUS_STRAY * even - EARLY * early, BeatKind.VENTRICULAR if early else BeatKind.SINUS


def _ectopic(seed: int, k: int) -> bool:
    return _unit(~seed, k) < ECTOPIC_SHARE


# What a beat looks like


@dataclass(frozen=True, slots=True)
class _Look:
    """What is this session's own: heights, and where slow waves begin (turns)."""

    p: float
    r: float
    s: float
    t: float
    notch: float
    turns: tuple[float, ...]


@lru_cache(maxsize=256)
def _look(seed: int) -> _Look:
    u = [_unit(seed, -1000 - i) for i in range(10)]
    return _Look(
        p=0.10 + 0.06 * u[0],
        r=0.95 + 0.35 * u[1],
        s=0.12 + 0.14 * u[2],
        t=0.20 + 0.12 * u[3],
        notch=0.26 + 0.12 * u[4],
        turns=tuple(u[5:]),
    )


Part = tuple[float, float, float, float]
"""Height, centre (s), width (SD, s) before the centre and after it."""


def _complex(beat: _Beat, look: _Look) -> list[Part]:
    """P, QRS and T of one beat."""
    at = beat.at
    qt = QTC_S * min(1.3, max(0.4, beat.rr)) ** (1 / 3)
    # The chest moves the heart's axis: R a little higher when the lungs are empty.
    r = look.r * (1.0 + 0.05 * cos(2 * pi * beat.breath))
    if beat.kind is BeatKind.VENTRICULAR:
        return [
            (1.25 * r, at - 0.012, 0.024, 0.030),
            (0.55 * r, at + 0.042, 0.020, 0.024),
            (-0.35, at + 0.115, 0.030, 0.045),
            (-0.40, at + 0.66 * qt + 0.03, 0.075, 0.050),
        ]
    parts = [
        (-0.09, at - 0.027, 0.008, 0.008),
        (r, at, 0.011, 0.011),
        (-look.s, at + 0.028, 0.009, 0.011),
        (look.t, at + 0.80 * qt - 0.045, 0.052 * qt / QTC_S, 0.036 * qt / QTC_S),
    ]
    if beat.kind is BeatKind.SINUS:
        parts.append((look.p, at - 0.155 + 0.03 * max(0.0, 1.0 - beat.rr), 0.022, 0.019))
    return parts


def _pulse(beat: _Beat, look: _Look) -> list[Part]:
    """Upstroke, notch and run-off of the pulse of one beat."""
    foot, pace = beat.at + TRANSIT_S, min(1.15, max(0.68, beat.rr ** (1 / 3)))
    if beat.kind is BeatKind.VENTRICULAR:
        force = 0.4
    elif beat.filling < 1.0:
        force = max(0.35, 1.0 - 1.1 * (1.0 - beat.filling))
    else:
        force = 1.0 + 0.3 * min(0.5, beat.filling - 1.0)
    force *= 0.62 * (1.0 - 0.07 * cos(2 * pi * (beat.breath - 0.15)))
    return [
        (force, foot + 0.135 * pace, 0.050 * pace, 0.085 * pace),
        (force * look.notch, foot + 0.385 * pace, 0.065 * pace, 0.130 * pace),
        (force * 0.22, foot + 0.36 * pace, 0.12 * pace, min(0.55, max(0.15, 0.36 * beat.rr))),
    ]


def _sum(parts: Sequence[Part], t: F64) -> F64:
    if not parts:
        return np.zeros(len(t))
    height, centre, before, after = np.array(parts).T[:, :, None]
    far = t - centre
    shapes: F64 = height * np.exp(-0.5 * np.square(far / np.where(far < 0, before, after)))
    total: F64 = shapes.sum(axis=0)
    return total


# What is not a beat


def _breath(beats: Beats, t: F64) -> F64:
    return beats.breath / 1000 + beats.breath_rate / 1000 * t


def _f_waves(beats: Beats, breath: F64, look: _Look) -> F64:
    """Fibrillating atria, about six a second, never quite the same; they fade in and out with their rhythm."""
    sway = 2 * pi * (0.37 * breath + look.turns[4])
    size = 0.055 * (1.0 + 0.35 * np.sin(1.7 * sway))
    waves: F64 = size * (np.sin(2 * pi * 6 * _ECG_T + 2.2 * np.sin(sway)) + 0.45 * np.sin(2 * pi * 8 * _ECG_T + 2.9 * np.cos(1.3 * sway)))
    if beats.rhythm is not beats.rhythm_before:
        waves *= _ECG_T if beats.rhythm is Rhythm.FIBRILLATION else 1.0 - _ECG_T
    return waves


def _hiss(beats: Beats, seed: int, n: int) -> F64:
    """Noise of muscle: as many values of unit variance, each second its own."""
    chance = _chances(_mixed(seed, beats.beat, beats.breath), 2 * n)
    return (chance[:n] + chance[n:] - 1.0) * 6**0.5


KNOTS = 11


def _shake(beats: Beats, seed: int, t: F64) -> F64:
    """A limb that moves: smooth, between -1 and 1, and still at the border, since the next second may be."""
    knots = np.zeros(KNOTS + 2)
    knots[1:-1] = 2.0 * _chances(_mixed(seed, beats.breath, beats.beat), KNOTS) - 1.0
    place = t * (KNOTS + 1)
    left = place.astype(np.intp)
    part = place - left
    part = part * part * (3.0 - 2.0 * part)
    shaken: F64 = knots[left] * (1.0 - part) + knots[left + 1] * part
    return shaken


# Chance without a stream: the same numbers always give the same value (splitmix64, public domain)

_WHOLE = 2**64 - 1
_STEP = 0x9E3779B97F4A7C15


def _mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _WHOLE
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _WHOLE
    return x ^ x >> 31


def _mixed(*numbers: int) -> int:
    state = 0
    for number in numbers:
        state = _mix((state + _STEP + number) & _WHOLE)
    return state


def _unit(*numbers: int) -> float:
    """0 to below 1."""
    return (_mixed(*numbers) >> 11) / 2**53


def _chances(state: int, n: int) -> F64:
    """So many values from 0 to below 1."""
    x = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(_STEP) + np.uint64(state)
    x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    chances: F64 = (x >> np.uint64(11)).astype(np.float64) / 2**53
    return chances


_ECG_T: F64 = np.arange(ECG_HZ) / ECG_HZ
_PLETH_T: F64 = np.arange(PLETH_HZ) / PLETH_HZ
