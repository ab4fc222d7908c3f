"""docs/hazards.yaml, the protocol and the tests say the same: no grave rule without its hazard, no hazard without a test."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from monitor.events import Priority
from monitor.protocol.document import Document
from monitor.yamlmarks import load_model

HOME = Path(__file__).resolve().parents[2]
PAGE = HOME / "docs" / "hazards.yaml"
GRAVITY = [Priority.LOW, Priority.MEDIUM, Priority.HIGH]


class Hazard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^H-\d\d$")]
    hazard: str
    cause: str
    priority: Literal[Priority.HIGH, Priority.MEDIUM, Priority.LOW, "none"]
    rules: dict[str, Priority] = {}
    mechanism: str = ""
    tests: Annotated[tuple[str, ...], Field(min_length=1)]


class Hazards(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hazards: tuple[Hazard, ...]


HAZARDS = load_model(Hazards, PAGE).hazards


def is_there(named: str) -> bool:
    """Whether there is a test of this name: ``tests/FILE.py::NAME``."""
    file, _, name = named.partition("::")
    return name in _written(HOME / file)


@cache
def _written(file: Path) -> frozenset[str]:
    found = ast.parse(file.read_text()).body if file.is_file() else []
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef))


def test_each_hazard_has_its_own_name() -> None:
    names = [hazard.id for hazard in HAZARDS]
    assert names == sorted(set(names))


def test_every_high_and_medium_rule_has_a_hazard(document: Document) -> None:
    met = {rule for hazard in HAZARDS for rule in hazard.rules}
    owed = {rule.id for rule in document.rules if rule.priority is not Priority.LOW}
    assert owed <= met


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda h: h.id)
def test_a_hazard_is_met_by_rules_of_its_priority_or_by_a_mechanism(hazard: Hazard, document: Document) -> None:
    assert {rule: document.rule[rule].priority for rule in hazard.rules} == hazard.rules
    if hazard.rules:
        assert hazard.priority == max(hazard.rules.values(), key=GRAVITY.index)
    else:
        assert hazard.priority == "none"
        assert hazard.mechanism


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda h: h.id)
def test_each_test_that_a_hazard_names_exists(hazard: Hazard) -> None:
    for named in hazard.tests:
        assert is_there(named), named
