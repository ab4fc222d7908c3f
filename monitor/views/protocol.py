"""The protocol as a document: each rule with its sentence, its citation and the result of its cases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from monitor import settings
from monitor.access import Viewer
from monitor.board.head import ADVICE
from monitor.language import say
from monitor.live.station import station
from monitor.protocol.cases import cases_beside
from monitor.protocol.document import CLOSER_S, Document, Observation, Rule
from monitor.protocol.spoken import condition, duration
from monitor.session import Phase
from monitor.views.escaping import escaped

GROUPS = {
    "before": say("Before the infusion"),
    "during": say("During the infusion"),
    "emergency": "Emergency",
    "after": say("After the infusion"),
    "any": say("At any time"),
}
PRIORITIES = {"high": "*** high", "medium": "** medium", "low": "* low"}
STATUS = {"sourced": "sourced", "unchecked": say("known, unchecked"), "proposal": "proposal"}


class Results(NamedTuple):
    by_rule: dict[str, tuple[int, int, list[str]]]
    """Cases, failures, kinds of case that are missing."""
    trouble: str
    """Why there are none."""


@st.cache_data(show_spinner=False, max_entries=4)
def case_results(protocol: str, digest: str, cases_changed: float) -> Results:
    """What the cases say. Only when asked, and in a process of its own: it computes for half a minute beside a ward at work."""
    command = [sys.executable, "-m", "monitor", "protocol", "check", protocol, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=settings.HOME, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if not lines or not lines[-1].get("summary"):
        return Results({}, done.stderr.strip())
    return Results({c["rule"]: (c["cases"], c["failed"], c["missing"]) for c in lines[:-1]}, "")


def _says(mode: str) -> str:
    return ADVICE if mode == "ward" else say("TRAINING · SIMULATED OR RECORDED PATIENTS · {advice}", advice=ADVICE)


def show(viewer: Viewer) -> None:
    here = station()
    document = here.document
    st.caption(_says(here.rooms.mode))
    st.title(escaped(document.title))
    st.markdown(
        say(
            "Version **{version}** · {signature} · digest `{part}`",
            version=escaped(document.version),
            signature=_signature(document),
            part=document.digest[:16],
        )
    )
    st.warning(escaped(document.notice))
    asked, summary, places = st.button(say("Run the protocol's cases")), st.empty(), {}
    for group, title in GROUPS.items():
        rules = [r for r in document.rules if r.group == group]
        if rules:
            st.header(title)
            if group == "before":
                _checklist(document, "before")
            for rule in rules:
                places[rule.id] = _rule(document, rule)
            if group == "after":
                _checklist(document, "discharge")
    _tables(document)
    if asked:
        _cases(summary, places, here.protocol_file, document)


def _signature(document: Document) -> str:
    signed = document.signed
    return (
        say("signed by {by}, {role}, {on}", by=escaped(signed.by), role=escaped(signed.role), on=signed.on)
        if signed
        else say("**not signed**: an example")
    )


def _cases(summary: DeltaGenerator, places: dict[str, DeltaGenerator], path: Path, document: Document) -> None:
    """What the cases say, put where its place was kept: the document is there to be read meanwhile."""
    beside = cases_beside(path)
    if not beside.exists():
        summary.error(say("The protocol's cases are missing: {name}", name=escaped(beside.name)))
        return
    summary.markdown(say("Running the protocol's cases…"))
    by_rule, trouble = case_results(str(path), document.digest, beside.stat().st_mtime)
    if trouble:
        summary.error(escaped(trouble))
        return
    summary.markdown(
        say(
            (
                "**{rules} rules, {sum} cases, {failed} failed.** The cases stand in a file beside the protocol; a "
                "medical lead can read and change them."
            ),
            rules=len(document.rules),
            sum=sum(n for n, _, _ in by_rule.values()),
            failed=sum(f for _, f, _ in by_rule.values()),
        )
    )
    for rule, (cases, failed, missing) in by_rule.items():
        word = say("{failed} FAILED", failed=failed) if failed else say("all pass")
        places[rule].caption(
            say("Cases: {cases}, {word}", cases=cases, word=word)
            + (say("; missing: {missing}", missing=", ".join(missing)) if missing else "")
        )


def _rule(document: Document, rule: Rule) -> DeltaGenerator:
    """One rule. Gives the place of what its cases say."""
    with st.container(border=True):
        st.markdown(f"**{rule.id} · {escaped(rule.title)}** · {PRIORITIES[rule.priority.value]}, {rule.kind.value}")
        st.markdown(f"> {escaped(rule.line)}")
        st.markdown(escaped(say("When: {condition}", condition=condition(document, rule.when))))
        if rule.options:
            word = "Check" if rule.kind.value == "technical" else "Options"
            st.markdown(escaped(f"{word}: {', '.join(document.option[o].label.lower() for o in rule.options)}"))
        if rule.expect:
            st.markdown(escaped(say("Expect: {expect}", expect=rule.expect)))
        timing = [
            say("re-check after {duration}", duration=duration(rule.recheck)) if rule.recheck else "",
            say("quiet for {duration}", duration=duration(rule.lockout)) if rule.lockout else "",
            say("ends after {duration} of calm", duration=duration(rule.clears_after)) if rule.clears_after else "",
            say("the same prompt again within {duration}", duration=duration(rule.again_within)) if rule.again_within else "",
        ]
        st.caption(
            say(
                "{source} · limit {part} · action {part2} · {rationale}",
                source=escaped(rule.citation.source),
                part=STATUS[rule.citation.limit],
                part2=STATUS[rule.citation.action],
                rationale=escaped(rule.rationale),
            )
            + "".join(f" · {t}" for t in timing if t)
        )
        place = st.empty()
        place.caption(say("Cases: not run now"))
    return place


def _checklist(document: Document, name: str) -> None:
    items = document.checklists.get(name, ())  # type: ignore[call-overload]
    if not items:
        return
    with st.expander(say("Checklist: {items} items", items=len(items))):
        for item in items:
            answers = ", ".join(a.label for a in item.answers)
            over = say("; may be overridden by {override}", override=", ".join(item.override)) if item.override else ""
            st.text(f"{item.question} ({item.effect}{over})\n   {answers}")


def _tables(document: Document) -> None:
    st.header(say("Bounds, drugs, observations"))
    st.dataframe(
        [
            {
                say("bound"): key,
                say("unit"): b.unit,
                say("recommended"): say("{part:g} to {part2:g}", part=b.recommended[0], part2=b.recommended[1]),
                say("absolute"): say("{part:g} to {part2:g}", part=b.absolute[0], part2=b.absolute[1]),
            }
            for key, b in document.bounds.items()
        ],
        hide_index=True,
    )
    st.dataframe(
        [
            {
                say("drug"): d.label,
                say("for"): d.purpose,
                say("dose"): f"{d.dose:g} {d.unit} {d.route}",
                say("largest single"): f"{d.dose_max:g} {d.unit}",
                say("repeat after"): duration(d.repeat_after),
                say("ask first with"): ", ".join(map(document.flag_label, d.avoid)),
                say("not while"): "; ".join(hold.says for hold in d.hold),
                say("figures"): STATUS[d.citation.limit],
            }
            for d in document.drugs
        ],
        hide_index=True,
    )
    st.dataframe(
        [
            {say("observation"): o.label, **{phase.value: _interval(o, phase) for phase in o.every}}
            for o in document.observations
        ],
        hide_index=True,
    )


def _interval(asked: Observation, phase: Phase) -> str:
    every, early = duration(asked.every[phase]), asked.early.get(phase)
    if early is None:
        return every
    return say("{early} in the first {first}, then {every}", early=duration(early), first=duration(CLOSER_S), every=every)
