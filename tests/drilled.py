"""A short drill of two rooms whose hidden texts hold planted words, and a finished run of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from monitor import commands
from monitor.drills.drill import load_drill
from monitor.drills.nurse import Nurse
from monitor.drills.run import end_run, open_run
from monitor.protocol.document import Document
from monitor.store.log import EventLog
from monitor.ward import Ward

PLANTED = ("quagga", "thylacine", "aurochs", "bandicoot", "dodo", "161803")
"""Words of the hidden texts, and the seed. Nothing that a trainee sees has them, in any letters."""
SEED = 161803
TITLE = "Two rooms, short"
TRAINEE = "T-07"
MINUTES = 7

_SCENARIO = """
id: quagga-{n}
title: Thylacine number {n}
summary: The aurochs comes at minute one.
patient: {{age: 4{n}, sex: female, weight_kg: 7{n}, infusion: {n}, persona: strange}}
order: {{dose_mg_per_kg: 0.5, minutes: 40, start: 1:00}}
happenings:
  - {{at: 1:30, probe_off: 90 s}}
  - {{at: 2:30, frightened: 8}}
  - {{at: 3:00, says: Is anybody there?}}
goals: [A bandicoot is not chased.]
critical:
  - event: A dodo
    onset: 1:30
    shows: [spo2]
    limit: {{of: spo2, below: 90}}
    acts: [{{do: probe, by: 3:00, why: A dodo is put back.}}]
restraint:
  - {{leave: stopped, why: The bandicoot needs no stop.}}
"""
_DRILL = f"""
id: aurochs-shift
title: {TITLE}
summary: A dodo in each room.
briefing: [You watch two rooms.]
minutes: {MINUTES}
rooms:
  - {{scenario: quagga-1.yaml, starts: 1:00}}
  - {{scenario: quagga-2.yaml, starts: 1:30}}
goals: [See the dodo.]
"""


def planted(folder: Path) -> Path:
    """The drill's file, with its scenarios beside it."""
    for n in (1, 2):
        (folder / f"quagga-{n}.yaml").write_text(_SCENARIO.format(n=n), encoding="utf-8")
    drill = folder / "aurochs-shift.yaml"
    drill.write_text(_DRILL, encoding="utf-8")
    return drill


def opened(folder: Path, document: Document, log: EventLog) -> list[int]:
    """The sessions of a run that has just begun."""
    return open_run(log, document, load_drill(str(planted(folder))), SEED, TRAINEE)


def finished(folder: Path, document: Document, log: EventLog, pass_by: Callable[[float], None]) -> int:
    """The number of a run that a trainee has played to its end: one who does as the protocol nurse does, slowly."""
    ward, nurse = Ward(log, document, log.number_lease("test")), Nurse(document, reacts_s=50)
    sessions = opened(folder, document, log)
    for _ in range(0, MINUTES * 60 + 5, 5):
        pass_by(5)
        ward.round()
        for course in ward.courses.values():
            seen = course.assessment
            for command in list(nurse.acts(seen.state.opened.room, seen.state, seen.window, course.at)):
                with suppress(commands.Refusal):
                    commands.carry_out(log, document, course.session, TRAINEE, command)
    end_run(log, document, sessions, TRAINEE)
    return sessions[0]


def leaked(text: str) -> list[str]:
    """Which planted words stand in it."""
    return [word for word in PLANTED if word in text.lower()]
