// The log: one tap saves. The filled score is the last one; every row says which end is which.
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button, onPress } from "./button.js";
import { choosing, named } from "./choosing.js";
import { keys } from "./keys.js";
import { WORDS } from "./words.js";

function valueButton(host, row) {
  const node = line("button", "button value");
  let value = null;
  onPress(host, node, () => ({ do: "score", scale: row().scale, value, session: host.frame.session }));
  return {
    el: node,
    apply(given) {
      value = given.value;
      say(node, given.label ?? given.value);
      attr(node, "aria-pressed", String(Boolean(given.chosen)));
      attr(node, "aria-label", `${row().label} ${given.label ?? given.value} (${row().low} … ${row().high})`);
    },
  };
}

function scoreRow(host) {
  let given = {};
  const label = line("b", "label");
  const last = line("span", "last");
  const ends = line("small", "ends");
  const due = line("small", "due-at");
  const heading = el("h3", "", el("span", "", label, " ", last), ends, due);
  const values = el("div", "values");
  const setValues = keyed(values, (one) => one.value, () => valueButton(host, () => given));
  const ask = button(host, "ask");
  const row = el("div", "tap-row", values, ask.el);
  const node = el("div", "tap", heading, row);
  return {
    el: node,
    choose: () => (values.querySelector("[aria-pressed=true]") ?? values.firstChild)?.focus(),
    apply(one) {
      given = one;
      attr(node, "data-colour", one.colour ?? null);
      flag(node, "diss", one.colour === "diss");
      flag(node, "comf", one.colour === "comf");
      say(label, one.label);
      say(last, one.last);
      say(ends, [one.low, one.high].filter(Boolean).join(" … "));
      say(due, one.due);
      flag(due, "over", one.over);
      flag(node, "few", list(one.values).length < 8);
      setValues(one.values);
      ask.apply(one.ask ?? null);
    },
  };
}

function buttonRow(host, cls) {
  const label = line("h3", "");
  const box = el("div", "group-buttons");
  const setButtons = placed(box, () => button(host));
  const node = el("div", cls, label, box);
  attr(node, "role", "group");
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      sayOrHide(label, given.label);
      attr(node, "aria-label", given.label);
      setButtons(given.buttons);
    },
  };
}

export function log(host) {
  const by = line("small", "");
  const undo = button(host, "undo");
  const further = line("button", "button", WORDS.moreEntries);
  further.type = "button";
  const heading = el("div", "panel-head", el("h2", "", WORDS.log), by, further, undo.el);
  const rows = el("div", "taps");
  const bothered = buttonRow(host, "bothered diss");
  const setRows = keyed(rows, (one) => one.scale, () => scoreRow(host));
  const extra = el("div", "extra");
  const setExtra = placed(extra, () => buttonRow(host, "group"));
  const scroll = el("div", "scroll", rows, extra);
  const node = el("section", "panel log", heading, scroll);
  attr(node, "aria-label", WORDS.log);
  attr(scroll, "tabindex", "0");
  // where the rows do not all fit, one tap brings the others
  const atEnd = () => scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 4;
  const look = () => {
    show(further, scroll.scrollHeight > scroll.clientHeight + 4);
    say(further, atEnd() ? WORDS.scores : WORDS.moreEntries);
  };
  further.addEventListener("click", () => scroll.scrollTo({ top: atEnd() ? 0 : scroll.scrollHeight }));
  scroll.addEventListener("scroll", look, { passive: true });
  const sizes = new ResizeObserver(look);
  sizes.observe(scroll);
  let views = new Map();
  // arrows and digits are a row's while one of its scores is chosen
  const scores = () => named(document.activeElement?.closest(".values")?.children);
  const unkey = keys({
    ...choosing(scores, () => 0),
    l: () => views.get("comfort")?.choose(),
    d: () => views.get("dissociation")?.choose(),
    u: () => undo.el.hidden || undo.el.click(),
  });
  return {
    close() {
      sizes.disconnect();
      unkey();
    },
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      sayOrHide(by, given.by);
      undo.apply(given.undo ?? null);
      views = setRows(given.rows);
      // "bothered by it" belongs to dissociation and stands directly below it
      const anchor = views.get("dissociation")?.el ?? null;
      bothered.apply(given.bothered ?? null);
      if (anchor) {
        if (bothered.el.parentNode !== anchor) anchor.append(bothered.el);
      } else if (bothered.el.parentNode !== extra.parentNode) extra.before(bothered.el);
      setExtra(given.extra);
    },
  };
}
