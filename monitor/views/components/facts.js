// What is known of the patient, in sight in every phase. Where not all of it fits the rest is folded behind its number, and a
// tap shows all, each in a line of its own.
import { attr, el, flag, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { keys } from "./keys.js";
import { WORDS } from "./words.js";

const STEPS = 3;

export function facts() {
  const more = line("b", "more");
  more.hidden = true;
  const words = el("span", "tally");
  const setWords = placed(words, () => {
    const node = line("span", "");
    return {
      el: node,
      apply(one) {
        flag(node, "weighs", one.weighs);
        say(node, one.text);
      },
    };
  });
  const node = el("button", "facts", words, more);
  node.type = "button";
  const rows = el("ul", "");
  const setRows = placed(rows, () => {
    const [text, small] = [line("span", ""), line("small", "")];
    return {
      el: el("li", "", text, small),
      apply(one) {
        flag(text, "weighs", one.weighs);
        say(text, one.text);
        sayOrHide(small, one.more);
      },
    };
  });
  const close = line("button", "button", WORDS.close);
  close.type = "button";
  const panel = el("section", "facts-panel", line("h2", "", WORDS.facts), rows, close);
  attr(panel, "aria-label", WORDS.facts);
  panel.hidden = true;

  function open(on) {
    if (on === !panel.hidden) return;
    show(panel, on);
    attr(node, "aria-expanded", String(on));
    (on ? close : node).focus({ preventScroll: true });
  }
  node.addEventListener("click", () => open(panel.hidden));
  close.addEventListener("click", () => open(false));
  const outside = (event) => panel.hidden || event.composedPath().some((one) => one === panel || one === node) || open(false);
  document.addEventListener("pointerdown", outside);
  const unkey = keys({ Escape: () => (panel.hidden ? false : open(false)) });

  const over = () => words.scrollHeight > words.clientHeight + 1 || words.scrollWidth > words.clientWidth + 1;
  // Smaller letters first, then fewer words, from the end: the weightiest stand in front.
  function fold() {
    wide = node.clientWidth;
    const all = [...words.children];
    for (const one of all) show(one, true);
    show(more, false);
    for (let step = 0; step <= STEPS; step += 1) {
      attr(words, "data-fit", step || null);
      if (!over()) return;
    }
    for (let folded = 1; folded < all.length && over(); folded += 1) {
      show(all[all.length - folded], false);
      say(more, WORDS.factsMore(folded));
      show(more, true);
    }
  }
  let measured = null;
  let wide = null;
  const places = new ResizeObserver(() => node.clientWidth !== wide && fold());
  places.observe(node);
  return {
    el: node,
    panel,
    apply(given, beside) {
      show(node, given.length > 0);
      if (!given.length) return open(false);
      setWords(given);
      setRows(given);
      attr(node, "aria-label", `${WORDS.facts}: ${list(given).map((one) => one.text).join(", ")}`);
      const signature = `${given.map((one) => String(one.text ?? "").length + (one.weighs ? "!" : "")).join(".")}|${beside}|${node.isConnected}`;
      if (signature === measured) return;
      measured = signature;
      fold();
    },
    close() {
      places.disconnect();
      unkey();
      document.removeEventListener("pointerdown", outside);
    },
  };
}
