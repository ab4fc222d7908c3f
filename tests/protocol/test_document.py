"""A protocol as a document: the limits of its figures, what it says of a session, and what leads nowhere in it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from monitor import events as e
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET
from monitor.protocol.document import Document
from monitor.yamlmarks import read_yaml
from tests.bedside import Bed
from tests.conftest import EXAMPLE

Change = Callable[[Any], object]


@cache
def example() -> dict[str, Any]:
    data, _ = read_yaml(EXAMPLE)
    assert isinstance(data, dict)
    return data


def changed(*changes: Change) -> Document:
    """The example, read anew, after these changes of what its file holds."""
    data = deepcopy(example())
    for change in changes:
        change(data)
    return Document.model_validate(data)


def found(things: list[Any], name: str) -> Any:
    return next(thing for thing in things if thing["id"] == name)


# ---- limits ----

LIMITS: dict[str, tuple[Callable[[object], Change], list[object], list[object]]] = {
    "words": (lambda v: lambda d: d.update(title=v), ["x", "x" * 1200], ["", "x" * 1201]),
    "lines of the emergency panel": (lambda v: lambda d: d["emergency"].update(lines=v), [["Go"]], [[]]),
    "acts of the emergency panel": (lambda v: lambda d: d["emergency"].update(acts=v), [[{"id": "cpr", "label": "CPR"}]], [[]]),
    "what satisfies an observation": (lambda v: lambda d: found(d["observations"], "seen").update(by=v), [["seen"]], [[]]),
    "a largest dose": (lambda v: lambda d: found(d["drugs"], "lorazepam").update(dose_max=v), [0.5, 1], [0, -1]),
    "a largest sum": (lambda v: lambda d: found(d["drugs"], "lorazepam").update(total_max=v), [0.5, 1], [0, -1]),
    "a dose": (lambda v: lambda d: found(d["drugs"], "lorazepam").update(dose=v), [0.5, 1], [0, -1]),
    "a rise that forbids a rest": (lambda v: lambda d: d["cuff_rest"].update(rising_by=v), [0.5, 1], [0, -1]),
    "answers": (lambda v: lambda d: found(d["checklists"]["before"], "bell").update(answers=v), [[{"id": "yes", "label": "Yes"}]], [[]]),
    "phases of a rule": (lambda v: lambda d: found(d["rules"], "D-7").update(phases=v), [["running"]], [[]]),
    "rules": (lambda v: lambda d: d.update(rules=v), [[{**found(example()["rules"], "D-8"), "unless": []}]], [[]]),
    "the ages treated": (lambda v: lambda d: d["adults"].update(age=v), [[18, 90], [1, 2]], [[90, 18], [18, 18], [0, 90], [18]]),
    "the weights treated": (lambda v: lambda d: d["adults"].update(weight_kg=v), [[40, 115], [1, 500]], [[180, 35], [46, 180], [35, 114]]),
    "what is usual": (
        lambda v: lambda d: d["adults"].update(usual=v),
        [[], [{"from_age": 18, "weight_kg": [35, 180]}]],
        [[{"from_age": age, "weight_kg": [50, 90]} for age in ages] for ages in ((75, 18), (18, 18))]
        + [[{"from_age": 18, "weight_kg": span}] for span in ([34, 90], [50, 181], [90, 50])],
    ),
    "the syringes": (lambda v: lambda d: d.update(concentrations_mg_per_ml=v), [[], [0.1, 50]], [[2, 1], [1, 1], [0.09], [1, 51], [0]]),
    "what a second person signs": (lambda v: lambda d: d.update(second_person=v), [None, "start"], ["stop", ["start"]]),
    "intervals until a pressure is old": (lambda v: lambda d: d.update(bp_intervals_to_old=v), [1, 1.5], [0.9, 0]),
}


@pytest.mark.parametrize("about", LIMITS)
def test_a_figure_at_its_limit_is_taken_and_one_beyond_it_is_not(about: str) -> None:
    change, taken, refused = LIMITS[about]
    for value in taken:
        changed(change(value))
    for value in refused:
        with pytest.raises(ValidationError):
            changed(change(value))


def test_what_a_protocol_leaves_out_is_as_it_was_agreed() -> None:
    document = changed(lambda d: d.pop("bp_intervals_to_old"))
    assert document.bp_intervals_to_old == 2
    assert document.observation["bp"].resting_not_within == 0
    assert [document.item("before", item).multiple for item in ("bell", "medicines")] == [False, True]


def test_a_protocol_that_says_nothing_of_adults_syringes_and_a_second_person_keeps_its_digest() -> None:
    without = [lambda d, key=key: d.pop(key) for key in ("adults", "concentrations_mg_per_ml")]
    bare = changed(*without)
    assert (bare.adults, bare.concentrations_mg_per_ml, bare.second_person) == (None, (), None)
    unset = {"adults": None, "concentrations_mg_per_ml": [], "second_person": None}
    assert changed(lambda d: d.update(unset)).digest == bare.digest
    for key, value in {"adults": example()["adults"], "concentrations_mg_per_ml": [1], "second_person": "start"}.items():
        assert changed(*without, lambda d, key=key, value=value: d.update({key: value})).digest != bare.digest


NAMES: dict[str, tuple[Change, str]] = {
    "rules": (lambda d: d["rules"].extend([d["rules"][1], d["rules"][0]]), "two rules are called B-2"),
    "options": (lambda d: d["options"].append(d["options"][0]), "two options are called look"),
    "drugs": (lambda d: d["drugs"].append(d["drugs"][0]), "two drugs are called ondansetron"),
    "symptoms": (lambda d: d["symptoms"].append(d["symptoms"][0]), "two symptoms are called chest_pain"),
    "observations": (lambda d: d["observations"].append(d["observations"][0]), "two observations are called bp"),
    "items": (
        lambda d: d["checklists"]["discharge"].append(d["checklists"]["discharge"][0]),
        "two items of the checklist discharge are called minimum_time",
    ),
    "a bound that nobody knows": (lambda d: d["bounds"].update(height=d["bounds"]["weight"]), "bounds has an unknown bound height"),
}


@pytest.mark.parametrize("about", NAMES)
def test_two_of_one_name_are_refused_with_the_first_that_stands_there_again(about: str) -> None:
    change, says = NAMES[about]
    with pytest.raises(ValidationError, match=says):
        changed(change)


def test_the_digest_is_of_what_stands_in_a_protocol_and_not_of_its_order() -> None:
    def reordered(data: Any) -> None:
        data["history"] = dict(reversed(data["history"].items()))
        data["bounds"] = dict(reversed(data["bounds"].items()))

    assert list(changed(reordered).history) != list(changed().history)
    assert changed(reordered).digest == changed().digest
    assert changed(lambda d: d.update(version="0.2")).digest != changed().digest


# ---- what it says of a session ----


def test_only_a_symptom_that_is_marked_so_is_a_red_flag() -> None:
    document = changed()
    assert document.red_flags == ("chest_pain", "severe_headache", "seizure", "breathing_difficulty", "stridor", "rash_swelling", "weakness")


def test_one_of_several_answers_is_enough_for_a_flag() -> None:
    bed = Bed(changed())
    bed.chart(0, "check medicines benzodiazepine long_qt")
    assert [bed.truth({"flag": flag}, 0) for flag in ("long_qt_drug", "benzodiazepine", "maoi")] == [MET, MET, NOT_MET]
    assert bed.truth({"flag": "asthma"}, 0) == CANNOT_TELL


def test_a_drug_is_given_for_what_this_protocol_gives_it_and_an_unknown_one_for_what_its_class_is_given() -> None:
    document = changed()
    assert document.purpose("labetalol", "benzodiazepine") == "pressure"
    assert document.purpose("dimenhydrinate", "antihypertensive") == "pressure"
    assert document.purpose("dimenhydrinate", "antihistamine") == ""


@pytest.mark.parametrize(("every", "old"), [(20, 60), (30, 60), (31, 62), (300, 600), (450, 900), (451, 900)])
def test_a_pressure_is_old_after_two_intervals_of_the_cuff_but_not_within_a_minute_nor_after_a_quarter_of_an_hour(
    every: int, old: int
) -> None:
    document = changed()
    assert document.bp_max_age_s(Bed(document, cuff_every=every).state) == old


WELL = ""
BLOCKED: dict[str, tuple[list[tuple[int, str, str]], int | None]] = {
    "nothing is answered": ([], 0),
    "all is well": ([(10, WELL, "")], None),
    "one is open again": ([(10, WELL, ""), (100, "fasting", "no")], 100),
    "one stays open": ([(10, WELL, ""), (100, "fasting", "no"), (200, "fasting", "no")], 100),
    "one was well in between": ([(10, WELL, ""), (100, "fasting", "no"), (200, "fasting", "yes"), (300, "fasting", "no")], 300),
    "two are open": ([(10, WELL, ""), (100, "fasting", "no"), (200, "cannula", "no")], 100),
    "two are open, the later one listed first": ([(10, WELL, ""), (100, "cannula", "no"), (200, "fasting", "no")], 100),
    "one was never well": ([(5, "fasting", "no"), (10, WELL, "fasting"), (20, "cannula", "no")], 0),
    "one of several answers stops": ([(10, WELL, ""), (100, "medicines", "maoi benzodiazepine")], 100),
    "only what warns": ([(10, WELL, ""), (100, "bell", "no")], None),
}
"""What is answered when: an item and its answers, or all of them well but one."""


@pytest.mark.parametrize("about", BLOCKED)
def test_an_item_blocks_since_it_was_last_well_or_from_the_opening_on(about: str) -> None:
    answered, since = BLOCKED[about]
    document = changed()
    bed = Bed(document)
    for at, item, answers in answered:
        if item is not WELL:
            bed.chart(at, f"check {item} {answers}")
            continue
        for one in document.checklists["before"]:
            if one.id != answers:
                bed.chart(at, f"check {one.id} {next(a.id for a in one.answers if not a.stops)}")
    assert document.blocking_since("before", bed.state) == since


def test_an_answer_that_was_overridden_blocks_no_more() -> None:
    document = changed()
    bed = Bed(document).start(10)
    no = e.ChecklistAnswered(checklist="before", item="fasting", answers=("no",))
    bed.happen(20, no)
    assert [item.id for item in document.blocking("before", bed.state)] == ["fasting"]
    bed.happen(30, no.model_copy(update={"override_by": "prescriber"}))
    assert document.blocking("before", bed.state) == []


# ---- when an observation is due ----

DUE: dict[str, tuple[str, str, int]] = {
    "before anything was measured": ("0 spo2=98", "bp", 900),
    "after a pressure": ("0 spo2=98; 30 cuff 120/80", "bp", 930),
    "from the start on": ("100 start", "bp", 700),
    "from the start on, from second 0": ("0 start", "sedation", 900),
    "from the start on, seen": ("0 start", "seen", 900),
    "a look before the start is none after it": ("50 seen; 100 start", "seen", 1000),
    "a pressure before the start is none after it": ("50 cuff 120/80; 100 start", "bp", 700),
    "a score before the start is none after it": ("50 sedation 5; 100 start", "sedation", 1000),
    "seen, and then left resting": ("0 start; 100 seen; 200 resting", "seen", 1100),
    "left resting, and then seen": ("0 start; 100 resting; 200 seen", "seen", 1100),
    "only left resting": ("0 start; 200 resting", "seen", 1100),
    "the earlier of two scores": ("0 start; 100 dissociation 3; 200 comfort 8", "scores", 700),
    "left resting after the scores": ("0 start; 650 dissociation 3; 650 comfort 8; 1300 resting", "scores", 1900),
    "left resting before the scores": ("0 start; 650 resting; 1300 dissociation 3; 1300 comfort 8", "scores", 1900),
    "left resting before the start": ("50 dissociation 3; 50 comfort 8; 60 resting; 100 start; 1300 resting", "scores", 1900),
    "left resting twice": ("0 start; 650 dissociation 3; 650 comfort 8; 1300 resting; 1400 resting", "scores", 1900),
    "left resting, never scored": ("0 start; 650 resting", "scores", 1250),
}
LEFT_RESTING = "0 start; 650 dissociation 3; 650 comfort 8; {}; 1300 resting"
SPOKEN_AGAINST = {
    "nothing": ("700 seen", True),
    "it bothers": ("700 bothered 1", False),
    "it bothers nobody": ("700 bothered 0", True),
    "it bothered, and no more": ("700 bothered 2; 800 bothered 0", True),
    "drowsy": ("700 sedation 4", False),
    "awake": ("700 sedation 5", True),
    "drowsy, and then not asked": ("700 sedation 4; 800 sedation unasked", False),
    "a change of the rate ten minutes before": ("700 rate 0.6", True),
    "a change of the rate just within ten minutes": ("701 rate 0.6", False),
    "a calming drug just within ten minutes": ("701 drug midazolam 1", False),
    "another drug": ("701 drug ondansetron 4", True),
}


@pytest.mark.parametrize("about", DUE)
def test_an_observation_is_due_so_long_after_it_was_last_made_or_after_the_start(about: str) -> None:
    story, observation, due = DUE[about]
    bed = Bed(changed()).live(story)
    assert bed.document.due_at(observation, bed.state, bed.window) == due


@pytest.mark.parametrize("about", SPOKEN_AGAINST)
def test_left_resting_stands_for_the_scores_unless_something_speaks_against_it(about: str) -> None:
    happens, stands = SPOKEN_AGAINST[about]
    bed = Bed(changed()).live(LEFT_RESTING.format(happens))
    due = bed.document.due_at("scores", bed.state, bed.window)
    assert due == (1300 + 600 if stands else 650 + 600)


@pytest.mark.parametrize(("changes_at", "stands"), [(1299, True), (1300, True), (1301, False)])
def test_where_no_time_is_asked_only_what_happens_after_it_speaks_against_left_resting(changes_at: int, stands: bool) -> None:
    document = changed(lambda d: found(d["observations"], "scores").pop("resting_not_within"))
    bed = Bed(document).live("0 start; 650 dissociation 3; 650 comfort 8")
    for at, entry in sorted([(changes_at, "rate 0.6"), (1300, "resting")]):
        bed.chart(at, entry)
    assert document.due_at("scores", bed.state, bed.window) == (1900 if stands else 1250)


@pytest.mark.parametrize(("pressure", "held"), [("150/95", []), ("155/90", ["B-1"]), ("182/112", ["D-4"])])
def test_a_pressure_that_is_too_high_holds_the_start_by_whichever_rule_speaks(document: Document, pressure: str, held: list[str]) -> None:
    bed = Bed(document)
    bed.cuff(10, pressure)
    bed.second(11, spo2=98, hr=72, pulse=72, rr=14)
    assert [prompt.rule for prompt in document.holding(bed.state)] == held
