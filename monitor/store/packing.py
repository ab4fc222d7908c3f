"""Sample rows as bytes: four a sample, so that an hour of a session costs a third of a megabyte and not one.

A row is empty, or a format byte followed by its samples in the order given:

    signal and quality   1 byte    index in SIGNALS (5 bits), quality (3 bits)
    age                  1 byte    tick - measured_at, 0 to 254 s; 255: the age follows as 4 bytes, signed
    value                2 bytes   tenths of the signal's unit, signed

all big-endian. What does not fit is refused, never clipped: a row read back must evaluate as it did live, and a
clipped age would make an old pressure look young.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

from monitor.vitals import Numeric, Quality, Signal

FORMAT = 1

SIGNALS: tuple[Signal, ...] = (
    Signal.HR, Signal.PULSE, Signal.SPO2, Signal.RR,
    Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MEAN,
    Signal.ABP_SYS, Signal.ABP_DIA, Signal.ABP_MEAN,
    Signal.TEMP, Signal.ETCO2, Signal.ECG, Signal.PLETH, Signal.RESP,
)  # fmt: skip
"""The index of a signal is its place here, for ever: add at the end only, 32 at most."""

LONG = 255
"""The age byte that says: the age follows in four bytes (older than 254 s, or measured after this tick)."""

_INDEX = {signal: index for index, signal in enumerate(SIGNALS)}
_QUALITY = {int(quality): quality for quality in Quality}
_SAMPLE = Struct(">BBh")
_AGE = Struct(">i")


def pack(row: Sequence[Numeric], tick: int) -> bytes:
    """The samples received in ``tick`` as bytes. ValueError where one is not in tenths or out of range."""
    if not row:
        return b""
    packed = bytearray((FORMAT,))
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
    if row[0] != FORMAT:
        raise ValueError(f"the sample row of tick {tick} has an unknown format ({row[0]})")
    samples: list[Numeric] = []
    at, end = 1, len(row)
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
