"""The score of a drill, computed from its log alone. Every point lost names its moment; no number stands without its parts.

Critical actions are acts. Restraint, leaving alone what is better left, is scored apart, as harm avoided. Weights and
limits come from the scenario, which says of each whether it was sourced or is a proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor import events as e
from monitor.language import say
from monitor.review.deeds import first
from monitor.review.reading import Room
from monitor.simulator.expected import Critical, Expected, Limit, Restraint
from monitor.units import span

LATE_KEEPS = 0.5
"""What a late act is worth of one in time. Proposal."""
GRACE_S = 60
"""How late an observation may be and still be on time: as the example protocol's own rules."""
UNTREATED_FREE_MIN, UNTREATED_ALL_MIN = 2, 10
"""Minutes beyond a limit without the right act: so many cost nothing, so many cost the whole part. Proposal."""
UNSEEN_S = 15 * 60
"""A room that nobody opened or touched for so long was out of sight. Proposal, as long as the protocol's looking in."""
BY_MACHINE = frozenset({"cuff"})


class Status(StrEnum):
    CORRECT = "correct"
    LATE = "late"
    UNTIMED = "done, not timed"
    """In the time it took the pace was above 1x, so how long it took says nothing."""
    SPARED = "not needed"
    """Another act came in time and made it unneeded."""
    OMITTED = "omitted"


@dataclass(frozen=True)
class Lost:
    """``at`` is the session second."""

    at: int
    points: float
    why: str


@dataclass(frozen=True)
class ActScore:
    do: str
    status: Status
    due: int
    at: int | None
    points: float
    max: float
    limit: str
    """Whether the limit and the weight are sourced."""
    why: str


@dataclass(frozen=True)
class EventScore:
    """One critical event, with its moments. All are session seconds; None: it did not come."""

    event: str
    onset: int
    crossing: int | None
    prompt: int | None
    rule: str
    opened: int | None
    acknowledged: int | None
    acted: int | None
    resolved: int | None
    untreated_s: int
    timed: bool
    acts: tuple[ActScore, ...]
    lost: tuple[Lost, ...]

    @property
    def known(self) -> int | None:
        """From when it could be known: the first crossing, or the prompt where that came first or nothing was crossed."""
        return min((x for x in (self.crossing, self.prompt) if x is not None), default=None)

    @property
    def recognition_s(self) -> int | None:
        """From what could be known to the first look at the room; None where it was not timed."""
        return self.opened - self.known if self.timed and self.known is not None and self.opened is not None else None

    @property
    def response_s(self) -> int | None:
        """From what could be known to the first right act; negative where it was forestalled."""
        return self.acted - self.known if self.timed and self.known is not None and self.acted is not None else None

    @property
    def points(self) -> float:
        return sum(a.points for a in self.acts)

    @property
    def max(self) -> float:
        return sum(a.max for a in self.acts)


@dataclass(frozen=True)
class Part:
    """A part of the score that every room has."""

    name: str
    points: float
    max: float
    lost: tuple[Lost, ...]
    note: str
    limit: str


@dataclass(frozen=True)
class RoomScore:
    session: int
    room: str
    alias: str
    title: str
    events: tuple[EventScore, ...]
    parts: tuple[Part, ...]

    @property
    def points(self) -> float:
        return sum(x.points for x in self.events) + sum(x.points for x in self.parts)

    @property
    def max(self) -> float:
        return sum(x.max for x in self.events) + sum(x.max for x in self.parts)

    @property
    def acts(self) -> list[ActScore]:
        return [act for event in self.events for act in event.acts]

    @property
    def lost(self) -> list[Lost]:
        found = [x for event in self.events for x in event.lost] + [x for part in self.parts for x in part.lost]
        return sorted(found, key=lambda x: x.at)


@dataclass(frozen=True)
class DrillScore:
    rooms: tuple[RoomScore, ...]

    @property
    def points(self) -> float:
        return round(sum(r.points for r in self.rooms), 1)

    @property
    def max(self) -> float:
        return round(sum(r.max for r in self.rooms), 1)

    @property
    def critical_total(self) -> int:
        return sum(len(r.acts) for r in self.rooms)

    @property
    def critical_done(self) -> int:
        """In time or late, or made unneeded by another that was done in time."""
        return sum(a.status is not Status.OMITTED for r in self.rooms for a in r.acts)


def score(rooms: Sequence[Room]) -> DrillScore:
    return DrillScore(tuple(score_room(room) for room in rooms))


def score_room(room: Room) -> RoomScore:
    events = tuple(x for critical in room.scenario.critical if (x := _event(room, critical)) is not None)
    parts = (_restraint(room), _observations(room), *_untreated(room, events), _attention(room))
    opened = room.state.opened
    return RoomScore(room.session, opened.room, opened.alias, room.scenario.title, events, parts)


# ---- critical events ----


def _event(room: Room, critical: Critical) -> EventScore | None:
    """None where the drill ended, or the infusion began, so that the event never came."""
    onset, ends = room.at(critical.onset, critical.counted), room.at(critical.ends, critical.counted)
    if onset is None or ends is None or onset > room.ends:
        return None
    ends = min(ends, room.ends)
    beyond = _beyond(room, critical.limit, onset, ends) if critical.limit is not None else []
    crossing = beyond[0][0] if beyond else None
    shown = [(at, p) for at, p in room.prompts if onset <= at <= ends and p.state is e.PromptState.ACTIVE and _about(p, critical)]
    episodes = {(p.rule, p.episode) for _, p in shown}
    answered = (x.tick for x in room.answers if isinstance(x.event, e.PromptAnswered) and (x.event.rule, x.event.episode) in episodes)
    acts = [a for act in critical.acts if (a := act_score(room, critical, act, onset, ends)) is not None]
    done = [a.at for a in acts if a.at is not None]
    acted = min(done, default=None)
    known = min((x for x in (crossing, shown[0][0] if shown else None) if x is not None), default=onset)
    begin, end = sorted((known, acted if acted is not None else known))
    # The pace falls back in the second after a crossing or a prompt.
    timed = room.drill.scripted or room.paces.fastest(begin + 1, end) <= 1
    acts = [_timed(act, timed) for act in acts]
    lost = tuple(_act_lost(act) for act in acts if act.points < act.max)
    until = acted if acted is not None else ends
    return EventScore(
        event=critical.event,
        onset=onset,
        crossing=crossing,
        prompt=shown[0][0] if shown else None,
        rule=shown[0][1].rule if shown else "",
        opened=next((t for t in room.touches if onset <= t <= ends), None),
        acknowledged=next(answered, None),
        acted=acted,
        resolved=beyond[-1][1] if beyond and beyond[-1][1] < ends else None,
        untreated_s=sum(max(0, min(b, until) - a) for a, b in beyond),
        timed=timed,
        acts=tuple(acts),
        lost=lost,
    )


def _about(prompt: e.PromptChanged, critical: Critical) -> bool:
    return any(x.name in critical.shows for x in prompt.evidence)


def _beyond(room: Room, limit: Limit, begin: int, ends: int) -> list[tuple[int, int]]:
    """The stretches in which the value was beyond the limit: from its first second to the first that is not."""
    stretches: list[tuple[int, int]] = []
    holds = room.holds_s(limit.of)
    since: int | None = None
    last = begin
    for at, value in room.series(limit.of):
        if not begin <= at <= ends:
            continue
        if since is not None and at - last > holds:
            stretches.append((since, last + holds))
            since = None
        if limit.crossed(value):
            since = at if since is None else since
            last = at
        elif since is not None:
            stretches.append((since, at))
            since = None
    if since is not None:
        stretches.append((since, min(ends, last + holds)))
    return stretches


def act_score(room: Room, critical: Critical, act: Expected, onset: int, ends: int) -> ActScore | None:
    """None where it is not expected: what it depends on was not done."""
    since = onset if act.since is None else room.at(act.since, critical.counted)
    due = None if act.by is None else room.at(act.by, critical.counted)
    if act.only_if:
        caused = [d.at for task in act.only_if if (d := first(room.deeds, task, 0, ends)) is not None]
        if not caused:
            return None
        since, due = min(caused), min(caused) + (act.within or 0)
        ends = max(ends, due)
    assert since is not None and due is not None
    done = first(room.deeds, act.do, since, max(ends, due))
    if done is not None and done.at <= due:
        status, points = Status.CORRECT, act.points
    elif any(first(room.deeds, task, onset, due) for task in act.unless):
        status, points = Status.SPARED, act.points
    elif done is not None:
        status, points = Status.LATE, act.points * LATE_KEEPS
    else:
        status, points = Status.OMITTED, 0.0
    return ActScore(act.do, status, due, done.at if done is not None else None, points, act.points, act.status, act.why)


def _timed(act: ActScore, timed: bool) -> ActScore:
    if timed or act.status is not Status.LATE:
        return act
    return ActScore(act.do, Status.UNTIMED, act.due, act.at, act.max, act.max, act.limit, act.why)


def _act_lost(act: ActScore) -> Lost:
    said = spoken(act.do)
    if act.at is None:
        return Lost(act.due, round(act.max - act.points, 1), say("{act}: omitted. {why}", act=said, why=act.why).strip())
    return Lost(
        act.at, round(act.max - act.points, 1), say("{act}: {span} late. {why}", act=said, span=span(act.at - act.due), why=act.why).strip()
    )


# ---- the other parts ----


def _restraint(room: Room) -> Part:
    lost = sorted((x for left in room.scenario.restraint for x in _not_left(room, left)), key=lambda x: x.at)
    full = sum(left.points for left in room.scenario.restraint)
    harmful = sum(x.why.startswith(HARMFUL) for x in lost)
    note = (
        say("{lost} better left, {harmful} of them harmful", lost=len(lost), harmful=harmful)
        if lost
        else say("nothing done that was better left")
    )
    limits = {left.status for left in room.scenario.restraint}
    return Part(say("Harm avoided"), full - sum(x.points for x in lost), full, tuple(lost), note, ", ".join(sorted(limits)) or "proposal")


def _not_left(room: Room, left: Restraint) -> Iterator[Lost]:
    after = 0 if left.after is None else room.at(left.after, "start")
    until = room.ends if left.until is None else room.at(left.until, "start")
    if after is None or until is None:
        return
    times = [d for d in room.deeds if left.leave in d.tasks and after <= d.at <= until]
    for n, deed in enumerate(times[left.allowed :]):
        again = say("again, ") if left.allowed or n else ""
        word = HARMFUL if left.harmful else say("not needed")
        yield Lost(deed.at, left.points if n == 0 else 0.0, f"{word}: {again}{spoken(left.leave).lower()}. {left.why}".strip())


def _observations(room: Room) -> Part:
    """Each time that something was due: on time, late or left out. What the cuff does by itself is not counted."""
    weight, document = room.scenario.weights.observations, room.document
    asked = [o for o in document.observations if not set(o.by) <= BY_MACHINE]
    due: dict[str, int | None] = {o.id: None for o in asked}
    on_time = 0
    missed: list[tuple[int, str]] = []
    for tick, state, window in room.moments():
        for observation in asked:
            before, now = due[observation.id], document.due_at(observation.id, state, window)
            due[observation.id] = now
            if before is None:
                continue
            if now is not None and now > before:
                late_s = tick - before - GRACE_S
                if late_s <= 0:
                    on_time += 1
                else:
                    missed.append((before, say("{what}: {span} late", what=observation.label, span=span(tick - before))))
            elif now is None and tick > before + GRACE_S:
                missed.append((before, say("{what}: left out", what=observation.label)))
    for observation in asked:
        last = due[observation.id]
        every = observation.every.get(room.state.phase) or max(observation.every.values(), default=0) or GRACE_S * 15
        while last is not None and last + GRACE_S < room.ends:
            missed.append((last, say("{what}: left out", what=observation.label)))
            last += every
    total = on_time + len(missed)
    each = weight / total if total else 0.0
    lost = tuple(Lost(at, round(each, 2), f"{why[0].upper()}{why[1:]}") for at, why in sorted(missed))
    points = round(weight * on_time / total, 1) if total else weight
    return Part(
        say("Observations on time"),
        points,
        weight,
        lost,
        say("{n} of {total} on time", n=on_time, total=total),
        room.scenario.weights.status,
    )


def _untreated(room: Room, events: Sequence[EventScore]) -> Iterator[Part]:
    limited = [x for x in events if x.crossing is not None]
    if not any(c.limit is not None for c in room.scenario.critical):
        return
    weight = room.scenario.weights.untreated
    seconds = sum(x.untreated_s for x in limited)
    share = min(1.0, max(0.0, (seconds / 60 - UNTREATED_FREE_MIN) / (UNTREATED_ALL_MIN - UNTREATED_FREE_MIN)))
    worst = max(limited, key=lambda x: x.untreated_s, default=None)
    lost: tuple[Lost, ...] = ()
    if share > 0 and worst is not None and worst.crossing is not None:
        lost = (
            Lost(
                worst.crossing,
                round(weight * share, 1),
                say("{event}: {span} beyond the limit untreated", event=worst.event, span=span(seconds)),
            ),
        )
    points = weight - sum(x.points for x in lost)
    yield Part(say("Minutes beyond limits untreated"), points, weight, lost, span(seconds), room.scenario.weights.status)


def _attention(room: Room) -> Part:
    """A room out of sight for a quarter of an hour while a drug runs or wears off."""
    weight = room.scenario.weights.attention
    begin = room.started if room.started is not None else 0
    looks = [t for t in room.touches if t > begin]
    gaps = [(a, b) for a, b in zip([begin, *looks], [*looks, room.ends], strict=True) if b - a > UNSEEN_S]
    lost, left = [], weight
    for a, b in gaps:
        taken = min(left, 1.0)
        left -= taken
        lost.append(Lost(a + UNSEEN_S, taken, say("Out of sight for {span}", span=span(b - a))))
    note = say("{openings} openings, {touches} touches", openings=len(room.openings), touches=len(set(room.touches)))
    return Part(say("Attention"), left, weight, tuple(lost), note, room.scenario.weights.status)


HARMFUL = say("harmful")
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
