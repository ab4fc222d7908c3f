// The frame that stands when none came for 3 s: the last one, with every number taken away and the reason in its place.
// It goes through the same apply() as a real frame, so that no number can be forgotten in a corner of the page.
import { list } from "./dom.js";
import { WORDS } from "./words.js";

export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

const lostVital = (vital) =>
  vital && { ...vital, value: null, priority: null, aging: false, gone: { num: "--", why: WORDS.noConnectionSmall } };

const lostPressure = (bp) =>
  bp && {
    label: bp.label,
    age: null,
    at: null,
    mean: null,
    value: null,
    state: "none",
    num: "---/---",
    why: [WORDS.noConnection],
    deviation: null,
    cuff: null,
    priority: null,
  };

const lostScore = (score) => score && { label: score.label, short: score.short, value: null, age: null, word: WORDS.noConnectionSmall };

function lostVitals(vitals) {
  return vitals && { hr: lostVital(vitals.hr), spo2: lostVital(vitals.spo2), bp: lostPressure(vitals.bp), rr: lostVital(vitals.rr) };
}

function lostTile(tile, clock) {
  if (!tile || !tile.vitals) return tile;
  return {
    ...tile,
    state: "blind",
    priority: "tech",
    vitals: lostVitals(tile.vitals),
    no_signal: { head: WORDS.noConnection, text: WORDS.lastFrame(clock) },
    scores: tile.scores && { diss: lostScore(tile.scores.diss), comf: lostScore(tile.scores.comf) },
    due: null,
    undo: null,
    strip: { kind: "blind", line1: WORDS.noConnection, line2: WORDS.frozenAt(clock) },
  };
}

function lostRoom(frame, clock) {
  const infusion = frame.infusion && {
    ...frame.infusion,
    clock: "--:--",
    text: WORDS.noConnectionSmall,
    sub: WORDS.frozenAt(clock),
    facts: list(frame.infusion.facts).map(([name]) => [name, "--", ""]),
  };
  return {
    numerics: frame.numerics && Object.fromEntries(Object.entries(frame.numerics).map(([name, one]) => [name, lostVital(one)])),
    more: list(frame.more).map(lostVital),
    bp: lostPressure(frame.bp),
    cuff: frame.cuff && { ...frame.cuff, head: { text: WORDS.noConnectionSmall }, percent: null },
    infusion,
    prompts: list(frame.prompts).map((one) => ({ ...one, since: null, since_word: WORDS.frozenAt(clock) })),
    watching: [],
  };
}

export function cutOff(frame, ms) {
  const clock = frame.clock ?? null;
  const head = {
    ...frame,
    assessed: { ok: false, cut: true, text: WORDS.noConnection, sub: WORDS.lastFrame(clock) },
    feed: { text: WORDS.noConnectionSmall, lost: true },
    clock: "--:--:--",
    alarm: frame.alarm && {
      ...frame.alarm,
      paused: false,
      plate: null,
      button: { label: WORDS.sound.hush(frame.alarm.pause_s), act: { do: "hush", seconds: frame.alarm.pause_s } },
    },
    cut: { text: `${WORDS.noConnection} for ${span(ms)}`, why: WORDS.cutWhy },
  };
  if (frame.page === "room") return { ...head, ...lostRoom(frame, clock) };
  // a high prompt that stood when the frames ended stays named: the patient may still be in it
  const rest = frame.banner ? [{ priority: frame.banner.priority, text: `${frame.banner.where} ${frame.banner.what}` }] : [];
  return {
    ...head,
    banner: { priority: "tech", stars: "!!", where: head.cut.text, what: "", why: WORDS.cutWhy, rest, button: null },
    tiles: list(frame.tiles).map((tile) => lostTile(tile, clock)),
  };
}
