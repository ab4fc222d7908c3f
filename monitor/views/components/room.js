// One opened room. Left the numbers and their trend, in the middle what is called for and the log, right the infusion,
// the drugs and the events. On a narrow window one column: prompts, numbers, log, the rest.
import { component } from "./host.js";
import { attr, el, flag, keyed, line, list, show } from "./dom.js";
import { button } from "./button.js";
import { called } from "./called.js";
import { cuffRow, numerics } from "./cuff.js";
import { foot, head } from "./head.js";
import { drugs, events, infusion } from "./infusion.js";
import { keys, legend } from "./keys.js";
import { log } from "./log.js";
import { note } from "./note.js";
import { answered } from "./prompt.js";
import { rooms } from "./rooms.js";
import { sound } from "./sound.js";
import { sweep } from "./sweep.js";
import { trend } from "./trend.js";
import { WORDS } from "./words.js";

// A phone shows one part of the room at a time, so that what comes in one of them moves nothing in another.
function parts(page) {
  const node = el("nav", "tabs");
  attr(node, "aria-label", WORDS.parts);
  const buttons = new Map();
  const turn = (name) => {
    attr(page, "data-part", name);
    for (const [one, tab] of buttons) attr(tab, "aria-current", one === name ? "page" : null);
  };
  for (const [name, label] of WORDS.tabs) {
    const tab = line("button", "tab", label);
    tab.type = "button";
    tab.addEventListener("click", () => turn(name));
    buttons.set(name, tab);
    node.append(tab);
  }
  turn("now");
  page.append(node);
  return {
    el: node,
    apply(frame) {
      show(node, !frame.empty);
      const waits = list(frame.prompts).find((one) => one && one.state === "active");
      const tab = buttons.get("now");
      attr(tab, "data-priority", waits?.priority ?? null);
      flag(tab, "fill", Boolean(waits));
    },
  };
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
  const calls = called(host);
  const entries = log(host);
  const dose = infusion(host);
  const given = drugs(host);
  const past = answered();
  const record = events(host);
  const cols = el(
    "div", "cols",
    el("div", "col colB", calls.el, entries.el),
    el("div", "col colA", line("h2", "sr", WORDS.numbers), big.el, cuff.el, graph.el),
    el("div", "col colC", dose.el, given.el, past.el, record.el),
  );
  const bottom = foot();
  const help = legend();
  const unkey = keys({ w: () => host.act({ do: "go", page: "ward" }) });
  const node = el("div", "page room", top.el, bar, vacant.el, cols, bottom.el, help.el);
  const jump = parts(node);
  return {
    el: node,
    apply(frame) {
      top.apply(frame);
      nav.apply(frame.rooms);
      setActions(frame.actions);
      show(actions, list(frame.actions).length > 0);
      vacant.apply(frame.empty ?? null);
      show(cols, !frame.empty);
      jump.apply(frame);
      bottom.apply(frame);
      if (frame.empty) return;
      calls.apply(frame);
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
