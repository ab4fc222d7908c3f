// The sweep: ECG and pleth of an opened room, drawn from left to right with a gap before the pen, as on a bedside monitor.
// Only what is new is drawn. Without samples nothing moves and words say why; a gap in the samples is a gap in the line.
import { attr, el, line, say, sayOrHide, show } from "./dom.js";
import { LEAD_OFF, PROBE_OFF, Playout, RATES, SQUEEZED } from "./playout.js";
import { WORDS } from "./words.js";

const MM = 96 / 25.4; // CSS pixels
const SPEEDS = [25, 12.5]; // mm/s
const GAINS = [1, 2, 0.5];
const ECG_MM = 10; // a mV at gain 1
const ECG_ZERO = 0.68; // of the height, where 0 mV lies
const PLETH_SHARE = 0.84; // of the height that 0 to 1 takes at gain 1
const ERASE = 7 * MM;
const STEP_MS = 1000; // with reduced motion
const LOOK_MS = 250;
const KEY = "infusion-sweep";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// Speed and gain are this screen's own, whoever looks at it.
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep(chosen) {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // a browser that keeps nothing shows the usual speed and gain next time
  }
}

const next = (values, value) => values[(values.indexOf(value) + 1) % values.length];

function plate(press) {
  const text = line("span", "plate");
  const node = el("button", "set", text);
  node.type = "button";
  node.addEventListener("click", press);
  return {
    el: node,
    apply(value, name) {
      say(text, value);
      attr(node, "aria-label", `${name} ${value}`);
    },
  };
}

// One wave on its canvas. Places are counted in pixels since second 0 of the session and wrapped to the width.
class Trace {
  constructor(kind) {
    this.kind = kind;
    this.canvas = el("canvas", "");
    attr(this.canvas, "role", "img");
    this.context = this.canvas.getContext("2d");
    this.width = this.height = 0;
    this.index = null; // of the last sample drawn; null: all is to be drawn anew
    this.sizes = new ResizeObserver(() => this.sized());
    this.sizes.observe(this.canvas);
  }

  sized() {
    const [width, height, ratio] = [this.canvas.clientWidth, this.canvas.clientHeight, devicePixelRatio];
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    [this.width, this.height, this.ratio] = [width, height, ratio];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.index = null;
  }

  y(value, gain) {
    if (this.kind === "ecg") return this.height * ECG_ZERO - value * ECG_MM * MM * gain;
    return this.height * (0.5 - (value - 0.5) * PLETH_SHARE * gain);
  }

  erase(from, to) {
    const x = from % this.width;
    const wide = Math.min(to - from, this.width);
    this.context.clearRect(x, 0, wide, this.height);
    if (x + wide > this.width) this.context.clearRect(0, 0, x + wide - this.width, this.height);
  }

  draw(playout, speed, gain) {
    const { context, width } = this;
    if (devicePixelRatio !== this.ratio) this.sized();
    if (!width) return;
    const rate = RATES[this.kind];
    const step = (speed * MM) / rate;
    const last = playout.play === null ? -1 : Math.floor(playout.play * rate);
    if (this.index === null || last - this.index > width / step) {
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      context.clearRect(0, 0, width, this.height);
      context.strokeStyle = getComputedStyle(this.canvas).color;
      context.lineWidth = 1.8;
      context.lineJoin = "round";
      this.index = last < 0 ? null : Math.max(playout.start * rate, last - Math.floor((width - ERASE) / step));
      this.erased = (this.index ?? 0) * step + ERASE;
    }
    if (last <= this.index || this.index === null) return;
    this.erase(this.erased, last * step + ERASE);
    this.erased = last * step + ERASE;
    context.beginPath();
    let before = null; // x of the sample before, where there was one
    for (let i = this.index; i <= last; i += 1) {
      const value = playout.sample(this.kind, i);
      const [x, y] = [(i * step) % width, this.y(value, gain)];
      if (Number.isNaN(value)) before = null;
      else {
        if (before === null) context.moveTo(x, y);
        else if (x >= before) context.lineTo(x, y);
        else {
          context.lineTo(x + width, y);
          context.moveTo(x, y);
        }
        before = x;
      }
    }
    context.stroke();
    this.index = last;
  }
}

export function sweep(host) {
  const playout = new Playout();
  const chosen = { speed: 25, ecg: 1, pleth: 1, ...kept() };
  const listeners = new Set();
  let frame = {};
  let clock = null; // of the last samples
  let drawn = 0;
  let looked = 0;
  let theme = null;
  let request = null;

  const set = (name, values) => () => {
    chosen[name] = next(values, chosen[name]);
    keep(chosen);
    anew();
  };

  function wave(kind) {
    const trace = new Trace(kind);
    const label = line("b", "label");
    const of = line("small", "");
    const still = line("p", "still");
    const speed = kind === "ecg" ? plate(set("speed", SPEEDS)) : null;
    const gain = plate(set(kind, GAINS));
    const head = el("header", "", label, of, speed?.el, gain.el);
    const node = el("section", `panel wave ${kind === "ecg" ? "hr" : "spo2"}`, head, el("div", "trace", trace.canvas, still));
    return { kind, trace, node, label, of, still, speed, gain };
  }
  const waves = [wave("ecg"), wave("pleth")];

  function anew() {
    for (const { kind, trace, speed, gain } of waves) {
      trace.index = null;
      speed?.apply(WORDS.sweep.speed(chosen.speed), WORDS.sweep.speedName);
      gain.apply(kind === "ecg" ? WORDS.sweep.perMv(chosen.ecg * ECG_MM) : WORDS.sweep.times(chosen.pleth), WORDS.sweep.gainName);
    }
  }

  // Why a wave does not move or has no line; null while it sweeps.
  function why(kind) {
    const words = WORDS.sweep;
    if (host.push.how === "asked") return words.notHere;
    if (frame.waves?.stands) return frame.waves.stands;
    if (playout.held && !playout.held[kind]) return words.notHeld;
    if (playout.play === null) return words.waiting;
    if (playout.stood !== null) return words.since(clock);
    return { 0: null, [LEAD_OFF]: words.leadOff, [PROBE_OFF]: words.probeOff, [SQUEEZED]: words.squeezed, gap: words.gap }[playout.missing(kind)];
  }

  function look(now) {
    looked = now;
    for (const { kind, trace, node, still, label } of waves) {
      const text = why(kind);
      sayOrHide(still, text);
      attr(node, "data-still", text === null ? null : "true");
      const value = frame.numerics?.[kind === "ecg" ? "hr" : "spo2"]?.value;
      attr(trace.canvas, "aria-label", WORDS.sweep.spoken(label.textContent, kind, value, text));
    }
  }

  function turn(now) {
    request = requestAnimationFrame(turn);
    if (host.push.how === "asked" && playout.session !== null) playout.begin(null);
    playout.advance(now, Boolean(frame.waves?.stands));
    if (playout.changed || host.root.dataset.theme !== theme) {
      theme = host.root.dataset.theme;
      playout.changed = false;
      anew();
    }
    if (now - looked >= LOOK_MS) look(now);
    if (calm.matches && now - drawn < STEP_MS) return;
    drawn = now;
    for (const { kind, trace } of waves) trace.draw(playout, chosen.speed, chosen[kind]);
  }

  const stop = host.onBytes((buffer) => {
    clock = frame.clock ?? null;
    const oxygen = frame.numerics?.spo2?.value;
    const beats = playout.take(buffer, performance.now());
    for (const at of beats) for (const heard of listeners) heard(at, oxygen == null ? null : Number(oxygen));
  });
  anew();
  request = requestAnimationFrame(turn);
  for (const { node } of waves) node.imPlayout = playout; // measured from outside
  return {
    els: waves.map(({ node }) => node),
    apply(given) {
      frame = given;
      for (const { kind, node, label, of } of waves) {
        show(node, Boolean(given.waves));
        say(label, given.waves?.[kind]);
        sayOrHide(of, given.waves?.of);
      }
    },
    // Calls back for each heart beat of a simulated patient, as soon as it is known: the moment (of performance.now())
    // at which the pen reaches it, and the SpO2 shown, or null. Also in a hidden tab. Gives the way to end that.
    onBeat(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      cancelAnimationFrame(request);
      stop();
      for (const { trace } of waves) trace.sizes.disconnect();
    },
  };
}
