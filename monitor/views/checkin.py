"""Check-in: a patient settles in an empty room."""

from __future__ import annotations

from pathlib import Path

from monitor import commands, settings
from monitor.admission import Admission, Patient, admit_recorded, admit_simulated
from monitor.events import LONGEST_NAME
from monitor.forms.filling import Filling, Option
from monitor.language import say
from monitor.live.station import station
from monitor.protocol.usual import weight_question
from monitor.simulator import scenario as scenarios
from monitor.sources.opening import recordings
from monitor.sources.source import BadFile
from monitor.store.log import RoomTaken, StoreError
from monitor.views.guard import present

SIMULATED, RECORDED = "simulated", "recorded"
ANY_AGE, ANY_WEIGHT_KG = (0.0, 120.0), (1.0, 400.0)
"""Where the protocol says nothing of who is treated."""
MOST_SPEED, LARGEST_SEED, MOST_INFUSIONS = 60, 2**31, 500


def checkin_form(f: Filling) -> None:
    """Who comes, what earlier sessions did, and where the samples come from."""
    document = f.document
    alias = f.text("alias", say("Alias"), 40, needed=True)
    second = f.text("second", say("Second identifier"), 40, hint=say("such as the year of birth or a file number"))
    adults = document.adults
    ages, weights = (adults.age, adults.weight_kg) if adults is not None else (ANY_AGE, ANY_WEIGHT_KG)
    age = f.number("age", say("Age"), say("years"), *ages, _as_it_has(f), whole=True)
    weight = f.number("weight", say("Weight"), say("kg"), *weights, _as_it_has(f))
    if weight is not None and (question := weight_question(weight, age, adults)) is not None:
        f.ask(f"weight-{weight:g}-{age}", question)
    allergies = f.listed("allergies", say("Allergies"), LONGEST_NAME, say("separated by commas"))
    number = f.number("number", say("Infusion number in the series"), "", 1, MOST_INFUSIONS, whole=True)
    earlier = f.choices("earlier", say("Earlier sessions and history"), [Option(i, label) for i, label in document.history.items()])
    f.part(say("Where its numbers come from"))
    kinds = [Option(SIMULATED, say("a simulated patient")), Option(RECORDED, say("a recording"))]
    kind = f.choice("kind", say("Source"), kinds, needed=True)
    path, seed = _source(f, kind)
    speed = f.number("speed", say("Speed"), say("times real time"), 1, MOST_SPEED, say("empty: as fast as the world"))
    if alias and any(v.state.opened.alias.casefold() == alias.casefold() for v in f.picture.views.values()):
        rooms = ", ".join(r for r, v in f.picture.views.items() if v.state.opened.alias.casefold() == alias.casefold())
        f.ask(f"alias-{alias}", say("Room {rooms} has a patient called {alias} too. Is this another person?", rooms=rooms, alias=alias))
    patient = Patient(
        alias=alias,
        second_id=second,
        age=int(age) if age is not None else None,
        weight_kg=weight,
        allergies=allergies,
        earlier=tuple(earlier),
        number=int(number) if number is not None else None,
    )

    def opened() -> commands.Refusal | None:
        assert path is not None
        return _open(f.draft.room, patient, kind, path, seed, speed or 1.0)

    f.button("save", say("Open the session"), does=opened if path is not None else None)


def _as_it_has(f: Filling) -> str:
    """A simulated patient has an age and a weight of their own."""
    return say("empty: as the scenario has it") if f.draft.written.get("kind") == SIMULATED else ""


def _source(f: Filling, kind: str) -> tuple[Path | None, int]:
    """The file that gives the numbers, and the seed of a simulated patient."""
    if kind == SIMULATED:
        titles = f.keep("scenarios", lambda: {name: _title(name) for name in scenarios.ids()})
        chosen = f.choice("scenario", say("Scenario"), [Option(name, title) for name, title in titles.items()], needed=True)
        seed = f.number("seed", say("Seed"), "", 0, LARGEST_SEED, say("empty: 1; another one is another patient"), whole=True)
        return scenarios.find_scenario(chosen) if chosen else None, 1 if seed is None else int(seed)
    if kind == RECORDED:
        folder = settings.folder_beside(station().rooms_file, station().rooms.recordings)
        found = {one.path.name: one for one in (recordings(folder) if folder is not None else ())}
        options = [Option(name, f"{name}: {one.title}", one.wrong, bool(one.wrong)) for name, one in found.items()]
        chosen = f.choice("recording", say("Recording"), options, needed=True)
        if not chosen:
            return None, 0
        doubts = found[chosen].doubts
        for doubt in doubts:
            f.note(doubt)
        if doubts:
            f.ask(f"doubts-{chosen}", say("This was assumed or left out when the recording was read. Is it to be shown all the same?"))
        return found[chosen].path, 0
    return None, 0


def _open(room: str, patient: Patient, kind: str, path: Path, seed: int, speed: float) -> commands.Refusal | None:
    document = station().document
    try:
        if kind == SIMULATED:
            admitted: Admission = admit_simulated(room, patient, path, seed, document)
        else:
            admitted = admit_recorded(room, patient, path, document)
        commands.open_session(station().log, admitted.opened, admitted.source, speed, present())
    except commands.Refusal as refusal:
        return refusal
    except BadFile as wrong:
        return commands.Refusal("bad_file", str(wrong))
    except RoomTaken:
        return commands.Refusal("taken", say("Somebody has opened a session in this room meanwhile."))
    except StoreError as trouble:
        return commands.Refusal("not_saved", say("Not saved: {trouble} What you typed is still here; try again.", trouble=trouble))
    return None


def _title(name: str) -> str:
    try:
        return scenarios.load_scenario(name).title
    except BadFile:
        return say("{name} (cannot be read)", name=name)
