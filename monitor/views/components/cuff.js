// The large numerics of the room, and the cuff: last reading, next cycle, its buttons, the table of readings.
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show } from "./dom.js";
import { button } from "./button.js";
import { table } from "./infusion.js";
import { progress } from "./tile.js";
import { pressure, vital } from "./vital.js";
import { WORDS } from "./words.js";

// Each wave stands before its number.
export function numerics(waves) {
  const views = { hr: vital("hr", { limits: true }), spo2: vital("spo2", { limits: true }), rr: vital("rr", { limits: true }) };
  const lostHead = line("b", "");
  const lostText = line("span", "");
  const lost = el("div", "no-signal", lostHead, lostText);
  const more = el("div", "panel more");
  const setMore = keyed(more, (one) => one.label, () => vital("plain"));
  const [ecg, pleth] = waves;
  const node = el("section", "numerics", lost, ecg, views.hr.el, pleth, views.spo2.el, views.rr.el, more);
  attr(node, "aria-label", "Numerics");
  for (const view of Object.values(views)) view.el.classList.add("panel");
  return {
    el: node,
    apply(given, others, gone) {
      show(node, Boolean(given));
      show(more, list(others).length > 0);
      setMore(others);
      for (const [name, view] of Object.entries(views)) view.apply(gone && name !== "rr" ? null : given?.[name]);
      show(lost, Boolean(gone));
      say(lostHead, gone?.head);
      say(lostText, gone?.text);
    },
  };
}

export function cuffRow(host) {
  const bp = pressure({ large: true });
  const now = el("section", "panel cuffnow", bp.el);
  attr(now, "aria-label", WORDS.bp);
  const lead = line("span", "");
  const left = line("b", "num");
  const after = line("span", "");
  const bar = progress(WORDS.cuff);
  const note = line("p", "cuff-note");
  const buttons = el("div", "pairs");
  const setButtons = placed(buttons, () => button(host));
  const cuff = el("section", "panel cuff", el("div", "panel-head", el("h2", "", WORDS.cuff), el("small", "", lead, left, after)), bar.el, buttons, note);
  attr(cuff, "aria-label", WORDS.cuff);
  const w = WORDS.cuffTable;
  const readings = table(w.caption, [[w.at], [w.value], [w.base], [w.hr, "r"]]);
  const setRows = placed(readings.body, () => {
    const at = line("td", "");
    const value = line("span", "");
    const mark = line("span", "mark", "!!");
    attr(mark, "data-priority", "tech");
    const hand = line("small", "by-hand");
    const base = line("td", "");
    const hr = line("td", "r");
    const row = el("tr", "", at, el("td", "", mark, value, hand), base, hr);
    return {
      el: row,
      apply(given) {
        say(at, given.at);
        show(mark, Boolean(given.failed));
        say(value, given.failed ? ` ${given.failed}` : given.value);
        sayOrHide(hand, given.by_hand);
        say(base, given.from_base);
        say(hr, given.hr);
        flag(row, "strong", given.strong);
      },
    };
  });
  const none = line("p", "quiet", w.none);
  const log = el("section", "panel readings", readings.el, none);
  attr(log, "tabindex", "0");
  attr(log, "aria-label", w.caption);
  const node = el("div", "cuffrow", now, cuff, log);
  return {
    el: node,
    apply(frame) {
      show(now, Boolean(frame.bp));
      bp.apply(frame.bp);
      show(cuff, Boolean(frame.cuff));
      say(lead, frame.cuff?.head?.text);
      say(left, frame.cuff?.head?.bold);
      say(after, frame.cuff?.head?.after);
      say(note, frame.cuff?.note);
      bar.apply({ kind: "running", percent: frame.cuff?.percent });
      setButtons(frame.cuff?.buttons);
      show(log, Boolean(frame.cuff));
      show(none, list(frame.cuff_table).length === 0);
      setRows(frame.cuff_table);
    },
  };
}
