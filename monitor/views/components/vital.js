// One measured number in its place: label, unit, value, small trend; and the cuff pressure with its age, its
// deviation from this patient's baseline and the next cuff. Where there is no number there is a word.
import { attr, el, fit, flag, line, list, say, sayOrHide, show, style, svg } from "./dom.js";

// Smallest span of a small trend, in the unit shown: noise of one count must not look like a mountain.
const LEAST_SPAN = { hr: 24, spo2: 10, rr: 12 };

export function sparkPath(points, leastSpan, width = 100, height = 30) {
  const given = list(points);
  const pairs = given.map((one, index) =>
    Array.isArray(one) ? [one[0], one[1]] : [given.length > 1 ? index / (given.length - 1) : 1, one]);
  const values = pairs.map(([, y]) => y).filter((y) => Number.isFinite(y));
  if (values.length < 2) return "";
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spread = Math.max(high - low, leastSpan);
  const base = (low + high) / 2 - spread / 2;
  let pen = false;
  let d = "";
  for (const [x, y] of pairs) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = false;
      continue;
    }
    const at = `${(x * width).toFixed(1)} ${(height - 2 - ((y - base) / spread) * (height - 4)).toFixed(1)}`;
    d += `${pen ? "L" : "M"}${at}`;
    pen = true;
  }
  return d;
}

function spark(kind) {
  const path = svg("path");
  const node = svg("svg", { viewBox: "0 0 100 30", preserveAspectRatio: "none", class: "spark", "aria-hidden": "true" });
  node.append(path);
  return {
    el: node,
    apply: (points) => attr(path, "d", sparkPath(points, LEAST_SPAN[kind] ?? 10) || null),
  };
}

export function vital(kind, { limits = false } = {}) {
  const label = line("span", "label");
  const sub = line("small", "sub");
  const unit = line("span", "unit");
  const num = line("span", "num");
  const why = line("p", "why-gone");
  const trend = spark(kind);
  const range = line("p", "limits");
  sub.hidden = range.hidden = why.hidden = true;
  const node = el("div", `vital ${kind}`, el("h3", "", el("span", "", label, sub), unit), num, why, trend.el, limits ? range : null);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      const gone = given.value == null;
      say(label, given.label);
      say(unit, given.unit);
      sayOrHide(sub, given.sub);
      sayOrHide(range, given.limits);
      say(num, gone ? given.gone?.num ?? "--" : given.value);
      flag(num, "long", !gone && num.textContent.length > 2);
      sayOrHide(why, gone ? given.gone?.why : null);
      trend.apply(given.spark);
      attr(trend.el, "data-gone", gone ? "true" : null);
      flag(node, "gone", gone);
      flag(node, "aged", !gone && given.aging);
      flag(node, "fill", given.priority);
      attr(node, "data-priority", given.priority ?? null);
    },
  };
}

export function pressure({ large = false } = {}) {
  const label = line("span", "label");
  const age = line("b", "age");
  const num = line("span", "num");
  const rise = el("i", "");
  const base = el("s", "base");
  const limit = el("s", "limit");
  const bar = el("span", "bar", rise, base, limit);
  const text = line("span", "");
  const cuff = line("span", "");
  const under = el("p", "", text, cuff);
  const deviation = el("div", "deviation", bar, under);
  const whyHead = line("b", "");
  const whyRest = line("span", "");
  const why = el("p", "why-gone", whyHead, whyRest);
  const node = el("div", "vital bp", el("h3", "", label, age), num, deviation, why);
  return {
    el: node,
    apply(given) {
      show(node, Boolean(given));
      if (!given) return;
      const gone = given.value == null;
      say(label, large ? given.label_long ?? given.label : given.label);
      say(age, given.age);
      say(num, gone ? given.num ?? "---/---" : given.value);
      show(deviation, !gone);
      show(why, gone);
      const [first, ...others] = list(given.why);
      say(whyHead, first);
      say(whyRest, others.join(" "));
      const d = given.deviation;
      style(bar, "visibility", d ? "visible" : "hidden"); // its place stays
      if (d) {
        const from = Math.min(d.from, d.to);
        style(rise, "inset-inline-start", `${from}%`);
        style(rise, "inline-size", `${Math.abs(d.to - d.from)}%`);
        style(base, "inset-inline-start", `${d.base}%`);
        show(limit, d.limit != null);
        if (d.limit != null) style(limit, "inset-inline-start", `${d.limit}%`);
      }
      say(text, d?.text);
      say(cuff, large ? given.mean ?? given.cuff : given.cuff);
      if (!gone) fit(under, `${text.textContent.length}.${cuff.textContent.length}`, 2);
      flag(node, "gone", gone);
      flag(node, "aged", !gone && (given.state === "aging" || given.aging));
      flag(node, "fill", given.priority && !gone);
      attr(node, "data-priority", given.priority ?? null);
    },
  };
}
