"""The life of a prompt: inactive, pending, active, answered, re-check, over, resolved.

``step`` is pure: from the state and this second's findings to the changes that belong in the log. Only the evaluator
calls it; answers come from people and are folded before. Invariants: missing data never ends a prompt; an answer never
ends a condition; a high prompt stays until it is answered and nothing holds it back; an episode ends once for each time it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor.events import Answer, Priority, PromptChanged, PromptState
from monitor.language import say
from monitor.protocol.condition import MET, NOT_MET, Sight
from monitor.protocol.document import Document, Rule
from monitor.protocol.evaluate import Finding, evaluate, message, workings
from monitor.session import Prompt, SessionState
from monitor.vitals import Window

DEFER_S = 5 * 60
"""When a deferred prompt without a re-check time comes back (proposal)."""


def step(document: Document, state: SessionState, window: Window, at: int, late: bool) -> list[PromptChanged]:
    """The changes of all prompts at this second."""
    changes: list[PromptChanged] = []
    seen: set[str] = set()
    sight = Sight(document, state, window, at)
    for finding in evaluate(document, state, window, at):
        rule = finding.rule
        seen.add(rule.id)
        prompt = state.prompts.get(rule.id)
        if prompt is None and finding.truth != MET and not finding.coming:
            continue
        to = _next(finding, prompt, sight)
        if to is None and prompt is not None and finding.truth == MET and _worse(rule, prompt, sight):
            to = PromptState.RECHECK
        if to is not None:
            changes.append(_change(rule, prompt, _episode(rule, prompt, at), to, sight, late))
    changes.extend(_ended_by_phase(document, state, seen, late))
    return changes


def _episode(rule: Rule, prompt: Prompt | None, at: int) -> int:
    """Which one it is: what returns within the rule's time is the same prompt again."""
    if prompt is None:
        return 1
    return prompt.episode + (prompt.state is PromptState.RESOLVED and not _same_again(rule, prompt, at))


def _same_again(rule: Rule, prompt: Prompt, at: int) -> bool:
    return prompt.ended is not None and at - prompt.ended <= rule.again_within


def _raised(document: Document, rule: Rule, prompt: Prompt | None) -> PromptState:
    """How a prompt comes, or comes back: with its earlier answer, or asking anew."""
    if prompt is None or prompt.answered is None:
        return PromptState.ACTIVE
    momentary = rule.priority is Priority.HIGH or prompt.answered.reason in document.reasons_once
    return PromptState.RECHECK if momentary else PromptState.ACTIVE


def _next(finding: Finding, prompt: Prompt | None, sight: Sight) -> PromptState | None:
    """The state that this rule's prompt goes to now, or None where it stays."""
    rule, at = finding.rule, sight.at
    if finding.silenced:
        return None if prompt is None or prompt.state is PromptState.RESOLVED else PromptState.RESOLVED
    if prompt is None or not prompt.open:
        pending = prompt is not None and prompt.state is PromptState.PENDING
        if finding.truth == MET:
            if _held_back(rule, prompt, at):
                return None
            same = prompt is not None and (pending or _same_again(rule, prompt, at))
            return _raised(sight.document, rule, prompt if same else None)
        if finding.coming:
            return None if pending or _held_back(rule, prompt, at) else PromptState.PENDING
        return PromptState.RESOLVED if pending else None
    if finding.truth != MET and (prompt.ends_taken_back(at) or (prompt.taken_back is not None and prompt.state is PromptState.OVER)):
        return _without_cause(rule, prompt)
    if finding.truth == NOT_MET:
        return _subsiding(rule, prompt, sight)
    if prompt.state is PromptState.OVER and finding.truth == MET:
        return _raised(sight.document, rule, prompt)
    due = recheck_at(rule, prompt)
    return PromptState.RECHECK if due is not None and at >= due else None


def _worse(rule: Rule, prompt: Prompt, sight: Sight) -> bool:
    """Whether a high prompt was answered before another of its symptoms was charted: that one is not answered yet."""
    if prompt.answered is None or not prompt.open or rule.priority is not Priority.HIGH:
        return False
    known = {item.name for item in prompt.evidence if item.value is not None}
    symptoms = {symptom.id for symptom in sight.document.symptoms}
    return any(e.value is not None and e.name in symptoms and e.name not in known for e in workings(rule, sight))


def _held_back(rule: Rule, prompt: Prompt | None, at: int) -> bool:
    if prompt is None or rule.priority is Priority.HIGH:
        return False
    if rule.once and prompt.activated:
        return True
    return prompt.answered is not None and at - prompt.changed < rule.lockout


def _subsiding(rule: Rule, prompt: Prompt, sight: Sight) -> PromptState | None:
    """The condition is over: a high prompt waits for its answer, others for a calm stretch, then they end."""
    if _not_back(rule, prompt, sight):
        return None
    if rule.priority is Priority.HIGH and prompt.answered is None:
        return None if prompt.state is PromptState.OVER else PromptState.OVER
    if rule.clears_after and prompt.state is not PromptState.OVER:
        return PromptState.OVER
    calm = not rule.clears_after or _long_inside(rule, sight) or _calm_s(rule, prompt, sight) >= rule.clears_after
    return PromptState.RESOLVED if calm else None


CALMS_BACK = 10
"""So many times the calm inside a limit are a way back too: who rests between limit and way back is not called for all day (proposal)."""


def _not_back(rule: Rule, prompt: Prompt, sight: Sight) -> bool:
    """Whether what is inside its limit again has not come back far enough, nor been inside for long."""
    standing = prompt.state is not PromptState.OVER and rule.when.truth(replace(sight, standing=True)) != NOT_MET
    return standing and not _long_inside(rule, sight)


def _long_inside(rule: Rule, sight: Sight) -> bool:
    if not rule.clears_after:
        return False
    broken = rule.when.broken_at(sight)
    return broken is not None and sight.at - broken > CALMS_BACK * rule.clears_after


def _calm_s(rule: Rule, prompt: Prompt, sight: Sight) -> int:
    """For how long nothing has been building up again, or on its way back."""
    broken = rule.when.broken_at(replace(sight, standing=True))
    return sight.at - (prompt.changed if broken is None else max(prompt.changed, broken + 1))


def _without_cause(rule: Rule, prompt: Prompt) -> PromptState | None:
    """The entry that raised it was taken back: missing data do not end it, this does. A high one stays until somebody has seen that."""
    if rule.priority is Priority.HIGH and prompt.answered is None:
        return None if prompt.state is PromptState.OVER else PromptState.OVER
    return PromptState.RESOLVED


def recheck_at(rule: Rule, prompt: Prompt) -> int | None:
    """The second at which an answered prompt asks again if its condition still stands."""
    if prompt.answered is None:
        return None
    # What returned under its earlier answer waits anew before it asks.
    begun = max(prompt.answered.at, prompt.changed) if prompt.state is PromptState.ACTIVE else prompt.answered.at
    if rule.recheck is not None:
        return begun + rule.recheck
    return begun + DEFER_S if prompt.answered.answer is Answer.DEFERRED else None


def _change(rule: Rule, prompt: Prompt | None, episode: int, to: PromptState, sight: Sight, late: bool) -> PromptChanged:
    evidence = workings(rule, sight)
    # What ends keeps the sentence with which it began; its evidence says what the values are now.
    ending = prompt is not None and to in (PromptState.OVER, PromptState.RESOLVED)
    return PromptChanged(
        rule=rule.id,
        episode=episode,
        state=to,
        priority=rule.priority,
        prompt_kind=rule.kind,
        message=_last_words(prompt, sight.at) if ending and prompt is not None else message(rule, evidence),
        evidence=evidence,
        late=late,
    )


def _last_words(prompt: Prompt, at: int) -> str:
    if prompt.state is PromptState.OVER or not prompt.ends_taken_back(at):
        return prompt.message
    return say("{message}: entry taken back", message=prompt.message)


def _ended_by_phase(document: Document, state: SessionState, seen: set[str], late: bool) -> Iterator[PromptChanged]:
    """Prompts whose rule does not belong to this phase any more. A high one that nobody answered waits for its answer."""
    for prompt in state.prompts.values():
        if prompt.rule in seen or prompt.state is PromptState.RESOLVED:
            continue
        latched = prompt.priority is Priority.HIGH and prompt.open and prompt.answered is None
        if latched and prompt.state is PromptState.OVER:
            continue
        yield PromptChanged(
            rule=prompt.rule,
            episode=prompt.episode,
            state=PromptState.OVER if latched else PromptState.RESOLVED,
            priority=prompt.priority,
            prompt_kind=prompt.prompt_kind,
            message=prompt.message,
            late=late,
        )
