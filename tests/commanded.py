"""The command line: called here for what a command says, and as a process of its own for what only a process shows."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from monitor import cli, settings

Done = subprocess.CompletedProcess[str]


def process(*arguments: str | Path) -> Done:
    command = [sys.executable, "-m", "monitor", *map(str, arguments)]
    return subprocess.run(command, cwd=settings.HOME, capture_output=True, text=True, timeout=600, check=False)


def run(*arguments: str | Path) -> Done:
    """To start a process takes longer than most commands; ``serve`` has one all the same, since it sets up its log for good."""
    if arguments[0] == "serve":
        return process(*arguments)
    out, err, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err), chdir(settings.HOME):
        patch.setattr(sys, "argv", ["monitor", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(list(map(str, arguments)), status, out.getvalue(), err.getvalue())
