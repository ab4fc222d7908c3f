"""What the columns and tracks of recordings are called: names, units and typical values, as data.

A channel is mapped by its name and its unit; ``judge.py`` then holds its values against the ranges here. A name that
could mean two things (``MAP``, ``BP sys``: cuff or arterial line?) is deliberately absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from monitor import units
from monitor.vitals import Signal

FRACTION: Final = "fraction"
"""Unit of a saturation written as 0.97; only recordings have it."""

WAVE_RATE_HZ: Final = 5.0
"""From this rate on a channel is a wave; the fastest numerics of the monitors that were seen come at 1 Hz (proposal)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says. ``preference`` breaks ties between channels of the same signal, lowest first.

    ``intermittent``: a value that the cuff gives with its reading, so a point, not a stream.
    """

    signal: Signal
    preference: int = 5
    intermittent: bool = False


_CUFF = frozenset({Signal.NIBP_SYS, Signal.NIBP_DIA, Signal.NIBP_MEAN})

_NUMERICS: Final[dict[Signal, str]] = {
    Signal.HR: "hr heartrate heart_rate ecghr hrecg ecgheartrate ecgrate",
    Signal.PULSE: "pulse pr pulserate pulsespo2 spo2pulse spo2pr prspo2 plethhr hrpleth plethpr plethpulse pleth_hr "
    "spo2hr pulseoximeter oximeterpulse",
    Signal.SPO2: "spo2 o2sat sao2 oxygenlevel plethsato2 plethspo2 saturation oxygensaturation o2saturation spo2sat sato2 satspo2",
    Signal.RR: "rr resp resprate rrate respiratoryrate respirationrate respiration co2rr rrco2 awrr rrimp "
    "rrimpedance rrecg breathingrate breathrate breathing",
    Signal.NIBP_SYS: "nibpsys nibps nibpsbp nibpsystolic nbpsys nbps nbpsystolic nisysabp sbp cuffsys cuffsystolic",
    Signal.NIBP_DIA: "nibpdia nibpdias nibpd nibpdbp nibpdiastolic nbpdia nbpdias nbpd nbpdiastolic nidiasabp dbp cuffdia cuffdiastolic",
    Signal.NIBP_MEAN: "nibpmean nibpm nibpmbp nibpmap nbpmean nbpm nbpmap nimap mbp cuffmean",
    Signal.ABP_SYS: "abpsys abps abpsbp abpsystolic arts artsys artsbp artsystolic sysabp ibpsys ibps ibp1sys ibp1s ip1s",
    Signal.ABP_DIA: "abpdia abpdias abpd abpdbp abpdiastolic artd artdia artdias artdbp artdiastolic diasabp ibpdia "
    "ibpd ibp1dia ibp1d ip1d",
    Signal.ABP_MEAN: "abpmean abpm abpmbp abpmap artm artmean artmbp artmap ibpmean ibpm ibp1mean ibp1m ip1m",
    Signal.TEMP: "temp temperature bodytemp bodytemperature tempcore coretemp bt tempbody",
    Signal.ETCO2: "etco2 co2et endtidalco2 petco2",
}
_CUFF_PULSE: Final = "nibphr hrnibp pulsenbp pulsenibp nbppulse nibppulse nbphr nibppr nbppr prnibp prnbp"

_WAVES: Final[dict[Signal, str]] = {
    Signal.ECG: "ii mlii ecgii i iii v avr avl avf v1 v2 v3 v4 v5 v6 mv mcl mcl1 ecgi ecgiii ecgv ecgv1 ecgv2 ecgv3 "
    "ecgv4 ecgv5 ecgv6 ecgavr ecgavl ecgavf ecg ecg1 ecg2 ecg3",
    Signal.PLETH: "pleth ppg plethysmogram plethysmograph spo2wave pleth1 pulseoximeterwave",
    Signal.RESP: "resp respiration impedance imp respimp impresp respwave rsp",
}

SET_WORDS: Final = frozenset("set setting settings alarm alarms limit limits target preset lowlimit highlimit".split())
"""Words of a name that make it a setting of a device, not a measurement."""
VENTILATOR_WORDS: Final = frozenset({"vent", "ventilator"})
UNCLEAR: Final = frozenset(
    {
        "sys",
        "dia",
        "systolic",
        "diastolic",
        "bpsys",
        "bpdia",
        "bpsystolic",
        "bpdiastolic",
        "bpmean",
        "bp",
        "map",
        "mean",
        "art",
        "abp",
        "ibp",
        "nibp",
        "nbp",
        "systolicbp",
        "diastolicbp",
        "meanbp",
        "systolicbloodpressure",
        "diastolicbloodpressure",
        "meanbloodpressure",
        "bloodpressure",
        "bloodpressuresystolic",
        "bloodpressurediastolic",
        "systolicpressure",
        "diastolicpressure",
        "sysbp",
        "diabp",
    }
)
"""Names of pressures that do not say cuff or arterial line, or which pressure."""


def _table(names: dict[Signal, str], by_order: bool) -> dict[str, Meaning]:
    out: dict[str, Meaning] = {}
    for signal, line in names.items():
        for rank, name in enumerate(line.split()):
            out[name.replace("_", "")] = Meaning(signal, rank if by_order else min(rank, 5), signal in _CUFF)
    return out


NUMERICS: Final = {**_table(_NUMERICS, False), **{n: Meaning(Signal.PULSE, 20, True) for n in _CUFF_PULSE.split()}}
WAVES: Final = _table(_WAVES, True)

HOUSE_UNIT: Final[dict[Signal, str]] = {
    **dict.fromkeys((Signal.HR, Signal.PULSE, Signal.RR), units.PER_MIN),
    Signal.SPO2: units.PERCENT,
    **dict.fromkeys((*_CUFF, Signal.ABP_SYS, Signal.ABP_DIA, Signal.ABP_MEAN, Signal.ETCO2), units.MMHG),
    Signal.TEMP: units.CELSIUS,
}
CONVERTIBLE: Final[dict[str, frozenset[str]]] = {
    units.PER_MIN: frozenset({units.PER_MIN}),
    units.PERCENT: frozenset({units.PERCENT, FRACTION}),
    units.MMHG: frozenset({units.MMHG, units.KPA}),
    units.CELSIUS: frozenset({units.CELSIUS, units.FAHRENHEIT}),
}

TYPICAL: Final[dict[Signal, tuple[float, float]]] = {
    Signal.HR: (25, 220),
    Signal.PULSE: (30, 220),
    Signal.SPO2: (60, 100),
    Signal.RR: (3, 50),
    Signal.NIBP_SYS: (55, 250),
    Signal.NIBP_DIA: (25, 160),
    Signal.NIBP_MEAN: (35, 190),
    Signal.ABP_SYS: (50, 260),
    Signal.ABP_DIA: (20, 160),
    Signal.ABP_MEAN: (30, 190),
    Signal.TEMP: (30, 42),
    Signal.ETCO2: (8, 90),
}
"""Where the median of a whole recording of a living adult lies, in the house unit (proposal). Wider than any alarm."""

QUANTITY: Final[dict[Signal, str]] = {
    Signal.HR: "a heart rate",
    Signal.PULSE: "a pulse rate",
    Signal.SPO2: "an oxygen saturation",
    Signal.RR: "a breathing rate",
    Signal.NIBP_SYS: "a systolic pressure",
    Signal.NIBP_DIA: "a diastolic pressure",
    Signal.NIBP_MEAN: "a mean pressure",
    Signal.ABP_SYS: "a systolic pressure",
    Signal.ABP_DIA: "a diastolic pressure",
    Signal.ABP_MEAN: "a mean pressure",
    Signal.TEMP: "a body temperature",
    Signal.ETCO2: "an end-tidal CO2",
}

_MORE_SPELLINGS: Final[dict[str, str]] = {
    "mm hg": units.MMHG,
    "mm(hg)": units.MMHG,
    "torr": units.MMHG,
    "rpm": units.PER_MIN,
    "beats per minute": units.PER_MIN,
    "breaths per minute": units.PER_MIN,
    "per minute": units.PER_MIN,
    "min-1": units.PER_MIN,
    "min^-1": units.PER_MIN,
    "1 / min": units.PER_MIN,
    "br/min": units.PER_MIN,
    "bpm.": units.PER_MIN,
    "b/min": units.PER_MIN,
    "pct": units.PERCENT,
    "percentage": units.PERCENT,
    "% sat": units.PERCENT,
    "celsius": units.CELSIUS,
    "deg c": units.CELSIUS,
    "degc.": units.CELSIUS,
    "° c": units.CELSIUS,
    "ºc": units.CELSIUS,
    "fahrenheit": units.FAHRENHEIT,
    "deg f": units.FAHRENHEIT,
    "°f": units.FAHRENHEIT,
    "° f": units.FAHRENHEIT,
    "ºf": units.FAHRENHEIT,
    "fraction": FRACTION,
    "ratio": FRACTION,
    "1": FRACTION,
    "0-1": FRACTION,
    "ohms": units.OHM,
    "millivolt": units.MILLIVOLT,
}
_SUFFIX_UNITS: Final = frozenset({"bpm", "mmhg", "kpa", "pct", "percent", "rpm", "degc", "degf", "celsius", "fahrenheit", "mv"})
_TIME_NAMES: Final = frozenset(
    "time times timestamp timestamps datetime date_time datetime_utc t elapsed elapsedtime seconds sec secs clock "
    "timeofday measuredat recordedat charttime unixtime epoch utc localtime systemtime".replace("_", "").split()
)
_DATE_NAMES: Final = frozenset({"date", "day"})
_TOKENS = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\[\]()]*(?:\[[^\]]*\])?)[\])]\s*$")


def unit_of(text: str | None) -> str | None:
    """The house spelling of a unit as a file writes it, or None where it is unknown or absent."""
    if text is None or not text.strip():
        return None
    plain = text.strip().strip("'\"").strip()
    return units.spelled(plain) or _MORE_SPELLINGS.get(plain.lower()) or units.spelled(plain.replace(" ", ""))


def split_unit(header: str) -> tuple[str, str | None]:
    """``NIBP_SYS [mmHg]`` -> (``NIBP_SYS``, ``mmHg``). Brackets that hold no unit (``Pulse (NBP)``) stay in the name."""
    text = header.strip().strip("'\"").strip()
    found = _BRACKETED.match(text)
    if found and found["name"].strip():
        unit = found["unit"].strip()
        if unit_of(unit) or text.endswith("]"):
            return found["name"].strip(), unit or None
    if text.endswith("%") and len(text) > 1:
        return text[:-1].strip(" _-"), "%"
    words = re.split(r"[\s_]+", text)
    if len(words) > 1 and words[-1].lower() in _SUFFIX_UNITS:
        return text[: -len(words[-1])].rstrip(" _"), words[-1]
    if len(words) > 1 and words[-1].lower() in ("c", "f") and words[0].lower().startswith("temp"):
        return text[: -len(words[-1])].rstrip(" _"), words[-1]
    return text, None


def words(name: str) -> list[str]:
    """The words of a name, small letters; a trailing number (``SpO2 5``) only counts devices and is left out."""
    found = [w.lower() for w in _TOKENS.findall(name.replace("₂", "2"))]
    while len(found) > 1 and found[-1].isdigit():
        found.pop()
    return found


def meaning(name: str, wave: bool) -> Meaning | None:
    """What a name without its unit says, for a wave or for a numeric; None where that is not sure."""
    parts = words(_bare(name))
    if is_setting(name) or VENTILATOR_WORDS & set(parts):
        return None
    return (WAVES if wave else NUMERICS).get("".join(parts))


def _bare(name: str) -> str:
    """Without its unit and without the device that stands before it (``Intellivue/HR``)."""
    bare = split_unit(name)[0]
    return bare.rsplit("/", 1)[-1] or bare


def is_setting(name: str) -> bool:
    return bool(SET_WORDS & set(words(_bare(name))))


def is_unclear(name: str) -> bool:
    return "".join(words(_bare(name))) in UNCLEAR


def is_time(name: str) -> bool:
    return "".join(words(split_unit(name)[0])) in _TIME_NAMES


def is_date(name: str) -> bool:
    return "".join(words(split_unit(name)[0])) in _DATE_NAMES
