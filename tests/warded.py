"""A ward with two patients, as the tests of its door find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest.mock import patch

from argon2 import PasswordHasher

from monitor import commands, settings
from monitor.admission import Patient, admit_simulated
from monitor.protocol.document import Document
from monitor.store import accounts, open_log
from monitor.store.log import Entry

PASSWORD = "six quiet words on a wall"
ALIASES = {"1": "Otter", "2": "Maple"}


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hashes as they are, at a hundredth of their price. What is checked brings its own price along."""
    with patch.object(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)):
        yield


def rooms(ward: str) -> str:
    """The rooms file of a station in ward mode; ``ward``: what it is held to, as YAML."""
    listed = ", ".join(f'{{room: "{room}"}}' for room in ALIASES)
    return f"station: Ward 3\nprotocol: protocols/example.yaml\nmode: ward\nward: {ward}\nrooms: [{listed}]\n"


def settled(store: str, document: Document, *first: commands.Command, by: str = "nurse") -> None:
    """A patient for each room, with what is charted of each first."""
    with closing(open_log(store, mode="ward")) as log:
        for room, alias in ALIASES.items():
            scenario = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
            admitted = admit_simulated(room, Patient(alias, weight_kg=70), scenario, 1, document)
            session = commands.open_session(log, admitted.opened, admitted.source, 1.0, by)
            for command in first:
                commands.carry_out(log, document, session, by, command)


def entries(store: str) -> list[Entry]:
    """Everything that is stored of its open sessions."""
    with closing(open_log(store, mode="ward")) as log:
        return [entry for head in log.heads() for entry in log.entries(head.session)]
