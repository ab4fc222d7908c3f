// A room on the wall: one fixed place whose state changes colour, mark and words, never size or position.
import { attr, el, fit, flag, line, list, placed, say, sayOrHide, show, style } from "./dom.js";
import { button, onPress, press } from "./button.js";
import { icon } from "./icons.js";
import { note as noteOf } from "./note.js";
import { pressure, vital } from "./vital.js";
import { WORDS } from "./words.js";

function headOf(host) {
  const room = line("b", "room-number");
  const alias = line("span", "alias");
  const watcher = line("span", "watcher");
  const source = line("span", "plate");
  const open = el("button", "tile-room", room, alias);
  let act = null;
  onPress(host, open, () => act);
  const mark = icon();
  const text = document.createTextNode("");
  const bold = line("b", "");
  const after = document.createTextNode("");
  const minutes = el("p", "minutes", mark.el, el("span", "", text, bold, after));
  const chipIcon = icon();
  const chipText = line("span", "");
  const chip = el("span", "chip", chipIcon.el, chipText);
  const sub = el("p", "tile-sub", watcher, source, chip);
  const emergency = button(host, "tile-emergency");
  const node = el("header", "tile-head", el("h2", "", open), minutes, sub, emergency.el);
  const set = (textNode, value) => {
    if (textNode.data !== (value ?? "")) textNode.data = value ?? "";
  };
  return {
    el: node,
    act: () => act,
    open,
    apply(tile) {
      act = tile.act ?? null;
      say(room, tile.room);
      say(alias, tile.alias);
      flag(alias, "long", String(tile.alias ?? "").length > 12);
      sayOrHide(watcher, tile.watcher ?? (tile.watcher_missing ? WORDS.noWatcher : null));
      flag(watcher, "missing", !tile.watcher && tile.watcher_missing);
      attr(watcher, "aria-label", tile.watcher ? `Watched by ${tile.watcher}` : null);
      sayOrHide(source, tile.source);
      const given = tile.phase ?? {};
      mark.apply(given.chip ? null : given.icon);
      set(text, given.text);
      say(bold, given.bold);
      set(after, given.after);
      show(chip, Boolean(given.chip));
      chipIcon.apply(given.chip ? given.icon : null);
      say(chipText, given.chip);
      fit(sub, [watcher, source, chip].map((one) => (one.hidden ? 0 : one.textContent.length)).join("."), 2);
      emergency.apply(tile.emergency ? { ...tile.emergency, kind: "emergency" } : null);
    },
  };
}

export function progress(label) {
  const done = el("i", "");
  const node = el("div", "progress", done);
  attr(node, "role", "progressbar");
  attr(node, "aria-label", label);
  attr(node, "aria-valuemin", 0);
  attr(node, "aria-valuemax", 100);
  return {
    el: node,
    apply(given) {
      const percent = Math.max(0, Math.min(100, Number(given?.percent) || 0));
      attr(node, "data-kind", given?.kind ?? "none");
      attr(node, "aria-valuenow", Math.round(percent));
      style(done, "inline-size", `${percent}%`);
    },
  };
}

// A score is also the place that is tapped to log the next one.
function score(host, kind, log) {
  const label = line("span", "label");
  const short = line("span", "label short"); // where rooms stand dense
  const num = line("span", "num");
  const age = line("small", "");
  const node = el("button", `score ${kind}`, label, short, el("span", "line", num, age));
  onPress(host, node, () => log(kind));
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      const there = given.value != null;
      say(label, given.label);
      say(short, given.short ?? given.label);
      sayOrHide(num, there ? given.value : null);
      say(age, there ? given.age : given.word);
      flag(node, "empty", !there);
    },
  };
}

function scoresOf(host, log) {
  const diss = score(host, "diss", log);
  const comf = score(host, "comf", log);
  const dueLabel = line("h3", "");
  const dueText = document.createTextNode("");
  const dueTime = line("b", "");
  const dueLine = el("p", "", dueTime, dueText);
  const due = el("div", "due", dueLabel, dueLine);
  const undo = button(host, "undo"); // stands where the next due stood, for some seconds
  const logButton = button(host, "log-button", () => log("comf"));
  const node = el("div", "scores", diss.el, comf.el, due, undo.el, logButton.el);
  return {
    el: node,
    undo: () => undo.el.click(),
    apply(tile) {
      diss.apply(tile.scores?.diss);
      comf.apply(tile.scores?.comf);
      undo.apply(tile.undo ?? null);
      style(due, "visibility", tile.due && !tile.undo ? "visible" : "hidden");
      if (tile.due) {
        say(dueLabel, tile.due.label);
        const text = ` ${tile.due.text ?? ""}`;
        if (dueText.data !== text) dueText.data = text;
        sayOrHide(dueTime, tile.due.time); // stands first, so that what is due next moves nothing
        flag(dueTime, "over", tile.due.over);
        fit(dueLine, `${text.length}.${dueTime.textContent.length}`, 1);
      }
      logButton.apply(tile.log);
    },
  };
}

const STRIP_KINDS = ["none", "prompt", "watch", "done", "ready", "blind"];

function stripOf() {
  const stars = line("span", "stars");
  attr(stars, "aria-hidden", "true");
  const mark = icon();
  const spoken = line("span", "sr");
  const first = line("b", "");
  const second = line("small", "");
  const body = el("span", "strip-body", first, second);
  const quiet = line("span", "strip-body quiet"); // where nothing is called for it begins at the edge: words of its own, none move
  const node = el("p", "strip", stars, mark.el, spoken, body, quiet);
  return {
    el: node,
    apply(given, blind) {
      let strip = given ?? { kind: "none" };
      // while nobody assesses, neither "nothing called for" nor "watching" may stand
      if (blind && (["none", "watch", "ready"].includes(strip.kind ?? "none"))) {
        strip = { kind: "blind", line1: WORDS.notAssessed };
      }
      const kind = STRIP_KINDS.includes(strip.kind) ? strip.kind : "none";
      const prompt = kind === "prompt";
      attr(node, "data-kind", kind);
      attr(node, "data-priority", prompt ? strip.priority ?? null : null);
      flag(node, "fill", prompt);
      flag(node, "flash", prompt && strip.flash);
      flag(stars, "pulse", prompt && strip.priority === "medium");
      sayOrHide(stars, prompt ? strip.stars : null);
      mark.apply(prompt ? null : strip.icon);
      say(spoken, prompt ? `${WORDS.priority[strip.priority] ?? ""}: ` : "");
      const none = kind === "none" && !strip.line2;
      show(body, !none);
      sayOrHide(quiet, none ? strip.line1 ?? WORDS.nothing : null);
      say(first, strip.line1);
      sayOrHide(second, strip.line2);
      fit(body, `${first.textContent.length}.${second.textContent.length}`, 3);
    },
  };
}

// pad: the wall's one score pad, which this tile opens over itself.
export function tile(host, pad) {
  const top = headOf(host);
  const bar = progress(WORDS.infusion);
  const hr = vital("hr");
  const spo2 = vital("spo2");
  const bp = pressure();
  const rr = vital("rr");
  const lostHead = line("b", "");
  const lostText = line("span", "");
  const lost = el("div", "no-signal", lostHead, lostText);
  const vitals = el("div", "vitals", hr.el, spo2.el, lost, bp.el, rr.el);
  const checks = el("ul", "checklist");
  const setChecks = placed(checks, () => {
    const mark = icon();
    const words = line("span", "");
    return {
      el: el("li", "", mark.el, words),
      apply(check) {
        mark.apply(check.done === false ? "open" : "check");
        say(words, check.text);
      },
    };
  });
  const scores = scoresOf(host, (kind) => pad.open(box, room, kind));
  const strip = stripOf();
  const note = noteOf(host, "div");
  const box = el("div", "in", top.el, bar.el, vitals, checks, scores.el, strip.el, note.el);
  const node = el("article", "tile", box);
  let room = null;
  // one tap anywhere on the tile opens the room; buttons stop their own taps
  node.addEventListener("click", () => press(host, top.open, () => top.act()));
  return {
    el: node,
    open: top.open,
    log: (kind) => pad.open(box, room, kind),
    undo: scores.undo,
    apply(given, blind) {
      room = given.room;
      for (const one of [top.open, scores.el, note.el]) attr(one, "inert", host.display.on); // of full screen only Emergency is left
      attr(node, "aria-label", given.aria ?? `Room ${given.room ?? ""}`);
      attr(node, "data-tick", given.tick ?? null);
      attr(node, "data-state", given.state ?? "calm");
      attr(node, "data-priority", given.priority ?? null);
      top.apply(given);
      const there = Boolean(given.vitals);
      const listed = list(given.checks).length > 0;
      show(bar.el, !given.note);
      bar.apply(given.progress);
      show(vitals, there && !listed);
      show(checks, listed);
      setChecks(given.checks);
      const gone = given.no_signal ?? null;
      hr.apply(gone ? null : given.vitals?.hr);
      spo2.apply(gone ? null : given.vitals?.spo2);
      show(lost, Boolean(gone));
      say(lostHead, gone?.head);
      say(lostText, gone?.text);
      bp.apply(given.vitals?.bp);
      rr.apply(given.vitals?.rr);
      show(scores.el, !given.note && !listed);
      scores.apply(given);
      show(strip.el, !given.note);
      if (!given.note) strip.apply(given.strip, blind);
      note.apply(given.note);
    },
  };
}
