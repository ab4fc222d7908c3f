"""Writes the stores beside this file, with the program of the commit that the README names; never with a later one.

From the root of that commit: python -m tests.stored.write FOLDER (with this folder copied there).
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import charting
from monitor import commands as c
from monitor import events as e
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.drills.drill import load_drill
from monitor.drills.nurse import Nurse
from monitor.drills.run import end_run, open_run
from monitor.infusion import Order
from monitor.protocol.document import Document, load_protocol
from monitor.review.replay import reassess
from monitor.store import accounts, open_log
from monitor.store.log import TRAIL, Draft, EventLog
from monitor.ward import Ward
from tests import drilled
from tests.conftest import Time

HERE = Path("tests/stored")
"""Under this name the sources stand in the log: the tests run where this leads to them."""
PROTOCOL, SCENARIO = HERE / "protocol.yaml", HERE / "pleasant.yaml"
MIRA, JONAS = "Mira", "Jonas"


class Shift:
    """A ward whose seconds pass when they are told to."""

    def __init__(self, log: EventLog, document: Document, time: Time) -> None:
        self.log, self.document, self.time = log, document, time
        self.ward, self.second = Ward(log, document, log.number_lease("test")), 0

    def until(self, second: int) -> None:
        while self.second < second:
            self.second += 1
            self.time.pass_by(1)
            self.ward.round()

    def does(self, session: int, by: str, *commands: c.Command) -> None:
        for command in commands:
            c.carry_out(self.log, self.document, session, by, command)

    def last(self, session: int, kind: str) -> int:
        return next(x.seq for x in reversed(self.log.entries(session)) if x.kind == kind)

    def takes_back(self, session: int, by: str, kind: str, instead: dict[str, object] | None, reason: str) -> None:
        entries = self.log.entries(session)
        self.does(session, by, c.correct(entries, self.last(session, kind), instead, reason))

    def answers(
        self, session: int, by: str, rule: str, what: e.Answer, options: Sequence[str] = (), reason: str = "", acts: Sequence[c.Command] = ()
    ) -> None:
        prompt = self.ward.courses[session].assessment.state.prompts[rule]
        assert prompt.unanswered, f"{rule} does not ask at {self.second}"
        self.does(session, by, c.answer(rule, prompt.episode, what, options, reason, acts))


def settle(shift: Shift, room: str, alias: str, seed: int = 3) -> int:
    patient = Patient(alias, "4711", 41, 72, ("penicillin",), ("motion_sickness",), 3)
    admitted = admit_simulated(room, patient, SCENARIO, seed, shift.document)
    return c.open_session(shift.log, admitted.opened, admitted.source, 1.0, MIRA)


def prepare(shift: Shift, session: int) -> None:
    """An order beyond what is usual, a checklist with an override, a baseline."""
    shift.does(session, MIRA, c.take_watch(MIRA))
    shift.does(session, MIRA, c.set_order(Order(dose_mg_per_kg=0.5, weight_kg=72, minutes=40, concentration_mg_per_ml=2)))
    shift.does(session, MIRA, c.set_order(Order(dose_mg_per_kg=0.8, weight_kg=74, minutes=40), c.Override("Dr Holm", "as in May")))
    stops = next(
        (i, a) for i in shift.document.checklists["before"] if i.override and i.effect == "blocks" for a in i.answers if a.stops
    )
    for said in well_answered(shift.document):
        shift.does(session, MIRA, c.check("before", said.item, said.answers[0]))
    shift.does(session, MIRA, c.check("before", stops[0].id, stops[1].id, c.Override("Dr Holm", "seen by him")))
    shift.does(session, MIRA, c.set_cuff_interval(120), c.start_cuff())


def treat(shift: Shift, session: int) -> None:
    """Everything that is charted while an infusion runs, with what was answered, corrected and written late."""
    at = shift.second
    shift.does(session, MIRA, c.set_baseline(118, 74, 70, 98), c.start(c.Override("Dr Holm", "as ordered"), pump_seen=True))
    shift.until(at + 20)
    shift.does(session, MIRA, c.score("dissociation", 3), c.score("comfort", 6), c.observe("seen"), c.score("nausea", 6))
    shift.until(at + 25)
    given = c.give_drug("ondansetron", 4, "IV", fact=True, for_at=at + 22)
    shift.answers(session, MIRA, "D-24", e.Answer.DID, ["antiemetic", "call"], acts=[given, c.observe("called", "prescriber")])
    shift.takes_back(session, MIRA, "scored", {"scale": "nausea", "value": 5}, "a slip")
    shift.does(session, MIRA, c.give_drug("ondansetron", 4, "IV", fact=True, override=c.Override("Dr Holm", "again"), for_at=at + 5))
    shift.does(session, MIRA, c.give_drug("metoclopramide", 10, "IV", fact=True))
    shift.takes_back(session, MIRA, "drug_given", None, "not given after all")
    shift.does(session, MIRA, c.note("She asks for the blue blanket."), c.observe("oxygen", number=2), c.observe("resting"))
    shift.until(at + 40)
    shift.does(session, JONAS, c.chart_pressure(131, 80), c.chart_pressure(126, 78, for_at=at + 10), c.symptom("chest_pain"))
    shift.until(at + 45)
    shift.answers(session, JONAS, "E-4", e.Answer.DEFERRED, reason=shift.document.reasons_defer[0])
    shift.takes_back(session, JONAS, "symptom_charted", None, "meant for the other room")
    shift.does(session, JONAS, c.change_rate(0.6), c.change_rate(0.9, found=True), c.pause("dizzy"))
    shift.until(at + 55)
    shift.does(session, JONAS, c.resume(0.7), c.go_away("bathroom", "Jonas", 5))
    shift.until(at + 65)
    shift.does(session, JONAS, c.come_back(), c.pause_audio(120, None), c.resume_audio(), c.ask())
    shift.does(session, MIRA, c.emergency(), c.emergency_act("help_called"), c.emergency_act("infusion_stopped"))
    shift.until(at + 70)
    shift.answers(session, MIRA, "E-5", e.Answer.DECLINED, reason=shift.document.reasons_decline[0])
    shift.does(session, MIRA, c.end_emergency("fainted, well again"), c.start_cuff(), c.stop_cuff())
    shift.does(session, MIRA, c.offer_watch(JONAS, ["Third infusion", "0.5 mg/kg"]))
    shift.does(session, JONAS, c.end_offer())
    shift.does(session, MIRA, c.offer_watch("", ["Third infusion"]))
    shift.does(session, JONAS, c.accept_watch(JONAS))
    shift.does(session, JONAS, c.set_pace(0))
    shift.until(at + 74)
    shift.does(session, JONAS, c.go_on(), c.sound_changed(False), c.sound_changed(True), c.leave_watch(), c.take_watch(JONAS, 15))
    shift.does(session, JONAS, c.score("cadss6", 3, [(i, 1) for i in sorted(charting.CADSS6_ITEMS)[:3]]), c.symptom("chest_pain", present=False))
    shift.until(at + 80)
    shift.does(session, JONAS, c.start_cuff())
    shift.until(at + 120)
    shift.does(session, JONAS, c.rest_cuff())
    shift.until(at + 130)


def end(shift: Shift, session: int) -> None:
    shift.does(session, JONAS, c.stop(True, "all in", for_at=shift.second - 15), c.leave_watch(), c.take_watch(MIRA, 15))
    shift.until(shift.second + 20)
    shift.does(session, MIRA, c.discharge("her sister", against_advice=True, reason="has to catch a train"))
    shift.until(shift.second + 5)
    shift.does(session, MIRA, c.close("home"))
    shift.until(shift.second + 2)


def open_story(shift: Shift) -> None:
    session = settle(shift, "3", "Otter")
    shift.until(100)
    prepare(shift, session)
    shift.until(150)
    treat(shift, session)
    shift.does(session, MIRA, c.offer_watch(JONAS, ["Third infusion", "0.7 mg/kg/h"]), c.symptom("severe_headache"))
    shift.until(shift.second + 5)


def closed_story(shift: Shift) -> None:
    session = settle(shift, "3", "Otter", seed=5)
    shift.until(100)
    prepare(shift, session)
    shift.until(150)
    treat(shift, session)
    end(shift, session)
    settle(shift, "3", "Lark", seed=6)
    shift.until(shift.second + 30)
    shift.log.note(Draft("exported", MIRA, json.dumps({"what": "debrief", "sessions": [session]})))


def ward_story(shift: Shift) -> None:
    first, second = settle(shift, "1", "Otter"), settle(shift, "2", "Maple", seed=4)
    shift.until(100)
    prepare(shift, first)
    shift.until(140)
    treat(shift, first)
    shift.does(second, JONAS, c.take_watch(JONAS), c.emergency())
    shift.until(shift.second + 10)
    end(shift, first)
    shift.until(shift.second + 3)


def drill_story(shift: Shift) -> None:
    log, document = shift.log, shift.document
    planned = load_drill(str(drilled.planted(HERE)))
    places = [replace(place, file=HERE / place.file.name) for place in planned.places]
    sessions = open_run(log, document, replace(planned, places=places), drilled.SEED, drilled.TRAINEE)
    nurse = Nurse(document, reacts_s=50)
    while shift.second < drilled.MINUTES * 60 + 5:
        shift.until(shift.second + 5)
        for course in shift.ward.courses.values():
            seen = course.assessment
            for command in list(nurse.acts(seen.state.opened.room, seen.state, seen.window, course.at)):
                with suppress(c.Refusal):
                    shift.does(course.session, drilled.TRAINEE, command)
        if shift.second == 200:
            shift.does(sessions[0], "Ines", c.inject({"nausea": 6}), c.instructor_note("Looked at the other room first."))
            shift.does(sessions[0], drilled.TRAINEE, c.open_room(), c.ask())
    end_run(log, document, sessions, drilled.TRAINEE)


STORIES: dict[str, Callable[[Shift], None]] = {"open": open_story, "closed": closed_story, "ward": ward_story, "drill": drill_story}


def write(out: Path) -> None:
    document, told = load_protocol(PROTOCOL), {}
    for name in STORIES:
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            time, file = Time(), Path(folder) / "log.db"
            time.turns(patch)
            with closing(open_log(file, lambda time=time: time.wall, mode="ward" if name == "ward" else "training")) as log:
                STORIES[name](Shift(log, document, time))
                told[name] = {
                    "digests": {str(h.session): reassess(log, h.session, document).stored for h in log.heads(open_only=False)},
                    "again": {str(h.session): reassess(log, h.session, document).again for h in log.heads(open_only=False)},
                    "heads": {str(h.session): h.hash for h in log.heads(open_only=False)},
                    "trail": len(log.entries(TRAIL)),
                    "kinds": sorted({x.kind for h in log.heads(open_only=False) for x in log.entries(h.session)}),
                }
            if name == "ward":
                kept = accounts.Accounts(accounts.beside(f"sqlite:///{file}"))
                kept.add(MIRA, ["nurse"], "six quiet words on a wall")
                kept.add(JONAS, ["charge"], "seven quiet words on a wall")
                pack(accounts.beside(f"sqlite:///{file}"), out / "ward.accounts.db.gz")
            pack(file, out / f"{name}.db.gz")
    (out / "stored.json").write_text(json.dumps({"protocol_digest": document.digest, "stores": told}, indent=1) + "\n", encoding="utf-8")


def pack(file: Path, out: Path) -> None:
    """The database as one file, without its journal."""
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    out.write_bytes(gzip.compress(file.read_bytes(), mtime=0))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
