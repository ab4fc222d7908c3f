"""The recordings of a folder, as check-in lists them."""

from __future__ import annotations

import shutil
from pathlib import Path

from monitor import settings
from monitor.sources.opening import recordings

SHIPPED = settings.SAMPLE_DATA / "recordings" / "little-felt.csv"


def test_each_recording_is_listed_with_its_title_or_with_what_is_wrong(tmp_path: Path) -> None:
    shutil.copy(SHIPPED, tmp_path / "b.csv")
    (tmp_path / "a.csv").write_text("time,mood\n0,good\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing to list", encoding="utf-8")
    (tmp_path / "c.csv").mkdir()
    broken, whole = recordings(tmp_path)
    assert (broken.path.name, broken.title) == ("a.csv", "a.csv")
    assert broken.wrong and "\n" not in broken.wrong
    assert (whole.path.name, whole.wrong) == ("b.csv", "")
    assert "b.csv" in whole.title or "little-felt" in whole.title


def test_a_file_that_was_mended_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time,mood\n0,good\n", encoding="utf-8")
    assert recordings(tmp_path)[0].wrong
    shutil.copy(SHIPPED, file)
    assert not recordings(tmp_path)[0].wrong


def test_a_folder_that_is_gone_has_none(tmp_path: Path) -> None:
    assert recordings(tmp_path / "gone") == []
