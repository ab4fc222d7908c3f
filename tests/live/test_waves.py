"""The bytes of which screens draw waves: what a second holds, what it does not hold, and that it is drawn the same again."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from scipy.signal import find_peaks

from monitor import commands, settings
from monitor.admission import Patient, admit_recorded, admit_simulated
from monitor.board.view import BEATS_S, View
from monitor.live.follower import Follower
from monitor.live.waves import Waves
from monitor.protocol.document import Document
from monitor.settings import load_rooms
from monitor.simulator.heart import Heart
from monitor.store.memory import MemoryLog
from monitor.vitals import Beats
from tests.conftest import Time

ECG, PLETH = 250, 125


@dataclass
class Read:
    """A chunk as its description in ``live/waves.py`` says, read without the code that made it."""

    session: int
    first: int
    speed: float
    held: int
    ecg: np.ndarray
    pleth: np.ndarray
    beats: list[float]
    sensors: bytes


def read(chunk: bytes | None) -> Read:
    assert chunk is not None
    magic, session, first, speed, seconds, held, count = struct.unpack_from("<4sIifHBB", chunk)
    assert magic == b"wav1"
    rest = chunk[20:]
    waves = []
    for rate, unit in ((ECG, 1000), (PLETH, 10_000)):
        raw = np.frombuffer(rest, "<i2", seconds * rate)
        waves.append(np.where(raw == -32768, np.nan, raw / unit))
        rest = rest[raw.nbytes :]
    beats = [first + ms / 1000 for ms in np.frombuffer(rest, "<u2", count)]
    sensors = rest[2 * count :]
    assert len(sensors) == seconds
    return Read(session, first, speed, held, *waves, beats, sensors)


class Room:
    """A room that a follower follows; its seconds are pushed by the test."""

    def __init__(self, document: Document, time: Time, recording: Path | None = None) -> None:
        log = MemoryLog(lambda: time.wall)
        scenario = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
        who = Patient("Otter")
        admitted = admit_recorded("2", who, recording, document) if recording else admit_simulated("2", who, scenario, 7, document)
        commands.open_session(log, admitted.opened, admitted.source, 1.0, "nurse")
        self.view: View = Follower(log, document, load_rooms(settings.ROOMS)).picture().views["2"]
        self.waves = Waves(log)

    def lives(self, seconds: Iterable[Beats | None]) -> None:
        for beats in seconds:
            self.view.push(self.view.at + 1, [], beats)


@pytest.fixture
def room(document: Document, time: Time) -> Iterator[Room]:
    opened = Room(document, time)
    yield opened
    opened.waves.end()


def heart(rate: Callable[[int], float], seconds: int) -> list[Beats]:
    living = Heart()
    return [living.step(tick, rate(tick), 14) for tick in range(seconds)]


@pytest.mark.parametrize("rate", [38, 62, 95, 140])
def test_beats_drawn_in_a_minute_are_the_shown_rate_one_more_or_less(room: Room, rate: int) -> None:
    strips: list[np.ndarray] = []
    told: list[float] = []
    for beats in heart(lambda _: rate, 120):
        room.lives([beats])
        chunk = read(room.waves.chunk(room.view, room.view.at - 1))
        strips.append(chunk.ecg)
        told += chunk.beats
    peaks, _ = find_peaks(np.concatenate(strips), height=0.5, prominence=0.5, distance=round(0.13 * ECG))
    for minute in (0, 60):
        assert abs(sum(minute <= at / ECG < minute + 60 for at in peaks) - rate) <= 1
        assert abs(sum(minute <= at < minute + 60 for at in told) - rate) <= 1


def test_a_screen_that_has_nothing_is_given_what_it_can_show_and_then_each_second_once(room: Room) -> None:
    room.lives(heart(lambda _: 71, 40))
    whole = read(room.waves.chunk(room.view, None))
    assert (whole.session, whole.first, len(whole.ecg), len(whole.pleth)) == (room.view.session, 20, 20 * ECG, 20 * PLETH)
    assert len(whole.sensors) == BEATS_S
    later = read(room.waves.chunk(room.view, 36))
    assert (later.first, len(later.ecg)) == (37, 3 * ECG)
    np.testing.assert_array_equal(later.ecg, whole.ecg[-3 * ECG :])
    np.testing.assert_array_equal(later.pleth, whole.pleth[-3 * PLETH :])
    assert [at for at in whole.beats if at >= 37] == later.beats
    assert room.waves.chunk(room.view, None) == room.waves.chunk(room.view, None)


def test_what_a_sensor_does_not_feel_has_no_sample_and_is_told(room: Room) -> None:
    one, two, three, four, five = heart(lambda _: 66, 5)
    room.lives([one, two._replace(lead_off=True), three._replace(probe_off=True), four._replace(squeezed=True), None, five])
    chunk = read(room.waves.chunk(room.view, None))
    gaps = [(np.isnan(chunk.ecg[s * ECG :][:ECG]).mean(), np.isnan(chunk.pleth[s * PLETH :][:PLETH]).mean()) for s in range(6)]
    assert gaps == [(0, 0), (1, 0), (0, 1), (0, 1), (1, 1), (0, 0)]
    assert list(chunk.sensors) == [0, 1, 2, 4, 0, 0]


def test_faster_than_four_times_no_wave_is_sent(room: Room) -> None:
    room.lives(heart(lambda _: 66, 5))
    room.view.state = replace(room.view.state, speed=20.0)
    assert room.waves.chunk(room.view, None) is None


def bidmc(folder: Path, waves: bool) -> Path:
    numerics = folder / "bidmc_77_Numerics.csv"
    numerics.write_text("Time [s], HR, PULSE, RESP, SpO2\n" + "".join(f"{i}, 70, 70, 15, 97\n" for i in range(60)))
    if waves:
        rows = (
            f"{i / PLETH:.3f}, 0.3, {'NaN' if 1250 <= i < 1500 else 0.5 + 0.3 * np.sin(i / 17):.4}, {80 + i % 40}"
            for i in range(59 * PLETH + 1)
        )
        (folder / "bidmc_77_Signals.csv").write_text("Time [s], RESP, PLETH, ABP\n" + "\n".join(rows) + "\n")
    return numerics


def recorded(document: Document, time: Time, path: Path, at: int) -> Read:
    """What is sent of a recording once it has been read, to screens that were told of it before."""
    room = Room(document, time, path)
    room.lives([None] * (at + 1))
    for _ in range(1500):
        if (chunk := room.waves.chunk(room.view, at - 1)) is not None:
            break
        sleep(0.02)
    room.waves.end()
    return read(chunk)


def test_a_recordings_own_wave_is_sent_with_its_own_gap(document: Document, time: Time, tmp_path: Path) -> None:
    chunk = recorded(document, time, bidmc(tmp_path, waves=True), at=15)
    assert chunk.held == 2
    assert np.isnan(chunk.ecg).all()
    gone = np.isnan(chunk.pleth).reshape(16, PLETH).mean(axis=1)
    assert gone[0] == 1, "the second before the recording begins"
    assert (gone[1:11] == 0).all()
    assert (gone[11:13] > 0.9).all()
    assert (gone[14:] == 0).all()
    assert chunk.beats == []


def test_a_recording_without_waves_is_given_none(document: Document, time: Time, tmp_path: Path) -> None:
    chunk = recorded(document, time, bidmc(tmp_path, waves=False), at=15)
    assert chunk.held == 0
    assert np.isnan(chunk.ecg).all()
    assert np.isnan(chunk.pleth).all()
