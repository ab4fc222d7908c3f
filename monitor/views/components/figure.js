// What the trend looks like: Plotly's traces and layout for one frame, lanes over one time axis. Missing stays missing
// (connectgaps false); colours are read from the tokens.
import { list } from "./dom.js";
import { WORDS } from "./words.js";

const WEIGHTS = { bp: 6, rates: 3, rr: 1.7, scores: 1.7, dose: 1.1 };
const LANE_OF = { y: "bp", y2: "rates", y3: "rates", y4: "scores", y5: "dose", y6: "rr" };
const FONT = 13;
const LABEL_ROW = 17;
const GAP = 22;
const MINUTE_MS = 60000;

// Words beside the pointer, without Plotly's own plate for a name.
const told = (text) => `${text}<extra></extra>`;

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

// From top to bottom: a lane for each group that has data, each with room for its name above it. Of all the height (tall,
// in pixels) the labels leave the lanes the part up to top.
function lanes(there, top, tall) {
  const names = Object.keys(WEIGHTS).filter((name) => there[name]);
  const free = top - GAP * Math.max(0, names.length - 1);
  const sum = names.reduce((all, name) => all + WEIGHTS[name], 0) || 1;
  let high = top;
  return Object.fromEntries(names.map((name) => {
    const low = Math.max(0, high - (WEIGHTS[name] / sum) * free);
    const lane = [low / tall, high / tall];
    high = low - GAP;
    return [name, lane];
  }));
}

// Everything that moves with time is a trace, so that between two steps of the axis the layout stays the same and only
// lines are drawn anew. Lines across all lanes and the labels live on axis y7, counted in pixels.
export function figure(data, css, width, height, { zoom = null, span = Infinity } = {}) {
  const shift = (Number.isFinite(data.offset_min) ? data.offset_min : -new Date(data.now ?? Date.now()).getTimezoneOffset()) * 60000;
  const at = (t) => t + shift;
  // The last hour by five seconds, and what was before it by the minute.
  const all = (name) => [...list(data.early?.[name]), ...list(data[name])];
  const c = Object.fromEntries(
    ["ink", "ink-2", "ink-3", "line", "ground", "hr", "spo2", "rr", "bp", "diss", "comf", "dose", "medium", "high-edge", "medium-edge", "low-edge", "tech-edge"].map((name) => [name, css(`--${name}`)]),
  );
  const narrow = width < 560;
  const from = at(data.from ?? data.t?.[0] ?? 0);
  const now = at(data.now ?? data.to ?? 0);
  // The axis goes on in steps: between them a new point moves nothing but its line.
  const step = (span > 15 * MINUTE_MS ? 5 : 1) * MINUTE_MS;
  const here = Math.floor(now / step) * step;
  const to = here + step + Math.ceil((at(data.to ?? data.now ?? 0) - now) / step) * step;
  const [left, right] = zoom ?? [Math.max(from, here - span), Math.min(to, here + span / 3)];
  // Lines go a little beyond what is shown and no further, since each point costs.
  const beyond = (right - left) / 4;
  const near = (values, times) => {
    const first = times.findIndex((t) => t >= left - beyond);
    return first < 0 ? values.slice(-1) : values.slice(Math.max(0, first - 1), times.findLastIndex((t) => t <= right + beyond) + 2);
  };
  const nearOnes = (values) => near(list(values), list(values).map((one) => at(one[0])));
  const times = all("t").map(at);
  const margin = { l: 40, r: 36, t: 4, b: 24 };
  const inner = width - margin.l - margin.r;
  const tall = height - margin.t - margin.b;
  const x = (t) => ((at(t) - left) / Math.max(1, right - left)) * inner;
  const seen = list(data.marks).filter((one) => Number.isFinite(one.t) && at(one.t) >= left && at(one.t) <= right);
  const labels = placeLabels(seen, x, tall > 300 ? 4 : 2, inner);
  const top = tall - Math.max(1, ...labels.map((one) => one.row + 1)) * LABEL_ROW;

  const cuffs = list(data.cuff);
  const limits = list(data.limits);
  const lowestLimit = Math.min(...limits.map((one) => one.sys).filter(Number.isFinite), Infinity);
  const bases = [data.base?.sys, data.base?.dia].filter(Number.isFinite);
  const sys = [...cuffs.map((one) => one[1]), ...limits.map((one) => one.sys), ...bases].filter(Number.isFinite);
  const dia = [...cuffs.map((one) => one[2]), ...bases].filter(Number.isFinite);
  const bpTop = Math.max(150, ...sys) + 14;
  const bpLow = Math.min(70, ...dia) - 12;
  const bound = (name) => list(data.bounds?.[name]).filter(Number.isFinite);
  const known = (name) => all(name).filter(Number.isFinite);
  // By tens, so that a slow rise does not move the lane with every beat.
  const lowest = (usual, ...values) => Math.floor(Math.min(usual, ...values) / 10) * 10;
  const highest = (usual, ...values) => Math.ceil(Math.max(usual, ...values) / 10) * 10;
  const hrLow = lowest(50, ...known("hr"), ...bound("hr")) - 5;
  const hrTop = highest(110, ...known("hr"), ...bound("hr")) + 8;
  const satLow = lowest(80, ...known("spo2"));
  const rates = list(data.rate);
  const rateTop = Math.max(0.1, ...rates.map((one) => one[1]).filter(Number.isFinite)) * 1.15;
  const rrLow = Math.min(8, ...known("rr")) - 2;
  const rrTop = highest(28, ...known("rr"));
  const there = {
    bp: sys.length + list(data.failed).length > 0,
    rates: known("hr").length + known("spo2").length > 0,
    rr: known("rr").length > 0,
    scores: list(data.diss).length + list(data.comf).length > 0,
    dose: rates.length > 0,
  };
  const LANES = lanes(there, top, tall);

  const wave = (name, yaxis, unit) => ({
    type: "scatter", mode: "lines", name, x: near(times, times), y: near(all(name.toLowerCase()), times), yaxis, connectgaps: false,
    line: { color: c[name.toLowerCase()], width: 1.8 }, hovertemplate: told(`${name} %{y:.0f} ${unit}`),
  });
  const bars = (chosen, thick) => ({
    type: "scatter", mode: "lines+markers", name: "BP", yaxis: "y",
    x: chosen.flatMap((one) => [at(one[0]), at(one[0]), null]), y: chosen.flatMap((one) => [one[1], one[2], null]), text: chosen.flatMap((one) => [`${one[1]}/${one[2]}`, `${one[1]}/${one[2]}`, null]),
    line: { color: c.bp, width: thick }, marker: { symbol: "line-ew-open", size: 10, color: c.bp, line: { width: thick } }, hovertemplate: told("BP %{text}"),
  });
  const steps = (points, kind, symbol, name) => {
    const xs = nearOnes(points).map((one) => at(one[0]));
    const ys = nearOnes(points).map((one) => one[1]);
    const held = xs.length ? [[...xs, now], [...ys, ys[ys.length - 1]]] : [xs, ys];
    const sizes = held[0].map((_, i) => (i < xs.length ? 8 : 0));
    return { type: "scatter", mode: "lines+markers", name, yaxis: "y4", x: held[0], y: held[1], line: { color: c[kind], width: 1.8, shape: "hv" }, marker: { symbol, size: sizes, color: c[kind], line: { width: 0 }, opacity: 1 }, hovertemplate: told(`${name} %{y}`) };
  };
  const still = (more) => ({ type: "scatter", mode: "lines", hoverinfo: "skip", ...more });
  const across = (values, yaxis, colour, dash, w = 1) =>
    still({ name: "level", yaxis, x: values.flatMap(() => [from, to, null]), y: values.flatMap((one) => [one, one, null]), line: { color: colour, width: w, dash } });
  const upright = (chosen, colour, w) =>
    still({ name: "mark", yaxis: "y7", x: chosen.flatMap((t) => [at(t), at(t), null]), y: chosen.flatMap(() => [0, top, null]), line: { color: colour, width: w } });
  const words = (chosen, yaxis) =>
    still({
      name: "words", mode: "text", yaxis, cliponaxis: false, x: chosen.map((one) => at(one.t)), y: chosen.map((one) => one.y), text: chosen.map((one) => one.text),
      textposition: chosen.map((one) => one.place ?? "top center"), textfont: { size: FONT, family: css("--face"), color: chosen.map((one) => one.colour ?? c["ink-2"]), weight: chosen.map((one) => one.weight ?? 400) },
    });
  const rateX = rates.map((one) => at(one[0]));
  const rateY = rates.map((one) => one[1]);
  if (rateX.length) {
    rateX.push(now);
    rateY.push(rateY[rateY.length - 1]);
  }
  const strong = (one) => one[1] >= lowestLimit;
  const of = (priority) => seen.filter((one) => (one.priority ?? null) === priority).map((one) => one.t);
  const middle = (bpLow + bpTop) / 2;
  const failed = near(list(data.failed), list(data.failed).map(at));
  const gaps = placeLabels(list(data.gaps).filter((one) => at(one.t) >= left && at(one.t) <= right), x, 1, inner);
  const end = Number.isFinite(data.planned_end) ? at(data.planned_end) : null;
  const last = rateY[rateY.length - 1] || rateTop / 2;
  const traces = [
    across(limits.map((one) => one.sys), "y", c["medium-edge"], "2px 4px", 2),
    across(bases, "y", c["ink-2"], "8px 5px"),
    across(bound("hr"), "y2", faded(c.hr, 0.6), "2px 6px"),
    across(bound("spo2"), "y3", faded(c.spo2, 0.6), "2px 6px"),
    across(bound("rr"), "y6", faded(c.rr, 0.6), "2px 6px"),
    bars(nearOnes(cuffs).filter((one) => !strong(one)), 2.5),
    bars(nearOnes(cuffs).filter(strong), 4.5),
    { type: "scatter", mode: "markers", name: WORDS.failed, yaxis: "y", x: failed.map(at), y: failed.map(() => middle), marker: { symbol: "x-thin-open", size: 9, color: c["tech-edge"], line: { width: 2.5 } }, hovertemplate: told(`${WORDS.trendKeys.cuff} ${WORDS.failed}`) },
    words(failed.map((t) => ({ t, y: middle - 3, text: WORDS.failed, place: "bottom center" })), "y"),
    wave("HR", "y2", "/min"),
    wave("SpO2", "y3", "%"),
    words(gaps.map((one) => ({ ...one, y: hrLow })), "y2"),
    wave("RR", "y6", "/min"),
    steps(data.diss, "diss", "circle", WORDS.trendKeys.diss),
    steps(data.comf, "comf", "square", WORDS.trendKeys.comf),
    { type: "scatter", mode: "lines", name: "rate", yaxis: "y5", x: rateX, y: rateY, fill: "tozeroy", fillcolor: faded(c.dose, 0.5), line: { color: c.dose, width: 1, shape: "hv" }, hovertemplate: told("%{y} mg/kg/h") },
    still({ name: "plan", yaxis: "y5", x: end === null ? [] : [now, end, end], y: end === null ? [] : [last, last, 0], line: { color: c.dose, width: 1, dash: "4px 4px" } }),
    upright(of(null), c["ink-3"], 1),
    ...["low", "tech", "medium", "high"].map((priority) => upright(of(priority), c[`${priority}-edge`], 2)),
    upright([data.now ?? data.to ?? 0], c.ink, 1.5),
    words(
      [
        ...labels.map((one) => ({
          ...one, y: top + one.row * LABEL_ROW, place: { center: "top center", right: "top left", left: "top right" }[one.anchor],
          colour: one.priority ? c[`${one.priority}-edge`] : c.ink, weight: 600,
        })),
        { t: data.now ?? data.to ?? 0, y: tall * (Object.values(LANES)[0]?.[0] ?? 0), text: WORDS.now, place: "top right", colour: c.ink },
        ...(end !== null && LANES.dose ? [{ t: data.planned_end, y: tall * LANES.dose[1], text: WORDS.plannedEnd, place: "top left" }] : []),
      ],
      "y7",
    ),
  ].filter((trace) => trace.x.length && (trace.yaxis === "y7" || LANES[LANE_OF[trace.yaxis]]));

  const yaxis = (name, range, more = {}) => ({
    domain: LANES[name] ?? [0, 1], visible: Boolean(LANES[name]), range, fixedrange: true, gridcolor: c.line, zeroline: false, showline: false,
    tickfont: { size: FONT, color: c["ink-3"] }, ticks: "", ticklabeloverflow: "allow", ...more,
  });
  const hrTicks = [40, 60, 80, 100, 120, 160, 200].filter((v) => v > hrLow && v < hrTop && (hrTop - hrLow < 110 || v % 40 === 0));
  const layout = {
    width, height, margin, showlegend: false, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: css("--face"), size: FONT, color: c["ink-3"] }, hovermode: "x", hoversubplots: "axis", dragmode: narrow ? false : "zoom",
    hoverlabel: { font: { size: FONT, family: css("--face") }, bgcolor: c.ground, bordercolor: c["ink-3"] },
    xaxis: {
      type: "date", range: [left, right], minallowed: from, maxallowed: to, anchor: "free", position: 0, tickformat: "%H:%M", hoverformat: "%H:%M:%S",
      gridcolor: c.line, zeroline: false, tickfont: { size: FONT, color: c["ink-3"] }, nticks: narrow ? 5 : 8, fixedrange: narrow, ticklabeloverflow: "allow",
    },
    yaxis: yaxis("bp", [bpLow, bpTop], { tickvals: [40, 80, 120, 160, 200, 240].filter((v) => v > bpLow && v < bpTop) }),
    yaxis2: yaxis("rates", [hrLow, hrTop], { tickvals: hrTicks, tickfont: { size: FONT, color: c.hr } }),
    yaxis3: yaxis("rates", [satLow - 1, 101], { overlaying: "y2", side: "right", showgrid: false, tickvals: satLow < 80 ? [satLow, 80, 90, 100] : [80, 90, 100], tickfont: { size: FONT, color: c.spo2 } }),
    yaxis4: yaxis("scores", [-0.6, 10.6], { tickvals: [0, 10] }),
    yaxis5: yaxis("dose", [0, rateTop], { tickvals: [0, Number((rateTop / 1.15).toFixed(2))] }),
    yaxis6: yaxis("rr", [rrLow, rrTop], { tickvals: [10, 25], tickfont: { size: FONT, color: c.rr } }),
    yaxis7: { domain: [0, 1], range: [0, tall], fixedrange: true, visible: false },
  };
  // What stands still while time goes on is placed over the plot by the page itself, in pixels.
  const pixel = (share) => margin.t + tall * (1 - share);
  const level = (value) => pixel(LANES.bp[0] + ((value - bpLow) / (bpTop - bpLow)) * (LANES.bp[1] - LANES.bp[0]));
  return {
    traces, layout,
    boxes: Object.entries(LANES).map(([name, [low, high]]) => ({ name, text: WORDS.trendLanes[name], top: pixel(high), tall: tall * (high - low) })),
    levels: LANES.bp ? [...limits.map((one) => [one.text, one.sys]), ...bases.map((one) => [WORDS.baseline(one), one])].map(([text, value]) => ({ text, top: level(value) })) : [],
  };
}
