"""The wall: one tile a room, in fixed places, and the ward's banner."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import charting, units
from monitor import events as e
from monitor.board.alarms import banner, banner_none
from monitor.board.checklist import readiness, ready_words
from monitor.board.frame import Frame, bound, button, emergency_button
from monitor.board.head import head
from monitor.board.options import offered
from monitor.board.pad import pad, undo
from monitor.board.prompts import flashes, headline, open_prompts, since
from monitor.board.vacant import vacant
from monitor.board.view import (
    NO_PROMPTS,
    RANK,
    SPARK_S,
    STARS,
    Picture,
    View,
    live,
    lost_for_s,
    marked,
    rule_of,
    source,
    why_gone,
)
from monitor.infusion import Pump
from monitor.language import say
from monitor.pressures import last_reading, measuring, next_cycle, readings
from monitor.protocol.prompts import recheck_at
from monitor.session import Phase, Prompt
from monitor.vitals import CUFF, Freshness, Signal

SPARK_STEP_S = 15
RATES = (Signal.HR, Signal.PULSE)


def ward_frame(picture: Picture, who: str) -> Frame:
    """The whole wall."""
    from monitor.board.handover import handover_buttons

    tiles = [tile(picture, room, who) for room in picture.rooms]
    top = head(picture, who, "ward", "Drill" if picture.drilling else "Ward")
    return {
        **top,
        "menu": [*handover_buttons(picture, who), *top["menu"], button(say("Full screen"), {"do": "display"})],
        "tally": _tally(picture),
        "banner": banner(picture),
        "banner_none": banner_none(picture),
        "tiles": tiles,
        "pad": pad(),
        "first": _first(picture),
    }


def _first(picture: Picture) -> str | None:
    """What to try first, in a ward of demo rooms."""
    if picture.drilling or not any(view.state.opened.demo for view in picture.views.values()):
        return None
    return say("Try first: open a room that calls for something, tick what you did, then say so. Tap this line to hide it.")


_TALLY = (
    (Phase.RUNNING, "infusing"),
    (Phase.PAUSED, "paused"),
    (Phase.RECOVERY, "recovery"),
    (Phase.READY, "before"),
    (Phase.OBSERVED, "observed"),
    (Phase.DISCHARGED, "leaving"),
)


def _tally(picture: Picture) -> list[str]:
    phases = [v.state.phase for v in picture.views.values()]
    found = [f"{phases.count(phase)} {word}" for phase, word in _TALLY if phase in phases]
    free = len(picture.rooms) - len(phases)
    return [*found, say("{free} free", free=free)] if free else found


def tile(picture: Picture, room: str, who: str) -> Frame:
    view = picture.views.get(room)
    opening = {"do": "open_room", "room": room}
    if view is None:
        damaged = room in picture.damaged
        return {
            "room": room,
            "alias": None,
            "act": opening,
            "state": "blind" if damaged else "empty",
            "priority": None,
            "aria": say("Room {room}, cannot be read", room=room) if damaged else say("Room {room}, empty", room=room),
            "note": vacant(picture, room, {"do": "checkin", "room": room}),
        }
    state = view.state
    below, bp = strip(picture, view), pressure(picture, view)
    shown: Frame = {
        "room": room,
        "session": view.session,
        "tick": view.at,
        "alias": state.opened.alias,
        "act": opening,
        "state": tile_state(picture, view, below),
        "priority": below["priority"] if below["kind"] == "prompt" else None,
        "aria": say("Room {room}, {alias}", room=room, alias=state.opened.alias),
        "source": source(state.opened) if state.opened.source_kind == "recorded" else None,
        "watcher": _initials(state.watcher) if state.watcher else None,
        "watcher_missing": not state.watcher and not state.opened.observed,
        "phase": phase(picture, view),
        "progress": progress(picture, view),
        "vitals": {
            "hr": vital(picture, view, RATES, "HR"),
            "spo2": vital(picture, view, (Signal.SPO2,), "SpO2"),
            "bp": bp,
            "rr": vital(picture, view, (Signal.RR,), "RR"),
        },
        "no_signal": no_signal(picture, view),
        "scores": {
            "diss": _score(picture, view, charting.DISSOCIATION, say("Dissociation"), "Dissoc."),
            "comf": _score(picture, view, charting.COMFORT, say("Comfort"), say("Comfort")),
        },
        "due": _due(picture, view, cuff_counts=bp["value"] is not None and bp["cuff"] is not None),
        "log": {"label": say("Log"), "icon": "pen", "aria": say("Log scores, room {room}", room=room)},
        "undo": undo(picture, view, who),
        "emergency": emergency_button(room, pressed=state.emergency is not None),
        "strip": below,
        "note": None,
    }
    made: Frame = bound(shown, view.session)
    return made


def _initials(name: str) -> str:
    if any(c.isdigit() for c in name):
        return name[:6]  # a trainee's code
    words = name.replace(".", " ").split()
    return ("".join(word[0] for word in words)[:3] if len(words) > 1 else name[:2]).upper()


def tile_state(picture: Picture, view: View, below: Frame) -> str:
    """The tile's state, by what its strip says."""
    if not picture.assesses(view):
        return "blind"
    if below["kind"] == "prompt":
        return "alarm"
    if below["kind"] == "watch":
        return "watching"
    if below["kind"] == "done":
        return "answered"
    stands = readiness(picture, view)
    if stands is not None and stands.since is not None:
        return "ready"
    by_phase = {Phase.PAUSED: "paused", Phase.RECOVERY: "recovery", Phase.READY: "before"}
    return by_phase.get(view.state.phase, "pleasant" if _pleasant(view) else "calm")


def phase(picture: Picture, view: View) -> Frame:
    state, at = view.state, picture.at(view)
    if view.standing:
        return {"icon": "pause", "chip": say("Stands still"), "text": "", "bold": "", "after": ""}
    in_phase = at - state.phase_since
    if state.phase is Phase.OBSERVED:
        return {"icon": "run", "chip": None, "text": say("observed "), "bold": units.span(at), "after": ""}
    stands = readiness(picture, view)
    if stands is not None and stands.since is not None:
        return {"icon": "check", "chip": say("Ready"), "text": say("since "), "bold": picture.time(view, stands.since), "after": ""}
    if stands is not None and state.phase is Phase.READY:
        return {"icon": None, "chip": say("Before"), "text": "", "bold": str(stands.left), "after": say(" of {of} open", of=stands.of)}
    if state.phase is Phase.RECOVERY:
        least = picture.document.recovery_minimum // 60
        return {
            "icon": "recovery",
            "chip": say("Recovery {in_phase} min", in_phase=in_phase // 60),
            "text": say("of "),
            "bold": str(least),
            "after": "",
        }
    if state.phase is Phase.DISCHARGED:
        return {"icon": "check", "chip": say("Discharged"), "text": "", "bold": "", "after": ""}
    ran = state.ledger.running_s(at) if state.ledger is not None else 0
    planned = say(" of {minutes:g}", minutes=state.order.minutes) if state.order is not None else ""
    chip = say("Paused {span}", span=units.span(in_phase)) if state.phase is Phase.PAUSED else None
    icon = "pause" if chip else "run"
    return {"icon": icon, "chip": chip, "text": say("min "), "bold": str(ran // 60), "after": planned}


def progress(picture: Picture, view: View) -> Frame:
    """How much of the ordered dose is in, or of the least recovery time has passed."""
    state, at = view.state, picture.at(view)
    if state.phase is Phase.RECOVERY:
        passed = (at - state.phase_since) / max(1, picture.document.recovery_minimum)
        return {"kind": "recovery", "percent": min(100, round(100 * passed))}
    if state.ledger is None or state.order is None or state.pump is Pump.PLANNED:
        return {"kind": "none", "percent": 0}
    share = state.ledger.given_mg(at) / state.order.dose_mg
    kind = "paused" if state.pump is Pump.PAUSED else "running"
    return {"kind": kind, "percent": min(100, round(100 * share))}


def vital(picture: Picture, view: View, signals: Sequence[Signal], label: str) -> Frame:
    """One number, if it is live; else what stands in its place."""
    sample = live(picture, view, signals)
    from_pulse = sample is not None and len(signals) > 1 and sample.signal is Signal.PULSE
    frame: Frame = {
        "label": "PR" if from_pulse else label,
        "unit": "%" if signals[0] is Signal.SPO2 else "/min",
        "value": None,
        "gone": None,
        "priority": marked(picture, view, [s.value for s in signals]),
        "spark": _spark(view, next((s for s in signals if s in view.trend), signals[0])),
        "aging": False,
    }
    if sample is None:
        number, why = why_gone(picture, view, signals)
        frame["gone"] = {"num": number, "why": why}
    else:
        frame["value"] = units.shown(sample.value)
        frame["aging"] = view.window.freshness(sample.signal, picture.at(view)) is not Freshness.FRESH
    return frame


def _spark(view: View, signal: Signal) -> list[float | None]:
    kept = view.trend.get(signal)
    if not kept:
        return []
    # One point every 15 s is finer than the pixels of a tile. Always the same ones, so that the line only moves on.
    since = kept[-1][0] - SPARK_S
    return [value for tick, value in kept if tick > since and tick % SPARK_STEP_S == 0]


def no_signal(picture: Picture, view: View) -> Frame | None:
    away = view.state.away
    if away is not None:
        at = picture.at(view)
        return {
            "head": say("AWAY"),
            "text": say(
                "{why}, {escort}, {span} of {span2}",
                why=away.why,
                escort=away.escort,
                span=units.span(at - away.since),
                span2=units.span(away.cap_s),
            ),
        }
    if view.standing:
        return {"head": say("STANDS STILL"), "text": view.standing}
    rate, oxygen = (lost_for_s(picture, view, s) for s in (RATES, (Signal.SPO2,)))
    if rate is None or oxygen is None:
        return None
    if view.at < 10:
        return {"head": say("WAITING"), "text": say("for the first values")}
    return {"head": say("NO SIGNAL"), "text": say("HR and SpO2 for {span}", span=units.span(min(rate, oxygen)))}


def pressure(picture: Picture, view: View) -> Frame:
    """The cuff: a reading with its age, or what is wrong with it. Never a greyed number."""
    at, document, state = picture.at(view), picture.document, view.state
    frame: Frame = {
        "label": say("BP"),
        "age": None,
        "value": None,
        "state": "none",
        "num": "---/---",
        "why": [],
        "deviation": None,
        "cuff": None,
        "priority": marked(picture, view, ("nibp_sys", "nibp_dia")),
    }
    tries = list(readings(state, view.window))
    if not tries and not any(s in view.window.channels for s in CUFF):
        return {**frame, "why": [say("no source")]}
    frame["cuff"] = cuff_due(picture, view)
    reading = last_reading(state, view.window)
    last = tries[-1] if tries else None
    was = (
        say("last {mmhg} at {time}", mmhg=_mmhg(reading.sys, reading.dia), time=picture.time(view, reading.at))
        if reading is not None
        else ""
    )
    if last is not None and last.failed:
        failed = 0
        for attempt in reversed(tries):
            if not attempt.failed:
                break
            failed += 1
        times = {1: "", 2: " twice"}.get(failed, say(" {failed} times", failed=failed))
        return {
            **frame,
            "state": "failed",
            "num": "-?-",
            "age": picture.time(view, last.at),
            "why": [say("CUFF FAILED{times}", times=times), was],
        }
    if reading is None:
        return {**frame, "why": [say("no reading yet")]}
    age = at - reading.at
    frame["age"] = units.minutes(age)
    if age > document.bp_max_age_s(state):
        then = picture.time(view, reading.at)
        return {
            **frame,
            "state": "old",
            "why": [say("TOO OLD to show"), say("was {mmhg} at {then}", mmhg=_mmhg(reading.sys, reading.dia), then=then)],
        }
    interval = state.cuff_interval_s or document.cuff_interval
    frame.update(
        value=_mmhg(reading.sys, reading.dia),
        num=None,
        state="aging" if age > 1.5 * interval else "fresh",
        deviation=deviation(picture, view, reading.sys, reading.dia),
    )
    return frame


def _mmhg(sys: float | None, dia: float | None) -> str:
    return f"{units.shown(sys or 0)}/{units.shown(dia or 0)}"


BAR_FROM, BAR_TO = -20.0, 60.0


def _place(rise: float) -> float:
    return round(min(100.0, max(0.0, (rise - BAR_FROM) / (BAR_TO - BAR_FROM) * 100)), 1)


def deviation(picture: Picture, view: View, sys: float | None, dia: float | None) -> Frame | None:
    """The bar from -20 to +60 mmHg systolic around this patient's baseline."""
    base = view.state.baseline
    if base is None or sys is None or dia is None:
        return None
    rise, rise_dia = sys - base.sys, dia - base.dia
    places = sorted((_place(0.0), _place(rise)))
    limit = picture.document.deviation_limit_sys - base.sys
    return {
        "base": _place(0.0),
        "from": places[0],
        "to": places[1],
        "limit": _place(limit) if BAR_FROM < limit <= BAR_TO else None,
        "text": f"{rise:+.0f}/{rise_dia:+.0f}",
    }


def cuff_due(picture: Picture, view: View) -> str | None:
    if not view.standing and measuring(view.state, view.window, picture.at(view)):
        return say("cuff now")
    left = cuff_left_s(picture, view)
    if left is None:
        return None
    return say("cuff {span}", span=units.span(left)) if left >= 0 else say("late {span}", span=units.span(-left))


def cuff_left_s(picture: Picture, view: View) -> int | None:
    """Seconds until the cuff's next cycle; negative when it is late."""
    at = picture.at(view)
    due = None if view.standing else next_cycle(view.state, view.window, at)
    return None if due is None else due - at


def _score(picture: Picture, view: View, scale: str, label: str, short: str) -> Frame:
    entry = view.state.valued(scale)
    if entry is None or entry.value is None:
        return {"label": label, "short": short, "value": None, "age": None, "word": "--" if view.state.opened.observed else say("not yet")}
    age = picture.at(view) - entry.at
    return {"label": label, "short": short, "value": f"{entry.value:g}", "age": units.minutes(age), "word": None}


def _due(picture: Picture, view: View, cuff_counts: bool) -> Frame | None:
    """What is due next at the chair. Where the cuff's own countdown stands beside its number, there is no second one."""
    at = picture.at(view)
    waiting = [
        (due, obs.label)
        for obs in picture.document.observations
        if not (cuff_counts and "cuff" in obs.by)
        if (due := picture.document.due_at(obs.id, view.state, view.window)) is not None
    ]
    if not waiting or view.standing:
        return {"label": say("Next due"), "text": say("nothing"), "time": "", "over": False}
    due, label = min(waiting)
    late = at - due
    return {
        "label": say("Next due"),
        "text": say("late: {label}", label=label) if late > 0 else label,
        "time": units.span(abs(late)),
        "over": late > 0,
    }


def _pleasant(view: View) -> bool:
    away, ease = view.state.valued(charting.DISSOCIATION), view.state.valued(charting.COMFORT)
    bothered = view.state.valued(charting.BOTHERED)
    strong = away is not None and (away.value or 0) >= 5
    return strong and ease is not None and (ease.value or 0) >= 6 and (bothered is None or not bothered.value)


def strip(picture: Picture, view: View) -> Frame:
    frame: Frame = {"kind": "none", "priority": None, "stars": None, "icon": None, "line1": "", "line2": "", "flash": False}
    prompts = open_prompts(view)
    if not picture.assesses(view) and not any(p.level == "high" for p in prompts):
        return {**frame, "kind": "blind", "line1": say("Not being assessed"), "line2": say("Look at the bedside monitor")}
    unanswered = [p for p in prompts if p.answered is None]
    if unanswered:
        return {**frame, **_prompt_strip(picture, view, unanswered)}
    if prompts:
        return {**frame, **_answered_strip(picture, view, prompts[0])}
    coming = [p for p in view.state.prompts.values() if p.state is e.PromptState.PENDING]
    if coming:
        first = min(coming, key=lambda p: (RANK[p.level], p.since))
        return {
            **frame,
            "kind": "watch",
            "icon": "eye",
            "line1": say("Watching: {message}", message=headline(picture, view, first)),
            "line2": say("Not yet called for · line {rule}", rule=first.rule),
        }
    if view.standing:
        return {**frame, "line1": say("Stands still: {standing}", standing=view.standing)}
    if view.proves:
        return {**frame, "line1": NO_PROMPTS}
    ready = ready_words(picture, view)
    if ready is not None:
        return {**frame, "kind": "ready", "icon": "check", "line1": ready[0], "line2": ready[1]}
    return {**frame, "line1": say("Strong and pleasant: nothing called for") if _pleasant(view) else say("Nothing called for")}


def _prompt_strip(picture: Picture, view: View, prompts: Sequence[Prompt]) -> Frame:
    prompt = prompts[0]
    priority = prompt.level
    count = len(offered(picture, view, prompt))
    word = "re-check" if prompt.state is e.PromptState.RECHECK else since(picture, view, prompt)
    # A second prompt takes the place of the count of options: a strip has two lines on every screen.
    more = f" · +{len(prompts) - 1}" if len(prompts) > 1 else ""
    options = ""
    if count and not more and prompt.prompt_kind is not e.PromptKind.TECHNICAL:
        options = say("1 option · ") if count == 1 else say("{count} options · ", count=count)
    return {
        "kind": "prompt",
        "priority": priority,
        "stars": STARS[priority],
        "line1": headline(picture, view, prompt),
        "line2": say("{options}line {rule} · {word}{more}", options=options, rule=prompt.rule, word=word, more=more),
        "flash": flashes(view, prompt) and picture.assessed,
    }


def _answered_strip(picture: Picture, view: View, prompt: Prompt) -> Frame:
    answered, rule = prompt.answered, rule_of(picture, prompt)
    assert answered is not None
    due = recheck_at(rule, prompt) if rule is not None else None
    what = picture.document.chosen(answered.options) or answered.reason or answered.answer.value
    countdown = say(" · re-check {span}", span=units.span(due - picture.at(view))) if due is not None else ""
    return {
        "kind": "done",
        "icon": "check",
        "by": answered.by,
        "line1": f"{answered.answer.value.capitalize()}: {what}",
        "line2": f"{headline(picture, view, prompt)} · {answered.by} {picture.time(view, answered.at)}{countdown}",
    }
