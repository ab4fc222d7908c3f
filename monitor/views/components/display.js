// The wall display: the same picture for a screen that nobody operates. No control is shown, no act leaves it, and the
// screen stays awake where the browser can see to that. The wall's own screen enters it by a button or F, keeps Emergency
// and the button that leaves it, and leaves it with that, F or full screen; a page opened as a display (?display=1) is one
// for good, and a tap makes it fill the screen.
import { attr } from "./dom.js";

export function display(host) {
  let on = false;
  let always = false;
  let lock = null;

  async function awake() {
    if (!on || document.visibilityState !== "visible") return;
    try {
      lock = (await navigator.wakeLock?.request("screen")) ?? null;
      if (!on) lock?.release();
    } catch {
      lock = null; // not here: the screen's own settings decide
    }
  }

  // Only a tap or a key may ask for the whole screen; a browser that refuses leaves the page in its window.
  const fill = () => document.documentElement.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});

  function set(wanted) {
    on = wanted;
    attr(host.root, "data-display", on && (always ? "always" : "full"));
    if (on) awake();
    else lock?.release();
    host.draw();
  }

  function toggle() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (on && !always) set(false);
    else {
      if (!on) set(true);
      fill();
    }
  }

  const left = () => on && !always && !document.fullscreenElement && set(false);
  const tapped = () => always && !document.fullscreenElement && fill();
  document.addEventListener("fullscreenchange", left);
  document.addEventListener("visibilitychange", awake);
  document.addEventListener("click", tapped);
  return {
    get on() {
      return on;
    },
    // Whether nobody operates it at all.
    get always() {
      return on && always;
    },
    toggle,
    keep() {
      if (always) return;
      always = true;
      set(true);
    },
    close() {
      on = false;
      lock?.release();
      document.removeEventListener("fullscreenchange", left);
      document.removeEventListener("visibilitychange", awake);
      document.removeEventListener("click", tapped);
    },
  };
}
