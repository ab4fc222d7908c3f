"""How a case is read, set up, fed and compared: what the cases of a protocol stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor import events as e
from monitor.infusion import Order
from monitor.protocol.cases import Case, Cuff, Expected, Moment, Said, check, cuff, load_cases, opening, played, run, second, series
from monitor.protocol.document import Document
from monitor.vitals import CUFF, Numeric, Quality, Signal, numeric

SPO2 = "D-7"
"""Below 94 % for 15 s, in every phase of an infusion."""


def case(**of: Any) -> Case:
    return Case.model_validate({"name": "x", "rule": SPO2, "shows": "fires", "until": "0:30", **of})


def wrong(**of: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        case(**of)
    return str(refused.value.errors()[0]["msg"]).removeprefix("Value error, ")


# ---- how it is written ----


@pytest.mark.parametrize(
    ("text", "seconds"), [("0:00", 0), ("0:07", 7), ("1:05", 65), ("10:00", 600), ("1:02:05", 3725), ("2:00:00", 7200), ("90:00", 5400)]
)
def test_a_time_is_minutes_and_seconds_or_hours_before_them(text: str, seconds: int) -> None:
    assert second(text) == seconds


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("98", (98.0,)), ("98x3", (98.0, 98.0, 98.0)), ("98 _ offx2 93.5", (98.0, "_", "off", "off", 93.5)),
        ("-4x2", (-4.0, -4.0)), ("", ()),
    ],
)  # fmt: skip
def test_a_series_is_a_value_a_second(text: str, values: tuple[float | str, ...]) -> None:
    assert series(text) == values


def test_a_series_is_at_most_six_hours_long() -> None:
    assert len(series("98x21600")) == 21600
    with pytest.raises(ValueError, match=r"^a series is at most six hours long$"):
        series("98x21601")


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"series": {"spo2": 98}}, "write a series as text, such as 98x30 93x20 _x5"),
        ({"cuff": ["5:00"]}, "write a cuff reading as 5:00 120/75 or 5:00 failed"),
        ({"cuff": ["5:00 120/75 now"]}, "write a cuff reading as 5:00 120/75 or 5:00 failed"),
        ({"cuff": [5]}, "write a cuff reading as 5:00 120/75 or 5:00 failed"),
        ({"expect": ["0:35 D-7"]}, "write what is expected as 0:35 RULE active"),
        ({"expect": ["0:35 D-7 active now"]}, "write what is expected as 0:35 RULE active"),
        ({"cannot_tell": ["0:40"]}, "write 0:40 RULE"),
        ({"cannot_tell": ["0:40 D-7 active"]}, "write 0:40 RULE"),
        ({"log": ["2:00"]}, "write what was charted as 2:00 nausea 5"),
        ({"log": [2]}, "write what was charted as 2:00 nausea 5"),
        ({"until": "1.5"}, "write a time as minutes:seconds, such as 1:05"),
        ({"name": ""}, "String should have at least 1 character"),
        ({"name": "x" * 201}, "String should have at most 200 characters"),
    ],
)
def test_what_is_written_wrongly_is_told_how_it_is_written(of: dict[str, Any], said: str) -> None:
    assert wrong(**of) == said


def test_each_part_is_read_for_what_it_says() -> None:
    read = case(
        name="x" * 200, cuff=["5:00 120/75", "10:00 failed"], log=["2:00 seen", "3:00 rate 0.4 by order"],
        expect=["0:35 D-7 active"], cannot_tell=["0:40 D-8"],
    )  # fmt: skip
    assert read.cuff == (Cuff(at=300, sys=120, dia=75), Cuff(at=600, sys=None, dia=None))
    assert read.log == (Said(at=120, words=("seen",)), Said(at=180, words=("rate", "0.4", "by", "order")))
    assert read.expect == (Expected(at=35, rule="D-7", state=e.PromptState.ACTIVE),)
    assert read.cannot_tell == (Moment(at=40, rule="D-8"),)


def test_a_name_of_one_letter_is_one() -> None:
    assert case(name="y").name == "y"


# ---- how it is set up ----


def test_a_case_that_says_nothing_is_a_watched_infusion_of_the_usual_order(document: Document) -> None:
    _, rehearsal, measured = next(played(document, case()))
    state = rehearsal.state
    assert (state.phase.value, state.watcher, state.order) == ("running", "nurse", Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40))
    assert state.ledger is not None and (state.ledger.rate_mg_per_kg_h, state.ledger.started_at) == (0.75, 0)
    assert (state.opened_at, state.ordered_at) == (0, 0)
    assert state.baseline is not None and (state.baseline.sys, state.baseline.dia) == (120, 75)
    assert {name: [x.word for x in seen] for name, seen in state.observed.items()} == {"pump": ["running"], "iv_site": ["well"]}
    assert measured == [numeric(signal, value, 0) for signal, value in
                        ((Signal.HR, 72), (Signal.PULSE, 72), (Signal.SPO2, 98), (Signal.RR, 14))]  # fmt: skip


def test_the_session_is_opened_with_what_the_case_says_of_the_patient(document: Document) -> None:
    opened = opening(document, case(flags=["hypertension"], weight=82, channels=["spo2", "nibp_sys"]))
    assert (opened.room, opened.alias, opened.age, opened.weight_kg, opened.earlier) == ("case", "case", 40, 82, ("hypertension",))
    assert [(c.signal, c.period_s) for c in opened.channels] == [(Signal.SPO2, 1), (Signal.NIBP_SYS, 300)]
    assert (opened.protocol, opened.protocol_digest, opened.observed) == (document.protocol, document.digest, False)
    assert opening(document, case(phase="observed")).observed


@pytest.mark.parametrize(
    ("phase", "pump"),
    [("ready", []), ("running", ["running"]), ("paused", ["running", "stopped"]), ("recovery", ["running", "stopped"]), ("observed", [])],
)
def test_a_phase_is_reached_as_people_reach_it(document: Document, phase: str, pump: list[str]) -> None:
    _, rehearsal, _ = next(played(document, case(phase=phase)))
    assert rehearsal.state.phase.value == phase
    assert [seen.word for seen in rehearsal.state.observed.get("pump", ())] == pump
    assert (rehearsal.state.order is None) is (phase == "observed")


def test_the_checklist_is_answered_well_or_not_at_all(document: Document) -> None:
    _, rehearsal, _ = next(played(document, case()))
    given = {item: checked.answers for (_, item), checked in rehearsal.state.checks.items()}
    items = document.checklists["before"]
    assert given == {item.id: (next(a.id for a in item.answers if not a.stops and not a.flags),) for item in items}
    _, bare, _ = next(played(document, case(answered="none", baseline="none", watched=False)))
    assert (bare.state.checks, bare.state.baseline, bare.state.watcher) == ({}, None, "")


def test_of_answers_the_first_that_stops_nothing_and_flags_nothing_is_given(document: Document) -> None:
    items = document.checklists["before"]
    good = {item.id: [a for a in item.answers if not a.stops and not a.flags] for item in items}
    last = {item.id: (*(a for a in item.answers if a not in good[item.id]), *good[item.id]) for item in items}
    none = {item.id: tuple(a for a in item.answers if a not in good[item.id]) or item.answers for item in items}
    for answers in (last, none):
        changed = tuple(item.model_copy(update={"answers": answers[item.id]}) for item in items)
        other = document.model_copy(update={"checklists": {**document.checklists, "before": changed}})
        _, rehearsal, _ = next(played(other, case()))
        given = {item: checked.answers for (_, item), checked in rehearsal.state.checks.items()}
        assert given == {item.id: (next((a for a in item.answers if a in good[item.id]), item.answers[0]).id,) for item in changed}


@pytest.mark.parametrize("phase", ["running", "observed"])
def test_a_baseline_may_be_missing(document: Document, phase: str) -> None:
    for written, known in (("none", None), ("140/90", (140, 90))):
        _, rehearsal, _ = next(played(document, case(phase=phase, baseline=written)))
        baseline = rehearsal.state.baseline
        assert (None if baseline is None else (baseline.sys, baseline.dia)) == known


# ---- how it is fed ----


def test_a_series_is_handed_out_second_by_second_and_its_last_value_stays(document: Document) -> None:
    written = case(channels=["spo2", "nibp_sys", "nibp_dia", "nibp_mean"], series={"spo2": "97 _ off 95"}, cuff=["0:02 120/75"], until="0:05")
    given = {at: measured for at, _, measured in played(document, written)}
    pressure = [numeric(Signal.NIBP_SYS, 120, 2), numeric(Signal.NIBP_DIA, 75, 2), numeric(Signal.NIBP_MEAN, 90, 2)]
    assert given == {
        0: [numeric(Signal.SPO2, 97, 0)],
        1: [],
        2: [Numeric(Signal.SPO2, 0.0, 2, Quality.SENSOR_OFF), *pressure],
        3: [numeric(Signal.SPO2, 95, 3)],
        4: [numeric(Signal.SPO2, 95, 4)],
        5: [numeric(Signal.SPO2, 95, 5)],
    }


def test_an_empty_series_is_silence_and_a_signal_of_no_usual_value_gives_none(document: Document) -> None:
    written = case(channels=["spo2", "etco2"], series={"spo2": ""}, until="0:01")
    assert [measured for _, _, measured in played(document, written)] == [[], []]


@pytest.mark.parametrize("pressures", [(None, None), (120.0, None), (None, 75.0)])
def test_a_cuff_that_failed_says_so_of_each_pressure(pressures: tuple[float | None, float | None]) -> None:
    assert list(cuff(*pressures, 9)) == [Numeric(signal, 0.0, 9, Quality.CUFF_FAILED) for signal in CUFF]


def test_what_is_charted_counts_from_its_second_on(document: Document) -> None:
    written = case(log=["0:02 nausea 5", "0:01 nausea 3"], until="0:03")
    values = [rehearsal.state.score("nausea") for _, rehearsal, _ in played(document, written)]
    assert [x.value if x is not None else None for x in values] == [None, 3, 5, 5]


# ---- how it is compared ----


@pytest.mark.parametrize(
    ("of", "faults"),
    [
        ({"series": {"spo2": "98x5 91"}, "until": "1:10", "expect": ["0:20 D-7 active"]}, ()),
        ({"series": {"spo2": "98x5 91"}, "until": "1:10"}, ("expected silence, happened 0:20 D-7 active",)),
        ({"series": {"spo2": "98x62 91"}, "until": "1:20", "expect": ["1:18 D-7 active"]},
         ("expected 1:18 D-7 active, happened 1:17 D-7 active",)),
        ({"expect": ["0:05 D-7 active", "0:09 D-7 resolved"]}, ("expected 0:05 D-7 active, 0:09 D-7 resolved, happened silence",)),
        ({"series": {"spo2": "98x5 93x3 98"}}, ()),
        ({"series": {"spo2": "98x5 93x3 98"}, "expect": ["0:05 D-7 pending", "0:08 D-7 resolved"]}, ()),
        ({"series": {"spo2": "98x5 93x3 98"}, "expect": ["0:05 D-7 pending"]},
         ("expected 0:05 D-7 pending, happened 0:05 D-7 pending, 0:08 D-7 resolved",)),
        ({"cannot_tell": ["1:59 D-7"], "until": "2:00"}, ("at 1:59 D-7 could tell (0)",)),
        ({"cannot_tell": ["0:20 D-7"]}, ("at 0:20 D-7 could tell (0)",)),
        ({"cannot_tell": ["0:20 D-99"]}, ("at 0:20 D-99 could tell (not in this phase)",)),
        ({"series": {"spo2": "_"}, "cannot_tell": ["0:20 D-7"]}, ()),
    ],
)  # fmt: skip
def test_what_happens_is_held_against_what_is_expected(document: Document, of: dict[str, Any], faults: tuple[str, ...]) -> None:
    assert run(document, case(**of)).faults == faults
    assert run(document, case(**of), 7).line == 7 and run(document, case(**of)).line == 0


def test_a_second_time_that_only_begins_is_left_out_like_the_first(document: Document) -> None:
    """An episode that went on to be a prompt, and after its end one that did not."""
    spo2 = {"spo2": "98x5 91x40 98x60 93x3 98"}
    shown = run(document, case(series=spo2, until="3:00", expect=["0:05 D-7 pending"])).faults[0].partition("happened ")[2].split(", ")
    kept = [x for x in shown if not x.endswith("pending")]
    assert kept[-1].endswith("resolved") and len(shown) > len(kept)
    assert run(document, case(series=spo2, until="3:00", expect=kept[:-1])).faults == ()


def test_the_cases_of_a_file_come_with_their_lines(document: Document, tmp_path: Path) -> None:
    file = tmp_path / "x.cases.yaml"
    one = "  - {name: %s, rule: D-7, shows: fires, until: '0:30'}\n"
    file.write_text("protocol: example\ncases:\n" + one % "x" + one % "y")
    assert load_cases(file, document) == [(case(), 3), (case(name="y"), 4)]


def test_a_rule_s_cases_are_counted_by_kind_and_fault(document: Document) -> None:
    cases = [(case(), 3), (case(shows="just_not"), 5), (case(shows="fires", expect=["0:05 D-7 active"]), 8)]
    outcomes, coverage = check(document, cases)
    assert [(o.line, bool(o.faults)) for o in outcomes] == [(3, False), (5, False), (8, True)]
    found = {c.rule: c for c in coverage}
    assert set(found) == set(document.rule)
    assert (found[SPO2].cases, found[SPO2].failed, found[SPO2].missing) == (3, 1, ["recovers", "cannot_tell"])
    other = next(c for rule, c in found.items() if rule != SPO2)
    assert (other.cases, other.failed) == (0, 0) and "fires" in other.missing
