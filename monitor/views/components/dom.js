// Building once and writing only what changed. A node of a tile is never replaced between frames: a number is a Text
// node whose data is set, a state is an attribute, a place that is empty is hidden.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, cls, ...kids) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  for (const kid of kids) if (kid != null) node.append(kid);
  return node;
}

// An element with one Text node, to be written by say().
export function line(tag, cls, value = "") {
  return el(tag, cls, document.createTextNode(value));
}

export function svg(tag, attrs = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  return node;
}

export function say(node, value) {
  const text = value == null ? "" : String(value);
  const first = node.firstChild;
  if (!first) node.append(document.createTextNode(text));
  else if (first.data !== text) first.data = text;
}

// say(), and hide the element when there is nothing to say.
export function sayOrHide(node, value) {
  const there = value != null && value !== "";
  show(node, there);
  if (there) say(node, value);
}

export function show(node, on) {
  if (node.hidden === Boolean(on)) node.hidden = !on;
}

export function attr(node, name, value) {
  if (value == null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const text = value === true ? "" : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

export function flag(node, cls, on) {
  if (node.classList.contains(cls) !== Boolean(on)) node.classList.toggle(cls, Boolean(on));
}

export function style(node, name, value) {
  if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
}

export const list = (value) => (Array.isArray(value) ? value : []);

// Rows with a key keep their node for as long as the key is there; new ones are inserted, gone ones removed, and
// nothing else is touched. make(key) -> {el, apply(value, index)}.
export function keyed(parent, keyOf, make) {
  const rows = new Map();
  return (values) => {
    const seen = new Map();
    const wanted = list(values).map((value, index) => {
      const base = String(keyOf(value, index));
      const nth = (seen.get(base) ?? 0) + 1;
      seen.set(base, nth);
      return [nth > 1 ? `${base}#${nth}` : base, value];
    });
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, row] of rows) {
      if (!keys.has(key)) {
        row.el.remove();
        rows.delete(key);
      }
    }
    let at = parent.firstChild;
    wanted.forEach(([key, value], index) => {
      let row = rows.get(key);
      if (!row) {
        row = make(key);
        rows.set(key, row);
      }
      row.apply(value, index);
      if (row.el === at) at = at.nextSibling;
      else parent.insertBefore(row.el, at);
    });
    return rows;
  };
}

// Rows by their place: a table whose rows have no name of their own.
export function placed(parent, make) {
  return keyed(parent, (_, index) => index, make);
}

// Text that outgrows its fixed place is set smaller in steps (data-fit 1, 2, ... in the style sheet), never cut.
// It measures only when the length of the text or the width of the window or of the place itself changed: a place that was
// not drawn when its text came is measured once it is. Two places beside each other could make room for each other in turn,
// for ever: a text grows again only where its place is wider than it ever was with it.
let epoch = 0;
export function refit() {
  epoch += 1;
}
const places = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target.clientWidth !== target.imWide) measure(target, target.clientWidth <= target.imWidest);
});
export function fit(box, signature, steps = 2) {
  const key = `${epoch}|${signature}`;
  if (box.imFit === key || !box.isConnected) return;
  if (box.imFit == null) places.observe(box);
  box.imFit = key;
  box.imSteps = steps;
  box.imWidest = 0;
  measure(box, false);
}
function measure(box, held) {
  let step = held ? Number(box.getAttribute("data-fit") ?? 0) : 0;
  if (!held) attr(box, "data-fit", null);
  while (step < box.imSteps && (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)) {
    step += 1;
    attr(box, "data-fit", step);
  }
  box.imWide = box.clientWidth;
  box.imWidest = Math.max(box.imWidest, box.imWide);
}
