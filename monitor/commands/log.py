"""The log: scores, what was seen, symptoms, notes, and corrections of what was charted before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from monitor import charting
from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene, dated, tapped
from monitor.language import say
from monitor.protocol.document import OBSERVABLE
from monitor.session import Charted, Phase


def score(scale: str, value: int | None, items: Sequence[tuple[int, int]] = (), for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        wrong = charting.refusal(scale, value)
        if wrong:
            raise Refusal("not_on_scale", f"{wrong[0].upper()}{wrong[1:]}.")
        allowed = charting.CADSS6_ITEMS if scale == charting.CADSS6 else charting.CADSS_ITEMS
        for number, points in items:
            if number not in allowed or not 0 <= points <= 4:
                raise Refusal(
                    "not_on_scale",
                    say(
                        "Item {number} with {points} is not part of {label}.",
                        number=number,
                        points=points,
                        label=charting.SCALES[scale].label,
                    ),
                )
        last = _newest(scene.state.scores.get(scale, ()))
        if last is not None and last.value == value and last.by == scene.by and tapped(scene, [last.known_at]):
            return []
        return [e.Scored(scale=scale, value=value, items=tuple(items), for_at=dated(scene, for_at))]

    return command


def observe(what: str, value: str = "", number: float | None = None, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if what not in OBSERVABLE:
            raise Refusal("not_charted", say("Nothing is charted as {what}.", what=what))
        last = _newest(scene.state.observed.get(what, ()))
        if last is not None and (last.word, last.value, last.by) == (value, number, scene.by) and tapped(scene, [last.known_at]):
            return []
        return [e.Observed(what=what, value=value, number=number, for_at=dated(scene, for_at))]

    return command


def symptom(name: str, present: bool = True, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if name not in {s.id for s in scene.document.symptoms}:
            raise Refusal("unknown_symptom", say("The protocol does not list {name}; write a note.", name=name))
        last = scene.state.symptoms.get(name)
        if last is not None and bool(last.value) is present and last.by == scene.by and tapped(scene, [last.known_at]):
            return []
        return [e.SymptomCharted(symptom=name, present=present, for_at=dated(scene, for_at))]

    return command


def note(text: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not text.strip():
            raise Refusal("empty", say("The note is empty."))
        if len(text) > 2000:
            raise Refusal("too_long", say("A note has at most 2,000 characters."))
        return [e.NoteAdded(text=text.strip())]

    return command


CORRECTABLE = frozenset({"scored", "observed", "symptom_charted", "drug_given", "pressure_charted", "emergency_act"})


def correct(seq: int, instead: dict[str, Any] | None, reason: str) -> Command:
    """Withdraw an entry, or let another value count from now on. What stood there stays in the log."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        entry = _entry(scene, seq)
        kind = _corrected_kind(entry) if entry is not None else None
        if kind is None:
            raise Refusal("not_correctable", say("This entry cannot be corrected; chart what is true now."))
        if any(isinstance(x.event, e.Corrected) and x.event.seq == seq for x in scene.log):
            raise Refusal("corrected_before", say("This entry has been corrected before; correct the newer one."))
        if instead is not None:
            try:
                meant = e.read({**instead, "kind": kind})
            except ValidationError as wrong:
                raise Refusal("not_readable", say("The correction does not fit: {part}.", part=wrong.errors()[0]["msg"])) from None
            dated(scene, getattr(meant, "for_at", None), before=isinstance(meant, e.DrugGiven))
        counts = None if instead is None else {**instead, "kind": kind}
        return [e.Corrected(seq=seq, instead=counts, reason=reason, takes_back=True), *_stop_taken_back(scene, seq)]

    return command


_PUMP = frozenset({"infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_stopped"})


def _stop_taken_back(scene: Scene, seq: int) -> Sequence[e.AnyEvent]:
    """Where an act of an emergency had charted the stop: the pump is found as it was, as if it had never stopped.

    What was charted of the pump since says more.
    """
    stop = next((x for x in scene.log if x.event.kind in _PUMP and x.seq > seq), None)
    later = any(x.event.kind in _PUMP and x.seq > stop.seq for x in scene.log) if stop is not None else True
    ledger = scene.state.ledger
    if stop is None or later or stop.seq != seq + 1 or ledger is None or scene.state.phase is not Phase.RECOVERY:
        return []
    if not (isinstance(stop.event, e.InfusionStopped) and stop.event.emergency):
        return []
    before, stopped = ledger.changes[-2:]
    if before.rate_mg_per_kg_h > 0:
        return [e.RateChanged(rate_mg_per_kg_h=before.rate_mg_per_kg_h, found=True, for_at=stopped.at)]
    return [e.InfusionPaused(reason=say("the stop was taken back"), for_at=stopped.at)]


def undo(seq: int) -> Command:
    """Take one's own entry back."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        entry = _entry(scene, seq)
        if entry is not None and entry.by != scene.by:
            raise Refusal("not_yours", say("{by} has charted this; only {by} takes it back by a tap. Correct it instead.", by=entry.by))
        return correct(seq, None, say("taken back"))(scene)

    return command


def _entry(scene: Scene, seq: int) -> e.Logged | None:
    return next((x for x in scene.log if x.seq == seq), None)


def _corrected_kind(entry: e.Logged) -> str | None:
    """What kind of entry stands there; a correction may itself be corrected."""
    event = entry.event
    kind = event.kind if not isinstance(event, e.Corrected) else str((event.instead or {}).get("kind"))
    return kind if kind in CORRECTABLE else None


def _newest(entries: Sequence[Charted]) -> Charted | None:
    """The one that was entered last, whatever second it is about."""
    return max(entries, key=lambda c: c.seq, default=None)
