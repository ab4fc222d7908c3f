"""Sixty texts as nurses of two languages type them into a number field in kg: what each means, or nothing where it is refused."""

from __future__ import annotations

TYPED: dict[str, float | None] = {
    # read as they stand
    "70": 70, "70.5": 70.5, "70,5": 70.5, "0.5": 0.5, "0,5": 0.5, ".5": 0.5, ",5": 0.5, "1,0": 1, "1.0": 1, "0,125": 0.125, "0.125": 0.125,
    "70 kg": 70, "70kg": 70, "70,5 KG": 70.5, " 70 ": 70, "007": 7, "1,50": 1.5, "1.1250": 1.125, "64": 64, "300": 300,
    # readable in two ways
    "1,500": None, "1.500": None, "12.345": None, "70,125": None, "1.500 kg": None, "999,999": None,
    # two marks
    "1,500.5": None, "1.500,5": None, "1.5.0": None, "1,5,0": None, "1 500": None, "1'500": None, "1’500,5": None, "1 500,5": None,
    # nothing behind the mark, signs, words
    "70.": None, "70,": None, ".": None, ",": None, "-70": None, "−70": None, "+70": None, "~70": None, "<70": None, "70-80": None,
    "70/80": None, "1e2": None, "0x10": None, "nan": None, "siebzig": None, "seventy": None, "½": None, "٧٠": None, "７０": None, "70 70": None,
    # another unit
    "154 lb": None, "70 lbs": None, "11 st": None, "70 g": None, "70 Pfund": None, "70 kgkg": None,
}  # fmt: skip
