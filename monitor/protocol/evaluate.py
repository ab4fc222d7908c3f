"""One pure function from protocol, session and second to findings, and the workings behind a finding."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from monitor import units
from monitor.events import Evidence, PromptState
from monitor.language import say
from monitor.protocol.condition import CANNOT_TELL, MET, NOT_MET, Condition, Sight
from monitor.protocol.conditions import All, AnyOf, Not
from monitor.protocol.document import Document, Rule
from monitor.session import Prompt, SessionState
from monitor.vitals import KINDS, Signal, Window


class Finding(NamedTuple):
    """What one rule finds: NOT_MET, CANNOT_TELL or MET.

    ``coming``: it would be met if nothing had to persist. ``silenced``: another rule that says more speaks in its place.
    """

    rule: Rule
    truth: int
    coming: bool
    silenced: bool


def evaluate(document: Document, state: SessionState, window: Window, at: int) -> list[Finding]:
    """What each rule of this phase finds at this second. All that it may use is handed in."""
    sight = Sight(document, state, window, at)
    rules = document.by_phase[state.phase]
    truths = [rule.when.truth(sight) for rule in rules]
    # A rule that says more is heard while it holds: an open prompt of it whose value has come back hides nothing, one
    # whose value is on its way back does, so that a value near a limit does not make two prompts take turns.
    heard = {rule.id for rule, truth in zip(rules, truths, strict=True) if truth == MET}
    heard.update(name for name, prompt in state.prompts.items() if name not in heard and _stands(prompt, sight))
    findings = []
    for rule, truth in zip(rules, truths, strict=True):
        silenced = bool(rule.unless) and not heard.isdisjoint(rule.unless)
        coming = False
        if rule.watch and truth != MET and not silenced:
            coming = rule.when.truth(Sight(document, state, window, at, instant=True)) == MET
        findings.append(Finding(rule, truth, coming, silenced))
    return findings


def _stands(prompt: Prompt, sight: Sight) -> bool:
    """Whether a prompt is raised and what raised it has not come back."""
    if prompt.state not in (PromptState.ACTIVE, PromptState.RECHECK):
        return False
    rule = sight.document.rule.get(prompt.rule)
    if rule is None or sight.state.phase not in rule.phases:
        return False
    return rule.when.truth(replace(sight, standing=True)) != NOT_MET


def workings(rule: Rule, sight: Sight) -> tuple[Evidence, ...]:
    """The values that a finding came from, what decided first, what nobody can tell last."""
    known: list[Evidence] = []
    unknown: list[Evidence] = []
    for evidence in _gather(rule.when, sight):
        bucket = unknown if evidence.value is None else known
        if evidence not in bucket:
            bucket.append(evidence)
    return (*known, *unknown)


def _gather(condition: Condition, sight: Sight) -> Iterator[Evidence]:
    if isinstance(condition, Not):
        return
    if isinstance(condition, All):
        for part in condition.of:
            yield from _gather(part, sight)
    elif isinstance(condition, AnyOf):
        truths = [(part, part.truth(sight)) for part in condition.of]
        for wanted in (MET, CANNOT_TELL):
            told = [list(_gather(part, sight)) for part, truth in truths if truth == wanted]
            for values in told:
                yield from values
            if not all(told):  # one that no value shows has decided: what the others lack is nothing to tell
                return
        if all(truth == NOT_MET for _, truth in truths):
            for part, _ in truths:
                yield from _gather(part, sight)
    else:
        yield from condition.evidence(sight)


_PLACE = re.compile(r"\{(\w+)\}")
_EITHER = re.compile(r"(\w+ )?\{bp\} ([<>≥≤]) (\d+)/(\d+)")
"""A pressure held against two limits of which either is enough."""
_SIGNS = {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge}


def message(rule: Rule, evidence: Sequence[Evidence]) -> str:
    """The rule's sentence with its values: ``SpO2 {spo2} < 90`` becomes ``SpO2 87 < 90``.

    ``BP {bp} ≥ 180/110`` is said of the limb that is beyond its limit, where only one is.
    """
    values = {}
    for item in reversed(evidence):
        if item.value is not None:
            values[item.name] = units.shown(item.value, 1 if item.value % 1 else 0)
            if item.note.startswith("seconds"):
                values["minutes"] = str(int(item.value // 60))
    if "nibp_sys" in values:
        values["bp"] = f"{values['nibp_sys']}/{values.get('nibp_dia', '?')}"
    values["beat"] = next((f"{KINDS[s].label} {values[s]}" for s in (Signal.HR, Signal.PULSE) if s in values), "Rate ?")
    values.setdefault("rr", values.get("breathing", "?"))
    values["symptom"] = " and ".join(
        e.note.removesuffix(" charted") for e in evidence if e.value is not None and e.note.endswith(" charted")
    )
    lost = [e.name for e in evidence if e.value is None and e.name in _LABELS]
    values["lost"] = " and ".join(_LABELS[name] for name in lost)
    values["measured"] = ", ".join(f"{KINDS[Signal(n)].label} {v}" for n, v in values.items() if n in KINDS)
    values["known"] = "; ".join(f"{_LABELS[e.name]} {values[e.name]}" for e in evidence if e.note == "still known")
    values["rise"] = next((e.note for e in evidence if e.name == "nibp_sys" and e.note), "?")
    newest = {item.name: item.value for item in reversed(evidence) if item.value is not None}
    says = _EITHER.sub(lambda found: _limb(found, newest), rule.says)
    return _PLACE.sub(lambda found: values.get(found[1], "?"), says)


def _limb(said: re.Match[str], newest: Mapping[str, float]) -> str:
    """``Diastolic 118 ≥ 110 (BP 147/118)``: never a pair beside a pair of limits that one of the two keeps."""
    whole, sign = f"{said[1] or ''}{{bp}}", said[2]
    limbs = ((say("Systolic"), "nibp_sys", said[3]), (say("Diastolic"), "nibp_dia", said[4]))
    beyond = [limb for limb in limbs if limb[1] in newest and _SIGNS[sign](newest[limb[1]], float(limb[2]))]
    if len(beyond) == len(limbs):
        return said[0]
    return "".join(f"{word} {{{name}}} {sign} {limit} ({whole})" for word, name, limit in beyond) or whole


_LABELS = {"hr": "ECG rate", "pulse": "pulse", "spo2": "SpO2", "rr": "breathing", "nibp_sys": "BP"}
