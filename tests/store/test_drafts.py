"""What is half written is kept for one person at one station, and for half a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import clock
from monitor.store.drafts import KEPT_H, Draft, Drafts
from monitor.store.log import StoreError
from tests.conftest import Time


@pytest.fixture
def drafts(tmp_path: Path, time: Time) -> Iterator[Drafts]:
    kept = Drafts(tmp_path / "log.drafts.db")
    yield kept
    kept.close()


def noted(text: str, **more: object) -> Draft:
    now = clock.stamp(clock.now())
    return Draft("note", "3", 17, "Room 3 · Lark", "desk", "M. Ortiz", written={"text": text, "what": ["a", "b"]}, began=now, changed=now, **more)  # type: ignore[arg-type]


def test_what_was_kept_last_is_what_there_is_also_after_a_restart(drafts: Drafts) -> None:
    draft = noted("He is")
    drafts.keep(draft)
    draft.written["text"] = "He is nauseated"
    draft.seen["order"] = {"dose": 0.5}
    drafts.keep(draft)
    again = Drafts(drafts.path)
    assert again.of("M. Ortiz", "desk") == [draft]
    again.close()


def test_nobody_else_and_no_other_station_is_given_it(drafts: Drafts) -> None:
    drafts.keep(noted("private"))
    assert drafts.of("S. Lee", "desk") == []
    assert drafts.of("M. Ortiz", "another desk") == []


def test_it_is_gone_when_it_was_dropped_and_after_half_a_day(drafts: Drafts, time: Time) -> None:
    first, second = noted("one"), noted("two")
    drafts.keep(first)
    drafts.keep(second)
    drafts.drop(first.id)
    assert [d.id for d in drafts.of("M. Ortiz", "desk")] == [second.id]
    time.wall += timedelta(hours=KEPT_H, seconds=1)
    assert drafts.of("M. Ortiz", "desk") == []


def test_the_name_at_a_station_is_known_for_the_day(drafts: Drafts, time: Time) -> None:
    drafts.call("desk", "M. Ortiz")
    drafts.call("desk", "S. Lee")
    assert drafts.called("desk") == "S. Lee"
    assert drafts.called("another desk") == drafts.called("") == ""
    time.wall += timedelta(hours=KEPT_H, seconds=1)
    assert drafts.called("desk") == ""


def test_the_file_is_its_owner_s_alone(drafts: Drafts) -> None:
    assert drafts.path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "log.drafts.db"
    broken.write_bytes(b"no database" * 400)
    with pytest.raises(StoreError, match=r"log\.drafts\.db: half-written forms cannot be kept"):
        Drafts(broken)
