// The trend panel: the graph, drawn by Plotly (loaded once, only here), or the table of the same session. Data come every 5 s
// and are brought into the same plot; what part of time is shown is the nurse's choice and stays. The sweep beside it loses
// a frame for every 16 ms that is spent here, so that lines wait until they would be a few pixels longer (what was measured or
// charted by somebody never waits), and while the axes stand only what changed is drawn.
import { asset } from "./host.js";
import { attr, el, flag, line, list, placed, say, show, style } from "./dom.js";
import { figure } from "./figure.js";
import { trendTable } from "./trendtable.js";
import { WORDS } from "./words.js";

const MINUTE_MS = 60000;
const COLUMN_PX = 12;
const CHARTED = ["marks", "cuff", "failed", "diss", "comf", "rate", "base", "limits"];
const MOVING = new Set(["x", "y", "text", "size", "color", "weight", "textposition"]);
const AT_ONCE = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
const SPANS = [[WORDS.trendQuarter, 15 * MINUTE_MS], [WORDS.trendHour, 60 * MINUTE_MS], [WORDS.trendWhole, Infinity]];

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

// A time of Plotly's date axis in milliseconds: it is a number until the nurse moves it, then a text.
const stamp = (value) => (typeof value === "number" ? value : Date.parse(value.length > 10 ? `${value.replace(" ", "T")}Z` : value));

export function trend(host) {
  const keys = el("p", "keys");
  const k = WORDS.trendKeys;
  for (const [cls, sign, word] of [["bp", "I", k.cuff], ["hr", "—", k.hr], ["spo2", "—", k.spo2], ["rr", "—", k.rr], ["diss", "●", k.diss], ["comf", "■", k.comf], ["dose", "▬", k.rate]]) {
    keys.append(el("span", cls, `${sign} ${word}`));
  }
  const plot = el("div", "plot");
  const none = line("p", "quiet", WORDS.trendNone);
  const over = el("div", "plot-words");
  attr(over, "aria-hidden", "true");
  const word = (cls) => () => {
    const text = line("span", "");
    const box = el("p", cls, text);
    return {
      el: box,
      apply(given) {
        say(text, given.text);
        flag(box, "first", given.name === "bp");
        style(box, "inset-block-start", `${Math.round(given.top)}px`);
        if (given.tall) style(box, "block-size", `${Math.round(given.tall)}px`);
      },
    };
  };
  const lanes = el("div", "");
  const levels = el("div", "");
  over.append(lanes, levels);
  const [setLanes, setLevels] = [placed(lanes, word("lane")), placed(levels, word("level"))];
  const area = el("div", "plot-area", plot, over, none);
  attr(plot, "role", "img");
  attr(plot, "aria-label", WORDS.trendNone);
  const table = trendTable();

  // Which part of time is shown: one of those offered, or what the nurse chose by zooming.
  let span = 60 * MINUTE_MS;
  let zoom = null;
  let tabled = false;
  const choice = (label, act) => {
    const node = line("button", "button", label);
    node.type = "button";
    node.addEventListener("click", () => {
      act();
      again();
    });
    return node;
  };
  const back = choice(WORDS.backToNow, () => (zoom = null));
  const spans = SPANS.map(([label, long]) => [choice(label, () => ([span, zoom] = [long, null])), long]);
  const other = choice(WORDS.trendTable, () => (tabled = !tabled));
  const chosen = el("div", "choices", back, ...spans.map(([node]) => node), other);
  function choose() {
    attr(back, "data-off", zoom === null || tabled ? "true" : null);
    for (const [node, long] of spans) attr(node, "aria-pressed", String(zoom === null && span === long));
    attr(other, "aria-pressed", String(tabled));
    for (const one of [...spans.map(([node]) => node), keys, area]) show(one, !tabled);
    show(table.el, tabled);
  }
  const node = el("section", "panel trend", el("div", "panel-head", el("h2", "", WORDS.trend), chosen), keys, area, table.el);
  attr(node, "aria-label", WORDS.trend);
  let data = null;
  let drawn = ""; // what the plot was last drawn from, without its lines,
  let drawnAt = 0; // until when these went,
  let column = 0; // how much later they are drawn anew,
  let axes = ""; // and everything that Plotly knows but what its traces hold
  let held = []; // of each trace
  let timer = null;
  let drawing = Promise.resolve();
  let failed = false;
  choose();
  const css = (name) => getComputedStyle(host.root).getPropertyValue(name).trim();

  // The whole where axes, lanes or looks changed; else only the traces that hold something new, and the first of each lane:
  // Plotly empties a lane of which it is given none.
  async function put(Plotly, made) {
    const layout = JSON.stringify([made.layout, made.traces], (key, value) => (Array.isArray(value) && MOVING.has(key) ? 0 : value));
    const now = made.traces.map((trace) => JSON.stringify(trace));
    const lanes = made.traces.map((trace) => trace.yaxis);
    const traces = [...now.keys()].filter((i) => now[i] !== held[i] || lanes.indexOf(lanes[i]) === i);
    if (layout !== axes) await Plotly.react(plot, made.traces, made.layout, { displayModeBar: false, doubleClick: false, responsive: false });
    else await Plotly.animate(plot, { data: traces.map((i) => made.traces[i]), traces }, AT_ONCE);
    [axes, held] = [layout, now];
  }

  async function draw() {
    if (!data || !area.isConnected || document.hidden) return;
    const { width, height } = area.getBoundingClientRect();
    if (width < 50 || height < 50) return;
    const key = JSON.stringify([width, height, host.root.dataset.theme, ...CHARTED.map((name) => data[name])]);
    const later = data.now - drawnAt;
    if (key === drawn && later >= 0 && later < column) return;
    try {
      const Plotly = await plotly();
      const made = figure(data, css, Math.floor(width), Math.floor(height), { zoom, span });
      const fresh = !plot.classList.contains("js-plotly-plot");
      await put(Plotly, made);
      setLanes(made.boxes);
      setLevels(made.levels);
      if (fresh) follow();
      const [left, right] = made.layout.xaxis.range;
      [drawn, drawnAt, column] = [key, data.now, Math.min(MINUTE_MS, ((right - left) / width) * COLUMN_PX)];
      failed = false;
      show(none, false);
    } catch (error) {
      [drawn, axes] = ["", ""];
      failed = true;
      none.firstChild.data = `${WORDS.trendLost} (${error.message})`;
      show(none, true);
    }
  }
  // A zoom is the nurse's own: it stays until she asks for now again.
  function follow() {
    plot.on("plotly_relayout", (change) => {
      if (!("xaxis.range[0]" in change)) return;
      zoom = [stamp(change["xaxis.range[0]"]), stamp(change["xaxis.range[1]"])];
      again();
    });
    plot.on("plotly_doubleclick", () => {
      zoom = null;
      again();
    });
  }
  const later = () => {
    timer ??= setTimeout(() => {
      timer = null;
      drawing = drawing.then(draw);
    }, 60);
  };
  const again = () => {
    drawn = "";
    choose();
    later();
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(area);
  return {
    el: node,
    apply(given) {
      if (given) {
        data = given;
        attr(plot, "aria-label", given.aria ?? WORDS.trend);
        table.apply(given.table);
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
