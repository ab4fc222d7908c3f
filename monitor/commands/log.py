"""The log: scores, what was seen, symptoms, notes, and corrections of what was charted before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from monitor import charting
from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene, tapped
from monitor.language import say
from monitor.protocol.document import OBSERVABLE
from monitor.session import Charted


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
        return [e.Scored(scale=scale, value=value, items=tuple(items), for_at=for_at)]

    return command


def observe(what: str, value: str = "", number: float | None = None, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if what not in OBSERVABLE:
            raise Refusal("not_charted", say("Nothing is charted as {what}.", what=what))
        last = _newest(scene.state.observed.get(what, ()))
        if last is not None and (last.word, last.value, last.by) == (value, number, scene.by) and tapped(scene, [last.known_at]):
            return []
        return [e.Observed(what=what, value=value, number=number, for_at=for_at)]

    return command


def symptom(name: str, present: bool = True, for_at: int | None = None) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if name not in {s.id for s in scene.document.symptoms}:
            raise Refusal("unknown_symptom", say("The protocol does not list {name}; write a note.", name=name))
        last = scene.state.symptoms.get(name)
        if last is not None and bool(last.value) is present and last.by == scene.by and tapped(scene, [last.known_at]):
            return []
        return [e.SymptomCharted(symptom=name, present=present, for_at=for_at)]

    return command


def note(text: str) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not text.strip():
            raise Refusal("empty", say("The note is empty."))
        if len(text) > 2000:
            raise Refusal("too_long", say("A note has at most 2,000 characters."))
        return [e.NoteAdded(text=text.strip())]

    return command


CORRECTABLE = frozenset({"scored", "observed", "symptom_charted", "drug_given", "pressure_charted"})


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
                e.read({**instead, "kind": kind})
            except ValidationError as wrong:
                raise Refusal("not_readable", say("The correction does not fit: {part}.", part=wrong.errors()[0]["msg"])) from None
        return [e.Corrected(seq=seq, instead=None if instead is None else {**instead, "kind": kind}, reason=reason)]

    return command


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
