// The trend: lanes over one time axis, drawn by Plotly (loaded once, only here). Data come every 5 s; a zoom is kept
// (uirevision); missing stays missing (connectgaps false); colours are read from the tokens.
import { asset } from "./host.js";
import { attr, el, line, list, show } from "./dom.js";
import { WORDS } from "./words.js";

const WEIGHTS = { bp: 6, rates: 3, rr: 1.3, scores: 1.7, dose: 1.1 };
const FONT = 13;
const LABEL_ROW = 17;

// plotly.min.js is a classic script; one load a document
export function plotly() {
  if (!window.imPlotly) {
    window.imPlotly = new Promise((done, fail) => {
      if (window.Plotly) return done(window.Plotly);
      const script = el("script");
      script.src = asset("plotly.min.js");
      script.onload = () => done(window.Plotly);
      script.onerror = () => {
        window.imPlotly = null;
        script.remove();
        fail(new Error("plotly.min.js"));
      };
      document.head.append(script);
    });
  }
  return window.imPlotly;
}

function faded(colour, alpha) {
  const hex = colour.replace("#", "");
  if (!/^[0-9a-f]{6}$/i.test(hex)) return colour;
  const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

// Labels of the marks in rows above the lanes: alarms first, then the newest; centred on their line where there is room,
// else to its left or right. One that finds no room keeps its line only (its words stand in the list of events).
export function placeLabels(marks, x, rows, width = Infinity) {
  const taken = Array.from({ length: rows }, () => []);
  const placed = [];
  const weight = { high: 4, medium: 3, tech: 2, low: 1 };
  const byWeight = [...marks].sort((a, b) => (weight[b.priority] ?? 0) - (weight[a.priority] ?? 0) || b.t - a.t);
  for (const mark of byWeight) {
    const wide = String(mark.text ?? "").length * 7.2 + 8;
    const at = x(mark.t);
    search: for (let row = 0; row < rows; row += 1) {
      for (const [anchor, from] of [["center", at - wide / 2], ["right", at - wide], ["left", at]]) {
        const free = from > -30 && from + wide < width + 30 && taken[row].every(([low, high]) => from + wide <= low || from >= high);
        if (!free) continue;
        taken[row].push([from, from + wide]);
        placed.push({ ...mark, row, anchor });
        break search;
      }
    }
  }
  return placed;
}

// From top to bottom: a lane for each group that has data, each with room for its name above it.
function lanes(there, height) {
  const names = Object.keys(WEIGHTS).filter((name) => there[name]);
  const gap = 22 / Math.max(120, height);
  const free = 1 - gap * Math.max(0, names.length - 1);
  const sum = names.reduce((all, name) => all + WEIGHTS[name], 0) || 1;
  let top = 1;
  return Object.fromEntries(names.map((name) => {
    const tall = (WEIGHTS[name] / sum) * free;
    const lane = [Math.max(0, top - tall), top];
    top -= tall + gap;
    return [name, lane];
  }));
}

export function figure(data, css, width, height, zoom = null) {
  const shift = (Number.isFinite(data.offset_min) ? data.offset_min : -new Date(data.now ?? Date.now()).getTimezoneOffset()) * 60000;
  const at = (t) => t + shift;
  const times = list(data.t).map(at);
  const c = Object.fromEntries(
    ["ink", "ink-2", "ink-3", "line", "ground", "hr", "spo2", "rr", "bp", "diss", "comf", "dose", "medium", "high-edge", "medium-edge", "low-edge", "tech-edge"].map((name) => [name, css(`--${name}`)]),
  );
  const narrow = width < 560;
  const from = at(data.from ?? data.t?.[0] ?? 0);
  const to = at(data.to ?? data.now ?? 0);
  const now = at(data.now ?? data.to ?? 0);
  const margin = { l: 40, r: 36, t: 8, b: 24 };
  const inner = width - margin.l - margin.r;
  const marks = list(data.marks).filter((one) => Number.isFinite(one.t));
  const labels = placeLabels(marks, (t) => ((at(t) - from) / Math.max(1, to - from)) * inner, height > 330 ? 4 : 2, inner);
  margin.t += Math.max(1, ...labels.map((one) => one.row + 1)) * LABEL_ROW;

  const cuffs = list(data.cuff);
  const limits = list(data.limits);
  const lowestLimit = Math.min(...limits.map((one) => one.sys).filter(Number.isFinite), Infinity);
  const sys = [...cuffs.map((one) => one[1]), ...limits.map((one) => one.sys), data.base?.sys].filter(Number.isFinite);
  const dia = [...cuffs.map((one) => one[2]), data.base?.dia].filter(Number.isFinite);
  const bpTop = Math.max(150, ...sys) + 14;
  const bpLow = Math.min(70, ...dia) - 12;
  const hrs = list(data.hr).filter(Number.isFinite);
  const hrLow = Math.min(50, ...hrs) - 5;
  const hrTop = Math.max(110, ...hrs) + 8;
  const sat = list(data.spo2).filter(Number.isFinite);
  const satLow = sat.length && Math.min(...sat) < 80 ? Math.floor(Math.min(...sat) / 10) * 10 : 80;
  const rates = list(data.rate);
  const rateTop = Math.max(0.1, ...rates.map((one) => one[1]).filter(Number.isFinite)) * 1.15;
  const rrs = list(data.rr).filter(Number.isFinite);
  const scored = list(data.diss).length + list(data.comf).length > 0;
  const LANES = lanes({ bp: sys.length + list(data.failed).length > 0, rates: hrs.length + sat.length > 0, rr: rrs.length > 0, scores: scored, dose: rates.length > 0 }, height - margin.t - margin.b);

  const wave = (name, y, yaxis, unit) => ({
    type: "scatter", mode: "lines", name, x: times, y: list(y), yaxis, connectgaps: false,
    line: { color: c[{ HR: "hr", SpO2: "spo2", RR: "rr" }[name]], width: 1.8 }, hovertemplate: `%{y:.0f} ${unit}`,
  });
  const bars = (chosen, thick) => ({
    type: "scatter", mode: "lines+markers", name: "BP", yaxis: "y",
    x: chosen.flatMap((one) => [at(one[0]), at(one[0]), null]), y: chosen.flatMap((one) => [one[1], one[2], null]),
    line: { color: c.bp, width: thick }, marker: { symbol: "line-ew-open", size: 10, color: c.bp, line: { width: thick } }, hovertemplate: "%{y}",
  });
  const strong = (one) => (one[3] == null ? one[1] >= lowestLimit : Boolean(one[3]));
  const steps = (points, kind, symbol, name) => {
    const xs = list(points).map((one) => at(one[0]));
    const ys = list(points).map((one) => one[1]);
    const held = xs.length ? [[...xs, now], [...ys, ys[ys.length - 1]]] : [xs, ys];
    const sizes = held[0].map((_, i) => (i < xs.length ? 8 : 0));
    return { type: "scatter", mode: "lines+markers", name, yaxis: "y4", x: held[0], y: held[1], line: { color: c[kind], width: 1.8, shape: "hv" }, marker: { symbol, size: sizes, color: c[kind], line: { width: 0 }, opacity: 1 }, hovertemplate: "%{y}" };
  };
  const rateX = rates.map((one) => at(one[0]));
  const rateY = rates.map((one) => one[1]);
  if (rateX.length) {
    rateX.push(now);
    rateY.push(rateY[rateY.length - 1]);
  }
  const lane = { y: "bp", y2: "rates", y3: "rates", y4: "scores", y5: "dose", y6: "rr" };
  const traces = [
    bars(cuffs.filter((one) => !strong(one)), 2.5),
    bars(cuffs.filter(strong), 4.5),
    { type: "scatter", mode: "markers", name: WORDS.failed, yaxis: "y", x: list(data.failed).map(at), y: list(data.failed).map(() => (bpLow + bpTop) / 2), marker: { symbol: "x-thin-open", size: 9, color: c["tech-edge"], line: { width: 2.5 } }, hovertemplate: "cuff failed" },
    wave("HR", data.hr, "y2", "/min"),
    wave("SpO2", data.spo2, "y3", "%"),
    wave("RR", data.rr, "y6", "/min"),
    steps(data.diss, "diss", "circle", WORDS.trendKeys.diss),
    steps(data.comf, "comf", "square", WORDS.trendKeys.comf),
    { type: "scatter", mode: "lines", name: "rate", yaxis: "y5", x: rateX, y: rateY, fill: "tozeroy", fillcolor: faded(c.dose, 0.5), line: { color: c.dose, width: 1, shape: "hv" }, hovertemplate: "%{y} mg/kg/h" },
  ].filter((trace) => LANES[lane[trace.yaxis]]);

  const text = (given) => ({ showarrow: false, font: { size: FONT, color: c["ink-2"], family: given.family }, xref: "paper", yref: "paper", ...given });
  const rule = (y, yref, colour, dash, w = 1) => ({ type: "line", xref: "paper", x0: 0, x1: 1, yref, y0: y, y1: y, line: { color: colour, width: w, dash }, layer: "below" });
  const upright = (t, colour, w) => ({ type: "line", xref: "x", x0: t, x1: t, yref: "paper", y0: 0, y1: 1, line: { color: colour, width: w } });
  const shapes = [{ type: "rect", xref: "x", x0: now, x1: to, yref: "paper", y0: 0, y1: 1, fillcolor: faded(c.ground, 0.45), line: { width: 0 }, layer: "below" }];
  for (const [low, high] of Object.values(LANES)) {
    shapes.push({ type: "rect", xref: "paper", x0: 0, x1: 1, yref: "paper", y0: low, y1: high, line: { color: c.line, width: 1 }, layer: "below" });
  }
  const annotations = Object.entries(LANES).map(([name, [, y]]) =>
    text({ x: 0, y, text: WORDS.trendLanes[name], xanchor: "left", yanchor: name === "bp" ? "top" : "bottom", xshift: 4, yshift: name === "bp" ? -2 : 0, font: { size: FONT, color: c["ink-3"] } }));
  for (const one of LANES.bp ? limits : []) {
    shapes.push({ type: "rect", xref: "paper", x0: 0, x1: 1, yref: "y", y0: one.sys, y1: bpTop, fillcolor: faded(c["medium-edge"], 0.07), line: { width: 0 }, layer: "below" });
    shapes.push(rule(one.sys, "y", c["medium-edge"], "2px 4px", 2));
    annotations.push(text({ x: 1, y: one.sys, yref: "y", text: one.text, xanchor: "right", yanchor: "bottom", xshift: -4 }));
  }
  for (const value of LANES.bp ? [data.base?.sys, data.base?.dia].filter(Number.isFinite) : []) {
    shapes.push(rule(value, "y", c["ink-2"], "8px 5px"));
    annotations.push(text({ x: 1, y: value, yref: "y", text: WORDS.baseline(value), xanchor: "right", yanchor: "bottom", xshift: -4 }));
  }
  for (const t of list(data.failed)) annotations.push(text({ x: at(t), xref: "x", y: (bpLow + bpTop) / 2, yref: "y", text: WORDS.failed, yanchor: "top", yshift: -6 }));
  for (const one of marks) shapes.push(upright(at(one.t), one.priority ? c[`${one.priority}-edge`] : c["ink-3"], one.priority ? 2 : 1));
  for (const one of labels) {
    annotations.push(text({ x: at(one.t), xref: "x", y: 1, text: one.text, xanchor: one.anchor, yanchor: "bottom", yshift: 1 + one.row * LABEL_ROW, font: { size: FONT, color: one.priority ? c[`${one.priority}-edge`] : c.ink, weight: 600 } }));
  }
  shapes.push(upright(now, c.ink, 1.5));
  annotations.push(text({ x: now, xref: "x", y: (Object.values(LANES)[0] ?? [0])[0], text: WORDS.now, xanchor: "left", yanchor: "bottom", xshift: 4, font: { size: FONT, color: c.ink } }));
  if (Number.isFinite(data.planned_end) && LANES.dose) {
    const end = at(data.planned_end);
    const last = rateY[rateY.length - 1];
    shapes.push({ type: "rect", xref: "x", x0: now, x1: end, yref: "y5", y0: 0, y1: last || rateTop / 2, line: { color: c.dose, width: 1, dash: "4px 4px" } });
    annotations.push(text({ x: end, xref: "x", y: LANES.dose[1], text: WORDS.plannedEnd, xanchor: "right", yanchor: "bottom", yshift: -1 }));
  }

  const yaxis = (domain, range, more = {}) => ({ domain: domain ?? [0, 1], visible: Boolean(domain), range, fixedrange: true, gridcolor: c.line, zeroline: false, showline: false, tickfont: { size: FONT, color: c["ink-3"] }, nticks: 4, ticks: "", automargin: false, ...more });
  const lowest = { bp: "y", rates: "y2", rr: "y6", scores: "y4", dose: "y5" }[Object.keys(LANES).at(-1)] ?? "y";
  const layout = {
    width, height, margin, uirevision: "trend", showlegend: false, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: css("--face"), size: FONT, color: c["ink-3"] }, hovermode: "x", dragmode: narrow ? false : "zoom",
    hoverlabel: { font: { size: FONT, family: css("--face") }, bgcolor: c.ground, bordercolor: c["ink-3"] },
    xaxis: { type: "date", range: zoom ?? [from, to], anchor: lowest, tickformat: "%H:%M", hoverformat: "%H:%M:%S", gridcolor: c.line, zeroline: false, tickfont: { size: FONT, color: c["ink-3"] }, nticks: narrow ? 5 : 8, fixedrange: narrow },
    yaxis: yaxis(LANES.bp, [bpLow, bpTop], { tickvals: [40, 80, 120, 160, 200, 240].filter((v) => v > bpLow && v < bpTop) }),
    yaxis2: yaxis(LANES.rates, [hrLow, hrTop], { tickvals: [40, 60, 80, 100, 120, 160, 200].filter((v) => v > hrLow && v < hrTop && (hrTop - hrLow < 110 || v % 40 === 0)), tickfont: { size: FONT, color: c.hr } }),
    yaxis3: yaxis(LANES.rates, [satLow - 1, 101], { overlaying: "y2", side: "right", showgrid: false, tickvals: satLow < 80 ? [satLow, 80, 90, 100] : [80, 90, 100], tickfont: { size: FONT, color: c.spo2 } }),
    yaxis4: yaxis(LANES.scores, [-0.6, 10.6], { tickvals: [0, 5, 10] }),
    yaxis5: yaxis(LANES.dose, [0, rateTop], { tickvals: [0, Number((rateTop / 1.15).toFixed(2))] }),
    yaxis6: yaxis(LANES.rr, [0, Math.max(32, ...rrs) + 2], { tickvals: [10, 25], tickfont: { size: FONT, color: c.rr } }),
    shapes, annotations,
  };
  return { traces, layout };
}

export function trend(host) {
  const keys = el("p", "keys");
  const k = WORDS.trendKeys;
  for (const [cls, sign, word] of [["bp", "I", k.cuff], ["hr", "—", k.hr], ["spo2", "—", k.spo2], ["rr", "—", k.rr], ["diss", "●", k.diss], ["comf", "■", k.comf], ["dose", "▬", k.rate]]) {
    keys.append(el("span", cls, `${sign} ${word}`));
  }
  const plot = el("div", "plot");
  const none = line("p", "quiet", WORDS.trendNone);
  const area = el("div", "plot-area", plot, none);
  attr(plot, "role", "img");
  const node = el("section", "panel trend", el("div", "panel-head", el("h2", "", WORDS.trend), keys), area);
  attr(node, "aria-label", WORDS.trend);
  let data = null;
  let drawn = "";
  let timer = null;
  let failed = false;
  let zoom = null; // the nurse's own range; uirevision alone forgets an end that moves with time
  const css = (name) => getComputedStyle(host.root).getPropertyValue(name).trim();

  async function draw() {
    timer = null;
    if (!data || !area.isConnected) return;
    const { width, height } = area.getBoundingClientRect();
    if (width < 50 || height < 50) return;
    const key = [width, height, host.root.dataset.theme, data.now, data.to, list(data.t).length, list(data.marks).length, list(data.cuff).length].join("|");
    if (key === drawn) return;
    drawn = key;
    try {
      const Plotly = await plotly();
      const { traces, layout } = figure(data, css, Math.floor(width), Math.floor(height), zoom);
      const fresh = !plot.classList.contains("js-plotly-plot");
      await Plotly.react(plot, traces, layout, { displayModeBar: false, doubleClick: false, responsive: false });
      if (fresh) follow();
      failed = false;
      show(none, false);
    } catch (error) {
      drawn = "";
      failed = true;
      none.firstChild.data = `${WORDS.trendLost} (${error.message})`;
      show(none, true);
    }
  }
  function follow() {
    plot.on("plotly_relayout", (change) => {
      if ("xaxis.range[0]" in change) zoom = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    });
    plot.on("plotly_doubleclick", () => {
      zoom = null;
      drawn = "";
      later();
    });
  }
  const later = () => {
    timer ??= setTimeout(draw, 60);
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(area);
  return {
    el: node,
    apply(given) {
      if (given) {
        data = given;
        attr(plot, "aria-label", given.aria ?? WORDS.trend);
      }
      show(none, !data || failed);
      if (data) later();
    },
    close() {
      clearTimeout(timer);
      sizes.disconnect();
      if (window.Plotly) window.Plotly.purge(plot);
    },
  };
}
