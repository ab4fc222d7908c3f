"""What is wrong with the look of a page, asked of the browser itself: every page, state and size is asked the same."""

from __future__ import annotations

from functools import cache
from typing import Any

SIZES = {"1920": (1920, 1080), "1280": (1280, 800), "820": (820, 1180), "390": (390, 844)}
THEMES = ("dark", "light", "contrast")

FAULTS = """() => {
  const out = [], width = document.documentElement.clientWidth;
  const say = (fault, node, text, ...more) => out.push([fault, `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''}`, text.trim().slice(0, 80), ...more.map(Math.round)]);
  const known = new Map();
  const of = (n) => {
    if (!known.has(n)) {
      const style = getComputedStyle(n);
      known.set(n, { style, box: n.getBoundingClientRect(), across: /auto|scroll/.test(style.overflowX), down: /auto|scroll/.test(style.overflowY), clips: /hidden|clip/.test(style.overflowX) });
    }
    return known.get(n);
  };
  const PLACES = '.tile, .button, .banner, .strip, .panel, .room-link, button';
  // What is only spoken, Streamlit's link for the keyboard, what a plot draws, its icons and what lies under an open form are not looked at.
  const NOT = '.sr, [data-testid=stSkipToContent], svg, .plot, style, script, [data-testid=stIconMaterial]';
  const top = document.querySelector('[role=dialog]') ?? document.body;
  // a docked form lies over a part of the page: what must stay in sight beside it is a test of its own
  const dock = document.querySelector('.dock:not([hidden])'), lies = dock?.getBoundingClientRect();
  const under = (p, r) => dock && !dock.contains(p) && r.right > lies.left && r.left < lies.right && r.bottom > lies.top && r.top < lies.bottom;
  const letters = [], wide = new Set();
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const p = n.parentElement;
    if (!n.data.trim() || p.closest(NOT) || !p.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { style } = of(p), size = parseFloat(style.fontSize);
    if (size < 13) say('smaller than 13 px', p, n.data, size);
    // wider than the place it was given: it would lie over its neighbour, or be cut by an ellipsis
    for (const a of [p, p.closest('p, h3, .no-signal')]) {
      if (!a || wide.has(a)) continue;
      wide.add(a);
      if (a.clientWidth && a.scrollWidth > a.clientWidth + 1 && !of(a).across) say('wider than its place', a, n.data, a.scrollWidth - a.clientWidth);
    }
    const range = document.createRange();
    range.selectNodeContents(n);
    for (const r of range.getClientRects()) {
      if (r.width <= 1 || under(p, r)) continue;
      let from = -Infinity, to = Infinity, left = -Infinity, right = Infinity, across = false, down = false;
      for (let a = p; a && a !== document.body && !a.classList.contains('im'); a = a.parentElement) {
        const { box, clips, ...scrolls } = of(a);
        across ||= scrolls.across;
        down ||= scrolls.down;
        if (scrolls.across) [left, right] = [Math.max(left, box.left), Math.min(right, box.right)]; // what is scrolled away lies over nothing
        if (clips || scrolls.down) [from, to] = [Math.max(from, box.top), Math.min(to, box.bottom)];
        if (!clips && !a.matches(PLACES)) continue;
        if (!across && (r.left < box.left - 1 || r.right > box.right + 1)) say('outside its place', a, n.data, r.left - box.left, r.right - box.right);
        if (!down && (r.top < box.top - 3 || r.bottom > box.bottom + 3)) say('above or below its place', a, n.data, r.top - box.top, r.bottom - box.bottom);
      }
      if (!across && (r.right > width + 1 || r.left < -1)) say('outside the window', p, n.data, r.left, r.right);
      // a letter is about three quarters of its size high, in the middle of its line
      const middle = (r.top + r.bottom) / 2, upper = Math.max(from, middle - size * .37), lower = Math.min(to, middle + size * .37);
      if (lower > upper && !p.closest('.tabs')) letters.push([n, Math.max(r.left, left), Math.min(r.right, right), upper, lower, p]);
    }
  }
  letters.sort((a, b) => a[3] - b[3]);
  letters.forEach(([a, left, right, , low, p], i) => {
    for (let j = i + 1; j < letters.length && letters[j][3] < low - 2; j += 1) {
      const [b, l, r, upper, lower] = letters[j];
      const across = Math.min(right, r) - Math.max(left, l), down = Math.min(low, lower) - upper;
      if (a !== b && across > 2 && down > 2) say('over another text', p, `${a.data.trim()} / ${b.data.trim()}`, across, down);
    }
  });
  for (const b of top.querySelectorAll('button, select, summary, [role=button], [role=tab], input:not([type=hidden])')) {
    if (b.closest('.sr, .stElementToolbar') || !b.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const r = ((b.matches('input') && b.closest('label, [data-testid=stTextInputRootElement], [role=group]')) || b).getBoundingClientRect();
    if (r.width > 1 && (r.width < 43.9 || r.height < 43.9)) say('smaller than a finger', b, b.ariaLabel ?? b.textContent, r.width, r.height);
  }
  for (const n of [document.documentElement, document.body, ...document.querySelectorAll('.im, .stMain')])
    if (n.scrollWidth > n.clientWidth + 1) say('scrolls sideways', n, '', n.scrollWidth - n.clientWidth);
  return out;
}"""


def faults(page: Any) -> list[Any]:
    """What is wrong with the page as it stands: which fault, of which element, with which text, by how many pixels."""
    found: list[Any] = page.evaluate(FAULTS)
    return found


def resize(page: Any, size: str) -> None:
    """Another window, if it is not this one; comes back when the page has been laid out."""
    width, height = SIZES[size]
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT

    script: str = AXE_SCRIPT
    return script


def violations(page: Any) -> list[Any]:
    """What axe-core finds: the rule, and each place that breaks it."""
    page.evaluate(_axe())
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [(rule["id"], rule["help"], [node["target"] for node in rule["nodes"]]) for rule in found]
