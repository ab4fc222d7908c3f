"""Answering a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene, together
from monitor.language import say


def answer(rule: str, episode: int, what: e.Answer, options: Sequence[str] = (), reason: str = "", acts: Sequence[Command] = ()) -> Command:
    """Answer an open prompt. ``acts`` are what the chosen options record: they and the answer go in together."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        prompt = scene.state.prompts.get(rule)
        if prompt is None or prompt.episode != episode or not prompt.open:
            raise Refusal("prompt_ended", say("This prompt has ended meanwhile."))
        if prompt.answered is not None:
            if prompt.answered.by == scene.by and prompt.answered.answer is what:
                return []
            raise Refusal("answered_before", say("{by} has answered this prompt.", by=prompt.answered.by))
        asked = scene.document.rule.get(rule)
        offered = asked.options if asked is not None else ()
        unknown = [o for o in options if o not in offered]
        if unknown:
            raise Refusal("unknown_option", say("{part} is not an option of this prompt.", part=unknown[0]))
        if what is e.Answer.DID and offered and not options:
            raise Refusal("no_option", say("Tick what you did."))
        if what is not e.Answer.DID and not reason.strip():
            raise Refusal("reason_missing", say("Say why."))
        answered = e.PromptAnswered(rule=rule, episode=episode, answer=what, options=tuple(options), reason=reason.strip())
        return [*together(*acts)(scene), answered]

    return command
