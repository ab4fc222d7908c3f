"""A prompt with its workings: evidence, protocol line, options, what to expect, and its answer."""

from __future__ import annotations

from monitor import charting, units
from monitor import events as e
from monitor.board.frame import Frame
from monitor.board.options import not_now, offered
from monitor.board.prompts import headline, named
from monitor.board.view import PRIORITY_WORD, STARS, Picture, View, rule_of
from monitor.language import say
from monitor.protocol.document import Option, Rule
from monitor.protocol.prompts import DEFER_S, recheck_at
from monitor.session import Prompt, SessionState
from monitor.vitals import KINDS

_STATUS = {"sourced": "sourced", "unchecked": say("known but unchecked"), "proposal": "proposal"}


def card(picture: Picture, view: View, prompt: Prompt) -> Frame:
    document, at = picture.document, picture.at(view)
    rule, priority = rule_of(picture, prompt), prompt.level
    word = PRIORITY_WORD[priority]
    frame: Frame = {
        "id": f"{prompt.rule}#{prompt.episode}",
        "rule": prompt.rule,
        "priority": priority,
        "stars": STARS[priority],
        "head": headline(picture, view, prompt),
        "sub": word + (say(" · found late") if prompt.late else ""),
        "since": units.span(at - prompt.since),
        "since_word": "unanswered",
        "state": "active",
        "first": None,
        "seen": [_seen(picture, view, v) for v in prompt.fired or prompt.evidence],
        "protocol": None,
        "options": [],
        "technical": False,
        "expect": "",
        "recheck": "",
        "defer": [],
        "decline": [],
        "defer_disabled": None,
        "answered": None,
    }
    if prompt.state is e.PromptState.OVER:
        frame.update(state="over", since=units.span(at - prompt.changed), since_word="over", sub=f"{word}{_now(picture, prompt)}")
    elif prompt.state is e.PromptState.RECHECK:
        frame["sub"] = say("{word} · re-check: still so", word=word)
    if rule is None:
        return frame
    signed = "" if document.signed else ", unsigned"
    frame.update(
        sub=f"{frame['sub']} · {rule.title}",
        protocol={
            "rule": rule.id,
            "quote": rule.line,
            "status": say(
                "Limit: {part} ({source}). Action: {part2}{signed}.",
                part=_STATUS[rule.citation.limit],
                source=rule.citation.source,
                part2=_STATUS[rule.citation.action],
                signed=signed,
            ),
        },
        options=[_option(o, view.state) for o in offered(picture, view, prompt)],
        technical=prompt.prompt_kind is e.PromptKind.TECHNICAL,
        expect=rule.expect,
        recheck=say("{span} after the answer", span=units.span(rule.recheck))
        if rule.recheck is not None
        else say("none; it ends with its cause"),
        defer=list(document.reasons_defer),
        decline=list(document.reasons_decline),
    )
    frame["sub"] += _again(picture, view, prompt)
    if rule.emergency:
        frame["first"] = list(document.emergency.lines)
    if prompt.priority is e.Priority.HIGH:
        back = rule.recheck if rule.recheck is not None else DEFER_S
        frame["sub"] += say(" · a deferral comes back within {span}", span=units.span(back))
    if prompt.answered is not None:
        frame.update(state="answered", answered=_answer(picture, view, prompt, rule))
    return frame


_NTH = (say("second"), say("third"), say("fourth"), say("fifth"), say("sixth"))


def _again(picture: Picture, view: View, prompt: Prompt) -> str:
    """That it returned, and what was answered before."""
    if prompt.times < 2:
        return ""
    nth = _NTH[prompt.times - 2] if prompt.times < 7 else say("{times}th", times=prompt.times)
    before = prompt.earlier if prompt.answered is None else None
    told = say(" · again, {nth} time", nth=nth)
    if before is None:
        return told
    chosen = picture.document.chosen(before.options)
    said = chosen or before.reason or before.answer.value
    return told + say(" · answered before: {said}, {by} {at}", said=said, by=before.by, at=picture.time(view, before.at))


def _option(option: Option, state: SessionState) -> Frame:
    """An option; one that cannot be done now stays in its place and says why."""
    why = not_now(option.command, state)
    return {"id": option.id, "label": option.label, "opens": option.command not in ONE_TAP, "disabled": why is not None, "why": why}


ONE_TAP = frozenset({"observe", "call", "cuff", "watch", "away_end", "emergency"})
"""Options whose act needs no form: one tap on "Did" records it."""


def _seen(picture: Picture, view: View, evidence: e.Evidence) -> Frame:
    unknown = evidence.value is None
    label = named(picture, evidence)
    if evidence.value is None:
        value = label
    elif evidence.note.startswith("seconds"):
        value = f"{label} {units.span(evidence.value)}"
        return {"at": "", "value": value, "note": evidence.note.removeprefix("seconds").strip(), "unknown": False}
    else:
        value = f"{label} {evidence.value:g}"
    return {
        "at": "" if evidence.at is None else picture.time(view, evidence.at, seconds=True),
        "value": value,
        "note": evidence.note if not unknown else say("cannot tell: {note}", note=evidence.note),
        "unknown": unknown,
    }


def _now(picture: Picture, prompt: Prompt) -> str:
    """The values with which it ended, where they were measured or scored; and that somebody has to say that they have seen it."""
    known = [v for v in prompt.evidence if v.value is not None and (v.name in KINDS or v.name in charting.SCALES)]
    values = ", ".join(f"{named(picture, v)} {v.value:g}" for v in known)
    return (say(" · ended at {values}", values=values) if values else "") + say(" · waits for an answer")


def _answer(picture: Picture, view: View, prompt: Prompt, rule: Rule) -> Frame:
    answered = prompt.answered
    assert answered is not None
    chosen = picture.document.chosen(answered.options)
    due = recheck_at(rule, prompt)
    left = None if due is None else due - picture.at(view)
    whole = max(1, (due or 0) - answered.at)
    return {
        "text": f"{headline(picture, view, prompt)} · {answered.answer.value}: {chosen or answered.reason}",
        "by": f"{answered.by} {picture.time(view, answered.at)}" + (f" · {rule.expect}" if rule.expect else ""),
        "countdown": units.span(left) if left is not None else None,
        "percent": None if left is None else max(0, min(100, round(100 * (1 - left / whole)))),
    }
