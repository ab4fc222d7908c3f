"""A scenario that names what the protocol does not know is refused before anybody plays it, with what is known and the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.admission import Patient, admit_simulated
from monitor.protocol.document import Document
from monitor.review.checked import check_scenario
from monitor.yamlmarks import BadFile

TEXT = "id: mine\ntitle: Mine\npatient:\n  age: 40\n  weight_kg: 70\n"
SYMPTOM = TEXT + "happenings:\n  - {at: 1:00, symptom: chest_pian}\n"
SHOWS = TEXT + "critical:\n  - event: Sick\n    onset: 1:00\n    shows: [spo2, nausae]\n    acts: [{do: stopped, by: 5:00}]\n"


@pytest.mark.parametrize(
    ("text", "line", "says"), [(SYMPTOM, 7, "was chest_pain meant? known are"), (SHOWS, 9, "was nausea meant? known are")]
)
def test_an_unknown_name_is_refused_with_its_line_the_nearest_and_what_is_known(
    text: str, line: int, says: str, tmp_path: Path, document: Document
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(BadFile) as caught:
        list(check_scenario(file, document))
    assert says in str(caught.value) and caught.value.line == line


def test_nobody_is_settled_with_a_symptom_that_nobody_could_chart(tmp_path: Path, document: Document) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SYMPTOM)
    with pytest.raises(BadFile, match="was chest_pain meant"):
        admit_simulated("1", Patient(alias="A"), file, 1, document)


def test_symptoms_scales_and_observations_can_be_shown(tmp_path: Path, document: Document) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SHOWS.replace("nausae", "chest_pain, nausea, vomited, sedation"))
    assert admit_simulated("1", Patient(alias="A"), file, 1, document).source.simulator == 2
