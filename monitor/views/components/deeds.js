// That somebody is here: a touch, a key, a moved pointer. Told to the door at most every ten seconds, so that a screen may lock a
// little early and never late. Frames, reruns and new connections are nobody's deed.
import { elapsed, instant } from "./moment.js";

const EVERY_MS = 10000;
const KINDS = ["pointerdown", "pointermove", "keydown", "wheel"];

export function deeds() {
  let told = null;
  let place = null;
  const done = (event) => {
    if (!event.isTrusted) return;
    if (event.type === "pointermove") {
      // a browser makes such events also when the page moves under a pointer that rests
      const now = `${event.screenX},${event.screenY}`;
      const rests = place === null || place === now;
      place = now;
      if (rests) return;
    }
    if (told && elapsed(told) < EVERY_MS) return;
    told = instant();
    fetch(new URL("deed", document.baseURI), { method: "POST" }).catch(() => (told = null));
  };
  const how = { capture: true, passive: true };
  KINDS.forEach((kind) => document.addEventListener(kind, done, how));
  return () => KINDS.forEach((kind) => document.removeEventListener(kind, done, how));
}
