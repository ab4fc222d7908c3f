"""The browser side of the ward and the room: two keyed components, drawn by plain ES modules.

Streamlit sends a component's inline script with every update, so what is registered here is only a loader of a few
hundred bytes. The modules, style sheets and plotly.js come once, over the dashboard's own route ``live/assets/NAME``
(``ASSETS`` says which file a name means; nothing else may be served from there).
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from monitor.board import face
from monitor.language import translations

if TYPE_CHECKING:
    from collections.abc import Callable

Name = Literal["wall", "room", "page", "look", "cover", "keypad"]

_HERE = Path(__file__).parent
_SIBLING = re.compile(rb'((?:from|import) "\./([a-z]+\.js))(";)')

ASSETS: dict[str, Path] = {
    **{path.name: path for path in sorted(_HERE.glob("*.js")) + sorted(_HERE.glob("*.css"))},
    face.NAME: face.path(),
    "plotly.min.js": Path(str(files("plotly") / "package_data" / "plotly.min.js")),
}
"""Name in ``live/assets/`` -> file. Serve ``body(name)``: what is asked for with ``?v=`` may be cached for ever."""


@cache
def version() -> str:
    """The first 12 hex digits of SHA-256 over names and contents of all assets: a new one asks browsers to load anew."""
    digest = hashlib.sha256(json.dumps(translations()).encode())
    for name, path in sorted(ASSETS.items()):
        digest.update(name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@cache
def body(name: str) -> bytes:
    """What the route sends for ``name``: the file; in a module each import of a sibling carries the version as well, so
    that a browser never mixes modules of two versions. ``KeyError`` for a name that is no asset."""
    content = ASSETS[name].read_bytes()
    if name == "language.js":
        said = json.dumps(translations(), ensure_ascii=False)
        content = content.replace(b"TRANSLATIONS = {}", b"TRANSLATIONS = " + said.encode(), 1)
    if name.endswith(".css"):
        content = content.replace(face.ADDRESS.encode(), f'url("{face.NAME}?v={version()}")'.encode())
    if name.endswith(".js") and name != "plotly.min.js":
        content = _SIBLING.sub(rb"\1?v=" + version().encode() + rb"\3", content)
    return content


@cache
def ahead(path: str) -> str:
    """The Link header of a page at this path: its component's modules, style sheets and face, to be fetched at once."""
    wanted = [f"{_page(path)}.js"]
    for name in wanted:  # grows as it goes: what a module imports comes as well
        found = (sibling.decode() for _, sibling, _ in _SIBLING.findall(ASSETS[name].read_bytes()))
        wanted += [one for one in found if one not in wanted]
    sheets = [name for name in ASSETS if name.endswith(".css") and f'"{name}"'.encode() in b"".join(ASSETS[x].read_bytes() for x in wanted)]
    told = [*((name, "modulepreload; fetchpriority=low") for name in wanted), *((name, "preload; as=style") for name in sheets)]
    told.append((face.NAME, "preload; as=font; crossorigin"))
    return ", ".join(f"</live/assets/{name}?v={version()}>; rel={how}" for name, how in told)


def _page(path: str) -> Name:
    return {"/": "wall", "/room": "room"}.get(path, "page")  # type: ignore[return-value]


def loader(name: Name) -> str:
    """The inline script of a component, below 500 bytes: loads the module once and hands it the latest call.

    A failed import is tried again at the next update, and says so in the page meanwhile. components.v2 runs the cleanup
    that a call returned; the module's own cleanup decides whether the page has really gone.
    """
    return (
        f'const u=new URL("live/assets/{name}.js?v={version()}",document.baseURI).href,q=new WeakMap;let f;'
        "\nexport default c=>{const p=c.parentElement;let k;q.set(p,c);"
        "if(f)k=f(c);else import(u).then(m=>{f=m.default;q.get(p)===c&&(k=f(c))})"
        '.catch(e=>{f||(p.textContent="This page could not be loaded: "+e)});return()=>k&&k()}'
    )


@cache
def _component(name: Name) -> Callable[..., Any]:
    renderer: Callable[..., Any] = st.components.v2.component(f"infusion_{name}", js=loader(name), isolate_styles=False)
    return renderer


def mount(name: Name) -> Callable[..., Any]:
    """The callable that puts the component on a page: ``mount("wall")(key="wall", data={"frame": frame},
    on_act_change=...)``. Registered once a process; Streamlit registers it anew by itself in another runtime."""
    return _component(name)
