// One opened room. Left the numbers and their trend, in the middle what is called for and the log, right the infusion,
// the drugs and the events. On a narrow window one column: prompts, numbers, log, the rest.
import { component } from "./host.js";
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button, onPress } from "./button.js";
import { checklist } from "./checklist.js";
import { cuffRow, numerics } from "./cuff.js";
import { emergency, handover } from "./emergency.js";
import { foot, head } from "./head.js";
import { icon } from "./icons.js";
import { drugs, events, infusion } from "./infusion.js";
import { keys, legend } from "./keys.js";
import { log } from "./log.js";
import { note } from "./note.js";
import { answered, prompts } from "./prompt.js";
import { sound } from "./sound.js";
import { sweep } from "./sweep.js";
import { trend } from "./trend.js";
import { WORDS } from "./words.js";

function rooms(host) {
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

function tabs(targets) {
  const node = el("nav", "tabs");
  attr(node, "aria-label", "Parts of this page");
  for (const [name, label] of WORDS.tabs) {
    const tab = line("button", "tab", label);
    tab.type = "button";
    tab.addEventListener("click", () => targets[name].scrollIntoView({ block: "start" }));
    node.append(tab);
  }
  return { el: node };
}

function build(host) {
  const top = head(host, { facts: true, beats: true });
  const nav = rooms(host);
  const actions = el("div", "actions");
  const setActions = keyed(actions, (one) => one.act?.do + one.label, () => button(host));
  const bar = el("div", "roombar", nav.el, actions);
  const vacant = note(host, "section");
  const traces = sweep(host);
  traces.onBeat((at, spo2) => sound.beat(at, spo2));
  const big = numerics(traces.els);
  const cuff = cuffRow(host);
  const graph = trend(host);
  const alarm = emergency(host);
  const hand = handover(host);
  const cards = prompts(host);
  const calm = quiet(host);
  const watch = watching();
  const checks = checklist(host);
  const entries = log(host);
  const dose = infusion(host);
  const given = drugs(host);
  const past = answered();
  const record = events(host);
  const called = el("div", "called", alarm.el, hand.el, cards.el, calm.el, watch.el, checks.el);
  attr(called, "tabindex", "0");
  attr(called, "role", "region");
  attr(called, "aria-label", WORDS.prompts);
  const cols = el(
    "div", "cols",
    el("div", "col colB", called, entries.el),
    el("div", "col colA", big.el, cuff.el, graph.el),
    el("div", "col colC", dose.el, given.el, past.el, record.el),
  );
  const jump = tabs({ now: called, log: entries.el, trend: graph.el, infusion: dose.el, events: record.el });
  const bottom = foot();
  const help = legend();
  const unkey = keys({ w: () => host.act({ do: "go", page: "ward" }) });
  const node = el("div", "page room", top.el, bar, vacant.el, cols, bottom.el, jump.el, help.el);
  return {
    el: node,
    apply(frame) {
      top.apply(frame);
      nav.apply(frame.rooms);
      setActions(frame.actions);
      show(actions, list(frame.actions).length > 0);
      vacant.apply(frame.empty ?? null);
      show(cols, !frame.empty);
      show(jump.el, !frame.empty);
      bottom.apply(frame);
      if (frame.empty) return;
      alarm.apply(frame.emergency ?? null);
      hand.apply(frame.handover ?? null);
      const open = cards.apply(frame.prompts);
      calm.apply(frame, open);
      watch.apply(frame.watching);
      checks.apply(frame.checklist ?? null);
      entries.apply(frame.log ?? null);
      traces.apply(frame);
      big.apply(frame.numerics, frame.more, frame.no_signal ?? null);
      cuff.apply(frame);
      graph.apply(frame.trend ?? null, frame);
      dose.apply(frame.infusion ?? null, frame.progress);
      given.apply(frame.drugs ?? null);
      past.apply(frame.prompts);
      record.apply(frame.events, frame.correct);
    },
    close() {
      top.close();
      traces.close();
      graph.close();
      entries.close();
      unkey();
      help.close();
    },
  };
}

export default component(build, ["tokens.css", "streamlit.css", "base.css", "lock.css", "room.css"]);
