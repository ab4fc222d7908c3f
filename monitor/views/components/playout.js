// The samples of an opened room as they come (monitor/live/waves.py says in which form), and the clock by which they are
// played out. Seconds arrive whole, once a second and never quite evenly: the pen follows them at a fixed distance, by
// going a little faster or slower. Where it runs out of samples it stands; where some are missing there are none.

export const RATES = { ecg: 250, pleth: 125 };
const UNITS = { ecg: 1000, pleth: 10000 };
const NO_SAMPLE = -32768;
const MAGIC = 0x77617631; // "wav1"
const HEAD = 20;

const KEPT_S = 48; // in memory
const MARGIN_S = 0.3; // how much later than the quickest a second may come
const STEER = 0.05; // the pace is corrected by this much at most
const FAR_S = 1.5; // farther off than that, the pen is set anew
const STALL_MS = 300; // after a stand this long the clock is taken anew from what comes
const STAMPS = 15;

export const LEAD_OFF = 1;
export const PROBE_OFF = 2;
export const SQUEEZED = 4;

export function read(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEAD || view.getUint32(0) !== MAGIC) return null;
  const [seconds, held, count] = [view.getUint16(16, true), view.getUint8(18), view.getUint8(19)];
  const chunk = {
    session: view.getUint32(4, true), first: view.getInt32(8, true), speed: view.getFloat32(12, true), seconds,
    held: { ecg: Boolean(held & 1), pleth: Boolean(held & 2) }, samples: {}, beats: [], sensors: null,
  };
  let at = HEAD;
  for (const [kind, rate] of Object.entries(RATES)) {
    chunk.samples[kind] = Float32Array.from({ length: seconds * rate }, (_, i) => {
      const value = view.getInt16(at + 2 * i, true);
      return value === NO_SAMPLE ? NaN : value / UNITS[kind];
    });
    at += 2 * seconds * rate;
  }
  for (let i = 0; i < count; i += 1) chunk.beats.push(chunk.first + view.getUint16(at + 2 * i, true) / 1000);
  chunk.sensors = new Uint8Array(buffer, at + 2 * count, seconds);
  return chunk;
}

export class Playout {
  constructor() {
    this.underruns = 0;
    this.begin(null);
  }

  // Nothing is known yet, of this session.
  begin(session) {
    this.session = session;
    this.held = null;
    this.speed = 1;
    this.start = this.end = this.play = this.now = null; // seconds of the session: known from, known to, the pen; the moment
    this.rings = Object.fromEntries(Object.entries(RATES).map(([kind, rate]) => [kind, new Float32Array(KEPT_S * rate).fill(NaN)]));
    this.sensors = new Uint8Array(KEPT_S);
    this.stamps = [];
    this.stood = null; // since when the pen has nothing to draw
    this.changed = true; // what is on the screen is to be drawn anew
  }

  // Gives the beats that are new, each as the moment at which the pen will reach it.
  take(buffer, now) {
    const chunk = read(buffer);
    if (!chunk) return [];
    if (chunk.session !== this.session) this.begin(chunk.session);
    this.held = chunk.held;
    const last = chunk.first + chunk.seconds;
    if (!chunk.seconds || (this.end !== null && last < this.end)) return [];
    if (this.end === null || chunk.first > this.end + KEPT_S / 2) {
      Object.values(this.rings).forEach((ring) => ring.fill(NaN));
      this.start = this.end = chunk.first;
    }
    const before = this.end;
    for (let second = before; second < chunk.first; second += 1) this.keep(second, null);
    for (let i = 0; i < chunk.seconds; i += 1) this.keep(chunk.first + i, chunk);
    if (chunk.first < this.start) {
      this.start = chunk.first;
      this.changed = true;
    }
    if (last === before) return [];
    this.stamp(now, last, chunk.speed);
    this.end = last;
    return chunk.beats.filter((at) => at >= before).map((at) => this.reached(at)).filter((at) => at > now);
  }

  keep(second, chunk) {
    for (const [kind, rate] of Object.entries(RATES)) {
      const at = (second % KEPT_S) * rate;
      const from = chunk ? (second - chunk.first) * rate : 0;
      if (chunk) this.rings[kind].set(chunk.samples[kind].subarray(from, from + rate), at);
      else this.rings[kind].fill(NaN, at, at + rate);
    }
    this.sensors[second % KEPT_S] = chunk ? chunk.sensors[second - chunk.first] : 0;
  }

  // The quickest of the last messages tells what is live; a pause, a stall or another pace makes the older ones worthless.
  stamp(now, last, speed) {
    const at = now - (last * 1000) / speed;
    const stalled = this.stood !== null && now - this.stood > STALL_MS;
    if (speed !== this.speed || stalled || at - this.base > 1000 * FAR_S) this.stamps = [];
    this.speed = speed;
    this.stamps.push(at);
    if (this.stamps.length > STAMPS) this.stamps.shift();
    this.base = Math.min(...this.stamps);
  }

  // The moment at which the pen should be at this second of the session.
  reached(at) {
    return this.base + ((at + 1) * 1000) / this.speed + MARGIN_S * 1000;
  }

  // Moves the pen to now. `stands`: no more samples are due, so that a pen at the end is no underrun.
  advance(now, stands) {
    if (this.end === null) return;
    const before = this.play ?? this.start;
    const target = before + ((now - this.reached(before)) * this.speed) / 1000;
    const passed = ((now - (this.now ?? now)) * this.speed) / 1000;
    const off = target - before - passed;
    this.now = now;
    if (this.play === null || Math.abs(off) > FAR_S) this.play = target;
    else this.play = before + passed * (1 + Math.max(-STEER, Math.min(STEER, off / 2)));
    this.play = Math.max(this.play, before);
    if (this.play < this.end) this.stood = null;
    else {
      this.play = this.end;
      if (this.stood === null) {
        this.stood = now;
        if (!stands) this.underruns += 1;
      }
    }
  }

  // Sample i of the session, counted from its second 0; NaN where there is none.
  sample(kind, i) {
    const rate = RATES[kind];
    if (i < this.start * rate || i >= this.end * rate) return NaN;
    return this.rings[kind][i % (KEPT_S * rate)];
  }

  // Why nothing is drawn where the pen is: a sensor's bit, "gap" where there are no samples for another reason, or 0.
  missing(kind) {
    const second = Math.min(this.end - 1, Math.floor(this.play));
    const sensors = this.sensors[second % KEPT_S];
    const known = kind === "ecg" ? sensors & LEAD_OFF : sensors & PROBE_OFF || sensors & SQUEEZED;
    if (known) return known;
    const rate = RATES[kind];
    for (let i = 0; i < rate; i += 5) if (!Number.isNaN(this.sample(kind, second * rate + i))) return 0;
    return "gap";
  }
}
