"""What a room's log holds before somebody acts there, laid as it is in one go; nobody assesses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any

from monitor import events as e
from monitor import settings
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.protocol.document import Document
from monitor.session import folded
from monitor.store import lease, open_log, packing
from monitor.store.log import Entry, StoreError
from monitor.ward import drafts, logged

ROOM, ALIAS, COLLEAGUE, TRAINEE = "1", "Otter", "Thylacine", "T-07"
SCENARIO = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
FASTING = "fasting"
"""An item of the checklist that a prescriber may override."""
BY_ITSELF = ("minute_sealed", "sound_changed")
"""What store and station write when nobody does anything."""

Scene = Callable[[str], Sequence[e.AnyEvent]]


class Scenes(AbstractContextManager["Scenes"]):
    """One room of a ward's store, in which nothing goes on by itself: the lease is held here."""

    def __init__(self, store: str, document: Document) -> None:
        self.log, self.document = open_log(store, mode="ward"), document
        held = lease.acquire(self.log)
        if held is None:
            raise StoreError("somebody assesses this store")
        self._lease, self._before = held, dict[int, int]()
        self._admitted = admit_simulated(ROOM, Patient(ALIAS, weight_kg=70), SCENARIO, 1, document)

    def __exit__(self, *_: object) -> None:
        with closing(self.log):
            self._lease.release()

    def end(self) -> None:
        """Whatever is in the ward ends; that nobody entered who is tried."""
        for head in self.log.heads():
            entries = self.log.append(head.session, drafts([e.SessionClosed()], COLLEAGUE))
            self._before[head.session] = entries[-1].seq

    def lay(self, name: str, who: str) -> None:
        """Whatever is in the ward ends, and the room is as the scene has it, for somebody of this name."""
        self.end()
        if name != "empty":
            events = [self._admitted.opened, self._admitted.source, *self._scenes()[name](who)]
            session = self.log.open_session(ROOM, drafts(events, COLLEAGUE))
            with self.log.transaction(self._lease.number) as writing:
                writing.write_row(session, 0, packing.pack([], 0, None))
                writing.append(session, 1, drafts([e.PressureCharted(sys=118, dia=74)], COLLEAGUE))
            if name == "charted":
                self.log.append(session, drafts([e.Scored(scale="comfort", value=3)], who))
        self._before = {head.session: head.seq for head in self.log.heads(open_only=False)}

    def shown(self, tap: Mapping[str, Any]) -> dict[str, Any]:
        """A tap as the room's screens send it: with the session, the entry, the reading or the offer beside which it stands."""
        head = next((head for head in self.log.heads() if head.room == ROOM), None)
        if head is None:
            return {"room": ROOM, **tap}
        entries = [logged(x) for x in self.log.entries(head.session)]
        state = folded(entries)
        offer = state.offer.seq if state.offer is not None else -1
        offers = [{"room": ROOM, "session": head.session, "offer": offer}]
        beside = {"session": head.session, "offer": offer, "offers": offers, "seq": entries[-1].seq, "from": state.watcher,
                  "at": max((t.at for t in state.by_hand), default=None)}  # fmt: skip
        return {"room": ROOM, **beside, **tap, **({"fill": {**tap["fill"], "offers": offers}} if "fill" in tap else {})}

    def stored(self) -> list[Entry]:
        """What people have entered since the scene was laid."""
        heads = self.log.heads(open_only=False)
        changed = [head for head in heads if head.seq > self._before.get(head.session, -1)]
        entries = [entry for head in changed for entry in self.log.entries(head.session, after=self._before.get(head.session, -1))]
        return [entry for entry in entries if entry.kind not in BY_ITSELF]

    def _scenes(self) -> Mapping[str, Scene]:
        admitted, document = self._admitted, self.document
        assert admitted.scenario is not None
        order, played = admitted.scenario.prescribed(), json.loads(admitted.scenario.model_dump_json(by_alias=True, exclude_defaults=True))
        waiting: list[e.AnyEvent] = [e.Scored(scale="comfort", value=2), *(x for x in well_answered(document) if x.item != FASTING)]
        ready: list[e.AnyEvent] = [e.Scored(scale="comfort", value=2), e.OrderSet(order=order), *well_answered(document)]
        ready.append(e.BaselineSet(sys=118, dia=74))
        begun = e.InfusionStarted(rate_mg_per_kg_h=order.rate_mg_per_kg_h)
        running: list[e.AnyEvent] = [*ready, e.CuffIntervalSet(seconds=300), e.CuffStarted(), begun]
        what = {"rule": "D-20", "episode": 1, "state": "active", "priority": "medium", "prompt_kind": "clinical", "message": "Bothered"}
        prompt = e.PromptChanged.model_validate(what)

        def drill(trainee: str) -> Sequence[e.AnyEvent]:
            started = e.DrillStarted(run="1", title="A drill", trainee=trainee, starts_at=60, ends_at=600)
            return [started, e.TruthDrill(drill="pleasant", seed=1, scenario=played), *ready]

        return {
            "waiting": lambda who: waiting,
            "ready": lambda who: ready,
            "charted": lambda who: ready,
            "running": lambda who: running,
            "stands": lambda who: [*running, e.PaceSet(speed=0, why="it failed", fault="program")],
            "paused": lambda who: [*running, e.InfusionPaused()],
            "prompted": lambda who: [*running, prompt],
            "emergency": lambda who: [*ready, e.EmergencyStarted()],
            "away": lambda who: [*ready, e.AwayStarted(why="bathroom", escort=COLLEAGUE, cap_min=10)],
            "hushed": lambda who: [*ready, e.AudioPaused(seconds=120)],
            "watched": lambda who: [*ready, e.WatchTaken(name=who)],
            "offered": lambda who: [*ready, e.WatchTaken(name=COLLEAGUE), e.WatchOffered(card=("calm",))],
            "drill": drill,
            "instructed": lambda who: drill(TRAINEE),
        }
