"""Names are data: nothing that is typed as one is carried out, hides a letter, or looks like another one."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import threading
from pathlib import Path

import pytest
import yaml
from streamlit import config, error_util
from streamlit.logger import update_formatter

from monitor import logs, settings, terminal
from monitor.launch import OPTIONS
from monitor.names import good_name, likeness, unseen
from monitor.review import progress
from monitor.settings import load_rooms
from monitor.sources.source import BadFile
from monitor.store.accounts import Accounts
from monitor.store.log import StoreError
from monitor.views.escaping import escaped
from monitor.yamlmarks import read_yaml

pytestmark = pytest.mark.usefixtures("logging_as_before")
PASSWORD = "seven calm herons wade"
HIDDEN = ["Ann\x1b[2K", "Ann\u202egreB", "An\u200bn", "Ann\n0 faults", " Ann", "Ann ", "", "A\x00nn", "\ufeffAnn"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_name_holds_only_what_can_be_seen(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a name"):
        good_name(name)
    accounts = Accounts(tmp_path / "accounts.db")
    with pytest.raises(StoreError):
        accounts.add(name, ["nurse"], PASSWORD)
    assert accounts.all() == []
    accounts.close()


@pytest.mark.parametrize("name", ["Ann", "Žofie Ďurišová", "田中", "O'Brien-Smith", "Room 3b", "ß"])
def test_letters_of_every_language_are_names(name: str) -> None:
    assert good_name(name) == name


def test_two_accounts_never_look_alike(tmp_path: Path, quick_passwords: None) -> None:
    accounts = Accounts(tmp_path / "accounts.db")
    accounts.add("Ann Lee", ["nurse"], PASSWORD)
    with pytest.raises(StoreError, match="looks like the account 'Ann Lee'"):
        accounts.add("\uff21nn\u00a0Lee", ["charge"], PASSWORD)
    accounts.add("ann lee", ["charge"], PASSWORD)
    assert [account.roles for account in accounts.all()] == [("charge",)], "the same account, with other roles"
    accounts.close()


def test_rooms_never_look_alike_and_hide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rooms.yaml"

    def wrong(*rooms: str) -> str:
        whole = {"station": "test", "protocol": str(settings.EXAMPLE_PROTOCOL), "rooms": [{"room": room} for room in rooms]}
        path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        with pytest.raises(BadFile) as refused:
            load_rooms(path)
        return str(refused.value)

    assert "look so" in wrong("Room A", "room\u00a0a")
    assert "only what can be seen" in wrong("1\u200b")


def test_running_text_may_have_lines_and_joined_pictures() -> None:
    assert not unseen("one\ntwo\tthree \U0001f469\u200d\u2695\ufe0f", running=True)
    assert unseen("one\ntwo") and unseen("a\u202eb", running=True)
    assert likeness("\uff32oom  1") == likeness("room 1")


def test_a_terminal_shows_what_a_name_holds_and_obeys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.tell("session 3: Otter\x1b[1A\x1b[2K\r0 sessions, 0 faults\n0 faults")
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "\x1b" not in said and "\r" not in said
    assert "\\x1b[1A" in said
    with pytest.raises(SystemExit):
        terminal.fail("no\x07 such \x1b]0;title\x07 file")
    assert "\x07" not in capsys.readouterr().err


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])
def test_no_text_is_a_formula_in_a_spreadsheet(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(progress._csv(("what", "n"), [{"what": text, "n": -3}])))
    assert (row["what"], row["n"]) == (f"'{text}", "-3")


def test_markup_in_a_name_is_letters() -> None:
    assert escaped("![x](http://elsewhere/p.png) <img src=x>").replace("\\", "") == "![x](http://elsewhere/p.png) <img src=x>"
    assert "](" not in escaped("![x](http://elsewhere/p.png)")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_or_a_device_is_no_yaml_file(tmp_path: Path) -> None:
    pipe = tmp_path / "rooms.yaml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(BadFile, match="not an ordinary file"):
            read_yaml(path)


def test_streamlit_itself_tells_what_a_page_raised_by_kind_and_place() -> None:
    """By its own way to the log, with the settings of this program."""
    assert (OPTIONS["logger.enableRich"], config.get_option("logger.enableRich")) == ("false", False)
    out = io.StringIO()
    handler = error_util._LOGGER.streamlit_console_handler  # type: ignore[attr-defined]
    usual, ours = handler.setStream(out), logs.begin(io.StringIO())
    try:
        error_util._log_uncaught_app_exception(ValueError("allergic to " + "penicillin " * 11))
    finally:
        logging.getLogger("monitor").removeHandler(ours)
        handler.setStream(usual)
        update_formatter()
    said = json.loads(out.getvalue())
    assert "penicillin" not in out.getvalue()
    assert (said["from"], said["raised"]) == ("streamlit.error_util", "ValueError")


@pytest.mark.parametrize("tell", ["exc_info", "argument", "thread"])
def test_no_logger_of_any_library_tells_the_words_of_an_exception_however_late_it_is_made(
    tell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = logs.begin(io.StringIO())
    out, logger = io.StringIO(), logging.getLogger(f"some.library.{tell}")
    logger.addHandler(logging.StreamHandler(out))
    try:
        raise ValueError("allergic to penicillin")
    except ValueError as wrong:
        if tell == "exc_info":
            logger.error("failed", exc_info=wrong)
        elif tell == "argument":
            logger.error("failed: %s", wrong)
        else:
            thread = threading.Thread(target=int, args=("penicillin",))
            thread.start()
            thread.join()
            logger.error("ValueError in a thread")
    finally:
        logging.getLogger("monitor").removeHandler(ours)
    said = out.getvalue() + capsys.readouterr().err + ours.stream.getvalue()  # type: ignore[attr-defined]
    assert "ValueError" in said
    assert "penicillin" not in said


def test_what_is_told_as_json_obeys_no_terminal_and_reads_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"name": "a\u009b2J\u202eb \u2028 \U000e0001 \u00fc"}
    terminal.say(told)
    line = capsys.readouterr().out
    assert json.loads(line) == told
    assert line.strip().isprintable()


def test_what_a_page_raised_is_told_without_its_words() -> None:
    logger = logging.getLogger("streamlit.error_util_of_a_test")
    out, told = io.StringIO(), io.StringIO()
    theirs = logging.StreamHandler(out)
    logger.streamlit_console_handler = theirs  # type: ignore[attr-defined]
    logger.addHandler(theirs)
    logger.propagate = False
    ours = logs.begin(told)
    try:
        try:
            raise ValueError("allergic to " + "penicillin " * 11)
        except ValueError as wrong:
            logger.error("Uncaught app execution", exc_info=wrong)
    finally:
        logging.getLogger("monitor").removeHandler(ours)
    said = json.loads(out.getvalue())
    assert "penicillin" not in out.getvalue()
    assert (said["said"], said["raised"]) == ("Uncaught app execution", "ValueError")
