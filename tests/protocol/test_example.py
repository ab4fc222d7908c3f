"""The shipped protocol: its own cases, and what must hold for every rule of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.events import Priority
from monitor.protocol.cases import cases_beside, check, load_cases
from monitor.protocol.document import Document, load_protocol
from monitor.protocol.spoken import condition
from monitor.settings import EXAMPLE_PROTOCOL
from monitor.sources.source import BadFile

SHIPPED = load_protocol(EXAMPLE_PROTOCOL)
CASES = load_cases(cases_beside(EXAMPLE_PROTOCOL), SHIPPED)


@pytest.mark.parametrize("rule", SHIPPED.rule)
def test_every_case_holds_and_every_rule_is_covered(document: Document, rule: str) -> None:
    outcomes, coverage = check(document, [(case, line) for case, line in CASES if case.rule == rule])
    assert [(o.case.name, o.faults) for o in outcomes if o.faults] == []
    assert {c.rule: c.missing for c in coverage if c.rule == rule} == {rule: []}


def test_nothing_holds_a_high_prompt_back(document: Document) -> None:
    for rule in document.rules:
        if rule.priority is Priority.HIGH:
            assert rule.lockout == 0, rule.id
            assert not rule.once, rule.id
            assert rule.recheck, f"{rule.id}: a high prompt that is answered asks again"


def test_no_option_proposes_more_ketamine(document: Document) -> None:
    for option in document.options:
        assert option.command not in ("start", "resume"), option.id
        assert not re.search(r"\b(raise|increase|more|faster|higher)\b", option.label.lower()), option.id
        assert "rate" not in option.fill, option.id


def test_every_rule_can_be_read_aloud(document: Document) -> None:
    for rule in document.rules:
        assert condition(document, rule.when)
        assert rule.citation.source


BAD = {
    "an unknown key": ("    watch: true\n", "    wacht: true\n", "wacht"),
    "a duration without its unit": ("clears: 95, for: 15 s", "clears: 95, for: 15", "unit"),
    "an unknown condition": ("when: {vital: {of: [hr, pulse], above: 120", "when: {vitl: {of: [hr, pulse], above: 120", "keys are"),
    "an option that does not exist": ("options: [look, airway, probe, oxygen]", "options: [look, airways]", "airways"),
    "two rules of one name": ("  - id: D-8\n", "  - id: D-7\n", "D-7"),
    "an unknown scale": ("score: {scale: anxiety", "score: {scale: angst", "angst"),
    "an unknown signal": ("vital: {of: rr, above: 25", "vital: {of: breath, above: 25", "breath"),
    "a bound in another unit": ("dose:          {unit: mg/kg,", "dose:          {unit: mg,", "mg/kg"),
    "an unknown fact": ("fact: {fact: bp_old", "fact: {fact: bp_odd", "bp_odd"),
    "a flag that nothing asks for": ("{flag: motion_sickness}, {flag", "{flag: seasick}, {flag", "seasick"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_protocol_is_refused_with_its_line(name: str, example_path: Path, tmp_path: Path) -> None:
    old, new, said = BAD[name]
    text = example_path.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        load_protocol(broken)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    if name not in ("two rules of one name", "a bound in another unit"):
        at = text[: text.index(old)].count("\n") + 1
        assert refused.value.line is not None
        assert at - 12 <= refused.value.line <= at + 2, refused.value


def test_a_high_rule_with_a_lockout_is_refused(example_path: Path, tmp_path: Path) -> None:
    text = example_path.read_text(encoding="utf-8").replace("    recheck: 1 min\n", "    recheck: 1 min\n    lockout: 5 min\n", 1)
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match="nothing may hold it back"):
        load_protocol(tmp_path / "x.yaml")


def test_the_digest_follows_the_content_not_the_layout(document: Document, example_path: Path, tmp_path: Path) -> None:
    text = example_path.read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text("# a comment\n" + text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(text.replace("below: 94", "below: 93", 1), encoding="utf-8")
    assert load_protocol(tmp_path / "a.yaml").digest == document.digest
    assert load_protocol(tmp_path / "b.yaml").digest != document.digest


MORE = re.compile(r"\b(raise|increase|higher|faster|more|second)\b[^.;]{0,40}\b(rate|dose|infusion|ketamine)\b", re.IGNORECASE)


def test_no_line_and_no_expectation_proposes_more_ketamine(document: Document) -> None:
    for rule in document.rules:
        for text in (rule.title, rule.says, rule.line, rule.expect):
            assert not MORE.search(text), f"{rule.id}: {text}"


def test_a_silent_rule_is_silent_for_one_that_nothing_holds_back(document: Document) -> None:
    rank = list(reversed(Priority))
    for rule in document.rules:
        for other in map(document.rule.__getitem__, rule.unless):
            assert rank.index(other.priority) >= rank.index(rule.priority), f"{rule.id} yields to the lesser {other.id}"
            assert not other.once, f"{rule.id} yields to {other.id}, which may be silent itself"
            assert not other.lockout, f"{rule.id} yields to {other.id}, which may be silent itself"
            assert rule.id not in other.unless, f"{rule.id} and {other.id} silence each other"
