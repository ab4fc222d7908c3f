// The bar of a drill: which one, how far, how fast; and what the patients say. Every part has its place from the start.
import { attr, el, fit, line, list, placed, say, show } from "./dom.js";
import { button } from "./button.js";
import { WORDS } from "./words.js";

export function runbar(host) {
  const title = line("b", "");
  const sub = line("small", "");
  const clock = line("span", "num run-clock");
  const controls = el("div", "run-controls");
  const setControls = placed(controls, () => button(host));
  const head = line("b", "");
  const text = line("span", "");
  const said = el("p", "run-said", head, text);
  const ask = button(host);
  // Where a run that is over is played back from: the thumb stays under the finger, and is told where it was let go.
  const scrub = el("input", "run-scrub");
  scrub.type = "range";
  scrub.step = "5";
  attr(scrub, "aria-label", WORDS.moment);
  let held = false;
  scrub.addEventListener("pointerdown", () => (held = true));
  scrub.addEventListener("change", () => {
    held = false;
    host.act({ do: "replay", at: Number(scrub.value) });
  });
  const node = el("section", "runbar", el("p", "run-title", title, sub), clock, controls, ask.el, scrub, said);
  attr(node, "aria-label", WORDS.drill);
  node.hidden = true;
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      say(title, given.title);
      say(sub, given.sub);
      say(clock, given.clock);
      setControls(list(given.controls));
      ask.apply(given.ask);
      show(scrub, Boolean(given.scrub));
      show(said, !given.scrub);
      if (given.scrub && !held) {
        attr(scrub, "max", given.scrub.ends);
        scrub.value = given.scrub.at;
      }
      say(head, given.heard?.head);
      say(text, given.heard?.text);
      fit(said, `${given.heard?.text.length ?? 0}.${given.heard?.head.length ?? 0}`, 1);
      host.speak("heard", given.heard ? `${given.heard.head}. ${given.heard.text}` : null);
    },
  };
}
