"""A provider of identities as a process of its own: Authlib's server side, with the code flow, PKCE and a nonce required.

Its people are whom a test tells it of. What a test says of a person goes into the token as it is, so that a token can be
made for another program (``aud``) or from another house (``iss``).
"""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
import time
import urllib.request
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, ClientMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.browser.dashboard import HOME
from tests.ports import free_port

CLIENT, SECRET = "ward-3", "what the station and the provider alone know"


class Station(ClientMixin):  # type: ignore[misc]
    """The one program that asks here."""

    def __init__(self, back: str) -> None:
        self.back = back

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    sub: str
    asked: Mapping[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        if name.startswith("code_challenge"):
            return self.asked[name]
        raise AttributeError(name)

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]

    def get_nonce(self) -> str:
        return self.asked["nonce"]

    def get_auth_time(self) -> int:
        return int(time.time())


def read(token: str) -> dict[str, Any]:
    """The claims of a token, believed as they are."""
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def forged(claims: Mapping[str, Any], good: str, key: RSAKey) -> str:
    """A token with the same claims that the provider has not signed, in the way that ``claims["forged"]`` names."""
    match claims["forged"]:
        case "not at all":
            return good
        case "unsigned":
            return signed("none", claims, b"")
        case "altered":
            header, _, signature = good.split(".")
            return f"{header}.{part({**claims, 'name': 'Somebody Else'})}.{signature}"
        case "with the station's secret":
            return signed("HS256", claims, SECRET.encode())
        case "with the public key as a secret":
            return signed("HS256", claims, key.as_pem(private=False))
        case "with a key that it brings along":
            other = RSAKey.generate_key(parameters={"use": "sig", "alg": "RS256", "kid": key.kid})
            return jwt.encode({"alg": "RS256", "kid": key.kid, "jwk": other.as_dict(private=False)}, dict(claims), other)
    raise ValueError(claims["forged"])


def signed(alg: str, claims: Mapping[str, Any], secret: bytes) -> str:
    body = f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}"
    return f"{body}.{text(hmac.digest(secret, body.encode(), 'sha256')) if secret else ''}"


def part(of: Mapping[str, Any]) -> str:
    return text(json.dumps(of).encode())


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def provider(address: str, back: str) -> flask.Flask:
    app, keys = flask.Flask(__name__), KeySet([RSAKey.generate_key(parameters={"use": "sig", "alg": "RS256"})])
    people: dict[str, dict[str, Any]] = {}
    codes: dict[str, Code] = {}

    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        def save_authorization_code(self, code: str, request: Any) -> None:
            codes[code] = Code(code, request.user, dict(request.payload.data))

        def query_authorization_code(self, code: str, client: Station) -> Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return authorization_code.sub

    class Token(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.get_nonce() == nonce for code in codes.values())

        def resolve_client_private_key(self, client: Station) -> KeySet:
            return keys

        def get_client_claims(self, client: Station) -> dict[str, Any]:
            return {"iss": address}

        def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
            return {"sub": user, **people[user]}

    server = AuthorizationServer(app, lambda asked: Station(back) if asked == CLIENT else None, lambda token, request: None)
    server.register_grant(Grant, [Token(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def known() -> dict[str, Any]:
        return {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/keys")
    def public() -> dict[str, Any]:
        return keys.as_dict(private=False)

    @app.put("/people/<sub>")
    def told(sub: str) -> dict[str, Any]:
        people[sub] = flask.request.json or {}
        return people[sub]

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        asked = flask.request.args
        if asked.get("code_challenge_method") != "S256" or asked.get("prompt") != "login":
            return "no PKCE, or the person would not be asked", 400
        if flask.request.method == "GET":
            return '<form method="post"><label>Who <input name="sub"></label><button>Go on</button></form>'
        sub = flask.request.form.get("sub", "")
        return server.create_authorization_response(grant_user=sub if sub in people else None)

    @app.post("/token")
    def token() -> Any:
        answer = server.create_token_response()
        told = answer.json
        if "forged" in (claims := read(told.get("id_token", ".e30."))):
            answer.data = json.dumps({**told, "id_token": forged(claims, told["id_token"], keys.keys[0])})
        return answer

    return app


@dataclass(frozen=True)
class Provider:
    address: str

    def tell(self, sub: str, **claims: object) -> str:
        """Of a person, and what it will say of them."""
        body = json.dumps(claims).encode()
        asked = urllib.request.Request(f"{self.address}/people/{sub}", body, {"Content-Type": "application/json"}, method="PUT")
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 200
        return sub


@contextmanager
def running(back: str, log: Path, port: int | None = None) -> Iterator[Provider]:
    """A provider that sends people back to this address; ends with the block."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "tests.provider", str(port), back], cwd=HOME, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{address}/keys", timeout=5):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the provider did not start: {log.read_text(errors='replace')[-2000:]}") from None
                time.sleep(0.1)
        yield Provider(address)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    own, back = int(sys.argv[1]), sys.argv[2]
    provider(f"http://127.0.0.1:{own}", back).run("127.0.0.1", own)
