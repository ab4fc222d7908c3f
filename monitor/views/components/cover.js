// For a page that is Streamlit's own, in ward mode: it tells that somebody is here, and while the screen is locked it covers the page.
import { deeds } from "./deeds.js";
import { attr, el, line, show } from "./dom.js";
import { linkStyle } from "./host.js";
import { keypad } from "./keypad.js";
import { hideForms, plate } from "./lock.js";
import { themeOf } from "./theme.js";
import { WORDS } from "./words.js";

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
  return {
    apply(data) {
      attr(root, "data-theme", themeOf(data?.theme));
      cover(data?.lock ?? null);
    },
    close() {
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
