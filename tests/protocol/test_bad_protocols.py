"""A protocol or case file that is not right: one sentence, the line where it stands, and nothing loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.protocol.cases import cases_beside, load_cases
from monitor.protocol.document import Document, load_protocol
from monitor.sources.source import BadFile

Edit = tuple[str, str, str]
"""What stands there, what is written in its place, and what the sentence says."""

HERE: dict[str, Edit] = {
    "a rule's key that does not exist": ("    clears_after: 15 s\n", "    clear_after: 15 s\n", "clear_after"),
    "a duration without its unit": ("    recheck: 2 min\n", "    recheck: 2\n", "unit"),
    "a duration in another unit": ("    recheck: 2 min\n", "    recheck: 2 days\n", "unit"),
    "a persistence without its unit": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: spo2, above: 120, for: 15}}", "unit"),
    "a persistence longer than what is remembered": (
        "{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: spo2, below: 94, for: 30 min}}", "1200",
    ),
    "a limit in words": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: spo2, below: low}}", "number"),
    "two limits": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: spo2, below: 94, above: 9}}", "exactly one"),
    "no limit": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: spo2}}", "exactly one"),
    "a signal that nobody measures": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{vital: {of: mood, below: 94}}", "spo2"),
    "a condition that is none": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{formula: spo2 < 94}", "the keys are"),
    "two conditions in one": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "{flag: asthma, fact: paused}", "the keys are"),
    "a condition as text": ("{vital: {of: [hr, pulse], above: 120, clears: 115, for: 15 s, out_of: 20 s}}", "spo2 < 94", "the keys are"),
    "a pressure without a limit": ("{pressure: {sys_below: 90, clears_by: 5}}", "{pressure: {readings: 2}}", "at least one limit"),
    "three readings": ("{pressure: {sys_below: 90, clears_by: 5}}", "{pressure: {sys_below: 90, readings: 3}}", "2"),
    "a scale that nobody charts": ("{score: {scale: anxiety, at_least: 6, within: 15 min}}", "{score: {scale: bliss, at_least: 6}}", "bliss"),
    "a symptom that is not listed": (
        "{symptom: {any_of: [chest_pain, severe_headache, breathing_difficulty, weakness], within: 15 min}}\n    unless", "{symptom: {any_of: [itch]}}\n    unless", "itch",
    ),
    "two symptoms that are not listed": (
        "{symptom: {any_of: [chest_pain, severe_headache, breathing_difficulty, weakness], within: 15 min}}\n    unless", "{symptom: {any_of: [itch, ache]}}\n    unless", "called itch",
    ),
    "a rest that asks for a flag which nothing sets": (
        "watch: {pressure: {sys_at_least: 150, dia_at_least: 95, rise_sys_at_least: 25, rise_dia_at_least: 15}}",
        "watch: {any: [{fact: paused}, {flag: nobody}]}", "nobody",
    ),
    "an observation after a drug that nobody gives": (
        "after_drug: {pressure: 5 min, calming: 5 min}}", "after_drug: {hiccups: 5 min}}", "no drug is given for hiccups",
    ),
    "an observation that is not listed": ("{overdue: {observation: seen, grace: 1 min}}", "{overdue: {observation: looks}}", "looks"),
    "a thing that is not charted": ("{seen: {what: breathing, below: 6, within: 5 min}}", "{seen: {what: smile, within: 5 min}}", "smile"),
    "a fact that does not exist": ("{fact: bound_broken}", "{fact: bound_bent}", "bound_bent"),
    "an option that does not exist": ("    options: [look, airway, probe, oxygen]\n", "    options: [look, pray]\n", "pray"),
    "a rule that does not exist": ("    unless: [D-8, E-2, D-18]\n", "    unless: [D-88]\n", "D-88"),
    "a rule that yields to itself": ("    unless: [D-8, E-2, D-18]\n", "    unless: [D-8, D-7]\n", "itself"),
    "a rule that yields to a lesser one": ("    unless: [D-8, E-2, D-18]\n", "    unless: [D-8, E-2, D-12]\n", "D-12, which is only low"),
    "a rule that yields to one that may be held back": ("    unless: [D-2, D-3,", "    unless: [D-12, D-3,", "D-12, which may be held back"),
    "ages in the wrong order": ("  age: [18, 90] ", "  age: [90, 18] ", "the lowest, then the highest"),
    "what is usual beyond what is treated": ("[40, 100]", "[100, 40]", "the lowest, then the highest"),
    "something else for a second person": ("# second_person: start", "second_person: everything", "start"),
    "a priority that does not exist": ("    priority: high\n", "    priority: urgent\n", "high"),
    "a phase that does not exist": ("    phases: [paused]\n", "    phases: [asleep]\n", "ready"),
    "a group that does not exist": ("    group: emergency\n", "    group: alarm\n", "emergency"),
    "a status that does not exist": ("limit: sourced, action: proposal}", "limit: certain, action: proposal}", "sourced"),
    "a citation without its status": ("limit: sourced, action: proposal}", "action: proposal}", "limit"),
    "a rule's name with a blank": ("  - id: D-7\n", "  - id: D 7\n", "pattern"),
    "a bound the wrong way round": ("recommended: [0.1, 0.75]", "recommended: [0.75, 0.1]", "lowest first"),
    "a drug's dose below zero": ("    dose: 4\n", "    dose: -4\n", "greater than 0"),
    "a drug's flag that nothing asks for": ("    avoid: [antipsychotic]\n", "    avoid: [gout]\n", "gout"),
    "an option that opens nothing": ("label: Pause the infusion, command: pause", "label: Pause the infusion, command: more", "pause"),
    "a key twice": ("    recheck: 2 min\n", "    recheck: 2 min\n    recheck: 3 min\n", "twice"),
    "an anchor": ("    recheck: 2 min\n", "    recheck: &soon 2 min\n", "anchor"),
    "a tag": ("    recheck: 2 min\n", "    recheck: !!python/object:os.system 2\n", "tag"),
    "a tab": ("    recheck: 2 min\n", "\trecheck: 2 min\n", "YAML"),
    "a bracket that stays open": ("    options: [look, airway, probe, oxygen]\n", "    options: [look, airway\n", "YAML"),
}  # fmt: skip
"""The sentence names the line of the edit; a key twice and YAML's own errors may be noticed a line or two below."""
BELOW = {"a key twice": 1, "a bracket that stays open": 1}

ABOVE: dict[str, tuple[Edit, str]] = {
    "two rules that silence each other": (("    unless: [E-2]\n", "    unless: [E-2, D-7]\n", "D-7 and D-8 silence each other"), "    unless: [D-8, E-2, D-18]\n"),
    "three rules that silence each other": (("    unless: [D-4, D-5]\n", "    unless: [D-4, D-1]\n", "silence each other"), "    unless: [D-2, D-3,"),
    "a score after a drug that nobody gives": (("after_drug: antiemetic, after", "after_drug: hiccups, after", "hiccups"), "    when:\n      all:\n        - {score: {scale: nausea"),
    "a drug that nobody gives": (("- not: {drug_since: {purpose: antiemetic", "- not: {drug_since: {purpose: hiccups", "no drug is given for hiccups"), "    when:\n      all:\n        - any: [{flag: motion"),
    "a hint that asks for a flag which nothing sets": (("hint: {since: {what: stop, at_least: 60 min}}", "hint: {flag: nobody}", "minimum_time: nothing asks for the flag nobody"), "    - id: minimum_time"),
    "an observation that is never due": ((", after_drug: {antiemetic: 15 min}}", "}", "never due"), "  - {id: nausea, label"),
    "a rule without its line": (("    line: Below 94 % for 15 s look", "    linse: Below 94 % for 15 s look", "line"), "    linse:"),
    "a flag that nothing asks for": (("[{flag: motion_sickness}, {flag", "[{flag: seasick}, {flag", "seasick"), "    when:\n      all:\n        - any: [{flag: seas"),
    "a rule without options": (
        ("    options: [look, airway, probe, oxygen]\n", "", "offers no options"), "  - id: D-7\n",
    ),
    "a high rule with a lockout": (("    watch: true\n    rationale: True desat", "    lockout: 5 min\n    rationale: True desat", "nothing may hold it back"), "  - id: D-8\n"),
    "a high rule once": (("    watch: true\n    rationale: True desat", "    once: true\n    rationale: True desat", "nothing may hold it back"), "  - id: D-8\n"),
    "an emergency that is not high": (("    watch: true\n    rationale: Look before", "    emergency: true\n    rationale: Look before", "priority is high"), "  - id: D-7\n"),
}  # fmt: skip
"""What is wrong with a whole rule or condition is named with the line where that begins."""

WHOLE: dict[str, Edit] = {
    "two rules of one name": ("  - id: D-8\n", "  - id: D-7\n", "two rules are called D-7"),
    "two options of one name": ("  - {id: call, label", "  - {id: look, label", "two options are called look"),
    "two drugs of one name": ("  - id: lorazepam\n", "  - id: midazolam\n", "two drugs are called midazolam"),
    "a bound that is left out": ("  weight:        {unit", "  height:        {unit", "bounds lacks weight"),
    "a syringe beyond the bound": ("[1, 2, 5, 10, 50]", "[1, 2, 5, 10, 60]", "60 mg/mL, which is outside bounds.concentration"),
    "a bound in another unit": ("  dose:          {unit: mg/kg, ", "  dose:          {unit: g/kg, ", "must be in mg/kg"),
}


def refused(text: str, folder: Path) -> BadFile:
    file = folder / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_protocol(file)
    assert caught.value.file == str(file)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700
    return caught.value


def edited(path: Path, edit: Edit) -> tuple[str, int]:
    """The file with the edit, and the line where it was made."""
    text = path.read_text(encoding="utf-8")
    old, new, _ = edit
    assert old in text
    return text.replace(old, new, 1), text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name", HERE)
def test_a_mistake_is_named_with_its_line(name: str, example_path: Path, tmp_path: Path) -> None:
    text, line = edited(example_path, HERE[name])
    wrong = refused(text, tmp_path)
    assert HERE[name][2] in wrong.wrong
    assert wrong.line is not None
    assert line <= wrong.line <= line + BELOW.get(name, 0), wrong


@pytest.mark.parametrize("name", ABOVE)
def test_a_rule_that_does_not_hold_together_is_named_with_its_line(name: str, example_path: Path, tmp_path: Path) -> None:
    edit, anchor = ABOVE[name]
    text, _ = edited(example_path, edit)
    wrong = refused(text, tmp_path)
    assert edit[2] in wrong.wrong
    assert wrong.line == text[: text.index(anchor)].count("\n") + 1


@pytest.mark.parametrize("name", WHOLE)
def test_parts_that_do_not_fit_together_are_refused_with_their_names(name: str, example_path: Path, tmp_path: Path) -> None:
    text, _ = edited(example_path, WHOLE[name])
    assert WHOLE[name][2] in refused(text, tmp_path).wrong


YIELDS = {
    "to two that silence each other": ("    unless: [E-2]\n", "    unless: [E-2, D-7]\n", "D-7 and D-8 silence each other"),
    "to one that yields to a rule that does not exist": (
        "    unless: [D-8, E-2, D-18]\n", "    unless: [D-8, D-88]\n", "D-88, which does not exist",
    ),
}


@pytest.mark.parametrize("name", YIELDS)
def test_a_rule_that_yields_to_what_is_wrong_itself_does_not_hide_it(name: str, example_path: Path, tmp_path: Path) -> None:
    text, _ = edited(example_path, YIELDS[name])
    first = "    when: {pressure: {sys_above: 150, dia_above: 95}}\n"
    assert first in text
    assert YIELDS[name][2] in refused(text.replace(first + "    unless: [D-4]\n", first + "    unless: [D-7]\n", 1), tmp_path).wrong


def test_a_drug_may_be_named_by_its_class_alone(example_path: Path, tmp_path: Path) -> None:
    text, _ = edited(example_path, ("{drug_since: {purpose: antiemetic, within: 6 h}}", "{drug_since: {drug_class: antiemetic_d2, within: 6 h}}", ""))
    (tmp_path / "by-class.yaml").write_text(text, encoding="utf-8")
    load_protocol(tmp_path / "by-class.yaml")


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words\n", "- a\n- b\n", "a: 1\n---\nb: 2\n", "\x00", "protocol: x\n"])
def test_what_is_no_protocol_at_all_is_refused(text: str, tmp_path: Path) -> None:
    refused(text, tmp_path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        load_protocol(tmp_path / "nowhere.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"protocol: x\ntitle: \xe9\n")
    with pytest.raises(BadFile, match="UTF-8") as caught:
        load_protocol(tmp_path / "latin.yaml")
    assert caught.value.line == 2


# ---- cases ----

CASES: dict[str, Edit] = {
    "a rule that does not exist": ("rule: B-1, shows: fires", "rule: B-99, shows: fires", "B-99"),
    "a time that is none": ('cuff: ["0:10 155/90"]', 'cuff: ["ten 155/90"]', "minutes:seconds"),
    "a reading that is none": ('cuff: ["0:10 155/90"]', 'cuff: ["0:10 high"]', "120/75"),
    "a state that does not exist": ('expect: ["0:10 B-1 active"]', 'expect: ["0:10 B-1 rings"]', "active"),
    "something that is not charted": ('log: ["0:10 check consent no"', 'log: ["0:10 shout"', "shout"),
    "a value off its scale": ('log: ["1:00 comfort 3"]', 'log: ["1:00 comfort 13"]', "10"),
    "a step that is none": ('series: {spo2: "98x10 93x30"}', 'series: {spo2: "98x10 low"}', "low"),
    "a key that does not exist": ("phase: ready, cuff", "fase: ready, cuff", "fase"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_in_a_case_is_named_with_its_line(name: str, document: Document, example_path: Path, tmp_path: Path) -> None:
    text, line = edited(cases_beside(example_path), CASES[name])
    (tmp_path / "x.cases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_cases(tmp_path / "x.cases.yaml", document)
    assert CASES[name][2] in caught.value.wrong
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


def test_cases_of_another_protocol_are_refused(document: Document, example_path: Path, tmp_path: Path) -> None:
    text, line = edited(cases_beside(example_path), ("protocol: example\n", "protocol: other\n", ""))
    (tmp_path / "x.cases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match="other") as caught:
        load_cases(tmp_path / "x.cases.yaml", document)
    assert caught.value.line == line
