"""The log of a room: what one tap charts, what can be taken back, and what stands there."""

from __future__ import annotations

from monitor import charting, commands, units
from monitor import events as e
from monitor.board import words
from monitor.board.frame import Frame, button
from monitor.board.pad import COLOURS, last_own, named
from monitor.board.view import Picture, View

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
        "by": f"one tap saves, as {who}" if who else "one tap saves; first say who you are",
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
                "label": "At the chair",
                "buttons": [
                    button("Seen in person", {**chart, "what": "seen"}),
                    button("Resting, not disturbed", {**chart, "what": "resting"}),
                    button("Vomited", {**chart, "what": "vomited"}),
                    button("Reassured", {**chart, "what": "reassured"}),
                ],
            },
            {
                "label": "Line and pump",
                "buttons": [
                    button("IV site well", {**chart, "what": "iv_site", "value": "well"}),
                    button("IV site problem", {**chart, "what": "iv_site", "value": "problem"}),
                    button("Pump seen running", {**chart, "what": "pump", "value": "running"}),
                    button("Pump seen stopped", {**chart, "what": "pump", "value": "stopped"}),
                ],
            },
            {
                "label": "Done",
                "buttons": [
                    button("Head and airway", {**chart, "what": "airway"}),
                    button("Oxygen…", {"do": "dialog", "name": "oxygen"}),
                    button("Probe moved", {**chart, "what": "probe"}),
                    button("Breathing counted…", {"do": "dialog", "name": "breathing"}),
                ],
            },
            {"label": "Symptoms", "buttons": [*symptoms, button("None of these", {"do": "no_symptoms"})]},
            {
                "label": "More",
                "buttons": [
                    button("Note…", {"do": "dialog", "name": "note"}, icon="pen"),
                    button("Late entry…", {"do": "dialog", "name": "late"}),
                    button("CADSS…", {"do": "dialog", "name": "cadss"}),
                    button("First standing, accompanied", {**chart, "what": "first_stand"}),
                    button("Like oneself again", {**chart, "what": "self_again"}),
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
        value = "not asked" if entry.value is None else f"{entry.value:g}"
        last = f"{value} at {picture.time(view, entry.at)}, {units.minutes(at - entry.at)}".replace(", now", ", just now")
        interval = next((obs.every.get(state.phase) for obs in picture.document.observations if scale in obs.by), None)
        # A filled score is the last one; it loses its fill when it is too old to stand for now.
        chosen = entry.value if at - entry.at <= (interval or 900) * 1.5 else None
    late = at - min(due) if due else None
    text = "" if late is None else f"over by {units.span(late)}" if late > 0 else f"due in {units.span(-late)}"
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
            "Not asked",
            {"do": "score", "scale": scale, "value": None},
            pressed=entry is not None and entry.value is None,
            aria=f"{known.label}: could not be asked",
        ),
    }


def _undo(picture: Picture, view: View, who: str) -> Frame | None:
    entry = last_own(picture, view, who, UNDO_S)
    if entry is None:
        return None
    return button(f"Undo {named(picture, entry)}", {"do": "undo", "seq": entry.seq}, icon="undo")


_AT_THE_BEDSIDE = (e.CuffStarted, e.CuffStopped, e.CuffIntervalSet, e.CuffPutOff)
_STRUCK = {True: " (taken back)", False: " (corrected)"}


def _corrected(picture: Picture, before: e.AnyEvent, event: e.Corrected) -> str:
    """What stood there before, and what counts instead."""
    if isinstance(before, e.Corrected) and before.instead is not None:
        before = e.read(before.instead)
    stood = words.entry(picture.document, before) or ""
    why = f" ({event.reason})" if event.reason else ""
    if event.instead is None:
        return f"Taken back: {stood}{why}"
    return f"Corrected: {stood}, now {words.entry(picture.document, e.read(event.instead))}{why}"


def correctable(view: View) -> list[e.Logged]:
    """What can be corrected, newest first: what people charted, and not what has been corrected already."""
    corrected = {x.event.seq for x in view.journal if isinstance(x.event, e.Corrected)}
    return [x for x in reversed(view.journal) if x.event.kind in commands.CORRECTABLE and x.seq not in corrected]


def correct_button(view: View) -> Frame:
    return button("Correct…", {"do": "dialog", "name": "correct"}, icon="pen", disabled=not correctable(view))


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
            text += ", at the bedside"
        strong = isinstance(entry.event, e.EmergencyStarted) or (
            isinstance(entry.event, e.PromptChanged)
            and entry.event.state is e.PromptState.ACTIVE
            and entry.event.priority is not e.Priority.LOW
        )
        late = getattr(entry.event, "for_at", None)
        about = f" (for {picture.time(view, late)})" if late is not None and entry.tick - late > 60 else ""
        found.append(
            {
                "at": picture.logged_time(entry, seconds=True),
                "text": text + about + (_STRUCK[corrected[entry.seq].instead is None] if entry.seq in corrected else ""),
                "by": f"line {entry.event.rule}" if isinstance(entry.event, e.PromptChanged) else entry.by,
                "strong": strong,
            }
        )
        if len(found) >= PANEL_EVENTS:
            break
    return found
