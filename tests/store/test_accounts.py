"""Accounts of one computer: what a password opens, for how long, and what the file tells whoever reads it."""

from __future__ import annotations

import sqlite3
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import settings
from monitor.cli_account import app
from monitor.store import beside, open_log
from monitor.store.accounts import TRIES, WAIT_S, Account, Accounts, NameTaken, NotSignedIn
from monitor.store.log import StoreError
from monitor.store.passwords import Kind
from tests.conftest import Time

PASSWORD = "six quiet words on a wall"


@pytest.fixture
def accounts(tmp_path: Path, time: Time, quick_passwords: None) -> Iterator[Accounts]:
    opened = Accounts(tmp_path / "log.accounts.db")
    opened.add("Ann", ["nurse"], PASSWORD)
    yield opened
    opened.close()


def entered(accounts: Accounts, name: str = "Ann") -> str:
    """A browser at which somebody has just signed in."""
    return accounts.enter(accounts.sign_in(name, PASSWORD))


def test_a_password_opens_for_twelve_hours(accounts: Accounts, time: Time) -> None:
    browser = entered(accounts, "ann")
    time.pass_by(12 * 3600 - 1)
    assert accounts.signed_in(browser) == Account("Ann", ("nurse",))
    time.pass_by(1)
    assert accounts.signed_in(browser) is None


def test_no_cookie_and_a_made_up_one_are_nobody_s(accounts: Accounts) -> None:
    assert accounts.signed_in("") is None
    assert accounts.signed_in("x" * 43) is None


def test_who_signs_out_is_out_and_the_others_stay(accounts: Accounts) -> None:
    one, other = entered(accounts), entered(accounts)
    accounts.sign_out(one)
    assert accounts.signed_in(one) is None
    assert accounts.signed_in(other) is not None


def test_a_wrong_password_and_an_unknown_name_sound_alike(accounts: Accounts) -> None:
    for name in ("Ann", "Bob"):
        with pytest.raises(NotSignedIn) as wrong:
            accounts.sign_in(name, "something else entirely")
        assert wrong.value.until is None


def test_a_clock_that_was_a_day_ahead_locks_nobody_out_for_a_day(accounts: Accounts, time: Time) -> None:
    accounts.add("Ann", ["nurse"], PASSWORD)
    time.wall += timedelta(days=1)
    for _ in range(TRIES):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("Ann", "wrong")
    with pytest.raises(NotSignedIn) as waits:
        accounts.sign_in("Ann", PASSWORD)
    assert waits.value.until is not None
    time.wall -= timedelta(days=1)
    assert accounts.sign_in("Ann", PASSWORD)


def test_a_name_that_nobody_has_waits_as_one_that_somebody_has(accounts: Accounts) -> None:
    for name in ("Ann", "Bob"):
        waits = []
        for _ in range(TRIES + 1):
            with pytest.raises(NotSignedIn) as refused:
                accounts.sign_in(name, "something else entirely")
            waits.append(refused.value.until is not None)
        assert waits == [False] * TRIES + [True]


def test_who_tries_a_name_at_the_sign_in_page_keeps_nobody_from_signing_where_somebody_is_signed_in(accounts: Accounts) -> None:
    accounts.add("Station 1", ["nurse"], PASSWORD, shared=True)
    accounts.set_pin("Ann", "2580")
    station = entered(accounts, "Station 1")
    for _ in range(TRIES + 1):
        with pytest.raises(NotSignedIn):
            accounts.sign_in("Ann", "something else entirely")
    accounts.prove(station, "Ann", "2580")
    for _ in range(TRIES):
        with pytest.raises(NotSignedIn):
            accounts.prove(station, "Ann", "1111")
    again = entered(accounts, "Station 1")
    with pytest.raises(NotSignedIn) as waits:
        accounts.prove(again, "Ann", "2580")
    assert waits.value.until is not None, "signing in once more gives no new tries"


def test_a_provider_s_name_that_looks_like_another_account_s_is_taken(accounts: Accounts) -> None:
    with pytest.raises(NameTaken):
        accounts.vouched("one", "\uff21nn", ["nurse"])
    assert accounts.vouched("two", "Zo\u00eb", ["nurse"])
    assert accounts.vouched("two", "Zoe\u0308", ["nurse"]), "one person's name may be written otherwise another time"


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


NEW = "seven other words beside a window"


@pytest.mark.parametrize(("kind", "new"), [("password", NEW), ("pin", "8264")])
def test_who_knows_the_password_gives_the_account_another_one_or_a_pin_and_its_other_browsers_are_out(
    accounts: Accounts, kind: Kind, new: str
) -> None:
    accounts.add("Station 1", ["nurse"], PASSWORD, shared=True)
    accounts.set_pin("Ann", "2580")
    here, there, station = (entered(accounts, name) for name in ("Ann", "Ann", "Station 1"))
    accounts.prove(station, "Ann", "2580")
    assert accounts.change("ann", PASSWORD, kind, new, here) == "Ann"
    assert [accounts.signed_in(browser) is not None for browser in (here, there, station)] == [True, False, True]
    seat = accounts.seat(station)
    assert seat is not None and seat.signer is None, "nor does anybody sign with what was known before"
    before, after = (PASSWORD, NEW) if kind == "password" else ("2580", "8264")
    with pytest.raises(NotSignedIn):
        accounts.prove(here, "", before)
    accounts.prove(here, "", after)


def test_without_the_old_password_nothing_is_changed_and_each_try_counts(accounts: Accounts) -> None:
    here = entered(accounts)
    for name in ("Ann", "Bob"):
        with pytest.raises(NotSignedIn) as wrong:
            accounts.change(name, "something else entirely", "password", NEW, here)
        assert wrong.value.until is None
    for kind in ("pin", "password", "pin", "password"):
        with pytest.raises(NotSignedIn):
            accounts.change("Ann", "something else entirely", kind, NEW, here)
    for late in (lambda: accounts.change("Ann", PASSWORD, "password", NEW, here), lambda: accounts.sign_in("Ann", PASSWORD)):
        with pytest.raises(NotSignedIn) as waits:
            late()
        assert waits.value.until is not None


@pytest.mark.parametrize(("kind", "new"), [("password", "short"), ("password", "qwertyuiop12"), ("pin", "12345"), ("pin", "12a4")])
def test_what_no_account_may_have_it_is_not_given_by_its_person_either(accounts: Accounts, kind: Kind, new: str) -> None:
    here, there = entered(accounts), entered(accounts)
    with pytest.raises(StoreError) as alone:
        accounts.change("Ann", PASSWORD, kind, new, here)
    with pytest.raises(StoreError) as told:
        accounts.add("Ann", ["nurse"], new) if kind == "password" else accounts.set_pin("Ann", new)
    assert str(alone.value) == str(told.value)
    assert accounts.signed_in(there) is not None
    assert accounts.sign_in("Ann", PASSWORD)


def test_a_station_has_no_pin_and_whom_a_provider_vouches_for_no_password(accounts: Accounts) -> None:
    accounts.add("Station 1", ["nurse"], PASSWORD, shared=True)
    with pytest.raises(StoreError, match="no PIN"):
        accounts.change("Station 1", PASSWORD, "pin", "8264", "")
    assert accounts.change("Station 1", PASSWORD, "password", NEW, "") == "Station 1"
    browser = accounts.enter(accounts.vouched("https://id.clinic bea", "Bea", ["nurse"]))
    for old in ("", PASSWORD):
        with pytest.raises(NotSignedIn):
            accounts.change("Bea", old, "password", NEW, browser)


def test_new_roles_sign_out_whoever_had_the_old_ones(accounts: Accounts) -> None:
    browser = entered(accounts)
    accounts.add("ann", ["charge"], PASSWORD)
    assert accounts.signed_in(browser) is None
    assert [a.roles for a in accounts.all()] == [("charge",)]


def test_what_was_signed_in_stays_so_over_a_restart(accounts: Accounts) -> None:
    browser = entered(accounts)
    again = Accounts(accounts.path)
    assert again.signed_in(browser) is not None
    again.close()


def test_the_file_opens_nothing(accounts: Accounts) -> None:
    cookies = [accounts.sign_in("Ann", PASSWORD)]
    cookies.append(accounts.prove(accounts.enter(cookies[0]), "", PASSWORD))
    raw = accounts.path.read_bytes()
    assert PASSWORD.encode() not in raw
    assert not any(cookie.encode() in raw for cookie in cookies)
    assert accounts.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_a_password_that_is_none_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(StoreError, match="12 to 128"):
        accounts.add("Bob", ["nurse"], password)


@pytest.mark.parametrize(
    "password",
    ["123456789012", "qwertyuiop12", "1q2w3e4r5t6y", "passwordpassword", "iloveyou1234", "manchesterunited", "unbelievable",
     "administrator", "aaaaaaaaaaaa", "ketamine1234", "infusionmonitor", "clementine77x"],
)  # fmt: skip
def test_a_password_that_is_tried_early_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(StoreError, match="among the first that are tried"):
        accounts.add("Clementine77", ["nurse"], password)
    assert [x.name for x in accounts.all()] == ["Ann"]


@pytest.mark.parametrize(
    "password", ["six quiet words on a wall", "только маленькие буквы", "8264 1937 5502", "~*~ <b>&'\" ~*~ 🌊 ;--", "mlpqzrtkwvxh"]
)
def test_a_password_may_be_made_of_anything_and_counts_as_it_was_typed(accounts: Accounts, password: str) -> None:
    accounts.add("Bob", ["nurse"], password)
    assert accounts.sign_in("Bob", password)
    for other in (password.swapcase(), password + " ", " " + password, password[:-1]):
        if other != password:
            with pytest.raises(NotSignedIn):
                accounts.sign_in("Bob", other)
            accounts.sign_in("Bob", password)


def test_nothing_after_the_longest_password_is_left_out(accounts: Accounts) -> None:
    longest = (PASSWORD * 6)[:128]
    accounts.add("Bob", ["nurse"], longest)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("Bob", longest + "x")
    assert accounts.sign_in("Bob", longest)


def test_a_new_file_has_no_account(tmp_path: Path) -> None:
    new = Accounts(tmp_path / "new.accounts.db")
    assert new.all() == []
    new.close()


def test_each_cookie_is_another_one_of_256_bits(accounts: Accounts) -> None:
    cookies = {accounts.sign_in("Ann", PASSWORD) for _ in range(20)}
    assert len(cookies) == 20
    assert {len(urlsafe_b64decode(cookie + "=")) for cookie in cookies} == {32}


@pytest.mark.parametrize("typed", ["' OR '1'='1", "Ann' --", "Ann'; DROP TABLE accounts; --"])
def test_what_is_typed_is_never_a_statement(accounts: Accounts, typed: str) -> None:
    for name, password in ((typed, PASSWORD), ("Ann", typed), (typed, typed)):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, password)
    assert not accounts.remove(typed)
    assert [x.name for x in accounts.all()] == ["Ann"]


def test_accounts_are_kept_on_this_computer_wherever_the_store_is() -> None:
    kept = beside("postgresql://nurse:secret@db.clinic/ward", "accounts")
    assert kept == settings.HOME / "var" / "db.clinic-ward.accounts.db"
    assert kept != beside("postgresql://nurse:secret@db.clinic/other", "accounts")
    pairs = [beside(f"postgresql://nurse@/ward?host={hosts}&target_session_attrs=read-write", "accounts") for hosts in ("a.clinic,b.clinic", "c.clinic")]
    assert len({kept, *pairs}) == 3, "a ward is known by its servers as well"


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
    assert account("set-pin", "Ann", typed="1234\n").startswith("1 ")
    assert account("set-pin", "Ann", typed="2580\n").startswith("0 ")
    assert account("add", "Station 1", "--role", "nurse", "--shared", typed=f"{PASSWORD}\n").startswith("0 Station 1: nurse, shared")
    assert account("set-pin", "Station 1", typed="2580\n") == "1 there is no person's account Station 1\n"
    assert account("list") == "0 Ann: nurse, trainer, PIN\nStation 1: nurse, shared\n"
    assert account("add", "demo", "--role", "nurse", typed=f"{PASSWORD}\n").startswith("1 a name has")
    assert account("remove", "Ann").startswith("0 ")
    assert account("remove", "Ann") == "1 there is no account Ann\n"


# ---- an idle screen, and who is at the keys ----

PIN = "2580"
BEFORE = """
CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE, roles TEXT NOT NULL, password TEXT NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0, wait_until TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE signed_in (
    holder TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts ON DELETE CASCADE, until TEXT NOT NULL
) STRICT;
"""
"""The file as the first version wrote it."""


def test_a_file_from_before_opens_with_its_accounts_and_locks_who_was_in(accounts: Accounts, tmp_path: Path) -> None:
    cookie, path = accounts.sign_in("Ann", PASSWORD), tmp_path / "old.accounts.db"
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(accounts.path)) as new:
        old.executescript(BEFORE)
        old.executemany("INSERT INTO accounts VALUES (?, ?, ?, 0, '')", new.execute("SELECT name, roles, password FROM accounts"))
        old.executemany("INSERT INTO signed_in VALUES (?, ?, ?)", new.execute("SELECT holder, name, until FROM signed_in"))
        old.commit()
    for _ in range(2):
        with closing(Accounts(path)) as opened:
            browser = opened.enter(cookie)
            assert opened.signed_in(browser) == Account("Ann", ("nurse",))
            assert locked(opened, browser), "when somebody was last there was not written down"
            assert opened.sign_in("Ann", PASSWORD)


def test_a_file_of_a_newer_program_is_left_alone(accounts: Accounts) -> None:
    with closing(sqlite3.connect(accounts.path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        Accounts(accounts.path)


def locked(accounts: Accounts, browser: str) -> bool:
    seat = accounts.seat(browser)
    assert seat is not None
    return seat.locked


def test_a_screen_locks_ten_minutes_after_the_last_deed_and_a_deed_then_is_too_late(accounts: Accounts, time: Time) -> None:
    browser = entered(accounts)
    time.pass_by(599)
    assert accounts.deed(browser)
    time.pass_by(599)
    assert not locked(accounts, browser)
    time.pass_by(1)
    assert locked(accounts, browser)
    assert not accounts.deed(browser)
    assert locked(accounts, browser)


def test_a_lock_stays_over_a_restart_and_concerns_one_browser(accounts: Accounts, time: Time) -> None:
    one = entered(accounts)
    time.pass_by(600)
    other = entered(accounts)
    with closing(Accounts(accounts.path)) as again:
        assert locked(again, one) and not locked(again, other)


def test_a_clock_that_was_set_back_leaves_no_screen_open_for_longer(accounts: Accounts, time: Time) -> None:
    browser = entered(accounts)
    time.wall -= timedelta(hours=1)
    assert locked(accounts, browser)


@pytest.mark.parametrize("secret", [PASSWORD, PIN])
def test_password_or_pin_unlocks_and_the_twelve_hours_stay(accounts: Accounts, time: Time, secret: str) -> None:
    accounts.set_pin("Ann", PIN)
    browser = entered(accounts)
    time.pass_by(11 * 3600)
    with pytest.raises(NotSignedIn):
        accounts.prove(browser, "", "something else entirely")
    assert locked(accounts, browser)
    accounts.prove(browser, "", secret)
    assert not locked(accounts, browser)
    time.pass_by(3600)
    assert accounts.seat(browser) is None


def test_who_proves_to_be_there_is_given_another_cookie_and_the_one_before_ends_when_that_is_shown(accounts: Accounts, time: Time) -> None:
    first = accounts.sign_in("Ann", PASSWORD)
    browser = accounts.enter(first)
    accounts.lock(browser)
    second = accounts.prove(browser, "", PASSWORD)
    assert accounts.enter(first) == browser, "what was on its way is not refused, and the new one may have been lost there"
    assert accounts.enter(second) == browser and accounts.enter(second) == browser
    assert (accounts.enter(first), accounts.enter(browser), accounts.enter("")) == ("", "", "")
    third = accounts.prove(browser, "", PASSWORD)
    accounts.prove(browser, "", PASSWORD)
    assert (accounts.enter(second), accounts.enter(third)) == ("", browser), "only the last one before opens it"
    time.pass_by(12 * 3600)
    assert accounts.enter(third) == ""


def test_nobody_unlocks_another_s_screen(accounts: Accounts) -> None:
    accounts.add("Bob", ["nurse"], "another six quiet words here")
    accounts.set_pin("Bob", "8264")
    browser = entered(accounts)
    accounts.lock(browser)
    for secret in ("8264", "another six quiet words here"):
        with pytest.raises(NotSignedIn):
            accounts.prove(browser, "Bob", secret)
    assert locked(accounts, browser)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "٣٤٥٦", "1111", "1234", "4321", "7890", "2468", "1212", "123123", "00000000"])
def test_a_pin_that_is_guessed_first_is_refused(accounts: Accounts, pin: str) -> None:
    with pytest.raises(StoreError, match="PIN"):
        accounts.set_pin("Ann", pin)


def test_wrong_pins_count_like_wrong_passwords_and_together_with_them(accounts: Accounts) -> None:
    accounts.set_pin("Ann", PIN)
    browser = entered(accounts)
    for n in range(TRIES):
        with pytest.raises(NotSignedIn):
            accounts.prove(browser, "", "0000" if n % 2 else "something else entirely")
    for late in (PIN, PASSWORD):
        with pytest.raises(NotSignedIn) as waits:
            accounts.prove(browser, "", late)
        assert waits.value.until is not None
    assert accounts.sign_in("Ann", PASSWORD), "the sign-in page counts its own"


def test_an_account_without_a_pin_or_a_password_opens_by_neither(accounts: Accounts) -> None:
    browser = entered(accounts)
    with pytest.raises(NotSignedIn):
        accounts.prove(browser, "", PIN)
    with closing(sqlite3.connect(accounts.path)) as file:
        file.execute("UPDATE accounts SET password = ''")
        file.commit()
    with pytest.raises(NotSignedIn):
        accounts.sign_in("Ann", "")


@pytest.fixture
def station(accounts: Accounts) -> str:
    """A shared station; Ann and Bob have a PIN."""
    accounts.add("Bob", ["trainer"], PASSWORD)
    accounts.set_pin("Ann", PIN)
    accounts.set_pin("Bob", "8264")
    accounts.add("Station 1", ["viewer", "nurse"], PASSWORD, shared=True)
    return entered(accounts, "Station 1")


def signer(accounts: Accounts, browser: str) -> Account | None:
    seat = accounts.seat(browser)
    assert seat is not None
    return seat.signer


def test_at_a_shared_station_a_pin_says_who_signs_for_a_minute_after_the_last_entry(accounts: Accounts, station: str, time: Time) -> None:
    assert signer(accounts, station) is None
    accounts.prove(station, "ann", PIN)
    assert signer(accounts, station) == Account("Ann", ("nurse",), has_pin=True)
    time.pass_by(59)
    accounts.signed(station)
    time.pass_by(59)
    assert signer(accounts, station) is not None
    time.pass_by(1)
    accounts.signed(station)
    assert signer(accounts, station) is None, "what has lapsed is not renewed by an entry that needs no name"
    assert not locked(accounts, station)


def test_the_next_person_signs_in_place_of_the_last_and_not_me_ends_it(accounts: Accounts, station: str) -> None:
    accounts.prove(station, "Ann", PIN)
    accounts.prove(station, "Bob", "8264")
    assert signer(accounts, station) == Account("Bob", ("trainer",), has_pin=True)
    accounts.not_me(station)
    assert signer(accounts, station) is None


def test_nobody_signs_with_another_s_pin_a_password_or_the_station_s(accounts: Accounts, station: str) -> None:
    for name, secret in (("Ann", "8264"), ("Ann", PASSWORD), ("Station 1", PASSWORD), ("", PASSWORD), ("Nobody", PIN)):
        with suppress(NotSignedIn):
            accounts.prove(station, name, secret)
        assert signer(accounts, station) is None, name


def test_who_signs_at_a_shared_station_unlocks_it_and_so_does_its_password(accounts: Accounts, station: str) -> None:
    for name, secret in (("Ann", PIN), ("", PASSWORD)):
        accounts.lock(station)
        assert locked(accounts, station) and signer(accounts, station) is None
        accounts.prove(station, name, secret)
        assert not locked(accounts, station)


def test_whose_account_was_changed_or_taken_away_signs_no_longer(accounts: Accounts, station: str) -> None:
    accounts.prove(station, "Ann", PIN)
    accounts.add("Ann", ["charge"], PASSWORD)
    assert signer(accounts, station) is None
    accounts.prove(station, "Ann", PIN)
    accounts.remove("Ann")
    assert signer(accounts, station) is None


def test_a_pin_stands_nowhere_in_the_file(accounts: Accounts) -> None:
    accounts.set_pin("Ann", "80264195")
    assert b"80264195" not in accounts.path.read_bytes()


def test_a_screen_locks_at_most_five_seconds_late_in_a_hundred_runs(accounts: Accounts, time: Time) -> None:
    """Looked at every half second, as an open socket is, from a last deed at any moment."""
    late = []
    for run in range(100):
        browser = entered(accounts)
        time.pass_by(run * 0.137)
        accounts.deed(browser)
        due = time.wall + timedelta(minutes=10)
        time.pass_by(590 + run % 7 * 0.061)
        while not locked(accounts, browser):
            time.pass_by(0.5)
        late.append((time.wall - due).total_seconds())
    print(f"idle lock: 100 runs, at most {max(late):.2f} s late, never early by more than {max(0.0, -min(late)):.3f} s")
    assert min(late) >= 0 and max(late) <= 5
