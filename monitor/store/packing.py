"""Sample rows as bytes: four a sample, so that an hour of a session costs a third of a megabyte and not one.

A row is empty, or a format byte followed by its samples in the order given. Format 2 has the beats of the second between
the two (16 bytes); a row without beats is written in format 1, as all rows once were.

A sample:

    signal and quality   1 byte    index in SIGNALS (5 bits), quality (3 bits)
    age                  1 byte    tick - measured_at, 0 to 254 s; 255: the age follows as 4 bytes, signed
    value                2 bytes   tenths of the signal's unit, signed

Beats:

    beat                 4 bytes   thousandths of a beat since the opening
    beat rate            2 bytes   thousandths a second
    beat rate before     2 bytes   of the second before
    breath               4 bytes   thousandths of a breath since the opening
    breath rate          2 bytes
    rhythm               1 byte    of this second (4 bits), of the second before (4 bits)
    sensors              1 byte    a bit each, see SENSORS

all big-endian. What does not fit is refused, never clipped: a row read back must evaluate as it did live, and a
clipped age would make an old pressure look young.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from struct import Struct

from monitor.vitals import Beats, Numeric, Quality, Rhythm, Signal

FORMAT, WITH_BEATS = 1, 2

SIGNALS: tuple[Signal, ...] = (
    Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR,
    Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MEAN,
    Signal.ABP_SYS, Signal.ABP_DIA, Signal.ABP_MEAN,
    Signal.TEMP, Signal.ETCO2, Signal.ECG, Signal.PLETH, Signal.RESP,
)  # fmt: skip
"""The index of a signal is its place here, for ever: add at the end only, 32 at most."""

LONG = 255
"""The age byte that says: the age follows in four bytes (older than 254 s, or measured after this tick)."""

SENSORS = ("lead_off", "probe_off", "moving", "squeezed", "slipped")
"""What the sensors do: the bit of each is its place here, for ever; add at the end only, 8 at most."""

_INDEX = {signal: index for index, signal in enumerate(SIGNALS)}
_QUALITY = {int(quality): quality for quality in Quality}
_SAMPLE = Struct(">BBh")
_AGE = Struct(">i")
_BEATS = Struct(">IHHIHBB")
_RHYTHM = {int(rhythm): rhythm for rhythm in Rhythm}


def pack(row: Sequence[Numeric], tick: int, beats: Beats | None = None) -> bytes:
    """The samples received in ``tick``, and its beats, as bytes. ValueError where one is not in tenths or out of range."""
    if not row and beats is None:
        return b""
    packed = bytearray((FORMAT,)) if beats is None else bytearray((WITH_BEATS,)) + _packed_beats(beats, tick)
    for sample in row:
        tenths = round(sample.value * 10)
        if tenths / 10 != sample.value or not -32768 <= tenths <= 32767:
            raise ValueError(f"{sample.signal} {sample.value} cannot be stored: not in tenths, or beyond 3276.7")
        age = tick - sample.measured_at
        head = _INDEX[sample.signal] << 3 | sample.quality
        if 0 <= age < LONG:
            packed += _SAMPLE.pack(head, age, tenths)
        elif -(2**31) <= age < 2**31:
            packed += _SAMPLE.pack(head, LONG, tenths) + _AGE.pack(age)
        else:
            raise ValueError(f"{sample.signal} measured at second {sample.measured_at} cannot be stored")
    return bytes(packed)


def unpack(row: bytes, tick: int) -> list[Numeric]:
    """The samples that ``pack`` was given. ValueError where the bytes are no row."""
    if not row:
        return []
    if row[0] not in (FORMAT, WITH_BEATS):
        raise ValueError(f"the sample row of tick {tick} has an unknown format ({row[0]})")
    samples: list[Numeric] = []
    at, end = 1 if row[0] == FORMAT else 1 + _BEATS.size, len(row)
    if end < at:
        raise ValueError(f"the sample row of tick {tick} is cut short")
    while at < end:
        if end - at < 4:
            raise ValueError(f"the sample row of tick {tick} is cut short")
        head, age, tenths = _SAMPLE.unpack_from(row, at)
        at += 4
        if age == LONG:
            if end - at < 4:
                raise ValueError(f"the sample row of tick {tick} is cut short")
            (age,) = _AGE.unpack_from(row, at)
            at += 4
        index, quality = head >> 3, _QUALITY.get(head & 7)
        if index >= len(SIGNALS) or quality is None:
            raise ValueError(f"the sample row of tick {tick} has an unknown signal or quality ({head})")
        samples.append(Numeric(SIGNALS[index], tenths / 10, tick - age, quality))
    return samples


def tells(row: bytes, signal: Signal) -> bool:
    """Whether a row may have a sample of this signal, without unpacking it; never False where it has one."""
    wanted = _INDEX[signal]
    begin = 1 if row[:1] == bytes((FORMAT,)) else 1 + _BEATS.size
    return any(head >> 3 == wanted for head in row[begin :: _SAMPLE.size])


def beats(row: bytes) -> Beats | None:
    """The beats that ``pack`` was given; None where it was given none. ValueError where the bytes are no row."""
    if not row or row[0] == FORMAT:
        return None
    if row[0] != WITH_BEATS:
        raise ValueError(f"a sample row has an unknown format ({row[0]})")
    if len(row) < 1 + _BEATS.size:
        raise ValueError("a sample row is cut short in its beats")
    beat, beat_rate, beat_rate_before, breath, breath_rate, rhythms, sensors = _BEATS.unpack_from(row, 1)
    rhythm, rhythm_before = _RHYTHM.get(rhythms >> 4), _RHYTHM.get(rhythms & 15)
    if rhythm is None or rhythm_before is None or sensors >> len(SENSORS):
        raise ValueError(f"a sample row has an unknown rhythm or sensor ({rhythms}, {sensors})")
    said = {name: bool(sensors >> bit & 1) for bit, name in enumerate(SENSORS)} if sensors else {}
    return Beats(beat, beat_rate, beat_rate_before, breath, breath_rate, rhythm, rhythm_before, **said)


def _packed_beats(b: Beats, tick: int) -> bytes:
    sensors = b.lead_off | b.probe_off << 1 | b.moving << 2 | b.squeezed << 3 | b.slipped << 4
    try:
        return _BEATS.pack(b.beat, b.beat_rate, b.beat_rate_before, b.breath, b.breath_rate, b.rhythm << 4 | b.rhythm_before, sensors)
    except struct.error as wrong:
        raise ValueError(f"the beats of tick {tick} cannot be stored: {wrong}") from wrong
