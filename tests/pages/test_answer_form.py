"""Answering a prompt whose options need more than a tap: each has its part, and all are stored with the answer or none is."""

from __future__ import annotations

from typing import Any

import pytest

from monitor import events as e
from monitor.live.station import Station
from monitor.ward import drafts
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]

PROMPT = e.PromptChanged(
    rule="D-20",
    episode=1,
    state=e.PromptState.ACTIVE,
    priority=e.Priority.MEDIUM,
    prompt_kind=e.PromptKind.CLINICAL,
    message="Bothered",
)


def answering(here: Station, patch: pytest.MonkeyPatch, *options: str) -> tuple[int, Screen]:
    session = settled(here)
    here.log.append(session, drafts([PROMPT], "evaluator"))
    screen = Screen(patch, "room", room="2")
    screen.act({"do": "answer", "room": "2", "session": session, "prompt": "D-20#1", "answer": "did", "options": list(options)})
    assert screen.form is not None
    assert screen.form["form"] == "answer"
    return session, screen


def stored(here: Station, session: int) -> list[str]:
    return [x.kind for x in here.log.entries(session) if x.by == "M. Ortiz"]


def test_each_option_has_its_part_and_proposes_no_number(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    _, screen = answering(here, monkeypatch, "calm", "lower_rate", "calming_drug", "stop")
    labels = [part["label"] for part in screen.form["parts"]]  # type: ignore[index]
    assert [here.document.option[o].label for o in ("calm", "lower_rate", "calming_drug", "stop")] == [x for x in labels if x]
    assert all(field["value"] == "" for field in screen.fields().values() if field["kind"] == "number")
    assert "Bothered" in screen.says()


def test_nothing_is_stored_while_a_part_is_not_whole_and_all_of_it_once_it_is(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session, screen = answering(here, monkeypatch, "calm", "lower_rate")
    screen.press()
    assert stored(here, session) == []
    written: dict[str, Any] = {}
    for _ in range(4):  # a choice may bring more fields with it
        for name, field in screen.fields().items():
            if field["kind"] == "choice" and not field["value"]:
                written[name] = field["options"][0]["id"]
            elif field["kind"] == "number" and name not in written:
                written[name] = "0" if name.endswith("ago") else "20"
        form = screen.press("save", tuple(ask["id"] for ask in screen.form["asks"]) if screen.form else (), **written)
        if form is None:
            break
    assert stored(here, session)[-1] == "prompt_answered"
    assert "rate_changed" in stored(here, session)


def test_a_prompt_of_the_last_patient_is_not_answered_for_the_next(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session, screen = answering(here, monkeypatch, "calm", "stop")
    here.log.append(session, drafts([e.InfusionStopped(), e.Discharged(escort="A"), e.SessionClosed()], "nurse"))
    other = settled(here)
    here.log.append(other, drafts([PROMPT], "evaluator"))
    screen.act(None)
    assert screen.form is not None
    assert screen.form["state"] == "ended"
    screen.press()
    assert stored(here, other) == []
