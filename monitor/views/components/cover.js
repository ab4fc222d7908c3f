// For a page that is Streamlit's own, in ward mode: it tells that somebody is here, covers the page while the screen is locked, and
// leaves it where the sign-in has ended.
import { deeds } from "./deeds.js";
import { attr, el, line, show } from "./dom.js";
import { leaveWhereEnded } from "./ended.js";
import { linkStyle } from "./host.js";
import { keypad } from "./keypad.js";
import { hideForms, plate } from "./lock.js";
import { themeOf } from "./theme.js";
import { WORDS } from "./words.js";

const ASK_MS = 5000;
const covers = new WeakMap();

function build() {
  ["tokens.css", "base.css", "lock.css"].forEach(linkStyle);
  const pad = keypad(() => cover(null));
  const bar = plate(() => {});
  const ward = line("a", "button", WORDS.keypad.ward);
  ward.href = "/";
  ward.target = "_self";
  const root = el("div", "im im-cover", bar.el, pad.el, ward);
  const untell = deeds();
  document.body.append(root);
  function cover(given) {
    if (given && root.hidden) pad.begin();
    show(root, Boolean(given));
    hideForms(Boolean(given), root);
    if (!given) return;
    bar.apply(given);
    pad.apply({ named: given.shared });
  }
  root.hidden = true;
  let of = null;
  const timer = setInterval(() => leaveWhereEnded(of), ASK_MS);
  return {
    apply(data) {
      if (of !== data?.of) leaveWhereEnded((of = data?.of));
      attr(root, "data-theme", themeOf(data?.theme));
      cover(data?.lock ?? null);
    },
    close() {
      clearInterval(timer);
      untell();
      hideForms(false, root);
      pad.close();
      root.remove();
    },
  };
}

export default ({ parentElement, data }) => {
  const made = covers.get(parentElement) ?? build();
  covers.set(parentElement, made);
  made.apply(data);
  return () => setTimeout(() => {
    if (parentElement.isConnected || covers.get(parentElement) !== made) return;
    covers.delete(parentElement);
    made.close();
  }, 0);
};
