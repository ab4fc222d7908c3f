"""Accounts of one computer: what a password opens, for how long, and what the file tells whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli_account import app
from monitor.store import open_log
from monitor.store.accounts import TRIES, WAIT_S, Accounts, NotSignedIn, beside
from monitor.store.log import StoreError
from tests.conftest import Time

PASSWORD = "six quiet words on a wall"


@pytest.fixture
def accounts(tmp_path: Path, time: Time, quick_passwords: None) -> Iterator[Accounts]:
    opened = Accounts(tmp_path / "log.accounts.db")
    opened.add("Ann", ["nurse"], PASSWORD)
    yield opened
    opened.close()


def test_a_password_opens_for_twelve_hours(accounts: Accounts, time: Time) -> None:
    token = accounts.sign_in("ann", PASSWORD)
    time.pass_by(12 * 3600 - 1)
    assert accounts.signed_in(token) == ("Ann", ("nurse",))
    time.pass_by(1)
    assert accounts.signed_in(token) is None


def test_no_cookie_and_a_made_up_one_are_nobody_s(accounts: Accounts) -> None:
    assert accounts.signed_in("") is None
    assert accounts.signed_in("x" * 43) is None


def test_who_signs_out_is_out_and_the_others_stay(accounts: Accounts) -> None:
    one, other = accounts.sign_in("Ann", PASSWORD), accounts.sign_in("Ann", PASSWORD)
    accounts.sign_out(one)
    assert accounts.signed_in(one) is None
    assert accounts.signed_in(other) is not None


def test_a_wrong_password_and_an_unknown_name_sound_alike(accounts: Accounts) -> None:
    for name in ("Ann", "Bob"):
        with pytest.raises(NotSignedIn) as wrong:
            accounts.sign_in(name, "something else entirely")
        assert wrong.value.until is None


def test_after_five_wrong_passwords_even_the_right_one_waits_and_each_wait_is_longer(accounts: Accounts, time: Time) -> None:
    def wrong() -> None:
        with pytest.raises(NotSignedIn):
            accounts.sign_in("Ann", "something else entirely")

    def waits(seconds: int) -> None:
        with pytest.raises(NotSignedIn) as early:
            accounts.sign_in("Ann", PASSWORD)
        assert early.value.until == time.wall + timedelta(seconds=seconds)

    for _ in range(TRIES):
        wrong()
    waits(WAIT_S)
    time.pass_by(WAIT_S)
    wrong()
    time.pass_by(WAIT_S)
    waits(WAIT_S)
    time.pass_by(WAIT_S)
    assert accounts.sign_in("Ann", PASSWORD)


def test_new_roles_sign_out_whoever_had_the_old_ones(accounts: Accounts) -> None:
    token = accounts.sign_in("Ann", PASSWORD)
    accounts.add("ann", ["charge"], PASSWORD)
    assert accounts.signed_in(token) is None
    assert [a.roles for a in accounts.all()] == [("charge",)]


def test_what_was_signed_in_stays_so_over_a_restart(accounts: Accounts) -> None:
    token = accounts.sign_in("Ann", PASSWORD)
    again = Accounts(accounts.path)
    assert again.signed_in(token) is not None
    again.close()


def test_the_file_opens_nothing(accounts: Accounts) -> None:
    token = accounts.sign_in("Ann", PASSWORD)
    raw = accounts.path.read_bytes()
    assert PASSWORD.encode() not in raw
    assert token.encode() not in raw
    assert accounts.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_a_password_that_is_none_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(StoreError, match="12 to 128"):
        accounts.add("Bob", ["nurse"], password)


def test_accounts_are_for_a_store_on_this_computer() -> None:
    with pytest.raises(StoreError, match="one computer"):
        beside("postgresql://elsewhere/ward")


def test_a_store_belongs_to_one_mode(tmp_path: Path) -> None:
    open_log(tmp_path / "ward.db", mode="ward").close()
    open_log(tmp_path / "ward.db", mode="ward").close()
    open_log(tmp_path / "ward.db").close()
    with pytest.raises(StoreError, match="is a ward store and this station is in training mode"):
        open_log(tmp_path / "ward.db", mode="training")


def test_a_store_with_sessions_of_training_never_becomes_a_ward_s(tmp_path: Path) -> None:
    from monitor.store.log import Draft

    log = open_log(tmp_path / "old.db", mode="training")
    log.open_session("1", [Draft("session_opened", "nurse", "{}")])
    log.close()
    with pytest.raises(StoreError, match="is a training store"):
        open_log(tmp_path / "old.db", mode="ward")


def test_accounts_are_made_listed_and_taken_away_on_the_command_line(tmp_path: Path, quick_passwords: None) -> None:
    def account(*arguments: str, typed: str = "") -> str:
        done = CliRunner().invoke(app, [*arguments, "--store", f"sqlite:///{tmp_path / 'log.db'}"], input=typed)
        return f"{done.exit_code} {done.output}"

    assert account("add", "Ann", "--role", "nurse", "--role", "trainer", typed=f"{PASSWORD}\n").startswith("0 Ann: nurse, trainer")
    assert account("list") == "0 Ann: nurse, trainer\n"
    assert account("add", "demo", "--role", "nurse", typed=f"{PASSWORD}\n").startswith("1 a name has")
    assert account("remove", "Ann").startswith("0 ")
    assert account("remove", "Ann") == "1 there is no account Ann\n"
