"""What the protocol called for and what was done, beside each other: prompts without an act, acts without a prompt, delays.

An act belongs to a prompt when it is one of the prompt's own options and was done while the prompt stood; what was charted in
the second in which it came has raised it. Of acts without a prompt only those are told that change what happens to the
patient: whoever looks or asks without being called does well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from monitor import events as e
from monitor.protocol.document import Document, Option, Rule
from monitor.review.deeds import EMERGENCY, Done, done, spoken, tasks_of

TREATS = ("rate_lowered", "rate_raised", "stopped", "drug", "oxygen", "emergency")
"""The first word of what changes something for the patient."""


@dataclass
class Called:
    """One episode of a prompt. ``until``: the second in which it ended, None where it still stands at the end of the record."""

    rule: str
    episode: int
    priority: str
    message: str
    at: int
    until: int | None = None
    answers: list[tuple[int, str]] = field(default_factory=list)
    """The second of each answer, and what it was (``events.Answer``)."""
    acts: list[Done] = field(default_factory=list)

    @property
    def met(self) -> int | None:
        """The second of the first act or answer; None where there is none."""
        return min([*(at for at, _ in self.answers), *(act.at for act in self.acts)], default=None)

    @property
    def delay_s(self) -> int | None:
        return None if self.met is None else self.met - self.at


@dataclass(frozen=True)
class Beside:
    called: Sequence[Called]
    alone: Sequence[Done]
    """Acts that change something for the patient, which no prompt called for while they were done."""

    @property
    def unmet(self) -> list[Called]:
        return [one for one in self.called if one.met is None]

    def summary(self) -> dict[str, Any]:
        delays = [one.delay_s for one in self.called if one.delay_s is not None]
        return {
            "episodes": len(self.called),
            "without_act": len(self.unmet),
            "acts_without_prompt": len(self.alone),
            "median_delay_s": round(median(delays)) if delays else None,
            "longest_delay_s": max(delays, default=None),
        }


def told(found: Beside) -> str:
    """The summary in words."""
    sums = found.summary()
    middle, longest = sums["median_delay_s"], sums["longest_delay_s"]
    delay = "" if middle is None else f", the others after {middle} s (median), {longest} s at most"
    without = f"{sums['without_act']} without an act or answer"
    return f"{sums['episodes']} prompts, {without}{delay}; {sums['acts_without_prompt']} acts without a prompt"


def beside(log: Sequence[e.Logged], document: Document) -> Beside:
    """``log``: the entries of one session, prompts and what people did, in their order."""
    called: dict[tuple[str, int], Called] = {}
    for entry in log:
        match entry.event:
            case e.PromptChanged() as change:
                _step(called, entry.tick, change)
            case e.PromptAnswered() as answer if (answer.rule, answer.episode) in called:
                called[answer.rule, answer.episode].answers.append((entry.tick, answer.answer.value))
    deeds, owned = done(log), set[int]()
    for one in called.values():
        rule = document.rule.get(one.rule)
        tasks = _tasks(document, rule) if rule is not None else set()
        one.acts = [deed for deed in deeds if _fits(deed, tasks) and one.at < deed.at and (one.until is None or deed.at <= one.until)]
        owned |= {deed.seq for deed in one.acts}
    alone = [deed for deed in deeds if deed.seq not in owned and any(task.split()[0] in TREATS for task in deed.tasks)]
    return Beside(sorted(called.values(), key=lambda one: (one.at, one.rule)), alone)


def _step(called: dict[tuple[str, int], Called], at: int, change: e.PromptChanged) -> None:
    key = (change.rule, change.episode)
    if change.state is e.PromptState.ACTIVE and key not in called:
        called[key] = Called(change.rule, change.episode, change.priority.value, change.message, at)
    elif key in called:
        # What returns within the protocol's time is the same prompt, and stands again.
        called[key].until = at if change.state is e.PromptState.RESOLVED else None


def _fits(deed: Done, tasks: set[str]) -> bool:
    return any(task in tasks or task.split()[0] in tasks for task in deed.tasks)


def _tasks(document: Document, rule: Rule) -> set[str]:
    """The words of ``deeds`` that each option of a rule stands for."""
    return {task for name in rule.options for task in _of_option(document, document.option[name])}


def _of_option(document: Document, option: Option) -> Iterator[str]:
    """With what is as good an answer to a prompt, though it is no act of its own in a scenario."""
    yield from tasks_of(document, option)
    match option.command:
        case "drug" if "purpose" not in option.fill:
            yield from (f"drug {drug.drug_class}" for drug in document.drugs)
        case "score" if "scale" not in option.fill:
            yield "charted"
        case "cuff":
            yield "cuff_interval"
        case "checklist":
            yield "checked"
        case "emergency":
            yield from ("emergency", *(task for tasks in EMERGENCY.values() for task in tasks))


def lines(found: Beside) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """All of it in the order of time: the second, a sentence, and the same as data."""
    told = [*map(_of_called, found.called), *map(_of_alone, found.alone)]
    yield from sorted(told, key=lambda line: line[0])


def _of_called(one: Called) -> tuple[int, str, dict[str, Any]]:
    acts = [{"task": act.task, "at_s": act.at, "by": act.by} for act in one.acts]
    data = {
        "called": one.rule,
        "episode": one.episode,
        "priority": one.priority,
        "message": one.message,
        "at_s": one.at,
        "until_s": one.until,
        "answers": [{"at_s": at, "answer": answer} for at, answer in one.answers],
        "acts": acts,
        "delay_s": one.delay_s,
    }
    if one.met is None:
        did = "NOTHING DONE" + ("" if one.until is None else f", over after {one.until - one.at} s")
    else:
        what = [*(spoken(act.task) for act in one.acts), *(f"answered {answer}" for _, answer in one.answers)]
        did = f"after {one.delay_s} s: {', '.join(dict.fromkeys(what))}"
    return one.at, f"{one.priority:<6} {one.rule:<6} {one.message}: {did}", data


def _of_alone(act: Done) -> tuple[int, str, dict[str, Any]]:
    data = {"done": act.task, "at_s": act.at, "by": act.by}
    return act.at, f"no prompt called for it: {spoken(act.task)}", data


def instead(stored: Iterable[Called], again: Iterable[Called]) -> dict[str, dict[str, int]]:
    """What another protocol would have called for: how often each rule spoke in the one and in the other, where that differs."""
    counts: dict[str, list[int]] = {}
    for nth, side in enumerate((stored, again)):
        for one in side:
            counts.setdefault(one.rule, [0, 0])[nth] += 1
    return {rule: {"was": was, "would_be": would} for rule, (was, would) in sorted(counts.items()) if was != would}
