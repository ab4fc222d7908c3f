"""Missing is never normal: what was measured or charted is taken out of the protocol's cases, piece by piece.

A finding that was met may then be met or cannot be told. It may be "not met" only where an older value speaks: where
the same values said "not met" already in the second before what was taken out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from monitor import charting, settings
from monitor import events as e
from monitor.protocol.cases import NORMAL, Case, cases_beside, load_cases, played
from monitor.protocol.condition import MET, NOT_MET, Sight
from monitor.protocol.document import Document, load_protocol
from monitor.vitals import CUFF, Signal
from promises.found import Found

T = TypeVar("T")
LONGEST_S = 1500
"""Cases that go on for longer repeat what shorter ones show."""


def keep(deletions: int) -> Found:
    document, chance = load_protocol(settings.EXAMPLE_PROTOCOL), random.Random(7)
    cases = [case for case, _ in load_cases(cases_beside(settings.EXAMPLE_PROTOCOL), document) if _measured(document, case)]
    whole = cache(lambda nth: truths(document, cases[nth]))
    wrong: list[str] = []
    unknown = 0
    for _ in range(deletions):
        nth = chance.randrange(len(cases))
        what, since, poorer = without(document, cases[nth], chance)
        before, bare = whole(nth)
        after, _ = truths(document, poorer)
        spoken = since > 0 and bare[since - 1] == NOT_MET
        turned = [at for at in range(since, len(after)) if before[at] == MET and after[at] != MET]
        unknown += bool(turned)
        if not spoken and any(after[at] == NOT_MET for at in turned):
            wrong.append(f"{cases[nth].rule}, {cases[nth].name}, without {what}")
    return Found(
        kept=not wrong and unknown > 0,
        figures=f"{deletions} deletions in {len(cases)} cases: {len(wrong)} findings falsely not met, {unknown} that are met no more"
        + "".join(f"; {first}" for first in wrong[:1]),
    )


def _measured(document: Document, case: Case) -> bool:
    """What is due by the clock is known without any value; this is about what was measured or charted."""
    return document.rule[case.rule].kind is e.PromptKind.CLINICAL and case.until <= LONGEST_S and bool(_pieces(document, case))


def _pieces(document: Document, case: Case) -> list[tuple[str, int]]:
    scores = [n for n, said in enumerate(case.log) if said.words[0] in charting.SCALES]
    samples = [("samples", 0)] if _streams(document, case) else []
    return [*samples, *(("reading", n) for n in range(len(case.cuff))), *(("score", n) for n in scores)]


def _streams(document: Document, case: Case) -> list[Signal]:
    """All that may stand for each other: where one of two remains, it may well decide."""
    return [s for s in map(Signal, document.rule[case.rule].signals) if s not in CUFF and s in case.channels]


def without(document: Document, case: Case, chance: random.Random) -> tuple[str, int, Case]:
    """What was taken out of the case, since when it lacks, and what is left."""
    kind, which = chance.choice(_pieces(document, case))
    if kind == "samples":
        since = chance.randrange(case.until + 1)
        until = min(case.until + 1, since + chance.choice((1, 1, 2, 5, 30, case.until)))
        series = dict(case.series)
        for signal in _streams(document, case):
            written = series.get(signal, (NORMAL[signal],))
            values = [written[min(at, len(written) - 1)] if written else "_" for at in range(case.until + 1)]
            series[signal] = (*values[:since], *["_"] * (until - since), *values[until:])
        return f"samples from {since} to {until} s", since, case.model_copy(update={"series": series})
    if kind == "reading":
        return f"reading {which + 1}", case.cuff[which].at, case.model_copy(update={"cuff": _less(case.cuff, which)})
    said = case.log[which]
    return " ".join(said.words), said.at, case.model_copy(update={"log": _less(case.log, which)})


def _less(of: Sequence[T], nth: int) -> tuple[T, ...]:
    return (*of[:nth], *of[nth + 1 :])


def truths(document: Document, case: Case) -> tuple[list[int], list[int]]:
    """What the case's rule finds second by second, and what it would find if nothing had to persist."""
    when = document.rule[case.rule].when
    found: tuple[list[int], list[int]] = ([], [])
    for at, rehearsal, measured in played(document, case):
        rehearsal.window.push(measured, at)
        for instant, kept in enumerate(found):
            kept.append(when.truth(Sight(document, rehearsal.state, rehearsal.window, at, instant=bool(instant))))
    return found
