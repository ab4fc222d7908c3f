"""The forms: what needs more than a tap. Each asks for a command's parts, says a refusal in place, and keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from monitor import charting, clock, commands, units
from monitor import events as e
from monitor.board import words
from monitor.board.handover import handover_card
from monitor.board.log import correctable
from monitor.board.view import Picture, View
from monitor.language import say
from monitor.live.station import station
from monitor.protocol.document import OBSERVABLE
from monitor.views.acts import DIALOG, perform, record, shown, tried
from monitor.views.guard import present
from monitor.views.keypad import keypad

Fill = Mapping[str, Any]
Form = Callable[[str, Fill], None]


ABOUT = "dialog_session"
"""The session for which the open dialog was opened."""
WIDE = frozenset({"handover_all", "handover_offered"})
"""Dialogs that show several rooms side by side."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:-])")


def escaped(text: str) -> str:
    """A sentence as it is, wherever it comes from: nothing in it is read as markup."""
    return _MARKUP.sub(r"\\\1", text)


def open_asked(forms: Mapping[str, tuple[str, Form]]) -> None:
    """Open the dialog that was asked for, if any."""
    if st.session_state.get(DIALOG, {}).get("name") not in forms:
        return
    asked = st.session_state.pop(DIALOG)
    title, form = forms[asked["name"]]
    if asked["room"]:
        title = say("Room {part}: {title}", part=asked["room"], title=title)
    session = asked.get("session") or station().follower.session(asked["room"])

    @st.dialog(title, width="large" if asked["name"] in WIDE else "medium")
    def opened() -> None:
        if present().locked:
            st.stop()
        st.session_state[ABOUT] = session
        form(asked["room"], asked["fill"])

    opened()


def seen(room: str) -> tuple[Picture, View] | None:
    view = shown(st.session_state[ABOUT])
    if view is None:
        st.info(say("There is no session in this room any more."))
        return None
    return station().follower.picture(), view


def attempt(room: str, *wanted: commands.Command) -> None:
    """Carry out what the form holds; close it when it is saved, else say why not and keep the form."""
    refusal = tried(st.session_state[ABOUT], *wanted)
    if refusal is None:
        st.rerun()
        return
    kept = refusal.name in ("not_saved", "unsigned")
    st.error(refusal.sentence + (say(" What you typed is still here; try again.") if kept else ""))
    if refusal.name == "unsigned":
        keypad("sign")
    if refusal.overridable:
        st.caption(say("The prescriber may override this: write the name and the reason below, then save again."))


def late_field(view: View, key: str) -> int | None:
    """The second that a late entry is about; None: now."""
    ago = st.number_input(say("How many minutes ago (0: now)"), 0, 240, 0, key=f"{key}_ago")
    if not ago:
        return None
    for_at = view.at - round(ago * 60 * max(1.0, view.state.speed))
    st.caption(say("For {of_day}", of_day=clock.of_day(view.wall(for_at), station().follower.zone)))
    return for_at


def override_fields(key: str) -> commands.Override:
    with st.expander(say("Prescriber's override")):
        by = st.text_input(say("Prescriber"), key=f"{key}_by", max_chars=80)
        reason = st.text_input(say("Reason"), key=f"{key}_why", max_chars=200)
    return commands.Override(by.strip(), reason.strip())


# ---- the infusion ----


def rate_field(state: Any, value: float, key: str) -> float:
    rate = st.number_input(say("New rate, mg/kg/h"), 0.0, 20.0, round(value, 3), 0.05, format="%.3f", key=f"{key}_rate")
    pump = units.ml_per_h(rate, state.order.weight_kg, state.order.concentration_mg_per_ml)
    st.caption(say("That is {pump:.1f} mL/h on the pump. A lower rate stops the rise; it does not bring it down.", pump=pump))
    return rate


# ---- drugs ----


def drug_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    command = drug_fields(found[1], fill, "drug")
    if command is not None and st.button(say("Chart the drug"), type="primary"):
        attempt(room, command)


def drug_fields(view: View, fill: Fill, key: str) -> commands.Command | None:
    """The parts of a drug entry; ``fill`` may name the drug, its class or its purpose."""
    document = station().document
    fits = [
        d
        for d in document.drugs
        if fill.get("drug") in (None, d.id) and fill.get("class") in (None, d.drug_class) and fill.get("purpose") in (None, d.purpose)
    ] or list(document.drugs)
    drug = st.selectbox(say("Drug"), fits, format_func=lambda d: f"{d.label} ({d.purpose})", key=f"{key}_drug")
    left, right = st.columns(2)
    dose = left.number_input(say("Dose, {unit}", unit=drug.unit), 0.0, 10000.0, float(drug.dose), key=f"{key}_dose_{drug.id}")
    route = right.text_input(say("Route"), drug.route, key=f"{key}_route_{drug.id}", max_chars=40)
    mode = st.radio(say("This is"), [say("given now or earlier: a fact"), say("about to be given: check it first")], key=f"{key}_mode")
    for_at = late_field(view, key) if mode.startswith("given") else None
    for line in commands.drug_breaks(document, view.state, drug, dose, view.at):
        st.warning(line[0].upper() + line[1:])
    st.caption(f"{drug.expect} {drug.note}".strip())
    override = override_fields(key)
    return commands.give_drug(drug.id, dose, route, fact=mode.startswith("given"), override=override, for_at=for_at)


# ---- the log ----


def breathing_form(room: str, fill: Fill) -> None:
    rate = st.number_input(say("Breaths counted in a minute"), 0, 60, 14)
    if st.button(say("Save"), type="primary"):
        attempt(room, commands.observe("breathing", number=float(rate)))


def oxygen_form(room: str, fill: Fill) -> None:
    flow = st.number_input(say("Oxygen, L/min (0: taken off)"), 0.0, 15.0, 2.0, 1.0)
    if st.button(say("Save"), type="primary"):
        attempt(room, commands.observe("oxygen", number=flow))


def late_form(room: str, fill: Fill) -> None:
    """What was seen or asked earlier: it is about its own minute and counts from now on."""
    found = seen(room)
    if found is None:
        return
    symptoms = {s.id: s.label for s in station().document.symptoms}
    scales = {s: charting.SCALES[s].label for s in charting.SCALES if s not in (charting.CADSS, charting.CADSS6)}
    labels = {**scales, **OBSERVABLE, **symptoms}
    what = st.selectbox(say("What"), list(labels), format_func=lambda name: labels[name])
    command: Callable[..., commands.Command]
    number: float | None = None
    if what in scales:
        scale = charting.SCALES[what]
        ends = say(
            "{low} {low_word} to {high} {high_word}", low=scale.low, low_word=scale.low_word, high=scale.high, high_word=scale.high_word
        )
        value = st.number_input(
            say("{label}, {ends}; empty: could not be asked", label=scale.label, ends=ends), scale.low, scale.high, None, key=f"late_{what}"
        )
        command = partial(commands.score, what, value)
    elif what in symptoms:
        there = st.radio(say("It was"), ["there", say("not there")], horizontal=True)
        command = partial(commands.symptom, what, there == "there")
    else:
        word = st.radio(say("It was"), _WORDS[what], horizontal=True) if what in _WORDS else ""
        if what in _NUMBERS:
            number = st.number_input(_NUMBERS[what], 0.0, 60.0, None, 1.0)
        command = partial(commands.observe, what, word or "", number)
    for_at = late_field(found[1], "late")
    if st.button(say("Save the entry"), type="primary"):
        if what in _NUMBERS and number is None:
            st.error(say("Enter the number."))
            return
        attempt(room, command(for_at=for_at))


_WORDS = {"iv_site": ["well", "problem"], "pump": ["running", "stopped"]}
_NUMBERS = {"breathing": say("Breaths counted in a minute"), "oxygen": say("Oxygen, L/min (0: taken off)")}


_CORRECTED = {"value": "Value", "number": "Number", "sys": say("Systolic, mmHg"), "dia": say("Diastolic, mmHg")}
"""What of an entry may be corrected to another number."""


def correct_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    here = station()
    offered = {x.seq: x for x in correctable(found[1])}
    if not offered:
        st.info(say("Nothing is charted that could be corrected."))
        return

    def charted(seq: int) -> str:
        entry = offered[seq]
        return f"{found[0].logged_time(entry)}  {words.entry(here.document, entry.event)}, {entry.by}"

    seq = st.selectbox(say("Charted"), list(offered), format_func=charted)
    entry = offered[seq]
    st.caption(say("What stands there stays in the record; the correction counts from now on."))
    instead: dict[str, Any] | None = None
    fields = {name: value for name in _CORRECTED if isinstance(value := getattr(entry.event, name, None), int | float)}
    if isinstance(entry.event, e.DrugGiven):
        st.caption(say("Another dose: take this back, then chart what was given, with its own time."))
    options = [say("another value"), say("take it back")] if fields else [say("take it back")]
    how = st.radio(say("Correction"), options, horizontal=True)
    if how == say("another value"):
        scale = charting.SCALES[entry.event.scale] if isinstance(entry.event, e.Scored) else None
        low, high = (scale.low, scale.high) if scale is not None else (0, 300)
        label = (
            say(
                "{label}, {low} {low_word} to {high} {high_word}",
                label=scale.label,
                low=scale.low,
                low_word=scale.low_word,
                high=scale.high,
                high_word=scale.high_word,
            )
            if scale is not None
            else ""
        )
        values = {name: st.number_input(label or _CORRECTED[name], low, high, round(value)) for name, value in fields.items()}
        kept = entry.event.model_dump(mode="json", exclude={"kind", "items"}, exclude_none=True)
        instead = {**kept, **values}
    reason = st.text_input(say("Why"), max_chars=200)
    if st.button(say("Record the correction"), type="primary"):
        if not reason.strip():
            st.error(say("Say why, in a few words."))
            return
        attempt(room, commands.correct(seq, instead, reason.strip()))


# ---- blood pressure ----


def pressure_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    left, right = st.columns(2)
    sys = left.number_input(say("Systolic, mmHg"), 40, 280, None, key="by_hand_sys")
    dia = right.number_input(say("Diastolic, mmHg"), 20, 200, None, key="by_hand_dia")
    for_at = late_field(found[1], "by_hand")
    st.caption(say("Counts like a reading of the cuff, and is marked as taken by hand."))
    if st.button(say("Chart the pressure"), type="primary"):
        if sys is None or dia is None:
            st.error(say("Enter both pressures. Where only one could be felt, write a note."))
            return
        attempt(room, commands.chart_pressure(sys, dia, for_at))


INTERVALS_MIN = (1, 2, 3, 5, 10, 15)


def cuff_interval_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    state = found[1].state
    obeys = state.opened.source_kind == "simulated"
    st.caption(say("The cuff of a simulated room obeys.") if obeys else say("This records what was set at the bedside."))
    now = (state.cuff_interval_s or 0) // 60
    minutes = st.radio(
        say("A reading every"),
        INTERVALS_MIN,
        INTERVALS_MIN.index(now) if now in INTERVALS_MIN else None,
        format_func=say("{} min").format,
        horizontal=True,
    )
    if st.button(say("Set the cycle") if obeys else say("Record the cycle"), type="primary", disabled=minutes is None):
        attempt(room, commands.set_cuff_interval(int(minutes or 0) * 60))


# ---- the room ----


def handover_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    card = handover_card(*found)
    st.markdown(say("**What the next nurse will see**"))
    _card(card)
    to = st.text_input(say("To (optional)"), max_chars=40)
    left, middle, right = st.columns(3)
    if left.button(say("Offer the handover"), type="primary"):
        attempt(room, commands.offer_watch(to, card))
    if middle.button(say("Break cover, 15 min")) and to.strip():
        attempt(room, commands.take_watch(to, 15))
    if right.button(say("Stop watching")):
        attempt(room, commands.leave_watch())
    st.caption(say("Until somebody accepts, you watch. Who stops watching without a handover leaves the room to nobody."))


def handover_all_form(room: str, fill: Fill) -> None:
    """The cards of all rooms of the one at the keys, offered at once."""
    picture, who = station().follower.picture(), present().name
    cards = {name: handover_card(picture, view) for name, view in picture.views.items() if view.state.watcher == who}
    if not cards:
        st.info(say("You watch no room."))
        return
    _cards({say("Room {name} · {alias}", name=name, alias=picture.views[name].state.opened.alias): card for name, card in cards.items()})
    to = st.text_input(say("To (optional)"), max_chars=40)
    st.caption(say("Until somebody accepts, you watch."))
    if st.button(say("Offer {cards} rooms", cards=len(cards)) if len(cards) > 1 else say("Offer the room"), type="primary"):
        offered = (tried(picture.views[name].session, commands.offer_watch(to, card)) for name, card in cards.items())
        refused = [refusal for refusal in offered if refusal is not None]
        if not refused:
            st.rerun()
        for refusal in refused:
            st.error(refusal.sentence)


def handover_offered_form(room: str, fill: Fill) -> None:
    """What a nurse has offered, as it was when it was offered."""
    picture, by, who = station().follower.picture(), str(fill.get("by", "")), present().name
    given = [one for one in fill.get("offers", ()) if (view := shown(one["session"])) is not None and _stands(view, one)]
    offers = {one["room"]: picture.views[one["room"]] for one in given}
    if not offers:
        st.info(say("This handover has been withdrawn or accepted."))
        return
    _cards(
        {
            say("Room {name} · {alias}", name=name, alias=v.state.opened.alias): v.state.offer.card
            for name, v in offers.items()
            if v.state.offer is not None
        }
    )
    left, right = st.columns(2)
    if by != who and left.button(say("I take over"), type="primary"):
        perform({"do": "take_over", "offers": given}, None)
        st.rerun()
    if right.button("Withdraw" if by == who else say("Not now")):
        for one in given:
            record(one["session"], commands.end_offer(one["offer"]))
        st.rerun()


def _stands(view: View, offered: Mapping[str, int]) -> bool:
    """Whether a handover is still the one that was on the screen."""
    return view.state.offer is not None and view.state.offer.seq == offered["offer"]


def _cards(cards: Mapping[str, Sequence[str]]) -> None:
    columns = st.columns(min(3, len(cards)))
    for n, (title, lines) in enumerate(cards.items()):
        with columns[n % len(columns)].container(border=True):
            st.markdown(f"**{escaped(title)}**")
            _card(lines)


def _card(lines: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {escaped(line)}" for line in lines))


def away_form(room: str, fill: Fill) -> None:
    why = st.radio(say("Why"), ["bathroom", "walking", say("disconnected on purpose")], horizontal=True)
    escort = st.text_input(say("Who goes along"), present().name, max_chars=40)
    cap = st.number_input(say("At most, min"), 1, 30, 10)
    st.caption(say("Prompts about lost signals become one timer until then. Nothing else is held back."))
    if st.button(say("Chart: away"), type="primary"):
        attempt(room, commands.go_away(why, escort, int(cap)))


def discharge_form(room: str, fill: Fill) -> None:
    found = seen(room)
    if found is None:
        return
    left_open = station().document.blocking("discharge", found[1].state)
    for item in left_open:
        st.warning(say("Open: {question}", question=item.question))
    escort = st.text_input(say("Escort"), max_chars=80)
    against = st.checkbox(say("Leaves against advice: recorded, not refused"))
    reason = st.text_input(say("What was said"), max_chars=400) if against else ""
    if st.button(say("Record the discharge"), type="primary"):
        if not against and not escort.strip():
            st.error(say("Name the escort, or record that the patient leaves against advice."))
            return
        attempt(room, commands.discharge(escort, against, reason))


def close_form(room: str, fill: Fill) -> None:
    st.write(say("The session is sealed and ends. The next patient starts with nothing of this one."))
    reason = st.text_input(say("Note (optional)"), max_chars=200)
    over = st.checkbox(say("Close although a high prompt was not answered"))
    if st.button(say("Close the session"), type="primary"):
        attempt(room, commands.close(reason.strip(), over))


def emergency_end_form(room: str, fill: Fill) -> None:
    reason = st.text_input(say("How it ended"), max_chars=400)
    if st.button(say("End the emergency"), type="primary"):
        attempt(room, commands.end_emergency(reason.strip()))


FORMS: dict[str, tuple[str, Form]] = {
    "drug": (say("a drug"), drug_form),
    "pressure": (say("blood pressure by hand"), pressure_form),
    "cuff_interval": (say("the cuff's cycle"), cuff_interval_form),
    "breathing": ("breathing", breathing_form),
    "oxygen": ("oxygen", oxygen_form),
    "correct": (say("correct an entry"), correct_form),
    "handover": (say("hand over"), handover_form),
    "handover_all": (say("Hand over all my rooms"), handover_all_form),
    "handover_offered": ("Handover", handover_offered_form),
    "late": (say("late entry"), late_form),
    "away": (say("away from the monitor"), away_form),
    "discharge": ("discharge", discharge_form),
    "close": (say("close the session"), close_form),
    "emergency_end": (say("end of the emergency"), emergency_end_form),
}
