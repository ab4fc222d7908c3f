// Who is at the keys: a name (one tap among the clinic's people; typed on a locked screen, which shows none), then a PIN on
// large keys or the keyboard. Name and PIN go to the door; nothing else of the page ever has them.
import { linkStyle } from "./host.js";
import { attr, el, flag, keyed, line, list, say, sayOrHide, show } from "./dom.js";
import { themeOf } from "./theme.js";
import { WORDS } from "./words.js";

const SAY = WORDS.keypad;
const LONGEST = 8;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Backspace", "0", "Enter"];

function pressable(cls, text, act) {
  const node = line("button", `button ${cls}`, text);
  node.type = "button";
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    act();
  });
  return node;
}

function field(label, kind, autocomplete) {
  const input = el("input", "");
  input.type = kind;
  input.autocomplete = autocomplete;
  input.maxLength = 128;
  const node = el("label", "field", line("span", "", label), input);
  return { el: node, input };
}

// done(): it was right; close(): nobody wants to after all, null where the pad cannot be closed.
export function keypad(done, close = null) {
  let people = null;
  let chosen = "";
  let digits = "";
  let typing = false; // a password in the place of the PIN
  let busy = false;

  const names = el("div", "names");
  const setNames = keyed(names, (one) => one, (name) => {
    const node = pressable("name", name, () => {
      chosen = name;
      digits = "";
      draw();
    });
    return { el: node, apply: () => attr(node, "aria-pressed", String(name === chosen)) };
  });
  const own = field(SAY.name, "text", "off");
  const secret = field(SAY.password, "password", "off");
  const dots = line("output", "dots", "");
  const keys = el("div", "digits", ...KEYS.map((key) => {
    const node = pressable(key === "Enter" ? "solid" : "", { Backspace: "⌫", Enter: SAY.ok }[key] ?? key, () => press(key));
    if (key === "Backspace") attr(node, "aria-label", SAY.remove);
    return node;
  }));
  const ok = pressable("solid", SAY.ok, () => send());
  const said = line("p", "said", "");
  attr(said, "role", "status");
  const other = pressable("quiet-button", "", () => {
    typing = !typing;
    digits = "";
    draw();
    if (typing) secret.input.focus({ preventScroll: true });
  });
  const away = pressable("quiet-button", WORDS.close, () => close());
  const node = el("section", "keypad", names, own.el, dots, keys, secret.el, ok, said, el("p", "ways", other, away));
  attr(node, "aria-label", SAY.title);
  show(away, close !== null);

  const ready = () => people === null || chosen !== "";

  function draw() {
    setNames(people ?? []);
    show(names, people !== null);
    show(own.el, own.wanted === true);
    show(dots, !typing);
    show(keys, !typing);
    show(secret.el, typing);
    show(ok, typing);
    show(other, people === null);
    say(other, typing ? SAY.withPin : SAY.withPassword);
    say(dots, digits ? "•".repeat(digits.length) : ready() ? SAY.pin : people?.length ? SAY.choose : SAY.nobody);
    flag(dots, "filled", digits !== "");
    attr(keys, "inert", ready() ? null : "");
  }

  function press(key) {
    if (!ready() || busy) return;
    if (key === "Enter") send();
    else if (key === "Backspace") digits = digits.slice(0, -1);
    else if (digits.length < LONGEST) digits += key;
    draw();
  }

  async function send() {
    const given = typing ? secret.input.value : digits;
    if (busy || !given) return;
    busy = true;
    let answer = SAY.silent;
    try {
      const body = new URLSearchParams({ name: people === null ? own.input.value : chosen, secret: given });
      const got = await fetch(new URL("here", document.baseURI), { method: "POST", body });
      answer = got.ok ? "" : got.status === 401 ? await got.text() : SAY.silent;
      // The new cookie is shown at once: from then on the one before opens nothing.
      if (got.ok) fetch(new URL("deed", document.baseURI), { method: "POST" }).catch(() => {});
    } catch {
      // the station is not reached, which is what is said
    }
    busy = false;
    digits = secret.input.value = "";
    say(said, answer);
    draw();
    if (answer) return;
    done();
  }

  // Ours alone while the pad is open: a digit must not end up in a form that waits behind it.
  function typed(event) {
    if (!node.isConnected || !node.checkVisibility()) return;
    const at = document.activeElement;
    if (at?.matches("input, textarea, select") && !node.contains(at) && at.checkVisibility()) return;
    if (event.key === "Escape" && close) close();
    else if (event.key === "Enter" && (typing || at === own.input)) send();
    else if (typing || at === own.input) return;
    else if (KEYS.includes(event.key) && !(event.key === "Enter" && node.contains(at) && !digits)) press(event.key);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  window.addEventListener("keydown", typed, true);

  return {
    el: node,
    // people: the names to tap; null where the browser's own account is meant, or (named) one that is typed
    apply(given) {
      people = given.people ? list(given.people) : null;
      own.wanted = Boolean(given.named);
      if (people && !people.includes(chosen)) chosen = "";
      draw();
    },
    begin() {
      digits = own.input.value = secret.input.value = "";
      typing = false;
      say(said, "");
      draw();
      if (own.wanted) own.input.focus({ preventScroll: true });
    },
    close: () => window.removeEventListener("keydown", typed, true),
  };
}

const pads = new WeakMap();

// In a form of Streamlit's, at a shared station. Its trigger `signed` runs the form again.
export default (call) => {
  const parent = call.parentElement;
  let held = pads.get(parent);
  if (!held) {
    ["tokens.css", "base.css", "lock.css"].forEach(linkStyle);
    const pad = keypad(() => held.call.setTriggerValue("signed", true));
    held = { pad, root: el("div", "im im-part", pad.el) };
    parent.replaceChildren(held.root);
    pads.set(parent, held);
  }
  held.call = call;
  attr(held.root, "data-theme", themeOf(call.data?.theme));
  held.pad.apply({ people: list(call.data?.people) });
  return () => setTimeout(() => {
    if (held.root.isConnected) return;
    held.pad.close();
    pads.delete(parent);
  }, 0);
};
