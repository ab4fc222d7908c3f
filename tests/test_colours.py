"""The colours of the screens: what is shipped can be read, and what a clinic changes is read or refused before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from monitor.colours import ALARMS, GROUNDS, Parameter, Theme, contrast, tokens, wrong_with
from monitor.settings import load_rooms
from monitor.sources.source import BadFile

THEMES = get_args(Theme)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_shipped_keeps_its_contrast(theme: str) -> None:
    c = tokens()[theme]
    for ground in GROUNDS:
        for ink in ("truth", "ink", "ink-2"):
            assert contrast(c[ink], c[ground]) >= 7, (ink, ground)
        assert contrast(c["ink-3"], c[ground]) >= 4.5
        for edge in ("control-line", "high-edge", "medium-edge", "low-edge", "tech-edge", "watch-edge", "focus"):
            assert contrast(c[edge], c[ground]) >= 3, (edge, ground)
    for fill in ALARMS:
        assert contrast(c[fill], c[f"on-{fill}"]) >= 7
    assert contrast(c["high-rest"], c["on-high"]) >= 7
    assert contrast(c["mode"], c["on-mode"]) >= 7


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_shipped_keeps_the_rule_for_what_a_clinic_changes(theme: str) -> None:
    assert {p: wrong for p in get_args(Parameter) if (wrong := wrong_with(theme, tokens()[theme][p]))} == {}


ROOMS = """station: Test station
protocol: protocols/example.yaml
colours:
  dark:
    spo2: "#ffff66"
    hr: "#46d98a"
  light: {bp: "#7a0019"}
rooms:
  - room: "1"
"""


def load(folder: Path, old: str = "", new: str = "") -> object:
    assert old in ROOMS
    file = folder / "rooms.yaml"
    file.write_text(ROOMS.replace(old, new, 1) if old else ROOMS, encoding="utf-8")
    return load_rooms(file).colours


def test_a_clinic_may_give_its_own_colours_theme_by_theme(tmp_path: Path) -> None:
    assert load(tmp_path) == {"dark": {"spo2": "#ffff66", "hr": "#46d98a"}, "light": {"bp": "#7a0019"}}


REFUSED = {
    "too dark for the ground": ("#46d98a", "#2a7a4d", 6, "contrast of 3"),
    "too light for the light ground": ("#7a0019", "#d06060", 7, "7:1 is needed"),
    "the colour of the medium alarm": ("#ffff66", "#ffc833", 5, "medium alarm"),
    "the colour of a technical alarm": ("#ffff66", "#a8c0ff", 5, "technical alarm"),
    "not a colour": ("#46d98a", "green", 6, "green"),
    "an alarm's own colour": ("hr:", "high:", 6, "high"),
    "a theme that does not exist": ("light:", "pink:", 7, "pink"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_colour_that_will_not_do_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    old, new, line, words = REFUSED[name]
    with pytest.raises(BadFile) as caught:
        load(tmp_path, old, new)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.line == line
