// Pages of rooms, where not all of them fit: each page has its button, and the worst of what its rooms call for stands on it.
import { attr, el, flag, line, placed, say, show } from "./dom.js";
import { WORDS } from "./words.js";

const ORDER = ["high", "medium", "tech", "low"];
const STARS = { high: "***", medium: "**", tech: "!!", low: "*" };
const TURN_MS = 15000;

function marksOf(tiles) {
  return ORDER.map((priority) => ({ priority, count: tiles.filter((one) => one.priority === priority).length })).filter((one) => one.count);
}

function mark() {
  const node = line("span", "mark");
  return {
    el: node,
    apply({ priority, count }) {
      attr(node, "data-priority", priority);
      say(node, `${STARS[priority]} ${count}`);
    },
  };
}

export function pager(host, turned) {
  const node = el("nav", "pager");
  attr(node, "aria-label", WORDS.roomPages);
  node.hidden = true;
  let at = 0;
  const setPages = placed(node, (key) => {
    const word = line("span", "");
    const marks = el("span", "marks");
    const setMarks = placed(marks, mark);
    const button = el("button", "page-button", word, marks);
    button.type = "button";
    button.addEventListener("click", () => turn(Number(key)));
    return {
      el: button,
      apply(tiles) {
        const here = Number(key) === at;
        say(word, WORDS.roomsFromTo(tiles[0].room, tiles.at(-1).room));
        setMarks(marksOf(tiles));
        attr(button, "aria-current", here ? "page" : null);
        flag(button, "here", here);
      },
    };
  });
  function turn(to) {
    at = to;
    host.draw();
    host.draw(); // only what stands can be measured
    turned();
  }
  return {
    el: node,
    step: (by) => turn(at + by),
    // Gives what of the tiles is shown. A display, where nobody taps, turns by itself, and stays where the worst is.
    of(tiles, size) {
      const paged = size && tiles.length > size;
      show(node, Boolean(paged));
      if (!paged) return tiles;
      const pages = Array.from({ length: Math.ceil(tiles.length / size) }, (_, n) => tiles.slice(n * size, (n + 1) * size));
      if (host.display.on) {
        const high = pages.findIndex((page) => page.some((one) => one.priority === "high"));
        at = high >= 0 ? high : Math.floor(Date.now() / TURN_MS) % pages.length;
      }
      at = Math.max(0, Math.min(at, pages.length - 1));
      setPages(pages);
      return pages[at];
    },
  };
}
