"""The log of a room: what one tap charts, what can be taken back, and what stands there."""

from __future__ import annotations

from monitor import charting, commands, units
from monitor import events as e
from monitor.board import words
from monitor.board.frame import Frame, button
from monitor.board.pad import COLOURS, last_own, named
from monitor.board.view import Picture, View
from monitor.language import say

PANEL_EVENTS = 60
UNDO_S = 300
LOG_SCALES = (charting.DISSOCIATION, charting.COMFORT, charting.NAUSEA, charting.ANXIETY, charting.SEDATION)


def log_panel(picture: Picture, view: View, who: str) -> Frame:
    state = view.state
    chart = {"do": "observe"}
    symptoms = [
        button(
            s.label,
            {"do": "symptom", "symptom": s.id},
            pressed=(entry := state.symptoms.get(s.id)) is not None and bool(entry.value) and picture.at(view) - entry.at < 1800,
        )
        for s in picture.document.symptoms
    ]
    bothered = state.valued(charting.BOTHERED)
    return {
        "by": say("one tap saves, as {who}", who=who) if who else say("one tap saves; first say who you are"),
        "rows": [_scale_row(picture, view, scale) for scale in LOG_SCALES],
        "bothered": {
            "label": charting.SCALES[charting.BOTHERED].label,
            "buttons": [
                button(word, {"do": "score", "scale": charting.BOTHERED, "value": n}, pressed=bothered is not None and bothered.value == n)
                for n, word in enumerate(charting.BOTHERED_WORDS)
            ],
        },
        "extra": [
            {
                "label": say("At the chair"),
                "buttons": [
                    button(say("Seen in person"), {**chart, "what": "seen"}),
                    button(say("Resting, not disturbed"), {**chart, "what": "resting"}),
                    button(say("Vomited"), {**chart, "what": "vomited"}),
                    button(say("Reassured"), {**chart, "what": "reassured"}),
                ],
            },
            {
                "label": say("Line and pump"),
                "buttons": [
                    button(say("IV site well"), {**chart, "what": "iv_site", "value": "well"}),
                    button(say("IV site problem"), {**chart, "what": "iv_site", "value": "problem"}),
                    button(say("Pump seen running"), {**chart, "what": "pump", "value": "running"}),
                    button(say("Pump seen stopped"), {**chart, "what": "pump", "value": "stopped"}),
                ],
            },
            {
                "label": say("Done"),
                "buttons": [
                    button(say("Head and airway"), {**chart, "what": "airway"}),
                    button(say("Oxygen…"), {"do": "dialog", "name": "oxygen"}),
                    button(say("Probe moved"), {**chart, "what": "probe"}),
                    button(say("Breathing counted…"), {"do": "dialog", "name": "breathing"}),
                ],
            },
            {"label": say("Symptoms"), "buttons": [*symptoms, button(say("None of these"), {"do": "no_symptoms"})]},
            {
                "label": say("More"),
                "buttons": [
                    button(say("Note…"), {"do": "dialog", "name": "note"}, icon="pen"),
                    button(say("Late entry…"), {"do": "dialog", "name": "late"}),
                    button(say("CADSS…"), {"do": "dialog", "name": "cadss"}),
                    button(say("First standing, accompanied"), {**chart, "what": "first_stand"}),
                    button(say("Like oneself again"), {**chart, "what": "self_again"}),
                ],
            },
        ],
        "undo": _undo(picture, view, who),
    }


def _scale_row(picture: Picture, view: View, scale: str) -> Frame:
    state, known, at = view.state, charting.SCALES[scale], picture.at(view)
    entry = state.score(scale)
    due = [
        d
        for obs in picture.document.observations
        if scale in obs.by and (d := picture.document.due_at(obs.id, state, view.window)) is not None
    ]
    last = None
    chosen: float | None = None
    if entry is not None:
        value = say("not asked") if entry.value is None else f"{entry.value:g}"
        last = say(
            "{value} at {time}, {part}",
            value=value,
            time=picture.time(view, entry.at),
            part=units.ago(at - entry.at),
        )
        interval = next((obs.every.get(state.phase) for obs in picture.document.observations if scale in obs.by), None)
        # A filled score is the last one; it loses its fill when it is too old to stand for now.
        chosen = entry.value if at - entry.at <= (interval or 900) * 1.5 else None
    late = at - min(due) if due else None
    text = (
        "" if late is None else say("over by {span}", span=units.span(late)) if late > 0 else say("due in {span}", span=units.span(-late))
    )
    order = range(known.high, known.low - 1, -1) if scale == charting.SEDATION else range(known.low, known.high + 1)
    return {
        "scale": scale,
        "colour": COLOURS.get(scale),
        "label": known.label,
        "last": last,
        "due": text,
        "over": late is not None and late > 0,
        "low": f"{order[0]} {known.high_word if scale == charting.SEDATION else known.low_word}",
        "high": f"{order[-1]} {known.low_word if scale == charting.SEDATION else known.high_word}",
        "values": [{"value": n, "label": str(n), "chosen": chosen == n} for n in order],
        "ask": button(
            say("Not asked"),
            {"do": "score", "scale": scale, "value": None},
            pressed=entry is not None and entry.value is None,
            aria=say("{label}: could not be asked", label=known.label),
        ),
    }


def _undo(picture: Picture, view: View, who: str) -> Frame | None:
    entry = last_own(picture, view, who, UNDO_S)
    if entry is None:
        return None
    return button(say("Undo {named}", named=named(picture, entry)), {"do": "undo", "seq": entry.seq}, icon="undo")


_AT_THE_BEDSIDE = (e.CuffStarted, e.CuffStopped, e.CuffIntervalSet, e.CuffPutOff)
_STRUCK = {True: say(" (taken back)"), False: " (corrected)"}


def _corrected(picture: Picture, before: e.AnyEvent, event: e.Corrected) -> str:
    """What stood there before, and what counts instead."""
    if isinstance(before, e.Corrected) and before.instead is not None:
        before = e.read(before.instead)
    stood = words.entry(picture.document, before) or ""
    why = f" ({event.reason})" if event.reason else ""
    if event.instead is None:
        return say("Taken back: {stood}{why}", stood=stood, why=why)
    return say("Corrected: {stood}, now {entry}{why}", stood=stood, entry=words.entry(picture.document, e.read(event.instead)), why=why)


def correctable(view: View) -> list[e.Logged]:
    """What can be corrected, newest first: what people charted, and not what has been corrected already."""
    corrected = {x.event.seq for x in view.journal if isinstance(x.event, e.Corrected)}
    return [x for x in reversed(view.journal) if x.event.kind in commands.CORRECTABLE and x.seq not in corrected]


def correct_button(view: View) -> Frame:
    return button(say("Correct…"), {"do": "dialog", "name": "correct"}, icon="pen", disabled=not correctable(view))


def events_panel(picture: Picture, view: View) -> list[Frame]:
    found: list[Frame] = []
    corrected = {x.event.seq: x.event for x in view.journal if isinstance(x.event, e.Corrected)}
    charted = {x.seq: x.event for x in view.journal}
    for entry in reversed(view.journal):
        text = words.entry(picture.document, entry.event)
        if text is None:
            continue
        if isinstance(entry.event, e.Corrected) and entry.event.seq in charted:
            text = _corrected(picture, charted[entry.event.seq], entry.event)
        if isinstance(entry.event, _AT_THE_BEDSIDE) and view.state.opened.source_kind != "simulated":
            text += say(", at the bedside")
        strong = isinstance(entry.event, e.EmergencyStarted) or (
            isinstance(entry.event, e.PromptChanged)
            and entry.event.state is e.PromptState.ACTIVE
            and entry.event.priority is not e.Priority.LOW
        )
        late = getattr(entry.event, "for_at", None)
        about = say(" (for {time})", time=picture.time(view, late)) if late is not None and entry.tick - late > 60 else ""
        found.append(
            {
                "at": picture.logged_time(entry, seconds=True),
                "text": text + about + (_STRUCK[corrected[entry.seq].instead is None] if entry.seq in corrected else ""),
                "by": say("line {rule}", rule=entry.event.rule) if isinstance(entry.event, e.PromptChanged) else entry.by,
                "strong": strong,
            }
        )
        if len(found) >= PANEL_EVENTS:
            break
    return found
