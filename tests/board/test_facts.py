"""What is known of a patient stands on the room's page in every phase, and on the card of a handover."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import commands as c
from monitor import events as e
from monitor.admission import well_answered
from monitor.board.handover import handover_card
from monitor.protocol.document import Document
from tests.test_board import Screen
from tests.test_commands import ORDER


@pytest.fixture
def screen(document: Document) -> Screen:
    return Screen(document)


def told(screen: Screen) -> dict[str, dict[str, Any]]:
    return {one["text"]: one for one in screen.frame()["facts"]}


def medicines(*answers: str) -> e.ChecklistAnswered:
    return e.ChecklistAnswered(checklist="before", item="medicines", answers=answers)


def test_what_nobody_has_asked_is_said_and_is_not_none(screen: Screen) -> None:
    assert told(screen)["medicines not asked"]["weighs"]
    assert told(screen)["no baseline"]["weighs"]
    screen.happen(medicines("none"))
    assert "medicines not asked" not in told(screen)
    assert not told(screen)["none of the medicines asked about"]["weighs"]


def test_a_medicine_says_against_what_it_speaks(screen: Screen) -> None:
    screen.happen(medicines("long_qt", "lamotrigine"))
    found = told(screen)
    assert found["drug that lengthens QT"] == {
        "text": "drug that lengthens QT", "weighs": True, "more": "speaks against Ondansetron, Prochlorperazine, Promethazine",
    }  # fmt: skip
    assert not found["lamotrigine"]["weighs"]


def test_the_facts_stand_in_every_phase(screen: Screen) -> None:
    lasting = {"drug that lengthens QT", "baseline 120/75", "no allergies charted"}
    screen.do(c.set_baseline(120, 75))
    screen.happen(medicines("long_qt"))
    assert lasting <= told(screen).keys(), "before the start"
    screen.do(c.set_order(ORDER))
    screen.happen(*(one for one in well_answered(screen.document) if one.item != "medicines"))
    for act, phase in (
        (c.start(), "running"), (c.pause("line"), "paused"), (c.emergency(), "an emergency"), (c.stop(), "recovery"),
    ):  # fmt: skip
        screen.do(act)
        assert lasting <= told(screen).keys(), phase


def test_the_highest_pressure_outlasts_all_later_ones(screen: Screen) -> None:
    screen.do(c.set_baseline(120, 75))
    readings = {f"at_{tick}": "128/80" for tick in range(20, 440, 5)} | {"at_10": "170/95", "at_15": "150/105"}
    screen.seconds(450, **readings)
    highest = [text for text in told(screen) if text.startswith("highest")]
    assert [text.split(" at ")[0] for text in highest] == ["highest 170/95", "highest diastolic 150/105"]


def test_a_pressure_by_hand_counts_until_it_is_taken_back(screen: Screen) -> None:
    screen.seconds(40, at_30="128/80")
    screen.do(c.chart_pressure(190, 99))
    assert any(text.startswith("highest 190/99") for text in told(screen))
    screen.do(c.undo(screen.state.seq))
    assert any(text.startswith("highest 128/80") for text in told(screen))


def test_the_card_of_a_handover_carries_weight_prescriber_and_facts(screen: Screen) -> None:
    screen.do(c.set_order(ORDER.model_copy(update={"prescriber": "Dr. Adler"})))
    screen.do(c.set_baseline(120, 75))
    screen.happen(medicines("long_qt"))
    screen.seconds(40, at_30="168/102")
    picture = screen.picture()
    text = "\n".join(handover_card(picture, picture.views["1"]))
    for part in ("70 kg", "ordered by Dr. Adler", "drug that lengthens QT (speaks against Ondansetron, Prochlorperazine, Promethazine)", "baseline 120/75",
                 "highest 168/102", "Allergies: none charted"):  # fmt: skip
        assert part in text, text
