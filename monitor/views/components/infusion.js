// The infusion as charted (clock, dose ledger, every change of rate) and the drugs given with their earliest repeat.
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button } from "./button.js";
import { icon } from "./icons.js";
import { progress } from "./tile.js";
import { WORDS } from "./words.js";

function cells(...tags) {
  return tags.map(([tag, cls]) => line(tag, cls));
}

export function table(caption, heads) {
  const body = el("tbody", "");
  const row = el("tr", "");
  for (const [text, cls] of heads) {
    const cell = line("th", cls ?? "", text);
    attr(cell, "scope", "col");
    row.append(cell);
  }
  const node = el("table", "grid-table", line("caption", "sr", caption), el("thead", "", row), body);
  return { el: node, body };
}

export function infusion(host) {
  const order = line("small", "");
  const clock = line("span", "num");
  const text = line("span", "");
  const sub = line("small", "");
  const bar = progress(WORDS.infusion);
  const facts = el("dl", "");
  const setFacts = placed(facts, () => {
    const [name, value, unit] = cells(["dt", ""], ["b", ""], ["span", ""]);
    return {
      el: el("div", "", name, el("dd", "", value, " ", unit)),
      apply([a, b, c]) {
        say(name, a);
        say(value, b);
        say(unit, c);
      },
    };
  });
  const ledger = table(WORDS.infusionHead, [[WORDS.ledger[0]], [WORDS.ledger[1]], [WORDS.ledger[2], "r"], [WORDS.ledger[3], "r"]]);
  const setRows = placed(ledger.body, () => {
    const [at, what, rate, mg] = cells(["td", ""], ["td", "wrap"], ["td", "r strong"], ["td", "r"]);
    return {
      el: el("tr", "", at, what, rate, mg),
      apply(row) {
        say(at, row.at);
        say(what, row.what);
        say(rate, row.rate);
        say(mg, row.mg);
      },
    };
  });
  const buttons = el("div", "trio");
  const setButtons = placed(buttons, () => button(host));
  const node = el(
    "section", "panel inf",
    el("div", "panel-head", el("h2", "", WORDS.infusionHead), order),
    el("div", "min", clock, el("p", "", text, sub)),
    bar.el, facts, el("div", "ledger", ledger.el), buttons,
  );
  attr(node, "aria-label", WORDS.infusionHead);
  return {
    el: node,
    apply(given, phase) {
      show(node, Boolean(given));
      if (!given) return;
      say(order, given.order);
      say(clock, given.clock);
      say(text, given.text);
      sayOrHide(sub, given.sub);
      bar.apply({ kind: phase?.kind ?? "running", percent: given.percent });
      setFacts(given.facts);
      show(ledger.el, list(given.rows).length > 0);
      setRows(given.rows);
      show(buttons, list(given.buttons).length > 0);
      setButtons(given.buttons);
    },
  };
}

export function drugs(host) {
  const add = button(host);
  const rows = el("ul", "");
  const setRows = keyed(rows, (row) => row.name + row.at, () => {
    const [name, at, note] = cells(["b", ""], ["span", ""], ["span", ""]);
    const lock = icon("lock");
    const noteLine = el("span", "note", lock.el, note);
    return {
      el: el("li", "", name, at, noteLine),
      apply(row) {
        say(name, row.name);
        say(at, row.at);
        show(noteLine, Boolean(row.note));
        lock.apply(row.locked ? "lock" : null);
        say(note, row.note);
      },
    };
  });
  const none = line("p", "quiet", WORDS.noDrugs);
  const node = el("section", "panel drugs", el("div", "panel-head", el("h2", "", WORDS.drugs), add.el), none, rows);
  attr(node, "aria-label", WORDS.drugs);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      add.apply(given.button ?? null);
      show(none, list(given.rows).length === 0);
      setRows(given.rows);
    },
  };
}

export function events(host) {
  const rows = el("ol", "");
  attr(rows, "tabindex", "0");
  const setRows = keyed(rows, (one) => `${one.at}|${one.text}|${one.by}`, () => {
    const at = line("time", "");
    const text = line("span", "text");
    const by = line("small", "");
    const node = el("li", "", at, text, by);
    return {
      el: node,
      apply(one) {
        say(at, one.at);
        say(text, one.text);
        say(by, one.by);
        flag(node, "strong", one.strong);
      },
    };
  });
  const correct = button(host);
  const heading = el("div", "panel-head", el("h2", "", WORDS.events), line("small", "", WORDS.newestFirst), correct.el);
  const node = el("section", "panel events", heading, rows);
  attr(node, "aria-label", WORDS.events);
  return {
    el: node,
    apply(given, mend) {
      show(node, list(given).length > 0);
      setRows(given);
      correct.apply(mend ?? null);
    },
  };
}
