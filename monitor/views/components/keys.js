// Keys of ours, and the legend that lists them. Streamlit keeps R and C for itself. No key acts while somebody types or a
// form is open.
import { attr, el, line } from "./dom.js";
import { WORDS } from "./words.js";

const BUSY = "input, textarea, select, [contenteditable], [role=dialog], .dock";
const LEGEND_MS = 30000; // it lies over numbers: nobody may forget it there
const tables = [];

function pressed(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.composedPath().some((node) => node.matches?.(BUSY)) || document.querySelector("[role=dialog]")) return;
  if (tables.some((table) => table[key] && table[key](event) !== false)) event.preventDefault();
}

// table: {"p": () => ...}, in small letters as event.key gives them. The latest table is asked first; an act that gives
// false leaves the key to the others. Gives the way to end it.
export function keys(table) {
  if (!tables.length) document.addEventListener("keydown", pressed);
  tables.unshift(table);
  return () => {
    tables.splice(tables.indexOf(table), 1);
    if (!tables.length) document.removeEventListener("keydown", pressed);
  };
}

// What "?" and its button in the head show: what the signs of the pages mean, and the keys that this page has acts for.
export const showLegend = () => tables.find((table) => table["?"])?.["?"]();

export function legend() {
  const rows = el("dl", "");
  const close = line("button", "button", WORDS.close);
  close.type = "button";
  const signs = el("ul", "signs", ...WORDS.signs.map(([sign, says]) => el("li", "", line("b", "", sign), line("span", "", says))));
  const node = el("section", "legend", line("h2", "", WORDS.signsTitle), signs, line("h2", "", WORDS.keysTitle), rows, close);
  attr(node, "aria-label", WORDS.signsTitle);
  node.hidden = true;
  let timer = null;
  function open(on) {
    clearTimeout(timer);
    if (on) {
      const known = WORDS.keys.filter(([wanted]) => wanted.some((key) => tables.some((table) => table[key])));
      rows.replaceChildren(...known.map(([, name, says]) => el("div", "", line("dt", "", name), line("dd", "", says))));
      timer = setTimeout(() => open(false), LEGEND_MS);
    }
    node.hidden = !on;
    if (on) close.focus({ preventScroll: true });
  }
  close.addEventListener("click", () => open(false));
  const away = keys({ Escape: () => !node.hidden && open(false), "?": () => open(node.hidden) });
  return {
    el: node,
    close() {
      clearTimeout(timer);
      away();
    },
  };
}
