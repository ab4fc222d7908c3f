"""The waves of an opened room as bytes, a message a second. ``playout.js`` reads them.

Little-endian, in this order:

    "wav1"        4 bytes
    session       4 bytes   unsigned
    first         4 bytes   signed; the second of the session with which the samples begin
    speed         4 bytes   float; session seconds a wall second
    seconds       2 bytes   how many follow; 0: only what is said about the waves
    held          1 byte    what this source has at all: bit 0 ECG, bit 1 pleth
    beats         1 byte    how many
    ECG           250 a second, 2 bytes each, signed: thousandths of a mV
    pleth         125 a second, 2 bytes each, signed: ten-thousandths of its own unit
    beats         2 bytes each, unsigned: milliseconds from the start of ``first`` to an R peak
    sensors       1 byte a second: bit 0 lead off, bit 1 probe off, bit 2 a cuff squeezes the arm of the probe

``NO_SAMPLE`` stands where there is none; it is drawn as a gap. Second t is the one that ended when its row was stored.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from struct import Struct

import numpy as np
import numpy.typing as npt

from monitor import events as e
from monitor.board.view import BEATS_S, View
from monitor.board.waves import FASTEST
from monitor.simulator.waveforms import ECG_HZ, PLETH_HZ, beat_times, ecg, pleth
from monitor.sources.opening import open_waves
from monitor.sources.source import BadFile
from monitor.store.log import EventLog, StoreError
from monitor.vitals import Beats, Signal
from monitor.ward import logged

RATES = {Signal.ECG: ECG_HZ, Signal.PLETH: PLETH_HZ}
UNITS = {Signal.ECG: 1000, Signal.PLETH: 10_000}
KEPT = 8
"""Recordings whose waves are kept in memory."""
NO_SAMPLE = -32768
HEAD = Struct("<4sIifHBB")

F32 = npt.NDArray[np.float32]
Recorded = Mapping[Signal, F32]
log_ = logging.getLogger("monitor.waves")


class Waves:
    """Makes the chunks of the rooms that somebody looks at. The waves of a recording are read once, beside all else."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._reader = ThreadPoolExecutor(1, "waves")
        self._recorded: dict[int, Future[Recorded]] = {}
        self._begun: set[int] = set()

    def chunk(self, view: View, since: int | None) -> bytes | None:
        """The seconds after ``since``, as far back as a screen can show. None while there is nothing to say."""
        if view.state.speed > FASTEST:
            return None
        simulated = view.state.opened.source_kind == "simulated"
        held = {} if simulated else self._held(view.session)
        if held is None:
            return None
        if not simulated and view.session not in self._begun:
            self._begun.add(view.session)
            since = None
        first = max(0, view.at + 1 - BEATS_S, -1 if since is None else since + 1)
        if not simulated:
            return packed(view, first, cut(held, first, view.at), held)
        seconds = [(tick, beats) for tick, beats in view.beats if tick >= first]
        return packed(view, first, drawn(view.session, seconds), RATES, told(view.session, seconds)) if seconds else None

    def _held(self, session: int) -> Recorded | None:
        """What a recording holds; None as long as it is being read."""
        reading = self._recorded.get(session)
        if reading is None:
            reading = self._recorded[session] = self._reader.submit(self._read, session)
            if len(self._recorded) > KEPT:
                self._begun.discard(oldest := next(iter(self._recorded)))
                del self._recorded[oldest]
        return reading.result() if reading.done() else None

    def _read(self, session: int) -> Recorded:
        try:
            named = next((x.event for x in map(logged, self.log.entries(session)) if isinstance(x.event, e.SourceSet)), None)
            return {} if named is None else open_waves(named, RATES)
        except (BadFile, StoreError) as wrong:
            log_.warning("no waves: %s", wrong)
            return {}

    def end(self) -> None:
        self._reader.shutdown(wait=False, cancel_futures=True)


def drawn(session: int, seconds: Sequence[tuple[int, Beats | None]]) -> Recorded:
    """ECG and pleth of these seconds; a second without beats has none."""
    waves: dict[Signal, F32] = {}
    for signal, draw in ((Signal.ECG, ecg), (Signal.PLETH, pleth)):
        missing = np.full(RATES[signal], np.nan, dtype=np.float32)
        waves[signal] = np.concatenate([missing if beats is None else draw(beats, session) for _, beats in seconds])
    return waves


def cut(waves: Recorded, first: int, last: int) -> Recorded:
    """These seconds of a recording: the one that ends at second t arrives in second t."""
    pieces: dict[Signal, F32] = {}
    for signal, rate in RATES.items():
        piece = np.full((last + 1 - first) * rate, np.nan, dtype=np.float32)
        held, begin = waves.get(signal), (first - 1) * rate
        if held is not None:
            there = held[max(0, begin) : max(0, begin + len(piece))]
            lead = max(0, -begin)
            piece[lead : lead + len(there)] = there
        pieces[signal] = piece
    return pieces


def told(session: int, seconds: Sequence[tuple[int, Beats | None]]) -> tuple[list[int], bytes]:
    """When the hearts' beats lie, in milliseconds from the first second on, and what the sensors do, a byte a second."""
    first = seconds[0][0]
    marks: list[int] = []
    sensors = bytearray()
    for tick, beats in seconds:
        sensors.append(0 if beats is None else beats.lead_off | beats.probe_off << 1 | beats.squeezed << 2)
        if beats is not None:
            marks += [round((tick - first + at) * 1000) for at, _ in beat_times(beats, session)]
    return marks, bytes(sensors)


def packed(view: View, first: int, waves: Recorded, held: Iterable[Signal], said: tuple[list[int], bytes] | None = None) -> bytes:
    """A chunk of these waves."""
    seconds = len(waves[Signal.ECG]) // ECG_HZ
    beats, sensors = said or ([], bytes(seconds))
    bits = sum(1 << place for place, signal in enumerate(RATES) if signal in held)
    head = HEAD.pack(b"wav1", view.session, first, view.state.speed or 1.0, seconds, bits, len(beats))
    return b"".join((head, *(_quantised(waves[s], UNITS[s]) for s in RATES), np.array(beats, "<u2").tobytes(), sensors))


def _quantised(wave: F32, unit: int) -> bytes:
    whole = np.clip(np.round(wave * unit), NO_SAMPLE + 1, 32767)
    return np.where(np.isnan(whole), NO_SAMPLE, whole).astype("<i2").tobytes()
