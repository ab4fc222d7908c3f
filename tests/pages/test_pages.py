"""Every page, without a browser: what it hands to its component, its forms, and that it stands when started cold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitor import events as e
from monitor import settings
from monitor.live import station as stations
from monitor.live.station import Station, station
from monitor.protocol.document import Signature
from monitor.views import components, forms, protocol
from tests.conftest import EXAMPLE, cases_of
from tests.pages.stations import here, settled
from tests.screen import Screen

__all__ = ["here"]

PAGES = settings.HOME / "pages"


def page(name: str, **query: str) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=60)
    for key, value in query.items():
        test.query_params[key] = value
    return test


def frame(test: AppTest, nth: int = 0) -> dict[str, Any]:
    component = test.get("bidi_component")[nth].proto
    found: dict[str, Any] = json.loads(component.json)["frame"]
    return found


def test_the_wall_has_a_tile_for_each_room_in_its_order(here: Station) -> None:
    settled(here)
    test = page("ward").run()
    assert not test.exception
    shown = frame(test)
    assert [t["room"] for t in shown["tiles"]] == [r.room for r in here.rooms.rooms]
    assert shown["tiles"][1]["alias"] == "Otter"
    assert shown["mode"] == "TRAINING"


def test_no_text_of_a_protocol_is_read_as_markup(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = "![x](http://elsewhere/p.png)"
    rule, *others = here.document.rules
    citation = rule.citation.model_copy(update={"source": planted})
    marked = rule.model_copy(update={"title": planted, "line": planted, "expect": planted, "rationale": planted, "citation": citation})
    signed = Signature(by=planted, role=planted, on="2026-11-01")
    told = {"title": planted, "version": planted, "notice": planted, "rules": (marked, *others), "signed": signed}
    marked_station = replace(here, document=here.document.model_copy(update=told))
    monkeypatch.setattr(protocol, "station", lambda: marked_station)
    test = page("protocol").run()
    assert not test.exception
    said = [element.value for element in (*test.markdown, *test.caption, *test.title, *test.warning, *test.error)]
    assert sum("elsewhere" in text for text in said) >= 6
    assert not [text for text in said if "](" in text]


def test_a_wall_display_is_nobody_s_in_particular(here: Station) -> None:
    test = page("ward", display="1")
    test.session_state["who"] = "M. Ortiz"
    data = json.loads(test.run().get("bidi_component")[0].proto.json)
    assert data["display"] is True
    assert data["push"]["topic"] == "ward//"


def test_an_act_that_no_callback_took_is_performed_once(here: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session, mounted = settled(here), []
    tapped = SimpleNamespace(act={"do": "score", "session": session, "scale": "comfort", "value": 7, "nonce": "tap-1"})

    def mount(name: str) -> Callable[..., SimpleNamespace]:
        return lambda **given: mounted.append(given) or tapped

    monkeypatch.setattr(components, "mount", mount)
    test = page("room", room="2")
    test.session_state["who"] = "M. Ortiz"
    for _ in range(2):
        assert not test.run().exception
    mounted[-1]["on_act_change"]()  # of a component that its Streamlit session does not know
    assert [e.parse(x.kind, x.body) for x in here.log.entries(session) if x.kind == "scored"] == [e.Scored(scale="comfort", value=7)]
    assert mounted[0]["data"]["done"] == []
    assert mounted[-1]["data"]["done"] == ["tap-1"]


def test_a_wall_that_nobody_assesses_says_so(here: Station) -> None:
    settled(here)
    shown = frame(page("ward").run())
    assert shown["assessed"]["ok"] is False
    assert "NOT BEING ASSESSED" in shown["banner"]["what"]
    assert shown["tiles"][1]["vitals"]["hr"]["value"] is None


def test_a_room_shows_its_infusion_and_its_log_and_no_hidden_truth(here: Station) -> None:
    settled(here)
    test = page("room", room="2").run()
    assert not test.exception
    shown = frame(test)
    assert ["Rate", "0.75", "mg/kg/h"] in shown["infusion"]["facts"]
    text = json.dumps(shown)
    assert "pleasant" not in text.lower().replace("strong and pleasant", "")
    assert "seed" not in text.lower()
    assert any("<script>" in x["text"] for x in shown["events"]), "a note is kept as it was written, as text"


@pytest.mark.parametrize("asked", ["99", "", "../etc", "2; drop"])
def test_a_room_that_does_not_exist_is_not_opened(here: Station, asked: str) -> None:
    test = page("room", room=asked).run()
    assert not test.get("bidi_component") or frame(test)["page"] == "ward"


FORMS = sorted(forms.ALL)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_opens(here: Station, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    settled(here)
    form = Screen(monkeypatch, "room", room="1" if name == "checkin" else "2").open(name, seq=3)
    assert form["title"]


@pytest.fixture
def few_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station with the whole example, and of its cases those of two rules; all of them run in tests/protocol."""
    copied = tmp_path / "example.yaml"
    copied.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    copied.with_suffix(".cases.yaml").write_text(cases_of("B-1", "B-2"), encoding="utf-8")
    rooms = tmp_path / "rooms.yaml"
    rooms.write_text("station: x\nprotocol: example.yaml\nrooms: [{room: '1'}]\n")
    monkeypatch.setenv(settings.STORE_VARIABLE, f"sqlite:///{tmp_path / 'log.db'}")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(rooms))
    stations.leave()
    return copied


def read(test: AppTest) -> str:
    return "\n".join(m.value for m in (*test.markdown, *test.text, *test.caption))


def test_the_protocol_page_shows_every_rule_with_its_line_and_what_its_cases_say(few_cases: Path) -> None:
    test = page("protocol")
    test.default_timeout = 120
    test.run()
    assert not test.exception
    assert "0 failed" not in read(test), "they are run when somebody asks"
    next(b for b in test.button if "cases" in b.label).click().run()
    assert not test.exception
    text = read(test)
    rules = station().document.rules
    for rule in rules:
        assert f"**{rule.id} · " in text
    assert f"**{len(rules)} rules, " in text
    assert "0 failed" in text
    assert "not signed" in text
    assert text.count("all pass; missing:") == len(rules) - 2
    stations.leave()


def test_cases_that_cannot_be_read_leave_the_protocol_to_be_read(few_cases: Path) -> None:
    few_cases.with_suffix(".cases.yaml").write_text("cases: [\n")
    test = page("protocol").run()
    next(b for b in test.button if "cases" in b.label).click().run()
    assert not test.exception
    assert any("example.cases.yaml:" in error.value.replace("\\", "") for error in test.error)
    assert f"**{station().document.rules[-1].id} · " in read(test)
    stations.leave()


def test_a_station_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "rooms.yaml"
    broken.write_text("station: x\nprotocol: nope.yaml\nrooms: [{room: '1'}]\n")
    monkeypatch.setenv(settings.ROOMS_VARIABLE, str(broken))
    stations.leave()
    test = page("ward").run()
    assert any(f"{broken}:2:" in error.value.replace("\\", "") for error in test.error)
    stations.leave()


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.py")))
def test_every_page_is_a_page_of_the_ward(here: Station, name: str) -> None:
    settled(here)
    test = page(name, **({"room": "2"} if name == "room" else {})).run()
    assert not test.exception
    shown = frame(test)
    assert {"mode", "clock", "alarm", "menu"} <= shown.keys() and "NOT BEING ASSESSED" in json.dumps(shown)
    assert shown["page"] == name
    if name not in ("ward", "room"):
        assert [one["room"] for one in shown["rooms"]] == [r.room for r in here.rooms.rooms]
        assert [one["act"] for one in shown["emergencies"]] == [{"do": "emergency", "room": "2"}]
        assert shown["banner"]["what"] == "NOT BEING ASSESSED"
