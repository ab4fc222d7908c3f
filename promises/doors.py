"""The doors of a ward's station, from outside: who is shown which page, may enter and take away what, and cannot be another.

``doors.yaml`` is the table. Each row is tried at the real program over its own sockets, by those who may, whose entry then
has to be in the record, and by those who may not, of whom nothing may be there but a line in the program's log. Whoever
is not even shown a page sends what the browser of one who may has sent.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import websockets
from pydantic import BaseModel, ConfigDict

from monitor import settings
from monitor.access import Role
from monitor.drills.run import end_run
from monitor.live.door import COOKIE
from monitor.protocol.document import Document, load_protocol
from monitor.store import beside
from monitor.store.accounts import Accounts
from monitor.store.log import TRAIL, Entry
from monitor.yamlmarks import read_yaml, validated
from promises.found import Found
from promises.scenes import ALIAS, COLLEAGUE, ROOM, TRAINEE, Scenes
from promises.scratch import scratch

TABLE = Path(__file__).with_name("doors.yaml")
EVERYBODY = "everybody"
REFUSED = "your role at this station may not open this page"
PIN = "2580"


# ---- the table ----


class Act(BaseModel):
    """A row of the table; the file says what each part means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stores: str
    scene: str
    page: str = "room"
    tap: dict[str, Any] | None = None
    visit: bool = False
    ends: bool = False
    press: str = ""
    fill: dict[str, Any] = {}
    by: str = ""

    @property
    def kinds(self) -> set[str]:
        return set(self.stores.split())


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: dict[str, str]
    exports: str
    acts: dict[str, list[Act]]

    def rows(self) -> Iterator[tuple[frozenset[str], Act]]:
        """Each act with the roles whose it is."""
        for may, acts in self.acts.items():
            for act in acts:
                yield frozenset(Role) if may == EVERYBODY else frozenset(may.split()), act

    def opens(self, page: str) -> frozenset[str]:
        return frozenset(self.pages[page].split())


def table() -> Table:
    data, lines = read_yaml(TABLE)
    return validated(Table, data, lines, str(TABLE))


# ---- who tries ----


@dataclass(frozen=True)
class Actor:
    """``locked``: nobody has been at this browser for long; ``unsigned``: at a shared station nobody says who it is."""

    name: str
    roles: frozenset[str]
    state: str = ""

    def may(self, roles: frozenset[str]) -> bool:
        """Whether an entry of these roles is theirs."""
        return bool(self.roles & roles) and (not self.state or roles == frozenset(Role))

    @cached_property
    def hidden(self) -> re.Pattern[str] | None:
        """What may never be on their wire, whatever they ask for."""
        if self.state == "locked":
            return re.compile(f"{ALIAS}|{COLLEAGUE}|{TRAINEE}")
        if not self.roles & CARING:
            return re.compile(COLLEAGUE if Role.VIEWER in self.roles else f"{ALIAS}|{COLLEAGUE}")
        return None


CARING = frozenset({"nurse", "charge", "trainer"})
ACTORS = (
    *(Actor(f"the {role}", frozenset({role})) for role in ("nurse", "trainer", "charge", "viewer", "owner", "admin")),
    Actor("the locked", CARING, "locked"),
    Actor("the station", CARING, "unsigned"),
)
"""Those who may first: what they sent is sent again by the others."""


class Tally(NamedTuple):
    what: str
    tried: int
    wrong: list[str]


@dataclass
class Ward:
    """A ward's station that was just started, and a browser for everybody."""

    program: Any
    scenes: Scenes
    accounts: Accounts
    tokens: dict[str, str]
    table: Table
    tabs: dict[str, Any] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)

    def cookie(self, actor: Actor) -> str:
        return f"{COOKIE}={self.tokens[actor.name]}"

    def told(self) -> str:
        return str(self.program.log.read_text(errors="replace"))

    def enter(self, actor: Actor, name: str) -> None:
        """Somebody is at the keys of a locked browser, or of a shared station: for a moment they may."""
        self.tokens[actor.name] = self.accounts.prove(self.accounts.enter(self.tokens[actor.name]), name, PIN)

    def leave(self, actor: Actor) -> None:
        (self.accounts.lock if actor.state == "locked" else self.accounts.not_me)(self.accounts.enter(self.tokens[actor.name]))

    def shows(self, actor: Actor, page: str) -> bool:
        return bool(actor.roles & self.table.opens(page))

    async def opened(self, actor: Actor, page: str) -> str:
        self.at[actor.name] = page
        return str(await self.tabs[actor.name].open(page, f"room={ROOM}" if page == "room" else ""))


@contextmanager
def ward(folder: Path, document: Document) -> Iterator[tuple[Ward, int]]:
    """With it the number of a drill that has ended: what can be exported."""
    from tests import drilled, warded
    from tests.browser.dashboard import running

    with ExitStack() as ends:
        store = f"sqlite:///{folder / 'log.db'}"
        ends.enter_context(warded.quick_passwords())
        scenes = ends.enter_context(Scenes(store, document))
        run = drilled.opened(folder, document, scenes.log)
        end_run(scenes.log, document, run, TRAINEE)
        accounts = Accounts(beside(store, "accounts"))
        ends.callback(accounts.close)
        for actor in ACTORS:
            accounts.add(actor.name, actor.roles, warded.PASSWORD, shared=actor.state == "unsigned")
            accounts.set_pin(actor.name, PIN)
        tokens = {actor.name: accounts.sign_in(actor.name, warded.PASSWORD) for actor in ACTORS}
        program = ends.enter_context(running(folder, warded.rooms("{clock_kept_by: the tests}")))
        here = Ward(program, scenes, accounts, tokens, table())
        here.leave(ACTORS[-2])
        yield here, run[0]


@asynccontextmanager
async def browsers(here: Ward) -> AsyncIterator[None]:
    """Everybody with one tab."""
    from tests import viewer

    async with AsyncExitStack() as ends:
        for actor in ACTORS:
            socket = await ends.enter_async_context(viewer.session(here.program.address, here.cookie(actor)))
            here.tabs[actor.name] = viewer.Tab(socket)
        yield


# ---- pages ----


async def pages(here: Ward, first: int) -> Tally:
    """Every page by everybody. ``first``: which of all is the first that this server is asked for."""
    asked = [(actor, page) for page in here.table.pages for actor in ACTORS]
    here.scenes.lay("offered", COLLEAGUE)
    wrong = []
    for actor, page in asked[first:] + asked[:first]:
        shown = await here.opened(actor, page)
        if (REFUSED in shown) is here.shows(actor, page):
            wrong.append(f"{page} {'refused to' if REFUSED in shown else 'shown to'} {actor.name}")
        if actor.hidden is not None and actor.hidden.search(shown):
            wrong.append(f"{page} tells {actor.name} {actor.hidden.pattern}")
        if here.shows(actor, page) and page in ("ward", "room") and actor.state != "locked":
            assert ALIAS in shown, "what is looked for is there to be found"
    return Tally("pages", len(asked), wrong)


# ---- acts ----


async def acts(here: Ward, each: int) -> Tally:
    """Every row by ``each`` of those who may and ``each`` of those who may not, other ones from row to row."""
    wrong: list[str] = []
    tried = 0
    for n, (may, act) in enumerate(here.table.rows()):
        theirs = _turned([actor for actor in ACTORS if actor.may(may) and here.shows(actor, act.page)], n)[:each]
        others = _turned([actor for actor in ACTORS if not actor.may(may)], n)[:each]
        sent: Sequence[bytes] = ()
        for actor in (*theirs, *others):
            here.scenes.lay(act.scene, actor.name)
            tab, before = here.tabs[actor.name], len(here.told())
            tab.sent.clear()
            shown = await _tried(here, actor, act, sent)
            sent = sent or list(tab.sent)
            found = here.scenes.stored()
            tried += 1
            wrong += [f"{actor.name}, {act.stores}: {what}" for what in _amiss(actor, may, act, shown, found, here.told()[before:])]
    return Tally("acts", tried, wrong)


def _turned(actors: Sequence[Actor], n: int) -> list[Actor]:
    n %= max(1, len(actors))
    return [*actors[n:], *actors[:n]]


async def _tried(here: Ward, actor: Actor, act: Act, sent: Sequence[bytes]) -> str:
    """All that came back, beginning with the act itself."""
    tab = here.tabs[actor.name]
    page = act.page if here.shows(actor, act.page) else "ward"
    if not here.shows(actor, page) or (page != act.page and act.tap is None):
        return "".join([await tab.again(message) for message in sent])
    passed = bool(actor.state) and bool(act.press)
    shown = "" if not passed or act.tap is None else await _tapped(here, actor, page, act.tap)
    if passed:
        here.enter(actor, "the nurse" if actor.state == "unsigned" else "")
        # Whoever is let in for a moment is shown everything, rightly; what counts is what comes after.
    if act.visit or (act.press and act.tap is None):
        opened = await here.opened(actor, page)
        shown += opened if act.visit else ""
    if act.tap is not None:
        answered = await _tapped(here, actor, page, act.tap)
        shown += "" if passed else answered
    if passed:
        here.leave(actor)
    if act.ends and tab.form:
        here.scenes.end()
        shown += await tab.fill_in("", act.fill)  # whatever is pressed: the form learns that its session is over
    if act.press and act.tap is not None and tab.form:
        shown += await tab.fill_in(act.press, act.fill)
    elif act.press and any(act.press in label for label in tab.parts):
        shown += str(await tab.press(act.press, act.fill))
    return shown


async def _tapped(here: Ward, actor: Actor, page: str, tap: Mapping[str, Any]) -> str:
    tab = here.tabs[actor.name]
    if here.at.get(actor.name) != page:
        await here.opened(actor, page)
    tab.parts.clear()
    tab.data.pop("form", None)
    before = tab.page
    shown = await tab.act(**here.scenes.shown(tap))
    if tab.page != before:
        here.at[actor.name] = ""
    return str(shown)


def _amiss(actor: Actor, may: frozenset[str], act: Act, shown: str, found: Sequence[Any], told: str) -> Iterator[str]:
    if actor.may(may):
        missing = act.kinds - {x.kind for x in found}
        if missing:
            yield f"not stored: {', '.join(sorted(missing))}"
        signs = act.by or ("station" if actor.state else actor.name)
        if {x.by for x in found} - {signs}:
            yield f"signed by {', '.join(sorted({x.by for x in found}))}"
        return
    if found:
        yield f"stored: {', '.join(sorted({x.kind for x in found}))}"
    # A page of Streamlit's own does not run for a locked browser: nothing is asked that could be denied.
    unasked = actor.state == "unsigned" or (actor.state == "locked" and act.tap is None)
    if "denied " not in told and not unasked:
        yield "no line in the log"
    if actor.hidden is not None and actor.hidden.search(shown):
        yield f"is told {actor.hidden.pattern}"


# ---- exports ----


async def exports(here: Ward, run: int) -> Tally:
    """The files of the debrief's page: clicked by everybody who is shown them, and then taken by everybody, forged and none.

    Of a locked browser and of a shared station they are clicked twice: with somebody at the keys, and when they have left.
    """
    may, tallies = frozenset(here.table.exports.split()), list[Tally]()
    here.at.clear()
    for query, files in (("", 2), (f"run={run}", 1)):
        clicked, given = await _clicked(here, query, may)
        assert len(given) == files, (given, clicked)
        # Before the page is opened anew: Streamlit keeps a file no longer than a page that has its button.
        tallies += [clicked, await _taken(here, sorted(given), may)]
    return Tally("exports", sum(t.tried for t in tallies), [text for t in tallies for text in t.wrong])


async def _clicked(here: Ward, query: str, may: frozenset[str]) -> tuple[Tally, set[str]]:
    tried, wrong, given = 0, list[str](), set[str]()
    for actor in ACTORS:
        tab, name = here.tabs[actor.name], SIGNER if actor.state == "unsigned" else actor.name
        if actor.state:
            here.enter(actor, name if actor.state == "unsigned" else "")
        await tab.open("review", query)
        files = [(label, part) for label, part in tab.parts.items() if part.kind == "download_button"]
        if bool(files) is not bool(actor.roles & may):
            wrong.append(f"files {'shown' if files else 'not shown'} to {actor.name}")
        for left in (False, True) if actor.state else (False,):
            if left:
                here.leave(actor)
            for label, part in files:
                before, tried = len(_trail(here)), tried + 1
                address = await tab.file(part)
                noted = [entry.by for entry in _trail(here)[before:]]
                if bool(address) is left or noted != ([] if left else [name]):
                    who = f"{actor.name}{' who has left' if left else ''}"
                    wrong.append(f"{label}, {who}: {'' if address else 'not '}given, noted {noted}")
                given |= {address} if address else set()
    return Tally("clicked", tried, wrong), given


async def _taken(here: Ward, files: Sequence[str], may: frozenset[str]) -> Tally:
    tried, wrong = 0, list[str]()
    async with httpx.AsyncClient() as client:
        for file in files:
            for cookie, actor in [(here.cookie(actor), actor) for actor in ACTORS] + [("", None), (f"{COOKIE}=forged", None)]:
                before, tried = len(here.told()), tried + 1
                answer = await client.get(here.program.address + file, headers={"Cookie": cookie}, timeout=60)
                theirs = actor is not None and not actor.state and bool(actor.roles & may)
                if (answer.status_code == 200) is not theirs:
                    wrong.append(f"{file}: {answer.status_code} for {actor.name if actor else 'nobody'}")
                if theirs is not (f"export={file}" in here.told()[before:]):
                    wrong.append(f"{file}: {'not ' if theirs else ''}in the log for {actor.name if actor else 'nobody'}")
    return Tally("taken", tried, wrong)


def _trail(here: Ward) -> Sequence[Entry]:
    return here.scenes.log.entries(TRAIL)


SIGNER = "the trainer"


# ---- take-overs ----


async def takeovers(here: Ward) -> Tally:
    """Everybody's session and ticket for the push, offered without a cookie, with a forged one and with each other's."""
    from tests import viewer

    address, wrong, tried = here.program.address, list[str](), 0

    async def probed() -> None:
        nonlocal tried
        for actor in ACTORS:
            tab = here.tabs[actor.name]
            ticket = tab.data.get("push", {}).get("ticket")
            for cookie in ("", f"{COOKIE}=forged", *(here.cookie(other) for other in ACTORS if other is not actor)):
                offered = [viewer.session(address, cookie, tab.session)]
                offered += [viewer.push(address, ticket, cookie=cookie)] if ticket else []
                tried += len(offered)
                wrong.extend([f"{actor.name} by {cookie}" for one in offered if not await rejected(one)])

    async with browsers(here):
        for actor in ACTORS:
            await here.opened(actor, "ward" if here.shows(actor, "ward") else "protocol")
        await probed()
    await probed()  # and when they have left
    assert not await rejected(viewer.session(address, here.cookie(ACTORS[0]), here.tabs[ACTORS[0].name].session)), "its own browser goes on"
    return Tally("take-overs", tried, wrong)


async def rejected(opening: Any) -> bool:
    try:
        async with opening:
            return False
    except websockets.InvalidStatus:
        return True


def unpaged(here: Ward) -> Tally:
    """Nobody's browser: all is refused but the emergency, which is recorded for those too who are shown no rooms."""
    address, wrong = here.program.address, list[str]()
    post, paged = {"Origin": address}, {"Accept": "text/html"}
    here.scenes.lay("ready", "")
    asked = [httpx.get(f"{address}/{page}", headers=paged) for page in here.table.pages]
    asked += [httpx.post(f"{address}/{path}", headers=post, data={"room": ROOM}) for path in ("here", "deed")]
    wrong += [str(answer.url) for answer in asked if answer.status_code not in (303, 401) or ALIAS in answer.text]
    cookies = ["", *(here.cookie(actor) for actor in ACTORS if not here.shows(actor, "ward"))]
    for cookie in cookies:
        here.scenes.lay("ready", "")
        httpx.post(f"{address}/emergency", headers={**post, "Cookie": cookie}, data={"room": ROOM})
        if [x.kind for x in here.scenes.stored()] != ["emergency_started"]:
            wrong.append(f"an emergency without a page is not stored, cookie {cookie or 'none'}")
    return Tally("asked without a page", len(asked) + len(cookies), wrong)


# ---- all of it ----


def keep(each: int) -> Found:
    """By so many of those who may, and who may not; on as many servers, each of which is asked for another page first."""
    document, tallies = load_protocol(settings.EXAMPLE_PROTOCOL), list[Tally]()
    for n in range(each):
        with scratch() as folder, ward(folder, document) as (here, run):
            tallies += asyncio.run(_all(here, run, n, each if n == 0 else 0))
            if n == 0:
                tallies.append(unpaged(here))
    sums = {name: sum(t.tried for t in tallies if t.what == name) for name in dict.fromkeys(t.what for t in tallies)}
    wrong = [text for tally in tallies for text in tally.wrong]
    taken = sum(len(t.wrong) for t in tallies if t.what == "take-overs")
    return Found(
        kept=not wrong,
        figures=f"{each} cold servers, {len(ACTORS)} browsers (six roles, a locked one, a shared one that nobody signs at), "
        f"{len(list(table().rows()))} acts: " + ", ".join(f"{count:,} {name}" for name, count in sums.items())
        + f" tried: {len(wrong) - taken} wrong, {taken} taken over" + "".join(f"; {text}" for text in wrong),
    )  # fmt: skip


async def _all(here: Ward, run: int, first: int, each: int) -> list[Tally]:
    async with browsers(here):
        tallies = [await pages(here, first * 7)]
        if each:
            tallies += [await acts(here, each), await exports(here, run)]
    return [*tallies, await takeovers(here)] if each else tallies
