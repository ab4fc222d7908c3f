// The one form of the station, docked beside what it is about. It is not modal: numbers, chips and the emergency stay usable. What
// is written belongs to the browser until the station has answered it; what is said about it comes from Python (data.form).
import { onPress } from "./button.js";
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide, show, style } from "./dom.js";
import { check, field } from "./field.js";
import { icon } from "./icons.js";
import { keys } from "./keys.js";
import { elapsed, instant } from "./moment.js";
import { plight } from "./plight.js";
import { dropAllUnsent, dropUnsent, keepUnsent, unsentOf } from "./unsent.js";
import { WORDS } from "./words.js";

export const WRITE_MS = 200;
const AGAIN_MS = 3000; // what was not answered may have been lost on the way: it is written again
const ANSWER_MS = 5000; // how long a press is waited for; what comes then is said by the receipts
const SAY = WORDS.form;

const empty = (value) => (Array.isArray(value) ? value.length === 0 : !value);

function note() {
  const mark = icon();
  const text = line("span", "");
  const node = el("p", "form-note", mark.el, text);
  return {
    el: node,
    apply(given) {
      attr(node, "data-kind", given.kind);
      mark.apply(given.kind === "plain" ? null : "warn");
      say(text, given.text);
    },
  };
}

export function form(host) {
  let given = null;
  let frame = null;
  let rev = 0; // of what is written here; given.rev: of what the station has answered
  let values = {};
  let asked = new Set();
  let wrote = null; // when it was last written
  let timer = null;
  let sent = null; // the press that has no answer yet: {rev, since}
  let throwing = false; // whether it is being asked if what is written may go
  let opener = null;
  let entered = false; // whether the focus has gone into it
  let fields = new Map();
  let unkey = null;

  const desk = {
    value: (id) => values[id],
    write(id, value) {
      values[id] = value;
      changed();
    },
    signed: () => host.act(send("signed")),
    get ended() {
      return given?.state === "ended";
    },
  };

  // ---- what stands in it ----

  const title = line("h2", "");
  title.id = "im-form-title";
  title.tabIndex = -1;
  const close = el("button", "button close", line("span", "", "×"));
  close.type = "button";
  attr(close, "aria-label", WORDS.close);
  const around = plight(() => fold(!node.classList.contains("folded")));
  const notes = el("div", "form-notes");
  attr(notes, "aria-live", "polite");
  const setNotes = placed(notes, note);
  const parts = el("div", "parts");
  const setParts = keyed(parts, (one) => one.label ?? "", part);
  const says = el("div", "says");
  const setSays = placed(says, note);
  const asks = el("div", "asks");
  attr(asks, "aria-live", "polite");
  const setAsks = keyed(asks, (one) => one.id, ask);
  const said = el("div", "form-said", says, asks);
  const body = el("div", "form-body", notes, parts);
  const refused = line("p", "refused");
  attr(refused, "role", "alert");
  const buttons = el("div", "buttons");
  const setButtons = keyed(buttons, (one) => one.id, presses);
  const cut = line("p", "cut", SAY.cut);
  const keep = line("button", "button solid", SAY.keep);
  const away = line("button", "button", SAY.throw);
  keep.type = away.type = "button";
  const question = el("div", "throwing", line("p", "", SAY.question), el("div", "buttons", keep, away));
  attr(question, "role", "alertdialog");
  attr(question, "aria-label", SAY.question);
  const foot = el("div", "form-foot", cut, refused, question, buttons);
  const node = el("section", "dock", el("header", "form-head", title, close), around.el, el("div", "form-mid", body, said), foot);
  attr(node, "aria-labelledby", title.id);
  node.hidden = true;

  function part() {
    const heading = line("h3", "");
    const said = el("div", "form-notes");
    const setSaid = placed(said, note);
    const rows = el("div", "fields");
    const setRows = keyed(rows, (one) => `${one.kind} ${one.id}`, (key) => {
      const [kind, ...id] = key.split(" ");
      if (!fields.has(key)) fields.set(key, field(desk, id.join(" "), kind));
      return fields.get(key);
    });
    return {
      el: el("section", "part", heading, said, rows),
      apply(one) {
        sayOrHide(heading, one.label);
        setSaid(one.notes);
        setRows(one.fields);
      },
    };
  }

  function ask(id) {
    const box = check((on) => {
      if (on) asked.add(id);
      else asked.delete(id);
      changed();
    }, () => asked.has(id));
    return { el: box.el, apply: (one) => box.apply(one.text) };
  }

  function presses(id) {
    const node = line("button", "button");
    let leads = null;
    onPress(host, node, () => (leads ? void location.assign(new URL(leads, document.baseURI)) : send(id)));
    return {
      el: node,
      apply(one) {
        leads = one.leads;
        say(node, one.label);
        flag(node, "solid", one.solid);
        attr(node, "aria-disabled", one.disabled || waited() || host.cut ? "true" : null);
      },
    };
  }

  // ---- what is written ----

  const written = () => ({ form: given.id, rev, values, asked: [...asked] });
  const open = () => given !== null && !frame?.lock;
  const waited = () => sent !== null && elapsed(sent.since) <= ANSWER_MS;

  function changed() {
    rev += 1;
    keepUnsent(given.id, { rev, values, asked: [...asked] });
    later();
  }

  function later() {
    timer ??= setTimeout(write, Math.max(0, wrote ? WRITE_MS - elapsed(wrote) : 0));
  }

  function write() {
    clearTimeout(timer);
    timer = null;
    if (!open()) return;
    wrote = instant();
    host.call?.setStateValue?.("wrote", written());
  }

  // Goes with what is written, so that it does not depend on an earlier writing.
  function send(press) {
    clearTimeout(timer);
    timer = null;
    rev += 1;
    sent = { rev, since: instant(), late: false };
    throwing = false;
    draw();
    const { form: id, ...rest } = written();
    return { do: "form", form: id, press, ...rest };
  }

  function leave() {
    if (!open() || host.cut || waited()) return;
    const lost = rev > 0 && Object.values(values).some((value) => !empty(value));
    if (lost && !throwing) {
      throwing = true;
      draw();
      keep.focus({ preventScroll: true });
    } else host.act(send("leave"));
  }

  function stay() {
    throwing = false;
    draw();
    first()?.focus({ preventScroll: true });
  }

  close.addEventListener("click", (event) => {
    event.stopPropagation();
    leave();
  });
  away.addEventListener("click", leave);
  keep.addEventListener("click", stay);
  node.addEventListener("click", (event) => event.stopPropagation());
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      if (throwing) stay();
      else leave();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      buttons.querySelector(".solid")?.click();
    }
  });

  // ---- how it opens, changes and goes ----

  function begin(next) {
    shut();
    given = next;
    rev = next.rev ?? 0;
    values = {};
    asked = new Set(list(next.asked));
    take(next);
    const unsent = unsentOf(next.id);
    if (unsent && unsent.rev > rev) {
      rev = unsent.rev + 1;
      values = { ...values, ...unsent.values };
      asked = new Set(unsent.asked);
      later();
    } else dropUnsent(next.id);
    opener = document.activeElement;
    entered = false;
    unkey = keys({ Escape: () => (open() ? leave() : false) });
  }

  // A value of Python's stands where nothing has been written here: at the first drawing, or in a field that came later.
  function take(next) {
    for (const one of list(next.parts).flatMap((each) => list(each.fields))) {
      if (one.kind !== "lines" && one.kind !== "keypad") values[one.id] ??= one.value ?? "";
    }
  }

  function shut() {
    clearTimeout(timer);
    timer = null;
    unkey?.();
    unkey = null;
    const held = node.contains(document.activeElement);
    fields.forEach((one) => one.close?.());
    fields = new Map();
    setParts([]);
    setAsks([]);
    setButtons([]);
    style(says, "min-block-size", "");
    fold(false);
    given = sent = wrote = null;
    throwing = false;
    show(node, false);
    if (held && opener?.isConnected) opener.focus({ preventScroll: true });
  }

  // Where it lies over the prompt (form.css), so that this can be answered.
  function fold(on) {
    flag(node, "folded", on);
    around.fold(on);
  }

  const first = () => body.querySelector("input, textarea, [role=radio][tabindex='0'], [role=checkbox], .digits button");

  function draw() {
    if (!given || node.hidden) return;
    const active = node.contains(document.activeElement) ? document.activeElement : null;
    const caret = active?.selectionStart == null ? null : [active.selectionStart, active.selectionEnd, active.selectionDirection];
    say(title, [given.title, given.about].filter(Boolean).join(" · "));
    attr(node, "data-state", given.state);
    setNotes(given.notes);
    setParts(given.parts);
    setSays(given.says);
    setAsks(given.asks);
    setButtons(given.buttons);
    show(cut, host.cut);
    attr(close, "aria-disabled", host.cut ? "true" : null);
    sayOrHide(refused, sent ? null : given.refused);
    attr(buttons, "aria-busy", waited() ? "true" : null);
    show(question, throwing);
    show(buttons, !throwing && list(given.buttons).length > 0);
    const fixed = first() === null;
    attr(body, "tabindex", fixed ? "0" : null);
    attr(body, "role", fixed ? "region" : null);
    attr(body, "aria-labelledby", fixed ? title.id : null);
    if (active && active !== document.activeElement && active.isConnected) {
      active.focus({ preventScroll: true });
      if (caret) active.setSelectionRange(...caret);
    }
  }

  // The sentence grows and never shrinks, so that what is beside it stays; and it covers no field that is being written in.
  function settle() {
    const active = document.activeElement;
    const high = says.offsetHeight;
    if (high > (parseFloat(says.style.minBlockSize) || 0)) style(says, "min-block-size", `${high}px`);
    if (parts.contains(active) && active.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom) active.scrollIntoView({ block: "nearest" });
  }

  return {
    el: node,
    // What a run of the page brings: null where no form is open.
    given(next) {
      if (next === undefined) return;
      if (!next && given && frame?.lock) return; // it waits behind the lock
      if (!next) {
        if (given && (sent || rev <= given.rev)) dropUnsent(given.id);
        if (given) shut();
        return;
      }
      if (next.id !== given?.id) begin(next);
      const answered = sent && next.rev >= sent.rev;
      given = next;
      take(next);
      if (answered) sent = null;
      if (next.rev >= rev && !timer) dropUnsent(next.id);
      this.apply(frame);
      if (!node.hidden) settle();
      if (answered) body.querySelector("[aria-invalid]")?.scrollIntoView({ block: "nearest" });
    },
    // With each frame: what of the ward shows in the form, and whether it may be seen.
    apply(now) {
      const locked = Boolean(now?.lock);
      if (locked && !frame?.lock) {
        clearTimeout(timer);
        timer = null;
        dropAllUnsent();
      }
      frame = now;
      show(node, given !== null && now !== null && !locked && !host.display.on);
      if (node.hidden) return;
      around.apply(now);
      draw();
      if (entered || !node.checkVisibility({ visibilityProperty: true })) return;
      entered = true;
      (matchMedia("(hover: hover)").matches ? first() ?? title : title).focus({ preventScroll: true });
    },
    // What was lost on the way is written again; a press that nobody answered may be made again.
    look() {
      if (!open()) return;
      if (sent && !sent.late && !waited()) {
        sent.late = true;
        draw();
      }
      if (!host.cut && !waited() && !timer && rev > given.rev && (!wrote || elapsed(wrote) > AGAIN_MS)) {
        rev += 1;
        write();
      }
    },
    close: shut,
  };
}
