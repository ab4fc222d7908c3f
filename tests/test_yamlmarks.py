"""Files that people write: plain data in, or one sentence with file and line."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from monitor.yamlmarks import BadFile, load_model, parse_yaml, read_yaml


class Leaf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    value: float = Field(gt=0)
    unit: str


class Tree(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    leaves: tuple[Leaf, ...] = ()


def refused(text: str, tmp_path: Path) -> BadFile:
    file = tmp_path / "tree.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_model(Tree, file)
    assert caught.value.file == str(file)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_clock_a_date_and_a_no_are_text_and_numbers_are_numbers() -> None:
    data, _ = parse_yaml("a: 12:00\nb: 2026-01-02\nc: no\nd: 5\ne: 0.5\nf: '5'\ng: 007\nh: true\ni:\nj: 1e400\n", "x")
    text = {"a": "12:00", "b": "2026-01-02", "c": "no", "f": "5", "g": "007", "j": "1e400"}
    assert data == {**text, "d": 5, "e": 0.5, "h": True, "i": None}


def test_every_value_knows_its_line() -> None:
    _, lines = parse_yaml("id: a\n\nleaves:\n  - value: 1\n    unit: mg\n  - value: 2\n", "x")
    assert lines.line(["id"]) == 1
    assert lines.line(["leaves", 0, "unit"]) == 5
    assert lines.line(["leaves", 1]) == 6
    assert lines.line(["leaves", 1, "unit"]) == 6, "a missing key stands where its parent stands"
    assert lines.line(["leaves", 1, "some_union_tag", "value"]) == 6


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id: a\nleaves:\n  - {value: 1, unit: mg}\n  - value: -1\n    unit: mg\n", 4, "greater than 0, not -1"),
        ("id: a\nleaves:\n  - value: 1\n    unti: mg\n", 4, "unknown key 'unti'"),
        ("id: a\nleaves:\n  - value: 1\n", 3, "lacks 'unit'"),
        ("id: a\nid: b\n", 2, "twice (first on line 1)"),
        ("id: &x a\nleaves: *x\n", 1, "anchor"),
        ("id: a\nleaves: *x\n", 2, "alias"),
        ("id: !!python/name:os.system a\n", 1, "tag"),
        ("id: a\nleaves:\n\t- b\n", 3, "spaces, not tabs"),
        ("---\nid: a\n---\nid: b\n", 3, "second document"),
        ("id: a\nleaves: " + "[" * 40 + "]" * 40 + "\n", 2, "levels deep"),
        ("", None, "is empty"),
        ("id: a\nleaves: {\n", 3, "not readable YAML"),
        ("- a\n", 1, "should hold keys"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text: str, line: int | None, says: str, tmp_path: Path) -> None:
    wrong = refused(text, tmp_path)
    assert says in wrong.wrong
    assert wrong.line == line


def test_the_sentence_says_how_many_more_errors_there_are(tmp_path: Path) -> None:
    assert refused("leaves:\n  - {value: 0, unit: 3}\n", tmp_path).wrong.endswith("(and 2 more)")


def test_a_missing_a_large_and_a_binary_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    large = tmp_path / "large.yaml"
    large.write_text("a: " + "x" * 1_000_001)
    with pytest.raises(BadFile, match="larger than 1 MB"):
        read_yaml(large)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: 1\nb: \xff\xfe\n")
    with pytest.raises(BadFile, match="UTF-8") as caught:
        read_yaml(binary)
    assert caught.value.line == 2


_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12).filter(
    # YAML 1.2 reads 0E0 as a number; the writer here knows 1.1 and leaves its quotes off.
    lambda text: not re.fullmatch(r"[-+]?\d+[eE][-+]?\d+", text)
)
_data = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=12,
)


@given(_data)
def test_what_a_yaml_writer_writes_is_read_back(data: object) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    read, _ = parse_yaml(text, "x")
    assert read == data


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    try:
        data, lines = parse_yaml(text, "x")
    except BadFile as wrong:
        assert "\n" not in str(wrong)
    else:
        assert lines.line([]) >= 1
        assert not (isinstance(data, float) and not math.isfinite(data))
