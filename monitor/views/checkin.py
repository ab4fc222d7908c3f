"""Check-in: a patient settles in an empty room."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitor import commands, settings
from monitor.admission import Admission, Patient, admit_recorded, admit_simulated
from monitor.language import say
from monitor.live.station import station
from monitor.simulator import scenario as scenarios
from monitor.sources.source import BadFile
from monitor.store.log import RoomTaken, StoreError
from monitor.views.dialogs import Fill
from monitor.views.guard import present

RECORDINGS = settings.SAMPLE_DATA / "recordings"


def checkin_form(room: str, fill: Fill) -> None:
    """Who comes, what earlier sessions did, and where the samples come from."""
    document = station().document
    kind = st.radio(say("Source"), [say("a simulated patient"), say("a recording")], horizontal=True)
    left, right = st.columns(2)
    alias = left.text_input(say("Alias"), max_chars=40)
    second = right.text_input(say("Second identifier"), max_chars=40, help=say("Such as the year of birth or a file number."))
    age = left.number_input(say("Age, years"), 0, 120, None, placeholder=say("as the scenario has it"))
    weight = right.number_input(say("Weight, kg"), 1.0, 400.0, None, placeholder=say("as the scenario has it"))
    allergies = left.text_input(say("Allergies, separated by commas"), max_chars=200)
    number = right.number_input(say("Infusion number in the series"), 1, 500, None)
    earlier = st.multiselect(say("Earlier sessions and history"), list(document.history), format_func=lambda f: document.history[f])
    if kind == say("a simulated patient"):
        ids = scenarios.ids()
        chosen = st.selectbox(say("Scenario"), ids, format_func=_title)
        seed = left.number_input(say("Seed"), 0, 2**31, 1)
        path = scenarios.find_scenario(chosen)
    else:
        files = sorted(p for p in RECORDINGS.iterdir() if p.suffix in (".csv", ".hea", ".vital"))
        typed = st.text_input(say("Recording"), str(files[0]) if files else "", help=say("A file on this computer."))
        path, seed = Path(typed), 0
    speed = right.number_input(say("Speed, times real time"), 1.0, 60.0, 1.0, 1.0)
    if st.button(say("Open the session"), type="primary"):
        if not alias.strip():
            st.error(say("Give the patient an alias."))
            return
        patient = Patient(
            alias=alias.strip(),
            second_id=second.strip(),
            age=int(age) if age is not None else None,
            weight_kg=weight,
            allergies=tuple(a.strip() for a in allergies.split(",") if a.strip()),
            earlier=tuple(earlier),
            number=int(number) if number is not None else None,
        )
        try:
            if kind == say("a simulated patient"):
                admitted = admit_simulated(room, patient, path, int(seed), document)
            else:
                admitted = admit_recorded(room, patient, path, document)
            _open(admitted, float(speed))
        except BadFile as wrong:
            st.error(str(wrong))
        except commands.Refusal as refusal:
            st.error(refusal.sentence)
        except RoomTaken:
            st.error(say("Somebody has opened a session in this room meanwhile."))
        except StoreError as trouble:
            st.error(say("Not saved: {trouble} What you typed is still here; try again.", trouble=trouble))
        else:
            st.rerun()


def _open(admitted: Admission, speed: float) -> None:
    commands.open_session(station().log, admitted.opened, admitted.source, speed, present())


def _title(name: str) -> str:
    try:
        return scenarios.load_scenario(name).title
    except BadFile:
        return say("{name} (cannot be read)", name=name)
