// The one voice of a browser tab. Tones are laid out ahead on the audio clock, so that they go on in a hidden tab, whose
// timers may be a minute late; whatever changes what is to be heard takes back what was laid out. Browsers keep a page
// silent until somebody taps it or presses a key; until then, and after each reload, this screen is off and says so.
import { TONES, beatHz, burst, length } from "./tones.js";

const AHEAD_S = 75;
const PUMP_MS = 500;
const STILL_MS = 2500; // while anything can be heard the audio clock moves
const LEFT_MS = 3000; // from one page to the next it goes on
const QUIET = "im-quiet";
const PULSE = "im-pulse";

function kept(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(name, value ? "1" : "");
    return localStorage.getItem(name) === "1";
  } catch {
    return Boolean(value);
  }
}

class Sound {
  constructor() {
    this.listeners = new Set();
    this.want = { name: null };
    this.laid = [];
    this.next = 0;
    this.buffers = new Map();
    this.hushed = 0;
    this.testedAt = null;
    const asked = new URLSearchParams(location.search).get("quiet");
    this.quiet = kept(QUIET, asked == null ? undefined : asked === "1");
    this.pulse = kept(PULSE);
    this.begin();
    this.unlock = () => {
      if (this.context.state !== "running") this.context.resume().catch(() => {});
      else if (this.still) this.begin();
    };
    for (const kind of ["pointerdown", "pointerup", "keydown"]) document.addEventListener(kind, this.unlock, { capture: true });
    setInterval(() => this.pump(), PUMP_MS);
  }

  // With the computer's sound as it is now. What was laid out on a clock that stands is laid out anew.
  begin() {
    this.context?.close().catch(() => {});
    this.context = new AudioContext();
    this.buffers.clear();
    this.master = this.context.createGain();
    this.master.gain.value = this.quiet ? 0 : 1;
    this.master.connect(this.context.destination);
    this.context.addEventListener("statechange", () => this.changed());
    this.moved = { at: -1, since: performance.now() };
    this.still = false;
    this.drop();
    this.next = 0;
    this.changed();
  }

  // "on": it can be heard, as far as a browser can tell; "off": it waits for a tap; "quiet": it stands in a patient's room.
  get state() {
    if (this.quiet) return "quiet";
    return this.context.state === "running" && !this.still ? "on" : "off";
  }

  // A context may say that it runs while its clock stands, as when the computer has lost its output: then nothing is heard.
  watch() {
    const at = this.context.currentTime;
    const now = performance.now();
    if (this.context.state !== "running" || at !== this.moved.at) this.moved = { at, since: now };
    const still = now - this.moved.since > STILL_MS;
    if (still === this.still) return;
    this.still = still;
    this.listeners.forEach((listener) => listener());
  }

  listen(listener) {
    clearTimeout(this.leaving);
    this.listeners.add(listener);
    return () => this.unlisten(listener);
  }

  unlisten(listener) {
    clearTimeout(this.leaving);
    this.listeners.delete(listener);
    if (!this.listeners.size) this.leaving = setTimeout(() => this.sound(null), LEFT_MS);
  }

  changed() {
    this.pump();
    this.listeners.forEach((listener) => listener());
  }

  // What is to be heard from now on: a tone's name, "reminder", or null. Low sounds once, then as often as it reminds.
  sound(name, reminderS) {
    this.watch(); // with each frame: in a hidden tab the timer may be a minute late
    if (this.want.name === name && this.want.reminderS === reminderS) return;
    this.want = { name, reminderS };
    this.drop();
    this.next = this.context.currentTime + (name === "reminder" ? reminderS : 0.05);
    this.pump();
  }

  drop() {
    for (const one of this.laid) one.stop();
    this.laid = [];
    this.out?.disconnect();
    this.out = this.context.createGain();
    this.out.connect(this.master);
  }

  pump() {
    this.watch();
    const { name, reminderS } = this.want;
    const tone = TONES[name === "reminder" ? "low" : name];
    if (!tone || this.context.state !== "running" || performance.now() < this.hushed) return;
    const now = this.context.currentTime;
    const every = tone.between == null ? reminderS : tone.between / 1000 + length(tone);
    this.laid = this.laid.filter((one) => one.imUntil > now);
    if (this.next < now) this.next = now + 0.05;
    for (; this.next < now + AHEAD_S; this.next += every) this.laid.push(this.play(tone, this.next, this.out));
  }

  play(tone, at, into = this.master) {
    if (!this.buffers.has(tone)) this.buffers.set(tone, burst(this.context, tone));
    const source = this.context.createBufferSource();
    source.buffer = this.buffers.get(tone);
    source.connect(into);
    source.start(at);
    source.imUntil = at + length(tone);
    return source;
  }

  // Silence on this screen alone, for when no pause can be recorded because the station does not answer.
  hush(seconds) {
    this.hushed = performance.now() + seconds * 1000;
    this.drop();
    this.next = 0;
  }

  // Each pattern once, the highest last.
  test(time) {
    if (this.state !== "on") return;
    let at = this.context.currentTime + 0.1;
    for (const tone of [TONES.low, TONES.tech, TONES.medium, TONES.high]) {
      this.play(tone, at);
      at += length(tone) + 1;
    }
    this.testedAt = time;
    this.changed();
  }

  setQuiet(on) {
    this.quiet = kept(QUIET, on);
    this.master.gain.value = on ? 0 : 1;
    this.changed();
  }

  setPulse(on) {
    this.pulse = kept(PULSE, on);
    this.changed();
  }

  // One beat of the opened room, at a moment of performance.now(). Without an SpO2 there is no tone: its pitch would say
  // something that nobody knows.
  beat(ms, spo2) {
    if (!this.pulse || this.state !== "on" || spo2 == null) return;
    const at = this.context.currentTime + Math.max(0, (ms - performance.now()) / 1000);
    const tone = this.context.createOscillator();
    const gain = this.context.createGain();
    tone.frequency.value = beatHz(spo2);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.01);
    gain.gain.linearRampToValueAtTime(0, at + 0.08);
    tone.connect(gain).connect(this.master);
    tone.start(at);
    tone.stop(at + 0.1);
  }
}

// On the window: it outlives pages and reruns, and what a tap has unlocked stays so.
export const sound = (window.imSound ||= new Sound());
