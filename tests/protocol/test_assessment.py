"""One session being assessed: which second it is, what it numbers, what goes into the digest."""

from __future__ import annotations

from monitor import events as e
from monitor.protocol.assessment import Assessment, line
from monitor.protocol.document import Document
from tests.bedside import Bed, ruled


def test_an_assessment_stands_before_its_first_second_and_then_at_the_last_one(document: Document) -> None:
    assessment = Assessment(document, e.Logged(0, 0, "", "test", Bed(document).state.opened))
    seconds = [assessment.at]
    for at in (0, 1, 5):
        assessment.tick(at, [])
        seconds.append(assessment.at)
    assert seconds == [-1, 0, 1, 5]


def test_a_rehearsal_numbers_its_entries_one_after_the_other() -> None:
    bed = Bed(ruled({}))
    bed.happen(0, e.NoteAdded(text="one"), e.NoteAdded(text="two"))
    assert bed.state.seq == 2
    (change,) = bed.second(1, spo2=90)
    assert (bed.state.seq, change.late) == (3, False)


def test_the_digest_holds_what_was_concluded_from_what_and_nothing_of_when_it_was_found() -> None:
    evidence = (
        e.Evidence(name="spo2", value=87.123456789, at=12, note="< 90"),
        e.Evidence(name="hr", value=None, at=None, note="no live value"),
        e.Evidence(name="nibp_sys", value=None, at=10, note="failed"),
    )
    change = e.PromptChanged(
        rule="X-1", episode=2, state=e.PromptState.ACTIVE, priority=e.Priority.HIGH, prompt_kind=e.PromptKind.CLINICAL, message="SpO2 87",
        evidence=evidence,
    )  # fmt: skip
    assert line(15, change, "abc") == "15|X-1|2|active|high|spo2=87.1235@12;hr=-@-;nibp_sys=-@10|abc\n"
    assert line(15, change.model_copy(update={"late": True}), "abc") == line(15, change, "abc")
