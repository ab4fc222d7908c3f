"""Answering a prompt whose options need more than a tap: what is recorded there is the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor import charting, commands
from monitor import events as e
from monitor.board.card import ONE_TAP
from monitor.forms.drugs import drug_part
from monitor.forms.filling import Filling
from monitor.forms.infusion import pause_part, rate_part, resume_part, start_part, stop_part
from monitor.forms.log import score_field, symptoms_field
from monitor.language import say
from monitor.protocol.document import Option
from monitor.session import Prompt


def answer_form(f: Filling) -> None:
    """One part for each option that was ticked; saved together with the answer, or not at all."""
    options = [f.document.option[o] for o in f.fill.get("options", ()) if o in f.document.option]
    rule, episode = str(f.fill.get("rule", "")), int(f.fill.get("episode", 0))
    prompt = f.state.prompts.get(rule)
    f.note(say("{message} · line {rule}", message=f.keep("message", lambda: _message(prompt)), rule=rule))
    wanted: list[commands.Command] = []
    whole = True
    for option in options:
        f.part(option.label)
        tapped = [one_tap(option, f.who)] if option.command in ONE_TAP else _part(f, option)
        whole = whole and None not in tapped
        wanted += [one for one in tapped if one is not None]
        if option.command in ONE_TAP:
            f.lines("", [say("recorded with the answer")])
    answered = commands.answer(rule, episode, e.Answer.DID, [o.id for o in options], "", wanted)
    f.button("save", say("Chart this as the answer"), answered if whole else None)


def _message(prompt: Prompt | None) -> str:
    return prompt.message if prompt is not None else say("This prompt has ended meanwhile.")


_PARTS: Mapping[str, Callable[[Filling, str, Mapping[str, Any]], commands.Command | None]] = {
    "rate": rate_part, "pause": pause_part, "stop": stop_part, "resume": resume_part, "start": start_part, "drug": drug_part,
}  # fmt: skip


def _part(f: Filling, option: Option) -> Sequence[commands.Command | None]:
    """What an option records; with None in it while something is missing."""
    prefix, fill = f"{option.id} ", option.fill
    if option.command in _PARTS:
        return [_PARTS[option.command](f, prefix, fill)]
    match option.command:
        case "score":
            scale = str(fill.get("scale", charting.COMFORT))
            tapped, value = score_field(f, f"{prefix}score", scale)
            return [commands.score(scale, value) if tapped else None]
        case "symptom":
            return symptoms_field(f, f"{prefix}symptoms")
        case "note":
            text = f.text(f"{prefix}note", say("Note"), 2000)
            return [commands.note(text)] if text else []
        case _:
            f.lines("", [say("Do this in the room's own panel; the answer is recorded here.")])
            return []


def one_tap(option: Option, who: str) -> commands.Command | None:
    """What an option without a form records besides the answer itself."""
    fill: Mapping[str, Any] = option.fill
    match option.command:
        case "observe":
            return commands.observe(str(fill.get("what", "seen")), str(fill.get("value", "")))
        case "call":
            return commands.observe("called", str(fill.get("value", "")))
        case "cuff":
            return commands.start_cuff()
        case "watch":
            return commands.take_watch(who)
        case "away_end":
            return commands.come_back()
        case "emergency":
            return commands.emergency()
    return None
