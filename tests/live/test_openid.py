"""People who sign in with a provider: the whole code flow against a real one, and all that must not open the door."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import websockets
from itsdangerous import URLSafeTimedSerializer

from monitor.access import Role
from monitor.live.door import COOKIE
from monitor.protocol.document import Document
from monitor.store import beside
from monitor.store.accounts import Accounts
from tests import provider as providers
from tests import viewer, warded
from tests.browser import chromium
from tests.browser.dashboard import running
from tests.live.test_door import REFUSED, leaks, rejected, run
from tests.ports import free_port
from tests.warded import PASSWORD

ROOMS = warded.rooms("""
  clock_kept_by: the tests
  openid:
    provider: the clinic's account
    roles: {g-viewer: viewer, g-nurse: nurse, g-charge: charge, g-trainer: trainer, g-owner: owner, g-admin: admin, g-senior: [charge, nurse]}
""")
COOKIE_SECRET = "no more than a test's, and long enough for it"


@dataclass
class Clinic:
    address: str
    provider: providers.Provider
    accounts: Path
    log: Path

    def browser(self) -> httpx.Client:
        # Nothing here is encrypted, and to prepare for it takes long.
        return httpx.Client(verify=False, timeout=60)

    def sent(self, browser: httpx.Client) -> str:
        """Where the sign-in page sends a browser."""
        begun = browser.get(f"{self.address}/sign-in/openid")
        assert begun.status_code == 302, begun.text
        assert begun.headers["location"].startswith(f"{self.provider.address}/authorize?")
        return begun.headers["location"]

    def vouched(self, browser: httpx.Client, sub: str) -> str:
        """Where the provider sends it back to, once it knows who that is."""
        return browser.post(self.sent(browser), data={"sub": sub}).headers["location"]

    def answer(self, sub: str, **claims: object) -> httpx.Response:
        """What a person is shown who comes back from the provider, with these claims."""
        with self.browser() as browser:
            return browser.get(self.vouched(browser, self.provider.tell(sub, **claims)))

    def signed_in(self, sub: str, **claims: object) -> str:
        return cookie(self.answer(sub, **claims))


def cookie(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    kept = next(x for x in answer.headers.get_list("set-cookie") if x.startswith(COOKIE)).lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    return f"{COOKIE}={answer.cookies[COOKIE]}"


def secrets(home: Path, address: str, provider: str) -> None:
    file = home / ".streamlit" / "secrets.toml"
    file.parent.mkdir()
    file.write_text(f"""
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "{providers.CLIENT}"
client_secret = "{providers.SECRET}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
client_kwargs = {{ prompt = "login", timeout = 60 }}
""")
    file.chmod(0o600)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, document: Document) -> Iterator[Clinic]:
    folder, port = tmp_path_factory.mktemp("clinic"), free_port()
    store, address = f"sqlite:///{folder / 'log.db'}", f"http://localhost:{port}"
    warded.settled(store, document)
    with providers.running(f"{address}/oauth2callback", folder / "provider.log") as provider, pytest.MonkeyPatch.context() as patch:
        secrets(folder, address, provider.address)
        patch.setitem(os.environ, "HOME", str(folder))
        with running(folder, ROOMS, port) as program:
            yield Clinic(address, provider, beside(store, "accounts"), program.log)


def nobody(answer: httpx.Response) -> bool:
    """Whether who is answered so has been given nothing that opens anything."""
    return COOKIE not in answer.cookies and not any(name.startswith("_streamlit_user") for name in answer.cookies)


def test_on_a_cold_server_each_page_shows_a_patient_to_the_roles_that_a_provider_tells_of(here: Clinic) -> None:
    shown = {role: here.signed_in(f"the-{role}", name=f"the {role}", groups=[f"g-{role}", "everybody"]) for role in Role}
    assert leaks(here.address, shown) == []


def test_the_browser_is_given_our_cookie_and_none_that_outlives_it(here: Clinic) -> None:
    answer = here.answer("ann", name="Ann", groups="g-nurse")
    assert cookie(answer)
    assert not any(name.startswith("_streamlit_user") for name in answer.cookies)
    assert 'http-equiv="refresh"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_who_has_no_role_or_no_name_is_told_so_and_let_in_nowhere(here: Clinic) -> None:
    for groups in (["g-nurses"], None):
        answer = here.answer("guest", name="Guest", groups=groups)
        assert (answer.status_code, nobody(answer)) == (401, True)
        assert "Guest, nothing that the clinic&#39;s account says of you gives you a role" in answer.text
    for name in (None, "evaluator"):
        answer = here.answer("guest", name=name, groups="g-nurse")
        assert (answer.status_code, nobody(answer)) == (401, True)
        assert "gives no name of yours" in answer.text
    assert "denied sign_in=openid viewer='Guest': no role" in here.log.read_text()


def test_nobody_becomes_another_by_a_name(here: Clinic) -> None:
    accounts = Accounts(here.accounts)
    accounts.add("M. Ortiz", [Role.CHARGE], PASSWORD)
    accounts.close()
    assert cookie(here.answer("first", name="Twin", groups="g-nurse"))
    for taken in ("m. ortiz", "Twin"):
        answer = here.answer("second", name=taken, groups="g-nurse")
        assert (answer.status_code, nobody(answer)) == (401, True)
        assert "is somebody else&#39;s name" in answer.text


def test_what_a_provider_says_anew_holds_from_the_next_sign_in_on(here: Clinic) -> None:
    before = here.signed_in("bea", name="Bea", groups="g-nurse")
    assert REFUSED in asyncio.run(run(here.address, before, page_name="review"))
    after = here.signed_in("bea", name="Bea", groups="g-senior")
    for shown in (before, after):
        assert REFUSED not in asyncio.run(run(here.address, shown, page_name="review"))
    renamed = here.signed_in("bea", name="Bea Novak", groups="g-nurse")
    assert asyncio.run(rejected(viewer.session(here.address, before))), "the old name signs nothing more"
    assert not asyncio.run(rejected(viewer.session(here.address, renamed)))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-program"},
        {"aud": "another-program", "azp": providers.CLIENT},
        {"iss": "https://elsewhere"},
        {"exp": 1},
        {"nonce": "x"},
    ],
)
def test_a_token_that_is_not_for_us_or_not_for_now_opens_nothing(here: Clinic, claims: dict[str, Any]) -> None:
    answer = here.answer("ann", name="Ann", groups="g-nurse", **claims)
    assert (answer.status_code, nobody(answer)) == (401, True)
    assert "did not succeed" in answer.text


@pytest.mark.parametrize(
    "how", ["unsigned", "altered", "with the station's secret", "with the public key as a secret", "with a key that it brings along"]
)
def test_a_token_that_the_provider_did_not_sign_opens_nothing(here: Clinic, how: str) -> None:
    assert cookie(here.answer("ann", name="Ann", groups="g-nurse", forged="not at all"))
    answer = here.answer("ann", name="Ann", groups="g-nurse", forged=how)
    assert (answer.status_code, nobody(answer)) == (401, True)
    assert "did not succeed" in answer.text
    assert '"POST /token HTTP/1.1" 500' not in (here.accounts.parent / "provider.log").read_text(), "it is the token that is refused"


def test_an_answer_counts_once_and_for_the_browser_that_asked(here: Clinic) -> None:
    here.provider.tell("ann", name="Ann", groups="g-nurse")
    with here.browser() as asked, here.browser() as other:
        back = here.vouched(asked, "ann")
        here.sent(other)
        state = parse_qs(urlsplit(back).query)["state"][0]
        for browser, address in ((other, back), (asked, back.replace(state, "forged")), (asked, f"{here.address}/oauth2callback")):
            answer = browser.get(address)
            assert (answer.status_code, nobody(answer)) == (401, True)
        assert cookie(asked.get(back))
        assert nobody(asked.get(back))


def test_an_identity_that_a_browser_brings_along_is_nobody_s(here: Clinic) -> None:
    """Neither forged nor signed with the station's own secret: Streamlit's cookie is never asked for."""
    claims = {"sub": "ann", "aud": providers.CLIENT, "iss": here.provider.address, "name": "Ann", "groups": "g-nurse"}
    identity = json.dumps({**claims, "origin": here.address, "is_logged_in": True, "provider": "default"})
    for secret in (COOKIE_SECRET, "x" * 32):
        shown = f"_streamlit_user={URLSafeTimedSerializer(secret, salt='_streamlit_user').dumps(identity)}"
        assert asyncio.run(rejected(viewer.session(here.address, shown)))
        with here.browser() as browser:
            browser.headers = {"Cookie": shown, "X-Forwarded-User": "Ann", "Accept": "text/html"}
            assert browser.get(here.address).headers["location"] == "/sign-in"
            assert nobody(browser.get(f"{here.address}/oauth2callback"))
    with here.browser() as browser:
        for path in ("/auth/login", "/auth/logout", "/media/x.csv", "/_stcore/host-config"):
            assert browser.get(here.address + path).status_code == 401


def test_whoever_offers_the_session_of_a_provider_s_person_is_given_nothing(here: Clinic) -> None:
    nurse, thief = here.signed_in("cem", name="Cem", groups="g-nurse"), here.signed_in("dan", name="Dan", groups="g-nurse")
    again = here.signed_in("cem", name="Cem", groups="g-nurse")

    async def probed() -> int:
        taken = 0
        async with viewer.session(here.address, nurse) as socket:
            await socket.send(viewer.wanted())
            messages = [m async for m in viewer.finished(socket)]
            session = next(m.new_session.initialize.session_id for m in messages if m.HasField("new_session"))
            for shown in ("", f"{COOKIE}=forged", thief, again):
                taken += not await rejected(viewer.session(here.address, shown, session))
        for shown in ("", f"{COOKIE}=forged", thief, again):
            taken += not await rejected(viewer.session(here.address, shown, session))
        return taken

    assert asyncio.run(probed()) == 0


def test_signing_out_ends_every_tab_and_leaves_no_identity_behind(here: Clinic) -> None:
    shown = here.signed_in("eve", name="Eve", groups="g-nurse")

    async def tabs() -> None:
        async with viewer.session(here.address, shown) as one, viewer.session(here.address, shown) as other:
            with here.browser() as browser:
                out = browser.post(f"{here.address}/sign-out", headers={"Origin": here.address, "Cookie": shown})
                assert out.status_code == 303
            for tab in (one, other):
                async with asyncio.timeout(10):
                    with pytest.raises(websockets.ConnectionClosed):
                        while True:
                            await tab.recv()

    asyncio.run(tabs())
    assert asyncio.run(rejected(viewer.session(here.address, shown)))


@pytest.mark.browser
def test_in_a_browser_the_way_there_and_back_ends_at_the_ward(here: Clinic) -> None:
    """The provider is another site to the browser: what is kept to this site must not get lost on the way back."""
    here.provider.tell("fay", name="Fay", groups="g-nurse")
    with chromium.launched() as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(here.address)
        page.get_by_role("link", name="Sign in with the clinic's account").click()
        page.get_by_label("Who").fill("fay")
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("Otter").first.wait_for()
        assert urlsplit(page.url).path == "/"
        (kept,) = (x for x in page.context.cookies() if x["name"] == COOKIE)
        assert (kept["httpOnly"], kept["sameSite"]) == (True, "Strict")
        assert not any(x["name"].startswith("_streamlit_user") for x in page.context.cookies())


def test_where_browsers_come_by_https_no_cookie_on_the_way_there_and_back_goes_without_it(tmp_path: Path, document: Document) -> None:
    """A proxy speaks TLS with browsers; here is what it passes on, and what it is given."""
    port = free_port()
    warded.settled(f"sqlite:///{tmp_path / 'log.db'}", document)
    with (
        providers.running(f"https://localhost:{port}/oauth2callback", tmp_path / "provider.log") as provider,
        pytest.MonkeyPatch.context() as patch,
    ):
        secrets(tmp_path, f"https://localhost:{port}", provider.address)
        patch.setitem(os.environ, "HOME", str(tmp_path))
        with running(tmp_path, ROOMS, port), httpx.Client(verify=False, timeout=60) as proxy:
            begun = proxy.get(f"http://localhost:{port}/sign-in/openid")
            given = begun.headers.get_list("set-cookie")
            back = proxy.post(begun.headers["location"], data={"sub": provider.tell("ann", name="Ann", groups="g-nurse")}).headers[
                "location"
            ]
            proxy.cookies.clear()
            shown = {"Cookie": "; ".join(x.partition(";")[0] for x in given)}
            answer = proxy.get(back.replace("https:", "http:"), headers=shown)
    given += answer.headers.get_list("set-cookie")
    assert answer.status_code == 200 and any(x.startswith(f"__Host-{COOKIE}=") for x in given), answer.text
    assert all(x.startswith("__Host-") and "secure" in x.lower() and "httponly" in x.lower() for x in given), given


def test_a_provider_that_is_down_is_said_in_a_sentence_and_an_emergency_goes_in(tmp_path: Path, document: Document) -> None:
    secrets(tmp_path, "http://127.0.0.1:8501", f"http://127.0.0.1:{free_port()}")
    store = f"sqlite:///{tmp_path / 'log.db'}"
    warded.settled(store, document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "HOME", str(tmp_path))
        with running(tmp_path, ROOMS) as program, httpx.Client(verify=False, timeout=60) as browser:
            answer = browser.get(f"{program.address}/sign-in/openid")
            assert answer.status_code == 503
            assert "the clinic&#39;s account does not answer" in answer.text
            told = browser.post(f"{program.address}/emergency", data={"room": "1"}, headers={"Origin": program.address})
            assert "Emergency in room 1 recorded at" in told.text
    assert [x.by for x in warded.entries(store) if x.kind == "emergency_started"] == ["station"]
