"""What may be taken along names nobody."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace

from monitor import events as e
from monitor.board.debrief import debrief_frame
from monitor.protocol.document import Document
from monitor.review import progress
from monitor.review.pseudonyms import pseudonyms, without_names
from monitor.review.reading import Room, read_run
from monitor.review.score import score
from monitor.store import open_log
from tests.conftest import FinishedRun
from tests.drilled import TRAINEE


def rooms_of(run: FinishedRun, document: Document) -> list[Room]:
    with closing(open_log(run.url)) as log:
        return read_run(log, document, run.number)


def of_people(run: FinishedRun, document: Document) -> list[Room]:
    """The run as a clinic has it that keeps runs under names: a trainee, an instructor, and a third who is only told of."""

    def told(entry: e.Logged) -> e.Logged:
        by = "Amal Haddad" if entry.by == TRAINEE else entry.by
        if isinstance(entry.event, e.DrillStarted):
            return replace(entry, by="Vera Quist", event=entry.event.model_copy(update={"trainee": "amal haddad"}))
        return replace(entry, by=by)

    rooms = []
    for room in rooms_of(run, document):
        last = room.log[-1]
        notes = [
            replace(last, tick=60, by="Vera Quist", event=e.TruthNoted(text="Amal Haddad asked VERA QUIST; the Haddads' dodo waits.")),
            replace(last, tick=70, by="Jo", event=e.WatchOffered(to="Bea Brandt")),
        ]
        rooms.append(replace(room, log=(*map(told, room.log[:-1]), *notes, told(last))))
    return rooms


def test_a_debrief_has_codes_for_names_wherever_they_stand(finished_run: FinishedRun, document: Document) -> None:
    rooms = of_people(finished_run, document)
    before = json.dumps(debrief_frame(rooms))
    assert all(name in before for name in ("Amal Haddad", "amal haddad", "Vera Quist", "VERA QUIST", "Bea Brandt"))
    after = json.dumps(without_names(debrief_frame(rooms), pseudonyms(rooms)))
    assert not [name for name in ("amal", "vera", "quist", "bea brandt") if name in after.lower()]
    assert f"trainee-{finished_run.number} asked person 2; the Haddads' dodo waits." in after
    assert json.loads(after)["trainee"] == f"trainee-{finished_run.number}"
    assert "Jo" in before and '"Jo"' not in after


def test_a_trainee_s_code_and_a_policy_s_name_stay(finished_run: FinishedRun, document: Document) -> None:
    rooms = rooms_of(finished_run, document)
    codes = pseudonyms(rooms)
    assert codes.pop("colleague") == "person 1"
    assert codes == {TRAINEE.casefold(): TRAINEE}
    assert without_names(debrief_frame(rooms), codes) == debrief_frame(rooms)
    assert without_names({"policy": "protocol-nurse"}, {"nurse": "person 1"}) == {"policy": "protocol-nurse"}


def test_a_table_of_runs_kept_under_a_name_has_their_number_for_it(finished_run: FinishedRun, document: Document) -> None:
    rooms = of_people(finished_run, document)
    run = progress.Run(tuple(rooms), score(rooms).rooms)
    text = progress.as_csv([run])
    assert "haddad" not in text.lower()
    assert {row["trainee"] for row in csv.DictReader(io.StringIO(text))} == {f"trainee-{finished_run.number}"}
