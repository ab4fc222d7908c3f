"""A ward's station does not start before it is set up as one, and all that is wrong is named at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monitor import settings
from monitor.fitness import hold, unable, unfit

WARD = settings.Rooms.model_validate({"station": "x", "protocol": "p", "mode": "ward", "rooms": [{"room": "1"}]})
FIT: dict[str, Any] = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.maxUploadSize": 5,
    "client.showErrorDetails": "none",
    "server.fileWatcherType": "none",
    "server.cookieSecret": "x" * 32,
}
UNFIT: dict[str, Any] = {
    "server.address": "0.0.0.0",
    "server.allowedHosts": ["*"],
    "server.enableCORS": False,
    "server.enableXsrfProtection": False,
    "server.enableStaticServing": True,
    "server.enableAgentApi": True,
    "server.maxUploadSize": 200,
    "client.showErrorDetails": "full",
    "server.fileWatcherType": "auto",
    "server.cookieSecret": "short",
}


def test_a_station_that_is_as_it_must_be_starts() -> None:
    assert list(unfit(WARD, FIT.get, True, {})) == []
    assert list(unfit(WARD, FIT.get, None, {})) == [], "where the system cannot say"


@pytest.mark.parametrize("name", FIT)
def test_each_option_that_is_not_is_named(name: str) -> None:
    (said,) = unfit(WARD, {**FIT, name: UNFIT[name]}.get, True, {})
    assert said.startswith(f"{name} must ")


@pytest.mark.parametrize("name", ["server.address", "server.allowedHosts", "server.cookieSecret"])
def test_an_option_that_is_not_set_is_no_better(name: str) -> None:
    assert len(list(unfit(WARD, {**FIT, name: None}.get, True, {}))) == 1


def test_a_clock_that_nothing_keeps_is_named_unless_somebody_vouches_for_it() -> None:
    assert "clock" in next(unfit(WARD, FIT.get, False, {}))
    vouched = WARD.model_copy(update={"ward": settings.WardMode(clock_kept_by="the host")})
    assert list(unfit(vouched, FIT.get, False, {})) == []


def test_training_asks_for_nothing() -> None:
    assert list(unfit(WARD.model_copy(update={"mode": "training"}), UNFIT.get, False, {})) == []


def test_the_dashboard_ends_and_names_all_at_once(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.yaml"
    rooms.write_text("station: x\nprotocol: protocols/example.yaml\nmode: ward\nward: {clock_kept_by: x}\nrooms: [{room: '1'}]\n")
    options = ["--server.allowedHosts", "*", "--client.showErrorDetails", "full", "--server.headless", "true", "--server.port", "0"]
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", *options],
        cwd=settings.HOME, env={"PATH": "", settings.ROOMS_VARIABLE: str(rooms), settings.STORE_VARIABLE: f"sqlite:///{tmp_path / 'x.db'}"},
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "- server.allowedHosts must" in ended.stderr
    assert "- client.showErrorDetails must" in ended.stderr
    assert not (tmp_path / "x.db").exists()


def test_a_ward_opens_no_demo() -> None:
    with pytest.raises(ValueError, match="room 1 has a demo"):
        settings.Rooms.model_validate(
            {"station": "x", "protocol": "p", "mode": "ward", "rooms": [{"room": "1", "demo": {"alias": "a", "scenario": "s"}}]}
        )


PROVIDED = WARD.model_copy(
    update={"ward": settings.WardMode.model_validate({"openid": {"provider": "the clinic's account", "roles": {"nurses": "nurse"}}})}
)
AUTH: dict[str, Any] = {
    "client_id": "ward-3",
    "client_secret": "theirs",
    "cookie_secret": "x" * 32,
    "server_metadata_url": "https://id.clinic/.well-known/openid-configuration",
    "redirect_uri": "http://localhost:{port}/oauth2callback",
    "client_kwargs": {"prompt": "login"},
}


def said(option: dict[str, Any] | None = None, **auth: Any) -> list[str]:
    """What is wrong with a station whose people sign in with a provider."""
    return list(unfit(PROVIDED, {**FIT, "server.port": 8501, **(option or {})}.get, True, {**AUTH, **auth}))


def test_a_station_whose_provider_is_set_up_starts() -> None:
    assert said() == []
    assert said({"server.allowedHosts": ["ward.clinic"]}, redirect_uri="https://ward.clinic/oauth2callback") == []
    assert said(server_metadata_url="http://127.0.0.1:9/x") == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("client_id", ""),
        ("client_secret", None),
        ("cookie_secret", "x" * 31),
        ("server_metadata_url", "http://id.clinic/.well-known/openid-configuration"),
        ("server_metadata_url", ""),
        ("redirect_uri", "http://ward.clinic/oauth2callback"),
        ("redirect_uri", "https://elsewhere/oauth2callback"),
        ("redirect_uri", "http://localhost:8501/"),
        ("client_kwargs", {"prompt": "select_account"}),
    ],
)
def test_each_secret_that_is_missing_or_too_weak_is_named(name: str, wrong: Any) -> None:
    (sentence,) = said({"server.allowedHosts": ["ward.clinic", "localhost"]}, **{name: wrong})
    assert sentence.startswith(f"auth.{name} must be ")


def test_secrets_lie_outside_the_program_and_are_their_owner_s(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("")
    file.chmod(0o644)
    assert "chmod 600" in said({"secrets.files": [str(file)]})[0]
    file.chmod(0o600)
    assert said({"secrets.files": [str(file), str(tmp_path / "none.toml")]}) == []
    assert "must lie outside" in said({"secrets.files": [str(settings.HOME / "README.md")]})[0]


def test_no_header_says_who_somebody_is() -> None:
    assert "server.trustedUserHeaders must be empty" in said({"server.trustedUserHeaders": {"X-User": "name"}})[0]


def test_under_a_path_of_another_host_nothing_starts_in_training_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(unable({"server.baseUrlPath": ""}.get)) == []
    with pytest.raises(SystemExit):
        hold({"server.baseUrlPath": "monitor"}.get, {})
    assert "- server.baseUrlPath must be empty" in capsys.readouterr().err
