"""A page as its component sees it, without a browser: what it is given to draw, and the acts that it sends back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from monitor import settings
from monitor.live.place import COOKIE
from monitor.views import components

_nonces = count()


class Screen:
    """One page at one station. ``who`` is at its keys. Several may be open at once."""

    def __init__(self, patch: pytest.MonkeyPatch, page: str, who: str = "M. Ortiz", place: str = "front desk", **query: str) -> None:
        self.patch, self.room, self.place = patch, query.get("room", ""), place
        self.data: dict[str, Any] = {}
        self.rev = 0
        self.test = AppTest.from_file(str(settings.HOME / "pages" / f"{page}.py"), default_timeout=60)
        for key, value in query.items():
            self.test.query_params[key] = value
        if who:
            self.test.session_state["who"] = who
        self.act(None)

    def act(self, act: dict[str, Any] | None, wrote: dict[str, Any] | None = None) -> None:
        """Taps something, writes something, or only lets the page draw itself anew."""
        told = SimpleNamespace(act=None if act is None else {"nonce": f"n{next(_nonces)}", **act}, signed=None)

        def mount(name: str) -> Callable[..., SimpleNamespace]:
            def mounted(**given: Any) -> SimpleNamespace:
                if "frame" in given["data"]:
                    self.data = given["data"]
                    if wrote is not None:
                        st.session_state[given["key"]] = {"wrote": wrote}
                        given["on_wrote_change"]()
                return told

            return mounted

        self.patch.setattr(components, "mount", mount)
        self.patch.setattr(ContextProxy, "cookies", {COOKIE: self.place})
        self.test.run()
        assert not self.test.exception, self.test.exception

    @property
    def frame(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["frame"]
        return found

    @property
    def form(self) -> dict[str, Any] | None:
        return self.data["form"]

    def open(self, name: str, **fill: Any) -> dict[str, Any]:
        """Opens a form as a button of the page does."""
        self.act({"do": "dialog", "name": name, "room": self.room, "session": self.frame.get("session"), "fill": fill})
        assert self.form is not None, f"{name} did not open"
        assert self.form["form"] == name
        return self.form

    def press(self, button: str = "save", asked: tuple[str, ...] = (), **values: Any) -> dict[str, Any] | None:
        """Presses a button of the open form with these things written in it; what is open then."""
        assert self.form is not None
        self.rev += 1
        self.act({"do": "form", "form": self.form["id"], "press": button, "rev": self.rev, "values": values, "asked": list(asked)})
        return self.form

    def write(self, **values: Any) -> None:
        """Writes in the open form without pressing anything."""
        assert self.form is not None
        self.rev += 1
        self.act(None, wrote={"form": self.form["id"], "rev": self.rev, "values": values, "asked": []})
        self.act(None)

    def wrong(self) -> dict[str, str]:
        """What is wrong with the open form, by field."""
        assert self.form is not None
        return {f["id"]: f["wrong"] for part in self.form["parts"] for f in part["fields"] if f["wrong"]}

    def fields(self) -> dict[str, Any]:
        """The fields of the open form by name."""
        assert self.form is not None
        return {f["id"]: f for part in self.form["parts"] for f in part["fields"]}

    def says(self) -> str:
        """All that the open form says around its fields."""
        assert self.form is not None
        return "\n".join([*(x["text"] for key in ("notes", "says", "asks") for x in self.form[key]), self.form["refused"] or ""])
