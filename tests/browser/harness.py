"""A static server for the harness page, and a command that takes the screenshots people look at.

``python tests/browser/harness.py OUT [NAME ...]`` draws the sample frames at four window sizes.
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CLOCK = HERE / "clock.js"
sys.path.insert(0, str(HERE.parents[1]))

from monitor.views import components  # noqa: E402
from tests.browser.chromium import launched as chromium  # noqa: E402
from tests.browser.looks import SIZES  # noqa: E402

TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".woff2": "font/woff2"}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        try:
            if path == "/favicon.ico":
                body, kind = b"", "image/x-icon"
            elif path == "/":
                body, kind = (HERE / "harness.html").read_bytes(), "text/html"
            elif path == "/clock.js":
                body, kind = CLOCK.read_bytes(), "text/javascript"
            elif path.startswith("/loader/"):
                body, kind = components.loader(path.removeprefix("/loader/")).encode(), "text/plain"
            elif path.startswith("/live/assets/"):
                name = path.rsplit("/", 1)[1]
                body, kind = components.body(name), TYPES[Path(name).suffix]
            else:
                raise KeyError(path)
        except KeyError:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "max-age=31536000, immutable" if "v=" in self.path else "no-cache")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve() -> Iterator[str]:
    """The address of a harness server on a free port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


Frame = dict[str, Any]
Open = Callable[..., Any]
"""Opens a page, in a test."""
_seq = count(1000)


def listened(page: Any) -> Any:
    """The page with ``errors``: what failed in its scripts."""
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    return page


def forgets(page: Any) -> None:
    """Leaves a page for the next test as a new one is."""
    page.errors.clear()
    if page.url.startswith("http"):
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
    page.goto("about:blank")
    page.mouse.move(0, 0)


def opens(page: Any, address: str, kind: str, held: bool = True) -> None:
    """Goes to the page of a component, which then can be fed. Its clock goes on only as it is told, where it is held."""
    page.goto(f"{address}/?page={kind}")
    page.wait_for_function("window.harnessReady === true")
    if held:
        page.evaluate("holds()")


def passes(page: Any, ms: int) -> None:
    """So much time goes by at once for the page: what it counts, not what it set a timer for."""
    page.evaluate("ms => passes(ms)", ms)


AT_ONCE_MS = 1000
"""After this, a tap is not taken for the second half of the one before, nor for a tap at what stood there before."""
CUT_MS = 4000
"""After this without a frame, a page says that it is cut off."""


def feed(page: Any, frame: Frame, fresh: bool = True, display: bool = False) -> None:
    """What Python sends with each run; a frame that is not fresh is the same one again."""
    page.evaluate("([frame, display]) => feed(frame, undefined, display)", [frame | {"seq": next(_seq)} if fresh else frame, display])


def frame(name: str) -> Frame:
    loaded: Frame = json.loads((HERE / "frames" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def main(out: Path, names: list[str], sizes: list[str], theme: str | None) -> None:
    """Writes OUT/NAME-SIZE[-THEME].png for each sample frame."""
    out.mkdir(parents=True, exist_ok=True)
    with serve() as address, chromium() as browser:
        for name in names or sorted(path.stem for path in (HERE / "frames").glob("*.json")):
            shown = frame(name) | ({"theme": theme} if theme else {})
            for size in sizes:
                page = browser.new_page(viewport={"width": SIZES[size][0], "height": SIZES[size][1]})
                page.on("pageerror", lambda error: print("error:", error))
                page.goto(f"{address}/?page={shown['page'].replace('ward', 'wall')}")
                page.wait_for_function("window.harnessReady === true")
                page.evaluate("f => feed(f)", shown)
                page.wait_for_selector(".im .page", state="visible")
                if shown.get("trend"):
                    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=5000)
                page.wait_for_timeout(250)
                page.screenshot(path=str(out / f"{name}-{size}{'-' + theme if theme else ''}.png"))
                page.close()


if __name__ == "__main__":
    words = sys.argv[2:]
    main(
        Path(sys.argv[1]),
        [word for word in words if not word.startswith("--")],
        next((word[8:].split(",") for word in words if word.startswith("--sizes=")), list(SIZES)),
        next((word[8:] for word in words if word.startswith("--theme=")), None),
    )
