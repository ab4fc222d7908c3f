// The sound's place in the head: whether this screen can be heard, the audio pause with its countdown and name, and a
// small menu with the sound test and what this screen alone does.
import { attr, el, fit, flag, line, say, sayOrHide, show } from "./dom.js";
import { button, press } from "./button.js";
import { icon } from "./icons.js";
import { keys } from "./keys.js";
import { sound } from "./sound.js";
import { WORDS } from "./words.js";

const SAY = WORDS.sound;

// What is to be heard with this frame. A page that is cut off calls by itself; a high prompt that stood goes on. What is
// played back says nothing of now: the head above it does.
export function hear(frame, cut) {
  const given = frame?.alarm;
  if (given === null) return;
  const last = given?.sound ?? null;
  if (!cut) sound.hushed = 0;
  sound.sound(cut && given && last !== "high" ? "tech" : last, given?.reminder_s ?? null);
}

function choice(text, act) {
  const node = line("button", "button", text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

export function plate(host, beats) {
  const mark = icon();
  const text = line("span", "status-text");
  const sub = line("small", "");
  const node = el("button", "status sound", mark.el, text, sub);
  node.type = "button";
  const pause = button(host, "audio-pause");
  const state = line("p", "");
  const test = choice(SAY.test, () => sound.test(String(frame?.clock ?? "").slice(0, 5)));
  const quiet = choice(SAY.quiet, () => sound.setQuiet(!sound.quiet));
  const pulse = choice(SAY.pulse, () => sound.setPulse(!sound.pulse));
  const source = line("p", "");
  const close = choice(SAY.close, () => open(false));
  const menu = el("div", "sound-menu", line("h2", "", SAY.title), state, test, quiet, beats ? pulse : null, beats ? source : null, close);
  attr(menu, "role", "group");
  attr(menu, "aria-label", SAY.title);
  menu.hidden = true;
  let frame = null;
  let offAtPress = false;

  function open(on) {
    show(menu, on);
    attr(node, "aria-expanded", String(on));
    if (on) test.focus();
    else if (menu.contains(document.activeElement)) node.focus();
  }
  // The tap that turns the sound on only does that.
  node.addEventListener("pointerdown", () => (offAtPress = sound.state === "off"), { capture: true });
  node.addEventListener("click", () => (offAtPress ? (offAtPress = false) : open(menu.hidden)));
  const outside = (event) => menu.hidden || event.composedPath().some((one) => one === menu || one === node) || open(false);
  document.addEventListener("pointerdown", outside);
  const unkey = keys({ p: () => press(host, pause.el, () => pause.act()), Escape: () => (menu.hidden ? false : open(false)) });

  function redraw() {
    const given = frame?.alarm;
    const mine = sound.state;
    const lost = mine === "off" || Boolean(given?.deaf);
    const here = {
      off: { text: SAY.off, sub: given?.deaf ? SAY.offAll : SAY.offSub },
      quiet: { text: SAY.quietHere, sub: SAY.quietSub },
      on: { text: SAY.on, sub: sound.testedAt ? SAY.tested(sound.testedAt) : SAY.untested },
    }[mine];
    show(node, frame?.alarm !== null); // what is played back says nothing of now
    const paused = given?.plate ?? null;
    const shown = paused ?? (mine !== "off" && given?.deaf ? given.deaf : here);
    say(text, shown.text);
    say(sub, paused && lost ? `${paused.by} · ${SAY.off}` : shown.sub);
    mark.apply(given?.paused || lost || mine === "quiet" ? "mute" : "sound");
    flag(node, "lost", lost);
    if (host.display.on) show(menu, false);
    flag(node, "paused", Boolean(given?.paused));
    attr(node, "data-priority", lost ? "tech" : null);
    fit(node, `${text.textContent.length}.${sub.textContent.length}`, 2);
    pause.apply(given?.button ?? null);
    say(state, { off: sound.still ? SAY.stillLong : SAY.offLong, quiet: SAY.quietLong, on: SAY.onLong }[mine]);
    attr(test, "aria-disabled", mine === "on" ? null : "true");
    attr(quiet, "aria-pressed", String(sound.quiet));
    attr(pulse, "aria-pressed", String(sound.pulse));
    sayOrHide(source, SAY.pulseFrom(frame?.numerics?.hr?.label === "PR" ? "oximeter" : frame?.numerics?.hr?.sub));
  }
  const unlisten = sound.listen(redraw);
  return {
    el: node,
    pause: pause.el,
    menu,
    apply(given) {
      frame = given;
      redraw();
    },
    close() {
      unlisten();
      unkey();
      document.removeEventListener("pointerdown", outside);
    },
  };
}
