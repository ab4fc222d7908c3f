"""Those who play for points, or for none: each plays a short drill, and its debrief is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.board.debrief import debrief_frame
from monitor.drills.drill import Planned, load_drill
from monitor.drills.play import play
from monitor.drills.script import load_policy
from monitor.protocol.document import Document
from monitor.review.reading import read_run
from monitor.settings import SAMPLE_DATA
from monitor.store import lease
from monitor.store.memory import MemoryLog
from monitor.yamlmarks import read_yaml

_FILE, _ = read_yaml(Path(__file__).parent / "trainees.yaml")
assert isinstance(_FILE, dict)
TRAINEES: list[dict[str, Any]] = _FILE["trainees"]


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    (tmp_path / "short.yaml").write_text(_FILE["scenario"])
    drill = tmp_path / "drill.yaml"
    drill.write_text(f"id: drill\ntitle: Short\nminutes: {_FILE['minutes']}\nrooms: [{{scenario: short.yaml}}]\n")
    return load_drill(str(drill))


def policy(trainee: dict[str, Any], folder: Path) -> str:
    name = trainee["policy"]
    if "script" in trainee:
        file = folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(trainee["script"]))
        return str(file)
    shipped = SAMPLE_DATA / "policies" / f"{name}.yaml"
    return str(shipped) if shipped.exists() else name


@pytest.mark.parametrize("trainee", TRAINEES, ids=[x["policy"] for x in TRAINEES])
def test_the_debrief_gives_what_was_earned_and_names_what_was_lost(
    document: Document, planned: Planned, tmp_path: Path, trainee: dict[str, Any]
) -> None:
    log = MemoryLog()
    held = lease.acquire(log)
    assert held is not None
    sessions = play(log, held.number, document, planned, 1, load_policy(policy(trainee, tmp_path), document))
    frame = debrief_frame(read_run(log, document, sessions[0]))
    run, room = frame["runs"][0], frame["rooms"][0]
    lost = [x["why"] for part in [*room["events"], *room["parts"]] for x in part["lost"]]
    assert run["incomplete"] is trainee.get("incomplete", False) and (run["score"] is None) is run["incomplete"]
    if not run["incomplete"]:
        assert trainee.get("least", 0) <= run["score"] / run["max"] <= trainee.get("most", 1), lost
        missing = sum(x["points"] for part in [*room["events"], *room["parts"]] for x in part["lost"])
        assert run["max"] - run["score"] <= missing + 0.2
    for words in trainee.get("says", ()):
        assert any(words in why for why in lost), (words, lost)
    for words in trainee.get("never", ()):
        assert not any(words in why for why in lost), (words, lost)
    beside = {x["who"]: x["score"] / x["max"] for x in frame["runs"][1:]}
    if "people" in trainee:
        assert list(beside) == trainee["people"]
        assert beside["T-8"] == 0 < beside["Together"] < run["score"] / run["max"], "each act is its author's, and all of them the drill's"
    assert bool(room["helped"]) is trainee.get("helped", False)
