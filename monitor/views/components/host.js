// What every page component shares: its root, its styles, the way back to Python (acts), the spoken alert, the push and
// the watchdog. Whoever brings a frame, the socket or a rerun of the page, feeds it the same way.
import { cutOff } from "./cutoff.js";
import { deeds } from "./deeds.js";
import { display } from "./display.js";
import { attr, el, line, refit, say, style } from "./dom.js";
import { leaveWhereEnded } from "./ended.js";
import { Feed } from "./feed.js";
import { tried } from "./first.js";
import { form } from "./form.js";
import { elapsed, instant } from "./moment.js";
import { receipts } from "./receipts.js";
import "./sight.js";
import { sound } from "./sound.js";
import { hear } from "./soundplate.js";
import { dress, nextTheme, themeOf } from "./theme.js";
import { WORDS } from "./words.js";

export const CUT_OFF_MS = 3000;
const LOOK_MS = 250;
const PARAMETERS = ["hr", "spo2", "bp", "rr", "diss", "comf"];
const VERSION = new URL(import.meta.url).search;

export function asset(name) {
  return new URL(`./${name}${VERSION}`, import.meta.url).href;
}

// The face of all pages, in the weights of text and numbers: known before anything is drawn with it, so that no line moves
// later. Where it cannot be had the page is drawn with another, not left blank.
const faced = () => Promise.allSettled(["400", "650"].map((weight) => document.fonts.load(`${weight} 16px "Monitor Sans"`)));

// A style sheet is linked once a document; resolves when it holds (or has failed: then the page is plain, not blank).
export function linkStyle(name) {
  const href = asset(name);
  let link = [...document.querySelectorAll("link[data-im]")].find((one) => one.href === href);
  if (!link) {
    link = el("link");
    link.rel = "stylesheet";
    link.dataset.im = name;
    link.imLoaded = new Promise((done) => {
      link.addEventListener("load", done, { once: true });
      link.addEventListener("error", done, { once: true });
    });
    link.href = href;
    document.head.append(link);
  }
  return link.imLoaded ?? Promise.resolve();
}

let counter = 0;
function nonce() {
  counter += 1;
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${Date.now().toString(36)}-${counter}-${random[0].toString(36)}${random[1].toString(36)}`;
}

// Three bars for a push that comes within a third of a second; one for a page that has to ask.
const bars = (seconds) => (seconds <= 0.3 ? 3 : seconds <= 1 ? 2 : 1);

const LEAVES = new Set(["go", "open_room"]);
const LEAVING_MS = 2000;
const SETTLE_MS = 350; // a tap that was meant for the patient before does nothing

class Host {
  constructor(parent, build, styles) {
    this.parent = parent;
    this.root = el("div", "im");
    this.alert = line("p", "sr");
    attr(this.alert, "role", "alert");
    this.waiting = line("p", "waiting", WORDS.waiting);
    this.root.append(this.alert, this.waiting);
    attr(this.root, "data-theme", "dark");
    this.root.style.visibility = "hidden";
    parent.replaceChildren(this.root);
    this.frame = null;
    this.view = null;
    this.build = build;
    this.cut = false;
    this.since = instant();
    this.spoken = new Map();
    this.leaving = 0;
    this.settling = 0;
    this.listeners = new Set();
    this.display = display(this);
    this.receipts = receipts();
    this.root.append(this.receipts.el);
    this.form = form(this);
    this.push = new Feed({
      take: (frame, seconds) => this.feed({ ...frame, feed: { ...frame.feed, text: WORDS.live(seconds), bars: bars(seconds) } }),
      bytes: (buffer) => this.listeners.forEach((listener) => listener(buffer)),
      ask: () => this.call?.setTriggerValue?.("ticket", nonce()),
      lost: () => leaveWhereEnded(this.of),
      fed: (how) => this.call?.setStateValue?.("feed", how),
    });
    this.unheard = sound.listen(() => this.tell({ sound: sound.state }));
    this.tell({ sound: sound.state });
    const ready = () => {
      this.root.style.visibility = "";
      refit();
      if (this.view) this.draw();
    };
    Promise.race([Promise.all([...styles, "form.css"].map(linkStyle)).then(faced), new Promise((done) => setTimeout(done, 4000))]).then(ready);
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.onShow = () => this.look();
    document.addEventListener("visibilitychange", this.onShow);
    this.onSize = () => {
      refit();
      if (this.view) this.draw();
    };
    this.sizes = new ResizeObserver(this.onSize);
    this.sizes.observe(this.root);
    // what flashes, flashes in step
    this.root.addEventListener("animationstart", (event) => event.target.getAnimations().forEach((flash) => (flash.startTime = 0)));
  }

  // What a run of the page brings. Its frame is used only while the push brings none.
  given(data) {
    if (data?.display) this.display.keep();
    this.receipts.had(data?.done);
    this.form.given(data?.form);
    this.of = data?.push?.of;
    this.push.offer(data?.push);
    if (this.push.live) return;
    const frame = data && "frame" in data ? data.frame : data;
    this.feed(this.push.how === "asked" && frame ? { ...frame, feed: { ...frame.feed, text: WORDS.asked, bars: 1 } } : frame);
  }

  // Calls back with every binary message of this page (an ArrayBuffer). Gives the way to end that.
  onBytes(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Tells the server about this screen, by push only: {sound: "on" | "off" | "quiet"}. It is said again after a reconnect.
  tell(said) {
    this.push.tell(said);
  }

  // A frame counts as new when its seq differs: the same data again (a theme change, a rerun) proves nothing.
  feed(frame) {
    if (!frame || typeof frame !== "object") return;
    if (this.frame && frame.seq === this.frame.seq && frame.seq != null) {
      this.frame = frame;
      if (!this.cut) this.draw();
      return;
    }
    this.frame = frame;
    this.since = instant();
    this.cut = false;
    this.draw();
  }

  // Same picture again, without a new frame (sizes or the nurse's own marks changed).
  draw() {
    if (!this.frame) return;
    hear(this.frame, this.cut);
    this.waiting.hidden = true;
    if ("lock" in this.frame) this.untell ??= deeds();
    // Another patient: nothing that was ticked, opened or spoken for the one before is left on this page.
    if (this.view && this.frame.session !== this.session) {
      this.view.close?.();
      this.view.el.remove();
      this.view = null;
      this.spoken.clear();
      this.settling = performance.now() + SETTLE_MS;
    }
    this.session = this.frame.session;
    if (!this.view) {
      this.view = this.build(this);
      this.view.el.append(this.form.el);
      this.root.append(this.view.el);
    }
    this.wear();
    attr(this.root, "data-cut", this.cut ? "true" : null);
    const shown = this.cut ? cutOff(this.frame, elapsed(this.since)) : this.frame;
    this.view.apply(shown, this.frame);
    this.form.apply(shown);
  }

  // The look of this screen, with the colours that the station gives its measured numbers.
  wear() {
    this.theme = themeOf(this.frame.theme);
    dress(this.theme);
    attr(this.root, "data-theme", this.theme);
    const own = this.frame.colours?.[this.theme] ?? {};
    for (const one of PARAMETERS) style(this.root, `--${one}`, own[one] ?? "");
  }

  turn() {
    nextTheme(this.theme);
    this.draw();
  }

  look() {
    if (!this.root.isConnected) {
      this.close();
      return;
    }
    this.push.look();
    this.form.look();
    const age = elapsed(this.since);
    if (age <= CUT_OFF_MS) return;
    if (!this.cut) this.cut = true;
    const second = Math.floor(age / 1000);
    if (second === this.cutSecond && this.cutSeq === this.frame?.seq) return;
    this.cutSecond = second;
    this.cutSeq = this.frame?.seq;
    if (this.frame) this.draw();
    else say(this.waiting, `${WORDS.waiting}: ${WORDS.noConnection} ${second} s`);
  }

  act(act) {
    if (act.do === "display") this.display.toggle();
    if (act.do === "display" || this.display.always || (this.display.on && act.do !== "emergency")) return;
    if (act.session != null && act.do !== "emergency" && performance.now() < this.settling) return;
    // What is tapped while a page is being left would open over the next one.
    if (act.do === "dialog" && performance.now() < this.leaving) return;
    if (LEAVES.has(act.do)) this.leaving = performance.now() + LEAVING_MS;
    if (act.do === "hush") {
      sound.hush(act.seconds);
      return;
    }
    // What a locked screen does not let pass asks who is here.
    if (this.frame?.lock && !this.frame.lock.stays.includes(act.do)) {
      this.locked?.open();
      return;
    }
    if (act.do === "answer") tried();
    const sent = { ...act, nonce: nonce() };
    this.receipts.await(sent.nonce, this.cut);
    this.call?.setTriggerValue?.("act", sent);
  }

  // One alert region a page: what is new is spoken, a changed digit in the same sentence is not.
  speak(slot, text) {
    const shape = (text ?? "").replace(/\d+/g, "0");
    if (this.spoken.get(slot) === shape) return;
    this.spoken.set(slot, shape);
    if (text) say(this.alert, text);
  }

  close() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onShow);
    this.sizes.disconnect();
    this.unheard();
    this.push.close();
    this.display.close();
    this.receipts.close();
    this.form.close();
    this.untell?.();
    this.view?.close?.();
    hosts.delete(this.parent);
  }
}

const hosts = new WeakMap();

// The default export of a page: components.v2 calls it at mount and at each change of data, with the same parent.
// data is {"frame": frame|null, "push": {"ticket", "topic", "of": whose sign-in}, "display": true for a wall display, "done": acts that were
// taken in, by their nonce, "form": the form that is open or null}, or a frame alone. The cleanup of an outdated call may come
// while the component lives on, so it takes the page down only when the root has left the document.
export function component(build, styles) {
  return (call) => {
    const parent = call.parentElement;
    let host = hosts.get(parent);
    if (!host) {
      host = new Host(parent, build, styles);
      hosts.set(parent, host);
    }
    host.call = call;
    host.given(call.data);
    return () => setTimeout(() => host.root.isConnected || host.close(), 0);
  };
}
