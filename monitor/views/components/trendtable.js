// The trend as a table, one row for each try of the cuff, the newest first. A row keeps its node while it is there.
import { attr, el, flag, keyed, line, list, say, sayOrHide, show } from "./dom.js";
import { table } from "./infusion.js";
import { WORDS } from "./words.js";

const CELLS = ["from_base", "hr", "spo2", "rr", "diss", "comf", "rate"];

export function trendTable() {
  const w = WORDS.trendColumns;
  const made = table(WORDS.trendCaption, [[w.at], [w.value], ...CELLS.map((name) => [w[name], "r"]), [w.marks]]);
  const setRows = keyed(made.body, (one) => one.at, () => {
    const at = line("th", "");
    attr(at, "scope", "row");
    const mark = line("span", "mark", "!!");
    attr(mark, "data-priority", "tech");
    const value = line("b", "");
    const mean = line("span", "");
    const hand = line("small", "by-hand");
    const cells = CELLS.map(() => line("td", "r"));
    const marks = line("td", "wrap");
    const row = el("tr", "", at, el("td", "", mark, value, " ", mean, hand), ...cells, marks);
    return {
      el: row,
      apply(given) {
        say(at, given.at);
        show(mark, Boolean(given.failed));
        say(value, given.failed ? ` ${given.failed}` : given.value);
        say(mean, given.mean);
        sayOrHide(hand, given.by_hand);
        CELLS.forEach((name, place) => say(cells[place], given[name]));
        say(marks, given.marks);
        flag(row, "strong", given.strong);
      },
    };
  });
  const none = line("p", "quiet", WORDS.trendNoCuff);
  const node = el("div", "trend-table", made.el, none);
  attr(node, "tabindex", "0");
  attr(node, "role", "region");
  attr(node, "aria-label", WORDS.trendCaption);
  return {
    el: node,
    apply(rows) {
      show(made.el, list(rows).length > 0);
      show(none, list(rows).length === 0);
      setRows(rows);
    },
  };
}
