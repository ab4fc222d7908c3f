// One quiet line that says what to try first. It goes for good, at this screen, when it is tapped or done; its place stays until
// the page is loaded anew, so that nothing moves.
import { el, line, say, show, style } from "./dom.js";

const KEY = "im-tried";

function kept(act) {
  try {
    return act(localStorage);
  } catch {
    return null; // a browser that keeps nothing shows it again
  }
}

const gone = () => kept((storage) => storage.getItem(KEY)) !== null;

// What the line proposes was done.
export function tried() {
  kept((storage) => storage.setItem(KEY, "1"));
}

export function first() {
  const text = line("span", "");
  const node = el("button", "first", text);
  node.type = "button";
  node.hidden = true;
  const before = gone();
  let tapped = false;
  node.addEventListener("click", () => {
    tapped = true;
    tried();
    style(node, "visibility", "hidden");
  });
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given) && !before);
      if (node.hidden) return;
      say(text, given);
      style(node, "visibility", tapped || gone() ? "hidden" : "");
    },
  };
}
