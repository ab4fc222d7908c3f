"""What is installed: each library with its version and the hashes of its files, and nothing that only one of the lists names."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent


def named(file: str) -> dict[str, str]:
    """Each library of a list with its version, by the name that pip compares."""
    text = (HOME / file).read_text(encoding="utf-8")
    return {re.sub(r"[-_.]+", "-", name).lower(): pinned for name, pinned in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_library_that_is_asked_for_is_locked_with_its_hashes_and_no_other_is(name: str) -> None:
    asked = named(f"{name}.in") | (named("requirements.in") if name == "requirements-dev" else {})
    assert named(f"{name}.txt") == asked
    blocks = re.split(r"^(?=[\w.-]+==)", (HOME / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(blocks) == len(asked)
    assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block]


def test_what_is_installed_is_what_is_locked() -> None:
    locked = named("requirements-dev.txt")
    assert {name: version(name) for name in locked} == locked
