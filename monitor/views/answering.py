"""Answering a prompt whose options open forms: what is recorded there is the answer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from monitor import charting, commands
from monitor import events as e
from monitor.board.card import ONE_TAP
from monitor.board.view import View
from monitor.language import say
from monitor.live.station import station
from monitor.protocol.document import Option
from monitor.views import acts
from monitor.views.dialogs import Fill, attempt, drug_fields, override_fields, rate_field, seen
from monitor.views.guard import present


def answer_form(room: str, fill: Fill) -> None:
    """One part for each option that was ticked, filled in; saved together with the answer, or not at all."""
    found = seen(room)
    if found is None:
        return
    document = station().document
    options = [document.option[o] for o in fill.get("options", ()) if o in document.option]
    rule, episode = str(fill.get("rule", "")), int(fill.get("episode", 0))
    prompt = found[1].state.prompts.get(rule)
    if prompt is not None:
        st.write(say("**{message}** · line {rule}", message=prompt.message, rule=rule))
    who = present().name
    wanted: list[commands.Command] = []
    for option in options:
        if option.command in ONE_TAP:
            tapped = acts.one_tap(option.id, who)
            st.write(f"✓ {option.label}")
            wanted += [tapped] if tapped is not None else []
            continue
        with st.container(border=True):
            st.markdown(f"**{option.label}**")
            wanted += _part(found[1], option)
    if st.button(say("Chart this as the answer"), type="primary"):
        attempt(room, commands.answer(rule, episode, e.Answer.DID, [o.id for o in options], "", wanted))


def _part(view: View, option: Option) -> Sequence[commands.Command]:
    key, state = f"answer_{option.id}", view.state
    match option.command:
        case "rate":
            if state.order is None or state.ledger is None:
                st.info(say("There is no infusion to change."))
                return []
            rate = rate_field(state, state.ledger.rate_mg_per_kg_h / 2, key)
            return [commands.change_rate(rate, override_fields(key))]
        case "pause":
            return [commands.pause(st.text_input(say("Why"), key=f"{key}_why", max_chars=200))]
        case "stop":
            reason = st.text_input(say("Reason"), key=f"{key}_why", max_chars=200)
            return [commands.stop(bool(option.fill.get("complete")), reason)]
        case "resume":
            if state.order is None:
                return []
            return [commands.resume(rate_field(state, state.order.rate_mg_per_kg_h, key), override_fields(key))]
        case "start":
            return [commands.start(override_fields(key))]
        case "drug":
            drug = drug_fields(view, option.fill, key)
            return [drug] if drug is not None else []
        case "score":
            scale = charting.SCALES[str(option.fill.get("scale", charting.COMFORT))]
            value = st.number_input(
                say(
                    "{label}, {low} {low_word} to {high} {high_word}",
                    label=scale.label,
                    low=scale.low,
                    low_word=scale.low_word,
                    high=scale.high,
                    high_word=scale.high_word,
                ),
                scale.low,
                scale.high,
                None,
                key=key,
            )
            return [commands.score(scale.id, None if value is None else int(value))]
        case "symptom":
            symptoms = station().document.symptoms
            there = st.multiselect(say("Symptoms"), symptoms, format_func=lambda s: s.label, key=key)
            present = {s.id for s in there}
            return [commands.symptom(s.id, s.id in present) for s in symptoms]
        case "note":
            text = st.text_input(say("Note"), key=key, max_chars=2000)
            return [commands.note(text)] if text.strip() else []
        case _:
            st.caption(say("Do this in the room's own panel; the answer is recorded here."))
            return []
