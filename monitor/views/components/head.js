// The head, banner and foot of a page.
import { attr, el, fit, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button } from "./button.js";
import { facts as known } from "./facts.js";
import { icon } from "./icons.js";
import { showLegend } from "./keys.js";
import { lock } from "./lock.js";
import { runbar } from "./runbar.js";
import { plate } from "./soundplate.js";
import { WORDS } from "./words.js";

function status(name) {
  const text = line("span", "status-text");
  const sub = line("small", "");
  const mark = icon(name);
  const node = el("p", `status ${name}`, mark.el, text, sub);
  return {
    el: node,
    apply(given, lost) {
      show(node, Boolean(given));
      if (!given) return;
      say(text, given.text);
      say(sub, given.sub);
      if (given.bars) mark.apply(given.bars < 3 ? `${name}${given.bars}` : name);
      flag(node, "lost", lost);
      attr(node, "data-priority", lost ? "tech" : null);
    },
  };
}

// How many rooms there are of each kind.
function tally() {
  const node = el("p", "tally");
  const setWords = placed(node, () => {
    const one = line("span", "");
    return { el: one, apply: (text) => say(one, text) };
  });
  return {
    el: node,
    apply(given, signature) {
      setWords(given);
      fit(node, `${given.map((one) => one.length).join(".")}.${signature}`, 3);
    },
    close() {},
  };
}

export function head(host, { facts = false, beats = false } = {}) {
  const mode = line("b", "");
  const source = line("span", "");
  const title = line("h1", "");
  const chip = line("span", "chip");
  chip.hidden = true;
  const words = facts ? known() : tally();
  const assessed = status("beat");
  const feed = status("link");
  const audio = plate(host, beats);
  const lead = button(host, "lead"); // the way back stands before the title
  const viewer = button(host, "quiet-button");
  const menu = el("nav", "menu");
  attr(menu, "aria-label", "Pages");
  const setMenu = keyed(menu, (given) => given.label, () => button(host));
  const help = button(host, "help", () => void showLegend());
  help.apply({ label: "?", aria: WORDS.help, why: WORDS.help });
  menu.append(help.el);
  const look = button(host, "look", () => void (host.display.on || host.turn()));
  const clock = line("time", "num clock");
  const drill = runbar(host);
  const held = lock(host);
  host.locked = held;
  const end = el("div", "end", assessed.el, feed.el, audio.el, audio.pause, viewer.el, menu, look.el);
  const node = el(
    "div", "headbox",
    el("div", "tape"),
    el(
      "header", "head",
      el("p", "mode", mode, source),
      el("div", "who", lead.el, title, chip, words.el),
      end,
      clock,
      audio.menu,
      words.panel ?? null,
    ),
    drill.el,
    held.el,
  );
  return {
    el: node,
    apply(frame) {
      attr(end, "inert", host.display.always);
      attr(audio.el, "inert", host.display.on);
      say(mode, frame.mode);
      say(source, frame.source);
      say(title, frame.title);
      sayOrHide(chip, facts ? frame.phase?.chip : null);
      const lost = Boolean(frame.assessed) && frame.assessed.ok === false;
      assessed.apply(frame.assessed, lost || Boolean(frame.assessed?.warn));
      feed.apply(frame.feed, Boolean(frame.feed?.lost));
      audio.apply(frame);
      viewer.apply(frame.viewer ? { icon: null, ...frame.viewer } : null);
      const menuButtons = list(frame.menu);
      const way = menuButtons.find((one) => one.icon === "back") ?? null;
      lead.apply(way);
      setMenu(menuButtons.filter((one) => one !== way).map((one) => (host.display.on && one.act?.do === "display" ? { ...one, label: WORDS.leaveFull, pressed: true } : one)));
      look.apply({ icon: "look", label: "", aria: WORDS.look(host.theme), why: WORDS.look(host.theme) });
      say(clock, frame.clock);
      drill.apply(frame.drill ?? null);
      held.apply(frame.lock ?? null);
      // last: what stands beside them has its width by now
      fit(title, String(frame.title ?? "").length, 3);
      const beside = [frame.title, frame.assessed?.text, lost, frame.phase?.chip].map((one) => String(one ?? "").length).join(".");
      words.apply(list(facts ? frame.facts : frame.tally), beside);
    },
    close() {
      words.close();
      audio.close();
      held.close();
    },
  };
}

function mark() {
  const node = line("span", "mark");
  return {
    el: node,
    apply(given) {
      attr(node, "data-priority", given.priority);
      say(node, given.text);
    },
  };
}

// The highest prompt of the ward in its fixed place. Nothing called for is said only while assessed.
export function banner(host) {
  const stars = line("span", "stars");
  attr(stars, "aria-hidden", "true");
  const spoken = line("span", "sr");
  const where = line("b", "where");
  const what = line("span", "what");
  const why = line("span", "why");
  const sayer = el("div", "say", where, what, why);
  const calm = line("span", "calm"); // words of their own: those of a prompt begin behind its stars, and nothing moves
  const then = line("span", "then", WORDS.then);
  const marks = el("span", "marks");
  const setMarks = placed(marks, mark);
  const open = button(host);
  const rest = el("div", "rest", then, marks, open.el);
  const node = el("section", "banner", stars, spoken, sayer, calm, rest);
  attr(node, "aria-label", "Highest prompt of the ward");

  function choose(frame) {
    const blind = frame.assessed?.ok === false;
    if (frame.banner) return frame.banner;
    if (!blind) return null;
    return { priority: "tech", stars: "!!", where: frame.assessed.text, what: frame.assessed.sub, why: WORDS.notAssessedWhy };
  }
  return {
    el: node,
    open: () => open.el.hidden || open.el.click(),
    apply(frame) {
      const given = choose(frame);
      const none = !given;
      flag(node, "none", none);
      attr(node, "data-priority", given?.priority ?? null);
      flag(node, "flash", given?.priority === "high");
      flag(stars, "pulse", given?.priority === "medium");
      sayOrHide(stars, given?.stars);
      say(spoken, given ? `${WORDS.priority[given.priority] ?? ""}: ` : "");
      sayOrHide(where, given?.where);
      sayOrHide(what, given?.what);
      say(why, given?.why);
      show(sayer, !none);
      sayOrHide(calm, none ? frame.banner_none ?? WORDS.nothingWard : null);
      const others = list(given?.rest);
      show(then, others.length > 0);
      setMarks(others);
      open.apply(given?.button ?? null);
      fit(sayer, [where, what, why].map((one) => one.textContent.length).join("."), 3);
      host.speak("banner", given ? `${WORDS.priority[given.priority] ?? ""}. ${given.where}. ${given.what ?? ""}` : null);
    },
  };
}

export function foot() {
  const left = line("span", "");
  const right = line("span", "");
  return {
    el: el("footer", "foot", left, right),
    apply(frame) {
      say(left, list(frame.foot)[0]);
      say(right, list(frame.foot)[1]);
    },
  };
}
