"""Other fonts than those of this computer: a Chromium, and the browser's tests, with one family alone.

``python -m tests.browser.fonts`` runs the tests of what pages look like with each family that is here, DejaVu and Liberation first.
A Chromium with no font at all draws no text, not even in a face that a page brings along, so that is not tried.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
FAMILIES = ("DejaVu Sans", "Liberation Sans", "DejaVu Sans Mono")
LOOKS = ("tests/browser/test_look.py", "tests/browser/test_components.py")


def here(family: str) -> list[Path]:
    """The files of a family on this computer."""
    command = ["fc-list", f":family={family}", "file"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout if _known() else ""
    return [Path(line.rstrip(": ")) for line in listed.splitlines()]


def _known() -> bool:
    from shutil import which

    return which("fc-list") is not None


@contextmanager
def alone(family: str) -> Iterator[dict[str, str]]:
    """The environment of a program that finds this family and no other font."""
    with tempfile.TemporaryDirectory(prefix="infusion-fonts-") as folder:
        fonts = Path(folder) / "fonts"
        fonts.mkdir()
        for file in here(family):
            (fonts / file.name).symlink_to(file)
        config = Path(folder) / "fonts.conf"
        config.write_text(CONFIG.format(fonts=fonts, cache=Path(folder) / "cache"), encoding="utf-8")
        yield {"FONTCONFIG_FILE": str(config)}


def main() -> int:
    worst = 0
    for family in filter(here, FAMILIES):
        with alone(family) as environment:
            command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *LOOKS]
            status = subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
        print(f"{family} alone: {'green' if status == 0 else 'RED'}", flush=True)
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
