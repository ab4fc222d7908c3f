"""The protocol as a document: each rule with its sentence, its citation and the result of its cases."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitor.access import Viewer
from monitor.board.tile import ADVICE
from monitor.live.station import station
from monitor.protocol.cases import cases_beside, check, load_cases
from monitor.protocol.document import Document, Rule, load_protocol
from monitor.protocol.spoken import condition, duration
from monitor.sources.source import BadFile
from monitor.views.heading import heading

GROUPS = {
    "before": "Before the infusion",
    "during": "During the infusion",
    "emergency": "Emergency",
    "after": "After the infusion",
    "any": "At any time",
}
PRIORITIES = {"high": "*** high", "medium": "** medium", "low": "* low"}
STATUS = {"sourced": "sourced", "unchecked": "known, unchecked", "proposal": "proposal"}


@st.cache_data(show_spinner="Running the protocol's cases…", max_entries=4)
def case_results(protocol: str, digest: str, cases_changed: float) -> dict[str, tuple[int, int, list[str]]]:
    """For each rule: cases, failures, kinds of case that are missing. The other arguments say what it was run on."""
    path = Path(protocol)
    document = load_protocol(path)
    _, coverage = check(document, load_cases(cases_beside(path), document))
    return {c.rule: (c.cases, c.failed, c.missing) for c in coverage}


def show(viewer: Viewer) -> None:
    here = station()
    document = here.document
    heading("Ward", "ward", f"TRAINING · SIMULATED OR RECORDED PATIENTS · {ADVICE}")
    picture = here.follower.picture()
    if not picture.assessed:
        st.error("!! NOT BEING ASSESSED: no evaluator is alive. Go to the rooms.")
    else:
        st.caption(f"Assessed {max(0, round(picture.beat_age_s or 0))} s before this page was opened.")
    st.title(document.title)
    st.markdown(f"Version **{document.version}** · {_signature(document)} · digest `{document.digest[:16]}`")
    st.warning(document.notice)
    results = _results(here.protocol_file, document)
    if results is not None:
        failed = sum(f for _, f, _ in results.values())
        st.markdown(
            f"**{len(document.rules)} rules, {sum(n for n, _, _ in results.values())} cases, {failed} failed.** "
            "The cases stand in a file beside the protocol; a medical lead can read and change them."
        )
    for group, title in GROUPS.items():
        rules = [r for r in document.rules if r.group == group]
        if rules:
            st.header(title)
            if group == "before":
                _checklist(document, "before")
            for rule in rules:
                _rule(document, rule, None if results is None else results.get(rule.id))
            if group == "after":
                _checklist(document, "discharge")
    _tables(document)


def _signature(document: Document) -> str:
    signed = document.signed
    return f"signed by {signed.by}, {signed.role}, {signed.on}" if signed else "**not signed**: an example"


def _results(path: Path, document: Document) -> dict[str, tuple[int, int, list[str]]] | None:
    beside = cases_beside(path)
    if not beside.exists():
        st.error(f"The protocol's cases are missing: {beside.name}")
        return None
    try:
        return case_results(str(path), document.digest, beside.stat().st_mtime)
    except BadFile as wrong:
        st.error(str(wrong))
        return None


def _rule(document: Document, rule: Rule, result: tuple[int, int, list[str]] | None) -> None:
    with st.container(border=True):
        st.markdown(f"**{rule.id} · {rule.title}** · {PRIORITIES[rule.priority.value]}, {rule.kind.value}")
        st.markdown(f"> {rule.line}")
        st.text(f"When: {condition(document, rule.when)}")
        if rule.options:
            word = "Check" if rule.kind.value == "technical" else "Options"
            st.text(f"{word}: {', '.join(document.option[o].label.lower() for o in rule.options)}")
        if rule.expect:
            st.text(f"Expect: {rule.expect}")
        timing = [
            f"re-check after {duration(rule.recheck)}" if rule.recheck else "",
            f"quiet for {duration(rule.lockout)}" if rule.lockout else "",
        ]
        st.caption(
            f"{rule.citation.source} · limit {STATUS[rule.citation.limit]} · action {STATUS[rule.citation.action]} · {rule.rationale}"
            + "".join(f" · {t}" for t in timing if t)
        )
        if result is not None:
            cases, failed, missing = result
            word = f"{failed} FAILED" if failed else "all pass"
            st.caption(f"Cases: {cases}, {word}" + (f"; missing: {', '.join(missing)}" if missing else ""))


def _checklist(document: Document, name: str) -> None:
    items = document.checklists.get(name, ())  # type: ignore[call-overload]
    if not items:
        return
    with st.expander(f"Checklist: {len(items)} items"):
        for item in items:
            answers = ", ".join(a.label for a in item.answers)
            over = f"; may be overridden by {', '.join(item.override)}" if item.override else ""
            st.text(f"{item.question} ({item.effect}{over})\n   {answers}")


def _tables(document: Document) -> None:
    st.header("Bounds, drugs, observations")
    st.dataframe(
        [
            {
                "bound": key,
                "unit": b.unit,
                "recommended": f"{b.recommended[0]:g} to {b.recommended[1]:g}",
                "absolute": f"{b.absolute[0]:g} to {b.absolute[1]:g}",
            }
            for key, b in document.bounds.items()
        ],
        hide_index=True,
    )
    st.dataframe(
        [
            {
                "drug": d.label,
                "for": d.purpose,
                "dose": f"{d.dose:g} {d.unit} {d.route}",
                "largest single": f"{d.dose_max:g} {d.unit}",
                "repeat after": duration(d.repeat_after),
                "ask first with": ", ".join(d.avoid),
                "figures": STATUS[d.citation.limit],
            }
            for d in document.drugs
        ],
        hide_index=True,
    )
    st.dataframe(
        [{"observation": o.label, **{phase.value: duration(every) for phase, every in o.every.items()}} for o in document.observations],
        hide_index=True,
    )
