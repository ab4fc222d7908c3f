// The push: one socket a page. A snapshot comes first, then what changed (monitor/live/patches.py says in which form).
// While no socket can be had the page is asked to feed itself; the socket is tried on, and when it comes the asking ends.
import { elapsed, instant } from "./moment.js";

const PROTOCOL = "ward";
const TICKET_MS = 50000; // a ticket is good for a minute
const SILENT_MS = 4000;
const REFUSED_MS = 1500; // nothing heard yet and the first try failed: no need to wait longer
const FIRST_MS = 250;
const LONGEST_MS = 5000;
const STAMPS = 60; // messages from which the quickest way is taken
const RECENT = 5;

export function patched(was, change) {
  if (Array.isArray(change)) return change.length === 2 ? [...was.slice(change[0]), ...change[1]] : change[0];
  const now = Array.isArray(was) ? was.slice() : { ...was };
  for (const [key, part] of Object.entries(change)) {
    if (Array.isArray(part) && part.length === 0) delete now[key];
    else now[key] = patched(now[key], part);
  }
  return now;
}

export class Feed {
  // take(frame, quality), bytes(buffer), ask(): another ticket, lost(): there is no socket, fed(how): "push" or "asked".
  constructor({ take, bytes, ask, lost, fed }) {
    Object.assign(this, { take, bytes, ask, lost, fed });
    this.how = "push";
    this.topic = null;
    this.ticket = null;
    this.socket = null;
    this.timer = null;
    this.wanting = false;
    this.tries = 0;
    this.ever = false;
    this.heard = instant();
    this.state = null;
    this.number = null;
    this.stamps = [];
    this.said = {};
  }

  // Every run of the page brings a ticket. It is kept for the next try; another topic (a name was given) is opened at once.
  offer(push) {
    if (!push || push.ticket === this.ticket?.text) return;
    this.ticket = { text: push.ticket, since: instant() };
    if (push.topic !== this.topic) {
      this.topic = push.topic;
      this.heard = instant();
      this.drop();
      this.open();
    } else if (this.wanting) this.open();
  }

  get live() {
    return this.ever && elapsed(this.heard) <= SILENT_MS;
  }

  open() {
    clearTimeout(this.timer);
    this.timer = null;
    const ticket = this.ticket;
    this.wanting = !ticket || elapsed(ticket.since) > TICKET_MS || ticket.used;
    if (this.wanting) {
      this.ask();
      this.later();
      return;
    }
    ticket.used = true; // one try each: whoever is refused asks for another
    const url = new URL("live/ws", document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url, [PROTOCOL, ticket.text]);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.opened = instant();
    socket.onopen = () => Object.keys(this.said).length && this.tell({});
    socket.onmessage = (message) => socket === this.socket && this.receive(message.data);
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.drop();
      this.later();
    };
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    this.state = null;
    this.number = null;
    this.stamps = [];
    socket?.close();
  }

  later() {
    this.lost();
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  receive(data) {
    this.heard = instant();
    this.ever = true;
    this.tries = 0;
    if (this.how !== "push") this.fed((this.how = "push"));
    if (typeof data !== "string") {
      this.bytes(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.frame) this.state = message.frame;
    else if (this.number !== null && message.n === this.number + 1) this.state = patched(this.state, message.patch);
    else {
      this.number = null;
      this.tell({ again: true });
      return;
    }
    this.number = message.n;
    const { trend, ...frame } = this.state;
    if (trend && (message.frame || "trend" in message.patch)) frame.trend = trend;
    this.take({ ...frame, seq: `${this.opened.wall}.${message.n}` }, this.quality(message.at));
  }

  // Seconds that messages took longer than the quickest, and longer than a second apart: the clocks need not agree.
  quality(sent) {
    const now = performance.now();
    const gap = this.stamps.length ? now - this.stamps.at(-1).now - 1000 : 0;
    this.stamps.push({ now, took: now - sent, gap });
    if (this.stamps.length > STAMPS) this.stamps.shift();
    const quickest = Math.min(...this.stamps.map((one) => one.took));
    const worst = Math.max(...this.stamps.slice(-RECENT).map((one) => Math.max(one.took - quickest, one.gap)));
    return Math.max(0.1, Math.ceil(worst / 100) / 10);
  }

  // Said again with every new connection, for as long as the page lives.
  tell(said) {
    const { again, ...kept } = said;
    Object.assign(this.said, kept);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(again ? said : this.said));
  }

  look() {
    if (this.topic === null) return;
    const silent = elapsed(this.heard);
    if (this.socket && silent > SILENT_MS && elapsed(this.opened) > SILENT_MS) {
      this.drop();
      this.later();
    }
    const lost = silent > SILENT_MS || (!this.ever && this.tries > 0 && silent > REFUSED_MS);
    if (lost && this.how === "push") this.fed((this.how = "asked"));
  }

  close() {
    clearTimeout(this.timer);
    this.topic = null;
    this.drop();
  }
}
