"""Opening the source that a session's log names, the same one again after a restart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.events import SourceSet
from monitor.simulator.scenario import load_scenario
from monitor.sources.recorded import open_recording, read_waves
from monitor.sources.simulated import SimulatedSource
from monitor.sources.source import BadFile, Source
from monitor.vitals import Signal


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def open_source(kind: str, named: SourceSet) -> Source:
    """The source behind a session. Raises BadFile where its file is gone or has changed since the session opened."""
    path = _unchanged(named)
    if kind == "simulated":
        return SimulatedSource(load_scenario(path), named.seed)
    return open_recording(path)


def open_waves(named: SourceSet, rates: Mapping[Signal, int]) -> dict[Signal, npt.NDArray[np.float32]]:
    """The waves of the recording behind a session, at these rates; without those that it does not hold. Raises BadFile."""
    return read_waves(_unchanged(named), rates)


FileStat = tuple[int, int]
"""When a file was last changed, in ns, and its size in bytes."""


def file_stat(named: SourceSet) -> FileStat | None:
    """What tells that the file of a source was put back or changed; None where there is none."""
    try:
        found = Path(named.path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@dataclass(frozen=True, slots=True)
class Found:
    """A recording that can be chosen, or what is wrong with it, in words."""

    path: Path
    title: str
    wrong: str = ""
    doubts: tuple[str, ...] = ()


RECORDED = (".csv", ".edf", ".hea", ".vital")


def recordings(folder: Path) -> list[Found]:
    """The recordings of a folder by name; none where it cannot be read. A file is opened again only once it changed."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in RECORDED and path.is_file())
        return [_found(path, (path.stat().st_mtime_ns, path.stat().st_size)) for path in files]
    except OSError:
        return []


@lru_cache(maxsize=256)
def _found(path: Path, stat: FileStat) -> Found:
    try:
        source = open_recording(path)
        return Found(path, source.label, doubts=tuple(doubt.sentence for doubt in source.doubts))
    except BadFile as bad:
        return Found(path, path.name, bad.wrong)


def _unchanged(named: SourceSet) -> Path:
    path = Path(named.path)
    if not path.is_file():
        raise BadFile(named.path, None, "is gone; bring it back or close the session")
    if named.sha256 and fingerprint(path) != named.sha256:
        raise BadFile(named.path, None, "has changed since the session opened; close the session")
    return path
