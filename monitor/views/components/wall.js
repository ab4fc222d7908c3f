// The wall: all rooms in fixed places. Nothing is sorted, nothing moves; columns follow from the window and the number
// of rooms only.
import { component } from "./host.js";
import { choosing } from "./choosing.js";
import { attr, el, keyed, list, refit, style } from "./dom.js";
import { first } from "./first.js";
import { banner, foot, head } from "./head.js";
import { keys, legend } from "./keys.js";
import { pad } from "./pad.js";
import { pager } from "./pager.js";
import { tile } from "./tile.js";
import { WORDS } from "./words.js";

const GAP = 10;
const PAGER = 54;
const PHONE = { rooms: 4, pages: 4 }; // a page's rooms are scrolled there, below the banner and above the pages' buttons
const TILE = { width: 465, height: 296, least: 248, tallest: 0.74, scale: 0.8 };
const DENSE = { width: 300, height: 214, tallest: 0.9 };
const LARGE = 1.25; // from this scale on the numbers stand in two rows, and are half as large again

// The number of columns that shows all rooms of this size largest.
function largest(count, width, height, size) {
  let best = null;
  for (let columns = 1; columns <= Math.min(6, Math.max(1, count)); columns += 1) {
    const rows = Math.ceil(count / columns);
    const w = (width - GAP * (columns - 1)) / columns;
    const h = (height - GAP * (rows - 1)) / rows;
    const scale = Math.min(w / size.width, h / size.height);
    if (!best || scale > best.scale + 0.001) best = { columns, row: Math.min(h, w * size.tallest), scale };
  }
  return best;
}

// All rooms at a readable size; else, on a wide screen, all of them with less beside their numbers, which stay as large; when not even
// that fits, pages of as many rooms as do.
export function arrange(count, width, height) {
  const full = largest(count, width, height, TILE);
  if (full.scale >= TILE.scale && full.row >= TILE.least) return { ...full, dense: full.scale >= LARGE && "large" };
  const dense = largest(count, width, height, DENSE);
  if (dense.scale >= 1 && dense.columns > 2) return { ...dense, dense: "small" };
  const columns = Math.max(1, Math.min(count || 1, Math.floor((width + GAP) / (TILE.width * TILE.scale + GAP))));
  const below = height - PAGER; // the pages' buttons stand below
  const visible = Math.max(1, Math.floor((below + GAP) / (TILE.least + GAP)));
  return { columns, row: Math.max(TILE.least, (below - GAP * (visible - 1)) / visible), size: columns * visible };
}

function build(host) {
  const top = head(host);
  const call = banner(host);
  const scores = pad(host);
  const grid = el("section", "wall");
  attr(grid, "aria-label", WORDS.rooms);
  attr(grid, "tabindex", "0");
  const pages = pager(host, () => {
    host.root.scrollTop = Math.min(host.root.scrollTop, grid.offsetTop - call.el.offsetHeight);
  });
  const phone = matchMedia("(max-width: 620px)");
  let size = null; // rooms of a page, where not all are shown
  const setTiles = keyed(grid, (one) => one.room, () => {
    const view = tile(host, scores);
    return { ...view, apply: (given) => view.apply(given, blind) };
  });
  let rooms = new Map();
  let columns = 1;
  const chosen = () => [...rooms.values()].find((one) => one.el.contains(document.activeElement));
  const items = () => [...rooms].map(([name, one]) => ({ name, node: one.el, target: one.open }));
  const unkey = keys({
    ...choosing(items, () => columns),
    l: () => chosen()?.log("comf"),
    d: () => chosen()?.log("diss"),
    u: () => chosen()?.undo(),
    a: () => call.open(),
    f: () => host.display.toggle(),
    PageUp: () => pages.step(-1),
    PageDown: () => pages.step(1),
  });
  const help = legend();
  const bottom = foot();
  const line = first();
  bottom.el.prepend(line.el);
  let blind = false;
  let shape = "";
  let count = 0;
  const sizes = new ResizeObserver(() => {
    place();
    refit(); // a scroll bar came or went
    host.draw(); // only a tile that stands can be measured
  });
  sizes.observe(grid);
  const node = el("div", "page ward", top.el, call.el, grid, pages.el, bottom.el, help.el);

  // Only when rooms or the window changed: asking for sizes in the middle of a frame would lay the page out twice.
  function place() {
    const box = grid.getBoundingClientRect();
    const css = getComputedStyle(grid);
    const width = box.width - parseFloat(css.paddingLeft) - parseFloat(css.paddingRight);
    const height = box.height - parseFloat(css.paddingTop) - parseFloat(css.paddingBottom) + (pages.el.hidden ? 0 : PAGER);
    const next = `${count}|${Math.round(width)}|${Math.round(height)}`;
    if (next === shape || width <= 0) return;
    shape = next;
    refit();
    const plan = arrange(count, width, height);
    columns = plan.columns;
    style(grid, "--columns", String(plan.columns));
    style(grid, "--row", `${plan.row.toFixed(2)}px`);
    size = phone.matches ? Math.max(PHONE.rooms, Math.ceil(count / PHONE.pages)) : plan.size ?? null;
    attr(grid, "data-dense", plan.dense);
  }
  return {
    el: node,
    apply(frame) {
      blind = frame.assessed?.ok === false;
      top.apply(frame);
      call.apply(frame);
      bottom.apply(frame);
      line.apply(frame.first ?? null);
      const tiles = list(frame.tiles).filter(Boolean);
      if (tiles.length !== count) {
        count = tiles.length;
        place();
      }
      attr(grid, "inert", host.display.always);
      rooms = setTiles(pages.of(tiles, size));
      scores.apply(frame);
    },
    close() {
      sizes.disconnect();
      top.close();
      scores.close();
      unkey();
      help.close();
    },
  };
}

export default component(build, ["tokens.css", "streamlit.css", "base.css", "lock.css", "wall.css"]);
