"""One opened room: numbers, prompts with their workings, the log, the infusion, drugs, checklists, the emergency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from monitor import charting, commands, units
from monitor import events as e
from monitor.board import words
from monitor.board.tile import (
    RATES,
    Frame,
    button,
    cuff_due,
    cuff_left_s,
    head,
    no_signal,
    phase,
    pressure,
    progress,
    strip,
    tile_state,
    vital,
)
from monitor.board.view import PRIORITY_WORD, STARS, Picture, View, open_prompts, rule_of, shown_priority
from monitor.infusion import Pump
from monitor.protocol.conditions import MET, NOT_MET, Sight
from monitor.protocol.document import CheckItem, Rule
from monitor.protocol.prompts import DEFER_S, recheck_at
from monitor.session import Phase, Prompt
from monitor.vitals import KINDS, Signal

PANEL_EVENTS = 60
LOG_SCALES = (charting.DISSOCIATION, charting.COMFORT, charting.NAUSEA, charting.ANXIETY, charting.SEDATION)
MORE = (Signal.PULSE, Signal.ABP_SYS, Signal.ETCO2, Signal.TEMP)


def room_frame(picture: Picture, room: str, who: str) -> Frame:
    """The page of one room; of an empty one only that it is empty."""
    view = picture.views.get(room)
    frame = head(picture, who, "room", f"Room {room}" + (f" · {view.state.opened.alias}" if view else ""))
    frame["room"] = room
    frame["rooms"] = [_neighbour(picture, other, room) for other in picture.rooms]
    if view is None:
        frame["empty"] = {"head": "Empty", "text": "", "button": button("Check in…", {"do": "dialog", "name": "checkin"}, solid=True)}
        return frame
    state = view.state
    observed = state.opened.observed
    return {
        **frame,
        "alias": state.opened.alias,
        "source": state.opened.source_label,
        "facts": _facts(picture, view),
        "actions": list(_actions(picture, view, who)),
        "empty": None,
        "phase": phase(picture, view),
        "progress": progress(picture, view),
        "numerics": {
            "hr": {**vital(picture, view, RATES, "HR"), "sub": _rate_source(view), "limits": _limits(picture, view, RATES)},
            "spo2": {**vital(picture, view, (Signal.SPO2,), "SpO2"), "sub": "oximeter", "limits": _limits(picture, view, (Signal.SPO2,))},
            "rr": {**vital(picture, view, (Signal.RR,), "RR"), "sub": "", "limits": _limits(picture, view, (Signal.RR,))},
        },
        "more": [_more(picture, view, s) for s in MORE if s in view.window.channels],
        "no_signal": no_signal(picture, view),
        "bp": _bp(picture, view),
        "cuff": _cuff(picture, view),
        "cuff_table": list(_cuff_table(picture, view)),
        "prompts": [_card(picture, view, p) for p in open_prompts(view)],
        "watching": [
            {"text": f"Watching: {p.message}", "sub": f"Not yet called for · line {p.rule}"}
            for p in state.prompts.values()
            if p.state is e.PromptState.PENDING
        ],
        "checklist": _checklist(picture, view),
        "log": _log(picture, view, who),
        "infusion": None if observed else _infusion(picture, view),
        "drugs": None if observed else _drugs(picture, view),
        "emergency": _emergency(picture, view),
        "handover": _handover(picture, view, who),
        "events": _events(picture, view),
    }


def _neighbour(picture: Picture, room: str, here: str) -> Frame:
    view = picture.views.get(room)
    text, priority = "empty", None
    if view is not None:
        below = strip(picture, view)
        state = tile_state(picture, view, below)
        text = {"calm": "", "pleasant": "", "blind": "not assessed"}.get(state, state)
        if below["kind"] == "prompt":
            text, priority = f"{below['stars']} {below['line1'].split()[0]}", below["priority"]
    return {"room": room, "text": text, "priority": priority, "here": room == here, "act": {"do": "open_room", "room": room}}


def _facts(picture: Picture, view: View) -> list[str]:
    opened = view.state.opened
    who: list[str] = [opened.source_kind]
    if opened.age is not None:
        who.append(f"{opened.age} y")
    weight = view.state.order.weight_kg if view.state.order is not None else opened.weight_kg
    if weight is not None:
        who.append(f"{weight:g} kg")
    facts = [", ".join(who)]
    if opened.second_id:
        facts.append(opened.second_id)
    if opened.number is not None:
        facts.append(f"infusion {opened.number}")
    if not opened.observed:
        facts.append("allergy: " + ", ".join(opened.allergies) if opened.allergies else "no allergies charted")
    facts += [picture.document.history.get(flag, flag).lower() for flag in opened.earlier]
    if view.state.speed not in (0.0, 1.0):
        facts.append(f"{view.state.speed:g} times real time")
    return facts


def _actions(picture: Picture, view: View, who: str) -> Iterator[Frame]:
    state = view.state
    yield button("Emergency", {"do": "emergency", "room": state.opened.room}, kind="emergency", pressed=state.emergency is not None)
    if view.standing and "recording has ended" not in view.standing:
        yield button("Go on", {"do": "pace", "speed": 1}, icon="run", solid=True)
    if not state.opened.observed:
        if state.watcher != who or not who:
            yield button("Take watch" if not state.watcher else f"Take from {state.watcher}", {"do": "watch"}, icon="eye")
        else:
            yield button("Hand over…", {"do": "dialog", "name": "handover"})
    if state.away is not None:
        yield button("Back at the monitor", {"do": "back"}, solid=True)
    elif state.phase in (Phase.READY, Phase.RUNNING, Phase.PAUSED, Phase.RECOVERY):
        yield button("Away…", {"do": "dialog", "name": "away"})
    if state.phase is Phase.RECOVERY:
        yield button("Discharge…", {"do": "dialog", "name": "discharge"})
    if state.phase in (Phase.DISCHARGED, Phase.OBSERVED, Phase.READY):
        yield button("Close session…", {"do": "dialog", "name": "close"})


def _rate_source(view: View) -> str:
    return "ECG" if Signal.HR in view.window.channels else "oximeter"


def _limits(picture: Picture, view: View, signals: Sequence[Signal]) -> str:
    """The protocol's own limits for a number, taken from the rules of this phase."""
    low: list[float] = []
    high: list[float] = []
    for rule in picture.document.by_phase[view.state.phase]:
        for part in _vitals(rule):
            if set(part.of) & set(signals):
                if part.below is not None:
                    low.append(part.below)
                if part.above is not None:
                    high.append(part.above)
    if low and high:
        return f"{max(low):g} to {min(high):g}"
    if low:
        return f"{max(low):g} or more"
    return f"up to {min(high):g}" if high else ""


def _vitals(rule: Rule) -> Iterator[Any]:
    from monitor.protocol.conditions import Vital, walk

    return (part for part in walk(rule.when) if isinstance(part, Vital))


def _more(picture: Picture, view: View, signal: Signal) -> Frame:
    frame = vital(picture, view, (signal,), KINDS[signal].label)
    return {**frame, "unit": KINDS[signal].unit}


# ---- blood pressure ----


def _bp(picture: Picture, view: View) -> Frame:
    frame = pressure(picture, view)
    reading = view.window.reading()
    if frame["value"] is not None and reading is not None:
        frame["at"] = picture.time(view, reading.at)
        frame["mean"] = f"mean {units.shown(reading.mean)}" if reading.mean is not None else ""
        base = view.state.baseline
        if base is not None and frame["deviation"] is not None:
            frame["deviation"] = {**frame["deviation"], "text": f"{frame['deviation']['text']} over {base.sys:g}/{base.dia:g}"}
    return frame


def _cuff(picture: Picture, view: View) -> Frame:
    state = view.state
    interval = state.cuff_interval_s
    left = cuff_left_s(picture, view)
    obeys = state.opened.source_kind == "simulated" and not view.standing
    text = (cuff_due(picture, view) or "").replace("cuff over", "late by").replace("cuff", "next in")
    every = f"every {interval / 60:g} min" if interval is not None else "no interval"
    buttons = []
    if obeys:
        buttons.append(button("Start now", {"do": "cuff", "what": "start"}))
        buttons += [
            button(f"Every {m} min", {"do": "cuff", "what": "interval", "minutes": m}, pressed=interval == m * 60) for m in (3, 5, 10)
        ]
    reading = view.window.reading()
    if state.phase in (Phase.READY, Phase.OBSERVED) and reading is not None:
        label = f"Baseline {units.shown(reading.sys or 0)}/{units.shown(reading.dia or 0)}"
        buttons.append(button(label, {"do": "baseline"}, pressed=state.baseline_at is not None and state.baseline_at >= reading.at))
    percent = None if left is None or not interval else max(0, min(100, round(100 * (1 - left / interval))))
    head_text = ", ".join(t for t in (text, every) if t)
    return {"head": head_text if obeys else f"as the recording has it, {text or 'no cycle'}", "percent": percent, "buttons": buttons}


def _cuff_table(picture: Picture, view: View) -> Iterator[Frame]:
    base = view.state.baseline
    shown_limit = picture.document.deviation_limit_sys
    for reading in list(view.window.cuff)[-5:][::-1]:
        rate = next((s.value for s in reversed(view.window.series.get(Signal.HR, ())) if s.measured_at <= reading.at), None)
        row: Frame = {
            "at": picture.time(view, reading.at),
            "value": None,
            "failed": None,
            "from_base": "",
            "strong": False,
            "hr": units.shown(rate) if rate is not None else "",
        }
        if reading.failed or reading.sys is None or reading.dia is None:
            row["failed"] = "failed"
        else:
            row["value"] = f"{units.shown(reading.sys)}/{units.shown(reading.dia)}"
            row["strong"] = reading.sys >= shown_limit
            if base is not None:
                row["from_base"] = f"{reading.sys - base.sys:+.0f}/{reading.dia - base.dia:+.0f}"
        yield row


# ---- prompts ----


_STATUS = {"sourced": "sourced", "unchecked": "known but unchecked", "proposal": "proposal"}


def _card(picture: Picture, view: View, prompt: Prompt) -> Frame:
    document, at = picture.document, picture.at(view)
    rule, priority = rule_of(picture, prompt), shown_priority(prompt)
    word = PRIORITY_WORD[priority]
    frame: Frame = {
        "id": f"{prompt.rule}#{prompt.episode}",
        "rule": prompt.rule,
        "priority": priority,
        "stars": STARS[priority],
        "head": prompt.message,
        "sub": word + (" · found late" if prompt.late else ""),
        "since": units.span(at - prompt.since),
        "since_word": "unanswered",
        "state": "active",
        "first": None,
        "seen": [_seen(picture, view, v) for v in prompt.evidence],
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
        frame.update(state="over", sub=f"{word} · the values are back inside; waits for an answer")
    elif prompt.state is e.PromptState.RECHECK:
        frame["sub"] = f"{word} · re-check: still so"
    if rule is None:
        return frame
    signed = "" if document.signed else ", unsigned"
    frame.update(
        sub=f"{frame['sub']} · {rule.title}",
        protocol={
            "rule": rule.id,
            "quote": rule.line,
            "status": f"Limit: {_STATUS[rule.citation.limit]} ({rule.citation.source}). Action: {_STATUS[rule.citation.action]}{signed}.",
        },
        options=[{"id": o, "label": document.option[o].label, "opens": document.option[o].command not in ONE_TAP} for o in rule.options],
        technical=prompt.prompt_kind is e.PromptKind.TECHNICAL,
        expect=rule.expect,
        recheck=f"{units.span(rule.recheck)} after the answer" if rule.recheck is not None else "none; it ends with its cause",
        defer=list(document.reasons_defer),
        decline=list(document.reasons_decline),
    )
    if rule.emergency:
        frame["first"] = list(document.emergency.lines)
    if prompt.priority is e.Priority.HIGH:
        back = rule.recheck if rule.recheck is not None else DEFER_S
        frame["sub"] += f" · a deferral comes back within {units.span(back)}"
    if prompt.answered is not None:
        frame.update(state="answered", answered=_answer(picture, view, prompt, rule))
    return frame


ONE_TAP = frozenset({"observe", "call", "cuff", "watch", "away_end", "emergency"})
"""Options whose act needs no form: one tap on "Did" records it."""


def _seen(picture: Picture, view: View, evidence: e.Evidence) -> Frame:
    unknown = evidence.value is None
    name = evidence.name
    if name in KINDS:
        label = KINDS[Signal(name)].label
    elif name in charting.SCALES:
        label = charting.SCALES[name].label
    else:
        label = picture.document.observation[name].label if name in picture.document.observation else name.replace("_", " ")
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
        "note": evidence.note if not unknown else f"cannot tell: {evidence.note}",
        "unknown": unknown,
    }


def _answer(picture: Picture, view: View, prompt: Prompt, rule: Rule) -> Frame:
    answered = prompt.answered
    assert answered is not None
    chosen = ", ".join(picture.document.option[o].label.lower() for o in answered.options if o in picture.document.option)
    due = recheck_at(rule, prompt)
    left = None if due is None else due - picture.at(view)
    whole = max(1, (due or 0) - answered.at)
    return {
        "text": f"{prompt.message} · {answered.answer.value}: {chosen or answered.reason}",
        "by": f"{answered.by} {picture.time(view, answered.at)}" + (f" · {rule.expect}" if rule.expect else ""),
        "countdown": units.span(left) if left is not None else None,
        "percent": None if left is None else max(0, min(100, round(100 * (1 - left / whole)))),
    }


# ---- checklists ----


def _checklist(picture: Picture, view: View) -> Frame | None:
    name, title = {
        Phase.READY: ("before", "Before the infusion"),
        Phase.RECOVERY: ("discharge", "Before leaving"),
    }.get(view.state.phase, (None, ""))
    if name is None or name not in picture.document.checklists:
        return None
    items = picture.document.checklists[name]  # type: ignore[index]
    sight = Sight(picture.document, view.state, view.window, picture.at(view))
    shown_items = [i for i in items if i.applies is None or i.applies.truth(sight) != NOT_MET]
    left = {i.id for i in picture.document.open_items(name, view.state)}
    buttons = []
    if name == "before":
        buttons.append(button("Order…", {"do": "dialog", "name": "order"}, solid=view.state.order is None))
        buttons.append(button("Start the infusion…", {"do": "dialog", "name": "start"}, solid=not left and view.state.order is not None))
        if any(i.effect == "blocks" and i.override for i in items if i.id in left):
            buttons.append(button("Override…", {"do": "dialog", "name": "override", "fill": {"checklist": name}}))
    else:
        buttons.append(button("Discharge…", {"do": "dialog", "name": "discharge"}, solid=not left))
    return {
        "id": name,
        "title": title,
        "done": f"{len(shown_items) - len([i for i in shown_items if i.id in left])} of {len(shown_items)}",
        "items": [_item(picture, view, sight, name, i) for i in shown_items],
        "buttons": buttons,
    }


def _item(picture: Picture, view: View, sight: Sight, checklist: str, item: CheckItem) -> Frame:
    checked = view.state.checks.get((checklist, item.id))
    note = item.note or None
    if item.hint is not None:
        truth = item.hint.truth(sight)
        note = {MET: "monitor: yes", NOT_MET: "monitor: not yet"}.get(truth, "monitor: cannot tell") + (
            f" · {item.note}" if item.note else ""
        )
    if checked is not None and checked.override_by:
        note = f"overridden by {checked.override_by}"
    return {
        "id": item.id,
        "text": item.question,
        "effect": item.effect,
        "multiple": item.multiple,
        "note": note,
        "answers": [
            {"id": a.id, "label": a.label, "chosen": checked is not None and a.id in checked.answers, "bad": a.stops} for a in item.answers
        ],
    }


# ---- the log ----


def _log(picture: Picture, view: View, who: str) -> Frame:
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
        "colour": {charting.DISSOCIATION: "diss", charting.COMFORT: "comf"}.get(scale),
        "label": known.label,
        "last": last,
        "due": text,
        "over": late is not None and late > 0,
        "low": f"{order[0]} {known.high_word if scale == charting.SEDATION else known.low_word}",
        "high": f"{order[-1]} {known.low_word if scale == charting.SEDATION else known.high_word}",
        "values": [{"value": n, "label": str(n), "chosen": chosen == n} for n in order],
        "ask": button(
            "Could not be asked", {"do": "score", "scale": scale, "value": None}, pressed=entry is not None and entry.value is None
        ),
    }


def _undo(picture: Picture, view: View, who: str) -> Frame | None:
    """The last entry of this person that can be taken back, while it is fresh."""
    taken = {x.event.seq for x in view.journal if isinstance(x.event, e.Corrected)}
    for entry in reversed(view.journal):
        if entry.event.kind in commands.CORRECTABLE and entry.by == who and entry.seq not in taken:
            if view.at - entry.tick > 300 * max(1.0, view.state.speed):
                return None
            text = words.entry(picture.document, entry.event) or ""
            return button(f"Undo {text[0].lower()}{text[1:]}", {"do": "undo", "seq": entry.seq}, icon="undo")
    return None


# ---- infusion and drugs ----


_CHANGES = {"started": "started", "rate": "rate", "paused": "paused", "resumed": "resumed", "stopped": "stopped"}


def _infusion(picture: Picture, view: View) -> Frame | None:
    state, at = view.state, picture.at(view)
    order, ledger = state.order, state.ledger
    if order is None or ledger is None:
        return {
            "order": "no order yet",
            "clock": "0:00",
            "text": "not started",
            "sub": "",
            "percent": 0,
            "facts": [],
            "rows": [],
            "buttons": [button("Order…", {"do": "dialog", "name": "order"}, solid=True)] if state.phase is Phase.READY else [],
        }
    given = ledger.given_mg(at)
    pump_word = {Pump.PLANNED: "not started", Pump.RUNNING: "running", Pump.PAUSED: "paused", Pump.ENDED: "ended"}[ledger.pump]
    left = ledger.left_s(order, at)
    return {
        "order": f"ketamine {order.concentration_mg_per_ml:g} mg/mL · as charted, pump set by hand",
        "clock": units.span(ledger.running_s(at)),
        "text": f"of {units.span(order.minutes * 60)}, {pump_word}",
        "sub": f"planned end in {units.span(left)}" if left else "pauses not counted",
        "percent": min(100, round(100 * given / order.dose_mg)),
        "facts": [
            ["Given", f"{given:.1f}", "mg"],
            ["Left", f"{max(0.0, order.dose_mg - given):.1f}", "mg"],
            ["Dose", f"{given / order.weight_kg:.2f}", f"of {order.dose_mg_per_kg:.2f} mg/kg"],
            ["Rate", f"{ledger.rate_mg_per_kg_h:.2f}", "mg/kg/h"],
            ["Pump", f"{units.ml_per_h(ledger.rate_mg_per_kg_h, order.weight_kg, order.concentration_mg_per_ml):.1f}", "mL/h"],
        ],
        "rows": [
            {
                "at": picture.time(view, c.at, seconds=True),
                "what": _CHANGES[c.what],
                "rate": f"{c.rate_mg_per_kg_h:.2f}",
                "mg": f"{ledger.given_mg(c.at):.1f}",
            }
            for c in reversed(ledger.changes)
        ],
        "buttons": _pump_buttons(view),
    }


def _pump_buttons(view: View) -> list[Frame]:
    phase_now = view.state.phase
    if phase_now is Phase.READY:
        return [button("Order…", {"do": "dialog", "name": "order"}), button("Start…", {"do": "dialog", "name": "start"})]
    if phase_now is Phase.RUNNING:
        return [
            button("Rate…", {"do": "dialog", "name": "rate"}),
            button("Pause", {"do": "dialog", "name": "pause"}, icon="pause"),
            button("Stop…", {"do": "dialog", "name": "stop"}),
        ]
    if phase_now is Phase.PAUSED:
        return [
            button("Resume…", {"do": "dialog", "name": "resume"}, icon="run"),
            button("Stop…", {"do": "dialog", "name": "stop"}),
        ]
    return []


def _drugs(picture: Picture, view: View) -> Frame:
    state, at = view.state, picture.at(view)
    rows: list[Frame] = []
    for given in reversed(state.drugs):
        same = [g for g in state.drugs if g.drug == given.drug]
        repeat = commands.earliest_repeat(picture.document, same) if given is same[-1] else None
        locked = repeat is not None and repeat > at
        note = f"earliest repeat {picture.time(view, repeat)}" if locked and repeat is not None else ""
        if given.breaks:
            note = "; ".join((*given.breaks, note)) if note else "; ".join(given.breaks)
        rows.append(
            {
                "name": words.drug(picture.document, given.drug, given.dose, given.unit, given.route),
                "at": f"{picture.time(view, given.at)}, {given.by}",
                "note": note,
                "locked": locked,
            }
        )
    allowed = state.phase not in (Phase.DISCHARGED, Phase.CLOSED)
    return {"rows": rows, "button": button("Add…", {"do": "dialog", "name": "drug"}) if allowed else None}


# ---- emergency, handover, events ----


def _emergency(picture: Picture, view: View) -> Frame | None:
    running = view.state.emergency
    if running is None:
        return None
    plan = picture.document.emergency
    done = {act: tick for act, tick, _ in running.acts}
    return {
        "since": units.span(picture.at(view) - running.since),
        "lines": [*plan.lines, f"Call {plan.number}"],
        "acts": [
            {
                **button(a.label, {"do": "emergency_act", "act": a.id}, pressed=a.id in done),
                "at": picture.time(view, done[a.id], seconds=True) if a.id in done else None,
            }
            for a in plan.acts
        ],
        "end": button("End the emergency…", {"do": "dialog", "name": "emergency_end"}),
    }


def handover_card(picture: Picture, view: View) -> list[str]:
    """Open prompts, due items and last drugs, in a few lines."""
    at, document, state = picture.at(view), picture.document, view.state
    lines = []
    for prompt in open_prompts(view)[:6]:
        answered = f", {prompt.answered.answer.value} by {prompt.answered.by}" if prompt.answered else ", not answered"
        lines.append(f"{STARS[shown_priority(prompt)]} {prompt.message}{answered}")
    due = sorted((d, obs.label) for obs in document.observations if (d := document.due_at(obs.id, state, view.window)) is not None)
    for when, label in due[:4]:
        late = at - when
        lines.append(f"{label}: {'over by ' + units.span(late) if late > 0 else 'due in ' + units.span(-late)}")
    for given in state.drugs[-3:]:
        known = document.drug.get(given.drug)
        expect = f": {known.expect}" if known is not None else ""
        lines.append(f"{words.drug(document, given.drug, given.dose, given.unit, given.route)} at {picture.time(view, given.at)}{expect}")
    return lines or ["Nothing open, nothing due, no drugs given."]


def _handover(picture: Picture, view: View, who: str) -> Frame | None:
    offer = view.state.offer
    if offer is None:
        return None
    to = f" to {offer.to}" if offer.to else ""
    buttons = []
    if who and who != offer.by:
        buttons.append(button("I take over", {"do": "watch"}, solid=True))
    return {"title": f"{offer.by} hands over{to}, {picture.time(view, offer.at)}", "lines": list(offer.card), "buttons": buttons}


def _events(picture: Picture, view: View) -> list[Frame]:
    found: list[Frame] = []
    corrected = {x.event.seq for x in view.journal if isinstance(x.event, e.Corrected)}
    for entry in reversed(view.journal):
        text = words.entry(picture.document, entry.event)
        if text is None:
            continue
        strong = isinstance(entry.event, e.EmergencyStarted) or (
            isinstance(entry.event, e.PromptChanged)
            and entry.event.state is e.PromptState.ACTIVE
            and entry.event.priority is not e.Priority.LOW
        )
        correctable = entry.event.kind in commands.CORRECTABLE and entry.seq not in corrected
        late = getattr(entry.event, "for_at", None)
        about = f" (for {picture.time(view, late)})" if late is not None and entry.tick - late > 60 else ""
        found.append(
            {
                "at": picture.logged_time(entry, seconds=True),
                "text": text + about + (" (taken back)" if entry.seq in corrected else ""),
                "by": f"line {entry.event.rule}" if isinstance(entry.event, e.PromptChanged) else entry.by,
                "strong": strong,
                "act": {"do": "dialog", "name": "correct", "fill": {"seq": entry.seq}} if correctable else None,
            }
        )
        if len(found) >= PANEL_EVENTS:
            break
    return found
