"""Two screens, two nurses, taps that wait for a PIN, and the next patient: where acts arrive, in any order.

A screen taps what it was shown, however long ago. What is stored then stands in the session that was shown, is signed by whoever
was at the keys or entered the PIN, and is what stood there; or nothing is stored, and that is said.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from streamlit.logger import set_log_level

from monitor import commands as c
from monitor import events as e
from monitor import settings
from monitor.access import UNNAMED
from monitor.admission import Patient, admit_simulated, well_answered
from monitor.board import words
from monitor.infusion import Order
from monitor.live import station as stations
from monitor.live.station import station
from monitor.protocol.cases import cuff
from monitor.store import packing
from monitor.ward import drafts, logged
from promises.found import Found
from tests.conftest import Time
from tests.keys import DockedKeys, buttons, in_room, on_wall
from tests.warded import PASSWORD, quick_passwords

Act = dict[str, Any]
ROOMS, NURSES, COLLEAGUE = ("2", "3"), ("mira", "jonas"), "anna"
ALIASES = ("Otter", "Maple", "Lark", "Heron")
STEPS = 14
HAPPENS = {"look": 4, "tap": 8, "next": 2, "meanwhile": 4, "sign": 4, "form": 10, "come": 4, "leave": 1, "close": 1, "wait": 1}
"""How often what happens."""
NOT_STORED = frozenset({"go", "open_room", "dialog", "checkin", "audio", "run", "display", "not_me"})
"""Acts that go somewhere, open a form, or are the ward's."""
ORDER = Order(dose_mg_per_kg=0.5, weight_kg=70, minutes=40)


class Form(NamedTuple):
    """What is written in a form, and whether an entry is that; ``n`` makes each its own."""

    written: Callable[[int], dict[str, str]]
    stored: Callable[[int, e.AnyEvent], bool]


def _seen(what: str, number: Callable[[int], float]) -> Callable[[int, e.AnyEvent], bool]:
    return lambda n, event: isinstance(event, e.Observed) and (event.what, event.number) == (what, number(n))


FORMS: Mapping[str, Form] = {
    "note": Form(lambda n: {"text": f"note {n}"}, lambda n, event: event == e.NoteAdded(text=f"note {n}")),
    "oxygen": Form(lambda n: {"oxygen": str(n % 15)}, _seen("oxygen", lambda n: n % 15)),
    "breathing": Form(lambda n: {"breathing": str(n % 40)}, _seen("breathing", lambda n: n % 40)),
    "pressure": Form(
        lambda n: {"sys": str(100 + n % 80), "dia": "60"},
        lambda n, event: isinstance(event, e.PressureCharted) and (event.sys, event.dia) == (100 + n % 80, 60),
    ),
    "away": Form(
        lambda n: {"why": "bathroom", "escort": f"S. Lee {n}", "most": "10"},
        lambda n, event: isinstance(event, e.AwayStarted) and event.escort == f"S. Lee {n}",
    ),
}


class Screen:
    """One of the two, with what it was last shown."""

    def __init__(self, keys: DockedKeys) -> None:
        self.keys = keys
        self.frames: list[Any] = []
        self.waits: tuple[Act, str] | None = None

    @property
    def who(self) -> str:
        return self.keys.who

    def look(self) -> None:
        self.frames = [*(in_room(room, self.who) for room in ROOMS), on_wall(self.who)]

    def tap(self, act: Act) -> None:
        self.keys.act(act)
        self.waits = (act, self.keys.signs) if self.keys.signs is not None else None

    def leave(self) -> None:
        self.waits = None
        self.keys.leave()

    def close(self) -> None:
        """The form that is open."""
        if self.keys.form is not None:
            self.keys.press("leave")
        self.waits = None


class World:
    """A station whose rooms always hold somebody."""

    def __init__(self, seed: int, time: Time, keys: Sequence[DockedKeys]) -> None:
        self.chance, self.time, self.here = random.Random(seed), time, station()
        scenario = settings.SAMPLE_DATA / "scenarios" / "pleasant.yaml"
        self.admitted = admit_simulated(ROOMS[0], Patient("Otter", weight_kg=70), scenario, 1, self.here.document)
        self.lease = self.here.log.number_lease("promises")
        self.screens = tuple(map(Screen, keys))
        self.written = 0
        self.kept: dict[int, int] = {}
        self.tapped: Counter[str] = Counter()
        self.stored: Counter[str] = Counter()

    # ---- what happens ----

    def begin(self) -> None:
        for screen in self.screens:
            screen.leave()
        for room in ROOMS:
            self.next_patient(room)

    def next_patient(self, room: str) -> None:
        """Whoever is in the room leaves, and somebody settles in whom everything can be tapped for."""
        log = self.here.log
        for head in log.heads():
            if head.room == room:
                log.append(head.session, drafts([e.SessionClosed()], COLLEAGUE))
        opened = self.admitted.opened.model_copy(update={"room": room, "alias": self.chance.choice(ALIASES)})
        begun: list[e.AnyEvent] = [e.OrderSet(order=ORDER), *well_answered(self.here.document), e.BaselineSet(sys=118, dia=74)]
        if self.chance.random() < 0.5:
            begun.append(e.InfusionStarted(rate_mg_per_kg_h=0.75))
        session = log.open_session(room, drafts([opened, self.admitted.source, *begun, e.WatchTaken(name=COLLEAGUE)], COLLEAGUE))
        with log.transaction(self.lease) as writing:
            writing.write_row(session, 0, packing.pack(list(cuff(120.0, 76.0, 0)), 0))
            prompts = [("D-20", e.Priority.MEDIUM), ("E-4", e.Priority.HIGH)]
            raised = [
                e.PromptChanged(rule=rule, episode=1, state=e.PromptState.ACTIVE, priority=priority,
                                prompt_kind=e.PromptKind.CLINICAL, message=rule)
                for rule, priority in prompts
            ]  # fmt: skip
            writing.append(session, 0, drafts(raised, "evaluator"))

    def meanwhile(self) -> None:
        """What a colleague, the cuff and the other nurse do elsewhere."""
        session = self.chance.choice(self.here.log.heads()).session
        done: Sequence[c.Command] = (
            c.score("comfort", self.chance.randint(0, 10)), c.take_watch(COLLEAGUE), c.offer_watch("", ["a card"]), c.end_offer(),
            c.emergency(), c.observe("seen"), c.give_drug("ondansetron", 4, "IV", fact=True),
        )  # fmt: skip
        if self.chance.random() < 0.2:
            with self.here.log.transaction(self.lease) as writing:
                at = self.here.log.head(session).tick + 1
                writing.write_row(session, at, packing.pack(list(cuff(120.0 + at, 76.0, at)), at))
            return
        try:
            c.carry_out(self.here.log, self.here.document, session, self.chance.choice((COLLEAGUE, *NURSES)), self.chance.choice(done))
        except c.Refusal:
            return

    def step(self) -> Iterator[str]:
        """One thing, and what was wrong with what came of it."""
        screen = self.chance.choice(self.screens)
        match self.chance.choices(tuple(HAPPENS), tuple(HAPPENS.values()))[0]:
            case "look":
                screen.look()
            case "tap":
                if acts := offered(screen.frames):
                    yield from self.tap(screen, acts)
            case "next":
                self.next_patient(self.chance.choice(ROOMS))
            case "meanwhile":
                self.meanwhile()
            case "sign":
                yield from self.sign(screen, self.chance.choice(NURSES))
            case "come":
                if screen.waits is None:
                    yield from self.sign(screen, self.chance.choice(NURSES))
                    screen.look()
            case "leave":
                screen.leave()
            case "form":
                yield from self.form(screen)
            case "close":
                screen.close()
            case "wait":
                self.time.pass_by(self.chance.choice((5, 61)))
        self.news()

    def tap(self, screen: Screen, acts: Mapping[str, Sequence[Act]]) -> Iterator[str]:
        act = dict(self.chance.choice(acts[self.chance.choice(sorted(acts))]))
        self.news()
        self.tapped[act["do"]] += 1
        meant = self._meant(act)
        freed = act["do"] in ("emergency", "emergency_act")
        signs = screen.who or (UNNAMED if freed else "")
        screen.tap(act)
        found = list(self.news())
        yield from self._wrong(act, found, meant, signs)
        # An emergency goes by its room, where one may be running already.
        unsaid = not found and screen.waits is None and not screen.keys.told
        if unsaid and act["do"] != "emergency" and act.get("session") in self._gone():
            yield f"{act}: not stored, and nothing is said"

    def sign(self, screen: Screen, name: str) -> Iterator[str]:
        """By a name or a PIN; by another nurse than the one who tapped, as often as not."""
        self.news()
        screen.keys.act()
        waits = screen.waits if screen.keys.signs is not None else None
        shown = screen.keys.signs
        screen.keys.sign(name)
        screen.waits = None
        found = list(self.news())
        if waits is None or shown is None:
            if found:
                yield f"nothing waited, and {found} were stored"
            return
        act, _ = waits
        yield from self._wrong(act, found, self._meant(act), name)
        if act["do"] != "take_over":
            for _, entry in found:
                said = words.entry(self.here.document, entry.event)
                if act["do"] != "undo" and said is not None and said.replace(name, "whoever signs") not in shown:
                    yield f"{act}: {said!r} was stored, {shown!r} was signed"

    def form(self, screen: Screen) -> Iterator[str]:
        """Opens one that a frame offers, or presses the one that is open."""
        open_ = screen.keys.form
        if open_ is None or open_["form"] not in FORMS:
            rooms = [frame for frame in screen.frames if frame.get("session") is not None]
            acts = [{**b["act"], "room": frame["room"]} for frame in rooms for b in buttons(frame) if b["act"].get("name") in FORMS]
            if acts:
                screen.tap(self.chance.choice(acts))
            return
        self.news()
        name, who, n = open_["form"], screen.who, self.written
        self.written += 1
        self.tapped[f"form {name}"] += 1
        late = open_["state"] == "ended"
        screen.keys.press("file" if late else "save", [ask["id"] for ask in open_["asks"]], **FORMS[name].written(n))
        found = list(self.news())
        for session, entry in found:
            self.stored[f"form {name}"] += 1
            if session != open_["session"]:
                yield f"the form {name} of session {open_['session']}: {entry.event.kind} is in session {session}"
            if entry.by != who:
                yield f"the form {name}: {entry.event.kind} is signed by {entry.by}, not by {who or 'nobody'}"
            if not isinstance(entry.event, e.FiledLate) and not FORMS[name].stored(n, entry.event):
                yield f"the form {name}, {FORMS[name].written(n)}: {entry.event} was stored"
        if not found and not screen.keys.told and screen.keys.form is None:
            yield f"the form {name} was pressed: not stored, and nothing is said"

    # ---- what came of it ----

    def news(self) -> Iterator[tuple[int, e.Logged]]:
        """What was stored since the last time this was asked, in any session."""
        found = []
        for head in self.here.log.heads(open_only=False)[-12:]:
            after = self.kept.get(head.session, -1)
            if head.seq > after:
                found += [(head.session, logged(x)) for x in self.here.log.entries(head.session, after=after)]
                self.kept[head.session] = head.seq
        return iter(found)

    def _gone(self) -> set[int]:
        return {head.session for head in self.here.log.heads(open_only=False) if head.closed}

    def _meant(self, act: Act) -> set[int]:
        """The sessions in which this may store something."""
        if act["do"] == "emergency":
            return {head.session for head in self.here.log.heads() if head.room == act["room"]}
        return {one["session"] for one in act["offers"]} if act["do"] == "take_over" else {act["session"]}

    def _wrong(self, act: Act, found: Sequence[tuple[int, e.Logged]], meant: set[int], signs: str) -> Iterator[str]:
        for session, entry in found:
            self.stored[act["do"]] += 1
            if session not in meant:
                yield f"{act}: {entry.event.kind} is in session {session}"
            if entry.by != signs:
                yield f"{act}: {entry.event.kind} is signed by {entry.by}, not by {signs or 'nobody'}"
            if not as_shown(act, entry.event, session, partial(self._entry, session), signs):
                yield f"{act}: {entry.event} was stored"

    def _entry(self, session: int, seq: int) -> e.Logged | None:
        return next((logged(x) for x in self.here.log.entries(session) if x.seq == seq), None)


def offered(frames: Sequence[Any]) -> dict[str, list[Act]]:
    """Everything that these frames let somebody tap, by what it does; with what the browser puts together itself."""
    acts = [b["act"] for frame in frames for b in buttons(frame) if not b.get("disabled")]
    for frame in frames:
        session = frame.get("session")
        if session is None:
            scores = [("comfort", tile) for tile in frame.get("tiles", ()) if tile.get("session") is not None]
            acts += [{"do": "score", "scale": s, "value": 7, "room": t["room"], "session": t["session"]} for s, t in scores]
            continue
        for row in frame["log"]["rows"]:
            acts += [{"do": "score", "scale": row["scale"], "value": v["value"], "session": session} for v in row["values"]]
        for card in frame["prompts"]:
            answers: list[Act] = [{"answer": given, "options": [], "reason": "no"} for given in ("declined", "deferred")]
            answers += [{"answer": "did", "options": [o["id"]], "reason": None} for o in card["options"] if not o["opens"]]
            acts += [{"do": "answer", "prompt": card["id"], "session": session, **answer} for answer in answers]
        checks = frame["checklist"] or {"items": ()}
        acts += [
            {"do": "check", "list": checks["id"], "item": i["id"], "answer": a["id"], "chosen": a["chosen"], "session": session}
            for i in checks["items"] for a in i["answers"]
        ]  # fmt: skip
    by_kind: dict[str, list[Act]] = {}
    for act in acts:
        if act["do"] not in NOT_STORED:
            by_kind.setdefault(act["do"], []).append(act)
    return by_kind


def as_shown(act: Act, event: e.AnyEvent, session: int, entry: Callable[[int], e.Logged | None], signs: str) -> Any:
    """Whether what was stored is what was tapped."""
    match act["do"], event:
        case "score", e.Scored():
            return [event.scale, event.value] == [act["scale"], act["value"]]
        case "observe", e.Observed():
            return (event.what, event.value) == (act["what"], act.get("value", ""))
        case "symptom", e.SymptomCharted():
            return event.symptom == act["symptom"] and event.present
        case "no_symptoms", e.SymptomCharted():
            return not event.present
        case "check", e.ChecklistAnswered():
            return (event.checklist, event.item) == (act["list"], act["item"]) and (act["answer"] in event.answers) is not act["chosen"]
        case "undo", e.Corrected():
            taken = entry(event.seq)
            return event.seq == act["seq"] and event.instead is None and taken is not None and taken.by == signs
        case "undo", e.RateChanged() | e.InfusionPaused():
            return True  # the stop that the entry had charted
        case "cuff", e.CuffStarted() | e.CuffStopped() | e.CuffPutOff():
            return {"cuff_started": "start", "cuff_stopped": "stop", "cuff_put_off": "rest"}[event.kind] == act["what"]
        case "baseline", e.BaselineSet():
            return event.sys == 120.0 + act["at"]
        case "watch", e.WatchTaken():
            return event.name == signs
        case ("accept" | "take_over"), e.WatchTaken():
            shown = [one["offer"] for one in act["offers"] if one["session"] == session] if act["do"] == "take_over" else [act["offer"]]
            offer = entry(shown[0]) if shown else None
            return event.name == signs and offer is not None and isinstance(offer.event, e.WatchOffered)
        case "end_offer", e.OfferEnded():
            return True
        case "answer", e.PromptAnswered():
            answered = event.rule, event.episode, event.answer.value, list(event.options)
            return answered == (*act["prompt"].split("#")[:1], 1, act["answer"], act["options"])
        case "answer", e.Observed() | e.CuffStarted() | e.WatchTaken() | e.EmergencyStarted() | e.AwayEnded():
            return act["answer"] == "did"
        case "emergency", e.EmergencyStarted():
            return True
        case "emergency_act", e.EmergencyStarted():
            return True
        case "emergency_act", e.EmergencyAct():
            return event.act == act["act"]
        case "emergency_act", e.InfusionStopped():
            return act["act"] == "infusion_stopped"
        case ("back", e.AwayEnded()) | ("ask", e.PatientAsked()) | ("go_on", e.WentOn()):
            return True
    return False


NAMED = "station: Promises\nprotocol: protocols/example.yaml\nrooms: [{room: '2'}, {room: '3'}]\n"
SIGNED = NAMED.replace("rooms:", "mode: ward\nward: {clock_kept_by: the tests}\nrooms:")
PIN = "284917"


def keep(interleavings: int) -> Found:
    """Half of them at stations where a name is said, half at two shared ones where people sign by their PIN."""
    half = interleavings // 2
    parts = [_kept(interleavings - half, NAMED, 20261201), _kept(half, SIGNED, 20261202)]
    wrong, faults = [x for part in parts for x in part.wrong], sum(part.faults for part in parts)
    tapped, stored = (sum((count for count in counts), Counter[str]()) for counts in zip(*(p.counted for p in parts), strict=True))
    pressed = sum(count for what, count in tapped.items() if what.startswith("form "))
    figures = (
        f"{interleavings} interleavings, {half} of them with PINs at shared stations: {tapped.total()} taps of {len(tapped)} kinds, "
        f"{pressed} of them presses of forms, {stored.total()} entries: {len(wrong)} wrong, {faults} faults"
    )
    told = "; ".join(wrong[:3])
    kept = not wrong and not faults and all(part.counted[1].total() > 0 for part in parts)
    return Found(kept=kept, figures=f"{figures}{': ' if told else ''}{told}")


class Part(NamedTuple):
    wrong: list[str]
    faults: int
    counted: tuple[Counter[str], Counter[str]]
    """What was tapped and what was stored, by kind."""


def _seats(patch: pytest.MonkeyPatch) -> list[DockedKeys]:
    """Two screens: where people sign in, shared stations of the ward's nurses."""
    accounts = station().accounts
    if accounts is None:
        return [DockedKeys(patch, place) for place in ("desk 1", "desk 2")]
    for name in NURSES:
        accounts.add(name, ["nurse"], PASSWORD)
        accounts.set_pin(name, PIN)
    seats = []
    for name in ("desk 1", "desk 2"):
        accounts.add(name, ["nurse"], PASSWORD, shared=True)
        seats.append(accounts.enter(accounts.sign_in(name, PASSWORD)))
    return [DockedKeys(patch, "", seat, PIN) for seat in seats]


def _kept(interleavings: int, rooms: str, seed: int) -> Part:
    wrong: list[str] = []
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        patch, time = ends.enter_context(pytest.MonkeyPatch.context()), Time()
        time.turns(patch)
        set_log_level("error")  # of a page without a browser it tells with every run
        patch.setenv(settings.STORE_VARIABLE, f"sqlite:///{folder / 'log.db'}")
        named = folder / "rooms.yaml"
        named.write_text(rooms.replace("protocols/", f"{settings.SAMPLE_DATA / 'protocols'}/"), encoding="utf-8")
        patch.setenv(settings.ROOMS_VARIABLE, str(named))
        ends.enter_context(quick_passwords())
        stations.leave()
        ends.callback(stations.leave)
        world = World(seed, time, _seats(patch))
        for _ in range(interleavings):
            world.begin()
            for screen in world.screens:
                screen.look()
            for _ in range(STEPS):
                wrong += world.step()
        faults = len(list(world.here.log.verify()))
    return Part(wrong, faults, (world.tapped, world.stored))
