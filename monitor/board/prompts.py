"""The prompts of a room as every screen shows them: in which order, and with which words.

What fired is a fact of the second in which it fired. A headline says what is so now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor import charting, units
from monitor import events as e
from monitor.board.view import RANK, Picture, View, rule_of
from monitor.language import say
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Sight
from monitor.protocol.conditions import Pressure, Score, Vital, walk
from monitor.protocol.document import Rule
from monitor.protocol.evaluate import message, workings
from monitor.protocol.spoken import fitting, short
from monitor.session import Phase, Prompt
from monitor.vitals import KINDS, Signal


def standing(prompt: Prompt) -> tuple[bool, int]:
    """Live before over, then by priority. Banner, tile, chip and room go by it."""
    return prompt.state is e.PromptState.OVER, RANK[prompt.level]


def ordered(prompts: Iterable[Prompt]) -> list[Prompt]:
    """The one to look at first, first: unanswered before answered, then as they stand, then the oldest."""
    return sorted(prompts, key=lambda p: (p.answered is not None, *standing(p), p.since))


def open_prompts(view: View) -> list[Prompt]:
    return ordered(view.state.open_prompts)


def gone(view: View) -> bool:
    """Whether the patient has left: what waits for an answer is listed, and neither flashes nor sounds."""
    return view.state.phase in (Phase.DISCHARGED, Phase.CLOSED)


def flashes(view: View, prompt: Prompt) -> bool:
    return prompt.level is e.Level.HIGH and not gone(view)


def headline(picture: Picture, view: View, prompt: Prompt) -> str:
    """What is so now, by the rule's sentence: with the values of now while it holds, and else with when it last did."""
    rule = rule_of(picture, prompt)
    if prompt.state is e.PromptState.OVER and prompt.taken_back is not None:
        return prompt.message
    if prompt.state is e.PromptState.OVER:
        lesser = lesser_broken(picture, view, prompt)
        if lesser:
            return say("{lesser}; was {message}", lesser=lesser, message=prompt.message)
        return say("Over: {message}", message=prompt.message)
    if rule is None:
        return prompt.message
    sight = _now(picture, view)
    truth = CANNOT_TELL if view.standing else rule.when.truth(sight)
    if truth == MET:
        return message(rule, workings(rule, sight))
    back = [f"{named(picture, v)} {v.value:g}" for v in workings(rule, sight) if v.value is not None and v.name in KINDS]
    if truth == NOT_MET and back:
        return say("{now} now; was {message}", now=", ".join(back), message=prompt.message)
    measured = [v.at for v in prompt.evidence if v.value is not None and v.at is not None]
    if not measured:
        return prompt.message
    return say("{message} at {time}; now unknown", message=prompt.message, time=picture.time(view, max(measured)))


def shortly(picture: Picture, prompt: Prompt) -> str:
    """What is the matter, for a small place: a charted symptom by its name."""
    rule = rule_of(picture, prompt)
    if rule is None or rule.says == "{symptom}":
        return fitting(prompt.message)
    return short(rule)


def since(picture: Picture, view: View, prompt: Prompt) -> str:
    """How long it has waited for its answer, or been over."""
    at = picture.at(view)
    if prompt.state is e.PromptState.OVER:
        return say("over since {span}", span=units.span(at - prompt.changed))
    return say("unanswered {waited}", waited=units.span(at - prompt.since))


def _now(picture: Picture, view: View) -> Sight:
    return Sight(picture.document, view.state, view.window, picture.at(view), instant=True)


def lesser_broken(picture: Picture, view: View, prompt: Prompt) -> str:
    """What another rule says now of what this prompt is about: a value is not back inside while it breaks a lesser limit."""
    rule, sight = rule_of(picture, prompt), _now(picture, view)
    if rule is None or view.standing:
        return ""
    about = set(_quantities(rule))
    others = [r for r in picture.document.by_phase[view.state.phase] if r.id != rule.id and about & set(_quantities(r))]
    broken = [r for r in others if r.when.truth(_lasting(r, sight)) == MET]
    worst = min(broken, key=lambda r: RANK[e.level(r.priority, r.kind)], default=None)
    return "" if worst is None else message(worst, workings(worst, sight))


def _lasting(rule: Rule, sight: Sight) -> Sight:
    """A limit is broken at once; that a second reading confirms it is not so before there is one."""
    instant = not any(isinstance(part, Pressure) for part in walk(rule.when))
    return Sight(sight.document, sight.state, sight.window, sight.at, instant=instant)


def _quantities(rule: Rule) -> Iterator[str]:
    """What a rule holds against a limit."""
    for part in walk(rule.when):
        if isinstance(part, Vital):
            yield from (signal.value for signal in part.of)
        elif isinstance(part, Pressure):
            yield Signal.NIBP_SYS.value
        elif isinstance(part, Score):
            yield part.scale


def named(picture: Picture, evidence: e.Evidence) -> str:
    """What a value is of."""
    name = evidence.name
    if name in KINDS:
        return KINDS[Signal(name)].label
    if name in charting.SCALES:
        return charting.SCALES[name].label
    return picture.document.observation[name].label if name in picture.document.observation else name.replace("_", " ")
