// The running emergency: what to do first, large; then the acts, one tap each, with the time it was done. And the
// handover card, which asks one thing: accept.
import { attr, el, line, list, placed, say, show } from "./dom.js";
import { button } from "./button.js";
import { WORDS } from "./words.js";

const sayings = (tag) => () => {
  const node = line(tag, "");
  return { el: node, apply: (text) => say(node, text) };
};

export function emergency(host) {
  const since = line("span", "num");
  const lines = el("ol", "lines");
  const setLines = placed(lines, sayings("li"));
  const acts = el("div", "acts");
  const setActs = placed(acts, () => button(host, "act"));
  const end = button(host);
  const node = el("section", "panel emergency-panel", el("header", "", line("span", "stars", "***"), line("h2", "", WORDS.emergency), since, end.el), lines, acts);
  attr(node, "data-priority", "high");
  attr(node, "aria-label", WORDS.emergency);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      host.speak("emergency", given ? `${WORDS.emergency}. ${list(given.lines)[0] ?? ""}` : null);
      if (!given) return;
      say(since, given.since);
      setLines(given.lines);
      setActs(list(given.acts).map((one) => ({ ...one, pressed: Boolean(one.pressed) })));
      end.apply(given.end ?? null);
    },
  };
}

export function handover(host) {
  const title = line("h2", "");
  const lines = el("ul", "");
  const setLines = placed(lines, sayings("li"));
  const buttons = el("div", "trio");
  const setButtons = placed(buttons, () => button(host));
  const node = el("section", "panel handover", title, lines, buttons);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      attr(node, "aria-label", given.title);
      say(title, given.title);
      setLines(given.lines);
      setButtons(given.buttons);
    },
  };
}
