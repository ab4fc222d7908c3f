"""How cases and replay's event files write what was charted: each word, and what is said of one that is wrong."""

from __future__ import annotations

import pytest

from monitor import events as e
from monitor.protocol.document import Document
from monitor.protocol.shorthand import chart
from tests.bedside import Bed

CHARTED: dict[str, e.AnyEvent] = {
    "nausea 5": e.Scored(scale="nausea", value=5),
    "nausea unasked": e.Scored(scale="nausea", value=None),
    "seen": e.Observed(what="seen"),
    "iv_site problem": e.Observed(what="iv_site", value="problem"),
    "breathing 8": e.Observed(what="breathing", number=8),
    "oxygen 2.5": e.Observed(what="oxygen", number=2.5),
    "symptom chest_pain": e.SymptomCharted(symptom="chest_pain", present=True),
    "no_symptom chest_pain": e.SymptomCharted(symptom="chest_pain", present=False),
    "drug ondansetron": e.DrugGiven(drug="ondansetron", drug_class="antiemetic_5ht3", dose=4, unit="mg", route="IV"),
    "drug ondansetron 8": e.DrugGiven(drug="ondansetron", drug_class="antiemetic_5ht3", dose=8, unit="mg", route="IV"),
    "start 0.75": e.InfusionStarted(rate_mg_per_kg_h=0.75),
    "rate 0.4": e.RateChanged(rate_mg_per_kg_h=0.4),
    "rate 1.5 above the order": e.RateChanged(rate_mg_per_kg_h=1.5, breaks="above the order"),
    "resume 0.5": e.InfusionResumed(rate_mg_per_kg_h=0.5),
    "pause": e.InfusionPaused(),
    "stop": e.InfusionStopped(),
    "check medicines benzodiazepine stimulant": e.ChecklistAnswered(
        checklist="before", item="medicines", answers=("benzodiazepine", "stimulant")
    ),
    "baseline 120/75": e.BaselineSet(sys=120, dia=75),
    "pressure 150/90": e.PressureCharted(sys=150, dia=90),
    "cuff_every 300": e.CuffIntervalSet(seconds=300),
    "cuff_rest 900": e.CuffPutOff(until=900),
    "watch anna": e.WatchTaken(name="anna"),
    "watch M. Ortiz": e.WatchTaken(name="M. Ortiz"),
    "unwatch": e.WatchLeft(),
    "away 5": e.AwayStarted(why="bathroom", escort="nurse", cap_min=5),
    "back": e.AwayEnded(),
    "discharge anna": e.Discharged(escort="anna"),
    "discharge a friend": e.Discharged(escort="a friend"),
    "emergency": e.EmergencyStarted(),
    "emergency_end": e.EmergencyEnded(),
    "answer D-20 did calm look": e.PromptAnswered(rule="D-20", episode=1, answer=e.Answer.DID, options=("calm", "look")),
    "answer D-20 declined": e.PromptAnswered(rule="D-20", episode=1, answer=e.Answer.DECLINED),
}


@pytest.mark.parametrize("words", CHARTED)
def test_a_word_stands_for_an_entry(document: Document, words: str) -> None:
    assert chart(document, tuple(words.split())) == [CHARTED[words]]


def test_an_answer_is_to_the_prompt_as_it_stands_now(document: Document) -> None:
    bed = Bed(document)
    bed.happen(
        0,
        e.PromptChanged(
            rule="D-20", episode=3, state=e.PromptState.ACTIVE, priority=e.Priority.MEDIUM, prompt_kind=e.PromptKind.CLINICAL, message="x"
        ),
    )
    (answered,) = chart(document, ("answer", "D-20", "did", "calm"), bed.state)
    assert isinstance(answered, e.PromptAnswered)
    assert answered.episode == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("nausea", "nausea: nothing is charted so, see how the others are written"),
        ("nausea 5 6", "nausea 5 6: nothing is charted so, see how the others are written"),
        ("seen well yesterday", "seen well yesterday: nothing is charted so, see how the others are written"),
        ("drug ondansetron 4 8", "drug ondansetron 4 8: nothing is charted so, see how the others are written"),
        ("watch", "watch: nothing is charted so, see how the others are written"),
        ("discharge", "discharge: nothing is charted so, see how the others are written"),
        ("start fast", "fast is not a number"),
        ("start 1.", "1. is not a number"),
        ("answer D-20 maybe", "answer D-20 maybe: nothing is charted so, see how the others are written"),
        ("nausea 11", "Nausea goes from 0 (none) to 10 (worst), not 11"),
        ("nausea many", "many is not a whole number"),
        ("cuff_every 1.5", "1.5 is not a whole number"),
        ("symptom itch", "there is no symptom called itch"),
        ("drug aspirin", "drug aspirin: nothing is charted so, see how the others are written"),
        ("baseline 75/120", "75/120 is no blood pressure; write it as 120/75"),
        ("baseline 80/80", "80/80 is no blood pressure; write it as 120/75"),
        ("baseline 120", "120 is no blood pressure; write it as 120/75"),
        ("dance", "dance: nothing is charted so, see how the others are written"),
        (f"rate -1 {'x' * 2001}", f"rate -1 {'x' * 2001}: should be greater than or equal to 0"),
        ("rate -1", "rate -1: should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_charted_is_said_in_one_sentence(document: Document, words: str, says: str) -> None:
    with pytest.raises(ValueError) as wrong:
        chart(document, tuple(words.split()))
    assert str(wrong.value) == says
