"""Who is at the keys, what they may open and what they may enter. The guard of every page asks here, and every command.

A right is one of a page, or one of a kind of entry: whatever a form or a tap is called, what it writes is looked at.
In training mode everybody is everything.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

UNNAMED = "station"
"""Signs what nobody has put a name to: an emergency, and in training what is only looked at or taken along."""
TAKEN = (UNNAMED, "demo", "evaluator", "store")
"""Sign entries and are nobody's name."""

log_ = logging.getLogger("monitor.access")


class Role(StrEnum):
    VIEWER = "viewer"
    """A wall display."""
    NURSE = "nurse"
    CHARGE = "charge"
    TRAINER = "trainer"
    OWNER = "owner"
    """Of the protocol."""
    ADMIN = "admin"


ALL = frozenset(Role)
_CARE = frozenset({Role.NURSE, Role.CHARGE})
_DRILLS = frozenset({Role.TRAINER})

PAGES: Mapping[str, frozenset[Role]] = {
    "ward": _CARE | _DRILLS | {Role.VIEWER},
    "room": _CARE | _DRILLS,
    "training": _DRILLS,
    "instructor": _DRILLS,
    "review": _DRILLS | {Role.CHARGE},
    "protocol": ALL - {Role.VIEWER},
}
"""Who may open which page."""

_KINDS: tuple[tuple[frozenset[Role], str], ...] = (
    (ALL, "emergency_started emergency_act"),
    (_CARE, "session_opened truth_source discharged session_closed order_set checklist_answered baseline_set"),
    (_CARE, "infusion_started rate_changed infusion_paused infusion_resumed infusion_stopped drug_given"),
    (_CARE, "scored observed symptom_charted note_added filed_late corrected prompt_answered patient_asked"),
    (_CARE, "cuff_interval_set cuff_started cuff_stopped cuff_put_off pressure_charted"),
    (_CARE, "watch_taken watch_offered offer_ended watch_left away_started away_ended emergency_ended"),
    (_CARE, "audio_paused audio_resumed went_on"),
    (_DRILLS, "drill_started truth_drill drill_ended pace_set truth_injected truth_noted"),
    (_CARE | _DRILLS, "room_opened"),
    (frozenset(), "sound_changed"),
)
ENTRIES: Mapping[str, frozenset[Role]] = {kind: roles for roles, kinds in _KINDS for kind in kinds.split()}
"""Who may write which kind of entry. What is not here, or is nobody's, only the program writes."""
_ENTAILED = {"session_closed": "drill_ended", "infusion_stopped": "emergency_act"}
"""What needs no right of its own where it goes in with another entry: whoever may end a drill closes its room, and whoever
says in an emergency that the pump was stopped charts that it was."""


class Shown(StrEnum):
    """How much of what stands on a page is shown."""

    ALL = "all"
    NO_CHARTING = "no charting"
    """But the two scores of each tile, and no names of staff."""
    NO_NAMES = "no names"
    """And no charting."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """``name`` is empty until somebody says who they are; looking needs no name, charting does."""

    name: str = ""
    roles: frozenset[Role] = ALL
    station: frozenset[Role] | None = None
    """At a shared station its own roles: they open pages; what may be entered is the person's who signs."""
    locked: bool = False
    """Nobody has been at this screen for long: names and charting are hidden, and nothing but an emergency is entered."""

    @property
    def signs(self) -> str:
        return self.name or UNNAMED

    @property
    def opens(self) -> frozenset[Role]:
        return self.roles if self.station is None else self.station

    @property
    def shown(self) -> Shown:
        """How much of a frame is for these eyes. A wall display hangs where nobody looks after it."""
        if self.locked:
            return Shown.NO_NAMES
        return Shown.NO_CHARTING if self.opens == {Role.VIEWER} else Shown.ALL

    @property
    def refused(self) -> str:
        """What stands in the way of what may not be entered: the name of the refusal."""
        unsigned = self.station is not None and not self.name
        return "locked" if self.locked else "unsigned" if unsigned else "not_permitted"

    @property
    def pages(self) -> frozenset[str]:
        """The pages that may be opened."""
        return frozenset(page for page, roles in PAGES.items() if self.opens & roles)

    def may_open(self, page: str) -> bool:
        return page in self.pages or self._denied("page", page)

    def may_take(self, page: str) -> bool:
        """Whether a file of this page goes to whoever is there: it leaves with somebody's name, so somebody has to be there."""
        return self.may_open(page) and (self.refused not in ("locked", "unsigned") or self._denied("file", page))

    def may_enter(self, kinds: Iterable[str]) -> bool:
        """Whether all of these entries are this viewer's to make. An emergency is everybody's, signed in or not."""
        together = list(kinds)
        for kind in together:
            if _ENTAILED.get(kind) in together:
                continue
            allowed = ENTRIES.get(kind, frozenset())
            if allowed is not ALL and (self.locked or not self.roles & allowed):
                return self._denied("entry", kind)
        return True

    def _denied(self, what: str, name: str) -> bool:
        roles, locked = ",".join(sorted(self.roles)) or "none", " locked" if self.locked else ""
        log_.warning("denied %s=%s viewer=%r roles=%s%s", what, name, self.signs, roles, locked)
        return False


NOBODY = Viewer(roles=frozenset())
"""Not signed in, where signing in is asked for."""


def named(text: str) -> str | None:
    """A name as it signs the log, or None where it cannot."""
    name = " ".join(text.split())
    return name if 1 <= len(name) <= 40 and name.isprintable() and name.lower() not in TAKEN else None


def coded(text: str, names: bool = False) -> str | None:
    """A trainee's code, or None where it is none. ``names``: the clinic keeps runs under names, so that any name will do."""
    code = named(text)
    if code is None or names:
        return code
    plain = code.isascii() and not any(c for c in code if not (c.isalnum() or c in "-_."))
    return code if plain and len(code) <= 20 and any(c.isdigit() for c in code) else None


def is_code(given: str, wanted: str) -> bool:
    """Whether this is the station's code; how long the look takes tells nothing of it."""
    return hmac.compare_digest(given.strip().encode(), wanted.encode())


def is_trainee(name: str, trainee: str) -> bool:
    """Whether who is at the keys practises in this drill, and so must not see what is true in it."""
    return name.casefold() == trainee.casefold()
