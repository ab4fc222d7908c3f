// The wall's score pad: one for all rooms, over the lower half of the tile that opened it, so that the numbers stay in
// sight and nothing else moves. The second tap logs. The pad stays until the log has the entry, so that the second half
// of a double tap falls on the pad and does nothing.
import { attr, el, keyed, line, list, say, sayOrHide } from "./dom.js";
import { DOUBLE_TAP_MS, onPress } from "./button.js";
import { choosing, named } from "./choosing.js";
import { keys } from "./keys.js";
import { elapsed, instant } from "./moment.js";
import { WORDS } from "./words.js";

const SETTLE_MS = 350; // a tap that was meant for the tile below gives no score
const UNTOUCHED_MS = 15000;
const UNCONFIRMED_MS = 4000;

export function pad(host) {
  let scales = [];
  let kind = null;
  let room = null;
  let session = null; // whose score it is: the pad goes with its patient
  let tile = null;
  let opener = null;
  let touched = instant();
  let sent = null; // {value, before}: what was tapped, and what could be undone before it

  const tabs = el("div", "pad-tabs");
  const setTabs = keyed(tabs, (one) => one.kind, tab);
  const name = line("b", "pad-name"); // where rooms stand dense there is no place for the tabs
  const ends = line("small", "pad-ends");
  const values = el("div", "pad-values");
  const setValues = keyed(values, (one) => one, scoreButton);
  const close = line("button", "button pad-close", WORDS.close);
  onPress(host, close, () => ready() && shut());
  const box = el("section", "pad", el("div", "pad-head", tabs, name, ends), values, close);
  box.addEventListener("click", (event) => event.stopPropagation());

  const table = { ...choosing(() => named(values.children), () => 6), Escape: () => shut() };
  let unkey = null;

  const shown = () => scales.find((one) => one.kind === kind);
  const ready = () => !sent && elapsed(touched) >= SETTLE_MS;

  function tab(mine) {
    const label = line("b", "");
    const last = line("small", "");
    const node = el("button", `button pad-tab ${mine}`, label, last);
    onPress(host, node, () => ready() && choose(mine));
    return {
      el: node,
      apply(one) {
        const score = tile?.scores?.[mine];
        attr(node, "aria-pressed", String(mine === kind));
        say(label, one.label);
        sayOrHide(last, score?.value == null ? score?.word : `${score.value}, ${score.age}`);
      },
    };
  }

  function scoreButton(key) {
    const node = line("button", "button value", key);
    onPress(host, node, () => {
      if (!ready()) return null;
      sent = { value: Number(key), before: tile?.undo?.act?.seq ?? null };
      touched = instant();
      setTimeout(look, DOUBLE_TAP_MS + 50);
      draw();
      return { do: "score", scale: shown().scale, value: sent.value, room, session };
    });
    return {
      el: node,
      apply(one) {
        attr(node, "aria-pressed", String(sent?.value === one));
        attr(node, "aria-label", `${shown().label} ${one}`);
      },
    };
  }

  function draw() {
    const scale = shown();
    attr(box, "class", `pad ${kind}`);
    attr(box, "aria-label", WORDS.pad(room));
    setTabs(scales);
    say(name, scale.label);
    say(ends, `${scale.low} … ${scale.high}`);
    setValues(scale.values);
  }

  function choose(wanted) {
    kind = wanted;
    touched = instant();
    draw();
  }

  function shut() {
    const held = box.contains(document.activeElement);
    box.remove();
    unkey?.();
    unkey = null;
    sent = room = tile = null;
    if (held) opener?.focus({ preventScroll: true });
  }

  // What was tapped is in the log when there is something new to undo.
  function look() {
    if (room === null) return;
    const saved = sent && tile?.undo && tile.undo.act?.seq !== sent.before && elapsed(touched) >= DOUBLE_TAP_MS;
    if (host.cut || host.display.on || !tile?.scores || tile.session !== session || saved || elapsed(touched) > (sent ? UNCONFIRMED_MS : UNTOUCHED_MS)) shut();
  }

  function find() {
    tile = list(host.frame?.tiles).find((one) => one?.room === room) ?? null;
  }

  return {
    open(over, wanted, first) {
      if (host.cut || host.display.on || !scales.some((one) => one.kind === first)) return;
      room = wanted;
      if (!box.contains(document.activeElement)) opener = document.activeElement;
      sent = null;
      find();
      session = tile?.session;
      choose(first);
      over.append(box);
      unkey ??= keys(table);
      box.querySelector(".value").focus({ preventScroll: true });
    },
    apply(frame) {
      scales = list(frame.pad).filter((one) => list(one?.values).length);
      if (room === null) return;
      find();
      if (shown()) draw();
      look();
    },
    close: () => unkey?.(),
  };
}
