// What is called for, in a place of its own: the emergency, the prompts, the checklist. One of them stands open, the others
// are folded to their heads, none is hidden. A part in hand stays open and where it is, whatever comes.
import { attr, el, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { checklist } from "./checklist.js";
import { emergency, handover } from "./emergency.js";
import { icon } from "./icons.js";
import { elapsed, instant } from "./moment.js";
import { prompts } from "./prompt.js";
import { WORDS } from "./words.js";

const IN_HAND_MS = 5000;
const CHOSEN_MS = 30000;
const CHECKLIST = "checklist";

// Which part stands open: the one that was touched last, for as long as it is in hand; else the first.
function opening() {
  let chosen = null;
  let before = null; // what came first when it was chosen
  let first = null;
  let touched = instant();
  return {
    choose(name) {
      chosen = name;
      before = first;
      touched = instant();
    },
    of(names) {
      first = names[0] ?? null;
      const holds = elapsed(touched) < (first === before ? CHOSEN_MS : IN_HAND_MS);
      if (!holds || !names.includes(chosen)) chosen = null;
      return chosen ?? first;
    },
  };
}

// What is said when no prompt is open: "nothing called for" only while somebody assesses.
function quiet(host) {
  const text = line("b", "");
  const small = line("small", "");
  const node = el("p", "strip calm-strip", el("span", "strip-body", text, small));
  return {
    el: node,
    apply(frame, open) {
      const blind = frame.assessed?.ok === false ? frame.assessed : (frame.failed ?? null);
      show(node, Boolean(blind) || open === 0);
      attr(node, "data-kind", blind ? "blind" : "none");
      say(text, frame.cut?.text ?? (blind ? blind.text || WORDS.notAssessed : frame.prompts_none ?? WORDS.nothing));
      sayOrHide(small, blind ? frame.cut?.why ?? `${blind.sub ?? ""}. ${blind.why ?? WORDS.notAssessedWhy}` : null);
      host.speak("blind", blind ? text.textContent : null);
    },
  };
}

function watching() {
  const box = el("div", "watching");
  const setRows = placed(box, () => {
    const text = line("b", "");
    const sub = line("small", "");
    const node = el("p", "strip", icon("eye").el, el("span", "strip-body", text, sub));
    attr(node, "data-kind", "watch");
    return {
      el: node,
      apply(given) {
        say(text, given.text);
        sayOrHide(sub, given.sub);
      },
    };
  });
  return { el: box, apply: (given) => setRows(given) };
}

export function called(host) {
  const open = opening();
  const choose = (name) => {
    open.choose(name);
    host.draw();
  };
  const alarm = emergency(host);
  const hand = handover(host);
  const cards = prompts(host, open.choose, choose);
  const calm = quiet(host);
  const watch = watching();
  const checks = checklist(host, () => open.choose(CHECKLIST), () => choose(CHECKLIST));
  const node = el("div", "called", alarm.el, hand.el, cards.el, calm.el, watch.el, checks.el);
  attr(node, "tabindex", "0");
  attr(node, "role", "region");
  attr(node, "aria-label", WORDS.prompts);
  return {
    el: node,
    apply(frame) {
      const waiting = list(frame.prompts).filter((one) => one && one.state !== "answered");
      const stands = open.of([...waiting.map((one) => one.id), ...(frame.checklist ? [CHECKLIST] : [])]);
      alarm.apply(frame.emergency ?? null);
      hand.apply(frame.handover ?? null);
      cards.apply(waiting, stands);
      calm.apply(frame, waiting.length);
      watch.apply(frame.watching);
      checks.apply(frame.checklist ?? null, stands === CHECKLIST);
    },
  };
}
