"""What Streamlit's ``st.login`` is made of: where signing in begins, and who its signed answer says has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import SESSION_COOKIE_NAME, USER_COOKIE_NAME

from monitor.live.openid import Login


def secrets() -> dict[str, Any]:
    """The part of secrets.toml that is about signing in; empty where there is none."""
    return dict(get_secrets_auth_section())


def login() -> Login:
    given = secrets()
    return Login(
        begins=lambda: generate_login_redirect_url("default"),
        answered=_identity,
        state=SESSION_COOKIE_NAME,
        client=str(given.get("client_id", "")),
        encrypted=urlsplit(str(given.get("redirect_uri", ""))).scheme == "https",
    )


def _identity(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The claims that Streamlit has just signed, or None where it signed none."""
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, ""))

    signed = get_cookie_with_chunks(part, USER_COOKIE_NAME)
    return json.loads(signed) if signed else None
