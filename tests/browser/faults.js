// What is wrong with the look of a page as it stands, asked of the browser: [fault, element, text, pixels...] for each. `sampled`: asks
// only what the layout itself says, not what lies over what.
(sampled) => {
  const out = [], width = document.documentElement.clientWidth, height = innerHeight;
  const name = (n) => `${n.tagName.toLowerCase()}.${n.getAttribute("class") ?? ""}`;
  const say = (fault, node, text, ...more) => out.push([fault, name(node), text.trim().slice(0, 80), ...more.map((one) => (typeof one === "number" ? Math.round(one) : one))]);
  const known = new Map();
  const of = (n) => {
    if (!known.has(n)) {
      const style = getComputedStyle(n);
      known.set(n, { style, box: n.getBoundingClientRect(), across: /auto|scroll/.test(style.overflowX), down: /auto|scroll/.test(style.overflowY), clips: /hidden|clip/.test(style.overflowX) });
    }
    return known.get(n);
  };
  const drawn = (n) => n.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const PLACES = ".tile, .button, .banner, .strip, .panel, .room-link, button";
  // What is only spoken, Streamlit's link for the keyboard, what a plot draws, its icons and what lies under an open form are not looked at.
  const NOT = ".sr, [data-testid=stSkipToContent], svg, .plot, style, script, [data-testid=stIconMaterial]";
  const CONTROLS = "button, select, summary, [role=button], [role=tab], [role=radio], [role=checkbox], input:not([type=hidden]), textarea";
  const FEW = 12;
  const top = document.querySelector("[role=dialog]") ?? document.body;
  const meets = (a, b) => a.right > b.left + 1 && a.left < b.right - 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1;

  // ---- what was opened by hand lies over a part of the page; what must stay in sight beside it does ----
  const dock = [...document.querySelectorAll(".dock:not([hidden], .folded)")].find(drawn);
  // where a form lies over the numbers or the prompt it shows them itself (.plight); where it is docked beside them it covers neither
  const beside = [".headbox", ".banner", ".rooms", ".actions .emergency", ".emergencies > .button"];
  if (innerWidth > 1100) beside.push(".numerics", ".cuffnow", ".tile");
  if (innerWidth >= 1800) beside.push(".called");
  const opened = [...document.querySelectorAll(".legend, .sound-menu, .emergencies .choices, .pad, .keypad.over, .unanswered")].filter(drawn);
  if (dock) opened.push(dock);
  const lies = new Map(opened.map((n) => [n, n.getBoundingClientRect()]));
  const under = (p, r) => opened.some((o) => !o.contains(p) && meets(r, lies.get(o)) && !(o === dock && p.closest(beside.join(","))));

  // ---- letters ----
  const letters = [], wide = new Set(), texts = [];
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const p = n.parentElement;
    if (!n.data.trim() || p.closest(NOT) || !drawn(p)) continue;
    const { style } = of(p), size = parseFloat(style.fontSize);
    if (size < 13) say("smaller than 13 px", p, n.data, size);
    // wider than the place it was given: it would lie over its neighbour, or be cut by an ellipsis
    for (const a of [p, p.closest("p, h3, .no-signal")]) {
      if (!a || wide.has(a)) continue;
      wide.add(a);
      if (a.clientWidth && a.scrollWidth > a.clientWidth + 1 && !of(a).across) say("wider than its place", a, n.data, a.scrollWidth - a.clientWidth);
    }
    const range = document.createRange();
    range.selectNodeContents(n);
    const rects = range.getClientRects();
    for (let i = 0; i < rects.length; i += 1) {
      const r = rects[i];
      if (r.width <= 1 || under(p, r)) continue;
      let from = -Infinity, to = Infinity, left = -Infinity, right = Infinity, across = false, down = false;
      for (let a = p; a && a !== document.body && !a.classList.contains("im"); a = a.parentElement) {
        const { box, clips, ...scrolls } = of(a);
        across ||= scrolls.across;
        down ||= scrolls.down;
        if (scrolls.across) [left, right] = [Math.max(left, box.left), Math.min(right, box.right)]; // what is scrolled away lies over nothing
        if (clips || scrolls.down) [from, to] = [Math.max(from, box.top), Math.min(to, box.bottom)];
        if (!clips && !a.matches(PLACES)) continue;
        if (!across && (r.left < box.left - 1 || r.right > box.right + 1)) say("outside its place", a, n.data, r.left - box.left, r.right - box.right);
        if (!down && (r.top < box.top - 3 || r.bottom > box.bottom + 3)) say("above or below its place", a, n.data, r.top - box.top, r.bottom - box.bottom);
      }
      if (!across && (r.right > width + 1 || r.left < -1)) say("outside the window", p, n.data, r.left, r.right);
      // a letter is about three quarters of its size high, in the middle of its line
      const middle = (r.top + r.bottom) / 2, upper = Math.max(from, middle - size * 0.37), lower = Math.min(to, middle + size * 0.37);
      if (lower > upper && !p.closest(".tabs")) letters.push([n, Math.max(r.left, left), Math.min(r.right, right), upper, lower, p]);
      texts.push({ node: p, text: n.data, boxes: () => [range.getClientRects()[i]].filter(Boolean), points: (b) => [0.1, 0.5, 0.9].map((x) => [b.left + b.width * x, (b.top + b.bottom) / 2]) });
    }
  }
  letters.sort((a, b) => a[3] - b[3]);
  letters.forEach(([a, left, right, , low, p], i) => {
    for (let j = i + 1; j < letters.length && letters[j][3] < low - 2; j += 1) {
      const [b, l, r, upper, lower, q] = letters[j];
      const across = Math.min(right, r) - Math.max(left, l), down = Math.min(low, lower) - upper;
      if (a !== b && across > 2 && down > 2 && !layered(p, q)) say("over another text", p, `${a.data.trim()} / ${b.data.trim()}`, across, down);
    }
  });
  // what sticks to an edge has a ground of its own: texts that scroll below it are not read together with its own
  function layered(p, q) {
    const stuck = (n) => n.closest(".st-key-page, .tabs, .pager, .ward > .banner, .dock, thead th");
    return stuck(p) !== stuck(q);
  }

  // ---- fingers ----
  const controls = [...top.querySelectorAll(CONTROLS)].filter((b) => !b.closest(".sr, .stElementToolbar, [data-testid=stSkipToContent]") && drawn(b));
  for (const b of controls) {
    const r = ((b.matches("input") && b.closest("label, [data-testid=stTextInputRootElement], [role=group]")) || b).getBoundingClientRect();
    if (r.width > 1 && (r.width < 43.9 || r.height < 43.9)) say("smaller than a finger", b, b.ariaLabel ?? b.textContent, r.width, r.height);
  }
  for (const n of [document.documentElement, document.body, ...document.querySelectorAll(".im, .stMain")])
    if (n.scrollWidth > n.clientWidth + 1) say("scrolls sideways", n, "", n.scrollWidth - n.clientWidth);
  if (sampled) return out;

  // ---- what lies over what, and what no scrolling brings into sight ----
  const related = (a, b) => a === b || a.contains(b) || b.contains(a);
  const paints = (n) => {
    const { style } = of(n);
    if (n.matches("svg *, canvas")) return false;
    return !/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor) || (style.backgroundImage !== "none" && !n.matches(".no-signal"));
  };
  // null where the point belongs to the node, else what keeps it from it
  const seen = (node, [x, y]) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return "outside";
    for (const n of document.elementsFromPoint(x, y)) {
      if (n === node || node.contains(n)) return null;
      if (!n.contains(node) && drawn(n) && paints(n)) return n;
    }
    return "cut";
  };
  const hits = (node, [x, y]) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return "outside";
    const n = document.elementFromPoint(x, y), own = node.closest("label, [data-testid=stTextInputRootElement], [role=group]") ?? node;
    if (!n) return "outside";
    if (own.contains(n)) return null;
    return n.contains(node) ? "cut" : n;
  };
  // What takes no finger now is not found by hits: a keypad that waits for a name.
  const kept = (one) => {
    if (of(one.node).style.pointerEvents === "none" || one.node.closest("[inert]")) return null;
    for (const box of one.boxes()) {
      for (const point of one.points(box)) {
        const by = one.ask(one.node, point);
        if (by !== null) return by;
      }
    }
    return null;
  };
  const page = document.scrollingElement;
  const scrollers = (node) => {
    const list = [];
    for (let a = node.parentElement; a; a = a.parentElement) {
      const { style } = of(a), root = a === page;
      if ((root || /auto|scroll/.test(style.overflowY)) && a.scrollHeight > a.clientHeight + 1) list.push(a);
      else if (/auto|scroll/.test(style.overflowX) && a.scrollWidth > a.clientWidth + 1) list.push(a);
      if (style.position === "fixed") break;
    }
    return list;
  };
  const reveal = (one, list) => {
    for (const s of list) {
      const box = one.boxes()[0] ?? one.node.getBoundingClientRect(), own = s === page ? { top: 0, left: 0 } : s.getBoundingClientRect();
      s.scrollTop += box.top + Math.min(box.height, s.clientHeight) / 2 - own.top - s.clientHeight / 2;
      s.scrollLeft += box.left + Math.min(box.width, s.clientWidth) / 2 - own.left - s.clientWidth / 2;
    }
  };
  // Judges all; those that are not seen are brought into sight, as far as scrolling can. A page so wrong that it has many faults of a
  // kind is told a few of them.
  const judge = (all, fault) => {
    let told = 0;
    let left = all.map((one) => [one, kept(one)]).filter(([, by]) => by !== null);
    while (left.length && told < FEW) {
      const [[one, at]] = left, list = scrollers(one.node), were = list.map((s) => [s, s.scrollTop, s.scrollLeft]);
      if (list.length) reveal(one, list);
      const by = list.length ? kept(one) : at;
      left = left.slice(1).filter(([each]) => !list.length || !list[0].contains(each.node) || kept(each) !== null);
      if (by !== null && !under(one.node, one.boxes()[0] ?? new DOMRect())) {
        told += 1;
        say({ outside: "beyond the edge", cut: "cut away" }[by] ?? fault, one.node, one.text, typeof by === "string" ? "" : `by ${name(by)}`);
      }
      for (const [s, y, x] of were) [s.scrollTop, s.scrollLeft] = [y, x];
    }
  };
  const judged = controls.filter((b) => b.getBoundingClientRect().width > 1 && !under(b, b.getBoundingClientRect())).map((b) => ({
    node: b, text: b.ariaLabel ?? b.textContent, ask: hits, boxes: () => [b.getBoundingClientRect()],
    points: (r) => { const i = Math.min(6, r.width / 4, r.height / 4); return [[r.left + i, r.top + i], [r.right - i, r.top + i], [r.left + i, r.bottom - i], [r.right - i, r.bottom - i], [(r.left + r.right) / 2, (r.top + r.bottom) / 2]]; },
  }));
  judge(judged, "covered from the finger");
  // what lets taps through is drawn all the same
  const through = document.createElement("style");
  through.textContent = "* { pointer-events: auto !important }";
  document.head.append(through);
  judge(texts.map((one) => ({ ...one, ask: seen })), "covered");
  through.remove();

  // ---- options, answers and what to do in an emergency stand whole and together, with at most the page itself scrolled ----
  const CARDS = [[".emergency-panel", "header, .lines li, .act"], [".prompt.open", ".prompt-head h2, .option, .answer .button, .reasons .button, .first"]];
  const [node, parts] = CARDS.map(([card, parts]) => [document.querySelector(card), parts]).find(([node]) => node && drawn(node)) ?? [];
  if (node && height >= 700 && !opened.some((o) => o !== dock || innerWidth < 1800)) {
    const im = document.querySelector(".im"), was = im.scrollTop;
    if (im.scrollHeight > im.clientHeight + 1) im.scrollTop += node.getBoundingClientRect().top - 4;
    for (const part of node.querySelectorAll(parts)) {
      if (!drawn(part)) continue;
      const r = part.getBoundingClientRect(), own = part.closest("header") ?? part;
      const whole = [[r.left + 4, r.top + 4], [r.right - 4, r.top + 4], [r.left + 4, r.bottom - 4], [r.right - 4, r.bottom - 4], [(r.left + r.right) / 2, (r.top + r.bottom) / 2]].every(([x, y]) => own.contains(document.elementFromPoint(x, y)));
      if (!whole) say("options not whole", part, part.textContent);
    }
    im.scrollTop = was;
  }
  return out;
}
