"""Signing in by OpenID Connect: Streamlit's ``st.login`` deals with the provider, and here it ends in a cookie of ours.

Streamlit answers the provider's word with an identity of its own: cookies for thirty days that outlive signing out. They
are read here, once, and no browser is ever given them. So what a browser shows under their names counts for nothing, and
signing out, the longest time and the binding of sessions hold as for an account of this computer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.access import Role, named
from monitor.board import doorway as words
from monitor.live.door import ANSWERED, BEGIN, HOSTED, renamed
from monitor.live.signing import begin, shown, sign_out
from monitor.live.station import station
from monitor.settings import OpenId
from monitor.store.accounts import Accounts, NameTaken
from monitor.store.log import StoreError

log_ = logging.getLogger("monitor.access")


@dataclass(frozen=True)
class Login:
    """What is needed of ``st.login``."""

    begins: Callable[[], str]
    """The address at which it begins; each is good for two minutes."""
    answered: Callable[[Mapping[str, str]], Mapping[str, Any] | None]
    """The claims in the cookies with which it answers the provider."""
    state: str
    """The cookie that remembers what a browser was sent to the provider with."""
    client: str
    """Who we are to the provider."""
    encrypted: bool
    """Whether browsers reach this station by https."""


class Provided:
    """Behind the gate, before Streamlit's own routes for signing in."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self.app, self.login = app, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = station().rooms.ward.openid if scope["type"] == "http" and scope["path"] in (BEGIN, ANSWERED) else None
        accounts = station().accounts
        if asked is None or accounts is None:
            await self.app(scope, receive, send)
        elif scope["path"] == BEGIN:
            await self._begin(asked, accounts, scope, receive, send)
        else:
            answer = await self._answer(asked, accounts, Request(scope), receive)
            await answer(scope, receive, send)

    async def _begin(self, asked: OpenId, accounts: Accounts, scope: Scope, receive: Receive, send: Send) -> None:
        path, _, query = self.login.begins().partition("?")
        sent = await self._streamlit({**scope, "path": path, "raw_path": path.encode(), "query_string": query.encode()}, receive)
        if sent[0]["status"] == 302:
            # Now: coming back from the provider a browser does not show the cookie that it had.
            await sign_out(Request(scope), accounts)
            for message in sent:
                await send(message)
            return
        log_.warning("sign-in by OpenID Connect could not begin: the provider does not answer")
        answer = await shown(Request(scope), words.unreachable(asked.provider), 503)
        await answer(scope, receive, send)

    async def _answer(self, asked: OpenId, accounts: Accounts, request: Request, receive: Receive) -> Response:
        """What a browser is shown that comes back from the provider."""
        sent = await self._streamlit(request.scope, receive)
        set_ = Headers(raw=sent[0]["headers"]).getlist("set-cookie")
        claims = self.login.answered(dict(_named(cookie) for cookie in set_))
        answer = await self._judged(asked, accounts, request, claims)
        for cookie in set_:
            if _named(cookie)[0].removeprefix(HOSTED) == self.login.state:
                answer.headers.append("set-cookie", cookie)
        return answer

    async def _judged(self, asked: OpenId, accounts: Accounts, request: Request, claims: Mapping[str, Any] | None) -> Response:
        # Authlib takes a token for somebody else's program where it names us as the party that asked for it.
        if claims is None or self.login.client not in _several(claims.get("aud")) or not claims.get("sub"):
            return await _refused(request, "unproved", "", words.not_vouched(asked.provider))
        called = claims.get(asked.name)
        name, roles = named(called) if isinstance(called, str) else None, roles_of(asked, claims)
        if name is None:
            return await _refused(request, "no name", "", words.no_name(asked.provider))
        if not roles:
            return await _refused(request, "no role", name, words.no_role(name, asked.provider))
        subject = f"{claims.get('iss')} {claims['sub']}"
        try:
            token = await asyncio.to_thread(accounts.vouched, subject, name, roles)
        except NameTaken:
            return await _refused(request, "name taken", name, words.name_taken(name))
        except StoreError as trouble:
            return await shown(request, str(trouble), 503)
        # A page that goes on by itself: a cookie that is kept to this site is not sent where another site leads.
        answer = await shown(request, onward=name)
        begin(answer, accounts, token, self.login.encrypted)
        return answer

    async def _streamlit(self, scope: Scope, receive: Receive) -> list[Message]:
        """What Streamlit answers, kept back from the browser. Its cookie goes by https alone where browsers come by https."""
        sent: list[Message] = []
        state = self.login.state
        if self.login.encrypted:
            scope = renamed(scope, {state: "", HOSTED + state: state}, {})

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start" and self.login.encrypted:
                message["headers"] = [
                    (name, _hosted(value, state) if name == b"set-cookie" else value) for name, value in message["headers"]
                ]
            sent.append(message)

        await self.app(scope, receive, keep)
        return sent


def _hosted(cookie: bytes, name: str) -> bytes:
    return HOSTED.encode() + cookie + b"; secure" if cookie.startswith(name.encode() + b"=") else cookie


def roles_of(asked: OpenId, claims: Mapping[str, Any]) -> list[Role]:
    """What the groups that a provider tells of make of somebody here."""
    groups = _several(claims.get(asked.groups))
    return sorted({role for group, roles in asked.roles.items() if group in groups for role in roles})


def _several(claim: Any) -> Iterable[str]:
    """A claim that may be one word or several."""
    return [claim] if isinstance(claim, str) else [str(x) for x in claim] if isinstance(claim, list) else []


def _named(cookie: str) -> tuple[str, str]:
    name, _, value = cookie.partition(";")[0].partition("=")
    return name, value


async def _refused(request: Request, why: str, name: str, said: str) -> Response:
    log_.warning("denied sign_in=openid viewer=%r: %s", name, why)
    return await shown(request, said, 401)
