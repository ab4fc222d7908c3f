"""Who may sign in at a station in ward mode, on the command line of its own computer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from monitor import settings
from monitor.access import Role, named
from monitor.store import beside
from monitor.store.accounts import Accounts
from monitor.terminal import AsJson, Store, fail, say, tell

app = typer.Typer(no_args_is_help=True, help="Who may sign in at this station in ward mode.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="The name, as it signs what is charted.")]


@contextmanager
def opened(store: str | None) -> Iterator[Accounts]:
    with closing(Accounts(beside(store or settings.store_url(), "accounts"))) as accounts:
        yield accounts


def _asked(what: str) -> str:
    """A secret: asked for twice, or one line from a pipe."""
    piped = not sys.stdin.isatty()
    secret: str = sys.stdin.readline().rstrip("\r\n") if piped else typer.prompt(what, hide_input=True, confirmation_prompt=True)
    return secret


@app.command()
def add(
    name: Name,
    role: Annotated[list[Role], typer.Option(help="What this person is; once for each role.")],
    shared: Annotated[bool, typer.Option("--shared", help="A station's account: whoever enters something signs with a PIN.")] = False,
    store: Store = None,
) -> None:
    """A new account, or new roles and a new password for one. The password is asked for, or read as one line from a pipe."""
    signs = named(name)
    if signs is None:
        fail("a name has at most 40 letters; station, demo, evaluator and store are taken")
    password = _asked("Password")
    with opened(store) as accounts:
        accounts.add(signs, sorted(set(role)), password, shared)
    tell(f"{signs}: {', '.join(sorted(set(role)))}{', shared' if shared else ''}")


@app.command("set-pin")
def set_pin(name: Name, store: Store = None) -> None:
    """The PIN with which a person unlocks a screen and signs at a shared station: 4 to 8 digits, asked for or from a pipe."""
    pin = _asked("PIN")
    with opened(store) as accounts:
        if not accounts.set_pin(name, pin):
            fail(f"there is no person's account {name}")
    tell(f"{name}: has a new PIN")


@app.command("list")
def listed(store: Store = None, as_json: AsJson = False) -> None:
    """The accounts and their roles."""
    with opened(store) as accounts:
        for account in accounts.all():
            if as_json:
                say({"name": account.name, "roles": list(account.roles), "shared": account.shared, "pin": account.has_pin})
            else:
                more = ", shared" if account.shared else ", PIN" if account.has_pin else ""
                tell(f"{account.name}: {', '.join(account.roles)}{more}")


@app.command()
def remove(name: Name, store: Store = None) -> None:
    """Take an account away. Whoever is signed in with it is signed out at once."""
    with opened(store) as accounts:
        if not accounts.remove(name):
            fail(f"there is no account {name}")
    tell(f"{name}: removed")
