"""A Chromium for the tests: the one on the path, else Playwright's, else Debian's. They never skip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
NONE = "no Chromium can be had here: install chromium (on Debian: apt-get install chromium), or run make test-fast"


def on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _quietly(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=600)


def find() -> str:
    """The path of a Chromium, installed now if need be. Raises RuntimeError with one sentence where none can be had."""
    found = on_path()
    if found:
        return found
    with playing() as play:
        bundled = play.chromium.executable_path
    if not Path(bundled).exists():
        _quietly(sys.executable, "-m", "playwright", "install", "chromium")
    if Path(bundled).exists():
        return bundled
    if shutil.which("apt-get") and os.geteuid() == 0:
        _quietly("apt-get", "update")
        _quietly("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    found = on_path()
    if not found:
        raise RuntimeError(NONE)
    return found


PATIENCE_MS = 120_000
"""How long anything is waited for: a busy machine makes a test slow and not red."""


def _dark(made: Callable[..., Any]) -> Callable[..., Any]:
    def patient(**options: Any) -> Any:
        page = made(**({"color_scheme": "dark"} | options))
        page.set_default_timeout(PATIENCE_MS)
        return page

    return patient


_started: list[Any] = []


@contextmanager
def playing() -> Iterator[Any]:
    """Playwright can be started once in a process: a browser beside another one shares it."""
    from playwright.sync_api import sync_playwright

    if _started:
        yield _started[0]
        return
    with sync_playwright() as play:
        _started.append(play)
        try:
            yield play
        finally:
            _started.clear()


@contextmanager
def launched(environment: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A headless browser of Playwright's. ``environment``: what else stands in its own."""
    from playwright.sync_api import Error

    path = find()
    with playing() as play:
        try:
            browser = play.chromium.launch(executable_path=path, args=ARGS, env={**os.environ, **(environment or {})})
        except Error as wrong:
            raise RuntimeError(NONE) from wrong
        # As the stations' computers are set; a page of the other kind would load a second time to match the dark look.
        for made in ("new_page", "new_context"):
            setattr(browser, made, _dark(getattr(browser, made)))
        try:
            yield browser
        finally:
            browser.close()
