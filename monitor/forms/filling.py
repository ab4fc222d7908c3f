"""One form being filled in. A form is a function over it, which in one pass draws the fields and says what would be stored.

The browser owns what is written; each pass reads it anew. So what is shown is what is judged, and what is judged is what
is stored: a press is a pass too. Nothing has a value that nobody typed or tapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from monitor import clock, commands, units
from monitor.board.frame import Frame
from monitor.board.view import Picture, View
from monitor.forms.numbers import read_number
from monitor.language import say
from monitor.names import unseen
from monitor.protocol.document import Document
from monitor.session import SessionState
from monitor.store.drafts import Draft

Kind = Literal["plain", "warn", "stop"]
LONGEST_AGO_MIN, LONGEST_LIST = 240, 400
YES: Final = "yes"
OVERRIDABLE = "overridable"
"""Kept with a draft once a press was refused that a prescriber may override."""
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Option:
    """One that can be chosen. ``note`` stands beside the label; ``against``: something speaks against it."""

    id: str
    label: str
    note: str = ""
    against: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """What a press does. ``wanted``: entries of the form's own session, stored all or none; ``does``: anything else, which
    gives what stood in its way."""

    id: str
    label: str
    solid: bool = True
    wanted: Sequence[commands.Command] | None = None
    does: Callable[[], commands.Refusal | None] | None = None
    at_once: bool = False
    """A stop or a pause: stored whatever else has changed since the form was opened; that is said afterwards."""
    leads: str = ""
    """An address of this server that is opened instead."""


@dataclass(slots=True)
class Filling:
    """``view`` is the form's own session as it is now, None where the form belongs to none or that session is over."""

    draft: Draft
    document: Document
    picture: Picture
    view: View | None
    who: str
    pressed: str = ""
    tried: bool = False
    """Somebody has pressed: what is needed and not there is said."""
    restored: bool = False
    """It was left half written and is offered again: times count from when they were written and are asked anew."""
    parts: list[Frame] = field(default_factory=list)
    notes: list[Frame] = field(default_factory=list)
    said: list[Frame] = field(default_factory=list)
    asks: list[Frame] = field(default_factory=list)
    buttons: dict[str, Button] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    guards: list[commands.Command] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """What the form depends on and is other than when it was opened."""

    @property
    def state(self) -> SessionState:
        assert self.view is not None
        return self.view.state

    @property
    def fill(self) -> Mapping[str, Any]:
        return self.draft.fill

    # ---- what live state gives ----

    def keep(self, name: str, compute: Callable[[], Kept]) -> Kept:
        """What the form took over when it was opened, plain JSON: it stays as it was then, whatever changes meanwhile."""
        if name not in self.draft.seen:
            self.draft.seen[name] = compute()
        kept: Kept = self.draft.seen[name]
        return kept

    def freeze(self, name: str, label: str, read: Callable[[SessionState, Document], str]) -> None:
        """What the form depends on. Where it has changed the form says so and shows both, and stores only after that was
        ticked; what the ticked sentence shows is compared once more where it is stored."""
        now = read(self.state, self.document)
        was = self.keep(f"frozen {name}", lambda: now)

        def unchanged(scene: commands.Scene) -> Sequence[Any]:
            if read(scene.state, scene.document) != now:
                raise commands.Refusal("changed", say("{label} has just changed: look again.", label=label))
            return []

        if was != now:
            sentence = say("{label} has changed since this form was opened: {was}, now {now}.", label=label, was=was, now=now)
            self.changed.append(sentence)
            self.ask(f"changed {name} {now}", say("{sentence} Store it all the same?", sentence=sentence))
        self.guards.append(unchanged)

    # ---- fields ----

    def part(self, label: str = "") -> None:
        """The fields that follow stand under this heading."""
        self.parts.append({"label": label or None, "fields": []})

    def number(
        self,
        name: str,
        label: str,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        hint: str = "",
        needed: bool = False,
        whole: bool = False,
    ) -> float | None:
        """A number as it was typed, read or refused beside the field (``numbers``); None while there is none."""
        text = self._text(name)
        typed = read_number(text, unit, low, high, whole)
        wrong = typed.wrong or self._missing(needed and typed.value is None)
        self._field(name, "number", label, text, wrong, unit=unit, hint=hint or None)
        return None if wrong else typed.value

    def text(
        self,
        name: str,
        label: str,
        longest: int = 200,
        needed: bool = False,
        hint: str = "",
        kind: str = "text",
        wrong: str = "",
    ) -> str:
        """What was written, without blanks around it. Too long is refused, not cut. ``wrong``: what else is wrong with it."""
        text = self._text(name)
        bare = text.strip()
        if len(bare) > longest:
            wrong = say("At most {longest} letters; there are {count}.", longest=longest, count=len(bare))
        wrong = wrong or (say("It holds a letter that nobody can see; write it anew.") if unseen(bare, kind == "area") else "")
        self._field(name, kind, label, text, wrong or self._missing(needed and not bare), max=longest, hint=hint or None)
        return bare

    def listed(self, name: str, label: str, each: int, hint: str = "") -> tuple[str, ...]:
        """Several names with commas between them, each of at most so many letters."""
        names = tuple(one for part in self._text(name).split(",") if (one := part.strip()))
        longest = max(map(len, names), default=0)
        wrong = say("At most {longest} letters between two commas; there are {count}.", longest=each, count=longest)
        self.text(name, label, LONGEST_LIST, hint=hint, wrong=wrong if longest > each else "")
        return names

    def area(self, name: str, label: str, longest: int = 2000, needed: bool = False, hint: str = "") -> str:
        return self.text(name, label, longest, needed, hint, "area")

    def choice(
        self,
        name: str,
        label: str,
        options: Iterable[Option],
        needed: bool = False,
        compact: bool = False,
        hint: str = "",
        begins: str = "",
    ) -> str:
        """The id of what was chosen; nothing before anything is. A choice that is no longer there is none.

        ``begins``: what is chosen at first, for what does no harm if it is stored in a hurry; never a number or a score.
        """
        offered = list(options)
        chosen = self._text(name) if name in self.draft.written else begins
        chosen = chosen if any(one.id == chosen for one in offered) else ""
        wrong = self._missing(needed and not chosen)
        self._field(name, "choice", label, chosen, wrong, options=list(map(_option, offered)), compact=compact, hint=hint or None)
        return chosen

    def choices(self, name: str, label: str, options: Iterable[Option], needed: bool = False, hint: str = "") -> list[str]:
        """The ids of all that were chosen, in the order in which they are offered."""
        offered = list(options)
        given = self.draft.written.get(name, [])
        chosen = [one.id for one in offered if one.id in (given if isinstance(given, list) else [])]
        wrong = self._missing(needed and not chosen)
        self._field(name, "choices", label, chosen, wrong, options=list(map(_option, offered)), hint=hint or None)
        return chosen

    def tick(self, name: str, label: str, needed: bool = False) -> bool:
        ticked = self._text(name) == YES
        self._field(name, "tick", label, YES if ticked else "", self._missing(needed and not ticked))
        return ticked

    def lines(self, label: str, lines: Sequence[str]) -> None:
        """What can only be read."""
        self._field(f"lines {len(self.parts)} {label}", "lines", label, "", "", lines=list(lines))

    def keypad(self, people: Sequence[str]) -> None:
        """The clinic's people and a keypad, at a shared station. Once one of them has signed, the button ``signed`` is pressed."""
        self._field("keypad", "keypad", "", "", "", people=list(people))

    def ago(self, name: str = "ago") -> int | None:
        """The session second that an entry is about; None for now, and while the field is wrong. Asked anew where the form was
        left half written: "now" was then."""
        view = self.view
        assert view is not None
        hint = say("empty: now") if not self.restored else say("asked anew: 0 for now")
        minutes = self.number(name, say("How long ago"), say("min"), 0, LONGEST_AGO_MIN, hint, needed=self.restored)
        if not minutes:
            return None
        for_at = view.at - round(minutes * 60 * max(1.0, view.state.speed))
        self.parts[-1]["fields"][-1]["hint"] = say("that was {of_day}", of_day=clock.of_day(view.wall(for_at), self.picture.zone))
        return for_at

    def override(self, name: str = "override") -> commands.Override:
        """Asked for once something was refused that a prescriber may override."""
        if not self.draft.seen.get(OVERRIDABLE):
            return commands.Override()
        self.part(say("The prescriber may override this"))
        return commands.Override(self.text(f"{name}_by", say("Prescriber"), 80), self.text(f"{name}_why", say("Reason"), 200))

    # ---- what is said, asked and pressed ----

    def note(self, text: str, kind: Kind = "plain") -> None:
        """Above the fields."""
        self.notes.append({"kind": kind, "text": text})

    def says(self, text: str, kind: Kind = "plain") -> None:
        """Beside the buttons."""
        self.said.append({"kind": kind, "text": text})

    def ask(self, name: str, text: str) -> bool:
        """A question that has to be ticked before anything is stored; whether it was."""
        self.asks.append({"id": name, "text": text})
        return name in self.draft.asked

    def button(
        self,
        name: str,
        label: str,
        wanted: commands.Command | Sequence[commands.Command] | Literal[False] | None = None,
        *,
        does: Callable[[], commands.Refusal | None] | None = None,
        solid: bool = True,
        at_once: bool = False,
        leads: str = "",
    ) -> None:
        """``wanted`` is nothing while what it needs is not there."""
        entries = (wanted,) if callable(wanted) else tuple(wanted) if wanted else None
        self.buttons[name] = Button(name, label, solid, entries, does, at_once, leads)

    def held(self) -> commands.Refusal | None:
        """What stands in the way of the press, in the form itself."""
        button = self.buttons.get(self.pressed)
        if button is None:
            return commands.Refusal("no_button", say("This form has changed: look again."))
        if self.wrong:
            return commands.Refusal("not_complete", say("Not stored: look at {fields}.", fields=", ".join(self.wrong)))
        left = [ask for ask in self.asks if ask["id"] not in self.draft.asked and not (button.at_once and ask["id"].startswith("changed "))]
        if left:
            return commands.Refusal("asked", say("Not stored: tick what is asked above, if it is so."))
        if button.wanted is None and button.does is None:
            return commands.Refusal("not_complete", say("Not stored: there is nothing to store yet."))
        return None

    def entries(self) -> Sequence[commands.Command]:
        """What the press stores, behind what must not have changed meanwhile."""
        button = self.buttons[self.pressed]
        return (*(() if button.at_once else self.guards), *(button.wanted or ()))

    # ---- the frame ----

    def frame(self, title: str, refused: str = "") -> Frame:
        return {
            **_head(self.draft, title, "open"),
            "notes": self.notes,
            "parts": self.parts,
            "says": self.said,
            "asks": self.asks,
            "buttons": [{"id": b.id, "label": b.label, "solid": b.solid, "leads": b.leads or None} for b in self.buttons.values()],
            "refused": refused or None,
        }

    def _text(self, name: str) -> str:
        text = self.draft.written.get(name, "")
        return text if isinstance(text, str) else ""

    def _missing(self, missing: bool) -> str:
        return say("Needed.") if missing and self.tried else ""

    def _field(self, name: str, kind: str, label: str, value: str | list[str], wrong: str, **more: Any) -> None:
        if not self.parts:
            self.part()
        if wrong:
            self.wrong.append(label)
        self.parts[-1]["fields"].append({"id": name, "kind": kind, "label": label, "value": value, "wrong": wrong or None, **more})
        self.draft.labels[name] = [label, {one["id"]: one["label"] for one in more.get("options", ())}]


def over(draft: Draft, title: str, why: str, refused: str = "", file: bool = False) -> Frame:
    """A form whose session is over: what was written can be read, and filed by name in the session that it was written for."""
    told = written(draft)
    text = {"id": "written", "kind": "lines", "label": say("What was written here and is not stored"), "value": "", "wrong": None}
    button = {"id": "file", "label": say("File as a late entry of {about}", about=draft.about), "solid": True, "leads": None}
    return {
        **_head(draft, title, "ended"),
        "notes": [{"kind": "stop", "text": why}],
        "parts": [{"label": None, "fields": [{**text, "lines": told}]}] if told else [],
        "says": [],
        "asks": [],
        "buttons": [button] if file and told else [],
        "refused": refused or None,
    }


def written(draft: Draft) -> list[str]:
    """What is written in a form, a line a field."""
    lines = []
    for name, value in draft.written.items():
        label, options = draft.labels.get(name, (name, {}))
        words = ", ".join(options.get(one, one) for one in (value if isinstance(value, list) else [value]) if one)
        if words:
            lines.append(f"{label}: {words}" if label else words)
    return lines


def _head(draft: Draft, title: str, state: str) -> Frame:
    return {
        "id": draft.id,
        "form": draft.form,
        "rev": draft.rev,
        "title": title,
        "about": draft.about,
        "room": draft.room,
        "session": draft.session,
        "state": state,
    }


def _option(one: Option) -> Frame:
    return {"id": one.id, "label": one.label, "note": one.note or None, "against": one.against}


def halfway(picture: Picture, draft: Draft) -> str:
    """Since when it has been half written, as the form says when it is offered again."""
    changed = clock.read(draft.changed)
    age = units.ago((picture.now - changed).total_seconds())
    return say("Half written at {time}, {age}. Check it before you store it.", time=clock.of_day(changed, picture.zone), age=age)
