"""The score of a drill, computed from its log alone. Every point lost names its moment; no number stands without its parts.

Critical actions are acts. Restraint, leaving alone what is better left, is scored apart, as harm avoided. Weights and
limits come from the scenario, which says of each whether it was sourced or is a proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from monitor import events as e
from monitor.charting import SCALES
from monitor.language import say
from monitor.protocol.document import Observation
from monitor.review.deeds import Done, first, spoken
from monitor.review.harm import ills, offers, told
from monitor.review.reading import Room
from monitor.simulator.expected import Critical, Expected, Limit
from monitor.units import span
from monitor.vitals import Signal

LATE_KEEPS = 0.5
"""What a late act is worth of one in time. Proposal."""
LATE_S = 5 * 60
"""Later than so long after its limit an act is worth nothing. Proposal."""
LEAST_S = 60
"""No act is due sooner after this patient crossed the limit. Proposal."""
STANDS_S = 4 * 60 * 60
"""A drug that was given so long before an event still meets it. Proposal."""
MADE_UP = 0.5
"""What each made-up score costs. Proposal."""
RECORD = ("charted ", "checked ", "observed called")
"""What is written or said elsewhere: no first act at the patient or the pump."""
LOOKS = frozenset({"observed seen", "observed breathing"})
GRACE_S = 60
"""How late an observation may be and still be on time: as the example protocol's own rules."""
UNTREATED_FREE_MIN, UNASKED_FREE_MIN, UNTREATED_COSTS_MIN = 2, 5, 8
"""Minutes beyond a limit without a right act: so many cost nothing where a number shows it, so many where it has to be asked
for, and so many more cost the whole part. Proposal."""
UNSEEN_S = 15 * 60
"""A room that nobody opened or touched for so long was out of sight. Proposal, as long as the protocol's looking in."""
ENDS_S = 5
"""A drill that was ended so shortly before its time was played to its end."""
BY_MACHINE = frozenset({"cuff"})


class Status(StrEnum):
    CORRECT = "correct"
    LATE = "late"
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
    rule: str
    """The first rule whose prompt called for it; empty: the protocol did not, only the truth."""


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
    """Beyond the limit before the first act that treats."""
    beyond_s: int
    """Beyond the limit until it was back, treated or not."""
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
    incomplete: bool
    """Ended before its time: what was not due yet is not counted."""

    @property
    def points(self) -> float:
        """Harm takes away what was earned, and no more."""
        return max(0.0, sum(x.points for x in self.events) + sum(x.points for x in self.parts))

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
    def incomplete(self) -> bool:
        """Ended before its time: there is no total."""
        return any(r.incomplete for r in self.rooms)

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
    parts = (_harm(room), _observations(room), *_untreated(room, events), _attention(room))
    opened = room.state.opened
    return RoomScore(room.session, opened.room, opened.alias, room.scenario.title, events, parts, _incomplete(room))


def _incomplete(room: Room) -> bool:
    """Ended while something could still come: a patient who has gone home, after the last that is expected, needs no more."""
    gone = any(isinstance(x.event, e.Discharged) for x in room.log)
    ends = [room.at(c.ends, c.counted) for c in room.scenario.critical]
    over = gone and all(at is not None and at <= room.ends for at in ends)
    return room.ends < room.drill.ends_at - ENDS_S and not over


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
    treated = _treated(room, critical, {p.rule for _, p in shown}, acts, onset, ends)
    known = min((x for x in (crossing, shown[0][0] if shown else None) if x is not None), default=onset)
    acted = _first_right(room, acts, treated, known, ends)
    begin, end = sorted((known, acted if acted is not None else known))
    # The pace falls back in the second after a crossing or a prompt.
    timed = room.drill.scripted or room.paces.fastest(begin + 1, end) <= 1
    until = treated if treated is not None else ends
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
        beyond_s=sum(b - a for a, b in beyond),
        timed=timed,
        acts=tuple(acts),
        lost=tuple(_act_lost(room, act) for act in acts if act.points < act.max),
    )


def _treated(room: Room, critical: Critical, rules: set[str], acts: Sequence[ActScore], onset: int, ends: int) -> int | None:
    """The first act that treats: one that is expected, one that a prompt about it offered, or a drug for the same purpose."""
    purposes = {f"drug {d.drug_class}": d.purpose for d in room.document.drugs}
    meant = {purposes.get(act.do) for act in critical.acts} - {None}
    treats = {task for rule in rules for task in offers(room.document, rule) if task not in LOOKS}
    treats |= {task for task, purpose in purposes.items() if purpose in meant}
    found = [a.at for a in acts if a.at is not None and not a.do.startswith(RECORD)]
    for task in treats:
        done = None if task.startswith(RECORD) else _standing(room, task, onset) or first(room.deeds, task, onset, ends)
        found += [] if done is None else [done.at]
    return min(found, default=None)


def _first_right(room: Room, acts: Sequence[ActScore], treated: int | None, known: int, ends: int) -> int | None:
    """The first right act at patient or pump: what is expected, or from when it could be known a look or a question.

    Charting alone is none, unless nothing else is expected.
    """
    looked = [d.at for d in room.deeds if LOOKS & set(d.tasks) and known <= d.at <= ends]
    asked = [x.tick for x in room.own if isinstance(x.event, e.PatientAsked) and known <= x.tick <= ends]
    found = [at for at in (treated, *looked[:1], *asked[:1]) if at is not None]
    if not found and all(a.do.startswith(RECORD) for a in acts):
        found = [a.at for a in acts if a.at is not None]
    return min(found, default=None)


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


def _crossing(room: Room, limit: Limit, begin: int, ends: int) -> int | None:
    """The first second beyond it: as the screen had it, or as it was where the screen could not show it."""
    seen = (a for a, _ in _beyond(room, limit, begin, ends))
    name = {"pulse": "hr"}.get(limit.of, limit.of)
    truth = (at for at, true in room.truths if begin <= at <= ends and (v := true.values.get(name)) is not None and limit.crossed(v))
    return next(seen, None) or next(truth, None)


def act_score(room: Room, critical: Critical, act: Expected, onset: int, ends: int) -> ActScore | None:
    """None where it is not expected: what it depends on was not done, this patient never crossed the limit, or the drill
    was ended before it was due."""
    since = onset if act.since is None else room.at(act.since, critical.counted)
    due = None if act.by is None else room.at(act.by, critical.counted)
    crossed = True
    if act.only_if:
        caused = [d.at for task in act.only_if if (d := first(room.deeds, task, 0, ends)) is not None]
        if not caused:
            return None
        since, due = min(caused), min(caused) + (act.within or 0)
        ends = max(ends, due)
    elif critical.limit is not None:
        crossing = _crossing(room, critical.limit, onset, ends)
        crossed = crossing is not None
        if crossing is not None:
            due = crossing + act.within if act.within is not None else max(due or 0, crossing + LEAST_S)
    if due is None:
        due = ends
    assert since is not None
    done = _standing(room, act.do, since) or first(room.deeds, act.do, since, max(ends, due))
    if done is None and (not crossed or due > room.ends):
        return None
    if done is not None and done.at <= due:
        status, points = Status.CORRECT, act.points
    elif any(_standing(room, task, onset) or first(room.deeds, task, onset, due) for task in act.unless):
        status, points = Status.SPARED, act.points
    elif done is not None:
        status, points = Status.LATE, act.points * LATE_KEEPS if done.at <= due + LATE_S else 0.0
    else:
        status, points = Status.OMITTED, 0.0
    rule = next((rule for rule in room.prompted(since, due) if act.do in offers(room.document, rule)), "")
    return ActScore(act.do, status, due, done.at if done is not None else None, points, act.points, act.status, act.why, rule)


def _standing(room: Room, task: str, at: int) -> Done | None:
    """What was done before and still stands, so that it forestalls an event: a drug, or a pump that is slowed or stopped."""
    if task.startswith("drug"):
        return first(room.deeds, task, at - STANDS_S, at - 1)
    if task not in ("stopped", "rate_lowered") or room.started is None:
        return None
    before = [d for d in room.deeds if task in d.tasks and d.at < at]
    undone = [x.tick for x in room.log if x.tick < at and _undoes(x.event, task)]
    return before[-1] if before and before[-1].at >= max(undone, default=0) else None


def _undoes(event: e.AnyEvent, task: str) -> bool:
    return isinstance(event, e.InfusionResumed) if task == "stopped" else isinstance(event, e.InfusionStarted | e.RateChanged)


def _act_lost(room: Room, act: ActScore) -> Lost:
    said, points = spoken(act.do), round(act.max - act.points, 1)
    if act.at is None:
        return Lost(act.due, points, say("{act}: omitted. {why}", act=said, why=act.why).strip())
    late = say("{act}: {span} late. {why}", act=said, span=span(act.at - act.due), why=act.why).strip()
    pace = room.paces.fastest(act.due, act.at)
    how = say("Timed by the session's clock, at {pace:g}x.", pace=pace) if pace > 1 else ""
    return Lost(act.at, points, f"{late} {how}".strip())


# ---- the other parts ----


def _harm(room: Room) -> Part:
    """Nothing is earned by it: what was better left takes away, and so does what was made up."""
    found = ills(room)
    lost = [Lost(x.deed.at, x.points, told(x)) for x in found] + list(_made_up(room))
    harmful = sum(x.harmful and not x.rule for x in found)
    left = sum(not x.rule for x in found)
    said = [
        say("{lost} better left, {harmful} of them harmful", lost=left, harmful=harmful)
        if left
        else say("nothing done that was better left"),
        *([say("{n} called for by a prompt, not by the truth", n=len(found) - left)] if len(found) > left else []),
        *([say("{n} scores made up", n=len(room.made_up))] if room.made_up else []),
    ]
    limits = {left.status for left in room.scenario.restraint}
    points = 0.0 - sum(x.points for x in lost)
    return Part(say("Harm"), points, 0.0, tuple(sorted(lost, key=lambda x: x.at)), "; ".join(said), ", ".join(sorted(limits)) or "proposal")


def _made_up(room: Room) -> Iterator[Lost]:
    """What was charted in one second together."""
    for at, entries in groupby(room.made_up.values(), key=lambda x: x.tick):
        scores = [x.event for x in entries if isinstance(x.event, e.Scored)]
        what = ", ".join(f"{SCALES[x.scale].label.lower()} {x.value}" for x in scores)
        yield Lost(at, MADE_UP * len(scores), say("made up: {what}. It is not what was asked, seen or said.", what=what))


def _observations(room: Room) -> Part:
    """Each time that something was due: on time, late or left out. What the cuff does by itself is not counted."""
    weight, document = room.scenario.weights.observations, room.document
    asked = [o for o in document.observations if not set(o.by) <= BY_MACHINE]
    due: dict[str, int | None] = {o.id: None for o in asked}
    on_time, looked = 0, -1
    missed: list[tuple[int, str]] = []
    for tick, state, window in room.moments():
        for observation in asked:
            before, now = due[observation.id], document.due_at(observation.id, state, window)
            due[observation.id] = now
            if before is None:
                continue
            late = tick > before + GRACE_S
            if now is not None and now > before:
                who = _who(room, observation, looked, tick)
                if who is Who.TRAINEE and not late:
                    on_time += 1
                elif who is Who.TRAINEE:
                    missed.append((before, say("{what}: {span} late", what=observation.label, span=span(tick - before))))
                elif who is Who.ANOTHER:
                    missed.append((before, say("{what}: by somebody else", what=observation.label)))
                elif who is Who.MADE_UP:
                    missed.append((before, say("{what}: charted, and neither asked nor looked", what=observation.label)))
                elif late:
                    missed.append((before, say("{what}: left out", what=observation.label)))
            elif now is None and late:
                missed.append((before, say("{what}: left out", what=observation.label)))
        looked = tick
    for observation in asked:
        last = due[observation.id]
        every = observation.every.get(room.state.phase) or max(observation.every.values(), default=0) or GRACE_S * 15
        while last is not None and last + GRACE_S < room.ends:
            missed.append((last, say("{what}: left out", what=observation.label)))
            last += every
    total = on_time + len(missed)
    each = weight / total if total else 0.0
    lost = tuple(Lost(at, round(each, 2), f"{why[0].upper()}{why[1:]}") for at, why in sorted(missed))
    weight = weight if total else 0.0
    points = round(weight * on_time / total, 1) if total else 0.0
    return Part(
        say("Observations on time"),
        points,
        weight,
        lost,
        say("{n} of {total} on time", n=on_time, total=total) if total else say("nothing was due"),
        room.scenario.weights.status,
    )


class Who(StrEnum):
    TRAINEE = "trainee"
    ANOTHER = "another"
    MADE_UP = "made up"
    NOBODY = "nobody"
    """It was put off by something else, such as the end of the infusion."""


def _who(room: Room, observation: Observation, since: int, until: int) -> Who:
    """Who made an observation after one second, up to another."""
    found = [x for x in room.log if since < x.tick <= until and _observes(observation, x.event)]
    own = list(filter(room.counts, found))
    if any(x.seq not in room.made_up for x in own):
        return Who.TRAINEE
    return Who.MADE_UP if own else Who.ANOTHER if found else Who.NOBODY


def _observes(observation: Observation, event: e.AnyEvent) -> bool:
    match event:
        case e.Scored():
            return event.scale in observation.by
        case e.Observed():
            return event.what in observation.by or event.what == "resting"
        case _:
            return False


def _untreated(room: Room, events: Sequence[EventScore]) -> Iterator[Part]:
    limited = [x for x in events if x.crossing is not None]
    if not limited:
        return
    weight = room.scenario.weights.untreated
    shown = {c.event for c in room.scenario.critical if c.limit is not None and c.limit.of in set(Signal)}
    free = {x.event: 60 * (UNTREATED_FREE_MIN if x.event in shown else UNASKED_FREE_MIN) for x in limited}
    seconds = sum(x.untreated_s for x in limited)
    share = min(1.0, sum(max(0, x.untreated_s - free[x.event]) for x in limited) / 60 / UNTREATED_COSTS_MIN)
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
    beyond = sum(x.beyond_s for x in limited)
    note = say("{untreated} of {beyond} beyond the limit", untreated=span(seconds), beyond=span(beyond))
    yield Part(say("Minutes beyond limits untreated"), points, weight, lost, note, room.scenario.weights.status)


def _attention(room: Room) -> Part:
    """A room out of sight for a quarter of an hour while a drug runs or wears off."""
    begin = room.started if room.started is not None else 0
    weight = room.scenario.weights.attention if room.ends - begin > UNSEEN_S else 0.0
    looks = [t for t in room.touches if t > begin]
    gaps = [(a, b) for a, b in zip([begin, *looks], [*looks, room.ends], strict=True) if b - a > UNSEEN_S]
    lost, left = [], weight
    for a, b in gaps:
        taken = min(left, 1.0)
        left -= taken
        lost.append(Lost(a + UNSEEN_S, taken, say("Out of sight for {span}", span=span(b - a))))
    note = say("{openings} openings, {touches} touches", openings=len(room.openings), touches=len(set(room.touches)))
    return Part(say("Attention"), left, weight, tuple(lost), note, room.scenario.weights.status)
