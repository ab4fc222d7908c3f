"""What stands at the top and the foot of every page: the mode, whether the rooms are assessed, the menu, the advice."""

from __future__ import annotations

from monitor import clock, units
from monitor.board.alarms import alarm
from monitor.board.frame import Frame, button
from monitor.board.view import NOT_ASSESSED, Picture
from monitor.language import say

ADVICE = say(
    "Advises and records. Does not drive the pump and does not replace the bedside monitor's alarms. "
    "Confirm at the bedside. It does not decide how many rooms a nurse may watch."
)

MB = 1024 * 1024
LEAST_LEFT, NONE_LEFT = 200 * MB, MB
"""Eight rooms fill 20 MB in a day (docs/measured.md); below the second nothing more can be stored."""


def head(picture: Picture, who: str, page: str, title: str) -> Frame:
    """What stands at the top and the foot of every page."""
    document = picture.document
    signed = say("signed {on}", on=document.signed.on) if document.signed else say("not signed")
    return {
        "page": page,
        "mode": picture.mode.upper(),
        "source": _source(picture),
        "title": title,
        "assessed": assessed(picture),
        "feed": {"text": say("Live"), "sub": picture.station},
        "viewer": {"label": who or say("Who is here?"), "act": {"do": "dialog", "name": "who"}},
        "clock": clock.of_day(picture.now, picture.zone, True),
        "theme": picture.theme,
        "colours": picture.colours,
        "alarm": alarm(picture),
        "menu": [
            button(say("Ward"), {"do": "go", "page": "drill" if picture.drilling else "ward"}, pressed=page == "ward"),
            button(say("Training"), {"do": "go", "page": "training"}),
            # At a training station the way to a debrief is the page of the drill that it is of.
            *([button(say("Debrief"), {"do": "go", "page": "review"})] if picture.mode == "ward" else []),
            button(say("Protocol"), {"do": "go", "page": "protocol"}, pressed=page == "protocol"),
        ],
        "foot": [
            ADVICE,
            say(
                "Protocol: {protocol} {version}, {signed} · {use}",
                protocol=document.protocol,
                version=document.version,
                signed=signed,
                use=say("ward, beside the bedside monitor's own alarms") if picture.mode == "ward" else say("training, not for patients"),
            ),
        ],
    }


def assessed(picture: Picture) -> Frame:
    """Whether the rooms are assessed, and what stands in the way of it now or soon."""
    if picture.trouble:
        return {"ok": False, "text": say("RECORD OUT OF REACH"), "sub": picture.trouble}
    if picture.left is not None and picture.left < NONE_LEFT:
        return {"ok": picture.assessed, "warn": True, "text": say("DISK FULL"), "sub": say("nothing is saved")}
    if not picture.assessed:
        since = (
            say("never started")
            if picture.beat_at is None
            else say("silent since {of_day}", of_day=clock.of_day(picture.beat_at, picture.zone, True))
        )
        return {"ok": False, "text": NOT_ASSESSED, "sub": say("evaluator {since}", since=since)}
    if picture.other_protocol:
        return {"ok": True, "warn": True, "text": say("OTHER PROTOCOL"), "sub": say("assessed by another: restart")}
    if (changed := picture.changed) is not None:
        if changed.readable:
            return {"ok": True, "warn": True, "text": say("FILE CHANGED"), "sub": say("{file}: restart to use it", file=changed.file)}
        return {"ok": True, "warn": True, "text": say("FILE CANNOT BE READ"), "sub": say("{file}: the old one counts", file=changed.file)}
    if picture.left is not None and picture.left < LEAST_LEFT:
        return {"ok": True, "warn": True, "text": say("DISK NEARLY FULL"), "sub": say("{mb} MB left", mb=picture.left // MB)}
    if picture.jumped is not None:
        by, at = picture.jumped.by_s, clock.of_day(picture.jumped.at, picture.zone)
        by_text = f"{'+' if by > 0 else '-'}{units.span(abs(by))}"
        return {"ok": True, "warn": True, "text": say("CLOCK JUMPED"), "sub": say("{by} at {at}", by=by_text, at=at)}
    age = max(0, round(picture.beat_age_s or 0))
    when = say("Assessed {age} s ago", age=age) if age else say("Assessed just now")
    return {"ok": True, "text": when, "sub": say("evaluator alive")}


def _source(picture: Picture) -> str:
    """Who the patients of these rooms are. A ward without a session has none; a training station has its simulated ones."""
    kinds = {v.state.opened.source_kind for v in picture.views.values()}
    if not kinds and picture.mode == "ward":
        return say("NO PATIENTS")
    if kinds == {"recorded"}:
        return say("RECORDED PATIENTS")
    return say("SIMULATED AND RECORDED PATIENTS") if len(kinds) > 1 else say("SIMULATED PATIENTS")
