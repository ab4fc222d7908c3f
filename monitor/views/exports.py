"""A file to take along: made on the click that asks, for whoever may have it then, and noted in the audit trail first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from monitor.access import Viewer
from monitor.language import say
from monitor.live import door
from monitor.live.station import station
from monitor.store.log import EXPORTED, Draft
from monitor.views.keypad import keypad


class NotGiven(Exception):
    """A file that whoever asks may not have."""


class Exports:
    """The files of one page. At a shared station they are there for who has signed: whoever takes one along has a name."""

    def __init__(self, page: str, viewer: Viewer, row: DeltaGenerator) -> None:
        self._page, self._viewer, self._row = page, viewer, row
        self._unsigned = viewer.refused == "unsigned"
        if self._unsigned:
            with row.popover(say("Sign to save a file")):
                if keypad("export"):
                    st.rerun()

    def offer(self, label: str, name: str, mime: str, made: Callable[[], str], **of: Any) -> None:
        """A button for a file. ``of``: what is in it, for the trail: numbers and names of things, and of no person."""
        if not self._unsigned:
            self._row.download_button(label, self._on_click(name, made, of), name, mime, on_click="ignore")

    def _on_click(self, name: str, made: Callable[[], str], of: dict[str, Any]) -> Callable[[], bytes]:
        # Streamlit calls it outside any run of the page, with no word of who has clicked: the browser is kept from here.
        context, cookies = get_script_run_ctx(), dict(st.context.cookies)
        session = context.session_id if context is not None else ""

        def given() -> bytes:
            here = station()
            now = door.viewer(cookies, session) if here.accounts is not None else self._viewer
            if not now.may_take(self._page):
                raise NotGiven(name)
            content = made().encode()
            told = {"file": name, **of, "sha256": hashlib.sha256(content).hexdigest()}
            here.log.note(Draft(EXPORTED, now.signs, json.dumps(told, ensure_ascii=False, separators=(",", ":"))))
            return content

        return given
