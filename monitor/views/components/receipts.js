// Whether the station took in what was tapped. Streamlit drops what is sent while it has no connection, without a word; so
// each act waits for its receipt (data.done), and where none comes the page says so. It sends nothing again by itself: an
// entry would carry the time of its arrival, not of the tap.
import { attr, el, line, show } from "./dom.js";
import { WORDS } from "./words.js";

export const WAIT_MS = 5000;

export function receipts() {
  const close = line("button", "button", WORDS.close);
  close.type = "button";
  const node = el("section", "unanswered", line("b", "", WORDS.unanswered), line("p", "", WORDS.unansweredWhy), close);
  attr(node, "role", "alert");
  node.hidden = true;
  const waiting = new Map();
  const missing = new Set();
  let given = false;
  const missed = (nonce) => {
    missing.add(nonce);
    show(node, true);
  };
  close.addEventListener("click", () => {
    missing.clear();
    show(node, false);
  });
  return {
    el: node,
    // A page that gives no receipts (a playback) is waited for in vain.
    had(done) {
      given = Array.isArray(done);
      for (const nonce of given ? done : []) {
        clearTimeout(waiting.get(nonce));
        waiting.delete(nonce);
        if (missing.delete(nonce) && !missing.size) show(node, false);
      }
    },
    await(nonce, cut) {
      if (!given) return;
      if (cut) missed(nonce);
      else waiting.set(nonce, setTimeout(missed, WAIT_MS, nonce));
    },
    close() {
      waiting.forEach((timer) => clearTimeout(timer));
    },
  };
}
