// What stands in a room's place when nobody is in it.
import { el, line, say, sayOrHide, show } from "./dom.js";
import { button } from "./button.js";

export function note(host, tag) {
  const headline = line("b", "");
  const text = line("span", "");
  const act = button(host);
  const node = el(tag, "room-note", headline, text, act.el);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      say(headline, given.head);
      sayOrHide(text, given.text);
      act.apply(given.button);
    },
  };
}
