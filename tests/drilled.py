"""A short drill of two rooms whose hidden texts hold planted words, and a finished run of it."""

from __future__ import annotations

from pathlib import Path

from monitor.drills.drill import load_drill
from monitor.drills.nurse import Nurse
from monitor.drills.play import play
from monitor.protocol.document import Document
from monitor.store import lease, open_log

PLANTED = ("quagga", "thylacine", "aurochs", "bandicoot", "dodo", "161803")
"""Words of the hidden texts, and the seed. Nothing that a trainee sees has them, in any letters."""
SEED = 161803
TITLE = "Two rooms, short"
TRAINEE = "T-07"

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
minutes: 7
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


def finished(folder: Path, document: Document, url: str) -> list[int]:
    """The sessions of a run that a slow nurse has played to its end."""
    log = open_log(url)
    held = lease.acquire(log)
    assert held is not None
    nurse = Nurse(document, reacts_s=50)
    nurse.name = TRAINEE
    try:
        return play(log, held.number, document, load_drill(str(planted(folder))), SEED, nurse)
    finally:
        held.release()
        log.close()


def leaked(text: str) -> list[str]:
    """Which planted words stand in it."""
    return [word for word in PLANTED if word in text.lower()]
