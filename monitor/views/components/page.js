// The head of a page that is Streamlit's own: what it is, the ward's banner and rooms, sound, emergency, menu. It stays in
// sight above what scrolls.
import { component } from "./host.js";
import { attr, el, keyed, line, list, show } from "./dom.js";
import { button } from "./button.js";
import { banner, head } from "./head.js";
import { icon } from "./icons.js";
import { keys, legend } from "./keys.js";
import { rooms } from "./rooms.js";
import { WORDS } from "./words.js";

const HEIGHT = "--page-head";
const TOP = "--page-top";

// Which room it is for is all that an emergency has to be told: one room's button acts at once, of several each has one.
function emergencies(host) {
  const choices = el("div", "choices");
  const setChoices = keyed(choices, (one) => one.label, () => button(host));
  const opener = el("button", "button emergency", icon("emergency").el, line("span", "word", WORDS.emergency));
  opener.type = "button";
  const only = button(host);
  const node = el("div", "emergencies", opener, only.el, choices);
  function open(on) {
    show(choices, on);
    attr(opener, "aria-expanded", String(on));
  }
  opener.addEventListener("click", () => open(choices.hidden));
  const outside = (event) => choices.hidden || event.composedPath().includes(node) || open(false);
  document.addEventListener("pointerdown", outside);
  const unkey = keys({ Escape: () => (choices.hidden ? false : open(false)) });
  open(false);
  return {
    el: node,
    apply(given) {
      const all = list(given);
      show(node, all.length > 0);
      show(opener, all.length > 1);
      attr(opener, "aria-pressed", String(all.some((one) => one.pressed)));
      only.apply(all.length === 1 ? { ...all[0], label: WORDS.emergency } : null);
      if (all.length < 2) open(false);
      setChoices(all.map((one) => ({ ...one, label: WORDS.inRoom(one.label) })));
    },
    close() {
      document.removeEventListener("pointerdown", outside);
      unkey();
    },
  };
}

function build(host) {
  const top = head(host);
  const call = banner(host);
  const others = rooms(host);
  const alarm = emergencies(host);
  const help = legend();
  const unkey = keys({ a: () => call.open(), w: () => host.act({ do: "go", page: "ward" }) });
  const bar = el("div", "roombar", others.el, alarm.el);
  const node = el("div", "page over", top.el, bar, call.el, help.el);
  const root = document.documentElement;
  const sizes = new ResizeObserver(() => {
    root.style.setProperty(HEIGHT, `${node.offsetHeight}px`);
    root.style.setProperty(TOP, `${bar.offsetTop}px`);
  });
  sizes.observe(node);
  return {
    el: node,
    apply(frame) {
      top.apply(frame);
      call.apply(frame);
      others.apply(frame.rooms);
      alarm.apply(frame.emergencies);
    },
    close() {
      sizes.disconnect();
      root.style.removeProperty(HEIGHT);
      root.style.removeProperty(TOP);
      top.close();
      alarm.close();
      unkey();
      help.close();
    },
  };
}

export default component(build, ["tokens.css", "streamlit.css", "base.css", "lock.css", "room.css", "page.css"]);
