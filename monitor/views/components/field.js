// One field of a form. What is written belongs to the browser: a frame changes what is said about it, never what stands in it.
import { onPress } from "./button.js";
import { attr, el, flag, keyed, line, list, placed, say, sayOrHide } from "./dom.js";
import { keypad } from "./keypad.js";
import { WORDS } from "./words.js";

let count = 0;
const name = () => `im-field-${(count += 1)}`;

// What stands around every field: its label, where its numbers come from, and what is wrong with it. An empty line keeps its
// height, so that nothing moves when it speaks.
function around(cls, label) {
  const id = name();
  const hint = line("p", "hint");
  const wrong = line("p", "wrong");
  hint.id = `${id}-hint`;
  wrong.id = `${id}-wrong`;
  attr(wrong, "role", "alert");
  label.id = `${id}-label`;
  return {
    hint,
    wrong,
    node: (...parts) => el("div", `field ${cls}`, ...parts),
    apply(given, control) {
      sayOrHide(label, given.label);
      say(hint, given.hint);
      say(wrong, given.wrong);
      attr(control, "aria-invalid", given.wrong ? "true" : null);
      attr(control, "aria-describedby", [given.hint && hint.id, given.wrong && wrong.id].filter(Boolean).join(" ") || null);
    },
  };
}

function typed(desk, id, kind) {
  const label = line("label", "label");
  const frame = around("typed", label);
  const input = el(kind === "area" ? "textarea" : "input", "");
  input.id = name();
  label.htmlFor = input.id;
  if (kind === "area") input.rows = 4;
  else input.type = "text";
  if (kind === "number") attr(input, "inputmode", "decimal");
  input.autocomplete = "off";
  input.value = desk.value(id) ?? "";
  input.addEventListener("input", () => desk.write(id, input.value));
  const unit = line("span", "unit");
  const entry = kind === "number" ? [el("div", "entry", input, unit, frame.wrong), frame.hint] : [frame.hint, input, frame.wrong];
  const node = frame.node(label, ...entry);
  flag(node, kind, true);
  return {
    el: node,
    focus: (how) => input.focus(how),
    apply(given) {
      frame.apply(given, input);
      sayOrHide(unit, given.unit);
      attr(input, "readonly", desk.ended);
    },
  };
}

// Buttons of a group that says what they are for. Of one choice the arrows take the next, as in every list of this kind; pressed
// again it is taken back.
function chosen(desk, id, kind) {
  const single = kind === "choice";
  const label = line("p", "label");
  const frame = around(kind, label);
  const group = el("div", "options");
  attr(group, "role", single ? "radiogroup" : "group");
  attr(group, "aria-labelledby", label.id);
  let options = [];
  const nodes = new Map();
  const holds = (one) => (single ? desk.value(id) === one : list(desk.value(id)).includes(one));

  function choose(one) {
    if (single) desk.write(id, holds(one) ? "" : one);
    else desk.write(id, options.map((each) => each.id).filter((each) => holds(each) !== (each === one)));
    mark();
  }
  function mark() {
    const first = options.find((one) => holds(one.id)) ?? options[0];
    for (const one of options) {
      const { node, box } = nodes.get(one.id);
      const on = holds(one.id);
      attr(node, "aria-checked", String(on));
      say(box, on ? (single ? "●" : "✓") : "");
      node.tabIndex = !single || one === first ? 0 : -1;
    }
  }
  group.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const here = options.findIndex((one) => nodes.get(one.id).node === document.activeElement);
    if (!by || here < 0) return;
    event.preventDefault();
    const next = options[(here + by + options.length) % options.length];
    nodes.get(next.id).node.focus();
    if (single && !holds(next.id) && !desk.ended) choose(next.id);
  });

  const setOptions = keyed(group, (one) => one.id, (one) => {
    const box = line("span", "box");
    attr(box, "aria-hidden", "true");
    const word = line("span", "word");
    const plate = line("span", "plate", WORDS.form.against);
    const note = line("small", "note");
    const node = el("button", "button choice", box, el("span", "words", word, plate, note));
    attr(node, "role", single ? "radio" : "checkbox");
    onPress(null, node, () => void choose(one));
    nodes.set(one, { node, box });
    return {
      el: node,
      apply(given) {
        say(word, given.label);
        sayOrHide(note, given.note);
        plate.hidden = !given.against;
        flag(node, "against", given.against);
        attr(node, "aria-disabled", desk.ended ? "true" : null);
      },
    };
  });
  const node = frame.node(el("div", "labels", label, frame.hint), group, frame.wrong);
  return {
    el: node,
    focus: (how) => group.querySelector("[tabindex='0']")?.focus(how),
    apply(given) {
      frame.apply(given, group);
      if (!single) attr(group, "aria-invalid", null);
      flag(node, "compact", given.compact);
      options = list(given.options);
      setOptions(options);
      mark();
    },
  };
}

// One box to be ticked.
export function check(write, holds) {
  const box = line("span", "box");
  attr(box, "aria-hidden", "true");
  const word = line("span", "word");
  const node = el("button", "button choice tick", box, el("span", "words", word));
  attr(node, "role", "checkbox");
  const mark = () => {
    attr(node, "aria-checked", String(holds()));
    say(box, holds() ? "✓" : "");
  };
  onPress(null, node, () => {
    write(!holds());
    mark();
  });
  return {
    el: node,
    apply(text) {
      say(word, text);
      mark();
    },
  };
}

function tick(desk, id) {
  const frame = around("ticked", line("p", "label"));
  const box = check((on) => desk.write(id, on ? "yes" : ""), () => desk.value(id) === "yes");
  return {
    el: frame.node(box.el, frame.hint, frame.wrong),
    focus: (how) => box.el.focus(how),
    apply(given) {
      box.apply(given.label);
      frame.apply({ ...given, label: "" }, box.el);
      attr(box.el, "aria-disabled", desk.ended ? "true" : null);
    },
  };
}

function read() {
  const label = line("p", "label");
  const rows = el("ul", "lines");
  const setRows = placed(rows, () => {
    const node = line("li", "");
    return { el: node, apply: (text) => say(node, text) };
  });
  return {
    el: el("div", "field read", label, rows),
    apply(given) {
      sayOrHide(label, given.label);
      setRows(given.lines);
    },
  };
}

function signing(desk) {
  const pad = keypad(() => desk.signed());
  pad.begin();
  return { el: el("div", "field signing", pad.el), close: () => pad.close(), apply: (given) => pad.apply({ people: list(given.people) }) };
}

const KINDS = { number: typed, text: typed, area: typed, choice: chosen, choices: chosen, tick, lines: read, keypad: signing };

// desk: {value(id), write(id, value), signed(), ended}
export const field = (desk, id, kind) => (KINDS[kind] ?? read)(desk, id, kind);
