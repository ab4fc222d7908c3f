"""What speaks against a drug now, each in a sentence; and when one dose has been charted twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import commands as c
from monitor import events as e
from monitor.protocol.condition import Sight
from monitor.protocol.document import Document
from tests.bedside import Bed

QT = "Drug that lengthens QT"
Before = list[tuple[int, str, float]]


def given(document: Document, drug: str, dose: float, for_at: int | None = None) -> e.DrugGiven:
    known = document.drug[drug]
    return e.DrugGiven(drug=drug, drug_class=known.drug_class, dose=dose, unit=known.unit, route="IV", for_at=for_at)


def well(document: Document, before: Before, at: int, allergies: tuple[str, ...] = ()) -> Sight:
    """A patient who is awake, breathes and was given these drugs before, at this second."""
    bed = Bed(document).start(0)
    for when, drug, dose in before:
        bed.happen(when, given(document, drug, dose))
    return seen(bed, at, allergies)


def seen(bed: Bed, at: int, allergies: tuple[str, ...] = (), **values: float) -> Sight:
    bed.chart(at, "sedation 5")
    bed.measure(at, **{"spo2": 98, "rr": 14, "hr": 80, "pulse": 80, **values})
    bed.cuff(at, "165/95")
    state = replace(bed.state, opened=bed.state.opened.model_copy(update={"allergies": allergies}))
    return Sight(bed.document, state, bed.window, at)


SAID: dict[str, tuple[Before, str, float, int, list[str]]] = {
    "the largest dose": ([], "ondansetron", 8, 600, []),
    "above the largest dose": ([], "ondansetron", 8.5, 600, ["Ondansetron 8.5 mg is above the largest single dose 8 mg"]),
    "a first dose above the total": ([], "midazolam", 6, 600, ["Midazolam 6 mg is above the largest single dose 2 mg"]),
    "all of the total": ([(0, "midazolam", 2), (600, "midazolam", 2)], "midazolam", 1, 1200, []),
    "above the total": (
        [(0, "midazolam", 2), (600, "midazolam", 2)], "midazolam", 1.5, 1200, ["Midazolam 5.5 mg in all is above 5 mg"],
    ),
    "a second too early": (
        [(600, "midazolam", 1)], "midazolam", 1, 899, ["Midazolam was given 5 min ago; earliest repeat in 0:01"],
    ),
    "the earliest repeat": ([(600, "midazolam", 1)], "midazolam", 1, 900, []),
    "counted from the last": (
        [(0, "midazolam", 1), (600, "midazolam", 1)], "midazolam", 1, 720, ["Midazolam was given 2 min ago; earliest repeat in 3:00"],
    ),
    "charted late, before another": ([(900, "midazolam", 1)], "midazolam", 1, 600, []),
    "charted late, too near to the next": (
        [(900, "midazolam", 1)], "midazolam", 1, 720, ["Midazolam was given again 3 min after this"],
    ),
    "charted late between two": (
        [(600, "midazolam", 1), (1200, "midazolam", 1)], "midazolam", 1, 720, ["Midazolam was given 2 min ago; earliest repeat in 3:00"],
    ),
    "after another drug": ([(600, "midazolam", 2)], "lorazepam", 1, 610, []),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_what_speaks_against_a_dose_is_said_in_sentences(document: Document, case: str) -> None:
    before, drug, dose, at, said = SAID[case]
    assert c.drug_breaks(well(document, before, at), document.drug[drug], dose) == said


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (("Ondansetron",), ["an allergy to ondansetron is recorded"]),
        (("ondansetron (rash)",), ["an allergy to ondansetron is recorded"]),
        (("SETRON",), ["an allergy to ondansetron is recorded"]),
        (("granisetron",), ["an allergy to setron is recorded"]),
        (("latex", ""), []),
    ],
)
def test_an_allergy_speaks_against_the_drug_and_its_kin_however_it_is_written(
    document: Document, recorded: tuple[str, ...], said: list[str]
) -> None:
    assert c.drug_breaks(well(document, [], 600, recorded), document.drug["ondansetron"], 4) == said


HELD: dict[str, tuple[str, dict[str, float], str, list[str]]] = {
    "a calming drug for who is awake and breathes": ("midazolam", {}, "", []),
    "a calming drug for who is drowsy": ("midazolam", {}, "sedation 3", ["MOAA/S 3 or less"]),
    "a calming drug at a low oxygen": ("lorazepam", {"spo2": 93}, "", ["SpO2 below 94"]),
    "a calming drug at a slow breathing": ("midazolam", {"rr": 9}, "", ["breathing below 10"]),
    "labetalol at a slow pulse": ("labetalol", {"hr": 55, "pulse": 55}, "", ["pulse below 60"]),
    "labetalol at a high pressure": ("labetalol", {}, "", []),
}  # fmt: skip


@pytest.mark.parametrize("case", HELD)
def test_what_is_so_now_speaks_against_a_drug(document: Document, case: str) -> None:
    drug, values, charted, said = HELD[case]
    bed = Bed(document).start(0)
    sight = seen(bed, 600, **values)
    if charted:
        bed.chart(600, charted)
    known = document.drug[drug]
    assert c.drug_breaks(replace(sight, state=bed.state), known, known.dose) == said


def test_what_is_not_known_now_speaks_against_a_drug_too(document: Document) -> None:
    bed = Bed(document).start(0)
    blind = Sight(document, bed.state, bed.window, 600)
    assert c.drug_breaks(blind, document.drug["midazolam"], 1) == [
        "not known: MOAA/S 3 or less", "not known: SpO2 below 94", "not known: breathing below 10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, [f"not asked: {QT}", "not asked: Antipsychotic"]),
        ("none", []),
        ("long_qt", [f"{QT}: Prochlorperazine needs the prescriber"]),
    ],
)
def test_a_medicine_of_the_patient_speaks_against_a_drug_and_so_does_not_having_asked(
    document: Document, answer: str | None, said: list[str]
) -> None:
    bed = Bed(document)
    if answer is not None:
        bed.chart(0, f"check medicines {answer}")
    assert c.drug_breaks(seen(bed, 600), document.drug["prochlorperazine"], 5) == said


def test_a_late_entry_is_held_against_the_second_at_which_the_drug_was_given(document: Document) -> None:
    sight = well(document, [(0, "midazolam", 1)], 120)
    scene = c.Scene(sight.state, document, 600, "colleague", lambda: sight.window)
    (late,) = c.give_drug("midazolam", 0.5, "IV", fact=True, for_at=120)(scene)
    (now,) = c.give_drug("midazolam", 0.5, "IV", fact=True)(scene)
    assert isinstance(late, e.DrugGiven)
    assert isinstance(now, e.DrugGiven)
    assert (late.for_at, late.breaks) == (120, ("Midazolam was given 2 min ago; earliest repeat in 3:00",))
    assert now.breaks == ("not known: SpO2 below 94", "not known: breathing below 10"), "the repeat time is over, the samples are old"


# ---- two nurses, one dose ----


@pytest.mark.parametrize(
    ("drug", "dose", "by", "after", "speed", "twice"),
    [
        ("ondansetron", 4, "colleague", 60, 1.0, True),
        ("ondansetron", 4, "colleague", 61, 1.0, False),
        ("ondansetron", 4, "colleague", 120, 2.0, True),
        ("ondansetron", 4, "colleague", 121, 2.0, False),
        ("ondansetron", 4, "colleague", 60, 0.0, True),
        ("ondansetron", 8, "colleague", 10, 1.0, False),
        ("metoclopramide", 4, "colleague", 10, 1.0, False),
        ("ondansetron", 4, "nurse", 10, 1.0, False),
    ],
)
def test_the_same_dose_by_another_within_a_minute_is_asked_about(
    document: Document, drug: str, dose: float, by: str, after: int, speed: float, twice: bool
) -> None:
    stands = replace(well(document, [(600, "ondansetron", 4)], 600).state, speed=speed)
    scene, command = c.Scene(stands, document, 600 + after, by), c.give_drug(drug, dose, "IV", fact=True)
    if twice:
        with pytest.raises(c.Refusal, match="nurse has charted Ondansetron 4 mg just now"):
            command(scene)
    else:
        assert len(command(scene)) == 1


@pytest.mark.parametrize(("dose", "possible"), [(0, False), (0.5, True), (100_000, True), (100_001, False)])
def test_a_dose_is_above_nothing_and_below_all_sense(document: Document, dose: float, possible: bool) -> None:
    scene, command = c.Scene(well(document, [], 600).state, document, 600, "nurse"), c.give_drug("ondansetron", dose, "IV", fact=True)
    if possible:
        assert len(command(scene)) == 1
    else:
        with pytest.raises(c.Refusal, match="Enter the dose"):
            command(scene)


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ([], ["ondansetron", "metoclopramide", "prochlorperazine", "promethazine"]),
        ([(0, "metoclopramide", 10)], ["ondansetron", "promethazine"]),
        ([(0, "ondansetron", 4), (60, "prochlorperazine", 5)], ["promethazine"]),
    ],
)
def test_of_another_class_is_what_nothing_has_been_given_of(document: Document, before: Before, offered: list[str]) -> None:
    option = document.option["other_antiemetic"]
    assert [drug.id for drug in document.fitting(option.fill, well(document, before, 600).state)] == offered
