"""What people did in a session, read from its log in the words of scenarios, and when they looked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor import events as e
from monitor.access import UNNAMED
from monitor.language import say
from monitor.practice import COLLEAGUE
from monitor.protocol.document import Document, Option
from monitor.store.record import STORE
from monitor.ward import EVALUATOR

NOT_THE_TRAINEE = frozenset({COLLEAGUE, EVALUATOR, STORE})
EMERGENCY = {
    "infusion_stopped": ("stopped", "rate_lowered"),
    "airway_opened": ("airway",),
    "oxygen_given": ("oxygen",),
    "help_called": ("observed called",),
}
"""What an act of the emergency record counts as."""
NO_TOUCH = frozenset({
    "pace_set", "watch_taken", "drill_ended", "session_closed", "filed_late", "truth_injected", "truth_noted",
    "audio_paused", "audio_resumed", "sound_changed",
})  # fmt: skip
"""Entries that say nothing of attention to this room: of the whole run, of the station's sound, of the instructor."""
DEEDS = frozenset({"reassured", "airway", "oxygen", "probe"})
SPECIAL = frozenset({"rate_raised", "rate_trifle"})
"""Deeds that no scenario asks for."""
LOWERED = 0.9
"""Of the rate before: what is above it changes nothing for the patient. Proposal."""
RAISED = 1.02
"""Of the ordered rate: what is above it is more than was ordered."""


@dataclass(frozen=True, slots=True)
class Done:
    """One entry of a person. ``tasks`` are the words of scenarios that it fulfils."""

    seq: int
    at: int
    by: str
    tasks: tuple[str, ...]

    @property
    def task(self) -> str:
        """The one that says most: of a drug its class, of a stop the stop."""
        return self.tasks[-1] if self.tasks[0] == "drug" else self.tasks[0]


def people(entry: e.Logged) -> bool:
    """Whether a person made it: not the program, and not the colleague whom it plays."""
    return entry.by not in NOT_THE_TRAINEE


def trainee(drill: e.DrillStarted) -> Callable[[e.Logged], bool]:
    """Which entries are the trainee's own. The emergency asks for no name, so what nobody signed is the trainee's too."""
    return lambda entry: entry.by == UNNAMED or drill.practises(entry.by)


def done(log: Sequence[e.Logged], whose: Callable[[e.Logged], bool] = people) -> list[Done]:
    """Every deed of theirs, in order. What was taken back afterwards was not done."""
    taken_back = {x.event.seq for x in log if isinstance(x.event, e.Corrected) and x.event.instead is None}
    found, rate, ran, ordered = [], 0.0, 0.0, 0.0
    for entry in log:
        event = entry.event
        tasks: tuple[str, ...] = ()
        match event:
            case e.OrderSet():
                ordered = event.order.rate_mg_per_kg_h
            case e.InfusionStarted() | e.RateChanged() | e.InfusionResumed():
                # Who goes on after a pause at less than before has lowered the rate.
                tasks = _rate(event, rate or ran, ordered)
                rate = ran = event.rate_mg_per_kg_h
            case e.InfusionPaused():
                tasks, rate = ("stopped", "rate_lowered"), 0.0
            case e.InfusionStopped():
                # The planned end is no answer to anything; in an emergency the act before it is.
                tasks, rate = () if event.complete or event.emergency else ("stopped", "rate_lowered"), 0.0
            case _:
                tasks = _tasks(event)
        if tasks and whose(entry) and entry.seq not in taken_back:
            found.append(Done(entry.seq, entry.tick, entry.by, tasks))
    return found


def _rate(event: e.InfusionStarted | e.RateChanged | e.InfusionResumed, before: float, ordered: float) -> tuple[str, ...]:
    new = event.rate_mg_per_kg_h
    found = isinstance(event, e.RateChanged) and event.found
    if ordered and new > max(before, ordered * RAISED) and not found:
        return ("rate_raised",)
    if ordered and before > ordered * RAISED and ordered <= new * RAISED:
        return ("rate_restored",)
    if 0 < new <= before * LOWERED:
        return ("rate_lowered",)
    trifle = isinstance(event, e.RateChanged) and not found and 0 < new < before
    return ("rate_trifle",) if trifle else ()


def _tasks(event: e.AnyEvent) -> tuple[str, ...]:
    match event:
        case e.DrugGiven():
            return ("drug", f"drug {event.drug_class}")
        case e.Observed():
            return (f"observed {event.what}", *((event.what,) if event.what in DEEDS else ()))
        case e.Scored() if event.value is not None:
            return (f"charted {event.scale}",)
        case e.ChecklistAnswered():
            return (f"checked {event.item}",)
        case e.CuffStarted() | e.PressureCharted():
            return ("cuff_now",)
        case e.CuffIntervalSet():
            return ("cuff_interval",)
        case e.EmergencyAct():
            return EMERGENCY.get(event.act, (f"emergency {event.act}",))
        case _:
            return ()


def tasks_of(document: Document, option: Option) -> Iterator[str]:
    """The words for what a prompt's option asks to do to the patient or the pump, to look at or to chart."""
    fill = option.fill
    match option.command:
        case "rate":
            yield "rate_lowered"
        case "pause" | "stop":
            yield "stopped"
        case "call":
            yield "observed called"
        case "cuff":
            yield "cuff_now"
        case "observe":
            yield f"observed {fill.get('what')}"
        case "score":
            yield f"charted {fill.get('scale')}"
        case "drug":
            yield from (f"drug {d.drug_class}" for d in document.drugs if d.purpose == fill.get("purpose"))
        case _:
            return


def first(deeds: Iterable[Done], task: str, since: int, until: int) -> Done | None:
    return next((d for d in deeds if task in d.tasks and since <= d.at <= until), None)


def touched(entry: e.Logged) -> bool:
    """Whether somebody opened this room with it, or entered something in it."""
    return people(entry) and entry.event.kind not in NO_TOUCH


class Paces:
    """How fast a session went at each second."""

    def __init__(self, log: Sequence[e.Logged]) -> None:
        self._changes = [(x.tick, speed) for x in log if (speed := e.pace(x.event)) is not None]

    def fastest(self, first: int, last: int) -> float:
        speed = 1.0
        for at, new in self._changes:
            if at > last:
                break
            speed = new if at <= first else max(speed, new)
        return speed


WORDS = {
    "rate_lowered": say("Lower the rate"),
    "stopped": say("Stop or pause"),
    "drug": say("Give a drug"),
    "oxygen": say("Oxygen"),
    "reassured": say("Calm words and presence"),
    "airway": say("Head and airway"),
    "probe": say("Place the probe anew"),
    "cuff_now": say("A pressure now"),
    "cuff_interval": say("Another cuff interval"),
    "drug antiemetic_5ht3": say("Give ondansetron"),
    "drug antiemetic_d2": say("Give an antiemetic of another class"),
    "drug antiemetic_antihistamine": say("Give an antihistamine"),
    "drug benzodiazepine": say("Give a calming drug"),
    "drug benzodiazepine_antagonist": say("Give the calming drug's antagonist"),
    "drug antihypertensive": say("Give a pressure drug"),
    "observed seen": say("Look at the patient"),
    "observed called": say("Call the prescriber"),
    "observed breathing": say("Count the breathing"),
    "observed iv_site": say("Look at the IV site"),
    "observed pump": say("Look at the pump"),
    "observed first_stand": say("Accompany the first standing"),
    "rate_raised": say("A rate above the order"),
    "rate_trifle": say("A change of rate that changes nothing"),
    "emergency cpr": say("Chest compressions"),
    "emergency bvm": say("Breathing with bag and mask"),
    "emergency adrenaline_im": say("Adrenaline IM"),
    "emergency adrenaline_iv": say("Adrenaline IV"),
    "emergency atropine_iv": say("Atropine IV"),
    "emergency flumazenil_iv": say("Flumazenil IV"),
    "emergency drug_emergency": say("Another emergency drug"),
}


def spoken(task: str) -> str:
    """A task in the words of a nurse."""
    if task in WORDS:
        return WORDS[task]
    first_word, _, rest = task.partition(" ")
    return (
        {"charted": say("Chart"), "checked": say("Check"), "observed": say("Chart")}.get(first_word, first_word)
        + " "
        + rest.replace("_", " ")
    )
