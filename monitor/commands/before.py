"""Before the infusion: the order, the checklists, the baseline."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Override, Refusal, Scene, in_phase, prescribed
from monitor.infusion import Order
from monitor.language import say
from monitor.session import Phase


def set_order(order: Order, override: Override = Override()) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        prescribed(scene)
        in_phase(scene, say("change the order"), Phase.READY)
        breaks = scene.document.order_breaks(order)
        hard = [text for text, how in breaks if how == "absolute"]
        if hard:
            raise Refusal("order_out_of_bounds", say("{part}: this cannot be ordered here.", part="; ".join(hard)))
        weight = scene.state.opened.weight_kg
        soft = [text for text, _ in breaks]
        if weight is not None and abs(order.weight_kg - weight) > 0.5:
            soft.append(say("weight {weight_kg:g} kg is not the {weight:g} kg of check-in", weight_kg=order.weight_kg, weight=weight))
        beyond = "; ".join(soft)
        if beyond and not override:
            raise Refusal("order_beyond_recommended", say("{part}: the prescriber's name and a reason are needed.", part=beyond), True)
        return [e.OrderSet(order=order, breaks=beyond, override_by=override.by, reason=override.reason)]

    return command


def check(checklist: str, item: str, answer: str, override: Override = Override(), chosen: bool | None = None) -> Command:
    """Answer an item. Where several answers may stand together, an answer given again is taken back. ``chosen``: whether it
    was shown as given, so that two who tap at once mean the same.
    """

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if checklist == "before":
            in_phase(scene, say("answer the checklist"), Phase.READY, Phase.RUNNING, Phase.PAUSED)
        else:
            in_phase(scene, say("answer the checklist"), Phase.RECOVERY)
        if checklist not in scene.document.checklists or item not in {
            i.id
            for i in scene.document.checklists[checklist]  # type: ignore[index]
        }:
            raise Refusal("unknown_item", say("The checklist has no item {item}.", item=item))
        asked = scene.document.item(checklist, item)
        if answer not in asked.answer_ids:
            raise Refusal("unknown_answer", say("{answer} is not an answer to: {question}", answer=answer, question=asked.question))
        if override and not asked.override:
            raise Refusal("no_override", say("Nobody may override: {question}", question=asked.question))
        before = scene.state.checks.get((checklist, item))
        answers: tuple[str, ...] = (answer,)
        if override and before is not None and answer in before.answers:
            answers = before.answers
        elif asked.multiple and before is not None:
            plain = {a.id for a in asked.answers if not a.flags and not a.stops}
            kept = tuple(a for a in before.answers if a not in plain) if answer not in plain else ()
            answers = tuple(a for a in kept if a != answer) if answer in kept else (*kept, answer)
        if chosen is not None and asked.multiple and chosen is not (before is not None and answer in before.answers):
            return []
        if not answers or (before is not None and before.answers == answers and not override):
            return []
        return [e.ChecklistAnswered(checklist=checklist, item=item, answers=answers, override_by=override.by, reason=override.reason)]

    return command


def set_baseline(sys: float, dia: float, hr: float | None = None, spo2: float | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        in_phase(scene, say("set the baseline"), Phase.READY, Phase.RUNNING, Phase.OBSERVED)
        if not (40 <= sys <= 280 and 20 <= dia <= 200 and dia < sys):
            raise Refusal("baseline_impossible", say("{sys:g}/{dia:g} cannot be a blood pressure.", sys=sys, dia=dia))
        return [e.BaselineSet(sys=sys, dia=dia, hr=hr, spo2=spo2)]

    return command
