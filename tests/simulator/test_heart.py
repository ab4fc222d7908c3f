"""The heart of a simulated patient: its phase, its rhythm, what a pause does to the numbers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from monitor.infusion import Act, Does
from monitor.simulator.artefact import CUFF_HELD_S, CUFF_SETTLING_S
from monitor.simulator.heart import QUIET, WAITS_S, Heart
from monitor.simulator.patient import Patient
from monitor.simulator.scenario import KINDS_OF_HAPPENING, Happening, Scenario, load_scenario
from monitor.simulator.waveforms import FARTHEST
from monitor.sources.simulated import SimulatedSource
from monitor.vitals import Beats, Quality, Rhythm, Signal

PLAIN = load_scenario("pleasant")


def happens(**what: object) -> Scenario:
    return PLAIN.model_copy(update={"happenings": (Happening.model_validate({"at": "1:00", "from": "opening", **what}),)})


def lived(plan: Scenario, seconds: int, seed: int = 3) -> tuple[list[Beats | None], list[dict[Signal, tuple[float, Quality]]]]:
    patient, beats, rows = Patient(plan, seed), [], []
    for _ in range(seconds):
        rows.append({n.signal: (n.value, n.quality) for n in patient.step()})
        beats.append(patient.beats)
    return beats, rows


def test_the_phase_goes_on_by_what_the_monitor_shows() -> None:
    beats, rows = lived(PLAIN, 600)
    beat = breath = 0
    for second, row in zip(beats, rows, strict=True):
        assert second is not None
        assert (second.beat, second.breath) == (beat, breath)
        assert second.beat_rate == round(row[Signal.HR][0] * 1000 / 60)
        assert second.breath_rate == round(row[Signal.RR][0] * 1000 / 60)
        beat, breath = beat + second.beat_rate, breath + second.breath_rate
    assert beat / 1000 == pytest.approx(sum(row[Signal.HR][0] for row in rows) / 60, abs=0.2)


@pytest.mark.parametrize("kind", ["ectopics", "bigeminy", "fibrillation"])
def test_a_rhythm_comes_between_two_beats_and_goes_again(kind: str) -> None:
    beats, _ = lived(happens(rhythm={"kind": kind, "lasts": "2 min"}), 300)
    at = [n for n, second in enumerate(beats) if second is not None and second.rhythm is Rhythm[kind.upper()]]
    assert 60 <= at[0] < 60 + WAITS_S
    assert at[0] + 120 <= at[-1] + 1 < at[0] + 120 + WAITS_S
    assert at == list(range(at[0], at[-1] + 1))
    first, after = beats[at[0]], beats[at[-1] + 1]
    assert first is not None and first.rhythm_before is Rhythm.SINUS and first.beat % 1000 in QUIET
    assert after is not None and after.rhythm is Rhythm.SINUS and after.beat % 1000 in QUIET


def test_no_beat_lies_where_rhythms_change() -> None:
    assert QUIET.start > FARTHEST * 1000 and QUIET.stop < 1000 - FARTHEST * 1000


def test_a_change_that_finds_no_quiet_second_comes_all_the_same() -> None:
    heart = Heart()
    heart.begin(Rhythm.BIGEMINY, 5, 60)
    rhythms = [heart.step(at, 60, 15).rhythm for at in range(100)]  # at 60 a minute every second begins alike
    assert rhythms.index(Rhythm.BIGEMINY) == 5 + WAITS_S


def test_a_pause_that_came_at_no_quiet_second_is_not_longer_for_it() -> None:
    heart = Heart()
    heart.begin(Rhythm.PAUSED, 5, 15)
    rhythms = [heart.step(at, 60, 15).rhythm for at in range(100)]
    assert rhythms.count(Rhythm.PAUSED) == 15


def test_in_a_pause_nothing_is_counted_and_breathing_goes_on() -> None:
    plan = happens(rhythm={"kind": "paused", "lasts": "6 s"})
    beats, rows = lived(plan, 120)
    paused = [n for n, second in enumerate(beats) if second is not None and second.rhythm is Rhythm.PAUSED]
    assert paused and paused == list(range(paused[0], paused[-1] + 1))
    for n, (second, row) in enumerate(zip(beats, rows, strict=True)):
        assert second is not None
        expected = Quality.NO_VALUE if n in paused else Quality.OK
        assert {row[s][1] for s in (Signal.HR, Signal.PULSE, Signal.SPO2)} == {expected}
        assert row[Signal.RR][1] is Quality.OK and second.breath_rate > 0
        assert (second.beat_rate == 0) is (n in paused)


def test_a_rhythm_changes_nothing_but_itself() -> None:
    _, plain = lived(PLAIN, 300)
    beats, irregular = lived(happens(rhythm={"kind": "fibrillation", "lasts": "2 min"}), 300)
    assert plain == irregular
    assert {b.rhythm for b in beats if b is not None} == {Rhythm.SINUS, Rhythm.FIBRILLATION}


@pytest.mark.parametrize(
    ("what", "flag"),
    [
        ({"electrode_off": "20 s"}, "lead_off"),
        ({"probe_off": "20 s"}, "probe_off"),
        ({"motion": "20 s"}, "moving"),
        ({"probe_slips": "20 s"}, "slipped"),
    ],
)
def test_what_a_sensor_does_is_said_for_its_seconds(what: dict[str, str], flag: str) -> None:
    beats, _ = lived(happens(**what), 120)
    assert [n for n, b in enumerate(beats) if b is not None and getattr(b, flag)] == list(range(60, 80))


def test_a_cuff_on_the_arm_of_the_probe_squeezes_it_while_it_is_inflated() -> None:
    plan = PLAIN.model_copy(update={"cuff": PLAIN.cuff.model_copy(update={"on_probe_arm": True})})
    beats, rows = lived(plan, 200)
    squeezed = [n for n, b in enumerate(beats) if b is not None and b.squeezed]
    blank = [n for n, row in enumerate(rows) if row[Signal.SPO2][1] is Quality.NO_VALUE]
    # The monitor first holds its last value, and needs some seconds to find the pulse again.
    assert blank[0] == squeezed[0] + CUFF_HELD_S and blank[-1] == squeezed[-1] + CUFF_SETTLING_S
    assert squeezed
    assert not any(b.squeezed for b in lived(PLAIN, 200)[0] if b is not None)


def test_nothing_is_drawn_of_a_second_in_which_nothing_arrived_and_the_heart_beats_on() -> None:
    beats, _ = lived(happens(dropout="10 s"), 100)
    assert [n for n, b in enumerate(beats) if b is None] == list(range(60, 70))
    before, after = beats[59], beats[70]
    assert before is not None and after is not None
    assert after.beat - before.beat == pytest.approx(11 * before.beat_rate, rel=0.05)


def test_the_source_keeps_the_beats_of_its_last_read_only() -> None:
    source = SimulatedSource(PLAIN, 4)
    whole = SimulatedSource(PLAIN, 4)
    acts = [Act(5, Does.RATE, 0.75)]
    whole.read(59, acts)
    source.read(19, acts)
    assert source.beats(19) == whole.beats(19) and source.beats(20) is None
    source.read(59)
    assert source.beats(19) is None
    assert [source.beats(t) for t in range(20, 60)] == [whole.beats(t) for t in range(20, 60)]
    assert None not in [source.beats(t) for t in range(20, 60)]
    source.read(59)
    assert source.beats(59) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "flutter", "lasts": "5 min"}, "ectopics"),
        ({"kind": "sinus", "lasts": "5 min"}, "ectopics"),
        ({"kind": "bigeminy"}, "lasts"),
        ({"kind": "bigeminy", "lasts": "0 s"}, "at least 1 s"),
        ({"kind": "paused", "lasts": "16 s"}, "an arrest is not simulated"),
    ],
)
def test_a_rhythm_that_cannot_be_is_refused(wrong: dict[str, str], says: str) -> None:
    assert "rhythm" in KINDS_OF_HAPPENING
    with pytest.raises(ValidationError, match=says):
        Happening.model_validate({"at": "1:00", "rhythm": wrong})
