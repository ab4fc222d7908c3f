"""Conditions that look at what people charted: scores, symptoms, what was seen, drugs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import model_validator

from monitor import charting
from monitor.events import Evidence
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Comparison, Condition, Duration, Sight
from monitor.session import Charted


class Score(Comparison):
    """The last charted value of a scale. Not charted, not asked or too long ago: cannot tell.

    With ``after_drug`` only an entry counts that was made after the last drug for this purpose, by ``after_drug_by`` at
    least: what was felt before a drug says nothing of whether it helped.
    """

    type: Literal["score"] = "score"
    scale: str
    within: Duration | None = None
    after_drug: str | None = None
    after_drug_by: Duration = 0

    @model_validator(mode="after")
    def _known(self) -> Score:
        if self.scale not in charting.SCALES:
            raise ValueError(f"there is no scale called {self.scale}; known: {', '.join(charting.SCALES)}")
        if self.after_drug_by and self.after_drug is None:
            raise ValueError("after_drug_by needs after_drug, the purpose of the drug")
        return self

    def _entry(self, sight: Sight) -> Any:
        entry = sight.state.score(self.scale)
        if entry is None or entry.value is None:
            return None
        if self.after_drug is not None:
            given = sight.document.last_given(self.after_drug, sight.state)
            if given is None or entry.at <= given.at or entry.at - given.at < self.after_drug_by:
                return None
        return None if self.within is not None and sight.at - entry.at > self.within else entry

    def truth(self, sight: Sight) -> int:
        entry = self._entry(sight)
        if entry is None:
            return CANNOT_TELL
        return MET if self.holds(entry.value) else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        entry = self._entry(sight)
        if entry is None:
            note = "not charted" if self.after_drug is None else "not charted since the drug"
            yield Evidence(name=self.scale, value=None, at=None, note=note)
        else:
            yield Evidence(name=self.scale, value=entry.value, at=entry.at, note=self.beyond(entry.value))


class Trend(Condition):
    """A charted scale fell or rose by so much, from its extreme within the time before to the last entry."""

    type: Literal["trend"] = "trend"
    scale: str
    falls_by: float | None = None
    rises_by: float | None = None
    within: Duration

    @model_validator(mode="after")
    def _one(self) -> Trend:
        if (self.falls_by is None) == (self.rises_by is None):
            raise ValueError("give exactly one of falls_by, rises_by")
        if self.scale not in charting.SCALES:
            raise ValueError(f"there is no scale called {self.scale}")
        return self

    def _pair(self, sight: Sight) -> tuple[Any, Any] | None:
        last: Charted | None = None
        before: list[Charted] = []
        for entry in reversed(sight.state.scores.get(self.scale, ())):
            if (sight.at if last is None else last.at) - entry.at > self.within:
                break
            if entry.value is None:
                continue
            if last is None:
                last = entry
            else:
                before.append(entry)
        if last is None or not before:
            return None
        pick = max if self.falls_by is not None else min
        extreme = pick(before, key=lambda c: c.value or 0.0)
        return extreme, last

    def truth(self, sight: Sight) -> int:
        pair = self._pair(sight)
        if pair is None:
            return CANNOT_TELL
        step = pair[1].value - pair[0].value
        if self.falls_by is not None:
            return MET if -step >= self.falls_by else NOT_MET
        return MET if self.rises_by is not None and step >= self.rises_by else NOT_MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        pair = self._pair(sight)
        for entry in pair or ():
            yield Evidence(name=self.scale, value=entry.value, at=entry.at)
        if pair is None:
            yield Evidence(name=self.scale, value=None, at=None, note="fewer than two entries")


class Symptom(Condition):
    """A symptom charted as present within the time. Nothing charted about it: cannot tell.

    Once one was charted as present, the others need not be asked for it to be over: it is over when what was charted
    as present is charted as absent, each of them.
    """

    type: Literal["symptom"] = "symptom"
    any_of: tuple[str, ...] = ()
    red_flag: bool = False
    within: Duration = 30 * 60

    @model_validator(mode="after")
    def _some(self) -> Symptom:
        if bool(self.any_of) == self.red_flag:
            raise ValueError("name the symptoms in any_of, or say red_flag: true")
        return self

    def _names(self, sight: Sight) -> Sequence[str]:
        return sight.document.red_flags if self.red_flag else self.any_of

    def truth(self, sight: Sight) -> int:
        worst = NOT_MET
        for name in self._names(sight):
            entry = sight.state.symptoms.get(name)
            if entry is None or sight.at - entry.at > self.within:
                worst = CANNOT_TELL
            elif entry.value:
                return MET
        return NOT_MET if worst == NOT_MET or self._over(sight) else CANNOT_TELL

    def _over(self, sight: Sight) -> bool:
        """Something was taken back within the time, and nothing that was charted as present still stands."""
        entries = [e for name in self._names(sight) if name in sight.state.complaints and (e := sight.state.symptoms.get(name))]
        return not any(e.value for e in entries) and any(sight.at - e.at <= self.within for e in entries)

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        unknown = []
        for name in self._names(sight):
            entry = sight.state.symptoms.get(name)
            if entry is None or sight.at - entry.at > self.within:
                unknown.append(sight.document.symptom_label(name))
            elif entry.value:
                yield Evidence(name=name, value=1.0, at=entry.at, note=f"{sight.document.symptom_label(name)} charted")
        if unknown:
            yield Evidence(name="symptoms", value=None, at=None, note=f"{', '.join(unknown)}: not charted")


class Seen(Condition):
    """Something observed at the chair within the time (``vomited``, ``iv_site: problem``, ``breathing`` counted)."""

    type: Literal["seen"] = "seen"
    what: str
    value: str | None = None
    below: float | None = None
    above: float | None = None
    within: Duration

    def _entry(self, sight: Sight) -> Any:
        entry = sight.state.last(self.what)
        return None if entry is None or sight.at - entry.at > self.within else entry

    def truth(self, sight: Sight) -> int:
        entry = self._entry(sight)
        numeric = self.below is not None or self.above is not None
        if entry is None or (numeric and entry.value is None):
            return CANNOT_TELL if numeric else NOT_MET
        if self.value is not None and entry.word != self.value:
            return NOT_MET
        if self.below is not None and not entry.value < self.below:
            return NOT_MET
        return NOT_MET if self.above is not None and not entry.value > self.above else MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        entry = self._entry(sight)
        if entry is not None:
            yield Evidence(name=self.what, value=entry.value, at=entry.at, note=entry.word)


class DrugSince(Condition):
    """A drug for this purpose, or of this class, was given within the time."""

    type: Literal["drug_since"] = "drug_since"
    purpose: str | None = None
    drug_class: str | None = None
    within: Duration

    @model_validator(mode="after")
    def _one(self) -> DrugSince:
        if (self.purpose is None) == (self.drug_class is None):
            raise ValueError("give exactly one of purpose, drug_class")
        return self

    def _given(self, sight: Sight) -> Any:
        for given in reversed(sight.state.drugs):
            fits = (
                given.drug_class == self.drug_class
                if self.drug_class is not None
                else sight.document.purpose(given.drug, given.drug_class) == self.purpose
            )
            if fits:
                return given if sight.at - given.at <= self.within else None
        return None

    def truth(self, sight: Sight) -> int:
        return NOT_MET if self._given(sight) is None else MET

    def evidence(self, sight: Sight) -> Iterator[Evidence]:
        given = self._given(sight)
        if given is not None:
            yield Evidence(name=given.drug, value=given.dose, at=given.at, note=f"{given.unit} {given.route} given")
