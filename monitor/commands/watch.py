"""Who watches a room, and a patient away from the monitor."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import events as e
from monitor.commands.scene import Command, Refusal, Scene
from monitor.language import say


def take_watch(name: str, break_cover_min: int | None = None, shown: str | None = None) -> Command:
    """``shown``: who watched, as far as the one who takes it could see."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not name.strip():
            raise Refusal("no_name", say("Say who watches this room."))
        if shown is not None and scene.state.watcher not in (shown, name):
            now = scene.state.watcher
            raise Refusal("watched", say("{now} watches this room now.", now=now) if now else say("Nobody watches this room any more."))
        return [e.WatchTaken(name=name.strip(), break_cover_min=break_cover_min)]

    return command


def offer_watch(to: str, card: Sequence[str]) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if not scene.state.watcher:
            raise Refusal("unwatched", say("Nobody watches this room, so there is nothing to hand over; take it."))
        return [e.WatchOffered(to=to.strip(), card=tuple(card))]

    return command


def accept_watch(name: str, offer: int | None = None) -> Command:
    """The one who takes over watches from now on, if the handover still stands. ``offer``: which one was shown, by its entry."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.watcher == name and scene.state.offer is None:
            return []
        if scene.state.offer is None or offer not in (None, scene.state.offer.seq):
            raise Refusal("no_offer", say("This handover has been withdrawn or accepted by somebody else."))
        return take_watch(name)(scene)

    return command


def end_offer(offer: int | None = None) -> Command:
    """Taken back by the one who offered, declined by anybody else. ``offer``: which one was shown, by its entry."""

    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        stands = scene.state.offer
        return [] if stands is None or offer not in (None, stands.seq) else [e.OfferEnded(declined=stands.by != scene.by)]

    return command


def leave_watch() -> Command:
    return lambda scene: [e.WatchLeft()] if scene.state.watcher else []


def go_away(why: str, escort: str, cap_min: int) -> Command:
    def command(scene: Scene) -> Sequence[e.AnyEvent]:
        if scene.state.away is not None:
            raise Refusal("away_already", say("The patient is already charted as away."))
        if not escort.strip():
            raise Refusal("no_escort", say("Say who goes with the patient."))
        if not 1 <= cap_min <= 30:
            raise Refusal("cap_out_of_bounds", say("Away from the monitor is for 1 to 30 minutes."))
        return [e.AwayStarted(why=why, escort=escort.strip(), cap_min=cap_min)]

    return command


def come_back() -> Command:
    return lambda scene: [e.AwayEnded()] if scene.state.away is not None else []
