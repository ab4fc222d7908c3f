"""A screen and who is at its keys, where acts arrive: without a browser, with a Streamlit session of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from monitor.board.room import room_frame
from monitor.board.tile import ward_frame
from monitor.live import door
from monitor.live.place import COOKIE
from monitor.live.station import station


def _page() -> None:
    import streamlit as st

    from monitor.views import acts

    asked = st.session_state.pop("asked", None)
    match asked:
        case ("tap", act):
            acts.perform(act, None)
        case ("sign", name):
            st.session_state["who"] = name
            acts.go_on()
        case ("close",):
            acts.unsigned()
    held = acts.waiting()
    st.session_state["signs"] = held.signs if held is not None else None


def _docked_page() -> None:
    import streamlit as st

    from monitor.views import acts, docked

    for act in st.session_state.pop("asked", ()):
        acts.perform(act, None)
        st.session_state["form"] = docked.shown("")
    st.session_state["form"] = docked.shown("")
    held = acts.waiting()
    st.session_state["signs"] = held.signs if held is not None else None


class DockedKeys:
    """The same screen with its docked form. ``seat`` is the browser's at a shared station, where people sign by their PIN; without
    one they say their name."""

    def __init__(self, patch: pytest.MonkeyPatch, place: str, seat: str = "", pin: str = "") -> None:
        self.patch, self.seat, self.pin = patch, seat, pin
        self.cookies = {door.COOKIE: seat} if seat else {COOKIE: place}
        self.rev = 0
        self._page = AppTest.from_function(_docked_page, default_timeout=60)
        self.act()

    def act(self, *acts: Mapping[str, Any]) -> None:
        self.patch.setattr(ContextProxy, "cookies", self.cookies)
        # One script runner stands for every browser here; to whom a session belongs is tried elsewhere.
        self.patch.setattr(door, "_sessions", {})
        self._page.session_state["asked"] = [dict(act) for act in acts]
        self._page.run()
        assert not self._page.exception, self._page.exception

    @property
    def who(self) -> str:
        """Who is at the keys, as far as the station knows."""
        self.patch.setattr(ContextProxy, "cookies", self.cookies)
        if self.seat:
            return door.at_the_keys(self.cookies).name
        return str(self._page.session_state["who"]) if "who" in self._page.session_state else ""

    @property
    def form(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._page.session_state["form"]
        return found

    @property
    def signs(self) -> str | None:
        found: str | None = self._page.session_state["signs"]
        return found

    @property
    def told(self) -> str:
        """What is said in the form that is open."""
        form = self.form or {}
        return " ".join([*(note["text"] for note in form.get("notes", ())), form.get("refused") or ""]).strip()

    def press(self, button: str, asked: Sequence[str] = (), **values: str) -> None:
        assert self.form is not None
        self.rev += 1
        self.act({"do": "form", "form": self.form["id"], "press": button, "rev": self.rev, "values": values, "asked": list(asked)})

    def sign(self, name: str) -> None:
        if self.form is None or self.form["form"] != "who":
            self.act({"do": "dialog", "name": "who"})
        if self.seat:
            accounts = station().accounts
            assert accounts is not None
            accounts.prove(self.seat, name, self.pin)
            self.press("signed")
        else:
            self.press("save", name=name)

    def leave(self) -> None:
        """Whoever was here is here no longer."""
        if self.seat:
            accounts = station().accounts
            assert accounts is not None
            accounts.not_me(self.seat)
        else:
            self._page.session_state["who"] = ""
            station().drafts.call(self.cookies[COOKIE], "")
        while self.form is not None:
            self.press("leave")


class Keys:
    """What is tapped comes from a frame that this screen was shown, however long ago."""

    def __init__(self, who: str = "") -> None:
        self._page = AppTest.from_function(_page, default_timeout=60)
        if who:
            self._page.session_state["who"] = who
        self._page.session_state["asked"] = None
        self._run()

    def tap(self, act: Mapping[str, Any]) -> None:
        self._run("tap", dict(act))

    def sign(self, name: str) -> None:
        """By a name or a PIN."""
        self._run("sign", name)

    def close(self) -> None:
        """The form that asks for a name."""
        self._run("close")

    def leave(self) -> None:
        """Whoever was here is here no longer."""
        self._page.session_state["who"] = ""

    def wait(self) -> None:
        """The page runs once more."""
        self._run()

    def _run(self, *asked: object) -> None:
        if "dialog" in self._page.session_state:
            del self._page.session_state["dialog"]
        self._page.session_state["asked"] = asked
        self._page.run()
        assert not self._page.exception, self._page.exception

    @property
    def asked(self) -> dict[str, Any] | None:
        """The form that was opened by the last tap."""
        found: dict[str, Any] | None = self._page.session_state["dialog"] if "dialog" in self._page.session_state else None  # noqa: SIM401
        return found

    @property
    def told(self) -> str:
        """What was said of something that was not stored."""
        fill = self.asked["fill"] if self.asked is not None else {}
        return " ".join(fill[part] for part in ("lost", "sentence") if part in fill)

    @property
    def signs(self) -> str | None:
        """What a name or a PIN would sign now."""
        found: str | None = self._page.session_state["signs"]
        return found


def in_room(room: str, who: str = "") -> dict[str, Any]:
    return room_frame(station().follower.picture(), room, who)


def on_wall(who: str = "") -> dict[str, Any]:
    return ward_frame(station().follower.picture(), who)


def buttons(part: Any) -> list[dict[str, Any]]:
    """Everything in a frame that can be tapped."""
    if isinstance(part, list):
        return [one for x in part for one in buttons(x)]
    if isinstance(part, dict):
        own = [part] if isinstance(part.get("act"), dict) else []
        return [*own, *buttons([value for name, value in part.items() if name != "act"])]
    return []


def labelled(frame: Mapping[str, Any], label: str) -> dict[str, Any]:
    """The act of the first button that begins so."""
    act: dict[str, Any] = next(b["act"] for b in buttons(dict(frame)) if str(b.get("label", "")).startswith(label))
    return act
