// The other rooms on a page that is not the wall: one chip each, in fixed places, with what stands there.
import { attr, el, flag, keyed, line, list, say, show } from "./dom.js";
import { onPress } from "./button.js";
import { WORDS } from "./words.js";

export function rooms(host) {
  const bar = el("ol", "");
  const setRooms = keyed(bar, (one) => one.room, () => {
    const number = line("b", "");
    const text = line("span", "");
    const node = el("button", "room-link", number, text);
    let act = null;
    onPress(host, node, () => act);
    return {
      el: el("li", "", node),
      apply(given) {
        act = given.act ?? null;
        say(number, given.room);
        say(text, given.text);
        attr(node, "data-priority", given.priority ?? null);
        const filled = given.priority === "high" || given.priority === "medium";
        flag(node, "fill", filled);
        flag(node, "flash", given.flash && !given.here);
        flag(node, "edge", Boolean(given.priority) && !filled);
        if (given.here && !node.classList.contains("here")) {
          requestAnimationFrame(() => {
            bar.scrollLeft = node.parentNode.offsetLeft - bar.offsetLeft - 40;
          });
        }
        flag(node, "here", given.here);
        attr(node, "aria-current", given.here ? "page" : null);
      },
    };
  });
  const node = el("nav", "rooms", bar);
  attr(node, "aria-label", WORDS.otherRooms);
  return {
    el: node,
    apply(given) {
      show(node, list(given).length > 0);
      setRooms(given);
    },
  };
}
