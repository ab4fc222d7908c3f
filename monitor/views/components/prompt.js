// A prompt as a card: what was seen, the line of the protocol, the options (none preselected), what to expect, the
// answer, the re-check. What the nurse ticked lives here, so that the next frame does not take it away.
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show, style } from "./dom.js";
import { onPress, press } from "./button.js";
import { icon } from "./icons.js";
import { WORDS } from "./words.js";

const SETTLE_MS = 350; // after cards moved or buttons changed places, a tap meant for what was there before does nothing

function section(title, ...body) {
  const heading = line("h3", "", title);
  return { el: el("section", "", heading, ...body), heading };
}

function seenRow() {
  const at = line("td", "");
  const value = line("b", "");
  const note = line("td", "");
  return {
    el: el("tr", "", at, el("td", "", value), note),
    apply(row) {
      flag(at, "unknown", row.unknown);
      say(at, row.unknown ? row.at || WORDS.unknown : row.at);
      say(value, row.value);
      say(note, row.note);
    },
  };
}

// A small outlined button of our own (not from the frame): options and reasons.
function tap(host, cls, calm, act) {
  const box = line("span", "box");
  attr(box, "aria-hidden", "true");
  const word = line("span", "word");
  const why = line("small", "why");
  why.hidden = true;
  const node = el("button", `button ${cls}`, cls === "option" ? box : null, el("span", "words", word, why));
  node.type = "button";
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    if (calm() && node.getAttribute("aria-disabled") !== "true") act(node);
  });
  return { el: node, word, box, why };
}

// touched(): it is in hand; unfold(): it shall stand open.
export function card(host, id, settled, touched, unfold) {
  const ticks = new Set();
  let why = null; // null | "deferred" | "declined": the reasons stand in place of the answers
  let whySince = 0;
  let given = null;
  let open = false;
  const calm = () => settled() > SETTLE_MS && performance.now() - whySince > SETTLE_MS;

  const stars = line("span", "stars");
  attr(stars, "aria-hidden", "true");
  const spoken = line("span", "sr");
  const headText = line("span", "");
  const headline = el("h2", "", spoken, headText);
  const sub = line("span", "sub");
  const since = line("span", "num since");
  const sinceWord = line("span", "since-word");
  const fold = el("button", "fold", line("span", "sr", ""));
  fold.type = "button";
  fold.addEventListener("click", () => {
    if (settled() > SETTLE_MS) unfold();
  });
  const header = el("header", "prompt-head", stars, headline, sub, since, sinceWord, fold);

  const first = el("ol", "first");
  const setFirst = placed(first, () => {
    const node = line("li", "");
    return { el: node, apply: (text) => say(node, text) };
  });
  const seenBody = el("tbody", "");
  const setSeen = placed(seenBody, seenRow);
  const seen = section(WORDS.seen, el("div", "", el("table", "grid-table", seenBody)));
  const quote = line("span", "");
  const status = line("span", "");
  const protocol = section("", el("p", "cite", quote, status));
  const optionsBox = el("div", "options");
  const setOptions = keyed(optionsBox, (one) => one.id, (key) => {
    const view = tap(host, "option", calm, () => {
      if (ticks.has(key)) ticks.delete(key);
      else ticks.add(key);
      redraw();
    });
    return {
      el: view.el,
      apply(option) {
        if (option.disabled) ticks.delete(key);
        const on = ticks.has(key);
        attr(view.el, "aria-disabled", option.disabled ? "true" : null);
        sayOrHide(view.why, option.disabled ? option.why : null);
        say(view.word, option.opens && !/…$/.test(option.label) ? `${option.label}…` : option.label);
        say(view.box, on ? "✓" : "");
        attr(view.el, "aria-pressed", String(on));
      },
    };
  });
  const optionsHint = line("span", "hint", WORDS.nurseDecides);
  const options = section("", optionsBox);
  options.heading.after(optionsBox);
  options.el.insertBefore(el("div", "side", options.heading, optionsHint), optionsBox);
  const expectText = line("p", "soft");
  const expect = section(WORDS.expect, expectText);

  const send = (answer, reason) => ({ do: "answer", prompt: id, answer, options: [...ticks], reason, session: host.frame.session });
  const did = tap(host, "solid", calm, (node) => press(host, node, () => send("did", null)));
  const ask = (kind) => () => {
    why = kind;
    whySince = performance.now();
    redraw();
  };
  const defer = tap(host, "", calm, ask("deferred"));
  const decline = tap(host, "", calm, ask("declined"));
  say(defer.word, WORDS.defer);
  say(decline.word, WORDS.decline);
  const answers = el("div", "answer", did.el, defer.el, decline.el);
  const deferWhy = line("p", "soft");
  const reasons = el("div", "reasons");
  const setReasons = keyed(reasons, (one) => one, (reason) => {
    const view = tap(host, "reason", calm, (node) => press(host, node, () => send(why, reason === WORDS.back ? null : reason)));
    say(view.word, reason);
    return { el: view.el, apply() {} };
  });
  const back = tap(host, "reason back", calm, () => {
    why = null;
    whySince = performance.now();
    redraw();
  });
  say(back.word, WORDS.back);
  const answer = section(WORDS.answer, el("div", "", answers, reasons, deferWhy));
  const recheckText = line("p", "soft");
  const recheck = section(WORDS.recheck, recheckText);
  const acts = el("div", "prompt-acts", first, options.el, answer.el);
  const body = el("div", "prompt-body", protocol.el, seen.el, expect.el, recheck.el); // what explains gives way to what is done
  attr(body, "tabindex", "0");
  const node = el("article", "panel prompt", header, acts, body);
  node.addEventListener("pointerdown", () => open && touched());

  function redraw() {
    flag(node, "open", open);
    flag(node, "over", given.state === "over");
    attr(node, "data-priority", given.priority);
    attr(node, "aria-label", `${WORDS.priority[given.priority] ?? ""}: ${given.head ?? ""}`);
    say(stars, given.stars);
    say(spoken, `${WORDS.priority[given.priority] ?? ""}: `);
    say(headText, given.head);
    say(sub, given.sub);
    say(since, given.since);
    say(sinceWord, given.since_word);
    show(fold, !open);
    attr(fold, "aria-expanded", String(open));
    attr(fold, "aria-label", `${given.head ?? ""}: ${WORDS.more}`);
    flag(header, "flash", given.priority === "high" && given.state === "active");
    flag(stars, "pulse", given.priority === "medium" && given.state === "active");
    show(body, open);
    show(acts, open);
    const lines = list(given.first);
    show(first, lines.length > 0);
    setFirst(lines);
    show(seen.el, list(given.seen).length > 0);
    setSeen(given.seen);
    show(protocol.el, Boolean(given.protocol));
    if (given.protocol) {
      say(protocol.heading, WORDS.protocol(given.protocol.rule ?? given.rule ?? ""));
      say(quote, given.protocol.quote ? `“${given.protocol.quote}” ` : "");
      say(status, given.protocol.status);
    }
    const offered = list(given.options);
    for (const tick of [...ticks]) if (!offered.some((one) => one.id === tick)) ticks.delete(tick);
    show(options.el, offered.length > 0);
    say(options.heading, given.technical ? WORDS.checks : WORDS.options);
    show(optionsHint, !given.technical);
    setOptions(offered);
    show(expect.el, Boolean(given.expect));
    say(expectText, given.expect);
    show(answers, why == null);
    show(reasons, why != null);
    say(answer.heading, why === "deferred" ? WORDS.whyDefer : why === "declined" ? WORDS.whyDecline : WORDS.answer);
    say(did.word, WORDS.did(ticks.size));
    attr(did.el, "aria-disabled", offered.length > 0 && ticks.size === 0 ? "true" : null);
    attr(defer.el, "aria-disabled", given.defer_disabled ? "true" : null);
    attr(defer.el, "title", given.defer_disabled);
    sayOrHide(deferWhy, why == null ? given.defer_disabled : null);
    setReasons(why === "deferred" ? list(given.defer) : why === "declined" ? list(given.decline) : []);
    if (back.el.parentNode !== reasons) reasons.prepend(back.el);
    show(recheck.el, Boolean(given.recheck));
    say(recheckText, given.recheck);
  }
  return {
    el: node,
    apply(prompt, stands) {
      given = prompt;
      open = stands;
      redraw();
    },
  };
}

// The prompts that wait for an answer, highest first: one in full, the others folded, none hidden.
export function prompts(host, touched, unfold) {
  const box = el("div", "prompts");
  let moved = -Infinity;
  let before = null;
  let open = null;
  const setCards = keyed(box, (one) => one.id, (id) => {
    const view = card(host, id, () => performance.now() - moved, () => touched(id), () => unfold(id));
    return { el: view.el, apply: (one) => view.apply(one, one.id === open) };
  });
  return {
    el: box,
    apply(waiting, stands) {
      open = stands;
      if (open !== before && before !== null) moved = performance.now();
      before = open;
      setCards(waiting);
      show(box, waiting.length > 0);
      const top = waiting[0];
      host.speak("prompt", top ? `${WORDS.priority[top.priority] ?? ""}. ${top.head}` : null);
    },
  };
}

// After the answer a card folds to one dashed line with the countdown to the re-check.
export function answered() {
  const box = el("div", "answered");
  attr(box, "aria-label", WORDS.answered);
  attr(box, "role", "group");
  const setRows = keyed(box, (one) => one.id, () => {
    const text = line("b", "");
    const by = line("span", "");
    const count = line("span", "num");
    const word = line("small", "", WORDS.recheck.toLowerCase());
    const done = el("i", "");
    const bar = el("span", "progress", done);
    const node = el("div", "panel recheck", el("p", "", el("span", "", icon("check").el, text), by), el("p", "count", count, word), bar);
    return {
      el: node,
      apply(one) {
        const given = one.answered ?? {};
        say(text, ` ${given.text ?? one.head}`);
        say(by, given.by);
        sayOrHide(count, given.countdown);
        show(word, Boolean(given.countdown));
        show(bar, given.percent != null);
        style(done, "inline-size", `${given.percent ?? 0}%`);
      },
    };
  });
  return {
    el: box,
    apply(all) {
      const rows = list(all).filter((one) => one && one.state === "answered");
      setRows(rows);
      show(box, rows.length > 0);
    },
  };
}
