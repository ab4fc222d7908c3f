"""The push in a real browser: cut, refused, restarted, and one screen beside another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import harness
from tests.browser.dashboard import Running, running
from tests.browser.harness import AT_ONCE_MS, passes
from tests.browser.test_flows import eventually, named, tile, wall

pytestmark = pytest.mark.browser

ROOMS = """
station: Test station
protocol: protocols/example.yaml
rooms:
  - room: "1"
  - room: "2"
    demo: {alias: Otter, scenario: scenarios/pleasant.yaml, seed: 2, watcher: demo}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("program"), ROOMS) as started:
        yield started


@pytest.fixture
def page(browser: Any, program: Running) -> Iterator[Any]:
    """A page whose push can be held back: ``held`` None lets it through, "silent" swallows it, "closed" ends and refuses it."""
    opened = browser.new_page(viewport={"width": 1920, "height": 1080})
    opened.add_init_script(path=harness.CLOCK)
    opened.held, opened.sockets, opened.messages = None, [], []

    def between(socket: Any) -> None:
        opened.sockets.append(socket)
        if opened.held == "closed":
            socket.close()
            return
        server = socket.connect_to_server()

        def passed_on(message: Any) -> None:
            if opened.held is None:
                opened.messages.append(message)
                socket.send(message)

        server.on_message(passed_on)

    opened.route_web_socket(re.compile("/live/ws$"), between)
    yield opened
    opened.close()


def opened(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("article.tile[data-tick]")


def live(page: Any) -> bool:
    return re.match(r"Live, \d", page.locator(".status.link .status-text").inner_text()) is not None


def cut(page: Any) -> bool:
    """Also where, for a moment on a busy machine, there is no page at all."""
    found: bool = page.evaluate("document.querySelector('.im')?.hasAttribute('data-cut') ?? true")
    return found


TICK = "Number(document.querySelector('article.tile[data-tick]').dataset.tick)"


def goes_on(page: Any, seconds: int) -> None:
    """The tile of room 2 comes so many seconds further."""
    page.wait_for_function(f"tick => {TICK} >= tick", arg=page.evaluate(TICK) + seconds)


RERUNS = """() => { window.runs = 0; const real = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { if (this.url.includes('_stcore')) window.runs += 1; return real.call(this, data); }; }"""


def test_a_pushed_wall_goes_on_without_a_rerun_and_keeps_every_node(page: Any, program: Running) -> None:
    page.add_init_script(f"({RERUNS})()")
    opened(page, program.address)
    assert eventually(lambda: live(page))
    goes_on(page, 2)
    page.evaluate(
        """() => { window.changed = []; window.runs = 0; new MutationObserver(list => list.forEach(m =>
        [...m.addedNodes, ...m.removedNodes].forEach(n => window.changed.push(n.nodeName + n.className))))
        .observe(document.querySelector('.im'), {childList: true, subtree: true}); }"""
    )
    goes_on(page, 5)
    assert page.evaluate("window.changed") == []
    assert page.evaluate("window.runs") == 0


def test_a_push_that_falls_silent_greys_the_tiles_and_the_page_asks_until_it_is_back(page: Any, program: Running) -> None:
    opened(page, program.address)
    assert eventually(lambda: live(page))
    page.held = "silent"
    assert not cut(page)
    assert eventually(lambda: cut(page))
    assert "NO CONNECTION" in page.locator(".banner").inner_text()
    assert not tile(page, "2").locator(".spo2 .num").first.is_visible() or tile(page, "2").locator(".spo2 .num").first.inner_text() == "--"
    assert eventually(lambda: not cut(page) and not live(page)), "the page feeds itself meanwhile"
    page.held = None
    assert eventually(lambda: live(page))


def test_a_form_that_is_open_keeps_what_was_written_when_the_push_falls_silent_and_when_it_is_back(page: Any, program: Running) -> None:
    opened(page, program.address)
    assert eventually(lambda: live(page))
    page.get_by_role("button", name="Who is here?").click()
    name = page.locator(".dock").get_by_role("textbox").first
    name.fill("half a na")
    page.held = "silent"
    assert eventually(lambda: cut(page))
    assert name.input_value() == "half a na"
    assert eventually(lambda: not cut(page) and not live(page)), "with the form open the page feeds itself"
    name.press_sequentially("me")
    page.held = None
    assert eventually(lambda: live(page))
    assert name.input_value() == "half a name"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Throw it away").click()
    page.locator(".dock").wait_for(state="hidden")


def test_where_no_socket_opens_the_page_asks_every_second(page: Any, program: Running) -> None:
    page.held = "closed"
    opened(page, program.address)
    assert eventually(lambda: "asking" in page.locator(".status.link").inner_text())
    goes_on(page, 3)
    assert not cut(page)
    assert len(page.sockets) < 15, "it does not hammer the server"
    page.held = None
    assert eventually(lambda: live(page))
    before = len(page.messages)
    goes_on(page, 3)
    assert len(page.messages) > before


def test_who_says_their_name_is_pushed_to_under_that_name(page: Any, program: Running) -> None:
    opened(page, program.address)
    assert eventually(lambda: live(page))
    page.get_by_role("button", name="Who is here?").click()
    named(page, "C. Four")
    page.get_by_role("button", name="C. Four").wait_for()
    goes_on(page, 3)
    assert page.get_by_role("button", name="C. Four").is_visible()
    assert live(page)


def test_an_answer_on_one_screen_is_on_the_other_with_the_name(browser: Any, page: Any, program: Running) -> None:
    other = wall(browser, program)
    page.goto(f"{program.address}/room?room=2")
    page.get_by_role("button", name="Seizure").click()
    named(page, "B. Three")
    other.locator(".banner").get_by_text("Seizure").wait_for()
    card = page.locator(".prompt").filter(has_text="Seizure")
    card.get_by_role("button", name="Call the prescriber").wait_for()
    passes(page, AT_ONCE_MS)  # a tap while the card moves in does nothing
    card.get_by_role("button", name="Call the prescriber").click()
    card.get_by_role("button", name=re.compile("^Did")).click()
    tile(other, "2").get_by_text(re.compile("B. Three")).wait_for()
    other.close()


def test_a_page_finds_the_dashboard_again_after_its_restart_and_says_what_was_not_taken_in(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("again")
    with running(folder, ROOMS) as first:
        page = wall(browser, first)
        page.wait_for_selector("article.tile[data-tick]")
        assert eventually(lambda: live(page))
    assert eventually(lambda: cut(page))
    unanswered, who = page.locator(".unanswered"), page.get_by_role("button", name="Who is here?")
    page.wait_for_function("() => /for 0:(0[6-9]|[1-5])/.test(document.querySelector('.im').textContent)")
    assert page.get_by_role("dialog").count() == 0, "Streamlit's own sentence would lie over the page"
    assert not unanswered.is_visible()
    who.click()
    assert unanswered.inner_text().startswith("NOT CONFIRMED")
    with running(folder, ROOMS, port=int(first.address.rsplit(":", 1)[1])):
        assert eventually(lambda: live(page) and not cut(page))
        goes_on(page, 1)
        assert unanswered.is_visible(), "what was tapped while it was away is gone, and nothing else may seem so"
        unanswered.get_by_role("button", name="Close").click()
        who.click()
        page.get_by_label("Name", exact=True).wait_for()
        goes_on(page, 6)
        assert not unanswered.is_visible()
    page.close()
