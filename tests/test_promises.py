"""Each row of docs/promises.md in its short form; ``make promise-NAME`` runs one in full."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.live.station import station
from monitor.protocol.cases import Case
from monitor.protocol.condition import CANNOT_TELL, NOT_MET
from monitor.protocol.document import Document
from monitor.views import acts as views
from promises import acts, deletions, page, survivors
from promises.found import Found
from promises.rows import ROWS
from tests import postgres


@pytest.mark.parametrize("name", ROWS)
def test_the_promise_is_kept(name: str) -> None:
    try:
        found = ROWS[name].tries(ROWS[name].quick)
    except postgres.Missing as none:
        pytest.skip(str(none))
    assert found.kept, found.figures


def test_a_protocol_engine_that_takes_missing_for_normal_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = deletions.truths

    def careless(document: Document, case: Case) -> tuple[list[int], list[int]]:
        return tuple([NOT_MET if truth == CANNOT_TELL else truth for truth in found] for found in honest(document, case))

    monkeypatch.setattr(deletions, "truths", careless)
    assert not deletions.keep(40).kept


def test_a_station_that_goes_by_the_room_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(act: dict[str, Any]) -> int | None:
        shown = act.get("session")
        room = next((head.room for head in station().log.heads(open_only=False) if head.session == shown), "")
        return station().follower.session(room)

    monkeypatch.setattr(views, "_session", careless)
    assert not acts.keep(6).kept


def test_tests_that_ask_nothing_let_every_mutant_live(tmp_path: Path) -> None:
    idle = tmp_path / "test_idle.py"
    idle.write_text("def test_nothing():\n    import monitor.protocol.rest\n", encoding="utf-8")
    assert [mutant["result"] for mutant in survivors.tried("protocol/rest", 1, (str(idle),))] == ["survived"]


def test_the_page_of_mutants_has_a_row_for_each_module_of_the_core() -> None:
    core = ("monitor/protocol/*.py", "monitor/commands/*.py", "monitor/infusion.py", "monitor/session.py", "monitor/ward.py")
    there = {path.relative_to(survivors.ROOT / "monitor").with_suffix("").as_posix() for what in core for path in survivors.ROOT.glob(what)}
    assert {name for name in there if not name.endswith("__init__")} == set(survivors.CORE) == survivors.rows().keys()


def test_the_page_lists_every_row_that_can_be_run() -> None:
    assert ROWS.keys() <= page.rows().keys()


def test_a_run_leaves_its_result_in_its_own_row_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "promises.md"
    copy.write_text(page.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", copy)
    before = page.rows()
    page.keep("power-cut", Found(kept=False, figures="3 lost"), date(2026, 11, 25))
    promise, result, on = page.rows().pop("power-cut")
    assert (promise, result, on) == (before["power-cut"][0], "**NOT KEPT:** 3 lost", "2026-11-25")
    assert {k: v for k, v in page.rows().items() if k != "power-cut"} == {k: v for k, v in before.items() if k != "power-cut"}
