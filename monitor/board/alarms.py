"""The ward's alarm: what sounds, what stands in the banner, whether the audio is paused, whether any screen can sound.

All of it is a reading of the log, so every screen of the ward says the same. A pause takes the sound away and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from monitor import clock, units
from monitor import events as e
from monitor.board.frame import Frame, button
from monitor.board.options import offered
from monitor.board.prompts import gone, headline, open_prompts, since, standing
from monitor.board.view import BEAT_CALLED_S, GRACE_S, NO_PROMPTS, NOT_ASSESSED, RANK, STARS, Damaged, Picture, View
from monitor.language import say
from monitor.session import Hush, Prompt

RECENT_S = 60
"""How long a calm banner says what has ended or been answered."""


class Waiting(NamedTuple):
    """An unanswered prompt, and where."""

    room: str
    view: View
    prompt: Prompt


def waiting(picture: Picture) -> list[Waiting]:
    """The ward's unanswered prompts as they stand, of equal rooms first the one with the newest. Of one room as the room shows them."""
    views = [(room, picture.views[room]) for room in picture.rooms if room in picture.views]
    found = [Waiting(room, view, p) for room, view in views if not gone(view) for p in open_prompts(view) if p.answered is None]
    newest: dict[tuple[str, tuple[bool, int]], float] = {}
    for room, view, prompt in found:
        place = room, standing(prompt)
        newest[place] = max(newest.get(place, 0.0), view.wall(prompt.since).timestamp())
    return sorted(found, key=lambda w: (standing(w.prompt), -newest[w.room, standing(w.prompt)]))


def calling(view: View) -> list[str]:
    """The prompts of a room that call for a sound now, by name: for them the audio is paused."""
    return [prompt.name for prompt in view.state.open_prompts if prompt.calls]


def _calling(picture: Picture) -> e.Level | None:
    """The highest prompt that calls for a sound."""
    return min((w.prompt.level for w in waiting(picture) if w.prompt.calls), key=RANK.__getitem__, default=None)


def loudest(picture: Picture) -> e.Level | None:
    """The level that is to be heard now, paused or not."""
    highest = _calling(picture)
    # Nobody assessing is a technical state that stands above medium.
    return e.Level.TECH if picture.called and highest is not e.Level.HIGH else highest


def pausing(picture: Picture) -> e.Level | None:
    """The level above which a pause that is made now is broken: that of the highest of all that calls."""
    highest = _calling(picture)
    return e.Level.TECH if picture.called and (highest is None or e.Level.TECH.above(highest)) else highest


class Pause(NamedTuple):
    hush: Hush
    left_s: int
    broken: bool
    """Something for which it was not pressed has come."""


def pause(picture: Picture) -> Pause | None:
    """The last audio pause while its time runs, by the wall clock. One that a clock step would make longer is none."""
    said = [view.state.hush for view in picture.views.values() if view.state.hush is not None]
    running = [hush for hush in said if -GRACE_S <= _since(picture, hush.at) < hush.seconds]
    last = max(said, key=lambda hush: hush.at, default=None)
    if last is None or last not in running:
        return None
    broken = _called_since(picture, last, running) or _blind_since(picture, last) or any(hush.broken for hush in running)
    return Pause(last, round(last.seconds - max(0.0, _since(picture, last.at))), broken)


def _called_since(picture: Picture, last: Hush, running: Sequence[Hush]) -> bool:
    """Whether something above it calls, or in a room whose log does not have it (its session opened since) something that ends it."""
    highest, elsewhere = _calling(picture), replace(last, here=None)
    if highest is not None and highest.above(last.level):
        return True
    others = [view for view in picture.views.values() if view.state.hush not in running and not gone(view)]
    return any(prompt.calls and elsewhere.broken_by(prompt.level) for view in others for prompt in view.state.open_prompts)


def _since(picture: Picture, at: str) -> float:
    return (picture.now - clock.read(at)).total_seconds()


def _blind_since(picture: Picture, hush: Hush) -> bool:
    """Whether the evaluator fell silent, or failed in a room, only after the audio was paused. Below a high prompt that changes nothing."""
    if hush.level is e.Level.HIGH:
        return False
    since = [view.stood_since for view in picture.failed]
    if picture.silent and picture.beat_at is not None:
        since.append(picture.beat_at + timedelta(seconds=BEAT_CALLED_S))
    return any(at > clock.read(hush.at) for at in since)


def deaf(picture: Picture) -> bool:
    """Whether the log says that no connected screen is able to sound."""
    said = [view.state.deaf for view in picture.views.values() if view.state.deaf is not None]
    return bool(said) and max(said)[1]


def _reminds(picture: Picture) -> bool:
    """Something was answered and is still so."""
    prompts = (p for view in picture.views.values() if not gone(view) for p in view.state.open_prompts)
    return any(p.answered is not None and p.state is not e.PromptState.OVER for p in prompts)


def alarm(picture: Picture) -> Frame:
    """What every page is told of the ward's sound. ``sound`` names the tone pattern that is to be heard, if any."""
    paused, seconds = pause(picture), picture.alarms.pause_s
    quiet = paused is not None and not paused.broken
    return {
        "sound": None if quiet else loudest(picture) or ("reminder" if _reminds(picture) else None),
        "reminder_s": picture.alarms.reminder_min * 60,
        "pause_s": seconds,
        "plate": _plate(picture, paused) if paused is not None else None,
        "paused": quiet,
        "button": button(say("Sound on now"), {"do": "audio", "on": True})
        if quiet
        else button(say("Pause audio {seconds}\xa0s", seconds=seconds), {"do": "audio", "on": False}),
        "deaf": {"text": say("SOUND OFF"), "sub": say("no screen can sound")} if deaf(picture) else None,
    }


def _plate(picture: Picture, paused: Pause) -> Frame:
    """The pause with its countdown, for what and by whom; for as long as it would have lasted, that something broke through."""
    hush = paused.hush
    if paused.broken:
        return {"text": say("Pause ended"), "by": hush.by, "what": "", "sub": say("of {by}: something new came", by=hush.by)}
    what = _paused_for(picture)
    sub = " · ".join(part for part in (what, hush.by) if part)
    return {"text": say("Audio paused {span}", span=units.span(paused.left_s)), "by": hush.by, "what": what, "sub": sub}


def _paused_for(picture: Picture) -> str:
    """The highest of what called when the audio was paused, and how much else did."""
    found = [
        (RANK[prompt.level], say("{what} Room {room}", what=_briefly(prompt), room=room))
        for room, view in picture.views.items()
        for prompt in view.state.prompts.values()
        if view.state.hush is not None and prompt.name in (view.state.hush.stood or ())
    ]
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return min(found)[1] + more if found else ""


def _briefly(prompt: Prompt) -> str:
    """What a prompt is about, without its value and limit."""
    return re.split(r"[:,;]|\s+(?=[\d<>≥≤+-])", prompt.message)[0]


# ---- the banner ----


def banner(picture: Picture) -> Frame | None:
    """The highest of the ward: high, not assessed, medium, technical, low. What stands behind it is counted beside it."""
    prompts = waiting(picture)
    found: list[tuple[tuple[bool, float], str, Waiting | Frame]] = [(standing(w.prompt), w.prompt.level, w) for w in prompts]
    if not picture.assessed:
        found.append(((False, RANK["high"] + 0.5), "tech", _blind(picture)))
    found += [((False, RANK["high"] + 0.5), "tech", _failed(view)) for view in picture.failed]
    found += [((False, RANK["high"] + 0.5), "tech", _damaged(room, one)) for room, one in picture.damaged.items()]
    if deaf(picture):
        found.append(((False, RANK["tech"] + 0.5), "tech", DEAF))
    if not found:
        return None
    found.sort(key=lambda one: one[0])
    (_, priority, first), *others = found
    shown = _prompt(picture, first) if isinstance(first, Waiting) else first
    levels = [level for _, level, _ in others]
    rest = [{"priority": p, "text": f"{STARS[p]} {levels.count(p)}"} for p in sorted(set(levels), key=lambda p: RANK[p])]
    return {"priority": priority, "stars": STARS[priority], "button": None, **shown, "rest": rest}


DEAF: Frame = {
    "where": say("No screen can sound"),
    "what": say("SOUND OFF"),
    "why": say("tap the station's screen once, or open one that is not quiet"),
}


def _blind(picture: Picture) -> Frame:
    since = "" if picture.beat_at is None else say("since {of_day}, ", of_day=clock.of_day(picture.beat_at, picture.zone, True))
    return {
        "where": say("All rooms"),
        "what": NOT_ASSESSED,
        "why": say("{since}go to the rooms; the numbers may stand still", since=since),
    }


def _of_room(room: str, where: str) -> Frame:
    """What a banner about one room has: which, and the way there."""
    return {"where": where, "button": button(say("Open room {room}", room=room), {"do": "open_room", "room": room})}


def _of_view(view: View) -> Frame:
    room, alias = view.state.opened.room, view.state.opened.alias
    return _of_room(room, say("Room {room} {alias}", room=room, alias=alias))


def _damaged(room: str, damaged: Damaged) -> Frame:
    why = say("go to the patient; {why}", why=damaged.why)
    return {**_of_room(room, say("Room {room}", room=room)), "what": say("RECORD CANNOT BE READ"), "why": why}


def _failed(view: View) -> Frame:
    return {**_of_view(view), "what": NOT_ASSESSED, "why": say("go to the patient; {why}", why=view.standing)}


def _prompt(picture: Picture, first: Waiting) -> Frame:
    _, view, prompt = first
    return {
        **_of_view(view),
        "what": headline(picture, view, prompt),
        "why": f"{since(picture, view, prompt)}{_options(picture, view, prompt)} · {say('line {rule}', rule=prompt.rule)}",
    }


def _options(picture: Picture, view: View, prompt: Prompt) -> str:
    labels = [option.label.lower() for option in offered(picture, view, prompt)]
    word = "check" if prompt.prompt_kind is e.PromptKind.TECHNICAL else "options"
    more = say(" and {len} more", len=len(labels) - 2) if len(labels) > 2 else ""
    return f" · {word}: {', '.join(labels[:2])}{more}" if labels else ""


def banner_none(picture: Picture) -> str:
    """What stands where no banner is: that nothing is called for, and what has just ended or been answered."""
    if not picture.assessed:
        return say("Nobody is assessing the rooms")
    if any(view.proves for view in picture.views.values()):
        return NO_PROMPTS
    last = max(_recent(picture), default=None)
    return say("Nothing called for in any room") + (f" · {last[1]}" if last is not None else "")


def _recent(picture: Picture) -> Iterator[tuple[float, str]]:
    for room, view in picture.views.items():
        for prompt in view.state.prompts.values():
            answered = prompt.answered
            if prompt.state is e.PromptState.RESOLVED and prompt.since < prompt.changed:
                ago, text = _ago(picture, view, prompt.changed), say("Room {room}: {message} is over", room=room, message=prompt.message)
            elif prompt.open and answered is not None:
                ago, text = (
                    _ago(picture, view, answered.at),
                    say("Room {room}: {message} answered by {by}", room=room, message=prompt.message, by=answered.by),
                )
            else:
                continue
            if ago <= RECENT_S:
                yield -ago, text


def _ago(picture: Picture, view: View, tick: int) -> float:
    return (picture.now - view.wall(tick)).total_seconds()
