// A locked screen says so in one clear plate, and opens by a PIN or a password. Numbers, prompts and the emergency stand beside it.
import { attr, el, line, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { keypad } from "./keypad.js";
import { WORDS } from "./words.js";

const UNTOUCHED_MS = 30000; // the pad lies over numbers: nobody may forget it there

// Streamlit's forms wait unseen, as they are, until the screen is open again (lock.css). A form makes all that is not in it
// inert, and closes when something else is pressed: while it is hidden the page (root) is not inert, and counts as above it.
const HELD = ["inert", "aria-hidden"];
let freed = [];
let left = null; // the field in which somebody was writing

// Streamlit hands in what was typed when a field is left, and a locked screen may hand in nothing: it does not hear of that.
window.addEventListener("focusout", (event) => {
  if (!document.documentElement.hasAttribute("data-locked") || event.target.closest(".im")) return;
  left = event.target;
  event.stopImmediatePropagation();
}, true);

export function hideForms(locked, root) {
  attr(document.documentElement, "data-locked", locked);
  attr(root, "data-react-aria-top-layer", locked);
  for (let node = locked ? root : null; node; node = node.parentElement) {
    for (const name of HELD.filter((one) => node.hasAttribute(one))) {
      freed.push([node, name, node.getAttribute(name)]);
      node.removeAttribute(name);
    }
  }
  if (locked) {
    if (!document.activeElement?.closest(".im")) document.activeElement?.blur();
    return;
  }
  if (document.querySelector(".stDialog")) freed.forEach(([node, name, value]) => node.setAttribute(name, value));
  freed = [];
  left?.focus({ preventScroll: true });
  left = null;
}

export function plate(open) {
  const head = line("b", "");
  const text = line("span", "lock-text");
  const sub = line("small", "");
  const button = line("button", "button solid", WORDS.keypad.unlock);
  button.type = "button";
  button.addEventListener("click", open);
  const node = el("section", "lock", icon("lock").el, el("p", "lock-words", head, text, sub), button);
  attr(node, "role", "status");
  return {
    el: node,
    apply(given) {
      say(head, given.head);
      say(text, given.text);
      say(sub, given.sub);
    },
  };
}

export function lock(host) {
  let timer = null;
  const bar = plate(() => open());
  let pad = null; // made when a screen locks for the first time: most never do
  show(bar.el, false);

  function made() {
    const one = keypad(() => shut(), () => shut());
    one.el.classList.add("over");
    one.el.addEventListener("pointerdown", linger);
    one.el.addEventListener("keydown", linger);
    show(one.el, false);
    host.root.append(one.el);
    return one;
  }
  function shut() {
    clearTimeout(timer);
    if (pad) show(pad.el, false);
  }
  function linger() {
    clearTimeout(timer);
    timer = setTimeout(shut, UNTOUCHED_MS);
  }
  function open() {
    if (bar.el.hidden || !pad.el.hidden) return;
    show(pad.el, true);
    pad.begin();
    linger();
  }
  return {
    el: bar.el,
    open,
    apply(given) {
      show(bar.el, Boolean(given));
      hideForms(Boolean(given), host.root);
      if (!given) {
        shut();
        return;
      }
      bar.apply(given);
      pad ??= made();
      pad.apply({ named: given.shared });
    },
    close() {
      clearTimeout(timer);
      hideForms(false, host.root);
      pad?.close();
      pad?.el.remove();
    },
  };
}
