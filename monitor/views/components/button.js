// A button carries its act in the frame: this side knows no clinical rule.
import { attr, el, flag, line, say, sayOrHide } from "./dom.js";
import { icon } from "./icons.js";

export const DOUBLE_TAP_MS = 700;

// One act per button and 700 ms: a double tap is one tap.
export function press(host, node, act) {
  const at = performance.now();
  if (node.imPressed !== undefined && at - node.imPressed < DOUBLE_TAP_MS) return false;
  node.imPressed = at;
  const send = act();
  if (send) {
    host.act(send);
    flag(node, "sent", true);
    setTimeout(() => flag(node, "sent", false), DOUBLE_TAP_MS);
  }
  return true;
}

export function onPress(host, node, act) {
  node.type = "button";
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    if (node.getAttribute("aria-disabled") !== "true") press(host, node, act);
  });
}

// A button from the frame: {label, act, icon, disabled, solid, pressed, why, kind}; `at` is the time beside a done act, `note` what to
// know before it.
// `does` is for what happens on this screen only, in the place of an act.
export function button(host, cls = "", does = null) {
  const mark = icon();
  const word = line("span", "word");
  const why = line("small", "why");
  why.hidden = true;
  const node = el("button", `button ${cls}`.trim(), mark.el, el("span", "words", word, why));
  let act = null;
  onPress(host, node, () => (does ? does() : act));
  return {
    el: node,
    act: () => (node.getAttribute("aria-disabled") === "true" ? null : act),
    apply(given) {
      node.hidden = !given;
      if (!given) return;
      act = given.act ?? null;
      mark.apply(given.kind === "emergency" ? "emergency" : given.icon);
      say(word, given.label);
      sayOrHide(why, given.at ?? given.note ?? (given.disabled ? given.why : null));
      attr(node, "title", given.why || null);
      attr(node, "aria-disabled", given.disabled ? "true" : null);
      attr(node, "aria-pressed", given.pressed == null ? null : String(Boolean(given.pressed)));
      attr(node, "aria-label", given.aria ?? null);
      flag(node, "solid", given.solid);
      flag(node, "emergency", given.kind === "emergency");
    },
  };
}
